"""A match as it is read, in the shape in which it is told. Only what the database says is shown."""

from touchline.feed import shapes
from touchline.football import staleness, text
from touchline.football import status as statuses
from touchline.football.model import LIVE, Side, Status
from touchline.store.views import Item

SIDES = {
    Side.HOME: shapes.SideName.HOME,
    Side.AWAY: shapes.SideName.AWAY,
    Side.NEUTRAL: shapes.SideName.NEUTRAL,
}

LEAD_MAX_S = 180.0
"""Football seconds by which the clock of whoever tells a change may be ahead of ours."""


def match_item(item: Item, now: float, window_s: int) -> shapes.MatchItem:
    """`item` at football time `now`, expected for `window_s` past its time."""
    return shapes.MatchItem(
        id=item.id,
        match_time=item.match_time,
        live_state=live_state(item, now, window_s),
        status_id=int(item.status_id),
        status=statuses.label(item.status_id),
        minute=item.minute,
        minute_text=text.minute_text(
            item.status_id, item.minute, of_phase=item.minute_of_phase, second_period=item.second_period
        ),
        competition=shapes.Competition(
            id=item.competition_id,
            name=item.competition_name,
            country=item.country_name,
            logo=item.competition_logo,
        ),
        home=shapes.Team(id=item.home_team_id, name=item.home_name, logo=item.home_logo),
        away=shapes.Team(id=item.away_team_id, name=item.away_name, logo=item.away_logo),
        score=_score(item),
        cards=shapes.Cards(red=list(item.red_cards), yellow=list(item.yellow_cards)),
        corners=list(item.corners),
        stale_reason=stale_reason(item, now),
        last_event_ts=item.last_event_ts,
        updated_at=item.updated_at,
        version=item.seq,
    )


def stale_reason(item: Item, now: float) -> staleness.StaleReason | None:
    """Why `item` may be behind the game at football time `now`, or None."""
    vitals = staleness.Vitals(
        status=item.status_id,
        match_time=item.match_time,
        phase_entered_ts=item.phase_entered_ts,
        last_event_ts=item.last_event_ts,
        last_seen_ts=item.last_seen_ts,
    )
    return staleness.stale_reason(vitals, _instant(item, now))


def live_state(item: Item, now: float, window_s: int) -> shapes.LiveState | None:
    """Why `item` is in the live window at football time `now`, or None."""
    now = _instant(item, now)
    if item.status_id in LIVE:
        return shapes.LiveState.IN_PLAY
    if item.status_id is Status.NOT_STARTED and now - window_s <= item.match_time <= now:
        return shapes.LiveState.EXPECTED
    return None


def _instant(item: Item, now: float) -> float:
    """`now`, but not before the item's last change: whoever told it may have a clock that is ahead of ours."""
    told = item.at_ms / 1000
    return told if now < told <= now + LEAD_MAX_S else now


def _score(item: Item) -> shapes.ScoreLine:
    home, away = item.display
    return shapes.ScoreLine(
        home=home,
        away=away,
        half_time=_pair(item.half_time),
        regular=list(item.regular),
        extra_time=_pair(item.extra_time),
        shootout=_pair(item.shoot_out),
    )


def _pair(pair: tuple[int, int] | None) -> list[int] | None:
    return None if pair is None else list(pair)
