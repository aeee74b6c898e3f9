"""What a timeline must look like while it is played, worked out without the product.

A timeline says what happened in which second of a period; the placement says when each period
began. From these two follow every status, every score and every minute a reader may see, by the
written rules. Instants are football time, Unix seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.proof.timelines import DISMISSALS, GOALS, Pair, Timeline

FIRST_HALF, HALF_TIME, SECOND_HALF, EXTRA_TIME, SHOOT_OUT, ENDED = 2, 3, 4, 5, 7, 8
STANDING = {1: "—", HALF_TIME: "HT", SHOOT_OUT: "PEN", ENDED: "FT"}
LABEL = {FIRST_HALF: "1H", SECOND_HALF: "2H", EXTRA_TIME: "ET"}
BASE = {"1H": 0, "2H": 45, "E1": 90, "E2": 105}
CAP = {"1H": 45, "2H": 90, "E1": 105, "E2": 120}
FLIGHT_S = 9.0
"""How long the word of an event is on its way, at most, while nothing is broken."""
LAST_OF_E1 = 108
"""18 minutes after the first stamp of extra time its first period is taken to be over: 109' may be read in a
very long one, until the second stamp comes."""
CARDS = {"yellow": 3, "red": 4, "second_yellow": 15}


@dataclass(frozen=True, slots=True)
class Placement:
    """When a match's periods began; `kicks` and `ended` are the instants of statuses 7 and 8."""

    starts: dict[str, float]
    ended: float
    kicks: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """What is on the board beside the minute."""

    status: int
    home: int
    away: int


@dataclass(frozen=True, slots=True)
class Step:
    """The board changes."""

    at: float
    board: Board


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute begins; `until` is when its running status or the next minute ends it."""

    at: float
    until: float
    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card is shown; `type` as on the wire."""

    at: float
    type: int
    side: int


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything a reader of one match may rely on."""

    steps: tuple[Step, ...]
    minutes: tuple[Minute, ...]
    overruns: tuple[Minute, ...]
    """Minutes that may be shown or not: those that begin while the word of the whistle is on its way."""
    cards: tuple[Card, ...]
    first: float
    ended: float

    def boards(self, since: float, until: float) -> set[Board]:
        """Every board that is true at some instant of [since, until]."""
        return {step.board for step, ends in _spans(self.steps) if step.at <= until and ends > since}

    def texts(self, since: float, until: float) -> set[str]:
        """Every text that is true at some instant of [since, until]."""
        standing = {
            STANDING[step.board.status]
            for step, ends in _spans(self.steps)
            if step.board.status in STANDING and step.at <= until and ends > since
        }
        running = (*self.minutes, *self.overruns)
        return standing | {m.text for m in running if m.at <= until and m.until > since}


def expect(match: Timeline, placed: Placement, flight_s: float = FLIGHT_S) -> Expected:
    """The expectation for `match` where `placed` says its periods began.

    The minute of a period runs on until the word of its whistle is there, `flight_s` after it at most.
    """
    statuses = tuple(_statuses(match, placed))
    periods = tuple(_periods(placed, statuses))
    return Expected(
        steps=tuple(_steps(match, placed, statuses)),
        minutes=tuple(minute for period in periods for minute in _minutes(*period)),
        overruns=tuple(minute for period in periods for minute in _overruns(*period, flight_s)),
        cards=tuple(
            Card(placed.starts[event.period] + event.s, CARDS[event.type], event.side)
            for event in match.events
            if event.type in CARDS
        ),
        first=statuses[0][0],
        ended=placed.ended,
    )


def red_cards(match: Timeline) -> Pair:
    """A second yellow is a dismissal."""
    return match.count(0, *DISMISSALS), match.count(1, *DISMISSALS)


def yellow_cards(match: Timeline) -> Pair:
    """A second yellow counts among the yellow ones as well."""
    return match.count(0, "yellow", "second_yellow"), match.count(1, "yellow", "second_yellow")


def minute_text(period: str, minute: int) -> str:
    """How the minute of a period is shown; it stands at the period's end and the added time grows."""
    cap = CAP["E2" if period == "E1" and minute > LAST_OF_E1 else period]
    return f"{minute}'" if minute <= cap else f"{cap}+{minute - cap}'"


def _statuses(match: Timeline, placed: Placement) -> Iterator[tuple[float, int]]:
    """(instant, status), beginning with the kick-off. Extra time is one status for both periods."""
    yield placed.starts["1H"], FIRST_HALF
    yield placed.starts["1H"] + match.lengths_s["1H"], HALF_TIME
    yield placed.starts["2H"], SECOND_HALF
    if "E1" in placed.starts:
        yield placed.starts["E1"], EXTRA_TIME
    if placed.kicks is not None:
        yield placed.kicks, SHOOT_OUT
    yield placed.ended, ENDED


def _steps(match: Timeline, placed: Placement, statuses: tuple[tuple[float, int], ...]) -> Iterator[Step]:
    """The board from before kick-off to the end; the shoot-out is never added to the score.

    A goal in the very second of a whistle counts before it, in that of a kick-off after it.
    """
    goals = [
        (placed.starts[event.period] + event.s, 1, event.side) for event in match.events if event.type in GOALS
    ]
    entered = [(at, 2 if status in {HALF_TIME, ENDED} else 0, status) for at, status in statuses]
    moments = sorted(goals + entered, key=lambda moment: moment[:2])
    status, score = 1, [0, 0]
    yield Step(float("-inf"), Board(1, 0, 0))
    for at, order, what in moments:
        if order == 1:
            score[what] += 1
        else:
            status = what
        yield Step(at, Board(status, *score))


def _periods(
    placed: Placement, statuses: tuple[tuple[float, int], ...]
) -> Iterator[tuple[str, int, float, float]]:
    """(period, status, from, until): how long the minute of each period runs."""
    ends = {status: after for (_, status), (after, _) in pairwise(statuses)}
    second = placed.starts.get("E2")
    yield "1H", FIRST_HALF, placed.starts["1H"], ends[FIRST_HALF]
    yield "2H", SECOND_HALF, placed.starts["2H"], ends[SECOND_HALF]
    if second is not None:
        yield "E1", EXTRA_TIME, placed.starts["E1"], second
        yield "E2", EXTRA_TIME, second, ends[EXTRA_TIME]


def _minutes(period: str, status: int, begins: float, ends: float) -> Iterator[Minute]:
    """The minutes of a period, counted from its stamp."""
    at, minute = begins, BASE[period] + 1
    while at < ends and not (period == "E1" and minute > LAST_OF_E1):
        yield Minute(at, min(at + 60, ends), status, minute_text(period, minute))
        at, minute = at + 60, minute + 1


def _overruns(period: str, status: int, begins: float, ends: float, flight_s: float) -> Iterator[Minute]:
    """The minutes that begin after the period has ended, unheard of (or is taken to have ended)."""
    passed = sum(1 for _ in _minutes(period, status, begins, ends))
    at, minute = begins + 60 * passed, BASE[period] + 1 + passed
    while at < ends + flight_s:
        yield Minute(at, ends + flight_s, status, minute_text(period, minute))
        at, minute = at + 60, minute + 1


def _spans(steps: tuple[Step, ...]) -> Iterator[tuple[Step, float]]:
    for index, step in enumerate(steps):
        yield step, steps[index + 1].at if index + 1 < len(steps) else float("inf")
