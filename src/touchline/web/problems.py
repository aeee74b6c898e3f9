"""Errors as problem details (RFC 9457); the only place that knows HTTP statuses.

`type` points into the docs page. Messages of our own error tree are safe to show; anything else is
"Internal error." here and a traceback in the log.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from msgspec import UNSET, Meta, Struct, UnsetType

from touchline.errors import BadInput, NotFound, StoreUnavailable, TooManyRequests, TouchlineError
from touchline.web.requests import request_id

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
ECHO_MAX = 100
"""Characters of what a client gave that are told back."""


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong. `field`, `value` and `allowed` say which input, and what it may be."""

    type: Annotated[str, Meta(examples=["/docs#problem-bad-input"])]
    title: str
    status: int
    detail: str
    request_id: str
    field: str | UnsetType = UNSET
    value: str | UnsetType = UNSET
    allowed: str | UnsetType = UNSET


KINDS: Mapping[str, tuple[int, str, str]] = {
    "bad-input": (400, "Bad input", "A parameter is unknown, given twice, or has a value that is not allowed."),
    "not-found": (404, "Not found", "There is nothing by that name."),
    "method-not-allowed": (405, "Method not allowed", "The address exists, the method does not."),
    "too-many-streams": (503, "Too many streams", "All event streams of this server are taken; try again."),
    "unavailable": (503, "Unavailable", "The database does not answer and no copy of this is held; try again."),
    "bad-request": (400, "Bad request", "What was sent is no HTTP request."),
    "too-slow": (408, "Too slow", "The request did not come to its end in time."),
    "too-large": (413, "Too large", "Nothing here takes a body of that size."),
    "address-too-long": (414, "Address too long", "No address here is that long."),
    "headers-too-large": (431, "Headers too large", "The headers are too many or too large."),
    "too-many-requests": (429, "Too many requests", "The rate limit is used up; come back after Retry-After."),
    "internal-error": (500, "Internal error", "Our fault; it is in the log under the request's id."),
}
"""Every kind of problem: status, title, what it means."""


def of(error: Exception, request: str) -> Problem:
    """The problem that `error` is, for the request with that id."""
    if isinstance(error, BadInput):
        field, value = _short(error.field), _short(str(error.value))
        detail = str(BadInput(field, value, error.allowed))
        return Problem(**_head("bad-input", detail, request), field=field, value=value, allowed=error.allowed)
    if isinstance(error, NotFound):
        return Problem(**_head("not-found", str(NotFound(error.kind, _short(error.asked))), request))
    if isinstance(error, Unreadable):
        return Problem(**_head(error.kind, KINDS[error.kind][2], request))
    if isinstance(error, TooManyRequests):
        return Problem(**_head("too-many-requests", str(error), request))
    if isinstance(error, TooManyStreams):
        return Problem(**_head("too-many-streams", str(error), request))
    if isinstance(error, StoreUnavailable):
        return Problem(**_head("unavailable", "Unable to load match data right now.", request))
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _of_framework(error, request)
    return Problem(**_head("internal-error", "Internal error.", request))


def answer(request: Request[Any, Any, State], error: Exception) -> Response[Problem]:
    """The response that says what went wrong, as problem details."""
    problem = of(error, request_id(request.scope))
    note(problem, error)
    return Response(
        problem,
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers(problem, error),
    )


def headers(problem: Problem, error: Exception) -> dict[str, str]:
    """What goes with a problem: when to come back (503), which methods there are (405, RFC 9110 §15.5.6)."""
    found = {"Cache-Control": "no-store"}
    if problem.status == 503:
        found["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, TooManyRequests):
        found["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, MethodNotAllowedException):
        found["Allow"] = (error.headers or {}).get("allow", "")
    return found


def note(problem: Problem, error: Exception) -> None:
    """Log what nobody foresaw, with its traceback."""
    if problem.status == 500:
        structlog.get_logger().error("http.failed", request_id=problem.request_id, exc_info=error)


def documented(*kinds: str) -> dict[int, ResponseSpec]:
    """The OpenAPI responses of these kinds."""
    return {KINDS[kind][0]: _spec([kind]) for kind in kinds}


def _spec(kinds: Sequence[str]) -> ResponseSpec:
    status, title, meaning = KINDS[kinds[0]]
    example = Problem(**_head(kinds[0], EXAMPLES.get(kinds[0], meaning), "0192f3c4a1b2"))
    if kinds[0] == "bad-input":
        example = of(BadInput("tz", "Mars/Base", "an IANA time zone such as Europe/Istanbul"), "0192f3c4a1b2")
    return ResponseSpec(
        Problem,
        generate_examples=False,
        description=f"{title}. {meaning}",
        media_type=MEDIA_TYPE,
        examples=[Example(summary=f"{status} {title}", value=_plain(example))],
    )


EXAMPLES = {
    "too-many-requests": str(TooManyRequests(1)),
    "not-found": "There is no match 'k82rekhg0w8nrep'.",
    "unavailable": "Unable to load match data right now.",
}


class TooManyStreams(TouchlineError):
    """As many event streams are open as the settings allow."""


class Unreadable(TouchlineError):
    """What was sent is no request that could be routed; `kind` says what is wrong with it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def _of_framework(error: HTTPException, request: str) -> Problem:
    kind = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "bad-input")
    detail = KINDS[kind][2] if kind != "bad-input" else error.detail
    head = _head(kind, detail, request)
    return Problem(**head | {"status": error.status_code})


def _short(given: str) -> str:
    """What was given, as far as it is told back."""
    return given if len(given) <= ECHO_MAX else given[: ECHO_MAX - 1] + "…"


def _head(kind: str, detail: str, request: str) -> dict[str, Any]:
    status, title, _ = KINDS[kind]
    return {
        "type": f"/docs#problem-{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request,
    }


def _plain(problem: Problem) -> dict[str, Any]:
    return {name: value for name in problem.__struct_fields__ if (value := getattr(problem, name)) is not UNSET}
