"""Breaks one line at a time and looks whether a test fails: a sample of mutants over some rooms. Not for CI, it takes hours.

    python hpc/mutation.py [--count 60] [--seed 1] [--rooms network city plant plate rack] [--limit 600]

Each mutant lives in a copy of the sources in a temporary folder; tests that name the mutated module run first, and the first
that fails, or a time limit, catches it, if the sources as they are pass. What no test tells is printed last, and what stays
undecided, which is not counted as caught: each needs a test, or a reason why nothing can tell it.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "solver" / "rack2city"
ROOMS = ("network", "city", "plant", "plate", "rack")
SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
CALLS = {"minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min", "fmin": "fmax", "fmax": "fmin"}
LATE = "time limit"


@dataclass(frozen=True)
class Mutant:
    """One broken place: its file, its number there in the order of `places`, its line, and what was done."""

    file: Path
    place: int
    line: int
    told: str


Place = tuple[int, str, Callable[[], object]]


def places(tree: ast.Module) -> Iterator[Place]:
    """Every place inside a function that can be broken: line, what is done, and what does it to the tree."""
    bodies = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    quiet = {id(n) for body in bodies for r in ast.walk(body) if isinstance(r, ast.Raise) for n in ast.walk(r)}
    seen: set[int] = set()
    for body in bodies:
        yield from defaults(body)
        for node in (inner for statement in body.body for inner in ast.walk(statement)):
            if id(node) not in quiet and id(node) not in seen:  # messages of errors, and functions inside functions
                seen.add(id(node))
                yield from breaks(node)


def defaults(body: ast.FunctionDef) -> Iterator[Place]:
    """Parameters that keep their default, whatever is given."""
    usual, given = (body.args.posonlyargs + body.args.args)[::-1], body.args.defaults[::-1]
    pairs = [*zip(usual, given, strict=False), *zip(body.args.kwonlyargs, body.args.kw_defaults, strict=True)]
    for arg, default in pairs:
        if default is not None:
            line = ast.Assign([ast.Name(arg.arg, ast.Store())], default, lineno=body.lineno)
            yield body.lineno, f"{arg.arg} is always its default", partial(body.body.insert, 0, line)


def breaks(node: ast.AST) -> Iterator[Place]:
    """What can be broken at one node."""
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPPED:
        other = SWAPPED[type(node.op)]
        yield node.lineno, f"{type(node.op).__name__} -> {other.__name__}", partial(setattr, node, "op", other())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.lineno, "not dropped", partial(setattr, node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        told, other = type(node.ops[0]).__name__, SWAPPED[type(node.ops[0])]
        yield node.lineno, f"{told} -> {other.__name__}", partial(node.ops.__setitem__, 0, other())
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = changed(node.value)
        yield node.lineno, f"{node.value!r} -> {value!r}", partial(setattr, node, "value", value)
    elif isinstance(node, ast.Call):
        field = "attr" if isinstance(node.func, ast.Attribute) else "id"
        name = getattr(node.func, field, "")
        if name in CALLS:
            yield node.lineno, f"{name} -> {CALLS[name]}", partial(setattr, node.func, field, CALLS[name])
        elif name == "where" and len(node.args) == 3:
            yield (
                node.lineno,
                "where's branches swapped",
                partial(setattr, node, "args", node.args[:1] + node.args[:0:-1]),
            )
        elif node.keywords and node.keywords[-1].arg:
            yield node.lineno, f"argument {node.keywords[-1].arg} dropped", node.keywords.pop


def changed(value: float) -> float:
    """Another number near a number."""
    return value + 1 if isinstance(value, int) else value * 1.01 if value else 1.0


def broken(source: str, place: int) -> str:
    """The source with one place broken."""
    tree = ast.parse(source)
    list(places(tree))[place][2]()
    return ast.unparse(tree)


def sample(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """Mutants drawn evenly over all places of the rooms."""
    found = []
    for file in (file for room in rooms for file in sorted((SOURCES / room).rglob("*.py"))):
        for number, (line, told, _) in enumerate(places(ast.parse(file.read_text(encoding="utf-8")))):
            found.append(Mutant(file, number, line, told))
    return random.Random(seed).sample(found, min(count, len(found)))


def tests_of(file: Path) -> list[str]:
    """Test files of the mutant's room, those that name its module first."""
    room, stem = file.relative_to(SOURCES).parts[0], file.stem
    files = sorted((ROOT / "tests" / room).rglob("test_*.py"))
    beside = {"network": ("city", "rack"), "plant": ("city",), "plate": ("chain",)}
    files += [file for other in beside.get(room, ()) for file in sorted((ROOT / "tests" / other).glob("test_*.py"))]
    return [
        str(f) for f in sorted(files, key=lambda f: stem not in f.stem and stem not in f.read_text(encoding="utf-8"))
    ]


def first_failure(tests: tuple[str, ...], limit_s: float, mutant: Mutant | None = None) -> str:
    """The first test that fails in a copy of the sources, broken or not; LATE past the limit; empty if all pass."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rack2city"
        shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("__pycache__"))
        if mutant:
            source = mutant.file.read_text(encoding="utf-8")
            (copy / mutant.file.relative_to(SOURCES)).write_text(broken(source, mutant.place), encoding="utf-8")
        env = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'meshes'}", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow and not mpi"]
        try:
            run = subprocess.run([*command, *tests], cwd=ROOT, env=env, text=True, capture_output=True, timeout=limit_s)
        except subprocess.TimeoutExpired:
            return LATE
    told = (line.split(" - ")[0] for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR")))
    return next(told, f"exit code {run.returncode}" if run.returncode else "")


@cache
def unbroken(tests: tuple[str, ...], limit_s: float) -> str:
    """What the tests say of the sources as they are, without which a failure or a hang is no evidence."""
    return first_failure(tests, limit_s)


def verdict(mutant: Mutant, limit_s: float) -> tuple[str, str]:
    """CAUGHT, SURVIVES or UNDECIDED, and by what.

    A failure counts if the same test passes unbroken; a time limit, if the unbroken tests need less than half of it.
    """
    tests = tuple(tests_of(mutant.file))
    by = first_failure(tests, limit_s, mutant)
    if not by:
        return "SURVIVES", ""
    if by == LATE:
        return ("UNDECIDED" if unbroken(tests, limit_s / 2) else "CAUGHT"), by
    blamed = by.split(" ", 1)[1] if by.startswith(("FAILED", "ERROR")) else ""
    told = unbroken((blamed,) if blamed else tests, limit_s)
    return ("UNDECIDED", f"unbroken, too: {told}") if told else ("CAUGHT", by)


def main() -> int:
    """Draw, break, tell."""
    parser = argparse.ArgumentParser(description="A sample of mutants, and the tests that catch them.")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for the tests of one mutant")
    chosen = parser.parse_args()
    mutants = sample(chosen.rooms, chosen.count, chosen.seed)
    kept: dict[str, list[str]] = {"CAUGHT": [], "SURVIVES": [], "UNDECIDED": []}
    for number, mutant in enumerate(mutants, 1):
        what, by = verdict(mutant, chosen.limit)
        kept[what].append(f"{mutant.file.relative_to(SOURCES)}:{mutant.line}: {mutant.told}")
        print(f"{number:3d} {kept[what][-1]}: {what} {by}".rstrip(), flush=True)
    print(f"{len(kept['CAUGHT'])} of {len(mutants)} caught ({len(kept['CAUGHT']) / max(len(mutants), 1):.0%})")
    for what in ("SURVIVES", "UNDECIDED"):
        print("\n".join([f"{what}: {len(kept[what])}", *(f"  {place}" for place in kept[what])]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
