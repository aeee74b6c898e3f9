"""A step back needs a second word: another source, or the same poll 20 s later, nobody between."""

from tests.build import T, a_claim, a_match

from touchline.football.decide import decide
from touchline.football.model import (
    Answer,
    Decision,
    Match,
    Observation,
    Pending,
    Reason,
    Source,
    Status,
    StatusChanged,
)

SECOND_HALF = Status.SECOND_HALF
POLL = Source.DETAIL_LIVE


def heard(match: Match, *claims: Observation) -> Decision:
    """The last of the decisions about `claims`, one after another."""
    decision = None
    for claim in claims:
        decision = decide(match, claim, claim.observed_at_ms)
        match = decision.match
    assert decision is not None
    return decision


def a_back(seconds: float = 0, *, status: Status = Status.FIRST_HALF, **claim: object) -> Observation:
    return a_claim(status=status, at_ms=T + int(seconds * 1000), **claim)  # type: ignore[arg-type]


def test_one_late_packet_does_not_pull_a_match_back() -> None:
    match = a_match(status=SECOND_HALF)
    decision = decide(match, a_back(), T)

    assert (decision.answer, decision.reason) == (Answer.STALE, Reason.BACKWARD_UNCONFIRMED)
    assert decision.match.status is SECOND_HALF
    assert decision.happened == ()


def test_what_waits_is_remembered_and_not_visible() -> None:
    match = a_match(status=SECOND_HALF)
    decision = decide(match, a_back(), T)

    assert decision.match is not match
    assert not decision.visible
    assert decision.match.last_event_ts == match.last_event_ts


def test_a_second_source_confirms() -> None:
    decision = heard(a_match(status=SECOND_HALF), a_back(), a_back(5, source=POLL))

    assert decision.match.status is Status.FIRST_HALF
    assert decision.happened == (StatusChanged(before=SECOND_HALF, after=Status.FIRST_HALF),)
    assert decision.match.pending == Pending()


def test_a_second_connection_of_the_same_feed_does_not() -> None:
    decision = heard(a_match(status=SECOND_HALF), a_back(), a_back(30, channel="mqtt-2"))

    assert decision.reason is Reason.BACKWARD_UNCONFIRMED


def test_the_same_poll_confirms_itself_after_20_seconds() -> None:
    first = a_back(source=POLL)
    assert heard(a_match(status=SECOND_HALF), first, a_back(19.9, source=POLL)).match.status is SECOND_HALF
    late = heard(a_match(status=SECOND_HALF), first, a_back(10, source=POLL), a_back(20, source=POLL))
    assert late.match.status is Status.FIRST_HALF


def test_the_push_channel_does_not_confirm_itself() -> None:
    assert heard(a_match(status=SECOND_HALF), a_back(), a_back(40)).match.status is SECOND_HALF


def test_another_claim_between_begins_it_anew() -> None:
    contradicted = heard(
        a_match(status=SECOND_HALF), a_back(), a_back(2, status=SECOND_HALF), a_back(5, source=POLL)
    )
    assert contradicted.match.status is SECOND_HALF

    other = heard(
        a_match(status=SECOND_HALF), a_back(), a_back(2, status=Status.HALF_TIME), a_back(5, source=POLL)
    )
    assert other.match.status is SECOND_HALF


def test_a_claim_older_than_what_waits_contradicts_nothing() -> None:
    old = a_back(-5, status=SECOND_HALF, source=POLL)
    decision = heard(a_match(status=SECOND_HALF), a_back(), old, a_back(5, source=POLL))

    assert decision.match.status is Status.FIRST_HALF


def test_a_contradiction_is_written_but_not_visible() -> None:
    waiting = heard(a_match(status=SECOND_HALF), a_back()).match
    decision = decide(waiting, a_back(2, status=SECOND_HALF), T + 2_000)

    assert (decision.answer, decision.reason) == (Answer.SUCCESS, Reason.UNCHANGED)
    assert decision.match.pending == Pending()
    assert not decision.visible


def test_a_poll_with_a_provider_time_can_confirm_itself_though_its_time_stands_still() -> None:
    """The rest of the claim is accepted at once; its time counts when all of it is believed."""
    record = {"source": Source.RECENT_LIST, "provider_time": T // 1000, "score": (1, 0)}
    first = decide(a_match(status=SECOND_HALF), a_back(**record), T)
    assert first.match.home_scores[0] == 1
    assert first.match.provider_update_time is None

    again = decide(first.match, a_back(20, **record), T + 20_000)
    assert again.match.status is Status.FIRST_HALF
    assert again.match.provider_update_time == T // 1000


def test_an_end_stays_provisional_while_it_is_contested() -> None:
    ended = a_match(status=Status.ENDED, phase_entered_ts=T // 1000)
    contested = heard(ended, a_back(14 * 60, status=SECOND_HALF)).match
    extra = decide(contested, a_back(20 * 60, status=Status.EXTRA_TIME), T + 20 * 60_000)

    assert extra.match.status is Status.EXTRA_TIME
    assert extra.warnings == ()


def test_the_second_half_goes_on_after_a_false_end_when_two_sources_say_so() -> None:
    ended = a_match(status=Status.ENDED, phase_entered_ts=T // 1000)
    decision = heard(ended, a_back(30, status=SECOND_HALF), a_back(33, status=SECOND_HALF, source=POLL))

    assert decision.match.status is SECOND_HALF
    assert decision.warnings == ()


def test_a_resurrection_after_15_minutes_needs_confirmation_and_is_said() -> None:
    ended = a_match(status=Status.ENDED, phase_entered_ts=T // 1000)
    late = T // 1000 + 3_600
    first = a_back(3_600, status=Status.EXTRA_TIME)
    held = decide(ended, first, late * 1000)
    assert held.reason is Reason.BACKWARD_UNCONFIRMED

    # Contesting a final end does not make it provisional again.
    assert decide(held.match, first, late * 1000).match.status is Status.ENDED
    decision = decide(held.match, a_back(3_605, status=Status.EXTRA_TIME, source=POLL), (late + 5) * 1000)
    assert decision.match.status is Status.EXTRA_TIME
    assert decision.warnings == ("match.resurrected",)
    assert decision.happened == (StatusChanged(before=Status.ENDED, after=Status.EXTRA_TIME, resurrected=True),)
