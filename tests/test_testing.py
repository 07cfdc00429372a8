from walletcore.testing import check_signer
from walletcore.keys import *
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
import pytest
@pytest.mark.parametrize("curve", Curve)
def test_x(curve):
    print(check_signer(LocalSigner(PrivateKey(curve, Secret(b"\7"*32))), secrets=[b"\7"*32]))
