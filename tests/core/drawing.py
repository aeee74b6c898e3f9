"""The status machine as a Mermaid diagram, drawn from its table.

`python -m tests.core.drawing` prints what `docs/core.md` must contain.
"""

from touchline.football.model import Status
from touchline.football.status import EVERY, NEXT, label


def diagram() -> str:
    """One arrow a move that is taken at once; rows that may go anywhere are drawn as one arrow to `any`."""
    lines = ["stateDiagram-v2", "    [*] --> not_started"]
    lines += [f"    {label(status)}: {status} {label(status)}" for status in NEXT]
    lines.append("    any: any status")
    for before in NEXT:
        row = NEXT[before]
        if row.at_once == EVERY:
            lines.append(f"    {label(before)} --> any")
        else:
            lines += _arrows(before, row.at_once, "")
        lines += _arrows(before, row.while_provisional, ": while provisional")
        lines += _arrows(before, row.by_schedule, ": schedule source")
    return "\n".join(lines)


def _arrows(before: Status, afters: frozenset[Status], note: str) -> list[str]:
    return [f"    {label(before)} --> {label(after)}{note}" for after in sorted(afters - {before})]


if __name__ == "__main__":
    print(diagram())  # noqa: T201
