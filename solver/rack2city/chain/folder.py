"""The run folder: which stage's results it holds, and what they were made from.

Each stage has a key, a hash of everything its results follow from: its part of the case, the content of its files, the
keys of the stages before, the code and the packages it computes with. Where the key is unchanged, the results are
read instead of computed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import rack2city
import rackmesh
from rack2city.chain.versions import package_versions
from rack2city.evidence import read_json, write_json

INDEX = "stages.json"
ENTRY = {"key", "seconds", "ranks"}
# What only shows results cannot change them.
NOT_PHYSICS = ("report", "cli.py", "console.py", "ranks.py", "__main__.py", "doctor", "chain/monitor.py")


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


@dataclass(frozen=True)
class RunFolder:
    """A folder with the results of a run and an index of the keys they belong to, made when the first is recorded."""

    path: Path

    def _index(self) -> dict[str, Any]:
        try:
            index = read_json(self.path / INDEX)
        except (FileNotFoundError, ValueError):
            index = None
        entries = index.items() if isinstance(index, dict) else ()  # none yet, not ours or damaged: computed anew
        return {stage: entry for stage, entry in entries if isinstance(entry, dict) and entry.keys() == ENTRY}

    def holds(self, stage: str, key: str, files: Sequence[str]) -> bool:
        """Whether the folder holds a stage's results for this key, with all files."""
        recorded = self._index().get(stage, {}).get("key")
        return recorded == key and all((self.path / name).exists() for name in files)

    def forget(self, stage: str) -> None:
        """Drop a stage from the index before its files are written anew."""
        index = self._index()
        if index.pop(stage, None) is not None:
            write_json(self.path / INDEX, index)

    def record(self, stage: str, key: str, seconds: float, ranks: int) -> None:
        """Record that a stage's files are complete."""
        self.path.mkdir(parents=True, exist_ok=True)
        index = self._index()
        index[stage] = {"key": key, "seconds": seconds, "ranks": ranks}
        write_json(self.path / INDEX, index)

    def ranks(self, stage: str) -> int:
        """Number of ranks a stage was computed on."""
        return int(self._index()[stage]["ranks"])

    def seconds(self) -> dict[str, float]:
        """Wall time that each stage took when it was computed (s)."""
        return {stage: entry["seconds"] for stage, entry in self._index().items()}
