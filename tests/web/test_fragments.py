"""What open pages are told: the bytes of a fresh page, whole again from any place, and no more than differs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, change, put, score, store, tell
from tests.web.test_match import TOLD

from touchline.feed.hub import Hub
from touchline.football.model import GoalCancelled, Side, Status
from touchline.store.db import Database
from touchline.web.app import Parts
from touchline.web.streams import FRAGMENTS

ID = "aaaaaaaaaaaaaa1"
MOVING = re.compile(r'<a class="now" id="(row-\w+-now)".*?</a>')
GROUP = re.compile(r'<div class="group" id="(group-[\w-]+)".*?</div>')
COUNT = re.compile(r'<b id="(count-[\w-]+)">.*?</b>')
ANY = re.compile(r'<(\w+)[^>]*? id="([\w-]+)"')


class Screen:
    """An open page as its script keeps it: the newest HTML of each element. Also the sink of its stream."""

    waiting = 0

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.heard: list[str] = []
        self.events: list[str] = []
        self.position = ""
        self.over = False

    def load(self, page: str) -> None:
        """Become a fresh page."""
        for kind in (MOVING, GROUP, COUNT):
            self.shown |= {found[1]: found[0] for found in kind.finditer(page)}
        after = re.search(r'data-after="([^"]*)"', page)
        self.position = after[1] if after else ""

    def write(self, data: bytes) -> None:
        for block in data.decode().split("\n\n"):
            lines = block.split("\n")
            name = next((line[7:] for line in lines if line.startswith("event: ")), "")
            self.events += [name] if name else []
            self.position = next((line[4:] for line in lines if line.startswith("id: ")), self.position)
            if name == "fragment":
                html = "\n".join(line[6:] for line in lines if line.startswith("data: "))
                for element in html.split("\n\n"):
                    self._place(element)

    def _place(self, html: str) -> None:
        kept = re.search(r'data-in="groups-([\w-]+)" data-keep="([^"]*)"', html)
        if kept:
            foreign = set(self.groups(kept[1])).difference(kept[2].split())
            self.shown = {key: held for key, held in self.shown.items() if key not in foreign}
            return
        found = ANY.search(html)
        assert found
        self.heard.append(found[2])
        if "data-gone" in html:
            self.shown.pop(found[2], None)
        elif found[2] == "count-all":
            self.shown |= {each[1]: each[0] for each in COUNT.finditer(html)}
        else:
            self.shown[found[2]] = html
            self.shown |= {each[1]: each[0] for each in MOVING.finditer(html)}

    def groups(self, section: str) -> list[str]:
        """The groups of a section that are shown."""
        return [key for key in self.shown if key.startswith(f"group-{section}-")]

    def rows(self) -> dict[str, str]:
        """The moving parts of rows, by their elements."""
        return {key: html for key, html in self.shown.items() if key.startswith("row-")}

    def abort(self) -> None:
        self.over = True

    def finish(self, last: bytes) -> None:
        self.over = True


def hub_of(parts: Parts) -> Hub:
    return next(stream.hub for stream in parts.streams if stream.route == FRAGMENTS)


@asynccontextmanager
async def listening(
    parts: Parts, screen: Screen, *matches: str, after: str | None = None
) -> AsyncIterator[str]:
    """`screen` on the stream, from its own position if no other is given; how it was resumed."""
    hub = hub_of(parts)
    greeting = parts.painter.greet(parts.desk.zone("UTC"), matches, after or screen.position)
    reader = hub.join(screen, greeting.topics, greeting.pieces)
    try:
        yield greeting.resume
    finally:
        hub.leave(reader)


async def heard(parts: Parts) -> None:
    """Everything stored until now is on the board, painted and told."""
    await parts.follower.catch_up()
    await parts.painter.turn()
    for _ in range(5):
        await asyncio.sleep(0)


async def fresh(client: AsyncClient, path: str = "/?tz=UTC") -> Screen:
    screen = Screen()
    screen.load((await client.get(path)).text)
    return screen


def same(one: Screen, other: Screen) -> bool:
    """Whether both show the same of a live page."""
    return visible(one) == visible(other)


def visible(screen: Screen) -> dict[str, object]:
    """Groups by their members, the rows of those members, and the counts."""
    groups = {key: re.findall(r'id="row-(\w+)"', html) for key, html in screen.shown.items() if "group-" in key}
    members = {f"row-{match}-now" for group in groups.values() for match in group}
    others = {key: html for key, html in screen.shown.items() if key in members or key.startswith("count")}
    return {**groups, **others}


async def play(database: Database) -> AsyncIterator[None]:
    """A few things that happen, one after another."""
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, ID, 1, 0)
    yield
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(id="joins01", competition="other01", status=Status.FIRST_HALF))
    yield
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET minute = 68 WHERE external_id = %(id)s", {"id": ID})
        await change(tx, ID, kind="minute")
    yield
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET status_id = 8 WHERE external_id = 'joins01'")
        await change(tx, "joins01")
    yield
    async with database.transaction(NOW * 1000) as tx:
        fell = GoalCancelled(side=Side.HOME, score=(0, 0), previous=(1, 0))
        await tx.execute("UPDATE ts_matches SET home_scores[1] = 0 WHERE external_id = %(id)s", {"id": ID})
        await change(tx, ID, happened=[fell])
    yield


async def test_an_open_page_shows_what_a_fresh_one_would(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(
        database, Fixture(), Fixture(id="waits01", status=Status.NOT_STARTED, minute=None, match_time=NOW - 60)
    )
    await heard(parts)
    screen = await fresh(client)
    async with listening(parts, screen):
        async for _ in play(database):
            await heard(parts)
            assert same(screen, await fresh(client))
    assert 'data-cancelled="' in screen.rows()[f"row-{ID}-now"]
    assert "group-in-play-other01" not in screen.shown


async def test_a_page_that_was_away_is_whole_from_any_place(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())
    await heard(parts)
    away = [await fresh(client)]
    async for _ in play(database):
        await heard(parts)
        away.append(await fresh(client))

    now = await fresh(client)
    for screen in away:
        async with listening(parts, screen) as resume:
            assert resume == "replayed"
            assert same(screen, now)
            assert screen.position == str(parts.board.position)


async def test_positions_of_what_is_told_never_fall(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())
    await heard(parts)
    screen, offsets = await fresh(client), []
    async with listening(parts, screen, ID):
        async for _ in play(database):
            await heard(parts)
            offsets.append(int(screen.position.partition("-")[2]))
    assert offsets == sorted(offsets)


async def test_who_was_away_for_longer_than_we_are_here_is_told_everything(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())
    await heard(parts)
    old = await fresh(client)
    old.shown["group-in-play-long-over"] = '<div class="group" id="group-in-play-long-over"></div>'
    epoch, _, offset = old.position.partition("-")

    async with listening(parts, old, after=f"{epoch}-{int(offset) - 1}") as resume:
        assert resume == "fresh"
        assert same(old, await fresh(client))
    assert old.events.count("fragment") == 1, "half of it would pass for all of it"


async def test_another_log_makes_a_page_read_itself_anew(parts: Parts, database: Database) -> None:
    await store(database, Fixture())
    await heard(parts)
    screen = Screen()

    async with listening(parts, screen, after="00000000-512") as resume:
        assert resume == "reset"
    assert screen.events[0] == "reset"


async def test_of_an_open_match_only_what_differs_is_told(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await tell(tx, ID, TOLD)
    await heard(parts)
    screen = await fresh(client, f"/match/{ID}?tz=UTC")
    async with listening(parts, screen, ID):
        await heard(parts)
        assert [each for each in screen.heard if each.startswith("match-")] == []

        async with database.transaction(NOW * 1000) as tx:
            await tx.execute("UPDATE ts_matches SET minute = 68")
            await change(tx, ID, kind="minute")
        await heard(parts)
        assert [each for each in screen.heard if each.startswith("match-")] == [f"match-{ID}-score"]
        page = (await client.get(f"/match/{ID}?tz=UTC")).text
        assert screen.shown[f"match-{ID}-score"] in page

    again = await fresh(client, f"/match/{ID}?tz=UTC")
    async with listening(parts, again, ID, after=screen.position):
        assert f"match-{ID}-score" in again.heard


async def test_nothing_is_told_of_a_change_nobody_can_see(
    client: AsyncClient, parts: Parts, database: Database
) -> None:
    await store(database, Fixture())
    await heard(parts)
    screen = await fresh(client)
    async with listening(parts, screen):
        screen.heard.clear()
        async with database.transaction(NOW * 1000) as tx:
            await change(tx, ID)
        await heard(parts)
        once = list(screen.heard)
        async with database.transaction(NOW * 1000) as tx:
            await change(tx, ID)
        await heard(parts)
        assert screen.heard == once
