"""Every invented match obeys the rules of the wire, checked here without the simulator's own code."""

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.simulator.play import matchdays, told

from touchline.simulator.script import Kind, Message, Script

if TYPE_CHECKING:
    from touchline.simulator.course import Fixture

GOALS = (1, 8, 17)
RUNNING = (2, 4, 5)
NEXT = {
    1: {1, 2, 9, 12},
    9: {1, 2, 9, 13},
    2: {2, 3},
    3: {3, 4},
    4: {4, 5, 7, 8},
    5: {5, 7, 8},
    7: {7, 8},
    8: {8},
    12: {12},
    13: {13},
}


@pytest.fixture(scope="module")
def scripts() -> list[Script]:
    return matchdays(days=8)


def statuses(script: Script) -> list[int]:
    return [message.body[1] for message in script.tellings(Kind.SCORE)]


def sides(message: Message) -> tuple[list[int], list[int]]:
    return message.body[2], message.body[3]


def played(scripts: list[Script]) -> list[Script]:
    return [script for script in scripts if script.course.ended is not None]


def goals_of(entries: list[dict]) -> list[int]:
    return [sum(entry["type"] in GOALS and entry["position"] == side for entry in entries) for side in (1, 2)]


def final(script: Script) -> tuple[list[int], list[int], list[dict]]:
    incidents = script.newest(Kind.INCIDENTS, float("inf"))
    assert incidents is not None
    home, away = sides(script.tellings(Kind.SCORE)[-1])
    return home, away, incidents.body


def test_the_sample_has_the_rare_things(scripts):
    seen = Counter(status for script in scripts for status in set(statuses(script)))
    types = Counter(
        entry["type"]
        for script in scripts
        for message in script.tellings(Kind.INCIDENTS)[-1:]
        for entry in message.body
    )

    assert {2, 3, 4, 5, 7, 8, 9, 12, 13} <= set(seen)
    assert {1, 3, 4, 8, 9, 11, 12, 15, 16, 17, 19, 26, 27, 28, 29, 30} <= set(types)
    assert any(script.course.thin for script in scripts)
    assert any(script.tellings(Kind.TLIVE) for script in scripts)


def test_status_paths_are_legal(scripts):
    for script in scripts:
        path = [1, *statuses(script)]
        assert all(after in NEXT[before] for before, after in itertools.pairwise(path)), path
        assert path[-1] in {8, 12, 13}


def test_a_stamp_stands_in_running_statuses_only(scripts):
    for script in scripts:
        for message in script.tellings(Kind.SCORE):
            assert (message.body[4] > 0) == (message.body[1] in RUNNING)
            assert message.body[5] == ""


def test_the_last_stamp_of_a_period_is_its_true_start(scripts):
    for script in played(scripts):
        last = {message.body[1]: message.body[4] for message in script.tellings(Kind.SCORE)}
        spans = {span.name: span for span in script.course.spans}
        assert last[2] == spans["1H"].start
        assert last[4] == spans["2H"].start
        if "E2" in spans:
            assert last[5] == spans["E2"].start


def test_slots_run_and_stand_as_the_provider_has_them(scripts):
    for script in played(scripts):
        half_time = regular = None
        for message in script.tellings(Kind.SCORE):
            status = message.body[1]
            home, away = sides(message)
            if status == 2:
                assert (home[0], away[0]) == (home[1], away[1])
            if status == 3:
                half_time = (home[1], away[1])
            if status in {4, 5, 7}:
                assert (home[1], away[1]) == half_time
            if status < 5:
                assert (home[5], away[5], home[6], away[6]) == (0, 0, 0, 0)
            if status == 4:
                regular = (home[0], away[0])
            if status in {5, 7}:
                assert (home[0], away[0]) == regular
                assert home[5] >= home[0] or "E1" not in {span.name for span in script.course.spans}
            assert all(slot >= 0 for side in (home, away) for slot in (*side[:4], *side[5:]))
            assert (home[4] == -1) == (away[4] == -1)
            assert home[4] >= -1


def test_each_kind_is_told_in_the_order_of_time(scripts):
    for script in scripts:
        for kind in (Kind.SCORE, Kind.INCIDENTS, Kind.TLIVE):
            times = [message.at for message in script.tellings(kind)]
            assert times == sorted(set(times))


def test_a_goal_falls_only_with_a_review_that_cancels_it(scripts):
    cancelled = 0
    for script in scripts:
        last = 0
        for message in script.tellings(Kind.SCORE):
            home, away = sides(message)
            total = max(home[0] + away[0], home[5] + away[5])
            if total < last:
                cancelled += 1
                assert total == last - 1
                later = [one for one in script.tellings(Kind.INCIDENTS) if one.at > message.at - 120]
                reviews = [
                    e for one in later[:20] for e in one.body if e["type"] == 28 and e["var_reason"] == 1
                ]
                assert reviews
            last = total
    assert cancelled > 3


def test_final_incidents_and_slots_say_the_same(scripts):
    for script in played(scripts):
        home, away, entries = final(script)
        total = [max(home[0], home[5]), max(away[0], away[5])]
        assert goals_of(entries) == total
        mark = next(index for index, entry in enumerate(entries) if entry["type"] == 11)
        assert goals_of(entries[:mark]) == [home[1], away[1]]
        for index, side in enumerate((home, away), 1):
            types = Counter(entry["type"] for entry in entries if entry["position"] == index)
            assert types[4] + types[15] == side[2]
            assert types[3] + types[15] == side[3]
            assert types[29] == side[6]


def test_running_scores_count_up_one_by_one(scripts):
    for script in played(scripts):
        for message in script.tellings(Kind.INCIDENTS):
            scores = [(e["home_score"], e["away_score"]) for e in message.body if e["type"] in GOALS]
            assert [sum(score) for score in scores] == list(range(1, len(scores) + 1))


def test_markers_stand_once_and_in_order(scripts):
    for script in played(scripts):
        _, _, entries = final(script)
        marks = [entry["type"] for entry in entries if entry["type"] in {11, 12, 26, 27}]
        extra = ["E1" in {span.name for span in script.course.spans}, script.course.kicks_start is not None]
        expected = [11, 12, *([26] if extra[0] else []), *([27] if extra[1] else [])]
        assert marks == expected


def test_the_half_time_marker_is_told_in_half_time(scripts):
    for script in played(scripts):
        first = next(m for m in script.tellings(Kind.INCIDENTS) if any(e["type"] == 11 for e in m.body))
        status = script.newest(Kind.SCORE, first.at)
        assert status is not None
        assert status.body[1] in {3, 4}


def test_a_status_is_told_two_to_nine_seconds_late(scripts):
    for script in played(scripts):
        first_told: dict[int, float] = {}
        for message in script.tellings(Kind.SCORE):
            first_told.setdefault(message.body[1], message.at)
        spans = {span.name: span for span in script.course.spans}
        for status, at in (
            (2, spans["1H"].start),
            (3, spans["1H"].end),
            (4, spans["2H"].start),
            (8, script.course.ended),
        ):
            assert 2 <= first_told[status] - at <= 9


def test_kick_offs_and_breaks_are_as_measured(scripts):
    for script in played(scripts):
        spans = script.course.spans
        moved = (
            9 in statuses(script)
            or script.record(float("inf"))["match_time"] != script.course.fixture.scheduled
        )
        assert moved or -60 <= spans[0].start - script.course.fixture.scheduled <= 371
        assert 14 * 60 <= spans[1].start - spans[0].end <= 16 * 60
        assert all(span.end > span.start + 899 for span in spans)


def test_goals_and_cards_come_at_the_rates_of_football(scripts):
    matches = played(scripts)
    goals = [sum(goals_of(final(script)[2])) for script in matches]
    yellow = [final(script)[0][3] + final(script)[1][3] for script in matches]

    assert 2.2 <= sum(goals) / len(goals) <= 3.2
    assert 2.5 <= sum(yellow) / len(yellow) <= 5


def test_a_list_once_told_is_never_changed_afterwards(scripts):
    script = max(scripts, key=lambda one: len(one.tellings(Kind.INCIDENTS)))
    lists = [message.body for message in script.tellings(Kind.INCIDENTS)]

    assert any(earlier != later[: len(earlier)] for earlier, later in itertools.pairwise(lists))
    assert len(lists[0]) == 1


def test_the_nine_statistics_are_told_while_the_ball_is_in_play(scripts):
    script = next(one for one in played(scripts) if not one.course.thin)
    spans = script.course.spans
    stats = [message for message in script.messages() if message.kind is Kind.STATS]

    assert len(stats) > 200
    for message in stats:
        assert sorted(row["type"] for row in message.body) == [2, 3, 4, 8, 21, 22, 23, 24, 25]
        assert any(span.start < message.at <= span.end for span in spans)
        possession = next(row for row in message.body if row["type"] == 25)
        assert possession["home"] + possession["away"] == 100


def test_extra_time_has_one_stamp_by_switch(scripts):
    fixture: Fixture = next(s for s in scripts if len(s.course.spans) == 4).course.fixture

    one, two = (
        {
            message.body[4]
            for message in told(fixture, two_stamps=switch).tellings(Kind.SCORE)
            if message.body[1] == 5
        }
        for switch in (False, True)
    )

    assert len(one) == 1
    assert len(two) == 2
    assert 900 <= max(two) - min(two) <= 1_800
