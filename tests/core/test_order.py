"""Whose word is newer: the order rules, group by group, and who may speak about what."""

import pytest
from msgspec.structs import replace
from tests.build import MATCH, MATCH_TIME, T, a_claim, a_goal, a_match, a_schedule, a_word
from tests.core.claims import goals_of, reason_for

from touchline.football.decide import create, decide, needs_incidents
from touchline.football.model import (
    Answer,
    Goals,
    Group,
    Match,
    Observation,
    Provenance,
    Reason,
    Source,
    Stat,
    Status,
    TextLine,
)
from touchline.football.order import RANK, SPEAKS, fingerprint, is_its_turn
from touchline.football.status import SCHEDULE_SOURCES
from touchline.ids import MatchId

POLL = Source.DETAIL_LIVE
RECENT = Source.RECENT_LIST


def with_goals(word: Provenance, **fields: object) -> Match:
    match = a_match(score=(1, 0), **fields)  # type: ignore[arg-type]
    return a_match(score=(1, 0), provenance={**match.provenance, Group.GOALS: word}, **fields)  # type: ignore[arg-type]


def test_equal_content_writes_nothing_at_all() -> None:
    match = with_goals(a_word())
    decision = decide(match, a_claim(score=(1, 0), at_ms=T + 60_000), T + 60_000)

    assert (decision.answer, decision.reason) == (Answer.SUCCESS, Reason.UNCHANGED)
    assert decision.match is match
    assert decision.unchanged == (Group.GOALS,)


@pytest.mark.parametrize(
    ("known", "said", "reason"),
    [(100, 101, Reason.APPLIED), (100, 100, Reason.EQUAL_TIME), (100, 99, Reason.OLDER)],
)
def test_provider_time_only_rises(known: int, said: int, reason: Reason) -> None:
    match = a_match(provider_update_time=T // 1000 + known)
    claim = a_claim(score=(1, 0), source=RECENT, provider_time=T // 1000 + said)

    decision = decide(match, claim, T)
    assert decision.reason is reason
    assert decision.match.provider_update_time == T // 1000 + max(known, said)


def test_the_same_update_twice_is_written_once() -> None:
    claim = a_claim(score=(1, 0), source=RECENT, provider_time=T // 1000)
    once = decide(a_match(), claim, T).match
    twice = decide(once, claim, T + 5_000)

    assert twice.match is once


@pytest.mark.parametrize(("lag_s", "reason"), [(2, Reason.APPLIED), (3, Reason.OLDER)])
def test_a_provider_time_may_lie_2_seconds_before_our_receipt(lag_s: int, reason: Reason) -> None:
    claim = a_claim(score=(2, 0), source=RECENT, provider_time=T // 1000 - lag_s, at_ms=T + 30_000)

    assert reason_for(with_goals(a_word(at_ms=T)), claim) is reason


def test_a_group_set_with_a_provider_time_is_not_lowered_by_an_earlier_one() -> None:
    word = a_word(source=RECENT, provider_time=T // 1000)
    earlier = a_claim(score=(0, 0), source=Source.DIARY, provider_time=T // 1000 - 1)

    assert reason_for(with_goals(word, status=Status.DELAYED), earlier) is Reason.OLDER


@pytest.mark.parametrize(("seq", "reason"), [(6, Reason.APPLIED), (5, Reason.OLDER), (4, Reason.OLDER)])
def test_one_connection_is_ordered_by_its_own_count(seq: int, reason: Reason) -> None:
    match = with_goals(a_word(seq=5, at_ms=T))
    clock_stepped_back = a_claim(score=(2, 0), seq=seq, at_ms=T - 90_000)

    assert reason_for(match, clock_stepped_back) is reason


@pytest.mark.parametrize(
    ("after_ms", "reason"),
    [
        (-1, Reason.OLDER),
        (0, Reason.LOWER_RANK),
        (3_000, Reason.LOWER_RANK),
        (3_001, Reason.APPLIED),
    ],
)
def test_a_lower_rank_waits_3_seconds_and_an_older_request_loses(after_ms: int, reason: Reason) -> None:
    match = with_goals(a_word(at_ms=T))

    assert reason_for(match, a_claim(score=(2, 0), source=POLL, at_ms=T + after_ms)) is reason


def test_a_higher_rank_overrules_at_once() -> None:
    match = with_goals(a_word(source=POLL, channel="poll-1"))

    assert reason_for(match, a_claim(score=(2, 0), at_ms=T)) is Reason.APPLIED


def test_reconcile_does_not_overwrite_a_newer_push() -> None:
    """Invariant 7: a request sent before the push was received is older, however late its answer."""
    pushed = decide(a_match(), a_claim(score=(1, 0), at_ms=T), T).match
    answer = decide(pushed, a_claim(score=(0, 0), source=POLL, at_ms=T - 2_000), T + 4_000)

    assert (answer.answer, answer.reason) == (Answer.STALE, Reason.OLDER)
    assert answer.match is pushed


def test_what_was_set_with_an_old_provider_time_is_as_old_as_that_time() -> None:
    asked_just_now = a_word(source=RECENT, channel="recent-1", provider_time=T // 1000 - 600, at_ms=T)
    match = with_goals(asked_just_now, provider_update_time=T // 1000 - 600)

    assert reason_for(match, a_claim(score=(2, 0), at_ms=T - 5_000)) is Reason.APPLIED


def test_groups_do_not_block_one_another() -> None:
    match = with_goals(a_word(seq=9))
    claim = a_claim(score=(0, 0), stats=[Stat(2, 3, 1)], seq=8)
    decision = decide(match, claim, T)

    assert decision.answer is Answer.SUCCESS
    assert decision.applied == (Group.STATS,)
    assert decision.refused == {Group.GOALS: Reason.OLDER}


def test_two_genuine_changes_in_one_second_are_both_applied() -> None:
    match = a_match()
    for step in range(1, 51):
        claim = a_claim(stats=[Stat(23, step, 0)], at_ms=T + step * 20, seq=step)
        match = decide(match, claim, T + step * 20).match
    assert match.statistics == (Stat(23, 50, 0),)


def test_an_operators_word_holds() -> None:
    match = with_goals(a_word(source=Source.OPERATOR, channel="operator"))

    assert reason_for(match, a_claim(score=(3, 0), at_ms=T + 3_600_000)) is Reason.LOWER_RANK
    corrected = a_claim(score=(3, 0), source=Source.OPERATOR, channel="operator", at_ms=T + 1)
    assert reason_for(match, corrected) is Reason.APPLIED


# ---------------------------------------------------------------- who may speak


def test_ranks_are_the_domains() -> None:
    assert [RANK[source] for source in Source] == [5, 4, 3, 3, 2, 1, 1, 2, 2, 2, 2, 2, 2]
    assert set(SPEAKS) == set(RANK) == set(Source)


def test_live_sources_say_nothing_of_the_schedule_and_lists_nothing_of_the_play() -> None:
    match = a_match()
    assert reason_for(match, a_claim(schedule=a_schedule(venue_id="v"))) is Reason.NOT_ITS_TURN
    for claim in (
        a_claim(incidents=[a_goal()], source=RECENT),
        a_claim(stats=[Stat(2, 1, 0)], source=Source.DIARY),
        a_claim(tlive=[TextLine("1'", "Corner")], source=Source.SEASON_RECENT),
    ):
        assert reason_for(match, claim) is Reason.NOT_ITS_TURN


@pytest.mark.parametrize("source", [Source.DIARY, Source.SEASON_RECENT])
@pytest.mark.parametrize("status", list(Status))
def test_the_diary_speaks_of_a_match_at_rest(source: Source, status: Status) -> None:
    spoken = with_goals(a_word(at_ms=T - 60_000), status=status)
    claim = a_claim(score=(2, 0), source=source, provider_time=T // 1000)

    expected = status in {0, 1, 9, 12, 13}
    assert is_its_turn(spoken, claim, Group.GOALS, T) is expected
    assert (reason_for(spoken, claim) is Reason.APPLIED) is expected


def test_the_diary_speaks_of_a_running_match_when_no_live_source_did_for_10_minutes() -> None:
    match = with_goals(a_word(at_ms=T))
    claim = a_claim(score=(2, 0), source=Source.DIARY, provider_time=T // 1000 + 599)

    assert not is_its_turn(match, claim, Group.GOALS, T + 599_999)
    assert is_its_turn(match, claim, Group.GOALS, T + 600_000)
    assert is_its_turn(a_match(), claim, Group.GOALS, T)


def test_a_repeat_of_what_stands_is_a_word_of_a_live_source_too() -> None:
    confirmed = replace(with_goals(a_word(at_ms=T - 700_000)), last_live_seen_ts=T // 1000 - 10)
    claim = a_claim(score=(2, 0), source=Source.DIARY, provider_time=T // 1000)

    assert reason_for(confirmed, claim) is Reason.NOT_ITS_TURN
    assert reason_for(replace(confirmed, last_live_seen_ts=T // 1000 - 600), claim) is Reason.APPLIED


@pytest.mark.parametrize("status", [Status.ENDED, Status.CANCELLED])
def test_an_end_before_its_time_waits_for_the_recent_list(status: Status) -> None:
    fixture = a_match(status=Status.NOT_STARTED)
    early = (MATCH_TIME - 3_600) * 1000
    said = {"status": status, "score": (1, 0), "provider_time": MATCH_TIME - 3_700, "at_ms": early}

    by_diary = decide(fixture, a_claim(source=Source.DIARY, **said), early)  # type: ignore[arg-type]
    assert by_diary.refused == {Group.STATUS: Reason.NOT_ITS_TURN, Group.GOALS: Reason.NOT_ITS_TURN}
    assert decide(fixture, a_claim(source=RECENT, **said), early).match.status is status  # type: ignore[arg-type]
    after = (MATCH_TIME + 1) * 1000
    assert decide(fixture, a_claim(source=Source.DIARY, **said), after).match.status is status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "claimed", "at_s"),
    [
        pytest.param(Status.NOT_STARTED, Status.CANCELLED, MATCH_TIME - 3_600, id="cancelled fixture"),
        pytest.param(Status.SECOND_HALF, Status.ENDED, T // 1000, id="missed end"),
    ],
)
def test_a_record_that_had_not_its_turn_is_still_news_from_a_source_that_has(
    before: Status, claimed: Status, at_s: int
) -> None:
    match = a_match(status=before, provenance={Group.STATUS: a_word(at_ms=(at_s - 60) * 1000)})
    said = {"status": claimed, "schedule": a_schedule(note="off"), "provider_time": at_s - 30}
    by_diary = decide(match, a_claim(source=Source.DIARY, at_ms=at_s * 1000, **said), at_s * 1000)  # type: ignore[arg-type]

    assert by_diary.applied == (Group.SCHEDULE,)
    assert by_diary.refused == {Group.STATUS: Reason.NOT_ITS_TURN}
    later = at_s * 1000 + 60_000
    by_list = decide(by_diary.match, a_claim(source=RECENT, at_ms=later, **said), later)  # type: ignore[arg-type]
    assert by_list.match.status is claimed
    assert by_list.match.provider_update_time == at_s - 30


def test_history_speaks_after_the_end() -> None:
    claim = a_claim(score=(2, 0), source=Source.LIVE_HISTORY)
    assert reason_for(a_match(), claim) is Reason.NOT_ITS_TURN
    assert reason_for(a_match(status=Status.ENDED), claim) is Reason.APPLIED
    missed_end = a_claim(score=(2, 0), status=Status.ENDED, source=Source.LIVE_HISTORY)
    assert decide(a_match(status=Status.SECOND_HALF), missed_end, T).match.status is Status.ENDED


# ---------------------------------------------------------------- two connections on one feed


def test_fingerprints_fit_a_signed_column_and_do_not_depend_on_the_order_of_keys() -> None:
    one = fingerprint(a_schedule(coverage={"mlive": 1, "lineup": 0}))
    assert one == fingerprint(a_schedule(coverage={"lineup": 0, "mlive": 1}))
    assert 0 <= one < 2**63
    assert one != fingerprint(a_schedule(coverage={"mlive": 0, "lineup": 0}))
    assert fingerprint(goals_of((1, 0))) == 3_784_614_223_066_313_147, "stable over processes"


# ---------------------------------------------------------------- rows, answers, stamps


@pytest.mark.parametrize("source", list(Source))
def test_rows_are_made_by_schedule_sources_alone(source: Source) -> None:
    """Invariant 14, as far as the core goes."""
    claim = a_claim(schedule=a_schedule(), source=source, provider_time=T // 1000)
    made = create(claim, T)

    assert (made is not None) == (source in SCHEDULE_SOURCES)
    assert create(a_claim(score=(1, 0), source=source), T) is None


def test_a_new_row_takes_the_claim_that_made_it() -> None:
    claim = a_claim(
        schedule=a_schedule(), status=Status.NOT_STARTED, score=(0, 0), source=RECENT, provider_time=T // 1000
    )
    made = create(claim, T)
    assert made is not None
    decision = decide(made, claim, T)

    assert decision.visible
    assert decision.applied == (Group.SCHEDULE,)
    assert decision.match.provider_update_time == T // 1000
    assert decide(decision.match, claim, T + 60_000).match is decision.match


def test_a_claim_about_another_match_is_invalid() -> None:
    decision = decide(a_match(), a_claim(score=(1, 0), match_id=MatchId("bbbbbbbbbbbbbb2")), T)

    assert (decision.answer, decision.reason) == (Answer.INVALID, Reason.UNKNOWN_MATCH)


@pytest.mark.parametrize(
    "claim",
    [
        a_claim(goals=Goals((-1, 0, 0, 0), (0, 0, 0, 0))),
        a_claim(goals=Goals((0, 0, 0, 0), (0, 0, 0, 40_000))),
        a_claim(status=Status.SECOND_HALF, kickoff_ts=MATCH_TIME * 1000),
        a_claim(schedule=a_schedule(match_time=MATCH_TIME * 1000), source=RECENT),
    ],
)
def test_what_no_column_can_hold_is_invalid(claim: Observation) -> None:
    match = a_match(status=Status.NOT_STARTED)
    decision = decide(match, claim, T)

    assert (decision.answer, decision.reason) == (Answer.INVALID, Reason.WRONG_SHAPE)
    assert decision.match is match


def test_an_accepted_change_is_stamped_with_our_clock() -> None:
    """Invariants 11 and 12."""
    decision = decide(a_match(), a_claim(score=(1, 0), at_ms=T - 500), T + 1_999)

    assert decision.match.last_event_ts == decision.match.last_seen_ts == T // 1000 + 1
    assert decision.match.provider_update_time is None
    repeat = decide(decision.match, a_claim(score=(1, 0), at_ms=T + 60_000), T + 60_000)
    assert repeat.match.last_event_ts == T // 1000 + 1


def test_a_claim_that_says_nothing_changes_nothing() -> None:
    match = a_match()
    decision = decide(match, a_claim(), T)

    assert (decision.answer, decision.reason) == (Answer.SUCCESS, Reason.UNCHANGED)
    assert decision.match is match


def test_incidents_are_needed_for_status_goals_and_incidents_alone() -> None:
    assert needs_incidents(a_claim(score=(0, 0)))
    assert needs_incidents(a_claim(incidents=[]))
    assert needs_incidents(a_claim(status=Status.ENDED))
    assert not needs_incidents(a_claim(stats=[], tlive=[]))


# ---------------------------------------------------------------- schedule


@pytest.mark.parametrize("status", list(Status))
def test_match_time_moves_only_before_the_match_and_by_schedule_sources(status: Status) -> None:
    match = a_match(status=status)
    later = a_schedule(match_time=MATCH_TIME + 3_600, venue_id="vvvvvvvvvvvvv01")
    claim = a_claim(schedule=later, source=Source.DIARY, provider_time=T // 1000)
    after = decide(match, claim, T).match

    assert after.schedule.venue_id == "vvvvvvvvvvvvv01"
    assert (after.schedule.match_time == MATCH_TIME + 3_600) == (status in {0, 1, 9, 13})


@pytest.mark.parametrize(("before", "after"), [(Status.CANCELLED, 1), (Status.INTERRUPTED, 9), (2, 13)])
def test_a_match_put_off_takes_its_new_time_by_the_same_claim(before: int, after: int) -> None:
    later = a_schedule(match_time=MATCH_TIME + 86_400)
    claim = a_claim(status=Status(after), schedule=later, source=RECENT, provider_time=T // 1000)
    decision = decide(a_match(status=Status(before)), claim, T)

    assert (decision.match.status, decision.match.schedule.match_time) == (after, MATCH_TIME + 86_400)
    assert decide(decision.match, claim, T).match is decision.match


def test_an_unknown_part_of_a_schedule_erases_nothing() -> None:
    match = a_match(schedule=a_schedule(venue_id="v", round_num=3, environment={"wind": "2 m/s"}, neutral=True))
    claim = a_claim(schedule=a_schedule(home_team_id=""), source=RECENT, provider_time=T // 1000)
    after = decide(match, claim, T).match.schedule

    assert (after.venue_id, after.round_num, after.environment) == ("v", 3, {"wind": "2 m/s"})
    assert after.home_team_id == match.schedule.home_team_id
    assert after.neutral is False


def test_match_id_of_the_builders_is_well_formed() -> None:
    assert a_match().id == MATCH
