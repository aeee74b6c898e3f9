"""What was pushed so far, as it was meant: what a fault repeats is the latest, however long it was off."""

import json
from collections import OrderedDict
from collections.abc import Mapping

from touchline.simulator.script import Frame
from touchline.simulator.wire import Json, Record

KINDS = ("score", "incidents", "stats", "tlive")
REMEMBERED_MAX = 2_000
"""Matches, more than are ever in play at a time; those of which nothing was said for longest are forgotten."""


class Said:
    """What was said last of each match, by kind."""

    def __init__(self) -> None:
        self.of_all: OrderedDict[str, Record] = OrderedDict()

    def of(self, match_id: str) -> Record:
        """What was said last of one match."""
        return self.of_all.get(match_id, {})

    def take(self, frame: Frame) -> None:
        """A frame was pushed that said this."""
        for one in objects_of(frame.payload) or ():
            match_id = str(one["id"])
            self.of_all.setdefault(match_id, {}).update(said(one))
            self.of_all.move_to_end(match_id)
        while len(self.of_all) > REMEMBERED_MAX:
            self.of_all.popitem(last=False)


def said(one: Mapping[str, Json]) -> Record:
    """What an object says of its match."""
    return {kind: body for kind, body in one.items() if kind in KINDS}


def objects_of(payload: bytes) -> list[Record] | None:
    """The objects of a frame as the provider sends them; None for any other form."""
    try:
        message = json.loads(payload)
    except ValueError:
        return None
    if (
        not isinstance(message, list)
        or not message
        or not all(isinstance(one, dict) and "id" in one for one in message)
    ):
        return None
    return message
