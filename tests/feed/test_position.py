"""Places in the stream, as text and as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.feed.position import HAPPENINGS_MAX, STEPS, Position, offset_of, parse


@given(st.from_regex(r"[0-9a-f]{8}", fullmatch=True), st.integers(0, 2**62))
def test_a_place_is_read_as_it_was_written(epoch: str, offset: int) -> None:
    assert parse(str(Position(epoch, offset))) == Position(epoch, offset)


@pytest.mark.parametrize(
    "text", ["", "-", "9f3c0a1b", "9f3c0a1b-", "9f3c0a1b--1", "9f3c0a1b-01", "9F3C0A1B-1", "9f3c0a1b-1 ", "x-1"]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.integers(1, 2**40), st.integers(0, HAPPENINGS_MAX))
def test_what_happened_in_a_change_lies_between_the_one_before_and_its_own_place(seq: int, count: int) -> None:
    places = [offset_of(seq, place, count) for place in range(count)]

    assert [(seq - 1) * STEPS, *places, seq * STEPS] == sorted({(seq - 1) * STEPS, *places, seq * STEPS})
    assert Position.at("e", seq).seq == seq
