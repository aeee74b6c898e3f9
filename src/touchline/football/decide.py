"""Whether a claim changes the match.

The one writer's judgement (football data, one writer: ordering, locking, answers). Groups are judged
one by one (`judges.py`). Everything that follows — events, revisions, questions, warnings — is read
off the two states (`consequences.py`).
"""

from collections.abc import Mapping
from typing import assert_never

from msgspec.structs import replace

from touchline.football import (
    completeness,
    consequences,
    half_statistics,
    incidents,
    judges,
    order,
    schedule,
    score,
    withdrawal,
)
from touchline.football.judges import REPLACED
from touchline.football.model import (
    Answer,
    Decision,
    Group,
    Halves,
    Held,
    Match,
    Observation,
    Pending,
    Reason,
    StatusClaim,
)

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
    state, reasons = judges.judged(match, seen, now_ms)
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
            questions=consequences.questions(match, state),
        )
    if Group.INCIDENTS in applied:
        state = score.settle(match, state)
    state = half_statistics.kept(match, state)
    state = completeness.followed(state, listed=needs_incidents(seen))
    state = _signed(match, state, seen, applied, refused, now_ms)
    first_word = not match.provenance and seen.says.schedule is not None
    return Decision(
        answer=Answer.SUCCESS,
        reason=Reason.APPLIED,
        match=state,
        applied=applied,
        unchanged=unchanged,
        refused=refused,
        happened=consequences.happened(match, state, () if first_word else applied, now_ms),
        revisions=state.revisions[len(match.revisions) :],
        incidents=incidents.changed(match.incidents, state.incidents),
        questions=consequences.questions(match, state),
        warnings=consequences.warnings(match, state, applied, now_ms),
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
    """Whether deciding `seen` needs the match's incidents: what they tell is held against the score."""
    says = seen.says
    return says.incidents is not None or says.goals is not None or says.status is not None


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
        case Group.DELETED:
            return withdrawal.is_withdrawn(match)
        case Group.STATS | Group.TLIVE | Group.LINEUP | Group.TREND:
            return getattr(match, REPLACED[group])
        case _:
            assert_never(group)


def _said(seen: Observation, group: Group) -> object:
    content = getattr(seen.says, group)
    return () if content is None else content  # an empty list that had waited


def _answer(refused: Mapping[Group, Reason]) -> tuple[Answer, Reason]:
    """The answer where nothing was set: nothing new, nothing newer, or nothing readable."""
    for reason in refused.values():
        if reason not in INVALID:
            return Answer.STALE, reason
    for reason in refused.values():
        return Answer.INVALID, reason
    return Answer.SUCCESS, Reason.UNCHANGED
