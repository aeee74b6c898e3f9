"""Touchline: a self-hosted live-football platform."""

__version__ = "0.1.0"
