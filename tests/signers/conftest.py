"""A copy of the token of SoftHSM for each test; a service that signs over HTTP, and certificates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certificates import Certificates, make_certificates
from support.signing_service import Service
from support.softhsm import Token, copied, entered


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
