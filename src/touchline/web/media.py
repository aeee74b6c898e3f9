"""Pictures under `/media/`: the crests of teams and competitions.

The address of a crest names its content and may be kept for ever. One that names an earlier content
gives the present one, for a minute. The last used ones are held in memory, so that they outlive the
database; where neither has it, the page shows the monogram that lies beneath.
"""

import asyncio
import re
from collections import OrderedDict
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.params import FromPath

from touchline.clock import Clock, now_ms
from touchline.errors import NotFound, StaleWrite, StoreUnavailable
from touchline.store import crests
from touchline.store.crests import Picture
from touchline.store.db import Database
from touchline.web.assets import BRIEFLY, FOREVER
from touchline.web.queries import Asked

SIZES = crests.SIZES
MEDIA_TYPE = "image/webp"
NAME = re.compile(r"(?P<id>[a-z0-9]{6,32})-(?P<fingerprint>[0-9a-f]{12})-(?P<size>48|160)\.webp")
KINDS = frozenset({"team", "competition"})
HELD_BYTES_MAX = 16 * 1024 * 1024
"""Of pictures in memory; the least recently used goes first."""
READS_MAX = 4
"""Reads under way at once: pictures leave the connections to what is played. Others wait and find it held."""
READ_TIMEOUT_S = 2.0
REST_S = 1.0
"""After a failed read the database is left alone for so long."""


class Crest(NamedTuple):
    """A picture as it is sent."""

    body: bytes
    etag: str
    cache_control: str

    def held_by(self, if_none_match: str) -> bool:
        """Whether `If-None-Match` names this picture (weak comparison, as RFC 9110, 13.1.2, wants)."""
        named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
        return self.etag in named or named == ["*"]


class Key(NamedTuple):
    """Whose crest, and in which size."""

    kind: str
    id: str
    size: int


def at_size(logo: str, size: int) -> str:
    """The address of the crest `logo` in another size of `SIZES`."""
    return f"{logo.removesuffix(f'-{SIZES[-1]}.webp')}-{size}.webp"


class Crests:
    """Hands out crests, from memory where it can."""

    def __init__(self, database: Database, clock: Clock, held_bytes_max: int = HELD_BYTES_MAX) -> None:
        self._database = database
        self._clock = clock
        self._held_bytes_max = held_bytes_max
        self._held: OrderedDict[Key, Picture] = OrderedDict()
        self._bytes = 0
        self._reading = asyncio.Semaphore(READS_MAX)
        self._rest_until = float("-inf")

    async def find(self, kind: str, name: str) -> Crest:
        """The crest at `/media/crests/<kind>/<name>`.

        Raises NotFound, also for one that is not held while the database does not answer.
        """
        asked = NAME.fullmatch(name)
        if asked is None or kind not in KINDS:
            raise NotFound("crest", name)
        key = Key(kind, asked["id"], int(asked["size"]))
        found = await self._picture(key, asked["fingerprint"])
        if found is None:
            raise NotFound("crest", name)
        return Crest(
            body=found.image,
            etag=f'"{found.fingerprint}-{key.size}"',
            cache_control=FOREVER if found.fingerprint == asked["fingerprint"] else BRIEFLY,
        )

    async def _picture(self, key: Key, fingerprint: str) -> Picture | None:
        """The picture asked for, else the present one, else the one last held."""
        if (held := self._current(key, fingerprint)) is not None:
            return held
        async with self._reading:
            if (held := self._current(key, fingerprint)) is not None:
                return held
            try:
                read = await self._read(key)
            except StoreUnavailable:
                return self._held.get(key)
        if read is not None:
            self._hold(key, read)
        return read

    def _current(self, key: Key, fingerprint: str) -> Picture | None:
        """The held picture, if it is the one asked for."""
        held = self._held.get(key)
        if held is None or held.fingerprint != fingerprint:
            return None
        self._held.move_to_end(key)
        return held

    async def _read(self, key: Key) -> Picture | None:
        if self._clock.monotonic() < self._rest_until:
            raise StoreUnavailable("the database does not answer")
        try:
            async with self._database.transaction(now_ms(self._clock), within_s=READ_TIMEOUT_S) as tx:
                return await crests.picture(tx, *key)
        except (StoreUnavailable, StaleWrite) as error:
            self._rest_until = self._clock.monotonic() + REST_S
            raise StoreUnavailable("the database does not answer") from error

    def _hold(self, key: Key, picture: Picture) -> None:
        self._bytes += len(picture.image) - len(self._held[key].image if key in self._held else b"")
        self._held[key] = picture
        self._held.move_to_end(key)
        while self._bytes > self._held_bytes_max:
            self._bytes -= len(self._held.popitem(last=False)[1].image)


def crest_route(crests: Crests) -> Any:
    """`/media/crests/<kind>/<id>-<fingerprint>-<size>.webp`."""

    @get("/media/crests/{kind:str}/{name:str}", include_in_schema=False)
    async def crest(request: Asked, kind: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        """One size of a crest."""
        found = await crests.find(kind, name)
        headers = {"Cache-Control": found.cache_control, "ETag": found.etag}
        held = found.held_by(request.headers.get("if-none-match", ""))
        return Response(
            b"" if held else found.body,
            status_code=304 if held else 200,
            media_type=MEDIA_TYPE,
            headers=headers,
        )

    return crest
