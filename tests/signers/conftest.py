"""Engines for the tests that carry the marker: a token of SoftHSM, copied for each test, and a PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgres import Cluster, cluster
from support.softhsm import Token, create, entered


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Token:
    return create(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def token(template: Token, tmp_path: Path) -> Iterator[Token]:
    with entered(template, tmp_path) as copied:
        yield copied


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """A PostgreSQL server, for the stores of the tests that carry the marker `engine`."""
    with cluster() as made:
        yield made
