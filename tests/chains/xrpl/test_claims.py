"""Claims of payment channels: published signatures, and what is refused."""

from typing import Any

import pytest

from support.xrpl import MAIN, key, payment
from walletcore.chains.xrpl import Claim, Transaction
from walletcore.effects import Approve
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.xrpl import FamilySeed
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

CHANNEL = "5DB01B7FFED6B67E6B0414DED11E051D2EE2B7619CE0EAA6286D67A3A4D5BDB3"
PUBLISHED = [  # XRPLF/xrpl.js, packages/xrpl/test/wallet/authorizeChannel.test.ts
    (
        "snGHNrPbHrdUcszeuDEigMdC1Lyyd",
        "304402204E7052F33DDAFAAA55C9F5B132A5E50EE95B2CF68C0902F61DFE77299BC893740220353640B951DCD24371C16868B3F91B78"
        "D38B6F3FD1E826413CDF891FA8250AAC",
    ),
    (
        "sEdSuqBPSQaood2DmNYVkwWTn1oQTj2",
        "7E1C217A3E4B3C107B7A356E665088B4FBA6464C48C58267BEF64975E3375EA338AE22E6714E3F5E734AE33E6B97AAD59058E1E196C1"
        "F92346FC1498D0674404",
    ),
]


def claim(holder: PrivateKey, **change: Any) -> Claim:
    values: dict[str, Any] = {"chain": MAIN, "channel": bytes.fromhex(CHANNEL), "amount": 1_000_000}
    return Claim(**{**values, "signer": holder.public_key, **change})


@pytest.mark.parametrize(("seed", "signature"), PUBLISHED, ids=["secp256k1", "ed25519"])
def test_claims_are_signed_as_published(seed: str, signature: str) -> None:
    holder = FamilySeed.parse(seed).private_key()
    made = claim(holder)
    signed = sign(made, LocalSigner(holder))
    assert signed.raw.hex().upper() == signature
    made.verify(signed.raw)
    for other in (claim(holder, amount=1_000_001), claim(holder, channel=bytes(32)), claim(key(9))):
        with pytest.raises(InvalidSignature):
            other.verify(signed.raw)


def test_the_bytes_of_a_claim_are_those_that_are_published() -> None:
    """XRPLF/xrpl-py, tests/unit/core/binarycodec/test_main.py, TestMainSigning.test_claim."""
    channel = "43904CBFCDCEC530B4037871F86EE90BF799DF8D2E0EA564BC8A3F332E4F5FB1"
    made = Claim(chain=MAIN, channel=bytes.fromhex(channel), amount=1000)
    assert made.raw.hex().upper() == f"434C4D00{channel}00000000000003E8"
    assert MAIN.decode_transaction(made.raw) == made
    public = key(1).public_key
    assert MAIN.decode_transaction(made.raw, keys=[public]) == Claim(
        chain=MAIN, channel=made.channel, amount=1000, signer=public
    )


def test_a_claim_allows_and_moves_nothing() -> None:
    (effect,) = claim(key(1)).effects()
    assert effect == Approve(asset=MAIN.asset, amount=1_000_000, spender=f"xrpl:0:{CHANNEL}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"chain": "xrpl"}, "type"),
        ({"channel": CHANNEL}, "length"),
        ({"channel": bytes(31)}, "length"),
        ({"amount": -1}, "range"),
        ({"amount": 10**17 + 1}, "range"),
        ({"amount": True}, "range"),
        ({"amount": "1"}, "range"),
        ({"signer": b"\2" * 33}, "type"),
        ({"origin": "m/0"}, "type"),
    ],
)
def test_XR1_what_is_no_claim_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as refusal:
        claim(key(1), **change)
    assert refusal.value.reason == reason


def test_a_claim_without_a_signer_asks_for_nothing() -> None:
    with pytest.raises(TransactionError) as refusal:
        claim(key(1), signer=None).requests()
    assert refusal.value.reason == "missing"
    raw = claim(key(1)).raw
    for wrong, keys in ((raw[:-1], ()), (raw + b"\0", ()), (raw, (key(1).public_key, key(2).public_key))):
        with pytest.raises(TransactionError):
            MAIN.decode_transaction(wrong, keys=keys)
    with pytest.raises(TransactionError):
        MAIN.decode_transaction(raw[:36] + (10**17 + 1).to_bytes(8))


def test_SO5_a_claim_is_no_transaction_and_the_reverse() -> None:
    holder = key(2, Curve.ED25519)
    made, other = claim(holder), Transaction.of(MAIN, payment(), signer=holder.public_key)
    assert type(MAIN.decode_transaction(made.raw)) is Claim
    assert other.requests()[0].payload[:4] == b"STX\0" != made.requests()[0].payload[:4]


@pytest.mark.parametrize("wrong", [b"", bytes(64), None, "00"])
def test_signatures_that_are_none_do_not_verify(wrong: Any) -> None:
    with pytest.raises(InvalidSignature):
        claim(key(1)).verify(wrong)
    holder = key(1)
    (answer,) = sign(claim(holder), LocalSigner(holder)).answers
    assert answer is not None
    with pytest.raises(InvalidSignature):  # not in DER
        claim(holder).verify(answer.data)
