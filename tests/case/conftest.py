from collections.abc import Callable
from pathlib import Path

import pytest

from rack2city.case import load_case
from rack2city.errors import InputError

GOOD = Path(__file__).with_name("good.toml").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write the good case with some texts replaced, beside the files it names; the current folder is that folder."""
    monkeypatch.chdir(tmp_path)

    def write(*replacements: tuple[str, str]) -> Path:
        text = GOOD
        for old, new in replacements:
            assert text.count(old) >= 1, f"{old!r} is not in the good case"
            text = text.replace(old, new, 1)
        for name in ("pipes.csv", "substations.csv"):
            Path(name).write_text("name\n", encoding="utf-8")
        Path("case.toml").write_text(text, encoding="utf-8")
        return Path("case.toml")

    return write


@pytest.fixture
def message(write: Callable[..., Path]) -> Callable[..., str]:
    """The message with which the good case is refused, after some replacements and with some overrides."""

    def message(*replacements: tuple[str, str], overrides: tuple[str, ...] = ()) -> str:
        path = write(*replacements)
        with pytest.raises(InputError) as caught:
            load_case(path, overrides)
        assert caught.value.exit_code == 2
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        return str(caught.value)

    return message
