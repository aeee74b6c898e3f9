"""Whether what is kept of a match is whole: part by part, verified against the score.

Football data, half-time, full-time, completeness. A part that is over is verified when the goals its
incidents tell of are those of its score, and its statistics are there or the coverage says that nobody
counts. Every claim that is taken looks again, so a late edit opens a part anew; nothing is verified by
the clock.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from touchline.football import half_statistics, incidents
from touchline.football.halves import Half, goals_among, kicks_scored, split
from touchline.football.model import NOTHING_VERIFIED, Completeness, Gap, Incident, Match, Pair, Part, Status
from touchline.football.score import score_of

ATTEMPTS_MAX = 8
"""How often the provider is asked about a match that is over and not whole."""

_HALVES = (Part.FIRST_HALF, Part.SECOND_HALF)
_OVER: Mapping[Status, tuple[Part, ...]] = {
    Status.HALF_TIME: (Part.FIRST_HALF,),
    Status.SECOND_HALF: (Part.FIRST_HALF,),
    Status.EXTRA_TIME: _HALVES,
    Status.SHOOT_OUT: _HALVES,
    Status.ENDED: (*_HALVES, Part.FULL_TIME),
}
_BEFORE = frozenset({Status.NOT_STARTED, Status.FIRST_HALF})
_NOUGHT: Pair = (0, 0)


class Lists(Struct, frozen=True, kw_only=True):
    """The list of incidents, half by half in its order; None while that half is not over."""

    first: tuple[Incident, ...] | None = None
    second: tuple[Incident, ...] | None = None
    extra: tuple[Incident, ...] | None = None
    """Extra time and the shoot-out."""


def over(match: Match) -> tuple[Part, ...]:
    """The parts of `match` that are over."""
    if match.status in _OVER:
        return _OVER[match.status]
    if match.status in _BEFORE:
        return ()
    # Interrupted, abandoned …: such a status does not say how far the match had come.
    known = match.completeness
    return tuple(part for part in _HALVES if part in known.reason or _is_verified(known, part))


def lists(match: Match) -> Lists:
    """What is kept of the incidents of `match`, which must be loaded."""
    parts, ended = split(_entries(match)), over(match)
    return Lists(
        first=parts[Half.FIRST] if Part.FIRST_HALF in ended else None,
        second=parts[Half.SECOND] if Part.SECOND_HALF in ended else None,
        extra=parts[Half.EXTRA_TIME] + parts[Half.SHOOT_OUT] if Part.FULL_TIME in ended else None,
    )


def followed(state: Match, *, listed: bool) -> Match:
    """`state` with what of it is verified now.

    `listed`: its incidents are loaded. Where they are not, neither they nor the score have changed, and
    the goals of a part agree if they did when somebody last looked.
    """
    known = state.completeness
    parts = over(state)
    if not parts and known == NOTHING_VERIFIED:
        return state
    gaps = _gaps(state, parts) if listed else _gaps_unlisted(state, parts)
    found = replace(
        known,
        first_half=gaps.get(Part.FIRST_HALF, Gap.UNCHECKED) is None,
        second_half=gaps.get(Part.SECOND_HALF, Gap.UNCHECKED) is None,
        full_time=gaps.get(Part.FULL_TIME, Gap.UNCHECKED) is None,
        reason={part: gap for part, gap in gaps.items() if gap is not None},
    )
    if any(_is_verified(known, part) and not _is_verified(found, part) for part in Part):
        found = replace(found, attempts=0, checked_at=None)
    return state if found == known else replace(state, completeness=found)


def looked_again(state: Match, now_ts: int) -> Match:
    """`state` after the provider was asked for what it lacks; its incidents must be loaded.

    Both saves are repeated as far as what is known allows. What is still open counts as one attempt more.
    """
    state = followed(half_statistics.reckoned_late(state), listed=True)
    known = state.completeness
    if not known.reason:
        return state
    return replace(state, completeness=replace(known, attempts=known.attempts + 1, checked_at=now_ts))


def verified(match: Match) -> Mapping[Part, bool]:
    """Of each part, whether it is."""
    return {part: _is_verified(match.completeness, part) for part in Part}


def is_given_up(match: Match) -> bool:
    """Whether the provider was asked as often as it is worth, in vain."""
    return bool(match.completeness.reason) and match.completeness.attempts >= ATTEMPTS_MAX


def _is_verified(known: Completeness, part: Part) -> bool:
    return bool(getattr(known, part.value))


def _entries(match: Match) -> list[Incident]:
    return [one.what for one in incidents.listed(match.incidents)]


def _gaps(state: Match, parts: Iterable[Part]) -> Mapping[Part, Gap | None]:
    """What is missing of each of `parts`; None where nothing is."""
    entries = _entries(state)
    told = _told(entries)
    return {
        part: _with_statistics(state, part, _goals_gap(_expected(state, part), told[part], entries))
        for part in parts
    }


def _gaps_unlisted(state: Match, parts: Iterable[Part]) -> Mapping[Part, Gap | None]:
    known = state.completeness
    gaps: dict[Part, Gap | None] = {}
    for part in parts:
        before = None if _is_verified(known, part) else known.reason.get(part, Gap.UNCHECKED)
        agree = before in (None, Gap.STATISTICS_MISSING)
        gaps[part] = _with_statistics(state, part, None) if agree else before
    return gaps


def _with_statistics(state: Match, part: Part, gap: Gap | None) -> Gap | None:
    if gap is not None or _nobody_counts(state) or _statistics(state, part):
        return gap
    return Gap.STATISTICS_MISSING


def _nobody_counts(match: Match) -> bool:
    """Whether the coverage says so. In real answers none without `mlive` had statistics (16 of 16)."""
    return match.schedule.coverage.get("mlive") == 0


def _statistics(match: Match, part: Part) -> bool:
    of_part = {
        Part.FIRST_HALF: match.first_half_stats,
        Part.SECOND_HALF: match.second_half_stats,
        Part.FULL_TIME: match.statistics,
    }
    return bool(of_part[part])


_Goals = tuple[Pair, ...]
"""Of a part: its goals; of the whole match those of normal time, of extra time, and the kicks."""


def _goals_gap(expected: _Goals | None, told: _Goals, entries: list[Incident]) -> Gap | None:
    if expected == told:
        return None
    return Gap.GOALS_DIFFER if entries else Gap.INCIDENTS_MISSING


def _told(entries: list[Incident]) -> Mapping[Part, _Goals]:
    parts = split(entries)
    first, second = (goals_among(parts[half]) for half in (Half.FIRST, Half.SECOND))
    # A goal among the kicks has lost its place, and is a goal of the match all the same.
    extra = goals_among(parts[Half.EXTRA_TIME] + parts[Half.SHOOT_OUT])
    normal = first[0] + second[0], first[1] + second[1]
    return {
        Part.FIRST_HALF: (first,),
        Part.SECOND_HALF: (second,),
        Part.FULL_TIME: (normal, extra, kicks_scored(parts[Half.SHOOT_OUT])),
    }


def _expected(match: Match, part: Part) -> _Goals | None:
    """The same by the score; None where that does not say."""
    score = score_of(match)
    if part is Part.FULL_TIME:
        extra = _NOUGHT if score.extra_time is None else _beyond(score.extra_time, score.regular)
        return score.regular, extra, score.shoot_out or _NOUGHT
    if score.half_time is None:
        return None
    return (score.half_time if part is Part.FIRST_HALF else _beyond(score.regular, score.half_time),)


def _beyond(later: Pair, earlier: Pair) -> Pair:
    return later[0] - earlier[0], later[1] - earlier[1]
