"""What the provider has taken back: ids by kind; a kind that is missing has none."""

from functools import partial

from touchline.ids import MatchId
from touchline.provider.thesports.shapes import Findings, entries, external_id, mapping

IDS_MAX = 10_000


def read_deleted(results: object, found: Findings) -> list[MatchId]:
    """The matches among what was taken back."""
    kinds = found.group("bad_deleted", results, "", lambda: mapping(results, "results")) or {}
    given = kinds.get("match")
    ids = found.group("bad_deleted", given, "", lambda: entries(given, "match")) or []
    told = [
        found.group("invalid_match_id", each, "", partial(external_id, each, "the id"))
        for each in ids[:IDS_MAX]
    ]
    return [MatchId(each) for each in told if each is not None]
