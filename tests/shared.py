"""Test material beside the repository, and programs that may be missing.

What is absent skips its test and says so; with `REQUIRE_ALL=1` it fails instead.
"""

import os
import shutil
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared"


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


def _absent(reason: str) -> None:
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
