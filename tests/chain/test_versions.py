"""The commit that a report names is that of the code, and of no other repository."""

import shutil
import subprocess
from pathlib import Path

import pytest

from rack2city.chain import versions


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(["git", "-C", str(folder), *author, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of this module, as if it lay in another repository, not yet tracked by it."""
    git(tmp_path, "init", "-q")
    file = Path(shutil.copy(versions.__file__, tmp_path / "versions.py"))
    monkeypatch.setattr(versions, "__file__", str(file))
    monkeypatch.setattr(versions, "distribution", lambda name: Noted(None))
    return file


class Noted:
    """What pip notes of an installation."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def read_text(self, name: str) -> str | None:
        return self.text if name == "direct_url.json" else None


def test_the_commit_and_whether_it_was_changed_since(copied: Path) -> None:
    git(copied.parent, "add", ".")
    git(copied.parent, "commit", "-qm", "first")
    head = git(copied.parent, "rev-parse", "HEAD")
    assert versions.commit.__wrapped__() == head
    git(copied.parent, "tag", "-a", "v1", "-m", "v1")
    assert versions.commit.__wrapped__() == head
    copied.write_text("")
    assert versions.commit.__wrapped__() == f"{head}-dirty"


def test_a_repository_that_does_not_track_the_code_is_not_asked(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied.parent / "other").write_text("")
    git(copied.parent, "add", "other")
    git(copied.parent, "commit", "-qm", "of somebody else")
    assert versions.commit.__wrapped__() == ""
    monkeypatch.setattr(versions, "distribution", lambda name: Noted('{"vcs_info": {"commit_id": "abc"}}'))
    assert versions.commit.__wrapped__() == "abc"
