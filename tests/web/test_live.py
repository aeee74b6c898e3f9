"""`/api/matches/live`: what is in the window, in which order, and when its bytes change."""

from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, change, name, put, score, store

from touchline.clock import SteppedClock
from touchline.feed.position import STEPS
from touchline.football.model import Side, Status, StatusChanged
from touchline.store.db import Database

WINDOW_S = 120 * 60
ON_THE_BOARD = {
    "id": "aaaaaaaaaaaaaa1",
    "match_time": NOW - 4_000,
    "live_state": "in_play",
    "status_id": 4,
    "status": "second_half",
    "minute": 67,
    "minute_text": "67'",
    "competition": {
        "id": "ccccccccccccc01",
        "name": "Northern Premier",
        "country": "Norland",
        "logo": None,
    },
    "home": {"id": "hhhhhhhhhhhhh01", "name": "Home FC", "logo": None},
    "away": {"id": "aaaaaaaaaaaaa01", "name": "aaaaaaaaaaaaa01", "logo": None},
    "score": {
        "home": 2,
        "away": 1,
        "half_time": [1, 1],
        "regular": [2, 1],
        "extra_time": None,
        "shootout": None,
    },
    "cards": {"red": [0, 1], "yellow": [2, 3]},
    "corners": [5, None],
    "stale_reason": None,
    "last_event_ts": NOW - 7,
    "updated_at": "2026-02-07T17:41:34Z",
}


async def live(client: AsyncClient) -> dict:
    answer = await client.get("/api/matches/live")
    assert answer.status_code == 200
    return answer.json()


async def test_a_match_is_shown_as_the_contract_says(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "country", "nnnnnn", "Norland")
        await name(tx, "competition", "ccccccccccccc01", "Northern Premier", country="nnnnnn")
        await name(tx, "team", "hhhhhhhhhhhhh01", "Home FC")
        seq = await put(
            tx,
            Fixture(
                match_time=NOW - 4_000,
                home_scores=(2, 1, 0, 2, 5, 0, 0),
                away_scores=(1, 1, 1, 3, -1, 0, 0),
                last_event_ts=NOW - 7,
            ),
            at=NOW - 7,
        )

    answer = await live(client)

    epoch = answer["cursor"].partition("-")[0]
    assert answer == {
        "as_of": NOW - 7,
        "cursor": f"{epoch}-{seq * STEPS}",
        "stale": False,
        "counts": {"in_play": 1, "expected": 0},
        "matches": [
            ON_THE_BOARD | {"version": seq},
        ],
    }


BORDERS = (
    (Status.NOT_STARTED, -1, None),
    (Status.NOT_STARTED, 0, "expected"),
    (Status.NOT_STARTED, WINDOW_S, "expected"),
    (Status.NOT_STARTED, WINDOW_S + 1, None),
    (Status.FIRST_HALF, -600, "in_play"),
    (Status.FIRST_HALF, 0, "in_play"),
    (Status.HALF_TIME, WINDOW_S * 3, "in_play"),
    (Status.SECOND_HALF, WINDOW_S + 1, "in_play"),
    (Status.EXTRA_TIME, WINDOW_S + 1, "in_play"),
    (Status.SHOOT_OUT, WINDOW_S + 1, "in_play"),
    (Status.ABNORMAL, 60, None),
    (Status.ENDED, 60, None),
    (Status.DELAYED, 60, None),
    (Status.INTERRUPTED, 60, None),
    (Status.ABANDONED, 60, None),
    (Status.CANCELLED, 60, None),
    (Status.TO_BE_DETERMINED, 60, None),
)
"""Status, seconds since the scheduled time, and what the window says of it."""


async def test_the_window_ends_exactly_where_it_says(client: AsyncClient, database: Database) -> None:
    fixtures = [
        Fixture(id=f"case{place:04}", status=status, match_time=NOW - age_s)
        for place, (status, age_s, _) in enumerate(BORDERS)
    ]
    await store(database, *fixtures)

    answer = await live(client)

    shown = {match["id"]: match["live_state"] for match in answer["matches"]}
    states = [state for _, _, state in BORDERS]
    assert [shown.get(fixture.id) for fixture in fixtures] == states
    assert answer["counts"] == {
        "in_play": states.count("in_play"),
        "expected": states.count("expected"),
    }


async def test_a_deleted_match_is_not_shown(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture(deleted=True))

    assert (await live(client))["matches"] == []


async def test_the_order_is_state_time_competition_id(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "competition", "comp-a", "Alpha League")
        await name(tx, "competition", "comp-b", "Beta League")
        for id_, competition, status, age_s in (
            ("expected1", "comp-a", Status.NOT_STARTED, 7_000),
            ("playing4", "comp-b", Status.FIRST_HALF, 600),
            ("playing3", "comp-a", Status.FIRST_HALF, 600),
            ("playing2", "comp-a", Status.FIRST_HALF, 600),
            ("playing1", "comp-b", Status.SECOND_HALF, 4_000),
        ):
            await put(tx, Fixture(id=id_, competition=competition, status=status, match_time=NOW - age_s))

    ids = [match["id"] for match in (await live(client))["matches"]]

    assert ids == ["playing1", "playing2", "playing3", "playing4", "expected1"]


async def test_a_merged_team_lends_its_name(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "team", "hhhhhhhhhhhhh02", "Home United")
        await name(tx, "team", "hhhhhhhhhhhhh01", "Home Utd", merged_into="hhhhhhhhhhhhh02")
        await put(tx, Fixture())

    [match] = (await live(client))["matches"]

    assert match["home"] == {"id": "hhhhhhhhhhhhh01", "name": "Home United", "logo": None}


MINUTES = (
    (Status.FIRST_HALF, 47, True, "45+2'"),
    (Status.SECOND_HALF, 47, False, "2H"),
    (Status.SECOND_HALF, 94, True, "90+4'"),
    (Status.HALF_TIME, 47, False, "HT"),
    (Status.FIRST_HALF, None, True, "1H"),
    (Status.SHOOT_OUT, 120, False, "PEN"),
)
"""Status, stored minute, whether it belongs to the phase, and what is shown."""


async def test_the_minute_is_told_by_the_row(client: AsyncClient, database: Database) -> None:
    await store(
        database,
        *(
            Fixture(id=f"case{place:04}", status=status, minute=minute, minute_of_phase=of_phase)
            for place, (status, minute, of_phase, _) in enumerate(MINUTES)
        ),
    )

    matches = (await live(client))["matches"]

    shown = {match["id"]: (match["minute"], match["minute_text"]) for match in matches}
    assert shown == {f"case{place:04}": (case[1], case[3]) for place, case in enumerate(MINUTES)}


async def test_a_match_not_started_shows_a_dash(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture(status=Status.NOT_STARTED, minute=None, match_time=NOW - 60))

    [match] = (await live(client))["matches"]

    assert match["minute_text"] == "—"


async def test_the_shoot_out_stands_beside_the_score(client: AsyncClient, database: Database) -> None:
    await store(
        database,
        Fixture(
            status=Status.SHOOT_OUT,
            home_scores=(1, 0, 0, 0, 0, 2, 4),
            away_scores=(1, 0, 0, 0, 0, 2, 3),
            extra_time=(2, 2),
        ),
    )

    [match] = (await live(client))["matches"]

    assert match["score"] == {
        "home": 2,
        "away": 2,
        "half_time": [0, 0],
        "regular": [1, 1],
        "extra_time": [2, 2],
        "shootout": [4, 3],
    }


async def test_an_unchanged_view_has_unchanged_bytes(
    client: AsyncClient, database: Database, clock: SteppedClock
) -> None:
    await store(database, Fixture(), Fixture(id="tomorrow", status=Status.NOT_STARTED, match_time=NOW + 90_000))
    before = await client.get("/api/matches/live")

    async with database.transaction(NOW * 1000) as tx:
        await change(tx, "tomorrow")
    await clock.advance(30)
    after = await client.get("/api/matches/live")

    assert after.content == before.content
    assert after.headers["etag"] == before.headers["etag"]


async def test_each_visible_change_raises_the_version(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture())
    seen = [(await live(client))["matches"][0]["version"]]
    async with database.transaction(NOW * 1000) as tx:
        goal = await score(tx, "aaaaaaaaaaaaaa1", 1, 0)
    seen.append((await live(client))["matches"][0]["version"])
    async with database.transaction(NOW * 1000) as tx:
        flip = await change(tx, "aaaaaaaaaaaaaa1", kind="minute", at=NOW + 1)
    answer = await live(client)
    seen.append(answer["matches"][0]["version"])

    assert seen[1:] == [goal, flip]
    assert seen[0] < goal < flip
    assert answer["as_of"] == NOW + 1


async def test_the_end_of_a_match_never_turns_the_view_back(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture(id="stays1"), Fixture(id="leaves1"))
    before = await live(client)

    async with database.transaction(NOW * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET status_id = 8 WHERE external_id = 'leaves1'")
        over = StatusChanged(before=Status.SECOND_HALF, after=Status.ENDED)
        seq = await change(tx, "leaves1", at=NOW + 3, happened=[over])
    after = await live(client)

    assert [match["id"] for match in after["matches"]] == ["stays1"]
    assert after["as_of"] == NOW + 3
    assert after["cursor"].endswith(f"-{seq * STEPS}")
    assert before["as_of"] < after["as_of"]


SILENCES = (
    (Status.SECOND_HALF, 120, 500, None),
    (Status.SECOND_HALF, 121, 121, "events_stale"),
    (Status.SECOND_HALF, 121, 120, None),
    (Status.SECOND_HALF, None, 500, "no_events"),
    (Status.HALF_TIME, 900, 900, None),
    (Status.HALF_TIME, 901, 901, "half_time_stale"),
    (Status.NOT_STARTED, None, 5_000, "overdue_start"),
    (Status.NOT_STARTED, None, 60, None),
)
"""Status, seconds since its last event and since any source named it, and what is said of that."""


async def test_silence_is_said_of_a_match(client: AsyncClient, database: Database) -> None:
    await store(
        database,
        *(
            Fixture(
                id=f"case{place:04}",
                status=status,
                last_event_ts=None if event_age_s is None else NOW - event_age_s,
                last_seen_ts=NOW - seen_age_s,
            )
            for place, (status, event_age_s, seen_age_s, _) in enumerate(SILENCES)
        ),
    )

    matches = (await live(client))["matches"]

    shown = {match["id"]: match["stale_reason"] for match in matches}
    assert shown == {f"case{place:04}": case[3] for place, case in enumerate(SILENCES)}


async def test_a_goal_of_the_away_side_counts_for_it(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture())
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, "aaaaaaaaaaaaaa1", 0, 1, side=Side.AWAY)

    [match] = (await live(client))["matches"]

    assert (match["score"]["home"], match["score"]["away"]) == (0, 1)
