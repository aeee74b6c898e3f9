"""What each group of a claim does to a match, judged one by one.

A group that says what stands is unchanged; one that may not be said now or is older is refused
(`order.py`); the rest is taken, unless what it says can't be.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from touchline.football import half_statistics, incidents, order, phase, schedule, score, withdrawal
from touchline.football.model import (
    Goals,
    Group,
    Held,
    Incident,
    Match,
    Observation,
    Reason,
    Schedule,
    Source,
    Status,
)

CORRECTABLE_S = 24 * 3600
"""Cards and corners of an ended match change this long; later only history or an operator may."""
FINAL_WORDS = frozenset({Source.LIVE_HISTORY, Source.OPERATOR})

Taken = tuple[Match, Reason]
"""The state after a group was judged, and what became of the group."""


def judged(match: Match, seen: Observation, now_ms: int) -> tuple[Match, Mapping[Group, Reason]]:
    """The match after every group that `seen` speaks about was judged, and what became of each."""
    state = match
    reasons: dict[Group, Reason] = {}
    for group, stands, take in _JUDGES:
        content = getattr(seen.says, group)
        if content is None:
            continue
        if stands(match, state, content):
            reasons[group] = Reason.UNCHANGED
            continue
        reason = order.refusal(match, seen, group, content, now_ms)
        if reason is None:
            state, reason = take(match, state, content, seen, now_ms)
        reasons[group] = reason
    if reasons.get(Group.GOALS) is Reason.APPLIED and state.pending.incidents and state.pending.score_fell:
        # The empty list that waited was right: the score has fallen as well now.
        state = replace(state, incidents=incidents.revised(state.incidents, (), now_ms // 1000))
        reasons[Group.INCIDENTS] = Reason.APPLIED
    return state, reasons


def _schedule_stands(before: Match, state: Match, claim: Schedule) -> bool:
    # On a new row the schedule is what the row was made of; its word is still to be signed.
    return Group.SCHEDULE in state.provenance and schedule.stands(before, state, claim)


def _take_goals(before: Match, state: Match, claim: Goals, _seen: Observation, _now_ms: int) -> Taken:
    """The goals, and whether they fell: then an empty list is believed, before or after this claim."""
    after, reason = score.take_goals(before, state, claim)
    was, now = sum(score.display(state)), sum(score.display(after))
    if now == was or (now < was) is after.pending.score_fell:
        return after, reason
    return replace(after, pending=replace(after.pending, score_fell=now < was)), reason


def _take_counts(before: Match, state: Match, claim: Any, seen: Observation, now_ms: int) -> Taken:
    """Counts, unless they are the mirrored repeat of a finished match or come too late."""
    if before.status is Status.ENDED is state.status and seen.source not in FINAL_WORDS:
        if score.are_mirrored(before, claim) and score.goals_of(before) == score.goals_of(state):
            return _with_question(before, state), Reason.MIRRORED_REPEAT
        if now_ms // 1000 - before.phase_entered_ts > CORRECTABLE_S:
            return state, Reason.NOT_ITS_TURN
    return score.take_counts(state, claim)


def _with_question(before: Match, state: Match) -> Match:
    """Ask the provider's history once which side is right, where no reading was taken while live."""
    word = before.provenance.get(Group.COUNTS)
    taken_live = word is not None and word.observed_at_ms < before.phase_entered_ts * 1000
    settled = word is not None and word.source in FINAL_WORDS
    if taken_live or settled or before.pending.history_asked:
        return state
    return replace(state, pending=replace(state.pending, history_asked=True))


def _take_incidents(
    before: Match, state: Match, claim: tuple[Incident, ...], seen: Observation, now_ms: int
) -> Taken:
    """The new list by diff; an empty one over a filled one waits for a second source."""
    held = state.pending.incidents
    confirmed = seen.source is Source.OPERATOR or (held is not None and held.source is not seen.source)
    if not claim and not confirmed and not state.pending.score_fell:
        if held is not None:
            return state, Reason.EMPTY_UNCONFIRMED
        word = Held(value=0, source=seen.source, channel=seen.channel, observed_at_ms=seen.observed_at_ms)
        return replace(state, pending=replace(state.pending, incidents=word)), Reason.EMPTY_UNCONFIRMED
    after = incidents.revised(state.incidents, claim, now_ms // 1000)
    if len(after) > incidents.KNOWN_MAX:
        return state, Reason.WRONG_SHAPE
    return replace(state, incidents=after), Reason.APPLIED


_Judge = tuple[
    Group, Callable[[Match, Match, Any], bool], Callable[[Match, Match, Any, Observation, int], Taken]
]

REPLACED: Mapping[Group, str] = {
    Group.STATS: "statistics",
    Group.TLIVE: "tlive",
    Group.LINEUP: "lineup",
    Group.TREND: "trend",
}
"""Groups told whole each time, and where a match has them."""


def _replacing(group: Group, field: str) -> _Judge:
    """The newest word stands. Of statistics and commentary an empty list comes with every match of a source
    that has none: that is silence."""
    return (
        group,
        lambda _before, state, claim: not claim or claim == getattr(state, field),
        lambda _before, state, claim, _seen, _now: (replace(state, **{field: claim}), Reason.APPLIED),
    )


# Status comes first: a claim that puts a match off may bring its new time.
_JUDGES: tuple[_Judge, ...] = (
    (Group.STATUS, lambda _before, state, claim: phase.stands(state, claim), phase.take),
    (
        Group.SCHEDULE,
        _schedule_stands,
        lambda before, state, claim, _seen, _now: schedule.take(before, state, claim),
    ),
    (Group.GOALS, lambda _before, state, claim: score.goals_stand(state, claim), _take_goals),
    (Group.COUNTS, lambda _before, state, claim: score.counts_stand(state, claim), _take_counts),
    (Group.INCIDENTS, lambda _before, state, claim: incidents.stand(state.incidents, claim), _take_incidents),
    *(_replacing(group, field) for group, field in REPLACED.items()),
    (
        Group.HALVES,
        lambda _before, state, claim: half_statistics.stand(state, claim),
        lambda _before, state, claim, _seen, _now: (half_statistics.take(state, claim), Reason.APPLIED),
    ),
    (
        Group.DELETED,
        lambda _before, state, claim: claim == withdrawal.is_withdrawn(state),
        lambda _before, state, _claim, _seen, _now: (state, Reason.APPLIED),  # the signature says it all
    ),
)
