"""The pages in a real Chromium, on the real server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.conftest import Conninfo
from tests.shared import program
from tests.web.conftest import served
from tests.web.matchday import NOW, Fixture, change, put, score, store, tell
from tests.web.test_match import TOLD

from touchline.football.model import Incident, Side, Status
from touchline.store.db import Database

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ID = "aaaaaaaaaaaaaa1"
WITHIN_MS = 10_000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    executable = program("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: Browser, url: str, **context: object) -> Page:
    """A page that fails the test on any error of a script or of the content policy."""
    page = await (await browser.new_context(**context)).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    page.on("console", lambda line: line.type == "error" and pytest.fail(f"console: {line.text}"))
    await page.goto(url)
    return page


async def live(page: Page) -> None:
    await expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=WITHIN_MS)


@pytest.mark.timeout(120)
async def test_a_goal_appears_without_reload(database: Database, conninfo: Conninfo) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await tell(tx, ID, TOLD[:1])
    async with served(database, conninfo.app) as address, chromium() as browser:
        board = await opened(browser, f"{address}/")
        match = await opened(browser, f"{address}/match/{ID}")
        day = await opened(browser, f"{address}/day/2026-02-07")
        for page in (board, match, day):
            await live(page)
            await page.evaluate("window.same = true")

        async with database.transaction(NOW * 1000) as tx:
            await score(tx, ID, 3, 0)

        await expect(board.locator(f"#row-{ID}-now .row-score")).to_have_text("3–0", timeout=WITHIN_MS)
        await expect(day.locator(f"#row-{ID}-now .row-score")).to_have_text("3–0", timeout=WITHIN_MS)
        await expect(match.locator(".hero-goals")).to_have_text("3–0", timeout=WITHIN_MS)
        await expect(board.locator(f"#row-{ID}")).to_have_class(re.compile("goal"))
        await expect(board.locator("#said")).to_contain_text("Goal!")
        for page in (board, match, day):
            assert await page.evaluate("window.same")

        async with database.transaction(NOW * 1000) as tx:
            await put(tx, Fixture(id="joins01", status=Status.FIRST_HALF))
        await expect(board.locator("#row-joins01")).to_be_visible(timeout=WITHIN_MS)


@pytest.mark.timeout(120)
async def test_a_browser_with_a_wrong_clock_shows_the_right_minute(
    database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture(minute=67))
    async with served(database, conninfo.app) as address, chromium() as browser:
        page = await (await browser.new_context(timezone_id="Pacific/Apia")).new_page()
        await page.clock.install(time="1999-12-31T23:59:00Z")
        await page.goto(f"{address}/?tz=UTC")
        await live(page)
        minute = page.locator(f"#row-{ID}-now .minute")
        await expect(minute).to_have_text("67'")

        await page.clock.fast_forward("15:00")
        await live(page)
        await expect(minute).to_have_text("67'")

        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET minute = 68")
            await change(tx, ID, kind="minute")
        await expect(minute).to_have_text("68'", timeout=WITHIN_MS)


@pytest.mark.timeout(120)
async def test_everything_is_there_without_scripts(database: Database, conninfo: Conninfo) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(home_scores=(2, 0, 0, 0, 0, 0, 0)))
        await put(tx, Fixture(id="expected1", status=Status.NOT_STARTED, minute=None, match_time=NOW - 60))
        await tell(tx, ID, TOLD)
    async with served(database, conninfo.app) as address, chromium() as browser:
        page = await opened(browser, f"{address}/", java_script_enabled=False)
        await expect(page.locator(f"#row-{ID}-now .minute")).to_have_text("67'")
        assert await page.locator("#connection noscript").inner_text() == "Refreshed every 15 s"

        await page.get_by_role("link", name="In play").click()
        await expect(page.locator("#row-expected1")).to_be_hidden()
        await page.locator(f"#row-{ID}").click()
        await expect(page.locator(".hero-goals")).to_have_text("2–0")
        await expect(page.locator("#match-told")).to_contain_text("J. Varga")
        await page.get_by_label("Times in").select_option("Asia/Tokyo")
        await page.get_by_role("button", name="Change").click()
        await expect(page.locator(".info time")).to_contain_text("Sunday 8 February 2026, 01:35")


@pytest.mark.timeout(120)
async def test_a_lost_connection_keeps_the_list_and_says_so(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with chromium() as browser:
        async with served(database, conninfo.app) as address:
            page = await (await browser.new_context()).new_page()
            await page.goto(f"{address}/")
            await live(page)

        await expect(page.locator("#notice")).to_contain_text("Unable to load match data", timeout=WITHIN_MS)
        await expect(page.locator(f"#row-{ID}")).to_be_visible()


@pytest.mark.timeout(120)
async def test_no_page_is_wider_than_a_small_phone(database: Database, conninfo: Conninfo) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(home="an-unusually-long-name-of-a-club-without-a-space"))
        await tell(tx, ID, TOLD)
    async with served(database, conninfo.app) as address, chromium() as browser:
        page = await opened(browser, f"{address}/", viewport={"width": 320, "height": 640})
        for path in ("/", f"/match/{ID}", "/day/2026-02-07", "/docs", "/?show=in_play"):
            await page.goto(address + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path


@pytest.mark.timeout(120)
async def test_on_a_phone_no_score_breaks_and_the_docs_begin_with_their_title(
    database: Database, conninfo: Conninfo
) -> None:
    long = "Bartholomew Featherstonehaugh"
    goals = [
        Incident(type=1, side=side, time=12 + place, player_name=long[: 9 + place], home_score=1, away_score=10)
        for place, side in enumerate([Side.HOME, Side.AWAY] * 10)
    ]
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(home_scores=(12, 10, 0, 0, 0, 0, 0), away_scores=(10, 10, 0, 0, 0, 0, 0)))
        await tell(tx, ID, goals)
    async with served(database, conninfo.app) as address, chromium() as browser:
        page = await opened(browser, f"{address}/match/{ID}", viewport={"width": 390, "height": 844})
        for width in (390, 320):
            await page.set_viewport_size({"width": width, "height": 844})
            for scores in (".told-list strong", ".told-minute", ".hero-goals", ".hero-minute .minute"):
                broken = (
                    "all => all.filter(each => each.getClientRects().length > 1).map(each => each.textContent)"
                )
                assert await page.locator(scores).evaluate_all(broken) == [], (width, scores)

        await page.set_viewport_size({"width": 390, "height": 844})
        await page.goto(f"{address}/docs")
        assert (await page.locator("h1").bounding_box() or {})["y"] < 120
        assert (await page.locator(".operation").first.bounding_box() or {})["y"] < 844


@pytest.mark.timeout(120)
async def test_the_keyboard_leads_to_a_match(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address, chromium() as browser:
        page = await opened(browser, f"{address}/")
        await live(page)
        for _ in range(12):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.id") == f"row-{ID}":
                break
        async with database.transaction(NOW * 1000) as tx:
            await put(tx, Fixture(id="joins01", status=Status.FIRST_HALF))
        await expect(page.locator("#row-joins01")).to_be_visible(timeout=WITHIN_MS)
        assert await page.evaluate("document.activeElement.id") == f"row-{ID}"
        await page.keyboard.press("Enter")
        await expect(page.locator(".hero")).to_be_visible()
