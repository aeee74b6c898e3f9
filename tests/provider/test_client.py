"""The HTTP client against a real server that has every fault the provider rules name."""

import asyncio
import json
from datetime import date

import pytest
from structlog.typing import EventDict
from tests.provider.asking import a_client, failing, said
from tests.provider.clocks import JumpingClock
from tests.provider.server import (
    SECRET,
    USER,
    Provider,
    Reply,
    cut_gzip,
    half,
    reset,
    results,
    says,
    shaped,
    silence,
)
from tests.shared import shared

from touchline.errors import (
    CircuitOpenError,
    ProviderAnswer,
    ProviderLimited,
    ProviderRefused,
    ProviderTransient,
)
from touchline.provider.port import Health, Kind, Reading

MATCH, OTHER = "k82rekhg0w8nrep", "965mkyhk2gllr1g"
TUPLE = [MATCH, 2, [1, 1, 0, 1, 3, 0, 0], [0, 0, 0, 0, 2, 0, 0], 1_770_000_060, ""]
LIVE = {"id": MATCH, "score": TUPLE, "stats": [], "incidents": [], "tlive": []}
RECORD = {"id": MATCH, "status_id": 1, "match_time": 1_770_003_600, "updated_at": 1_769_999_000}
REFUSAL = {"err": "IP is not authorized to access, please contact your sales"}

pytestmark = pytest.mark.anyio


async def test_an_answer_is_read_and_the_account_goes_with_the_request(provider: Provider):
    provider.always = results(LIVE)
    async with a_client(provider, JumpingClock()) as client:
        reading = await client.detail_live()

    assert [report.match_id for report in reading.reports] == [MATCH]
    assert provider.asked[0].startswith("/v1/football/match/detail_live?")
    assert f"user={USER}" in provider.asked[0]
    assert f"secret={SECRET}" in provider.asked[0]
    assert client.state.health is Health.OK


TRANSIENT = {
    "503": (says(b"busy", status=503), "HTTP_503"),
    "reset": (reset, "NETWORK"),
    "half body": (half(b'{"code":0,"results":[]}'), "NETWORK"),
    "cut gzip": (cut_gzip(b'{"code":0,"results":[' + b'{"id":"k82rekhg0w8nrep"},' * 50), "TRUNCATED"),
    "half JSON": (says(b'{"code":0,"results":[{"id":'), "TRUNCATED"),
    "code 500 in a body": (says({"code": 500, "msg": "internal"}), "CODE_500"),
}


@pytest.mark.parametrize(("reply", "code"), TRANSIENT.values(), ids=TRANSIENT.keys())
async def test_a_transient_failure_is_tried_three_times_at_the_prescribed_waits(
    provider: Provider, events: list[EventDict], reply: Reply, code: str
):
    provider.always = reply
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        error = await failing(client)

    assert isinstance(error, ProviderTransient)
    assert error.code == code
    assert clock.slept == [0.5, 1.0]
    assert len(provider.asked) == 3
    assert client.state.health is Health.DOWN
    common = {
        "provider": "thesports-http",
        "endpoint": "/match/detail_live",
        "error_code": code,
        "duration_ms": 0,
    }
    assert said(events, "provider.http.retry", "provider.http.fail") == [
        {"event": "provider.http.retry", "log_level": "warning", "attempt": 1, **common},
        {"event": "provider.http.retry", "log_level": "warning", "attempt": 2, **common},
        {"event": "provider.http.fail", "log_level": "error", "attempt": 3, **common},
    ]


async def test_a_provider_that_says_nothing_is_given_up_after_the_time_out(provider: Provider):
    provider.always = silence
    async with a_client(provider, JumpingClock(), timeout_ms=100) as client:
        error = await failing(client)

    assert error.code == "TIMEOUT"
    assert len(provider.asked) == 3


async def test_a_body_that_drips_is_given_up_after_the_time_out(provider: Provider):
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    provider.always = drip
    async with a_client(provider, JumpingClock(), timeout_ms=200) as client:
        error = await failing(client)

    assert error.code == "TIMEOUT"


async def test_a_retry_that_succeeds_is_a_success(provider: Provider, events: list[EventDict]):
    provider.script = [reset, results(LIVE)]
    async with a_client(provider, JumpingClock()) as client:
        assert len((await client.detail_live()).reports) == 1

    assert [event["event"] for event in events if "http" in event["event"]] == ["provider.http.retry"]
    assert client.state.health is Health.OK


FINAL = {
    "HTML": (says(b"<html>Bad gateway</html>"), "NOT_JSON"),
    "a list": (says([]), "BAD_ANSWER"),
    "no results": (says({"code": 0}), "BAD_ANSWER"),
    "another code": (says({"code": 9, "msg": "odd", "results": []}), "CODE_9"),
    "a code that is none": (says({"code": "many", "results": []}), "BAD_ANSWER"),
    "404": (says({"code": 404, "msg": "no such"}, status=404), "HTTP_404"),
    "a redirect": (says(b"", status=302, headers={"Location": "http://127.0.0.1:1/"}), "HTTP_302"),
    "an err about the question": (says({"err": "uuid is malformed"}), "BAD_ANSWER"),
}


@pytest.mark.parametrize(("reply", "code"), FINAL.values(), ids=FINAL.keys())
async def test_an_answer_that_is_none_is_not_asked_for_again(
    provider: Provider, events: list[EventDict], reply: Reply, code: str
):
    provider.always = reply
    async with a_client(provider, JumpingClock()) as client:
        error = await failing(client)

    assert isinstance(error, ProviderAnswer)
    assert error.code == code
    assert len(provider.asked) == 1
    assert [event["error_code"] for event in said(events, "provider.http.fail")] == [code]


async def test_a_body_of_30_megabytes_is_read_and_one_of_40_is_refused(provider: Provider):
    provider.script = [
        says({"code": 0, "results": [{**LIVE, "more": "x" * 30_000_000}]}),
        says({"code": 0, "results": [{**LIVE, "more": "x" * 40_000_000}]}),
    ]
    async with a_client(provider, JumpingClock(), timeout_ms=30_000) as client:
        assert len((await client.detail_live()).reports) == 1
        error = await failing(client)

    assert (type(error), error.code) == (ProviderAnswer, "TOO_LARGE")


REFUSED = {
    "err about the address": says(REFUSAL),
    "401": says(b"", status=401),
    "403": says(b"", status=403),
    "code 403": says({"code": 403, "msg": "account expired"}),
}


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED.keys())
async def test_a_refused_account_is_probed_once_a_minute(provider: Provider, reply: Reply):
    provider.always = reply
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        assert isinstance(await failing(client), ProviderRefused)
        assert client.state.health is Health.REFUSED
        assert client.state.reason
        clock.jump(59)
        assert isinstance(await failing(client), ProviderRefused)
        with pytest.raises(ProviderRefused):
            await client.recent_page(1)
        assert len(provider.asked) == 1
        clock.jump(1)
        await asyncio.gather(*(client.recent_page(1) for _ in range(20)), return_exceptions=True)
        assert len(provider.asked) == 2
        provider.always = results(LIVE)
        clock.jump(60)
        assert len((await client.detail_live()).reports) == 1

    assert client.state.health is Health.OK


async def test_an_endpoint_outside_the_plan_does_not_stop_the_others(provider: Provider):
    provider.script = [says({"err": "Your plan does not include this product"}), results(LIVE), results()]
    async with a_client(provider, JumpingClock()) as client:
        with pytest.raises(ProviderRefused):
            await client.catalogue(Kind.VENUE, page=1)
        assert len((await client.detail_live()).reports) == 1
        with pytest.raises(ProviderRefused):
            await client.catalogue(Kind.VENUE, page=1)

    assert len(provider.asked) == 2
    assert client.state.health is Health.REFUSED
    assert "/venue/list" in client.state.reason


LIMITED = {
    "status with seconds": (says(b"", status=429, headers={"Retry-After": "7"}), 7),
    "status with a date": (
        says(b"", status=429, headers={"Retry-After": "Mon, 02 Feb 2026 02:40:30 GMT"}),
        30,
    ),
    "status alone": (says(b"", status=429), 10),
    "status with nonsense": (says(b"", status=429, headers={"Retry-After": "soon"}), 10),
    "status with a zone of any length": (
        says(b"", status=429, headers={"Retry-After": "Mon, 02 Feb 2026 02:40:30 +" + "9" * 13}),
        10,
    ),
    "body": (says({"code": 429, "msg": "Too Many Requests"}), 10),
    "body as text": (says({"code": "429", "msg": "Too Many Requests"}), 10),
}


@pytest.mark.parametrize(("reply", "wait_s"), LIMITED.values(), ids=LIMITED.keys())
async def test_too_many_requests_wait_as_long_as_the_provider_wants(
    provider: Provider, reply: Reply, wait_s: float
):
    provider.script = [reply]
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        error = await failing(client)
        assert isinstance(error, ProviderLimited)
        assert error.retry_after_s == wait_s
        assert client.state.health is Health.LIMITED
        clock.jump(wait_s - 0.5)
        assert isinstance(await failing(client), ProviderLimited)
        assert len(provider.asked) == 1
        clock.jump(0.5)
        await client.detail_live()

    assert client.state.health is Health.OK
    assert 0.5 not in clock.slept


async def test_the_breaker_counts_attempts_and_neither_the_opener_nor_the_probe_is_retried(
    provider: Provider, events: list[EventDict]
):
    provider.always = reset
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        await failing(client)
        await failing(client)
        assert len(provider.asked) == 5
        assert isinstance(await failing(client), CircuitOpenError)
        assert len(provider.asked) == 5
        clock.jump(120)
        assert isinstance(await failing(client), ProviderTransient)
        assert len(provider.asked) == 6
        clock.jump(120)
        provider.always = results(LIVE)
        await client.detail_live()

    names = [event["event"] for event in events if "circuit" in event["event"]]
    opened, skip, probing, closed = (
        f"provider.circuit.{what}" for what in ("opened", "skip", "half_open", "closed")
    )
    assert names == [opened, skip, probing, opened, probing, closed]


async def test_refusals_and_limits_do_not_open_the_circuit(provider: Provider):
    provider.always = says({"code": 429})
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        for _ in range(8):
            assert isinstance(await failing(client), ProviderLimited)
            clock.jump(10)


async def test_a_dead_provider_sees_one_probe_of_fifty_callers(provider: Provider):
    provider.always = reset
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        await failing(client)
        await failing(client)
        clock.jump(120)
        errors = await asyncio.gather(*(client.detail_live() for _ in range(50)), return_exceptions=True)

    assert len(provider.asked) == 6
    assert sum(isinstance(error, CircuitOpenError) for error in errors) == 49


async def test_a_call_that_is_cancelled_while_probing_lets_the_next_one_probe(provider: Provider):
    provider.always = reset
    clock = JumpingClock()
    async with a_client(provider, clock) as client:
        await failing(client)
        await failing(client)
        clock.jump(120)
        provider.script = [silence]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.detail_live()
        provider.always = results(LIVE)
        assert len((await client.detail_live()).reports) == 1


@pytest.mark.parametrize("shape", ["list", "map by index", "map by id", "nested", "single"])
async def test_another_match_is_never_taken_for_the_wanted_one(
    provider: Provider, events: list[EventDict], shape: str
):
    wanted, foreign = RECORD, {**RECORD, "id": OTHER}
    provider.script = [says({"code": 0, "results": shaped(shape, foreign)}) for _ in range(2)]
    provider.script.append(says({"code": 0, "results": shaped(shape, wanted)}))
    async with a_client(provider, JumpingClock()) as client:
        assert await client.recent_by_id(MATCH) == Reading()
        assert not (await client.live_history(MATCH)).reports
        assert [report.match_id for report in (await client.recent_by_id(MATCH)).reports] == [MATCH]

    assert provider.query(0) == {"uuid": MATCH}
    absent = said(events, "provider.match.absent")
    assert [(event["match_id"], event["log_level"]) for event in absent] == [(MATCH, "warning")] * 2


async def test_a_whole_real_answer_without_the_wanted_match_is_no_match(
    provider: Provider, events: list[EventDict]
):
    """Invariant 13: every match of a real answer is a foreign one."""
    body = json.loads(shared("data/thesports/detail_live.json").read_bytes())
    provider.script = [says(body), says(body)]
    async with a_client(provider, JumpingClock()) as client:
        assert not (await client.live_history(MATCH)).reports
        there = body["results"][-1]["id"]
        assert [report.match_id for report in (await client.live_history(there)).reports] == [there]

    absent = said(events, "provider.match.absent")
    assert [(event["match_id"], event["items"]) for event in absent] == [(MATCH, len(body["results"]))]


async def test_pages_times_and_days_are_asked_for_by_the_documented_names(provider: Provider):
    async with a_client(provider, JumpingClock()) as client:
        await client.recent_page(3)
        await client.recent_since(1_770_000_000, 1)
        await client.recent_since(1_770_000_000, 2)
        await client.diary(date(2026, 2, 2), 1)
        await client.catalogue(Kind.TEAM, page=2)
        await client.catalogue(Kind.TEAM, time=1_770_000_000)
        await client.catalogue(Kind.TEAM, id="z318q66hp66qo9j")
        await client.catalogue(Kind.COUNTRY)

    assert [provider.query(index) for index in range(8)] == [
        {"page": "3"},
        {"time": "1770000000"},
        {"time": "1770000000", "page": "2"},
        {"tsp": "1769961600", "page": "1"},
        {"page": "2"},
        {"time": "1770000000"},
        {"uuid": "z318q66hp66qo9j"},
        {},
    ]


async def test_a_provider_time_of_the_day_after_tomorrow_is_none(provider: Provider):
    clock = JumpingClock()
    tomorrow, later = int(clock.now()) + 86_399, int(clock.now()) + 90_000
    provider.always = results({**RECORD, "updated_at": tomorrow}, {**RECORD, "id": OTHER, "updated_at": later})
    async with a_client(provider, clock) as client:
        reading = await client.recent_page(1)

    assert [report.provider_time for report in reading.reports] == [tomorrow, None]
    assert [part.kind for part in reading.unreadable] == ["recent_list.bad_provider_time"]


@pytest.mark.parametrize(
    "reply",
    [
        says({"err": f"account {USER} with secret {SECRET} is not known"}),
        says({"code": 403, "msg": f"{USER} {SECRET}"}),
        says({"code": 9, "msg": f"{USER} {SECRET}"}),
        says(f"<html>{SECRET}".encode()),
        reset,
        silence,
    ],
)
async def test_neither_errors_nor_events_name_the_account(
    provider: Provider, events: list[EventDict], reply: Reply
):
    provider.always = reply
    async with a_client(provider, JumpingClock(), timeout_ms=100) as client:
        error = await failing(client)

    shown = json.dumps(events, default=str) + str(error) + client.state.reason + repr(error.__cause__)
    assert USER not in shown
    assert SECRET not in shown
