"""The jobs that look after the data."""

from collections.abc import Mapping

from touchline.clock import Clock
from touchline.jobs.board_check import BoardCheck
from touchline.jobs.pruning import Pruning
from touchline.settings.parts import Retention
from touchline.store.db import Database
from touchline.task import Task


def data_tasks(db: Database, clock: Clock, retention: Retention) -> Mapping[str, Task]:
    """Their tasks, by the keys of their jobs."""
    return {
        "change_and_raw_payload_pruning": Pruning(db, clock, retention),
        "board_check": BoardCheck(db, clock),
    }
