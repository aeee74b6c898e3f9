"""How hard the properties are tried: `--hypothesis-profile=hard` tries them ten times as often."""

from hypothesis import settings

settings.register_profile("core", deadline=None, max_examples=100)
settings.register_profile("hard", deadline=None, max_examples=1_000)
settings.load_profile("core")
