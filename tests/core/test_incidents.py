"""Lists replace lists by diff: one identity through every edit."""

import pytest
from tests.build import T, a_claim, a_goal, a_marker, a_match, an_incident

from touchline.football.decide import decide
from touchline.football.halves import Half, first_half_goals, halves, shown_minute
from touchline.football.incidents import KNOWN_MAX, listed
from touchline.football.model import (
    Answer,
    CardShown,
    Decision,
    GoalCancelled,
    Goals,
    Group,
    Incident,
    Match,
    Reason,
    Side,
    Source,
    Stat,
    Status,
    TextLine,
)

GOAL, YELLOW, RED, SUB, SECOND_YELLOW, OWN_GOAL, VAR = 1, 3, 4, 9, 15, 17, 28


def told(match: Match, *lists: list[Incident]) -> Decision:
    """The last of the decisions about `lists`, ten seconds apart."""
    decision = None
    for claimed in lists:
        at_ms = (match.last_event_ts or T // 1000) * 1000 + 10_000
        decision = decide(match, a_claim(incidents=claimed, at_ms=at_ms), at_ms)
        match = decision.match
    assert decision is not None
    return decision


def page(match: Match) -> list[tuple[int, int]]:
    """(ordinal, minute) of what is listed."""
    return [(one.ordinal, one.what.time) for one in listed(match.incidents)]


CARD = an_incident(YELLOW, minute=35)
EDITS = {
    "player added": (CARD, an_incident(YELLOW, minute=35, player_id="p1", player_name="A. Back")),
    "player removed": (an_incident(YELLOW, minute=35, player_id="p1"), CARD),
    "minute corrected": (CARD, an_incident(YELLOW, minute=40)),
    "goal becomes own goal": (a_goal(minute=60, score=(1, 0)), a_goal(minute=60, score=(1, 0), type_=OWN_GOAL)),
    "goal with running score moves far": (a_goal(minute=20, score=(1, 0)), a_goal(minute=44, score=(1, 0))),
    "running score added": (a_goal(minute=20), a_goal(minute=20, score=(1, 0))),
    "assist added": (a_goal(score=(1, 0)), a_goal(score=(1, 0), assist1_id="p2")),
    "half-time whistle 45, 46, 47": (a_marker(11, minute=45), a_marker(11, minute=47)),
    "end of match moved by far": (a_marker(12, minute=49), a_marker(12, minute=98)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_entry_keeps_its_identity_and_counts_the_revision(edit: str) -> None:
    before, after = EDITS[edit]
    decision = told(a_match(), [before], [after])

    (one,) = decision.match.incidents
    assert (one.ordinal, one.revision, one.what, one.withdrawn_ts) == (1, 1, after, None)
    assert decision.incidents == (one,)


def test_two_goals_whose_sides_were_exchanged_stay_two() -> None:
    wrong = [a_goal(minute=56, score=(1, 0)), a_goal(minute=57, side=Side.AWAY, score=(1, 1))]
    right = [a_goal(minute=56, side=Side.AWAY, score=(0, 1)), a_goal(minute=57, score=(1, 1))]
    match = told(a_match(), wrong, right).match

    assert sorted(ordinal for ordinal, _ in page(match)) == [1, 2]
    assert all(one.withdrawn_ts is None for one in match.incidents)


def test_goals_whose_sides_were_exchanged_stay_those_of_their_scorers() -> None:
    def goals(*sides: Side) -> list[Incident]:
        minutes = (17, 21, 26)
        return [
            a_goal(minute=minute, side=side, player_name=f"P. {minute}")
            for minute, side in zip(minutes, sides, strict=True)
        ]

    before = goals(Side.HOME, Side.HOME, Side.AWAY)
    match = told(a_match(), before, goals(Side.AWAY, Side.AWAY, Side.HOME)).match

    assert page(match) == [(1, 17), (2, 21), (3, 26)]
    assert len(match.incidents) == 3


def test_the_same_list_in_other_words_is_no_change() -> None:
    match = told(a_match(), [CARD, a_marker(11, minute=45)]).match
    decision = told(match, [CARD, a_marker(11, minute=45), a_marker(11, minute=45)])

    assert decision.reason is Reason.UNCHANGED
    assert decision.match is match


@pytest.mark.parametrize("marker", [11, 12, 27])
def test_a_doubled_marker_collapses(marker: int) -> None:
    match = told(a_match(), [a_marker(marker, minute=45), CARD, a_marker(marker, minute=47)]).match
    assert page(match) == [(1, 45), (2, 35)]


def test_four_substitutions_in_one_minute_are_four() -> None:
    bare = [an_incident(SUB, minute=60) for _ in range(4)]
    named = [an_incident(SUB, minute=60, in_player_id=f"in{n}", out_player_id=f"out{n}") for n in range(4)]
    match = told(a_match(), bare[:2], bare, named).match

    assert page(match) == [(1, 60), (2, 60), (3, 60), (4, 60)]
    assert [one.revision for one in match.incidents] == [1, 1, 1, 1]


def test_two_goals_of_one_side_in_one_minute_are_two() -> None:
    first, second = a_goal(minute=60, score=(1, 0)), a_goal(minute=60, score=(2, 0))
    match = told(a_match(), [first], [first, second]).match
    assert page(match) == [(1, 60), (2, 60)]


def test_a_player_is_looked_for_before_the_place() -> None:
    one = an_incident(YELLOW, minute=60, player_id="p1")
    two = an_incident(YELLOW, minute=62, player_id="p2")
    match = told(a_match(), [one, two], [an_incident(YELLOW, minute=61, player_id="p2")]).match

    assert page(match) == [(2, 61)]


def test_an_entry_in_front_moves_the_others_without_revising_them() -> None:
    decision = told(a_match(), [CARD], [an_incident(SUB, minute=30), CARD])

    assert page(decision.match) == [(2, 30), (1, 35)]
    assert {one.ordinal: one.revision for one in decision.incidents} == {1: 0, 2: 0}


def test_what_is_too_far_away_is_another_incident() -> None:
    match = told(a_match(), [CARD], [an_incident(YELLOW, minute=41)]).match
    assert page(match) == [(2, 41)]


def test_a_missing_entry_is_withdrawn_and_keeps_its_row() -> None:
    decision = told(a_match(), [CARD, a_marker(11, minute=45)], [a_marker(11, minute=45)])

    assert page(decision.match) == [(2, 45)]
    gone = decision.match.incidents[0]
    assert (gone.ordinal, gone.withdrawn_ts, gone.what) == (1, decision.match.last_event_ts, CARD)
    assert {one.ordinal for one in decision.incidents} == {1, 2}


def test_a_list_that_shrinks_and_grows_again_is_one_list() -> None:
    whole = [CARD, an_incident(SUB, minute=46, in_player_id="in"), a_goal(minute=50, score=(1, 0))]
    decision = told(a_match(), whole, whole[:1], whole)

    assert page(decision.match) == [(1, 35), (2, 46), (3, 50)]
    assert [type(one) for one in decision.happened if isinstance(one, CardShown)] == []


def test_another_goal_does_not_take_a_withdrawn_ones_identity() -> None:
    cancelled, other = (
        a_goal(minute=23, score=(1, 0), player_id="p1"),
        a_goal(minute=60, score=(1, 0), player_id="p2"),
    )
    match = told(a_match(), [CARD, cancelled], [CARD], [CARD, other]).match
    assert page(match) == [(1, 35), (3, 60)]


def test_order_is_the_lists_not_the_minutes() -> None:
    match = told(a_match(), [an_incident(SUB, minute=46), a_goal(minute=45, score=(1, 0))]).match
    assert page(match) == [(1, 46), (2, 45)]


# ---------------------------------------------------------------- cards


@pytest.mark.parametrize("type_", [YELLOW, RED, SECOND_YELLOW])
def test_a_card_is_said_once(type_: int) -> None:
    bare, named = an_incident(type_, minute=80), an_incident(type_, minute=80, player_id="p")
    first = told(a_match(), [bare])
    assert first.happened == (CardShown(side=Side.HOME, type=type_, incident=1),)
    assert told(first.match, [named]).happened == ()


def test_a_second_yellow_stands_alone() -> None:
    """Type 15 is the dismissal: no red is added, though both card slots count it."""
    decision = told(a_match(), [an_incident(SECOND_YELLOW, minute=87, side=Side.AWAY)])
    assert decision.happened == (CardShown(side=Side.AWAY, type=SECOND_YELLOW, incident=1),)
    assert len(decision.match.incidents) == 1


def test_a_rescinded_card_leaves_the_page_without_an_event() -> None:
    decision = told(a_match(), [CARD, an_incident(SUB)], [an_incident(SUB)])
    assert decision.happened == ()
    assert decision.visible


# ---------------------------------------------------------------- the empty list


def emptied(match: Match, seconds: int = 60, *, source: Source = Source.MQTT) -> Decision:
    at_ms = T + seconds * 1000
    return decide(match, a_claim(incidents=[], source=source, at_ms=at_ms), at_ms)


def test_an_empty_list_over_a_filled_one_waits_for_a_second_source() -> None:
    filled = told(a_match(), [CARD]).match
    held = emptied(filled)
    assert (held.answer, held.reason) == (Answer.STALE, Reason.EMPTY_UNCONFIRMED)
    assert held.match is not filled
    assert not held.visible

    again = emptied(held.match, 80)
    assert again.reason is Reason.EMPTY_UNCONFIRMED
    assert again.match is held.match
    confirmed = emptied(again.match, 100, source=Source.DETAIL_LIVE)
    assert page(confirmed.match) == []
    assert confirmed.match.pending.incidents is None


def test_a_filled_list_between_contradicts_the_empty_one() -> None:
    held = emptied(told(a_match(), [CARD]).match).match
    at_ms = T + 70_000
    filled = decide(held, a_claim(incidents=[CARD], at_ms=at_ms), at_ms)

    assert (filled.reason, filled.visible) == (Reason.UNCHANGED, False)
    assert filled.match.pending.incidents is None
    assert emptied(filled.match, 90, source=Source.DETAIL_LIVE).reason is Reason.EMPTY_UNCONFIRMED


def test_an_empty_list_is_believed_when_the_score_fell_too() -> None:
    match = a_match(score=(1, 0), incidents=[a_goal(score=(1, 0))])
    assert emptied(match).reason is Reason.EMPTY_UNCONFIRMED

    both = decide(match, a_claim(score=(0, 0), incidents=[]), T)
    assert page(both.match) == []
    fallen = decide(match, a_claim(score=(0, 0)), T).match
    assert page(emptied(fallen).match) == []


def test_a_list_ahead_of_the_score_is_not_a_score_that_fell() -> None:
    ahead = told(a_match(), [a_goal(score=(1, 0))]).match

    assert emptied(ahead).reason is Reason.EMPTY_UNCONFIRMED


def test_a_score_that_rises_does_not_empty_a_list() -> None:
    listed = [a_goal(minute=23, score=(1, 0)), a_goal(minute=24, score=(2, 0))]
    held = emptied(told(a_match(), listed).match).match
    at_ms = T + 70_000
    risen = decide(held, a_claim(score=(1, 0), at_ms=at_ms), at_ms)

    assert page(risen.match) == [(1, 23), (2, 24)]
    assert risen.match.pending.incidents is not None


@pytest.mark.parametrize("together", [True, False])
def test_a_score_may_fall_above_a_list_that_lags_behind(together: bool) -> None:
    match = a_match(score=(2, 0), incidents=[a_goal(score=(1, 0))])
    at_ms = T + 60_000
    fallen = decide(match, a_claim(score=(1, 0), incidents=[] if together else None, at_ms=at_ms), at_ms).match

    assert page(fallen if together else emptied(fallen, 61).match) == []


def test_a_fall_that_was_made_good_empties_nothing() -> None:
    match = a_match(score=(1, 0), incidents=[a_goal(score=(1, 0))])
    for turn, score in enumerate([(0, 0), (1, 0)]):
        match = decide(match, a_claim(score=score, at_ms=T + turn), T + turn).match

    assert emptied(match).reason is Reason.EMPTY_UNCONFIRMED


def test_a_goal_of_extra_time_that_falls_takes_its_list_along() -> None:
    match = a_match(status=Status.EXTRA_TIME, incidents=[a_goal(minute=95, score=(1, 0))])
    match = decide(match, a_claim(goals=Goals((0, 0, 1, 0), (0, 0, 0, 0)), at_ms=T - 1), T).match
    both = decide(match, a_claim(score=(0, 0), incidents=[]), T)

    assert page(both.match) == []


def test_an_operator_may_empty_a_list() -> None:
    assert page(emptied(a_match(incidents=[CARD]), source=Source.OPERATOR).match) == []


def test_an_empty_list_over_nothing_is_nothing() -> None:
    match = a_match()
    assert emptied(match).match is match


def test_no_counters_and_no_commentary_are_silence() -> None:
    """`detail_live` sends an empty `tlive` with every match, and empty `stats` with thin ones."""
    match = a_match(statistics=(), tlive=())
    filled = decide(match, a_claim(stats=[], tlive=[]), T)
    assert filled.match is match
    match = a_match(statistics=(Stat(2, 1, 0),), tlive=(TextLine("1'", "Corner"),))
    empty = decide(match, a_claim(stats=[], tlive=[], source=Source.DETAIL_LIVE), T)
    assert empty.match is match
    assert empty.unchanged == (Group.STATS, Group.TLIVE)


# ---------------------------------------------------------------- halves


def test_halves_follow_the_list_not_the_minute() -> None:
    entries = [
        a_goal(minute=47),
        a_marker(11, minute=45),
        an_incident(SUB, minute=45),
        a_goal(minute=46),
        a_marker(12, minute=90),
        an_incident(YELLOW, minute=90),
        an_incident(29, minute=120),
        a_marker(27, minute=120),
    ]
    assert [half.value for half in halves(entries)] == [
        "first",
        "first",
        "second",
        "second",
        "second",
        "extra_time",
        "shoot_out",
        "shoot_out",
    ]
    assert first_half_goals(entries) == (1, 0)


def test_kicks_straight_after_90_minutes_are_the_shoot_out() -> None:
    entries = [a_marker(11, minute=45), a_marker(12, minute=90), an_incident(30, minute=90)]
    assert halves(entries)[-1] is Half.SHOOT_OUT


def test_without_a_marker_the_minute_without_added_time_decides() -> None:
    entries = [a_goal(minute=47, add_time=2), a_goal(minute=46), an_incident(19, minute=45, add_time=3)]
    assert halves(entries) == [Half.FIRST, Half.SECOND, Half.FIRST]


@pytest.mark.parametrize(
    ("entry", "half", "text"),
    [
        (a_goal(minute=47, add_time=2), Half.FIRST, "45+2'"),
        (a_goal(minute=47), Half.FIRST, "45+2'"),
        (a_goal(minute=47), Half.SECOND, "47'"),
        (a_goal(minute=45), Half.SECOND, "45'"),
        (a_goal(minute=96), Half.SECOND, "90+6'"),
        (a_goal(minute=96), Half.EXTRA_TIME, "96'"),
        (a_goal(minute=122), Half.EXTRA_TIME, "120+2'"),
        (an_incident(19, minute=45, add_time=3), Half.FIRST, "45'"),
    ],
)
def test_shown_minutes(entry: Incident, half: Half, text: str) -> None:
    assert shown_minute(entry, half) == text


def test_a_list_without_a_marker_that_contradicts_the_half_time_score_is_flagged_once() -> None:
    match = a_match(status=Status.SECOND_HALF, score=(1, 0))
    assert match.half_time_reached
    first = told(match, [a_goal(minute=44, score=(1, 0))])
    assert first.warnings == ("incidents.half_mismatch",)
    assert told(first.match, [a_goal(minute=45, score=(1, 0))]).warnings == ()
    marked = [a_marker(11, minute=45), a_goal(minute=50, score=(1, 0))]
    assert told(match, marked).warnings == ()


def test_an_empty_list_that_waits_is_believed_once_the_score_falls() -> None:
    match = a_match(score=(1, 0), incidents=[a_goal(score=(1, 0))])
    held = emptied(match).match
    at_ms = T + 90_000
    decision = decide(held, a_claim(score=(0, 0), channel="mqtt-2", at_ms=at_ms), at_ms)

    assert page(decision.match) == []
    assert decision.match.pending.incidents is None
    assert [type(one) for one in decision.happened] == [GoalCancelled]
    lagging = a_claim(incidents=[], channel="mqtt-2", at_ms=at_ms + 1)
    assert decide(decision.match, lagging, at_ms + 1).match is decision.match


def test_lists_that_never_agree_fill_no_memory() -> None:
    def strangers(first: int) -> list[Incident]:
        return [
            an_incident(YELLOW, minute=place, player_id=f"p{place}")
            for place in range(first, first + 8_000, 20)
        ]

    match, answers = a_match(), []
    for turn in range(3):
        decision = told(match, strangers(turn * 8_000))
        match = decision.match
        answers.append(decision.answer)

    assert answers == [Answer.SUCCESS, Answer.SUCCESS, Answer.INVALID]
    assert len(match.incidents) <= KNOWN_MAX
    assert decision.refused[Group.INCIDENTS] is Reason.WRONG_SHAPE
    assert told(match, strangers(0)).answer is Answer.SUCCESS, "what is known may come back"
