"""Random transactions of Stellar beside stellar-sdk, in Python and in JavaScript, each with an XDR of its own.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

import base64
from random import Random

import pytest

from support import stellar
from support.oracles import JSON, compared, locked
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.stellar import StellarChain
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.errors import DecodingError, TransactionError
from walletcore.signing import sign

ORACLES = pytest.mark.parametrize(("oracle", "most"), [("stellar_sdk", 4000), ("stellar_js", 2000)])


def same_transaction(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes, hashes and signatures; the bytes, read here, tell the transaction."""
    made = stellar.ours(case)
    signed = sign(made, *stellar.signers_of(case))
    expected = {
        "raw": base64.b64encode(made.raw).decode(),
        "hash": made.hash.hex(),
        "payload": made.payload.hex(),
        "signed": base64.b64encode(signed.raw).decode(),
    }
    if case["bump"]:
        bump = stellar.ours_bumped(case, signed)
        expected["bump_hash"] = bump.hash.hex()
        bumped = sign(bump, *[stellar.holder(each) for each in stellar.SECRETS])
        expected["bump"] = base64.b64encode(bumped.raw).decode()
        keys = [key for key, _ in bump.signers]
        assert made.chain.decode_transaction(bump.raw, keys=keys) == bump
        assert made.chain.decode_transaction(bumped.raw, keys=keys) == bumped
    assert verdict == expected
    keys = [key for key, _ in made.signers]
    assert made.chain.decode_transaction(made.raw) == made
    assert made.chain.decode_transaction(made.raw).effects() == made.effects()
    assert made.chain.decode_transaction(signed.raw, keys=keys) == signed
    return stellar.kinds_of(case)


@locked
@ORACLES
def test_random_transactions_are_those_of_stellar_sdk(oracle: str, most: int, environment: str) -> None:
    compared(oracle, "transaction", environment, stellar.transaction, same_transaction, kinds=stellar.KINDS, most=most)


def damaged(random: Random) -> JSON:
    """Signed bytes with one bit changed, or a byte dropped or doubled."""
    case = stellar.transaction(random)
    signed = sign(stellar.ours(case), *stellar.signers_of(case))
    raw = bytearray(stellar.ours_bumped(case, signed).raw if case["bump"] else signed.raw)
    place = random.randrange(len(raw))
    how = random.randrange(6)
    flipped = bytes([raw[place] ^ 1 << random.randrange(8)])
    raw[place : place + 1] = b"" if how == 4 else bytes(raw[place : place + 1]) * 2 if how == 5 else flipped
    return {"task": "read", "raw": raw.hex(), "row": case["row"], "passphrase": case["passphrase"]}


def same_verdict(case: JSON, verdict: JSON) -> list[str]:
    """What we read, the other one reads to the same bytes and hash; it reads more, as no node does."""
    from walletcore.chains.stellar.envelopes import read_envelope

    row = chain(case["row"], StellarChain)
    try:
        read, signatures = read_envelope(row, bytes.fromhex(case["raw"]))
    except TransactionError:
        return ["refused by both" if verdict["raw"] is None else "refused here"]
    assert read.envelope(signatures).hex() == case["raw"]
    if verdict["raw"] is None:  # accounts that are no keys, times that end before they begin
        return []
    assert verdict == {"raw": case["raw"], "hash": read.hash.hex()}
    return ["read"]


@locked
@ORACLES
def test_damaged_bytes_are_read_alike_or_not_at_all(oracle: str, most: int, environment: str) -> None:
    kinds = {"refused by both", "refused here", "read"}
    compared(oracle, "damaged", environment, damaged, same_verdict, kinds=kinds, most=most)


def text(random: Random) -> JSON:
    """A strkey of any kind but seeds, half of them with one letter changed, dropped or doubled."""
    kind = random.choice([each for each in Strkey if each is not Strkey.SEED])
    sizes = {Strkey.MUXED: 40, Strkey.CLAIMABLE_BALANCE: 33}
    body = random.randbytes(sizes.get(kind, 32))
    if kind is Strkey.CLAIMABLE_BALANCE:
        body = b"\0" + body[1:]
    if kind is Strkey.SIGNED_PAYLOAD:
        payload = random.randbytes(random.randrange(1, 65))
        body += len(payload).to_bytes(4) + payload + bytes(-len(payload) % 4)
    spelled = list(strkey.encode(kind, body))
    if random.random() < 0.5:
        place = random.choice((random.randrange(1, len(spelled)), len(spelled) - 1))
        letter = random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        spelled[place : place + 1] = random.choice(([letter], [], [spelled[place]] * 2))
    return {"task": "strkey", "text": "".join(spelled), "kind": kind.value}


def same_text(case: JSON, verdict: JSON) -> list[str]:
    try:
        kind, read = strkey.decode(case["text"])
    except DecodingError:
        assert verdict["data"] is None
        return ["refused"]
    assert kind.value == case["kind"]
    assert verdict["data"] == read.hex()
    return [kind.value]


@locked
@ORACLES
def test_random_strkeys_are_read_alike(oracle: str, most: int, environment: str) -> None:
    kinds = {"refused", *(each.value for each in Strkey if each is not Strkey.SEED)}
    compared(oracle, "strkey", environment, text, same_text, kinds=kinds, most=most)


def test_a_signed_case_is_a_signed_transaction() -> None:
    """The generator makes what walletcore signs: each kind of operation is met in a hundred cases."""
    seen: set[str] = set()
    for place in range(100):
        case = stellar.transaction(Random(f"generator {place}"))
        assert isinstance(sign(stellar.ours(case), *stellar.signers_of(case)), SignedTransaction)
        seen.update(stellar.kinds_of(case))
    assert seen == stellar.KINDS
