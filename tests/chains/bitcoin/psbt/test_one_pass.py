"""What is read or made at once, without looking twice, is what the careful way reads or makes."""

import contextlib
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN
from support.psbts import KINDS, LEAF, psbt, written
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, PsbtOutput, Safety
from walletcore.chains.bitcoin.psbt.codec import _TABLES, _in_one_pass, _one_by_one
from walletcore.coding.wire import Reader
from walletcore.errors import DecodingError, WalletcoreError
from walletcore.keys import Scheme

ANY = Safety(trust_witness_utxo=True, max_fee=None, max_fee_rate=None)
SCRIPTS = {PsbtInput: (0x04, 0x05, 0x15), PsbtOutput: (0x00, 0x01, 0x06)}
"""BIP-174, BIP-371: redeem and witness scripts, leaves and trees."""


def default(_random: Random, _kind: str, _has_output: bool) -> None:
    """No hash type is named."""


def decoded(seed: int) -> Psbt:
    """A PSBT of inputs of all kinds."""
    return Psbt.decode(
        BITCOIN, bytes.fromhex(psbt(Random(seed), kinds=(*KINDS, LEAF), choose=default)["raw"]), safety=ANY
    )


def damaged(made: Psbt, random: Random, kind: Any) -> bytes:
    """One of its maps and what follows, with some bits otherwise, or cut."""
    records = random.choice(made.inputs if kind is PsbtInput else made.outputs).records
    raw = bytearray(written(list(records)) + b"the next")
    for _ in range(random.randrange(3)):
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    return bytes(raw[: len(raw) - random.choice((0, 0, 0, random.randrange(len(raw))))])


@pytest.mark.parametrize("kind", [PsbtInput, PsbtOutput])
@given(seed=st.integers(0, 2**32))
def test_a_map_read_in_one_pass_is_the_map_read_record_by_record(kind: Any, seed: int) -> None:
    random = Random(seed)
    table, reader = _TABLES[kind, random.choice((0, 2))], Reader(damaged(decoded(seed % 50), random, kind))
    with contextlib.suppress(IndexError, DecodingError):  # then the other one says why
        records, numbers, weight, end = _in_one_pass(reader.data, 0, table)
        assert (list(records.items()), end) == (list(_one_by_one(reader, kind, table).items()), reader.position)
        assert list(numbers) == [key[0] for key in records]
        assert weight == sum(len(value) for key, value in records.items() if key[0] in SCRIPTS[kind])


@given(
    numbers=st.lists(st.sampled_from((0x00, 0x01, 0x02, 0x06, 0x07, 0x16, 0x19, 0xF0)), max_size=6),
    new=st.sampled_from((0x02, 0x07, 0x13, 0x14)),
)
def test_a_record_is_put_where_sorting_by_numbers_puts_it(numbers: list[int], new: int) -> None:
    records = {bytes((number, place)): b"old" for place, number in enumerate(numbers)}
    name = bytes((new, 0xFF))
    made = PsbtInput.of(records).with_records({name: b"new"})
    unknown = {0x19, 0xF0}  # these in the order of their keys, others of one number as they came
    expected = sorted([*records, name], key=lambda key: key if key[0] in unknown else key[:1])
    assert [key for key, _ in made.records] == expected
    assert list(made._numbers) == [key[0] for key in expected]
    assert made.with_records({name: b"newer"}) == made


def test_what_is_asked_is_what_the_constructor_of_requests_takes() -> None:
    found = set()
    for seed in range(40):
        with contextlib.suppress(WalletcoreError):
            for each in decoded(seed).requests():
                again = replace(each)
                assert (again, again.id, again.origin, again.subject) == (each, each.id, each.origin, each.subject)
                found.add((each.scheme, each.tweak is None))
    assert found == {(Scheme.ECDSA, True), (Scheme.BIP340, True), (Scheme.BIP340, False)}
