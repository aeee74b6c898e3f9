"""What holds whatever comes: any order, any duplication, any loss."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import T, a_match
from tests.core.claims import any_claims, lists

from touchline.football import incidents
from touchline.football.codes import GOALS
from touchline.football.decide import create, decide
from touchline.football.kickoff import PERIODS, first
from touchline.football.model import (
    Answer,
    Decision,
    GoalCancelled,
    GoalScored,
    Group,
    Match,
    Observation,
    Reason,
    Source,
    Status,
    StatusChanged,
)
from touchline.football.schedule import MOVABLE
from touchline.football.score import display
from touchline.football.status import NEXT, SCHEDULE_SOURCES


def any_match() -> st.SearchStrategy[Match]:
    return st.sampled_from(Status).map(
        lambda status: a_match(status=status, minute=47, last_minute_update_ts=9)
    )


Step = tuple[Match, Observation, int, Decision]


def walk(match: Match, claims: list[Observation], *, apart_ms: int = 7_000) -> list[Step]:
    """Each step: the match before, the claim, our time, the decision. 0 apart: all in one transaction."""
    steps = []
    for turn, claim in enumerate(claims):
        now_ms = T + turn * apart_ms
        decision = decide(match, claim, now_ms)
        steps.append((match, claim, now_ms, decision))
        match = decision.match
    return steps


# ---------------------------------------------------------------- any claims at all


@given(any_match(), any_claims())
def test_every_claim_gets_an_answer_that_fits(match: Match, claims: list[Observation]) -> None:
    for before, claim, _, decision in walk(match, claims):
        said = {group for group in Group if getattr(claim.says, group) is not None}
        judged = [*decision.applied, *decision.unchanged, *decision.refused]
        assert said <= set(judged)
        assert len(judged) == len(set(judged))
        if decision.applied:
            assert (decision.answer, decision.reason) == (Answer.SUCCESS, Reason.APPLIED)
        elif decision.refused:
            assert decision.reason in decision.refused.values()
            assert decision.answer in {Answer.STALE, Answer.INVALID}
        else:
            assert (decision.answer, decision.reason) == (Answer.SUCCESS, Reason.UNCHANGED)
        if not decision.visible:
            assert (decision.happened, decision.revisions, decision.incidents) == ((), (), ())
            kept = replace(decision.match, pending=before.pending)
            assert kept == before


@given(any_match(), any_claims())
def test_a_claim_decided_twice_changes_nothing_the_second_time(match: Match, claims: list[Observation]) -> None:
    for _, claim, now_ms, decision in walk(match, claims):
        again = decide(decision.match, claim, now_ms)
        assert again.match is decision.match
        assert not again.visible


@given(any_match(), any_claims())
def test_provider_time_only_rises_and_only_by_a_payload(match: Match, claims: list[Observation]) -> None:
    """Invariants 3 and 11."""
    for before, claim, _, decision in walk(match, claims):
        known, after = before.provider_update_time, decision.match.provider_update_time
        if after != known:
            assert after == claim.provider_time
            assert known is None or after > known
        if known is not None and claim.provider_time is not None and claim.provider_time <= known:
            assert not decision.visible


@given(any_match(), any_claims((Source.DIARY, Source.SEASON_RECENT, Source.MQTT)))
def test_what_had_not_its_turn_leaves_its_provider_time_to_a_source_that_has(
    match: Match, claims: list[Observation]
) -> None:
    for before, _, _, decision in walk(match, claims):
        if Reason.NOT_ITS_TURN in decision.refused.values():
            assert decision.match.provider_update_time == before.provider_update_time


@given(any_match(), any_claims())
def test_kickoffs_are_written_once_and_in_their_own_status(match: Match, claims: list[Observation]) -> None:
    """Invariants 8 and 15."""
    for before, claim, _, decision in walk(match, claims):
        after = decision.match
        for status, period in PERIODS.items():
            was, now = first(before, period), first(after, period)
            if was != now:
                assert was is None
                assert after.status is status
                assert claim.says.status is not None
                assert now == claim.says.status.kickoff_ts
        assert after.revisions[: len(before.revisions)] == before.revisions
        assert decision.revisions == after.revisions[len(before.revisions) :]


@given(any_match(), any_claims())
def test_the_minute_is_not_the_writers_business(match: Match, claims: list[Observation]) -> None:
    """Invariants 2 and 10: whatever happens, the stored minute stays."""
    for _, _, _, decision in walk(match, claims):
        assert (decision.match.minute, decision.match.last_minute_update_ts) == (47, 9)
        assert decision.match.version == match.version


@given(any_match(), any_claims())
def test_an_event_is_stamped_with_our_clock_exactly_when_a_change_is_accepted(
    match: Match, claims: list[Observation]
) -> None:
    """Invariant 12."""
    for before, _, now_ms, decision in walk(match, claims):
        expected = now_ms // 1000 if decision.visible else before.last_event_ts
        assert decision.match.last_event_ts == expected


@given(any_match(), any_claims())
def test_match_time_moves_only_by_schedule_and_only_before_the_match(
    match: Match, claims: list[Observation]
) -> None:
    for before, claim, _, decision in walk(match, claims):
        if decision.match.schedule != before.schedule:
            assert claim.source in SCHEDULE_SOURCES
        if decision.match.schedule.match_time != before.schedule.match_time:
            assert {before.status, decision.match.status} & MOVABLE


@given(any_match(), any_claims((Source.MQTT,)))
def test_one_push_feed_alone_never_takes_a_step_that_needs_a_second_word(
    match: Match, claims: list[Observation]
) -> None:
    for before, _, _, decision in walk(match, claims):
        after = decision.match.status
        if after is not before.status:
            row = NEXT[before.status]
            assert after in row.at_once | row.while_provisional
            assert isinstance(decision.happened[0], StatusChanged)


@given(any_match(), any_claims())
def test_goal_events_add_up_to_the_score(match: Match, claims: list[Observation]) -> None:
    for before, _, _, decision in walk(match, claims):
        score = display(before)
        for one in decision.happened:
            if isinstance(one, GoalScored | GoalCancelled):
                step = 1 if isinstance(one, GoalScored) else -1
                assert abs(one.score[0] - score[0]) + abs(one.score[1] - score[1]) == 1
                assert one.score[one.side - 1] == score[one.side - 1] + step
                score = one.score
        assert score == display(decision.match)


@given(any_match(), any_claims(), st.sampled_from([0, 7_000]))
def test_pauses_are_opened_and_closed_in_turn(match: Match, claims: list[Observation], apart_ms: int) -> None:
    entered_ts = match.phase_entered_ts
    for _, _, _, decision in walk(match, claims, apart_ms=apart_ms):
        assert decision.match.phase_entered_ts >= entered_ts
        entered_ts = decision.match.phase_entered_ts
        pauses = decision.match.pauses
        assert all(pause.ended_ts is not None for pause in pauses[:-1])
        starts = [pause.started_ts for pause in pauses]
        assert starts == sorted(set(starts))
        assert all(pause.ended_ts is None or pause.ended_ts >= pause.started_ts for pause in pauses)
        if pauses and pauses[-1].ended_ts is None:
            assert decision.match.status is Status.INTERRUPTED


@given(any_claims((Source.DIARY, Source.RECENT_LIST, Source.SEASON_RECENT)))
def test_a_row_made_by_a_claim_has_that_claims_schedule(claims: list[Observation]) -> None:
    for claim in claims:
        made = create(claim, T)
        assert (made is None) == (claim.says.schedule is None)
        if made is not None and claim.says.schedule is not None:
            after = decide(made, claim, T).match
            assert after.schedule == claim.says.schedule
            assert Group.SCHEDULE in after.provenance


# ---------------------------------------------------------------- lists


@given(st.lists(lists(), min_size=1, max_size=6))
def test_after_each_list_exactly_it_is_listed_and_identities_are_for_ever(claimed: list[Any]) -> None:
    stored: tuple[Any, ...] = ()
    for turn, entries in enumerate(claimed):
        after = incidents.revised(stored, entries, turn)
        assert [one.what for one in incidents.listed(after)] == incidents.collapsed(entries)
        assert [one.ordinal for one in after] == list(range(1, len(after) + 1))
        for was, now in zip(stored, after, strict=False):
            assert was.first_seen_ts == now.first_seen_ts
            assert was.what.type == now.what.type or {was.what.type, now.what.type} <= GOALS
            assert now.revision - was.revision == (
                now.withdrawn_ts is None and (was.what != now.what or was.withdrawn_ts is not None)
            )
        assert incidents.revised(after, entries, turn + 1) == after
        assert incidents.changed(after, incidents.revised(after, entries, turn + 1)) == ()
        stored = after
