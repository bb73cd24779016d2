"""Where rack2city keeps things that belong to no run."""

import os
from pathlib import Path

from rack2city.errors import InputError


def forms_folder() -> Path:
    """Folder of compiled forms: `$RACK2CITY_JIT_CACHE`, or `$XDG_CACHE_HOME/rack2city/forms`, or `~/.cache/rack2city/forms`.

    An empty variable counts as none.

    Raises:
        InputError: none of them is told, and this user has no home folder.
    """
    if told := os.environ.get("RACK2CITY_JIT_CACHE"):
        return Path(told)
    if caches := os.environ.get("XDG_CACHE_HOME"):
        return Path(caches) / "rack2city" / "forms"
    try:
        return Path.home() / ".cache" / "rack2city" / "forms"
    except RuntimeError:
        raise InputError(
            "this user has no home folder; set RACK2CITY_JIT_CACHE to a folder for compiled forms"
        ) from None
