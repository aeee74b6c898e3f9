"""What may be forgotten of claims that wait: what the same connection has said anew since."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from touchline.football.model import Group, Observation, Source, StatusClaim
from touchline.ids import MatchId

ALL_GROUPS = frozenset(Group)
CHATTER = frozenset({Group.STATS, Group.TLIVE, Group.TREND})
"""Sent whole again and again, and nothing hangs on a missed one."""


class _Said(NamedTuple):
    """Who speaks about what."""

    match_id: MatchId
    source: Source
    channel: str
    group: Group


def spoken(seen: Observation) -> tuple[Group, ...]:
    """The groups `seen` speaks about."""
    return tuple(group for group in Group if getattr(seen.says, group) is not None)


def without(seen: Observation, groups: Iterable[Group]) -> Observation | None:
    """`seen` silent about `groups`; None when nothing is left of it."""
    dropped = set(groups)
    if not dropped:
        return seen
    if dropped.issuperset(spoken(seen)):
        return None
    says = msgspec.structs.replace(seen.says, **dict.fromkeys(dropped))
    return msgspec.structs.replace(seen, says=says)


def conflate(claims: Sequence[Observation], groups: frozenset[Group] = ALL_GROUPS) -> list[Observation | None]:
    """`claims` place by place, without those `groups` which a later claim says anew; None where none is left.

    Only a later claim of the same connection about the same match counts: which of two sources is
    right is for the core to decide. Every change of status stays, for the way there writes kick-offs.
    """
    newest: dict[_Said, Observation] = {}
    kept: list[Observation | None] = []
    for seen in reversed(claims):
        outdated = []
        for group in spoken(seen):
            said = _Said(seen.match_id, seen.source, seen.channel, group)
            later = newest.get(said)
            if group in groups and later is not None and _says_anew(later, seen, group):
                outdated.append(group)
            else:
                newest[said] = seen
        kept.append(without(seen, outdated))
    kept.reverse()
    return kept


def _says_anew(later: Observation, earlier: Observation, group: Group) -> bool:
    if (later.provider_time is None) != (earlier.provider_time is None):
        return False
    if (later.provider_time or 0) < (earlier.provider_time or 0):
        return False
    if group is not Group.STATUS:
        return True
    now, before = later.says.status, earlier.says.status
    return isinstance(before, StatusClaim) and now == before
