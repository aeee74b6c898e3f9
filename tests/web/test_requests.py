"""What surrounds every request: id, headers, who asks, counting, the line a second."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from httpx import ASGITransport, AsyncClient
from litestar.types import Receive, Scope, Send
from structlog.testing import capture_logs
from structlog.typing import EventDict

from touchline.clock import SteppedClock
from touchline.metrics import REQUEST_BUCKETS_S, Metrics
from touchline.settings.parts import LimitSettings, Web
from touchline.tenants.limits import Limits
from touchline.web.app import Parts, build
from touchline.web.requests import Requests, is_limited, request_id
from touchline.web.tallies import PROBES, STREAMS

LIVE = "/api/matches/live"
LIMIT_HEADERS = {"x-rate-limit-remaining", "x-rate-limit-reset", "ratelimit-policy", "ratelimit"}
UNLIMITED = ("/docs", "/openapi", "/static/", "/media/", "/manifest", "/offline", "/sw.js", *PROBES)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def requests(clock: SteppedClock, metrics: Metrics) -> Requests:
    web = Web(trusted_proxies="127.0.0.1")
    return Requests(clock, metrics, Limits(LimitSettings(), clock, metrics), web.proxies)


@pytest.fixture
async def answering(requests: Requests, clock: SteppedClock) -> AsyncIterator[AsyncClient]:
    """A small application with the layer around it, asked through it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/echo/{what:str}"  # type: ignore[typeddict-unknown-key]
        if scope["path"] == "/echo/broken":
            raise ValueError(scope["path"])
        await clock.advance(0.25)
        said = f"{request_id(scope)} {scope['client']} {scope['scheme']} {scope['method']}"  # type: ignore[typeddict-item]
        headers = [(b"content-type", b"text/plain"), (b"allow", b"GET, OPTIONS")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said.encode(), "more_body": False})

    transport = ASGITransport(requests.around(app), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://touchline") as opened:
        yield opened


@pytest.fixture
def events() -> Iterator[list[EventDict]]:
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


def test_a_given_id_is_kept_where_it_is_well_formed_and_no_two_others_are_alike(requests: Requests) -> None:
    assert requests.dress(b"trace-12345678", LIVE)[0] == "trace-12345678"
    refused = (None, b"", b"short", b"x" * 65, b"with space", b"line\r\nbreak-in", "größer-als".encode())
    made = [requests.dress(given, LIVE)[0] for given in refused * 100]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{8,64}", each) for each in made)


def test_two_processes_make_different_ids(clock: SteppedClock) -> None:
    def process() -> Requests:
        return Requests(clock, Metrics(), Limits(LimitSettings(), clock, Metrics()))

    assert process().dress(None, LIVE)[0] != process().dress(None, LIVE)[0]


def test_the_lines_are_whole_and_carry_id_policy_and_limits(requests: Requests) -> None:
    own_id, lines = requests.dress(None, LIVE)

    text = lines.decode("ascii")
    headers = dict(line.split(": ", 1) for line in text.split("\r\n")[:-1])
    assert text.endswith("\r\n")
    assert headers["x-request-id"] == own_id
    assert headers.keys() >= LIMIT_HEADERS
    policy = headers["content-security-policy"].split("; ")
    assert {"manifest-src 'self'", "worker-src 'self'", "default-src 'none'"} <= set(policy)
    assert headers["x-content-type-options"] == "nosniff"


def test_media_carry_only_what_media_need(requests: Requests) -> None:
    for path in ("/static/f00/page.css", "/media/crests/f00.webp"):
        own_id, lines = requests.dress(None, path)
        assert lines.decode() == f"x-request-id: {own_id}\r\nx-content-type-options: nosniff\r\n"


def test_each_request_of_a_limited_route_takes_one_token(requests: Requests) -> None:
    def remaining(route: str) -> int:
        found = re.search(rb"x-rate-limit-remaining: (\d+)", requests.dress(None, route)[1])
        return int(found[1]) if found else -1

    first = remaining(LIVE)
    for _ in range(2_000):
        remaining("/docs")
        remaining("/match/{match_id:str}")

    assert remaining("/docs") == -1
    assert 2_000 <= first - remaining(LIVE) <= 2_200


def test_every_route_is_limited_or_known_not_to_be(parts: Parts) -> None:
    paths = {route.path for route in build(parts).routes}

    unknown = {path for path in paths if not is_limited(path) and not path.startswith(UNLIMITED)}
    assert unknown == set()
    assert {path for path in paths if is_limited(path)} >= {"/", LIVE, "/live/stream"}
    assert not any(is_limited(path) for path in UNLIMITED)


async def test_the_layer_tells_the_application_who_asks(answering: AsyncClient) -> None:
    proxied = {"x-forwarded-for": "198.51.100.1, 203.0.113.9", "x-forwarded-proto": "https"}

    answer = await answering.get("/echo/x", headers=proxied)

    assert answer.text == f"{answer.headers['x-request-id']} ('203.0.113.9', 0) https GET"
    assert answer.headers["x-frame-options"] == "DENY"
    assert not answer.headers.keys() & LIMIT_HEADERS
    direct = await answering.get("/echo/x")
    assert "('127.0.0.1', 123) http" in direct.text


async def test_head_is_a_get_without_a_body(answering: AsyncClient) -> None:
    answer = await answering.head("/echo/x")

    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_what_was_answered_is_counted_by_route(
    answering: AsyncClient, requests: Requests, metrics: Metrics
) -> None:
    body = (await answering.get("/echo/one")).text
    await answering.get("/echo/broken")
    await answering.head("/echo/three")
    for method in ("BREW", "STEEP", "BREW"):
        await answering.request(method, "/echo/x")
    requests.count(LIVE, "GET", 304, 0.0002, 0)

    text = metrics.render().decode()
    route = 'route="/echo/{what:str}"'
    for line in (
        f'http_requests_total{{method="GET",{route},status="200"}} 1.0',
        f'http_requests_total{{method="GET",{route},status="500"}} 1.0',
        f'http_requests_total{{method="HEAD",{route},status="200"}} 1.0',
        f'http_requests_total{{method="other",{route},status="200"}} 3.0',
        f'http_requests_total{{method="GET",route="{LIVE}",status="304"}} 1.0',
        f"http_request_duration_seconds_count{{{route}}} 6.0",
        f"http_request_duration_seconds_sum{{{route}}} 1.25",
    ):
        assert line in text
    sent = re.search(rf"http_response_bytes_total{{{re.escape(route)}}} ([\d.]+)", text)
    assert sent
    assert float(sent[1]) > len(body)


def test_the_histogram_is_what_single_observations_would_make(requests: Requests, metrics: Metrics) -> None:
    times = [0.0, *REQUEST_BUCKETS_S, *(bound * 1.01 for bound in REQUEST_BUCKETS_S), 60.0]
    for took_s in times:
        requests.count(LIVE, "GET", 200, took_s, 10)
        metrics.request_seconds.labels("one by one").observe(took_s)

    lines = metrics.render().decode().splitlines()
    found = {
        route: [
            line.replace(route, "R")
            for line in lines
            if "duration_seconds" in line and route in line and "created" not in line
        ]
        for route in (LIVE, "one by one")
    }
    assert len(found[LIVE]) == len(REQUEST_BUCKETS_S) + 3
    assert found[LIVE] == found["one by one"]


async def test_a_line_a_second_for_each_route_and_status(requests: Requests, events: list[EventDict]) -> None:
    for took_s in [0.0004] * 98 + [0.004, 0.0301]:
        requests.count(LIVE, "GET", 200, took_s, 100)
    requests.count(LIVE, "HEAD", 200, 0.0001, 0)
    requests.count(LIVE, "GET", 304, 0.0001, 0)

    wait = await requests.turn()
    await requests.turn()

    assert wait.total_seconds() == 1
    assert events == [
        {
            "event": "http.summary",
            "log_level": "info",
            "route": LIVE,
            "status": 200,
            "requests": 101,
            "bytes": 10_000,
            "p50_ms": 1.0,
            "p99_ms": 5.0,
            "slowest_ms": 30.1,
        },
        {
            "event": "http.summary",
            "log_level": "info",
            "route": LIVE,
            "status": 304,
            "requests": 1,
            "bytes": 0,
            "p50_ms": 0.1,
            "p99_ms": 0.1,
            "slowest_ms": 0.1,
        },
    ]


async def test_what_machines_ask_all_day_is_told_at_debug(requests: Requests, events: list[EventDict]) -> None:
    for route in sorted(PROBES):
        requests.count(route, "GET", 200, 0.001, 10)

    await requests.turn()

    assert {(event["route"], event["log_level"]) for event in events} == {(route, "debug") for route in PROBES}


async def test_the_time_of_a_stream_means_nothing(
    requests: Requests, metrics: Metrics, events: list[EventDict]
) -> None:
    for route in sorted(STREAMS):
        requests.count(route, "GET", 200, 600.0, 10)

    await requests.turn()

    assert [event["slowest_ms"] for event in events] == [None] * len(STREAMS)
    assert "http_request_duration_seconds_count" not in metrics.render().decode()
