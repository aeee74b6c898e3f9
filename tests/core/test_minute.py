"""The minute: arithmetic, boundaries, and the text made of it."""

import math

import pytest
from msgspec.structs import replace
from tests.build import MATCH_TIME, T, a_claim, a_match

from touchline.football.decide import decide
from touchline.football.minute import (
    KICKOFF_IN_FUTURE,
    OVERRUN,
    Running,
    counts_from,
    differs,
    minute_at,
    next_flip,
    of_match,
    warning,
)
from touchline.football.model import RUNNING, KickoffRevision, Match, Pause, Period, Source, Status
from touchline.football.text import minute_text
from touchline.football.text import of_match as text_of

K = MATCH_TIME
S = Status


def running(status: Status = S.FIRST_HALF, **fields: object) -> Running:
    """A match whose running period began at K."""
    column = {
        S.FIRST_HALF: "first_half_kickoff_ts",
        S.SECOND_HALF: "second_half_kickoff_ts",
        S.EXTRA_TIME: "overtime_kickoff_ts",
    }.get(status, "first_half_kickoff_ts")
    known: dict[str, object] = {"status": status, "phase_entered_ts": K, column: K}
    return Running(**(known | fields))  # type: ignore[arg-type]


def a_revision(
    period: Period, stamp: int, *, reason: str = "revision", seen: int = K, followed: bool = True
) -> KickoffRevision:
    return KickoffRevision(
        period=period,
        seq=1,
        kickoff_ts=stamp,
        delta_s=stamp - K,
        source=Source.MQTT,
        observed_at_ms=seen * 1000,
        followed=followed,
        reason=reason,
    )


@pytest.mark.parametrize(
    ("status", "t", "minute", "text"),
    [
        (S.FIRST_HALF, 0, 1, "1'"),
        (S.FIRST_HALF, 59.9, 1, "1'"),
        (S.FIRST_HALF, 60, 2, "2'"),
        (S.FIRST_HALF, 44 * 60 + 59, 45, "45'"),
        (S.FIRST_HALF, 45 * 60, 46, "45+1'"),
        (S.FIRST_HALF, 46 * 60, 47, "45+2'"),
        (S.FIRST_HALF, 61 * 60 + 30, 62, "45+17'"),
        (S.SECOND_HALF, 0, 46, "46'"),
        (S.SECOND_HALF, 21 * 60, 67, "67'"),
        (S.SECOND_HALF, 44 * 60, 90, "90'"),
        (S.SECOND_HALF, 45 * 60, 91, "90+1'"),
        (S.SECOND_HALF, 66 * 60, 112, "90+22'"),
        (S.EXTRA_TIME, 0, 91, "91'"),
        (S.EXTRA_TIME, 15 * 60 - 1, 105, "105'"),
        (S.EXTRA_TIME, 15 * 60, 106, "105+1'"),
        (S.EXTRA_TIME, 1_079, 108, "105+3'"),
        (S.EXTRA_TIME, 1_080, 109, "109'"),
        (S.EXTRA_TIME, 30 * 60 - 1, 120, "120'"),
        (S.EXTRA_TIME, 30 * 60, 121, "120+1'"),
        (S.EXTRA_TIME, 35 * 60, 126, "120+6'"),
    ],
)
def test_minutes_and_their_text(status: Status, t: float, minute: int, text: str) -> None:
    assert minute_at(running(status), K + t) == minute
    assert minute_text(status, minute, of_phase=True, second_period=False) == text


@pytest.mark.parametrize(
    ("t2", "minute", "text"),
    [(0, 106, "106'"), (14 * 60, 120, "120'"), (15 * 60, 121, "120+1'"), (22 * 60, 128, "120+8'")],
)
def test_the_second_period_of_extra_time_counts_from_its_own_stamp(t2: int, minute: int, text: str) -> None:
    second = K + 1_100
    match = running(
        S.EXTRA_TIME,
        revisions=(a_revision(Period.OVERTIME, second, reason="et_second_period", seen=second),),
    )
    assert minute_at(match, second + t2) == minute
    assert minute_text(S.EXTRA_TIME, minute, of_phase=True, second_period=True) == text


def test_only_the_second_period_of_extra_time_may_begin_below_what_was_shown() -> None:
    second = K + 1_150
    announced = a_revision(Period.OVERTIME, second, reason="et_second_period", seen=second + 5)
    shown = {"minute": 110, "last_minute_update_ts": second + 2}
    before = running(S.EXTRA_TIME, **shown)
    after = running(S.EXTRA_TIME, revisions=(announced,), **shown)

    assert minute_at(before, second + 6) == 110
    assert minute_at(after, second + 6) == 106


def test_a_minute_of_the_first_period_reads_as_one_until_the_second_has_its_own() -> None:
    announced = a_revision(Period.OVERTIME, K + 990, reason="et_second_period", seen=K + 995)
    match = a_match(
        status=S.EXTRA_TIME,
        phase_entered_ts=K,
        overtime_kickoff_ts=K,
        revisions=(announced,),
        minute=107,
        last_minute_update_ts=K + 960,
    )

    assert text_of(match) == "105+2'"
    assert text_of(replace(match, minute=106, last_minute_update_ts=K + 996)) == "106'"


@pytest.mark.parametrize("updated_ts", [K + 960, K + 995])
def test_the_second_periods_first_minute_is_written_even_where_the_first_one_reached_it(
    updated_ts: int,
) -> None:
    announced = a_revision(Period.OVERTIME, K + 950, reason="et_second_period", seen=K + 995)
    match = running(S.EXTRA_TIME, revisions=(announced,), minute=106, last_minute_update_ts=updated_ts)

    assert differs(match, 106)
    assert not differs(replace(match, last_minute_update_ts=counts_from(match)), 106)


def test_a_minute_of_the_very_second_of_the_announcement_does_not_hold_the_second_period_up() -> None:
    announced = a_revision(Period.OVERTIME, K + 1_020, reason="et_second_period", seen=K + 1_022)
    match = running(S.EXTRA_TIME, revisions=(announced,), minute=108, last_minute_update_ts=K + 1_022)

    assert minute_at(match, K + 1_022.5) == 106


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (S.ABNORMAL, "—"),
        (S.NOT_STARTED, "—"),
        (S.HALF_TIME, "HT"),
        (S.SHOOT_OUT, "PEN"),
        (S.ENDED, "FT"),
        (S.DELAYED, "DELAY"),
        (S.INTERRUPTED, "INT"),
        (S.ABANDONED, "ABD"),
        (S.CANCELLED, "CAN"),
        (S.TO_BE_DETERMINED, "TBD"),
    ],
)
def test_a_standing_clock_says_why_and_writes_nothing(status: Status, text: str) -> None:
    match = running(status, minute=47, last_minute_update_ts=K)

    assert minute_at(match, K + 600) is None
    assert next_flip(match, K + 600) is None
    for of_phase in (True, False):
        assert minute_text(status, 47, of_phase=of_phase, second_period=False) == text


@pytest.mark.parametrize(
    ("status", "text"), [(S.FIRST_HALF, "1H"), (S.SECOND_HALF, "2H"), (S.EXTRA_TIME, "ET")]
)
def test_a_running_status_without_a_minute_of_its_own_shows_its_label(status: Status, text: str) -> None:
    assert minute_text(status, None, of_phase=True, second_period=False) == text
    assert minute_text(status, 48, of_phase=False, second_period=False) == text


def test_each_transition_keeps_the_stored_minute() -> None:
    """Invariant 10."""
    for after in set(S) - {S.FIRST_HALF}:
        match = a_match(minute=47, last_minute_update_ts=T // 1000 - 20)
        decision = decide(match, a_claim(status=after, source=Source.OPERATOR), T)
        assert decision.match.minute == 47
        assert decision.match.last_minute_update_ts == T // 1000 - 20
        if after not in RUNNING:
            assert minute_at(of_match(decision.match), T / 1000 + 600) is None


def test_the_minute_of_an_earlier_half_is_never_shown_for_the_next() -> None:
    match = a_match(status=S.HALF_TIME, minute=48, last_minute_update_ts=T // 1000)
    after = decide(match, a_claim(status=S.SECOND_HALF, kickoff_ts=T // 1000), T).match

    assert text_of(after) == "2H"
    assert minute_at(of_match(after), T / 1000 + 1) == 46
    assert differs(of_match(after), 48)


# ---------------------------------------------------------------- without a stamp, too early, too late


def test_without_a_stamp_there_is_a_minute_only_if_we_saw_the_period_begin() -> None:
    unseen = Running(status=S.SECOND_HALF, phase_entered_ts=K)
    assert minute_at(unseen, K + 120) is None
    assert next_flip(unseen, K + 120) is None

    seen = Running(status=S.SECOND_HALF, phase_entered_ts=K, phase_seen_live=True)
    assert minute_at(seen, K + 120) == 48
    assert next_flip(seen, K + 120) == K + 180


def test_a_stamp_of_another_period_is_no_stamp() -> None:
    assert minute_at(Running(status=S.SECOND_HALF, phase_entered_ts=K, first_half_kickoff_ts=K), K + 60) is None


@pytest.mark.parametrize(
    ("t", "minute", "flip", "event"),
    [
        (-121, None, -120, KICKOFF_IN_FUTURE),
        (-120, 46, 60, None),
        (-1, 46, 60, None),
        (0, 46, 60, None),
        (7_079, 163, 7_080, None),
        (7_140, 165, None, None),
        (7_200, 166, None, None),
        (7_201, None, None, OVERRUN),
    ],
)
def test_the_edges_of_a_period(t: int, minute: int | None, flip: int | None, event: str | None) -> None:
    match = running(S.SECOND_HALF)
    assert minute_at(match, K + t) == minute
    assert next_flip(match, K + t) == (None if flip is None else K + flip)
    assert warning(match, K + t) == event


def test_a_later_stamp_makes_the_minute_wait_instead_of_stepping_back() -> None:
    later = (a_revision(Period.FIRST_HALF, K + 120),)
    match = running(revisions=later, minute=11, last_minute_update_ts=K + 600)

    assert minute_at(match, K + 600) == 11
    assert next_flip(match, K + 600) == K + 120 + 11 * 60
    assert minute_at(match, K + 120 + 11 * 60) == 12


def test_a_stamp_61_seconds_earlier_moves_the_minute_forward_at_once() -> None:
    match = running(
        revisions=(a_revision(Period.FIRST_HALF, K - 61),), minute=11, last_minute_update_ts=K + 601
    )
    assert minute_at(match, K + 601) == 12


def test_a_revision_that_is_not_followed_moves_nothing() -> None:
    match = running(revisions=(a_revision(Period.FIRST_HALF, K + 400, reason="out_of_window", followed=False),))
    assert minute_at(match, K + 600) == 11


# ---------------------------------------------------------------- interruptions


def interrupted(*, stamp: int | None = None) -> Match:
    """Stopped in the 30th minute for two hours, then played on."""
    stopped, resumed = K + 29 * 60 + 30, K + 29 * 60 + 30 + 7_200
    match = a_match(first_half_kickoff_ts=K, minute=30, last_minute_update_ts=K + 29 * 60)
    match = decide(match, a_claim(status=S.INTERRUPTED, at_ms=stopped * 1000), stopped * 1000).match
    claim = a_claim(status=S.FIRST_HALF, kickoff_ts=stamp, at_ms=resumed * 1000)
    return decide(match, claim, resumed * 1000).match


def test_a_two_hour_interruption_is_taken_out() -> None:
    match = interrupted()
    resumed = K + 29 * 60 + 30 + 7_200

    assert match.pauses == (Pause(K + 29 * 60 + 30, resumed),)
    assert minute_at(of_match(match), resumed) == 30
    assert next_flip(of_match(match), resumed) == resumed + 30
    assert minute_at(of_match(match), resumed + 30) == 31


@pytest.mark.parametrize("off_s", [0, 60, -100, 170])
def test_a_stamp_that_lets_the_clock_go_on_is_followed(off_s: int) -> None:
    resumed = K + 29 * 60 + 30 + 7_200
    match = interrupted(stamp=K + 7_200 + off_s)

    assert [(one.reason, one.followed) for one in match.revisions] == [("resume", True)]
    expected = max(30, math.floor((resumed + 300 - K - 7_200 - off_s) / 60) + 1)
    assert minute_at(of_match(match), resumed + 300) == expected


def test_a_stamp_of_the_resumption_itself_is_not_followed() -> None:
    resumed = K + 29 * 60 + 30 + 7_200
    match = interrupted(stamp=resumed)

    assert [(one.reason, one.followed) for one in match.revisions] == [("out_of_window", False)]
    assert minute_at(of_match(match), resumed) == 30


def test_a_correction_of_the_old_stamp_after_a_short_stop_is_not_a_resumption() -> None:
    match = a_match(first_half_kickoff_ts=K, pauses=(Pause(K + 600, K + 780),))
    corrected = decide(match, a_claim(status=S.FIRST_HALF, kickoff_ts=K - 61), T).match
    resumed = decide(match, a_claim(status=S.FIRST_HALF, kickoff_ts=K + 175), T).match

    assert corrected.revisions[0].reason == "revision"
    assert minute_at(of_match(corrected), K + 800) == math.floor((800 + 61 - 180) / 60) + 1
    assert resumed.revisions[0].reason == "resume"
    assert minute_at(of_match(resumed), K + 800) == math.floor((800 - 175) / 60) + 1


def test_a_stop_during_half_time_costs_the_second_half_nothing() -> None:
    match = running(S.SECOND_HALF, second_half_kickoff_ts=K, pauses=(Pause(K - 500, K - 100),))
    assert minute_at(match, K + 60) == 47


def test_the_minute_does_not_step_back_across_an_interruption() -> None:
    match = interrupted(stamp=K + 7_200 + 170)
    assert minute_at(of_match(match), K + 29 * 60 + 31 + 7_200) == 30


def test_a_match_taken_back_to_its_first_half_counts_it_again() -> None:
    back = running(
        S.FIRST_HALF,
        phase_entered_ts=K + 3_000,
        minute=46,
        last_minute_update_ts=K + 2_900,
        second_half_kickoff_ts=K + 2_890,
    )
    assert minute_at(back, K + 3_001) == 51


def told_late(match: Match, *told: tuple[Status, int], now_s: int) -> Match:
    """After claims that were heard at their time and all decided at `now_s`."""
    for seq, (status, at_s) in enumerate(told):
        match = decide(match, a_claim(status=status, at_ms=at_s * 1000, seq=seq), now_s * 1000).match
    return match


@pytest.mark.parametrize("last_tick", [1_140, 2_460])
def test_an_interruption_is_as_long_as_it_was_heard_to_be(last_tick: int) -> None:
    """Though it was decided after an outage, and whether or not the minute went on meanwhile."""
    match = a_match(first_half_kickoff_ts=K, minute=last_tick // 60 + 1, last_minute_update_ts=K + last_tick)
    match = told_late(match, (S.INTERRUPTED, K + 1_200), (S.FIRST_HALF, K + 2_400), now_s=K + 2_500)

    assert match.pauses == (Pause(K + 1_200, K + 2_400),)
    assert minute_at(replace(of_match(match), minute=None), K + 2_500) == 22
    assert minute_at(of_match(match), K + 2_500) == max(22, last_tick // 60 + 1), "never back"


def test_a_second_half_heard_late_does_not_take_over_the_first_ones_minute() -> None:
    match = a_match(first_half_kickoff_ts=K, minute=50, last_minute_update_ts=K + 2_950)
    stopped = told_late(match, (S.INTERRUPTED, K + 2_900), (S.SECOND_HALF, K + 2_940), now_s=K + 2_960)

    assert stopped.phase_entered_ts > K + 2_950


def test_interruptions_in_one_second_are_told_apart() -> None:
    turns = [(S.INTERRUPTED, T // 1000), (S.FIRST_HALF, T // 1000)] * 3
    match = told_late(a_match(first_half_kickoff_ts=K), *turns, now_s=T // 1000)

    starts = [pause.started_ts for pause in match.pauses]
    assert starts == [T // 1000, T // 1000 + 1, T // 1000 + 2]
    assert all(pause.ended_ts == pause.started_ts for pause in match.pauses)


# ---------------------------------------------------------------- seen live


def test_a_phase_met_on_a_cold_start_was_not_seen_to_begin() -> None:
    fixture = a_match(status=S.NOT_STARTED, last_seen_ts=T // 1000 - 5)
    joined = decide(fixture, a_claim(status=S.EXTRA_TIME), T).match
    assert not joined.phase_seen_live
    assert minute_at(of_match(joined), T / 1000) is None

    watched = a_match(status=S.NOT_STARTED, last_live_seen_ts=T // 1000 - 5)
    assert not decide(watched, a_claim(status=S.SECOND_HALF), T).match.phase_seen_live
    assert decide(watched, a_claim(status=S.FIRST_HALF), T).match.phase_seen_live


# ---------------------------------------------------------------- boundaries


@pytest.mark.parametrize("status", sorted(RUNNING))
def test_the_minute_changes_at_each_flip_and_only_there(status: Status) -> None:
    match, now, flips = running(status), float(K), 0
    while (flip := next_flip(match, now)) is not None:
        before, just_before, at = minute_at(match, now), minute_at(match, flip - 0.01), minute_at(match, flip)
        assert before is not None
        assert (just_before, at) == (before, before + 1)
        now, flips = flip, flips + 1
    assert flips == 119


def test_a_minute_is_written_only_when_it_differs() -> None:
    """Invariant 9, in arithmetic: the second look in one minute has nothing to write."""
    match = running(minute=11, last_minute_update_ts=K + 600)
    for second in range(600, 660):
        minute = minute_at(match, K + second)
        assert minute == 11
        assert not differs(match, minute)
    later = minute_at(match, K + 660)
    assert later == 12
    assert differs(match, later)
    assert differs(running(minute=11, last_minute_update_ts=K - 1), 11)
    assert differs(running(), 1)
