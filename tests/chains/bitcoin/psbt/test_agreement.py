"""`finalize`, and `extract` of what was finalized, give the same away: whoever signed, joined and damaged it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, differential, kernel_accepts
from support.psbts import BESIDE, KINDS, LEAF, psbt
from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin import Transaction
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.sighash import HASH_TYPES
from walletcore.errors import WalletcoreError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

STRICT = Safety(trust_witness_utxo=True, max_fee=None, max_fee_rate=None)
LOOSE = replace(STRICT, sighash=tuple(HASH_TYPES))
SIGNED = (0x02, 0x07, 0x08, 0x13, 0x14)
"""The fields of signatures, and of what is final."""


def choose(random: Random, kind: str, has_output: bool) -> int | None:
    """A hash type, most often the default."""
    if random.random() < 0.6:
        return None
    taproot = [0] if kind in ("p2tr", LEAF, BESIDE) else []
    return random.choice([*taproot, 0x01, 0x02, 0x81, *([0x03] if has_output else [])])


def flipped(value: bytes, random: Random) -> bytes:
    """The value with one bit otherwise."""
    place = random.randrange(max(len(value), 1))
    return value[:place] + bytes([each ^ 1 for each in value[place : place + 1]]) + value[place + 1 :]


def damaged(random: Random, made: Psbt) -> Psbt:
    """The same where up to two inputs have lost a field, or have another signature, or an empty final script."""
    for _ in range(random.randrange(3)):
        inputs, place = list(made.inputs), random.randrange(len(made.inputs))
        records = dict(inputs[place].records)
        if not records:  # all are away
            continue
        name = random.choice([*records])
        signed = [each for each in records if each[0] in SIGNED]
        if random.random() < 0.5 and signed:
            name = random.choice(signed)
            records[name] = flipped(records[name], random)
        elif random.random() < 0.8:
            del records[name]
        else:
            records = {each: value for each, value in records.items() if each != b"\x08"} | {b"\x07": b""}
        inputs[place] = PsbtInput(records.items())
        made = replace(made, inputs=tuple(inputs))
    return made


def signed_by_all(random: Random) -> Psbt:
    """A PSBT that its signers had, one after another or each the unsigned one, joined: of any version and safety."""
    case = psbt(random, kinds=(*KINDS, LEAF, BESIDE), choose=choose)
    unsigned = made = Psbt.decode(BITCOIN, bytes.fromhex(case["raw"]), safety=LOOSE)
    parts = [unsigned]
    for keys in case["signers"]:
        secrets = [PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(each))) for each in keys]
        made = sign(random.choice((made, unsigned)), *[LocalSigner(each, random.random() < 0.5) for each in secrets])
        steps: list[Callable[[Psbt], Psbt]] = [
            lambda made: made.finalized(),
            lambda made: damaged(random, made),
            lambda made: made.to_version(2 - made.version),
            lambda made: replace(made, safety=random.choice((STRICT, LOOSE))),
            lambda made: Psbt.decode(BITCOIN, made.raw, safety=made.safety),
        ]
        for step in steps:
            made = step(made) if random.random() < 0.2 else made
        parts.append(made)
        made = replace(made, safety=LOOSE)
    random.shuffle(parts)
    return parts[0].combine(*parts[1:])


def outcome(given_away: Callable[[], SignedTransaction[Transaction]]) -> bytes | None:
    """The bytes that are given away, if any."""
    try:
        return given_away().raw
    except WalletcoreError:
        return None


def four_ways(made: Psbt) -> list[bytes | None]:
    """At once, in two steps, and both by whoever has signed and verified nothing of it."""
    other = Psbt.decode(BITCOIN, made.raw, safety=made.safety)

    def at_last(one: Psbt) -> SignedTransaction[Transaction]:
        return Psbt.decode(BITCOIN, one.finalized().raw, safety=one.safety).extract()

    ways = (made.finalize, lambda: made.finalized().extract(), other.finalize, lambda: at_last(other))
    return [outcome(way) for way in ways]


@differential
@given(st.integers(0, 2**32))
def test_in_one_step_and_in_two_the_same_is_given_away_and_the_kernel_accepts_it(seed: int) -> None:
    try:
        made = signed_by_all(Random(seed))
    except WalletcoreError:  # a field that must be there is away, or two parts contradict each other
        return
    first, *others = four_ways(made)
    assert others == [first] * 3
    if first is not None:
        spent = [each.spent for each in made.transaction.inputs if each.spent]
        assert len(spent) == len(made.inputs)
        assert kernel_accepts(first, spent)


def test_some_of_the_random_ones_are_given_away_and_some_refused() -> None:
    found = set()
    for seed in range(50):
        with suppress(WalletcoreError):
            found.add(four_ways(signed_by_all(Random(seed)))[0] is None)
    assert found == {True, False}
