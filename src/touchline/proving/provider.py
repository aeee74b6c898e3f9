"""The provider of a simulation: it tells a scene over HTTP and by push, without a network in between.

What it says comes from the simulator, and passes the same outlet of faults. On the way to each process
it takes seeded time; the way can break.
"""

from collections.abc import AsyncIterator, Callable
from random import Random

import httpx2
import msgspec
from msgspec import Struct

from touchline.clock import Clock
from touchline.proving.trace import Trace
from touchline.simulator.answers import WrongQuestion, answer
from touchline.simulator.faults.outlet import ROOT
from touchline.simulator.outlet import Outlet, Reply
from touchline.simulator.scene import Scene
from touchline.simulator.script import Frame

ANSWER_S = (0.01, 0.25)
"""How long an answer takes, real seconds."""
SILENCE_S = 30.0
PIECE = b" " * 65_536
HANGS = 0.5
"""Share of the questions to a dead provider that wait; the others are refused."""

Hears = Callable[[bytes], None]


class Asked(Struct, frozen=True):
    """One question that reached the provider."""

    at: float
    process: str
    path: str


class Provider:
    """Answers and pushes what `scene` says, as long as it is not `dead`."""

    def __init__(self, scene: Scene, clock: Clock, outlet: Outlet, rng: Random, trace: Trace) -> None:
        self.dead = False
        self.scene = scene
        self.on_asked: Callable[[Asked], None] = lambda _asked: None
        self.on_connected: Callable[[str], None] = lambda _process: None
        self._clock = clock
        self._outlet = outlet
        self._rng = rng
        self._trace = trace
        self._lines: dict[str, Hears] = {}
        self.ends_at = float("inf")
        """Football time after which nothing happens any more."""

    # ------------------------------------------------------------ push

    def connect(self, process: str, hears: Hears) -> None:
        """From now on `hears` is told what is pushed; a process has one line."""
        self._lines[process] = hears
        self.on_connected(process)

    def disconnect(self, process: str) -> None:
        """The line of `process` is gone."""
        self._lines.pop(process, None)

    async def push(self, frame: Frame) -> None:
        """Push `frame` to every line."""
        if self.dead:
            return
        self._trace.say("push", bytes=len(frame.payload), lines=len(self._lines))
        for hears in self._lines.values():
            hears(frame.payload)

    # ------------------------------------------------------------ answers

    async def answer(self, process: str, path: str, query: dict[str, str]) -> Reply:
        """What `process` is answered. Raises httpx2.TransportError when it is not."""
        await self._clock.sleep(self._rng.uniform(*ANSWER_S))
        if self.dead:
            await self._leave_alone()
        self.on_asked(Asked(self._clock.monotonic(), process, path))
        reply = await self._outlet.reply(path, query, self._reply(path, query))
        self._trace.say("answer", process, path=path, status=reply.status, bytes=len(reply.body))
        await self._clock.sleep(reply.delay_s + self._rng.uniform(*ANSWER_S))
        if self.dead or reply.reset:
            raise httpx2.ReadError("the connection was reset")
        return reply

    async def _leave_alone(self) -> None:
        if self._rng.random() < HANGS:
            await self._clock.sleep(SILENCE_S)
        raise httpx2.ConnectError("nobody is there")

    def _reply(self, path: str, query: dict[str, str]) -> Reply:
        now = self._outlet.instant(path, min(self._clock.now(), self.ends_at))
        try:
            body = answer(self.scene, path.removeprefix(ROOT), query, now)
        except WrongQuestion as error:
            return Reply(200, msgspec.json.encode({"code": 400, "msg": str(error)}))
        if body is None:
            return Reply(404, b'{"code": 404, "msg": "Not Found"}')
        return Reply(200, msgspec.json.encode(body))


class Wire(httpx2.AsyncBaseTransport):
    """The way of one process's questions to the provider, where others have a network."""

    def __init__(self, provider: Provider, process: str) -> None:
        self._provider = provider
        self._process = process

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        reply = await self._provider.answer(self._process, request.url.path, dict(request.url.params))
        headers = [("content-type", reply.content_type), *reply.headers]
        return httpx2.Response(reply.status, headers=headers, stream=_Body(reply))


class _Body(httpx2.AsyncByteStream):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        reply = self._reply
        if reply.cut_at is not None:
            yield reply.body[: reply.cut_at]
            raise httpx2.RemoteProtocolError("the body is shorter than was announced")
        yield reply.body
        for _ in range(reply.padding // len(PIECE)):
            yield PIECE
