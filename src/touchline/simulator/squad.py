"""Who may play for a club: always the same, whoever asks."""

from random import Random

from touchline.simulator import names
from touchline.simulator.course import Player
from touchline.simulator.lineup import STARTERS, SUBSTITUTES
from touchline.simulator.wire import invented_id


def squad(team_id: str, family: str) -> list[Player]:
    """The players of a team, those who begin first; their names sound as in `family`."""
    rng = Random("squad" + team_id)  # noqa: S311 - a play, not a secret
    called: dict[str, None] = {}  # a set in order: two of the same name would look like one
    while len(called) < STARTERS + SUBSTITUTES:
        called[names.person(family, rng)] = None
    return [Player(invented_id(team_id, number), name) for number, name in enumerate(called)]


def coach_id(team_id: str) -> str:
    """The id of a team's coach."""
    return invented_id("coach", team_id)
