"""Work that happens by itself; for now the minute engine."""
