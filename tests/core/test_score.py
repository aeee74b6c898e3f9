"""What the seven slots mean, and the mirrored repeat."""

import pytest
from msgspec.structs import replace
from tests.build import T, a_claim, a_goal, a_marker, a_match, a_word, slots

from touchline.football.decide import decide
from touchline.football.model import (
    Answer,
    Counts,
    Goals,
    Group,
    Incident,
    Match,
    Observation,
    Question,
    Reason,
    Side,
    Source,
    Status,
)
from touchline.football.score import score_of


def in_extra_time(home: tuple[int, int], away: tuple[int, int], **fields: object) -> Match:
    """(goals in 90 minutes, extra-time slot) of each side."""
    return a_match(
        status=Status.EXTRA_TIME,
        home_scores=slots(goals=home[0], extra_time=home[1]),
        away_scores=slots(goals=away[0], extra_time=away[1]),
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("home", "away", "extra_time", "display"),
    [
        ((1, 0), (1, 0), None, (1, 1)),
        ((1, 1), (1, 1), (1, 1), (1, 1)),
        ((1, 2), (1, 1), (2, 1), (2, 1)),
        ((0, 1), (0, 0), (1, 0), (1, 0)),
        ((2, 1), (2, 0), (3, 2), (3, 2)),
        ((2, 0), (2, 2), (2, 4), (2, 4)),
    ],
)
def test_the_extra_time_slot_is_the_total_unless_it_cant_be(
    home: tuple[int, int],
    away: tuple[int, int],
    extra_time: tuple[int, int] | None,
    display: tuple[int, int],
) -> None:
    score = score_of(in_extra_time(home, away))
    assert (score.extra_time, score.display) == (extra_time, display)


def extra_time_list(*sides: Side) -> list[Incident]:
    regular = [a_goal(minute=10, score=(1, 0)), a_goal(minute=50, side=Side.AWAY, score=(1, 1))]
    return [
        *regular,
        a_marker(12, minute=94),
        *(a_goal(minute=95 + n, side=side) for n, side in enumerate(sides)),
    ]


def test_where_the_slot_could_be_either_the_goals_decide() -> None:
    match = in_extra_time((1, 0), (1, 0), incidents=extra_time_list(Side.HOME, Side.AWAY))
    decision = decide(match, a_claim(goals=Goals((1, 0, 1, 0), (1, 0, 1, 0))), T)

    assert score_of(decision.match).extra_time == (2, 2)
    assert decision.warnings == ("score.et_ambiguous",)

    total = in_extra_time((1, 0), (1, 0), incidents=extra_time_list())
    decision = decide(total, a_claim(goals=Goals((1, 0, 1, 0), (1, 0, 1, 0))), T)
    assert score_of(decision.match).extra_time == (1, 1)
    assert decision.warnings == ()


def test_a_meaning_once_found_lasts_while_the_list_lags() -> None:
    match = in_extra_time((1, 0), (1, 0), incidents=extra_time_list(Side.HOME, Side.AWAY))
    match = decide(match, a_claim(goals=Goals((1, 0, 1, 0), (1, 0, 1, 0)), at_ms=T), T).match
    ahead = decide(match, a_claim(goals=Goals((1, 0, 2, 0), (1, 0, 1, 0)), at_ms=T + 1), T)

    assert score_of(ahead.match).extra_time == (3, 2)
    assert ahead.warnings == ()


def test_a_draw_does_not_vanish_as_extra_time_begins() -> None:
    match = a_match(status=Status.SECOND_HALF, score=(1, 1))
    after = decide(match, a_claim(status=Status.EXTRA_TIME, score=(1, 1)), T)

    assert score_of(after.match).display == (1, 1)
    assert [type(one).__name__ for one in after.happened] == ["StatusChanged"]


def test_the_half_time_slot_is_no_half_time_score_before_half_time() -> None:
    running = a_match(home_scores=slots(goals=1, half_time=1))
    assert score_of(running).half_time is None

    halved = decide(running, a_claim(status=Status.HALF_TIME), T).match
    assert score_of(halved).half_time == (1, 0)
    claims = [
        a_claim(status=Status.FIRST_HALF, source=source, at_ms=T + 1)
        for source in (Source.MQTT, Source.OPERATOR)
    ]
    for claim in claims:
        halved = decide(halved, claim, T).match
    assert score_of(halved).half_time is None


def test_a_match_that_falls_to_tbd_keeps_its_half_time_score() -> None:
    halved = a_match(status=Status.HALF_TIME, home_scores=slots(goals=1, half_time=1))
    after = decide(halved, a_claim(status=Status.TO_BE_DETERMINED), T).match
    assert score_of(after).half_time == (1, 0)


def test_kicks_are_shown_beside_the_score_and_never_added() -> None:
    match = a_match(status=Status.SHOOT_OUT, score=(2, 2))
    assert score_of(match).shoot_out == (0, 0)
    claim = a_claim(goals=Goals((2, 2, 0, 4), (2, 0, 0, 3)), status=Status.ENDED)
    ended = decide(match, claim, T).match

    assert score_of(ended).shoot_out == (4, 3)
    assert score_of(ended).display == (2, 2)
    assert score_of(a_match(status=Status.ENDED)).shoot_out is None


def test_unknown_corners_are_kept_as_claimed() -> None:
    match = decide(a_match(), a_claim(counts=Counts((0, 1, -1), (0, 0, -1))), T).match
    assert (match.home_scores[4], match.away_scores[4]) == (-1, -1)


def test_corners_and_cards_that_fall_are_corrections_without_an_event() -> None:
    match = a_match()
    for step, corners in enumerate((1, 0, 1)):
        at_ms = T + step * 60_000
        decision = decide(match, a_claim(counts=Counts((0, step % 2, corners), (0, 0, 0)), at_ms=at_ms), at_ms)
        assert decision.visible
        assert decision.happened == ()
        match = decision.match


# ---------------------------------------------------------------- mirrored repeats

TAKEN = Counts((1, 3, 6), (0, 2, 1))
MIRRORED = Counts((0, 2, 1), (1, 3, 6))


def an_ended(*, taken_live: bool = True) -> Match:
    match = a_match(
        status=Status.ENDED,
        phase_entered_ts=T // 1000,
        home_scores=(2, 1, *TAKEN.home, 0, 0),
        away_scores=(2, 0, *TAKEN.away, 0, 0),
    )
    word = a_word(at_ms=T - 60_000 if taken_live else T)
    return replace(match, provenance={**match.provenance, Group.COUNTS: word})


def a_repeat(counts: Counts, *, minutes: float = 19, **claim: object) -> Observation:
    return a_claim(
        status=Status.ENDED,
        goals=Goals((2, 1, 0, 0), (2, 0, 0, 0)),
        counts=counts,
        at_ms=T + int(minutes * 60_000),
        **claim,  # type: ignore[arg-type]
    )


def test_a_mirrored_repeat_is_rejected_each_time() -> None:
    match = an_ended()
    for turn in range(1, 6):
        claim = a_repeat(MIRRORED if turn % 2 else TAKEN, minutes=19 * turn)
        decision = decide(match, claim, claim.observed_at_ms)
        expected = (Answer.STALE, Reason.MIRRORED_REPEAT) if turn % 2 else (Answer.SUCCESS, Reason.UNCHANGED)
        assert (decision.answer, decision.reason) == expected
        assert decision.match is match
        assert decision.questions == ()


def test_without_a_live_reading_history_is_asked_once_and_decides() -> None:
    match = an_ended(taken_live=False)
    first = decide(match, a_repeat(MIRRORED), T + 19 * 60_000)
    assert first.reason is Reason.MIRRORED_REPEAT
    assert first.questions == (Question.LIVE_HISTORY,)
    assert not first.visible

    again = decide(first.match, a_repeat(MIRRORED, minutes=38), T + 38 * 60_000)
    assert again.match is first.match
    assert again.questions == ()

    told = decide(first.match, a_repeat(MIRRORED, minutes=20, source=Source.LIVE_HISTORY), T + 20 * 60_000)
    assert told.match.home_scores[2:5] == MIRRORED.home
    back = decide(told.match, a_repeat(TAKEN, minutes=38), T + 38 * 60_000)
    assert back.reason is Reason.MIRRORED_REPEAT
    assert back.questions == ()


def test_a_genuine_correction_after_the_end_is_accepted_in_silence() -> None:
    late = Counts((1, 4, 6), (0, 2, 1))
    decision = decide(an_ended(), a_repeat(late), T + 19 * 60_000)

    assert decision.match.home_scores[3] == 4
    assert (decision.happened, decision.warnings) == ((), ())


def test_an_exchange_together_with_other_goals_is_no_repeat() -> None:
    claim = a_claim(goals=Goals((3, 1, 0, 0), (2, 0, 0, 0)), counts=MIRRORED, at_ms=T + 60_000)
    assert decide(an_ended(), claim, T + 60_000).match.home_scores[2:5] == MIRRORED.home


def test_an_exchange_while_the_match_runs_is_believed() -> None:
    running = a_match(home_scores=(0, 0, *TAKEN.home, 0, 0), away_scores=(0, 0, *TAKEN.away, 0, 0))
    claim = a_claim(counts=MIRRORED)
    assert decide(running, claim, T).match.away_scores[2:5] == MIRRORED.away


def test_cards_of_yesterday_are_corrected_by_history_alone() -> None:
    day = 24 * 60
    late = Counts((1, 4, 6), (0, 2, 1))
    assert decide(an_ended(), a_repeat(late, minutes=day), T + day * 60_000).visible
    claim = a_repeat(late, minutes=day + 1)
    assert decide(an_ended(), claim, claim.observed_at_ms).refused == {Group.COUNTS: Reason.NOT_ITS_TURN}
    claim = a_repeat(late, minutes=day + 1, source=Source.LIVE_HISTORY)
    assert decide(an_ended(), claim, claim.observed_at_ms).applied == (Group.COUNTS,)
