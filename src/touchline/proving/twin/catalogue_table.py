"""Names of things (0003_catalogue.sql)."""

from touchline.proving.twin.match_table import between, json_is
from touchline.proving.twin.tables import Check, Table, columns

KINDS = frozenset(
    ("category", "country", "competition", "team", "season", "stage", "venue", "referee", "coach", "player")
)

CATALOGUE = Table(
    name="catalogue",
    key=("kind", "id"),
    columns=columns("""
        kind text
        id text
        name text = ""
        short_name text = ""
        logo text = ""
        country_id text = ""
        parent_id text = ""
        merged_into text = ""
        updated_at bigint = 0
        extra jsonb = {}
    """),
    checks=(
        Check("catalogue", ("kind",), lambda row: row["kind"] in KINDS),  # has no partition for it
        Check("catalogue_id_check", ("id",), lambda row: row["id"] != ""),
        Check("catalogue_check", ("merged_into", "id"), lambda row: row["merged_into"] != row["id"]),
        between(0, 9_999_999_999, "updated_at"),
        json_is(dict, "extra"),
    ),
)

TABLES = (CATALOGUE,)
