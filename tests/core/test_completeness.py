"""What of a match is verified: half by half, against the score and the statistics."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import T, a_claim, a_goal, a_marker, a_match, a_schedule, an_incident, slots
from tests.core.claims import any_claims
from tests.core.test_halves import before_the_marker
from tests.core.test_properties import any_match, walk

from touchline.football.codes import END, GOALS, MIDFIELD
from touchline.football.completeness import (
    ATTEMPTS_MAX,
    followed,
    is_given_up,
    lists,
    looked_again,
    over,
    verified,
)
from touchline.football.decide import decide
from touchline.football.incidents import listed
from touchline.football.model import (
    Completeness,
    Gap,
    Goals,
    HalfStat,
    Halves,
    Incident,
    Match,
    Observation,
    Part,
    Side,
    Source,
    Stat,
    Status,
)
from touchline.football.score import display

FIRST, SECOND, FULL = Part
LIST = (
    a_goal(minute=12, score=(1, 0)),
    a_marker(MIDFIELD, minute=47),
    a_goal(minute=46, side=Side.AWAY, score=(1, 1)),
    an_incident(3, minute=80),
    a_goal(minute=93, score=(2, 1)),
    a_marker(END, minute=94),
)
COUNTERS = (Stat(2, 5, 4),)
OF_A_HALF = (HalfStat(2, 3, 1),)


def ended(entries: Sequence[Incident] = LIST, **fields: Any) -> Match:
    """A match that ended 2-1 after 1-0, with all there is to know of it, as it was looked at."""
    known: dict[str, Any] = {
        "status": Status.ENDED,
        "home_scores": slots(2, 1),
        "away_scores": slots(1, 0),
        "statistics": COUNTERS,
        "first_half_stats": OF_A_HALF,
        "second_half_stats": OF_A_HALF,
    }
    return followed(a_match(incidents=entries, **(known | fields)), listed=True)


def told(match: Match, *, after_min: int = 30, **said: Any) -> Match:
    """The match after history said something of it."""
    later = T + after_min * 60_000
    return decide(match, a_claim(source=Source.LIVE_HISTORY, at_ms=later, **said), later).match


# ---------------------------------------------------------------- when a part is whole


def test_a_match_with_all_its_goals_and_statistics_is_whole() -> None:
    match = ended()

    assert verified(match) == {FIRST: True, SECOND: True, FULL: True}
    assert match.completeness.reason == {}


@pytest.mark.parametrize(
    ("status", "parts"),
    [
        (Status.NOT_STARTED, set()),
        (Status.FIRST_HALF, set()),
        (Status.HALF_TIME, {FIRST}),
        (Status.SECOND_HALF, {FIRST}),
        (Status.EXTRA_TIME, {FIRST, SECOND}),
        (Status.SHOOT_OUT, {FIRST, SECOND}),
        (Status.ENDED, {FIRST, SECOND, FULL}),
    ],
)
def test_only_what_is_over_is_verified(status: Status, parts: set[Part]) -> None:
    match = ended(status=status)

    assert {part for part, is_whole in verified(match).items() if is_whole} == parts == set(over(match))


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"first_half_stats": None}, {FIRST: Gap.STATISTICS_MISSING}),
        ({"second_half_stats": ()}, {SECOND: Gap.STATISTICS_MISSING}),
        ({"statistics": ()}, {FULL: Gap.STATISTICS_MISSING}),
        ({"home_scores": slots(2, 0)}, {FIRST: Gap.GOALS_DIFFER, SECOND: Gap.GOALS_DIFFER}),
        ({"home_scores": slots(3, 1)}, {SECOND: Gap.GOALS_DIFFER, FULL: Gap.GOALS_DIFFER}),
        ({"away_scores": slots(1, 0, extra_time=3)}, {FULL: Gap.GOALS_DIFFER}),
        ({"away_scores": slots(1, 0, shoot_out=1)}, {FULL: Gap.GOALS_DIFFER}),
        ({"incidents": ()}, dict.fromkeys(Part, Gap.INCIDENTS_MISSING)),
    ],
)
def test_what_is_not_whole_says_why(missing: dict[str, Any], reason: dict[Part, Gap]) -> None:
    entries = missing.pop("incidents", LIST)
    match = ended(entries, **missing)

    assert match.completeness.reason == reason
    assert verified(match) == {part: part not in reason for part in Part}


def test_where_nobody_counts_statistics_are_not_waited_for() -> None:
    nothing: dict[str, Any] = {"statistics": (), "first_half_stats": None, "second_half_stats": None}

    thin = ended(schedule=a_schedule(coverage={"mlive": 0, "lineup": 0}), **nothing)
    assert all(verified(thin).values())
    for coverage in ({"mlive": 1}, {}):
        covered = ended(schedule=a_schedule(coverage=coverage), **nothing)
        assert set(covered.completeness.reason.values()) == {Gap.STATISTICS_MISSING}


def test_a_goalless_match_needs_no_incident() -> None:
    assert all(verified(ended((), home_scores=slots(), away_scores=slots())).values())


def test_goals_of_extra_time_and_kicks_belong_to_the_whole_match_alone() -> None:
    kicks = [an_incident(29, minute=90, side=Side.AWAY), an_incident(30, minute=90)]
    entries = [*LIST, a_goal(minute=100, side=Side.AWAY), *kicks]
    match = ended(
        entries,
        away_scores=slots(1, 0, extra_time=2, shoot_out=1),
        home_scores=slots(2, 1, extra_time=2),
        extra_time=(2, 2),
    )

    assert all(verified(match).values())
    kept = lists(match)
    assert kept.first == LIST[:2]
    assert kept.second == LIST[2:]
    assert kept.extra == tuple(entries[len(LIST) :])


@pytest.mark.parametrize("status", [Status.INTERRUPTED, Status.ABANDONED, Status.TO_BE_DETERMINED])
def test_a_status_that_says_nothing_of_the_way_leaves_the_halves_as_they_are(status: Status) -> None:
    in_extra_time, in_first_half = ended(status=Status.EXTRA_TIME), ended(status=Status.FIRST_HALF)

    stopped = followed(replace(in_extra_time, status=status), listed=True)
    assert verified(stopped) == verified(in_extra_time) == {FIRST: True, SECOND: True, FULL: False}
    assert over(followed(replace(in_first_half, status=status), listed=True)) == ()


def test_a_match_that_goes_on_after_its_end_is_not_whole() -> None:
    match = ended(statistics=())
    match = replace(match, phase_entered_ts=T // 1000)

    on = decide(match, a_claim(status=Status.EXTRA_TIME, at_ms=T + 60_000), T + 60_000).match

    assert verified(on) == {FIRST: True, SECOND: True, FULL: False}
    assert on.completeness.reason == {}


# ---------------------------------------------------------------- through the writer's judgement


def test_half_time_and_the_end_verify_what_is_over_in_the_claim_that_ends_it() -> None:
    match = a_match(incidents=LIST[:1], home_scores=slots(1, 1), statistics=COUNTERS)

    half_time = decide(match, a_claim(status=Status.HALF_TIME), T).match
    assert half_time.completeness == Completeness(first_half=True, second_half=False, full_time=False)
    assert lists(half_time).first == LIST[:1]

    later = T + 3_600_000
    over_now = a_claim(
        status=Status.ENDED,
        goals=Goals((2, 1, 0, 0), (1, 0, 0, 0)),
        incidents=LIST,
        stats=COUNTERS,
        at_ms=later,
    )
    assert all(verified(decide(half_time, over_now, later).match).values())


def test_a_goal_that_is_not_listed_yet_opens_the_part_until_it_is() -> None:
    match = ended(LIST[:4])
    assert match.completeness.reason == {SECOND: Gap.GOALS_DIFFER, FULL: Gap.GOALS_DIFFER}

    assert all(verified(told(match, incidents=LIST)).values())


def test_statistics_that_come_late_close_the_gap_though_no_incident_is_read() -> None:
    match = replace(ended(statistics=()), incidents=())  # as the writer reads it for a claim of counters

    later = T + 60_000
    after = decide(match, a_claim(stats=COUNTERS, at_ms=later), later).match
    assert all(verified(after).values())


def test_counters_do_not_close_a_gap_of_goals() -> None:
    match = replace(ended(LIST[:4], statistics=()), incidents=())

    after = decide(match, a_claim(stats=COUNTERS, at_ms=T + 60_000), T + 60_000).match
    assert after.completeness.reason == {SECOND: Gap.GOALS_DIFFER, FULL: Gap.GOALS_DIFFER}


def test_the_providers_halves_close_the_gap() -> None:
    match = ended(first_half_stats=None, second_half_stats=None)
    halves = Halves(first=OF_A_HALF, second=OF_A_HALF)

    later = T + 60_000
    claim = a_claim(halves=halves, source=Source.HALF_STATS, at_ms=later)
    assert all(verified(decide(replace(match, incidents=()), claim, later).match).values())


def test_a_late_edit_opens_the_part_and_counting_begins_anew() -> None:
    given_up = ended(statistics=())
    for _ in range(ATTEMPTS_MAX):
        given_up = looked_again(given_up, T // 1000)
    assert is_given_up(given_up)

    edited = told(given_up, incidents=LIST[:4])

    assert not verified(edited)[SECOND]
    assert (edited.completeness.attempts, edited.completeness.checked_at) == (0, None)
    assert verified(told(edited, incidents=LIST, after_min=60))[SECOND]


# ---------------------------------------------------------------- looking again


def test_looking_again_counts_what_is_still_open_and_nothing_else() -> None:
    whole, open_ = ended(), ended(statistics=())

    assert looked_again(whole, T // 1000) is whole
    after = looked_again(looked_again(open_, T // 1000), T // 1000 + 300)
    assert (after.completeness.attempts, after.completeness.checked_at) == (2, T // 1000 + 300)
    assert replace(after, completeness=open_.completeness) == open_
    assert not is_given_up(after)


def test_looking_again_repeats_the_reckoning_that_was_not_possible_at_the_end() -> None:
    match = ended(second_half_stats=None)

    after = looked_again(match, T // 1000)
    assert after.second_half_stats == (HalfStat(2, 2, 3),)
    assert all(verified(after).values())


@pytest.mark.parametrize(
    "extra", [{"schedule": a_schedule(has_ot=True)}, {"overtime_kickoff_ts": T // 1000}, {"extra_time": (2, 1)}]
)
def test_counters_with_extra_time_in_them_are_not_reckoned_with_late(extra: dict[str, Any]) -> None:
    match = ended(second_half_stats=None, **extra)

    assert looked_again(match, T // 1000).second_half_stats is None


# ---------------------------------------------------------------- how it is kept


def test_the_flags_are_always_written_and_the_reason_only_where_there_is_one() -> None:
    assert msgspec.json.decode(msgspec.json.encode(ended().completeness)) == {
        "first_half": True,
        "second_half": True,
        "full_time": True,
    }
    assert msgspec.json.decode(msgspec.json.encode(looked_again(ended(statistics=()), 7).completeness)) == {
        "first_half": True,
        "second_half": True,
        "full_time": False,
        "reason": {"full_time": "statistics_missing"},
        "attempts": 1,
        "checked_at": 7,
    }


def test_a_goal_among_the_kicks_is_not_overlooked() -> None:
    whole = told(ended(), incidents=LIST)
    assert verified(whole)[FULL]
    stray = told(whole, incidents=(*LIST, an_incident(30, minute=120), a_goal(minute=120, side=Side.HOME)))
    assert not verified(stray)[FULL]


# ---------------------------------------------------------------- whatever comes


@settings(max_examples=25)
@given(any_match(), any_claims())
def test_no_part_is_verified_against_the_score(match: Match, claims: list[Observation]) -> None:
    for _, _, _, decision in walk(followed(match, listed=True), claims):
        after = decision.match
        entries = [one.what for one in listed(after.incidents)]
        types = {entry.type for entry in entries}
        whole = verified(after)
        assert not [part for part in after.completeness.reason if whole[part]]
        if whole[FULL]:
            assert after.status is Status.ENDED
            assert after.statistics
            assert sum(entry.type in GOALS for entry in entries) == sum(display(after))
        if whole[FIRST]:
            assert after.first_half_stats
            if MIDFIELD in types and types.isdisjoint({29, 30}):
                assert before_the_marker(entries) == (after.home_scores[1], after.away_scores[1])
        # What was taken in without the incidents is not found to be otherwise with them.
        if decision.applied:
            assert followed(after, listed=True) is after


@given(st.sampled_from(range(len(LIST))), st.sampled_from((Side.HOME, Side.AWAY)))
def test_any_goal_too_many_or_too_few_opens_the_match_again(place: int, side: Side) -> None:
    whole = ended()
    more = told(whole, incidents=(*LIST[:place], a_goal(minute=60, side=side), *LIST[place:]))
    assert not verified(more)[FULL]
    if LIST[place].type in GOALS:
        less = told(whole, incidents=(*LIST[:place], *LIST[place + 1 :]))
        assert not verified(less)[FULL]
        assert all(verified(told(less, incidents=LIST, after_min=60)).values())
