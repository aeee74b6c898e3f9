"""REST, event streams and pages. Reads the database or the feed, never a provider."""
