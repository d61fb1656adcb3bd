"""What holds for all tests: hypothesis judges what is true, and not how long it takes on the machine at hand."""

from hypothesis import HealthCheck, settings

settings.register_profile("suite", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
