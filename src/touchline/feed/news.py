"""What the board tells its listeners."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from touchline.feed.entry import Entry
from touchline.feed.position import Position
from touchline.ids import MatchId
from touchline.store.changes import Change


class News(Struct, kw_only=True):
    """What is different on the board. Listeners only read it."""

    position: Position
    """Valid up to here."""
    changed: Sequence[Entry] = ()
    """On the board, and their version rose."""
    beyond: Sequence[Entry] = ()
    """Changed as well, but too far from now for the board."""
    gone: Sequence[MatchId] = ()
    """No longer on the board: too far from now (then in `beyond`, where a change did it), or shown nowhere."""
    last: Mapping[MatchId, Entry] = {}
    """Of those that are gone, what the board held of them."""
    happened: Sequence[Change] = ()
    """The changes behind all this, in order."""
    retimed: Sequence[Entry] = ()
    """What is shown of them is other than before, their version is not: time passed, or a name was learnt."""
    reset: bool = False
    """Everything was read anew; `happened` are the last changes before `position`."""
    membership: bool = False
    """Whether lists may have other members or another order than before."""

    @property
    def visible(self) -> bool:
        """Whether anything that is shown is different."""
        return bool(self.reset or self.changed or self.gone or self.retimed)


Listener = Callable[[News], None]
"""Must not fail, and not wait."""
