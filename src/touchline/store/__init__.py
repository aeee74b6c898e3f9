"""Postgres: the one truth. SQL lies beside the Python that runs it."""
