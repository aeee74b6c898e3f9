"""How far one round of a paged, incremental list has come.

Without a cursor the list is read by pages; with one by time, oldest change first. An answer ends
the round when it brings nothing new, whatever its own count says. By time the next answer is
asked from the newest stamp seen, so that a record that changes meanwhile shifts nothing out of
sight; only a page full of known records is followed by its next page. A stamp that lies ahead counts as
now: what changed meanwhile comes again, and one record from the future does not hide all the others.
"""

from collections.abc import Iterable, Set

Stamp = tuple[str, int]
"""(id, updated_at)"""

PAGES_MAX = 200
FULL_PAGE = 100
"""The smallest page size the provider documents: an answer with fewer records was not cut."""


class Round:
    """One round: what to ask next (`time`, `page`) and where the cursor goes at its end."""

    def __init__(
        self,
        since: int | None,
        border: Set[Stamp] = frozenset(),
        *,
        now: int,
        full_page: int = FULL_PAGE,
        pages_max: int = PAGES_MAX,
    ) -> None:
        self.time = since
        self.page = 1
        self.asked = 0
        self._now = now
        self._full_page = full_page
        self._pages_max = pages_max
        self._largest = since or 0
        self._seen = set(border)
        self._answer: Set[Stamp] = frozenset()
        """The last answer to the same question: a page that repeats it is the end."""

    def goes_on(self, stamps: Iterable[Stamp]) -> bool:
        """Take in an answer; whether there may be more."""
        self.asked += 1
        answer = set(stamps)
        new = answer - self._seen
        self._seen |= new
        cut = self.time is not None and len(answer) >= self._full_page and answer != self._answer
        self._answer = answer
        self._largest = max([self._largest, *(min(stamp, self._now) for _, stamp in new)])
        if self.time is not None and self._largest > self.time:
            self.time, self.page, self._answer = self._largest, 1, frozenset()
        else:
            self.page += 1
        return (bool(new) or cut) and self.asked < self._pages_max

    @property
    def exceeded(self) -> bool:
        """Whether the round was cut off by its limit of pages."""
        return self.asked >= self._pages_max

    @property
    def cursor(self) -> int:
        """The largest stamp seen, but not after the round began."""
        return self._largest

    @property
    def border(self) -> frozenset[Stamp]:
        """What the next round will be told again."""
        return frozenset(stamp for stamp in self._seen if stamp[1] >= self.cursor)
