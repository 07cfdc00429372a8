"""Children that pay for parents in the form of a relative's nodes, whose ids are by hashlib."""

from hashlib import sha256
from typing import Any

import pytest

from support.bitcoin import key, reason, signer
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build, bump_fee, child
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.relay import fee_at
from walletcore.chains.bitcoin.tx import Tx
from walletcore.errors import TransactionError
from walletcore.signing import sign

ALICE, BOB = key(1).public_key, key(9).public_key
MONEY, FEE, RATE = 70_000, 200, 10_000


def row(name: str) -> BitcoinChain:
    return chain(name, BitcoinChain)


GRS, DASH, LITECOIN = map(row, ("groestlcoin", "dash", "litecoin"))
OUTPOINT, SIGNED, BARE = b"\x01" + b"\x77" * 32 + bytes(4), b"\x02\x01\x05" + b"\xff" * 4, b"\x00" + b"\xff" * 4


def outputs(network: BitcoinChain) -> bytes:
    script = network.script_pubkey(network.address(ALICE, kind="p2pkh"))
    return b"\x01" + MONEY.to_bytes(8, "little") + bytes((len(script),)) + script


def special(kind: int, inputs: bytes, payload: bytes) -> bytes:
    """A transaction of Dash with a payload (DIP-2)."""
    return b"\x03\0" + bytes((kind, 0)) + inputs + outputs(DASH) + bytes(4) + bytes((len(payload),)) + payload


def twice(hashed: bytes) -> bytes:
    return sha256(sha256(hashed).digest()).digest()


def once(hashed: bytes) -> bytes:
    return sha256(hashed).digest()


def spending(network: BitcoinChain, parent: bytes, digest: bytes, kind: str = "p2pkh") -> Input:
    known: dict[str, Any] = {"dialect": network.dialect, "form": network.form, "key": ALICE, "kind": kind}
    return Input(txid=digest[::-1].hex(), vout=0, previous=parent, **known)


def made(network: BitcoinChain, parent: bytes, digest: bytes, kind: str = "p2pkh") -> Psbt:
    spent = spending(network, parent, digest, kind)
    to = network.address(BOB, kind="p2pkh")
    return child(network, parent=parent, parent_fee=FEE, inputs=[spent], to=to, fee_rate=RATE)


def legacy(network: BitcoinChain) -> bytes:
    return b"\x02\0\0\0" + OUTPOINT + SIGNED + outputs(network) + bytes(4)


PARENTS = {
    "dash: an asset lock": (DASH, special(8, OUTPOINT + SIGNED, b"\x01\x00" + bytes(60)), twice),
    "dash: an asset unlock, which has no inputs": (DASH, special(9, b"\x00", bytes(145)), twice),
    "dash: as Bitcoin's": (DASH, legacy(DASH), twice),
    "litecoin: as Bitcoin's": (LITECOIN, legacy(LITECOIN), twice),
    "groestlcoin: before segwit": (GRS, legacy(GRS), once),
}


@pytest.mark.parametrize("name", PARENTS)
def test_a_child_pays_for_all_bytes_of_its_parent(name: str) -> None:
    network, parent, digest = PARENTS[name]
    psbt = made(network, parent, digest(parent))
    transaction = psbt.transaction
    assert transaction.claimed_fee == fee_at(RATE, len(parent) + transaction.vsize) - FEE
    signed = sign(psbt, signer(1)).finalize()
    assert Tx.decode(signed.raw).inputs[0].txid == digest(parent)[::-1].hex()


@pytest.mark.parametrize("kind", ["p2wpkh", "p2tr"])
def test_witnesses_of_a_parent_of_groestlcoin_count_a_quarter_and_are_not_in_its_id(kind: str) -> None:
    funds = Input(txid="55" * 32, vout=1, value=MONEY + FEE, key=ALICE, kind=kind, dialect=GRS.dialect)
    output = pay(GRS.address(ALICE, kind=kind), MONEY)
    signed = sign(Transaction(chain=GRS, inputs=(funds,), outputs=(output,)), signer(1))
    bare = signed.raw[:4] + signed.raw[6:48] + b"\x01" + output.encode() + bytes(4)
    assert once(bare)[::-1].hex() == signed.id
    transaction = made(GRS, signed.raw, once(bare), kind).transaction
    size = (3 * len(bare) + len(signed.raw) + 3) // 4
    assert transaction.claimed_fee == fee_at(RATE, size + transaction.vsize) - FEE


HOGEX = b"\x02\0\0\0\x00\x08" + OUTPOINT + BARE + outputs(LITECOIN) + bytes(5)
WITNESSED = b"\x02\0\0\0\x00\x09" + OUTPOINT + BARE + outputs(LITECOIN) + b"\x01\x01\x05" + bytes(5)
HASHED = b"\x02\0\0\0" + OUTPOINT + BARE + outputs(LITECOIN) + bytes(4)
REFUSED = {
    "dash: nobody has signed it": (DASH, special(8, OUTPOINT + BARE, b"\x01\x00"), None),
    "litecoin: HogEx, which miners make": (LITECOIN, HOGEX, HASHED),
    "litecoin: HogEx with witnesses": (LITECOIN, WITNESSED, HASHED),
}


@pytest.mark.parametrize(("network", "parent", "hashed"), REFUSED.values(), ids=REFUSED)
def test_parents_that_do_not_wait_for_a_block_are_refused(
    network: BitcoinChain, parent: bytes, hashed: bytes | None
) -> None:
    """litecoin-project/litecoin src/validation.cpp, PreChecks: "HogEx is only valid in a block"."""
    assert reason(TransactionError, made, network, parent, twice(hashed or parent)) == "missing"
    assert reason(TransactionError, network.transaction_id, parent) == "missing"


def test_a_child_spends_its_parent_and_no_other() -> None:
    network, parent, digest = PARENTS["dash: an asset lock"]
    spent = spending(network, parent, digest(parent))
    other = special(8, OUTPOINT + SIGNED, b"\x01\x00" + bytes(61))
    call: dict[str, Any] = {"parent_fee": FEE, "inputs": [spent], "to": network.address(BOB), "fee_rate": RATE}
    assert reason(TransactionError, child, network, parent=other, **call) == "mismatch"
    assert reason(TransactionError, child, network, parent=parent + b"\x00", **call) == "trailing"
    much = parent.replace(MONEY.to_bytes(8, "little"), (network.max_money + 1).to_bytes(8, "little"))
    assert reason(TransactionError, child, network, parent=much, **call) == "range"
    for name in ("firo", "horizen", "bitcoin-cash"):  # no PSBTs, or nodes that pull no transaction
        assert reason(TransactionError, child, row(name), parent=parent, **call) == "network"


def test_a_replacement_of_groestlcoin_spends_no_output_of_what_it_replaces() -> None:
    funds = Input(
        txid="55" * 32, vout=1, value=MONEY, key=ALICE, kind="p2wpkh", dialect=GRS.dialect, sequence=0xFFFF_FFFD
    )
    rest = TxOut(value=0, script_pubkey=GRS.script_pubkey(GRS.address(ALICE)))
    old = build(GRS, inputs=[funds], payments=[pay(GRS.address(BOB), 20_000)], change=rest, fee_rate=1_000).transaction
    signed = sign(old, signer(1))
    own = Input(txid=signed.id, vout=1, value=old.outputs[1].value, key=ALICE, kind="p2wpkh", dialect=GRS.dialect)
    call: dict[str, Any] = {"fee_rate": 20_000, "change_of": lambda _: (), "change": rest}
    assert reason(TransactionError, bump_fee, old, inputs=[own], **call) == "mismatch"


@vectors("relatives/previous", operation="tx.parse")
def test_published_transactions_are_identified_as_their_networks_do(case: Case) -> None:
    network, raw = row(case.input["chain"]), bytes.fromhex(case.input["raw"])
    if raw[4:6] == b"\x00\x08":  # HogEx
        assert reason(TransactionError, network.transaction_id, raw) == "missing"
    else:
        assert network.transaction_id(raw) == case.expect["id"]
