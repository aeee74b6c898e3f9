"""`docs/core.md` says what the code does."""

from pathlib import Path

import pytest
from tests.core.drawing import diagram

from touchline.football import completeness, consequences, judges, kickoff, minute, order, phase, status
from touchline.football.model import Gap, Group, Reason

PAGE = Path(__file__).resolve().parents[2] / "docs" / "core.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_diagram_is_drawn_from_the_table(page: str) -> None:
    assert f"```mermaid\n{diagram()}\n```" in page, "run `python -m tests.core.drawing` and paste"


def test_every_source_is_listed_with_its_rank_and_its_groups(page: str) -> None:
    for source, rank in order.RANK.items():
        groups = ", ".join(group.value for group in Group if group in order.SPEAKS[source])
        assert f"| {rank} | `{source}` | {groups} |" in page


def test_every_reason_of_the_core_is_explained(page: str) -> None:
    elsewhere = {Reason.INVALID_MATCH_ID, Reason.CONTENDED}
    for reason in set(Reason) - elsewhere:
        assert f"`{reason}`" in page


def test_every_reason_why_a_part_is_open_is_explained(page: str) -> None:
    for gap in Gap:
        assert f"| `{gap}` |" in page
    assert f"after {completeness.ATTEMPTS_MAX} it is left" in page


def test_every_limit_is_named_with_its_value(page: str) -> None:
    for limit in (
        f"{order.SAME_MOMENT_MS // 1000} s",
        f"{order.PROVIDER_LAG_MS // 1000} s",
        f"{order.QUIET_MS // 60_000} min",
        f"{order.ECHO_MS // 1000} s",
        f"last {order.SUPERSEDED_MAX}",
        f"{phase.REPEAT_MS // 1000} s",
        f"{status.PROVISIONAL_MS // 60_000} min",
        f"{judges.CORRECTABLE_S // 3600} h",
        f"{kickoff.WINDOW_S} s",
        f"{kickoff.SECOND_PERIOD_S.start}–{kickoff.SECOND_PERIOD_S.stop - 1} s",
        f"{-minute.EARLY_S} s",
        f"{minute.OVERRUN_S // 60} min",
        f"{phase.WATCHED_S} s",
    ):
        assert limit in page, limit


def test_every_warning_of_the_core_is_listed(page: str) -> None:
    for name in (*consequences.WARNINGS, minute.KICKOFF_IN_FUTURE, minute.OVERRUN):
        assert f"`{name}`" in page
