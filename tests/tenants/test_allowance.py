"""What a process spends on lease: never much more than the bucket has, and never held back by the asking."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider.clocks import JumpingClock

from touchline.tenants.allowance import Allowance
from touchline.tenants.bucket import Bucket, Policy

DEFAULT = Policy("public", 20_000, 20_000)
HUNDRED = Policy("public", 100, 2)


class Desk:
    """Processes before one shared bucket: who wants a lease, and who was refused."""

    def __init__(self, policy: Policy, processes: int = 1) -> None:
        self.local = False
        self.processes = processes
        self.clock = JumpingClock()
        self.bucket = Bucket(policy, policy.capacity, self.clock.monotonic())
        self.due: list[Allowance] = []
        self.refusals = 0
        self.calls: list[float] = []
        self.allowances = [Allowance(policy, "k", self, self.clock) for _ in range(processes)]

    def lease(self, allowance: Allowance) -> None:
        self.due.append(allowance)

    def refused(self, allowance: Allowance) -> None:
        self.refusals += 1

    def renew(self) -> None:
        """Give leases to all who wait and may ask."""
        now, waiting, self.due = self.clock.monotonic(), self.due, []
        for allowance in waiting:
            if allowance.pause_s(now) > 0:
                self.due.append(allowance)
                continue
            wanted = allowance.wanted
            allowance.calling(now)
            self.calls.append(now)
            allowance.receive(self.bucket.take(wanted, now), wanted, now)

    def run(self, seconds: float, requests_per_s: int, answered_ms: int = 5) -> int:
        """So many requests a second, a renewal every so many ms; how many got a token."""
        taken = 0
        for ms in range(int(seconds * 1000)):
            for _ in range(requests_per_s // 1000):
                taken += self.allowances[0].take()
            self.clock.jump(0.001)
            if ms % answered_ms == 0:
                self.renew()
        return taken

    @property
    def busiest(self) -> int:
        """The most calls in any second."""
        return max(sum(at <= other < at + 1 for other in self.calls) for at in self.calls)


def headers(allowance: Allowance) -> dict[str, str]:
    lines = allowance.headers.decode("ascii").split("\r\n")
    assert lines.pop() == ""
    return dict(line.split(": ", 1) for line in lines)


PROCESSES = 3
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, PROCESSES - 1), st.integers(1, 40)),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 3_000)),
        st.tuples(st.just("renew"), st.just(0), st.just(0)),
    ),
    max_size=80,
)


@given(st.integers(1, 120), st.integers(1, 300), MOVES)
def test_all_processes_exceed_the_bucket_by_at_most_a_block_each(
    capacity: int, refill_per_s: int, moves: Sequence[tuple[str, int, int]]
) -> None:
    policy = Policy("public", capacity, refill_per_s)
    desk = Desk(policy, PROCESSES)
    spent: list[tuple[float, int]] = []
    for what, process, number in moves:
        if what == "take":
            taken = sum(desk.allowances[process].take() for _ in range(number))
            spent.append((desk.clock.monotonic(), taken))
        elif what == "wait":
            desk.clock.jump(number / 1000)
        else:
            desk.renew()

    for first, (begun, _) in enumerate(spent):
        total = 0
        for ended, taken in spent[first:]:
            total += taken
            most = capacity + refill_per_s * (ended - begun) + PROCESSES * policy.block
            assert total <= most + 1e-3


def test_a_fast_lane_of_14000_requests_a_second_is_never_held_back_by_the_asking() -> None:
    desk = Desk(DEFAULT)

    assert desk.run(3, 14_000) == 42_000
    assert desk.busiest <= 20


def test_a_crowd_gets_the_refill_and_no_more() -> None:
    desk = Desk(Policy("public", 2_000, 2_000))
    first = desk.run(9, 6_000, answered_ms=1)
    later = [desk.run(0.1, 6_000, answered_ms=1) for _ in range(20)]

    assert first + sum(later) <= 2_000 + 11 * 2_000 + 200
    assert sum(later) >= 2 * 2_000 * 0.9
    assert min(later) >= 100, "tokens come steadily, not all at the beginning of a second"
    assert desk.busiest <= 20


def test_an_empty_bucket_is_not_asked_before_it_can_give() -> None:
    desk = Desk(HUNDRED)
    desk.run(1, 1_000)
    asked = len(desk.calls)

    desk.run(2, 1_000)

    assert len(desk.calls) - asked <= 2 * HUNDRED.refill_per_s + 1


def test_the_hundred_and_first_gets_no_token_and_is_told_when_to_come_back() -> None:
    desk = Desk(HUNDRED)
    mine = desk.allowances[0]
    for number in range(100):
        assert mine.take()
        assert not mine.limited
        assert headers(mine)["x-rate-limit-remaining"] == str(99 - number)
        desk.renew()

    assert not mine.take()
    assert mine.limited
    assert mine.retry_after_s == 1
    assert headers(mine) == {
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(int(desk.clock.real()) + 50),
        "ratelimit-policy": '"public";q=100;w=60',
        "ratelimit": '"public";r=0;t=50',
        "x-rate-limited": "1",
    }
    assert desk.refusals == 1


def test_half_a_second_later_exactly_one_more_passes() -> None:
    desk = Desk(HUNDRED)
    for _ in range(101):
        desk.allowances[0].take()
        desk.renew()
    desk.clock.jump(0.51)

    desk.allowances[0].take()
    desk.renew()

    assert [desk.allowances[0].take() for _ in range(3)] == [True, False, False]


def test_what_remains_is_a_floor_and_its_lines_are_used_again() -> None:
    desk = Desk(DEFAULT)
    mine = desk.allowances[0]
    mine.take()
    desk.renew()
    spent, rendered = 1, set()
    for _ in range(900):
        mine.take()
        spent += 1
        rendered.add(mine.headers)
        assert int(headers(mine)["x-rate-limit-remaining"]) <= 20_000 - spent

    assert 20_000 - spent - int(headers(mine)["x-rate-limit-remaining"]) < DEFAULT.block // 10
    assert len(rendered) <= 6


def test_after_a_pause_the_lines_are_true_again_a_request_later() -> None:
    desk = Desk(HUNDRED)
    mine = desk.allowances[0]
    for _ in range(40):
        mine.take()
        desk.renew()
    desk.clock.jump(60)

    mine.take()
    desk.renew()
    mine.take()

    assert 98 <= int(headers(mine)["x-rate-limit-remaining"]) <= 100


def test_without_the_shared_bucket_a_process_has_its_share_of_what_was_left() -> None:
    desk = Desk(HUNDRED, processes=2)
    one, other = desk.allowances
    for _ in range(40):
        one.take()
        desk.renew()
    desk.local = True

    assert 25 <= sum(one.take() for _ in range(100)) <= 30
    assert sum(other.take() for _ in range(100)) == 50
    assert headers(one)["x-rate-limit-scope"] == "process"
    assert headers(one)["ratelimit-policy"] == '"public";q=50;w=60'
    desk.clock.jump(10)
    assert sum(one.take() for _ in range(100)) == 10


def test_back_at_the_shared_bucket_nothing_of_the_own_one_is_left() -> None:
    desk = Desk(HUNDRED, processes=2)
    desk.local = True
    mine = desk.allowances[0]
    mine.take()
    desk.local = False
    desk.clock.jump(2)

    mine.take()
    desk.renew()
    mine.take()

    assert "x-rate-limit-scope" not in headers(mine)
    assert headers(mine)["ratelimit-policy"] == '"public";q=100;w=60'


@pytest.mark.parametrize("capacity", [1, 2, 9])
def test_the_smallest_buckets_work_too(capacity: int) -> None:
    desk = Desk(Policy("login", capacity, 1 / 60))
    taken = 0
    for _ in range(30):
        taken += desk.allowances[0].take()
        desk.renew()

    assert taken == capacity
