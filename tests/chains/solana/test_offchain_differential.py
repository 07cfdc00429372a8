"""Random off-chain messages of version 0: the bytes and the envelopes that @solana/kit makes, or refused by both."""

from random import Random

import pytest

from support.oracles import JSON, compared, data, locked
from support.solana_kinds import KEYS, SOLANA
from walletcore.chains.solana import OffchainMessage
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

SIGNERS = [LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32)), check=False) for n in range(1, 9)]


def text(random: Random, count: int) -> str:
    """Of any kind, often at the length that fits the shorter formats."""
    letters = random.choice(("a", "a ~", "a\n", "a\u00e9", "\U0001f600"))
    room = 1232 - 53 - 32 * count
    size = random.choice((0, 1, 7, room - 1, room, room + 1, 1232, 1233, 5000))
    return "".join(random.choices(letters, k=size))


def made(random: Random) -> JSON:
    signers = [key.data.hex() for key in random.sample(KEYS, random.randrange(1, 4))]
    given = {"text": text(random, len(signers)), "format": random.randrange(3), "signers": signers}
    return {"task": "message", "application": data(random, 32), **given}


def same(case: JSON, verdict: JSON) -> list[str]:
    held = {key.data.hex(): key for key in KEYS}

    given: JSON = {
        "chain": SOLANA,
        "text": case["text"],
        "signers": tuple(held[each] for each in case["signers"]),
        "application": bytes.fromhex(case["application"]),
        "format": case["format"],
    }
    if "refused" in verdict:
        with pytest.raises(TransactionError):
            OffchainMessage(**given)
        return ["refused by both"]
    message = OffchainMessage(**given)
    assert message.raw.hex() == verdict["message"]
    signed = sign(message, *SIGNERS)
    assert signed.raw.hex() == verdict["raw"]
    assert SOLANA.decode_message(signed.raw) == signed
    return ["equal"]


@locked
def test_random_offchain_messages_are_those_of_kit(environment: str) -> None:
    compared("solana_js", "offchain", environment, made, same, kinds={"equal", "refused by both"}, most=10_000)
