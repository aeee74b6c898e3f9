"""Every form a pushed message comes in says the same; what can't be read is kept, the rest proceeds."""

import json

import msgspec
import pytest

from touchline.football.model import (
    Counts,
    Goals,
    Incident,
    Says,
    Side,
    Stat,
    Status,
    StatusClaim,
    TextLine,
)
from touchline.provider.port import Reading
from touchline.provider.thesports import wire

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


def push(message: object) -> Reading:
    return wire.read_push(json.dumps(message).encode())


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
