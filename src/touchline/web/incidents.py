"""Stored incidents as the API and the pages show them. Codes nobody knows are kept, not shown."""

from collections.abc import Sequence
from typing import NamedTuple

from touchline.feed.items import SIDES
from touchline.football.codes import ADDED_TIME, GOAL_CANCELLED, GOALS, VAR
from touchline.football.halves import Half, halves, shown_minute
from touchline.football.incidents import NEAR_MIN, listed
from touchline.football.model import Incident, StoredIncident
from touchline.web import codes
from touchline.web.shapes import IncidentItem, Var

PERIODS = {
    Half.FIRST: "first_half",
    Half.SECOND: "second_half",
    Half.EXTRA_TIME: "extra_time",
    Half.SHOOT_OUT: "shoot_out",
}


class Told(NamedTuple):
    """An incident of a match's page, or a goal that was withdrawn and why."""

    incident: IncidentItem
    withdrawn: str = ""


def incident_items(stored: Sequence[StoredIncident]) -> list[IncidentItem]:
    """Those that stand, in the provider's order; the order says which half each belongs to."""
    standing = listed(stored)
    found = zip(standing, halves([each.what for each in standing]), strict=True)
    return [_item(each, half) for each, half in found if each.what.type in codes.INCIDENTS]


def told(stored: Sequence[StoredIncident]) -> list[Told]:
    """What a page tells: the incidents that stand, and in their old places the goals that don't."""
    standing = listed(stored)
    shown = sorted([*_taken_back(stored, standing), *standing], key=lambda one: one.position)
    found = zip(shown, halves([one.what for one in shown]), strict=True)
    return [
        Told(_item(one, half), "" if one.withdrawn_ts is None else _why(one, standing))
        for one, half in found
        if one.what.type in codes.INCIDENTS
    ]


def _taken_back(stored: Sequence[StoredIncident], standing: Sequence[StoredIncident]) -> list[StoredIncident]:
    """Withdrawn goals. An entry that was only rewritten has a standing one of its score near it."""
    return [
        one
        for one in stored
        if one.withdrawn_ts is not None
        and one.what.type in GOALS
        and not any(_is_same_goal(one.what, other.what) for other in standing)
    ]


def _is_same_goal(one: Incident, other: Incident) -> bool:
    if other.type not in GOALS or abs(one.time - other.time) > NEAR_MIN:
        return False
    return one.side is other.side or _score(one) == _score(other)


def _why(goal: StoredIncident, standing: Sequence[StoredIncident]) -> str:
    """`Goal withdrawn`, and that a video review did it where one says so near the goal."""
    reviewed = any(
        one.what.type == VAR
        and one.what.var_result == GOAL_CANCELLED
        and abs(one.what.time - goal.what.time) <= NEAR_MIN
        for one in standing
    )
    return "Goal withdrawn (VAR)" if reviewed else "Goal withdrawn"


def _item(stored: StoredIncident, half: Half) -> IncidentItem:
    what = stored.what
    return IncidentItem(
        id=stored.ordinal,
        type=what.type,
        kind=codes.INCIDENTS[what.type],
        side=SIDES[what.side],
        period=PERIODS[half],
        minute_text=shown_minute(what, half),
        player=what.player_name or None,
        assist=what.assist1_name or None,
        player_in=what.in_player_name or None,
        player_out=what.out_player_name or None,
        score=_score(what),
        added_minutes=what.add_time if what.type == ADDED_TIME else None,
        var=_var(what) if what.type == VAR else None,
    )


def _score(what: Incident) -> list[int] | None:
    if what.home_score is None or what.away_score is None:
        return None
    return [what.home_score, what.away_score]


def _var(what: Incident) -> Var:
    return Var(
        reason=codes.VAR_REASONS.get(what.var_reason or 0, "other"),
        result=codes.VAR_RESULTS.get(what.var_result or 0, "unknown"),
    )
