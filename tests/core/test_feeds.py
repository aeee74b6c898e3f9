"""One feed, in order, twice and out of order: what is said last stands, and an echo adds nothing."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import T, a_claim, a_match, a_schedule, slots
from tests.core.claims import Connection, a_feed

from touchline.football import incidents, minute
from touchline.football.decide import decide
from touchline.football.model import (
    Goals,
    Group,
    Happening,
    Match,
    Observation,
    Pause,
    Pending,
    Source,
    Stat,
    Status,
    StatusChanged,
)


def remembered_aside(match: Match) -> Match:
    """The state without what is only remembered about claims: who said it, what waits, when."""
    kept = tuple(replace(one, withdrawn_ts=one.withdrawn_ts and 1, first_seen_ts=1) for one in match.incidents)
    pauses = tuple(Pause(1, 1) for _ in match.pauses)
    revisions = tuple(replace(one, observed_at_ms=1) for one in match.revisions)
    return replace(
        match,
        provenance={},
        pending=Pending(),
        phase_entered_ts=1,
        last_event_ts=1,
        last_seen_ts=1,
        incidents=kept,
        pauses=pauses,
        revisions=revisions,
    )


def told(match: Match, claims: list[Observation]) -> tuple[Match, list[Happening]]:
    happened: list[Happening] = []
    for claim in claims:
        decision = decide(match, claim, claim.observed_at_ms)
        happened += decision.happened
        match = decision.match
    return match, happened


START = a_match(status=Status.NOT_STARTED)


@given(a_feed(empty_lists=False))
def test_the_state_after_a_feed_is_what_it_said_last(claims: list[Observation]) -> None:
    match, _ = told(START, claims)
    last = {group: content for claim in claims for group in Group if (content := getattr(claim.says, group))}
    assert match.status == (last[Group.STATUS].status if Group.STATUS in last else Status.NOT_STARTED)
    if Group.GOALS in last:
        for side, scores in (
            (last[Group.GOALS].home, match.home_scores),
            (last[Group.GOALS].away, match.away_scores),
        ):
            assert side == (scores[0], scores[1], scores[5], scores[6])
    if Group.COUNTS in last:
        assert last[Group.COUNTS].home == match.home_scores[2:5]
        assert last[Group.COUNTS].away == match.away_scores[2:5]
    if Group.INCIDENTS in last:
        listed = [one.what for one in incidents.listed(match.incidents)]
        assert listed == incidents.collapsed(last[Group.INCIDENTS])
    assert match.statistics == last.get(Group.STATS, ())
    assert match.tlive == last.get(Group.TLIVE, ())


LAG_MAX = 7
Feeds = tuple[list[Observation], list[Observation]]


@st.composite
def echoed(draw: st.DrawFn) -> Feeds:
    """A feed as one connection says it, and the same with a second one behind it, losing some messages."""
    claims = draw(a_feed())
    one, other = Connection("mqtt-1"), Connection("mqtt-2")
    alone, both, behind = [], [], 0
    for turn, claim in enumerate(claims):
        at_ms = T + turn * 1_000
        alone.append(one.says(claim, at_ms))
        both.append(alone[-1])
        upto = draw(st.integers(max(behind, turn + 1 - LAG_MAX), turn + 1))
        kept = [late for late in range(behind, upto) if draw(st.booleans())]
        both += [other.says(claims[late], at_ms + 1 + late) for late in kept]
        behind = upto
    return alone, both


@given(echoed())
def test_a_second_connection_behind_the_first_adds_nothing(
    feeds: tuple[list[Observation], list[Observation]],
) -> None:
    alone, both = feeds
    once, happened_once = told(START, alone)
    twice, happened_twice = told(START, both)

    assert remembered_aside(twice) == remembered_aside(once)
    assert happened_twice == happened_once


@st.composite
def interleaved(draw: st.DrawFn) -> Feeds:
    """A feed heard by two connections, either of which may be ahead."""
    claims = draw(a_feed(empty_lists=False))
    connections = (Connection("mqtt-1"), Connection("mqtt-2"))
    places, heard = [0, 0], []
    while min(places) < len(claims):
        free = [
            which
            for which in (0, 1)
            if places[which] < len(claims) and places[which] - places[1 - which] < LAG_MAX
        ]
        which = draw(st.sampled_from(free))
        heard.append(connections[which].says(claims[places[which]], T + len(heard) * 500))
        places[which] += 1
    return claims, heard


@given(interleaved())
def test_two_connections_end_where_one_does(feeds: Feeds) -> None:
    claims, heard = feeds
    once, _ = told(START, claims)
    twice, happened = told(START, heard)

    assert (twice.status, twice.home_scores, twice.away_scores) == (
        once.status,
        once.home_scores,
        once.away_scores,
    )
    assert (twice.statistics, twice.tlive) == (once.statistics, once.tlive)
    assert [one.what for one in incidents.listed(twice.incidents)] == [
        one.what for one in incidents.listed(once.incidents)
    ]
    assert minute.of_match(twice).first_half_kickoff_ts == once.first_half_kickoff_ts
    changes = [one for one in happened if isinstance(one, StatusChanged)]
    assert all(was.after is now.before for was, now in pairwise(changes))
    assert len({one.after for one in changes}) == len(changes)


# ---------------------------------------------------------------- out of order


def distinct(seq: int) -> dict[str, Any]:
    """Contents of their own for every claim."""
    return {
        "goals": Goals((seq, 0, 0, 0), (0, 0, 0, 0)),
        "stats": [Stat(2, seq, 0)],
        "status": None,
    }


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_one_connection_in_any_order_with_losses_ends_at_its_newest(seqs: list[int]) -> None:
    match, _ = told(a_match(), [a_claim(seq=seq, at_ms=T + seq, **distinct(seq)) for seq in seqs])

    assert match.home_scores == slots(goals=max(seqs))
    assert match.statistics == (Stat(2, max(seqs), 0),)


@given(st.lists(st.tuples(st.sampled_from((Source.DIARY, Source.RECENT_LIST)), st.integers(1, 40)), min_size=1))
def test_provider_times_in_any_order_end_at_the_newest(said: list[tuple[Source, int]]) -> None:
    """Invariant 3: any order of claims."""
    match = a_match(status=Status.DELAYED)
    for source, time in said:
        claim = a_claim(
            goals=Goals((time, 0, 0, 0), (0, 0, 0, 0)),
            schedule=a_schedule(round_num=time),
            source=source,
            provider_time=T // 1000 + time,
        )
        match = decide(match, claim, T).match
    newest = max(time for _, time in said)

    assert match.provider_update_time == T // 1000 + newest
    assert (match.home_scores[0], match.schedule.round_num) == (newest, newest)
