"""Stored line-ups and trends as the API and the pages show them."""

from touchline.football.model import Lineup, LineupPlayer, LineupSide, Mark, Trend
from touchline.web import codes, shapes


def lineup(stored: Lineup | None) -> shapes.Lineup | None:
    """Who plays, or None where nobody told us."""
    if stored is None:
        return None
    return shapes.Lineup(confirmed=stored.confirmed, home=_side(stored.home), away=_side(stored.away))


def momentum(stored: Trend | None) -> shapes.Momentum | None:
    """How the pressure went, or None where nobody told us."""
    if stored is None:
        return None
    return shapes.Momentum(
        minutes_per_half=stored.per,
        peak=max((abs(pressure) for half in stored.halves for pressure in half), default=0) or 1,
        halves=[list(half) for half in stored.halves],
    )


def _side(stored: LineupSide) -> shapes.LineupSide:
    return shapes.LineupSide(
        formation=stored.formation or None,
        starters=[_player(each) for each in stored.players if each.starts],
        bench=[_player(each) for each in stored.players if not each.starts],
    )


def _player(stored: LineupPlayer) -> shapes.LineupPlayer:
    return shapes.LineupPlayer(
        id=stored.id,
        name=stored.name,
        number=stored.number,
        position=stored.position or None,
        captain=stored.captain,
        x=stored.x,
        y=stored.y,
        rating=stored.rating or None,
        marks=[_mark(each) for each in stored.marks if each.type in codes.INCIDENTS],
    )


def _mark(stored: Mark) -> shapes.LineupMark:
    added = f"+{stored.added}" if stored.added else ""
    return shapes.LineupMark(kind=codes.INCIDENTS[stored.type], minute_text=f"{stored.minute}{added}'")
