"""Relatives with a form of their own: stamps, guards, exchange addresses, single hashes; and those that have none."""

from typing import Any

import pytest

from support.bitcoin import BITCOIN, key, reason, signer
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.relatives.dialect import Dialect
from walletcore.chains.bitcoin.relatives.horizen import base, guarded
from walletcore.chains.bitcoin.relatives.stamped import EXTRA, Stamp
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.effects import Statement, Transfer
from walletcore.errors import AddressError, DecodingError, TransactionError
from walletcore.hashes import sha256, sha256d
from walletcore.signing import sign

ALICE, BOB = key(1).public_key, key(9).public_key
BLOCK = "0000000004561422697a29d424d925334db5ef2e80232306a1ad3fd35f72dc81"


def row(name: str) -> BitcoinChain:
    return chain(name, BitcoinChain)


def funding(script_pubkey: bytes) -> Tx:
    """A transaction of Bitcoin's form with one output."""
    outputs = (TxOut(value=70_000, script_pubkey=script_pubkey),)
    return Tx(version=1, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)


def p2pkh(network: BitcoinChain) -> bytes:
    return network.script_pubkey(network.address(ALICE, kind="p2pkh"))


def spending(network: BitcoinChain, previous: bytes, **options: Any) -> Input:
    assert network.dialect is not None
    parts = {"txid": network.dialect.identify(previous), "vout": 0, "previous": previous, "key": ALICE}
    return Input(**{**parts, "dialect": network.dialect, **options})


# -- stamps

STAMPED = [
    ("verge", Stamp(time=1_656_474_580), 1),
    ("neblio", Stamp(time=0), 1),
    ("bitcoin-diamond", Stamp(block_hash=BLOCK), 12),
]


def stamped(network: BitcoinChain, extra: Any, version: int) -> Transaction:
    """A payment that spends P2PKH, proven by a transaction with the same stamp, of a version that has one."""
    plain = funding(p2pkh(network)).encode()
    first = 12 if network.name == "bitcoin-diamond" else 1
    previous = first.to_bytes(4, "little") + extra.data + plain[4:]
    outputs = (pay(network.address(BOB), 60_000),)
    inputs = (spending(network, previous, kind="p2pkh"),)
    return Transaction(chain=network, inputs=inputs, outputs=outputs, version=version, extra=extra)


@pytest.mark.parametrize(("name", "extra", "version"), STAMPED)
def test_the_stamp_stands_behind_the_version_in_bytes_and_messages(name: str, extra: Stamp, version: int) -> None:
    network = row(name)
    tx = stamped(network, extra, version)
    read = network.decode_transaction(tx.raw)
    assert isinstance(read, Transaction)
    assert (read, read.requests()) == (tx, tx.requests())
    signed, place = sign(tx, signer(1)), 4 + len(extra.data)
    for data in (signed.raw, tx.requests()[0].payload):
        assert data[4:place] == extra.data
    assert network.decode_transaction(signed.raw).transaction.extra == extra  # type: ignore[union-attr]
    assert signed.id == sha256d(signed.raw)[::-1].hex()
    assert len(signed.raw) <= tx.vsize <= len(signed.raw) + 2


def test_witnesses_are_no_part_of_a_stamped_txid() -> None:
    network, extra, version = row("bitcoin-diamond"), Stamp(block_hash=BLOCK), 12
    spent = Input(txid="11" * 32, vout=0, value=70_000, key=ALICE, kind="p2wpkh", dialect=network.dialect)
    outputs = (pay(network.address(BOB), 60_000),)
    tx = Transaction(chain=network, inputs=(spent,), outputs=outputs, version=version, extra=extra)
    assert sign(tx, signer(1)).id == tx.txid


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "missing"),
        ({"time": 1, "block_hash": BLOCK}, "missing"),
        ({"time": 2**32}, "range"),
        ({"time": -1}, "range"),
        ({"time": True}, "range"),
        ({"block_hash": BLOCK.upper()}, "character"),
        ({"block_hash": "00"}, "character"),
    ],
)
def test_a_stamp_that_cannot_be_is_refused(fields: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, Stamp, **fields) == why


def test_the_stamp_is_that_of_the_chain() -> None:
    verge, diamond = row("verge"), row("bitcoin-diamond")
    assert reason(TransactionError, stamped, verge, Stamp(block_hash=BLOCK), 1) in ("missing", "mismatch", "truncated")
    assert reason(TransactionError, stamped, diamond, Stamp(block_hash=BLOCK), 2) == "version"
    outputs = (pay(verge.address(BOB), 1),)
    spent = Input(txid="11" * 32, vout=0, dialect=verge.dialect)
    assert reason(TransactionError, Transaction, chain=verge, inputs=(spent,), outputs=outputs) == "missing"
    wrong = {"chain": verge, "inputs": (spent,), "outputs": outputs, "extra": Stamp(block_hash=BLOCK)}
    assert reason(TransactionError, Transaction, **wrong) == "missing"
    assert reason(DecodingError, EXTRA.decode, b"\x05" + bytes(5)) == "length"
    assert reason(TransactionError, verge.decode_transaction, bytes(7)) == "truncated"


def test_verge_has_no_witnesses() -> None:
    """vergecurrency/verge aef8029 src/primitives/transaction.h: neither written nor read, so nobody could spend."""
    verge = row("verge")
    address = "vg1qujpe553lzgyg95g7k0w6zwscuy0ae022h4q4zg"  # wallet-core tests/chains/Verge/AddressTests.cpp
    assert reason(AddressError, verge.parse_address, address) == "character"
    for kind in ("p2wpkh", "p2sh-p2wpkh", "p2wsh"):
        assert reason(AddressError, verge.address, ALICE, kind=kind) == "unknown"
        options = {"txid": "11" * 32, "vout": 0, "value": 2, "key": ALICE, "kind": kind}
        assert reason(TransactionError, Input, **options, dialect=verge.dialect) == "network"
    program = b"\x00\x14" + bytes(20)
    assert verge.destination_of(program) is None
    witness = Tx(
        version=1,
        inputs=(TxIn(txid="11" * 32, vout=0),),
        outputs=(TxOut(value=1, script_pubkey=b"\x51"),),
        witnesses=((b"\x01",),),
        locktime=0,
    ).encode()
    stamped_witness = witness[:4] + bytes(4) + witness[4:]
    assert reason(TransactionError, verge.decode_transaction, stamped_witness) == "network"
    assert reason(TransactionError, verge.transaction_id, stamped_witness) == "network"


# -- Horizen


def test_the_guard_of_a_block_is_taken_off_and_put_on() -> None:
    zen = row("horizen")
    script = guarded(p2pkh(zen), BLOCK, 1_147_624)
    assert script.hex().endswith("88ac2081dc725fd33fada1062323802eefb54d3325d924d4297a69221456040000000003e88211b4")
    assert base(script) == p2pkh(zen)
    for other in (b"", b"\xb4", p2pkh(zen), p2pkh(zen) + b"\xb4", script[:-1], b"\x51" + script):
        assert base(other) == other
    assert all(base(guarded(p2pkh(zen), BLOCK, height)) == p2pkh(zen) for height in (0, 1, 16, 127, 128, 2**31 - 1))


@pytest.mark.parametrize(
    "height", ["05ffffffff00", "0500000080" + "00", "0181", "4f", "020100", "0100", "04ffffffff", "53ac"]
)
def test_a_guard_that_nodes_do_not_read_is_none(height: str) -> None:
    """src/script/standard.cpp, Solver: a height of more than 4 bytes, below 0, or in more bytes than it needs."""
    zen = row("horizen")
    script = p2pkh(zen) + b"\x20" + bytes.fromhex(BLOCK)[::-1] + bytes.fromhex(height) + b"\xb4"
    assert base(script) == script
    parts = {"chain": zen, "inputs": (spending(zen, funding(p2pkh(zen)).encode()),), "version": 1}
    assert reason(TransactionError, Transaction, **parts, outputs=(TxOut(value=1, script_pubkey=script),)) == "missing"


def test_the_blocks_that_outputs_name_are_told() -> None:
    zen = row("horizen")
    blocks = [(BLOCK, 1_147_624), ("00" * 32, 2**31 - 1), (BLOCK, 1_147_624)]
    outputs = tuple([TxOut(value=1_000, script_pubkey=guarded(p2pkh(zen), *block)) for block in blocks])
    spent = (spending(zen, funding(p2pkh(zen)).encode()),)
    tx = Transaction(chain=zen, inputs=spent, outputs=outputs, version=1)
    assert [(each.text, each.meaning) for each in tx.effects() if isinstance(each, Statement)] == [
        (f"block {BLOCK} of height 1147624", "output 0, 2: can be spent only where this block is"),
        (f"block {'00' * 32} of height 2147483647", "output 1: can be spent only where this block is"),
    ]


@pytest.mark.parametrize("guard", [True, False])
def test_guarded_outputs_of_horizen_are_spent_and_paid(guard: bool) -> None:
    zen = row("horizen")
    script = guarded(p2pkh(zen), BLOCK, 1_147_624) if guard else p2pkh(zen)
    to = guarded(zen.script_pubkey(zen.address(BOB)), BLOCK, 1_147_624)
    inputs = (spending(zen, funding(script).encode()),)
    tx = Transaction(chain=zen, inputs=inputs, outputs=(TxOut(value=60_000, script_pubkey=to),), version=1)
    assert tx.inputs[0].script_code == script
    read = zen.decode_transaction(tx.raw)
    assert read == tx
    assert sign(tx, signer(1)).raw
    mine, theirs = (zen.account_id(zen.address(owner).text) for owner in (ALICE, BOB))
    assert tx.effects()[0] == Transfer(asset=zen.asset, amount=60_000, source=mine, destination=theirs)


def test_an_output_of_horizen_without_its_guard_is_refused() -> None:
    zen = row("horizen")
    parts = {"chain": zen, "inputs": (spending(zen, funding(p2pkh(zen)).encode()),), "version": 1}
    assert reason(TransactionError, Transaction, **parts, outputs=(pay(zen.address(BOB), 1),)) == "missing"
    data = (TxOut(value=0, script_pubkey=b"\x6a\x01\x01"),)
    assert Transaction(**parts, outputs=data).requests()  # type: ignore[arg-type]
    assert reason(TransactionError, guarded, b"\x51", BLOCK, 1) == "type"
    assert reason(TransactionError, guarded, p2pkh(zen), "00", 1) == "character"
    assert reason(TransactionError, guarded, p2pkh(zen), BLOCK, 2**31) == "range"


# -- Firo, PIVX


@pytest.mark.parametrize("name", ["firo", "pivx"])
def test_what_an_exchange_was_paid_is_spent(name: str) -> None:
    network = row(name)
    to = network.address(ALICE, kind="p2pkh-exchange")
    spent = spending(network, funding(network.script_pubkey(to)).encode())
    assert spent.script_code == b"\xe0" + p2pkh(network)
    tx = Transaction(chain=network, inputs=(spent,), outputs=(pay(to, 60_000),), version=1)
    assert network.decode_transaction(tx.raw) == tx
    assert to.account_id in str(tx.effects()[0])
    assert reason(TransactionError, spending, network, funding(b"\xe0\x51").encode(), key=None) == "unknown"


# -- Groestlcoin


@pytest.mark.parametrize("kind", ["p2pkh", "p2wpkh", "p2sh-p2wpkh", "p2tr"])
def test_groestlcoin_hashes_once(kind: str) -> None:
    grs = row("groestlcoin")
    to = grs.address(ALICE, kind=kind)
    previous = funding(grs.script_pubkey(to)).encode()
    assert sha256(previous)[::-1].hex() == grs.dialect.identify(previous)  # type: ignore[union-attr]
    spent = spending(grs, previous, kind=kind)
    tx = Transaction(chain=grs, inputs=(spent,), outputs=(pay(grs.address(BOB), 60_000),))
    read = grs.decode_transaction(tx.raw)
    assert isinstance(read, Transaction)
    assert (read, read.requests()) == (tx, tx.requests())
    signed = sign(tx, signer(1))
    assert signed.id == sha256(Tx.decode(signed.raw).encode() if kind == "p2pkh" else _stripped(signed.raw))[::-1].hex()
    if kind != "p2tr":
        assert tx.requests()[0].prehash == sha256


def _stripped(raw: bytes) -> bytes:
    tx = Tx.decode(raw)
    return Tx(version=tx.version, inputs=tx.inputs, outputs=tx.outputs, locktime=tx.locktime).encode()


def test_the_id_of_a_previous_transaction_of_bitcoin_is_none_of_groestlcoin() -> None:
    grs = row("groestlcoin")
    previous = funding(p2pkh(grs))
    parts = {"txid": previous.txid, "vout": 0, "previous": previous.encode(), "key": ALICE, "dialect": grs.dialect}
    assert reason(TransactionError, Input, **parts) == "mismatch"


# -- those that are plain Bitcoin in what they sign

PLAIN = ["litecoin", "dogecoin", "dash", "digibyte", "ravencoin", "qtum", "monacoin", "viacoin", "vertcoin", "syscoin"]


@pytest.mark.parametrize("name", [*PLAIN, "stratis"])
def test_a_relative_without_a_dialect_signs_as_bitcoin_does(name: str) -> None:
    network = row(name)
    assert network.dialect is None
    source = funding(p2pkh(network))
    parts: dict[str, Any] = {"txid": source.txid, "vout": 0, "previous": source.encode(), "key": ALICE, "kind": "p2pkh"}
    mine, bitcoin = (
        Transaction(chain=each, inputs=(Input(**parts),), outputs=(TxOut(value=60_000, script_pubkey=p2pkh(network)),))
        for each in (network, BITCOIN)
    )
    assert mine.requests()[0].message == bitcoin.requests()[0].message
    assert network.decode_transaction(mine.raw) == mine


@pytest.mark.parametrize(
    ("name", "kind"), [("dogecoin", "p2wpkh"), ("dash", "p2sh-p2wpkh"), ("ravencoin", "p2tr"), ("viacoin", "p2tr")]
)
def test_a_kind_that_a_network_does_not_have_is_not_spent_there(name: str, kind: str) -> None:
    """Witness programs are no scripts there: whoever comes first takes the coins."""
    spent = Input(txid="11" * 32, vout=0, value=2, key=ALICE, kind=kind)
    outputs = (pay(row(name).address(BOB, kind="p2pkh"), 1),)
    assert reason(TransactionError, Transaction, chain=row(name), inputs=(spent,), outputs=outputs) == "network"


def test_a_dialect_is_a_value() -> None:
    dialects = {each.dialect for each in map(row, ("bitcoin-cash", "bitcoin-cash-testnet4"))}
    assert len(dialects) == 1
    assert type(dialects.pop()) is Dialect
