"""The readers' process as a benchmark sees it: told what to do, and what came when."""

import contextlib
import json
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.stage import client_core, cpu_s, on_core

END_S = 60


class Readers:
    """A crowd of readers in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", out: Path) -> None:
        self._process = process
        self._out = out

    def tell(self, *words: str) -> dict[str, Any]:
        """Say something and take the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """The next line it says."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the readers ended early")
        found: dict[str, Any] = json.loads(line)
        return found

    @property
    def cpu_s(self) -> float:
        """Processor time they have used."""
        return cpu_s(self._process.pid)

    def stop(self) -> tuple[dict[str, Any], dict[str, list[float]]]:
        """End them: their last word, and when each event (by its key) came to each reader."""
        last = self.tell("stop")
        self._process.wait(END_S)
        return last, dict(_instants(self._out))


@contextlib.contextmanager
def reading(
    port: int, path: str, readers: int, *, stalled: int = 0, key: str = r'"version":(\d+)'
) -> Iterator[Readers]:
    """So many readers of `path`, on the clients' core; `stalled` of them never read."""
    with tempfile.TemporaryDirectory() as folder, on_core(client_core()):
        out = Path(folder) / "instants"
        command = [sys.executable, "-m", "bench.readers", str(port), path, str(readers)]
        process = subprocess.Popen(
            [*command, "--stalled", str(stalled), "--key", key, "--out", str(out)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            crowd = Readers(process, out)
            crowd.hear()
            yield crowd
        finally:
            process.kill()
            process.wait()


def _instants(path: Path) -> Iterator[tuple[str, list[float]]]:
    data, place = path.read_bytes(), 0
    while place < len(data):
        head_end = data.index(b"\n", place)
        key, count = data[place:head_end].split()
        place = head_end + 1 + 8 * int(count)
        yield key.decode(), array("d", data[head_end + 1 : place]).tolist()
