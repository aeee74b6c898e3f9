"""The fault matrix: every row by its code. `docs/faults.md` tells what each does and what is expected."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct


class Seam(StrEnum):
    """Where a fault takes hold."""

    ANSWER = "answer"
    """What is answered over HTTP, or what its rows say."""
    PUSH = "push"
    """What is pushed, and the connections it goes through."""
    COURSE = "course"
    """What happens in a match, or how it is told from its beginning."""
    OUTSIDE = "outside"
    """Nothing the provider does: our own clock, our own processes. The switch changes nothing here."""


class Fault(Struct, frozen=True):
    """One row."""

    code: str
    title: str
    seam: Seam


def _rows(seam: Seam, titles: Mapping[str, str]) -> list[Fault]:
    return [Fault(code, title, seam) for code, title in titles.items()]


ANSWERS = {
    "F01": "results as index map, id map, nested map or single object",
    "F02": "hundreds of items, and the one that was asked for is not among them",
    "F03": "refused in words, with status 200",
    "F04": "too many requests, by status or in the body, with and without Retry-After",
    "F05": "time-out, reset, 5xx, half a body, HTML, cut gzip, 30 MB",
    "F06": "a diary whose total is 0, whose pages are short, repeat or never end",
    "F07": "names beside the diary as maps, and some of them missing",
    "F08": "matches at the edges of a zone's day and in a night when clocks change",
    "F09": "numbers as text and floats, null, NaN, missing, extra and empty fields",
    "F10": "score arrays of 6 or 8, tuples of 5, nested tuples, no corner data",
    "F11": "matches rescheduled, postponed, deleted, given another season or team; merged teams",
    "F12": "the table of another season; two groups",
    "F13": "a future match told as ended or cancelled; status 6; status 99",
    "F14": "slow answers, and answers two seconds old",
    "F15": "a match is pushed but in no list",
    "S01": "a match in play is neither listed nor pushed any more",
}
PUSHES = {
    "F20": "every form of a payload, several kinds in one object, bursts, empty, not JSON, 1 MB",
    "F21": "doubled, out of order, the last 100 messages again",
    "F22": "genuine changes within seconds, and fifty in one second",
    "F23": "the connection flaps, is silent, is refused, is gone for an hour",
    "F41": "every now and then a hundred times the messages",
}
COURSES = {
    "F24": "kick-off stamps revised, 0, or in the future",
    "F25": "the first half's stamp in the second half; a stamp at half-time",
    "F26": "the half-time slot runs with the score of the first half",
    "F27": "corners, yellow cards and statistics that go back and forth",
    "F28": "mirrored repeats after the end, and genuine corrections",
    "F29": "the score before the incident, the incident before the score, a score that jumps by two",
    "F30": "a goal taken back, one given again, a red card taken back",
    "F31": "incidents rewritten: names, minutes, types, sides, shorter lists, doubled markers",
    "F32": "two goals of a side in a minute, own goals, four substitutions at once",
    "F33": "goals in stoppage with and without added time; substitutions at 45 after the half",
    "F34": "a second yellow alone, a direct red, a card taken back",
    "F35": "unusual paths from status to status",
    "F36": "no second half, no half-time, no end",
    "F37": "extra time with no stamp, one, two; more than 120 minutes; eighteen kicks",
    "F38": "an interruption of two hours",
    "F39": "half-times of 15 to 21 minutes, and one of 40",
    "F40": "a match of which only the score is told, silent for twenty minutes",
    "F45": "a goal in 45+6, then one in 46",
    "F46": "a forfeit, a result replaced a day later, sides exchanged",
}
OUTSIDE = {
    "F42": "our clock is 90 s off, or steps back",
    "F43": "two of us listen to the same feed",
    "F44": "we are restarted in the middle",
}

MATRIX: Mapping[str, Fault] = MappingProxyType(
    {
        fault.code: fault
        for fault in sorted(
            [
                *_rows(Seam.ANSWER, ANSWERS),
                *_rows(Seam.PUSH, PUSHES),
                *_rows(Seam.COURSE, COURSES),
                *_rows(Seam.OUTSIDE, OUTSIDE),
            ],
            key=lambda fault: fault.code,
        )
    }
)
