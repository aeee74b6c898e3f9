"""Statistics of the halves, as the wire has them: a map of counters a period.

`p1` and `p2` are the halves; `ft`, `o1` and `o2` (the match and the periods of extra time) are not read.
"""

from collections.abc import Mapping

from touchline.football.model import HalfStat, Halves, Says
from touchline.ids import MatchId
from touchline.provider.port import Report
from touchline.provider.thesports.shapes import Findings, Misread, entries, mapping, whole_or

FIRST, SECOND = "p1", "p2"
SIGN = "Sign"
"""Where a period comes by itself, this is its name."""
MARKS = frozenset({"ft", FIRST, SECOND, "o1", "o2", SIGN})
CODES_MAX = 500
VALUE_MAX = 1_000_000


def read_half_stats(results: object, match_id: str, found: Findings) -> None:
    """The halves of an answer; what comes without an id is taken for `match_id`'s."""
    periods: dict[str, dict[str, object]] = {}
    for named, part in found.parts(results, MARKS, match_id, "bad_half_stats"):
        sign = part.get(SIGN)
        periods.setdefault(named, {}).update({sign: part} if isinstance(sign, str) else part)
    for named, told in periods.items():
        halves = Halves(
            first=_kept(told.get(FIRST), named, found), second=_kept(told.get(SECOND), named, found)
        )
        if halves != Halves():
            found.reports.append(Report(match_id=MatchId(named), says=Says(halves=halves)))


def _kept(told: object, match_id: str, found: Findings) -> tuple[HalfStat, ...] | None:
    """One half, sorted by type; None where nothing is said of it, or nothing readable."""
    return found.group("bad_half_stats", told, match_id, lambda: _half(mapping(told, "half"))) or None


def _half(counters: Mapping[str, object]) -> tuple[HalfStat, ...]:
    codes = [code for code in counters if code.isascii() and code.isdecimal() and len(code) <= 4]
    if len(codes) > CODES_MAX:
        raise Misread(f"a half has more than {CODES_MAX} counters")
    return tuple(_stat(int(code), counters[code]) for code in sorted(codes, key=int))


def _stat(code: int, value: object) -> HalfStat:
    """`[home, away]`; null is an unknown one."""
    cells = entries(value, "counter")
    if len(cells) != 2:
        raise Misread(f"counter {code} has {len(cells)} sides, not 2")
    home, away = (whole_or(None, cell, f"counter {code}", -VALUE_MAX, VALUE_MAX) for cell in cells)
    return HalfStat(code, home, away)
