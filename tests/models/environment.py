"""Environments of the test models, below MKB_CACHE: made once, pinned by a file of requirements with hashes."""

import fcntl
import hashlib
import os
import pathlib
import subprocess
import sys
import venv

INSIDE = "MKB_MODELS_INSIDE"


def python_with(requirements):
    """The Python of the environment that holds just these."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    rooms = pathlib.Path(os.environ.get("MKB_CACHE") or pathlib.Path(cache) / "mkb")
    folder = rooms / f"test-models-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "venv/bin/python"
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            venv.create(folder / "venv", with_pip=True, clear=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                            "--only-binary=:all:", "--require-hashes", "-r", requirements], check=True)  # fmt: skip
            (folder / "complete").touch()
    return python


def go_inside(requirements):
    """This program anew, in its environment; returns there."""
    if os.environ.get(INSIDE) != requirements.name:
        python = python_with(requirements)
        os.environ[INSIDE] = requirements.name
        os.execv(python, [str(python), *sys.argv])
