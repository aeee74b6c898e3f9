"""A real browser on a whole installation: a goal appears and the minute moves without a reload."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.proof.installation import FastClock, Installation, say
from tests.proof.matchday import Matchday, matchday, provider_settings
from tests.proof.timelines import GOALS, Timeline, choose, read
from tests.shared import program, shared

TIMELINES = "data/timelines.jsonl"
SPEED = 60.0
EPOCH = 1_770_465_600.0
START_S = 14.0
EARLY_GOAL_S = 900
WITHIN_MS = 20_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def has_an_early_goal(match: Timeline) -> bool:
    """Whether a goal falls soon after the kick-off, but not at once."""
    return any(
        event.type in GOALS and event.period == "1H" and 240 < event.s < EARLY_GOAL_S for event in match.events
    )


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Matchday, Path]]:
    """An installation in which matches with early goals kick off in a moment."""
    chromium = program("chromium")
    path = shared(TIMELINES)
    chosen = choose([match for match in read(path) if has_an_early_goal(match)], 6, seed=3)
    clock = FastClock(time.time() + START_S - 300 / SPEED, EPOCH, SPEED)
    directory = tmp_path_factory.mktemp("page")
    with Installation(directory, clock, provider_settings(path, chosen)) as installation:
        yield installation, matchday(installation, chosen), Path(chromium)


@pytest.mark.timeout(90)
def test_a_goal_appears_and_the_minute_moves_without_a_reload(opened, tmp_path):
    installation, day, chromium = opened
    clock = installation.clock
    match_id, expected = min(day.expected.items(), key=lambda item: goal_at(item[1].steps))
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page()
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        clock.wait_until(expected.first + 130)
        page.goto(installation.url)
        page.evaluate("window.before = true")
        row = page.locator(f"#row-{match_id}-now")
        minutes = minutes_seen(page, f"#row-{match_id}-now .minute", 3)
        step = next(step for step in expected.steps if step.board.home + step.board.away)
        expect(row.locator(".score b")).to_have_text(
            [str(step.board.home), str(step.board.away)], timeout=WITHIN_MS
        )
        late_s = time.time() - clock.real(step.at)
        page.screenshot(path=tmp_path / "goal.png")
        unloaded = page.evaluate("window.before !== true")
        browser.close()
    say(f"the page went through {minutes}; the goal was on it {late_s:.1f} s after it fell")
    assert len(minutes) >= 3
    assert minutes == [minute.text for minute in expected.minutes if minute.text in minutes]
    assert not unloaded
    assert not problems


def goal_at(steps: tuple) -> float:
    """When the first goal falls."""
    return next(step.at for step in steps if step.board.home + step.board.away)


def minutes_seen(page: Page, selector: str, most: int) -> list[str]:
    """The texts one element goes through, as the page shows them, until there were so many."""
    seen: list[str] = []
    deadline = time.monotonic() + WITHIN_MS / 1000
    while len(seen) < most and time.monotonic() < deadline:
        text = page.locator(selector).inner_text(timeout=WITHIN_MS)
        if not seen or seen[-1] != text:
            seen.append(text)
        page.wait_for_timeout(50)
    return seen
