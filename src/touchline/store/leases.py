"""Leases: who does what only one process of the cluster may do at a time.

A lease ends by real time, the database's own, so that a process that died or lost its way is followed by
another after `ttl_s`, and nobody need agree on the time.
"""

from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("leases")


async def take(tx: Tx, name: str, holder: str, ttl_s: float) -> bool:
    """Whether `name` is `holder`'s for the next `ttl_s` real seconds: was his, was nobody's, or had run out.

    Whoever wants to keep it takes it again in time.
    """
    return await tx.row(SQL["take"], {"name": name, "holder": holder, "ttl_s": ttl_s}) is not None


async def release(tx: Tx, holder: str) -> None:
    """Give back everything `holder` has, so that nobody waits for it to run out."""
    await tx.execute(SQL["release"], {"holder": holder})
