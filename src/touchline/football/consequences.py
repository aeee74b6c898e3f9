"""What follows from a claim: read off the match before and after it.

Events, questions to the provider, warnings. Nothing here changes a match.
"""

from touchline.football import goals, half_statistics, incidents, score
from touchline.football.codes import CARDS
from touchline.football.halves import first_half_goals, has_midfield
from touchline.football.model import (
    LIVE,
    CardShown,
    Group,
    Happening,
    Match,
    Question,
    ResultCorrected,
    Status,
    StatusChanged,
)
from touchline.football.status import is_provisional, missed

WARNINGS = (
    "match.transition.gap",
    "match.resurrected",
    "match.result.corrected",
    "score.et_ambiguous",
    "incidents.half_mismatch",
    "statistics.half_contradicts",
)
"""The WARN events a decision may ask for, in the order it names them."""

KICKS_MS = 60 * 60_000
"""So long after the end of a match that is level, kicks may be counted."""


def happened(before: Match, after: Match, applied: tuple[Group, ...], now_ms: int) -> tuple[Happening, ...]:
    """What happened, in the order it is told."""
    told: list[Happening] = []
    if after.status is not before.status:
        told.append(
            StatusChanged(
                before=before.status,
                after=after.status,
                missed=missed(before.status, after.status),
                resurrected=_is_resurrected(before, after, now_ms),
            )
        )
    if Group.GOALS in applied or Group.INCIDENTS in applied:
        told.extend(goals.happened(before, after))
    told.extend(
        CardShown(side=one.what.side, type=one.what.type, incident=one.ordinal)
        for one in incidents.arrived(before.incidents, after.incidents)
        if one.what.type in CARDS
    )
    if _is_corrected(before, after, applied, now_ms):
        told.append(ResultCorrected(before=score.display(before), after=score.display(after)))
    return tuple(told)


def questions(before: Match, after: Match) -> tuple[Question, ...]:
    """What the provider is to be asked."""
    asks = after.pending.history_asked and not before.pending.history_asked
    return (Question.LIVE_HISTORY,) if asks else ()


def warnings(before: Match, after: Match, applied: tuple[Group, ...], now_ms: int) -> tuple[str, ...]:
    """The events that are logged as WARN."""
    disagree = Group.INCIDENTS in applied and _halves_disagree(after) and not _halves_disagree(before)
    due = (
        bool(before.provenance and missed(before.status, after.status)),
        _is_resurrected(before, after, now_ms),
        _is_corrected(before, after, applied, now_ms),
        score.is_ambiguous(before, after),
        disagree,
        half_statistics.contradict(before, after),
    )
    return tuple(name for name, is_due in zip(WARNINGS, due, strict=True) if is_due) if any(due) else ()


def _is_resurrected(before: Match, after: Match, now_ms: int) -> bool:
    return before.status is Status.ENDED and after.status in LIVE and not is_provisional(before, now_ms)


def _is_corrected(before: Match, after: Match, applied: tuple[Group, ...], now_ms: int) -> bool:
    """Whether the result of a match that is over was put right."""
    ended = before.status is Status.ENDED is after.status
    return ended and Group.GOALS in applied and not _are_taken(before, after, now_ms)


def _are_taken(before: Match, after: Match, now_ms: int) -> bool:
    """Whether kicks from the mark are being counted: some shoot-outs are never told as a status."""
    was, now = score.goals_of(before), score.goals_of(after)
    home, away = score.display(after)
    return (
        (was.home[:3], was.away[:3]) == (now.home[:3], now.away[:3])
        and (was.home[3] <= now.home[3] and was.away[3] <= now.away[3])
        and home == away
        and now_ms - before.phase_entered_ts * 1000 <= KICKS_MS
    )


def _halves_disagree(match: Match) -> bool:
    """Whether a list without a half-time marker puts other goals into the first half than the score does."""
    entries = [one.what for one in incidents.listed(match.incidents)]
    if not match.half_time_reached or not entries or has_midfield(entries):
        return False
    return first_half_goals(entries) != (match.home_scores[1], match.away_scores[1])
