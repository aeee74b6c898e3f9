"""The scene of a recording: frames as they were received, and schedule entries for their matches.

A line is `{"topic", "payload"}` with `est_recv_ts` (Unix seconds) or `t` (seconds from the
first frame); the file may be gzipped. The live questions (`detail_live`, `live/history`) are
answered with nothing: a recording holds what was pushed, not what could have been asked.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import cast

import msgspec
from msgspec import Struct

from touchline.errors import BadInput
from touchline.simulator import names, wire
from touchline.simulator.course import Fixture
from touchline.simulator.programme import catalogue_of
from touchline.simulator.script import Frame, Script
from touchline.simulator.telling import fixture_record
from touchline.simulator.wire import Json, Record, invented_id

TO_SECOND_HALF_S = 3_797
"""From the scheduled kick-off to the second half, the median of real matches."""
NO_STAMP_S = 7_200
"""Before the recording, a match of which no stamp was seen is taken to have been scheduled."""
ANNOUNCED_S = 3_600


class Line(Struct):
    """One recorded frame."""

    payload: msgspec.Raw
    topic: str = wire.TOPIC
    est_recv_ts: float | None = None
    t: float | None = None


class Recording:
    """The scene of recorded frames, which begin at `start` where they carry no time of their own."""

    def __init__(self, path: Path, start: float, *, publish: bool) -> None:
        lines = list(read(path))
        self._frames = [Frame(_at(line, start), bytes(line.payload), line.topic) for line in lines]
        self._publish = publish
        first = self._frames[0].at if self._frames else start
        self._records = {one.id: fixture_record(one) for one in _fixtures(self._frames, first)}
        self.catalogue = catalogue_of(_fixtures(self._frames, first))

    def frames(self, after: float, until: float) -> Iterator[Frame]:
        """The recorded frames of (after, until]; none when somebody else publishes them."""
        return (frame for frame in self._frames if self._publish and after < frame.at <= until)

    def records(self, now: float) -> Iterator[Record]:
        """The schedule entry of every match in the recording."""
        return iter(self._records.values())

    def record(self, match_id: str, now: float) -> Record | None:
        """One schedule entry."""
        return self._records.get(match_id)

    def details(self, now: float) -> Iterator[Record]:
        """Nothing."""
        return iter(())

    def history(self, match_id: str, now: float) -> Record | None:
        """Nothing."""
        return None

    def script(self, match_id: str, now: float) -> Script | None:
        """Nothing."""
        return None

    def deleted(self, now: float) -> Sequence[str]:
        """Nothing."""
        return ()

    def scripts(self, now: float) -> Sequence[Script]:
        """Nothing: what is played is in the file."""
        return ()


def read(path: Path) -> Iterator[Line]:
    """The frames of a recording. Raises BadInput naming the line that can't be read."""
    try:
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput("recording", str(path), f"a readable file ({type(error).__name__})") from None
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield msgspec.json.decode(line, type=Line)
        except msgspec.MsgspecError as error:
            allowed = f'objects with "payload" and "est_recv_ts" or "t" ({error})'
            raise BadInput("recording", f"{path}, line {number}", allowed) from None


def _at(line: Line, start: float) -> float:
    return line.est_recv_ts if line.est_recv_ts is not None else start + (line.t or 0.0)


def _fixtures(frames: Sequence[Frame], first: float) -> list[Fixture]:
    """A schedule entry for every match of the recording, as it may have stood before it."""
    scheduled: dict[str, int | None] = {}
    for frame in frames:
        for match_id, score in _objects(frame.payload):
            stamped = _scheduled(score)
            if scheduled.setdefault(match_id, stamped) is None:
                scheduled[match_id] = stamped
    unknown = int(first) - NO_STAMP_S
    return [_fixture(one, at or unknown, int(first) - ANNOUNCED_S) for one, at in scheduled.items()]


def _objects(payload: bytes) -> Iterator[tuple[str, list[Json]]]:
    """Match ids of a payload with their score tuple (empty where there is none)."""
    try:
        body: Json = msgspec.json.decode(payload)
    except msgspec.MsgspecError:
        return
    for one in body if isinstance(body, list) else [body]:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            score = one.get("score")
            yield cast("str", one["id"]), score if isinstance(score, list) else []


def _scheduled(score: list[Json]) -> int | None:
    """The scheduled time a score tuple lets us guess."""
    if len(score) < 5 or not isinstance(score[4], int) or score[4] <= 0:
        return None
    if score[1] == wire.FIRST_HALF:
        return score[4]
    return score[4] - TO_SECOND_HALF_S if score[1] == wire.SECOND_HALF else None


def _fixture(match_id: str, scheduled: int, announced: int) -> Fixture:
    rng = Random(match_id)  # noqa: S311 - a play, not a secret
    family = rng.choice(sorted(names.FAMILIES))
    home, away = names.club(family, rng)[0], names.club(family, rng)[0]
    competition = f"Recorded League {rng.randint(1, 9)}"
    competition_id = invented_id("recorded", competition)
    return Fixture(
        id=match_id,
        competition_id=competition_id,
        competition=competition,
        season_id="",
        stage_id="",
        home_id=invented_id(match_id, "home"),
        home=home,
        away_id=invented_id(match_id, "away"),
        away=away,
        scheduled=scheduled,
        announced=announced,
    )
