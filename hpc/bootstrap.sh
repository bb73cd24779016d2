#!/usr/bin/env bash
# Makes the environment that `make` uses and prints the path of its Python on standard output; all words go to standard error.
#
#   1. An active conda environment in which DOLFINx imports is used as it is: only what is missing is added to it.
#   2. Otherwise .venv is made in the repository, from requirements.lock, with the first usable Python >= 3.12; where there is none,
#      uv fetches one into .venv/interpreter.
#
# Running it again costs a fraction of a second as long as nothing changed. PYTHON=/path/to/python chooses the interpreter.
# Exit codes: 0 ready, 2 something is missing on this machine (one sentence says what), 1 an installation failed (with its log).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv="$root/.venv"
log="$root/.bootstrap.log"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
cd "$root"

say() { printf 'rack2city: %s\n' "$*" >&2; }
stop() { say "$*"; exit 2; }

# Runs a command, its output into the log; on failure shows the log's end.
logged() {
    if ! "$@" >>"$log" 2>&1; then
        say "this failed: $*"
        tail -n 20 "$log" >&2
        say "the whole log is in $log"
        exit 1
    fi
}

# Prints "ok" and the version for a Python that can make our environment, else the reason why not. A name on PATH proves nothing
# (pyenv's shims exist without an interpreter behind them), hence it is run. Python.h is needed to compile forms at run time.
judge() {
    timeout 20 "$1" -c '
import importlib.util, os, sys, sysconfig
version = "%d.%d.%d" % sys.version_info[:3]
if sys.version_info < (3, 12): print("is " + version)
elif sys.implementation.name != "cpython": print("is not CPython")
elif not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")): print(version + " lacks venv (Debian: python3-venv)")
elif not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")): print(version + " lacks Python.h (Debian: python3-dev)")
else: print("ok " + version)
' 2>/dev/null || echo "does not run"
}

# Every place where a Python may be, best first; one a line.
candidates() {
    if [ -n "${PYTHON:-}" ]; then # the user's choice is not second-guessed
        command -v "$PYTHON" || echo "$PYTHON"
        return
    fi
    local name dir
    for name in python3 python3.13 python3.12 python3.14 python; do type -aP "$name" || true; done
    for dir in "${PYENV_ROOT:-$HOME/.pyenv}/versions" "$HOME/.pyenv/versions"; do
        ls -d "$dir"/3.*/bin/python 2>/dev/null | sort -rV || true
    done
    if command -v uv >/dev/null; then # `uv python list` would also start shims; its own folder is enough
        dir=$(uv python dir 2>/dev/null) && ls -d "$dir"/cpython-3.*/bin/python3 2>/dev/null | sort -rV || true
    fi
    ls -d "$venv"/interpreter/cpython-3.*/bin/python3 2>/dev/null | sort -rV || true
    ls -d "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/uv/python}"/cpython-3.*/bin/python3 2>/dev/null | sort -rV || true
    for dir in "${CONDA_PREFIX:-}" "${MAMBA_ROOT_PREFIX:-}" "$HOME"/{miniforge3,mambaforge,miniconda3,anaconda3,micromamba} \
        /opt/{conda,miniforge3,mambaforge,miniconda3,anaconda3}; do
        if [ -n "$dir" ]; then ls -d "$dir"/bin/python "$dir"/envs/*/bin/python 2>/dev/null || true; fi
    done
}

# Sets `python` and `version` if a candidate can be used, else `looked`, why none can, and `verdict` on the last.
look() {
    local path seen=" "
    looked=""
    while IFS= read -r path; do
        case "$path" in "$venv"/interpreter/*) ;; "$venv"/*) continue ;; esac # never build the environment from itself
        case "$seen" in *" $path "*) continue ;; esac
        seen="$seen$path "
        verdict=$(judge "$path" | tail -n 1)
        if [ "${verdict#ok }" != "$verdict" ]; then
            python=$path version=${verdict#ok }
            return
        fi
        looked="$looked${looked:+, }$path ($verdict)"
    done < <(candidates)
    return 1
}

# Lets uv fetch a Python into the environment's folder; pip of any Python, however old, can bring uv itself.
fetch_python() {
    local uv any
    : >"$log"
    uv=$(command -v uv) || {
        for any in python3 python; do
            if "$any" -m pip install --quiet --target "$venv/uv" uv >>"$log" 2>&1; then break; fi
        done
        uv="$venv/uv/bin/uv"
        [ -x "$uv" ] || return 1
    }
    UV_PYTHON_INSTALL_DIR="$venv/interpreter" UV_PYTHON_BIN_DIR="$venv/uv/links" UV_CACHE_DIR="$venv/uv/cache" \
        "$uv" python install 3.13 >>"$log" 2>&1
}

# Sets `python` and `version`, or stops with one sentence.
find_python() {
    if look; then return; fi
    if [ -n "${PYTHON:-}" ]; then
        stop "PYTHON=$PYTHON cannot be used: it $verdict; name a Python >= 3.12, or leave PYTHON unset."
    fi
    local here=$looked
    if fetch_python && look; then
        say "no Python >= 3.12 was found: uv fetched $version into .venv/interpreter"
        return
    fi
    rm -rf "$venv/uv" "$venv/interpreter"
    rmdir "$venv" 2>/dev/null || true
    stop "no usable Python >= 3.12 was found on PATH, under pyenv, from uv or from conda (looked at: ${here:-nothing there}), and uv could not fetch one:" \
        "install one, for example with 'uv python install 3.13', 'pyenv install 3.13' or 'apt-get install python3-venv python3-dev' on Debian 13 or Ubuntu 24.04."
}

# DOLFINx compiles its forms with the compiler that this Python was built with, or with $CC.
need_compiler() {
    local cc
    cc=${CC:-$("$1" -c 'import sysconfig; print(sysconfig.get_config_var("CC") or "cc")')}
    cc=${cc%% *}
    if command -v "$cc" >/dev/null; then return; fi
    for other in gcc cc clang; do
        if command -v "$other" >/dev/null; then
            stop "forms would be compiled with '$cc', which is not on PATH, but '$other' is: say 'export CC=$other' and try again."
        fi
    done
    stop "no C compiler was found (looked for '$cc', gcc, cc and clang on PATH), and forms are compiled at run time:" \
        "install one, for example with 'apt-get install gcc libc6-dev' on Debian or Ubuntu."
}

# gmsh's wheel needs a few libraries of the system; the doctor knows which. Asked until it is well, then never again.
need_gmsh() {
    local python=$1 mark=$2 advice
    if [ -e "$mark" ]; then return; fi
    advice=$("$python" -c 'from rack2city.doctor import gmsh; found = gmsh(); print("" if found.status == "ok" else f"gmsh {found.text}: {found.advice}")')
    [ -z "$advice" ] || stop "$advice"
    : >"$mark" 2>/dev/null || true
}

use_conda() {
    local python=$1 stamp="$CONDA_PREFIX/.rack2city-stamp" made_of missing
    made_of=$(cat pyproject.toml <(echo "$root") | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$made_of" ]; then
        say "the active conda environment $CONDA_PREFIX has DOLFINx and is used as it is"
        need_compiler "$python"
        : >"$log"
        missing=$("$python" hpc/missing.py pyproject.toml)
        if [ -n "$missing" ]; then
            say "adding with pip what it lacks:" $missing
            mapfile -t missing <<<"$missing"
            logged "$python" -m pip install "${missing[@]}"
        fi
        say "adding rack2city itself (pip install --no-deps -e .)"
        logged "$python" -m pip install --no-deps -e .
        echo "$made_of" >"$stamp"
    fi
    need_gmsh "$python" "$CONDA_PREFIX/.rack2city-gmsh"
    echo "$python"
}

install_package() { logged "$venv/bin/python" -m pip install --no-deps --no-build-isolation -e .; }

# The stamp is written last, so that a half-made .venv has none. Its lines: what the environment is made of; what the package
# is made of; the interpreter that was asked for.
use_venv() {
    local stamp="$venv/rack2city-stamp" made_of edited start=$SECONDS
    made_of=$(cat requirements.lock <(echo "$root") | sha256sum)
    edited=$(sha256sum <pyproject.toml)
    if [ ! -e "$venv" ]; then
        make_venv
    elif [ ! -e "$stamp" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
        say "the .venv that is here is broken or half made: making it anew"
        make_venv
    elif [ "$(sed -n 1p "$stamp")" != "$made_of" ]; then
        say "requirements.lock changed, or the repository moved: making .venv anew"
        make_venv
    elif [ -n "${PYTHON:-}" ] && [ "$(sed -n 3p "$stamp")" != "$PYTHON" ]; then
        say "another Python was asked for: making .venv anew"
        make_venv
    elif [ "$(sed -n 2p "$stamp")" != "$edited" ]; then
        say "pyproject.toml changed: installing rack2city anew"
        : >"$log"
        install_package
    else
        start=""
    fi
    if [ -n "$start" ]; then
        printf '%s\n' "$made_of" "$edited" "${PYTHON:-}" >"$stamp"
        say "the environment is ready after $((SECONDS - start)) s"
    fi
    need_gmsh "$venv/bin/python" "$venv/rack2city-gmsh"
    echo "$venv/bin/python"
}

make_venv() {
    [ "$(uname -sm)" = "Linux x86_64" ] \
        || stop "the wheels of DOLFINx are for Linux x86-64 only, this is $(uname -sm): use the conda environment of environment.yml."
    find_python
    need_compiler "$python"
    say "making .venv with Python $version ($python)"
    : >"$log"
    for part in "$venv"/* "$venv"/.[!.]*; do # a fetched interpreter stays
        [ "$part" = "$venv/interpreter" ] || rm -rf "$part"
    done
    logged "$python" -m venv "$venv"
    say "installing what requirements.lock pins (about 2 GB unpacked, some minutes the first time)"
    logged "$venv/bin/python" -m pip install -r requirements.lock
    install_package
}

# Two at once (jobs of one array, say) must not build the same folder.
if command -v flock >/dev/null; then
    exec 9>"$root/.bootstrap.lock"
    flock 9
fi

if [ -n "${CONDA_PREFIX:-}" ] && [ -x "$CONDA_PREFIX/bin/python" ] \
    && "$CONDA_PREFIX/bin/python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("dolfinx") is None)' 2>/dev/null; then
    use_conda "$CONDA_PREFIX/bin/python"
else
    use_venv
fi
