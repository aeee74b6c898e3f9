"""Who watches that no match falls silent unseen. Asks and tells; never writes a match."""
