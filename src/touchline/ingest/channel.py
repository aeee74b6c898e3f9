"""One connection of a source: it numbers what it says and remembers what it said last."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

import msgspec

from touchline.football.model import Group, Observation, Source
from touchline.football.order import ECHO_MS, fingerprint
from touchline.ids import MatchId
from touchline.ingest.conflation import spoken
from touchline.provider.port import Report

Topic = tuple[MatchId, Group]

REMEMBERED_MAX = 20_000
"""Topics a connection remembers; the longest unspoken are forgotten first."""


class Channel:
    """Turns reports into claims. `name` is told apart from every other connection of the source."""

    def __init__(self, source: Source, name: str) -> None:
        self.source = source
        self.name = name
        self._seq = 0
        self._last: OrderedDict[Topic, tuple[int, int]] = OrderedDict()
        """Topic → (fingerprint, when it was said, ms)."""

    def reconnected(self, name: str, at_ms: int) -> "Channel":
        """The connection that takes this one's place at `at_ms`: it goes on from what was just said here.

        Only what was said within ECHO_MS: for so long a content left behind may be taken for an echo.
        """
        heir = Channel(self.source, name)
        heir._last.update((topic, said) for topic, said in self._last.items() if at_ms - said[1] <= ECHO_MS)
        return heir

    def hear(self, reports: Iterable[Report], observed_at_ms: int) -> list[Observation]:
        """What `reports` claim, in their order. `observed_at_ms`: push, receipt; poll, when it was asked."""
        return [self._claim(report, observed_at_ms) for report in reports]

    def _claim(self, report: Report, observed_at_ms: int) -> Observation:
        self._seq += 1
        seen = Observation(
            match_id=report.match_id,
            source=self.source,
            channel=self.name,
            observed_at_ms=observed_at_ms,
            seq=self._seq,
            provider_time=report.provider_time,
            says=report.says,
        )
        # A claim with the provider's own time is ordered by it alone; nothing need be remembered.
        if seen.provider_time is not None:
            return seen
        return msgspec.structs.replace(seen, follows=self._follow(seen))

    def _follow(self, seen: Observation) -> Mapping[Group, int]:
        follows: dict[Group, int] = {}
        for group in spoken(seen):
            key = (seen.match_id, group)
            before = self._last.pop(key, None)
            if before is not None:
                follows[group] = before[0]
            self._last[key] = fingerprint(getattr(seen.says, group)), seen.observed_at_ms
        while len(self._last) > REMEMBERED_MAX:
            self._last.popitem(last=False)
        return follows
