"""The rules of the house that no ready-made linter knows."""

import ast
import re

import pytest
from tests.house.code import ROOT, Module, calls, functions, modules

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "service", "misc"}
ALL = [pytest.param(module, id=module.name) for module in modules("src", "tests", "bench", "docs")]
OURS = [pytest.param(module, id=module.name) for module in modules("src")]


@pytest.mark.parametrize("module", ALL)
def test_a_file_fits_into_a_head(module: Module) -> None:
    assert len(module.text.splitlines()) <= FILE_LINES_MAX


@pytest.mark.parametrize("module", ALL)
def test_a_function_fits_on_a_screen(module: Module) -> None:
    long = [
        f"{function.name}: {length} lines"
        for function in functions(module)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert long == []


@pytest.mark.parametrize("module", ALL)
def test_nothing_is_left_for_later(module: Module) -> None:
    assert UNFINISHED.findall(module.text) == []


@pytest.mark.parametrize("module", OURS)
def test_a_file_is_a_noun(module: Module) -> None:
    assert module.path.stem not in VAGUE


@pytest.mark.parametrize("module", OURS)
def test_a_file_says_what_it_is(module: Module) -> None:
    assert module.text == "" or ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", ALL)
def test_every_queue_is_bounded(module: Module) -> None:
    unbounded = [
        f"line {call.lineno}"
        for name, call in calls(module)
        if name in {"Queue", "LifoQueue", "PriorityQueue"} and not (call.args or call.keywords)
    ]
    assert unbounded == []


@pytest.mark.parametrize("module", OURS)
def test_sql_is_never_glued(module: Module) -> None:
    glued = [
        f"line {call.lineno}"
        for name, call in calls(module)
        if name in {"execute", "executemany", "rows", "rows_as", "row", "send", "rows_later"}
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert glued == []


@pytest.mark.parametrize("module", OURS)
def test_only_the_transaction_commits(module: Module) -> None:
    commits = [f"line {call.lineno}" for name, call in calls(module) if name in {"commit", "rollback"}]
    assert commits == [] or module.name == "src/touchline/store/db.py"


def test_every_decision_has_its_number_once() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
