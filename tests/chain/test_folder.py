"""The index of a run folder, and the keys in it."""

from pathlib import Path

import pytest

from rack2city.chain import folder as chain_folder
from rack2city.chain.folder import RunFolder, stage_key
from rack2city.errors import InputError


def recorded(path: Path) -> RunFolder:
    folder = RunFolder(path)
    (path / "rack.json").write_text("{}")
    folder.record("rack", "a key", 1.5, 2, ["rack.json"])
    return folder


def holds(folder: RunFolder, stage: str, key: str, *names: str) -> bool:
    return folder.belongs(stage, key) and folder.changes(stage, names) == []


def test_what_was_recorded_is_held(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    assert holds(folder, "rack", "a key", "rack.json")
    assert folder.seconds() == {"rack": 1.5}
    assert folder.ranks("rack") == 2
    assert not holds(folder, "rack", "another key", "rack.json")
    assert not holds(folder, "plant", "a key", "rack.json")
    assert not holds(folder, "rack", "a key", "rack.json", "lost.json")


def test_what_was_forgotten_is_not_held(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    folder.record("plant", "its key", 0.1, 1, [])
    folder.forget("rack", "never recorded")
    assert not holds(folder, "rack", "a key")
    assert holds(folder, "plant", "its key")


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[1, 2]",
        b"3",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"rack": 3}',
        b'{"stages": 3}',
        b'{"stages": {"rack": 3}}',
        b'{"stages": {"rack": null}}',
        b'{"stages": {"rack": ["key"]}}',
        b'{"stages": {"rack": {"key": "a key"}}}',
        b'{"stages": {"rack": {"key": "a key", "seconds": 1.0, "ranks": 1}}}',
        b'{"stages": {"rack": {"key": "a key", "seconds": 1.0, "ranks": 1, "files": 3}}}',
    ],
)
def test_a_damaged_index_holds_nothing_and_can_be_mended(tmp_path: Path, damaged: bytes) -> None:
    folder = recorded(tmp_path)
    (tmp_path / "stages.json").write_bytes(damaged)
    assert not holds(folder, "rack", "a key", "rack.json")
    assert folder.seconds() == {}
    assert folder.damaged
    folder.forget("rack")
    folder.record("rack", "a key", 1.0, 1, ["rack.json"])
    assert holds(folder, "rack", "a key", "rack.json")


def test_a_damaged_entry_costs_only_its_own_stage(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    assert not folder.damaged
    index = tmp_path / "stages.json"
    index.write_text(index.read_text().replace('"stages": {', '"stages": {"plant": 3,'))
    assert folder.damaged
    assert holds(folder, "rack", "a key", "rack.json")
    assert not folder.has("plant")


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "none")
    assert not holds(folder, "rack", "a key")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"tj": 65.9}', "rack.json was changed since it was written"),
        (b"", "rack.json was changed since it was written"),
        (None, "rack.json is missing"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_named(tmp_path: Path, content: bytes | None, told: str) -> None:
    folder = recorded(tmp_path)
    (tmp_path / "rack.json").unlink()
    if content is not None:
        (tmp_path / "rack.json").write_bytes(content)
    assert folder.changes("rack", ["rack.json"]) == [told]


def test_the_pieces_of_a_collection_belong_to_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    (tmp_path / "fields").mkdir()
    for name, content in {"t.pvd": 'file="t0.pvtu"', "t0.pvtu": 'Source="t_p0.vtu"\nSource="t_p1.vtu"'}.items():
        (tmp_path / "fields" / name).write_text(f"<VTKFile {content}/>")
    for rank in (0, 1):
        (tmp_path / "fields" / f"t_p{rank}.vtu").write_text("<VTKFile/>")
    folder.record("plate", "a key", 1.0, 2, ["fields/t.pvd"])
    assert folder.changes("plate", ["fields/t.pvd"]) == []
    (tmp_path / "fields" / "t_p1.vtu").write_text("<VTKFile")
    (tmp_path / "fields" / "t_p0.vtu").unlink()
    assert folder.changes("plate") == ["fields/t_p0.vtu is missing", "fields/t_p1.vtu was changed since it was written"]


def test_a_folder_of_another_case_file_is_refused_by_name(tmp_path: Path) -> None:
    folder, mine, other = RunFolder(tmp_path), tmp_path / "a" / "case.toml", tmp_path / "b" / "case.toml"
    folder.refuse_other_case(mine)
    folder.claim(mine)
    folder.refuse_other_case(mine)
    with pytest.raises(InputError) as refused:
        folder.refuse_other_case(other)
    assert str(refused.value) == (
        f"{tmp_path}: holds the run of another case file of this name, {mine}; name a folder for that of {other} with --out"
    )


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
