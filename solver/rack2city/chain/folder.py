"""The run folder: which stage's results it holds, what they were made from, and whether they are as they were written.

Each stage has a key, a hash of everything its results follow from: its part of the case, the content of its files, the
keys of the stages before, the code and the packages it computes with. Where the key is unchanged, and every file has
the content that was recorded, the results are read instead of computed.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import rack2city
import rackmesh
from rack2city.chain.versions import package_versions
from rack2city.errors import InputError
from rack2city.evidence import read_json, write_json

INDEX = "stages.json"
ENTRY = {"key", "seconds", "ranks", "files"}
PIECES = re.compile(rb'\b(?:file|Source)="([^"]+)"')  # of what a ParaView collection is made
# What only shows results cannot change them.
NOT_PHYSICS = ("report", "cli.py", "console.py", "ranks.py", "streams.py", "__main__.py", "doctor", "chain/monitor.py")


@cache
def code_hash() -> str:
    """Hash of the code that results follow from."""
    digest = hashlib.sha256()
    for package in (rack2city, rackmesh):
        root = Path(str(package.__file__)).parent
        for file in sorted(root.rglob("*.py")):
            name = file.relative_to(root).as_posix()
            if not name.startswith(NOT_PHYSICS):
                digest.update(name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def stage_key(parts: Mapping[str, Any], files: Sequence[Path], before: Sequence[str]) -> str:
    """Key of a stage that uses parts of a case (as plain data), the content of files, and stages before, by their keys."""
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode())
    for file in files:
        digest.update(file.read_bytes())
    digest.update("\n".join((code_hash(), repr(package_versions()), *before)).encode())
    return digest.hexdigest()


def with_pieces(folder: Path, names: Iterable[str]) -> Iterator[str]:
    """Names of files in a folder, each ParaView collection followed by the files it is made of."""
    for name in names:
        yield name
        if name.endswith((".pvd", ".pvtu")):
            inner = (piece.decode() for piece in PIECES.findall((folder / name).read_bytes()))
            yield from with_pieces(folder, (Path(name).with_name(piece).as_posix() for piece in inner))


def content_hash(file: Path) -> str:
    """Hash of a file's content."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.keys() == ENTRY and isinstance(entry["files"], dict)


@dataclass(frozen=True)
class RunFolder:
    """A folder with the results of a run and an index: the case file, and of each stage the key, its files and their hashes."""

    path: Path

    def _read(self) -> tuple[dict[str, Any], bool]:
        """The index, without what is not ours, and whether it was whole; an index that is not there yet is empty."""
        try:
            index = read_json(self.path / INDEX)
        except FileNotFoundError:
            return {"case": "", "stages": {}}, True
        except (OSError, ValueError):
            index = None
        index = index if isinstance(index, dict) else {}
        case, stages = index.get("case"), index.get("stages")
        ours = {name: entry for name, entry in stages.items() if _is_entry(entry)} if isinstance(stages, dict) else None
        whole = ours is not None and ours == stages
        return {"case": case if isinstance(case, str) else "", "stages": ours or {}}, whole

    def _index(self) -> dict[str, Any]:
        return self._read()[0]

    @property
    def damaged(self) -> bool:
        """Whether the index was edited or torn: stages that it no longer tells of are computed anew."""
        return not self._read()[1]

    @property
    def case_file(self) -> str:
        """Path of the case file whose run this is; empty if none is recorded."""
        return str(self._index()["case"])

    def claim(self, case_file: Path) -> None:
        """Record whose run this is."""
        index = self._index()
        if index["case"] != str(case_file.resolve()):
            write_json(self.path / INDEX, index | {"case": str(case_file.resolve())})

    def has(self, stage: str) -> bool:
        """Whether a stage is recorded."""
        return stage in self._index()["stages"]

    def belongs(self, stage: str, key: str) -> bool:
        """Whether what the folder holds of a stage was made for this key."""
        return self.has(stage) and self._index()["stages"][stage]["key"] == key

    def changes(self, stage: str, names: Sequence[str] = ()) -> list[str]:
        """What happened to the files of a recorded stage since it wrote them, a sentence each; names it must have beside."""
        recorded: dict[str, str] = self._index()["stages"][stage]["files"]
        told = [f"{name} is not among the files that were written" for name in names if name not in recorded]
        for name, digest in recorded.items():
            if not (self.path / name).is_file():
                told.append(f"{name} is missing")
            elif content_hash(self.path / name) != digest:
                told.append(f"{name} was changed since it was written")
        return told

    def forget(self, *stages: str) -> None:
        """Drop stages from the index before their files are written anew."""
        index = self._index()
        if [index["stages"].pop(stage) for stage in stages if stage in index["stages"]]:
            write_json(self.path / INDEX, index)

    def record(self, stage: str, key: str, seconds: float, ranks: int, files: Sequence[str]) -> None:
        """Record that a stage's files are complete, with their content."""
        self.path.mkdir(parents=True, exist_ok=True)
        hashes = {name: content_hash(self.path / name) for name in with_pieces(self.path, files)}
        index = self._index()
        index["stages"][stage] = {"key": key, "seconds": seconds, "ranks": ranks, "files": hashes}
        write_json(self.path / INDEX, index)

    def record_again(self, stage: str) -> None:
        """Record the content of a stage's files as it is now."""
        entry = self._index()["stages"][stage]
        self.record(stage, entry["key"], entry["seconds"], entry["ranks"], list(entry["files"]))

    def ranks(self, stage: str) -> int:
        """Number of ranks a stage was computed on."""
        return int(self._index()["stages"][stage]["ranks"])

    def seconds(self) -> dict[str, float]:
        """Wall time that each stage took when it was computed (s)."""
        return {stage: entry["seconds"] for stage, entry in self._index()["stages"].items()}

    def refuse_other_case(self, case_file: Path) -> None:
        """Refuse a folder that was chosen by a case's name alone and holds the run of another case file.

        Raises:
            InputError: the sentence names both.
        """
        held = self.case_file
        if held and held != str(case_file.resolve()):
            raise InputError(
                f"{self.path}: holds the run of another case file of this name, {held}; name a folder for that of "
                f"{case_file} with --out"
            )
