"""The newest state of each thing, in the order in which they came about: for pages that come back."""

from collections import OrderedDict
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class State(NamedTuple, Generic[T]):
    """The newest state of one thing; None: it is gone."""

    offset: int
    key: str
    state: T | None


class Newest(Generic[T]):
    """A log that keeps the last word about each key, at most `most`: the oldest words are forgotten first."""

    def __init__(self, most: int) -> None:
        self.floor = 0
        """Who stands before this offset can't be told all he missed."""
        self._most = most
        self._states: OrderedDict[str, State[T]] = OrderedDict()

    def begin(self, offset: int) -> None:
        """Forget everything: the log is whole for who stands at `offset` or later."""
        self.floor = offset
        self._states.clear()

    def put(self, key: str, state: T | None, offset: int) -> None:
        """The state of `key` since `offset`, which never falls from call to call."""
        self._states.pop(key, None)
        self._states[key] = State(offset, key, state)
        if len(self._states) > self._most:
            _, oldest = self._states.popitem(last=False)
            self.floor = max(self.floor, oldest.offset + 1)

    def get(self, key: str) -> T | None:
        """The newest state of `key`, or None where there is none."""
        held = self._states.get(key)
        return None if held is None else held.state

    def since(self, offset: int) -> list[State[T]]:
        """Everything that is not older than `offset`, oldest first."""
        found = []
        for held in reversed(self._states.values()):
            if held.offset < offset:
                break
            found.append(held)
        return found[::-1]
