"""The pages as they leave the server: everything is there before a script runs."""

import re
from importlib.resources import files

from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, name, put, store, tell
from tests.web.test_match import TOLD

from touchline.football.model import Status
from touchline.store.db import Database
from touchline.web.pages.views import HUES, hue, monogram

SCRIPTS = {
    entry.name: entry.read_text(encoding="utf-8")
    for entry in (files("touchline.web") / "static").iterdir()
    if entry.name.endswith(".js")
}


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


async def test_the_live_page_shows_names_score_and_minute(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "team", "hhhhhhhhhhhhh01", "Home & Sons <FC>")
        await put(tx, Fixture(home_scores=(2, 0, 0, 0, 0, 0, 0), minute=92))

    page = await client.get("/")

    assert page.status_code == 200
    assert "Home &amp; Sons &lt;FC&gt;" in page.text
    assert "90+2&#39;" in page.text
    assert re.search(r"2\s+–\s+0", text_of(page.text))


async def test_in_play_stands_before_expected_by_competition(client: AsyncClient, database: Database) -> None:
    await store(
        database,
        Fixture(id="expected1", status=Status.NOT_STARTED, minute=None, match_time=NOW - 6_000),
        Fixture(id="playing2", competition="other01", match_time=NOW - 3_000),
        Fixture(id="playing1", match_time=NOW - 3_500),
        Fixture(id="playing3", match_time=NOW - 1_000),
    )

    page = (await client.get("/")).text

    assert re.findall(r'id="row-(\w+)"', page) == ["playing1", "playing3", "playing2", "expected1"]


async def test_a_match_that_has_not_begun_has_neither_score_nor_dash(
    client: AsyncClient, database: Database
) -> None:
    await store(database, Fixture(status=Status.NOT_STARTED, minute=None, match_time=NOW - 60))

    page = (await client.get("/")).text

    assert '<span class="minute"></span>' in page
    assert 'class="versus"' in page


async def test_times_are_in_the_zone_asked_for_and_it_is_remembered(
    client: AsyncClient, database: Database
) -> None:
    await store(database, Fixture(match_time=1_770_483_600))

    asked = await client.get("/?tz=Asia/Kolkata")
    remembered = await client.get("/")
    client.cookies.clear()
    default = await client.get("/")

    assert ">22:30<" in asked.text
    assert ">22:30<" in remembered.text
    assert ">17:00<" in default.text


async def test_a_cookie_with_nonsense_is_as_none(client: AsyncClient) -> None:
    client.cookies.set("tz", "Mars/Base")

    assert (await client.get("/")).status_code == 200


async def test_a_day_leads_to_its_neighbours(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture(match_time=NOW))

    page = (await client.get("/day/2026-02-28?tz=Europe/Istanbul")).text

    assert 'href="/day/2026-02-27"' in page
    assert 'href="/day/2026-03-01"' in page
    assert "Saturday 28 February 2026" in page
    chosen = await client.get("/day?date=2026-03-04")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/day/2026-03-04")


async def test_a_match_page_tells_what_happened(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(statistics=({"type": 25, "home": 60, "away": 40},)))
        await tell(tx, "aaaaaaaaaaaaaa1", TOLD)

    shown = text_of((await client.get("/match/aaaaaaaaaaaaaa1")).text)

    assert "J. Varga 0–1 Goal" in shown
    assert "45+2" in shown
    assert "Goal awarded → goal cancelled" in shown
    assert "60 Possession 40" in shown


async def test_every_page_refreshes_without_scripts(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture())

    for path in ("/", "/day/2026-02-07", "/match/aaaaaaaaaaaaaa1"):
        assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in (await client.get(path)).text


async def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(
    client: AsyncClient, database: Database
) -> None:
    await store(database, Fixture())

    for path in ("/", "/day/2026-02-07", "/match/aaaaaaaaaaaaaa1", "/docs", "/nothing"):
        page = (await client.get(path)).text
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page), path
        assert not re.findall(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", page), path


async def test_assets_are_kept_for_ever_under_their_fingerprint(client: AsyncClient) -> None:
    page = (await client.get("/")).text

    for url in set(re.findall(r'"(/static/[^"]+)"', page)):
        answer = await client.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    other = await client.get("/static/old/page.js")
    assert other.headers["cache-control"] == "public, max-age=60"


def test_no_script_asks_for_the_time_or_computes_a_minute() -> None:
    assert SCRIPTS
    for script, source in SCRIPTS.items():
        code = re.sub(r"//.*", "", source)
        assert not re.search(r"\bDate\b|performance\.now|Temporal|Intl|minute", code), script


def test_a_crest_is_made_of_letters() -> None:
    names = {"Harbour City": "HC", "FC Kelder": "KEL", "Çiftlik": "ÇIF", "1. FC Lünestadt": "1L", "": "?"}

    assert {name: monogram(name) for name in names} == names
    assert {hue(f"team{number}") for number in range(200)} == set(range(HUES))
