"""What is told of a match everywhere: in lists, in streams, on its own page.

Instants are Unix seconds UTC (`…_ts`, `match_time`, `as_of`) or RFC 3339 (`…_at`); ids are
opaque strings; a pair is `[home, away]`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from touchline.football.staleness import StaleReason

Pair = Annotated[list[int], Meta(min_length=2, max_length=2, description="[home, away]", examples=[[2, 1]])]
OptionalPair = Annotated[
    list[int | None], Meta(min_length=2, max_length=2, description="[home, away]; null is not known")
]
Id = Annotated[str, Meta(description="the provider's id, opaque", examples=["k82rekhg0w8nrep"])]


class LiveState(StrEnum):
    """Why a match is in the live window."""

    IN_PLAY = "in_play"
    EXPECTED = "expected"


class SideName(StrEnum):
    """Whose it is."""

    HOME = "home"
    AWAY = "away"
    NEUTRAL = "neutral"


class Competition(Struct, frozen=True, kw_only=True):
    """The competition a match belongs to; its id is shown until its name is known."""

    id: Id
    name: str
    country: str | None = None
    logo: str | None = None


class Team(Struct, frozen=True, kw_only=True):
    """One side; its id is shown until its name is known."""

    id: Id
    name: str
    logo: str | None = None


class ScoreLine(Struct, frozen=True, kw_only=True):
    """The score. `home` and `away` are what the board shows; the shoot-out is beside it, never added."""

    home: int
    away: int
    half_time: Pair | None
    regular: Pair
    extra_time: Annotated[list[int] | None, Meta(description="total after 120 minutes")]
    shootout: Pair | None


class Cards(Struct, frozen=True, kw_only=True):
    """Cards of both sides; a second yellow counts in both."""

    red: Pair
    yellow: Pair


class MatchItem(Struct, frozen=True, kw_only=True):
    """One match, as lists, streams and its own page show it."""

    id: Id
    match_time: Annotated[int, Meta(description="scheduled start, Unix seconds UTC")]
    live_state: LiveState | None
    status_id: Annotated[int, Meta(ge=0, le=13)]
    status: Annotated[str, Meta(examples=["second_half"])]
    minute: Annotated[int | None, Meta(description="uncapped minute of the phase; show `minute_text` instead")]
    minute_text: Annotated[str, Meta(description="shown verbatim; — when there is nothing to show")]
    competition: Competition
    home: Team
    away: Team
    score: ScoreLine
    cards: Cards
    corners: OptionalPair
    stale_reason: StaleReason | None
    last_event_ts: int | None
    updated_at: datetime
    version: Annotated[int, Meta(description="number of the match's last change; only rises")]


class Counts(Struct, frozen=True):
    """How many matches of the window are in play, and how many are expected."""

    in_play: int
    expected: int


class Live(Struct, frozen=True, kw_only=True):
    """The live window: in play before expected, then `match_time`, competition name, id."""

    as_of: Annotated[int, Meta(description="instant of the newest change contained")]
    cursor: Annotated[str, Meta(description="place in the change stream", examples=["9f3c0a1b-48211"])]
    stale: Annotated[bool, Meta(description="the database could not be read: this is the last good copy")]
    counts: Counts
    matches: list[MatchItem]
