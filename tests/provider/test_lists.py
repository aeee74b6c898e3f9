"""Team statistics, tables, earlier meetings and deletions as documented, read; payloads are invented."""

from typing import Any

import pytest
from tests.provider.asking import a_client
from tests.provider.clocks import JumpingClock
from tests.provider.server import Provider
from tests.provider.test_garbage import an_answer

from touchline.football.model import HalfStat
from touchline.provider.port import Kind, Record, Sums
from touchline.provider.thesports import wire

MATCH, OTHER = "k82rekhg0w8nrep", "965mkyhk2gllr1g"
HOME, AWAY = "z318q66hp66qo9j", "yl5ergphj74r8k0"
SEASON, LAST_SEASON = "v2y8m4zh5xm9vjx", "9vjxmhqw3lkr5de"

ROW: dict[str, Any] = {
    "team_id": HOME, "promotion_id": "p1", "position": 1, "points": 48, "deduct_points": 0,
    "total": 22, "won": 15, "draw": 3, "loss": 4, "goals": 44, "goals_against": 20, "goal_diff": 24,
    "home_total": 11, "home_won": 9,
    "away_total": 11, "away_points": 20, "note": "", "updated_at": 1770480000,
}  # fmt: skip


def a_table(season_id: str = "", **table: Any) -> dict[str, Any]:
    named = {"season_id": season_id} if season_id else {}
    one = {"id": "t4bl3one", "conference": "", "group": 1, "stage_id": "st4ge1", "rows": [ROW]} | table
    return {**named, "promotions": [{"id": "p1", "name": "Cup places", "color": "#2b6"}], "tables": [one]}


# ---------------------------------------------------------------- team statistics


def team(team_id: str, **counters: object) -> dict[str, object]:
    return {"team_id": team_id, **counters}


@pytest.mark.parametrize("wrapped", [list, lambda rows: {"0": rows[0]}, lambda rows: {MATCH: rows[0]}])
def test_each_team_is_named_by_its_id_and_not_by_its_place(wrapped):
    rows = [
        {
            "id": MATCH,
            "stats": [team(AWAY, corner_kicks=2, ball_possession="46"), team(HOME, corner_kicks=5, shots=11)],
        }
    ]

    reading = wire.read_team_counters(an_answer(wrapped(rows)))

    assert not reading.unreadable
    assert {(one.match_id, one.team_id): one.counters for one in reading.teams} == {
        (MATCH, AWAY): {2: 2, 25: 46},
        (MATCH, HOME): {2: 5},
    }


def test_shots_off_target_are_known_only_where_blocked_ones_are():
    shots = {"shots": 11, "shots_on_target": 4, "blocked_shots": 2}
    rows = [{"id": MATCH, "stats": [team(HOME, **shots), team(AWAY, shots=3, shots_on_target=1)]}]

    [home, away] = wire.read_team_counters(an_answer(rows)).teams

    assert home.counters == {21: 4, 22: 5}
    assert away.counters == {21: 1}


@pytest.mark.parametrize(
    "stats",
    [
        [team("", goals=1)],
        [team(HOME), team(HOME)],
        [team(HOME), team(AWAY), team(OTHER)],
        [7],
        [team(HOME, shots=-1)],
    ],
    ids=["no team", "one twice", "three", "no object", "fewer than none"],
)
def test_a_match_that_cannot_be_read_is_set_aside_and_the_next_proceeds(stats):
    rows = [{"id": MATCH, "stats": stats}, {"id": OTHER, "stats": [team(AWAY, red_cards=1)]}]

    reading = wire.read_team_counters(an_answer(rows))

    assert [(one.kind, one.match_id) for one in reading.unreadable] == [("team_stats.bad_team_stats", MATCH)]
    assert [(one.match_id, one.counters) for one in reading.teams] == [(OTHER, {4: 1})]


def test_the_list_of_halves_names_its_matches():
    rows = [{"id": MATCH, "p1": {"2": [3, 1]}}, {"id": OTHER, "Sign": "p2", "2": [0, 4]}]

    reading = wire.read_halves_list(an_answer(rows))

    assert not reading.unreadable
    said = {report.match_id: report.says.halves for report in reading.reports}
    assert said[MATCH].first == (HalfStat(2, 3, 1),)
    assert said[OTHER].second == (HalfStat(2, 0, 4),)


# ---------------------------------------------------------------- tables


def test_all_tables_of_a_season_are_read():
    both = a_table()
    both["tables"].append({"id": "t4bl3two", "group": 2, "rows": []})

    reading = wire.read_standings(an_answer(both), SEASON)

    assert not reading.unreadable
    assert [(table.season_id, table.id, table.group) for table in reading.tables] == [
        (SEASON, "t4bl3one", 1),
        (SEASON, "t4bl3two", 2),
    ]
    [row] = reading.tables[0].rows
    assert row.total == Sums(
        position=1, points=48, played=22, won=15, drawn=3, lost=4, goals=44, goals_against=20
    )
    assert (row.home.won, row.away.points, row.promotion_id) == (9, 20, "p1")
    assert reading.tables[0].updated_at == 1770480000
    assert reading.tables[0].promotions[0].name == "Cup places"


def test_a_table_of_another_season_is_refused():
    reading = wire.read_standings(an_answer([a_table(LAST_SEASON), a_table(SEASON)]), SEASON)

    assert [table.season_id for table in reading.tables] == [SEASON]
    assert [one.kind for one in reading.unreadable] == ["standings.foreign_season"]


def test_a_live_table_says_which_season_it_is_of():
    reading = wire.read_standings(an_answer([a_table(SEASON), a_table(), a_table(LAST_SEASON)]))

    assert [table.season_id for table in reading.tables] == [SEASON, LAST_SEASON]
    assert [one.kind for one in reading.unreadable] == ["standings.bad_table"]


@pytest.mark.parametrize("spoilt", [{"rows": [{"team_id": ""}]}, {"rows": "none"}, {"id": ""}])
def test_a_spoilt_table_spoils_no_other(spoilt):
    reading = wire.read_standings(an_answer([a_table(LAST_SEASON, **spoilt), a_table(SEASON)]))

    assert [table.season_id for table in reading.tables] == [SEASON]
    assert [one.kind for one in reading.unreadable] == ["standings.bad_table"]


# ---------------------------------------------------------------- before a match

PLAYED = [
    OTHER, "8y39mp1h6jmojxg", 8, 1516125600, 0,
    [AWAY, "4", 1, 0, 0, 2, -1, 0, 0], [HOME, "19", 3, 2, 0, 0, -1, 0, 0],
    ["0.86,-0.5,1.04,0", "3.8,3.6,2.05,0", "0.9,2.75,1.0,0", ""], ["", 0, 21], ["", "2017"],
]  # fmt: skip


def test_earlier_meetings_are_read_side_by_side():
    history = {"vs": [PLAYED], "home": [], "away": {"0": PLAYED}}

    [analysis] = wire.read_match_analysis(an_answer({"info": [], "history": history}), MATCH).analyses

    [meeting] = analysis.meetings
    assert (meeting.match_id, meeting.home_team_id, meeting.away_team_id) == (OTHER, AWAY, HOME)
    assert (meeting.goals, meeting.half_time, meeting.match_time) == ((1, 3), (0, 2), 1516125600)
    assert (analysis.match_id, analysis.home, len(analysis.away)) == (MATCH, (), 1)


@pytest.mark.parametrize("row", [[], PLAYED[:5], [*PLAYED[:5], [AWAY], [HOME]], ["", *PLAYED[1:]], "8"])
def test_an_analysis_with_half_a_row_is_set_aside(row):
    reading = wire.read_match_analysis(an_answer({"info": [], "history": {"vs": [row]}}), MATCH)

    assert not reading.analyses
    assert [one.kind for one in reading.unreadable] == ["analysis.bad_analysis"]


def test_counts_of_earlier_matches_are_read():
    won = {"won_count": 3, "drawn_count": 1, "lost_count": 2, "rate": 0.5}
    rows = [
        {"id": MATCH, "history": {"home": won, "away": {}}, "recent": {"away": won}, "updated_at": 1770480000}
    ]

    [tally] = wire.read_compensation(an_answer(rows)).tallies

    assert (tally.match_id, tally.updated_at) == (MATCH, 1770480000)
    assert (tally.home_meetings, tally.away_recent, tally.home_recent) == (
        Record(3, 1, 2),
        Record(3, 1, 2),
        Record(),
    )


# ---------------------------------------------------------------- stamps from the future


def test_a_change_that_is_yet_to_come_has_no_time_and_keeps_nothing_newer_out():
    now, ahead = 1_770_480_000, 1_770_480_001
    named = [{"id": "t3am00", "name": "Home", "updated_at": at} for at in (now, ahead)]
    tallies = [{"id": MATCH, "history": {}, "updated_at": at} for at in (now, ahead)]

    records = wire.read_named(an_answer(named), Kind.TEAM, now).catalogue
    tables = [a_table(SEASON, rows=[{"team_id": "t3am00", "updated_at": at}]) for at in (now, ahead)]

    assert [record.updated_at for record in records] == [now, 0]
    assert [one.updated_at for one in wire.read_compensation(an_answer(tallies), now).tallies] == [now, 0]
    assert [one.updated_at for one in wire.read_standings(an_answer(tables), latest=now).tables] == [now, 0]
    beside = wire.read_match_records(an_answer([], {"team": named}), "diary", now)
    assert [record.updated_at for record in beside.catalogue] == [now, 0]


# ---------------------------------------------------------------- taken back


@pytest.mark.parametrize(
    ("given", "ids"),
    [({"match": [MATCH], "team": ["t3am00"]}, [MATCH]), ({"team": ["t3am00"]}, []), ({}, []), ([], [])],
)
def test_only_matches_that_were_taken_back_are_named(given, ids):
    reading = wire.read_taken_back(an_answer(given))

    assert (list(reading.matches), list(reading.unreadable)) == (ids, [])


def test_a_malformed_id_takes_nothing_back():
    reading = wire.read_taken_back(an_answer({"match": ["", MATCH, 7]}))

    assert list(reading.matches) == [MATCH]
    assert [one.kind for one in reading.unreadable] == ["deleted.invalid_match_id"] * 2


# ---------------------------------------------------------------- asked for


async def test_each_is_asked_for_by_its_own_question(provider: Provider):
    async with a_client(provider, JumpingClock()) as client:
        await client.team_stats_list()
        await client.half_stats_list()
        await client.deleted()
        await client.tables_live()
        await client.season_tables(SEASON)
        await client.analysis(MATCH)
        await client.compensation(2)

    asked = [one.removeprefix("/v1/football").partition("?")[0] for one in provider.asked]
    assert list(zip(asked, map(provider.query, range(7)), strict=True)) == [
        ("/match/team_stats/list", {}),
        ("/match/half/team_stats/list", {}),
        ("/deleted", {}),
        ("/table/live", {}),
        ("/season/recent/table/detail", {"uuid": SEASON}),
        ("/match/analysis", {"uuid": MATCH}),
        ("/compensation/list", {"page": "2"}),
    ]
