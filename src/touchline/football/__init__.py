"""The core: what is true about a match, and what a claim does to it. Pure: no clock, no I/O, no log."""
