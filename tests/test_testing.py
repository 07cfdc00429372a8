"""The conformance kits pass what keeps its promises, and see what does not."""

import pytest

from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.testing import check_signer

KEY = bytes([7]) * 32


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize("check", [True, False])
def test_a_local_signer_keeps_every_promise(curve: Curve, check: bool) -> None:
    report = check_signer(LocalSigner(PrivateKey(curve, Secret(KEY)), check), secrets=[KEY])
    assert report.schemes == tuple(scheme for scheme in Scheme if scheme.curve is curve)
    assert report.is_deterministic
    assert not report.is_asynchronous
