"""Every form an HTTP answer comes in says the same; what can't be read is kept, the rest proceeds."""

import json

import pytest

from touchline.football.model import Counts, Goals, Incident, Says, Schedule, Side, Stat, Status, StatusClaim
from touchline.provider.port import Kind, Reading
from touchline.provider.thesports import wire
from touchline.provider.thesports.envelope import Answer, open_answer

MATCH, OTHER = "k82rekhg0w8nrep", "965mkyhk2gllr1g"
KICKOFF = 1_770_483_660
OBJECT = {"id": MATCH, "score": [MATCH, 2, [1, 1, 0, 2, 3, 0, 0], [0, 0, 1, 0, -1, 0, 0], KICKOFF, ""]}
SCORE = Says(
    status=StatusClaim(Status.FIRST_HALF, KICKOFF),
    goals=Goals((1, 1, 0, 0), (0, 0, 0, 0)),
    counts=Counts((0, 2, 3), (1, 0, -1)),
)
STATS = [{"type": 25, "home": 60, "away": 40}]
GOAL = {"type": 1, "position": 1, "time": 23}
RECORD = {
    "id": MATCH,
    "season_id": "",
    "competition_id": "8y39mp1h6jmojxg",
    "home_team_id": "z318q66hp66qo9j",
    "away_team_id": "yl5ergphj74r8k0",
    "status_id": 8,
    "match_time": 1_770_483_600,
    "neutral": 0,
    "note": "after kicks",
    "home_scores": [2, 2, 0, 2, 6, 0, 4],
    "away_scores": [2, 0, 0, 2, 1, 0, 3],
    "coverage": {"mlive": 1, "lineup": 0},
    "round": {"stage_id": "", "group_num": 0, "round_num": 4},
    "environment": {"weather": 5, "temperature": "14°C"},
    "agg_score": [3, 4],
    "has_ot": 1,
    "ended": 1_770_490_700,
    "updated_at": 1_770_491_002,
}


def an_answer(results: object, extra: object = None) -> Answer:
    body = {"code": 0, "results": results} | ({} if extra is None else {"results_extra": extra})
    return open_answer("/a", json.dumps(body).encode(), None, 0.0)


DETAIL_FORMS = {
    "list": [OBJECT],
    "map by index": {"0": OBJECT},
    "map by id": {MATCH: OBJECT},
    "map of lists": {"1": [OBJECT]},
    "single": OBJECT,
}


@pytest.mark.parametrize("results", DETAIL_FORMS.values(), ids=DETAIL_FORMS.keys())
def test_every_form_of_detail_live_says_the_same(results: object):
    reading = wire.read_detail_live(an_answer(results))

    assert reading.unreadable == ()
    assert {report.match_id: report.says for report in reading.reports} == {MATCH: SCORE}


@pytest.mark.parametrize("results", [[], {}, None])
def test_an_empty_detail_live_names_nobody(results: object):
    assert wire.read_detail_live(an_answer(results)) == Reading()


def test_a_history_without_an_id_is_the_asked_match():
    answer = an_answer({"incidents": [GOAL], "stats": STATS})
    reading = wire.read_live_history(answer, MATCH)

    assert [report.match_id for report in reading.reports] == [MATCH]
    assert reading.reports[0].says == Says(
        incidents=(Incident(type=1, side=Side.HOME, time=23),), stats=(Stat(25, 60, 40),)
    )


def test_a_match_record_says_status_score_and_schedule():
    reading = wire.read_match_records(an_answer([RECORD]), "recent_list")
    (report,) = reading.reports

    assert reading.unreadable == ()
    assert report.provider_time == 1_770_491_002
    assert report.says == Says(
        status=StatusClaim(Status.ENDED),
        goals=Goals((2, 2, 0, 4), (2, 0, 0, 3)),
        counts=Counts((0, 2, 6), (0, 2, 1)),
        schedule=Schedule(
            match_time=1_770_483_600,
            competition_id="8y39mp1h6jmojxg",
            home_team_id="z318q66hp66qo9j",
            away_team_id="yl5ergphj74r8k0",
            round_num=4,
            note="after kicks",
            has_ot=True,
            aggregate=(3, 4),
            coverage={"mlive": 1, "lineup": 0},
            environment={"weather": "5", "temperature": "14°C"},
            ended_ts=1_770_490_700,
        ),
    )


def test_empty_objects_may_come_as_empty_lists():
    record = {**RECORD, "round": [], "coverage": [], "environment": [], "agg_score": [], "ended": 0}
    (report,) = wire.read_match_records(an_answer([record]), "diary").reports

    assert report.says.schedule == Schedule(
        match_time=1_770_483_600,
        competition_id="8y39mp1h6jmojxg",
        home_team_id="z318q66hp66qo9j",
        away_team_id="yl5ergphj74r8k0",
        note="after kicks",
        has_ot=True,
    )


@pytest.mark.parametrize(
    ("change", "kind", "silent"),
    [
        ({"match_time": 0}, "diary.bad_schedule", "schedule"),
        ({"match_time": "soon"}, "diary.bad_schedule", "schedule"),
        ({"neutral": "perhaps"}, "diary.bad_schedule", "schedule"),
        ({"status_id": 99}, "diary.bad_status", "status"),
        ({"home_scores": [1] * 6}, "diary.bad_slots", "goals"),
    ],
)
def test_a_row_with_a_bad_group_proceeds_without_it(change: dict[str, object], kind: str, silent: str):
    reading = wire.read_match_records(an_answer([{**RECORD, **change}, {**RECORD, "id": OTHER}]), "diary")

    assert [part.kind for part in reading.unreadable] == [kind]
    assert [report.match_id for report in reading.reports] == [MATCH, OTHER]
    assert getattr(reading.reports[0].says, silent) is None


@pytest.mark.parametrize("row", [None, 7, "x", ["a"], {"id": "", "status_id": 1}, {"id": 5, "status_id": 1}])
def test_a_bad_row_is_kept_and_the_others_proceed(row: object):
    reading = wire.read_match_records(an_answer([row, RECORD]), "diary")

    assert [json.loads(part.payload) for part in reading.unreadable] == [row]
    assert [report.match_id for report in reading.reports] == [MATCH]


@pytest.mark.parametrize(
    ("fields", "time"),
    [
        ({"updated_at": 1_770_491_002}, 1_770_491_002),
        ({"updated_at": "1770491002"}, 1_770_491_002),
        ({"updated_at": 1_770_491_002_000}, 1_770_491_002),
        ({"updated_at": 0, "update_time": 1_770_491_002}, 1_770_491_002),
        ({"updateTime": 1_770_491_002}, 1_770_491_002),
        ({"ut": 1_770_491_002}, 1_770_491_002),
        ({"meta": {"ts": 1_770_491_002}}, 1_770_491_002),
        ({"timestamp": 1_770_491_002}, 1_770_491_002),
        ({"time": 1_770_491_002}, None),
        ({}, None),
    ],
)
def test_a_provider_time_is_found_under_its_names(fields: dict[str, object], time: int | None):
    record = {name: value for name, value in RECORD.items() if name != "updated_at"} | fields
    (report,) = wire.read_match_records(an_answer([record]), "diary").reports

    assert report.provider_time == time


def test_names_beside_a_diary_come_as_lists_or_as_maps():
    team = {"id": "z318q66hp66qo9j", "name": "Home FC", "logo": "https://example.org/h.png"}
    extra = {
        "team": {team["id"]: {"name": "Home FC", "logo": team["logo"]}},
        "venue": [],
        "stage": {},
        "season": None,
    }
    as_map = wire.read_match_records(an_answer([RECORD], extra), "diary")
    as_list = wire.read_match_records(an_answer([RECORD], {"team": [team]}), "diary")

    assert as_map.unreadable == ()
    assert as_map.catalogue == as_list.catalogue
    assert [(record.kind, record.id, record.name) for record in as_list.catalogue] == [
        (Kind.TEAM, "z318q66hp66qo9j", "Home FC")
    ]


def test_a_named_thing_says_its_parent_its_merger_and_what_else_is_shown():
    stage = {
        "id": "9dn1m1ghkaaaoep",
        "season_id": "e4wyrn4hkaaaq86",
        "name": "Final",
        "mode": "2",
        "order": 3,
        "uid": "e4wyrn4hkbbbq86",
        "updated_at": 1_770_000_000,
    }
    (record,) = wire.read_named(an_answer([stage]), Kind.STAGE).catalogue

    assert (record.parent_id, record.merged_into, record.updated_at) == (
        "e4wyrn4hkaaaq86",
        "e4wyrn4hkbbbq86",
        1_770_000_000,
    )
    assert record.extra == {"mode": 2, "order": 3}


@pytest.mark.parametrize(
    ("team_id", "parent_id"), [("e4wyrn4hkaaaq86", "e4wyrn4hkaaaq86"), ("0", ""), ("", "")]
)
def test_a_player_belongs_to_his_team_and_0_is_none(team_id, parent_id):
    player = {"id": "2y8m4zh5xm9vjx1", "name": "P. Nine", "team_id": team_id, "position": "F", "height": 184}

    (record,) = wire.read_named(an_answer([player]), Kind.PLAYER).catalogue

    assert (record.name, record.parent_id) == ("P. Nine", parent_id)
    assert record.extra == {"position": "F", "height": 184}
