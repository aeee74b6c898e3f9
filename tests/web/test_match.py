"""`/api/matches/{id}` and its parts."""

from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, comment, name, put, store, tell

from touchline.football.model import Incident, Side, Status, TextLine
from touchline.store.db import Database

MATCH = "/api/matches/aaaaaaaaaaaaaa1"
HOME, AWAY, NEUTRAL = Side.HOME, Side.AWAY, Side.NEUTRAL
TOLD = (
    Incident(type=1, side=AWAY, time=12, player_name="J. Varga", home_score=0, away_score=1),
    Incident(type=3, side=HOME, time=20, player_name="R. Calder"),
    Incident(type=19, side=NEUTRAL, time=45, add_time=3),
    Incident(type=1, side=HOME, time=47, add_time=2, assist1_name="P. Ten", home_score=1, away_score=1),
    Incident(type=11, side=NEUTRAL, time=48),
    Incident(type=9, side=HOME, time=46, in_player_name="P. Six", out_player_name="P. Two"),
    Incident(type=28, side=AWAY, time=61, var_reason=1, var_result=2),
    Incident(type=99, side=HOME, time=70),
    Incident(type=12, side=NEUTRAL, time=95),
    Incident(type=17, side=AWAY, time=98, player_name="P. Four", home_score=1, away_score=2),
    Incident(type=29, side=HOME, time=120, home_score=1, away_score=0),
)


async def test_incidents_stand_in_the_provider_s_order_in_their_half(
    client: AsyncClient, database: Database
) -> None:
    async with database.transaction(NOW * 1000) as tx:
        version = await put(tx, Fixture())
        await tell(tx, "aaaaaaaaaaaaaa1", TOLD, withdrawn=[2])

    answer = (await client.get(f"{MATCH}/incidents")).json()

    assert (answer["match_id"], answer["version"], answer["stale"]) == ("aaaaaaaaaaaaaa1", version, False)
    shown = [
        (each["id"], each["kind"], each["side"], each["period"], each["minute_text"])
        for each in answer["incidents"]
    ]
    assert shown == [
        (1, "goal", "away", "first_half", "12'"),
        (3, "added_time", "neutral", "first_half", "45'"),
        (4, "goal", "home", "first_half", "45+2'"),
        (5, "half_time", "neutral", "first_half", "45+3'"),
        (6, "substitution", "home", "second_half", "46'"),
        (7, "video_review", "away", "second_half", "61'"),
        (9, "full_time", "neutral", "second_half", "90+5'"),
        (10, "own_goal", "away", "extra_time", "98'"),
        (11, "shootout_scored", "home", "shoot_out", "120'"),
    ]


async def test_an_incident_says_what_is_known_of_it(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await tell(tx, "aaaaaaaaaaaaaa1", TOLD)

    told = {each["id"]: each for each in (await client.get(f"{MATCH}/incidents")).json()["incidents"]}

    assert (told[4]["player"], told[4]["assist"], told[4]["score"]) == (None, "P. Ten", [1, 1])
    assert told[3]["added_minutes"] == 3
    assert (told[6]["player_in"], told[6]["player_out"]) == ("P. Six", "P. Two")
    assert told[7]["var"] == {"reason": "goal awarded", "result": "goal cancelled"}


async def test_the_timeline_tells_period_by_period(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(first_half=NOW - 4_000, second_half=NOW - 300))
        await tell(tx, "aaaaaaaaaaaaaa1", TOLD)
        await comment(tx, "aaaaaaaaaaaaaa1", [TextLine(time="45'+2'", data="Corner, Home FC.", side=HOME)])

    answer = (await client.get(f"{MATCH}/timeline")).json()

    chapters = [(each["period"], each["kickoff_ts"], len(each["incidents"])) for each in answer["chapters"]]
    assert chapters == [
        ("first_half", NOW - 4_000, 5),
        ("second_half", NOW - 300, 3),
        ("extra_time", None, 1),
        ("shoot_out", None, 1),
    ]
    assert answer["commentary"] == [{"minute_text": "45'+2'", "text": "Corner, Home FC.", "side": "home"}]


async def test_statistics_are_named_and_halves_unknown_are_null(
    client: AsyncClient, database: Database
) -> None:
    fixture = Fixture(
        statistics=({"type": 2, "home": 3, "away": 1}, {"type": 25, "home": 60, "away": 40}),
        first_half_stats=({"type": 25, "home": 55, "away": 45},),
    )
    await store(database, fixture)

    answer = (await client.get(f"{MATCH}/stats")).json()

    assert answer["statistics"] == {
        "full": [
            {"type": 25, "name": "possession", "home": 60, "away": 40},
            {"type": 2, "name": "corners", "home": 3, "away": 1},
        ],
        "first_half": [{"type": 25, "name": "possession", "home": 55, "away": 45}],
        "second_half": None,
    }


async def test_a_match_has_its_kickoffs_and_their_revisions(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(first_half=NOW - 4_000, second_half=NOW - 300))
        await tx.execute(
            "INSERT INTO kickoff_revision VALUES "
            "('aaaaaaaaaaaaaa1', 'second_half', 1, %(at)s, -61, 'mqtt', 1, TRUE, 'revision')",
            {"at": NOW - 361},
        )

    kickoffs = (await client.get(MATCH)).json()["kickoffs"]

    assert kickoffs == {
        "first_half": NOW - 4_000,
        "second_half": NOW - 300,
        "overtime": None,
        "revisions": [
            {
                "period": "second_half",
                "kickoff_ts": NOW - 361,
                "delta_s": -61,
                "followed": True,
                "reason": "revision",
            }
        ],
    }


async def test_a_match_has_its_place_and_what_is_verified(client: AsyncClient, database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        for kind, id_ in (("venue", "Harbour Park"), ("referee", "A. Moreau"), ("season", "2025-2026")):
            await name(tx, kind, kind, id_)
        await put(tx, Fixture(venue="venue", referee="referee", season="season", round=21))

    match = (await client.get(MATCH)).json()

    assert (match["venue"], match["referee"], match["season"], match["stage"], match["round"]) == (
        "Harbour Park",
        "A. Moreau",
        "2025-2026",
        None,
        21,
    )
    assert match["data_completeness"] == {"first_half": False, "second_half": False, "full_time": False}
    assert match["stale"] is False


async def test_the_list_and_the_match_say_the_same(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture(status=Status.EXTRA_TIME, extra_time=(1, 0), minute=107))

    [listed] = (await client.get("/api/matches/live")).json()["matches"]
    match = (await client.get(MATCH)).json()

    assert {key: match[key] for key in listed} == listed
