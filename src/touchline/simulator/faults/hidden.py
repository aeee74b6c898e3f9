"""Matches that are not told everywhere: pushed but in no list (F15), or silent altogether (S01)."""

from touchline.simulator.faults.bodies import each_row, rewritten, rows, score_of
from touchline.simulator.faults.seams import Question
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Reply
from touchline.simulator.wire import LIVE, Json, Record

UNLISTED = 0.5
"""Share of the matches that F15 keeps out of the lists."""
LISTS = frozenset({"/match/diary", "/match/recent/list", "/match/season/recent"})


class Unlisted:
    """Half of the matches are in no list: the plan does not cover them, the push channel does."""

    code = "F15"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Lists without these matches."""
        return each_row(reply, self._listed) if question.path in LISTS else reply

    def _listed(self, row: Record) -> Record | None:
        return None if self._switches.hits(self.code, UNLISTED, row.get("id")) else row


class Silence:
    """One match in play, the first that is told of, is heard of no more until the switch is off."""

    code = "S01"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._turn = 0
        self._match_id: Json = None

    def alter(self, question: Question, reply: Reply) -> Reply:
        """Answers without the match: neither in a list nor by its id."""
        if not question.path.startswith("/match/"):
            return reply
        if self._match_id is not None and question.query.get("uuid") == self._match_id:
            return rewritten(reply, lambda body: body | {"results": [] if rows(body) else body["results"]})
        return each_row(reply, self.told) if question.path != "/match/half/team_stats/detail" else reply

    def told(self, row: Record) -> Record | None:
        """A row or a pushed object, unless it is about the match."""
        if self._turn != self._switches.turn(self.code):
            self._turn, self._match_id = self._switches.turn(self.code), None
        score = score_of(row)
        if self._match_id is None and score is not None and score[1] in LIVE:
            self._match_id = row.get("id")
        about = row.get("match_id", row.get("id"))
        return None if self._match_id is not None and about == self._match_id else row
