"""Postgres, the one truth: the pool, the migrations and the SQL that reads and writes it."""
