"""HTTP on one connection: what uvicorn leaves open is closed here, before anything is answered.

A request has a size and a time; answers come in the order of the requests, refusals too; at the end
what is under way is finished. A GET or HEAD is held back until its message is complete and offered to
whoever answers at once; what he does not take, and everything else, goes to the framework.
"""

import asyncio
from abc import ABC, abstractmethod
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import unquote

import httptools
from uvicorn._types import ASGI3Application, ASGISendEvent, HTTPScope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from touchline.web import gets
from touchline.web.cut import cut
from touchline.web.gets import Get
from touchline.web.lane import Lane
from touchline.web.refusals import BAD_REQUEST, HEAD_TOO_LARGE, TOO_LARGE, TOO_LONG, TOO_SLOW, Refusal
from touchline.web.requests import UNROUTED
from touchline.web.sweep import BODY_S, HEADERS_S, IDLE_S, LINGER_S, UNREAD_S

HEAD_BYTES_MAX = 16 * 1024
HEADERS_MAX = 100
URL_BYTES_MAX = 8 * 1024
BODY_BYTES_MAX = 1024 * 1024
"""With its framing. Nothing here takes more."""
PIPELINE_MAX = 64
"""Requests that wait behind an unfinished answer. Where one more comes, the last closes the connection."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Stage(Enum):
    """Where the reading of a connection stands."""

    BETWEEN = IDLE_S
    """No request has begun."""
    HEAD = HEADERS_S
    BODY = BODY_S
    OVER = LINGER_S
    """Nothing more is read."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s


class Room(NamedTuple):
    """How much of a request is read, and what is said to more."""

    bytes_max: int
    refusal: Refusal


ROOM = {Stage.HEAD: Room(HEAD_BYTES_MAX, HEAD_TOO_LARGE), Stage.BODY: Room(BODY_BYTES_MAX, TOO_LARGE)}


class Cycle(RequestResponseCycle):
    """A request and its answer in the framework."""

    async def send(self, message: ASGISendEvent) -> None:
        if self.waiting_for_100_continue:  # whether the body comes now, nobody can know
            self.keep_alive = False
        await super().send(message)


class Framing(HttpToolsProtocol, ABC):
    """One connection. A subclass answers by `_serve`, or by `_in_turn` behind answers that are due."""

    cycle: RequestResponseCycle | None  # type: ignore[assignment]
    """The newest request given to the framework, while its answer is unfinished."""

    def __init__(
        self,
        lane: Lane,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._lane = lane
        self._stage = Stage.BETWEEN
        self._aged_s = IDLE_S - HEADERS_S  # who opens a connection has something to say
        self._begun = 0
        self._head_bytes = 0
        self._stage_bytes = 0
        self._get: Get | None = None
        self._given = False
        self._served: Get | None = None
        self._flaw = BAD_REQUEST
        self._last_word = b""
        self._draining = False
        self._running: RequestResponseCycle | None = None
        self._unread_bytes = 0
        self._unread_s = 0.0

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._lane.sweep.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lane.sweep.connections.discard(self)
        self._stage = Stage.OVER
        self.pipeline.clear()
        if self._running is not None:  # uvicorn tells the newest request only
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        stage, self._begun = self._stage, 0
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(self._flaw)
            return
        if not self._begun:
            self._read_on(stage, len(data))
        elif stage is Stage.BETWEEN and self._begun == 1 and self._served is not None:
            self._lane.memory.keep(data, self._served)

    def shutdown(self) -> None:
        """The server stops: finish the answer under way, then close."""
        self._draining = True
        if self.cycle is None:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def abort(self) -> None:
        """End at once; what the client has not taken is lost."""
        cut(self.transport)

    def age(self, elapsed_s: float) -> None:
        """Time has passed. A client that keeps us waiting too long is let go."""
        if self._is_stuck(elapsed_s):
            self.abort()
        elif self._is_ours_to_move():
            self._aged_s = 0.0
        else:
            self._aged_s += elapsed_s
            if self._aged_s >= self._stage.patience_s:
                self._let_go()

    # The parser

    def on_message_begin(self) -> None:
        if self._stage is Stage.OVER:
            return
        self._begun += 1
        self._served, self._given = None, False
        self._enter(Stage.HEAD)
        self._head_bytes = 0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_url(self, url: bytes) -> None:
        if self._stage is Stage.OVER:
            return
        self.url += url
        self._head_bytes += len(url)
        if len(self.url) > URL_BYTES_MAX:
            raise self._flawed(TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._stage is not Stage.HEAD:  # a trailer, which says nothing we read
            return
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > HEAD_BYTES_MAX or len(self.headers) >= HEADERS_MAX:
            raise self._flawed(HEAD_TOO_LARGE)
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._stage is Stage.OVER:
            return
        self._enter(Stage.BODY)
        keep_alive = self._keeps_alive()
        self._get = gets.read(self.parser.get_method(), self.url, self.headers, keep_alive=keep_alive)
        if self._get is None:
            self._ask(self.app)
            self._given = True
        else:
            self._invite()

    def on_body(self, body: bytes) -> None:
        if self._stage is Stage.BODY and self._get is None and self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._stage is Stage.OVER:
            return
        self._enter(Stage.BETWEEN)
        get, self._get = self._get, None
        if get is None:
            if self.cycle is not None:
                super().on_message_complete()
        elif self.cycle is not None or self.flow.write_paused:
            self._ask(self._in_turn(get))
        elif self._serve(get):
            self._served = get
        else:
            self._ask(self.app)

    def _feed(self, data: bytes) -> None:
        """Feed the parser; an upgrade we don't do is no reason to lose what comes behind it."""
        while data and self._stage is not Stage.OVER:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
            else:
                return

    def _read_on(self, before: Stage, size: int) -> None:
        """Count what a head or a body takes where the parser does not show it to us before its end."""
        if before is Stage.BETWEEN:
            self._enter(Stage.HEAD)  # empty lines before a request
        elif self._stage is before:
            self._stage_bytes += size
        room = ROOM.get(self._stage)
        if room is not None and self._stage_bytes > room.bytes_max:
            self._refuse(room.refusal)

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        self._aged_s = 0.0
        self._stage_bytes = 0

    def _keeps_alive(self) -> bool:
        return (
            self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive() and not self._draining
        )

    def _invite(self) -> None:
        """Let a client send the body it announced, once its turn has come; ours is to read it over."""
        if self._get is not None and self.expect_100_continue and self.cycle is None:
            self.transport.write(CONTINUE)
            self.expect_100_continue = False

    # Answers

    @abstractmethod
    def _serve(self, get: Get) -> bool:
        """Answer `get` now, nothing else being due on this connection; False leaves it to the framework."""

    @abstractmethod
    def _in_turn(self, get: Get) -> ASGI3Application:
        """What answers `get` when the answers before it are given."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _ask(self, app: ASGI3Application) -> None:
        """Have `app` answer the request that was read, at once or when its turn comes."""
        if len(self.pipeline) >= PIPELINE_MAX:
            self.pipeline[0][0].keep_alive = False  # the newest that waits
            self._enter(Stage.OVER)
            return
        waits_for = self.cycle
        self.cycle = Cycle(
            scope=self._scope(),
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self._keeps_alive(),
            on_response=self.on_response_complete,
        )
        if waits_for is None:
            self._start_asgi_task(self.cycle, app)
            return
        self.flow.pause_reading()
        self.pipeline.appendleft((self.cycle, app))

    def _scope(self) -> HTTPScope:
        parsed = httptools.parse_url(self.url)
        path = parsed.path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": self.parser.get_http_version(),
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": self.parser.get_method().decode("ascii"),
            "root_path": self.root_path,
            "path": unquote(path) if "%" in path else path,
            "raw_path": parsed.path,
            "query_string": parsed.query or b"",
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._aged_s, self._running = 0.0, None
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self.cycle = None
        self._invite()
        if self._last_word:
            self._part(self._last_word)

    # The end

    def _refuse(self, refusal: Refusal) -> None:
        """Say what is wrong with the request, behind the answers that are still due, and close."""
        if self._stage is Stage.OVER:
            return
        word = self._worded(refusal)
        given = self._stage is Stage.BODY and self._given
        self._enter(Stage.OVER)
        if given and self.pipeline:
            self.pipeline.popleft()  # its turn would come, but never the rest of it
            self._last_word = word
        elif given and self.cycle is not None:
            self._give_up(self.cycle, word)
        elif self.cycle is None:
            self._part(word)
        else:
            self._last_word = word

    def _worded(self, refusal: Refusal) -> bytes:
        requests = self._lane.requests
        own_id, lines = requests.dress(None, UNROUTED)
        lines += self._lane.server_lines(self.server_state.default_headers)
        status, word = refusal.render(own_id, lines)
        requests.count(UNROUTED, "other", status, 0.0, len(word))
        return word

    def _give_up(self, cycle: RequestResponseCycle, word: bytes) -> None:
        """The framework will never have the whole of the request it is answering."""
        cycle.disconnected = True
        cycle.message_event.set()
        self.cycle = None
        if cycle.response_started:
            self.transport.close()
        else:
            self._part(word)

    def _part(self, word: bytes) -> None:
        """Say the last word and wait until the client has had time to read it."""
        self.transport.write(word)
        self.transport.write_eof()

    def _flawed(self, refusal: Refusal) -> Exception:
        self._flaw = refusal
        return ValueError(refusal.kind)

    def _is_stuck(self, elapsed_s: float) -> bool:
        """Whether the client has taken nothing of what waits for it for too long."""
        unread = self.transport.get_write_buffer_size()
        if unread and unread == self._unread_bytes:
            self._unread_s += elapsed_s
        else:
            self._unread_s = 0.0
        self._unread_bytes = unread
        return self._unread_s >= UNREAD_S

    def _is_ours_to_move(self) -> bool:
        """Whether it is not the client that we wait for, or it has its answer to read first."""
        if self._unread_bytes or self.flow.read_paused:
            return True
        return self.cycle is not None and (self._get is not None or self._stage in {Stage.BETWEEN, Stage.OVER})

    def _let_go(self) -> None:
        if self._stage in {Stage.HEAD, Stage.BODY}:
            self._refuse(TOO_SLOW)
        elif self._stage is Stage.BETWEEN:
            self.transport.close()
        else:
            self.abort()
