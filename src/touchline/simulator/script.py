"""Everything the provider says about one match, and when: a pure value.

State is a fold: at any instant the newest message of each kind, so a simulator started
anew at that instant knows what one that ran all along knows.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec
from msgspec import Struct

from touchline.simulator.course import Course
from touchline.simulator.wire import Json, Record


class Kind(StrEnum):
    """The four kinds that are pushed."""

    SCORE = "score"
    INCIDENTS = "incidents"
    STATS = "stats"
    TLIVE = "tlive"


class Message(Struct, frozen=True):
    """One kind of one match, told at `at` (football instant, tenths of a second)."""

    at: float
    match_id: str
    kind: Kind
    body: list[Json]

    def on_the_wire(self) -> Record:
        """As an object of a push message."""
        return {"id": self.match_id, self.kind.value: self.body}


class Patch(Struct, frozen=True):
    """Fields of the match record that are different from `at` on; never pushed."""

    at: float
    fields: Record


class Counters(Protocol):
    """The statistics of a match."""

    def ticks(self, after: float, until: float) -> Iterator[float]:
        """The instants in (after, until] at which they are told."""

    def last_tick(self, now: float) -> float | None:
        """The newest of those instants that is not after `now`."""

    def at(self, tick: float, score: Sequence[Json]) -> list[Json]:
        """What is told at `tick`, when `score` is the tuple told last."""


class Script:
    """One match as it is told."""

    def __init__(
        self,
        course: Course,
        base: Record,
        tracks: Mapping[Kind, Sequence[Message]],
        patches: Sequence[Patch],
        stats: Counters | None,
    ) -> None:
        self.course = course
        self.meant = self
        """The match as it was meant to be told, where this is a distorted telling; else itself."""
        self._listed_until = float("inf")
        self._base = base
        self._tracks = tracks
        self._times = {kind: [message.at for message in track] for kind, track in tracks.items()}
        self._patches = patches
        self._patch_times = [patch.at for patch in patches]
        self._stats = stats
        self._messages = sorted(
            (message for track in tracks.values() for message in track), key=lambda message: message.at
        )
        self._all_times = [message.at for message in self._messages]

    @property
    def id(self) -> str:
        """The match's id."""
        return self.course.fixture.id

    @property
    def last_at(self) -> float:
        """When the last word is said."""
        said = self._all_times[-1:] + self._patch_times[-1:]
        return max(said, default=float(self.course.fixture.announced))

    @property
    def counters(self) -> Counters | None:
        """Its statistics; None where nobody counts."""
        return self._stats

    def retold(
        self,
        *,
        tracks: Mapping[Kind, Sequence[Message]] | None = None,
        patches: Sequence[Patch] = (),
        stats: Counters | None = None,
        listed_until: float = float("inf"),
    ) -> "Script":
        """This match told otherwise: other tracks, more patches, not listed any more. It means the same."""
        told = Script(
            self.course,
            self._base,
            {**self._tracks, **(tracks or {})},
            sorted([*self._patches, *patches], key=lambda patch: patch.at),
            stats or self._stats,
        )
        told.meant = self.meant
        told._listed_until = min(self._listed_until, listed_until)
        return told

    def newest(self, kind: Kind, now: float) -> Message | None:
        """The last message of `kind` told by `now`."""
        if kind is Kind.STATS:
            return self._stats_message(self._stats.last_tick(now)) if self._stats else None
        told = bisect_right(self._times[kind], now)
        return self._tracks[kind][told - 1] if told else None

    def between(self, after: float, until: float) -> list[Message]:
        """Messages told in (after, until], oldest first."""
        first, last = bisect_right(self._all_times, after), bisect_right(self._all_times, until)
        told = list(self._messages[first:last])
        if self._stats:
            ticks = (self._stats_message(tick) for tick in self._stats.ticks(after, until))
            told += [message for message in ticks if message]
            told.sort(key=lambda message: message.at)
        return told

    def messages(self) -> list[Message]:
        """Every message of the match."""
        return self.between(float("-inf"), float("inf"))

    def tellings(self, kind: Kind) -> Sequence[Message]:
        """Every message of `kind` but statistics."""
        return self._tracks.get(kind, ())

    def patched(self) -> Sequence[float]:
        """When its record becomes another without a push."""
        return self._patch_times

    def last_pushed_at(self, now: float) -> float | None:
        """When something was last pushed, statistics aside."""
        told = bisect_right(self._all_times, now)
        return self._all_times[told - 1] if told else None

    def record(self, now: float) -> Record:
        """The match record at `now`."""
        record = dict(self._base)
        changed: list[float] = []
        score = self.newest(Kind.SCORE, now)
        if score:
            _, record["status_id"], record["home_scores"], record["away_scores"], *_ = score.body
            changed.append(score.at)
        patched = bisect_right(self._patch_times, now)
        for patch in self._patches[:patched]:
            record |= patch.fields
            changed.append(patch.at)
        if changed:
            record["updated_at"] = int(max(changed))
        return record

    def detail(self, now: float) -> Record | None:
        """The live detail at `now`; None before anything was told, and once it is not listed any more."""
        score = self.newest(Kind.SCORE, now)
        if score is None or now >= self._listed_until:
            return None
        detail: Record = {"id": self.id, "score": score.body}
        for kind in (Kind.STATS, Kind.INCIDENTS, Kind.TLIVE):
            message = self.newest(kind, now)
            detail[kind.value] = message.body if message else []
        return detail

    def _stats_message(self, tick: float | None) -> Message | None:
        if tick is None or self._stats is None:
            return None
        score = self.newest(Kind.SCORE, tick)
        if score is None:
            return None
        return Message(tick, self.id, Kind.STATS, self._stats.at(tick, score.body))


class Frame(Struct, frozen=True):
    """One message as it leaves: what is due in the same tenth of a second goes together."""

    at: float
    payload: bytes
    topic: str | None = None
    """None is the topic of all matches."""


def frames(messages: Sequence[Message]) -> Iterator[Frame]:
    """`messages` (sorted) packed into frames."""
    batch: list[Message] = []
    for message in messages:
        if batch and message.at != batch[0].at:
            yield _frame(batch)
            batch = []
        batch.append(message)
    if batch:
        yield _frame(batch)


def _frame(batch: list[Message]) -> Frame:
    return Frame(batch[0].at, msgspec.json.encode([message.on_the_wire() for message in batch]))
