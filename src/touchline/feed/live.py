"""The live window as it is handed out: its entries are encoded already, only joined here."""

from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from touchline.feed.entry import Entry
from touchline.feed.shapes import Counts

_encode = msgspec.json.Encoder().encode


class LiveView(NamedTuple):
    """The live window at one moment, in the order of the API."""

    as_of: int
    """Football time of the newest change it contains, Unix seconds."""
    cursor: str
    """Place of that change in the stream."""
    stale: bool
    in_play: int
    expected: int
    entries: tuple[Entry, ...]


class _Joined(Struct, frozen=True):
    """The fields of `shapes.Live`, the matches encoded already."""

    as_of: int
    cursor: str
    stale: bool
    counts: Counts
    matches: list[Raw]


def live_json(view: LiveView) -> bytes:
    """`view` as `shapes.Live`: the body of `/api/matches/live` and the data of a `snapshot`."""
    return _encode(
        _Joined(
            as_of=view.as_of,
            cursor=view.cursor,
            stale=view.stale,
            counts=Counts(in_play=view.in_play, expected=view.expected),
            matches=[Raw(entry.json) for entry in view.entries],
        )
    )


def counted(entries: tuple[Entry, ...]) -> tuple[int, int]:
    """How many of `entries` are in play, and how many expected."""
    window = [entry.in_play for entry in entries if entry.shown.live_state is not None]
    return sum(window), len(window) - sum(window)
