"""What the wire says becomes a claim; the one writer decides and stores it."""
