"""How much memory a factor takes, and how much there is."""

from pathlib import Path

from mpi4py import MPI

# MUMPS in single precision on the flow of case C: 247 MB at 51 667 unknowns, 785 at 130 371, 3098 at 378 329.
UNKNOWNS, MEGABYTES, GROWTH = 51_667, 247.0, 1.27
BULKY = 1.5  # that a plate is flat makes its factor small


def factor_memory(unknowns: int, single: bool) -> float:
    """About the most memory that a factor takes (MB), of three-dimensional quadratic elements; of two dimensions far less."""
    return BULKY * MEGABYTES * (unknowns / UNKNOWNS) ** GROWTH * (1.0 if single else 1.9)


def available_memory(comm: MPI.Comm) -> float:
    """Memory that the ranks of a communicator may still take, over all nodes (MB; collective); infinite if nothing tells."""
    on_node = comm.Split_type(MPI.COMM_TYPE_SHARED)
    share = node_memory() / on_node.size
    on_node.Free()
    return float(comm.allreduce(share, op=MPI.SUM))


def node_memory() -> float:
    """The least of what the system has available and what the control group may still take (MB)."""
    found = [float("inf")]
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            found.append(int(line.split()[1]) / 1024)
    most, now = _read("/sys/fs/cgroup/memory.max").strip(), _read("/sys/fs/cgroup/memory.current").strip()
    if most.isdigit() and now.isdigit():
        found.append((int(most) - int(now)) / 2**20)
    return min(found)


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
