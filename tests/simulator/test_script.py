"""A script follows from its seed alone, and its state at any instant from what was told by then."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.play import DAY, matchdays, world

from touchline.simulator import matchday
from touchline.simulator.script import Kind, frames
from touchline.simulator.seeded import Seeded
from touchline.simulator.wire import LIVE, Record

MIDDAY = DAY * 86_400 + 43_200.0


def a_scene(seed: int = 3, matches: int = 4) -> Seeded:
    return Seeded(seed, matches, stats_every_s=30, two_stamps=True)


@pytest.fixture(scope="module")
def ran_through() -> tuple[Seeded, list[tuple[float, bytes]]]:
    """A scene that was never restarted, and all it pushed."""
    scene = a_scene()
    return scene, pushed(scene, MIDDAY, MIDDAY + 7_200)


@pytest.fixture(scope="module")
def in_play() -> list[list[Record]]:
    """What is in play every three hours of two days, where 40 matches are wished."""
    scene = a_scene(matches=40)
    return [
        [record for record in scene.records(MIDDAY + hour * 3_600) if record["status_id"] in LIVE]
        for hour in range(0, 48, 3)
    ]


def pushed(scene: Seeded, after: float, until: float) -> list[tuple[float, bytes]]:
    return [(frame.at, frame.payload) for frame in scene.frames(after, until)]


def test_the_same_seed_gives_the_same_bytes():
    assert pushed(a_scene(), MIDDAY, MIDDAY + 7_200) == pushed(a_scene(), MIDDAY, MIDDAY + 7_200)


def test_another_seed_gives_other_matches():
    one, other = ({record["id"] for record in a_scene(seed).records(MIDDAY)} for seed in (3, 4))

    assert one.isdisjoint(other)


@settings(max_examples=8)
@given(cut=st.floats(0, 7_200), instant=st.floats(0, 7_200))
def test_a_restart_at_any_instant_goes_on_as_if_nothing_had_happened(ran_through, cut, instant):
    scene, through = ran_through
    restarted = a_scene()

    after = pushed(restarted, MIDDAY + cut, MIDDAY + 7_200)

    assert after == [frame for frame in through if frame[0] > MIDDAY + cut]
    assert list(restarted.details(MIDDAY + instant)) == list(scene.details(MIDDAY + instant))
    assert list(restarted.records(MIDDAY + instant)) == list(scene.records(MIDDAY + instant))


def test_http_says_what_was_pushed_last():
    scene = a_scene()
    heard: dict[tuple[str, str], object] = {}
    for frame in scene.frames(MIDDAY - 30_000, MIDDAY):
        for told in msgspec.json.decode(frame.payload):
            match_id = told.pop("id")
            heard |= {(match_id, kind): body for kind, body in told.items()}

    for detail in scene.details(MIDDAY):
        for kind in Kind:
            assert detail[kind.value] == heard.get((detail["id"], kind.value), [])
        record = scene.record(detail["id"], MIDDAY)
        assert record is not None
        assert detail["score"][1:4] == [record["status_id"], record["home_scores"], record["away_scores"]]


def test_the_provider_time_of_a_record_only_rises_and_moves_with_its_content():
    for script in matchdays(days=1)[:40]:
        scheduled = script.course.fixture.scheduled
        last = script.record(scheduled - 8_000)
        for instant in range(scheduled - 8_000, scheduled + 14_000, 97):
            record = script.record(instant)
            assert last["updated_at"] <= record["updated_at"] <= instant
            if {**record, "updated_at": 0} != {**last, "updated_at": 0}:
                assert record["updated_at"] > last["updated_at"]
            last = record


def test_about_as_many_matches_as_wished_are_in_play_at_any_moment_of_any_day(in_play):
    counts = [len(records) for records in in_play]

    assert all(32 <= count <= 48 for count in counts), counts


def test_matches_of_a_competition_are_in_play_side_by_side(in_play):
    alone = 0
    for records in in_play:
        beside = Counter(record["competition_id"] for record in records)
        alone += sum(count == 1 for count in beside.values())

    assert alone < sum(map(len, in_play)) / 10


def test_a_competition_is_not_named_after_its_country():
    catalogue = a_scene().catalogue
    countries = {row["name"] for row in catalogue.rows("country")}

    names = [row["name"] for row in catalogue.rows("competition")]

    assert names
    assert not [name for name in names if any(country in name for country in countries)]


def test_nobody_plays_twice_a_day():
    fixtures = matchday.fixtures(world(matches=40), DAY)
    clubs = [club for fixture in fixtures for club in (fixture.home_id, fixture.away_id)]

    assert len(clubs) == len(set(clubs))


def test_messages_of_one_instant_leave_in_one_frame():
    messages = matchdays(days=1)[0].messages()
    twice = sorted([*messages, *messages], key=lambda message: message.at)

    packed = list(frames(twice))

    assert len({frame.at for frame in packed}) == len(packed)
    assert sum(len(msgspec.json.decode(frame.payload)) for frame in packed) == len(twice)
