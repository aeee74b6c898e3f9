"""An event loop on virtual time: nothing waits, time moves to the next thing that is due.

What runs on it is ordinary asyncio. Callbacks run in the order they were asked for; sockets and child
processes are refused, because what comes of them depends on the machine, and what would be done in a
thread is done at once. Everything that was begun in the context of a process (`PROCESS`) can be frozen,
as by SIGSTOP, or frozen for ever, as by SIGKILL: nothing of it runs any more, whatever it waits for.
"""

import asyncio
import heapq
from asyncio import base_events, events
from collections.abc import Callable
from contextvars import Context, ContextVar
from typing import Any

PROCESS: ContextVar[str] = ContextVar("PROCESS", default="")
"""The simulated process that runs; empty for the world around them."""


class Forbidden(Exception):
    """Something a simulation can't do, since it would not come out the same twice."""


class NothingLeft(Exception):
    """Everybody waits and nothing will ever happen again."""


def _refused(what: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_options: Any) -> Any:
        raise Forbidden(f"{what}: there is none in a simulation")

    return refuse


class VirtualLoop(base_events.BaseEventLoop):
    """A loop whose `time()` begins at 0 and costs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = _Leap(self)
        self._clock_resolution = 1e-6
        self._ready: Any
        self._scheduled: list[events.TimerHandle]
        self._frozen: set[str] = set()
        self._aside: list[events.Handle] = []
        """What belongs to frozen processes."""
        self.steps = 0
        """Callbacks asked for so far."""

    def time(self) -> float:
        return self._now

    def leap(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._now += seconds

    # ------------------------------------------------------------ processes

    def freeze(self, process: str) -> None:
        """Stop `process` where it stands."""
        self._frozen.add(process)
        for place, handle in enumerate(self._ready):
            if _process(handle) == process and not handle.cancelled():
                self._aside.append(handle)
                self._ready[place] = self._nothing()  # the loop has counted them already
        timers = [handle for handle in self._scheduled if _process(handle) == process]
        if timers:
            kept = [handle for handle in self._scheduled if _process(handle) != process]
            heapq.heapify(kept)
            self._scheduled[:] = kept
            self._aside.extend(sorted(timers))

    def thaw(self, process: str) -> None:
        """Let `process` go on; what fell due meanwhile happens now."""
        self._frozen.discard(process)
        waiting, self._aside = self._aside, []
        for handle in waiting:
            if _process(handle) != process:
                self._aside.append(handle)
            elif isinstance(handle, events.TimerHandle) and not handle.cancelled():
                heapq.heappush(self._scheduled, handle)
            elif not handle.cancelled():
                self._ready.append(handle)

    def call_soon(  # type: ignore[override]  # the checks of the original are left out: it is called for every step
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> events.Handle:
        self.steps += 1
        handle = events.Handle(callback, args, self, context)
        if self._frozen and _process(handle) in self._frozen:
            self._aside.append(handle)
        else:
            self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> events.TimerHandle:
        timer = events.TimerHandle(when, callback, args, self, context)
        timer._scheduled = True  # type: ignore[attr-defined]
        if self._frozen and _process(timer) in self._frozen:
            self._aside.append(timer)
        else:
            heapq.heappush(self._scheduled, timer)
        return timer

    def run_in_executor(  # type: ignore[override]  # nobody gives an executor of his own
        self, _executor: None, work: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """What would be done in a thread is done at once: to whoever waits it is the same."""
        done = self.create_future()
        try:
            done.set_result(work(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    # ------------------------------------------------------------ what there is not

    call_soon_threadsafe: Any = _refused("a call from another thread")
    create_connection: Any = _refused("a network connection")
    create_server: Any = _refused("a network server")
    getaddrinfo: Any = _refused("a name server")
    subprocess_exec: Any = _refused("a child process")
    subprocess_shell: Any = _refused("a child process")
    add_reader: Any = _refused("a file or socket to read from")
    add_writer: Any = _refused("a file or socket to write to")

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps who must be woken."""

    def _nothing(self) -> events.Handle:
        handle = events.Handle(_pass, (), self, None)
        handle.cancel()
        return handle


class _Leap:
    """Stands where a loop keeps its selector: instead of waiting for the network, time passes."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout_s: float | None) -> list[Any]:
        if timeout_s is None:
            raise NothingLeft("nothing is due and nobody will call")
        if timeout_s > 0:
            self._loop.leap(timeout_s)
        return []


def _process(handle: events.Handle) -> str:
    context: Context = handle._context  # type: ignore[attr-defined]  # set by every handle, told by none
    return context.get(PROCESS, "") or ""


def _pass() -> None:
    pass


def play(loop: VirtualLoop, main: Any) -> Any:
    """Run `main` on `loop` to its end; then bury what is left and close the loop."""
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        try:
            _bury(loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _bury(loop: VirtualLoop) -> None:
    """Cancel what still waits and let it end. Frozen processes go on for that, so that nothing is left to the
    garbage collector, who would end it at his own time."""
    for process in sorted(loop._frozen):
        loop.thaw(process)
    for _ in range(10):
        left = asyncio.all_tasks(loop)
        if not left:
            return
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left, timeout=60.0))
