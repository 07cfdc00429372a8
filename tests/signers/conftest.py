"""A token of SoftHSM for the tests that carry the marker `engine`: made once, copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.softhsm import Token, copied, create, entered


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Token:
    return create(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def token(template: Token, tmp_path: Path) -> Iterator[Token]:
    with entered(copied(template, tmp_path)) as entry:
        yield entry
