"""One match on the board: as it was read, as it is told, and what was last heard of it."""

from typing import NamedTuple, Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from touchline.feed.items import match_item
from touchline.feed.shapes import LiveState, MatchItem
from touchline.football.model import CardShown, GoalCancelled, GoalScored, Side
from touchline.store.changes import Change
from touchline.store.views import Item

RED_CARDS = frozenset({4, 15})
"""Codes of a red card and of a second yellow."""

_encode = msgspec.json.Encoder().encode


class Heard(NamedTuple):
    """The newest changes in which something worth a flash happened; 0 is none heard of."""

    goal: int = 0
    goal_side: Side | None = None
    cancelled: int = 0
    red: int = 0

    def and_then(self, change: Change) -> "Heard":
        """What has been heard after `change` as well."""
        heard = self
        for what in change.happened:
            match what:
                case GoalScored(side=side):
                    heard = heard._replace(goal=change.seq, goal_side=side)
                case GoalCancelled():
                    heard = heard._replace(cancelled=change.seq)
                case CardShown(type=type_) if type_ in RED_CARDS:
                    heard = heard._replace(red=change.seq)
                case _:
                    pass
        return heard


class Entry(Struct, frozen=True, kw_only=True):
    """A match, encoded once for everybody."""

    item: Item
    shown: MatchItem
    json: bytes
    """`shown`, as every answer and event carries it."""
    goal: int = 0
    """Number of the change with the last goal heard of, or 0."""
    goal_side: Side | None = None
    cancelled: int = 0
    """Number of the change that last took a goal back, or 0."""
    red: int = 0
    """Number of the change with the last red card, or 0."""

    @classmethod
    def of(cls, item: Item, heard: Heard, now: float, window_s: int, told: MatchItem | None = None) -> Self:
        """`item` at football time `now`; what time alone decides is as it was `told`, where it was."""
        shown = match_item(item, now, window_s)
        if told is not None:
            shown = replace(shown, stale_reason=told.stale_reason, live_state=told.live_state)
        return cls(item=item, shown=shown, json=_encode(shown), **heard._asdict())

    @property
    def in_play(self) -> bool:
        """Whether it is in the live window as being played."""
        return self.shown.live_state is LiveState.IN_PLAY


def by_time(entry: Entry) -> tuple[int, str, str]:
    """The order of a day."""
    return entry.item.match_time, entry.item.competition_name, entry.item.id


def by_window(entry: Entry) -> tuple[bool, int, str, str]:
    """The order of the live window: in play before expected, then that of a day."""
    return not entry.in_play, entry.item.match_time, entry.item.competition_name, entry.item.id
