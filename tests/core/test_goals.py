"""Goals come from the score, details from incidents; the events always add up to the score."""

from typing import Any

import pytest
from tests.build import T, a_claim, a_goal, a_marker, a_match, an_incident, slots

from touchline.football.decide import decide
from touchline.football.model import (
    GoalCancelled,
    GoalDetailed,
    GoalReported,
    Goals,
    GoalScored,
    Happening,
    Incident,
    Match,
    Observation,
    Pair,
    ResultCorrected,
    Side,
    Status,
)
from touchline.football.score import score_of

HOME, AWAY = Side.HOME, Side.AWAY
FIRST = a_goal(minute=23, score=(1, 0), player_id="p9")
MINUTE = {"minute": 23, "last_minute_update_ts": T // 1000 - 30}


def play(match: Match, *claims: Observation) -> tuple[Match, list[tuple[Happening, ...]]]:
    """The match after `claims`, and what happened at each."""
    told = []
    for claim in claims:
        decision = decide(match, claim, claim.observed_at_ms)
        told.append(decision.happened)
        match = decision.match
    return match, told


def at(seconds: int, **said: object) -> Observation:
    return a_claim(at_ms=T + seconds * 1000, **said)  # type: ignore[arg-type]


def test_a_goal_that_comes_first_in_the_score() -> None:
    _, told = play(a_match(**MINUTE), at(0, score=(1, 0)), at(70, incidents=[FIRST]))
    assert told == [
        (GoalScored(side=HOME, score=(1, 0), minute_text="23'"),),
        (GoalDetailed(side=HOME, score=(1, 0), incident=1),),
    ]


def test_a_goal_that_comes_first_in_the_incidents() -> None:
    match, told = play(a_match(**MINUTE), at(0, incidents=[FIRST]), at(70, score=(1, 0)))
    assert told == [
        (GoalReported(side=HOME, score=(1, 0), incident=1),),
        (GoalScored(side=HOME, score=(1, 0), minute_text="23'", incident=1),),
    ]
    assert match.home_scores[0] == 1


def test_an_incident_ahead_of_the_score_moves_no_score() -> None:
    match, _ = play(a_match(), at(0, incidents=[FIRST]))
    assert score_of(match).display == (0, 0)


def test_both_in_one_claim_are_one_event() -> None:
    _, told = play(a_match(**MINUTE), at(0, score=(1, 0), incidents=[FIRST]))
    assert told == [(GoalScored(side=HOME, score=(1, 0), minute_text="23'", incident=1),)]


def test_a_score_that_jumps_by_two_is_two_goals() -> None:
    _, told = play(a_match(), at(0, score=(2, 1)))
    assert [(one.side, one.score) for one in told[0] if isinstance(one, GoalScored)] == [
        (HOME, (1, 0)),
        (HOME, (2, 0)),
        (AWAY, (2, 1)),
    ]


def test_a_goal_without_a_running_score_is_found_by_counting() -> None:
    bare = [a_goal(minute=3), a_goal(minute=6)]
    _, told = play(a_match(), at(0, score=(1, 0)), at(5, incidents=bare), at(9, score=(2, 0)))
    assert told[1] == (
        GoalDetailed(side=HOME, score=(1, 0), incident=1),
        GoalReported(side=HOME, score=(2, 0), incident=2),
    )
    assert told[2] == (GoalScored(side=HOME, score=(2, 0), minute_text="1H", incident=2),)


def test_an_own_goal_counts_for_the_side_that_profits() -> None:
    own = a_goal(minute=60, side=AWAY, score=(0, 1), type_=17)
    _, told = play(a_match(), at(0, score=(0, 1)), at(20, incidents=[own]))
    assert told[1] == (GoalDetailed(side=AWAY, score=(0, 1), incident=1),)


def test_details_that_change_are_not_told_again() -> None:
    named = a_goal(minute=24, score=(1, 0), player_id="p9", assist1_id="p10")
    _, told = play(a_match(), at(0, score=(1, 0)), at(5, incidents=[FIRST]), at(9, incidents=[named]))
    assert told[2] == ()


# ---------------------------------------------------------------- taken back


def test_a_goal_withdrawn_by_var_leaves_the_board() -> None:
    match = a_match(score=(1, 0), incidents=[FIRST])
    review = an_incident(28, minute=25, player_id="p9", var_reason=1, var_result=2)
    after, told = play(match, at(0, score=(0, 0), incidents=[review]))

    assert told == [(GoalCancelled(side=HOME, score=(0, 0), previous=(1, 0), incident=1),)]
    assert score_of(after).display == (0, 0)


@pytest.mark.parametrize("list_first", [True, False])
def test_a_fall_names_the_goal_whose_entry_vanished(list_first: bool) -> None:
    second = a_goal(minute=40, score=(2, 0), player_id="p7")
    match = a_match(score=(2, 0), incidents=[FIRST, second])
    claims = (
        [at(0, incidents=[second]), at(9, score=(1, 0))]
        if list_first
        else [at(0, score=(1, 0), incidents=[second])]
    )
    _, told = play(match, *claims)

    assert told[-1] == (GoalCancelled(side=HOME, score=(1, 0), previous=(2, 0), incident=1),)


def test_else_it_names_the_reviewed_players_goal_else_the_latest() -> None:
    second = a_goal(minute=40, score=(2, 0), player_id="p7")
    review = an_incident(28, minute=42, player_id="p9", var_reason=1, var_result=2)
    _, told = play(a_match(score=(2, 0), incidents=[FIRST, second, review]), at(0, score=(1, 0)))
    assert told[0] == (GoalCancelled(side=HOME, score=(1, 0), previous=(2, 0), incident=1),)

    upheld = an_incident(28, minute=42, player_id="p9", var_reason=1, var_result=1)
    _, told = play(a_match(score=(2, 0), incidents=[FIRST, second, upheld]), at(0, score=(1, 0)))
    assert told[0] == (GoalCancelled(side=HOME, score=(1, 0), previous=(2, 0), incident=2),)


def test_two_goals_that_fall_at_once_are_two_goals() -> None:
    second = a_goal(minute=40, score=(2, 0))
    _, told = play(a_match(score=(2, 0), incidents=[FIRST, second]), at(0, score=(0, 0)))
    assert [one.incident for one in told[0] if isinstance(one, GoalCancelled)] == [2, 1]


def test_a_goal_cancelled_and_awarded_again_is_the_same_goal() -> None:
    match, told = play(
        a_match(),
        at(0, score=(1, 0), incidents=[FIRST]),
        at(60, score=(0, 0), incidents=[]),
        at(120, score=(1, 0)),
        at(140, incidents=[FIRST]),
    )
    assert told[1:] == [
        (GoalCancelled(side=HOME, score=(0, 0), previous=(1, 0), incident=1),),
        (GoalScored(side=HOME, score=(1, 0), minute_text="1H"),),
        (GoalDetailed(side=HOME, score=(1, 0), incident=1),),
    ]
    assert [(one.ordinal, one.revision) for one in match.incidents] == [(1, 1)]


def test_a_review_that_only_informs_changes_nothing() -> None:
    match = a_match(score=(1, 0), incidents=[FIRST])
    after, told = play(match, at(0, incidents=[FIRST, an_incident(28, minute=25, var_reason=3, var_result=4)]))
    assert told == [()]
    assert score_of(after).display == (1, 0)


# ---------------------------------------------------------------- extra time, the end


def test_goals_of_extra_time_are_steps_of_its_slot() -> None:
    match = a_match(status=Status.EXTRA_TIME, score=(1, 1))
    begun = Goals((1, 0, 1, 0), (1, 0, 1, 0))
    ahead = Goals((1, 0, 2, 0), (1, 0, 1, 0))
    _, told = play(match, at(0, goals=begun), at(300, goals=ahead))
    assert told == [(), (GoalScored(side=HOME, score=(2, 1), minute_text="ET"),)]


def test_kicks_are_no_goals() -> None:
    match = a_match(status=Status.SHOOT_OUT, score=(1, 1))
    _, told = play(
        match,
        at(0, goals=Goals((1, 0, 0, 1), (1, 0, 0, 0))),
        at(5, incidents=[a_marker(12, minute=90), an_incident(29, minute=120, home_score=1, away_score=0)]),
    )
    assert told == [(), ()]


def test_a_result_corrected_after_the_end_is_said() -> None:
    ended = a_match(status=Status.ENDED, score=(2, 1), phase_entered_ts=T // 1000)
    decision = decide(ended, at(86_400, score=(3, 0)), T + 86_400_000)

    assert decision.warnings == ("match.result.corrected",)
    assert decision.happened[-1] == ResultCorrected(before=(2, 1), after=(3, 0))
    assert decision.match.home_scores == slots(goals=3)


def test_kicks_counted_after_the_end_of_a_level_match_are_no_correction() -> None:
    ended = a_match(status=Status.ENDED, score=(1, 1), phase_entered_ts=T // 1000)
    decision = decide(ended, at(1_200, goals=Goals((1, 0, 0, 1), (1, 0, 0, 0))), T + 1_200_000)

    assert (decision.happened, decision.warnings) == ((), ())
    assert score_of(decision.match).shoot_out == (1, 0)


@pytest.mark.parametrize(
    ("after_s", "score", "home", "away"),
    [
        (3_601, (1, 1), (1, 0, 0, 1), (1, 0, 0, 0)),
        (1_200, (2, 1), (2, 0, 0, 1), (1, 0, 0, 0)),
        (1_200, (1, 1), (2, 0, 0, 1), (1, 0, 0, 0)),
    ],
    ids=["hours later", "in a match that is won", "together with a goal"],
)
def test_other_kicks_after_the_end_are_a_correction(after_s: int, score: Pair, home: Any, away: Any) -> None:
    ended = a_match(status=Status.ENDED, score=score, phase_entered_ts=T // 1000)
    decision = decide(ended, at(after_s, goals=Goals(home, away)), T + after_s * 1000)

    assert decision.warnings == ("match.result.corrected",)


def test_a_kick_that_is_taken_back_after_the_end_is_a_correction() -> None:
    ended = a_match(
        status=Status.ENDED, home_scores=slots(goals=1, shoot_out=4), away_scores=slots(goals=1, shoot_out=3)
    )
    decision = decide(ended, at(1_200, goals=Goals((1, 0, 0, 3), (1, 0, 0, 3))), T + 1_200_000)

    assert decision.warnings == ("match.result.corrected",)


def test_a_goal_told_together_with_the_end_is_a_goal() -> None:
    decision = decide(a_match(status=Status.SECOND_HALF), at(0, score=(1, 0), status=Status.ENDED), T)
    assert [type(one).__name__ for one in decision.happened] == ["StatusChanged", "GoalScored"]
    assert decision.warnings == ()


def test_stoppage_goal_and_second_half_goal_keep_their_periods() -> None:
    entries: list[Incident] = [
        a_goal(minute=51, score=(1, 0)),
        a_marker(11, minute=51),
        a_goal(minute=46, score=(2, 0)),
    ]
    match = a_match(status=Status.SECOND_HALF, home_scores=slots(goals=2, half_time=1))
    after, told = play(match, at(0, incidents=entries))
    assert [one.incident for one in told[0] if isinstance(one, GoalDetailed)] == [1, 3]
    assert [one.position for one in after.incidents] == [0, 1, 2]
