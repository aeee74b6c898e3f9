"""Test material beside the repository, and programs that may be missing.

What is absent skips its test and says so; with `REQUIRE_ALL=1` it fails instead.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "touchline-tests"
INSTALL = ("install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix")
INSTALL_MAX_S = 60


def shared(path: str) -> Path:
    """The file at `path` in the folder of shared material (`data/timelines.jsonl`), read in place."""
    found = BESIDE / path
    if not found.exists():
        _absent(f"../shared/{path} not present")
    return found


def program(name: str) -> str:
    """Where an optional program is (`mosquitto`, `chromium`)."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        _absent(f"{name} is not installed")
    return str(found)


def npm_package(name: str, version: str) -> Path:
    """Where `version` of the package `name` for browsers lies. Installed once, outside of the repository."""
    kept = CACHE / f"{name}-{version}"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            asked = [program("npm"), *INSTALL, folder, f"{name}@{version}"]
            done = subprocess.run(asked, capture_output=True, text=True, timeout=INSTALL_MAX_S, check=False)
            if done.returncode != 0:
                _absent(f"{name}@{version} can't be installed: {done.stderr.strip()[-200:]}")
            Path(folder, "node_modules").replace(kept)
    return kept / name


def _absent(reason: str) -> None:
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
