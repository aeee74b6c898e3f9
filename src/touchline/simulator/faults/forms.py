"""Answers of another form: maps (F01), foreign items (F02), diaries (F06), names (F07), tables (F12)."""

from collections.abc import Callable, Mapping

from touchline.simulator.faults.bodies import DETAILS, RECORDS, as_list, rewritten, rows
from touchline.simulator.faults.seams import Question
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Reply
from touchline.simulator.wire import FIRST_HALF, NOT_STARTED, Json, Record, invented_id

FOREIGN = 318
"""Items of an answer by id, none of which is the one that was asked for."""
FOREIGN_LIVE, EVERY = 12, 4
"""Items of every EVERYth `detail_live`; each of them makes somebody ask for it by its id."""
PAGE_ROWS = 3
"""Rows of a short page."""
UNNAMED = 0.5
"""Share of the names that nobody knows while F07 is on."""
NAMED_LISTS = frozenset({"/competition/additional/list", "/team/additional/list"})


# ---------------------------------------------------------------- F01


def _by_index(found: list[Record]) -> Json:
    return {str(place): row for place, row in enumerate(found)}


def _by_id(found: list[Record]) -> Json:
    return {str(row["id"]): row for row in found}


def _nested(found: list[Record]) -> Json:
    return {"1": [*found]}


def _single(found: list[Record]) -> Json:
    return found[0] if len(found) == 1 else [*found]


FORMS: tuple[Callable[[list[Record]], Json], ...] = (_by_index, _by_id, _nested, _single)


class Forms:
    """The results of match lists in each form in turn; an empty list is `{}`."""

    code = "F01"

    def __init__(self, switches: Switches) -> None:
        self._asked: dict[str, int] = {}
        self._first = switches.drawn(self.code).randrange(len(FORMS))

    def alter(self, question: Question, reply: Reply) -> Reply:
        """The same in another form."""
        if question.path not in RECORDS | DETAILS:
            return reply
        turn = self._asked[question.path] = self._asked.get(question.path, self._first) + 1
        form = FORMS[turn % len(FORMS)]
        return rewritten(reply, lambda body: body | {"results": form(found) if (found := rows(body)) else {}})


# ---------------------------------------------------------------- F02


class Foreign:
    """Whoever asks for one match gets hundreds of others; `detail_live` names strangers now and then."""

    code = "F02"

    def __init__(self) -> None:
        self._asked = 0

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Others instead of what was asked for."""
        if question.path == "/match/detail_live":
            self._asked += 1
            strangers: list[Json] = [_live(number) for number in range(FOREIGN_LIVE)]
            return rewritten(reply, lambda body: body | {"results": strangers}) if self._turn else reply
        if question.path in RECORDS | DETAILS and "uuid" in question.query:
            make = _record if question.path in RECORDS else _live
            others: list[Json] = [make(FOREIGN_LIVE + number) for number in range(FOREIGN)]
            return rewritten(reply, lambda body: body | {"results": others})
        return reply

    @property
    def _turn(self) -> bool:
        return self._asked % EVERY == 0


def _stranger(number: int) -> str:
    return invented_id("stranger", number)


def _record(number: int) -> Record:
    slots: list[Json] = [9, 9, 0, 0, 0, 0, 0]
    return {
        "id": _stranger(number),
        "competition_id": invented_id("strangers"),
        "home_team_id": invented_id("stranger", number, "home"),
        "away_team_id": invented_id("stranger", number, "away"),
        "status_id": FIRST_HALF,
        "match_time": 1_700_000_000 + number,
        "home_scores": slots,
        "away_scores": slots,
        "updated_at": 1_700_000_000 + number,
    }


def _live(number: int) -> Record:
    slots: list[Json] = [9, 9, 0, 0, 0, 0, 0]
    empty: list[Json] = []
    score: list[Json] = [_stranger(number), FIRST_HALF, slots, slots, 1_700_000_000, ""]
    return {"id": _stranger(number), "score": score, "stats": empty, "incidents": empty, "tlive": empty}


# ---------------------------------------------------------------- F06


class Paging:
    """A diary whose total is 0 and whose pages are short; the last one comes again for ever.

    The pages of the provider's tomorrow never end: each has matches nobody has heard of.
    """

    code = "F06"

    def __init__(self) -> None:
        self._days: dict[str, list[Record]] = {}

    def alter(self, question: Question, reply: Reply) -> Reply:
        """One short page."""
        if question.path != "/match/diary":
            return reply
        day = question.query.get("tsp", question.query.get("date", ""))
        page = int(question.query.get("page", "1"))
        endless = day.isdigit() and int(day) > question.now

        def paged(body: Record) -> Record:
            if page == 1:
                self._days[day] = rows(body)
            return body | {"query": {"total": 0, "type": "diary"}, "results": self._page(day, page, endless)}

        return rewritten(reply, paged)

    def _page(self, day: str, page: int, endless: bool) -> list[Json]:
        listed = self._days.get(day, [])
        pages = max(1, -(-len(listed) // PAGE_ROWS))
        if endless and page > pages:
            return [_announced(int(day), page, number) for number in range(PAGE_ROWS)]
        first = (min(page, pages) - 1) * PAGE_ROWS
        return [*listed[first : first + PAGE_ROWS]]


def _announced(day: int, page: int, number: int) -> Record:
    record = _record(page * PAGE_ROWS + number)
    return record | {
        "id": invented_id("endless", day, page, number),
        "status_id": NOT_STARTED,
        "match_time": day + 3_600,
        "home_scores": [0] * 7,
        "away_scores": [0] * 7,
        "updated_at": day - 86_400,
    }


# ---------------------------------------------------------------- F07


class Names:
    """Names come as maps by id, and half of them are nowhere to be found."""

    code = "F07"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Fewer names, as maps."""
        if question.path in NAMED_LISTS:
            return rewritten(reply, lambda body: body | {"results": [*filter(self._known, rows(body))]})
        return rewritten(reply, self._extra) if question.path == "/match/diary" else reply

    def _extra(self, body: Record) -> Record:
        given = body.get("results_extra")
        if not isinstance(given, dict):
            return body
        maps: Record = {
            kind: {str(row["id"]): row for row in as_list(listed) if isinstance(row, dict) and self._known(row)}
            for kind, listed in given.items()
        }
        return body | {"results_extra": maps}

    def _known(self, row: Mapping[str, Json]) -> bool:
        return not self._switches.hits(self.code, UNNAMED, row.get("id"))


# ---------------------------------------------------------------- F12


class Tables:
    """Every second table is of another season; the others come as two groups."""

    code = "F12"

    def __init__(self) -> None:
        self._asked = 0

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Another table."""
        if question.path not in {"/season/recent/table/detail", "/table/live"}:
            return reply
        return rewritten(reply, self._tables)

    def _tables(self, body: Record) -> Record:
        results = body["results"]
        if isinstance(results, dict):
            return body | {"results": self._table(results)}
        return body | {"results": [self._table(one) for one in as_list(results) if isinstance(one, dict)]}

    def _table(self, told: Record) -> Record:
        if not told:
            return told
        self._asked += 1
        if self._asked % 2 == 0:
            return told | {"season_id": invented_id("another season", told.get("season_id"))}
        groups = [half for one in as_list(told.get("tables")) if isinstance(one, dict) for half in _halves(one)]
        return told | {"tables": [*groups]}


def _halves(table: Record) -> tuple[Record, Record]:
    listed = as_list(table.get("rows"))
    half = (len(listed) + 1) // 2
    first = table | {"group": 1, "rows": listed[:half]}
    second = table | {"id": invented_id(table.get("id"), 2), "group": 2, "rows": listed[half:]}
    return first, second
