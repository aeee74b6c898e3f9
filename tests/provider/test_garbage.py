"""Anything at all may come over the wire: reading never raises and loses nothing."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from touchline.provider.port import Kind, Reading
from touchline.provider.thesports import wire
from touchline.provider.thesports.envelope import Answer, open_answer

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
