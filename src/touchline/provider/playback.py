"""Recorded frames, published again at their pace as the provider would."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from touchline.clock import Clock, real_until
from touchline.errors import TouchlineError
from touchline.provider.recorder import Line, read_lines
from touchline.provider.thesports.broker import Connection


class Unplayable(TouchlineError):
    """A recording that can't be played. Says which line of it, and what a frame looks like."""


class BrokerUnreachable(TouchlineError):
    """The broker can't be reached, or it went away."""

    def __init__(self, url: str, reason: str) -> None:
        parts = urlsplit(url)
        super().__init__(
            f"The broker {parts.scheme}://{parts.hostname}:{parts.port or 'default port'} can't be reached "
            f"({reason}). `touchline up` and `touchline sim` start one; --mqtt-url names another."
        )


class Pace:
    """When a frame is due: at its distance from the first one, `speed` times as fast as it was recorded."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self._clock = clock
        self._speed = speed
        self._began = clock.monotonic()
        self._first: float | None = None

    async def until(self, frame: Line) -> None:
        """Wait until `frame` is due."""
        at = frame.t if frame.t is not None else frame.est_recv_ts or 0.0
        self._first = at if self._first is None else self._first
        wait_s = (at - self._first) / self._speed - (self._clock.monotonic() - self._began)
        if wait_s > 0:
            await self._clock.sleep(wait_s)


class FootballPace:
    """When a frame is due: when football time reaches its `est_recv_ts`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def until(self, frame: Line) -> None:
        """Wait until `frame` is due."""
        wait_s = real_until(self._clock, frame.est_recv_ts or 0.0)
        if wait_s > 0:
            await self._clock.sleep(wait_s)


def count(path: Path, *, topic: str | None, on_clock: bool) -> int:
    """How many frames `path` has. Raises Unplayable naming the first line that is none."""
    frames = 0
    for number, frame in _numbered(path):
        if frame.t is None and frame.est_recv_ts is None:
            raise _unplayable(number, "it has neither t nor est_recv_ts")
        if on_clock and frame.est_recv_ts is None:
            raise _unplayable(number, "it has no est_recv_ts; leave out --clock")
        if not (topic or frame.topic):
            raise _unplayable(number, "it has no topic; give one by --topic")
        frames += 1
    if not frames:
        raise Unplayable(f"{path} holds no pushed frame. Give a recording named frames-*.jsonl.gz.")
    return frames


async def play(
    path: Path, connection: Connection, pace: Pace | FootballPace, topic: str | None = None
) -> AsyncIterator[int]:
    """Publish the frames of `path` when they are due; yields how many are out after each."""
    for played, (_, frame) in enumerate(_numbered(path), start=1):
        await pace.until(frame)
        await connection.publish(topic or frame.topic, frame.raw, qos=0)
        yield played


def _numbered(path: Path) -> Iterator[tuple[int, Line]]:
    """The pushed frames of a recording with their line numbers; HTTP answers are passed over."""
    try:
        for number, raw in enumerate(read_lines(path), start=1):
            frame = _frame(number, raw)
            if not frame.endpoint:
                yield number, frame
    except OSError as error:
        raise Unplayable(
            f"{path} can't be read ({error.strerror or error}). Give a .jsonl or .jsonl.gz file."
        ) from None


def _frame(number: int, raw: bytes) -> Line:
    try:
        frame = msgspec.json.decode(raw, type=Line)
        empty = not frame.raw
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise _unplayable(number, str(error)) from None
    if empty:
        raise _unplayable(number, "it has no payload")
    return frame


def _unplayable(number: int, why: str) -> Unplayable:
    return Unplayable(
        f"Line {number} can't be played: {why}. "
        'A frame is {"t": seconds or "est_recv_ts": Unix seconds, "topic": text, "payload": JSON}.'
    )
