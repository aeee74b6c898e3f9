"""What the one writer tells the log, once it is committed.

Transitions and goals are INFO, doubts are WARN, cards, details and plain answers DEBUG. So is what had
happened before we heard of a match at all: the first sync brings hundreds that are over.
"""

from collections.abc import Iterable
from typing import Protocol, assert_never

import structlog

from touchline.football.model import (
    CardShown,
    Decision,
    GoalCancelled,
    GoalDetailed,
    GoalReported,
    GoalScored,
    Group,
    Happening,
    Observation,
    ResultCorrected,
    StatusChanged,
)
from touchline.football.status import label
from touchline.ids import MatchId


class Told(Protocol):
    """An answered claim."""

    @property
    def observation(self) -> Observation: ...
    @property
    def decision(self) -> Decision | None: ...


class News:
    """Tells the log what happened to matches."""

    def __init__(self) -> None:
        self._log = structlog.get_logger().bind(part="writer")

    def tell(self, outcomes: Iterable[Told]) -> None:
        """Say what `outcomes` changed, and how each claim was answered."""
        for outcome in outcomes:
            decision = outcome.decision
            if decision is None:
                continue
            match_id = decision.match.id
            for happening in decision.happened:
                self._happening(match_id, happening, is_history=decision.first_word)
            if Group.DELETED in decision.applied:
                deleted, source = outcome.observation.says.deleted, outcome.observation.source
                self._log.info("match.deleted", match_id=match_id, deleted=deleted, source=source)
            for warning in decision.warnings:
                self._warning(match_id, warning, decision)
            self._log.debug(
                "orchestrator.answered",
                match_id=match_id,
                source=outcome.observation.source,
                status=decision.answer,
                reason=decision.reason,
                fields_updated=decision.applied,
            )

    def _happening(self, match_id: MatchId, happening: Happening, *, is_history: bool) -> None:
        log = self._log.bind(match_id=match_id)
        say = log.debug if is_history else log.info
        match happening:
            case StatusChanged(before=before, after=after):
                say("match.status", before=label(before), after=label(after))
            case GoalScored(side=side, score=score, minute_text=minute, incident=incident):
                say("match.goal", side=side.name, score=score, minute_text=minute, incident_id=incident)
            case GoalCancelled(side=side, score=score, previous=previous, incident=incident):
                say(
                    "match.goal.cancelled",
                    side=side.name,
                    score=score,
                    previous=previous,
                    incident_id=incident,
                )
            case GoalDetailed(side=side, score=score, incident=incident):
                log.debug("match.goal.detailed", side=side.name, score=score, incident_id=incident)
            case GoalReported(side=side, score=score, incident=incident):
                log.debug("match.goal.reported", side=side.name, score=score, incident_id=incident)
            case CardShown(side=side, type=type_, incident=incident):
                log.debug("match.card", side=side.name, type=type_, incident_id=incident)
            case ResultCorrected(before=before_score, after=after_score):
                log.warning("match.result.corrected", before=before_score, after=after_score)
            case _:
                assert_never(happening)

    def _warning(self, match_id: MatchId, warning: str, decision: Decision) -> None:
        log = self._log.bind(match_id=match_id)
        moves = [each for each in decision.happened if isinstance(each, StatusChanged)]
        match warning:
            case "match.transition.gap":
                missed = [label(status) for move in moves for status in move.missed]
                log.warning("match.transition.gap", missed=missed)
            case "match.resurrected":
                log.warning("match.resurrected", after=label(decision.match.status))
            case "score.et_ambiguous":
                log.warning("score.et_ambiguous", extra_time=decision.match.extra_time)
            case "incidents.half_mismatch":
                log.warning("incidents.half_mismatch", status=label(decision.match.status))
            case "statistics.half_contradicts":
                reckoned = decision.match.second_half_stats or ()
                types = [each.type for each in reckoned if None in (each.home, each.away)]
                log.warning("statistics.half_contradicts", types=types)
            case "match.result.corrected":
                pass  # said with both scores, above
            case _:
                log.warning(warning)
