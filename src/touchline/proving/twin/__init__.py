"""The store without a database: it answers the statements of store/*.sql in memory, as Postgres would."""
