"""What a process reads after it stood still is not stamped as if it were news."""

from hypothesis import given
from hypothesis import strategies as st
from tests.provider.clocks import JumpingClock

from touchline.clock import now_ms
from touchline.provider.thesports.receipt import CATCH_UP_S, STILL_S, TICK_S, Receipt


@given(st.lists(st.floats(0.0, STILL_S), max_size=20))
def test_a_running_process_stamps_with_the_moment(late):
    clock = JumpingClock()
    receipt = Receipt(clock)
    for seconds in late:
        clock.jump(TICK_S + seconds * 0.99)
        assert receipt.at_ms() == now_ms(clock)
        receipt.tick()
        assert receipt.at_ms() == now_ms(clock)


@given(st.floats(TICK_S + STILL_S, 10_000), st.booleans(), st.floats(0, CATCH_UP_S * 0.99))
def test_what_was_read_late_is_as_old_as_the_last_sign_of_life(still, tick_first, later):
    clock = JumpingClock()
    receipt = Receipt(clock)
    alive_ms = now_ms(clock)
    clock.jump(still)
    if tick_first:
        receipt.tick()
        clock.jump(later)
    assert receipt.at_ms() == alive_ms


def test_once_it_has_caught_up_news_is_news_again():
    clock = JumpingClock()
    receipt = Receipt(clock)
    clock.jump(60)
    for _ in range(int(CATCH_UP_S / TICK_S) + 1):
        receipt.tick()
        clock.jump(TICK_S)
    assert receipt.at_ms() == now_ms(clock)
