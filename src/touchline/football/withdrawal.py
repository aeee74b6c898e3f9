"""Whether the provider has taken a match back: its row stays and leaves every view (football data, record).

A schedule that still lists the match does not bring it back: lists lag behind. An operator may.
"""

from touchline.football.model import Group, Match
from touchline.football.order import fingerprint


def is_withdrawn(match: Match) -> bool:
    """Whether the last word about it was that it is gone. It is read off who said so: that is all there is."""
    word = match.provenance.get(Group.DELETED)
    return word is not None and word.fingerprint == fingerprint(True)
