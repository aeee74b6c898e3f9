"""Stored incidents as the API and the pages show them. Codes nobody knows are kept, not shown."""

from collections.abc import Sequence

from touchline.feed.items import SIDES
from touchline.football.halves import Half, halves, shown_minute
from touchline.football.incidents import listed
from touchline.football.model import Incident, StoredIncident
from touchline.web import codes
from touchline.web.shapes import IncidentItem, Var

PERIODS = {
    Half.FIRST: "first_half",
    Half.SECOND: "second_half",
    Half.EXTRA_TIME: "extra_time",
    Half.SHOOT_OUT: "shoot_out",
}
ADDED_TIME = 19
VIDEO_REVIEW = 28


def incident_items(stored: Sequence[StoredIncident]) -> list[IncidentItem]:
    """Those that stand, in the provider's order; the order says which half each belongs to."""
    standing = listed(stored)
    found = zip(standing, halves([each.what for each in standing]), strict=True)
    return [_item(each, half) for each, half in found if each.what.type in codes.INCIDENTS]


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
        var=_var(what) if what.type == VIDEO_REVIEW else None,
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
