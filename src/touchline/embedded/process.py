"""One program of ours: started in a group of its own, ended in order, waited for with a limit."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from touchline.embedded.identity import dies_with_us

POLL_S = 0.01
INSIST_S = 0.3
"""For what was insisted on, before it is killed: one that stands still hears nothing else."""


class Process:
    """A running program. It leads its own process group, so Ctrl-C in a terminal reaches only us."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen
        self._asked = False
        self.pid = popen.pid

    @classmethod
    def spawn(
        cls,
        command: Sequence[str],
        *,
        died: signal.Signals,
        prefix: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        output: IO[bytes] | None = None,
    ) -> "Process":
        """Start `command`; `prefix` says as whom, `died` is the signal it gets should we vanish.

        What it says goes to `output`, or to where our own words go.
        """
        return cls(
            subprocess.Popen(
                [*prefix, *dies_with_us(died), *command],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                process_group=0,
            )
        )

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._popen.poll()

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end, at most so long."""
        try:
            self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def ready_within(self, seconds: float, ready: Callable[[], bool]) -> bool:
        """Wait until `ready()`, at most so long and no longer than it lives."""
        for _ in range(int(seconds / POLL_S)):
            if ready():
                return True
            if self.ended_within(POLL_S):
                return False
        return ready()

    def ask_to_end(self, number: signal.Signals) -> None:
        """Ask it to end by `number`, once; nothing happens when it has ended already."""
        if not self._asked:
            self._asked = True
            self._popen.send_signal(number)

    def end(self, number: signal.Signals, within_s: float, then: signal.Signals) -> None:
        """Ask it to end by `number`; past `within_s` insist by `then`, and INSIST_S later kill it."""
        self.ask_to_end(number)
        if self.ended_within(within_s):
            return
        self._popen.send_signal(then)
        if not self.ended_within(INSIST_S):
            self._popen.kill()
            self._popen.wait()


def signal_to(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that is not our child; nothing happens when it has ended already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def open_log(path: Path, bytes_max: int) -> IO[bytes]:
    """A log to append to; it starts anew when it has grown past `bytes_max`."""
    return path.open("ab" if path.exists() and path.stat().st_size < bytes_max else "wb")


def came_true_within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait until `condition()`, at most so long."""
    for _ in range(int(seconds / POLL_S)):
        if condition():
            return True
        time.sleep(POLL_S)
    return condition()


def residents(directory: Path) -> list[int]:
    """Processes that work in `directory`, wherever they came from (a server left by a killed parent)."""
    proc = Path("/proc")
    found = []
    for entry in proc.iterdir() if proc.is_dir() else ():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                if (entry / "cwd").readlink() == directory:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
