"""What the API answers with: every shape of `/api`, as the OpenAPI document shows it.

Instants are Unix seconds UTC (`…_ts`, `match_time`, `as_of`) or RFC 3339 (`…_at`); ids are
opaque strings; a pair is `[home, away]`. What streams tell as well is in `feed/shapes.py`.
"""

from typing import Annotated

from msgspec import Meta, Struct

from touchline.feed.shapes import (
    Cards,
    Competition,
    Counts,
    Id,
    Live,
    LiveState,
    MatchItem,
    OptionalPair,
    Pair,
    ScoreLine,
    SideName,
    Team,
)
from touchline.football.staleness import StaleReason

__all__ = [
    "Cards",
    "Chapter",
    "Comment",
    "Competition",
    "Completeness",
    "Counts",
    "Diary",
    "HalfStatItem",
    "Id",
    "IncidentItem",
    "Incidents",
    "Kickoffs",
    "Lineup",
    "LineupMark",
    "LineupPlayer",
    "LineupSide",
    "Live",
    "LiveState",
    "MatchDetail",
    "MatchItem",
    "Momentum",
    "OptionalPair",
    "Pair",
    "Revision",
    "ScoreLine",
    "SideName",
    "StaleReason",
    "StatItem",
    "Statistics",
    "Stats",
    "Team",
    "Timeline",
    "Var",
]


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


class HalfStatItem(Struct, frozen=True, kw_only=True):
    """One counter of both sides in one half; null where the counters contradict each other."""

    type: int
    name: Annotated[str, Meta(examples=["shots_on_target"])]
    home: int | None
    away: int | None


class Statistics(Struct, frozen=True, kw_only=True):
    """Counters of the match and of its halves; null where nobody told us."""

    full: list[StatItem]
    first_half: list[HalfStatItem] | None
    second_half: list[HalfStatItem] | None


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


class LineupMark(Struct, frozen=True, kw_only=True):
    """What a player did, as the line-up marks it."""

    kind: Annotated[str, Meta(examples=["goal"], description="as the `kind` of an incident")]
    minute_text: Annotated[str, Meta(examples=["45+2'"])]


class LineupPlayer(Struct, frozen=True, kw_only=True):
    """One player of a side."""

    id: str
    name: str
    number: Annotated[int | None, Meta(description="on the shirt")]
    position: Annotated[str | None, Meta(examples=["F"], description="G, D, M or F")]
    captain: bool
    x: Annotated[int | None, Meta(description="0..100 across the pitch, seen from the own goal; null: unknown")]
    y: Annotated[int | None, Meta(description="0..100 from the own goal line forward; null: unknown")]
    rating: Annotated[str | None, Meta(examples=["7.1"], description="the provider's, shown as it is")]
    marks: Annotated[list[LineupMark], Meta(description="goals, cards and substitutions, in order")]


class LineupSide(Struct, frozen=True, kw_only=True):
    """One side: who starts, and who sits on the bench.

    Each side is seen from its own goal: home's origin (0, 0) is the top left corner of a pitch drawn with
    home above, away's the bottom right one.
    """

    formation: Annotated[str | None, Meta(examples=["4-3-3"])]
    starters: list[LineupPlayer]
    bench: list[LineupPlayer]


class Lineup(Struct, frozen=True, kw_only=True):
    """Who plays. Until it is `confirmed` it is what is expected."""

    confirmed: bool
    home: LineupSide
    away: LineupSide


class Momentum(Struct, frozen=True, kw_only=True):
    """Pressure minute by minute: above 0 home's, below 0 away's.

    One list a half, first minute first; minutes of extra time follow at the end of the second list.
    `minutes_per_half` is the length of a half without them, `peak` the largest pressure of either side
    (at least 1), which a drawing is scaled by.
    """

    minutes_per_half: Annotated[int, Meta(examples=[45])]
    peak: int
    halves: Annotated[list[list[int]], Meta(examples=[[[16, 0, -2], [-16, 0, 1]]])]


class Kickoffs(Struct, frozen=True, kw_only=True):
    """When each period really began, as first told; never rewritten."""

    first_half: int | None
    second_half: int | None
    overtime: int | None
    revisions: list[Revision]


class Completeness(Struct, frozen=True, kw_only=True):
    """Which parts are verified: over, with the goals of their incidents those of the score, and with statistics
    where anybody counts. A late correction may open a part again."""

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
    lineup: Annotated[Lineup | None, Meta(description="null: the provider has none")]
    momentum: Annotated[Momentum | None, Meta(description="null: the provider has none")]


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
