"""Which half an incident belongs to: the list's order says, not the minute."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.build import a_goal, a_marker, an_incident
from tests.core.claims import lists

from touchline.football.codes import END, GOALS, KICK_SCORED, KICKS, KICKS_ENDED, MIDFIELD
from touchline.football.halves import Half, first_half_goals, goals_among, halves, kicks_scored, split
from touchline.football.model import Incident, Pair, Side

ORDER = list(Half)


def before_the_marker(entries: Sequence[Incident]) -> Pair:
    """Goals before the half-time whistle, counted with nothing of the product's."""
    place = [entry.type for entry in entries].index(MIDFIELD)
    sides = [entry.side for entry in entries[:place] if entry.type in GOALS]
    return sides.count(Side.HOME), sides.count(Side.AWAY)


@given(lists())
def test_the_halves_are_the_list_once_each_in_its_order(entries: tuple[Incident, ...]) -> None:
    parts = split(entries)

    assert list(parts) == ORDER
    assert sum(map(len, parts.values())) == len(entries)
    for half, part in parts.items():
        placed = [entry for found, entry in zip(halves(entries), entries, strict=True) if found is half]
        assert list(part) == placed


@given(st.lists(st.sampled_from((1, 3, 9, 17, MIDFIELD, END, 29, 30, KICKS_ENDED)), max_size=12))
def test_halves_never_run_backwards(types: list[int]) -> None:
    entries = [an_incident(type_, minute=50) for type_ in types]
    if MIDFIELD in types[: types.index(END) if END in types else None]:
        found = [ORDER.index(half) for half in halves(entries)]
        assert found == sorted(found)


@given(lists())
def test_goals_before_the_marker_are_the_first_halfs_whatever_their_minute(
    entries: tuple[Incident, ...],
) -> None:
    ends = {END, KICKS_ENDED, *KICKS}
    first_half = [entry for entry in entries if entry.type not in ends and entry.type != MIDFIELD]
    halved = [*first_half[:3], a_marker(MIDFIELD, minute=45), *first_half[3:]]

    assert first_half_goals(halved) == before_the_marker(halved) == goals_among(first_half[:3])


@pytest.mark.parametrize(
    ("goal", "half"),
    [
        (a_goal(minute=45), Half.FIRST),
        (a_goal(minute=47, add_time=2), Half.FIRST),
        (a_goal(minute=46), Half.SECOND),
        (a_goal(minute=47), Half.SECOND),
    ],
)
def test_without_a_marker_the_minute_without_what_was_added_decides(goal: Incident, half: Half) -> None:
    assert halves([goal]) == [half]


def test_kicks_are_a_part_of_their_own_and_only_those_scored_count() -> None:
    kicks = [
        an_incident(KICK_SCORED, minute=90, side=Side.HOME),
        an_incident(30, minute=90, side=Side.AWAY),
        an_incident(KICK_SCORED, minute=90, side=Side.AWAY),
        an_incident(KICK_SCORED, minute=90, side=Side.HOME),
    ]
    entries = [a_goal(minute=5), a_marker(MIDFIELD, minute=45), a_marker(END, minute=90), *kicks]
    parts = split([*entries, a_marker(KICKS_ENDED, minute=120)])

    assert [entry.type for entry in parts[Half.SHOOT_OUT]] == [29, 30, 29, 29, KICKS_ENDED]
    assert kicks_scored(parts[Half.SHOOT_OUT]) == (2, 1)
    assert goals_among(parts[Half.SHOOT_OUT]) == (0, 0)
