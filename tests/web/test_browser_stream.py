"""One stream for all tabs of a browser, and what happens when it breaks."""

import re
from collections import Counter

import psycopg
import pytest
from playwright.async_api import Error, expect
from tests.conftest import Conninfo
from tests.web.browsing import (
    COUNT_FLASHES,
    WITHIN_MS,
    hide,
    live,
    same_as_fresh,
    shows,
    streams,
)
from tests.web.conftest import Opening
from tests.web.matchday import NOW, Fixture, change, put, score, store

from touchline.clock import SystemClock
from touchline.football.model import Status
from touchline.store.db import Database

ID = "aaaaaaaaaaaaaa1"
CUT_S = 10
TABS = 7
MOVE = "UPDATE ts_matches SET status_id = %(status)s, version = version + 1 WHERE external_id = %(id)s"
WITHOUT_LOCKS = "Object.defineProperty(navigator, 'locks', { get: () => undefined })"

pytestmark = pytest.mark.timeout(90)


async def goal(database: Database, home: int, match_id: str = ID) -> None:
    """A goal of the home side."""
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, match_id, home, 0)


async def fifty_changes(database: Database) -> list[str]:
    """Goals, minutes, kick-offs, ends and new matches; the ids of those with a goal, each with one."""
    playing = [f"play{number:02}" for number in range(20)]
    for number, match_id in enumerate(playing):
        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET minute = 70 WHERE external_id = %(id)s", {"id": match_id})
            await change(tx, match_id, kind="minute")
        if number < 12:
            await goal(database, 1, match_id)
    for number in range(6):
        status = Status.FIRST_HALF if number % 2 else Status.ENDED
        moving = f"expect{number:02}" if number % 2 else playing[12 + number]
        async with database.transaction(NOW * 1000) as tx:
            sql = (
                "UPDATE ts_matches SET status_id = %(status)s, version = version + 1 WHERE external_id = %(id)s"
            )
            await tx.execute(sql, {"id": moving, "status": int(status)})
            await change(tx, moving)
    for number in range(12):
        competition = f"ccccccccccccc{number % 4:02}"
        async with database.transaction(NOW * 1000) as tx:
            await put(
                tx, Fixture(id=f"joins{number:02}", competition=competition, match_time=NOW - 60 * number)
            )
    return playing[:12]


async def test_fifty_changes_in_ten_seconds_without_a_network_are_all_there_and_no_goal_twice(
    site: Opening, database: Database
) -> None:
    playing = [
        Fixture(id=f"play{number:02}", competition=f"ccccccccccccc{number % 3:02}") for number in range(20)
    ]
    expected = [
        Fixture(id=f"expect{number:02}", status=Status.NOT_STARTED, minute=None, match_time=NOW - 600)
        for number in range(6)
    ]
    await store(database, *playing, *expected)
    async with site() as here:
        page = await here.open("/")
        day = await here.open("/day/2026-02-07", page.context)
        await live(page, day)
        await page.evaluate(COUNT_FLASHES)

        here.line.pull()
        with_goals = await fifty_changes(database)
        await expect(page.locator("#notice")).to_contain_text("Unable to load match data", timeout=WITHIN_MS)
        await expect(page.locator("#row-play00")).to_be_visible()
        await SystemClock().sleep(CUT_S)
        here.line.plug()

        await shows(page, 1, "play00")
        await live(page, day)
        await expect(page.locator("#notice")).to_be_hidden()
        here.line.pull()
        here.line.plug()
        await streams(here, 1)
        await goal(database, 2, "play19")
        await shows(page, 2, "play19")
        await expect(page.locator(".flash-goal")).to_have_count(0, timeout=WITHIN_MS)
        await same_as_fresh(page)
        await shows(day, 1, "play00")
        await shows(day, 2, "play19")
        flashes = Counter(await page.evaluate("window.flashes"))
    assert flashes == {f"flash-goal row-{match_id}": 1 for match_id in [*with_goals, "play19"]}


async def test_seven_tabs_have_one_stream_and_each_gets_what_it_wants(
    site: Opening, database: Database
) -> None:
    await store(database, Fixture(), Fixture(id="other01"))
    async with site() as here:
        context = await here.visitor()
        paths = ["/", f"/match/{ID}", "/match/other01", *["/"] * (TABS - 3)]
        tabs = [await here.open(path, context) for path in paths]
        await live(*tabs)
        await streams(here, 1)

        await goal(database, 1)
        await goal(database, 2, "other01")

        for page in (tabs[0], *tabs[3:]):
            await shows(page, 1)
            await shows(page, 2, "other01")
        await expect(tabs[1].locator(".hero-goals")).to_have_text("1–0", timeout=WITHIN_MS)
        await expect(tabs[2].locator(".hero-goals")).to_have_text("2–0", timeout=WITHIN_MS)
        await streams(here, 1)


async def test_when_the_tab_that_listens_goes_another_goes_on(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        context = await here.visitor()
        first = await here.open("/", context)
        await live(first)
        second, third, fourth = [await here.open("/", context) for _ in range(3)]
        await live(second, third, fourth)

        await first.close()
        await goal(database, 1)
        await shows(second, 1)
        await streams(here, 1)

        with pytest.raises(Error):
            await second.goto("chrome://crash")
        await goal(database, 2)
        await shows(third, 2)

        await hide(third)
        await goal(database, 3)
        await shows(fourth, 3)
        await streams(here, 1)


async def test_a_hidden_tab_has_no_stream_and_is_whole_again_on_its_return(
    site: Opening, database: Database
) -> None:
    await store(database, Fixture(), Fixture(id="other01"))
    async with site() as here:
        page = await here.open("/")
        match = await here.open(f"/match/{ID}", page.context)
        await live(page, match)
        await hide(page)
        await hide(match)
        await streams(here, 0)

        await goal(database, 1)
        async with database.transaction(NOW * 1000) as tx:
            await put(tx, Fixture(id="joins01", competition="ccccccccccccc02"))
            await tx.execute("UPDATE ts_matches SET status_id = 8 WHERE external_id = 'other01'")
            await change(tx, "other01")
        await hide(page, False)
        await hide(match, False)

        await shows(page, 1)
        await expect(page.locator("#row-joins01")).to_be_visible(timeout=WITHIN_MS)
        await expect(page.locator(".flash-goal")).to_have_count(0, timeout=WITHIN_MS)
        await same_as_fresh(page)
        await expect(match.locator(".hero-goals")).to_have_text("1–0", timeout=WITHIN_MS)
        await streams(here, 1)


async def test_a_page_left_and_come_back_to_is_whole(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await here.open("/")
        await live(page)
        await page.goto(f"{here.address}/docs")
        await streams(here, 0)
        await goal(database, 1)

        await page.go_back()

        await shows(page, 1)
        await live(page)
        await streams(here, 1)


async def test_a_browser_without_locks_has_a_stream_a_tab(site: Opening, database: Database) -> None:
    await store(database, Fixture())
    async with site() as here:
        context = await here.visitor()
        await context.add_init_script(WITHOUT_LOCKS)
        tabs = [await here.open("/", context) for _ in range(2)]
        await live(*tabs)
        await streams(here, 2)

        await goal(database, 1)

        for page in tabs:
            await shows(page, 1)


async def test_a_log_made_anew_lets_the_page_read_itself_anew(
    site: Opening, database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await here.open("/")
        await live(page)
        await page.evaluate("window.same = true")

        with psycopg.connect(conninfo.owner) as owner:
            owner.execute("UPDATE change_log SET epoch = '00000000'")
        await goal(database, 5)

        await shows(page, 5)
        await expect(page.locator("body")).to_have_attribute("data-after", re.compile("^00000000-"))
        await live(page)
        assert await page.evaluate("window.same")
        await goal(database, 6)
        await shows(page, 6)


async def test_twenty_seconds_of_silence_are_said_and_what_is_shown_stays(
    site: Opening, database: Database
) -> None:
    await store(database, Fixture())
    async with site() as here:
        page = await (await here.visitor()).new_page()
        await page.clock.install()
        await page.goto(f"{here.address}/")
        await live(page)
        await expect(page.locator("#age")).to_have_text(re.compile(r"^\d s ago$"))

        here.line.mute()
        await page.clock.run_for(21_000)

        await expect(page.locator("#notice")).to_have_text("Data delayed")
        await expect(page.locator("#connection-text")).to_have_text("Data delayed")
        await expect(page.locator(f"#row-{ID}")).to_be_visible()
        await page.clock.run_for(5_000)
        await expect(page.locator("#notice")).to_contain_text("Unable to load match data")
        await expect(page.locator(f"#row-{ID}")).to_be_visible()
