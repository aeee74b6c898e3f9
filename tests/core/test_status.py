"""The status machine is a table: every pair has an answer, every status can be reached."""

import pytest
from tests.build import MATCH_TIME, T, a_claim, a_match, a_schedule

from touchline.football import decide
from touchline.football.model import LIVE, Answer, Pending, Reason, Source, Status, StatusChanged
from touchline.football.status import NEXT, Move, is_provisional, label, missed, move

S = Status
FIXTURE = {S.NOT_STARTED, S.DELAYED, S.TO_BE_DETERMINED}
STOPPED = {S.ENDED, S.DELAYED, S.INTERRUPTED, S.ABANDONED, S.CANCELLED, S.TO_BE_DETERMINED}

# The domain's table, written down a second time on purpose.
AT_ONCE = {
    S.NOT_STARTED: set(S),
    S.DELAYED: set(S),
    S.TO_BE_DETERMINED: set(S),
    S.FIRST_HALF: STOPPED | {S.HALF_TIME, S.SECOND_HALF, S.EXTRA_TIME, S.SHOOT_OUT},
    S.HALF_TIME: STOPPED | {S.SECOND_HALF, S.EXTRA_TIME, S.SHOOT_OUT},
    S.SECOND_HALF: STOPPED | {S.EXTRA_TIME, S.SHOOT_OUT},
    S.EXTRA_TIME: STOPPED | {S.SHOOT_OUT},
    S.SHOOT_OUT: STOPPED,
    S.ENDED: set(),
    S.INTERRUPTED: set(S) - {S.ABNORMAL, S.NOT_STARTED},
    S.ABNORMAL: set(),
    S.ABANDONED: set(),
    S.CANCELLED: set(),
}
PAIRS = [(before, after) for before in S for after in S if before is not after]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_every_pair_is_answered_as_the_domain_says(before: Status, after: Status) -> None:
    pushed = move(before, after, provisional=False, source=Source.MQTT)

    assert (pushed is Move.AT_ONCE) == (after in AT_ONCE[before])


def test_every_status_has_a_row_and_can_be_reached_from_a_fixture() -> None:
    assert set(NEXT) == set(S)
    reached, edge = {S.NOT_STARTED}, {S.NOT_STARTED}
    while edge:
        edge = {after for before in edge for after in NEXT[before].at_once} - reached
        reached |= edge
    assert reached == set(S)


def test_every_status_can_be_left() -> None:
    for row in NEXT.values():
        assert row.at_once | row.by_schedule | row.while_provisional


@pytest.mark.parametrize("before", [S.ABNORMAL, S.ABANDONED, S.CANCELLED])
@pytest.mark.parametrize("after", sorted(FIXTURE))
def test_a_match_called_off_comes_back_on_a_schedule_sources_word(before: Status, after: Status) -> None:
    assert move(before, after, provisional=False, source=Source.RECENT_LIST) is Move.AT_ONCE
    assert move(before, after, provisional=False, source=Source.MQTT) is Move.CONFIRMED


def test_an_end_is_taken_back_by_extra_time_or_kicks_while_it_is_provisional() -> None:
    for after in LIVE:
        way = move(S.ENDED, after, provisional=True, source=Source.MQTT)
        assert (way is Move.AT_ONCE) == (after in {S.EXTRA_TIME, S.SHOOT_OUT})
        assert move(S.ENDED, after, provisional=False, source=Source.MQTT) is Move.CONFIRMED


def test_an_operators_word_is_enough() -> None:
    for before, after in PAIRS:
        assert move(before, after, provisional=False, source=Source.OPERATOR) is Move.AT_ONCE


def test_an_end_is_provisional_for_15_minutes_without_contradiction() -> None:
    ended = a_match(status=S.ENDED, phase_entered_ts=T // 1000)

    assert is_provisional(ended, T)
    assert is_provisional(ended, T + 899_999)
    assert not is_provisional(ended, T + 900_000)
    contested = a_match(
        status=S.ENDED, phase_entered_ts=T // 1000, pending=Pending(contested_at_ms=T + 600_000)
    )
    assert is_provisional(contested, T + 1_499_999)
    assert not is_provisional(contested, T + 1_500_000)
    assert not is_provisional(a_match(status=S.SECOND_HALF), T)


@pytest.mark.parametrize(
    ("before", "after", "skipped"),
    [
        (1, 2, ()),
        (1, 4, (2, 3)),
        (2, 4, (3,)),
        (1, 8, (2, 3, 4)),
        (3, 8, (4,)),
        (9, 3, (2,)),
        (4, 5, ()),
        (4, 7, ()),
        (4, 8, ()),
        (5, 8, ()),
        (8, 5, ()),
        (4, 2, ()),
        (10, 4, ()),
        (13, 4, ()),
        (2, 13, ()),
        (2, 12, ()),
    ],
)
def test_skipped_phases_are_named(before: int, after: int, skipped: tuple[int, ...]) -> None:
    assert missed(S(before), S(after)) == skipped


def test_labels_are_the_names_of_the_api() -> None:
    assert [label(status) for status in S] == [
        "abnormal",
        "not_started",
        "first_half",
        "half_time",
        "second_half",
        "extra_time",
        "shoot_out",
        "ended",
        "delayed",
        "interrupted",
        "abandoned",
        "cancelled",
        "to_be_determined",
    ]


PATHS = [
    "2 3 4 8",
    "4 8",
    "1 9",
    "9 1",
    "13 2",
    "4 8 5 8 7 8",
    "1 9 1",
    "2 10 2",
    "2 4",
    "3 13",
    "10 11",
    "1 8",
]


@pytest.mark.parametrize("path", PATHS)
def test_the_paths_that_were_seen_or_reported_are_walked_at_once(path: str) -> None:
    first, *rest = (S(int(step)) for step in path.split())
    match = a_match(status=first)
    for step, status in enumerate(rest, start=1):
        decision = decide.decide(match, a_claim(status=status, at_ms=T + step), T + step)
        assert (decision.answer, decision.reason) == (Answer.SUCCESS, Reason.APPLIED)
        assert decision.happened == (
            StatusChanged(before=match.status, after=status, missed=missed(match.status, status)),
        )
        match = decision.match
        assert match.status is status


def test_12_to_1_waits_for_a_schedule_source_or_a_second_word() -> None:
    cancelled = a_match(status=S.CANCELLED)
    pushed = decide.decide(cancelled, a_claim(status=S.NOT_STARTED), T)
    assert (pushed.answer, pushed.reason) == (Answer.STALE, Reason.BACKWARD_UNCONFIRMED)

    listed = a_claim(status=S.NOT_STARTED, source=Source.RECENT_LIST, provider_time=T // 1000)
    assert decide.decide(cancelled, listed, T).match.status is S.NOT_STARTED


def test_a_skipped_phase_is_legal_named_and_nothing_is_invented_for_it() -> None:
    decision = decide.decide(
        a_match(status=S.NOT_STARTED), a_claim(status=S.SECOND_HALF, kickoff_ts=MATCH_TIME + 3_800), T
    )

    assert decision.warnings == ("match.transition.gap",)
    assert decision.match.first_half_kickoff_ts is None
    assert decision.match.second_half_kickoff_ts == MATCH_TIME + 3_800


def test_a_match_that_is_over_when_it_is_first_heard_of_has_missed_nothing() -> None:
    claim = a_claim(
        schedule=a_schedule(), status=Status.ENDED, score=(1, 0), source=Source.DIARY, provider_time=T // 1000
    )
    made = decide.create(claim, T)
    assert made is not None
    first = decide.decide(made, claim, T)

    assert (first.first_word, first.warnings) == (True, ())
    assert first.match.home_scores[0] == 1
    assert [type(happening) for happening in first.happened] == [StatusChanged]  # no goal fell just now
    fixture = decide.decide(made, a_claim(schedule=a_schedule(), source=Source.DIARY), T).match
    late = decide.decide(fixture, a_claim(status=Status.ENDED), T)
    assert (late.first_word, late.warnings) == (False, ("match.transition.gap",))
