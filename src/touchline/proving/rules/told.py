"""What the provider has told of a match, and that the row follows it: forwards only, and to the end.

The provider's word is a list of score messages in their order. The row may skip some of them, but never goes
back to one it has passed, and never says what was not told yet.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from touchline.proving.rules.commit import Columns, Commit

GOALS, COUNTS = (0, 1, 5, 6), (2, 3, 4)
"""Slots that are claimed together."""
_goals, _counts = itemgetter(*GOALS), itemgetter(*COUNTS)
SPOKEN_OF = frozenset({"status_id", "home_scores", "away_scores"})
RECORD_S = 2
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
    return (_goals(word.home), _goals(word.away))


def counts_of(word: Word) -> Facts:
    return (_counts(word.home), _counts(word.away))


TOPICS = {"status": status_of, "goals": goals_of, "counts": counts_of}


class Told:
    """What was told of one match: the words in their order, when they came, what each says of each topic."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self._times = [word.at for word in words]
        self.facts = {topic: [facts(word) for word in words] for topic, facts in TOPICS.items()}

    def until(self, at: float) -> int:
        """How many words had been told by `at`."""
        return bisect_right(self._times, at)


class Course:
    """Each topic of each row goes along what was told."""

    def __init__(
        self,
        told: Mapping[str, Sequence[Word]],
        flight_s: float,
        order_is_unsure: Callable[[], bool],
        counts_are_told: Callable[[], bool] = lambda: True,
    ) -> None:
        """`flight_s`: how long a word may be on its way, football seconds. `order_is_unsure`: whether nobody
        can know at the moment which of two words is newer. `counts_are_told`: whether cards and corners are
        told as they are.
        """
        self._told = {match_id: Told(words) for match_id, words in told.items()}
        self._flight_s = flight_s
        self._order_is_unsure = order_is_unsure
        self._counts_are_told = counts_are_told
        self._here: dict[tuple[str, str], int] = {}

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("ts_matches"):
            if row.after is None or not row.moved & SPOKEN_OF or row.after["external_id"] not in self._told:
                continue
            word = word_of(row.after)
            before = None if row.before is None else word_of(row.before)
            for topic, facts in TOPICS.items():
                if topic == "counts" and not self._counts_are_told():
                    continue
                if before is None or facts(word) != facts(before):
                    yield from self._step(commit.now, row.before, row.after, topic)

    def _step(self, now: float, before: Columns | None, after: Columns, topic: str) -> Iterator[str]:
        match_id, facts = after["external_id"], TOPICS[topic](word_of(after))
        told, here = self._told[match_id], self._here.get((match_id, topic), 0)
        of_topic = told.facts[topic]
        places = [index for index in range(told.until(now + EARLY_S)) if of_topic[index] == facts]
        ahead = [index for index in places if index >= here]
        if ahead or (places and self._is_unsure(before, after, topic, told.words[places[-1] + 1].at)):
            self._here[match_id, topic] = min(ahead) if ahead else max(places)
        else:
            stood = told.words[here]
            yield f"no step back: {topic} of {match_id} became {facts}, which does not follow {stood}"

    def _is_unsure(self, before: Columns | None, after: Columns, topic: str, over_at: float) -> bool:
        """Whether nobody could know the order of what stands and what stood, whose word was over at `over_at`.

        A record that has its provider's whole second is taken up to two seconds late. A push may be on its way
        while a poll that was asked before is answered with what came after it.
        """
        word = after["provenance"].get(topic)
        stood = None if before is None else before["provenance"].get(topic)
        if self._order_is_unsure() or word is None:
            return True
        if word.get("provider_time") is not None:
            return stood is None or stood["observed_at_ms"] <= (word["provider_time"] + RECORD_S) * 1000
        in_flight = word["observed_at_ms"] / 1000 - over_at <= self._flight_s
        return in_flight and (stood is None or stood["observed_at_ms"] <= word["observed_at_ms"])

    def behind(self, rows: Iterable[Columns], until: float, now: float) -> Iterator[str]:
        """What the rows have not taken over by `now` of what was told by `until`."""
        found = {row["external_id"]: word_of(row) for row in rows}
        for match_id, told in sorted(self._told.items()):
            said = told.until(until)
            if not said or match_id not in found:
                continue
            for topic, facts in TOPICS.items():
                here, of_topic = self._here.get((match_id, topic), 0), told.facts[topic]
                was, last = facts(found[match_id]), of_topic[said - 1]
                if was != last and was not in of_topic[max(here, said - 1) : told.until(now + EARLY_S)]:
                    yield f"follows in time: {topic} of {match_id} is {was}, told was {last}"


def word_of(row: Columns) -> Word:
    """What a row says, as a message would."""
    return Word(0.0, row["status_id"], tuple(row["home_scores"]), tuple(row["away_scores"]), 0)
