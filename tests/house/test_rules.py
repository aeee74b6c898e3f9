"""The rules of the house that no ready-made linter knows. Each names every place that breaks it."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from tests.house.code import ROOT, Module, calls, functions, modules

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "service", "misc"}
QUEUES = {"Queue", "LifoQueue", "PriorityQueue"}
STATEMENTS = {"execute", "executemany", "rows", "rows_as", "row", "send", "rows_later"}
OURS = tuple(modules("src"))
ALL = (*OURS, *modules("tests", "bench", "docs"))


def called(names: Collection[str], within: Iterable[Module]) -> Iterator[tuple[str, ast.Call]]:
    """Where any of `names` is called, and how."""
    for module in within:
        for name, call in calls(module):
            if name in names:
                yield f"{module.name}:{call.lineno}", call


def test_what_is_looked_at_is_the_house() -> None:
    assert {"src/touchline/store/db.py", "tests/house/test_rules.py", "bench/__main__.py"} <= {
        m.name for m in ALL
    }


def test_a_file_fits_into_a_head() -> None:
    assert [module.name for module in ALL if len(module.text.splitlines()) > FILE_LINES_MAX] == []


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{module.name}: {function.name}: {length} lines"
        for module in ALL
        for function in functions(module)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_nothing_is_left_for_later() -> None:
    assert [module.name for module in ALL if UNFINISHED.search(module.text)] == []


def test_a_file_is_a_noun() -> None:
    assert [module.name for module in OURS if module.path.stem in VAGUE] == []


def test_a_file_says_what_it_is() -> None:
    assert [module.name for module in OURS if module.text and not ast.get_docstring(module.tree)] == []


def test_every_queue_is_bounded() -> None:
    assert [place for place, call in called(QUEUES, ALL) if not (call.args or call.keywords)] == []


def test_sql_is_never_glued() -> None:
    glued = [
        place
        for place, call in called(STATEMENTS, OURS)
        if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert glued == []


def test_nobody_commits_by_hand() -> None:
    """A transaction of `store/db.py` commits when its block ends, and rolls back when that raises."""
    assert [place for place, _ in called({"commit", "rollback"}, OURS)] == []


def test_every_decision_has_its_number_once() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
