"""Real matches are played as they went: the final score of every one, in every slot."""

from collections import Counter

import pytest
from tests.shared import shared

from touchline.errors import BadInput
from touchline.simulator import timelines
from touchline.simulator.script import Kind, Script
from touchline.simulator.telling import punctual, tell
from touchline.simulator.timelines import Timeline

START = 1_780_000_000.0
GOALS = (1, 8, 17)


@pytest.fixture(scope="module")
def all_timelines() -> list[Timeline]:
    return timelines.read(shared("data/timelines.jsonl"))


def told(timeline: Timeline, number: int = 0) -> Script:
    return tell(timelines.course(timeline, number, start=START, seed=1), punctual(20), 1)


@pytest.fixture(scope="module")
def some(all_timelines) -> list[tuple[Timeline, Script]]:
    return [(one, told(one)) for one in timelines.chosen(all_timelines, [], 160)]


def test_every_consistent_timeline_ends_with_its_score(all_timelines):
    wrong = []
    sound = [one for one in all_timelines if one.consistent]
    for timeline in sound:
        script = told(timeline)
        _, status, home, away, stamp, _ = script.tellings(Kind.SCORE)[-1].body
        slots = list(zip(home, away, strict=True))
        score = timeline.score
        after = score.aet or (0, 0)
        expected = (8, 0, score.ft, score.ht, after, score.pens or (0, 0))
        if (status, stamp, slots[0], slots[1], slots[5], slots[6]) != expected:
            wrong.append((timeline.id, slots, score))

    assert len(sound) > 2_500
    assert not wrong, wrong


def test_incidents_agree_with_the_score_of_every_timeline_played(some):
    for timeline, script in some:
        entries = script.tellings(Kind.INCIDENTS)[-1].body
        total = timeline.score.aet or timeline.score.ft
        goals = Counter(entry["position"] for entry in entries if entry["type"] in GOALS)
        mark = next(index for index, entry in enumerate(entries) if entry["type"] == 11)
        first_half = Counter(entry["position"] for entry in entries[:mark] if entry["type"] in GOALS)
        kicks = Counter(entry["position"] for entry in entries if entry["type"] == 29)
        assert (goals[1], goals[2]) == total
        assert (first_half[1], first_half[2]) == timeline.score.ht
        assert (kicks[1], kicks[2]) == (timeline.score.pens or (0, 0))


def test_every_goal_is_on_the_board_within_nine_seconds(some):
    for timeline, script in some:
        spans = {span.name: span.start for span in script.course.spans}
        goals = sorted(
            spans[event.period] + int(event.s)
            for event in timeline.events
            if event.type in {"goal", "penalty_goal", "own_goal"}
        )
        for number, at in enumerate(goals, 1):
            told_at = next(
                message.at
                for message in script.tellings(Kind.SCORE)
                if max(message.body[2][0] + message.body[3][0], message.body[2][5] + message.body[3][5])
                >= number
            )
            assert at < told_at <= at + 9


def test_cards_count_in_their_slots(some):
    for timeline, script in some:
        _, _, home, away, *_ = script.tellings(Kind.SCORE)[-1].body
        for side, slots in (("home", home), ("away", away)):
            types = Counter(event.type for event in timeline.events if event.team == side)
            assert slots[2] == types["red"] + types["second_yellow"]
            assert slots[3] == types["yellow"] + types["second_yellow"]
            assert slots[4] == types["corner"]


def test_periods_lie_as_measured(some):
    for timeline, script in some:
        spans = script.course.spans
        assert -60 <= spans[0].start - script.course.fixture.scheduled <= 371
        assert spans[0].start > START
        assert 914 <= spans[1].start - spans[0].end <= 953
        lengths = [int(period.duration_s) for period in timeline.periods]
        assert [span.end - span.start for span in spans] == lengths
        if len(spans) > 2:
            assert spans[2].start - spans[1].end == 270
            assert spans[3].start - spans[2].end == 90


def test_paths_are_those_of_the_timeline(some):
    for timeline, script in some:
        path = list(dict.fromkeys(message.body[1] for message in script.tellings(Kind.SCORE)))
        extra = [5] if timeline.score.aet else []
        kicks = [7] if timeline.score.pens else []
        assert path == [2, 3, 4, *extra, *kicks, 8]


def test_a_choice_has_extra_time_and_shoot_outs(all_timelines):
    chosen = timelines.chosen(all_timelines, [], 20)
    decided = Counter(one.decided_by for one in chosen)

    assert len(chosen) == len({one.id for one in chosen}) == 20
    assert decided["penalties"] >= 3
    assert decided["extra_time"] >= 3


def test_ids_are_played_in_the_order_given(all_timelines):
    ids = [all_timelines[7].id, all_timelines[2].id]

    assert [one.id for one in timelines.chosen(all_timelines, ids, 20)] == ids


def test_an_unknown_id_is_named(all_timelines):
    with pytest.raises(BadInput, match="nosuchmatch"):
        timelines.chosen(all_timelines, ["nosuchmatch"], 20)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": 1}\n', encoding="utf-8")

    with pytest.raises(BadInput, match="line 1"):
        timelines.read(broken)
    with pytest.raises(BadInput, match="missing"):
        timelines.read(tmp_path / "missing.jsonl")


def test_twenty_begin_in_one_second_and_the_others_soon_after(all_timelines):
    scheduled = Counter(
        timelines.course(one, number, start=START, seed=1).fixture.scheduled
        for number, one in enumerate(all_timelines[:60])
    )

    assert list(scheduled.values()) == [20, 20, 20]
    assert min(scheduled) == START + 300
