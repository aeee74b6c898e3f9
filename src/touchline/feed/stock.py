"""The matches the board holds, and what a page of changes does to them. In memory alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from touchline.feed.entry import Entry, Heard
from touchline.feed.items import live_state, stale_reason
from touchline.feed.news import News
from touchline.feed.position import Position
from touchline.feed.shapes import MatchItem
from touchline.feed.span import Span
from touchline.football.model import LIVE, Status, StatusChanged
from touchline.ids import MatchId
from touchline.store.changes import Change
from touchline.store.views import Head, Item


class Everything(Struct, frozen=True):
    """All there is, read in one snapshot."""

    position: Position
    head: Head
    span: Span
    items: Sequence[Item]
    recent: Sequence[Change]
    """The last changes."""
    beyond: Sequence[Item]
    """Of `recent`, but not in `items`."""


class Page(Struct, frozen=True):
    """The next changes and what was read beside them, in one snapshot."""

    position: Position
    changes: Sequence[Change]
    asked: frozenset[MatchId]
    found: Sequence[Item]
    """Those of `asked` that are shown, and what enters the span."""
    span: Span
    awake: bool = False
    """Whether everything that time alone changes has a change of its own."""


class Stock:
    """What is held. Every change of it comes out as News."""

    def __init__(self, span: Span, window_s: int, most: int) -> None:
        self.entries: dict[MatchId, Entry] = {}
        self.span = span
        self.full = False
        """Whether there may be more matches than are held; live ones always are."""
        self.left = (0, 0)
        """Number and time (ms) of the newest change by which a match may have left the live window."""
        self._window_s = window_s
        self._most = most
        self._heard: dict[MatchId, Heard] = {}

    def fill(self, read: Everything, now: float) -> News:
        """Hold what was read and nothing else."""
        self.span, self.full = read.span, len(read.items) >= self._most
        self.left = (read.head.status_seq, read.head.status_at_ms)
        self.entries, self._heard = {}, {}
        self._hear(read.recent)
        self.entries = {item.id: self._entry(item, now) for item in read.items}
        shown = self.entries.keys() | {item.id for item in read.beyond}
        news = News(
            position=read.position,
            changed=[self.entries[id_] for id_ in _ids(read.recent) if id_ in self.entries],
            beyond=[self._entry(item, now) for item in read.beyond],
            gone=[id_ for id_ in _ids(read.recent) if id_ not in shown],
            happened=read.recent,
            reset=True,
            membership=True,
        )
        self._forget()
        return news

    def take(self, page: Page, now: float) -> News:
        """What `page` changes. A state newer than the page waits for its own: news never tear."""
        self._hear(page.changes)
        self.span = page.span
        moved = _ids(page.changes)
        # A minute says nothing about silence or the window; whoever watches them will.
        timed = _ids(change for change in page.changes if change.kind != "minute") if page.awake else moved
        fate = _Fate()
        for item in page.found:
            if item.seq <= page.position.seq:
                held = self.entries.get(item.id)
                told = held.shown if held is not None and page.awake and item.id not in timed else None
                self._take(item, self._entry(item, now, told), item.id in moved, fate)
        self._miss(page, fate)
        fate.gone.update(dict.fromkeys(self._passed()))
        last = {id_: self.entries.pop(id_) for id_ in fate.gone if id_ in self.entries}
        self._forget()
        return News(
            position=page.position,
            changed=fate.changed,
            beyond=fate.beyond,
            gone=list(fate.gone),
            last=last,
            happened=page.changes,
            retimed=fate.retimed,
            membership=fate.membership or bool(fate.gone),
        )

    def retime(self, position: Position, now: float, doubt: Callable[[MatchId], bool]) -> News:
        """What time alone changes. A match that `doubt` wants read again first is left as it is."""
        retimed: list[Entry] = []
        membership = False
        for match_id, held in self.entries.items():
            item = held.item
            if item.status_id not in LIVE and (
                item.status_id is not Status.NOT_STARTED or item.match_time > now
            ):
                continue
            reason, state = stale_reason(item, now), live_state(item, now, self._window_s)
            if reason is not None and doubt(match_id):
                continue
            if reason is not held.shown.stale_reason or state is not held.shown.live_state:
                retimed.append(self._entry(item, now))
                membership |= state is not held.shown.live_state
        self.entries.update((entry.item.id, entry) for entry in retimed)
        return News(position=position, retimed=retimed, membership=membership)

    def _take(self, item: Item, entry: Entry, moved: bool, fate: "_Fate") -> None:
        held = self.entries.get(item.id)
        if not self._holds(item):
            if held is not None:
                fate.gone[item.id] = None
            if moved:
                fate.beyond.append(entry)
            return
        fate.membership |= held is None or _place(held) != _place(entry)
        if moved:
            fate.changed.append(entry)
        elif held is None or held.json != entry.json:
            fate.retimed.append(entry)
        self.entries[item.id] = entry

    def _miss(self, page: Page, fate: "_Fate") -> None:
        """Who was asked for and is shown nowhere any more."""
        moved = _ids(page.changes)
        missed = page.asked.difference(item.id for item in page.found)
        for id_ in missed:
            if id_ in self.entries or id_ in moved:
                fate.gone[id_] = None
        for change in page.changes:
            if change.match_id in missed:
                self.left = max(self.left, (change.seq, change.at_ms))

    def _holds(self, item: Item) -> bool:
        if item.status_id in LIVE or item.id in self.entries:
            return item.status_id in LIVE or self.span.has(item.match_time)
        if not self.span.has(item.match_time):
            return False
        self.full = self.full or len(self.entries) >= self._most
        return not self.full

    def _passed(self) -> Iterator[MatchId]:
        for match_id, held in self.entries.items():
            if held.item.match_time < self.span.from_ts and held.item.status_id not in LIVE:
                yield match_id

    def _entry(self, item: Item, now: float, told: MatchItem | None = None) -> Entry:
        return Entry.of(item, self._heard.get(item.id, Heard()), now, self._window_s, told)

    def _hear(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.happened:
                self._heard[change.match_id] = self._heard.get(change.match_id, Heard()).and_then(change)
            if change.kind == "window" or any(isinstance(what, StatusChanged) for what in change.happened):
                self.left = max(self.left, (change.seq, change.at_ms))

    def _forget(self) -> None:
        """What was heard of a match is kept as long as the match."""
        if len(self._heard) > len(self.entries):
            self._heard = {id_: heard for id_, heard in self._heard.items() if id_ in self.entries}


class _Fate(Struct):
    """Where the matches of a page ended up."""

    gone: dict[MatchId, None] = {}
    changed: list[Entry] = []
    beyond: list[Entry] = []
    retimed: list[Entry] = []
    membership: bool = False


def _ids(changes: Iterable[Change]) -> dict[MatchId, None]:
    return dict.fromkeys(change.match_id for change in changes)


def _place(entry: Entry) -> tuple[object, ...]:
    """What decides where a list shows it."""
    item = entry.item
    return entry.shown.live_state, item.match_time, item.competition_id, item.competition_name
