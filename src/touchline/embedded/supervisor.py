"""Keeps processes running: one that ends is started again, with back-off, and said once."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from touchline.clock import Clock
from touchline.errors import EmbeddedError
from touchline.loop import backoff_s

LOOK_EVERY_S = 0.1
READY_EVERY_S = 0.02
STEADY_S = 3.0
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 10.0


class Service(Protocol):
    """A process that is to run as long as we do."""

    name: str

    @property
    def pid(self) -> int | None:
        """Its process id; None when it was never launched or has been stopped."""

    @property
    def returncode(self) -> int | None:
        """None while it runs."""

    def launch(self) -> None:
        """Start it. Raises EmbeddedError with what to do next."""

    def ready(self) -> bool:
        """Whether it does its work."""

    def ask_to_stop(self) -> None:
        """Begin to stop."""

    def stop(self, within_s: float) -> None:
        """Stop, at the latest in so many seconds."""


async def until_ready(services: Sequence[Service], clock: Clock, stop: asyncio.Event, within_s: float) -> None:
    """Wait until all launched `services` are ready, or `stop` is set.

    Raises EmbeddedError when one ends or takes longer than `within_s`.
    """
    deadline = clock.monotonic() + within_s
    for service in services:
        while not service.ready() and not stop.is_set():
            if service.returncode is not None or clock.monotonic() > deadline:
                raise EmbeddedError(
                    f"{service.name} does not start; its server.log in the data directory says why."
                )
            await clock.wait(stop, READY_EVERY_S)


async def keep(service: Service, clock: Clock, stop: asyncio.Event, *, steady_s: float = STEADY_S) -> None:
    """Keep `service` running until `stop` is set; ending it is left to `end_all`.

    The first of a row of deaths is said (`process.died`), and so is the recovery (`process.recovered`),
    which is to have lived and be ready for `steady_s`.
    """
    log = structlog.get_logger().bind(process=service.name)
    failures = 0
    while not stop.is_set():
        why = "" if service.pid is not None and service.returncode is None else _launch(service)
        if not why and await _lives(service, clock, stop, steady_s):
            if failures:
                log.info("process.recovered", pid=service.pid, failures=failures)
            failures = 0
            await _lives(service, clock, stop, None)
        if stop.is_set():
            return
        failures += 1
        if failures == 1 and why:
            log.error("process.died", error=why)
        elif failures == 1:
            log.error("process.died", pid=service.pid, exit_code=service.returncode)
        await clock.wait(stop, backoff_s(failures, BACKOFF_FIRST_S, BACKOFF_MAX_S))


def end_all(services: Iterable[Service], clock: Clock, within_s: float) -> None:
    """Stop all `services` side by side, at the latest in `within_s`."""
    deadline = clock.monotonic() + within_s
    running = list(services)
    for service in running:
        service.ask_to_stop()
    for service in running:
        service.stop(max(0.0, deadline - clock.monotonic()))


def _launch(service: Service) -> str:
    """Start it; why that failed, or nothing."""
    try:
        service.launch()
    except EmbeddedError as error:
        return str(error)
    return ""


async def _lives(service: Service, clock: Clock, stop: asyncio.Event, seconds: float | None) -> bool:
    """Whether `service` is ready after so long; without a limit, wait until it ends. `stop` ends it early."""
    deadline = None if seconds is None else clock.monotonic() + seconds
    while service.returncode is None and not stop.is_set():
        if deadline is not None and clock.monotonic() >= deadline and service.ready():
            return True
        await clock.wait(stop, LOOK_EVERY_S)
    return False
