"""How far a round of an incremental list has come."""

from hypothesis import given
from hypothesis import strategies as st

from touchline.ingest.round import PAGES_MAX, Round

NOW = 10_000


def read(provider: list[tuple[str, int]], round_: Round, page_size: int) -> set[tuple[str, int]]:
    """Read `provider` to the round's end; it pages as documented."""
    brought: set[tuple[str, int]] = set()
    while True:
        rows = provider if round_.time is None else [row for row in provider if row[1] >= round_.time]
        rows = sorted(rows, key=lambda row: (row[1], row[0]))
        page = rows[(round_.page - 1) * page_size : round_.page * page_size]
        brought.update(page)
        if not round_.goes_on(page):
            return brought


records = st.dictionaries(st.text("abcd", min_size=1, max_size=3), st.integers(1, 50), max_size=60)


@given(records, st.integers(1, 7))
def test_the_first_load_brings_every_record(stamps: dict[str, int], page_size: int) -> None:
    round_ = Round(None, now=NOW)

    assert read(list(stamps.items()), round_, page_size) == set(stamps.items())
    assert round_.cursor == max(stamps.values(), default=0)


@given(records, st.integers(1, 50), st.integers(1, 7))
def test_a_round_by_time_brings_all_that_changed_since(
    stamps: dict[str, int], since: int, page_size: int
) -> None:
    round_ = Round(since, now=NOW, full_page=page_size)

    brought = read(list(stamps.items()), round_, page_size)

    assert brought == {row for row in stamps.items() if row[1] >= since}
    assert round_.cursor == max([since, *(stamp for _, stamp in brought)])


@given(records, st.integers(1, 7))
def test_a_border_of_many_records_hides_none_behind_it(stamps: dict[str, int], page_size: int) -> None:
    provider = list(stamps.items())
    first = Round(None, now=NOW, full_page=page_size)
    read(provider, first, page_size)
    second = Round(first.cursor, first.border, now=NOW, full_page=page_size)

    assert ("late", 60) in read([*provider, ("late", 60)], second, page_size)


def test_a_quiet_round_costs_one_call() -> None:
    provider = [("a", 5), ("b", 7)]
    first = Round(None, now=NOW)
    read(provider, first, 10)
    quiet = Round(first.cursor, first.border, now=NOW)

    read(provider, quiet, 10)

    assert quiet.asked == 1


def test_a_page_that_repeats_itself_ends_the_round() -> None:
    round_ = Round(None, now=NOW)

    assert round_.goes_on([("a", 5)])
    assert not round_.goes_on([("a", 5)])


def test_endless_pages_are_cut_off() -> None:
    round_ = Round(None, now=NOW)

    while round_.goes_on([(f"row{round_.asked}", 5)]):
        assert round_.asked < PAGES_MAX

    assert round_.exceeded


def test_what_changes_while_pages_are_read_comes_again() -> None:
    round_ = Round(None, now=NOW)
    round_.goes_on([("a", 5), ("b", NOW + 40)])

    assert round_.cursor == NOW


def test_a_record_from_the_future_hides_none_of_the_others() -> None:
    poisoned = [("a", 5), ("b", 4_000_000_000)]
    first = Round(3, now=NOW)
    read(poisoned, first, 10)
    second = Round(first.cursor, first.border, now=NOW + 60)

    assert ("c", NOW + 30) in read([*poisoned, ("c", NOW + 30)], second, 10)
    assert second.cursor == NOW + 30


@given(st.integers(0, 90), st.integers(1, 7))
def test_a_clock_that_is_behind_the_providers_misses_nothing(behind: int, page_size: int) -> None:
    provider: list[tuple[str, int]] = []
    brought: set[tuple[str, int]] = set()
    round_ = Round(NOW - 60, now=NOW)
    for now in range(NOW, NOW + 200, 60):
        round_ = Round(round_.cursor, round_.border, now=now - behind, full_page=page_size)
        provider += [(f"{at}", at) for at in range(now - 50, now, 9)]
        brought |= read(provider, round_, page_size)

    assert brought == set(provider)
