"""How a stream begins."""

import random
from collections.abc import Collection
from typing import Literal, NamedTuple

Resume = Literal["fresh", "replayed", "reset"]
"""`fresh`: nothing was asked for; `replayed`: what was missed follows; `reset`: it is gone, here is all."""

RETRY_MS = (1_000, 4_000)
_RETRIES = tuple(b"retry: %d\n\n" % wait_ms for wait_ms in range(RETRY_MS[0], RETRY_MS[1] + 1, 50))


class Greeting(NamedTuple):
    """What a new reader is told first. The pieces are shared by all readers, but for the first."""

    resume: Resume
    """Of the header `X-Resume`."""
    pieces: tuple[bytes, ...]
    topics: Collection[str]


def retry() -> bytes:
    """How long to wait before coming back: each reader is told another time, so that not all come at once."""
    return random.choice(_RETRIES)  # noqa: S311 - jitter, not a secret
