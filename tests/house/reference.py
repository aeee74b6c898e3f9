"""The page of events and metrics, read from the code.

`python -m tests.house.reference PAGE` writes it. What an event means is told on the page itself and
kept; everything else is taken from the code, so the page can't drift from it.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.code import SRC, Module, calls, modules

LEVELS = ("debug", "info", "warning", "error", "exception")
EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
ROW = re.compile(r"^\| `([a-z_.]+)` \|.*\| ([^|]*) \|$", re.MULTILINE)
METRICS = ("Counter", "Gauge", "Histogram")

HEAD = """# Events and metrics

Log lines are events with fields: as text `[timestamp] [level] [service] event {fields}`, or as JSON, one
object a line (`TOUCHLINE_LOG__FORMAT`). Failures are said when they begin and when they end.

`make pages` writes this page from the code; only the meaning of an event is written here by hand.
"""


@dataclass
class Event:
    """What the code says about one event."""

    levels: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)


def render(page: str) -> str:
    """The page as it has to be; meanings are kept from `page`, the page as it is."""
    meanings = {name: meaning.strip() for name, meaning in ROW.findall(page)}
    lines = [HEAD, "## Events", "", "| event | level | fields | room | meaning |", "|---|---|---|---|---|"]
    lines += [_event_row(name, event, meanings) for name, event in sorted(events().items())]
    lines += ["", "## Metrics", "", "| metric | type | labels | meaning |", "|---|---|---|---|"]
    lines += sorted(_metric_row(*metric) for metric in metrics())
    return "\n".join([*lines, ""])


def events() -> Mapping[str, Event]:
    """Every event the code can log."""
    found: dict[str, Event] = defaultdict(Event)
    for module in modules("src"):
        spoken = _spoken(module)
        for called, call in calls(module):
            for name in _names(call) if called in {*LEVELS, *spoken} else ():
                found[name].levels |= spoken.get(called, {called})
                found[name].fields |= {
                    word.arg for word in call.keywords if word.arg and word.arg != "exc_info"
                }
                found[name].rooms.add(_room(module))
        for name in _constants(module):
            found[name].levels.add("warning")
            found[name].rooms.add(_room(module))
    return found


def metrics() -> Iterator[tuple[str, str, list[str], str]]:
    """Every metric: name, type, labels, meaning."""
    source = ast.parse((SRC / "metrics.py").read_text(encoding="utf-8"))
    for kind, call in calls(Module(SRC / "metrics.py", "", source)):
        if kind in METRICS:
            name, meaning, *labels = (ast.literal_eval(argument) for argument in call.args)
            yield name, kind.lower(), labels[0] if labels else [], meaning


def _spoken(module: Module) -> dict[str, set[str]]:
    """Local names of logging methods: `say = log.info if first else log.debug`."""
    found = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            levels = {each.attr for each in ast.walk(node.value) if isinstance(each, ast.Attribute)} & {*LEVELS}
            if levels:
                found[node.targets[0].id] = levels
    return found


def _names(call: ast.Call) -> Iterator[str]:
    """The events of one call: its first argument, or the two of `"a.b" if ... else "a.c"`."""
    first = call.args[0] if call.args else None
    for choice in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
        if isinstance(choice, ast.Constant) and EVENT.fullmatch(str(choice.value)):
            yield str(choice.value)


def _constants(module: Module) -> Iterator[str]:
    """Warnings the pure core can only name; whoever asks it logs them."""
    for node in module.tree.body:
        named = _room(module) == "football" and isinstance(node, ast.Assign)
        if named and isinstance(node.value, ast.Constant) and EVENT.fullmatch(str(node.value.value)):
            yield str(node.value.value)


def _room(module: Module) -> str:
    return module.path.relative_to(SRC).parts[0].removesuffix(".py")


def _event_row(name: str, event: Event, meanings: Mapping[str, str]) -> str:
    fields = ", ".join(f"`{each}`" for each in sorted(event.fields))
    levels = ", ".join(level for level in LEVELS if level in event.levels)
    return f"| `{name}` | {levels} | {fields} | {', '.join(sorted(event.rooms))} | {meanings.get(name, '')} |"


def _metric_row(name: str, kind: str, labels: list[str], meaning: str) -> str:
    return f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in labels)} | {meaning} |"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(render(target.read_text(encoding="utf-8") if target.exists() else ""), encoding="utf-8")
