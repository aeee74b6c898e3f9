"""A whole page as it is sent: packed once an encoding, asked about by its ETag."""

from collections.abc import Sequence
from hashlib import blake2b

from litestar import MediaType, Response
from litestar.datastructures import Cookie

from touchline.web.encodings import Encoding, choose, encode
from touchline.web.queries import Asked

NO_CACHE = "no-cache"
"""A browser asks each time, and is told in a few bytes where nothing is different."""
VARY = "Accept-Encoding, Cookie"


class Sheet:
    """One page. Who asks for an encoding first waits for it to be made."""

    def __init__(self, html: str) -> None:
        self.body = html.encode()
        self._tag = blake2b(self.body, digest_size=12).hexdigest()
        self._packed: dict[Encoding, bytes] = {Encoding.IDENTITY: self.body}

    def answer(self, request: Asked, cookies: Sequence[Cookie] = ()) -> Response[bytes]:
        """The page as the client takes it, or 304 where he holds it."""
        encoding = choose(", ".join(request.headers.getall("accept-encoding", []))).packed
        tag = f'"{self._tag}-{encoding}"'
        headers = {"ETag": tag, "Cache-Control": NO_CACHE, "Vary": VARY}
        named = ", ".join(request.headers.getall("if-none-match", []))
        if tag in {each.strip().removeprefix("W/") for each in named.split(",")}:
            return Response(b"", status_code=304, headers=headers, cookies=list(cookies))
        if encoding is not Encoding.IDENTITY:
            headers["Content-Encoding"] = encoding
        return Response(self._in(encoding), media_type=MediaType.HTML, headers=headers, cookies=list(cookies))

    def _in(self, encoding: Encoding) -> bytes:
        if encoding not in self._packed:
            self._packed[encoding] = encode(self.body, encoding)
        return self._packed[encoding]
