"""Generic messages beside bip322-js: simple signatures both ways, the legacy form, damaged ones, other messages."""

import base64
from collections.abc import Iterator
from random import Random
from typing import Any

from support.bitcoin import BITCOIN
from support.oracles import JSON, compared, locked
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.message import Message
from walletcore.chains.bitcoin.proofs import State, verdict
from walletcore.coding.text import base58check
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

LETTERS = "abc ABC 019 äöü ß € 你好 👩‍🚀 \n\t\x00"


def a_case(random: Random) -> JSON:
    """A message of a random key and kind, its signature by walletcore, and perhaps one thing wrong."""
    private = PrivateKey(Curve.SECP256K1, Secret(random.randbytes(32)))
    kind = random.choice(("p2wpkh", "p2tr", "p2pkh"))
    text = "".join(random.choice(LETTERS) for _ in range(random.choice((0, 1, 5, 60, 300))))
    options: dict[str, Any] = {"chain": BITCOIN, "data": text.encode(), "signer": private.public_key, "kind": kind}
    subject: Any = Message(**options) if kind == "p2pkh" else GenericMessage(**options)
    signature: str = sign(subject, LocalSigner(private)).raw.decode()
    signature = signature if kind == "p2pkh" else signature.removeprefix("smp")
    wrong = random.choice(("", "", "signature", "message"))
    if wrong == "signature":
        data = bytearray(base64.b64decode(signature))
        data[random.randrange(8, 60)] ^= 1 << random.randrange(8)
        signature = base64.b64encode(bytes(data)).decode()
    return {
        "task": "message",
        "wif": base58check.encode(b"\x80" + private.secret.reveal() + b"\x01"),
        "address": BITCOIN.address(private.public_key, kind=kind).text,
        "message": text + ("!" if wrong == "message" else ""),
        "signature": signature,
        "own": signature if not wrong else "",
        "kind": kind,
        "wrong": wrong,
    }


def same(case: JSON, theirs: JSON) -> Iterator[str]:
    address, data = BITCOIN.parse_address(case["address"]), case["message"].encode()
    ours = verdict(data, case["signature"], address)
    assert theirs["verified"] is (ours.state is State.VALID) is (not case["wrong"])
    found = verdict(data, theirs["signature"], address)
    assert (found.state, found.variant) == (State.VALID, "legacy" if case["kind"] == "p2pkh" else "smp")
    if case["own"] and case["kind"] != "p2tr":  # theirs says ALL by name, and has another nonce
        assert theirs["signature"] == case["own"]
    yield case["kind"]
    yield case["wrong"] or "good"


@locked
def test_bip322_js_makes_and_takes_the_same_signatures(environment: str) -> None:
    kinds = {"p2wpkh", "p2tr", "p2pkh", "good", "signature", "message"}
    compared("bip322_js", "generic messages", environment, a_case, same, kinds=kinds, most=1_000)
