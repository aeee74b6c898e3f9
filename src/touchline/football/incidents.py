"""Incidents: each list replaces the last by diff, so that one goal stays one goal through every edit.

The five steps of the domain (football data, incidents and goal events), and before the last of them the
scorer, for sides that are exchanged and put right again. An identity is the ordinal within the match; it
survives edits (counted as revisions), withdrawal and return.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from touchline.football.codes import GOALS, MARKERS
from touchline.football.model import Incident, StoredIncident

NEAR_MIN = 5
"""An edit moves an entry by no more minutes than this."""
KNOWN_MAX = 1_000
"""Incidents a match may have had, withdrawn ones among them; a list that would make more is no list of its."""

Pairing = dict[int, StoredIncident]
"""Place in the claimed list → the stored incident it is."""
Likeness = Callable[[StoredIncident, Incident], bool]


def listed(stored: Iterable[StoredIncident]) -> list[StoredIncident]:
    """The incidents that are on the page, in the provider's order."""
    return sorted((one for one in stored if one.withdrawn_ts is None), key=lambda one: one.position)


def collapsed(claimed: Sequence[Incident]) -> list[Incident]:
    """`claimed` with doubled period markers (11, 12, 27) taken once."""
    met: set[int] = set()
    kept = []
    for entry in claimed:
        if entry.type in MARKERS:
            if entry.type in met:
                continue
            met.add(entry.type)
        kept.append(entry)
    return kept


def stand(stored: Sequence[StoredIncident], claimed: Sequence[Incident]) -> bool:
    """Whether `claimed` is the list that stands."""
    return [one.what for one in listed(stored)] == collapsed(claimed)


def revised(
    stored: Sequence[StoredIncident], claimed: Sequence[Incident], now_ts: int
) -> tuple[StoredIncident, ...]:
    """All incidents of a match after `claimed` has replaced the list; unchanged ones stay the same objects."""
    entries = collapsed(claimed)
    pairing = _paired(stored, entries)
    kept = {one.ordinal: _edited(one, place, entries[place]) for place, one in pairing.items()}
    after = [kept.get(one.ordinal) or _withdrawn(one, now_ts) for one in stored]
    ordinal = max((one.ordinal for one in stored), default=0)
    for place, entry in enumerate(entries):
        if place not in pairing:
            ordinal += 1
            after.append(StoredIncident(ordinal=ordinal, position=place, first_seen_ts=now_ts, what=entry))
    return tuple(after)


def changed(before: Sequence[StoredIncident], after: Sequence[StoredIncident]) -> tuple[StoredIncident, ...]:
    """What of `after` must be inserted or updated."""
    known = {one.ordinal: one for one in before}
    return tuple(one for one in after if known.get(one.ordinal) is not one)


def arrived(before: Sequence[StoredIncident], after: Sequence[StoredIncident]) -> list[StoredIncident]:
    """The incidents that entered the list for the first time, in its order."""
    known = {one.ordinal for one in before}
    return [one for one in listed(after) if one.ordinal not in known]


def returned(before: Sequence[StoredIncident], after: Sequence[StoredIncident]) -> list[StoredIncident]:
    """The incidents that had been withdrawn and are back."""
    gone = {one.ordinal for one in before if one.withdrawn_ts is not None}
    return [one for one in listed(after) if one.ordinal in gone]


def _paired(stored: Sequence[StoredIncident], entries: Sequence[Incident]) -> Pairing:
    pairing: Pairing = {}
    free = listed(stored)
    for alike in (
        _are_equal, _are_one_marker, _have_one_score, _have_one_player, _have_one_scorer, _have_one_place
    ):  # fmt: skip
        _pair(pairing, free, entries, alike)
        if len(pairing) == len(entries):
            return pairing
    # A list that shrinks may grow again: an entry that comes back is the one that was withdrawn.
    gone = sorted(
        (one for one in stored if one.withdrawn_ts is not None),
        key=lambda one: (-(one.withdrawn_ts or 0), one.position),
    )
    for alike in (_are_equal, _are_one_marker, _are_one_named_player):
        _pair(pairing, gone, entries, alike)
    return pairing


def _pair(pairing: Pairing, free: list[StoredIncident], entries: Sequence[Incident], alike: Likeness) -> None:
    """Pair what is left over in order, taking from `free`."""
    for place, entry in enumerate(entries):
        if place in pairing:
            continue
        for index, one in enumerate(free):
            if alike(one, entry):
                pairing[place] = free.pop(index)
                break


def _are_equal(one: StoredIncident, entry: Incident) -> bool:
    return one.what == entry


def _are_one_marker(one: StoredIncident, entry: Incident) -> bool:
    return entry.type in MARKERS and one.what.type == entry.type


def _have_one_score(one: StoredIncident, entry: Incident) -> bool:
    what = one.what
    return (
        entry.type in GOALS
        and what.type in GOALS
        and entry.home_score is not None
        and (what.side, what.home_score, what.away_score) == (entry.side, entry.home_score, entry.away_score)
    )


def _have_one_player(one: StoredIncident, entry: Incident) -> bool:
    return _have_one_place(one, entry) and _player(one.what) == _player(entry)


def _have_one_scorer(one: StoredIncident, entry: Incident) -> bool:
    """Sides are exchanged now and then and put right again; who scored stays who scored."""
    scorer = entry.player_id or entry.player_name
    return (
        bool(scorer)
        and one.what.type in GOALS
        and entry.type in GOALS
        and scorer == (one.what.player_id or one.what.player_name)
        and abs(one.what.time - entry.time) <= NEAR_MIN
    )


def _have_one_place(one: StoredIncident, entry: Incident) -> bool:
    what = one.what
    return (
        what.side is entry.side
        and (what.type == entry.type or (what.type in GOALS and entry.type in GOALS))
        and abs(what.time - entry.time) <= NEAR_MIN
    )


def _are_one_named_player(one: StoredIncident, entry: Incident) -> bool:
    return any(_player(entry)) and _have_one_player(one, entry)


def _player(what: Incident) -> tuple[str, str, str]:
    return (
        what.player_id or what.player_name,
        what.in_player_id or what.in_player_name,
        what.out_player_id or what.out_player_name,
    )


def _edited(one: StoredIncident, place: int, entry: Incident) -> StoredIncident:
    if one.withdrawn_ts is None and one.position == place and one.what == entry:
        return one
    edited = one.what != entry or one.withdrawn_ts is not None
    return replace(one, position=place, revision=one.revision + edited, withdrawn_ts=None, what=entry)


def _withdrawn(one: StoredIncident, now_ts: int) -> StoredIncident:
    return one if one.withdrawn_ts is not None else replace(one, withdrawn_ts=now_ts)
