"""The envelope around every HTTP answer, and what it means when it is none.

| the provider says | class |
|---|---|
| 429 by status or in the body | limited |
| 401, 403, or `err` about address, scope or account | refused |
| 5xx by status or in the body, half a body | transient |
| anything else that is no `{"code": 0, "results": …}` | no answer |
"""

import math
import re
from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec import Struct

from touchline.errors import ProviderAnswer, ProviderLimited, ProviderRefused, ProviderTransient
from touchline.provider.thesports.shapes import Cut, Misread, decode, whole, whole_or

PROVIDER = "thesports-http"
FINE = frozenset({0, 200})
RETRY_AFTER_S = 10.0
"""When the provider says "too many" without saying how long."""
RETRY_AFTER_MAX_S = 600.0
WORDS_MAX = 200

ABOUT_ADDRESS = re.compile(r"(?i)\bip\b")
ABOUT_PLAN = re.compile(r"(?i)\b(scope|plan|package|product|module|this (endpoint|interface|api|resource))\b")
ABOUT_ACCOUNT = re.compile(
    r"(?i)\b(account|user|secret|credential\w*|key|token|authori[sz]\w*|permission|denied|forbidden|not allowed"
    r"|access|expired?|subscri\w*)\b"
)


class Answer(Struct, frozen=True):
    """An answer that is one: its results, what came beside them, and the body it was read from."""

    results: object
    extra: object
    total: int | None
    body: bytes


class ScopeRefused(ProviderRefused):
    """The plan does not include this endpoint; others may still answer."""


def http_failure(endpoint: str, status: int, retry_after: str | None, now: float) -> None:
    """Raise what an HTTP status other than 2xx means. `now` is real time, for dates in Retry-After."""
    if status == 429:
        raise ProviderLimited(PROVIDER, endpoint, retry_after_s(retry_after, now))
    if status in {401, 403}:
        raise ProviderRefused(PROVIDER, endpoint, f"refused (HTTP {status})")
    if status >= 500:
        raise ProviderTransient(PROVIDER, endpoint, f"HTTP_{status}")
    if not 200 <= status < 300:
        raise _no_answer(endpoint, f"HTTP {status}", f"HTTP_{status}")


def open_answer(endpoint: str, body: bytes, retry_after: str | None, now: float) -> Answer:
    """The answer in `body`. Raises the ProviderError the body amounts to."""
    try:
        given = decode(body)
    except Cut:
        raise ProviderTransient(PROVIDER, endpoint, "TRUNCATED") from None
    except Misread as error:
        raise _no_answer(endpoint, f"not JSON ({error})", "NOT_JSON") from None
    if not isinstance(given, dict):
        raise _no_answer(endpoint, "JSON, but no object")
    err = given.get("err")
    if isinstance(err, str) and err:
        raise _said(endpoint, err)
    _check_code(endpoint, given, retry_after, now)
    if "results" not in given:
        raise _no_answer(endpoint, "no results in it")
    results = given["results"]
    query = given.get("query")
    return Answer(
        [] if results is None else results,
        given.get("results_extra"),
        _total(query.get("total")) if isinstance(query, dict) else None,
        body,
    )


def retry_after_s(header: str | None, now: float) -> float:
    """Seconds a `Retry-After` header asks for, as a number or as a date; a default without one."""
    wait_s = RETRY_AFTER_S
    if header is not None:
        try:
            wait_s = float(header)
        except ValueError:
            wait_s = _until(header, now)
    return min(max(wait_s, 1.0), RETRY_AFTER_MAX_S) if math.isfinite(wait_s) else RETRY_AFTER_S


def _until(date: str, now: float) -> float:
    try:
        then = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # what follows the time may have any number of digits
        return RETRY_AFTER_S
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now


def _check_code(endpoint: str, given: dict[str, object], retry_after: str | None, now: float) -> None:
    try:
        code = whole_or(0, given.get("code"), "code", -(10**9), 10**9)
    except Misread as error:
        raise _no_answer(endpoint, str(error)) from None
    if code in FINE:
        return
    message = given.get("msg") if isinstance(given.get("msg"), str) else ""
    if code == 429:
        raise ProviderLimited(PROVIDER, endpoint, retry_after_s(retry_after, now))
    if code in {401, 403}:
        raise ProviderRefused(PROVIDER, endpoint, f"refused (code {code}): {message}"[:WORDS_MAX])
    if 500 <= code < 600:
        raise ProviderTransient(PROVIDER, endpoint, f"CODE_{code}")
    raise _no_answer(endpoint, f"code {code}: {message}"[:WORDS_MAX], f"CODE_{code}")


def _said(endpoint: str, err: str) -> ProviderRefused | ProviderAnswer:
    words = err[:WORDS_MAX]
    if ABOUT_PLAN.search(err) and not ABOUT_ADDRESS.search(err):
        return ScopeRefused(PROVIDER, endpoint, f"refused: {words}")
    if ABOUT_ADDRESS.search(err) or ABOUT_ACCOUNT.search(err):
        return ProviderRefused(PROVIDER, endpoint, f"refused: {words}")
    return _no_answer(endpoint, f"the provider says: {words}")


def _no_answer(endpoint: str, why: str, code: str = ProviderAnswer.code) -> ProviderAnswer:
    error = ProviderAnswer(PROVIDER, endpoint, why)
    error.code = code
    return error


def _total(value: object) -> int | None:
    try:
        return whole(value, "total", 0, 10**9)
    except Misread:
        return None
