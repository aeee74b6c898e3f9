"""Course faults, one by one: each is a legal telling that shows what its row says, and ends as the truth."""

import itertools
from collections import Counter
from collections.abc import Callable

import pytest
from tests.simulator.play import DAY, SEED, world

from touchline.simulator import matchday
from touchline.simulator.course import Course
from touchline.simulator.faults.courses import COURSES, Courses, told
from touchline.simulator.faults.switches import Switches
from touchline.simulator.play import play
from touchline.simulator.programme import finished_detail
from touchline.simulator.script import Kind, Message, Script
from touchline.simulator.seeded import Seeded
from touchline.simulator.telling import loose, tell

GOALS = {1, 8, 17}
WAYS = [(code, name) for code, ways in COURSES.items() for name in ways]
EVER = float("inf")
SPOKEN = (Kind.SCORE, Kind.INCIDENTS, Kind.TLIVE)
WRONG_IN_THE_END = {
    ("F24", "600 s ahead"),
    ("F25", "for the whole half"),
    ("F28", "mirrored"),
    ("F28", "a card corrected"),
    ("F28", "goals corrected"),
    ("F36", "no end"),
}
"""What is distorted until the last word."""


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    """Two matches of leagues and a cup tie that goes on after 90 minutes."""
    small = world()
    played = [play(one, two_stamps=True) for one in matchday.fixtures(small, DAY)]
    whole = [one for one in played if one.ended is not None]
    ties = [one for one in whole if len(one.spans) > 2 and not one.thin]
    return [*[one for one in whole if len(one.spans) == 2 and not one.thin][:2], ties[0]]


@pytest.fixture(scope="module")
def scripts(courses: list[Course]) -> Callable[[str, str], list[Script]]:
    """These matches in one way of one row."""
    told_once: dict[tuple[str, str], list[Script]] = {}

    def find(code: str, name: str) -> list[Script]:
        if (code, name) not in told_once:
            way = COURSES[code][name]
            told_once[code, name] = [told(course, [way], loose(20), SEED) for course in courses]
        return told_once[code, name]

    return find


def scores(script: Script) -> list[Message]:
    return list(script.tellings(Kind.SCORE))


def path(script: Script) -> list[int]:
    """Statuses in the order in which they are told, each once until another comes."""
    return [status for status, _ in itertools.groupby(message.body[1] for message in scores(script))]


def stamps(script: Script, status: int) -> list[int]:
    found = [message.body[4] for message in scores(script) if message.body[1] == status]
    return [stamp for stamp, _ in itertools.groupby(found)]


def listed(script: Script) -> list[dict]:
    newest = script.newest(Kind.INCIDENTS, EVER)
    return newest.body if newest else []


def sides(message: Message) -> tuple[list[int], list[int]]:
    return message.body[2], message.body[3]


def final(script: Script) -> tuple[list[int], list[int]]:
    return sides(scores(script)[-1])


@pytest.mark.parametrize(("code", "name"), WAYS)
def test_messages_are_told_in_the_order_of_time(scripts, code, name):
    for script in scripts(code, name):
        for kind in SPOKEN:
            times = [message.at for message in script.tellings(kind)]
            assert times == sorted(set(times))
            assert all(message.kind is kind for message in script.tellings(kind))


@pytest.mark.parametrize(("code", "name"), WAYS)
def test_every_message_has_the_shape_of_the_wire(scripts, code, name):
    for script in scripts(code, name):
        for message in scores(script):
            match_id, status, home, away, stamp, note = message.body
            assert (match_id, note) == (script.id, "")
            assert status in range(14)
            assert [len(home), len(away)] == [7, 7]
            assert all(slot >= 0 for side in (home, away) for slot in (*side[:4], *side[5:]))
            assert min(home[4], away[4]) >= -1
            assert stamp == 0 or status in {2, 4, 5} or (code, name) == ("F25", "at half-time")


@pytest.mark.parametrize(("code", "name"), WAYS)
def test_what_was_meant_is_sound(scripts, code, name):
    """List and slots agree, and a review or a table is the only thing that takes goals away."""
    for script in scripts(code, name):
        if code == "F46" or not script.course.ended:
            continue
        entries, (home, away) = listed(script.meant), final(script.meant)
        types = [Counter(one["type"] for one in entries if one["position"] == side) for side in (1, 2)]
        assert [sum(count[kind] for kind in GOALS) for count in types] == [
            max(s[0], s[5]) for s in (home, away)
        ]
        assert [count[4] + count[15] for count in types] == [home[2], away[2]]
        assert [count[3] + count[15] for count in types] == [home[3], away[3]]
        assert [count[29] for count in types] == [home[6], away[6]]
        running = [one["home_score"] + one["away_score"] for one in entries if one["type"] in GOALS]
        assert running == list(range(1, len(running) + 1))


@pytest.mark.parametrize(("code", "name"), [way for way in WAYS if way not in WRONG_IN_THE_END])
def test_the_last_word_is_the_truth(scripts, code, name):
    for script in scripts(code, name):
        end, meant = script.last_at, script.meant
        for kind in SPOKEN:
            spoken, due = script.newest(kind, end), meant.newest(kind, end)
            if code == "F33" and kind is Kind.INCIDENTS:
                assert [without_added(one) for one in spoken.body] == [without_added(one) for one in due.body]
            elif spoken is not None or due is not None:
                assert spoken.body == due.body


def without_added(entry: dict) -> dict:
    return {name: value for name, value in entry.items() if name != "add_time"}


@pytest.mark.parametrize(("code", "name"), WAYS)
def test_every_match_is_another_than_without_the_fault(scripts, courses, code, name):
    for course, script in zip(courses, scripts(code, name), strict=True):
        plain = tell(course, loose(20), SEED)
        spoken = any(script.tellings(kind) != plain.tellings(kind) for kind in SPOKEN)
        counted = type(script.counters) is not type(plain.counters)
        assert spoken or counted or script.record(EVER) != plain.record(EVER)


PATHS = {
    ("F35", "4>8>5>8>7>8"): [2, 3, 4, 8, 5, 8, 7, 8],
    ("F35", "4>8>4"): [2, 3, 4, 8, 4, 8],
    ("F35", "4>8, then kicks"): [2, 3, 4, 8],
    ("F35", "1>9>1"): [9, 1, 2, 3, 4, 8],
    ("F35", "13>2"): [13, 2, 3, 4, 8],
    ("F35", "3>13"): [2, 3, 13],
    ("F35", "2>10>2"): [2, 10, 2, 3, 4, 8],
    ("F35", "10>11"): [2, 3, 4, 10, 11],
    ("F35", "12>1"): [12, 1, 2, 3, 4, 8],
    ("F36", "no second half"): [2, 3, 8],
    ("F36", "no half-time"): [2, 4, 8],
    ("F36", "no end"): [2, 3, 4],
    ("F37", "no stamp"): [2, 3, 4, 5, 8],
    ("F37", "eighteen kicks"): [2, 3, 4, 5, 7, 8],
    ("F38", "a new stamp"): [2, 3, 4, 10, 4, 8],
}


@pytest.mark.parametrize(("code", "name"), PATHS)
def test_the_statuses_go_the_way_they_are_named_for(scripts, code, name):
    league = scripts(code, name)[0]

    assert [status for status in path(league) if (status, code) != (9, "F36")] == PATHS[code, name]


STAMPS = {
    "by -1 s": (4, [1, 0]),
    "by -5 s": (2, [5, 0]),
    "by -48, -54, -62 s": (2, [62, 14, 8, 0]),
    "by -61 s": (4, [61, 0]),
    "by +30 s": (4, [-30, 0]),
    "by +400 s": (2, [0, 400]),
    "0 at first": (4, [None, 0]),
    "0 later": (4, [0, None]),
    "90 s ahead": (2, [90, 0]),
    "600 s ahead": (2, [600]),
}


@pytest.mark.parametrize("name", STAMPS)
def test_stamps_are_as_far_from_the_kick_off_as_they_are_named_for(scripts, name):
    status, off = STAMPS[name]
    for script in scripts("F24", name):
        start = script.course.spans[0 if status == 2 else 1].start
        assert stamps(script, status) == [0 if each is None else start + each for each in off]


def test_extra_time_has_as_many_stamps_as_named(scripts):
    found = {
        name: [len([stamp for stamp in stamps(script, 5) if stamp]) for script in scripts("F37", name)]
        for name in ("no stamp", "one stamp", "two stamps", "more than 120 minutes")
    }
    assert {name: set(counts) for name, counts in found.items()} == {
        "no stamp": {0},
        "one stamp": {1},
        "two stamps": {2},
        "more than 120 minutes": {2},
    }
    spans = scripts("F37", "more than 120 minutes")[0].course.spans
    assert sum(span.end - span.start for span in spans) > 7_500


def test_eighteen_kicks_are_taken(scripts):
    for script in scripts("F37", "eighteen kicks"):
        assert sum(one["type"] in {29, 30} for one in listed(script)) == 18
        assert [side[6] for side in final(script)] == [9, 8]


def test_after_the_end_cards_and_corners_are_exchanged_each_time(scripts):
    for script in scripts("F28", "mirrored"):
        last, *repeats = scores(script)[-6:]
        home, away = sides(last)
        mirrored = ([*home[:2], *away[2:5], *home[5:]], [*away[:2], *home[2:5], *away[5:]])
        right = (home, away)
        assert [sides(one) for one in repeats] == [mirrored, right, mirrored, right, mirrored]
        assert {one.at - before.at for before, one in itertools.pairwise(repeats)} == {1_140}
        assert final(script.meant) == sides(last)


def test_history_says_what_was_meant(scripts):
    for script in scripts("F28", "mirrored"):
        told, right = (one.detail(script.last_at)["score"] for one in (script, script.meant))
        assert told[2][2:5] == right[3][2:5]
        assert finished_detail(script, script.last_at)["score"] == right


def test_a_match_without_an_end_is_listed_no_more_and_over_in_the_record(scripts):
    for script in scripts("F36", "no end"):
        over = script.last_at
        assert script.detail(over) is None
        assert script.detail(over - 600) is not None
        assert script.record(over)["status_id"] == 8
        assert script.record(over)["home_scores"] == final(script.meant)[0]


def test_after_an_end_that_is_not_told_the_record_goes_on_as_the_telling_would_have(courses):
    ways = [COURSES["F28"]["mirrored"], COURSES["F36"]["no end"]]
    for course in courses:
        script = told(course, ways, loose(20), SEED)
        home, away = final(script.meant)
        over = script.course.ended + 60
        records = [script.record(over + number * 1_140) for number in range(6)]

        assert {record["status_id"] for record in records} == {8}
        assert [record["home_scores"][2:5] for record in records] == [home[2:5], away[2:5]] * 3


def test_a_match_that_was_over_by_mistake_is_listed_until_it_is_over(courses):
    ways = [COURSES["F35"]["4>8>4"], COURSES["F36"]["no end"]]
    for course in courses[:2]:
        script = told(course, ways, loose(20), SEED)

        assert path(script) == [2, 3, 4, 8, 4]
        assert script.detail(script.course.ended - 60) is not None
        assert script.record(script.course.ended - 60)["status_id"] == 4
        assert script.record(EVER)["status_id"] == 8


def test_of_two_goals_in_a_row_one_score_is_told(scripts):
    for script in scripts("F29", "a score that jumps by two"):
        totals = [sum(side[0] for side in sides(one)) for one in scores(script)]
        assert any(after - before >= 2 for before, after in itertools.pairwise(totals))


@pytest.mark.parametrize(("name", "first"), [("the score first", True), ("the incident first", False)])
def test_score_and_incident_of_a_goal_are_a_minute_apart(scripts, name, first):
    for script in scripts("F29", name):
        goal = next(one for one in script.course.happenings if one.key and one.at == added_goal(script))
        score = next(one.at for one in scores(script) if one.at > goal.at)
        entry = next(one.at for one in script.tellings(Kind.INCIDENTS) if one.at > goal.at)
        assert (score < entry) is first


def added_goal(script: Script) -> int:
    """When the first goal that the row adds falls."""
    return script.course.spans[0].start + 1_200


def test_nothing_is_said_of_a_silent_match_for_twenty_minutes(scripts):
    script = scripts("F40", "twenty minutes")[0]
    half = script.course.spans[1]
    quiet = [one for one in script.messages() if half.start + 1_200 < one.at < half.start + 2_390]

    assert quiet == []
    assert script.course.thin


def test_kicks_are_part_of_the_score_where_only_that_is_told(courses):
    ways = [COURSES["F37"]["eighteen kicks"], COURSES["F40"]["twenty minutes"]]

    assert [[side[6] for side in final(told(course, ways, loose(20), SEED))] for course in courses] == [
        [9, 8]
    ] * 3


@pytest.mark.parametrize("minutes", [15, 18, 21, 40])
def test_half_times_are_as_long_as_named(scripts, minutes):
    for script in scripts("F39", f"{minutes} minutes"):
        first, second = script.course.spans[:2]
        assert second.start - first.end == minutes * 60
        assert stamps(script, 4)[-1] == second.start


def test_switches_choose_by_seed_and_match(courses):
    switches = Switches(7)
    switches.on("F24", "F35")
    one, same = (
        [Courses(switches).tell(course, loose(20), SEED).messages() for course in courses] for _ in range(2)
    )

    assert one == same
    assert len({tuple(path(Courses(switches).tell(course, loose(20), SEED))) for course in courses}) > 1


def test_a_match_whose_telling_began_before_the_switch_is_told_on(courses):
    switches = Switches(7)
    begun = Courses(switches).tell(courses[0], loose(20), SEED).messages()
    switches.on(*COURSES)

    assert begun == tell(courses[0], loose(20), SEED).messages()
    assert Courses(switches).tell(courses[0], loose(20), SEED).messages() != begun


def test_a_match_that_was_told_is_history_whatever_is_switched_after_it():
    switches = Switches(7)
    scene = Seeded(SEED, 8, stats_every_s=20, two_stamps=True, telling=Courses(switches).tell)
    noon = DAY * 86_400 + 43_200.0
    over = next(one.id for one in scene.scripts(noon) if one.course.ended)
    before = scene.history(over, noon + 36_000)
    for later in (40_000, 40_060):  # what was told is put away, and is told anew where it is asked for
        assert list(scene.records(noon + later))
    switches.on("F37", "F46")

    assert before is not None
    assert scene.history(over, noon + 40_120) == before


def test_all_rows_together_are_still_a_telling(courses):
    switches = Switches(3)
    switches.on(*COURSES)
    for course in courses:
        script = Courses(switches).tell(course, loose(20), SEED)
        for kind in SPOKEN:
            times = [message.at for message in script.tellings(kind)]
            assert times == sorted(set(times))
