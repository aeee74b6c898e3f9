"""Which statement is answered by what: each statement of a store module by the function of its name."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from touchline.proving.twin.statements import ANSWERS, be_steady
from touchline.store import sql, views
from touchline.store.db import Statement

NO_STATEMENTS = frozenset({"grants"})
"""SQL files that are no list of statements."""


class NoTwin(Exception):
    """A statement that nobody has taught the twin. The message names it."""


class Answering(NamedTuple):
    """How a statement is answered."""

    run: Callable[..., Any]
    at_once: bool
    """Whether it never waits."""


def named() -> Mapping[str, bytes]:
    """Every statement of the store by `noun.name`."""
    entries = (entry.name for entry in files("touchline.store").iterdir() if entry.name.endswith(".sql"))
    nouns = sorted({name.removesuffix(".sql") for name in entries} - NO_STATEMENTS)
    return {f"{noun}.{name}": text for noun in nouns for name, text in sql.load(noun).items()}


def answer_to(statement: Statement) -> Answering:
    """How `statement` is answered. Raises NoTwin."""
    known = _KNOWN.get(statement)
    if known is None:
        names = [name for name, text in named().items() if text == statement]
        raise NoTwin(names[0] if names else str(statement))
    return known


def _known() -> Mapping[Statement, Answering]:
    found: dict[Statement, Answering] = {views.STEADY: Answering(be_steady, at_once=True)}
    texts = named()
    for name in ANSWERS.keys() & texts:
        run = ANSWERS[name]
        found[texts[name]] = Answering(run, at_once=not iscoroutinefunction(run))
    return found


_KNOWN = _known()
