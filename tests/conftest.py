"""One profile of hypothesis for the whole suite: how long an example takes says how busy the machine is, no more."""

from hypothesis import HealthCheck, settings

settings.register_profile("walletcore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("walletcore")
