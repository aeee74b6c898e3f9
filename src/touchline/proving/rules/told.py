"""What the provider has told of a match, and that the row follows it: forwards only, and to the end.

The provider's word is a list of score messages in their order. The row may skip some of them, but never goes
back to one it has passed, and never says what was not told yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from touchline.proving.rules.commit import Columns, Commit

GOALS, CARDS = (0, 1, 5, 6), (2, 3, 4)
"""Slots that are claimed together."""
SPOKEN_OF = frozenset({"status_id", "home_scores", "away_scores"})
EARLY_S = 1.0
"""Instants of the wire are tenths of seconds."""


class Word(NamedTuple):
    """One score message: when it was told (football time), status, slots of both sides, kick-off stamp."""

    at: float
    status: int
    home: tuple[int, ...]
    away: tuple[int, ...]
    stamp: int


Facts = tuple[Any, ...]


def status_of(word: Word) -> Facts:
    return (word.status,)


def goals_of(word: Word) -> Facts:
    return tuple(side[slot] for side in (word.home, word.away) for slot in GOALS)


def cards_of(word: Word) -> Facts:
    return tuple(side[slot] for side in (word.home, word.away) for slot in CARDS)


TOPICS = {"status": status_of, "goals": goals_of, "cards": cards_of}


class Course:
    """Each topic of each row goes along what was told."""

    def __init__(self, told: Mapping[str, Sequence[Word]]) -> None:
        self._told = told
        self._here: dict[tuple[str, str], int] = {}

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("ts_matches"):
            if row.after is None or not row.moved & SPOKEN_OF or row.after["external_id"] not in self._told:
                continue
            word = word_of(row.after)
            before = None if row.before is None else word_of(row.before)
            for topic, facts in TOPICS.items():
                if before is None or facts(word) != facts(before):
                    yield from self._step(commit.now, row.after["external_id"], topic, facts(word))

    def _step(self, now: float, match_id: str, topic: str, facts: Facts) -> Iterator[str]:
        told, here = self._told[match_id], self._here.get((match_id, topic), 0)
        for index in range(here, len(told)):
            if told[index].at > now + EARLY_S:
                break
            if TOPICS[topic](told[index]) == facts:
                self._here[match_id, topic] = index
                return
        yield f"no step back: {topic} of {match_id} became {facts}, which does not follow {told[here]}"

    def behind(self, rows: Iterable[Columns], until: float) -> Iterator[str]:
        """What the rows have not taken over of what was told by `until`."""
        found = {row["external_id"]: word_of(row) for row in rows}
        for match_id, told in sorted(self._told.items()):
            said = [word for word in told if word.at <= until]
            if not said or match_id not in found:
                continue
            for topic, facts in TOPICS.items():
                here = self._here.get((match_id, topic), 0)
                later = {facts(word) for word in told[max(here, len(said) - 1) :]} | {facts(said[-1])}
                if facts(found[match_id]) not in later:
                    was = facts(found[match_id])
                    yield f"follows in time: {topic} of {match_id} is {was}, told was {facts(said[-1])}"


def word_of(row: Columns) -> Word:
    """What a row says, as a message would."""
    return Word(0.0, row["status_id"], tuple(row["home_scores"]), tuple(row["away_scores"]), 0)
