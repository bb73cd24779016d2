"""rack2city: from a cold plate's channel to the heat a city can reuse, in one run."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("rack2city")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
