"""The watch, put together: its loops and the tasks of its jobs."""

from collections.abc import Mapping

from touchline.clock import Clock
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.settings.parts import Settings
from touchline.sla.finisher import Finisher
from touchline.sla.sweep import Sweep
from touchline.sla.watchdog import Watchdog
from touchline.sla.window import WindowTimer
from touchline.store.db import Database
from touchline.task import Task


def sla_loops(db: Database, clock: Clock, metrics: Metrics, settings: Settings) -> list[Loop]:
    """The watchdog and the window timer. Any number of processes may run them; one is enough."""
    return [
        Watchdog(db, clock, metrics, settings.sla),
        WindowTimer(db, clock, settings.web.live_window_min * 60),
    ]


def sla_tasks(db: Database, clock: Clock, metrics: Metrics) -> Mapping[str, Task]:
    """What the jobs of the watch do, by their keys."""
    return {
        "match_watchdog_sweep": Sweep(db, clock, metrics),
        "stuck_match_finisher": Finisher(db, clock, metrics),
    }
