"""Engines for the tests that carry the marker: a token of SoftHSM, copied for each test, and a PostgreSQL server; a
service that signs over HTTP, and certificates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certificates import Certificates, make_certificates
from support.postgres import Cluster, cluster
from support.signing_service import Service
from support.softhsm import Token, copied, create, entered


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Token:
    return create(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def token(template: Token, tmp_path: Path) -> Iterator[Token]:
    with entered(copied(template, tmp_path)) as entry:
        yield entry


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """A PostgreSQL server, for the stores of the tests that carry the marker `engine`."""
    with cluster() as made:
        yield made
