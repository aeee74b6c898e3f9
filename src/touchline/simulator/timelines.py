"""Real matches from a file of timelines, placed in football time.

One match a line (JSON): periods with their real lengths, events with the second of their
period. Periods follow one another with plausible breaks; an event happens at its period's
start plus its second.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from touchline.errors import BadInput
from touchline.simulator import frame, periods, shootout, wire
from touchline.simulator.course import Course, Fixture, Happening, Player, Span, What
from touchline.simulator.wire import AWAY, HOME, invented_id

FIRST_KICK_OFF_S = 300
"""From the start to the first scheduled kick-off: nobody begins before it is known of."""
SPREAD = 20
SPREAD_S = 3
"""Matches are scheduled in groups, SPREAD_S apart; twenty begin in one second at most."""
HALF_TIME_S = (914, 953)


class Period(Struct):
    """A period of a timeline."""

    period: str
    duration_s: float


class Event(Struct):
    """An event of a timeline."""

    period: str
    s: float
    type: str
    min: int
    add: int = 0
    team: str = ""
    player: str = ""
    player_off: str = ""
    assist: str = ""
    own_goal_by: str = ""


class Kick(Struct):
    """A kick from the mark."""

    n: int
    team: str
    result: str


class Score(Struct):
    """Goals by stage; `pens` counts kicks only."""

    ft: tuple[int, int]
    ht: tuple[int, int] | None = None
    aet: tuple[int, int] | None = None
    pens: tuple[int, int] | None = None


class Timeline(Struct):
    """One real match."""

    id: str
    competition: str
    season: str
    home: str
    away: str
    score: Score
    periods: list[Period]
    events: list[Event]
    decided_by: str = "regular"
    stage: str = ""
    venue: str = ""
    consistent: bool = True
    shootout: list[Kick] | None = None


WHATS = {
    "goal": What.GOAL,
    "penalty_goal": What.PENALTY,
    "own_goal": What.OWN_GOAL,
    "penalty_missed": What.PENALTY_MISSED,
    "yellow": What.YELLOW,
    "second_yellow": What.SECOND_YELLOW,
    "red": What.RED,
    "sub": What.SUBSTITUTION,
    "corner": What.CORNER,
    "var": What.REVIEW,
}
SIDES = {"home": HOME, "away": AWAY, "": wire.NEUTRAL}


def read(path: Path) -> list[Timeline]:
    """Every timeline of the file. Raises BadInput naming the line that can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("timelines", str(path), f"a readable file ({type(error).__name__})") from None
    found: list[Timeline] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(msgspec.json.decode(line, type=Timeline))
        except msgspec.MsgspecError as error:
            raise BadInput("timelines", f"{path}, line {number}", f"one timeline a line ({error})") from None
    return found


def chosen(timelines: Sequence[Timeline], ids: Sequence[str], count: int) -> list[Timeline]:
    """Those with the given `ids`, in that order; without ids `count` of them.

    A choice by count has extra time and shoot-outs in it, a quarter of each where there are enough.
    """
    if ids:
        by_id = {timeline.id: timeline for timeline in timelines}
        unknown = [one for one in ids if one not in by_id]
        if unknown:
            raise BadInput("ids", ",".join(unknown), "ids of matches in the file of timelines")
        return [by_id[one] for one in dict.fromkeys(ids)]
    sound = [timeline for timeline in timelines if timeline.consistent]
    rare = [one for one in sound if one.decided_by == "penalties"][: max(1, count // 4)]
    rare += [one for one in sound if one.decided_by == "extra_time"][: max(1, count // 4)]
    others = [one for one in sound if one.decided_by == "regular"]
    return [*rare[:count], *others[: max(0, count - len(rare))]]


def course(timeline: Timeline, number: int, *, start: float, seed: int, two_stamps: bool = True) -> Course:
    """The match at place `number` of the programme that begins at `start`."""
    rng = Random(repr((seed, "timeline", timeline.id)))  # noqa: S311 - a play, not a secret
    fixture = _fixture(timeline, int(start) + FIRST_KICK_OFF_S + number // SPREAD * SPREAD_S)
    kick_off = fixture.scheduled + periods.kick_off_delay(rng)
    lengths = [int(period.duration_s) for period in timeline.periods]
    spans = periods.placed(kick_off, lengths, rng.randint(*HALF_TIME_S))
    happenings = list(_events(timeline, spans))
    kicks_start, ended = None, spans[-1].end
    if timeline.score.pens:
        kicks_start = ended + periods.BEFORE_KICKS_S
        timed = _timed(_kicks(timeline, rng), kicks_start, rng)
        happenings += frame.shoot_out(kicks_start, timed, 120 if len(spans) > 2 else 90)
        ended = (timed[-1][0] if timed else kicks_start) + 20
    said = frame.note(timeline.score.ft, timeline.score.aet, timeline.score.pens)
    with_kicks = kicks_start is not None
    happenings += frame.whistles(spans, kicks_follow=with_kicks)
    happenings += frame.final_whistle(spans, ended, said, with_kicks=with_kicks)
    starts = frame.kick_offs(spans, two_stamps=two_stamps)
    return Course(
        fixture=fixture,
        spans=tuple(spans),
        kicks_start=kicks_start,
        ended=ended,
        # A kick-off comes before, a whistle after what is played in the same second.
        happenings=tuple(sorted([*starts, *happenings], key=lambda happening: happening.at)),
    )


def _fixture(timeline: Timeline, scheduled: int) -> Fixture:
    competition_id = invented_id("competition", timeline.competition)
    season_id = invented_id("season", timeline.competition, timeline.season)
    return Fixture(
        id=match_id(timeline.id),
        competition_id=competition_id,
        competition=timeline.competition,
        season_id=season_id,
        stage_id=invented_id("stage", season_id, timeline.stage),
        home_id=invented_id("team", timeline.home),
        home=timeline.home,
        away_id=invented_id("team", timeline.away),
        away=timeline.away,
        scheduled=scheduled,
        announced=scheduled - 86_400,
        cup=len(timeline.periods) > 2 or timeline.score.pens is not None,
        source=timeline.id,
    )


def match_id(timeline_id: str) -> str:
    """The match id under which a timeline is played."""
    return invented_id("timeline", timeline_id)


def _events(timeline: Timeline, spans: Sequence[Span]) -> Iterable[Happening]:
    starts = {span.name: span.start for span in spans}
    for key, event in enumerate(timeline.events, 1):
        what = WHATS.get(event.type)
        if what is None:
            continue
        player, other = event.own_goal_by or event.player, event.player_off or event.assist
        yield Happening(
            at=starts[event.period] + int(event.s),
            what=what,
            key=key,
            side=SIDES[event.team],
            minute=event.min + event.add,
            added=event.add,
            player=_player(player),
            other=_player(other),
            codes=(0, 9) if what is What.REVIEW else (0, 0),
        )


def _player(name: str) -> Player | None:
    return Player(invented_id("player", name), name) if name else None


def _kicks(timeline: Timeline, rng: Random) -> shootout.Kicks:
    """The kicks as listed; where the source lists none, some that end as the match did."""
    if timeline.shootout:
        listed = sorted(timeline.shootout, key=lambda kick: kick.n)
        return [(SIDES[kick.team], kick.result == "goal") for kick in listed]
    home, away = timeline.score.pens or (0, 0)
    return shootout.ending(home, away, rng)


def _timed(kicks: shootout.Kicks, start: int, rng: Random) -> list[tuple[int, int, bool]]:
    at, timed = start, []
    for side, into in kicks:
        at += rng.randint(*periods.BETWEEN_KICKS_S)
        timed.append((at, side, into))
    return timed
