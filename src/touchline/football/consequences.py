"""What follows from a claim: read off the match before and after it.

Events, questions to the provider, warnings. Nothing here changes a match.
"""

from touchline.football import goals, half_statistics, incidents, score
from touchline.football.codes import CARDS
from touchline.football.halves import first_half_goals, has_midfield
from touchline.football.model import (
    LIVE,
    CardShown,
    Goals,
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
    """Whether the result of a match that is over was put right.

    Some shoot-outs are never told as a status: their kicks are counted while the end is provisional.
    """
    if Group.GOALS not in applied or not before.status is Status.ENDED is after.status:
        return False
    return _without_kicks(before) != _without_kicks(after) or not is_provisional(before, now_ms)


def _without_kicks(match: Match) -> Goals:
    said = score.goals_of(match)
    return Goals((*said.home[:3], 0), (*said.away[:3], 0))


def _halves_disagree(match: Match) -> bool:
    """Whether a list without a half-time marker puts other goals into the first half than the score does."""
    entries = [one.what for one in incidents.listed(match.incidents)]
    if not match.half_time_reached or not entries or has_midfield(entries):
        return False
    return first_half_goals(entries) != (match.home_scores[1], match.away_scores[1])
