"""How a match is told on its page: period by period, who scored, the kicks, and what did not stand."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from touchline.web import codes
from touchline.web.incidents import Told
from touchline.web.shapes import IncidentItem, SideName

PERIODS = {
    "first_half": "First half",
    "second_half": "Second half",
    "extra_time": "Extra time",
    "shoot_out": "Penalty shoot-out",
}
KICKS_EACH = 5
"""Kicks a side has before it goes on one by one: so many places are kept (Laws of the Game, law 10)."""
SENT_OFF = frozenset({"red_card", "second_yellow"})


class Chapter(NamedTuple):
    """What happened in one period."""

    title: str
    told: Sequence[Told]


class Deed(NamedTuple):
    """What one player did, and when: `23', 67' (pen)`."""

    name: str
    minutes: str


class Kick(NamedTuple):
    """One place of a shoot-out: `scored`, `missed` or `open`, and who took it."""

    kind: str
    player: str


def chapters(told: Sequence[Told]) -> list[Chapter]:
    """What is told, by period, in order."""
    return [
        Chapter(PERIODS.get(period, period), list(each))
        for period, each in groupby(told, key=lambda one: one.incident.period)
    ]


def scorers(incidents: Sequence[IncidentItem], side: SideName) -> list[Deed]:
    """Who scored for `side`, in the order of the first goal. Kicks of a shoot-out are no goals."""
    found: dict[str, list[str]] = {}
    for goal in incidents:
        if goal.kind in codes.GOALS and goal.side is side:
            mark = {"penalty_goal": " (pen)", "own_goal": " (og)"}.get(goal.kind, "")
            found.setdefault(goal.player or "Goal", []).append(goal.minute_text + mark)
    return [Deed(name, ", ".join(minutes)) for name, minutes in found.items()]


def sent_off(incidents: Sequence[IncidentItem], side: SideName) -> list[Deed]:
    """Who of `side` had to go, as far as the list says."""
    return [
        Deed(each.player or "Sent off", each.minute_text)
        for each in incidents
        if each.kind in SENT_OFF and each.side is side
    ]


def kicks(incidents: Sequence[IncidentItem], side: SideName) -> list[Kick]:
    """The kicks of `side`, with the places still open; empty where there is no shoot-out."""
    taken = [each for each in incidents if each.kind in codes.KICKS]
    own = [
        Kick("scored" if each.kind == "shootout_scored" else "missed", each.player or "")
        for each in taken
        if each.side is side
    ]
    places = max(KICKS_EACH, len(own)) if taken else 0
    return own + [Kick("open", "")] * (places - len(own))
