"""The files the pages load: style, scripts, icon. Few and small, held in memory.

Their address carries a fingerprint of all of them, so a browser may keep them for ever.
"""

from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

from touchline.errors import NotFound

FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


class Asset(NamedTuple):
    """One file as it is sent."""

    body: bytes
    media_type: str
    cache_control: str


class Assets:
    """Every file of `static/`."""

    def __init__(self) -> None:
        folder = files("touchline.web") / "static"
        self._files = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
        fingerprint = blake2b(digest_size=6)
        for name in sorted(self._files):
            fingerprint.update(name.encode() + self._files[name])
        self._version = fingerprint.hexdigest()

    def url(self, name: str) -> str:
        """Where a page finds the file called `name`."""
        if name not in self._files:
            raise NotFound("asset", name)
        return f"/static/{self._version}/{name}"

    def get(self, version: str, name: str) -> Asset:
        """The file called `name`. One asked for under an old address is not kept for long."""
        if name not in self._files:
            raise NotFound("asset", name)
        media_type = MEDIA_TYPES["." + name.rpartition(".")[2]]
        return Asset(self._files[name], media_type, FOREVER if version == self._version else BRIEFLY)
