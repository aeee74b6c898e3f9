"""TheSports over HTTP: asks, and gives what the answer says. Nobody else asks.

Every method raises a ProviderError when there is no answer; callers take that as "no data".
Account name and secret are added to a request at the last moment and appear nowhere else.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Self, TypeVar

import httpx2
import structlog
from msgspec import Struct
from msgspec.structs import replace

from touchline.clock import Clock
from touchline.errors import (
    ProviderAnswer,
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderTransient,
)
from touchline.metrics import Metrics
from touchline.provider.budget import Budget
from touchline.provider.port import (
    DeletedRead,
    FormRead,
    Kind,
    ProviderState,
    Reading,
    TablesRead,
    TeamCountersRead,
    UpdatesRead,
)
from touchline.provider.recorder import Recorder
from touchline.provider.resilience import RETRY_WAITS_S, Breaker, BreakerState, Ticket
from touchline.provider.thesports import endpoints, wire
from touchline.provider.thesports.endpoints import Endpoint
from touchline.provider.thesports.envelope import PROVIDER, Answer, http_failure, open_answer
from touchline.provider.thesports.gate import Gate
from touchline.settings.parts import TheSports as TheSportsSettings

BODY_MAX = 32 * 1024 * 1024
OFF_LOOP_FROM = 1024 * 1024
"""Larger bodies are decoded and read in a thread, so that the loop is not held up."""
CONNECTIONS_MAX = 10
PROVIDER_ZONE = timezone(timedelta(hours=8))
"""The provider's day runs on UTC+8."""

T = TypeVar("T")


class Call(Struct, frozen=True):
    """One question: an endpoint, its parameters without credentials, the match it is about."""

    endpoint: Endpoint
    params: Mapping[str, str]
    match_id: str | None = None


class TheSports:
    """A client of TheSports' football API with its breaker, retries, budget and state.

    `transport` stands in for the network where there is none.
    """

    def __init__(
        self,
        settings: TheSportsSettings,
        clock: Clock,
        metrics: Metrics,
        budget: Budget,
        recorder: Recorder | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._budget = budget
        self._recorder = recorder
        self._transport = transport
        self._breaker = Breaker(PROVIDER, clock, metrics)
        self._gate = Gate(clock)
        self._log = structlog.get_logger().bind(provider=PROVIDER)

    async def __aenter__(self) -> Self:
        transport = self._transport or httpx2.AsyncHTTPTransport(
            verify=ssl.create_default_context(cafile=self._settings.ca_file or None),
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=False,
        )
        timeout_s = self._settings.timeout_ms / 1000
        self._http = httpx2.AsyncClient(timeout=timeout_s, transport=transport, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    @property
    def state(self) -> ProviderState:
        """How the provider stands towards us, why, and since when."""
        return self._gate.state

    # ------------------------------------------------------------ what can be asked

    async def detail_live(self) -> Reading:
        """Every match that changed within two hours."""
        answer = await self._ask(Call(endpoints.DETAIL_LIVE, {}))
        return await self._read(answer, lambda: wire.read_detail_live(answer, self._latest()))

    async def live_history(self, match_id: str) -> Reading:
        """One finished match with its lists; an empty reading if the answer does not name it."""
        endpoint = endpoints.LIVE_HISTORY
        answer = await self._ask(Call(endpoint, {endpoint.id_param: match_id}, match_id))
        reading = await self._read(answer, lambda: wire.read_live_history(answer, match_id, self._latest()))
        return self._only(reading, match_id, endpoint)

    async def recent_by_id(self, match_id: str) -> Reading:
        """One match record; an empty reading if the answer does not name it."""
        endpoint = endpoints.RECENT_ONE
        call = Call(endpoint, {endpoint.id_param: match_id}, match_id)
        return self._only(await self._records(call, "recent_list"), match_id, endpoint)

    async def recent_page(self, page: int) -> Reading:
        """A page of the match records from 30 days back onwards; pages count from 1."""
        return await self._records(Call(endpoints.RECENT_LIST, {"page": str(page)}), "recent_list")

    async def recent_since(self, time: int, page: int = 1) -> Reading:
        """A page of the match records changed at or after `time`, oldest change first."""
        params = {"time": str(time)} | ({"page": str(page)} if page > 1 else {})
        return await self._records(Call(endpoints.RECENT_LIST, params), "recent_list")

    async def diary(self, day: date, page: int = 1) -> Reading:
        """A page of the match records of one provider day (UTC+8), with the names that come beside them.

        Asked by the stamp of the day's first second there: "24 h after the stamp" and "the day of
        the stamp" are then the same day.
        """
        first_second = datetime(day.year, day.month, day.day, tzinfo=PROVIDER_ZONE)
        params = {"tsp": str(int(first_second.timestamp())), "page": str(page)}
        return await self._records(Call(endpoints.DIARY, params), "diary")

    async def trend_live(self) -> Reading:
        """How the pressure went, of every match in play."""
        answer = await self._ask(Call(endpoints.TREND_LIVE, {}))
        return await self._read(answer, lambda: wire.read_trend_live(answer))

    async def trend_detail(self, match_id: str) -> Reading:
        """How the pressure went in one match; an empty reading if the answer does not name it."""
        return await self._about(endpoints.TREND_DETAIL, match_id, wire.read_trend_detail)

    async def lineup(self, match_id: str) -> Reading:
        """Who plays in one match; an empty reading while nobody is named."""
        return await self._about(endpoints.LINEUP_DETAIL, match_id, wire.read_lineup)

    async def half_stats(self, match_id: str) -> Reading:
        """The statistics of the halves of one match; an empty reading while there are none."""
        return await self._about(endpoints.HALF_STATS, match_id, wire.read_halves)

    async def half_stats_list(self) -> Reading:
        """The statistics of the halves of every match that changed within two minutes."""
        answer = await self._ask(Call(endpoints.HALF_STATS_LIST, {}))
        return await self._read(answer, lambda: wire.read_halves_list(answer))

    async def team_stats_list(self) -> TeamCountersRead:
        """What the teams did in every match that changed within two minutes."""
        answer = await self._ask(Call(endpoints.TEAM_STATS_LIST, {}))
        return await self._read(answer, lambda: wire.read_team_counters(answer))

    async def data_update(self) -> UpdatesRead:
        """What changed within two minutes besides the score."""
        answer = await self._ask(Call(endpoints.DATA_UPDATE, {}))
        return await self._read(answer, lambda: wire.read_what_changed(answer, self._latest()))

    async def deleted(self) -> DeletedRead:
        """The matches taken back within 24 hours."""
        answer = await self._ask(Call(endpoints.DELETED, {}))
        return await self._read(answer, lambda: wire.read_taken_back(answer))

    async def tables_live(self) -> TablesRead:
        """The tables that changed within ten minutes."""
        answer = await self._ask(Call(endpoints.TABLE_LIVE, {}))
        return await self._read(answer, lambda: wire.read_standings(answer, latest=self._latest()))

    async def season_tables(self, season_id: str) -> TablesRead:
        """The tables of one season, one a group."""
        endpoint = endpoints.SEASON_TABLE
        answer = await self._ask(Call(endpoint, {endpoint.id_param: season_id}))
        return await self._read(answer, lambda: wire.read_standings(answer, season_id, self._latest()))

    async def analysis(self, match_id: str) -> FormRead:
        """What came before one match; empty while the provider has nothing."""
        endpoint = endpoints.ANALYSIS
        answer = await self._ask(Call(endpoint, {endpoint.id_param: match_id}, match_id))
        return await self._read(answer, lambda: wire.read_match_analysis(answer, match_id))

    async def compensation(self, page: int) -> FormRead:
        """A page of how often the teams of coming matches won, drew and lost; pages count from 1."""
        answer = await self._ask(Call(endpoints.COMPENSATION, {"page": str(page)}))
        return await self._read(answer, lambda: wire.read_compensation(answer, self._latest()))

    async def catalogue(
        self,
        kind: Kind,
        *,
        page: int | None = None,
        time: int | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Reading:
        """Named things: a page, what changed since `time`, one by its id, or the whole of a short list."""
        endpoint = endpoints.CATALOGUE[kind]
        given = {"page": page, "time": time, endpoint.id_param: id}
        params = {name: str(value) for name, value in given.items() if value is not None}
        answer = await self._ask(Call(endpoint, params))
        return await self._read(answer, lambda: wire.read_named(answer, kind, self._latest()))

    # ------------------------------------------------------------ how it is asked

    async def _records(self, call: Call, channel: str) -> Reading:
        answer = await self._ask(call)
        return await self._read(answer, lambda: wire.read_match_records(answer, channel, self._latest()))

    async def _about(
        self, endpoint: Endpoint, match_id: str, read: Callable[[Answer, str], Reading]
    ) -> Reading:
        """What `endpoint` says of one match. To say nothing of it is worth no warning: few have these parts."""
        answer = await self._ask(Call(endpoint, {endpoint.id_param: match_id}, match_id))
        reading = await self._read(answer, lambda: read(answer, match_id))
        return _of(match_id, reading)

    async def _ask(self, call: Call) -> Answer:
        """The answer to `call`, after at most two retries. Raises the ProviderError of the last attempt."""
        path = call.endpoint.path
        for attempt, wait_s in enumerate((*RETRY_WAITS_S, None), start=1):
            self._gate.check(path)
            self._breaker.check(path, call.match_id)
            await self._budget.spend(call.endpoint.urgency, PROVIDER, path)
            ticket = self._breaker.admit(path, call.match_id)
            begun = self._clock.monotonic()
            try:
                return await self._attempt(call, ticket)
            except ProviderError as error:
                last = wait_s is None or not self._worth_retrying(error, ticket)
                self._say(call, error, attempt, begun, final=last)
                if last or wait_s is None:
                    self._gate.failed(path, error)
                    raise
            await self._clock.sleep(wait_s)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, call: Call, ticket: Ticket) -> Answer:
        """One attempt; the breaker, the gate and the budget learn how it ended."""
        path = call.endpoint.path
        try:
            answer = await self._fetch(call)
        except ProviderTransient as error:
            self._breaker.failed(ticket, error.code)
            self._count(path, "transient")
            raise
        except ProviderError as error:
            self._breaker.answered(ticket)
            self._count(path, _result(error))
            if isinstance(error, ProviderLimited):
                await self._budget.limited(error.retry_after_s)
            raise
        except BaseException:
            self._breaker.abandoned(ticket)
            raise
        self._breaker.succeeded(ticket)
        self._gate.answered(path)
        self._count(path, "ok")
        return answer

    async def _fetch(self, call: Call) -> Answer:
        path = call.endpoint.path
        account = {"user": self._settings.user, "secret": self._settings.secret.get_secret_value()}
        try:
            async with (
                asyncio.timeout(self._settings.timeout_ms / 1000),
                self._http.stream(
                    "GET", self._settings.base_url + path, params={**call.params, **account}
                ) as got,
            ):
                retry_after = got.headers.get("retry-after")
                http_failure(path, got.status_code, retry_after, self._clock.real())
                body = await _bounded_body(got, path)
        except (TimeoutError, httpx2.TimeoutException):
            raise ProviderTransient(PROVIDER, path, "TIMEOUT") from None
        except httpx2.HTTPError:
            raise ProviderTransient(PROVIDER, path, "NETWORK") from None
        answer = await _off_loop(len(body), lambda: self._opened(path, body, retry_after))
        if self._recorder is not None:
            self._recorder.answer(path, call.params, body)
        return answer

    def _opened(self, path: str, body: bytes, retry_after: str | None) -> Answer:
        try:
            return open_answer(path, body, retry_after, self._clock.real())
        except ProviderError as error:
            error.args = (self._unnamed(str(error)),)
            raise

    # ------------------------------------------------------------ what is made of it

    async def _read(self, answer: Answer, read: Callable[[], T]) -> T:
        return await _off_loop(len(answer.body), read)

    def _only(self, reading: Reading, match_id: str, endpoint: Endpoint) -> Reading:
        """The part of a reading that is about one match: other matches in the answer are not touched."""
        found = _of(match_id, reading)
        if not found.reports:
            self._log.warning(
                "provider.match.absent", endpoint=endpoint.path, match_id=match_id, items=len(reading.reports)
            )
        return found

    def _latest(self) -> int:
        return wire.latest_at(self._clock.now())

    def _worth_retrying(self, error: ProviderError, ticket: Ticket) -> bool:
        """Transient failures only; neither the probe of the breaker nor a call that has opened it."""
        closed = self._breaker.state is BreakerState.CLOSED
        return isinstance(error, ProviderTransient) and not ticket.probe and closed

    def _say(self, call: Call, error: ProviderError, attempt: int, begun: float, *, final: bool) -> None:
        fields = {
            "endpoint": call.endpoint.path,
            "attempt": attempt,
            "error_code": error.code,
            "duration_ms": round((self._clock.monotonic() - begun) * 1000),
        }
        if final:
            self._log.error("provider.http.fail", **fields)
        else:
            self._log.warning("provider.http.retry", **fields)

    def _count(self, path: str, result: str) -> None:
        self._metrics.provider_calls.labels(path, result).inc()

    def _unnamed(self, message: str) -> str:
        """`message` without account name and secret, should the provider have repeated them."""
        for word in (self._settings.secret.get_secret_value(), self._settings.user):
            message = message.replace(word, "***") if word else message
        return message


def _of(match_id: str, reading: Reading) -> Reading:
    return replace(reading, reports=tuple(report for report in reading.reports if report.match_id == match_id))


async def _bounded_body(got: httpx2.Response, path: str) -> bytes:
    body = BytesIO()  # what was written to it comes out without a copy
    async for chunk in got.aiter_bytes():
        body.write(chunk)
        if body.tell() > BODY_MAX:
            error = ProviderAnswer(PROVIDER, path, f"the answer is larger than {BODY_MAX // 1024 // 1024} MB")
            error.code = "TOO_LARGE"
            raise error
    return body.getvalue()


async def _off_loop(size: int, work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work) if size > OFF_LOOP_FROM else work()


def _result(error: ProviderError) -> str:
    if isinstance(error, ProviderRefused):
        return "refused"
    return "limited" if isinstance(error, ProviderLimited) else "bad_answer"
