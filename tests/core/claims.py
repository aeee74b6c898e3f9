"""Strategies for claims: small worlds, so that contents repeat, fall and come back."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from tests.build import MATCH_TIME, T, a_claim, a_schedule, an_incident

from touchline.football.decide import decide
from touchline.football.model import (
    Counts,
    Goals,
    Group,
    HalfStat,
    Halves,
    Incident,
    Lineup,
    LineupPlayer,
    LineupSide,
    Match,
    Observation,
    Reason,
    Side,
    Source,
    Stat,
    Status,
    TextLine,
    Trend,
)
from touchline.football.order import fingerprint

FORWARD = (Status.FIRST_HALF, Status.HALF_TIME, Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT)
STAMPS = (None, MATCH_TIME, MATCH_TIME - 61, MATCH_TIME + 1_100, MATCH_TIME + 3_900)
TYPES = (1, 3, 4, 8, 9, 11, 12, 15, 17, 28, 29, 30)


def numbers(most: int = 3) -> st.SearchStrategy[int]:
    return st.integers(0, most)


def goals() -> st.SearchStrategy[Goals]:
    side = st.tuples(numbers(), numbers(1), numbers(), numbers(2))
    some = st.builds(Goals, side, side)
    return st.one_of(st.just(Goals((0, 0, 0, 0), (0, 0, 0, 0))), some)


def counts() -> st.SearchStrategy[Counts]:
    side = st.tuples(numbers(1), numbers(2), st.integers(-1, 3))
    return st.builds(Counts, side, side)


@st.composite
def an_entry(draw: st.DrawFn) -> Incident:
    kind = draw(st.sampled_from(TYPES))
    running = draw(st.one_of(st.none(), st.tuples(numbers(), numbers()))) if kind in {1, 8, 17} else None
    fields: dict[str, Any] = {} if running is None else {"home_score": running[0], "away_score": running[1]}
    if kind == 28:
        fields["var_result"] = draw(st.integers(0, 6))
    return an_incident(
        kind,
        minute=draw(st.sampled_from((1, 5, 9, 44, 47, 60, 93))),
        side=Side.NEUTRAL if kind in {11, 12} else draw(st.sampled_from((Side.HOME, Side.AWAY))),
        player_id=draw(st.sampled_from(("", "p1", "p2"))),
        **fields,
    )


def lists(*, least: int = 0) -> st.SearchStrategy[tuple[Incident, ...]]:
    return st.lists(an_entry(), min_size=least, max_size=6).map(tuple)


def stats(*, least: int = 0) -> st.SearchStrategy[tuple[Stat, ...]]:
    return st.lists(
        st.builds(Stat, st.sampled_from((2, 3, 25)), numbers(), numbers()), min_size=least, max_size=2
    ).map(tuple)


def lines(*, least: int = 0) -> st.SearchStrategy[tuple[TextLine, ...]]:
    return st.lists(st.builds(TextLine, st.just("1'"), st.sampled_from("ab")), min_size=least, max_size=2).map(
        tuple
    )


def _expected(*names: str, confirmed: bool = False) -> Lineup:
    players = tuple(LineupPlayer(name=name, starts=True) for name in names)
    return Lineup(confirmed=confirmed, home=LineupSide(players=players), away=LineupSide())


# Told whole by endpoints of their own: a few contents that repeat are as good as any.
LINEUPS = (None, None, _expected("A"), _expected("A", "B"), _expected("A", confirmed=True))
TRENDS = (None, None, Trend(45, ((1,), ())), Trend(45, ((1, -1), ())), Trend(45, ((-1,), ())))
HALVES = (
    None,
    None,
    Halves(),
    Halves(first=(HalfStat(2, 1, 0),)),
    Halves(second=(HalfStat(2, None, 3), HalfStat(25, 60, 40))),
    Halves(first=(HalfStat(34, 1, 1),), second=()),
)


def schedules() -> st.SearchStrategy[Any]:
    return st.builds(
        lambda moved, venue, environment: a_schedule(
            match_time=MATCH_TIME + moved, venue_id=venue, environment=environment
        ),
        st.sampled_from((0, 600, 3_600)),
        st.sampled_from(("", "v1", "v2")),
        st.sampled_from(({}, {"wind": "2 m/s"}, {"wind": "3 m/s"})),
    )


@st.composite
def any_claims(draw: st.DrawFn, sources: Sequence[Source] = tuple(Source)) -> list[Observation]:
    """What could come from anywhere, in any order, twice, with clocks that step back."""
    claims = []
    for _ in range(draw(st.integers(1, 14))):
        source = draw(st.sampled_from(list(sources)))
        with_time = draw(st.booleans()) and source in {Source.RECENT_LIST, Source.DIARY, Source.SEASON_RECENT}
        claim = a_claim(
            status=draw(st.one_of(st.none(), st.sampled_from(Status))),
            kickoff_ts=draw(
                st.sampled_from((None, MATCH_TIME, MATCH_TIME - 61, MATCH_TIME + 1_100, MATCH_TIME + 3_900))
            ),
            goals=draw(st.one_of(st.none(), goals())),
            counts=draw(st.one_of(st.none(), counts())),
            incidents=draw(st.one_of(st.none(), lists())),
            stats=draw(st.one_of(st.none(), stats())),
            tlive=draw(st.one_of(st.none(), lines())),
            schedule=draw(st.one_of(st.none(), schedules())),
            lineup=draw(st.sampled_from(LINEUPS)),
            trend=draw(st.sampled_from(TRENDS)),
            halves=draw(st.sampled_from(HALVES)),
            deleted=draw(st.sampled_from((None, None, True, False))),
            source=source,
            channel=f"{source}-{draw(st.integers(1, 2))}",
            at_ms=T + 1000 * draw(st.integers(-3_600, 7_200)),
            seq=draw(st.integers(0, 9)),
            provider_time=T // 1000 + draw(st.integers(-3_600, 7_200)) if with_time else None,
        )
        claims += [claim] * draw(st.integers(1, 2))
    return draw(st.permutations(claims))


@st.composite
def a_feed(draw: st.DrawFn, *, empty_lists: bool = True) -> list[Observation]:
    """What one push connection says, one message a second: statuses go forward, the rest anywhere."""
    claims = []
    stage = -1
    least = 0 if empty_lists else 1
    for step in range(draw(st.integers(1, 12))):
        stage = min(len(FORWARD) - 1, stage + draw(st.sampled_from((0, 0, 0, 1))))
        kind = draw(st.sampled_from(("score", "score", "incidents", "stats", "tlive")))
        at = {"at_ms": T + step * 1000, "seq": step + 1}
        if kind == "score":
            claims.append(
                a_claim(
                    status=FORWARD[stage] if stage >= 0 else None,
                    kickoff_ts=draw(st.sampled_from((None, MATCH_TIME, MATCH_TIME - 61))),
                    goals=draw(goals()),
                    counts=draw(counts()),
                    **at,
                )
            )
        elif kind == "incidents":
            claims.append(a_claim(incidents=draw(lists(least=least)), **at))
        elif kind == "stats":
            claims.append(a_claim(stats=draw(stats(least=1)), **at))
        else:
            claims.append(a_claim(tlive=draw(lines(least=1)), **at))
    return claims


class Connection:
    """One connection: it counts its messages and knows what it last said of each group."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._said: dict[Group, int] = {}
        self._seq = 0

    def says(self, claim: Observation, at_ms: int) -> Observation:
        self._seq += 1
        follows = dict(self._said)
        for group in Group:
            if (content := getattr(claim.says, group)) is not None:
                self._said[group] = fingerprint(content)
        return Observation(
            match_id=claim.match_id,
            source=claim.source,
            channel=self._channel,
            observed_at_ms=at_ms,
            seq=self._seq,
            says=claim.says,
            follows=follows,
        )


def goals_of(score: tuple[int, int]) -> Goals:
    return Goals((score[0], 0, 0, 0), (score[1], 0, 0, 0))


def reason_for(match: Match, claim: Observation, now_ms: int = T) -> Reason:
    return decide(match, claim, now_ms).reason
