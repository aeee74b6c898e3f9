"""The words for who plays: a line-up of two sides, each player with what he is marked with."""

from msgspec import Struct


class Mark(Struct, frozen=True, omit_defaults=True):
    """What a player did: `type` as an incident's, at `minute`, in stoppage `added` minutes past it."""

    type: int
    minute: int
    added: int | None = None


class LineupPlayer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One player. Empty text and None mean unknown."""

    id: str = ""
    name: str
    number: int | None = None
    """On the shirt."""
    position: str = ""
    """G, D, M or F."""
    starts: bool = False
    captain: bool = False
    x: int | None = None
    """Across the pitch, 0 to 100, seen from the own goal."""
    y: int | None = None
    """Forward from the own goal line, 0 to 100."""
    rating: str = ""
    """As the provider says it: `7.1`."""
    marks: tuple[Mark, ...] = ()


class LineupSide(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The players of one side, those who start and the bench, in the provider's order."""

    formation: str = ""
    """`4-3-3`; empty where it is unknown."""
    coach_id: str = ""
    players: tuple[LineupPlayer, ...] = ()


class Lineup(Struct, frozen=True, kw_only=True):
    """Who plays; what is expected until it is `confirmed`."""

    confirmed: bool
    home: LineupSide
    away: LineupSide
