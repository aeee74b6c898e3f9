"""The statistics of each half: reckoned at the whistles, until the provider tells them."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build import T, a_claim, a_match
from tests.core.claims import any_claims
from tests.core.test_properties import any_match, walk

from touchline.football.codes import SAME_IN_HALVES
from touchline.football.decide import decide
from touchline.football.half_statistics import grown
from touchline.football.model import (
    Group,
    HalfStat,
    Halves,
    Lineup,
    LineupSide,
    Match,
    Observation,
    Reason,
    Source,
    Stat,
    Status,
    Trend,
)

CORNERS, POSSESSION, ATTACKS, WOODWORK = 2, 25, 23, 34
AT_HALF_TIME = (Stat(CORNERS, 3, 1), Stat(POSSESSION, 60, 40))
AT_THE_END = (Stat(CORNERS, 5, 4), Stat(POSSESSION, 55, 45))
FIRST = (HalfStat(CORNERS, 3, 1), HalfStat(POSSESSION, 60, 40))
WARNING = "statistics.half_contradicts"


def played(*steps: Status | Sequence[Stat], match: Match | None = None) -> Match:
    """A match after some statuses and statistics, a minute apart."""
    match = match or a_match()
    for turn, step in enumerate(steps):
        at = {"at_ms": T + turn * 60_000}
        claim = a_claim(status=step, **at) if isinstance(step, Status) else a_claim(stats=step, **at)
        match = decide(match, claim, at["at_ms"]).match
    return match


def told(match: Match, halves: Halves) -> Match:
    """What the provider says of the halves, an hour later."""
    later = T + 3_600_000
    return decide(match, a_claim(halves=halves, source=Source.HALF_STATS, at_ms=later), later).match


# ---------------------------------------------------------------- half-time


def test_entering_half_time_keeps_the_counters_as_the_first_halfs() -> None:
    match = played(AT_HALF_TIME, Status.HALF_TIME)

    assert match.first_half_stats == FIRST


def test_the_claim_that_ends_the_half_may_bring_its_counters() -> None:
    claim = a_claim(status=Status.HALF_TIME, stats=AT_HALF_TIME)

    assert decide(a_match(), claim, T).match.first_half_stats == FIRST


def test_what_is_kept_is_not_kept_again() -> None:
    match = played(AT_HALF_TIME, Status.HALF_TIME, (Stat(CORNERS, 4, 1),), Status.SECOND_HALF)

    assert match.first_half_stats == FIRST


@pytest.mark.parametrize("steps", [(Status.HALF_TIME,), (AT_HALF_TIME, Status.SECOND_HALF)])
def test_without_counters_or_half_time_there_is_no_first_half(
    steps: tuple[Status | Sequence[Stat], ...],
) -> None:
    assert played(*steps).first_half_stats is None


def test_counters_heard_during_half_time_are_the_first_halfs_where_none_were_heard_before() -> None:
    assert played(Status.HALF_TIME, AT_HALF_TIME).first_half_stats == FIRST


def test_a_code_that_means_something_else_in_a_half_is_not_carried_over() -> None:
    match = played((*AT_HALF_TIME, Stat(WOODWORK, 1, 0)), Status.HALF_TIME)

    assert match.first_half_stats == FIRST
    assert SAME_IN_HALVES.isdisjoint({34, 38})


# ---------------------------------------------------------------- the end


def test_the_second_half_is_what_the_counters_have_grown_by_and_possession_is_never_subtracted() -> None:
    match = played(AT_HALF_TIME, Status.HALF_TIME, Status.SECOND_HALF, AT_THE_END, Status.ENDED)

    assert match.second_half_stats == (HalfStat(CORNERS, 2, 3),)


def test_a_counter_that_fell_is_unknown_and_said() -> None:
    match = played(AT_HALF_TIME, Status.HALF_TIME, Status.SECOND_HALF, (Stat(CORNERS, 2, 4),))
    later = T + 3_600_000

    ended = decide(match, a_claim(status=Status.ENDED, at_ms=later), later)

    assert ended.match.second_half_stats == (HalfStat(CORNERS, None, 3),)
    assert WARNING in ended.warnings
    again = decide(ended.match, a_claim(stats=AT_THE_END, at_ms=later + 1), later + 1)
    assert WARNING not in again.warnings, "said once"


def test_the_second_half_ends_before_extra_time() -> None:
    ninety = played(AT_HALF_TIME, Status.HALF_TIME, Status.SECOND_HALF, AT_THE_END, Status.EXTRA_TIME)
    over = played((Stat(CORNERS, 9, 9),), Status.SHOOT_OUT, Status.ENDED, match=ninety)

    assert over.second_half_stats == ninety.second_half_stats == (HalfStat(CORNERS, 2, 3),)


def test_nothing_is_reckoned_from_a_counter_below_nought() -> None:
    match = played((Stat(CORNERS, -1, 1),), Status.HALF_TIME, Status.SECOND_HALF, AT_THE_END, Status.ENDED)

    assert match.first_half_stats == (HalfStat(CORNERS, None, 1),)
    assert match.second_half_stats == (HalfStat(CORNERS, None, 3),)


def test_without_a_first_half_there_is_no_second() -> None:
    assert played(AT_THE_END, Status.ENDED).second_half_stats is None


# ---------------------------------------------------------------- the provider's word


def test_the_providers_word_wins_half_by_half() -> None:
    match = played(AT_HALF_TIME, Status.HALF_TIME, Status.SECOND_HALF, AT_THE_END, Status.ENDED)
    second = (HalfStat(CORNERS, 2, 2), HalfStat(POSSESSION, 50, 50), HalfStat(83, 4, 2))

    after = told(match, Halves(second=second))
    assert (after.first_half_stats, after.second_half_stats) == (FIRST, second)

    both = told(match, Halves(first=(HalfStat(CORNERS, 1, 1),), second=second))
    assert both.first_half_stats == (HalfStat(CORNERS, 1, 1),)


def test_the_providers_word_is_not_reckoned_over() -> None:
    match = told(played(AT_HALF_TIME, Status.HALF_TIME), Halves(second=(HalfStat(CORNERS, 2, 2),)))

    ended = decide(match, a_claim(status=Status.ENDED, at_ms=T + 7_200_000), T + 7_200_000).match

    assert ended.second_half_stats == (HalfStat(CORNERS, 2, 2),)


def test_a_word_that_only_confirms_our_reckoning_is_still_signed_once() -> None:
    match = played(AT_HALF_TIME, Status.HALF_TIME)
    later = T + 3_600_000
    claim = a_claim(halves=Halves(first=FIRST), source=Source.HALF_STATS, at_ms=later)

    once = decide(match, claim, later)
    twice = decide(
        once.match, a_claim(halves=Halves(first=FIRST), source=Source.HALF_STATS, at_ms=later + 1), later
    )

    assert (once.applied, twice.unchanged) == ((Group.HALVES,), (Group.HALVES,))


@pytest.mark.parametrize(
    ("said", "speakers"),
    [
        ({"halves": Halves(first=FIRST)}, {Source.HALF_STATS}),
        ({"trend": Trend(45, ((3, -1), ()))}, {Source.TREND_LIVE, Source.TREND_DETAIL}),
        ({"lineup": Lineup(confirmed=True, home=LineupSide(), away=LineupSide())}, {Source.LINEUP_DETAIL}),
    ],
)
def test_only_their_own_endpoints_speak_of_halves_trends_and_line_ups(
    said: dict[str, Any], speakers: set[Source]
) -> None:
    decisions = {source: decide(a_match(), a_claim(**said, source=source), T) for source in Source}

    heard = {source for source, each in decisions.items() if each.reason is not Reason.NOT_ITS_TURN}
    assert heard == speakers | {Source.OPERATOR}


# ---------------------------------------------------------------- whatever comes


@settings(max_examples=25)
@given(any_match(), any_claims())
def test_statistics_of_a_half_are_never_taken_back_and_never_negative(
    match: Match, claims: list[Observation]
) -> None:
    for before, claim, _, decision in walk(match, claims):
        after = decision.match
        assert before.first_half_stats is None or after.first_half_stats is not None
        assert before.second_half_stats is None or after.second_half_stats is not None
        if after.first_half_stats != before.first_half_stats and Group.HALVES not in decision.applied:
            assert before.first_half_stats is None
        reckoned = after.second_half_stats
        if reckoned is not before.second_half_stats and Group.HALVES not in decision.applied:
            assert claim.says.status is not None
            assert all((each.home or 0) >= 0 and (each.away or 0) >= 0 for each in reckoned or ())
            assert POSSESSION not in {each.type for each in reckoned or ()}


counter = st.integers(0, 9)


@given(st.dictionaries(st.integers(0, 90), st.tuples(counter, counter, counter, counter), max_size=12))
def test_the_halves_add_up_wherever_the_counters_did_not_fall(
    counters: dict[int, tuple[int, int, int, int]],
) -> None:
    first = [HalfStat(code, home, away) for code, (home, away, _, _) in counters.items()]
    full = [Stat(code, home, away) for code, (_, _, home, away) in counters.items()]

    second = {each.type: each for each in grown(full, first)}

    assert set(second) == set(counters) & SAME_IN_HALVES - {POSSESSION}
    for code, each in second.items():
        was_home, was_away, home, away = counters[code]
        assert each.home == (home - was_home if home >= was_home else None)
        assert each.away == (away - was_away if away >= was_away else None)
