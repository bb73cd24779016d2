"""The index of a run folder, and the keys in it."""

from pathlib import Path

import pytest

from rack2city.chain import folder as chain_folder
from rack2city.chain.folder import RunFolder, stage_key


def recorded(path: Path) -> RunFolder:
    folder = RunFolder(path)
    (path / "rack.json").write_text("{}")
    folder.record("rack", "a key", 1.5, 2)
    return folder


def test_what_was_recorded_is_held(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    assert folder.holds("rack", "a key", ["rack.json"])
    assert folder.seconds() == {"rack": 1.5}
    assert folder.ranks("rack") == 2
    assert not folder.holds("rack", "another key", ["rack.json"])
    assert not folder.holds("plant", "a key", ["rack.json"])
    assert not folder.holds("rack", "a key", ["rack.json", "lost.json"])


def test_what_was_forgotten_is_not_held(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    folder.record("plant", "its key", 0.1, 1)
    folder.forget("rack")
    folder.forget("never recorded")
    assert not folder.holds("rack", "a key", [])
    assert folder.holds("plant", "its key", [])


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[1, 2]",
        b"3",
        b"null",
        b"\xff\xfe",
        b'{"rack": 3}',
        b'{"rack": null}',
        b'{"rack": ["key"]}',
        b'{"rack": {"key": "a key"}}',
        b'{"rack": {"key": "a key", "seconds": 1.0}}',
    ],
)
def test_a_damaged_index_holds_nothing_and_can_be_mended(tmp_path: Path, damaged: bytes) -> None:
    folder = recorded(tmp_path)
    (tmp_path / "stages.json").write_bytes(damaged)
    assert not folder.holds("rack", "a key", ["rack.json"])
    assert folder.seconds() == {}
    folder.forget("rack")
    folder.record("rack", "a key", 1.0, 1)
    assert folder.holds("rack", "a key", ["rack.json"])


def test_a_damaged_entry_costs_only_its_own_stage(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    index = tmp_path / "stages.json"
    index.write_text(index.read_text().rstrip().removesuffix("}") + ', "plant": 3}')
    assert folder.holds("rack", "a key", ["rack.json"])
    assert not folder.holds("plant", "3", [])


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "none")
    assert not folder.holds("rack", "a key", [])
    assert not (tmp_path / "none").exists()


def test_a_key_follows_from_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "pipes.csv"
    table.write_text("one")
    key = stage_key({"a": 1, "b": 2.5}, [table], ["before"])
    assert stage_key({"b": 2.5, "a": 1}, [table], ["before"]) == key
    assert stage_key({"a": 1, "b": 2.6}, [table], ["before"]) != key
    assert stage_key({"a": 1, "b": 2.5}, [], ["before"]) != key
    assert stage_key({"a": 1, "b": 2.5}, [table], ["changed"]) != key
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("one")
    assert stage_key({"a": 1, "b": 2.5}, [elsewhere], ["before"]) == key  # content counts, not place
    table.write_text("two")
    assert stage_key({"a": 1, "b": 2.5}, [table], ["before"]) != key
    table.write_text("one")
    with monkeypatch.context() as patch:
        patch.setattr(chain_folder, "package_versions", lambda: {"CoolProp": "0.0"})
        assert stage_key({"a": 1, "b": 2.5}, [table], ["before"]) != key
    with monkeypatch.context() as patch:
        patch.setattr(chain_folder, "code_hash", lambda: "other code")
        assert stage_key({"a": 1, "b": 2.5}, [table], ["before"]) != key
    assert stage_key({"a": 1, "b": 2.5}, [table], ["before"]) == key
