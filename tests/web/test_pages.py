"""The pages as they leave the server: everything is there before a script runs."""

import re
from importlib.resources import files

import pytest
from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, name, put, store, tell
from tests.web.test_match import TOLD

from touchline.football.model import GoalCancelled, Incident, Side, Status
from touchline.store.db import Database
from touchline.web.app import Parts
from touchline.web.pages.rows import HUES, hue, monogram

SCRIPTS = {
    entry.name: entry.read_text(encoding="utf-8")
    for entry in (files("touchline.web") / "static").iterdir()
    if entry.name.endswith(".js")
}
ID = "aaaaaaaaaaaaaa1"


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def rows_of(html: str, place: str = "row") -> list[str]:
    return re.findall(rf'<li class="row" id="{place}-(\w+)"', html)


async def page_of(client: AsyncClient, parts: Parts, path: str) -> str:
    """The page at `path`, with everything that was stored until now."""
    await parts.follower.catch_up()
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_live_page_shows_names_score_and_minute(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "team", "hhhhhhhhhhhhh01", "Home & Sons <FC>")
        await put(tx, Fixture(home_scores=(2, 0, 1, 0, 0, 0, 0), minute=92))

    page = await page_of(client, parts, "/")

    assert "Home &amp; Sons &lt;FC&gt;" in page
    assert '<b class="minute" aria-hidden="true">90+2&#39;</b>' in page
    assert '<span class="score" aria-hidden="true"><b>2</b><b>0</b></span>' in page
    home = "Home &amp; Sons &lt;FC&gt;"
    assert f'<span class="unseen">{home} 2, aaaaaaaaaaaaa01 0, 90+2 minutes, 1 red card {home}</span>' in page


async def test_in_play_stands_before_expected_by_competition(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(
        database,
        Fixture(id="expected1", status=Status.NOT_STARTED, minute=None, match_time=NOW - 6_000),
        Fixture(id="playing2", competition="other01", match_time=NOW - 3_000),
        Fixture(id="playing1", match_time=NOW - 3_500),
        Fixture(id="playing3", match_time=NOW - 1_000),
    )

    everything = await page_of(client, parts, "/")
    in_play = await page_of(client, parts, "/?show=in_play")
    one = await page_of(client, parts, "/?competition=other01")

    assert rows_of(everything) == ["playing1", "playing3", "playing2", "expected1"]
    assert '<b id="count-all">4</b>' in everything
    assert '<b id="count-in-play">3</b>' in everything
    assert rows_of(in_play) == ["playing1", "playing3", "playing2"]
    assert rows_of(one) == ["playing2"]
    assert 'data-only="group-in-play-other01"' in one


async def test_a_match_that_has_not_begun_has_neither_score_nor_dash(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture(status=Status.NOT_STARTED, minute=None, match_time=NOW - 60))

    page = await page_of(client, parts, "/")

    assert 'data-state="expected"' in page
    assert not re.search(r'class="(?:minute|score)"|—', page)


async def test_the_small_print_of_a_row(client: AsyncClient, parts: Parts, database: Database) -> None:
    goals = [3, 1, 0, 0, 0, 0, 0]
    await store(
        database,
        Fixture(id="halved1", home_scores=goals, away_scores=goals),
        Fixture(id="silent1", last_event_ts=NOW - 900, last_seen_ts=NOW - 900, match_time=NOW - 2_000),
        Fixture(id="kicking1", status=Status.SHOOT_OUT, home_scores=(1, 1, 0, 0, 0, 0, 4), away_scores=goals),
    )

    page = await page_of(client, parts, "/")
    row = dict(re.findall(r'id="row-(\w+)-now"(.*?)</a>', page))

    assert '<small class="half">HT 1–1</small>' in row["halved1"]
    assert '<em class="late">Data delayed</em>' in row["silent1"]
    assert "data delayed" in row["silent1"]
    assert '<small class="kicks">Pens 4–0</small>' in row["kicking1"]
    assert ">PEN<" in row["kicking1"]


async def test_a_goal_that_was_withdrawn_is_shown_as_such(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    goal = Incident(type=1, side=Side.AWAY, time=62, player_name="J. Varga", home_score=1, away_score=2)
    review = Incident(type=28, side=Side.AWAY, time=63, var_reason=1, var_result=2)
    fell = GoalCancelled(side=Side.AWAY, score=(1, 1), previous=(1, 2), incident=1)
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(), happened=[fell])
        await tell(tx, ID, [goal, review], withdrawn=[1])

    row, match = await page_of(client, parts, "/"), await page_of(client, parts, f"/match/{ID}")

    assert re.search(r'id="row-\w+-now"[^>]* data-cancelled="\d+"', row)
    assert '<em class="taken">Goal withdrawn</em>' in row
    assert re.search(
        r"<s><b>J\. Varga</b> <strong>1–2</strong></s><small>Goal withdrawn \(VAR\)</small>", match
    )
    assert match.count("J. Varga") == 1
    assert (await client.get(f"/api/matches/{ID}/incidents")).text.count("J. Varga") == 0


async def test_times_are_in_the_zone_asked_for_and_it_is_remembered(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture(match_time=1_770_483_600))

    assert ">22:30<" in await page_of(client, parts, "/?tz=Asia/Kolkata")
    assert ">22:30<" in await page_of(client, parts, "/")
    client.cookies.clear()
    assert ">17:00<" in await page_of(client, parts, "/")


async def test_a_cookie_with_nonsense_is_as_none(client: AsyncClient) -> None:
    client.cookies.set("tz", "Mars/Base")
    client.cookies.set("fav", "../../x.<b>")

    assert (await client.get("/")).status_code == 200


async def test_favourites_come_first_and_have_a_page(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(
        database, Fixture(id="other01"), Fixture(id="followed1", status=Status.ENDED, match_time=NOW - 9_000)
    )
    before = await page_of(client, parts, "/")

    answer = await client.post(
        "/favourites",
        data={"toggle": "followed1"},
        headers={"Referer": "http://touchline/day/2026-02-07?show=all", "Origin": "http://touchline"},
    )
    page, only = await page_of(client, parts, "/"), await page_of(client, parts, "/?show=favourites")

    assert "favourites" not in re.findall(r'<section class="section" id="([\w-]+)"', before)
    assert (answer.status_code, answer.headers["location"]) == (303, "/day/2026-02-07?show=all")
    assert re.findall(r'<section class="section" id="([\w-]+)"', page)[0] == "favourites"
    assert rows_of(page, "fav") == rows_of(only, "fav") == ["followed1"]
    assert 'id="fav-followed1-now"' in page
    assert 'value="followed1" aria-pressed="true"' in await page_of(client, parts, "/day/2026-02-07")

    await client.post("/favourites", data={"toggle": "followed1"})
    assert "No match of yours" in await page_of(client, parts, "/?show=favourites")


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({"toggle": "not an id"}, {}),
        ({"other": "followed1"}, {}),
        ({"toggle": "followed1"}, {"Origin": "https://elsewhere.example"}),
        ({"toggle": "followed1"}, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
async def test_nobody_follows_nonsense_or_in_anothers_name(
    client: AsyncClient, data: dict[str, str], headers: dict[str, str]
) -> None:
    answer = await client.post("/favourites", data=data, headers=headers)

    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers
    assert "is not allowed" in answer.text


async def test_a_hundred_favourites_are_kept_and_the_way_back_is_ours(client: AsyncClient) -> None:
    client.cookies.set("fav", ".".join(f"match{number:04}" for number in range(100)))

    answer = await client.post(
        "/favourites", data={"toggle": "match9999"}, headers={"Referer": "https://elsewhere.example/x"}
    )

    kept = re.search("fav=([^;]*)", answer.headers["set-cookie"])
    assert kept
    assert kept[1].split(".") == [*(f"match{number:04}" for number in range(1, 100)), "match9999"]
    assert answer.headers["location"] == "/"


async def test_a_day_leads_to_its_neighbours_and_can_be_narrowed(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(
        database,
        Fixture(id="playing1"),
        Fixture(id="finished1", status=Status.ENDED, match_time=NOW - 9_000),
        Fixture(id="later01", status=Status.NOT_STARTED, minute=None, match_time=NOW + 3_000),
    )

    page = await page_of(client, parts, "/day/2026-02-28?tz=Europe/Istanbul")
    shown = {show: rows_of(await page_of(client, parts, f"/day/2026-02-07?tz=UTC&show={show}")) for show in DAY}

    assert 'href="/day/2026-02-27"' in page
    assert 'href="/day/2026-03-01"' in page
    assert "Saturday 28 February 2026" in page
    assert shown == DAY
    chosen = await client.get("/day?date=2026-03-04")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/day/2026-03-04")
    assert (await client.get("/day/2026-02-07?show=in_play")).status_code == 400


async def test_competitions_to_pick_from_stand_by_country(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    async with database.transaction(NOW * 1000) as tx:
        for place, (country, title) in enumerate(
            (("Norland", "Cup"), ("Marenia", "First"), ("Marenia", "Cup"), ("", "World Cup"))
        ):
            await name(tx, "competition", f"c{place}", title, country=country)
            await put(tx, Fixture(id=f"match{place}", competition=f"c{place}"))
        for country in ("Norland", "Marenia"):
            await name(tx, "country", country, country)

    page = await page_of(client, parts, "/day/2026-02-07?tz=UTC")

    [rail] = re.findall(r'<nav class="rail".*?</nav>', page, re.DOTALL)
    assert text_of(rail).split("All ")[1].strip() == "World Cup Cup Marenia First Marenia Cup Norland"


DAY = {
    "all": ["finished1", "playing1", "later01"],
    "live": ["playing1"],
    "finished": ["finished1"],
    "scheduled": ["later01"],
}


async def test_a_match_page_tells_what_happened(client: AsyncClient, parts: Parts, database: Database) -> None:
    statistics = ({"type": 25, "home": 60, "away": 40},)
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(statistics=statistics, first_half_stats=({"type": 83, "home": 3, "away": 1},)))
        await tell(tx, ID, TOLD)

    page = await page_of(client, parts, f"/match/{ID}")
    shown = text_of(page)

    assert "J. Varga 0–1 Goal" in shown
    assert "45+2" in shown
    assert "Goal cancelled Video review: goal awarded" in shown
    assert "60% Possession 40%" in shown
    assert re.search(r'class="panel-first">.*?Shots', page, re.DOTALL)
    assert re.findall(rf'id="match-{ID}-(\w+)"', page) == [
        "score",
        "momentum",
        "told",
        "lineups",
        "stats",
        "info",
    ]


async def test_a_match_that_is_over_is_not_waited_for(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(
        database,
        Fixture(id="playing1"),
        Fixture(id="over0001", status=Status.ENDED),
        Fixture(id="cancel01", status=Status.CANCELLED),
    )

    shown = {
        match_id: text_of(await page_of(client, parts, f"/match/{match_id}"))
        for match_id in ("playing1", "over0001", "cancel01")
    }

    assert "Nothing to tell yet." in shown["playing1"]
    for match_id in ("over0001", "cancel01"):
        assert "Nothing is told of this match." in shown[match_id]
        assert "yet" not in shown[match_id]


async def test_a_shoot_out_is_told_kick_by_kick(client: AsyncClient, parts: Parts, database: Database) -> None:
    kicks = [
        Incident(type=29, side=Side.HOME, time=120, player_name="A", home_score=1, away_score=0),
        Incident(type=30, side=Side.AWAY, time=120, player_name="B"),
    ]
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(status=Status.SHOOT_OUT, home_scores=(1, 1, 0, 0, 0, 0, 1)))
        await tell(tx, ID, kicks)

    page = await page_of(client, parts, f"/match/{ID}")

    rows = re.findall(r'<ol class="kicks".*?</ol>', page)
    assert [re.findall(r'<li class="(\w+)"', row) for row in rows] == [
        ["scored", *["open"] * 4],
        ["missed", *["open"] * 4],
    ]
    assert "<b>1–0</b>" in page


async def test_every_page_refreshes_without_scripts(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())

    for path in ("/", "/day/2026-02-07", f"/match/{ID}"):
        page = await page_of(client, parts, path)
        assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in page
        assert f'data-after="{parts.board.position}"' in page


async def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())
    await parts.follower.catch_up()

    for path in ("/", "/day/2026-02-07", f"/match/{ID}", "/docs", "/nothing", "/offline"):
        page = (await client.get(path)).text
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page), path
        assert not re.findall(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", page), path


async def test_a_page_is_packed_once_and_known_by_its_tag(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())
    await parts.follower.catch_up()
    packed = await client.get("/", headers={"Accept-Encoding": "br"})
    plain = await client.get("/", headers={"Accept-Encoding": "identity"})

    same = await client.get("/", headers={"Accept-Encoding": "br", "If-None-Match": packed.headers["etag"]})

    assert packed.text == plain.text
    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["etag"] != plain.headers["etag"]
    assert (same.status_code, same.content) == (304, b"")
    assert packed.headers["cache-control"] == "no-cache"


async def test_assets_are_kept_for_ever_under_their_fingerprint(client: AsyncClient) -> None:
    page = (await client.get("/")).text

    for url in set(re.findall(r'"(/static/[^"]+)"', page)):
        answer = await client.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    other = await client.get("/static/old/page.js")
    assert other.headers["cache-control"] == "public, max-age=60"
    assert (await client.get("/static/old/nothing.js")).status_code == 404


async def test_the_manifest_names_icons_that_are_there(client: AsyncClient) -> None:
    manifest = (await client.get("/manifest.webmanifest")).json()

    kinds = set()
    for icon in manifest["icons"]:
        answer = await client.get(icon["src"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, icon["type"])
        kinds.add((icon["sizes"], icon["purpose"]))
    assert kinds >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}


def test_no_script_asks_for_the_time_or_computes_a_minute() -> None:
    assert SCRIPTS
    for script, source in SCRIPTS.items():
        code = re.sub(r"//.*", "", source)
        assert not re.search(r"\bDate\(\)|Date\.now|new Date\b(?!\()|performance\.now|Temporal|minute", code), (
            script
        )


def test_a_crest_is_made_of_letters() -> None:
    names = {"Harbour City": "HC", "FC Kelder": "KEL", "Çiftlik": "ÇIF", "1. FC Lünestadt": "1L", "": "?"}

    assert {name: monogram(name) for name in names} == names
    assert {hue(f"team{number}") for number in range(200)} == set(range(HUES))
