"""The log inside a simulation: warnings go into the trace, and an error nobody expected to the referee."""

import contextlib
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from touchline.proving.loop import PROCESS
from touchline.proving.trace import Trace

UNEXPECTED = frozenset({"claim.failed"})
"""Events that say a fault of the product was caught."""


@contextlib.contextmanager
def told(trace: Trace, on_error: Callable[[str], None]) -> Iterator[None]:
    """While it lasts, the log of the product goes into `trace`; `on_error` hears what must not happen."""

    def take(_logger: WrappedLogger, level: str, event: EventDict) -> EventDict:
        name, error = event.pop("event"), event.pop("exc_info", None)
        trace.say(level, PROCESS.get(), event=name, fields=dict(event))
        if error or name in UNEXPECTED:
            on_error(f"unexpected error: {PROCESS.get()} said {name} {_told(event)}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[take],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def _told(event: Mapping[str, Any]) -> str:
    where = traceback.format_exc(limit=-3).strip()
    return f"{event} {where}" if where != "NoneType: None" else f"{event}"
