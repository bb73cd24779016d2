"""Breaks one line at a time and looks whether a test fails: a sample of mutants over some rooms. Not for CI, it takes hours.

    python hpc/mutation.py [--count 60] [--seed 1] [--rooms network city plant plate rack] [--limit 240]

Each mutant lives in a copy of the sources in a temporary folder; tests that name the mutated module run first, and the first
that fails, or a time limit, catches it. Survivors are printed last: each needs a test, or a reason why nothing can tell it.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Mutant:
    """One broken place.

    Attributes:
        file: the source.
        place: number of the place within it, in the order of `places`.
        line: its line.
        told: what was done.
    """

    file: Path
    place: int
    line: int
    told: str


def places(tree: ast.Module) -> Iterator[tuple[int, str, ast.AST]]:
    """Every place inside a function that can be broken: line, what is done, and the node."""
    bodies = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    quiet = {id(n) for body in bodies for r in ast.walk(body) if isinstance(r, ast.Raise) for n in ast.walk(r)}
    seen: set[int] = set()
    for body in bodies:
        for node in (inner for statement in body.body for inner in ast.walk(statement)):
            if id(node) in quiet or id(node) in seen:  # messages of errors, and functions inside functions
                continue
            seen.add(id(node))
            if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPPED:
                yield node.lineno, f"{type(node.op).__name__} -> {SWAPPED[type(node.op)].__name__}", node
            elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
                yield node.lineno, f"{type(node.ops[0]).__name__} -> {SWAPPED[type(node.ops[0])].__name__}", node
            elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
                yield node.lineno, f"{node.value!r} -> {changed(node.value)!r}", node
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in CALLS:
                    yield node.lineno, f"{name} -> {CALLS[name]}", node
                elif name == "where" and len(node.args) == 3:
                    yield node.lineno, "where's branches swapped", node
                elif node.keywords and node.keywords[-1].arg:
                    yield node.lineno, f"argument {node.keywords[-1].arg} dropped", node


def changed(value: float) -> float:
    """Another number near a number."""
    return value + 1 if isinstance(value, int) else value * 1.01 if value else 1.0


def broken(source: str, place: int) -> str:
    """The source with one place broken."""
    tree = ast.parse(source)
    node = list(places(tree))[place][2]
    if isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = SWAPPED[type(node.op)]()
    elif isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()
    elif isinstance(node, ast.Constant):
        node.value = changed(node.value)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS and isinstance(node.func, ast.Attribute):
            node.func.attr = CALLS[name]
        elif name in CALLS and isinstance(node.func, ast.Name):
            node.func.id = CALLS[name]
        elif name == "where" and len(node.args) == 3:
            node.args[1:] = node.args[:0:-1]
        else:
            node.keywords.pop()
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


def caught_by(mutant: Mutant, limit_s: float) -> str:
    """The test that fails with a mutant, or "time limit"; empty if it survives."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rack2city"
        shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("__pycache__"))
        source = mutant.file.read_text(encoding="utf-8")
        (copy / mutant.file.relative_to(SOURCES)).write_text(broken(source, mutant.place), encoding="utf-8")
        env = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'meshes'}", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow and not mpi"]
        try:
            run = subprocess.run(
                [*command, *tests_of(mutant.file)], cwd=ROOT, env=env, text=True, capture_output=True, timeout=limit_s
            )
        except subprocess.TimeoutExpired:
            return "time limit"
    if run.returncode == 0:
        return ""
    last = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return last[0].split(" - ")[0] if last else f"exit code {run.returncode}"


def main() -> int:
    """Draw, break, tell."""
    parser = argparse.ArgumentParser(description="A sample of mutants, and the tests that catch them.")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for the tests of one mutant")
    chosen = parser.parse_args()
    survivors, mutants = [], sample(chosen.rooms, chosen.count, chosen.seed)
    for number, mutant in enumerate(mutants, 1):
        by = caught_by(mutant, chosen.limit)
        survivors += [] if by else [mutant]
        place = f"{mutant.file.relative_to(SOURCES)}:{mutant.line}"
        print(f"{number:3d} {place}: {mutant.told}: {by or 'SURVIVES'}", flush=True)
    share = 1.0 - len(survivors) / max(len(mutants), 1)
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} caught ({share:.0%})")
    for mutant in survivors:
        print(f"  {mutant.file.relative_to(SOURCES)}:{mutant.line}: {mutant.told}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
