"""What readers are shown is what is stored."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from touchline.proving.rules.commit import Columns


class Shown(NamedTuple):
    """One match on a board."""

    status: int
    minute: int | None
    score: tuple[int, int]


def unlike_rows(reader: str, shown: Mapping[str, Shown], rows: Iterable[Columns]) -> Iterator[str]:
    """Matches that `reader` shows in another way than they are stored. Not every match is on a board."""
    for row in rows:
        stored = Shown(row["status_id"], row["minute"], (row["home_score_display"], row["away_score_display"]))
        found = shown.get(row["external_id"])
        if found is not None and found != stored:
            yield f"board: {reader} shows {found} of {row['external_id']}, stored is {stored}"
