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
    """Competition of a season, season of a stage, category of a competition."""
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
