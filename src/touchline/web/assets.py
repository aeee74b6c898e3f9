"""The files the pages load: style, scripts, icons. Few and small, held in memory, packed once.

Their address carries a fingerprint of all of them, so a browser may keep them for ever.
"""

from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

import brotli
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from touchline.errors import NotFound
from touchline.web.encodings import Encoding, choose, encode
from touchline.web.icons import DRAWN, drawn
from touchline.web.pages.manifest import manifest
from touchline.web.queries import QUERY, Asked

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
ASK = "no-cache"
WORKER = "sw.js"
"""The service worker: it is loaded by an address of its own, above everything it serves."""
ENTRY = "page.js"
"""The script a page names; it loads the other modules."""
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
PACKED = frozenset({".css", ".js", ".svg", ".txt"})


class Asset(NamedTuple):
    """One file as it is sent."""

    name: str
    body: bytes
    media_type: str
    cache_control: str


class Assets:
    """Every file of `static/`, and the icons drawn by ourselves."""

    def __init__(self) -> None:
        folder = files("touchline.web") / "static"
        self._files = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
        fingerprint = blake2b(digest_size=6)
        for name in sorted(self._files):
            fingerprint.update(name.encode() + self._files[name])
        self._version = fingerprint.hexdigest()
        self._packed: dict[tuple[str, Encoding], bytes] = {}

    @property
    def modules(self) -> list[str]:
        """The scripts that the entry loads."""
        return sorted(name for name in self._files if name.endswith(".js") and name not in {ENTRY, WORKER})

    def url(self, name: str) -> str:
        """Where a page finds the file called `name`."""
        if name not in self._files and name not in DRAWN:
            raise NotFound("asset", name)
        return f"/static/{self._version}/{name}"

    def get(self, version: str, name: str) -> Asset:
        """The file called `name`. One asked for under an old address is not kept for long."""
        media_type = MEDIA_TYPES.get("." + name.rpartition(".")[2], "application/octet-stream")
        return Asset(name, self._body(name), media_type, FOREVER if version == self._version else BRIEFLY)

    def packed(self, asset: Asset, encoding: Encoding) -> bytes:
        """Its body in that encoding, as small as it gets: it is packed once."""
        key = (asset.name, encoding)
        if key not in self._packed:
            best = encoding is Encoding.BROTLI
            self._packed[key] = brotli.compress(asset.body) if best else encode(asset.body, encoding)
        return self._packed[key]

    def _body(self, name: str) -> bytes:
        """Raises NotFound."""
        if name not in self._files and name in DRAWN:
            self._files[name] = drawn(name)
        if name not in self._files:
            raise NotFound("asset", name)
        return self._files[name]


def asset_routes(assets: Assets) -> list[HTTPRouteHandler]:
    """The files, and the two that have an address of their own."""

    @get("/static/{version:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
    def asset(request: Asked, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        """One file of the pages."""
        return _sent(request, assets, assets.get(version, name))

    @get(f"/{WORKER}", opt={QUERY: ("v",)}, include_in_schema=False, sync_to_thread=False)
    def worker(request: Asked) -> Response[bytes]:
        """The service worker; `v` is the fingerprint it is to keep the files of."""
        return _sent(request, assets, assets.get("", WORKER)._replace(cache_control=ASK))

    @get("/manifest.webmanifest", include_in_schema=False, sync_to_thread=False)
    def installing() -> Response[bytes]:
        """How the pages are installed on a home screen."""
        headers = {"Cache-Control": BRIEFLY}
        return Response(manifest(assets.url), media_type="application/manifest+json", headers=headers)

    return [asset, worker, installing]


def _sent(request: Asked, assets: Assets, asset: Asset) -> Response[bytes]:
    headers = {"Cache-Control": asset.cache_control}
    if "." + asset.name.rpartition(".")[2] not in PACKED:
        return Response(asset.body, media_type=asset.media_type, headers=headers)
    encoding = choose(", ".join(request.headers.getall("accept-encoding", []))).packed
    headers["Vary"] = "Accept-Encoding"
    if encoding is not Encoding.IDENTITY:
        headers["Content-Encoding"] = encoding
    return Response(assets.packed(asset, encoding), media_type=asset.media_type, headers=headers)
