"""Processes that share a store of either kind, on virtual time."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from tests.build import MATCH, T, a_match

from touchline.football.model import Group, Match
from touchline.ids import ChangeSeq, MatchId
from touchline.proving.clock import VirtualClock
from touchline.proving.handles import Pace, VirtualStore
from touchline.store import changes, matches
from touchline.store.changes import Change
from touchline.store.db import Tx
from touchline.store.matches import Save

__all__ = ["MATCH", "PACE", "House", "T"]
PACE = Pace(usual_s=0.001, slow_share=0.0, connections=3, connection_wait_s=2.0)
OTHER = MatchId("bbbbbbbbbbbbbb2")
SOON_S = 0.1
"""Long enough for whoever can go on to have gone on."""
Came = TypeVar("Came")


class _Undone(Exception):
    """Said inside a transaction to end it without a trace."""


class House:
    """What a test does on the store. Everything that waits does so in virtual time."""

    def __init__(self, store: VirtualStore, clock: VirtualClock) -> None:
        self.store = store
        self.clock = clock

    def transaction(
        self, process: str = "one", within_s: float | None = None
    ) -> AbstractAsyncContextManager[Tx]:
        """A transaction of `process` at football time `T`."""
        return self.store.database(process).transaction(T, within_s=within_s)

    @contextlib.asynccontextmanager
    async def undone(self, process: str = "one") -> AsyncIterator[Tx]:
        """A transaction that is undone at its end."""
        with contextlib.suppress(_Undone):
            async with self.transaction(process) as tx:
                yield tx
                raise _Undone

    async def do(self, what: Callable[[Tx], Awaitable[Came]], process: str = "one") -> Came:
        """`what` in a transaction of its own."""
        async with self.transaction(process) as tx:
            return await what(tx)

    async def soon(self) -> None:
        """Whoever can go on has gone on."""
        await self.clock.sleep(SOON_S)

    async def have(self, *ids: MatchId, **fields: object) -> None:
        """Matches that were saved once: their version is 1."""
        for id_ in ids or (MATCH,):
            await self.do(lambda tx, id_=id_: matches.create(tx, [a_match(id=id_)]))  # type: ignore[misc]
            await self.save(id_, version=0, **fields)

    async def save(self, id_: MatchId = MATCH, *, process: str = "one", **fields: object) -> set[MatchId]:
        """Save a match as it is by default but for `fields`; the ids that were lost."""
        return await self.do(lambda tx: matches.save(tx, [a_save(id_, **fields)]), process)

    async def match(self, id_: MatchId = MATCH) -> Match:
        """The row as it is."""
        return (await self.do(lambda tx: matches.lock(tx, [id_])))[id_]

    async def stream(self) -> list[Change]:
        """The change stream from its beginning."""
        return await self.do(lambda tx: changes.after(tx, ChangeSeq(0), 1_000))


def a_save(id_: MatchId = MATCH, *, visible: bool = True, **fields: object) -> Save:
    """A match to be saved, by default under version 1."""
    known = {"incidents", "revisions", "pauses", "applied"} & fields.keys()
    parts = {name: fields.pop(name) for name in known}
    parts.setdefault("applied", frozenset({Group.STATUS}))
    return Save(match=a_match(id=id_, **fields), visible=visible, **parts)  # type: ignore[arg-type]
