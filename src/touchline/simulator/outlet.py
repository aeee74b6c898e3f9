"""The one place an answer or a push passes before it leaves.

Whatever alters, withholds, delays or doubles what the provider says stands in this place; by
default everything leaves as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from touchline.simulator.script import Frame


class Reply(Struct, frozen=True):
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Outlet(Protocol):
    """What passes everything on, or does not."""

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        """What is really answered to `path`."""

    async def push(self, frame: Frame) -> Sequence[Frame]:
        """What is really pushed: nothing, the frame, or others."""


class Honest:
    """Passes everything on as it is."""

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        return reply

    async def push(self, frame: Frame) -> Sequence[Frame]:
        return (frame,)
