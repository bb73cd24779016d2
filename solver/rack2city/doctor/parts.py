"""gmsh with its system libraries, and the parts that only have to import."""

import re

from rack2city.doctor.finding import Finding
from rack2city.doctor.probe import Probe, probe

# System libraries of gmsh's wheel, and the Debian packages that bring them.
DEBIAN = {
    "libGLU.so.1": "libglu1-mesa",
    "libGL.so.1": "libgl1",
    "libXrender.so.1": "libxrender1",
    "libXcursor.so.1": "libxcursor1",
    "libXfixes.so.3": "libxfixes3",
    "libXext.so.6": "libxext6",
    "libXft.so.2": "libxft2",
    "libfontconfig.so.1": "libfontconfig1",
    "libXinerama.so.1": "libxinerama1",
    "libX11.so.6": "libx11-6",
    "libgomp.so.1": "libgomp1",
}
VERSION_PROBE = "import importlib.metadata, json, {name}; print(json.dumps(importlib.metadata.version('{name}')))"
GMSH_PROBE = "import gmsh, json; print(json.dumps(gmsh.__version__))"


def gmsh(seen: Probe | None = None) -> Finding:
    """The mesher, whose wheel needs X and OpenGL libraries of the system even without a display; looked at if not seen."""
    seen = seen or probe(GMSH_PROBE)
    if not seen.error:
        return Finding("gmsh", "ok", str(seen.value))
    lost = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", seen.error)
    if lost is None:
        advice = "pip install gmsh, or conda install -c conda-forge python-gmsh"
        return Finding("gmsh", "fail", f"does not import: {seen.error}", advice)
    package = DEBIAN.get(lost[1])
    text = f"needs the system library {lost[1]}" + (f" (Debian: {package})" if package else "")
    return Finding("gmsh", "fail", text, f"apt-get install {' '.join(DEBIAN.values())}, or use the conda environment")


def part(topic: str, distribution: str, seen: Probe) -> Finding:
    """A plain dependency that only has to import, by the name pip knows and the outcome of its `VERSION_PROBE`."""
    if seen.error:
        return Finding(topic, "fail", f"does not import: {seen.error}", f"pip install --force-reinstall {distribution}")
    return Finding(topic, "ok", str(seen.value))
