"""How the pages sit on small screens, for all eyes and ears, and that nothing jumps under a finger."""

import pytest
from playwright.async_api import expect
from tests.shared import npm_package
from tests.web.browsing import WITHIN_MS, live, shows
from tests.web.conftest import Opening
from tests.web.matchday import NOW, Fixture, change, put, score, store, tell
from tests.web.test_match import TOLD

from touchline.football.model import Incident, Side, Status
from touchline.store.db import Database

ID = "aaaaaaaaaaaaaa1"
DAY = "/day/2026-02-07"
LOOKED_AT = ("/", DAY, f"/match/{ID}", "/match/late001", "/day/2030-01-01", "/match/nobody", "/offline")
AXE = ("axe-core", "4.14.0")
GRAVE = ("serious", "critical")
SHIFT_MAX = 0.02
MISSED = "Failed to load resource: the server responded with a status of 404 (Not Found)"
FLAWS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
  ({ id, impact, nodes }) => [impact, id, nodes.map(({ html }) => html).slice(0, 3).join("\\n")]
)"""
WATCH_SHIFTS = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
BROKEN = "all => all.filter(each => each.getClientRects().length > 1).map(each => each.textContent)"

pytestmark = pytest.mark.timeout(60)


async def matchday(database: Database) -> None:
    """Something of everything a list shows."""
    async with database.transaction(NOW * 1000) as tx:
        await put(
            tx, Fixture(home_scores=(2, 1, 1, 2, 3, 0, 0), statistics=[{"type": 25, "home": 60, "away": 40}])
        )
        await tell(tx, ID, TOLD)
        await put(
            tx, Fixture(id="thin001", competition="other", status=Status.HALF_TIME, last_seen_ts=NOW - 5_000)
        )
        await put(tx, Fixture(id="late001", status=Status.NOT_STARTED, minute=None, match_time=NOW - 1_200))
        await put(tx, Fixture(id="over001", status=Status.ENDED, match_time=NOW - 9_000))
        await put(tx, Fixture(id="off0001", status=Status.DELAYED, match_time=NOW - 9_000))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_grave(site: Opening, database: Database, scheme: str) -> None:
    axe = (npm_package(*AXE) / "axe.min.js").read_text(encoding="utf-8")
    await matchday(database)
    async with site() as here:
        context = await here.visitor(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
        await context.add_init_script(axe)
        page = await context.new_page()
        for path in LOOKED_AT:
            await page.goto(here.address + path)
            flaws = await page.evaluate(FLAWS)
            assert [flaw for flaw in flaws if flaw[0] in GRAVE] == [], (path, scheme)
        here.problems.remove(MISSED)


async def test_no_page_is_wider_than_a_small_phone(site: Opening, database: Database) -> None:
    await matchday(database)
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(id="wide001", home="an-unusually-long-name-of-a-club-without-a-space"))
    async with site() as here:
        page = await here.open("/", viewport={"width": 320, "height": 640})
        for path in ("/", f"/match/{ID}", "/match/wide001", DAY, "/docs", "/?show=in_play", "/offline"):
            await page.goto(here.address + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path


async def test_on_a_phone_no_score_breaks_and_the_docs_begin_with_their_title(
    site: Opening, database: Database
) -> None:
    long = "Bartholomew Featherstonehaugh"
    goals = [
        Incident(type=1, side=side, time=12 + place, player_name=long[: 9 + place], home_score=1, away_score=10)
        for place, side in enumerate([Side.HOME, Side.AWAY] * 10)
    ]
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(home_scores=(12, 10, 0, 0, 0, 0, 0), away_scores=(10, 10, 0, 0, 0, 0, 0)))
        await tell(tx, ID, goals)
    async with site() as here:
        page = await here.open(f"/match/{ID}", viewport={"width": 390, "height": 844})
        for width in (390, 320):
            await page.set_viewport_size({"width": width, "height": 844})
            for whole in (".told strong", ".told-minute", ".hero-goals", ".hero-minute .minute"):
                assert await page.locator(whole).evaluate_all(BROKEN) == [], (width, whole)

        await page.set_viewport_size({"width": 390, "height": 844})
        await page.goto(f"{here.address}/docs")
        assert (await page.locator("h1").bounding_box() or {})["y"] < 120
        assert (await page.locator(".operation").first.bounding_box() or {})["y"] < 844


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_jumps_while_matches_change_begin_and_end(
    site: Opening, database: Database, width: int
) -> None:
    playing = [
        Fixture(
            id=f"play0{number:02}", competition=f"ccccccccccccc{number % 5:02}", match_time=NOW - 4_000 + number
        )
        for number in range(30)
    ]
    await store(database, *playing)
    async with site() as here:
        context = await here.visitor(viewport={"width": width, "height": 800})
        await context.add_init_script(f"({WATCH_SHIFTS})()")
        page = await here.open("/", context)
        await live(page)
        for number in range(30):
            await stir(database, number)
        await expect(page.locator("#row-joins29")).to_be_attached(timeout=WITHIN_MS)
        await shows(page, 29, "play000")
        assert await page.evaluate("window.shift") <= SHIFT_MAX


async def stir(database: Database, number: int) -> None:
    """A goal, a minute everywhere, one match that begins at the top of the list and one that ends."""
    joins = Fixture(id=f"joins{number:02}", competition=f"joins{number % 3}", match_time=NOW - 5_000 - number)
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, "play000", number, 0)
        await tx.execute("UPDATE ts_matches SET minute = minute + 1 WHERE external_id < 'play010'")
        for place in range(10):
            await change(tx, f"play0{place:02}", kind="minute")
        await put(tx, joins)
        if number % 3 == 0:
            over = f"play0{29 - number // 3:02}"
            await tx.execute("UPDATE ts_matches SET status_id = 8 WHERE external_id = %(id)s", {"id": over})
            await change(tx, over)
