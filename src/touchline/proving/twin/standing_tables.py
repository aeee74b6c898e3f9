"""Tables of seasons, and what came before a match (0011_standing.sql)."""

from touchline.proving.twin.match_parts import OF_A_MATCH
from touchline.proving.twin.match_table import between, json_is, seconds
from touchline.proving.twin.tables import Table, columns, not_empty

STANDING = Table(
    name="standing",
    key=("season_id", "table_id"),
    group="season_id",
    columns=columns("""
        season_id text
        table_id text
        stage_id text = ""
        conference text = ""
        group_num integer = 0
        teams jsonb
        promotions jsonb = []
        provider_ts bigint
        updated_at timestamptz
    """),
    checks=(
        not_empty("season_id"),
        not_empty("table_id"),
        json_is(list, "teams"),
        json_is(list, "promotions"),
        between(0, 9_999_999_999, "provider_ts"),
    ),
)

WANTED = Table(
    name="standing_wanted",
    key=("season_id",),
    columns=columns("""
        season_id text
        wanted_ts bigint
    """),
    checks=(not_empty("season_id"), seconds("wanted_ts")),
)

H2H = Table(
    name="match_h2h",
    key=("match_id",),
    columns=columns("""
        match_id text
        analysis jsonb null
        tally jsonb null
        asked_ts bigint
    """),
    checks=(json_is(dict, "analysis"), json_is(dict, "tally"), between(0, 9_999_999_999, "asked_ts")),
    references=OF_A_MATCH,
)

TABLES = (STANDING, WANTED, H2H)
