"""Several ranks, one program: the first one speaks for all, and all leave together.

Works for `mpirun -n N rack2city` as for `mpirun -n N python -m mpi4py -m rack2city`. Where no launcher was used, MPI is
not loaded before a command needs it.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from types import FrameType
from typing import Any, NoReturn

from rack2city.errors import Rack2CityError

RANK_VARIABLES = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")
SIZE_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE")
PATIENCE_S = 10.0
"""How long a rank that leaves with an error waits for the others before it ends the job (s)."""
INTERRUPTED = 130  # exit code after Ctrl-C


def launched() -> bool:
    """Whether a launcher of MPI started this process."""
    return several() or told_size() > 1 or any(name in os.environ for name in RANK_VARIABLES)


def told_size() -> int:
    """Number of ranks that the launcher says it started; 1 if there is none.

    The size of a Slurm allocation (`SLURM_NTASKS`) says something only in a step, that is under srun: a batch script has it
    too, and may start one process.
    """
    names: tuple[str, ...] = SIZE_VARIABLES
    if not any(name in os.environ for name in names):  # an mpirun within a step knows better than the step
        stepped = "SLURM_STEP_ID" in os.environ or os.environ.get("SLURM_PROCID", "0") != "0"
        names = ("SLURM_STEP_NUM_TASKS", *(["SLURM_NTASKS"] if stepped else []))
    return max(int(os.environ.get(name) or 1) for name in names)


def launch_here() -> str:
    """Make MPICH's mpirun start its ranks on this machine where it would ask a Slurm that is not there, and wait for ever.

    Returns:
        What was chosen, in a sentence; empty if nothing had to be.
    """
    chosen = {"HYDRA_LAUNCHER", "HYDRA_BOOTSTRAP"} & os.environ.keys()
    in_slurm = any(name.startswith("SLURM_") for name in os.environ)
    if not in_slurm or chosen or shutil.which("srun"):
        return ""
    os.environ["HYDRA_LAUNCHER"] = "fork"
    return "this is a Slurm job without srun, as in a container: the ranks are started on this machine (HYDRA_LAUNCHER=fork)"


def world() -> Any:
    """The communicator of all ranks; loads MPI.

    Raises:
        Rack2CityError: MPI cannot be loaded, or the launcher belongs to another MPI than mpi4py.
    """
    try:
        import rack2city.fem  # noqa: F401  (first: the DOLFINx wheel brings the MPI library that mpi4py is to find)
    except ImportError as error:
        raise Rack2CityError(f"DOLFINx's libraries cannot be loaded ({error}); run `rack2city doctor`") from None
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise Rack2CityError(f"MPI cannot be loaded ({error}); run `rack2city doctor`") from None
    told = told_size()
    if told > 1 and MPI.COMM_WORLD.size == 1:
        raise Rack2CityError(
            f"the launcher started {told} ranks, but each would run alone: it belongs to another MPI than mpi4py, or hands "
            "nothing on to it (srun without --mpi); use the mpirun of the environment, or `rack2city run --np N`"
        )
    if MPI.COMM_WORLD.size > 1:
        _own_channel()
    return MPI.COMM_WORLD


@cache
def _own_channel() -> Any:
    """A copy of the communicator, so that leaving never meets the messages of a run (collective at its first call)."""
    return sys.modules["mpi4py.MPI"].COMM_WORLD.Dup()


def rank() -> int:
    """Rank of this process; by the launcher's word as long as MPI is not loaded."""
    if "mpi4py.MPI" in sys.modules and (communicator := sys.modules["mpi4py.MPI"].COMM_WORLD).size > 1:
        return int(communicator.rank)
    return next((int(os.environ[name]) for name in (*RANK_VARIABLES, "SLURM_PROCID") if name in os.environ), 0)


def several() -> bool:
    """Whether this process is one of several ranks."""
    return "mpi4py.MPI" in sys.modules and sys.modules["mpi4py.MPI"].COMM_WORLD.size > 1


def counted_interrupts() -> list[int]:
    """A list that grows with each Ctrl-C, which goes on to be a KeyboardInterrupt."""
    heard: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, handle)
    return heard


@contextmanager
def first_speaks() -> Iterator[None]:
    """Silence all ranks but the first: what all have to say is said once."""
    with ExitStack() as stack:
        if rank() > 0:
            nowhere = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
            stack.enter_context(redirect_stdout(nowhere))
            stack.enter_context(redirect_stderr(nowhere))
        yield


def leave(code: int, sentence: str = "") -> NoReturn:
    """End this process, with the other ranks if there are any.

    Errors of the input reach all ranks alike, and the chain shares those of the first; a rank that is alone with its
    error, while others wait for it in vain, ends the job. The first rank prints the sentence as an error.
    """
    if sentence and rank() == 0:
        print(sentence, file=sys.stderr, flush=True)
    if code == INTERRUPTED and not several():
        sys.stdout.flush()
        os._exit(code)  # Python would end by the signal itself if it came while a text was being executed
    if code and several():
        sys.stdout.flush()
        mpi = sys.modules["mpi4py.MPI"]
        if code == INTERRUPTED or not _all_arrived():
            if sentence and rank() > 0:
                os.write(2, f"rank {rank()}: {sentence}\n".encode())
                time.sleep(0.5)  # the launcher drops what it has not read when the job ends
            mpi.COMM_WORLD.Abort(code)
        mpi.Finalize()
        os._exit(code)  # past mpi4py's and PETSc's own ends, which would call the job off with a message of their own
    raise SystemExit(code)


def _all_arrived() -> bool:
    """Whether all ranks come here within the patience."""
    arrived, deadline = _own_channel().Ibarrier(), time.monotonic() + PATIENCE_S
    while not arrived.Test():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
