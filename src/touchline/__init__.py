"""Touchline: a self-hosted live-football platform."""
