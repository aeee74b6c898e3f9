"""What `touchline up` starts, in which order, and how it ends.

The servers come first and go last. When the schema is there the pages start, which show what is stored;
the parts that bring what is new start when the pages answer, so that they do not compete with them; of those
the simulated provider comes first, so that the others find one that answers.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from touchline.clock import Clock
from touchline.embedded.child import Child
from touchline.embedded.installation import Installation
from touchline.embedded.supervisor import Service, end_all, keep, until_ready
from touchline.errors import EmbeddedError
from touchline.settings.parts import Settings
from touchline.stop import Stop
from touchline.store.migrate import migrate

SERVERS_START_MAX_S = 60.0
PARTS_MARGIN_S = 0.8
"""For the parts beyond the time they have to drain: past it they are killed."""
SERVERS_MARGIN_S = 0.8
"""For the servers beyond that; as a rule they have what the parts did not need as well. With what it takes to
insist, all are gone in 5 s, or in 10 s where nobody waits for it. Source: requirement."""
ASK_EVERY_S = 0.05
ANSWER_MAX_S = 2.0
HEAD_START_MAX_S = 3.0
PROVIDER_START_MAX_S = 10.0
LATE_S = 30.0

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


class Role(StrEnum):
    """Which parts run."""

    WEB = "web"
    INGEST = "ingest"
    WORK = "work"
    ALL = "all"

    @property
    def parts(self) -> tuple[str, ...]:
        return ("ingest", "work", "web") if self is Role.ALL else (self.value,)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run. `address` is where the pages will be, `migrates` the schema's owner or nobody."""

    servers: Sequence[Service]
    pages: Sequence[Child]
    provider: Sequence[Child]
    parts: Sequence[Child]
    provider_port: int | None
    address: str | None
    migrates: bool


def plan(
    installation: Installation, settings: Settings, environ: Mapping[str, str], role: Role, holds: bool
) -> Plan:
    """What a `touchline up` in `role` starts. `holds`: the data directory is ours, so the servers are too.

    Raises EmbeddedError when a port it needs is taken, or when it joins a simulator whose ports are not told.
    """
    simulator = settings.simulator
    if (
        not holds
        and role is Role.INGEST
        and settings.simulated
        and 0 in {simulator.http_port, simulator.mqtt_port}
    ):
        raise EmbeddedError(
            "Who joins must know where the simulator is: set TOUCHLINE_SIMULATOR__HTTP_PORT and "
            "TOUCHLINE_SIMULATOR__MQTT_PORT to the ports of its log line simulator.started."
        )
    simulates = holds and settings.simulated and role in {Role.ALL, Role.INGEST}
    ports = _ports(settings, simulates, serves="web" in role.parts)
    child_environ = {
        **environ,
        **{name: str(port) for name, port in ports.items()},
        "TOUCHLINE_DATA_DIR": str(installation.directory),
        "PROMETHEUS_MULTIPROC_DIR": str(installation.metrics),
    }

    def part(name: str) -> Child:
        return Child(name, child_environ, installation.metrics)

    port = ports.get("TOUCHLINE_WEB__PORT")
    host = ANYWHERE.get(settings.web.host, settings.web.host)
    return Plan(
        servers=_servers(installation, settings) if holds else [],
        pages=[part(name) for name in role.parts if name == "web"],
        provider=[part("sim")] if simulates else [],
        parts=[part(name) for name in role.parts if name != "web"],
        provider_port=ports.get("TOUCHLINE_SIMULATOR__HTTP_PORT"),
        address=None if port is None else f"http://{host}:{port}",
        migrates=holds,
    )


async def run(
    plan: Plan, installation: Installation, clock: Clock, stop: Stop, announce: Callable[[str], None]
) -> None:
    """Start what is planned and keep it running until `stop` is set; then end all, parts first.

    `announce` is called with the address once it is ready. Raises EmbeddedError, MigrationRefused or
    StoreUnavailable when it can't be started.
    """
    try:
        for service in plan.servers:
            service.launch()
        await until_ready(plan.servers, clock, stop, SERVERS_START_MAX_S)
        if plan.migrates and not stop.is_set():
            await asyncio.to_thread(_migrate, installation)
        async with asyncio.TaskGroup() as group:
            starting = group.create_task(_start(plan, group, clock, stop, announce), name="start")
            await stop.wait()
            starting.cancel()
    finally:
        end(plan, clock, stop)


def end(plan: Plan, clock: Clock, stop: Stop) -> None:
    """End all, parts first: they write down what they leave. What does not listen is killed in time."""
    began = clock.monotonic()
    parts = [*plan.pages, *plan.parts]
    for part in parts if stop.soon else ():
        part.ask_to_stop_soon()
    end_all(parts, clock, stop.drain_s + PARTS_MARGIN_S)
    left_s = began + stop.drain_s + PARTS_MARGIN_S + SERVERS_MARGIN_S - clock.monotonic()
    end_all([*plan.provider, *plan.servers], clock, left_s)


async def _start(
    plan: Plan, group: asyncio.TaskGroup, clock: Clock, stop: Stop, announce: Callable[[str], None]
) -> None:
    """Have `group` keep everything, each in its turn; over when the address is said."""

    def keep_all(services: Sequence[Service]) -> None:
        for service in services:
            group.create_task(keep(service, clock, stop), name=service.name)

    keep_all([*plan.servers, *plan.pages])
    async with asyncio.TaskGroup() as asking:
        if plan.address:
            asking.create_task(_announce(plan.address, clock, stop, announce), name="address")
            await _head_start(plan.address, clock, stop)
        keep_all(plan.provider)
        if plan.provider_port is not None:
            await _until_heard(plan.provider_port, clock, stop)
        keep_all(plan.parts)


def _servers(installation: Installation, settings: Settings) -> list[Service]:
    """The servers that are not set to be somebody else's."""
    servers: list[Service] = []
    if settings.database_url is None:
        servers.append(installation.postgres)
    if settings.valkey_url is None:
        servers.append(installation.valkey)
    return servers


def _migrate(installation: Installation) -> None:
    migrated = migrate(installation.owner_conninfo)
    if migrated:
        structlog.get_logger().info("schema.migrated", migrations=len(migrated), newest=migrated[-1])


def _ports(settings: Settings, simulates: bool, serves: bool) -> dict[str, int]:
    """The ports by their setting; a 0 has become a free one. They stay ours over restarts of a part."""
    wanted: dict[str, tuple[str, int]] = {}
    if serves:
        wanted["TOUCHLINE_WEB__PORT"] = (settings.web.host, settings.web.port)
    if simulates:
        wanted["TOUCHLINE_SIMULATOR__HTTP_PORT"] = ("127.0.0.1", settings.simulator.http_port)
        wanted["TOUCHLINE_SIMULATOR__MQTT_PORT"] = ("127.0.0.1", settings.simulator.mqtt_port)
    with contextlib.ExitStack() as held:
        return {name: _free_port(name, host, port, held) for name, (host, port) in wanted.items()}


def _free_port(setting: str, host: str, port: int, held: contextlib.ExitStack) -> int:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        probe = held.enter_context(socket.socket(family, kind, protocol))
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    except OSError as error:
        raise EmbeddedError(
            f"{host}:{port} can't be listened on ({error.strerror}). "
            f"Set {setting} to a free port, or to 0 for any."
        ) from None
    return int(probe.getsockname()[1])


async def _head_start(address: str, clock: Clock, stop: asyncio.Event) -> None:
    """Wait until the pages answer, at most so long: nothing else depends on them."""
    deadline = clock.monotonic() + HEAD_START_MAX_S
    while clock.monotonic() < deadline and not stop.is_set() and not await _is_ready(address):
        await clock.wait(stop, ASK_EVERY_S)


async def _until_heard(port: int, clock: Clock, stop: asyncio.Event) -> None:
    """Wait until somebody listens at `port` of loopback, at most so long: who asks too early is put off for
    minutes by his own breaker."""
    deadline = clock.monotonic() + PROVIDER_START_MAX_S
    while clock.monotonic() < deadline and not stop.is_set():
        try:
            async with asyncio.timeout(ANSWER_MAX_S):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
        except (OSError, TimeoutError):
            await clock.wait(stop, ASK_EVERY_S)
        else:
            writer.close()
            return


async def _announce(address: str, clock: Clock, stop: asyncio.Event, announce: Callable[[str], None]) -> None:
    """Say the address once the pages are ready; say it, too, when that takes long."""
    late_at = clock.monotonic() + LATE_S
    while not stop.is_set():
        if await _is_ready(address):
            announce(address)
            return
        if clock.monotonic() > late_at:
            structlog.get_logger().warning("installation.late", address=address, waited_s=LATE_S)
            late_at = float("inf")
        await clock.wait(stop, ASK_EVERY_S)


async def _is_ready(address: str) -> bool:
    """Whether `/readyz` answers 200."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    try:
        async with asyncio.timeout(ANSWER_MAX_S):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            try:
                writer.write(f"GET /readyz HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
