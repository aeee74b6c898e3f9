"""The expectation itself, on invented matches."""

from tests.proof.expect import Board, Placement, expect, minute_text, red_cards, yellow_cards
from tests.proof.timelines import choose, parse

K1, K2, K3, K4 = 1_000_000.0, 1_003_700.0, 1_006_770.0, 1_007_780.0


def a_line(**given):
    periods = given.pop("periods", {"1H": 2830, "2H": 2800})
    line = {
        "id": "in-1",
        "consistent": True,
        "decided_by": "regular",
        "score": {"ht": [1, 0], "ft": [1, 0]},
        "periods": [{"period": name, "duration_s": length} for name, length in periods.items()],
        "events": [an_event("1H", 2763, "own_goal", "home")],
    }
    return line | given


def an_event(period, s, kind, team):
    return {"period": period, "s": s, "type": kind, "team": team}


def test_a_regular_match_goes_through_its_statuses_and_scores():
    expected = expect(parse(a_line()), Placement({"1H": K1, "2H": K2}, ended=K2 + 2800))

    assert [(step.at, step.board) for step in expected.steps[1:]] == [
        (K1, Board(2, 0, 0)),
        (K1 + 2763, Board(2, 1, 0)),
        (K1 + 2830, Board(3, 1, 0)),
        (K2, Board(4, 1, 0)),
        (K2 + 2800, Board(8, 1, 0)),
    ]


def test_minutes_stand_at_the_end_of_a_period_and_the_added_time_grows():
    expected = expect(parse(a_line()), Placement({"1H": K1, "2H": K2}, ended=K2 + 2800))
    texts = [minute.text for minute in expected.minutes]

    assert texts[:2] == ["1'", "2'"]
    assert texts[44:49] == ["45'", "45+1'", "45+2'", "45+3'", "46'"]
    assert texts[-2:] == ["90+1'", "90+2'"]
    assert expected.texts(K1 + 2763, K1 + 2763) == {"45+2'"}
    assert expected.texts(K1 + 2829, K1 + 2831) == {"45+3'", "HT"}
    assert expected.texts(K1 - 5, K1 - 1) == {"—"}


def test_a_minute_may_begin_while_the_word_of_the_whistle_is_on_its_way():
    whistle = K1 + 2700
    line = a_line(periods={"1H": 2700, "2H": 2700}, events=[])
    expected = expect(parse(line), Placement({"1H": K1, "2H": K2}, ended=K2 + 2700))

    assert expected.texts(whistle - 1, whistle + 1) == {"45'", "45+1'", "HT"}
    assert expected.texts(whistle + 9, whistle + 60) == {"HT"}
    assert "45+1'" not in {minute.text for minute in expected.minutes}


def test_extra_time_is_one_status_and_its_second_period_counts_anew():
    line = a_line(
        decided_by="penalties",
        periods={"1H": 2700, "2H": 2800, "E1": 930, "E2": 960},
        score={"ht": [0, 0], "ft": [0, 0], "aet": [1, 1], "pens": [1, 0]},
        events=[an_event("E1", 915, "goal", "home"), an_event("E2", 0, "goal", "away")],
        shootout=[{"n": 1, "team": "home", "result": "goal"}, {"n": 2, "team": "away", "result": "saved"}],
    )
    placed = Placement({"1H": K1, "2H": K2, "E1": K3, "E2": K4}, kicks=K4 + 1210, ended=K4 + 1400)
    expected = expect(parse(line), placed)

    assert [step.board for step in expected.steps[-5:]] == [
        Board(5, 0, 0),
        Board(5, 1, 0),
        Board(5, 1, 1),
        Board(7, 1, 1),
        Board(8, 1, 1),
    ]
    assert expected.texts(K4 - 1, K4 - 1) == {"105+2'"}
    assert expected.texts(K4, K4) == {"106'"}
    assert expected.texts(K4 + 960, K4 + 960) == {"120+2'"}
    assert expected.texts(K4 + 1210, K4 + 1210) == {"PEN"}


def test_a_second_yellow_counts_in_both_slots():
    line = a_line(events=[an_event("1H", 60, "yellow", "away"), an_event("1H", 90, "second_yellow", "away")])

    assert yellow_cards(parse(line)) == (0, 2)
    assert red_cards(parse(line)) == (0, 1)


def test_seventeen_added_minutes():
    assert minute_text("1H", 62) == "45+17'"


def test_a_choice_is_the_same_for_a_seed_and_holds_the_rare():
    plain = [parse(a_line(id=f"in-{number}", events=[])) for number in range(40)]
    own_goal = parse(a_line(id="rare"))
    chosen = choose([*plain, own_goal], 5, seed=1)

    assert chosen == choose([*plain, own_goal], 5, seed=1)
    assert len(chosen) == 5
    assert own_goal in chosen
    assert chosen != choose([*plain, own_goal], 5, seed=2)
