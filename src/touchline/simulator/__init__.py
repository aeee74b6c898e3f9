"""A provider of our own: speaks the TheSports wire for seeded matchdays and real timelines."""
