"""What is left without a network, and how the pages are installed."""

import json

import pytest
from playwright.async_api import Page, expect
from tests.web.browsing import WITHIN_MS, live, shows, streams
from tests.web.conftest import Opening
from tests.web.matchday import NOW, Fixture, score, store

from touchline.store.db import Database

ID = "aaaaaaaaaaaaaa1"
HELD = """async (address) => {
  for (const name of await caches.keys()) {
    if ((await (await caches.open(name)).match(address))) return true;
  }
  return false;
}"""
OLD_CACHE = (
    "caches.open('touchline-before').then((cache) => cache.put('/static/before/page.js', new Response('')))"
)

pytestmark = pytest.mark.timeout(60)


async def held(page: Page, address: str) -> None:
    """Wait until the worker holds a copy of `address`."""
    await page.wait_for_function(f"({HELD})({json.dumps(address)})", timeout=WITHIN_MS)


async def test_without_a_network_the_last_copy_is_shown_as_old_and_comes_to_life_again(
    site: Opening, database: Database
) -> None:
    await store(database, Fixture(home_scores=(1, 0, 0, 0, 0, 0, 0)))
    async with site() as here:
        context = await here.visitor()
        page = await here.open("/", context)
        await live(page)
        await held(page, f"{here.address}/")
        await page.close()
        here.line.pull()

        page = await context.new_page()
        await page.goto(f"{here.address}/")
        await shows(page, 1)
        await expect(page.locator("#notice")).to_have_text(
            "You are offline. This is how it stood at 7 Feb 2026, 17:41."
        )
        await expect(page.locator("body")).to_have_css("display", "flex")
        await page.goto(f"{here.address}/match/{ID}")
        await expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")

        await page.goto(f"{here.address}/")
        async with database.transaction(NOW * 1000) as tx:
            await score(tx, ID, 2, 0)
        here.line.plug()
        await shows(page, 2)
        await live(page)
        await expect(page.locator("#notice")).to_be_hidden()


async def test_the_worker_keeps_its_hands_off_streams_and_the_api(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await here.open("/")
        await live(page)
        await held(page, f"{here.address}/")
        await page.evaluate("fetch('/api/matches/live').then((answer) => answer.text())")
        await page.reload()
        await live(page)
        await streams(here, 1)
        for path in ("/api/matches/live", "/live/stream"):
            assert not await page.evaluate(HELD, path)
        here.line.pull()
        assert await page.evaluate("fetch('/api/matches/live').then(() => false, () => true)")


async def test_an_older_worker_s_files_are_removed(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        context = await here.visitor()
        docs = await here.open("/docs", context)
        await docs.evaluate(OLD_CACHE)
        page = await here.open("/", context)
        await live(page)
        await held(page, f"{here.address}/")

        await page.wait_for_function("caches.keys().then((names) => names.length === 1)", timeout=WITHIN_MS)
        assert await page.evaluate("caches.keys()") != ["touchline-before"]


async def test_the_manifest_is_valid_and_linked(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await here.open("/")
        session = await page.context.new_cdp_session(page)

        manifest = await session.send("Page.getAppManifest")
        obstacles = await session.send("Page.getInstallabilityErrors")

        assert manifest["url"] == f"{here.address}/manifest.webmanifest"
        assert manifest["errors"] == []
        assert [each["errorId"] for each in obstacles["installabilityErrors"]] in ([], ["in-incognito"])
        said = json.loads(manifest["data"])
        assert said["start_url"] == "/"
        assert {icon["sizes"] for icon in said["icons"]} >= {"192x192", "512x512"}
