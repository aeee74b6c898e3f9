"""What the API answers with: every shape of `/api`, as the OpenAPI document shows it.

Instants are Unix seconds UTC (`…_ts`, `match_time`, `as_of`) or RFC 3339 (`…_at`); ids are
opaque strings; a pair is `[home, away]`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Pair = Annotated[list[int], Meta(min_length=2, max_length=2, description="[home, away]", examples=[[2, 1]])]
OptionalPair = Annotated[
    list[int | None], Meta(min_length=2, max_length=2, description="[home, away]; null is not known")
]
Id = Annotated[str, Meta(description="the provider's id, opaque", examples=["k82rekhg0w8nrep"])]


class LiveState(StrEnum):
    """Why a match is in the live window."""

    IN_PLAY = "in_play"
    EXPECTED = "expected"


class StaleReason(StrEnum):
    """Why what is shown of a match may be behind the game."""

    NO_EVENTS = "no_events"
    EVENTS_STALE = "events_stale"
    HALF_TIME_STALE = "half_time_stale"
    OVERDUE_START = "overdue_start"


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


class Diary(Struct, frozen=True, kw_only=True):
    """All fixtures of one calendar day in one zone, by time, competition name, id."""

    date: Annotated[str, Meta(examples=["2026-02-07"])]
    tz: Annotated[str, Meta(examples=["Europe/Istanbul"])]
    from_ts: Annotated[int, Meta(description="first second of the day")]
    until_ts: Annotated[int, Meta(description="first second of the next day")]
    as_of: int
    cursor: str
    stale: bool
    count: int
    matches: list[MatchItem]


class Var(Struct, frozen=True, kw_only=True):
    """A video review: what was looked at, and what came of it."""

    reason: str
    result: str


class IncidentItem(Struct, frozen=True, kw_only=True):
    """One thing that happened. `id` names it within its match for ever."""

    id: int
    type: Annotated[int, Meta(description="the provider's code")]
    kind: Annotated[str, Meta(examples=["goal"])]
    side: Annotated[SideName, Meta(description="for an own goal the side that profits")]
    period: Annotated[str, Meta(examples=["first_half"])]
    minute_text: Annotated[str, Meta(examples=["45+2'"])]
    player: str | None
    assist: str | None
    player_in: str | None
    player_out: str | None
    score: Annotated[list[int] | None, Meta(description="score after it; of the kicks in a shoot-out")]
    added_minutes: Annotated[int | None, Meta(description="announced added time")]
    var: Var | None


class Incidents(Struct, frozen=True, kw_only=True):
    """The incidents of a match, in the provider's order."""

    match_id: Id
    version: int
    stale: bool
    incidents: list[IncidentItem]


class StatItem(Struct, frozen=True, kw_only=True):
    """One counter of both sides."""

    type: int
    name: Annotated[str, Meta(examples=["shots_on_target"])]
    home: int
    away: int


class Statistics(Struct, frozen=True, kw_only=True):
    """Counters of the match and of its halves; null where nobody told us."""

    full: list[StatItem]
    first_half: list[StatItem] | None
    second_half: list[StatItem] | None


class Stats(Struct, frozen=True, kw_only=True):
    """The statistics of a match."""

    match_id: Id
    version: int
    stale: bool
    statistics: Statistics


class Revision(Struct, frozen=True, kw_only=True):
    """A kick-off stamp the provider sent later; the minute follows the last one that is `followed`."""

    period: str
    kickoff_ts: int
    delta_s: int
    followed: bool
    reason: str


class Kickoffs(Struct, frozen=True, kw_only=True):
    """When each period really began, as first told; never rewritten."""

    first_half: int | None
    second_half: int | None
    overtime: int | None
    revisions: list[Revision]


class Completeness(Struct, frozen=True, kw_only=True):
    """Which parts are verified."""

    first_half: bool
    second_half: bool
    full_time: bool


class MatchDetail(MatchItem, frozen=True, kw_only=True):
    """One match with all its parts."""

    stale: bool
    venue: str | None
    referee: str | None
    season: str | None
    stage: str | None
    round: int | None
    neutral: bool
    aggregate: Pair | None
    kickoffs: Kickoffs
    data_completeness: Completeness
    statistics: Statistics
    incidents: list[IncidentItem]


class Chapter(Struct, frozen=True, kw_only=True):
    """One period: when it began, what happened in it, in order."""

    period: str
    kickoff_ts: int | None
    incidents: list[IncidentItem]


class Comment(Struct, frozen=True, kw_only=True):
    """One line of the provider's commentary."""

    minute_text: str
    text: str
    side: SideName


class Timeline(Struct, frozen=True, kw_only=True):
    """The match told period by period, and the commentary beside it."""

    match_id: Id
    version: int
    stale: bool
    chapters: list[Chapter]
    commentary: list[Comment]
