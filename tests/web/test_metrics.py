"""What the processes of an installation say together, and what is left of one that died."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

SPEAK = """
import os
from prometheus_client import Gauge
from touchline.metrics import Metrics

metrics = Metrics()
for each in vars(metrics).values():
    if isinstance(each, Gauge):
        (each.labels(*("x" for _ in each._labelnames)) if each._labelnames else each).set(0.75)
metrics.messages.inc()
print(os.getpid())
"""
RENDER = "import sys; from touchline.metrics import Metrics; sys.stdout.buffer.write(Metrics().render())"


def _run(code: str, shared: Path) -> str:
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(shared)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, capture_output=True, text=True, timeout=30
    ).stdout


def _said(shared: Path) -> dict[str, float]:
    lines = [line for line in _run(RENDER, shared).splitlines() if not line.startswith("#")]
    return {name.partition("{")[0]: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_gauges_of_a_dead_process_go_and_its_counters_stay(tmp_path: Path) -> None:
    died = int(_run(SPEAK, tmp_path))
    before = _said(tmp_path)

    mark_process_dead(died, str(tmp_path))

    gauges = {name for name, value in before.items() if value == 0.75}
    assert {"orchestrator_lock_contention_ratio", "websocket_connected", "http_streams_open"} <= gauges
    after = _said(tmp_path)
    left = {name for name in gauges if after.get(name, 0) != 0}
    assert left == {"job_last_success_timestamp"}, "an instant that was reached stays reached"
    assert after["websocket_messages_total"] == 1
