"""What is verified of a match, as its page of the API says it."""

from httpx import AsyncClient
from tests.build import MATCH, T, a_claim, a_goal, a_marker, an_incident
from tests.db.stage import Stage

from touchline.football.model import Goals, Side, Stat, Status
from touchline.store.db import Database

LIST = (a_goal(minute=12), a_marker(11, minute=47), a_goal(minute=60, side=Side.AWAY), a_marker(12, minute=94))
COUNTERS = (Stat(2, 5, 4),)
FIRST, LEVEL = Goals((1, 1, 0, 0), (0, 0, 0, 0)), Goals((1, 1, 0, 0), (1, 0, 0, 0))


async def test_flags_follow_the_match_and_its_late_edits(client: AsyncClient, database: Database) -> None:
    stage = Stage(database)
    await stage.schedule(MATCH)
    shown: list[tuple[int, list[bool]]] = []

    async def look() -> None:
        match = (await client.get(f"/api/matches/{MATCH}")).json()
        shown.append((match["version"], list(match["data_completeness"].values())))

    await stage.write(a_claim(status=Status.HALF_TIME, goals=FIRST, incidents=LIST[:2], stats=COUNTERS))
    await look()
    await stage.write(a_claim(status=Status.ENDED, goals=LEVEL, incidents=LIST, at_ms=T + 60_000))
    await look()
    edited = (LIST[0], an_incident(3, minute=30), LIST[1], LIST[3])
    await stage.write(a_claim(incidents=edited, at_ms=T + 120_000))
    await look()

    assert [flags for _, flags in shown] == [[True, False, False], [True, True, True], [True, False, False]]
    versions = [version for version, _ in shown]
    assert versions == sorted(set(versions))
