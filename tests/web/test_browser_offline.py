"""What is left without a network, and how the pages are installed."""

import json

import pytest
from playwright.async_api import Page, expect
from tests.web.browsing import live, shows, streams, until
from tests.web.conftest import Opening
from tests.web.matchday import NOW, Fixture, score, store

from touchline.store.db import Database

ID = "aaaaaaaaaaaaaa1"
HELD = "address => caches.match(address).then(Boolean)"
SCRIPT = "document.querySelector('script').src"
REACHED = "fetch('/api/matches/live', { cache: 'no-store' }).then((answer) => answer.ok, () => false)"
OLD_CACHE = (
    "caches.open('touchline-before').then((cache) => cache.put('/static/before/page.js', new Response('')))"
)

pytestmark = pytest.mark.timeout(60)


async def held(page: Page, address: str) -> None:
    """Wait until the worker holds a copy of `address`, and the script that brings it to life."""

    async def there() -> bool:
        return bool(
            await page.evaluate(HELD, address) and await page.evaluate(HELD, await page.evaluate(SCRIPT))
        )

    assert await until(there), f"never held {address}"


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
        assert await page.evaluate(REACHED)
        await page.reload()
        await live(page)
        await streams(here, 1)
        for path in ("/api/matches/live", "/live/stream"):
            assert not await page.evaluate(HELD, path)
        here.line.pull()
        assert not await page.evaluate(REACHED)


async def test_an_older_worker_s_files_are_removed(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        context = await here.visitor()
        docs = await here.open("/docs", context)
        await docs.evaluate(OLD_CACHE)
        page = await here.open("/", context)
        await live(page)
        await held(page, f"{here.address}/")

        async def alone() -> bool:
            return "touchline-before" not in await page.evaluate("caches.keys()")

        assert await until(alone)


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
