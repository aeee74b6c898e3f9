"""Providers: who speaks the wire. Nothing past this room sees raw JSON."""
