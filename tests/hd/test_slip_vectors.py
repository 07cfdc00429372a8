"""SLIP-132's version bytes and SLIP-10's public derivation, against figures of other implementations."""

import pytest

from support.vectors import Case, vectors
from walletcore.errors import DerivationError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.hd.slip10 import Slip10PublicKey
from walletcore.keys import Curve, PublicKey


@vectors("bip32/slip132")
def test_slip132_text_is_read_unless_a_text_of_bip32_alone_is_wanted(case: Case) -> None:
    assert (case.verdict("slip132"), case.verdict("bip32")) == ("valid", "invalid")
    key = ExtendedPrivateKey.parse(case.input["key"])
    assert key.reveal(kind="p2sh-p2wpkh") == case.input["key"]
    with pytest.raises(DerivationError) as refusal:
        ExtendedPrivateKey.parse(case.input["key"], kind="")
    assert refusal.value.reason == case.expect["reason"]


def derive(case: Case) -> Slip10PublicKey:
    curves = {curve.value: curve for curve in Curve}
    key = PublicKey(curves[case.input["curve"]], bytes.fromhex(case.input["public"]))
    return Slip10PublicKey(public_key=key, chain_code=bytes.fromhex(case.input["chain_code"])).derive(
        case.input["path"]
    )


@vectors("slip10/public", result="valid")
def test_public_child_on_p256_is_the_published_one(case: Case) -> None:
    child = derive(case)
    assert (child.public_key.data.hex(), child.chain_code.hex()) == (case.expect["public"], case.expect["chain_code"])


@vectors("slip10/public", result="invalid")
def test_hardened_public_child_on_p256_is_refused(case: Case) -> None:
    with pytest.raises(DerivationError) as refusal:
        derive(case)
    assert refusal.value.reason == case.expect["reason"]
