"""Crests: logos fetched with care, checked, drawn anew and kept."""
