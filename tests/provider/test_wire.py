"""Every form a payload comes in says the same; what can't be read is kept, the rest proceeds."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.football.model import (
    Counts,
    Goals,
    Incident,
    Says,
    Schedule,
    Side,
    Stat,
    Status,
    StatusClaim,
    TextLine,
)
from touchline.provider.port import Kind, Reading
from touchline.provider.thesports import wire
from touchline.provider.thesports.envelope import Answer, open_answer

MATCH, OTHER = "k82rekhg0w8nrep", "965mkyhk2gllr1g"
KICKOFF = 1_770_483_660
TUPLE = [MATCH, 2, [1, 1, 0, 2, 3, 0, 0], [0, 0, 1, 0, -1, 0, 0], KICKOFF, ""]
SCORE = Says(
    status=StatusClaim(Status.FIRST_HALF, KICKOFF),
    goals=Goals((1, 1, 0, 0), (0, 0, 0, 0)),
    counts=Counts((0, 2, 3), (1, 0, -1)),
)
STATS = [{"type": 25, "home": 60, "away": 40}, {"type": 2, "home": 3, "away": 1}]
STATS_READ = (Stat(2, 3, 1), Stat(25, 60, 40))
GOAL = {"type": 1, "position": 1, "time": 23, "player_name": "P. Nine", "home_score": 1, "away_score": 0}
GOAL_READ = Incident(type=1, side=Side.HOME, time=23, player_name="P. Nine", home_score=1, away_score=0)
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


def push(message: object) -> Reading:
    return wire.read_push(json.dumps(message).encode())


def an_answer(results: object, extra: object = None) -> Answer:
    body = {"code": 0, "results": results} | ({} if extra is None else {"results_extra": extra})
    return open_answer("/a", json.dumps(body).encode(), None, 0.0)


def said(message: object) -> dict[str, Says]:
    """What a message that reads without a remainder says, by match."""
    reading = push(message)
    assert reading.unreadable == ()
    return {report.match_id: report.says for report in reading.reports}


OBJECT = {"id": MATCH, "score": TUPLE}
FORMS = {
    "list": [OBJECT],
    "single object": OBJECT,
    "map by index": {"0": OBJECT},
    "map by id": {MATCH: OBJECT},
    "map by id, id nowhere else": {MATCH: {"score": TUPLE}},
    "map of lists": {"1": [OBJECT]},
    "bare tuple": TUPLE,
    "list of tuples": [TUPLE],
    "nested tuple": [{"id": MATCH, "score": [TUPLE]}],
    "tuple nested twice": [{"id": MATCH, "score": [[TUPLE]]}],
    "tuple as a map": [{"id": MATCH, "score": dict(enumerate(TUPLE))}],
    "id in the tuple only": [{"score": TUPLE}],
    "numbers as text": [{"id": MATCH, "score": [MATCH, "2", ["1", "1", "0", "2", "3", "0", "0"],
                                                [0, 0, 1.0, 0, "-1", 0, 0], f"{KICKOFF}", None]}],
    "milliseconds": [{"id": MATCH, "score": [*TUPLE[:4], KICKOFF * 1000, ""]}],
    "extra fields": [{"id": MATCH, "score": TUPLE, "colour": {"a": [None]}}],
    "empty other kinds": [{"id": MATCH, "score": TUPLE, "stats": [], "tlive": None}],
}  # fmt: skip


@pytest.mark.parametrize("message", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_a_score_says_the_same(message: object):
    assert said(message) == {MATCH: SCORE}


def test_several_kinds_in_one_object_are_one_report():
    lines = [{"time": "45'+2'", "data": "Corner.", "position": 1}, {"time": "", "data": "Off."}]
    message = [{"id": MATCH, "score": TUPLE, "stats": STATS, "incidents": [GOAL], "tlive": lines}]

    assert said(message)[MATCH] == msgspec.structs.replace(
        SCORE,
        stats=STATS_READ,
        incidents=(GOAL_READ,),
        tlive=(TextLine("45'+2'", "Corner.", Side.HOME), TextLine("", "Off.")),
    )


def test_the_same_match_twice_stays_twice_and_in_order():
    later = [MATCH, 3, *TUPLE[2:4], 0, ""]
    reading = push(
        [{"id": MATCH, "score": TUPLE}, {"id": OTHER, "stats": STATS}, {"id": MATCH, "score": later}]
    )

    assert [report.match_id for report in reading.reports] == [MATCH, OTHER, MATCH]
    assert reading.reports[2].says.status == StatusClaim(Status.HALF_TIME)


@pytest.mark.parametrize("message", [[], {}, [[]], {"0": []}])
def test_an_empty_message_says_nothing(message: object):
    assert push(message) == Reading()


@pytest.mark.parametrize(("wire_status", "status"), [(5, 5), (6, 5), ("6", 5), (7, 7), (13, 13), (0, 0)])
def test_the_old_id_of_extra_time_is_extra_time(wire_status: object, status: int):
    assert said([[MATCH, wire_status, *TUPLE[2:]]])[MATCH].status == StatusClaim(Status(status), KICKOFF)


@pytest.mark.parametrize("stamp", [0, "0", "", None])
def test_a_stamp_of_0_is_absent(stamp: object):
    assert said([[*TUPLE[:4], stamp, ""]])[MATCH].status == StatusClaim(Status.FIRST_HALF, None)


SPOILT = {
    "unknown status": ([MATCH, 99, *TUPLE[2:]], "mqtt.bad_status", Says()),
    "no status": ([MATCH, None, *TUPLE[2:]], "mqtt.bad_status", Says()),
    "tuple of five": (TUPLE[:5], "mqtt.bad_score", Says()),
    "tuple of seven": ([*TUPLE, 0], "mqtt.bad_score", Says()),
    "no tuple at all": ("1-0", "mqtt.bad_score", Says()),
    "another match's tuple": ([OTHER, *TUPLE[1:]], "mqtt.bad_score", Says()),
    "six slots": ([MATCH, 2, [1] * 6, [0] * 7, KICKOFF, ""], "mqtt.bad_slots", Says(status=SCORE.status)),
    "eight slots": ([MATCH, 2, [1] * 7, [0] * 8, KICKOFF, ""], "mqtt.bad_slots", Says(status=SCORE.status)),
    "a slot of null": (
        [MATCH, 2, [1, 1, 0, 2, None, 0, 0], TUPLE[3], KICKOFF, ""],
        "mqtt.bad_counts",
        Says(status=SCORE.status, goals=SCORE.goals),
    ),
    "half a goal": (
        [MATCH, 2, [1.5, 1, 0, 2, 3, 0, 0], TUPLE[3], KICKOFF, ""],
        "mqtt.bad_goals",
        Says(status=SCORE.status, counts=SCORE.counts),
    ),
    "NaN goals": (
        [MATCH, 2, [float("nan"), 1, 0, 2, 3, 0, 0], TUPLE[3], KICKOFF, ""],
        "mqtt.bad_goals",
        Says(status=SCORE.status, counts=SCORE.counts),
    ),
    "less than no goals": (
        [MATCH, 2, [-1, 1, 0, 2, 3, 0, 0], TUPLE[3], KICKOFF, ""],
        "mqtt.bad_goals",
        Says(status=SCORE.status, counts=SCORE.counts),
    ),
    "a stamp of 1970": (
        [*TUPLE[:4], 45, ""],
        "mqtt.bad_stamp",
        msgspec.structs.replace(SCORE, status=StatusClaim(Status.FIRST_HALF)),
    ),
}


@pytest.mark.parametrize(("score", "kind", "rest"), SPOILT.values(), ids=SPOILT.keys())
def test_a_group_that_cannot_be_read_is_kept_and_the_others_proceed(score: object, kind: str, rest: Says):
    reading = push([{"id": MATCH, "score": score, "stats": STATS}, {"id": OTHER, "stats": STATS}])

    assert [(part.kind, part.match_id) for part in reading.unreadable] == [(kind, MATCH)]
    assert json.dumps(json.loads(reading.unreadable[0].payload)) == json.dumps(score)
    assert [report.says for report in reading.reports] == [
        msgspec.structs.replace(rest, stats=STATS_READ),
        Says(stats=STATS_READ),
    ]


BAD_LISTS = {
    "incident without a type": ("incidents", [GOAL, {"position": 1, "time": 3}]),
    "incident without a time": ("incidents", [GOAL, {"type": 1, "position": 1}]),
    "incident of a third side": ("incidents", [{**GOAL, "position": 3}]),
    "positional incident": ("incidents", [[1, 1, 23]]),
    "incidents that are text": ("incidents", "none"),
    "NaN minute": ("incidents", [{**GOAL, "time": float("nan")}]),
    "name with a NUL": ("incidents", [{**GOAL, "player_name": "\x00"}]),
    "name with half a character": ("incidents", [{**GOAL, "player_name": "\ud83d"}]),
    "name that is a list": ("incidents", [{**GOAL, "player_name": ["P"]}]),
    "per cent": ("stats", [{"type": 25, "home": "60%", "away": "40%"}]),
    "one-sided statistic": ("stats", [{"type": 25, "home": 60}]),
    "endless list": ("incidents", [GOAL] * 2_001),
    "line that is none": ("tlive", ["goal!"]),
}


@pytest.mark.parametrize(("kind", "value"), BAD_LISTS.values(), ids=BAD_LISTS.keys())
def test_a_list_with_one_bad_entry_is_kept_whole(kind: str, value: object):
    reading = push([{"id": MATCH, "score": TUPLE, kind: value}])

    assert [part.kind for part in reading.unreadable] == [f"mqtt.bad_{kind}"]
    assert json.dumps(json.loads(reading.unreadable[0].payload)) == json.dumps(value)
    assert [report.says for report in reading.reports] == [SCORE]


def test_an_incident_list_comes_whole_in_its_order_whatever_holds_it():
    second = {"type": "19", "time": "45", "addtime": 3.0, "position": None, "player_id": 7}
    read = (GOAL_READ, Incident(type=19, side=Side.NEUTRAL, time=45, add_time=3, player_id="7"))

    assert said({"id": MATCH, "incidents": [GOAL, second]})[MATCH].incidents == read
    assert said({"id": MATCH, "incidents": {"10": second, "9": GOAL}})[MATCH].incidents == read
    assert said({"id": MATCH, "incidents": GOAL})[MATCH].incidents == (GOAL_READ,)


def test_no_incidents_are_a_claim_and_no_statistics_are_silence():
    says = said({"id": MATCH, "incidents": [], "stats": [], "tlive": [], "score": []})[MATCH]

    assert says == Says(incidents=())


def test_of_two_statistics_of_a_type_the_later_one_counts():
    twice = [{"type": 2, "home": 3, "away": 1}, {"type": 2, "home": 4, "away": 1}]

    assert said({"id": MATCH, "stats": twice})[MATCH].stats == (Stat(2, 4, 1),)


@pytest.mark.parametrize("bad_id", ["", "ÄÖ", "short", "UPPERCASE123456", "x" * 33, 123456789012345, None])
def test_an_object_with_a_bad_id_is_kept_and_its_neighbour_proceeds(bad_id: object):
    reading = push([{"id": bad_id, "stats": STATS}, {"id": MATCH, "stats": STATS}])

    assert [part.kind for part in reading.unreadable] == ["mqtt.invalid_match_id"]
    assert json.loads(reading.unreadable[0].payload) == {"id": bad_id, "stats": STATS}
    assert reading.reports[-1].match_id == MATCH


@pytest.mark.parametrize("payload", [b"", b"<html>", b"[{", b"\xff\xfe", b"[" * 100_000, b"1 2"])
def test_what_is_no_json_is_kept_whole(payload: bytes):
    reading = wire.read_push(payload)

    assert reading.reports == ()
    assert [(part.kind, part.payload) for part in reading.unreadable] == [("mqtt.not_json", payload)]


def test_a_megabyte_beside_what_is_known_is_passed_over():
    reading = push([{"id": MATCH, "stats": STATS, "junk": "x" * 1_000_000}])

    assert [report.says for report in reading.reports] == [Says(stats=STATS_READ)]


# ---------------------------------------------------------------- HTTP


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


# ---------------------------------------------------------------- anything at all


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([MATCH, OTHER, "", "0", "-1", "1e5", 0, 1, 2, 8, 99, KICKOFF])
)
NAMES = st.sampled_from(
    (
        *("id", "score", "stats", "incidents", "tlive", "type", "position", "time", "home", "away", "data"),
        *("status_id", "match_time", "home_scores", "away_scores", "round", "coverage", "updated_at", "meta"),
        *("add_time", "name", "logo", "year", "uid", "0", "1", MATCH, OTHER),
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=40,
)
LIVE_LIKE = st.fixed_dictionaries(
    {"id": st.sampled_from([MATCH, OTHER]) | LEAVES},
    optional={
        "score": st.tuples(
            LEAVES, LEAVES, st.lists(LEAVES, max_size=8), st.lists(LEAVES, max_size=8), LEAVES, LEAVES
        ),
        "stats": st.lists(st.dictionaries(NAMES, LEAVES, max_size=4), max_size=4),
        "incidents": st.lists(st.dictionaries(NAMES, LEAVES, max_size=6), max_size=4),
        "tlive": VALUES,
    },
)


@given(st.binary(max_size=300))
def test_bytes_that_mean_nothing_never_raise_and_are_kept(payload: bytes):
    reading = wire.read_push(payload)

    assert reading.unreadable or json.loads(payload) in ([], {}, [[]])


@given(VALUES | st.lists(LIVE_LIKE, max_size=4))
def test_no_json_at_all_makes_reading_raise(message: object):
    for reading in (
        push(message),
        wire.read_detail_live(an_answer(message)),
        wire.read_live_history(an_answer(message), MATCH),
        wire.read_match_records(an_answer(message, message), "diary"),
        *(wire.read_named(an_answer(message), kind) for kind in Kind),
    ):
        for part in reading.unreadable:
            json.loads(part.payload)
        msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=Reading)


@given(st.lists(LIVE_LIKE, max_size=4))
def test_every_group_is_either_said_or_kept(message: list[dict[str, object]]):
    reading = push(message)
    named = sum(bool({"score", "stats", "incidents", "tlive"} & part.keys()) for part in message)

    assert len(reading.reports) <= named
    for part in message:
        groups = [kind for kind in ("score", "stats", "incidents", "tlive") if part.get(kind)]
        if groups and part["id"] in (MATCH, OTHER):
            heard = any(report.match_id == part["id"] for report in reading.reports)
            assert heard or any(kept.match_id == part["id"] for kept in reading.unreadable)
