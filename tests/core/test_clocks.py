"""The minute over any stamps and interruptions."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import MATCH_TIME, T, a_claim, a_match

from touchline.football import minute
from touchline.football.decide import decide
from touchline.football.kickoff import PERIODS
from touchline.football.model import (
    Period,
    Status,
)

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


def stored(running: minute.Running, found: int, now: float) -> minute.Running:
    """The row once the engine has written `found`."""
    return replace(running, minute=found, last_minute_update_ts=max(int(now), minute.counts_from(running)))


@given(clocks(), st.lists(st.integers(0, 900), min_size=2, max_size=30))
def test_the_shown_minute_never_steps_back(running: minute.Running, waits: list[int]) -> None:
    now, shown = float(minute.counts_from(running)), None
    for wait in waits:
        now += wait
        found = minute.minute_at(running, now)
        if found is not None and minute.differs(running, found):
            assert shown is None or found > shown
            shown = found
            running = stored(running, found, now)
        elif found is not None:
            assert found == running.minute


@given(clocks(), st.integers(0, 8_000))
def test_between_two_flips_there_is_nothing_to_write(running: minute.Running, after: int) -> None:
    """Invariant 9 and the engine's sleep: until the next flip nothing changes, at it something does."""
    now = float(minute.counts_from(running) + after)
    found = minute.minute_at(running, now)
    if found is not None:
        running = stored(running, found, now)
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
