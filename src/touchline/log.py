"""Logging: events with fields, in two renderings.

Text: `[timestamp] [level] [service] event {fields}`. JSON: one object a line with
`timestamp`, `level`, `service`, `event` and the fields. Secrets never reach a line.
"""

import logging
import re
import sys
from typing import TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_FIELDS = frozenset({"secret", "password", "user", "authorization"})
SECRET_IN_TEXT = re.compile(r"(?i)\b(user|secret|password)=[^&\s\"']+")
URL_PASSWORD = re.compile(r"(\w+://[^:/@\s]*):[^@/\s]+@")

# What they warn of we say ourselves, once at its beginning and once at its end.
QUIET_LIBRARIES = (
    "aiomqtt",
    "amqtt",
    "asyncio",
    "httpcore2",
    "httpx2",
    "psycopg",
    "psycopg.pool",
    "transitions",
)


SILENT_LIBRARIES = ("procrastinate",)
"""They say of every failure what we have said of it."""


def mask(text: str) -> str:
    """`text` with credentials of query strings and URLs replaced by ***."""
    return URL_PASSWORD.sub(r"\1:***@", SECRET_IN_TEXT.sub(r"\1=***", text))


def _mask_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if key in SECRET_FIELDS:
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = mask(value)
    return event


def _sentence(name: str, event: EventDict) -> str:
    """What the text says instead of an event's name, where the requirement has a sentence for it."""
    job, took, offset_s = event.get("job"), event.get("duration_ms"), event.get("offset_s")
    match name:
        case "job.started":
            return f"Job started: {job}" + (f" (staggered +{offset_s}s)" if offset_s else "")
        case "job.completed":
            return f"Job completed: {job} ({took}ms)"
        case "job.failed":
            return f"Job failed: {job} ({took}ms)"
        case "job.timeout":
            return f"Job timed out: {job} ({took}ms)"
        case "job.skipped":
            return f"Job skipped: {job} ({event.get('reason')})"
    return name


def render_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """One line: `[timestamp] [level] [service] event {fields}`, a traceback below it where there is one.

    Of jobs there are sentences: `[...] [INFO] [work] Job started: Diary Refresh (staggered +35s) {fields}`.
    """
    timestamp = event.pop("timestamp")
    level = str(event.pop("level")).upper()
    service = event.pop("service", "touchline")
    name = _sentence(event.pop("event"), event)
    trace = event.pop("exception", None)
    fields = msgspec.json.encode(event, enc_hook=str).decode() if event else "{}"
    line = f"[{timestamp}] [{level}] [{service}] {name} {fields}"
    return f"{line}\n{trace}" if trace else line


def render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """One JSON object a line."""
    return msgspec.json.encode(event, enc_hook=str).decode()


def configure(service: str, *, form: str = "text", level: str = "INFO", stream: TextIO | None = None) -> None:
    """Set up logging for this process.

    `service` is the name between the brackets (`web`, `ingest` …), `form` is `text` or `json`.
    Records of libraries take the same way out.
    """

    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_service,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_fields,
    ]
    renderer: Processor = render_json if form == "json" else render_text
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel("ERROR")
    for name in SILENT_LIBRARIES:
        logging.getLogger(name).setLevel("CRITICAL")
