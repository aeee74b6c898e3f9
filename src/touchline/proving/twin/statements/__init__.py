"""The statements of the store's modules, a file a module, each answered by a function of its name."""

from collections.abc import Callable, Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements import (
    catalogue,
    changes,
    completeness,
    cursors,
    episodes,
    fixtures,
    flags,
    form,
    jobs,
    leases,
    matches,
    minutes,
    parts,
    pruning,
    raw,
    requests,
    standings,
    views,
    watch,
)
from touchline.proving.twin.transactions import Transaction

MODULES: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "catalogue": catalogue.ANSWERS,
    "changes": changes.ANSWERS,
    "completeness": completeness.ANSWERS,
    "cursors": cursors.ANSWERS,
    "episodes": episodes.ANSWERS,
    "fixtures": fixtures.ANSWERS,
    "flags": flags.ANSWERS,
    "form": form.ANSWERS,
    "jobs": jobs.ANSWERS,
    "leases": leases.ANSWERS,
    "matches": matches.ANSWERS | parts.ANSWERS,
    "minutes": minutes.ANSWERS,
    "pruning": pruning.ANSWERS,
    "raw": raw.ANSWERS,
    "requests": requests.ANSWERS,
    "standings": standings.ANSWERS,
    "views": views.ANSWERS,
    "watch": watch.ANSWERS,
}
ANSWERS: Mapping[str, Callable[..., Any]] = {
    f"{noun}.{name}": run for noun, runs in MODULES.items() for name, run in runs.items()
}
"""By `noun.name`."""


def be_steady(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    """views.STEADY, which stands in no file."""
    tx.steady()
    return Answer((), [], -1)
