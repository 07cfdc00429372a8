"""Inputs that travel between the signers of relatives: of kinds that nobody here knows, and by leaves of trees."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.bitcoin import key, reason, signer, txids, values
from support.relatives import simple_payment
from support.spends import CHAIN, KEYS, MULTI, PK, spend
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.relatives.dialect import hash_types
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.errors import TransactionError
from walletcore.hashes import hash160
from walletcore.path import KeyOrigin, Path
from walletcore.signing import sign

ALICE = key(1).public_key
WITH_PSBTS = ["bitcoin-cash", "ecash", "groestlcoin"]
PLAIN = [*WITH_PSBTS, "bitcoin-gold", "bitcoin-sv", "firo", "pivx"]  # whose transactions are written as Bitcoin's
UNKNOWN = {
    "version 2": b"\x52\x20" + bytes(31) + b"\x01",
    "version 1 of two bytes": b"\x51\x02\x4e\x74",
    "true": b"\x51",
    "a hash": b"\xa8\x20" + bytes(32) + b"\x87",
    "a key and more": b"\x21" + ALICE.data + b"\xad\x51",
}


def row(name: str) -> BitcoinChain:
    return chain(name, BitcoinChain)


def funding(script: bytes, value: int = 1_000, vout: int = 0) -> bytes:
    outputs = (*(TxOut(value=1, script_pubkey=b"\x51") for _ in range(vout)), TxOut(value=value, script_pubkey=script))
    return Tx(version=1, inputs=(TxIn(txid="78" * 32, vout=0),), outputs=outputs, locktime=0).encode()


def theirs(network: BitcoinChain, script: bytes, *, vout: int = 0, value: int = 1_000, sighash: str = "ALL") -> Input:
    """Return the input that spends an output of this script, which its previous transaction proves."""
    assert network.dialect is not None
    previous = funding(script, value, vout)
    outpoint = TxIn(txid=network.dialect.identify(previous), vout=vout, sequence=0xFFFF_FFFE)
    spent = TxOut(value=value, script_pubkey=script)
    return Input.foreign(outpoint, spent, previous, sighash, network.dialect)


def joint(network: BitcoinChain, other: Input) -> Transaction:
    """Return the transaction that spends an output of Alice's, and that one."""
    previous = funding(p2pkh(hash160(ALICE.data)).script_pubkey, 70_000)
    assert network.dialect is not None
    txid = network.dialect.identify(previous)
    mine = Input(txid=txid, vout=0, previous=previous, key=ALICE, kind="p2pkh", dialect=network.dialect)
    script = network.script_pubkey(network.address(ALICE, kind="p2pkh"))
    outputs = (TxOut(value=60_000, script_pubkey=script),)
    return Transaction(chain=network, inputs=(mine, other), outputs=outputs, version=1, partial=True)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("script", UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_kind_is_written_and_read_again(name: str, script: bytes) -> None:
    network = row(name)
    made = joint(network, theirs(network, script))
    again = network.decode_transaction(made.raw)
    assert isinstance(again, Transaction)
    assert again == made
    assert again.raw == made.raw
    assert [each.kind for each in again.inputs] == [each.kind for each in made.inputs]
    assert again.effects() == made.effects()
    assert again.claimed_fee == made.claimed_fee == 11_000
    assert [each.message for each in again.requests()] == [each.message for each in made.requests()]
    assert [each.key for each in again.requests()] == [ALICE]


@pytest.mark.parametrize("name", WITH_PSBTS)
@pytest.mark.parametrize("script", UNKNOWN.values(), ids=UNKNOWN)
def test_psbts_of_relatives_carry_it_too(name: str, script: bytes) -> None:
    network = row(name)
    made = joint(network, theirs(network, script))
    beside = tuple(each.previous for each in made.inputs) if name != "groestlcoin" else ()
    psbt = Psbt.decode(network, Psbt.from_transaction(made).raw, previous=beside)
    assert psbt.transaction == made
    assert network.decode_transaction(psbt.transaction.raw) == made
    assert [each.is_final for each in sign(psbt, signer(1)).finalized().inputs] == [True, False]


def test_nobody_is_asked_where_all_of_it_is_others() -> None:
    network = row("bitcoin-cash")
    made = joint(network, theirs(network, UNKNOWN["true"]))
    alone = replace(made, inputs=made.inputs[1:], outputs=(TxOut(value=900, script_pubkey=b"\x51"),))
    again = network.decode_transaction(alone.raw)
    assert isinstance(again, Transaction)
    assert again == alone
    assert reason(TransactionError, again.requests) == "missing"


@st.composite
def foreign(draw: st.DrawFn) -> tuple[BitcoinChain, Input]:
    """Return any output that nobody here can spend, on any such chain."""
    network = row(draw(st.sampled_from(PLAIN)))
    script = draw(st.one_of(st.binary(min_size=1, max_size=80), st.sampled_from(list(UNKNOWN.values()))))
    assert network.dialect is not None
    sighash = draw(st.sampled_from([each for each in hash_types(network.dialect) if each != "DEFAULT"]))
    try:
        made = theirs(network, script, vout=draw(st.integers(0, 3)), value=draw(values), sighash=sighash)
    except TransactionError:  # a script that nobody can spend, or more money than there is
        assume(False)
    assume(made.kind in ("nonstandard", "witness_unknown"))
    assume("SINGLE" not in sighash)  # which wants an output at its place
    return network, made


@given(foreign())
def test_whatever_is_unknown_comes_back_as_it_went(pair: tuple[BitcoinChain, Input]) -> None:
    network, other = pair
    assume((other.value or 0) + 70_000 <= network.max_money)
    made = joint(network, other)
    assert network.decode_transaction(made.raw, sighash=[other.sighash]) == made


@given(txids, st.binary(min_size=1, max_size=40))
def test_a_claim_comes_back_where_signatures_prove_amounts(txid: str, script: bytes) -> None:
    for name in ("bitcoin-cash", "groestlcoin"):
        network = row(name)
        try:
            spent = TxOut(value=5, script_pubkey=script)
            other = Input.foreign(TxIn(txid=txid, vout=1), spent, b"", "ALL", network.dialect)
        except TransactionError:
            assume(False)
        assume(other.kind in ("nonstandard", "witness_unknown"))
        made = joint(network, other)
        if name == "groestlcoin" and other.kind == "nonstandard":
            assert reason(TransactionError, network.decode_transaction, made.raw) == "missing"
        else:
            assert network.decode_transaction(made.raw) == made


def forged(network: BitcoinChain, **changes: Any) -> bytes:
    """Return the envelope of an input that says of itself what is not so."""
    other = theirs(network, UNKNOWN["a hash"])
    made = joint(network, other)
    for name, value in changes.items():
        object.__setattr__(other, name, value)
    return made.raw


FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "another value": ({"value": 1_001}, "mismatch"),
    "another script": ({"script_pubkey": UNKNOWN["true"]}, "mismatch"),
    "another transaction": ({"txid": "11" * 32}, "mismatch"),
    "another place": ({"vout": 1}, "mismatch"),
    "another kind that is not known": ({"kind": "witness_unknown"}, "mismatch"),
    "a kind of one's own": ({"kind": "p2pkh"}, "mismatch"),
    "no script": ({"script_pubkey": b"", "previous": b""}, "unknown"),
    "a script that nobody can spend": ({"script_pubkey": b"\x6a\x01\x01", "previous": b""}, "unknown"),
    "a key": ({"key": ALICE}, "non-canonical"),
    "a redeem script": ({"redeem_script": b"\x51"}, "non-canonical"),
    "a witness script": ({"witness_script": b"\x51"}, "non-canonical"),
    "a merkle root": ({"merkle_root": bytes(32)}, "non-canonical"),
    "Schnorr's scheme": ({"schnorr": True}, "non-canonical"),
    "a hash type that leaves something open": ({"sighash": "NONE"}, "policy"),
}


@pytest.mark.parametrize(("changes", "expected"), FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("name", ["bitcoin-cash", "groestlcoin"])
def test_what_it_says_is_checked(name: str, changes: dict[str, Any], expected: str) -> None:
    network = row(name)
    assert reason(TransactionError, network.decode_transaction, forged(network, **changes)) == expected


@pytest.mark.parametrize("kind", ["nonstandard", "witness_unknown"])
def test_a_known_kind_does_not_pass_for_an_unknown_one(kind: str) -> None:
    """It would be somebody else's, and not asked for."""
    network = row("bitcoin-cash")
    made = simple_payment(network, ALICE, ALICE)
    for name, value in (("kind", kind), ("key", None)):
        object.__setattr__(made.inputs[0], name, value)
    assert reason(TransactionError, network.decode_transaction, made.raw) == "mismatch"


LEAVES = pytest.mark.parametrize("script", [PK, CHAIN, MULTI], ids=["one key", "a chain of keys", "two of three"])
TO_NOBODY = (TxOut(value=900, script_pubkey=b"\x00\x14" + bytes(20)),)


@LEAVES
def test_a_leaf_of_groestlcoins_taproot_stays_what_is_signed(script: bytes) -> None:
    """It came back as a spend by the internal key, which another one has."""
    network = row("groestlcoin")
    where = KeyOrigin(b"\x01\x02\x03\x04", Path((1, 2)))
    leaf = spend(script, depth=2, dialect=network.dialect, origins=((KEYS[0], where),))
    made = Transaction(chain=network, inputs=(leaf,), outputs=TO_NOBODY)
    again = network.decode_transaction(made.raw)
    assert isinstance(again, Transaction)
    assert (again, again.raw) == (made, made.raw)
    assert [each.message for each in again.requests()] == [each.message for each in made.requests()]
    assert [each.origin for each in again.requests()] == [where, *[None] * (len(made.requests()) - 1)]
    signers = [signer(1), signer(2), signer(3)]
    assert sign(again, *signers).raw == sign(made, *signers).raw


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"control_block": b""}, "length"),
        ({"leaf_script": b""}, "mismatch"),
        ({"leaf_script": CHAIN}, "mismatch"),
        ({"merkle_root": bytes(32)}, "mismatch"),
        ({"key": KEYS[0]}, "mismatch"),
    ],
)
def test_a_leaf_is_that_of_the_output(changes: dict[str, Any], expected: str) -> None:
    network = row("groestlcoin")
    leaf = spend(PK, dialect=network.dialect)
    made = Transaction(chain=network, inputs=(leaf,), outputs=TO_NOBODY)
    for name, value in changes.items():
        object.__setattr__(leaf, name, value)
    assert reason(TransactionError, network.decode_transaction, made.raw) == expected


def test_an_output_has_no_leaf() -> None:
    network = row("groestlcoin")
    owned = change(key=ALICE, kind="p2tr", value=900, dialect=network.dialect)
    made = Transaction(chain=network, inputs=(spend(PK, dialect=network.dialect),), outputs=(owned,))
    assert network.decode_transaction(made.raw) == made
    tail = bytes(5)  # of the output: no root, no leaf, no control block, no origins; and no more behind it
    assert made.raw.endswith(tail)
    for place in (0, 1, 2):
        forged = made.raw[:-5] + tail[:place] + b"\x01\x51" + tail[place + 1 :]
        assert reason(TransactionError, network.decode_transaction, forged) == "non-canonical"
