"""A shoot-out ends exactly when nobody can catch up any more."""

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.simulator import shootout

HOME, AWAY = 1, 2


def score(kicks: shootout.Kicks) -> tuple[int, int]:
    return sum(into for side, into in kicks if side == HOME), sum(into for side, into in kicks if side == AWAY)


@given(seed=st.integers(0, 10**6))
def test_an_invented_one_stops_at_the_first_decision(seed):
    kicks = shootout.play(Random(seed))  # noqa: S311

    assert score(kicks)[0] != score(kicks)[1]
    assert shootout.decided(kicks)
    assert not any(shootout.decided(kicks[:length]) for length in range(len(kicks)))
    assert all(before[0] != after[0] for before, after in itertools.pairwise(kicks))


@pytest.mark.parametrize("wanted", [(5, 4), (4, 5), (4, 1), (3, 2), (0, 3), (2, 0), (6, 5), (10, 9), (7, 8)])
@given(seed=st.integers(0, 100))
def test_one_with_a_given_end_is_legal(wanted, seed):
    kicks = shootout.ending(*wanted, Random(seed))  # noqa: S311

    assert score(kicks) == wanted
    assert shootout.decided(kicks)
    assert not any(shootout.decided(kicks[:length]) for length in range(len(kicks)))


def test_an_impossible_end_still_ends_as_given():
    assert score(shootout.ending(9, 1, Random(1))) == (9, 1)  # noqa: S311


@pytest.mark.parametrize(
    ("kicks", "over"),
    [
        ([], False),
        ([(HOME, True), (AWAY, False)] * 3, True),
        ([(HOME, True), (AWAY, False)] * 2, False),
        ([(HOME, True), (AWAY, True)] * 5, False),
        ([(HOME, True), (AWAY, True)] * 5 + [(HOME, True)], False),
        ([(HOME, True), (AWAY, True)] * 5 + [(HOME, True), (AWAY, False)], True),
    ],
)
def test_decided(kicks, over):
    assert shootout.decided(kicks) is over
