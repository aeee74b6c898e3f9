"""An event loop on virtual time: nothing waits, time moves to the next thing that is due.

What runs on it is ordinary asyncio. Callbacks run in the order they were asked for; sockets and child
processes are refused, because what comes of them depends on the machine, and what would be done in a
thread is done at once. Everything that was begun in the context of a process (`PROCESS`) can be frozen,
as by SIGSTOP, or frozen for ever, as by SIGKILL: nothing of it runs any more, whatever it waits for.
"""

import asyncio
import heapq
from asyncio import base_events
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from itertools import count
from typing import Any

PROCESS: ContextVar[str] = ContextVar("PROCESS", default="")
"""The simulated process that runs; empty for the world around them."""


TICK_S = 1e-6
"""The shortest wait there is."""


class Call:
    """Something to be called: an asyncio handle without what only debugging needs."""

    __slots__ = ("_args", "_callback", "_cancelled", "_context")
    _source_traceback = None

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None) -> None:
        self._callback = callback
        self._args = args
        self._context = copy_context() if context is None else context
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True

    def cancelled(self) -> bool:
        return self._cancelled


class TimedCall(Call):
    """The same, at its time."""

    __slots__ = ("_when",)

    def __init__(
        self, when: float, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
    ) -> None:
        super().__init__(callback, args, context)
        self._when = when

    def when(self) -> float:
        return self._when


class NumberedTask(asyncio.Task[Any]):
    """A task whose place in a set does not depend on its address: groups cancel their tasks in one order."""

    def __init__(self, number: int, *args: Any, **kwargs: Any) -> None:
        self._number = number
        super().__init__(*args, **kwargs)

    def __hash__(self) -> int:
        return self._number


Timer = tuple[float, int, TimedCall]
"""When it is due, its place among those of the same instant, and what is due."""


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
        self._ready: deque[Call] = deque()
        self._timers: list[Timer] = []
        self._placed = 0
        """Timers placed so far: of two that are due at one instant the one placed first is first."""
        self.set_task_factory(_numbered())
        self._frozen: set[str] = set()
        self._aside: list[Call] = []
        """What belongs to frozen processes."""
        self.steps = 0
        """Callbacks asked for so far."""

    def time(self) -> float:
        return self._now

    # ------------------------------------------------------------ processes

    def freeze(self, process: str) -> None:
        """Stop `process` where it stands."""
        self._frozen.add(process)
        mine = [handle for handle in self._ready if _process(handle) == process]
        timers = sorted(timer for timer in self._timers if _process(timer[2]) == process)
        if mine:
            self._ready = deque(handle for handle in self._ready if _process(handle) != process)
        if timers:
            self._timers = [timer for timer in self._timers if _process(timer[2]) != process]
            heapq.heapify(self._timers)
        self._aside += [*mine, *(timer for _, _, timer in timers)]

    def thaw(self, process: str) -> None:
        """Let `process` go on; what fell due meanwhile happens now."""
        self._frozen.discard(process)
        waiting, self._aside = self._aside, []
        for handle in waiting:
            if _process(handle) != process:
                self._aside.append(handle)
            elif isinstance(handle, TimedCall):
                self._put(handle)
            else:
                self._ready.append(handle)

    # ------------------------------------------------------------ what runs when

    def call_soon(  # type: ignore[override]  # the checks of the original are left out: it is called for every step
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Call:
        self.steps += 1
        handle = Call(callback, args, context)
        if self._frozen and _process(handle) in self._frozen:
            self._aside.append(handle)
        else:
            self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimedCall:
        self.steps += 1
        when = max(when, self._now + TICK_S)  # whoever waits shorter and shorter waits for ever: time must pass
        timer = TimedCall(when, callback, args, context)
        if self._frozen and _process(timer) in self._frozen:
            self._aside.append(timer)
        else:
            self._put(timer)
        return timer

    async def pass_by(self, seconds: float) -> None:
        """What asyncio.sleep does, with less about it: most of what happens in a simulation is waiting."""
        over = self.create_future()
        timer = self.call_at(self._now + seconds, _ring, over)
        try:
            await over
        except BaseException:
            timer.cancel()
            raise

    def _put(self, timer: TimedCall) -> None:
        self._placed += 1
        heapq.heappush(self._timers, (timer._when, self._placed, timer))

    def _run_once(self) -> None:
        """Run what is ready; if nothing is, time moves to the next timer."""
        timers = self._timers
        while timers and timers[0][2]._cancelled:
            heapq.heappop(timers)
        if not self._ready:
            if not timers:
                raise NothingLeft("nothing is due and nobody will call")
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(timers)[2])
        for _ in range(len(self._ready)):
            if not self._ready:  # a process was frozen meanwhile
                break
            handle = self._ready.popleft()
            if not handle._cancelled:
                handle._context.run(handle._callback, *handle._args)

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

    def _asyncgen_finalizer_hook(self, generator: Any) -> None:
        """A generator that nobody holds any more is closed where it was dropped: no other thread is asked."""
        self._asyncgens.discard(generator)  # type: ignore[attr-defined]
        if not self.is_closed():
            self.call_soon(self.create_task, generator.aclose())

    def _write_to_self(self) -> None:
        """Nobody sleeps who must be woken."""


def _numbered() -> Any:
    """A factory of tasks; each has its number."""
    numbers = count(1)

    def made(loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None) -> NumberedTask:
        return NumberedTask(next(numbers), work, loop=loop, context=context)

    return made


def _ring(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)


def _process(handle: Call) -> str:
    return handle._context.get(PROCESS, "") or ""


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
