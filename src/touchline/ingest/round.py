"""How far one round of a paged, incremental list has come.

Without a cursor the list is read by pages; with one by time, oldest change first. An answer ends
the round when it brings nothing new, whatever its own count says. By time the next answer is
asked from the newest stamp seen, so that a record that changes meanwhile shifts nothing out of
sight; only a page full of one stamp is followed by its next page.
"""

from collections.abc import Iterable, Set

Stamp = tuple[str, int]
"""(id, updated_at)"""

PAGES_MAX = 200


class Round:
    """One round: what to ask next (`time`, `page`) and where the cursor goes at its end."""

    def __init__(self, since: int | None, border: Set[Stamp] = frozenset(), *, now: int) -> None:
        self.time = since
        self.page = 1
        self.asked = 0
        self._now = now
        self._since = since
        self._largest = since or 0
        self._seen = set(border)

    def goes_on(self, stamps: Iterable[Stamp]) -> bool:
        """Take in an answer; whether there may be more."""
        self.asked += 1
        new = set(stamps) - self._seen
        self._seen |= new
        self._largest = max([self._largest, *(stamp for _, stamp in new)])
        if self.time is not None and self._largest > self.time:
            self.time, self.page = self._largest, 1
        else:
            self.page += 1
        return bool(new) and self.asked < PAGES_MAX

    @property
    def exceeded(self) -> bool:
        """Whether the round was cut off by its limit of pages."""
        return self.asked >= PAGES_MAX

    @property
    def cursor(self) -> int:
        """The largest stamp seen. Reading by pages takes its time: what changed meanwhile comes again."""
        return self._largest if self._since is not None else min(self._largest, self._now)

    @property
    def border(self) -> frozenset[Stamp]:
        """What the next round will be told again."""
        return frozenset(stamp for stamp in self._seen if stamp[1] >= self.cursor)
