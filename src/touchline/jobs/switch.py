"""Whether starts are staggered: the environment says it at the start, the switch in the database afterwards."""

import structlog

from touchline.clock import Clock
from touchline.settings.parts import JobsSettings
from touchline.store.flags import Flag


class Switch:
    """How stagger stands in this process."""

    def __init__(self, settings: JobsSettings, clock: Clock) -> None:
        self.on = settings.stagger_enabled
        self.version = 0
        """Of the switch in the database; 0: it was never turned."""
        self.since = float("-inf")
        """Football time at which it was turned while we ran."""
        self._clock = clock
        self._said_by_environment = "stagger_enabled" in settings.model_fields_set
        self._seen = False

    def see(self, flag: Flag | None) -> None:
        """The switch in the database stands like this."""
        version = 0 if flag is None else flag.version
        if flag is not None and version != self.version:
            if self._seen:
                self._turn(flag)
            elif not self._said_by_environment:
                self.on = flag.value
        self.version = version
        self._seen = True

    def _turn(self, flag: Flag) -> None:
        if flag.value != self.on:
            self.on = flag.value
            self.since = self._clock.now()
        structlog.get_logger().info("stagger.switched", on=flag.value, version=flag.version)
