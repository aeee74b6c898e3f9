"""The one place an answer or a push passes before it leaves.

Whatever alters, withholds, delays or doubles what the provider says stands in this place; by
default everything leaves as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from touchline.simulator.script import Frame


class Reply(Struct, frozen=True):
    """An HTTP answer, and how it fails to arrive."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0
    """Before the first byte, in real seconds: so are the time-outs of whoever waits."""
    padding: int = 0
    """Bytes of blanks after the body, sent in pieces that are never held together."""
    cut_at: int | None = None
    """So many bytes of the body are sent, then the connection is closed; the head announced all of them."""
    reset: bool = False
    """Nothing is answered: the connection is torn down (RST)."""


class Outlet(Protocol):
    """What passes everything on, or does not."""

    def instant(self, path: str, now: float) -> float:
        """The football time whose truth is answered to `path` at `now`."""

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        """What is really answered to `path`."""

    async def push(self, frame: Frame) -> Sequence[Frame]:
        """What is really pushed: nothing, the frame, or others."""


class Honest:
    """Passes everything on as it is."""

    def instant(self, path: str, now: float) -> float:
        return now

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        return reply

    async def push(self, frame: Frame) -> Sequence[Frame]:
        return (frame,)
