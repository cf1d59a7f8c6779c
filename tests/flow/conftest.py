"""A slow machine must not fail a property: examples are counted, not timed."""

from hypothesis import HealthCheck, settings

settings.register_profile("flow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("flow")
