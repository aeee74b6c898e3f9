"""Goal events: they come from the score; incidents only bring the details.

From the domain (football data, incidents and goal events). Each step of the score is one event, in
whichever order score and incident arrive, so the events always add up to the score.
"""

from collections.abc import Iterator

from touchline.football import incidents
from touchline.football.codes import GOAL_CANCELLED, GOALS, VAR
from touchline.football.model import (
    GoalCancelled,
    GoalDetailed,
    GoalReported,
    GoalScored,
    Happening,
    Match,
    Pair,
    Side,
    StoredIncident,
)
from touchline.football.score import display
from touchline.football.text import of_match

SIDES = (Side.HOME, Side.AWAY)


def happened(before: Match, after: Match) -> Iterator[Happening]:
    """What happened to the goals between two states; their incidents must be loaded."""
    yield from _steps(before, after)
    known = incidents.arrived(before.incidents, after.incidents)
    back = incidents.returned(before.incidents, after.incidents)
    board = display(after)
    announced = display(before)
    for one in (*known, *back):
        if one.what.type in GOALS and one.what.side in SIDES:
            yield from _reported(after, one, announced, board)


def listed_goals(match: Match, side: Side) -> list[StoredIncident]:
    """The goals of `side` on the page, in the provider's order."""
    return [
        one for one in incidents.listed(match.incidents) if one.what.type in GOALS and one.what.side is side
    ]


def _steps(before: Match, after: Match) -> Iterator[Happening]:
    score, end = list(display(before)), display(after)
    named: set[int] = set()
    for index, side in enumerate(SIDES):
        while score[index] > end[index]:
            previous = (score[0], score[1])
            score[index] -= 1
            incident = _taken_back(after, side, previous[index], named)
            named |= {incident} if incident else set()
            yield GoalCancelled(side=side, score=(score[0], score[1]), previous=previous, incident=incident)
    for index, side in enumerate(SIDES):
        while score[index] < end[index]:
            score[index] += 1
            now = (score[0], score[1])
            incident = _incident_of(after, side, now)
            yield GoalScored(side=side, score=now, minute_text=of_match(after), incident=incident)


def _incident_of(match: Match, side: Side, score: Pair) -> int | None:
    """The incident that brought `side` to `score`, if the list has it."""
    found = listed_goals(match, side)
    for one in found:
        if (one.what.home_score, one.what.away_score) == score:
            return one.ordinal
    nth = score[side - 1]
    if len(found) >= nth and found[nth - 1].what.home_score is None:
        return found[nth - 1].ordinal
    return None


def _taken_back(after: Match, side: Side, nth: int, named: set[int]) -> int | None:
    """Which goal was taken back: the one whose entry vanished, the reviewed player's, else the latest.

    `nth` is the side's score before; `named` are goals this same fall has named already.
    """
    standing = [one for one in listed_goals(after, side) if one.ordinal not in named]
    gone = [
        one
        for one in after.incidents
        if one.withdrawn_ts is not None
        and one.what.type in GOALS
        and one.what.side is side
        and one.ordinal not in named
    ]
    if gone and len(standing) < nth:
        return max(gone, key=lambda one: (one.withdrawn_ts or 0, one.position)).ordinal
    reviewed = _reviewed_players(after)
    for one in reversed(standing):
        if one.what.player_id in reviewed:
            return one.ordinal
    return standing[-1].ordinal if standing else None


def _reviewed_players(match: Match) -> set[str]:
    return {
        one.what.player_id
        for one in incidents.listed(match.incidents)
        if one.what.type == VAR and one.what.var_result == GOAL_CANCELLED and one.what.player_id
    }


def _reported(match: Match, one: StoredIncident, announced: Pair, board: Pair) -> Iterator[Happening]:
    """An entry of a goal: the details of one announced before, or a word ahead of the score."""
    side = one.what.side
    score = _running_score(match, one)
    nth = score[side - 1]
    if nth <= min(announced[side - 1], board[side - 1]):
        yield GoalDetailed(side=side, score=score, incident=one.ordinal)
    elif nth > board[side - 1]:
        yield GoalReported(side=side, score=score, incident=one.ordinal)


def _running_score(match: Match, one: StoredIncident) -> Pair:
    """The score after this goal: as the entry says, else by counting the list."""
    if one.what.home_score is not None and one.what.away_score is not None:
        return one.what.home_score, one.what.away_score
    home = away = 0
    for entry in incidents.listed(match.incidents):
        if entry.what.type in GOALS:
            home += entry.what.side is Side.HOME
            away += entry.what.side is Side.AWAY
        if entry is one:
            break
    return home, away
