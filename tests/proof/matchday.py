"""Real matches being played by the simulated provider, and what must be seen of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.proof.expect import FLIGHT_S, Expected, Placement, expect
from tests.proof.follow import Follower
from tests.proof.installation import Installation
from tests.proof.timelines import Timeline

PLAN_MAX_S = 30.0
LIST_S = 41.0
"""How long a list of incidents follows the event it tells of, at most (football seconds)."""


@dataclass(frozen=True, slots=True)
class Matchday:
    """The matches by the id they are played under."""

    timelines: dict[str, Timeline]
    placed: dict[str, Placement]
    expected: dict[str, Expected]

    @property
    def first(self) -> float:
        """The first kick-off."""
        return min(match.first for match in self.expected.values())

    @property
    def ended(self) -> float:
        """The last whistle."""
        return max(match.ended for match in self.expected.values())


def provider_settings(path: Path, chosen: Sequence[Timeline]) -> dict[str, str]:
    """The settings that let the simulated provider play these timelines."""
    return {
        "TOUCHLINE_SIMULATOR__TIMELINES": str(path),
        "TOUCHLINE_SIMULATOR__TIMELINE_IDS": ",".join(match.id for match in chosen),
    }


def matchday(installation: Installation, chosen: Sequence[Timeline], flight_s: float = FLIGHT_S) -> Matchday:
    """Ask the provider when it plays them. Nothing but ids and instants of periods is taken from it.

    `flight_s` is how long the word of an event may be on its way.
    """
    installation.until("plan of the provider", lambda: installation.plan() is not None, PLAN_MAX_S)
    planned = {entry["timeline"]: entry for entry in installation.plan()["matches"]}
    assert set(planned) == {match.id for match in chosen}
    timelines = {planned[match.id]["id"]: match for match in chosen}
    placed = {id_: _placement(planned[match.id]) for id_, match in timelines.items()}
    expected = {id_: expect(match, placed[id_], flight_s) for id_, match in timelines.items()}
    return Matchday(timelines, placed, expected)


def until_all_ended(installation: Installation, day: Matchday, follower: Follower, within_s: float) -> None:
    """Play to the last whistle; every match must be seen ended within so many real seconds, and all be told."""
    installation.play_until(day.ended + LIST_S)

    def all_ended() -> bool:
        ended = {row.match_id for row in follower.rows if row.board.status == 8}
        return ended >= set(day.expected)

    installation.until("end of every match in the change stream", all_ended, within_s)
    installation.until_quiet()


def _placement(planned: dict[str, Any]) -> Placement:
    return Placement(
        starts={period["period"]: period["start"] for period in planned["periods"]},
        ended=planned["ended"],
        kicks=planned["shoot_out_start"],
    )
