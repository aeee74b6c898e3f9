"""Incidents, statistics and commentary lines, as the wire has them: whole lists each time."""

from collections.abc import Mapping

from touchline.football.model import Incident, Side, Stat, TextLine
from touchline.provider.thesports.shapes import Misread, entries, mapping, text, whole, whole_or

CODE_MAX = 9_999
MINUTE_MAX = 999
VALUE_MAX = 1_000_000
ENTRIES_MAX = 2_000
"""Of statistics, and of lines of commentary."""
INCIDENTS_MAX = 300
"""Ten times the longest list seen. Each is held against each that is known: a list costs by its square."""


def read_incidents(value: object) -> tuple[Incident, ...]:
    """The whole list, in its order: the order tells the halves.

    One bad entry spoils the list: without it the list would withdraw an incident that still stands.
    """
    listed = _bounded(value, "incidents", most=INCIDENTS_MAX)
    return tuple(_incident(mapping(entry, "incident")) for entry in listed)


def read_stats(value: object) -> tuple[Stat, ...]:
    """One counter a type, sorted by type; of two entries for a type the later one."""
    by_type: dict[int, Stat] = {}
    for entry in _bounded(value, "stats"):
        record = mapping(entry, "statistic")
        code = whole(record.get("type"), "type", 0, CODE_MAX)
        home = whole(record.get("home"), "home", -VALUE_MAX, VALUE_MAX)
        by_type[code] = Stat(code, home, whole(record.get("away"), "away", -VALUE_MAX, VALUE_MAX))
    return tuple(by_type[code] for code in sorted(by_type))


def read_tlive(value: object) -> tuple[TextLine, ...]:
    """The whole commentary so far."""
    lines = (mapping(entry, "tlive line") for entry in _bounded(value, "tlive", mark="data"))
    return tuple(
        TextLine(text(line.get("time"), "time"), text(line.get("data"), "data"), _side(line.get("position")))
        for line in lines
    )


def _bounded(value: object, name: str, mark: str = "type", most: int = ENTRIES_MAX) -> list[object]:
    found = entries(value, name, mark)
    if len(found) > most:
        raise Misread(f"{name} has more than {most} entries")
    return found


def _incident(record: Mapping[str, object]) -> Incident:
    def words(name: str) -> str:
        return text(record.get(name), name)

    def number(name: str) -> int | None:
        return whole_or(None, record.get(name), name, 0, CODE_MAX)

    added = record.get("add_time", record.get("addtime"))
    return Incident(
        type=whole(record.get("type"), "type", 0, CODE_MAX),
        side=_side(record.get("position")),
        time=whole(record.get("time"), "time", 0, MINUTE_MAX),
        add_time=whole_or(None, added, "add_time", 0, MINUTE_MAX) or None,
        player_id=words("player_id"),
        player_name=words("player_name"),
        assist1_id=words("assist1_id"),
        assist1_name=words("assist1_name"),
        assist2_id=words("assist2_id"),
        assist2_name=words("assist2_name"),
        in_player_id=words("in_player_id"),
        in_player_name=words("in_player_name"),
        out_player_id=words("out_player_id"),
        out_player_name=words("out_player_name"),
        home_score=number("home_score"),
        away_score=number("away_score"),
        var_reason=number("var_reason"),
        var_result=number("var_result"),
        reason_type=number("reason_type"),
    )


def _side(value: object) -> Side:
    return Side(whole_or(0, value, "position", 0, 2))
