"""Other words for what is told: messages put in between, bodies edited, messages left out."""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from touchline.simulator.script import Kind, Message, Script
from touchline.simulator.wire import Json, Record

Body = list[Json]
SLOTS = (2, 3)
"""Where home's and away's seven slots stand in a score tuple."""


def edited(script: Script, kind: Kind, edit: Callable[[Body], Body]) -> Script:
    """Every message of `kind` says what `edit` makes of it."""
    told = [replace(message, body=edit(message.body)) for message in script.tellings(kind)]
    return script.retold(tracks={kind: told})


def left_out(script: Script, kind: Kind, gone: Callable[[Message], bool]) -> Script:
    """The messages of `kind` that are `gone` are never told."""
    return script.retold(tracks={kind: [one for one in script.tellings(kind) if not gone(one)]})


def between(script: Script, kind: Kind, since: float, until: float, edit: Callable[[Body], Body]) -> Script:
    """From `since` to `until` the provider says what `edit` makes of it: what was said is said so at once,
    and is said right again in the end."""
    track = script.tellings(kind)
    inside = [
        replace(message, body=edit(message.body)) if since <= message.at < until else message
        for message in track
    ]
    more: list[Message] = []
    for at, put in ((since, edit), (until, list)):
        known = script.newest(kind, at)
        if known is not None and all(message.at != at for message in track):
            more.append(Message(at, script.id, kind, put(known.body)))
    return script.retold(tracks={kind: in_order([*inside, *more])})


def said(script: Script, kind: Kind, *told: tuple[float, Body]) -> Script:
    """`told` are messages besides."""
    more = [Message(round(at, 1), script.id, kind, body) for at, body in told]
    return script.retold(tracks={kind: in_order([*script.tellings(kind), *more])})


def in_order(messages: Iterable[Message]) -> Sequence[Message]:
    """By time."""
    return sorted(messages, key=lambda message: message.at)


def slots(body: Body) -> tuple[list[int], list[int]]:
    """Home's and away's slots of a score tuple, to be changed at will."""
    home, away = ([*map(int, part)] for part in (body[2], body[3]))  # type: ignore[arg-type]
    return home, away


def with_slots(body: Body, home: Sequence[int], away: Sequence[int]) -> Body:
    """A score tuple with other slots."""
    return [body[0], body[1], [*home], [*away], *body[4:]]


def entries(body: Body) -> list[Record]:
    """The entries of an incident list, to be changed at will."""
    return [dict(entry) for entry in body if isinstance(entry, dict)]
