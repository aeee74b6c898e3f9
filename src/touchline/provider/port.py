"""What any provider gives to ingest, whatever its wire looks like."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from touchline.football.model import Says
from touchline.ids import MatchId


class Kind(StrEnum):
    """Kinds of catalogue records."""

    CATEGORY = "category"
    COUNTRY = "country"
    COMPETITION = "competition"
    TEAM = "team"
    SEASON = "season"
    STAGE = "stage"
    VENUE = "venue"
    REFEREE = "referee"
    COACH = "coach"
    PLAYER = "player"


class Report(Struct, frozen=True, kw_only=True):
    """One match as the wire tells it; ingest adds who said so and when we heard it."""

    match_id: MatchId
    says: Says
    provider_time: int | None = None


class CatalogueRecord(Struct, frozen=True, kw_only=True):
    """One named thing. Empty text means unknown; `merged_into` is the provider's `uid`."""

    kind: Kind
    id: str
    name: str = ""
    short_name: str = ""
    logo: str = ""
    country_id: str = ""
    parent_id: str = ""
    """Competition of a season, season of a stage, category of a competition, team of a coach or a player."""
    merged_into: str = ""
    updated_at: int = 0
    extra: Mapping[str, str | int] = {}
    """What else is shown one day: `type`, `gender`, `mode`, `year`, `city`, `capacity` …"""


class Unreadable(Struct, frozen=True, kw_only=True):
    """A payload, or a part of one, that could not be read: kept whole and counted."""

    kind: str
    """Where it came from and what is wrong, for the metric: `mqtt.not_json`, `recent_list.bad_row` …"""
    reason: str
    payload: bytes
    match_id: str = ""


class Reading(Struct, frozen=True, kw_only=True):
    """What one payload said, in its order."""

    reports: Sequence[Report] = ()
    catalogue: Sequence[CatalogueRecord] = ()
    unreadable: Sequence[Unreadable] = ()
    total: int | None = None
    """The provider's own count; shown in logs, never trusted."""


class TeamCounters(Struct, frozen=True, kw_only=True):
    """What one team did in one match; which side it is only the schedule knows."""

    match_id: MatchId
    team_id: str
    counters: Mapping[int, int]
    """By the provider's statistics codes."""


class Sums(Struct, frozen=True, kw_only=True):
    """A team's season so far: all of it, or its matches at home or away."""

    position: int = 0
    points: int = 0
    played: int = 0
    won: int = 0
    drawn: int = 0
    lost: int = 0
    goals: int = 0
    goals_against: int = 0


class Standing(Struct, frozen=True, kw_only=True):
    """One team in a table."""

    team_id: str
    total: Sums
    home: Sums
    away: Sums
    deducted: int = 0
    """Points taken away."""
    promotion_id: str = ""
    note: str = ""
    updated_at: int = 0


class Promotion(Struct, frozen=True):
    """What a place in a table leads to; `color` is the provider's."""

    id: str
    name: str
    color: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """One table of a season; a season with groups has several."""

    season_id: str
    id: str
    stage_id: str = ""
    conference: str = ""
    group: int = 0
    rows: Sequence[Standing]
    promotions: Sequence[Promotion] = ()

    @property
    def updated_at(self) -> int:
        """When the newest of its rows changed, Unix seconds; 0 where the wire does not say."""
        return max((row.updated_at for row in self.rows), default=0)


class Meeting(Struct, frozen=True, kw_only=True):
    """An earlier match as another match's analysis tells it. Goals are those of 90 minutes."""

    match_id: str
    competition_id: str
    status_id: int
    match_time: int
    home_team_id: str
    away_team_id: str
    goals: tuple[int, int]
    half_time: tuple[int, int]


class Record(Struct, frozen=True):
    """Matches won, drawn and lost."""

    won: int = 0
    drawn: int = 0
    lost: int = 0


class Analysis(Struct, frozen=True, kw_only=True):
    """What came before a match: the meetings of its teams, and the last matches of each."""

    match_id: MatchId
    meetings: Sequence[Meeting] = ()
    home: Sequence[Meeting] = ()
    away: Sequence[Meeting] = ()


class Tally(Struct, frozen=True, kw_only=True):
    """How often each team of a match won, drew and lost: against the other, and lately."""

    match_id: MatchId
    home_meetings: Record = Record()
    away_meetings: Record = Record()
    home_recent: Record = Record()
    away_recent: Record = Record()
    updated_at: int = 0


class TeamCountersRead(Reading, frozen=True, kw_only=True):
    """What an answer says of teams in matches."""

    teams: Sequence[TeamCounters] = ()


class TablesRead(Reading, frozen=True, kw_only=True):
    """What an answer says of tables."""

    tables: Sequence[Table] = ()


class FormRead(Reading, frozen=True, kw_only=True):
    """What an answer says of matches before a match."""

    analyses: Sequence[Analysis] = ()
    tallies: Sequence[Tally] = ()


class DeletedRead(Reading, frozen=True, kw_only=True):
    """Matches the provider has taken back within 24 hours."""

    matches: Sequence[MatchId] = ()


class Topic(StrEnum):
    """What the provider says has changed besides the score."""

    LINEUP = "lineup"
    STANDINGS = "standings"
    OTHER = "other"


class Update(Struct, frozen=True, kw_only=True):
    """Something changed: the line-up of a match, the standings of a season, or what we have no use for."""

    topic: Topic
    id: str
    """Of the match or the season; elsewhere what tells it from others."""
    at: int = 0
    """When, by the provider; 0 where it does not say."""


class UpdatesRead(Reading, frozen=True, kw_only=True):
    """What changed lately besides the score."""

    updates: Sequence[Update] = ()


class Health(StrEnum):
    """How a provider stands towards us."""

    UNKNOWN = "unknown"
    """Not asked yet."""
    OK = "ok"
    LIMITED = "limited"
    REFUSED = "refused"
    DOWN = "down"


class ProviderState(Struct, frozen=True, kw_only=True):
    """A provider's health, why, and since when (real time, Unix seconds)."""

    health: Health
    reason: str = ""
    since_ts: int
