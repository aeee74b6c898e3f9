"""Catalogue lists as the provider gives them: every field it always sends, most of them empty."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from touchline.simulator import logos
from touchline.simulator.wire import Json, Record

FOUNDED = 1_700_000_000
"""When the invented world was made; every catalogue record changed last within a month of it."""

KINDS = (
    "category", "country", "competition", "team", "season", "stage", "venue", "referee", "coach", "player",
)  # fmt: skip


def _changed(record_id: str) -> int:
    return FOUNDED + zlib.crc32(record_id.encode()) % 2_592_000


class Catalogue:
    """All lists, each by id and in the order of their last change. `later` ones are made when asked for."""

    def __init__(
        self,
        lists: Mapping[str, Sequence[Record]],
        later: Mapping[str, Callable[[], Iterable[Record]]] | None = None,
    ) -> None:
        self._lists = {kind: _by_change(lists.get(kind, ())) for kind in KINDS}
        self._by_id = {kind: _by_id(rows) for kind, rows in self._lists.items()}
        self._later = dict(later or {})

    @property
    def kinds(self) -> Sequence[str]:
        """What there are lists of."""
        return tuple(self._lists)

    def rows(self, kind: str) -> Sequence[Record]:
        """Every record of `kind`, oldest change first."""
        if kind in self._later:
            rows = self._lists[kind] = _by_change(self._later.pop(kind)())
            self._by_id[kind] = _by_id(rows)
        return self._lists[kind]

    def find(self, kind: str, record_id: str) -> Record | None:
        """One record."""
        return self._by_id[kind].get(record_id) if self.rows(kind) else None


def _by_change(rows: Iterable[Record]) -> list[Record]:
    return sorted(rows, key=lambda row: (str(row["updated_at"]), str(row["id"])))


def _by_id(rows: Iterable[Record]) -> dict[str, Record]:
    return {str(row["id"]): row for row in rows}


def country_row(record_id: str, category_id: str, name: str) -> Record:
    """A country."""
    return {
        "id": record_id,
        "category_id": category_id,
        "name": name,
        "logo": "",
        "updated_at": _changed(record_id),
    }


def competition_row(
    record_id: str, name: str, category_id: str, country_id: str, *, season_id: str = "", cup: bool = False
) -> Record:
    """A competition."""
    empty: list[Json] = []
    return {
        "id": record_id,
        "category_id": category_id,
        "country_id": country_id,
        "name": name,
        "short_name": "",
        "logo": logos.path("competition", record_id),
        "type": 2 if cup else 1,
        "cur_season_id": season_id,
        "cur_stage_id": "",
        "cur_round": 0,
        "round_count": 0,
        "title_holder": empty,
        "most_titles": empty,
        "newcomers": empty,
        "divisions": empty,
        "host": {},
        "primary_color": "",
        "secondary_color": "",
        "updated_at": _changed(record_id),
    }


def team_row(
    record_id: str, name: str, *, competition_id: str = "", country_id: str = "", venue_id: str = ""
) -> Record:
    """A team."""
    return {
        "id": record_id,
        "competition_id": competition_id,
        "country_id": country_id,
        "name": name,
        "short_name": "",
        "logo": logos.path("team", record_id),
        "national": 0,
        "country_logo": "",
        "foundation_time": 0,
        "website": "",
        "coach_id": "",
        "venue_id": venue_id,
        "market_value": 0,
        "market_value_currency": "",
        "total_players": 0,
        "foreign_players": 0,
        "national_players": 0,
        "virtual": 0,
        "gender": 1,
        "updated_at": _changed(record_id),
    }


def season_row(record_id: str, competition_id: str, year: str = "2026") -> Record:
    """A season."""
    return {
        "id": record_id,
        "competition_id": competition_id,
        "year": year,
        "has_player_stats": 0,
        "has_team_stats": 0,
        "has_table": 0,
        "is_current": 1,
        "start_time": 0,
        "end_time": 0,
        "updated_at": _changed(record_id),
    }


def stage_row(record_id: str, season_id: str, *, knock_out: bool) -> Record:
    """A stage of a season: points or knock-out."""
    return {
        "id": record_id,
        "season_id": season_id,
        "name": "Knock-out" if knock_out else "Regular Season",
        "mode": 2 if knock_out else 1,
        "group_count": 0,
        "round_count": 0,
        "order": 1,
        "updated_at": _changed(record_id),
    }


def venue_row(record_id: str, name: str, country_id: str, city: str) -> Record:
    """A ground."""
    return {
        "id": record_id,
        "name": name,
        "real_name": "",
        "capacity": 0,
        "country_id": country_id,
        "country": "",
        "city": city,
        "updated_at": _changed(record_id),
    }


def referee_row(record_id: str, name: str, country_id: str) -> Record:
    """A referee."""
    return _person(record_id, name, country_id)


def _person(record_id: str, name: str, country_id: str) -> Record:
    return {
        "id": record_id,
        "name": name,
        "short_name": "",
        "logo": "",
        "birthday": 0,
        "country_id": country_id,
        "updated_at": _changed(record_id),
    }


def coach_row(record_id: str, name: str, team_id: str, country_id: str) -> Record:
    """A coach."""
    return {**_person(record_id, name, country_id), "team_id": team_id, "age": 0}


def player_row(record_id: str, name: str, team_id: str, country_id: str) -> Record:
    """A player."""
    coach = coach_row(record_id, name, team_id, country_id)
    return {**coach, "weight": 0, "height": 0, "position": ""}
