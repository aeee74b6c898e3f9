"""What a feed repeats is heard once, and what only looks like it is heard."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from touchline.ingest.replays import REMEMBERED_MAX, Replays


@dataclass(frozen=True)
class Message:
    payload: bytes
    connection_id: str = "one"
    received_at_ms: int = 0


def heard(replays: Replays, words: str) -> str:
    """What is heard of one-letter messages; `.` is a moment without any."""
    found = []
    for word in words:
        frames = replays.waited() if word == "." else replays.unheard([Message(word.encode())])
        found += [frame.payload.decode() for frame in frames]
    return "".join(found)


def test_a_stretch_of_the_past_is_not_heard_again():
    assert heard(Replays(), "abcdebcdef") == "abcdef"
    assert heard(Replays(), "abcde" + "abcde" + "f" + "abcdef" + "g") == "abcdefg"


def test_a_doubled_message_within_a_repetition_is_not_heard_either():
    assert heard(Replays(), "abcde" + "bccdd" + "f") == "abcdef"


def test_a_single_message_that_was_heard_before_is_news():
    assert heard(Replays(), "abcax") == "abcax"


def test_it_waits_for_a_moment_and_is_then_heard():
    replays = Replays()
    assert heard(replays, "abca") == "abc"
    assert heard(replays, ".") == "a"
    assert heard(replays, "b.") == "b"


def test_a_repetition_that_breaks_off_is_followed_by_news():
    assert heard(Replays(), "abcdef" + "bc" + "x" + "d.") == "abcdefxd"


def test_a_connection_that_begins_with_the_past_is_heard_from_where_it_is_new():
    replays = Replays()
    assert heard(replays, "abcdef") == "abcdef"

    other = [Message(word.encode(), "two") for word in "bcdefgh"]
    assert [frame.payload for frame in replays.unheard(other)] == [b"g", b"h"]


def test_the_last_word_of_one_connection_and_the_first_of_the_next_are_no_stretch():
    replays = Replays()
    assert heard(replays, "abc") == "abc"

    other = [Message(word.encode(), "two") for word in "xcx"]
    assert [frame.payload for frame in replays.unheard(other)] == [b"x", b"c"]
    assert [frame.payload for frame in replays.waited()] == [b"x"]


def test_what_lies_too_far_back_is_forgotten():
    replays = Replays()
    many = [Message(str(number).encode()) for number in range(REMEMBERED_MAX + 2)]
    assert len(list(replays.unheard(many))) == len(many)

    assert [frame.payload for frame in replays.unheard(many[:2])] == [b"0", b"1"]


@given(st.text("abcdefgh.", max_size=40))
def test_nothing_unheard_is_lost_and_order_is_kept(words):
    found = heard(Replays(), words + ".")

    remaining = iter(words)
    assert all(letter in remaining for letter in found)
    assert set(found) == set(words) - {"."}


@given(st.lists(st.integers(0, 200), unique=True, max_size=60))
def test_a_feed_that_never_repeats_is_heard_as_it_comes(numbers):
    frames = [Message(str(number).encode()) for number in numbers]

    assert list(Replays().unheard(frames)) == frames
