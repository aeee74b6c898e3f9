"""The JSON stream: how a reader begins, what he is told, and what he missed when he comes back.

Nothing here asks the database: a storm of readers costs as many lookups in memory.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, Self

import msgspec

from touchline.feed import telling
from touchline.feed.board import Board
from touchline.feed.entry import Entry, by_window
from touchline.feed.event import sse
from touchline.feed.greeting import Greeting, retry
from touchline.feed.hub import Hub
from touchline.feed.live import LiveView, counted, live_json
from touchline.feed.log import EventLog
from touchline.feed.news import News
from touchline.feed.position import HAPPENINGS_MAX, NOWHERE, Position, parse
from touchline.ids import MatchId
from touchline.metrics import Metrics

REPLAY_MAX_BYTES = 256 * 1024
"""A reader who missed more is told the state instead: it is shorter."""
HELD_MAX = 256
"""Snapshots and replays kept for the next reader who asks for the same."""

_encode = msgspec.json.Encoder().encode


class ResetReason(StrEnum):
    """Why a reader is told everything anew."""

    NEW_LOG = "new_log"
    """The change stream was made anew."""
    GONE = "gone"
    """The place asked for is unknown, forgotten, or too far back."""
    TOO_MUCH = "too_much"
    """More happened at once than has a place in the stream."""


class Wanted(NamedTuple):
    """What a reader asks for; everything where he names nothing."""

    match_ids: frozenset[str] = frozenset()
    competition_ids: frozenset[str] = frozenset()

    @property
    def topics(self) -> frozenset[str]:
        """The topics of it."""
        named = {telling.match_topic(id_) for id_ in self.match_ids}
        named |= {telling.competition_topic(id_) for id_ in self.competition_ids}
        return frozenset(named or {telling.ALL})

    @classmethod
    def of(cls, topics: Iterable[str]) -> Self:
        """What readers of `topics` asked for."""
        named: dict[str, set[str]] = {"match": set(), "competition": set(), telling.ALL: set()}
        for topic in topics:
            kind, _, id_ = topic.partition(" ")
            named[kind].add(id_)
        return cls(frozenset(named["match"]), frozenset(named["competition"]))


class Channel:
    """What `/api/stream` tells. Listens to the board."""

    def __init__(self, board: Board, hub: Hub, metrics: Metrics) -> None:
        self._board = board
        self._hub = hub
        self._metrics = metrics
        self._log = EventLog()
        self._snapshots: dict[frozenset[str], bytes] = {}
        self._snapshots_of: tuple[int, Position] = (-1, NOWHERE)
        self._replays: dict[tuple[Position, frozenset[str]], bytes | None] = {}
        board.listeners.append(self.hear)

    def greet(self, wanted: Wanted, after: str | None) -> Greeting:
        """How a reader begins who has everything up to `after` (as the last `id:` said it), or nothing."""
        topics = wanted.topics
        if after is None:
            greeting = Greeting("fresh", (retry(), self._snapshot(topics)), topics)
        elif (missed := self._missed(after, topics)) is not None:
            greeting = Greeting("replayed", (retry(), missed), topics)
        else:
            pieces = (retry(), self._reset(ResetReason.GONE), self._snapshot(topics))
            greeting = Greeting("reset", pieces, topics)
        self._metrics.greetings.labels(greeting.resume).inc()
        return greeting

    def hear(self, news: News) -> None:
        """Tell `news` to the readers, and keep it for those who come back."""
        self._replays.clear()
        crowded = [change.seq for change in news.happened if len(change.happened) > HAPPENINGS_MAX]
        if news.reset or crowded:
            self._restart(news, max(crowded, default=None))
        else:
            events = telling.events(news, self._board.entries)
            self._log.append(events, news.position.offset)
            self._hub.publish(events)

    def _restart(self, news: News, crowded: int | None) -> None:
        """Begin the log after what can't be told, and tell everybody the state."""
        epoch = news.position.epoch
        first = news.happened[0].seq - 1 if news.happened else news.position.seq
        floor = Position.at(epoch, first if crowded is None else crowded)
        events = [each for each in telling.events(news, self._board.entries) if each.offset > floor.offset]
        self._log.begin(floor)
        self._log.append(events, news.position.offset)
        reset = self._reset(ResetReason.NEW_LOG if news.reset else ResetReason.TOO_MUCH)
        self._hub.restart(lambda topics: (reset, self._snapshot(topics)))

    def _missed(self, after: str, topics: frozenset[str]) -> bytes | None:
        """What happened to `topics` after that place; None where it is gone or there is too much of it."""
        position = parse(after)
        if position is None:
            return None
        key = (position, topics)
        if key not in self._replays:
            if len(self._replays) >= HELD_MAX:
                self._replays.clear()
            self._replays[key] = self._replay(position, topics)
        return self._replays[key]

    def _replay(self, position: Position, topics: frozenset[str]) -> bytes | None:
        found = self._log.after(position)
        if found is None:
            return None
        missed = [event.data for event in found if not topics.isdisjoint(event.topics)]
        return b"".join(missed) if sum(map(len, missed)) <= REPLAY_MAX_BYTES else None

    def _reset(self, reason: ResetReason) -> bytes:
        return sse("reset", _encode({"reason": reason}), self._board.position or NOWHERE)

    def _snapshot(self, topics: frozenset[str]) -> bytes:
        """The state of what `topics` are about, valid at the board's place."""
        valid = (self._board.generation, self._board.position or NOWHERE)
        if valid != self._snapshots_of or len(self._snapshots) >= HELD_MAX:
            self._snapshots, self._snapshots_of = {}, valid
        if topics not in self._snapshots:
            view = self._view(Wanted.of(topics))
            self._snapshots[topics] = sse("snapshot", live_json(view), valid[1])
        return self._snapshots[topics]

    def _view(self, wanted: Wanted) -> LiveView:
        """The live window; of asked matches also those on the board that are not in it."""
        live = self._board.live()
        if not (wanted.match_ids or wanted.competition_ids):
            return live
        asked = {id_: self._board.entries.get(MatchId(id_)) for id_ in wanted.match_ids}
        found: dict[str, Entry] = {id_: entry for id_, entry in asked.items() if entry is not None}
        for entry in live.entries:
            if entry.item.competition_id in wanted.competition_ids:
                found[entry.item.id] = entry
        entries = tuple(sorted(found.values(), key=by_window))
        in_play, expected = counted(entries)
        return live._replace(in_play=in_play, expected=expected, entries=entries)
