"""A match the provider takes back, and lists that speak of matches nobody counts."""

from tests.build import T, a_claim, a_match, a_schedule
from tests.core.claims import reason_for

from touchline.football.decide import decide
from touchline.football.model import Answer, Match, Reason, Source, Stat
from touchline.football.withdrawal import is_withdrawn

MINUTE = 60_000


def taken_back() -> Match:
    return decide(a_match(), a_claim(deleted=True, source=Source.DELETED, at_ms=T), T).match


def test_a_match_taken_back_is_gone_and_said_again_it_changes_nothing() -> None:
    gone = taken_back()
    assert is_withdrawn(gone)
    assert not is_withdrawn(a_match())

    again = decide(gone, a_claim(deleted=True, source=Source.DELETED, at_ms=T + MINUTE), T + MINUTE)
    assert (again.answer, again.reason) == (Answer.SUCCESS, Reason.UNCHANGED)
    assert again.match is gone


def test_a_schedule_that_still_lists_it_does_not_bring_it_back() -> None:
    listed = a_claim(
        schedule=a_schedule(venue_id="v"),
        source=Source.RECENT_LIST,
        at_ms=T + MINUTE,
        provider_time=T // 1000 + 60,
    )

    decision = decide(taken_back(), listed, T + MINUTE)

    assert decision.reason is Reason.APPLIED
    assert is_withdrawn(decision.match)


def test_an_operator_brings_it_back_and_the_provider_does_not_overrule_him() -> None:
    back = decide(
        taken_back(), a_claim(deleted=False, source=Source.OPERATOR, at_ms=T + MINUTE), T + MINUTE
    ).match
    assert not is_withdrawn(back)

    assert (
        reason_for(back, a_claim(deleted=True, source=Source.DELETED, at_ms=T + 2 * MINUTE))
        is Reason.LOWER_RANK
    )


def test_only_the_list_of_deletions_takes_a_match_back() -> None:
    for source in (Source.MQTT, Source.DIARY, Source.RECENT_LIST, Source.TEAM_STATS):
        assert reason_for(a_match(), a_claim(deleted=True, source=source)) is Reason.NOT_ITS_TURN


def test_team_statistics_speak_until_a_live_source_counts() -> None:
    counted = decide(a_match(), a_claim(stats=[Stat(25, 51, 49)], source=Source.TEAM_STATS, at_ms=T), T).match
    assert counted.statistics == (Stat(25, 51, 49),)

    later = a_claim(stats=[Stat(25, 52, 48)], source=Source.TEAM_STATS, at_ms=T + MINUTE)
    assert decide(counted, later, T + MINUTE).match.statistics == (Stat(25, 52, 48),)

    live = decide(counted, a_claim(stats=[Stat(25, 60, 40)], at_ms=T + MINUTE), T + MINUTE).match
    assert live.statistics == (Stat(25, 60, 40),)
    assert reason_for(
        live, a_claim(stats=[Stat(25, 52, 48)], source=Source.TEAM_STATS, at_ms=T + 60 * MINUTE)
    ) is (Reason.NOT_ITS_TURN)
