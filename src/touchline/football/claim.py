"""The words in which a claim is made: statuses, sides, sources, and what a source can say.

All instants are whole Unix seconds UTC unless the name ends in `_ms`. Ids are the provider's, opaque.
Read as part of `model.py`, which has all the words of the core.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from msgspec import Struct

from touchline.football.lineup import Lineup
from touchline.ids import MatchId

Pair = tuple[int, int]
"""(home, away)"""
Slots = tuple[int, int, int, int, int, int, int]
"""The provider's array[7]: goals, half-time goals, red, yellow, corners (-1 none), extra time, shoot-out."""

NO_SLOTS: Slots = (0, 0, 0, 0, 0, 0, 0)


class Status(IntEnum):
    """The provider's status ids; 6 is an old id of 5 and is read as 5 at the edge."""

    ABNORMAL = 0
    NOT_STARTED = 1
    FIRST_HALF = 2
    HALF_TIME = 3
    SECOND_HALF = 4
    EXTRA_TIME = 5
    SHOOT_OUT = 7
    ENDED = 8
    DELAYED = 9
    INTERRUPTED = 10
    ABANDONED = 11
    CANCELLED = 12
    TO_BE_DETERMINED = 13


LIVE = frozenset({Status.FIRST_HALF, Status.HALF_TIME, Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT})
RUNNING = frozenset({Status.FIRST_HALF, Status.SECOND_HALF, Status.EXTRA_TIME})
"""The statuses in which the clock runs."""


class Side(IntEnum):
    """`position` on the wire. For an own goal it is the side that profits."""

    NEUTRAL = 0
    HOME = 1
    AWAY = 2


class Source(StrEnum):
    """Who claims something."""

    OPERATOR = "operator"
    MQTT = "mqtt"
    DETAIL_LIVE = "detail_live"
    LIVE_HISTORY = "live_history"
    RECENT_LIST = "recent_list"
    DIARY = "diary"
    SEASON_RECENT = "season_recent"
    LINEUP_DETAIL = "lineup_detail"
    TREND_LIVE = "trend_live"
    TREND_DETAIL = "trend_detail"
    HALF_STATS = "half_stats"
    TEAM_STATS = "team_stats"
    DELETED = "deleted"


class Group(StrEnum):
    """Parts of a match that are judged one by one, each with its own provenance."""

    STATUS = "status"
    GOALS = "goals"
    COUNTS = "counts"
    INCIDENTS = "incidents"
    STATS = "stats"
    TLIVE = "tlive"
    SCHEDULE = "schedule"
    LINEUP = "lineup"
    TREND = "trend"
    HALVES = "halves"
    DELETED = "deleted"


class Period(StrEnum):
    """A period with a kick-off stamp of its own. Extra time is one status, two playing periods."""

    FIRST_HALF = "first_half"
    SECOND_HALF = "second_half"
    OVERTIME = "overtime"


# ---------------------------------------------------------------- claims


class StatusClaim(Struct, frozen=True):
    """`status` and the stamp of the running period (tuple index 4); None where the wire said 0 or nothing."""

    status: Status
    kickoff_ts: int | None = None


class Goals(Struct, frozen=True):
    """Slots 0, 1, 5, 6 of each side: goals, half-time goals, extra time, shoot-out."""

    home: tuple[int, int, int, int]
    away: tuple[int, int, int, int]


class Counts(Struct, frozen=True):
    """Slots 2, 3, 4 of each side: red cards, yellow cards, corners (-1: no data)."""

    home: tuple[int, int, int]
    away: tuple[int, int, int]


class Incident(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the provider's list, as claimed. `time` is in minutes and includes added minutes."""

    type: int
    side: Side
    time: int
    add_time: int | None = None
    player_id: str = ""
    player_name: str = ""
    assist1_id: str = ""
    assist1_name: str = ""
    assist2_id: str = ""
    assist2_name: str = ""
    in_player_id: str = ""
    in_player_name: str = ""
    out_player_id: str = ""
    out_player_name: str = ""
    home_score: int | None = None
    away_score: int | None = None
    var_reason: int | None = None
    var_result: int | None = None
    reason_type: int | None = None


class Stat(Struct, frozen=True):
    """One counter of both sides; `type` as in the provider's statistics codes."""

    type: int
    home: int
    away: int


class HalfStat(Struct, frozen=True):
    """One counter of both sides in one half; `type` as in the provider's half-time statistics codes.

    None where the counter is unknown: what was told of the match and of its first half contradicts itself.
    """

    type: int
    home: int | None
    away: int | None


class Halves(Struct, frozen=True, kw_only=True):
    """What the provider says of each half, sorted by type; None is silence about that half."""

    first: tuple[HalfStat, ...] | None = None
    second: tuple[HalfStat, ...] | None = None


class Trend(Struct, frozen=True):
    """Pressure minute by minute, one list a half: above 0 home's, below 0 away's.

    `per` is how many minutes a half has; those of extra time follow at the end of the second list.
    """

    per: int
    halves: tuple[tuple[int, ...], ...]


class TextLine(Struct, frozen=True):
    """One line of commentary: shown, never used to infer anything."""

    time: str
    data: str
    side: Side = Side.NEUTRAL


class Schedule(Struct, frozen=True, kw_only=True):
    """What schedule sources say: when, who, where. Empty text means unknown."""

    match_time: int
    competition_id: str = ""
    season_id: str = ""
    stage_id: str = ""
    home_team_id: str = ""
    away_team_id: str = ""
    venue_id: str = ""
    referee_id: str = ""
    round_num: int = 0
    group_num: int = 0
    neutral: bool = False
    tbd: bool = False
    has_ot: bool = False
    team_reverse: bool = False
    loss: bool = False
    note: str = ""
    related_id: str = ""
    aggregate: Pair | None = None
    home_position: str = ""
    away_position: str = ""
    coverage: Mapping[str, int] = {}
    environment: Mapping[str, str] = {}
    """Weather code, temperature, wind, humidity, pressure; all as text with their unit."""
    ended_ts: int | None = None


class Says(Struct, frozen=True, kw_only=True):
    """The groups one source speaks about; None is silence."""

    status: StatusClaim | None = None
    goals: Goals | None = None
    counts: Counts | None = None
    incidents: tuple[Incident, ...] | None = None
    stats: tuple[Stat, ...] | None = None
    """Sorted by type, one entry a type."""
    tlive: tuple[TextLine, ...] | None = None
    schedule: Schedule | None = None
    lineup: Lineup | None = None
    trend: Trend | None = None
    halves: Halves | None = None
    deleted: bool | None = None
    """Whether the match was taken back."""


class Observation(Struct, frozen=True, kw_only=True):
    """A claim: this source says match M is so, at T."""

    match_id: MatchId
    source: Source
    channel: str
    """One connection of a source: `seq` counts within it."""
    observed_at_ms: int
    """Football time. Push: receipt; poll: when the request was sent."""
    seq: int
    provider_time: int | None = None
    """The payload's own time, never ours."""
    says: Says
    follows: Mapping[Group, int] = {}
    """Fingerprint of what this connection last said of a group (see `order.py`)."""
