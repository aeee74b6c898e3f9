"""Two connections of one feed: what the slower one repeats is not believed (ADR 3)."""

from tests.build import T, a_claim, a_match
from tests.core.claims import goals_of, reason_for

from touchline.football.decide import decide
from touchline.football.model import (
    Group,
    Match,
    Observation,
    Reason,
    Source,
)
from touchline.football.order import fingerprint

POLL = Source.DETAIL_LIVE


def echo_of(score: tuple[int, int], seconds: float, *, after: tuple[int, int] | None = None) -> Observation:
    said = {} if after is None else {Group.GOALS: fingerprint(goals_of(after))}
    return a_claim(score=score, channel="mqtt-2", at_ms=T + int(seconds * 1000), follows=said)


def a_match_told(*scores: tuple[int, int]) -> Match:
    match = a_match()
    for second, score in enumerate(scores):
        match = decide(match, a_claim(score=score, at_ms=T + second * 1000), T + second * 1000).match
    return match


def test_a_slower_connection_of_the_same_feed_repeats_and_is_not_believed() -> None:
    match = a_match_told((1, 0), (2, 0))

    assert reason_for(match, echo_of((1, 0), 1.5)) is Reason.ECHO
    assert reason_for(match, echo_of((1, 0), 1.5, after=(0, 0))) is Reason.ECHO
    assert reason_for(match, echo_of((2, 0), 1.6, after=(1, 0))) is Reason.UNCHANGED


def test_the_first_goal_is_not_undone_by_a_slower_connection() -> None:
    """What stood before anybody set it counts as left behind too."""
    match = decide(a_match(), a_claim(score=(0, 0), at_ms=T - 60_000), T - 60_000).match
    match = decide(match, a_claim(score=(1, 0)), T).match

    assert reason_for(match, echo_of((0, 0), 1)) is Reason.ECHO
    assert reason_for(match, echo_of((0, 0), 1, after=(1, 0))) is Reason.APPLIED


def test_a_connection_that_was_past_it_really_goes_back() -> None:
    match = a_match_told((1, 0), (2, 0))

    assert reason_for(match, echo_of((1, 0), 1.5, after=(2, 0))) is Reason.APPLIED
    later = a_match_told((1, 0), (2, 0), (3, 0))
    assert reason_for(later, echo_of((1, 0), 2.5, after=(2, 0))) is Reason.APPLIED


def test_an_echo_is_one_for_a_minute() -> None:
    match = a_match_told((1, 0), (2, 0))

    assert reason_for(match, echo_of((1, 0), 61)) is Reason.ECHO
    assert reason_for(match, echo_of((1, 0), 61.001)) is Reason.APPLIED


def test_content_that_came_and_went_twice_is_settled_by_the_connection_that_set_it() -> None:
    match = a_match_told((1, 0), (2, 0), (1, 0))

    lagging_or_ahead = echo_of((2, 0), 2.5, after=(1, 0))
    assert reason_for(match, lagging_or_ahead) is Reason.ECHO
    assert reason_for(match, a_claim(score=(2, 0), at_ms=T + 2_600)) is Reason.APPLIED


def test_another_source_is_no_echo() -> None:
    match = a_match_told((1, 0), (2, 0))
    poll = a_claim(score=(1, 0), source=POLL, at_ms=T + 6_000)

    assert reason_for(match, poll) is Reason.APPLIED
