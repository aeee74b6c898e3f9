"""Answers that fail: refused (F03), too many (F04), broken in every way (F05), slow and old (F14)."""

import gzip
from email.utils import formatdate

import msgspec

from touchline.clock import Clock
from touchline.simulator.faults.seams import Question
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Reply

NOT_OUR_ADDRESS = "IP is not authorized to access, please contact our business staff."
NOT_IN_PLAN = "Your plan does not include this interface, please contact our business staff."
PARTS = ("/match/lineup", "/match/trend", "/match/half")
"""Below these an endpoint is refused by itself, the others may still answer."""

LIMITED = 0.125
"""Share of answers that are "too many requests"."""
RETRY_AFTER_S = 5

SPELL, BAD = 36, 6
"""Of SPELL answers the last BAD fail together: enough to open a breaker and to disappoint its probe."""
STRAY = 0.5
"""Share of the others that fail."""
SLOW_S = 300.0
"""Longer than anybody waits."""
HUGE = (30 * 1024 * 1024, 64 * 1024 * 1024)
"""Bytes of the large bodies, in turn."""
HTML = b"<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"

OLD_S = 2.0
"""An answer to `detail_live` was made so many football seconds ago."""
LATE_S = (1.0, 4.5)
"""Real seconds a slow answer is on its way: less than anybody's patience. What is pushed meanwhile is newer."""
LATE = 1 / 3
"""Share of answers that are slow."""
DETAIL_LATE_S = (3.0, 4.5)
"""Every answer to `detail_live` is: it tells of play, and is to be overtaken by play that is pushed."""
WHOLE_ACCOUNT = 0.75
"""Share of the seeds that refuse everything; the others refuse only what is in `PARTS`."""


def said(body: dict[str, object], status: int = 200, **headers: str) -> Reply:
    """An answer that is no success."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status, msgspec.json.encode(body), headers=named)


class Refused:
    """Refused in words, with status 200: everything to our address, or the parts as not in the plan."""

    code = "F03"

    def __init__(self, switches: Switches) -> None:
        self._whole = refuses_all(switches)

    def alter(self, question: Question, reply: Reply) -> Reply:
        """The answer, or the refusal."""
        if self._whole:
            return said({"err": NOT_OUR_ADDRESS})
        return said({"err": NOT_IN_PLAN}) if question.path.startswith(PARTS) else reply


def refuses_all(switches: Switches) -> bool:
    """Whether F03 refuses the whole account; it hangs on the seed."""
    return switches.drawn(Refused.code).random() < WHOLE_ACCOUNT


class Limited:
    """One answer in eight is "too many requests": each form in turn."""

    code = "F04"

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._times = 0

    def alter(self, question: Question, reply: Reply) -> Reply:
        """The answer, or that it was too much."""
        if self._switches.rng(self.code).random() >= LIMITED:
            return reply
        self._times += 1
        words: dict[str, object] = {"code": 429, "msg": "Too Many Requests"}
        match self._times % 4:
            case 1:
                return said(words)
            case 2:
                return said(words, 429, retry_after=str(RETRY_AFTER_S))
            case 3:
                return said(words, 429)
            case _:
                date = formatdate(self._clock.real() + RETRY_AFTER_S, usegmt=True)
                return said(words, 429, retry_after=date)


class Broken:
    """Answers fail, each way in turn: now and then one, and regularly so many that asking on is no use."""

    code = "F05"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._asked = 0
        self._turns = {SPELLED: 0, STRAYING: 0}
        self._huge = 0

    def alter(self, question: Question, reply: Reply) -> Reply:
        """The answer, or one that is broken."""
        rng = self._switches.rng(self.code)
        self._asked += 1
        in_spell = (self._asked - 1) % SPELL >= SPELL - BAD
        if not in_spell and rng.random() >= STRAY:
            return reply
        ways = SPELLED if in_spell else STRAYING
        self._turns[ways] += 1
        return self._broken(ways[self._turns[ways] % len(ways)], reply)

    def _broken(self, how: str, reply: Reply) -> Reply:
        match how:
            case "late":
                return msgspec.structs.replace(reply, delay_s=SLOW_S)
            case "reset":
                return msgspec.structs.replace(reply, reset=True)
            case "half":
                return msgspec.structs.replace(reply, cut_at=len(reply.body) // 2)
            case "gzip":
                packed = gzip.compress(reply.body, compresslevel=1)
                headers = (*reply.headers, ("content-encoding", "gzip"))
                return msgspec.structs.replace(reply, body=packed[: len(packed) // 2], headers=headers)
            case "html":
                return Reply(200, HTML, "text/html")
            case "huge":
                self._huge += 1
                return msgspec.structs.replace(reply, padding=HUGE[self._huge % len(HUGE)])
            case _:
                return Reply(int(how), HTML, "text/html")


SPELLED = ("late", "reset", "half", "gzip", "500", "502", "503")
"""How answers of a spell fail: all of them worth another try."""
STRAYING = ("html", "huge", "huge", *SPELLED)


class Slow:
    """A third of the answers are overtaken, of those that tell of play all; see `OLD_S` for what they know."""

    code = "F14"

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def instant(self, path: str, now: float) -> float:
        """Of when the answer is."""
        return now - OLD_S if path.endswith("/match/detail_live") else now

    def alter(self, question: Question, reply: Reply) -> Reply:
        """The answer, perhaps late."""
        rng = self._switches.rng(self.code)
        if question.path == "/match/detail_live":
            return msgspec.structs.replace(reply, delay_s=rng.uniform(*DETAIL_LATE_S))
        if rng.random() >= LATE:
            return reply
        return msgspec.structs.replace(reply, delay_s=rng.uniform(*LATE_S))
