"""When a match may be behind the game: the borders of each rule, and what holds whatever the clocks say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.football.model import Status
from touchline.football.staleness import (
    PLAYING,
    THRESHOLDS_S,
    StaleReason,
    Vitals,
    age_s,
    is_frozen,
    stale_reason,
    suspicion,
)

NOW = 1_770_486_000


def vitals(status: Status = Status.SECOND_HALF, **ages: Any) -> Vitals:
    """A match whose instants are given as seconds ago; `event` and `seen` may be None."""
    known = {"scheduled": 4_000, "entered": 3_000, "event": 5, "seen": None} | ages
    ago = {name: None if age is None else NOW - age for name, age in known.items()}
    return Vitals(
        status=status,
        match_time=ago["scheduled"] or 0,
        phase_entered_ts=ago["entered"] or 0,
        last_event_ts=ago["event"],
        last_seen_ts=ago["seen"],
    )


@pytest.mark.parametrize("status", sorted(PLAYING))
@pytest.mark.parametrize(
    ("ages", "reason"),
    [
        ({"event": 120}, None),
        ({"event": 121}, StaleReason.EVENTS_STALE),
        ({"event": 121, "seen": 120}, None),
        ({"event": 121, "seen": 121}, StaleReason.EVENTS_STALE),
        ({"event": None, "entered": 120}, None),
        ({"event": None, "entered": 121}, StaleReason.NO_EVENTS),
        ({"event": 5, "seen": None, "scheduled": 20_000}, None),
    ],
)
def test_in_play_two_minutes_of_silence_are_too_many(
    status: Status, ages: dict[str, Any], reason: StaleReason | None
) -> None:
    assert stale_reason(vitals(status, **ages), NOW) == reason
    assert suspicion(vitals(status, **ages), NOW) == reason


@pytest.mark.parametrize(
    ("ages", "shown", "suspected"),
    [
        ({"event": 900, "entered": 900}, None, None),
        ({"event": 901, "entered": 901}, StaleReason.HALF_TIME_STALE, StaleReason.HALF_TIME_STALE),
        ({"event": 901, "entered": 901, "seen": 900}, None, None),
        ({"event": 1_800, "entered": 1_800, "seen": 5}, None, None),
        # Too long whoever confirms it: an operator looks, readers see what the provider means.
        ({"event": 1_801, "entered": 1_801, "seen": 5}, None, StaleReason.HALF_TIME_FROZEN),
        ({"event": 5, "entered": 1_801, "seen": 5}, None, StaleReason.HALF_TIME_FROZEN),
        (
            {"event": 1_801, "entered": 1_801, "seen": 901},
            StaleReason.HALF_TIME_STALE,
            StaleReason.HALF_TIME_FROZEN,
        ),
        ({"event": 1_801, "entered": 1_801}, StaleReason.HALF_TIME_FROZEN, StaleReason.HALF_TIME_FROZEN),
    ],
)
def test_half_time_has_longer_and_an_end(
    ages: dict[str, Any], shown: StaleReason | None, suspected: StaleReason | None
) -> None:
    match = vitals(Status.HALF_TIME, **ages)

    assert (stale_reason(match, NOW), suspicion(match, NOW)) == (shown, suspected)


@pytest.mark.parametrize(
    ("ages", "reason"),
    [
        ({"scheduled": 900}, None),
        ({"scheduled": 901}, StaleReason.OVERDUE_START),
        ({"scheduled": 901, "seen": 900}, None),
        ({"scheduled": -5}, None),
    ],
)
def test_a_fixture_is_overdue_after_a_quarter_of_an_hour(
    ages: dict[str, Any], reason: StaleReason | None
) -> None:
    assert stale_reason(vitals(Status.NOT_STARTED, event=None, **ages), NOW) == reason


@pytest.mark.parametrize("status", sorted(set(Status) - PLAYING - {Status.NOT_STARTED, Status.HALF_TIME}))
def test_what_is_not_in_play_is_never_stale(status: Status) -> None:
    silent = vitals(status, event=90_000, entered=90_000, scheduled=90_000)

    assert suspicion(silent, NOW) is stale_reason(silent, NOW) is None


ages = st.integers(min_value=-300, max_value=10_000)
matches = st.builds(
    vitals,
    st.sampled_from(Status),
    scheduled=ages,
    entered=ages,
    event=st.none() | ages,
    seen=st.none() | ages,
)


@given(matches)
def test_what_readers_are_shown_the_operator_suspects_too(match: Vitals) -> None:
    shown, suspected = stale_reason(match, NOW), suspicion(match, NOW)

    assert shown is None or suspected is not None
    assert suspected is None or age_s(match, suspected, NOW) > THRESHOLDS_S[suspected]
    assert suspected is shown or is_frozen(match, NOW)


@given(matches, st.integers(min_value=0, max_value=120))
def test_who_has_just_been_named_is_quiet(match: Vitals, ago: int) -> None:
    named = vitals(match.status, scheduled=NOW - match.match_time, event=9_000, entered=9_000, seen=ago)

    assert stale_reason(named, NOW) is None
