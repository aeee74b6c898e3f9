"""Shapes the wire comes in, brought to one: objects in their order, values without loss.

A value is taken when nothing is lost by it (`"60"`, `60.0` and `60` are one number); anything
else is a Misread, and the group it belongs to is kept raw.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import msgspec

from touchline.ids import is_external_id
from touchline.provider.port import CatalogueRecord, Reading, Report, Unreadable

DEPTH_MAX = 4
TEXT_MAX = 4_000
EARLIEST_TS = 946_684_800
"""The year 2000: nothing the provider knows is older."""
LATEST_TS = 4_102_444_800
"""The year 2100."""
MILLISECONDS_FROM = 100_000_000_000

INDEX = re.compile(r"[0-9]{1,18}")
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

T = TypeVar("T")


class Misread(Exception):
    """A value that is not what its place asks for. `str()` says which and why."""


class Cut(Misread):
    """A payload that ends before its end."""


def decode(payload: bytes) -> object:
    """The JSON of `payload`, NaN and lone surrogates included. Raises Misread, or Cut for half a payload."""
    try:
        return msgspec.json.decode(payload)
    except RecursionError:
        raise Misread("nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = str(error)
    try:
        parsed: object = json.loads(payload)
    except RecursionError:
        raise Misread("nested too deeply") from None
    except ValueError:
        raise (Cut if "truncated" in problem else Misread)(problem) from None
    return parsed


def kept(part: object) -> bytes:
    """A part of a payload as bytes, nothing lost."""
    return json.dumps(part, separators=(",", ":")).encode()


# ---------------------------------------------------------------- values


def whole(value: object, name: str, least: int, most: int) -> int:
    """A whole number between `least` and `most`."""
    number = value if type(value) is int else _number(value)
    if number is None:
        raise Misread(f"{name} is no whole number")
    if not least <= number <= most:
        raise Misread(f"{name} is not within {least}..{most}")
    return number


def _number(value: object) -> int | None:
    match value:
        case int():
            return int(value)
        case float() if math.isfinite(value) and value.is_integer():
            return int(value)
        case str() if WHOLE_NUMBER.fullmatch(value.strip()):
            return int(value.strip().partition(".")[0])
        case _:
            return None


def whole_or(default: T, value: object, name: str, least: int, most: int) -> int | T:
    """A whole number, or `default` where the wire says nothing."""
    return default if value is None or value == "" else whole(value, name, least, most)


def text(value: object, name: str) -> str:
    """Text; empty where the wire says nothing."""
    if value is None:
        return ""
    if type(value) is int or (isinstance(value, float) and math.isfinite(value)):
        value = str(value)
    if not isinstance(value, str):
        raise Misread(f"{name} is no text")
    if len(value) > TEXT_MAX:
        raise Misread(f"{name} is longer than {TEXT_MAX} characters")
    if UNSTORABLE.search(value):
        raise Misread(f"{name} holds characters that are none")
    return value


def external_id(value: object, name: str) -> str:
    """An id as the provider has them."""
    if not isinstance(value, str) or not is_external_id(value):
        raise Misread(f"{name} is empty or malformed")
    return value


def flag(value: object, name: str) -> bool:
    """0 or 1; absent is 0."""
    return whole_or(0, value, name, 0, 1) == 1


def instant(value: object, name: str, latest: int = LATEST_TS) -> int | None:
    """Unix seconds, also where the wire says milliseconds; None for 0 and for nothing."""
    number = whole_or(0, value, name, 0, MILLISECONDS_FROM * 1000)
    seconds = number // 1000 if number >= MILLISECONDS_FROM else number
    if seconds and not EARLIEST_TS <= seconds <= latest:
        raise Misread(f"{name} is no time between the year 2000 and tomorrow")
    return seconds or None


def changed_at(record: Mapping[str, object], latest: int) -> int:
    """When the provider changed `record`, Unix seconds; 0 where it does not say, or says what is yet to come.

    Such a stamp would keep out everything that is told afterwards.
    """
    at = instant(record.get("updated_at"), "updated_at") or 0
    return at if at <= latest else 0


def mapping(value: object, name: str) -> Mapping[str, object]:
    """An object; an empty list stands for an empty object."""
    if isinstance(value, dict):
        return value
    if value in (None, "", []):
        return {}
    raise Misread(f"{name} is no object")


def entries(value: object, name: str, mark: str = "") -> list[object]:
    """The entries of a list, of a map by index, or the one object that holds `mark`."""
    if isinstance(value, list):
        return value
    if value is None or value == "":
        return []
    if not isinstance(value, dict):
        raise Misread(f"{name} is no list")
    if mark and mark in value:
        return [value]
    if all(INDEX.fullmatch(key) for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return list(value.values())


def objects(
    value: object, marks: frozenset[str], key: str = "", depth: int = DEPTH_MAX
) -> Iterator[tuple[str, object]]:
    """Every object in `value`, in order, with the key it stood under (perhaps its id).

    Takes a list, a map by index or by id, `{"1": [...]}`, nested lists, a single object. A list that
    begins with text and holds no object is a bare tuple and comes out whole; so does what is no object.
    """
    match value:
        case dict() if not marks.isdisjoint(value):
            yield key, value
        case [str(), *rest] if not any(isinstance(part, dict) for part in rest):
            yield key, value
        case {} | [] if not value:
            return
        case dict() if depth:
            for inner, part in value.items():
                yield from objects(part, marks, inner, depth - 1)
        case list() if depth:
            for part in value:
                yield from objects(part, marks, key, depth - 1)
        case _:
            yield key, value


def provider_time(record: Mapping[str, object], latest: int) -> int | None:
    """The payload's own time of change, under whichever name, in the record or in its `meta`."""
    meta = record.get("meta")
    for place in (record, meta if isinstance(meta, dict) else {}):
        for name in ("updated_at", "update_time", "updateTime", "ut", "ts", "timestamp"):
            found = instant(place.get(name), name, latest)
            if found is not None:
                return found
    return None


# ---------------------------------------------------------------- what was found


class Findings:
    """What a payload has said so far. A group that can't be read is set aside, the others proceed."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.reports: list[Report] = []
        self.catalogue: list[CatalogueRecord] = []
        self.unreadable: list[Unreadable] = []

    def set_aside(self, what: str, why: str, part: object, match_id: str = "") -> None:
        """Keep a part that can't be read, whole."""
        known_id = match_id if is_external_id(match_id) else ""
        self.unreadable.append(
            Unreadable(kind=f"{self._channel}.{what}", reason=why, payload=kept(part), match_id=known_id)
        )

    def group(self, what: str, part: object, match_id: str, read: Callable[[], T]) -> T | None:
        """What `read` makes of `part`; None, with `part` set aside, if it is misread."""
        try:
            return read()
        except Misread as error:
            self.set_aside(what, str(error), part, match_id)
            return None

    def parts(
        self, results: object, marks: frozenset[str], match_id: str, what: str
    ) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Each object of an answer with the match it is about: by an id of its own, by the key it stood under,
        or else `match_id`, the one that was asked about."""
        for key, part in objects(results, marks):
            if not isinstance(part, dict):
                self.set_aside(what, "no object", part, key)
                continue
            named = part.get("match_id") or part.get("id") or (key if is_external_id(key) else match_id)
            if is_external_id(named):
                yield named, part
            else:
                self.set_aside("invalid_match_id", "the id is empty or malformed", part)

    def reading(self, total: int | None = None) -> Reading:
        """Everything found, in the order of the payload."""
        return Reading(
            reports=tuple(self.reports),
            catalogue=tuple(self.catalogue),
            unreadable=tuple(self.unreadable),
            total=total,
        )
