"""The watch over silent matches: it tells readers what it finds, each time once, and touches no match."""

from collections.abc import Iterator

from touchline.proving.rules.commit import Changed, Commit

OF_THE_WATCH = frozenset({"sla", "window"})


class Watch:
    """What is told of silence and of the live window, and the episodes that are open."""

    def broken(self, commit: Commit) -> Iterator[str]:
        told = [row.after for row in commit.of("change") if row.before is None and row.after is not None]
        watched = [change["match_id"] for change in told if change["kind"] in OF_THE_WATCH]
        if watched and (touched := sorted(row.key for row in commit.of("ts_matches"))):
            yield f"watch: what tells of {watched} wrote the matches {touched}"
        silent = [change["match_id"] for change in told if change["kind"] == "sla"]
        for row in commit.of("stale_episode"):
            yield from _episode(row, silent.count(row.key[0]))


def _episode(row: Changed, told: int) -> Iterator[str]:
    before, after = row.before, row.after
    if before is not None and after is not None and before["began_ts"] != after["began_ts"]:
        yield f"watch: the episode of {row.key} began at {before['began_ts']}, and then at {after['began_ts']}"
    was, is_ = before and before["shown"], after and after["shown"]
    if was != is_ and told != 1:
        yield f"watch: {was} of {row.key} became {is_} and was told {told} times"
