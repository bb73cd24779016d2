"""The command line: parse, call, print; nothing else."""

import json
import os
import sys
import traceback
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from rack2city import ranks, streams
from rack2city.chain import STAGES
from rack2city.errors import InputError, Rack2CityError

EXIT_CODES = (
    "Exit codes: 0 done; 1 the run failed; 2 the input is wrong, nothing was computed; 3 with --strict, the design does "
    "not hold; 130 interrupted."
)
DOES_NOT_HOLD = 3
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, epilog=EXIT_CODES)

CaseArgument = Annotated[Path, typer.Argument(metavar="CASE", help="a case file, or a folder with a case.toml")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help='override a field, such as --set rack.air_power="20 kW"'),
]
PlateOption = Annotated[
    str | None,
    typer.Option("--plate", metavar="NAME", help="the plate that is meant; the first of the case if not given"),
]
STAGE_NAMES = [stage.name for stage in STAGES]


def main() -> None:
    """Entry point: run a command; an expected error is one sentence and its exit code, told once for all ranks."""
    interrupts = ranks.counted_interrupts()
    code, sentence = 0, ""
    try:
        if ranks.launched():
            ranks.world()
        with ranks.first_speaks(), streams.lasting_output() as output:
            try:
                app(prog_name="rack2city")
            except SystemExit as end:  # typer's own, after a wrong usage too
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            sentence = streams.why_lost(output)
        if code == ranks.INTERRUPTED:
            sentence = "interrupted"
        ranks.leave(code or int(bool(sentence)), sentence and f"rack2city: {sentence}")
    except Rack2CityError as error:
        if interrupts:
            ranks.leave(ranks.INTERRUPTED, "rack2city: interrupted")
        ranks.leave(error.exit_code, f"rack2city: {error}")
    except Exception as error:
        if interrupts:  # in the middle of an import or a callback it comes out as another error
            ranks.leave(ranks.INTERRUPTED, "rack2city: interrupted")
        if isinstance(error, OSError) and error.errno in streams.MACHINE:
            ranks.leave(1, f"rack2city: {error.filename or 'the machine'}: {error.strerror}")
        if ranks.several():
            ranks.leave(1, traceback.format_exc())
        raise


def _version(asked: bool) -> None:
    if asked:
        print(f"rack2city {metadata.version('rack2city')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and end")
    ] = False,
) -> None:
    """The heat of a liquid-cooled rack, from the cold plate to the city."""


@app.command(epilog=EXIT_CODES)
def run(
    case: CaseArgument,
    out: Annotated[Path | None, typer.Option(help="run folder; runs/<name of the case> if not given")] = None,
    stage: Annotated[str, typer.Option(help=f"last stage to run: {', '.join(STAGE_NAMES)}")] = STAGE_NAMES[-1],
    np: Annotated[int | None, typer.Option("--np", min=1, help="number of MPI ranks to start")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=f"end with exit code {DOES_NOT_HOLD} if the design does not hold")
    ] = False,
    set_: Overrides = None,
) -> None:
    """Run a case from the channel of its cold plate to the heat delivered in the city."""
    if stage not in STAGE_NAMES:
        raise InputError(f"--stage: unknown stage '{stage}'; allowed: {', '.join(STAGE_NAMES)}")
    if strict and stage != STAGE_NAMES[-1]:
        raise InputError("--strict: only a whole run has a verdict; leave out --stage")
    from rack2city.case import load_case

    loaded = load_case(case, set_ or [])
    folder = out if out is not None else Path("runs") / loaded.case.case.name
    _refuse_folder(folder, loaded.path if out is None else None)
    if np is not None and np > 1:
        _start_ranks(np)
    comm = ranks.world()
    from rack2city.chain import run_chain
    from rack2city.console import TerminalMonitor, print_stage, print_verdict

    monitor = TerminalMonitor()
    try:
        summary = run_chain(loaded, folder, comm, stage, monitor)
    finally:
        monitor.close()
    if summary is not None:
        print_verdict(summary, folder)
    elif comm.rank == 0:
        print_stage(stage, folder)
    if strict and summary is not None and not summary.verdict.holds:
        raise SystemExit(DOES_NOT_HOLD)


@app.command(epilog=EXIT_CODES)
def plate(
    case: CaseArgument,
    plate: Annotated[
        str | None, typer.Option("--plate", metavar="NAME", help="the plate that is meant; all if not given")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder of the results; runs/<name>-plates if not given")] = None,
    np: Annotated[int | None, typer.Option("--np", min=1, help="number of MPI ranks to start")] = None,
    set_: Overrides = None,
) -> None:
    """Run cold plates of a case alone: curves, zones, pictures and a report for each, without a rack or a city."""
    from rack2city.case import load_plates

    loaded = load_plates(case, set_ or [])
    known = list(loaded.case.plates)
    names = known if plate is None else [_chosen(plate, known)]
    folder = out if out is not None else Path("runs") / f"{loaded.case.case.name}-plates"
    _refuse_folder(folder, loaded.path if out is None else None)
    if np is not None and np > 1:
        _start_ranks(np)
    comm = ranks.world()
    from rack2city.chain import run_plates_alone
    from rack2city.console import TerminalMonitor, print_plates

    monitor = TerminalMonitor()
    try:
        found = run_plates_alone(loaded, names, folder, comm, monitor)
    finally:
        monitor.close()
    if comm.rank == 0:
        print_plates(found, folder)


def _refuse_folder(folder: Path, case_file: Path | None) -> None:
    """Refuse a file in place of a folder, and one of another case file where the folder was not named."""
    from rack2city.chain.folder import RunFolder

    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out: {folder} is a file; name a folder")
    if case_file is not None:
        RunFolder(folder).refuse_other_case(case_file)


def _start_ranks(number: int) -> None:
    """Replace this process by `mpirun` of the same environment with the same arguments, without `--np`.

    Raises:
        InputError: no `mpirun` is found, or ranks were started already.
    """
    from rack2city.doctor import mpirun_beside_python

    if ranks.launched():
        raise InputError("--np: this process was started by mpirun already; leave out --np")
    found = mpirun_beside_python()
    if found is None:
        raise InputError(f"--np: no mpirun beside {sys.executable} or on PATH; install MPI, or run without --np")
    arguments, rest = [], iter(sys.argv[1:])
    for argument in rest:
        if argument == "--np":
            next(rest, None)
        elif not argument.startswith("--np="):
            arguments.append(argument)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if told := ranks.launch_here():
        print(told, file=sys.stderr, flush=True)
    os.execv(found, [found, "-n", str(number), sys.executable, "-m", "mpi4py", "-m", "rack2city", *arguments])


@app.command()
def mesh(
    case: Annotated[
        Path | None, typer.Argument(metavar="CASE", help="a case file, or a folder with a case.toml")
    ] = None,
    plate: PlateOption = None,
    out: Annotated[Path, typer.Option(help="the .msh file to write")] = Path("mesh.msh"),
    picture: Annotated[
        bool, typer.Option("--picture", help="draw what will be solved, groups coloured: a .png beside the mesh")
    ] = False,
    groups: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="only list the groups of a mesh file, or the bodies and faces of a STEP file"
        ),
    ] = None,
    field: Annotated[
        str | None, typer.Option(metavar="NAME", help="with --groups: the cell data that number the groups, of several")
    ] = None,
    set_: Overrides = None,
) -> None:
    """Write the mesh of a cold plate of a case, for Gmsh and ParaView."""
    if (case is None) == (groups is None):
        raise InputError("CASE: name a case, or with --groups a mesh or STEP file to be listed, one of the two")
    if groups is not None:
        from rack2city.chain.plates.groups import list_file

        print(list_file(groups, field))
        return
    from rack2city.case import load_plates
    from rack2city.chain.plates.meshes import quality_lines, write_mesh
    from rack2city.plate import plate_model

    assert case is not None

    loaded = load_plates(case, set_ or []).case
    name = _chosen(plate, list(loaded.plates))
    if out.suffix != ".msh" or not out.parent.is_dir():
        raise InputError(f"--out: {out} must be a .msh file in an existing folder")
    model = plate_model(loaded, name)
    model.check()
    made = write_mesh(model, out)
    print(f"{out}: plate {name}, {made.cells} cells, {made.points} points")
    for group, count in made.groups.items():
        print(f"  {group:<14} {count} elements")
    for line in quality_lines(made):
        print(f"  {line}")
    if picture:
        from rack2city.report.figures.mesh import draw_mesh

        draw_mesh(out, out.with_suffix(".png"))
        print(out.with_suffix(".png"))


def _chosen(plate: str | None, names: list[str]) -> str:
    """The plate that is meant: without a choice the first."""
    if plate is not None and plate not in names:
        raise InputError(f"--plate: no plate is called '{plate}'; there are {', '.join(names)}")
    return plate or names[0]


@app.command()
def report(folder: Annotated[Path, typer.Argument(metavar="DIR", help="a run folder")]) -> None:
    """Write the reports of a run folder again, from its files."""
    from rack2city.chain import rewrite_report

    for file in rewrite_report(folder, print):
        print(file)


@app.command()
def schema(
    keys: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help='instead, tables of all keys whose heading has this text, as "skived", "rack" or "["'
        ),
    ] = None,
) -> None:
    """Print the JSON schema of a case, for editors, or tables of its keys, for people."""
    from rack2city.case import json_schema, key_tables

    if keys is not None:
        tables = key_tables()
        found = {title: rows for title, rows in tables.items() if keys in title}
        if not found:
            raise InputError(f"--keys: no table has '{keys}' in its heading; there are " + ", ".join(tables))
        print("\n\n".join(f"## {title}\n\n{rows}" for title, rows in found.items()))
        return
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def doctor() -> None:
    """Say what is installed, what is broken and how to mend it."""
    from rack2city import doctor as diagnosis

    findings = diagnosis.diagnose()
    print(diagnosis.render(findings))
    if not diagnosis.healthy(findings):
        raise SystemExit(1)
