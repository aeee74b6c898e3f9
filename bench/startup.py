"""From `touchline up` on an initialised directory to the first 200 of the live page."""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.report import Row
from bench.stage import free_port

LIMIT_S = 5.0
PATIENCE_S = 60.0
STOP_S = 15.0


def run(quick: bool) -> list[Row]:
    """Start the platform several times in one directory; the first start makes it and is not counted."""
    rounds = 2 if quick else 5
    with tempfile.TemporaryDirectory() as directory:
        _up(Path(directory))
        taken = [_up(Path(directory)) for _ in range(rounds)]
    median_s = statistics.median(taken)
    return [
        Row(
            name="touchline up to first 200",
            ours=median_s,
            peer=None,
            ratio=None,
            must=f"< {LIMIT_S:.0f} s",
            met=median_s < LIMIT_S,
            unit="s",
            config=f"median of {rounds}, worst {max(taken):.2f} s; all parts with the simulated provider, "
            "initialised directory, GET / every 20 ms",
        )
    ]


def _up(directory: Path) -> float:
    """Seconds from the start of the command to the first 200; it is stopped again."""
    web, http, mqtt = (free_port() for _ in range(3))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")} | {
        "TOUCHLINE_DATA_DIR": str(directory / "data"),
        "TOUCHLINE_WEB__PORT": str(web),
        "TOUCHLINE_SIMULATOR__HTTP_PORT": str(http),
        "TOUCHLINE_SIMULATOR__MQTT_PORT": str(mqtt),
    }
    began = time.perf_counter()
    log = directory / "up.log"
    with log.open("wb") as out:
        up = subprocess.Popen([sys.executable, "-m", "touchline", "up"], env=environ, stdout=out, stderr=out)
    try:
        while not _answers(f"http://127.0.0.1:{web}/"):
            if up.poll() is not None or time.perf_counter() - began > PATIENCE_S:
                raise RuntimeError(f"touchline up gave no page:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        up.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            up.wait(STOP_S)
        up.kill()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
