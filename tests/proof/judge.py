"""Compares what reached a reader with what a timeline says must reach it.

Every difference is one readable line; an empty list is the proof. Instants are football time,
durations football seconds: a limit in real time is multiplied by the clock's speed before it
comes here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.proof.expect import LABEL, Board, Expected


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the change stream, and when a reader had it."""

    seq: int
    match_id: str
    kind: str
    board: Board
    text: str
    happened: tuple[dict, ...]
    seen: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How late, how early and how merged things may come."""

    late_s: float
    """An event or a minute is with the reader this long after it happened."""
    early_s: float
    """Clocks are read at different moments; nothing may come earlier than this."""
    flight_s: float
    """Messages of events closer than this may overtake or swallow one another."""
    list_s: float
    """How long a list of incidents follows the event it tells of, at most."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: the differences, and how late each thing was (football seconds)."""

    mismatches: tuple[str, ...]
    lags_s: tuple[float, ...]


def judge(expected: Expected, rows: Sequence[Row], limits: Limits) -> Verdict:
    """Compare the rows of one match, in their order, with the expectation."""
    lags: list[float] = []
    mismatches = [
        *_boards(expected, rows, limits, lags),
        *_minutes(expected, rows, limits, lags),
        *_texts(expected, rows, limits),
        *_goals(expected, rows),
        *_cards(expected, rows, limits, lags),
        *_order(rows),
    ]
    return Verdict(tuple(mismatches), tuple(lags))


def _boards(expected: Expected, rows: Sequence[Row], limits: Limits, lags: list[float]) -> Iterator[str]:
    """Status and score go exactly the expected way, each step in time."""
    steps, here = expected.steps, 0
    for row in rows:
        if row.board == steps[here].board:
            continue
        found = next((index for index in range(here + 1, len(steps)) if steps[index].board == row.board), None)
        if found is None:
            yield f"change {row.seq}: {row.board} after {steps[here].board} is on no way to the end"
            continue
        for missed in steps[here + 1 : found]:
            if steps[found].at - missed.at > limits.flight_s:
                yield f"change {row.seq}: {missed.board} of {missed.at:.0f} was never shown"
        lag = row.seen - steps[found].at
        lags.append(lag)
        if not -limits.early_s <= lag <= limits.late_s:
            yield f"change {row.seq}: {row.board} came {lag:+.1f} s from {steps[found].at:.0f}"
        here = found
    if here != len(steps) - 1:
        yield f"ends on {steps[here].board}, not on {steps[-1].board}"


def _minutes(expected: Expected, rows: Sequence[Row], limits: Limits, lags: list[float]) -> Iterator[str]:
    """Every minute is shown, in time. One that lasts less than a message's way may be missing."""
    shown: dict[str, list[Row]] = {}
    for row in rows:
        shown.setdefault(row.text, []).append(row)
    for minute in expected.minutes:
        now = [row for row in shown.get(minute.text, ()) if row.seen >= minute.at - limits.early_s]
        row = next(iter(now or shown.get(minute.text, ())), None)
        if row is None:
            if minute.until - minute.at > limits.flight_s:
                yield f"minute {minute.text} of {minute.at:.0f} was never shown"
            continue
        lag = row.seen - minute.at
        lags.append(lag)
        if not -limits.early_s <= lag <= limits.late_s:
            yield f"change {row.seq}: minute {minute.text} came {lag:+.1f} s from {minute.at:.0f}"
        if row.board.status != minute.status:
            yield f"change {row.seq}: minute {minute.text} with status {row.board.status}"


def _texts(expected: Expected, rows: Sequence[Row], limits: Limits) -> Iterator[str]:
    """Each row's text was true a moment ago; a label stands only until the phase's first minute."""
    counted: set[int] = set()
    for row in rows:
        status = row.board.status
        if row.text == LABEL.get(status):
            if status in counted:
                yield f"change {row.seq}: back to the label {row.text}"
            continue
        counted.add(status)
        allowed = expected.texts(row.seen - limits.late_s, row.seen + limits.early_s)
        if row.text not in allowed:
            yield f"change {row.seq}: {row.text} at {row.seen:.0f}, expected one of {sorted(allowed)}"


def _goals(expected: Expected, rows: Sequence[Row]) -> Iterator[str]:
    """Each goal is announced exactly once, and none is taken back."""
    told = Counter(
        (int(what["side"]), what["score"][int(what["side"]) - 1])
        for row in rows
        for what in row.happened
        if what["event"] == "match.goal"
    )
    last = expected.steps[-1].board
    due = Counter([(1, n + 1) for n in range(last.home)] + [(2, n + 1) for n in range(last.away)])
    for (side, number), times in ((told - due) + (due - told)).items():
        more = "too often" if told[side, number] > due[side, number] else "too seldom"
        yield f"goal {number} of side {side} was announced {more} (by {times})"
    for row in rows:
        for what in row.happened:
            if what["event"] in {"match.goal.cancelled", "match.result.corrected"}:
                yield f"change {row.seq}: {what} never happened"


def _cards(expected: Expected, rows: Sequence[Row], limits: Limits, lags: list[float]) -> Iterator[str]:
    """Each card is announced exactly once, in time after the list that tells of it."""
    told: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        for what in row.happened:
            if what["event"] == "match.card":
                told.setdefault((what["type"], int(what["side"]) - 1), []).append(row)
    due: dict[tuple[int, int], list[float]] = {}
    for card in sorted(expected.cards, key=lambda card: card.at):
        due.setdefault((card.type, card.side), []).append(card.at)
    for kind in sorted({*told, *due}):
        shown, instants = told.get(kind, []), due.get(kind, [])
        if len(shown) != len(instants):
            yield f"cards of type {kind[0]}, side {kind[1] + 1}: {len(shown)} told, {len(instants)} shown"
            continue
        for row, at in zip(shown, instants, strict=True):
            lag = row.seen - at
            lags.append(max(0.0, lag - limits.list_s))
            if not -limits.early_s <= lag <= limits.list_s + limits.late_s:
                yield f"change {row.seq}: card {kind} came {lag:+.1f} s from {at:.0f}"


def _order(rows: Sequence[Row]) -> Iterator[str]:
    """Rows have rising numbers, and a minute row shows another minute."""
    for before, after in pairwise(rows):
        if after.seq <= before.seq:
            yield f"change {after.seq} after {before.seq}"
        if after.kind == "minute" and (after.board, after.text) == (before.board, before.text):
            yield f"change {after.seq}: minute row without a change"
