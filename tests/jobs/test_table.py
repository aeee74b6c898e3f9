"""The table of jobs, and what settings may make of it."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from touchline.errors import SettingsError
from touchline.jobs.job import Job, Missed
from touchline.jobs.table import JOBS
from touchline.jobs.timetable import Timetable, matched, timetable
from touchline.settings.reading import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"
ONE = Job(name="One Job", cron="* * * * *", offset_s=10, timeout_s=30, batch_size=100, missed=Missed.SKIP)
OTHER = Job(
    name="Other-Job", cron="*/5 * * * *", offset_s=20, timeout_s=300, batch_size=5, missed=Missed.LATEST
)


def made(*jobs: Job, **environ: str) -> Timetable:
    return timetable(jobs, load(environ, [job.key for job in jobs]))


def problems(*jobs: Job, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        made(*jobs, **environ)
    return list(refused.value.problems)


def test_the_table_can_be_used_in_any_zone() -> None:
    for zone in ("UTC", "Europe/Istanbul", "Asia/Kathmandu", "America/St_Johns"):
        assert len(made(*JOBS, TOUCHLINE_WEB__TIMEZONE=zone)) == len(JOBS)


def test_the_page_of_jobs_shows_the_table() -> None:
    shown = []
    for job in JOBS:
        cron = f"`{job.cron}`{', operator’s zone' if job.local else ''}"
        figures = f"{job.offset_s} | {job.timeout_s:g} | {job.batch_size} | {job.missed.value}"
        shown.append(f"| {job.name} | {cron} | {figures} |")
    page = PAGE.read_text(encoding="utf-8").partition("## See and steer")[0]
    rows = [line for line in page.splitlines() if line.startswith("| ") and "`" in line]

    assert [row.rpartition(" |")[0].rpartition("|")[0] + "|" for row in rows] == shown
    assert all(row.split("|")[-2].strip() for row in rows)


def test_no_two_jobs_have_one_key() -> None:
    assert len({job.key for job in JOBS}) == len(JOBS)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TOUCHLINE_JOB__ONE_JOB__CRON", "*/2 * * * *", {"cron": "*/2 * * * *"}),
        ("ONE_JOB_CRON", "*/2 * * * *", {"cron": "*/2 * * * *"}),
        ("TOUCHLINE_JOB__ONE_JOB__OFFSET", "7", {"offset_s": 7}),
        ("JOB_OFFSET_ONE_JOB", "0", {"offset_s": 0}),
        ("TOUCHLINE_JOB__ONE_JOB__TIMEOUT_MS", "1500", {"timeout_s": 1.5}),
        ("ONE_JOB_TIMEOUT_MS", "1500", {"timeout_s": 1.5}),
        ("TOUCHLINE_JOB__ONE_JOB__BATCH_SIZE", "7", {"batch_size": 7}),
        ("ONE_JOB_BATCH_SIZE", "7", {"batch_size": 7}),
        ("TOUCHLINE_JOB__ONE_JOB__MISSED", "all", {"missed": Missed.ALL}),
    ],
)
def test_what_is_set_for_a_job_goes_before_the_table(name: str, value: str, expected: dict[str, Any]) -> None:
    [one, other] = made(ONE, OTHER, **{name: value})

    assert {field: getattr(one.job, field) for field in expected} == expected
    assert other.job == OTHER


@pytest.mark.parametrize(
    "name",
    [
        "TOUCHLINE_JOB__NO_JOB__CRON",
        "TOUCHLINE_JOB__ONE_JOB__CORN",
        "JOB_OFFSET_NO_JOB",
        "TOUCHLINE_JOBS__NONE",
    ],
)
def test_a_setting_of_an_unknown_job_is_no_setting(name: str) -> None:
    [problem] = problems(ONE, **{name: "1"})

    assert problem.startswith(f"{name}: there is no such setting")


def test_a_misspelt_job_is_told_the_nearest() -> None:
    [problem] = problems(ONE, OTHER, TOUCHLINE_JOB__OTER_JOB__CRON="* * * * *")

    assert "did you mean TOUCHLINE_JOB__OTHER_JOB__CRON?" in problem


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "@daily", "H * * * *", "R * * * *"]
)
def test_a_cron_that_can_not_be_used_is_refused_by_name(cron: str) -> None:
    [problem] = problems(ONE, ONE_JOB_CRON=cron)

    assert problem.startswith("TOUCHLINE_JOB__ONE_JOB__CRON: ")
    assert "five fields" in problem


@pytest.mark.parametrize("offset", ["60", "-1", "1.5", "soon", "", "1e1"])
def test_a_wrong_offset_is_warned_of_once_and_the_tables_is_taken(offset: str) -> None:
    with capture_logs() as log:
        [one] = made(ONE, JOB_OFFSET_ONE_JOB=offset)

    assert one.job.offset_s == ONE.offset_s
    assert [(line["event"], line["log_level"], line["used"]) for line in log] == [
        ("stagger.offset.invalid", "warning", 10)
    ]


@pytest.mark.parametrize(
    ("cron", "meets"),
    [
        ("*/10 * * * *", True),
        ("0 3 * * *", True),
        ("3 3 * * *", False),
        ("5 3 31 12 *", True),
    ],
)
def test_two_jobs_that_could_start_in_one_second_are_refused_by_name(cron: str, meets: bool) -> None:
    if meets:
        [problem] = problems(ONE, OTHER, ONE_JOB_CRON=cron, JOB_OFFSET_ONE_JOB="20")
        assert "One Job and Other-Job" in problem
        assert "20 s" in problem
    else:
        assert len(made(ONE, OTHER, ONE_JOB_CRON=cron, JOB_OFFSET_ONE_JOB="20")) == 2


def test_a_job_of_a_zone_meets_what_its_clocks_may_show() -> None:
    local = Job(
        name="L", cron="0 0 * * *", offset_s=10, timeout_s=9, batch_size=1, missed=Missed.SKIP, local=True
    )
    hourly = Job(name="H", cron="15 * * * *", offset_s=10, timeout_s=9, batch_size=1, missed=Missed.SKIP)

    assert len(made(local, hourly)) == 2
    [problem] = problems(local, hourly, TOUCHLINE_WEB__TIMEZONE="Asia/Kathmandu")  # UTC+5:45
    assert "L and H" in problem


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(ONE, OTHER, ONE_JOB_CRON="x", OTHER_JOB_CRON="y")) == 2


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (["one_job"], "Other-Job: this job has no task"),
        (["one_job", "other_job", "third"], "third: this task has no job"),
    ],
)
def test_jobs_and_tasks_belong_together(tasks: list[str], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        matched(made(ONE, OTHER), tasks)

    assert refused.value.problems == (said,)


@pytest.mark.parametrize("name", ["TIMEOUT_MS", "BATCH_SIZE"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "99999999999"])
def test_a_number_out_of_range_is_refused_by_name(name: str, value: str) -> None:
    [problem] = problems(ONE, **{f"TOUCHLINE_JOB__ONE_JOB__{name}": value})

    assert f"TOUCHLINE_JOB__ONE_JOB__{name}" in problem
    assert value in problem
