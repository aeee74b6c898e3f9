"""When, who and where: what a schedule claim leaves of what we know.

Sources that name a match only in part do not erase what others said: empty text means unknown
(football data, match record).
"""

from msgspec.structs import replace

from touchline.football.model import Match, Reason, Schedule, Status

MOVABLE = frozenset({Status.ABNORMAL, Status.NOT_STARTED, Status.DELAYED, Status.TO_BE_DETERMINED})
"""`match_time` moves only while a match has one of these statuses, or enters one by the same claim."""

_MAY_BE_UNKNOWN = (
    "competition_id",
    "season_id",
    "stage_id",
    "home_team_id",
    "away_team_id",
    "venue_id",
    "referee_id",
    "round_num",
    "group_num",
    "note",
    "related_id",
    "aggregate",
    "home_position",
    "away_position",
    "coverage",
    "environment",
    "ended_ts",
)


def stands(before: Match, state: Match, claim: Schedule) -> bool:
    """Whether `claim` says nothing new."""
    return claim == state.schedule or _merged(before, state, claim) == state.schedule


def is_sound(schedule: Schedule) -> bool:
    """Whether the instants are whole seconds of our age and not, say, milliseconds."""
    instants = (schedule.match_time, 1 if schedule.ended_ts is None else schedule.ended_ts)
    return all(0 < instant <= 9_999_999_999 for instant in instants)


def take(before: Match, state: Match, claim: Schedule) -> tuple[Match, Reason]:
    """The match after a schedule claim that is newer than what stands."""
    if not is_sound(claim):
        return state, Reason.WRONG_SHAPE
    return replace(state, schedule=_merged(before, state, claim)), Reason.APPLIED


def _merged(before: Match, state: Match, claimed: Schedule) -> Schedule:
    """`claimed`, with what it leaves open filled from what stands."""
    stored = state.schedule
    kept: dict[str, object] = {
        name: getattr(stored, name) for name in _MAY_BE_UNKNOWN if not getattr(claimed, name)
    }
    if MOVABLE.isdisjoint((before.status, state.status)):
        kept["match_time"] = stored.match_time
    return replace(claimed, **kept)
