"""A process that is told to end is gone in time, whatever it waits for."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SOON_MAX_S = 5.0
"""Source: requirement, drain; after Ctrl-C, with all that has to be closed."""


@pytest.fixture
def silence() -> Iterator[int]:
    """Takes every connection and says nothing; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


def test_a_worker_does_not_wait_for_a_database_that_stands_still(silence: int, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    environ = kept | {
        "TOUCHLINE_DATABASE_URL": f"host=127.0.0.1 port={silence} dbname=touchline user=touchline_app",
        "TOUCHLINE_DATA_DIR": str(tmp_path),
        "TOUCHLINE_VALKEY_URL": f"redis://127.0.0.1:{silence}/0",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "touchline", "work"], env=environ, stdout=subprocess.PIPE, text=True
    )
    with worker:
        assert worker.stdout is not None
        next(line for line in worker.stdout if '"job_queue_short"' in line and "worker.started" in line)
        worker.send_signal(signal.SIGINT)
        began = time.monotonic()
        said = worker.stdout.read()
        assert worker.wait() == 0

    assert time.monotonic() - began < SOON_MAX_S
    assert "process.cut_off" in said
