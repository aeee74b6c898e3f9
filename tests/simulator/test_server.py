"""The simulator as it runs: real HTTP, a real MQTT client, the clock many times as fast as the wall."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
import httpx2
import pytest

from touchline.clock import SystemClock
from touchline.errors import BadInput, SettingsError
from touchline.settings.parts import Settings
from touchline.settings.reading import load
from touchline.simulator.outlet import Honest, Outlet, Reply
from touchline.simulator.publisher import TICK_S, Progress, publish
from touchline.simulator.script import Frame
from touchline.simulator.server import run

NOON = 1_770_033_600.0
TOPIC = "thesports/football/match/v1"


def a_timeline(number: int) -> dict[str, Any]:
    """An invented match with a goal in its first minute."""
    return {
        "id": f"inv-{number}",
        "competition": "Invented Cup",
        "season": "2026",
        "home": f"Left {number}",
        "away": f"Right {number}",
        "score": {"ht": [1, 0], "ft": [1, 0]},
        "periods": [{"period": "1H", "duration_s": 2_760}, {"period": "2H", "duration_s": 2_880}],
        "events": [{"period": "1H", "s": 30, "min": 1, "type": "goal", "team": "home", "player": "N. Obody"}],
        "decided_by": "regular",
    }


@dataclass
class Running:
    """A simulator that runs."""

    clock: SystemClock
    http: httpx2.AsyncClient
    mqtt_port: int
    account: tuple[str, str]

    async def ask(self, path: str, **query: str) -> Any:
        user, secret = self.account
        credentials = {"user": user, "secret": secret} if user else {}
        answer = await self.http.get("/v1/football" + path, params={**credentials, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listener(self, user: str = "", secret: str = "") -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", self.mqtt_port, username=user or None, password=secret or None)


@contextlib.asynccontextmanager
async def running(
    environ: Mapping[str, str] | None = None, *, speed: float = 60.0, outlet: Outlet | None = None
) -> AsyncIterator[Running]:
    clock = SystemClock(time.time(), NOON, speed)
    settings = settings_of(clock, environ or {})
    stop, ready = asyncio.Event(), asyncio.Event()
    ports: list[int] = []

    def on_ready(http_port: int, mqtt_port: int) -> None:
        ports.extend((http_port, mqtt_port))
        ready.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(run(settings, clock, stop, outlet=outlet, on_ready=on_ready))
        await ready.wait()
        account = (settings.thesports.user, settings.thesports.secret.get_secret_value())
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}") as http:
            try:
                yield Running(clock, http, ports[1], account)
            finally:
                stop.set()


def settings_of(clock: SystemClock, environ: Mapping[str, str]) -> Settings:
    return load(
        {
            "TOUCHLINE_SIMULATOR__ENABLED": "true",
            "TOUCHLINE_SIMULATOR__HTTP_PORT": "0",
            "TOUCHLINE_SIMULATOR__MQTT_PORT": "0",
            "TOUCHLINE_SIMULATOR__MATCHES": "20",
            "TOUCHLINE_CLOCK__REAL_EPOCH": str(clock.real_epoch),
            "TOUCHLINE_CLOCK__VIRTUAL_EPOCH": str(clock.virtual_epoch),
            "TOUCHLINE_CLOCK__SPEED": str(clock.speed),
            **environ,
        }
    )


async def pushed(client: aiomqtt.Client, count: int) -> list[list[dict[str, Any]]]:
    """The next `count` messages."""
    heard: list[list[dict[str, Any]]] = []
    async with asyncio.timeout(20):
        async for message in client.messages:
            heard.append(json.loads(message.payload))
            if len(heard) == count:
                break
    return heard


async def test_a_push_is_what_http_says_of_the_match_too():
    async with running() as simulator, simulator.listener() as client:
        await client.subscribe(TOPIC)
        for batch in await pushed(client, 30):
            for told in batch:
                ((kind, body),) = ((key, value) for key, value in told.items() if key != "id")
                live = (await simulator.ask("/match/detail_live"))["results"]
                detail = next(row for row in live if row["id"] == told["id"])
                if kind == "score":
                    assert detail["score"][1] >= body[1]
                assert set(detail) == {"id", "score", "stats", "incidents", "tlive"}


async def test_every_endpoint_answers_over_http():
    async with running() as simulator:
        match_id = (await simulator.ask("/match/diary"))["results"][0]["id"]
        assert (await simulator.ask("/match/recent/list", uuid=match_id))["query"]["total"] == 1
        assert len((await simulator.ask("/match/recent/list", page="1"))["results"]) == 1_000
        assert (await simulator.ask("/match/detail_live"))["code"] == 0
        assert (await simulator.ask("/match/live/history", uuid=match_id))["code"] == 0
        assert (await simulator.ask("/data/update"))["code"] == 0
        assert (await simulator.ask("/deleted"))["code"] == 0
        for path in ("country", "category", "team/additional", "competition/additional", "season", "stage"):
            assert (await simulator.ask(f"/{path}/list"))["results"]
        assert (await simulator.ask("/match/recent/list", page="none"))["code"] == 400
        assert (await simulator.http.get("/v1/football/nothing")).status_code == 404


async def test_wrong_credentials_are_refused_with_status_200_and_by_the_broker():
    account = {"TOUCHLINE_THESPORTS__USER": "somebody", "TOUCHLINE_THESPORTS__SECRET": "right"}
    async with running(account) as simulator:
        assert (await simulator.ask("/match/detail_live"))["code"] == 0
        wrong = await simulator.ask("/match/detail_live", secret="wrong")
        missing = (await simulator.http.get("/v1/football/match/detail_live")).json()
        assert set(wrong) == set(missing) == {"err"}

        async with simulator.listener("somebody", "right") as client:
            await client.subscribe(TOPIC)
            assert await pushed(client, 1)
        with pytest.raises(aiomqtt.MqttError):
            async with simulator.listener("somebody", "wrong"):
                pass


async def test_twenty_kick_offs_in_one_second_all_arrive(tmp_path: Path):
    path = tmp_path / "timelines.jsonl"
    path.write_text("\n".join(json.dumps(a_timeline(n)) for n in range(20)), encoding="utf-8")
    environ = {"TOUCHLINE_SIMULATOR__TIMELINES": str(path)}
    async with running(environ, speed=300.0) as simulator, simulator.listener() as client:
        await client.subscribe(TOPIC)
        plan = (await simulator.http.get("/_sim/plan")).json()["matches"]
        told: dict[str, list[Any]] = {}
        async with asyncio.timeout(20):
            async for message in client.messages:
                for one in json.loads(message.payload):
                    if "score" in one:
                        told.setdefault(one["id"], []).append(one["score"])
                if len(told) == 20 and all(scores[-1][2][0] == 1 for scores in told.values()):
                    break

        assert {match["scheduled"] for match in plan} == {int(NOON) + 300}
        for match in plan:
            assert told[match["id"]][0][1:5] == [2, [0] * 7, [0] * 7, match["periods"][0]["start"]]
        truth = (await simulator.http.get("/_sim/truth")).json()
        assert {tuple(match["regular"]) for match in truth.values()} == {(1, 0)}


async def test_order_is_kept_and_a_reconnected_client_hears_on():
    async with running(speed=200.0) as simulator:
        for _ in range(6):
            async with simulator.listener() as client:
                await client.subscribe(TOPIC)
                last: dict[str, int] = {}
                for batch in await pushed(client, 20):
                    for one in batch:
                        if "score" in one:
                            assert one["score"][1] >= last.get(one["id"], 0) or one["score"][1] == 1
                            last[one["id"]] = one["score"][1]


class Silent(Honest):
    """Withholds every push and answers everything with a failure."""

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        return Reply(503, b"<html>", "text/html", (("retry-after", "3"),))

    async def push(self, frame: Frame) -> Sequence[Frame]:
        return ()


async def test_everything_leaves_through_the_outlet():
    async with running(speed=600.0, outlet=Silent()) as simulator, simulator.listener() as client:
        await client.subscribe(TOPIC)
        answer = await simulator.http.get("/v1/football/match/detail_live")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await anext(aiter(client.messages))


async def test_a_fault_that_is_on_from_the_start_shows_in_every_match():
    async with running({"TOUCHLINE_SIMULATOR__FAULTS": "F39"}) as simulator:
        plan = (await simulator.http.get("/_sim/plan")).json()["matches"]
        breaks = {end - start for start, end in (one["half_time"] for one in plan if one["ended"])}

        assert breaks == {900, 1_080, 1_260, 2_400}


async def test_a_match_that_is_told_already_is_no_other_after_the_switch():
    async with running() as simulator:
        before = (await simulator.http.get("/_sim/plan")).json()["matches"]
        await simulator.http.post("/_sim/faults", json={"on": ["F39"]})
        after = {one["id"]: one for one in (await simulator.http.get("/_sim/plan")).json()["matches"]}

        assert [after[one["id"]] for one in before if one["id"] in after] == [
            one for one in before if one["id"] in after
        ]


async def test_a_taken_port_is_said_with_the_setting_to_change():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for setting in ("TOUCHLINE_SIMULATOR__HTTP_PORT", "TOUCHLINE_SIMULATOR__MQTT_PORT"):
            clock = SystemClock()
            settings = settings_of(clock, {setting: port})
            with pytest.raises(SettingsError, match=setting):
                await run(settings, clock, asyncio.Event())


async def test_what_cannot_be_played_is_said(tmp_path: Path):
    clock = SystemClock()
    for name in ("TIMELINES", "RECORDING"):
        settings = settings_of(clock, {f"TOUCHLINE_SIMULATOR__{name}": str(tmp_path / "missing")})
        with pytest.raises(BadInput, match="missing"):
            await run(settings, clock, asyncio.Event())


async def test_nothing_said_before_the_start_is_pushed_again():
    sent: list[Frame] = []
    stop = asyncio.Event()
    clock = SystemClock(time.time(), NOON, 600.0)

    class Counting:
        catalogue = None

        def frames(self, after: float, until: float) -> list[Frame]:
            instants = [NOON - 5 + number for number in range(1_000)]
            return [Frame(at, b"") for at in instants if after < at <= until]

    async def send(frame: Frame) -> None:
        sent.append(frame)
        if len(sent) == 500:
            stop.set()

    await publish(Counting(), clock, Honest(), send, stop)

    assert sent[0].at > NOON
    assert [frame.at for frame in sent] == [sent[0].at + number for number in range(500)]


def test_nothing_is_answered_that_was_not_pushed():
    progress = Progress()
    assert progress.told(NOON) == NOON

    progress.next_at = NOON
    assert progress.told(NOON - 5) == NOON - 5
    assert progress.told(NOON + 5) == NOON - TICK_S


async def test_answers_are_behind_where_pushes_are():
    released, stop, progress = asyncio.Event(), asyncio.Event(), Progress()
    clock = SystemClock(time.time(), NOON, 600.0)

    class One:
        catalogue = None

        def frames(self, after: float, until: float) -> list[Frame]:
            return [Frame(NOON + 30, b"")] if after < NOON + 30 <= until else []

    async def send(frame: Frame) -> None:
        await released.wait()
        assert progress.told(clock.now() + 60) == frame.at - TICK_S
        stop.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(publish(One(), clock, Honest(), send, stop, progress))
        await asyncio.sleep(0.1)
        released.set()

    assert progress.told(NOON + 60) == NOON + 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_program_cleanly_with_a_client_connected(number: signal.Signals):
    program = Path(sys.executable).with_name("touchline")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    with subprocess.Popen(
        [str(program), "sim", "--http-port", "0", "--mqtt-port", "0", "--matches", "5"],
        env={**clean, "TOUCHLINE_LOG__FORMAT": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        port = int(started["mqtt"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)):
            begun = time.monotonic()
            process.send_signal(number)
            rest = process.communicate(timeout=10)[0]

        assert started["event"] == "simulator.started"
        assert process.returncode == 0, rest
        assert time.monotonic() - begun < 3
        assert "Traceback" not in rest
