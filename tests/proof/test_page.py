"""A real browser on a whole installation: a goal appears and the minute moves without a reload."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from tests.proof.installation import FastClock, Installation, say
from tests.proof.matchday import Matchday, matchday, provider_settings
from tests.proof.timelines import GOALS, Timeline, choose, read
from tests.shared import program, shared

TIMELINES = "data/timelines.jsonl"
SPEED = 60.0
EPOCH = 1_770_465_600.0
START_S = 14.0
FIRST_GOAL_S = (420, 1_200)
WITHIN_MS = 20_000
MINUTES = 3
WATCH = """id => {
  window.seen = { minute: {}, score: {} };
  const look = () => {
    for (const part in seen) seen[part][document.querySelector(`#${id} .${part}`)?.textContent] ??= Date.now();
  };
  look();
  const all = { childList: true, subtree: true, characterData: true };
  new MutationObserver(look).observe(document.getElementById("list"), all);
}"""
"""Notes when each text of a row was first on the page."""
SEEN = "([goal, minutes]) => goal in seen.score && Object.keys(seen.minute).length >= minutes"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def has_an_early_goal(match: Timeline) -> bool:
    """Whether the first goal falls soon after the kick-off, but not before a page is open."""
    goals = [event for event in match.events if event.type in GOALS]
    return bool(goals) and goals[0].period == "1H" and FIRST_GOAL_S[0] < goals[0].s < FIRST_GOAL_S[1]


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
        page.evaluate(WATCH, f"row-{match_id}-now")
        step = next(step for step in expected.steps if step.board.home + step.board.away)
        goal = f"{step.board.home}{step.board.away}"
        page.wait_for_function(SEEN, arg=[goal, MINUTES], timeout=WITHIN_MS)
        minutes, goal_ms = page.evaluate("goal => [Object.keys(seen.minute), seen.score[goal]]", goal)
        late_s = goal_ms / 1000 - clock.real(step.at)
        page.screenshot(path=tmp_path / "goal.png")
        unloaded = page.evaluate("window.before !== true")
        browser.close()
    say(f"the page went through {minutes}; the goal was on it {late_s:.1f} s after it fell")
    assert minutes == [minute.text for minute in expected.minutes if minute.text in minutes]
    assert not unloaded
    assert not problems


def goal_at(steps: tuple) -> float:
    """When the first goal falls."""
    return next(step.at for step in steps if step.board.home + step.board.away)
