"""The fan-out: newest state to everybody, nobody waited for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.metrics import Metrics
from touchline.web.hub import WAITING_MAX, Hub


@pytest.fixture
def hub() -> Hub:
    return Hub(Metrics(), streams_max=3)


def test_every_reader_of_the_topic_gets_the_same_bytes(hub: Hub) -> None:
    painted = b"<p>2-1</p>"
    with hub.reader(["list"]) as one, hub.reader(["list", "rows"]) as two, hub.reader(["other"]) as three:
        hub.publish("list", "m1", painted)

        assert one.take()[0] is painted
        assert two.take()[0] is painted
        assert three.take() == []


def test_a_reader_that_lags_gets_the_newest_state_only(hub: Hub) -> None:
    with hub.reader(["list"]) as reader:
        hub.publish("list", "m1", b"1-0")
        hub.publish("list", "m2", b"0-0")
        hub.publish("list", "m1", b"2-0")

        assert reader.take() == [b"0-0", b"2-0"]
        assert not reader.news.is_set()


def test_a_reader_with_too_much_waiting_is_cut_off_alone(hub: Hub) -> None:
    with hub.reader(["list"]) as slow, hub.reader(["list"]) as quick:
        for number in range(WAITING_MAX + 1):
            hub.publish("list", f"m{number}", b".")
            quick.take()

        hub.publish("list", "one-more", b".")

        assert slow.cut_off
        assert slow.take() == []
        assert slow.news.is_set()
        assert not quick.cut_off


def test_a_hub_is_full_at_its_limit_and_after_its_end(hub: Hub) -> None:
    with hub.reader(["a"]), hub.reader(["a"]):
        assert not hub.full
        with hub.reader(["b"]):
            assert hub.full
        assert not hub.full
    assert (hub.open_streams, hub.topics) == (0, frozenset())
    hub.close()
    assert hub.full


def test_the_end_cuts_every_reader(hub: Hub) -> None:
    with hub.reader(["a"]) as one, hub.reader(["b"]) as two:
        hub.close()

        assert (one.cut_off, two.cut_off) == (True, True)


@given(
    st.lists(
        st.one_of(st.tuples(st.sampled_from("abc"), st.binary(max_size=2)), st.none()),
        max_size=50,
    )
)
def test_whatever_is_taken_when_the_last_state_of_each_thing_arrives(
    steps: list[tuple[str, bytes] | None],
) -> None:
    hub = Hub(Metrics(), streams_max=1)
    published: dict[str, bytes] = {}
    seen: dict[str, bytes] = {}
    with hub.reader(["t"]) as reader:
        for step in [*steps, None]:
            if step is None:
                for fragment in reader.take():
                    key, _, state = fragment.partition(b":")
                    seen[key.decode()] = state
            else:
                key, state = step
                published[key] = state
                hub.publish("t", key, key.encode() + b":" + state)

    assert seen == published
