"""The words of the core: a match, a claim about it, a decision, and what can happen.

All instants are whole Unix seconds UTC unless the name ends in `_ms`. Ids are the provider's,
opaque. Everything here is frozen; a new state is a new value.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from touchline.football.claim import (
    LIVE,
    NO_SLOTS,
    RUNNING,
    Counts,
    Goals,
    Group,
    HalfStat,
    Halves,
    Incident,
    Observation,
    Pair,
    Period,
    Says,
    Schedule,
    Side,
    Slots,
    Source,
    Stat,
    Status,
    StatusClaim,
    TextLine,
    Trend,
)
from touchline.football.lineup import Lineup, LineupPlayer, LineupSide, Mark
from touchline.ids import MatchId

__all__ = [
    "LIVE",
    "NOTHING_VERIFIED",
    "NO_SLOTS",
    "RUNNING",
    "Answer",
    "CardShown",
    "Completeness",
    "Counts",
    "Decision",
    "Gap",
    "GoalCancelled",
    "GoalDetailed",
    "GoalReported",
    "GoalScored",
    "Goals",
    "Group",
    "HalfStat",
    "Halves",
    "Happening",
    "Held",
    "Incident",
    "KickoffRevision",
    "Lineup",
    "LineupPlayer",
    "LineupSide",
    "Mark",
    "Match",
    "Observation",
    "Pair",
    "Part",
    "Pause",
    "Pending",
    "Period",
    "Provenance",
    "Question",
    "Reason",
    "ResultCorrected",
    "Says",
    "Schedule",
    "Score",
    "Side",
    "Slots",
    "Source",
    "Stat",
    "Status",
    "StatusChanged",
    "StatusClaim",
    "StoredIncident",
    "TextLine",
    "Trend",
]

# ---------------------------------------------------------------- state


class Provenance(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who set a group, and when."""

    source: Source
    channel: str
    observed_at_ms: int
    seq: int
    provider_time: int | None = None
    fingerprint: int = 0
    """Of the content as it was claimed (see `order.py`)."""
    superseded: tuple[tuple[int, int], ...] = ()
    """The last few contents before this one: (fingerprint, until when it stood, ms), oldest first."""


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim that waits for a second word. `value` is the claimed status, or 0 for an empty list."""

    value: int
    source: Source
    channel: str
    observed_at_ms: int


class Pending(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a match has heard but not believed yet."""

    status: Held | None = None
    incidents: Held | None = None
    score_fell: bool = False
    """Whether the score's last step was down and no list was taken since: an empty one is believed then."""
    contested_at_ms: int | None = None
    """When another status was last claimed of an ended match: it stays provisional for 15 minutes more."""
    history_asked: bool = False
    """Whether `live/history` was asked to settle a mirrored repeat."""


class KickoffRevision(Struct, frozen=True, kw_only=True):
    """A stamp that differs from the write-once column of its period. `seq` counts from 1 in a period."""

    period: Period
    seq: int
    kickoff_ts: int
    delta_s: int
    """Against the first stamp of the period."""
    source: Source
    observed_at_ms: int
    """Of `et_second_period` never before the last stored minute: that one is the first period's."""
    followed: bool
    reason: str
    """`revision`, `out_of_window`, `et_second_period` or `resume`."""


class Pause(Struct, frozen=True):
    """An interruption (status 10); open while `ended_ts` is None."""

    started_ts: int
    ended_ts: int | None = None


class Part(StrEnum):
    """What of a match is verified, each by itself."""

    FIRST_HALF = "first_half"
    SECOND_HALF = "second_half"
    FULL_TIME = "full_time"


class Gap(StrEnum):
    """Why a part that is over is not verified."""

    UNCHECKED = "unchecked"
    """Nobody has looked yet."""
    INCIDENTS_MISSING = "incidents_missing"
    """There were goals and no list tells of any."""
    GOALS_DIFFER = "goals_differ"
    """The list puts other goals into the part than the score does."""
    STATISTICS_MISSING = "statistics_missing"
    """The goals agree; the statistics are to come, and the coverage does not say that nobody counts."""


class Completeness(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which parts are verified (see `completeness.py`), and what was done about the others."""

    first_half: bool
    second_half: bool
    full_time: bool
    reason: Mapping[Part, Gap] = {}
    """Of the parts that are over and not verified."""
    attempts: int = 0
    """How often the provider was asked about them in vain since a part was last found open."""
    checked_at: int | None = None
    """When it last was."""


NOTHING_VERIFIED = Completeness(first_half=False, second_half=False, full_time=False)


class StoredIncident(Struct, frozen=True, kw_only=True):
    """An incident with its identity. `ordinal` (from 1) names it within its match for ever."""

    ordinal: int
    position: int
    """Its place in the newest list."""
    revision: int = 0
    withdrawn_ts: int | None = None
    first_seen_ts: int
    what: Incident


class Match(Struct, frozen=True, kw_only=True):
    """One row of the truth."""

    id: MatchId
    version: int = 0
    schedule: Schedule
    status: Status = Status.NOT_STARTED
    phase_entered_ts: int
    phase_seen_live: bool = False
    """Whether we saw the match enter its phase (then `phase_entered_ts` can stand in for a stamp)."""
    home_scores: Slots = NO_SLOTS
    away_scores: Slots = NO_SLOTS
    half_time_reached: bool = False
    shoot_out_reached: bool = False
    extra_time: Pair | None = None
    """Total after 120 minutes, once the goals have decided what slot 5 means (see `score.py`)."""
    first_half_kickoff_ts: int | None = None
    second_half_kickoff_ts: int | None = None
    overtime_kickoff_ts: int | None = None
    revisions: tuple[KickoffRevision, ...] = ()
    pauses: tuple[Pause, ...] = ()
    minute: int | None = None
    last_minute_update_ts: int | None = None
    provider_update_time: int | None = None
    last_event_ts: int | None = None
    last_seen_ts: int | None = None
    last_live_seen_ts: int | None = None
    """When a live source last named the match, whether or not it said anything new."""
    provenance: Mapping[Group, Provenance] = {}
    pending: Pending = Pending()
    incidents: tuple[StoredIncident, ...] = ()
    """Loaded only for claims about incidents or goals; withdrawn ones included."""
    statistics: tuple[Stat, ...] = ()
    first_half_stats: tuple[HalfStat, ...] | None = None
    second_half_stats: tuple[HalfStat, ...] | None = None
    """Of each half: the match's own counters until the provider says it (see `half_statistics.py`)."""
    completeness: Completeness = NOTHING_VERIFIED
    tlive: tuple[TextLine, ...] = ()
    lineup: Lineup | None = None
    trend: Trend | None = None
    """Commentary, line-up and trend are loaded only for claims about them."""


class Score(Struct, frozen=True, kw_only=True):
    """What the slots mean; None where the match has not got there."""

    regular: Pair
    half_time: Pair | None = None
    extra_time: Pair | None = None
    """Total after 120 minutes."""
    shoot_out: Pair | None = None

    @property
    def display(self) -> Pair:
        """The score on the board; the shoot-out is shown beside it, never added."""
        return self.regular if self.extra_time is None else self.extra_time


# ---------------------------------------------------------------- decisions


class Answer(StrEnum):
    """What the one writer answers; exactly four."""

    SUCCESS = "success"
    STALE = "rejected_stale"
    LOCKED = "rejected_locked"
    INVALID = "rejected_invalid"


class Reason(StrEnum):
    """Why. These are the metric's label values."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    OLDER = "older"
    EQUAL_TIME = "equal_time"
    LOWER_RANK = "lower_rank"
    ECHO = "echo"
    BACKWARD_UNCONFIRMED = "backward_unconfirmed"
    EMPTY_UNCONFIRMED = "empty_unconfirmed"
    MIRRORED_REPEAT = "mirrored_repeat"
    NOT_ITS_TURN = "not_its_turn"
    """The source may not speak about this group at this moment (diary while live, early end …)."""
    INVALID_MATCH_ID = "invalid_match_id"
    UNKNOWN_MATCH = "unknown_match"
    WRONG_SHAPE = "wrong_shape"
    CONTENDED = "contended"


class Question(StrEnum):
    """What a decision wants asked of the provider (the core asks nobody)."""

    LIVE_HISTORY = "live_history"


class StatusChanged(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.status"):
    """The match entered another status. `missed` are legal phases nobody told us about."""

    before: Status
    after: Status
    missed: tuple[Status, ...] = ()
    resurrected: bool = False
    """Back from an end that was no longer provisional."""


class GoalScored(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.goal"):
    """One step of the score. `score` is the display score after it."""

    side: Side
    score: Pair
    minute_text: str
    incident: int | None = None
    """Ordinal of its incident, when it is known already."""


class GoalDetailed(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.goal.detailed"):
    """The incident of a goal that was announced by the score before."""

    side: Side
    score: Pair
    incident: int


class GoalReported(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.goal.reported"):
    """An incident that is ahead of the score; no score column moves."""

    side: Side
    score: Pair
    incident: int


class GoalCancelled(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.goal.cancelled"):
    """The score fell: a goal was withdrawn. `incident` names it where that is known."""

    side: Side
    score: Pair
    previous: Pair
    incident: int | None = None


class CardShown(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.card"):
    """A card entered the list (type 3, 4 or 15)."""

    side: Side
    type: int
    incident: int


class ResultCorrected(Struct, frozen=True, kw_only=True, tag_field="event", tag="match.result.corrected"):
    """The goals of an ended match changed."""

    before: Pair
    after: Pair


Happening = (
    StatusChanged | GoalScored | GoalDetailed | GoalReported | GoalCancelled | CardShown | ResultCorrected
)


class Decision(Struct, frozen=True, kw_only=True):
    """What a claim did to a match; `match` is the state after it (the same object if nothing changed)."""

    answer: Answer
    reason: Reason
    match: Match
    applied: tuple[Group, ...] = ()
    unchanged: tuple[Group, ...] = ()
    refused: Mapping[Group, Reason] = {}
    happened: tuple[Happening, ...] = ()
    revisions: tuple[KickoffRevision, ...] = ()
    """To be appended."""
    incidents: tuple[StoredIncident, ...] = ()
    """To be inserted or updated, by ordinal."""
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()
    """Event names to be logged as WARN with the match id (`score.et_ambiguous` …)."""
    first_word: bool = False
    """Whether this is the claim that made the row: its score is a fact, but no goal happened just now."""

    @property
    def visible(self) -> bool:
        """Whether a change row is due: content changed, not only what is remembered about claims."""
        return bool(self.applied)
