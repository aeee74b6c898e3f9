"""What an open page does, in a real Chromium on the real server."""

import re

import pytest
from playwright.async_api import Page, expect
from tests.web.browsing import COUNT_FLASHES, WITHIN_MS, live
from tests.web.conftest import Opening
from tests.web.matchday import NOW, Fixture, change, put, score, store, tell
from tests.web.test_match import TOLD

from touchline.football.model import CardShown, GoalCancelled, Side, Status, StatusChanged
from touchline.store.db import Database

ID, OTHER = "aaaaaaaaaaaaaa1", "aaaaaaaaaaaaaa2"
DAY = "/day/2026-02-07"
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"

pytestmark = pytest.mark.timeout(60)

FLASHED = "name => window.flashes.includes(name)"
"""A frame was drawn of it: on a busy machine the next news may come first."""


async def follow(page: Page, match_id: str) -> None:
    """Press the star of a match in its list, and wait for it among the favourites."""
    await page.locator(f"#row-{match_id} .star").click()
    await expect(page.locator(f"#fav-{match_id}")).to_be_visible(timeout=WITHIN_MS)


async def scores(page: Page, match_id: str, *numbers: int) -> None:
    """Wait until a row shows this score."""
    await expect(page.locator(f"#row-{match_id}-now .score b")).to_have_text(
        [str(number) for number in numbers], timeout=WITHIN_MS
    )


async def test_a_goal_appears_without_reload(site: Opening, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await tell(tx, ID, TOLD[:1])
    async with site() as here:
        board = await here.open("/")
        match = await here.open(f"/match/{ID}", board.context)
        day = await here.open(DAY, board.context)
        await live(board, match, day)
        for page in (board, match, day):
            await page.evaluate("window.same = true")

        async with database.transaction(NOW * 1000) as tx:
            await score(tx, ID, 3, 0)

        await scores(board, ID, 3, 0)
        await scores(day, ID, 3, 0)
        await expect(board.locator(f"#row-{ID}")).to_have_class(re.compile("flash-goal"))
        await expect(match.locator(".hero-goals")).to_have_text("3–0", timeout=WITHIN_MS)
        await expect(match.locator("#said")).to_contain_text("Goal!")
        for page in (board, match, day):
            assert await page.evaluate("window.same")

        async with database.transaction(NOW * 1000) as tx:
            await put(tx, Fixture(id="joins01", status=Status.FIRST_HALF))
        await expect(board.locator("#row-joins01")).to_be_visible(timeout=WITHIN_MS)


async def test_only_followed_matches_are_spoken_of_and_each_thing_flashes_once(
    site: Opening, database: Database
) -> None:
    await store(database, Fixture(), Fixture(id=OTHER, match_time=NOW - 3_900))
    async with site() as here:
        page = await here.open("/")
        await live(page)
        await page.evaluate(COUNT_FLASHES)
        await follow(page, ID)
        said = page.locator("#said")

        async with database.transaction(NOW * 1000) as tx:
            await score(tx, OTHER, 1, 0)
            await score(tx, ID, 1, 0)
        await expect(said).to_have_text(re.compile("^Goal! [^G]*1[^G]*0$"), timeout=WITHIN_MS)
        await page.wait_for_function(FLASHED, arg=f"flash-goal fav-{ID}", timeout=WITHIN_MS)

        taken = GoalCancelled(side=Side.HOME, score=(0, 0), previous=(1, 0))
        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET home_scores[1] = 0 WHERE external_id = %(id)s", {"id": ID})
            await change(tx, ID, happened=[taken])
        await expect(page.locator(f"#row-{ID} .taken")).to_be_visible(timeout=WITHIN_MS)
        await expect(said).to_contain_text("Goal withdrawn")
        await page.wait_for_function(FLASHED, arg=f"flash-warn fav-{ID}", timeout=WITHIN_MS)

        async with database.transaction(NOW * 1000) as tx:
            await change(tx, ID, happened=[CardShown(side=Side.AWAY, type=4, incident=1)])
        await expect(said).to_contain_text("Red card", timeout=WITHIN_MS)
        await page.wait_for_function(FLASHED, arg=f"flash-red fav-{ID}", timeout=WITHIN_MS)

        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET status_id = 8 WHERE external_id = %(id)s", {"id": ID})
            over = StatusChanged(before=Status.SECOND_HALF, after=Status.ENDED)
            await change(tx, ID, happened=[over])
        await expect(said).to_contain_text("Full time", timeout=WITHIN_MS)

        told = await said.inner_text()
        assert [told.count(word) for word in ("Goal!", "withdrawn", "Red", "Full")] == [1, 1, 1, 1]
        flashes = await page.evaluate("window.flashes.sort()")
        assert flashes.count(f"flash-goal row-{OTHER}") == 1
        for name in ("goal", "warn", "red"):
            assert flashes.count(f"flash-{name} fav-{ID}") == 1, flashes


async def test_nothing_flashes_or_is_said_on_first_sight(site: Opening, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await score(tx, ID, 1, 0)
    async with site() as here:
        context = await here.visitor()
        await context.add_init_script(f"({COUNT_FLASHES})()")
        page = await here.open(f"/match/{ID}", context)
        await live(page)
        await page.reload()
        await live(page)
        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET minute = 68")
            await change(tx, ID, kind="minute")
        await expect(page.locator(".hero .minute")).to_have_text("68'", timeout=WITHIN_MS)

        assert await page.evaluate("window.flashes") == []
        assert await page.locator("#said").inner_text() == ""


async def test_a_browser_with_a_wrong_clock_shows_the_right_minute(site: Opening, database: Database) -> None:
    await store(database, Fixture(minute=67))
    async with site() as here:
        page = await (await here.visitor(timezone_id="Pacific/Apia")).new_page()
        await page.clock.install(time="1999-12-31T23:59:00Z")
        await page.goto(f"{here.address}/?tz=UTC")
        await live(page)
        minute = page.locator(f"#row-{ID}-now .minute")
        await expect(minute).to_have_text("67'")
        await expect(page.locator(f"#row-{ID} time")).to_have_text("16:35")

        await page.clock.fast_forward("03:00:00")
        await live(page)
        await expect(minute).to_have_text("67'")

        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET minute = 68")
            await change(tx, ID, kind="minute")
        await expect(minute).to_have_text("68'", timeout=WITHIN_MS)


async def test_everything_is_there_without_scripts(site: Opening, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(home_scores=(2, 0, 0, 0, 0, 0, 0)))
        await put(tx, Fixture(id="expected1", status=Status.NOT_STARTED, minute=None, match_time=NOW - 60))
        await tell(tx, ID, TOLD)
    async with site() as here:
        page = await here.open("/", java_script_enabled=False)
        await expect(page.locator(f"#row-{ID}-now .minute")).to_have_text("67'")
        assert await page.locator("#connection noscript").inner_text() == "Refreshed every 15 s"

        await page.locator("#row-expected1 .star").click()
        await expect(page.locator("#fav-expected1")).to_be_visible()
        await page.get_by_role("link", name="In play").click()
        await expect(page.locator("#row-expected1")).to_be_hidden()

        await page.locator(f"#row-{ID}-now").click()
        await expect(page.locator(".hero-goals")).to_have_text("2–0")
        await expect(page.locator(f"#match-{ID}-told")).to_contain_text("J. Varga")
        await page.get_by_label("Times in").select_option("Asia/Tokyo")
        await page.get_by_role("button", name="Change").click()
        await expect(page.locator(".info time")).to_contain_text("Sunday 8 February 2026, 01:35")

        await page.get_by_role("link", name="Fixtures").click()
        await page.get_by_label("Go to a day").fill("2026-02-08")
        await page.get_by_role("button", name="Show").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sunday 8 February 2026")


async def test_stars_and_the_zone_work_without_a_reload(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await here.open("/", timezone_id="Asia/Tokyo")
        await live(page)
        await page.evaluate("window.same = true")
        star = page.locator(f"#row-{ID} .star")

        await star.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(f"#fav-{ID}")).to_be_visible(timeout=WITHIN_MS)
        await expect(star).to_have_attribute("aria-pressed", "true")
        await expect(star).to_be_focused()
        await star.click()
        await expect(page.locator(f"#fav-{ID}")).to_have_count(0, timeout=WITHIN_MS)

        await expect(page.locator(f"#row-{ID} time")).to_have_text("16:35")
        await page.get_by_role("button", name="Show times in Asia/Tokyo?").click()
        await expect(page.locator(f"#row-{ID} time")).to_have_text("01:35", timeout=WITHIN_MS)
        await expect(page.locator(".offer")).to_have_count(0)
        await page.get_by_label("Times in").select_option("Europe/Istanbul")
        await expect(page.locator(f"#row-{ID} time")).to_have_text("19:35", timeout=WITHIN_MS)
        await live(page)
        assert await page.evaluate("window.same")

        await page.reload()
        await expect(page.locator(f"#row-{ID} time")).to_have_text("19:35")
        await expect(page.locator(".offer")).to_have_count(0)


async def test_the_keyboard_leads_to_a_match_and_stays_where_it_is(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await here.open("/")
        await live(page)
        met = []
        for _ in range(30):
            await page.keyboard.press("Tab")
            met.append(
                await page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
            )
            if met[-1] == f"row-{ID}-now":
                break
        assert met[0] == "Skip to content"
        assert any(each.startswith("In play") for each in met)

        async with database.transaction(NOW * 1000) as tx:
            await put(tx, Fixture(id="joins01", status=Status.FIRST_HALF))
            await score(tx, ID, 1, 0)
        await expect(page.locator("#row-joins01")).to_be_visible(timeout=WITHIN_MS)
        await scores(page, ID, 1, 0)
        assert await page.evaluate("document.activeElement.id") == f"row-{ID}-now"
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "toggle"
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator(".hero")).to_be_visible()
