"""One profile of hypothesis for the whole suite: how long an example takes says how busy the machine is, no more.

Interrupts arrive, also in processes that tests begin: what a shell puts into the background ignores them.

And engines that tests of several folders need, each made once: a token of SoftHSM, and a PostgreSQL server.
"""

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from support.postgres import Cluster, cluster

if TYPE_CHECKING:
    from support.softhsm import Token

settings.register_profile("walletcore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("walletcore")
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> "Token":
    """A token with keys, to be copied."""
    from support.softhsm import create  # python-pkcs11 takes a while

    return create(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server, for the memories of the tests that carry the marker `engine`."""
    with cluster() as made:
        yield made
