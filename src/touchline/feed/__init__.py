"""Follows the change stream with a cursor and hands it to readers."""
