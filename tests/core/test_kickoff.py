"""Kick-off stamps: set once, on entering their status; revisions beside them."""

import pytest
from tests.build import MATCH_TIME, T, a_claim, a_match

from touchline.football.decide import decide
from touchline.football.kickoff import REVISIONS_MAX, course
from touchline.football.minute import differs, minute_at, of_match, second_period_from
from touchline.football.model import Group, Match, Period, Reason, Status

K = MATCH_TIME
COLUMNS = {
    Status.FIRST_HALF: "first_half_kickoff_ts",
    Status.SECOND_HALF: "second_half_kickoff_ts",
    Status.EXTRA_TIME: "overtime_kickoff_ts",
}


def stamped(match: Match, *stamps: int, status: Status = Status.FIRST_HALF) -> Match:
    for stamp in stamps:
        at_ms = T if match.last_event_ts is None else (match.last_event_ts + 1) * 1000
        match = decide(match, a_claim(status=status, kickoff_ts=stamp, at_ms=at_ms), at_ms).match
    return match


def columns(match: Match) -> dict[str, int]:
    return {name: value for name in COLUMNS.values() if (value := getattr(match, name)) is not None}


@pytest.mark.parametrize("status", list(Status))
def test_a_stamp_is_set_on_entering_its_own_status_alone(status: Status) -> None:
    """Invariant 15: a stamp in another status is ignored; joining late in 4 sets the second only."""
    match = decide(a_match(status=Status.NOT_STARTED), a_claim(status=status, kickoff_ts=K + 3_800), T).match

    assert columns(match) == ({COLUMNS[status]: K + 3_800} if status in COLUMNS else {})
    assert match.revisions == ()


def test_a_stamp_that_comes_after_the_status_still_finds_its_column() -> None:
    listed = decide(a_match(status=Status.NOT_STARTED), a_claim(status=Status.FIRST_HALF), T).match
    assert columns(listed) == {}
    assert columns(stamped(listed, K + 24)) == {"first_half_kickoff_ts": K + 24}


def test_silence_about_the_stamp_changes_nothing() -> None:
    match = stamped(a_match(), K)
    decision = decide(match, a_claim(status=Status.FIRST_HALF, at_ms=T + 5_000), T + 5_000)

    assert decision.reason is Reason.UNCHANGED
    assert decision.match is match


def test_a_stamp_that_flaps_without_end_is_not_kept_without_end() -> None:
    match = stamped(a_match(), K, *[K + 1 + step % 2 for step in range(2 * REVISIONS_MAX)])
    assert len(match.revisions) == REVISIONS_MAX

    again = decide(match, a_claim(status=Status.FIRST_HALF, kickoff_ts=K + 9, at_ms=T + 900_000), T + 900_000)
    assert again.reason is Reason.UNCHANGED
    second = stamped(match, K + 3_800, K + 3_790, status=Status.SECOND_HALF)
    assert len(second.revisions) == REVISIONS_MAX + 1, "the next period has its own"


def test_the_first_halfs_stamp_left_standing_in_the_second_half_is_ignored() -> None:
    match = stamped(a_match(), K, K - 61)
    second = stamped(match, K, K - 61, K + 100, status=Status.SECOND_HALF)

    assert columns(second) == {"first_half_kickoff_ts": K}
    assert second.revisions == match.revisions
    assert columns(stamped(second, K + 3_800, status=Status.SECOND_HALF)) == {
        "first_half_kickoff_ts": K,
        "second_half_kickoff_ts": K + 3_800,
    }


def test_a_stamp_far_in_the_future_does_not_take_the_next_halfs_minute_away() -> None:
    match = stamped(a_match(), K + 7_200)
    second = stamped(match, K + 7_200, K + 3_800, status=Status.SECOND_HALF)

    assert second.second_half_kickoff_ts == K + 3_800


@pytest.mark.parametrize(
    ("delta_s", "reason", "followed"),
    [
        (-1, "revision", True),
        (-5, "revision", True),
        (-61, "revision", True),
        (30, "revision", True),
        (180, "revision", True),
        (181, "out_of_window", False),
        (400, "out_of_window", False),
        (-181, "out_of_window", False),
    ],
)
def test_a_different_stamp_is_kept_beside_the_first(delta_s: int, reason: str, followed: bool) -> None:
    match = stamped(a_match(), K, K + delta_s)

    assert match.first_half_kickoff_ts == K
    (one,) = match.revisions
    assert (one.period, one.seq, one.kickoff_ts, one.delta_s) == (Period.FIRST_HALF, 1, K + delta_s, delta_s)
    assert (one.reason, one.followed, one.observed_at_ms) == (reason, followed, T + 1_000)
    expected = 11 if not followed else (600 - delta_s) // 60 + 1
    assert minute_at(of_match(match), K + 600) == expected


def test_a_stamp_revised_in_steps_is_measured_against_the_first() -> None:
    match = stamped(a_match(), K, K - 48, K - 54, K - 62, K - 62, K)

    assert [(one.seq, one.delta_s, one.followed) for one in match.revisions] == [
        (1, -48, True),
        (2, -54, True),
        (3, -62, True),
        (4, 0, True),
    ]
    followed = course(match, Period.FIRST_HALF)
    assert followed is not None
    assert followed.kickoff_ts == K


def test_a_revision_is_appended_and_visible_and_repeats_nothing() -> None:
    match = stamped(a_match(), K)
    claim = a_claim(status=Status.FIRST_HALF, kickoff_ts=K - 61, at_ms=T + 9_000)
    decision = decide(match, claim, T + 9_000)

    assert decision.applied == (Group.STATUS,)
    assert decision.visible
    assert decision.happened == ()
    assert decision.revisions == decision.match.revisions
    assert decide(decision.match, claim, T + 9_500).match is decision.match


def test_each_period_counts_its_own_revisions() -> None:
    match = stamped(a_match(), K, K - 61)
    match = stamped(match, K + 3_800, K + 3_739, K + 3_738, status=Status.SECOND_HALF)

    assert [(one.period, one.seq, one.delta_s) for one in match.revisions] == [
        (Period.FIRST_HALF, 1, -61),
        (Period.SECOND_HALF, 1, -61),
        (Period.SECOND_HALF, 2, -62),
    ]


def test_a_stamp_in_the_future_is_kept_and_followed_inside_the_window() -> None:
    match = stamped(a_match(status=Status.NOT_STARTED), T // 1000 + 100)

    assert match.first_half_kickoff_ts == T // 1000 + 100
    assert minute_at(of_match(match), T / 1000) == 1


# ---------------------------------------------------------------- extra time


@pytest.mark.parametrize(
    ("delta_s", "reason"),
    [
        (899, "out_of_window"),
        (900, "et_second_period"),
        (1_100, "et_second_period"),
        (1_800, "et_second_period"),
        (1_801, "out_of_window"),
        (-61, "revision"),
    ],
)
def test_a_second_stamp_in_extra_time_begins_its_second_period(delta_s: int, reason: str) -> None:
    match = stamped(a_match(status=Status.EXTRA_TIME), K, K + delta_s, status=Status.EXTRA_TIME)

    assert [one.reason for one in match.revisions] == [reason]
    assert (second_period_from(match) is not None) is (reason == "et_second_period")
    assert match.overtime_kickoff_ts == K


def test_a_flip_between_hearing_the_second_periods_stamp_and_deciding_it_is_the_first_periods() -> None:
    match = a_match(
        status=Status.EXTRA_TIME,
        phase_entered_ts=K,
        overtime_kickoff_ts=K,
        minute=109,
        last_minute_update_ts=K + 1_080,
    )
    heard = a_claim(status=Status.EXTRA_TIME, kickoff_ts=K + 1_075, at_ms=(K + 1_078) * 1000)
    after = decide(match, heard, (K + 1_082) * 1000).match

    assert minute_at(of_match(after), K + 1_082) == 106
    assert differs(of_match(after), 106)


def test_the_second_periods_stamp_is_revised_like_any_other() -> None:
    match = stamped(
        a_match(status=Status.EXTRA_TIME), K, K + 1_100, K + 1_039, K + 1_500, K, status=Status.EXTRA_TIME
    )

    assert [one.reason for one in match.revisions] == [
        "et_second_period",
        "revision",
        "out_of_window",
        "out_of_window",
    ]
    assert minute_at(of_match(match), K + 1_039 + 120) == 108


def test_a_long_second_half_has_no_second_period() -> None:
    match = stamped(a_match(status=Status.SECOND_HALF), K, K + 1_100, status=Status.SECOND_HALF)
    assert [one.reason for one in match.revisions] == ["out_of_window"]
