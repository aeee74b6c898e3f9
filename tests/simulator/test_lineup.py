"""Only who is on the pitch scores, is carded or makes way, in every match of any seed."""

from collections import Counter
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from touchline.simulator.course import Course, Fixture, Happening, Player, What
from touchline.simulator.play import play

SIDES = (1, 2)
DOES = {What.GOAL, What.PENALTY, What.PENALTY_MISSED, What.YELLOW, What.SECOND_YELLOW, What.RED}
SENT_OFF = {What.RED, What.SECOND_YELLOW}
RED_CANCELLED = 6


def a_tie(seed: int) -> Fixture:
    """A cup tie, so that some go into extra time."""
    return Fixture(
        id=f"tie{seed}",
        competition_id="c",
        competition="Cup",
        season_id="s",
        stage_id="t",
        home_id=f"home{seed}",
        home="Home",
        away_id=f"away{seed}",
        away="Away",
        scheduled=1_770_000_000,
        announced=1_769_000_000,
        cup=True,
    )


def doings(course: Course, side: int) -> Iterator[tuple[Happening, Player]]:
    """What players of `side` do themselves, in order."""
    for one in course.happenings:
        team = 3 - one.side if one.what is What.OWN_GOAL else one.side
        if team == side and one.player and one.what in {*DOES, What.OWN_GOAL}:
            yield one, one.player
            if one.what is What.GOAL and one.other:
                yield one, one.other


def substitutions(course: Course, side: int) -> list[Happening]:
    return [one for one in course.happenings if one.what is What.SUBSTITUTION and one.side == side]


courses = st.integers(0, 10**9).map(lambda seed: play(a_tie(seed), two_stamps=True))


@settings(max_examples=300)
@given(courses)
def test_who_does_something_is_on_the_pitch(course: Course) -> None:
    for side in SIDES:
        on = {one.player.id: one.at for one in substitutions(course, side) if one.player}
        off = {one.other.id: one.at for one in substitutions(course, side) if one.other}
        for one, player in doings(course, side):
            assert on.get(player.id, 0) <= one.at <= off.get(player.id, one.at)


@settings(max_examples=300)
@given(courses)
def test_nobody_returns_and_no_more_than_eleven_begin(course: Course) -> None:
    for side in SIDES:
        changes = substitutions(course, side)
        on, off = [one.player for one in changes], [one.other for one in changes]
        assert len(changes) <= 5
        assert len({*on, *off}) == 2 * len(changes)
        assert len({player.name for player in {*on, *off} if player}) == 2 * len(changes)
        assert len({*off, *(player for _, player in doings(course, side))} - {*on}) <= 11


@settings(max_examples=300)
@given(courses)
def test_who_is_sent_off_is_gone_unless_the_card_is_taken_back(course: Course) -> None:
    overruled = {one.about: one.at for one in course.happenings if one.codes[1] == RED_CANCELLED}
    for side in SIDES:
        for sent in course.happenings:
            if sent.what in SENT_OFF and sent.side == side:
                back = overruled.get(sent.key, float("inf"))
                for one, player in doings(course, side):
                    gone = one.key > sent.key and one.at < back
                    assert not (gone and player == sent.player)
                for change in substitutions(course, side):
                    assert change.key < sent.key or change.at >= back or change.other != sent.player


@settings(max_examples=300)
@given(courses)
def test_a_second_yellow_card_follows_the_first_and_an_assist_is_somebody_elses(course: Course) -> None:
    cards = Counter((one.what, one.player) for one in course.happenings if one.player)
    for one in course.happenings:
        if one.what is What.YELLOW:
            assert cards[What.YELLOW, one.player] == 1
        if one.what is What.SECOND_YELLOW:
            assert cards[What.YELLOW, one.player] == cards[What.SECOND_YELLOW, one.player] == 1
        if one.what is What.GOAL:
            assert one.player != one.other


def test_the_rules_were_put_to_the_test() -> None:
    seen = Counter(one.what for seed in range(400) for one in play(a_tie(seed), two_stamps=True).happenings)

    assert min(seen[what] for what in (What.RED, What.SECOND_YELLOW, What.OWN_GOAL, What.SUBSTITUTION)) > 5
