"""The tables of the migrations, as far as the proving plays on them (store/migrations/)."""

from collections.abc import Mapping

from touchline.proving.twin import catalogue_table, match_parts, match_table, stream_tables
from touchline.proving.twin.tables import Table

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        match_table.MATCHES,
        *match_parts.TABLES,
        *stream_tables.TABLES,
        *catalogue_table.TABLES,
    )
}
