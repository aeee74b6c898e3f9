"""Statistics by half: from the match's own counters, until the provider tells them itself.

Football data, half-time, full-time, completeness. At half-time the counters so far are the first
half's. At the end of the second half what they have grown by since is the second's: before extra time
where there is any, whose counters belong to neither half.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from touchline.football.codes import POSSESSION, SAME_IN_HALVES
from touchline.football.model import Group, HalfStat, Halves, Match, Stat, Status

_AFTER_NINETY = frozenset({Status.EXTRA_TIME, Status.SHOOT_OUT, Status.ENDED})


def kept(before: Match, state: Match) -> Match:
    """`state` with the statistics of a half that is over and was not kept yet."""
    if state.status is Status.HALF_TIME and state.first_half_stats is None and state.statistics:
        return replace(state, first_half_stats=_of_half(state.statistics))
    ends = state.status in _AFTER_NINETY and before.status not in _AFTER_NINETY
    if ends and state.first_half_stats is not None and not _is_told(state):
        return replace(state, second_half_stats=grown(state.statistics, state.first_half_stats))
    return state


def reckoned_late(state: Match) -> Match:
    """`state` of a match that is over with the second half reckoned where that could not be done at its end.

    Its counters or those of the first half came later. Not after extra time, which they have in them.
    """
    lacks = state.first_half_stats is not None and not state.second_half_stats and not _is_told(state)
    alone = state.overtime_kickoff_ts is None and state.extra_time is None and not state.schedule.has_ot
    if not (lacks and alone and state.status is Status.ENDED and state.statistics):
        return state
    return replace(state, second_half_stats=grown(state.statistics, state.first_half_stats or ()))


def grown(full: Iterable[Stat], first: Iterable[HalfStat]) -> tuple[HalfStat, ...]:
    """The second half of counters that stand at `full` and stood at `first` at half-time.

    Possession is a share and has no difference; it is left out, as is what nobody told of at half-time.
    A counter that fell says nothing about the second half: None.
    """
    stood = {each.type: each for each in first}
    return tuple(
        HalfStat(each.type, _grown(each.home, stood[each.type].home), _grown(each.away, stood[each.type].away))
        for each in _of_half(full)
        if each.type != POSSESSION and each.type in stood
    )


def stand(state: Match, claim: Halves) -> bool:
    """Whether `claim` says what the provider has said already. An own reckoning still wants its word."""
    if claim == Halves():
        return True
    return (
        Group.HALVES in state.provenance
        and claim.first in (None, state.first_half_stats)
        and claim.second in (None, state.second_half_stats)
    )


def take(state: Match, claim: Halves) -> Match:
    """The provider's word wins over our own reckoning, half by half."""
    return replace(
        state,
        first_half_stats=state.first_half_stats if claim.first is None else claim.first,
        second_half_stats=state.second_half_stats if claim.second is None else claim.second,
    )


def differ(before: Match, after: Match) -> bool:
    """Whether the statistics of a half changed."""
    return (before.first_half_stats, before.second_half_stats) != (
        after.first_half_stats,
        after.second_half_stats,
    )


def contradict(before: Match, after: Match) -> bool:
    """Whether our own reckoning of the second half has just met a counter that fell."""
    reckoned = after.second_half_stats
    if reckoned is None or reckoned is before.second_half_stats or _is_told(after):
        return False
    return any(each.home is None or each.away is None for each in reckoned)


def _is_told(state: Match) -> bool:
    """Whether the second half's statistics are the provider's own."""
    return Group.HALVES in state.provenance and state.second_half_stats is not None


def _of_half(counters: Iterable[Stat]) -> tuple[HalfStat, ...]:
    return tuple(
        HalfStat(each.type, _counted(each.home), _counted(each.away))
        for each in counters
        if each.type in SAME_IN_HALVES
    )


def _counted(value: int) -> int | None:
    """Below nought nothing was counted: -1 is the wire's word for no data."""
    return value if value >= 0 else None


def _grown(full: int | None, first: int | None) -> int | None:
    return None if full is None or first is None or full < first else full - first
