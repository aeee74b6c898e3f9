"""The tables of the migrations, as far as the proving plays on them (store/migrations/)."""

from collections.abc import Mapping

from touchline.proving.twin import (
    catalogue_table,
    job_tables,
    match_parts,
    match_table,
    standing_tables,
    stream_tables,
    watch_tables,
)
from touchline.proving.twin.tables import Table

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        match_table.MATCHES,
        *match_parts.TABLES,
        *stream_tables.TABLES,
        *catalogue_table.TABLES,
        *standing_tables.TABLES,
        *watch_tables.TABLES,
        *job_tables.TABLES,
    )
}
