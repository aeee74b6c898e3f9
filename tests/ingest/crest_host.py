"""A host of logos that answers as it is told, and logos to give: real bytes, real sockets."""

import asyncio
import ssl
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from PIL import Image
from tests.provider.server import Reply, says

PNG = "image/png"


def a_logo(
    size: tuple[int, int] = (64, 64),
    *,
    colour: str = "#0b4da2",
    form: str = "PNG",
    mode: str = "RGBA",
    **save: Any,
) -> bytes:
    """A picture of one colour; fully opaque unless the colour says otherwise."""
    out = BytesIO()
    Image.new("RGBA", size, colour).convert(mode).save(out, form, **save)
    return out.getvalue()


def gives(body: bytes, media_type: str = PNG, *, status: int = 200, **headers: str) -> Reply:
    """A whole answer; `retry_after` is the header `Retry-After`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return says(body, status=status, headers={"Content-Type": media_type, **named})


def leads_to(location: str, status: int = 302) -> Reply:
    """A redirect."""
    return says(b"", status=status, headers={"Location": location})


class LogoHost:
    """Answers each path with what `answers` has for it, `always` for any other."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Reply] = {}
        self.always: Reply = gives(a_logo())
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._tls = trust
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/logo.png") -> str:
        return f"http://{self.authority}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = first.split(" ", 2)[1]
            headers = dict(line.lower().split(": ", 1) for line in lines if line)
            self.asked.append((path, headers))
            await self.answers.get(path, self.always)(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()
