"""The ladder: noticed, asked, marked, in that order and each once, whatever comes between."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from touchline.football.model import Status
from touchline.football.staleness import StaleReason, Vitals
from touchline.ids import MatchId
from touchline.sla.ladder import DAY_S, Barrier, Mark, Skip, Step, step
from touchline.store.episodes import Episode, Watched
from touchline.store.requests import Asked, Outcome

NOW = 1_770_486_000
COOLDOWN_S = 300.0
ID = MatchId("aaaaaaaaaaaaaa1")


def a_watched(
    status: Status = Status.SECOND_HALF, *, silent_s: int = 130, seen_s: int | None = None, **fields: Any
) -> Watched:
    """A match in play that has been silent for `silent_s`."""
    clocks = Vitals(
        status=status,
        match_time=NOW - 4_000,
        phase_entered_ts=NOW - max(silent_s, 600),
        last_event_ts=NOW - silent_s,
        last_seen_ts=None if seen_s is None else NOW - seen_s,
    )
    known = {"minute": 50, "provider_update_time": None, "deleted": False, "episode": None, "asked": None}
    return Watched(match_id=ID, shown=clocks, followed=clocks, **(known | fields))


def an_episode(reason: StaleReason = StaleReason.EVENTS_STALE, *, ago_s: int = 60, marked: str = "") -> Episode:
    return Episode(match_id=ID, reason=reason, shown=reason, began_ts=NOW - ago_s, marked=marked)


def an_answer(outcome: Outcome | None, *, ago_s: int = 30, reason: str = "") -> Asked:
    return Asked(id=1, asked_ts=NOW - ago_s, outcome=outcome, reason=reason)


def test_silence_is_noticed_told_and_asked_about_at_once() -> None:
    what = step(a_watched(), NOW, COOLDOWN_S, None)

    assert (what.detected, what.moved, what.ask, what.mark, what.cleared) == (True, True, True, None, False)
    assert what.episode == Episode(
        match_id=ID, reason=StaleReason.EVENTS_STALE, shown=StaleReason.EVENTS_STALE, began_ts=NOW
    )


def test_nothing_is_done_about_a_match_that_is_named() -> None:
    assert step(a_watched(seen_s=20), NOW, COOLDOWN_S, None) == Step()


def test_an_episode_goes_on_in_silence() -> None:
    seen = a_watched(episode=an_episode(), asked=an_answer(None))

    what = step(seen, NOW, COOLDOWN_S, None)

    assert what == Step(episode=seen.episode, skip=Skip.IN_FLIGHT)


@pytest.mark.parametrize(
    ("outcome", "mark"),
    [
        (Outcome.ABSENT, Mark.ABSENT),
        (Outcome.FAILED, Mark.FAILED),
        (Outcome.EXCEPTION, Mark.EXCEPTION),
        (Outcome.CONFIRMED_UNCHANGED, None),
        (Outcome.APPLIED, None),
    ],
)
def test_what_the_provider_does_not_know_is_marked_once(outcome: Outcome, mark: Mark | None) -> None:
    done = an_answer(outcome)
    seen = a_watched(episode=an_episode(), asked=done)

    first = step(seen, NOW, COOLDOWN_S, None, done)
    again = step(replace(seen, episode=first.episode), NOW, COOLDOWN_S, None, done)

    assert (first.mark, again.mark) == (mark, None)
    assert (first.skip, first.remaining_s) == (Skip.COOLDOWN, 270)


@pytest.mark.parametrize("code", ["CIRCUIT_OPEN", "REFUSED"])
def test_a_provider_that_can_not_be_asked_is_no_fault_of_the_match(code: str) -> None:
    done = an_answer(Outcome.FAILED, reason=code)

    assert step(a_watched(episode=an_episode(), asked=done), NOW, COOLDOWN_S, None, done).mark is None


def test_an_answer_from_an_earlier_episode_marks_nothing() -> None:
    done = an_answer(Outcome.ABSENT, ago_s=90)

    assert step(a_watched(episode=an_episode(ago_s=60)), NOW, COOLDOWN_S, None, done).mark is None


@pytest.mark.parametrize("barrier", list(Barrier))
def test_nobody_is_asked_through_a_barrier(barrier: Barrier) -> None:
    what = step(a_watched(), NOW, COOLDOWN_S, barrier)

    assert (what.detected, what.ask, what.skip, what.mark) == (True, False, Skip(barrier.value), None)


def test_a_half_time_far_too_long_is_marked_at_once_whoever_names_it() -> None:
    seen = a_watched(Status.HALF_TIME, silent_s=1_801, seen_s=3)

    what = step(seen, NOW, COOLDOWN_S, None)

    assert (what.detected, what.mark, what.ask) == (True, Mark.FROZEN, True)
    assert what.episode is not None
    assert (what.episode.reason, what.episode.shown) == (StaleReason.HALF_TIME_FROZEN, None)


def test_a_half_time_that_was_marked_and_freezes_is_marked_once_more() -> None:
    stale = an_episode(StaleReason.HALF_TIME_STALE, ago_s=900, marked=Mark.ABSENT)

    what = step(a_watched(Status.HALF_TIME, silent_s=1_801, episode=stale), NOW, COOLDOWN_S, None)

    assert (what.mark, what.detected, what.moved) == (Mark.FROZEN, False, True)


@pytest.mark.parametrize("fields", [{"seen_s": 5}, {"silent_s": 5}, {"deleted": True}])
def test_an_episode_ends_with_a_word_or_with_its_match(fields: dict[str, Any]) -> None:
    what = step(a_watched(episode=an_episode(), **fields), NOW, COOLDOWN_S, None)

    assert what == Step(cleared=True, moved=True)


def test_after_a_day_nobody_is_asked_any_more() -> None:
    seen = a_watched(silent_s=DAY_S + 1, episode=an_episode(ago_s=DAY_S))

    assert not step(seen, NOW, COOLDOWN_S, None).ask


# ---------------------------------------------------------------- any course of events

happenings = st.tuples(
    st.sampled_from(["event", "named", "nothing", "nothing", *Outcome]),
    st.integers(min_value=1, max_value=400),
    st.sampled_from([None, None, None, *Barrier]),
)


class Course:
    """One match through any events, with what the watch keeps of it; `said` is what was said, in order."""

    def __init__(self, status: Status) -> None:
        self.now = NOW
        self.seen = a_watched(status, silent_s=0)
        self.said: list[str] = []
        self.asked_at: list[int] = []

    def go_on(self, happening: str, after_s: int, barrier: Barrier | None) -> None:
        self.now += after_s
        clocks, asked, done = self.seen.shown, self.seen.asked, None
        if happening == "event":
            clocks = replace(clocks, last_event_ts=self.now, last_seen_ts=self.now)
        elif happening == "named":
            clocks = replace(clocks, last_seen_ts=self.now)
        elif happening in set(Outcome) and asked is not None and asked.outcome is None:
            done = asked = replace(asked, outcome=Outcome(happening))
        self.seen = replace(self.seen, shown=clocks, followed=clocks, asked=asked)
        self.take(step(self.seen, self.now, COOLDOWN_S, barrier, done))

    def take(self, what: Step) -> None:
        said = {"A": what.detected, "B": what.ask, "C": what.mark is not None, "end": what.cleared}
        self.said += [name for name, is_said in said.items() if is_said]
        asked = self.seen.asked
        if what.ask:
            self.asked_at.append(self.now)
            asked = Asked(id=self.now, asked_ts=self.now)
        self.seen = replace(self.seen, episode=what.episode, asked=asked)


@settings(max_examples=60)
@given(st.sampled_from([Status.SECOND_HALF, Status.HALF_TIME]), st.lists(happenings, max_size=30))
def test_any_course_climbs_the_ladder_in_order(status: Status, course: list[tuple[Any, ...]]) -> None:
    match = Course(status)

    for happening in course:
        match.go_on(*happening)

    episodes = "".join(match.said).replace("end", "|").split("|")
    frozen_too = 2 if status is Status.HALF_TIME else 1
    for episode in filter(None, episodes):
        assert episode.startswith("A")
        assert episode.count("A") == 1
        assert episode.count("C") <= frozen_too
        if status is not Status.HALF_TIME and "C" in episode:
            assert episode.index("B") < episode.index("C")
    waits = [later - earlier for earlier, later in zip(match.asked_at, match.asked_at[1:], strict=False)]
    assert all(wait >= COOLDOWN_S for wait in waits)
