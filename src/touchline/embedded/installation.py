"""One installation: its data directory, the servers in it, and who holds it.

DATA_DIR/
  touchline.lock   held by the one `touchline up` that runs the servers; says its pid
  postgres/        the embedded Postgres (embedded/postgres.py)
  valkey/          the embedded Valkey (embedded/valkey.py)
  metrics/         one file a process and metric, together the installation's /metrics
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator

from touchline.embedded.postgres import Postgres
from touchline.embedded.valkey import Valkey
from touchline.errors import DirectoryInUse, EmbeddedError
from touchline.settings.parts import Settings

SPARE_CONNECTIONS = 10  # beside those of the pools: migration, LISTEN, somebody looking


class Installation:
    """The data directory of these settings. Looking at it changes nothing; `claim` takes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.directory = settings.data_dir.expanduser().resolve()
        self.metrics = self.directory / "metrics"
        connections = settings.db.max_connections + SPARE_CONNECTIONS
        self.postgres = Postgres(self.directory / "postgres", connections_max=connections)
        self.valkey = Valkey(self.directory / "valkey")

    @property
    def app_conninfo(self) -> str:
        """How processes reach the database: the one that is set, or the embedded one."""
        given = self._settings.database_url
        return given.get_secret_value() if given else self.postgres.app_conninfo

    @property
    def owner_conninfo(self) -> str:
        """How the schema is migrated: as its owner. A database that is set is migrated as who it is set to."""
        given = self._settings.database_url
        return given.get_secret_value() if given else self.postgres.owner_conninfo

    @property
    def valkey_url(self) -> str:
        """How processes reach Valkey: the one that is set, or the embedded one."""
        given = self._settings.valkey_url
        return given.get_secret_value() if given else self.valkey.url

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Hold the directory. Raises DirectoryInUse when somebody else does."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.directory / "touchline.lock").open("a+", encoding="ascii")
        except OSError as error:
            raise EmbeddedError(
                f"The data directory {self.directory} can't be used ({error.strerror}). Set TOUCHLINE_DATA_DIR "
                "to a directory this user may write."
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise DirectoryInUse(self._in_use(lock.read())) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._empty_metrics()
            yield

    def _in_use(self, pid: str) -> str:
        return (
            f"The data directory {self.directory} is in use by process {pid or '(unknown)'}. Stop that one, "
            "set TOUCHLINE_DATA_DIR to another directory, or add a part to it: `touchline up --role web`."
        )

    def _empty_metrics(self) -> None:
        """Begin the counters anew: files of processes that are no more would live on in the sums."""
        shutil.rmtree(self.metrics, ignore_errors=True)
        self.metrics.mkdir()
