"""Who may speak about what, when, and whose word is newer.

The rank table and the order rules of the domain (football data, one writer: ordering). Judged
group by group; the first rule that applies answers. There is no quiet window: nothing is dropped
because something else came a moment before.
"""

from hashlib import blake2b

import msgspec

from touchline.football.model import Group, Match, Observation, Provenance, Reason, Source, Status

SAME_MOMENT_MS = 3_000
"""Within this time of a stored word a lower-ranked source does not overrule it."""
PROVIDER_LAG_MS = 2_000
"""How much a provider's stamp may lie before our receipt of the same fact."""
QUIET_MS = 10 * 60_000
"""After this long without a live source the diary may speak about a running match."""
ECHO_MS = 60_000
SUPERSEDED_MAX = 8

RANK: dict[Source, int] = {
    Source.OPERATOR: 5,
    Source.MQTT: 4,
    Source.DETAIL_LIVE: 3,
    Source.LIVE_HISTORY: 3,
    Source.RECENT_LIST: 2,
    Source.LINEUP_DETAIL: 2,
    Source.TREND_LIVE: 2,
    Source.TREND_DETAIL: 2,
    Source.HALF_STATS: 2,
    Source.TEAM_STATS: 2,
    Source.DELETED: 2,
    Source.DIARY: 1,
    Source.SEASON_RECENT: 1,
}
LIVE_RANK = 3

_SCORE = frozenset({Group.STATUS, Group.GOALS, Group.COUNTS})
_PLAY = _SCORE | {Group.INCIDENTS, Group.STATS, Group.TLIVE}
_RECORD = _SCORE | {Group.SCHEDULE}

SPEAKS: dict[Source, frozenset[Group]] = {
    Source.OPERATOR: frozenset(Group),
    Source.MQTT: _PLAY,
    Source.DETAIL_LIVE: _PLAY,
    Source.LIVE_HISTORY: _PLAY,
    Source.RECENT_LIST: _RECORD,
    Source.DIARY: _RECORD,
    Source.SEASON_RECENT: _RECORD,
    Source.LINEUP_DETAIL: frozenset({Group.LINEUP}),
    Source.TREND_LIVE: frozenset({Group.TREND}),
    Source.TREND_DETAIL: frozenset({Group.TREND}),
    Source.HALF_STATS: frozenset({Group.HALVES}),
    Source.TEAM_STATS: frozenset({Group.STATS}),
    Source.DELETED: frozenset({Group.DELETED}),
}
DIARY_STATUSES = frozenset(
    {Status.ABNORMAL, Status.NOT_STARTED, Status.DELAYED, Status.CANCELLED, Status.TO_BE_DETERMINED}
)
"""While a row has one of these, rank 1 may say status, goals and counts."""
_EARLY_ENDS = frozenset({Status.ENDED, Status.CANCELLED})

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def fingerprint(content: object) -> int:
    """A number that equal contents of a group share, in every process: 63 bits, not negative."""
    digest = blake2b(_encoder.encode(content), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def refusal(match: Match, seen: Observation, group: Group, content: object, now_ms: int) -> Reason | None:
    """Why `seen` may not set `group` of `match`, or None when it may. `content` differs from what stands."""
    if not is_its_turn(match, seen, group, now_ms):
        return Reason.NOT_ITS_TURN
    stored = match.provenance.get(group)
    if stored is not None and stored.source is Source.OPERATOR and seen.source is not Source.OPERATOR:
        return Reason.LOWER_RANK  # an operator's word holds until the operator lets go
    if seen.provider_time is not None:
        return _refusal_by_provider_time(match, stored, seen.provider_time)
    return None if stored is None else _refusal_by_receipt(stored, seen, group, content)


def is_its_turn(match: Match, seen: Observation, group: Group, now_ms: int) -> bool:
    """Whether the source of `seen` may speak about `group` of `match` at this moment."""
    if group not in SPEAKS[seen.source]:
        return False
    if group is Group.SCHEDULE:
        return True
    if seen.source is Source.TEAM_STATS:
        # It counts less than a live source does: it speaks where none has counted.
        word = match.provenance.get(group)
        return word is None or word.source is Source.TEAM_STATS
    if seen.source is Source.LIVE_HISTORY:
        claimed = seen.says.status
        return Status.ENDED in (match.status, claimed.status if claimed else None)
    if RANK[seen.source] > 1:
        return True
    if _ends_early(match, seen, now_ms):
        return False
    return match.status in DIARY_STATUSES or not _spoken_live(match, now_ms)


def sign(match: Match, seen: Observation, group: Group, content: object, replaced: object) -> Provenance:
    """The provenance of `group` once `seen` has set it to `content` in place of `replaced`."""
    stored = match.provenance.get(group)
    oldest_ms = seen.observed_at_ms - ECHO_MS
    past = () if stored is None else tuple(one for one in stored.superseded if one[1] >= oldest_ms)
    left = fingerprint(replaced) if stored is None else stored.fingerprint
    superseded = (*past, (left, seen.observed_at_ms))[-SUPERSEDED_MAX:]
    return Provenance(
        source=seen.source,
        channel=seen.channel,
        observed_at_ms=seen.observed_at_ms,
        seq=seen.seq,
        provider_time=seen.provider_time,
        fingerprint=fingerprint(content),
        superseded=superseded,
    )


def _refusal_by_provider_time(match: Match, stored: Provenance | None, said: int) -> Reason | None:
    known = match.provider_update_time
    if known is not None and said <= known:
        return Reason.EQUAL_TIME if said == known else Reason.OLDER
    if stored is None:
        return None
    if stored.provider_time is None:
        return None if said * 1000 + PROVIDER_LAG_MS >= stored.observed_at_ms else Reason.OLDER
    if said <= stored.provider_time:
        return Reason.EQUAL_TIME if said == stored.provider_time else Reason.OLDER
    return None


def _refusal_by_receipt(stored: Provenance, seen: Observation, group: Group, content: object) -> Reason | None:
    if seen.source is stored.source and seen.channel == stored.channel:
        return None if seen.seq > stored.seq else Reason.OLDER
    # What was set with a provider time is as old as that time says, though we asked just now.
    as_of_ms = stored.observed_at_ms
    if stored.provider_time is not None:
        as_of_ms = min(as_of_ms, stored.provider_time * 1000)
    if seen.observed_at_ms < as_of_ms:
        return Reason.OLDER
    if seen.source is stored.source and _is_echo(stored, seen, group, content):
        return Reason.ECHO
    if RANK[seen.source] < RANK[stored.source] and seen.observed_at_ms - as_of_ms <= SAME_MOMENT_MS:
        return Reason.LOWER_RANK
    return None


def _is_echo(stored: Provenance, seen: Observation, group: Group, content: object) -> bool:
    """Whether another connection of one feed repeats late what that feed has left behind already.

    It does unless this very connection has been past that content: then the feed really went back.
    Where both readings fit (the content came and went twice) it is taken for an echo; the
    connection that set the present content, or a poll, settles it.
    """
    past = [mark for mark, until_ms in stored.superseded if seen.observed_at_ms - until_ms <= ECHO_MS]
    mark = fingerprint(content)
    if mark not in past:
        return False
    left_behind = len(past) - 1 - past[::-1].index(mark)
    known = [*past, stored.fingerprint]
    said_before = seen.follows.get(group)
    return said_before not in known or known.index(said_before) <= left_behind


def _ends_early(match: Match, seen: Observation, now_ms: int) -> bool:
    """Whether a match is claimed over or cancelled before its time: that waits for `recent/list`."""
    claimed, schedule = seen.says.status, seen.says.schedule
    if claimed is None or claimed.status not in _EARLY_ENDS:
        return False
    match_time = match.schedule.match_time if schedule is None else schedule.match_time
    return now_ms < match_time * 1000


def _spoken_live(match: Match, now_ms: int) -> bool:
    """Whether a live source spoke lately; what stands may be old though it was confirmed a moment ago."""
    words_ms = [word.observed_at_ms for word in match.provenance.values() if is_live(word.source)]
    if match.last_live_seen_ts is not None:
        words_ms.append(match.last_live_seen_ts * 1000)
    return any(now_ms - word_ms < QUIET_MS for word_ms in words_ms)


def is_live(source: Source) -> bool:
    """Whether `source` watches matches as they are played, or stands above those that do."""
    return RANK[source] >= LIVE_RANK
