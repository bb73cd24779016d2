"""One file: a zip of Parquet tables and a JSON page, written whole or not at all.

Parquet keeps every bit of a float and the type of a column, is small and fast, and opens in pandas, R, DuckDB; the zip makes it
one file, and any unzip program shows what is in it.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rack2city.errors import InputError
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same tables give the same bytes
_FOREIGN = (
    zipfile.BadZipFile,
    json.JSONDecodeError,
    UnicodeDecodeError,
    KeyError,
    TypeError,
    IsADirectoryError,
    RecursionError,
)


@dataclass(frozen=True)
class Archive:
    """A kind of file: its JSON page, what that says it is, and it in words, such as "a network saved by save_network".

    The version is that of its layout; it rises when an older program could not read what is written.
    """

    page: str
    format: str
    version: int
    what: str

    def write(self, path: str | Path, page: dict[str, Any], tables: dict[str, pd.DataFrame]) -> Path:
        """Write a page and tables; returns the path."""
        about = {"format": self.format, "version": self.version, **page}
        text = json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False)
        with whole(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo(self.page, _EPOCH), text + "\n")
            for name, frame in tables.items():
                buffer = io.BytesIO()
                frame.to_parquet(buffer, engine="pyarrow")  # compressed already
                archive.writestr(zipfile.ZipInfo(f"{name}.parquet", _EPOCH), buffer.getvalue())
        return Path(path)

    def read(self, path: str | Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
        """The page and the tables of a file; an InputError if it is none of this kind, or of a later version."""
        with naming(path, self.what), zipfile.ZipFile(path) as archive:
            page = json.loads(archive.read(self.page))
            if page.get("format") != self.format:
                raise KeyError("format")
            if page["version"] > self.version:
                raise InputError(
                    f"it has version {page['version']} of the format, this program reads up to {self.version}; update it"
                )
            tables = {}
            for name in archive.namelist():
                if name.endswith(".parquet"):
                    buffer = io.BytesIO(archive.read(name))
                    tables[name.removesuffix(".parquet")] = pd.read_parquet(buffer, engine="pyarrow")
            return page, tables


@contextmanager
def naming(path: str | Path, what: str = "") -> Iterator[None]:
    """Name the file in errors; those of foreign content say that it is not `what`, if given."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except _FOREIGN as error:
        if not what:
            raise
        raise InputError(f"{path}: it is not {what} ({error})") from None


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A file beside the one to be written, which becomes that at the end."""
    partial = Path(f"{path}.part")
    yield partial
    os.replace(partial, path)


def require_writable(network: Network) -> None:
    """Check a network that is to be written: an InputError tells faults in the tables, or laws given as objects."""
    check_network(network)
    for name in network.laws:
        raise InputError(
            f"network.laws: '{name}' is an object, which no file holds; give its points in the table curves"
        )
