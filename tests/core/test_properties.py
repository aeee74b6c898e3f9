"""What holds whatever comes: any order, any duplication, any loss."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import MATCH_TIME, T, a_claim, a_match, a_schedule, slots
from tests.core.claims import Connection, a_feed, any_claims, lists

from touchline.football import incidents, minute
from touchline.football.codes import GOALS
from touchline.football.decide import create, decide
from touchline.football.kickoff import PERIODS, first
from touchline.football.model import (
    Answer,
    Decision,
    GoalCancelled,
    Goals,
    GoalScored,
    Group,
    Happening,
    Match,
    Observation,
    Pause,
    Pending,
    Period,
    Reason,
    Source,
    Stat,
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


def walk(match: Match, claims: list[Observation]) -> list[Step]:
    """Each step: the match before, the claim, our time, the decision."""
    steps = []
    for turn, claim in enumerate(claims):
        now_ms = T + turn * 7_000
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
            assert before.status in MOVABLE


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


@given(any_match(), any_claims())
def test_pauses_are_opened_and_closed_in_turn(match: Match, claims: list[Observation]) -> None:
    for _, _, _, decision in walk(match, claims):
        pauses = decision.match.pauses
        assert all(pause.ended_ts is not None for pause in pauses[:-1])
        if pauses and pauses[-1].ended_ts is None:
            assert decision.match.status is Status.INTERRUPTED


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


# ---------------------------------------------------------------- one feed, in order


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


@given(any_claims((Source.DIARY, Source.RECENT_LIST, Source.SEASON_RECENT)))
def test_a_row_made_by_a_claim_has_that_claims_schedule(claims: list[Observation]) -> None:
    for claim in claims:
        made = create(claim, T)
        assert (made is None) == (claim.says.schedule is None)
        if made is not None and claim.says.schedule is not None:
            after = decide(made, claim, T).match
            assert after.schedule == claim.says.schedule
            assert Group.SCHEDULE in after.provenance


# ---------------------------------------------------------------- the minute

PERIOD_STATUSES = tuple(PERIODS)


@st.composite
def clocks(draw: st.DrawFn) -> minute.Running:
    """A running match whose stamps were revised and which may have been interrupted."""
    status = draw(st.sampled_from(PERIOD_STATUSES))
    at_ms = T
    match = a_match(status=status, phase_entered_ts=MATCH_TIME)
    for delta in (0, *draw(st.lists(st.integers(-400, 1_900), max_size=3))):
        at_ms += 60_000
        claim = a_claim(status=status, kickoff_ts=MATCH_TIME + delta, at_ms=at_ms)
        match = decide(match, claim, at_ms).match
        if draw(st.booleans()):
            for after in (Status.INTERRUPTED, status):
                at_ms += 1_000 * draw(st.integers(1, 4_000))
                match = decide(match, a_claim(status=after, at_ms=at_ms), at_ms).match
    return minute.of_match(match)


@given(clocks(), st.lists(st.integers(0, 900), min_size=2, max_size=30))
def test_the_shown_minute_never_steps_back(running: minute.Running, waits: list[int]) -> None:
    now, shown = float(running.phase_entered_ts), None
    for wait in waits:
        now += wait
        found = minute.minute_at(running, now)
        if found is not None and minute.differs(running, found):
            assert shown is None or found > shown
            shown = found
            running = replace(running, minute=found, last_minute_update_ts=int(now))
        elif found is not None:
            assert found == running.minute


@given(clocks(), st.integers(0, 8_000))
def test_between_two_flips_there_is_nothing_to_write(running: minute.Running, after: int) -> None:
    """Invariant 9 and the engine's sleep: until the next flip nothing changes, at it something does."""
    now = float(running.phase_entered_ts + after)
    found = minute.minute_at(running, now)
    if found is not None:
        running = replace(running, minute=found, last_minute_update_ts=int(now))
    flip = minute.next_flip(running, now)
    if flip is None:
        assert minute.minute_at(running, now + 3_600) in {None, found}
        return
    assert flip > now
    assert minute.minute_at(running, (now + flip) / 2) == found
    assert minute.minute_at(running, flip - 0.001) == found
    assert minute.minute_at(running, flip + 0.001) == (found + 1 if found else minute.minute_at(running, flip))


@given(clocks(), st.integers(0, 8_000))
def test_the_minute_agrees_with_a_count_of_seconds_played(running: minute.Running, after: int) -> None:
    """Without revisions, interruptions and second periods the formula of the domain is all there is."""
    plain = replace(running, revisions=(), pauses=(), minute=None)
    begun = {Status.FIRST_HALF: 0, Status.SECOND_HALF: 45, Status.EXTRA_TIME: 90}[running.status]
    played = range(0, after + 1, 60)
    found = minute.minute_at(plain, MATCH_TIME + after)
    assert found == (begun + len(played) if after <= 7_200 else None)


def test_each_running_status_has_a_period_of_its_own() -> None:
    assert set(PERIODS.values()) == set(Period)
