"""Plays real matches in parallel through HTTP and MQTT, and says what must have been seen of them.

Each mismatch is a line; there must be none.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from tests.proof import final
from tests.proof.ask import Asked, Asker, disagreements, half_past
from tests.proof.expect import FLIGHT_S
from tests.proof.follow import Follower
from tests.proof.installation import FastClock, Installation, say
from tests.proof.judge import Limits, Verdict, judge
from tests.proof.matchday import LIST_S, Matchday, matchday, provider_settings, until_all_ended
from tests.proof.timelines import Timeline
from tests.shared import shared

TIMELINES = "data/timelines.jsonl"
EPOCH = 1_770_465_600.0
BEFORE_FIRST_S = 300.0  # the simulator's first match is scheduled so long after the epoch
START_S = 15.0
LATE_S = 2.0
"""Real seconds in which an event or a minute must be with a reader of the change stream."""
MINUTE_LATE_S = 1.0
"""Real seconds in which a board that is asked for has its minute: what the minute engine promises."""
PUNCTUAL_S, UNPUNCTUAL_MOST = 0.4, 0.02
"""At 60x a minute lasts one real second: at half past nearly all must be this punctual."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was seen of a matchday, after its last whistle."""

    installation: Installation
    day: Matchday
    follower: Follower
    asked: Sequence[Asked]


def play(directory: Path, chosen: Sequence[Timeline], speed: float) -> Iterator[Played]:
    """Play `chosen` in parallel; yields once all have ended, with the installation still up."""
    clock = FastClock(time.time() + START_S - BEFORE_FIRST_S / speed, EPOCH, speed)
    with Installation(directory, clock, provider_settings(shared(TIMELINES), chosen)) as installation:
        day = matchday(installation, chosen, flight_s=LATE_S * speed)
        assert clock.now() < day.first, "the installation came up after the first kick-off"
        with (
            Follower(installation.conninfo, clock) as follower,
            Asker(installation.web_port, clock, half_past(day.expected)) as asker,
        ):
            until_all_ended(installation, day, follower, within_s=LATE_S)
            yield Played(installation, day, follower, asker.answers)


def judged(played: Played) -> dict[str, Verdict]:
    """What the change stream had of each match, judged."""
    speed = played.installation.clock.speed
    limits = Limits(late_s=LATE_S * speed, early_s=0.1 * speed, flight_s=FLIGHT_S, list_s=LIST_S)
    return {
        match_id: judge(expected, played.follower.of(match_id), limits)
        for match_id, expected in played.day.expected.items()
    }


def must_be_in_the_change_stream(played: Played) -> None:
    """Each event and each minute, within two seconds, with the right status, score and text."""
    verdicts = judged(played)
    lags = sorted(chain.from_iterable(verdict.lags_s for verdict in verdicts.values()))
    speed = played.installation.clock.speed
    p50, p99, most = (lags[int(len(lags) * share)] / speed for share in (0.5, 0.99, 0.99999))
    say(f"{len(lags)} events and minutes; real seconds late: median {p50:.3f}, p99 {p99:.3f}, most {most:.3f}")
    mismatches = [
        f"{played.day.timelines[match_id].id} ({match_id}): {line}"
        for match_id, verdict in verdicts.items()
        for line in verdict.mismatches
    ]
    assert len(lags) > 90 * len(verdicts)
    assert not mismatches, "\n".join([f"{len(mismatches)} mismatches", *mismatches])


def must_agree_at_half_past(played: Played) -> None:
    """REST shows status, score and minute at half past each minute."""
    speed, asked = played.installation.clock.speed, played.asked
    limits = Limits(late_s=MINUTE_LATE_S * speed, early_s=0, flight_s=FLIGHT_S, list_s=LIST_S)
    mismatches = list(disagreements(played.day.expected, asked, limits))
    punctual = replace(limits, late_s=PUNCTUAL_S * speed)
    unpunctual = list(disagreements(played.day.expected, asked, punctual))
    slowest = max(one.got - one.sent for one in asked) / speed
    say(f"{len(asked)} answers at half past, the slowest in {slowest:.3f} s; {len(unpunctual)} a minute behind")
    assert len(asked) == len(half_past(played.day.expected))
    assert not mismatches, "\n".join([f"{len(mismatches)} mismatches", *mismatches])
    assert len(unpunctual) <= UNPUNCTUAL_MOST * len(asked), "\n".join(["unpunctual", *unpunctual])


def must_end_as_their_timelines(played: Played) -> None:
    """Scores by stage, cards, corners and incidents of every match."""
    mismatches = final.mismatches(played.installation, played.day)
    assert not mismatches, "\n".join([f"{len(mismatches)} mismatches", *mismatches])
