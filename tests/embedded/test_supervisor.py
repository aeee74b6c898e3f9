"""Processes are kept running, deaths and recoveries are said once."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from structlog.testing import capture_logs

from touchline.clock import SystemClock
from touchline.embedded import up
from touchline.embedded.installation import Installation
from touchline.embedded.process import INSIST_S, Process
from touchline.embedded.supervisor import end_all, keep, until_ready
from touchline.errors import EmbeddedError
from touchline.settings.parts import Settings
from touchline.stop import DRAIN_S, SOON_S, Stop

CLOCK = SystemClock()


class Sleeper:
    """A service that only sleeps; `command` may be something that dies at once."""

    name = "sleeper"

    def __init__(self, *command: str) -> None:
        self.command = list(command) or ["sleep", "60"]
        self.launches = 0
        self.process: Process | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def returncode(self) -> int | None:
        return self.process.returncode if self.process else None

    def launch(self) -> None:
        self.launches += 1
        self.process = Process.spawn(self.command, died=signal.SIGKILL)

    def ready(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def ask_to_stop(self) -> None:
        if self.process:
            self.process.ask_to_end(signal.SIGTERM)

    def stop(self, within_s: float) -> None:
        if self.process:
            self.process.end(signal.SIGTERM, within_s, signal.SIGKILL)


class Unlaunchable(Sleeper):
    def launch(self) -> None:
        self.launches += 1
        raise EmbeddedError("no such program")


@contextlib.asynccontextmanager
async def kept(service: Sleeper) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(keep(service, CLOCK, stop, steady_s=0.3))
        try:
            yield
        finally:
            stop.set()
    end_all([service], CLOCK, 2.0)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await CLOCK.sleep(0.02)


async def test_a_death_is_said_once_and_so_is_the_recovery() -> None:
    service = Sleeper()
    with capture_logs() as logs:
        async with kept(service):
            await until(lambda: service.pid)
            first = service.pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            await until(lambda: any(line["event"] == "process.recovered" for line in logs))

    assert [line["event"] for line in logs] == ["process.died", "process.recovered"]
    assert (logs[0]["pid"], logs[0]["exit_code"]) == (first, -signal.SIGKILL)
    assert "error" not in logs[0]
    assert service.launches == 2


async def test_one_that_keeps_dying_is_said_once_and_started_ever_more_slowly() -> None:
    service = Sleeper("false")
    with capture_logs() as logs:
        async with kept(service):
            await until(lambda: service.launches == 4)

    assert [line["event"] for line in logs] == ["process.died"]


async def test_one_that_can_not_be_launched_is_said_with_its_reason() -> None:
    service = Unlaunchable()
    with capture_logs() as logs:
        async with kept(service):
            await until(lambda: service.launches == 2)

    assert [(line["event"], line["error"]) for line in logs] == [("process.died", "no such program")]


async def test_the_end_is_hard_for_one_that_does_not_listen_and_in_time() -> None:
    deaf = Sleeper("sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    quick = Sleeper()
    deaf.launch()
    quick.launch()
    await asyncio.sleep(0.2)  # the shell needs a moment to become deaf
    before = CLOCK.monotonic()

    end_all([deaf, quick], CLOCK, 0.5)

    assert CLOCK.monotonic() - before < 2
    assert (deaf.returncode, quick.returncode) == (-signal.SIGKILL, -signal.SIGTERM)


def test_what_does_not_listen_is_gone_in_the_time_that_is_promised() -> None:
    margin_s = up.PARTS_MARGIN_S + up.SERVERS_MARGIN_S + INSIST_S
    assert SOON_S + margin_s <= 5
    assert DRAIN_S + margin_s <= 10

    deaf = [Sleeper("sh", "-c", "trap '' TERM; while :; do sleep 1; done") for _ in range(2)]
    for service in deaf:
        service.launch()
    stop = Stop()
    stop.drain_s = 0.0
    before = CLOCK.monotonic()
    up.end(a_plan(servers=deaf), CLOCK, stop)

    assert CLOCK.monotonic() - before < margin_s + 1
    assert None not in [service.returncode for service in deaf]


def a_plan(servers: Sequence[Sleeper] = (), address: str | None = None) -> up.Plan:
    """Nothing but that."""
    return up.Plan(
        servers=servers, pages=[], provider=[], parts=[], provider_port=None, address=address, migrates=False
    )


async def test_a_stop_does_not_wait_for_pages_that_do_not_answer() -> None:
    stop = Stop()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        plan = a_plan(address=f"http://127.0.0.1:{silent.getsockname()[1]}")
        running = asyncio.ensure_future(up.run(plan, Installation(Settings()), CLOCK, stop, print))
        asked, _ = await asyncio.get_running_loop().sock_accept(silent)
        before = CLOCK.monotonic()
        stop.set_soon()
        await running
        asked.close()

    assert CLOCK.monotonic() - before < up.ANSWER_MAX_S / 2


async def test_a_server_that_stands_still_is_killed_when_it_does_not_hear() -> None:
    still = Process.spawn(["sleep", "60"], died=signal.SIGKILL)
    os.kill(still.pid, signal.SIGSTOP)

    await asyncio.to_thread(still.end, signal.SIGINT, 0.1, signal.SIGQUIT)

    assert still.returncode == -signal.SIGKILL


async def test_a_server_that_ends_before_it_is_ready_is_an_error() -> None:
    service = Sleeper("false")
    service.launch()
    await until(lambda: service.returncode is not None)

    with pytest.raises(EmbeddedError, match="sleeper does not start"):
        await until_ready([service], CLOCK, asyncio.Event(), 5.0)
