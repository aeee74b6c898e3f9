"""Values that are not as they should be: numbers (F09), arrays and tuples (F10), statuses (F13)."""

from collections.abc import Callable, Sequence

from touchline.simulator import wire
from touchline.simulator.faults.bodies import DETAILS, RECORDS, as_list, each_row, score_of, whole
from touchline.simulator.faults.seams import Question
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Reply
from touchline.simulator.wire import Json, Record

Change = Callable[[Record], Record]

WITHOUT_CORNERS = 0.5
"""Share of the matches that have no corner data while F10 is on."""
AHEAD_S = 3_600
"""A match is in the future when it is scheduled so much later."""
PREMATURE = 0.5
"""Share of the future matches that a diary calls ended or cancelled."""
UNKNOWN_STATUS, UNKNOWN_EVERY = 99, 5
"""One live detail in UNKNOWN_EVERY has a status that does not exist."""
OLD_EXTRA_TIME = 6


# ---------------------------------------------------------------- F09: match records


def _as_text(record: Record) -> Record:
    return record | {
        "status_id": str(record["status_id"]),
        "match_time": f"{record['match_time']}",
        "updated_at": f" {record['updated_at']} ",
        "neutral": str(record["neutral"]),
        "home_scores": [str(slot) for slot in as_list(record["home_scores"])],
    }


def _as_floats(record: Record) -> Record:
    return record | {
        "status_id": float(whole(record["status_id"])),
        "match_time": float(whole(record["match_time"])),
        "away_scores": [float(whole(slot)) for slot in as_list(record["away_scores"])],
    }


def _null(record: Record) -> Record:
    return record | dict.fromkeys(("note", "venue_id", "referee_id", "neutral", "environment", "round"))


def _missing(record: Record) -> Record:
    optional = {"note", "venue_id", "referee_id", "neutral", "home_position", "away_position", "environment"}
    return {name: value for name, value in record.items() if name not in optional}


def _extra(record: Record) -> Record:
    return record | {"new_field": {"a": [1, None]}, "temperature": -3.5, "": "nameless"}


def _empty(record: Record) -> Record:
    return record | {"neutral": "", "round": [], "coverage": [], "environment": "", "has_ot": ""}


def _not_a_number(record: Record) -> Record:
    return record | {"match_time": float("nan")}


def _half_a_second(record: Record) -> Record:
    return record | {"match_time": whole(record["match_time"]) + 0.5}


def _not_a_time(record: Record) -> Record:
    return record | {"match_time": "soon"}


def _null_slots(record: Record) -> Record:
    return record | {"home_scores": [None] * 7, "away_scores": [0.5] * 7}


RECORD_CHANGES: Sequence[Change] = (
    *(_as_text, _not_a_number, _as_floats, _null_slots, _null),
    *(_half_a_second, _missing, _not_a_time, _extra, _empty),
)
"""Every second one loses something: that group is to be rejected, and the others taken."""


# ---------------------------------------------------------------- F09: live details


def _slots(detail: Record, change: Callable[[Json], Json]) -> Record:
    score = score_of(detail)
    if score is None:
        return detail
    sides: list[Json] = [[change(slot) for slot in as_list(side)] for side in score[2:4]]
    return detail | {"score": [*score[:2], *sides, *score[4:]]}


def _tuple_as_text(detail: Record) -> Record:
    score = score_of(detail)
    changed = detail if score is None else detail | {"score": [score[0], str(score[1]), *score[2:]]}
    return _slots(changed, str)


def _tuple_as_floats(detail: Record) -> Record:
    return _slots(detail, lambda slot: float(whole(slot)))


def _tuple_of_nulls(detail: Record) -> Record:
    return _slots(detail, lambda _: None)


def _tuple_not_a_number(detail: Record) -> Record:
    return _slots(detail, lambda _: float("nan"))


def _entries(detail: Record, kind: str, change: Change) -> Record:
    changed: list[Json] = [change(one) for one in as_list(detail.get(kind)) if isinstance(one, dict)]
    return detail | {kind: changed}


def _lists_as_text(detail: Record) -> Record:
    named = _entries(detail, "incidents", lambda one: one | {"time": str(one["time"]), "new": None})
    return _entries(named, "stats", lambda one: one | {"home": str(one["home"]), "away": str(one["away"])})


def _broken_lists(detail: Record) -> Record:
    named = _entries(detail, "incidents", lambda one: one | {"time": None})
    return _entries(named, "stats", lambda one: one | {"home": 0.5})


DETAIL_CHANGES: Sequence[Change] = (
    *(_tuple_as_text, _tuple_of_nulls, _tuple_as_floats, _tuple_not_a_number, _lists_as_text, _broken_lists),
)


# ---------------------------------------------------------------- F10


def _six(slots: list[Json]) -> list[Json]:
    return slots[:6]


def _eight(slots: list[Json]) -> list[Json]:
    return [*slots, 0]


def _with_sides(detail: Record, change: Callable[[list[Json]], list[Json]]) -> Record:
    score = score_of(detail)
    if score is None:
        return detail
    sides: list[Json] = [change(as_list(side)) for side in score[2:4]]
    return detail | {"score": [*score[:2], *sides, *score[4:]]}


def _of_five(detail: Record) -> Record:
    score = score_of(detail)
    return detail if score is None else detail | {"score": score[:5]}


def _in_a_list(detail: Record) -> Record:
    score = score_of(detail)
    return detail if score is None else detail | {"score": [score]}


TUPLE_CHANGES: Sequence[Change] = (
    lambda detail: _with_sides(detail, _six),
    _in_a_list,
    lambda detail: _with_sides(detail, _eight),
    _of_five,
)


def _record_slots(change: Callable[[list[Json]], list[Json]]) -> Change:
    return lambda record: (
        record | {side: change(as_list(record[side])) for side in ("home_scores", "away_scores")}
    )


SLOT_CHANGES: Sequence[Change] = (_record_slots(_six), _record_slots(_eight), lambda record: record)


# ---------------------------------------------------------------- the faults


class InTurn:
    """Changes of rows, each match's in turn: one of them stays as it is, then comes each change."""

    def __init__(self, records: Sequence[Change], details: Sequence[Change]) -> None:
        self._changes = {"record": records, "detail": details}
        self._times: dict[tuple[str, Json], int] = {}

    def altered(self, path: str, row: Record) -> Record:
        """A row with the change whose turn it is."""
        kind = "record" if path in RECORDS else "detail"
        place = (path, row.get("id"))
        turn = self._times[place] = self._times.get(place, 0) + 1
        changes = self._changes[kind]
        number = turn % (len(changes) + 1)
        return changes[number - 1](row) if number else row


class Numbers:
    """Numbers as text and as floats, nothing where something was, something where nothing was."""

    code = "F09"

    def __init__(self) -> None:
        self._turns = InTurn(RECORD_CHANGES, DETAIL_CHANGES)

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Rows with other values."""
        path = question.path
        return each_row(reply, lambda row: self._turns.altered(path, row)) if _has_rows(path) else reply


class Arrays:
    """Score arrays of 6 and 8, tuples of 5, nested tuples; half of the matches have no corner data."""

    code = "F10"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._turns = InTurn(SLOT_CHANGES, TUPLE_CHANGES)

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Rows with other arrays."""
        path = question.path
        if not _has_rows(path):
            return reply
        return each_row(reply, lambda row: self._turns.altered(path, self.pushed(row)))

    def pushed(self, row: Record) -> Record:
        """A row or a pushed object, without corner data where the match has none."""
        if not self._switches.hits(self.code, WITHOUT_CORNERS, row.get("id")):
            return row
        if "home_scores" in row:
            return _record_slots(_no_corners)(row)
        return _with_sides(row, _no_corners)


class Statuses:
    """Future matches that a diary calls ended or cancelled, 6 for 5, and now and then 99."""

    code = "F13"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._times: dict[Json, int] = {}

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Rows with other statuses."""
        if question.path == "/match/diary":
            return each_row(reply, lambda row: self._premature(row, question.now))
        if question.path == "/match/detail_live":
            return each_row(reply, lambda row: self._unknown(self.pushed(row)))
        return each_row(reply, self.pushed) if _has_rows(question.path) else reply

    def pushed(self, row: Record) -> Record:
        """A row or a pushed object that says 6 for 5."""
        if row.get("status_id") == wire.EXTRA_TIME:
            return row | {"status_id": OLD_EXTRA_TIME}
        score = score_of(row)
        if score is None or score[1] != wire.EXTRA_TIME:
            return row
        return row | {"score": [score[0], OLD_EXTRA_TIME, *score[2:]]}

    def _premature(self, record: Record, now: float) -> Record:
        if whole(record.get("match_time")) < now + AHEAD_S:
            return self.pushed(record)
        if not self._switches.hits(self.code, PREMATURE, record.get("id")):
            return record
        status = self._switches.drawn(self.code, record.get("id"), "status").choice(
            (wire.ENDED, wire.CANCELLED)
        )
        return record | {"status_id": status, "updated_at": int(now)}

    def _unknown(self, detail: Record) -> Record:
        times = self._times[detail.get("id")] = self._times.get(detail.get("id"), 0) + 1
        score = score_of(detail)
        if score is None or times % UNKNOWN_EVERY:
            return detail
        return detail | {"score": [score[0], UNKNOWN_STATUS, *score[2:]]}


def _no_corners(slots: list[Json]) -> list[Json]:
    return [*slots[: wire.CORNERS], wire.NO_CORNER_DATA, *slots[wire.CORNERS + 1 :]]


def _has_rows(path: str) -> bool:
    return path in RECORDS | DETAILS
