"""A plain match: a goal in each half, a card, a substitution, a corner; its halves whole or short.

What a fault makes of it can be told on one's fingers, so every expected end is written by hand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from touchline.simulator import frame
from touchline.simulator.course import Course, Fixture, Happening, Player, Span, What, in_order
from touchline.simulator.wire import AWAY, HOME, invented_id

Halves = tuple[tuple[int, int], tuple[int, int]]
"""Seconds from kick-off to the beginning and the end of each half."""

WHOLE: Halves = ((0, 2_880), (3_780, 6_780))
SHORT: Halves = ((0, 720), (1_020, 1_740))

PAIRS = (
    "score_regular",
    "score_half_time",
    "score_extra_time",
    "score_shoot_out",
    "red_cards",
    "yellow_cards",
    "corners",
)
PLAIN_PATH = (2, 3, 4, 8)
MARKS = {(11, 0): 1, (12, 0): 1}
PLAIN_LIST = {(1, 1): 1, (1, 2): 1, (3, 2): 1, (9, 2): 1, **MARKS}
"""(type, side) → entries."""


def a_course(name: str, scheduled: float, halves: Halves = WHOLE) -> Course:
    """The plain match called `name`, which begins in time."""
    match_id = named(name)
    kick_off = int(scheduled)
    ends = zip(("1H", "2H"), halves, strict=True)
    spans = [Span(half, kick_off + start, kick_off + end) for half, (start, end) in ends]
    happenings = [
        *_events(kick_off, spans[1].start),
        *frame.kick_offs(spans),
        *frame.whistles(spans, kicks_follow=False),
    ]
    happenings += frame.final_whistle(spans, spans[1].end, "", with_kicks=False)
    fixture = Fixture(
        id=match_id,
        competition_id=invented_id("plain cup"),
        competition="Plain Cup",
        season_id="",
        stage_id="",
        home_id=invented_id(name, "home"),
        home=f"Left {name}",
        away_id=invented_id(name, "away"),
        away=f"Right {name}",
        scheduled=kick_off,
        announced=kick_off - 86_400,
        source=name,
    )
    return Course(fixture=fixture, spans=spans, ended=spans[1].end, happenings=in_order(happenings))


def named(name: str) -> str:
    """The id under which the match called `name` is played."""
    return invented_id("plain", name)


def _events(kick_off: int, second: int) -> Iterator[Happening]:
    one, two = Player("plainplayer001", "A. Plain"), Player("plainplayer002", "B. Plain")
    yield Happening(at=kick_off + 300, what=What.CORNER, side=HOME)
    yield Happening(at=kick_off + 405, what=What.YELLOW, key=1, side=AWAY, minute=7, player=two)
    yield Happening(at=kick_off + 605, what=What.GOAL, key=2, side=HOME, minute=11, player=one)
    yield Happening(at=second + 500, what=What.SUBSTITUTION, key=3, side=AWAY, minute=54, player=one, other=two)
    yield Happening(at=second + 605, what=What.GOAL, key=4, side=AWAY, minute=56, player=two)


@dataclass(frozen=True, kw_only=True)
class End:
    """How a match must end, and what must have been said of it; without arguments the plain match."""

    status: int = 8
    path: Sequence[int] = PLAIN_PATH
    """Statuses in the order in which they are entered."""
    pairs: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    more: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """(type, side) → entries of the list, beyond those of the plain match; fewer are below 0."""
    goals: int = 0
    """Goals told beyond the two of the plain match, those that are taken back among them."""
    cancelled: int = 0
    cards: int = 0
    """Cards told beyond the one."""
    corrected: int = 0
    withdrawn: int = 0
    """Rows of incidents that are not listed any more, because they never counted."""
    kickoffs: Mapping[str, int | None] = field(default_factory=dict)
    """Seconds of the stored column from the true kick-off of its period; None where there is none."""
    revisions: Sequence[tuple[str, int, str]] = ()
    """(period, seconds from the true kick-off, reason) of what was claimed besides."""
    fields: Mapping[str, Any] = field(default_factory=dict)


PLAIN_PAIRS: Mapping[str, tuple[int | None, int | None]] = {
    "score_regular": (1, 1),
    "score_half_time": (1, 0),
    "score_extra_time": (None, None),
    "score_shoot_out": (None, None),
    "red_cards": (0, 0),
    "yellow_cards": (0, 1),
    "corners": (1, 0),
}
NO_CORNERS = {"corners": (None, None)}


@dataclass(frozen=True)
class Left:
    """What is left of one match in the database."""

    row: Mapping[str, Any]
    incidents: Sequence[Mapping[str, Any]]
    changes: Sequence[Mapping[str, Any]]
    revisions: Sequence[Mapping[str, Any]]

    def told(self, event: str) -> list[Mapping[str, Any]]:
        """What the change stream told by this name."""
        return [one for change in self.changes for one in change["happened"] if one["event"] == event]


def differences(due: End, left: Left, starts: Mapping[str, int]) -> list[str]:
    """Where a match is not as it must be; `starts` are the true kick-offs of its periods."""
    return [
        f"{what} is {is_}, should be {should}"
        for what, is_, should in _compared(due, left, starts)
        if is_ != should
    ]


def _compared(due: End, left: Left, starts: Mapping[str, int]) -> Iterator[tuple[str, Any, Any]]:
    row = left.row
    yield "status", row["status_id"], due.status
    for name, should in (PLAIN_PAIRS | dict(due.pairs)).items():
        if name != "corners" or should != (None, None):
            yield name, (row[f"home_{name}"], row[f"away_{name}"]), should
    listed = Counter((one["type"], one["side"]) for one in left.incidents if one["withdrawn_ts"] is None)
    yield "list", _sorted(listed), _sorted(Counter(PLAIN_LIST) + Counter(due.more) - _missing(due.more))
    yield "withdrawn", sum(one["withdrawn_ts"] is not None for one in left.incidents), due.withdrawn
    yield "path", _path(left.changes), list(due.path)
    yield "goals told", len(left.told("match.goal")), 2 + due.goals
    yield "goals cancelled", len(left.told("match.goal.cancelled")), due.cancelled
    yield "cards told", len(left.told("match.card")), 1 + due.cards
    yield "results corrected", len(left.told("match.result.corrected")), due.corrected
    yield from _clocks(due, left, starts)
    for name, value in due.fields.items():
        yield name, row[name], value


def _clocks(due: End, left: Left, starts: Mapping[str, int]) -> Iterator[tuple[str, Any, Any]]:
    for period, start in starts.items():
        off = due.kickoffs.get(period, 0)
        yield f"{period} kick-off", left.row[f"{period}_kickoff_ts"], None if off is None else start + off
    told = [(one["period"], one["kickoff_ts"] - starts[one["period"]], one["reason"]) for one in left.revisions]
    yield "revisions", told, list(due.revisions)


def _missing(more: Mapping[tuple[int, int], int]) -> Counter[tuple[int, int]]:
    return Counter({one: -count for one, count in more.items() if count < 0})


def _sorted(listed: Mapping[tuple[int, int], int]) -> list[tuple[tuple[int, int], int]]:
    return sorted((one, count) for one, count in listed.items() if count)


def _path(changes: Iterable[Mapping[str, Any]]) -> list[int]:
    path: list[int] = []
    for change in changes:
        if change["status_id"] != (path[-1] if path else 1):
            path.append(change["status_id"])
    return path
