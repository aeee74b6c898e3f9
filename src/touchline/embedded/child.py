"""One part of Touchline as a process of its own: `python -m touchline NAME`."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from touchline.embedded.process import Process


class Child:
    """A part (`web`, `ingest`, `work`, `sim`) under supervision. Its log lines go where ours go."""

    def __init__(self, name: str, environ: Mapping[str, str], metrics: Path) -> None:
        self.name = name
        self._environ = environ
        self._metrics = metrics
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id, while it is launched."""
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """None while it runs (or was never launched)."""
        return self._process.returncode if self._process else None

    def launch(self) -> None:
        """Start it; the gauges of the one before it no longer count."""
        self._forget()
        command = [sys.executable, "-m", "touchline", self.name]
        self._process = Process.spawn(command, died=signal.SIGTERM, environ=self._environ)

    def ready(self) -> bool:
        """Whether it runs. What it can do it says itself (`/readyz`)."""
        return self._process is not None and self._process.returncode is None

    def ask_to_stop(self) -> None:
        """Begin to stop, without waiting for the end."""
        if self._process is not None:
            self._process.ask_to_end(signal.SIGTERM)

    def ask_to_stop_soon(self) -> None:
        """Begin to stop, as somebody waits for it, without waiting for the end."""
        if self._process is not None:
            self._process.ask_to_end(signal.SIGINT)

    def stop(self, within_s: float) -> None:
        """Let it finish what it does; past `within_s` it is killed."""
        if self._process is not None:
            self._process.end(signal.SIGTERM, within_s, signal.SIGKILL)
            self._forget()

    def _forget(self) -> None:
        if self._process is not None:
            mark_process_dead(self._process.pid, str(self._metrics))  # type: ignore[no-untyped-call]
            self._process = None
