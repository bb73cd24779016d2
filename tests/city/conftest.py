"""Where the reference data lie."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def reference():
    """Path of a reference file; the test is skipped where the file is absent."""
    root = Path(os.environ.get("RACK2CITY_REFERENCE", Path(__file__).parents[3] / "shared" / "reference"))

    def find(name: str) -> Path:
        path = root / name
        if not path.is_file():
            pytest.skip(f"reference file {path} is absent; set RACK2CITY_REFERENCE to the folder of reference data")
        return path

    return find
