"""Anything at all may come over the wire: reading never raises and loses nothing."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.provider.port import Kind, Reading
from touchline.provider.thesports import wire
from touchline.provider.thesports.envelope import Answer, open_answer
from touchline.provider.thesports.incidents import INCIDENTS_MAX

MATCH, OTHER = "k82rekhg0w8nrep", "965mkyhk2gllr1g"
KICKOFF = 1_770_483_660


def push(message: object) -> Reading:
    return wire.read_push(json.dumps(message).encode())


def an_answer(results: object, extra: object = None) -> Answer:
    body = {"code": 0, "results": results} | ({} if extra is None else {"results_extra": extra})
    return open_answer("/a", json.dumps(body).encode(), None, 0.0)


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
        *("match_id", "trend", "per", "lineup", "home", "away", "first", "x", "y", "rating", "shirt_number"),
        *("minute", "addtime", "coach_id", "confirmed", "p1", "p2", "Sign"),
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


TREND_LIKE = st.fixed_dictionaries(
    {"data": st.lists(st.lists(LEAVES, max_size=3), max_size=3)}, optional={"per": LEAVES, "match_id": LEAVES}
)
PLAYER_LIKE = st.dictionaries(NAMES, LEAVES | st.lists(st.dictionaries(NAMES, LEAVES), max_size=2), max_size=6)
LINEUP_LIKE = st.fixed_dictionaries(
    {"lineup": st.dictionaries(st.sampled_from(["home", "away"]), st.lists(PLAYER_LIKE, max_size=3))},
    optional={"confirmed": LEAVES, "home_formation": LEAVES, "coach_id": VALUES},
)
PERIODS_LIKE = st.dictionaries(
    st.sampled_from(["p1", "p2", "ft", "Sign"]),
    LEAVES | st.dictionaries(st.sampled_from(["2", "25", "x"]), st.lists(LEAVES, max_size=3)),
)


@given(TREND_LIKE, LINEUP_LIKE, PERIODS_LIKE)
def test_what_nearly_is_a_trend_a_line_up_or_a_half_is_read_or_kept(
    trend: object, lineup: object, periods: object
):
    for reading in (
        wire.read_trend_live(an_answer([trend])),
        wire.read_trend_detail(an_answer(trend), MATCH),
        wire.read_lineup(an_answer(lineup), MATCH),
        wire.read_halves(an_answer(periods), MATCH),
    ):
        for part in reading.unreadable:
            assert not part.kind.endswith(wire.UNFORESEEN), part.reason
            json.loads(part.payload)
        msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=Reading)


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
        wire.read_trend_live(an_answer(message)),
        wire.read_trend_detail(an_answer(message), MATCH),
        wire.read_lineup(an_answer(message), MATCH),
        wire.read_halves(an_answer(message), MATCH),
        *(wire.read_named(an_answer(message), kind) for kind in Kind),
    ):
        for part in reading.unreadable:
            assert not part.kind.endswith(wire.UNFORESEEN), part.reason
            json.loads(part.payload)
        msgspec.msgpack.decode(msgspec.msgpack.encode(reading), type=Reading)


def test_what_nobody_thought_of_is_kept_whole_as_well():
    def read() -> Reading:
        raise ZeroDivisionError

    assert [one.payload for one in wire._guarded(read, b"odd", "mqtt", Reading).unreadable] == [b"odd"]


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


DIGITS = "9" * 4_200
"""As many as are still a number."""
ENDLESS = "9" * 5_000
"""More than that."""
NUMBERLESS = (
    {"id": MATCH, "score": {ENDLESS: 1}},
    {"score": {ENDLESS: 1}},
    {"id": MATCH, "incidents": {ENDLESS: {"type": 1}}},
    {"id": MATCH, "stats": [{"type": int(DIGITS), "home": 1, "away": 1}]},
    {"id": MATCH, "tlive": [{"time": "", "data": int(DIGITS)}]},
    {"id": MATCH, "status_id": 1, "match_time": KICKOFF, "home_scores": {ENDLESS: 1}, "away_scores": []},
    {"id": MATCH, "status_id": 1, "match_time": KICKOFF, "note": int(DIGITS)},
)


@pytest.mark.parametrize("part", NUMBERLESS)
def test_digits_without_end_are_no_number_and_are_kept(part: dict[str, object]):
    whole = {"id": OTHER, "stats": [{"type": 2, "home": 1, "away": 0}]}

    for reading in (push([part, whole]), wire.read_match_records(an_answer([part]), "diary")):
        assert reading.unreadable
        assert not any(kept.kind.endswith(wire.UNFORESEEN) for kept in reading.unreadable)
    assert OTHER in [report.match_id for report in push([part, whole]).reports], "its neighbour proceeds"


def test_a_list_of_incidents_that_no_match_has_is_kept_and_not_compared():
    entry = {"type": 9, "position": 1, "time": 60}
    longest, longer = [entry] * INCIDENTS_MAX, [entry] * (INCIDENTS_MAX + 1)

    assert push({"id": MATCH, "incidents": longest}).reports[0].says.incidents is not None
    assert [one.kind for one in push({"id": MATCH, "incidents": longer}).unreadable] == ["mqtt.bad_incidents"]
