"""Raw frames of the provider, kept in compressed files that `touchline replay` plays again.

One JSON object a line: `t` (real seconds since the file's first line), `est_recv_ts` (football
time, Unix seconds), `topic` and `payload` for a pushed frame, `endpoint`, `params` and `payload`
for an HTTP answer. A payload that is no JSON stands in `payload_b64`. Credentials never get here.
Every line is flushed into the file as it comes, so a crash costs no line and leaves a file that
reads up to its end.
"""

import base64
import gzip
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import structlog

from touchline.clock import Clock

MEGABYTE = 1024 * 1024
GZIP_WINDOW = zlib.MAX_WBITS | 16
REST_AFTER_FAILURE_S = 60.0


NO_PAYLOAD = msgspec.Raw(b"")


class Line(msgspec.Struct, omit_defaults=True):
    """One line of a recording. Files of other origin may lack `t` or `est_recv_ts`."""

    t: float | None = None
    est_recv_ts: float | None = None
    topic: str = ""
    endpoint: str = ""
    params: Mapping[str, str] = {}
    payload: msgspec.Raw = NO_PAYLOAD
    payload_b64: str = ""

    @property
    def raw(self) -> bytes:
        """The payload as it came over the wire."""
        return base64.b64decode(self.payload_b64) if self.payload_b64 else bytes(self.payload)


class Recorder:
    """Writes frames to `directory`; the oldest files go when all together exceed `max_mb`.

    A disk that can't be written is said once (`recorder.failing`) and tried again a minute later;
    what comes in between is not recorded.
    """

    def __init__(
        self, directory: Path, clock: Clock, *, max_mb: int, file_mb: int, name: str = "frames"
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._total_max = max_mb * MEGABYTE
        self._file_max = min(file_mb * MEGABYTE, self._total_max)
        self._name = name
        self._log = structlog.get_logger()
        self._file: BinaryIO | None = None
        self._deflate = zlib.compressobj(wbits=GZIP_WINDOW)
        self._size = 0
        self._began = 0.0
        self._rests_until = float("-inf")
        self._failing = False

    def frame(self, topic: str, payload: bytes) -> None:
        """Keep one pushed frame."""
        self._keep(Line(topic=topic), payload)

    def answer(self, endpoint: str, params: Mapping[str, str], payload: bytes) -> None:
        """Keep one HTTP answer; `params` are those without credentials."""
        self._keep(Line(endpoint=endpoint, params=params), payload)

    def close(self) -> None:
        """Finish the file that is being written."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with file:
            file.write(self._deflate.flush(zlib.Z_FINISH))

    def _keep(self, line: Line, payload: bytes) -> None:
        if self._clock.monotonic() < self._rests_until:
            return
        try:
            file = self._file or self._open()
            line.t = round(self._clock.monotonic() - self._began, 3)
            line.est_recv_ts = round(self._clock.now(), 3)
            _load(line, payload)
            self._write(file, msgspec.json.encode(line) + b"\n")
            if self._size >= self._file_max:
                self.close()
        except OSError as error:
            self._give_up(error)
        else:
            self._failing = False

    def _write(self, file: BinaryIO, line: bytes) -> None:
        packed = self._deflate.compress(line) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        file.write(packed)
        self._size += len(packed)

    def _open(self) -> BinaryIO:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._make_room()
        stamp = datetime.fromtimestamp(self._clock.real(), UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self._directory / f"{self._name}-{stamp}.jsonl.gz"
        self._file = path.open("xb", buffering=0)
        self._deflate = zlib.compressobj(wbits=GZIP_WINDOW)
        self._size = 0
        self._began = self._clock.monotonic()
        return self._file

    def _make_room(self) -> None:
        """Delete the oldest recordings until one more full file fits."""
        found = sorted(
            (status.st_mtime, path, status.st_size)
            for path in self._directory.glob("*.jsonl.gz")
            for status in [path.stat()]
        )
        total = sum(size for _, _, size in found)
        for _, path, size in found:
            if total + self._file_max <= self._total_max:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _give_up(self, error: OSError) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
        self._rests_until = self._clock.monotonic() + REST_AFTER_FAILURE_S
        if not self._failing:
            self._log.error("recorder.failing", directory=str(self._directory), error=str(error))
        self._failing = True


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a recording, compressed or not; the torn end of a crashed file is left out."""
    with path.open("rb") as peek:
        packed = peek.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        try:
            for line in file:
                if line.endswith(b"\n") or not packed:
                    yield line
        except EOFError:
            return


def _load(line: Line, payload: bytes) -> None:
    """Put the payload in verbatim where it is one line of JSON, else packed: nothing is lost."""
    try:
        if b"\n" not in payload and b"\r" not in payload:
            line.payload = msgspec.json.decode(payload, type=msgspec.Raw)
            payload.decode()
            if bytes(line.payload) == payload:
                return
    except (ValueError, msgspec.DecodeError, RecursionError):
        pass
    line.payload = NO_PAYLOAD
    line.payload_b64 = base64.b64encode(payload).decode()
