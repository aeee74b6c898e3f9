"""A real Mosquitto on free ports of the loopback, and a proxy that cuts its connections."""

import asyncio
import os
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import aiomqtt
from tests.shared import program


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Mosquitto:
    """A broker over TCP, TLS and WebSocket. It can be killed and started again on the same ports."""

    def __init__(
        self, directory: Path, *, settings: str = "allow_anonymous true", secure: bool = False
    ) -> None:
        self._program = program("mosquitto")
        self._directory = directory
        self.ports = dict(zip(("mqtt", "ws", "mqtts", "wss"), free_ports(4), strict=True))
        self.ca_file = str(directory / "certificate.pem") if secure else ""
        self._config = directory / "mosquitto.conf"
        self._config.write_text(self._written(settings))
        self._process: asyncio.subprocess.Process | None = None

    def url(self, scheme: str = "mqtt") -> str:
        path = "/mqtt" if scheme in {"ws", "wss"} else ""
        return f"{scheme}://127.0.0.1:{self.ports[scheme]}{path}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start, and wait until connections are taken."""
        command = (self._program, "-c", str(self._config))
        self._process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
        async with asyncio.timeout(10):
            while not await _listens(self.ports["ws"]):  # noqa: ASYNC110 - a process has no event
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it as a crash would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await process.wait()

    async def publish(self, topic: str, *payloads: bytes) -> None:
        """Publish from a client of its own."""
        async with aiomqtt.Client("127.0.0.1", self.ports["mqtt"]) as client:
            for payload in payloads:
                await client.publish(topic, payload)

    def _written(self, settings: str) -> str:
        lines = ["log_dest none", "user root" if os.geteuid() == 0 else "", settings]
        for scheme, port in self.ports.items():
            secure = scheme in {"mqtts", "wss"}
            if secure and not self.ca_file:
                continue
            lines.append(f"listener {port} 127.0.0.1")
            lines += ["protocol websockets"] if scheme in {"ws", "wss"} else []
            lines += [f"certfile {self.ca_file}", f"keyfile {self._key()}"] if secure else []
        return "\n".join(lines) + "\n"

    def _key(self) -> Path:
        """The key of a certificate for 127.0.0.1, made when it is first asked for."""
        key = self._directory / "key.pem"
        if not key.exists():
            command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
            command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
            command += ["-keyout", str(key), "-out", self.ca_file]
            subprocess.run(command, check=True, capture_output=True)
        return key


class Proxy:
    """Stands before a broker, counts the connections through it, and cuts them."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._open: set[asyncio.StreamWriter] = set()
        self.opened = 0
        self.most_at_once = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    @property
    def now(self) -> int:
        """Connections that are open now."""
        return len(self._open)

    def cut(self) -> None:
        """Tear down every connection."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self._open.add(writer)
        self.most_at_once = max(self.most_at_once, len(self._open))
        try:
            inner_reader, inner = await asyncio.open_connection("127.0.0.1", self._behind)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, inner))
                group.create_task(_pump(inner_reader, writer))
        except OSError:
            return
        finally:
            self._open.discard(writer)
            writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
