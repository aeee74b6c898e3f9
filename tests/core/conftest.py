"""How hard the properties are tried: `--hypothesis-profile=hard` tries them ten times as often."""

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("core", max_examples=100, **PATIENT)
settings.register_profile("hard", max_examples=1_000, **PATIENT)
settings.load_profile("core")
