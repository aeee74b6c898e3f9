"""Whether a claim changes the match.

The one writer's judgement (football data, one writer: ordering, locking, answers). Groups are judged
one by one: what says nothing new, what may not be said now, what is older, and what is set. Then
everything that follows — events, revisions, questions, warnings — is read off the two states.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from msgspec.structs import replace

from touchline.football import goals, half_statistics, incidents, order, phase, schedule, score
from touchline.football.codes import CARDS
from touchline.football.halves import first_half_goals, has_midfield
from touchline.football.model import (
    LIVE,
    Answer,
    CardShown,
    Decision,
    Goals,
    Group,
    Halves,
    Happening,
    Held,
    Incident,
    Match,
    Observation,
    Pending,
    Question,
    Reason,
    ResultCorrected,
    Schedule,
    Source,
    Status,
    StatusChanged,
    StatusClaim,
)
from touchline.football.status import is_provisional, missed

CORRECTABLE_S = 24 * 3600
"""Cards and corners of an ended match change this long; later only history or an operator may."""
FINAL_WORDS = frozenset({Source.LIVE_HISTORY, Source.OPERATOR})

WARNINGS = (
    "match.transition.gap",
    "match.resurrected",
    "match.result.corrected",
    "score.et_ambiguous",
    "incidents.half_mismatch",
    "statistics.half_contradicts",
)
"""The WARN events a decision may ask for, in the order it names them."""

Taken = tuple[Match, Reason]
"""The state after a group was judged, and what became of the group."""

INVALID = frozenset({Reason.WRONG_SHAPE, Reason.UNKNOWN_MATCH, Reason.INVALID_MATCH_ID})
_UNHEARD = frozenset({Reason.BACKWARD_UNCONFIRMED, Reason.EMPTY_UNCONFIRMED, Reason.NOT_ITS_TURN})
"""What was not believed, or not this source's to say: the same record may still say it."""


def decide(match: Match, seen: Observation, now_ms: int) -> Decision:
    """Decide what `seen` does to `match` at `now_ms` (football time). Total: every claim gets an answer.

    `match.incidents` must be loaded where `needs_incidents` says so. The decision's match is `match`
    itself when nothing must be written; it may differ without being visible (a note about a claim
    that waits for a second word).
    """
    if seen.match_id != match.id:
        return Decision(answer=Answer.INVALID, reason=Reason.UNKNOWN_MATCH, match=match)
    state, reasons = _judged(match, seen, now_ms)
    applied = tuple(group for group, reason in reasons.items() if reason is Reason.APPLIED)
    unchanged = tuple(group for group, reason in reasons.items() if reason is Reason.UNCHANGED)
    if len(unchanged) == len(reasons) and not _is_waiting(match.pending):
        return Decision(answer=Answer.SUCCESS, reason=Reason.UNCHANGED, match=match, unchanged=unchanged)
    refused = {
        group: reason
        for group, reason in reasons.items()
        if reason is not Reason.APPLIED and reason is not Reason.UNCHANGED
    }
    state = _forgotten(match, state, seen, reasons)
    if not applied:
        answer, reason = _answer(refused)
        return Decision(
            answer=answer,
            reason=reason,
            match=state,
            unchanged=unchanged,
            refused=refused,
            questions=_questions(match, state),
        )
    if Group.INCIDENTS in applied:
        state = score.settle(match, state)
    state = half_statistics.kept(match, state)
    state = _signed(match, state, seen, applied, refused, now_ms)
    first_word = not match.provenance and seen.says.schedule is not None
    return Decision(
        answer=Answer.SUCCESS,
        reason=Reason.APPLIED,
        match=state,
        applied=applied,
        unchanged=unchanged,
        refused=refused,
        happened=_happened(match, state, () if first_word else applied, now_ms),
        revisions=state.revisions[len(match.revisions) :],
        incidents=incidents.changed(match.incidents, state.incidents),
        questions=_questions(match, state),
        warnings=_warnings(match, state, applied, now_ms),
        first_word=first_word,
    )


def create(seen: Observation, now_ms: int) -> Match | None:
    """The row that `seen` makes, or None where the source may make none or the schedule is unsound.

    Rows come from schedule sources alone (invariant 14). The claim itself is then decided on the
    new row like on any other.
    """
    claimed = seen.says.schedule
    if claimed is None or Group.SCHEDULE not in order.SPEAKS[seen.source] or not schedule.is_sound(claimed):
        return None
    return Match(id=seen.match_id, schedule=claimed, phase_entered_ts=now_ms // 1000)


def needs_incidents(seen: Observation) -> bool:
    """Whether deciding `seen` needs the match's incidents."""
    return seen.says.incidents is not None or seen.says.goals is not None


# ---------------------------------------------------------------- group by group


def _judged(match: Match, seen: Observation, now_ms: int) -> tuple[Match, Mapping[Group, Reason]]:
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
)


# ---------------------------------------------------------------- what is remembered


def _is_waiting(pending: Pending) -> bool:
    return pending.status is not None or pending.incidents is not None


def _forgotten(before: Match, state: Match, seen: Observation, reasons: Mapping[Group, Reason]) -> Match:
    """Drop what waited for a second word and was contradicted or believed since."""
    pending, waited = state.pending, before.pending
    agreed = (Reason.APPLIED, Reason.UNCHANGED)
    if reasons.get(Group.STATUS) in agreed and _contradicts(seen, waited.status):
        pending = replace(pending, status=None)
    word = reasons.get(Group.INCIDENTS)
    if word is Reason.APPLIED or (word is Reason.UNCHANGED and _contradicts(seen, waited.incidents)):
        pending = replace(pending, incidents=None)
    if word is Reason.APPLIED:
        pending = replace(pending, score_fell=False)
    return state if pending == state.pending else replace(state, pending=pending)


def _contradicts(seen: Observation, held: Held | None) -> bool:
    """Whether `seen` came after what waits. A second connection of the same feed may only lag behind."""
    if held is None or seen.observed_at_ms <= held.observed_at_ms:
        return False
    return seen.source is not held.source or seen.channel == held.channel


def _signed(
    before: Match,
    state: Match,
    seen: Observation,
    applied: tuple[Group, ...],
    refused: Mapping[Group, Reason],
    now_ms: int,
) -> Match:
    """`state` with who set what, and when; invariants 3, 11 and 12."""
    signatures = {
        group: order.sign(before, seen, group, _said(seen, group), _standing(before, group))
        for group in applied
    }
    updated = before.provider_update_time
    # A record that counts in part must be able to come again, by its own or another source, for the rest.
    if seen.provider_time is not None and _UNHEARD.isdisjoint(refused.values()):
        updated = max(seen.provider_time, updated or 0)
    now = now_ms // 1000
    return replace(
        state,
        provenance={**before.provenance, **signatures},
        provider_update_time=updated,
        last_event_ts=now,
        last_seen_ts=now,
        last_live_seen_ts=now if order.is_live(seen.source) else before.last_live_seen_ts,
    )


def _standing(match: Match, group: Group) -> object:
    """What a claim would say that finds `group` as it stands."""
    match group:
        case Group.STATUS:
            return StatusClaim(match.status)
        case Group.GOALS:
            return score.goals_of(match)
        case Group.COUNTS:
            return score.counts_of(match)
        case Group.INCIDENTS:
            return tuple(one.what for one in incidents.listed(match.incidents))
        case Group.SCHEDULE:
            return match.schedule
        case Group.HALVES:
            return Halves(first=match.first_half_stats, second=match.second_half_stats)
        case Group.STATS | Group.TLIVE | Group.LINEUP | Group.TREND:
            return getattr(match, REPLACED[group])
        case _:
            assert_never(group)


def _said(seen: Observation, group: Group) -> object:
    content = getattr(seen.says, group)
    return () if content is None else content  # an empty list that had waited


# ---------------------------------------------------------------- what is said about it


def _answer(refused: Mapping[Group, Reason]) -> tuple[Answer, Reason]:
    """The answer where nothing was set: nothing new, nothing newer, or nothing readable."""
    for reason in refused.values():
        if reason not in INVALID:
            return Answer.STALE, reason
    for reason in refused.values():
        return Answer.INVALID, reason
    return Answer.SUCCESS, Reason.UNCHANGED


def _happened(before: Match, after: Match, applied: tuple[Group, ...], now_ms: int) -> tuple[Happening, ...]:
    happened: list[Happening] = []
    if after.status is not before.status:
        happened.append(
            StatusChanged(
                before=before.status,
                after=after.status,
                missed=missed(before.status, after.status),
                resurrected=_is_resurrected(before, after, now_ms),
            )
        )
    if Group.GOALS in applied or Group.INCIDENTS in applied:
        happened.extend(goals.happened(before, after))
    happened.extend(
        CardShown(side=one.what.side, type=one.what.type, incident=one.ordinal)
        for one in incidents.arrived(before.incidents, after.incidents)
        if one.what.type in CARDS
    )
    if _is_corrected(before, after, applied):
        happened.append(ResultCorrected(before=score.display(before), after=score.display(after)))
    return tuple(happened)


def _is_resurrected(before: Match, after: Match, now_ms: int) -> bool:
    return before.status is Status.ENDED and after.status in LIVE and not is_provisional(before, now_ms)


def _is_corrected(before: Match, after: Match, applied: tuple[Group, ...]) -> bool:
    return Group.GOALS in applied and before.status is Status.ENDED is after.status


def _questions(before: Match, after: Match) -> tuple[Question, ...]:
    asks = after.pending.history_asked and not before.pending.history_asked
    return (Question.LIVE_HISTORY,) if asks else ()


def _warnings(before: Match, after: Match, applied: tuple[Group, ...], now_ms: int) -> tuple[str, ...]:
    disagree = Group.INCIDENTS in applied and _halves_disagree(after) and not _halves_disagree(before)
    due = (
        bool(before.provenance and missed(before.status, after.status)),
        _is_resurrected(before, after, now_ms),
        _is_corrected(before, after, applied),
        score.is_ambiguous(before, after),
        disagree,
        half_statistics.contradict(before, after),
    )
    return tuple(name for name, is_due in zip(WARNINGS, due, strict=True) if is_due) if any(due) else ()


def _halves_disagree(match: Match) -> bool:
    """Whether a list without a half-time marker puts other goals into the first half than the score does."""
    entries = [one.what for one in incidents.listed(match.incidents)]
    if not match.half_time_reached or not entries or has_midfield(entries):
        return False
    return first_half_goals(entries) != (match.home_scores[1], match.away_scores[1])
