"""The heap of next flips."""

from hypothesis import given
from hypothesis import strategies as st

from touchline.ids import MatchId
from touchline.jobs.flips import Flips

puts = st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 20).map(float))))


@given(puts, st.integers(0, 20), st.integers(1, 8))
def test_what_is_taken_is_what_a_plain_table_would_say(
    moves: list[tuple[str, float | None]], now: int, most: int
) -> None:
    flips, table = Flips(), dict[str, float]()
    for name, at in moves:
        flips.put(MatchId(name), at)
        table.pop(name, None)
        if at is not None:
            table[name] = at

    assert len(flips) == len(table)
    assert flips.next() == min(table.values(), default=None)
    expected = sorted((at, name) for name, at in table.items() if at <= now)[:most]
    assert flips.take(now, most) == expected
    for _, name in expected:
        del table[name]
    assert flips.next() == min(table.values(), default=None)


def test_what_was_taken_has_no_flip_until_it_is_put_anew() -> None:
    flips = Flips()
    flips.put(MatchId("a"), 1.0)

    assert flips.take(2.0, 10) == [(1.0, "a")]
    assert flips.take(2.0, 10) == []

    flips.put(MatchId("a"), 1.0)
    assert flips.take(2.0, 10) == [(1.0, "a")]
