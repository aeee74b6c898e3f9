"""Line-ups, trends and statistics of the halves as the provider documents them, read; payloads are invented."""

from typing import Any

import pytest
from tests.provider.asking import a_client
from tests.provider.clocks import JumpingClock
from tests.provider.server import Provider, results
from tests.provider.test_garbage import an_answer

from touchline.football.model import HalfStat, Halves, Lineup, LineupPlayer, LineupSide, Mark, Trend
from touchline.provider.port import Reading
from touchline.provider.thesports import wire

MATCH, OTHER = "k82rekhg0w8nrep", "965mkyhk2gllr1g"
DATA = [[16, 0, -2], [-16, 0, 1]]
TREND = Trend(45, ((16, 0, -2), (-16, 0, 1)))

NINE = {
    "id": "2y8m4zh5x",
    "first": 1,
    "captain": 1,
    "name": "P. Nine",
    "shirt_number": 9,
    "position": "F",
    "x": 50,
    "y": 80,
    "rating": "7.1",
    "incidents": [{"type": 1, "time": "45+2", "minute": 45, "addtime": 2, "belong": 1}],
}
BENCH = {"id": "9vjxmh", "first": 0, "name": "P. Ten", "shirt_number": 0, "x": 0, "y": 0, "rating": "0.0"}
LINEUP = {
    "confirmed": 1,
    "home_formation": "4-3-3",
    "away_formation": "4-4-2",
    "coach_id": {"home": "c0ach1", "away": ""},
    "lineup": {"home": [NINE, BENCH], "away": []},
    "injury": {"home": [], "away": []},
}


def says(reading: Reading, name: str) -> list[tuple[str, Any]]:
    """What was read, and that nothing else was."""
    assert not reading.unreadable
    return [(report.match_id, getattr(report.says, name)) for report in reading.reports]


def kinds(reading: Reading) -> list[str]:
    return [each.kind for each in reading.unreadable]


# ---------------------------------------------------------------- trends


@pytest.mark.parametrize(
    "given",
    [
        [{"match_id": MATCH, "trend": {"count": 2, "per": 45, "data": DATA}}],
        {"0": {"match_id": MATCH, "trend": {"count": 2, "per": "45", "data": DATA}}},
        {MATCH: {"count": 2, "per": 45, "data": DATA}},
        [{"id": MATCH, "trend": {"data": {"1": DATA[0], "2": DATA[1]}}}],
        {"match_id": MATCH, "trend": {"count": 2, "per": 45, "data": [DATA]}},
    ],
    ids=["list", "index map", "id map", "map of halves", "one object, nested once more"],
)
def test_the_trend_of_a_live_match_is_read(given: object):
    assert says(wire.read_trend_live(an_answer(given)), "trend") == [(MATCH, TREND)]


@pytest.mark.parametrize(
    "given",
    [
        {"count": 2, "per": 45, "data": DATA},
        {"trend": {"count": 2, "per": 45, "data": DATA}},
        {"data": {"count": 2, "per": 45, "data": DATA}},
        [{"match_id": MATCH, "trend": {"count": 2, "per": 45, "data": DATA}}],
        {"1": [{"count": 2, "per": 45, "data": DATA}]},
    ],
    ids=["bare", "nested", "twice data", "as live", "index map"],
)
def test_the_trend_of_one_match_is_read_however_it_is_nested(given: object):
    assert says(wire.read_trend_detail(an_answer(given), MATCH), "trend") == [(MATCH, TREND)]


def test_minutes_of_extra_time_follow_in_the_second_list():
    data = [[1] * 45, [2] * 45 + [3] * 30]
    [(_, trend)] = says(
        wire.read_trend_detail(an_answer({"count": 2, "per": 45, "data": data}), MATCH), "trend"
    )

    assert [len(half) for half in trend.halves] == [45, 75]


@pytest.mark.parametrize("given", [[], {}, {"count": 0, "per": 45, "data": []}, {"data": [[], []]}])
def test_a_trend_without_a_minute_is_silence(given: object):
    reading = wire.read_trend_detail(an_answer(given), MATCH)

    assert (reading.reports, reading.unreadable) == ((), ())


def test_a_bad_trend_is_kept_and_the_others_proceed():
    bad = {"match_id": OTHER, "trend": {"data": [[1, "much"], []]}}
    nobodys = {"trend": {"data": DATA}}
    good = {"match_id": MATCH, "trend": {"data": DATA}}
    reading = wire.read_trend_live(an_answer([bad, nobodys, good]))

    assert [report.match_id for report in reading.reports] == [MATCH]
    assert kinds(reading) == ["trend_live.bad_trend", "trend_live.invalid_match_id"]
    assert reading.unreadable[0].match_id == OTHER


# ---------------------------------------------------------------- line-ups


@pytest.mark.parametrize("given", [LINEUP, [LINEUP], {"1": [LINEUP]}, {MATCH: LINEUP}])
def test_a_line_up_is_read(given: object):
    assert says(wire.read_lineup(an_answer(given), MATCH), "lineup") == [
        (
            MATCH,
            Lineup(
                confirmed=True,
                home=LineupSide(
                    formation="4-3-3",
                    coach_id="c0ach1",
                    players=(
                        LineupPlayer(
                            id="2y8m4zh5x",
                            name="P. Nine",
                            number=9,
                            position="F",
                            starts=True,
                            captain=True,
                            x=50,
                            y=80,
                            rating="7.1",
                            marks=(Mark(1, 45, 2),),
                        ),
                        LineupPlayer(id="9vjxmh", name="P. Ten"),
                    ),
                ),
                away=LineupSide(formation="4-4-2"),
            ),
        )
    ]


def the_player(**fields: Any) -> LineupPlayer:
    lineup = {"lineup": {"home": [NINE | fields], "away": []}}
    [(_, read)] = says(wire.read_lineup(an_answer(lineup), MATCH), "lineup")
    assert not read.confirmed
    return read.home.players[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("incident", "mark"),
    [
        ({"type": 1, "minute": 45, "addtime": 2}, Mark(1, 45, 2)),
        ({"type": 1, "minute": "45", "add_time": "2"}, Mark(1, 45, 2)),
        ({"type": 3, "time": "45+2"}, Mark(3, 45, 2)),
        ({"type": 3, "time": "45'+2'"}, Mark(3, 45, 2)),
        ({"type": 9, "time": 61}, Mark(9, 61)),
        ({"type": 4, "time": "90", "addtime": 4}, Mark(4, 90, 4)),
    ],
)
def test_the_minute_of_a_mark_in_every_spelling(incident: object, mark: Mark):
    assert the_player(incidents=[incident]).marks == (mark,)


@pytest.mark.parametrize(
    ("given", "rating"), [("7.1", "7.1"), (7.1, "7.1"), ("10", "10"), ("0", ""), (0, ""), ("", ""), (None, "")]
)
def test_a_rating_is_shown_as_it_is_said_and_nought_is_none(given: object, rating: str):
    assert the_player(rating=given).rating == rating


def test_who_stands_in_the_very_corner_stands_nowhere():
    player = the_player(x=0, y=0)

    assert (player.x, player.y, player.starts) == (None, None, True)


@pytest.mark.parametrize(
    "given", [{}, [], {"confirmed": 0, "lineup": {"home": [], "away": []}}, {"confirmed": 1, "lineup": []}]
)
def test_a_line_up_without_a_player_is_silence(given: object):
    reading = wire.read_lineup(an_answer(given), MATCH)

    assert (reading.reports, reading.unreadable) == ((), ())


@pytest.mark.parametrize(
    "fields",
    [
        {"shirt_number": "nine"},
        {"x": 101},
        {"y": 50.5},
        {"first": 2},
        {"rating": "good"},
        {"incidents": [{"type": 1, "time": "late"}]},
        {"incidents": 7},
        {"name": ["P. Nine"]},
        {"position": "F" * 41},
    ],
)
def test_one_bad_player_spoils_the_line_up_which_is_kept_whole(fields: dict[str, object]):
    reading = wire.read_lineup(an_answer({"lineup": {"home": [NINE | fields, BENCH], "away": []}}), MATCH)

    assert reading.reports == ()
    assert kinds(reading) == ["lineup_detail.bad_lineup"]
    assert b"P. Ten" in reading.unreadable[0].payload


# ---------------------------------------------------------------- halves


@pytest.mark.parametrize(
    "given",
    [
        {"ft": {"2": [5, 4]}, "p1": {"25": [60, 40], "2": [3, 1]}, "p2": {"2": [2, 3]}, "o1": {}},
        [{"id": MATCH, "p1": {"2": [3, 1], "25": [60, 40]}, "p2": {"2": [2, "3"]}}],
        {MATCH: {"p1": {"2": [3, 1], "25": [60, 40]}, "p2": {"2": [2, 3]}}},
        {"0": {"p1": {"2": [3, 1], "25": [60, 40]}}, "1": {"p2": {"2": [2, 3]}}},
        [{"Sign": "p1", "2": [3, 1], "25": [60, 40]}, {"Sign": "ft", "2": [5, 4]}, {"Sign": "p2", "2": [2, 3]}],
    ],
    ids=["detail", "list", "id map", "index map", "signed"],
)
def test_the_halves_are_read(given: object):
    halves = Halves(first=(HalfStat(2, 3, 1), HalfStat(25, 60, 40)), second=(HalfStat(2, 2, 3),))

    assert says(wire.read_halves(an_answer(given), MATCH), "halves") == [(MATCH, halves)]


def test_a_bad_half_is_kept_and_the_other_proceeds():
    reading = wire.read_halves(an_answer({"p1": {"2": [3]}, "p2": {"2": [2, None]}}), MATCH)

    assert [report.says.halves for report in reading.reports] == [Halves(second=(HalfStat(2, 2, None),))]
    assert kinds(reading) == ["half_stats.bad_half_stats"]


@pytest.mark.parametrize("given", [{}, [], {"p1": [], "p2": {}}, {"ft": {"2": [5, 4]}}])
def test_no_half_is_silence(given: object):
    reading = wire.read_halves(an_answer(given), MATCH)

    assert (reading.reports, reading.unreadable) == ((), ())


# ---------------------------------------------------------------- asked for


@pytest.mark.anyio
async def test_each_part_is_asked_for_by_its_own_endpoint_and_never_taken_of_another_match(provider: Provider):
    provider.always = results(LINEUP | {"id": OTHER, "p1": {"2": [1, 1]}, "trend": {"data": DATA}})
    async with a_client(provider, JumpingClock()) as client:
        live = await client.trend_live()
        readings = [await ask(MATCH) for ask in (client.trend_detail, client.lineup, client.half_stats)]

    assert [report.match_id for report in live.reports] == [OTHER]
    assert [reading.reports for reading in readings] == [(), (), ()]
    paths = [asked.removeprefix("/v1/football/match").split("&user")[0] for asked in provider.asked]
    assert paths[0].startswith("/trend/live?")
    assert paths[1:] == [
        f"/{name}?uuid={MATCH}" for name in ("trend/detail", "lineup/detail", "half/team_stats/detail")
    ]
