"""Crests: the logos to ask for, what came of asking, and the pictures made of them."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("crests")

SIZES = (48, 160)
"""Edges of the squares a crest is kept in, in px: a row's and the match page's. Its path names the larger."""
LEASE_S = 120
"""How long a claimed logo is left to whoever claimed it."""


class Errand(Struct, frozen=True, kw_only=True):
    """A logo to ask for. `etag` and `last_modified` are what its host last said, empty for nothing."""

    kind: str
    id: str
    url: str
    host: str
    """Host and port as the address has them; empty where it is no address."""
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    """In a row, until now."""


class Picture(Struct, frozen=True):
    """One size of a crest, as WebP."""

    fingerprint: str
    image: bytes


async def enlist(tx: Tx) -> int:
    """Note the logos of what is played around now; how many are new or have a new address."""
    return await tx.execute(SQL["enlist"], {"now": tx.now})


async def claim(tx: Tx, resting: Sequence[str] = ()) -> Errand | None:
    """The next logo that is due, from none of the hosts that are `resting`; nobody else gets it for LEASE_S."""
    rows = await tx.rows_as(dict, SQL["claim"], {"lease_s": LEASE_S, "resting": list(resting)})
    return msgspec.convert(rows[0], Errand) if rows else None


async def keep(
    tx: Tx,
    errand: Errand,
    pictures: Mapping[int, bytes],
    fingerprint: str,
    *,
    etag: str,
    last_modified: str,
    wait_s: float,
) -> bool:
    """Keep the crest in every size; False, and nothing kept, where its address was changed meanwhile."""
    answer = {"etag": etag, "last_modified": last_modified, "wait_s": wait_s, "fingerprint": fingerprint}
    if not await tx.execute(SQL["answered"], _key(errand) | answer):
        return False
    drawn = {"sizes": list(pictures), "images": list(pictures.values())}
    await tx.execute(SQL["draw"], _key(errand) | drawn)
    return True


async def unchanged(tx: Tx, errand: Errand, wait_s: float) -> None:
    """The host says that it is still the same; asked again after `wait_s`."""
    same = {"etag": errand.etag, "last_modified": errand.last_modified, "fingerprint": None}
    await tx.execute(SQL["answered"], _key(errand) | same | {"wait_s": wait_s})


async def refuse(tx: Tx, errand: Errand, reason: str, wait_s: float) -> None:
    """Nothing came of it; asked again after `wait_s`."""
    await tx.execute(SQL["refuse"], _key(errand) | {"reason": reason, "wait_s": wait_s})


async def picture(tx: Tx, kind: str, id_: str, size: int) -> Picture | None:
    """One size of the crest of a team or competition."""
    row = await tx.row(SQL["picture"], {"kind": kind, "id": id_, "size": size})
    return Picture(row[0], row[1]) if row else None


def _key(errand: Errand) -> dict[str, object]:
    return {"kind": errand.kind, "id": errand.id, "url": errand.url}
