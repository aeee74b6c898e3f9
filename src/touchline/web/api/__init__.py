"""The JSON side."""
