"""Who holds what until his transaction ends, and who waits for it, in the order they came.

A name is a row (`table`, `key`), inserted or only about to be, or an advisory lock. Waiting takes virtual
time; it ends with the lock, with `lock_timeout`, with the transaction, or because everybody waits for
everybody, which is looked for once, DEADLOCK_S after a wait began, as Postgres does.
"""

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Protocol

from psycopg import errors

from touchline.clock import Clock

DEADLOCK_S = 1.0
RESOLUTION_S = 1e-6
"""How early a timer may ring."""
Name = Hashable


class Holder(Protocol):
    """A transaction, as the locks see it."""

    held: list[Name]
    waits_for: "Lock | None"
    until: float
    lock_timeout_s: float | None
    ended: bool

    @property
    def idle_until(self) -> float:
        """When the server gives up a transaction that says nothing; infinity while it has something to do."""

    def served(self) -> None:
        """What its statement waited for is its own: from now on the server waits for its next word."""

    def abort(self) -> None: ...


class Waiter:
    """One who waits."""

    __slots__ = ("granted", "holder")

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self.granted = asyncio.Event()


class Lock:
    """What somebody holds."""

    __slots__ = ("holder", "queue")

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self.queue: deque[Waiter] = deque()


class Locks:
    """All locks of a database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[Name, Lock] = {}

    def other(self, name: Name, of: Holder) -> Holder | None:
        """Who else holds `name`."""
        lock = self._locks.get(name)
        if lock is None or lock.holder is of:
            return None
        if self._clock.monotonic() >= lock.holder.idle_until:
            lock.holder.abort()
            return self.other(name, of)
        return lock.holder

    def take_free(self, name: Name, of: Holder) -> bool:
        """Take `name` unless somebody else holds it; whether it is ours."""
        lock = self._locks.get(name)
        if lock is None:
            self._locks[name] = Lock(of)
            of.held.append(name)
            return True
        return lock.holder is of or (self.other(name, of) is None and self.take_free(name, of))

    async def take(self, name: Name, of: Holder) -> bool:
        """Take `name`, waiting for it where somebody else holds it; whether that was so.

        Raises LockNotAvailable, DeadlockDetected, and OperationalError when the transaction ends.
        """
        if self.take_free(name, of):
            return False
        lock = self._locks[name]
        waiter = Waiter(of)
        lock.queue.append(waiter)
        of.waits_for = lock
        try:
            await self._wait(lock, waiter)
        finally:
            of.waits_for = None
            if not waiter.granted.is_set():
                lock.queue.remove(waiter)
        return True

    def give_back(self, name: Name, of: Holder) -> None:
        """Give `name` to whoever waits for it longest, or to nobody."""
        of.held.remove(name)
        self._hand_on(name)

    def give_back_all(self, of: Holder) -> None:
        """What a transaction does when it ends."""
        held, of.held = of.held, []
        for name in held:
            self._hand_on(name)

    def wake(self, of: Holder) -> None:
        """Whatever the transaction waits for, it shall look again."""
        if of.waits_for is not None:
            for waiter in [waiter for waiter in of.waits_for.queue if waiter.holder is of]:
                of.waits_for.queue.remove(waiter)
                waiter.granted.set()

    def _hand_on(self, name: Name) -> None:
        lock = self._locks[name]
        if not lock.queue:
            del self._locks[name]
            return
        waiter = lock.queue.popleft()
        lock.holder = waiter.holder
        waiter.holder.held.append(name)
        waiter.holder.served()
        waiter.granted.set()

    async def _wait(self, lock: Lock, waiter: Waiter) -> None:
        of, now = waiter.holder, self._clock.monotonic()
        late = now + of.lock_timeout_s if of.lock_timeout_s is not None else float("inf")
        look_round = now + DEADLOCK_S
        while True:
            at = min(late, of.until, lock.holder.idle_until, now + DEADLOCK_S)
            granted = await self._clock.wait(waiter.granted, max(0.0, at - now))
            now = self._clock.monotonic() + RESOLUTION_S
            if of.ended:
                raise errors.AdminShutdown("the connection is lost")
            if granted:
                return
            self._give_up_if(now >= late, errors.LockNotAvailable("canceling statement due to lock timeout"))
            self._give_up_if(now >= of.until, errors.AdminShutdown("the transaction took too long"))
            if now >= look_round:
                look_round = float("inf")
                self._give_up_if(_in_a_ring(of), errors.DeadlockDetected("deadlock detected"))
            if now >= lock.holder.idle_until:
                lock.holder.abort()

    @staticmethod
    def _give_up_if(so: bool, error: errors.Error) -> None:
        if so:
            raise error


def _in_a_ring(of: Holder) -> bool:
    """Whether whoever `of` waits for waits, by and by, for `of`."""
    seen: list[Holder] = []
    lock: Lock | None = of.waits_for
    while lock is not None and lock.holder not in seen:
        if lock.holder is of:
            return True
        seen.append(lock.holder)
        lock = lock.holder.waits_for
    return False
