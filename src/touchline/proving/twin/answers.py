"""Which statement is answered by what: each statement of a store module by the function of its name."""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from touchline.proving.twin.statements import ANSWERS, be_steady
from touchline.store import sql, views
from touchline.store.db import Statement

COMMENT = re.compile(rb"--.*")
WRITES = re.compile(rb"\b(INSERT INTO|UPDATE|DELETE FROM|prune_change)\b")
"""What a statement says that writes or locks rows."""
NO_STATEMENTS = frozenset({"grants"})
"""SQL files that are no list of statements."""


class NoTwin(Exception):
    """A statement that nobody has taught the twin. The message names it."""


class Answering(NamedTuple):
    """How a statement is answered."""

    run: Callable[..., Any]
    at_once: bool
    """Whether it never waits."""
    writes: bool
    """Whether a transaction that is read-only refuses it."""


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
    found: dict[Statement, Answering] = {views.STEADY: Answering(be_steady, at_once=True, writes=False)}
    texts = named()
    for name in ANSWERS.keys() & texts:
        run = ANSWERS[name]
        at_once = not iscoroutinefunction(run)
        writes = WRITES.search(COMMENT.sub(b"", texts[name])) is not None
        found[texts[name]] = Answering(run, at_once=at_once, writes=writes)
    return found


_KNOWN = _known()
