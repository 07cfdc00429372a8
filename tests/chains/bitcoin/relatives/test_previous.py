"""Previous transactions of Dash, Firo, PIVX, Litecoin and Horizen that carry more than Bitcoin's do.

Published transactions with their ids are in `relatives/previous`; what is built here has the form of the nodes'
SerializeTransaction (src/primitives/transaction.h of each), and ids by hashlib. No published transaction was found of
Firo's Spark and of Dash's asset unlocks of version 2: the latter is in no block before its fork of version 24.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from support.bitcoin import key, reason, signer
from support.relatives import BLOCK
from support.vectors import Case, load, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, pay
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.proofs import State, verdict
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.chains.bitcoin.relatives.horizen import guarded
from walletcore.chains.bitcoin.relatives.previous import FORMS, previous_output
from walletcore.chains.bitcoin.sighash import Commitments
from walletcore.chains.bitcoin.tx import INPUTS, OUTPUTS, Tx, TxOut
from walletcore.coding.wire import Reader, u32le
from walletcore.effects import Fee
from walletcore.errors import TransactionError
from walletcore.signing import sign

ALICE, BOB = key(1).public_key, key(9).public_key
NAMES = ["dash", "firo", "pivx", "litecoin", "horizen"]
MONEY = 70_000


def row(name: str) -> BitcoinChain:
    return chain(name, BitcoinChain)


def form_of(network: BitcoinChain) -> str:
    return network.form if network.dialect is None else network.dialect.form


def txid_of(hashed: bytes) -> str:
    return sha256(sha256(hashed).digest()).digest()[::-1].hex()


def size(number: int) -> bytes:
    return bytes((number,)) if number < 0xFD else b"\xfd" + number.to_bytes(2, "little")


def outputs(network: BitcoinChain, *, value: int = MONEY) -> bytes:
    script = network.script_pubkey(network.address(ALICE, kind="p2pkh"))
    return b"\x01" + value.to_bytes(8, "little") + size(len(script)) + script


COINBASE = b"\x01" + bytes(32) + b"\xff" * 4 + b"\x02\x51\x00" + b"\xff" * 4
SPEND = b"\x01" + b"\x77" * 32 + bytes(4) + b"\x00" + b"\xff" * 4
SPARK = b"\x01" + bytes(32) + b"\xff" * 4 + b"\x01\xd3" + b"\xff" * 4  # OP_SPARKSPEND, and no outpoint
LOCKTIME = bytes(4)
SHIELDED = b"\x01" + bytes(8) + b"\x01" + bytes(384) + b"\x02" + bytes(2 * 948) + bytes(64)


def special(network: BitcoinChain, kind: int, inputs: bytes, behind: bytes, *, version: int = 3) -> bytes:
    """Version and type, inputs, an output to Alice, lock time, and what stands behind it."""
    head = version.to_bytes(2, "little") + kind.to_bytes(2, "little")
    return head + inputs + outputs(network) + LOCKTIME + behind


def joined(network: BitcoinChain, version: int, inputs: bytes, each: int, count: int) -> bytes:
    """The same with JoinSplits of that size behind the lock time, their key and its signature."""
    behind = bytes((count,)) + b"\x07" * (each * count) + (b"\x09" * 96 if count else b"")
    return version.to_bytes(4, "little", signed=True) + special(network, 0, inputs, behind)[4:]


def unlock(version: int, quorum: int) -> bytes:
    """An asset unlock's payload behind its size (DIP-27)."""
    return size(145) + bytes((version,)) + bytes(8 + 4) + bytes((quorum,)) * (4 + 32 + 96)


def hogex(network: BitcoinChain, flag: int = 0x08, extension: bytes = b"\x00") -> bytes:
    witness = b"\x01\x01\x05" if flag & 1 else b""
    return b"\x02\0\0\0\x00" + bytes((flag,)) + SPEND + outputs(network) + witness + extension + LOCKTIME


def bare(network: BitcoinChain) -> bytes:
    """What Litecoin's txid is the hash of."""
    return b"\x02\0\0\0" + SPEND + outputs(network) + LOCKTIME


PHGR, GROTH = 1802, 1698  # bytes of a JoinSplit
DASH, FIRO, PIVX, LITECOIN, HORIZEN = map(row, NAMES)
CARRIED = {
    "dash: a coinbase": (DASH, special(DASH, 5, COINBASE, size(70) + bytes(70)), None),
    "dash: a long payload": (DASH, special(DASH, 1, SPEND, size(300) + bytes(300)), None),
    "dash: an asset unlock, without inputs": (DASH, special(DASH, 9, b"\x00", unlock(1, 7)), None),
    "dash: an asset unlock whose id leaves the quorum out": (
        DASH,
        special(DASH, 9, b"\x00", unlock(2, 7)),
        special(DASH, 9, b"\x00", unlock(2, 0)),
    ),
    "dash: version 4 with a type": (DASH, special(DASH, 5, SPEND, b"\x00", version=4), None),
    "dash: version 2 has none": (DASH, special(DASH, 5, SPEND, b"", version=2), None),
    "dash: as Bitcoin's": (DASH, special(DASH, 0, SPEND, b""), None),
    "firo: a coinbase": (FIRO, special(FIRO, 5, COINBASE, size(70) + bytes(70)), None),
    "firo: a spend of Spark": (FIRO, special(FIRO, 9, SPARK, size(2000) + bytes(2000)), None),
    "firo: a type that version 4 has not": (FIRO, special(FIRO, 9, SPEND, b"", version=4), None),
    "firo: as Bitcoin's": (FIRO, special(FIRO, 0, SPEND, b"", version=1), None),
    "pivx: a shielded part": (PIVX, special(PIVX, 0, SPEND, SHIELDED), None),
    "pivx: a shielded part alone": (PIVX, special(PIVX, 0, b"\x00", SHIELDED), None),
    "pivx: neither of the two": (PIVX, special(PIVX, 1, SPEND, b"\x00\x00"), None),
    "pivx: a payload": (PIVX, special(PIVX, 1, SPEND, b"\x00\x01\x03abc"), None),
    "pivx: both": (PIVX, special(PIVX, 1, SPEND, SHIELDED + b"\x01\x03abc"), None),
    "pivx: as Bitcoin's": (PIVX, special(PIVX, 0, SPEND, b"", version=1), None),
    "litecoin: HogEx": (LITECOIN, hogex(LITECOIN), bare(LITECOIN)),
    "litecoin: HogEx with witnesses": (LITECOIN, hogex(LITECOIN, 0x09), bare(LITECOIN)),
    "litecoin: as Bitcoin's": (LITECOIN, bare(LITECOIN), None),
    "horizen: a JoinSplit": (HORIZEN, joined(HORIZEN, 2, SPEND, PHGR, 1), None),
    "horizen: JoinSplits alone": (HORIZEN, joined(HORIZEN, 2, b"\x00", PHGR, 3), None),
    "horizen: a JoinSplit of version -3": (HORIZEN, joined(HORIZEN, -3, SPEND, GROTH, 1), None),
    "horizen: JoinSplits of version -3 alone": (HORIZEN, joined(HORIZEN, -3, b"\x00", GROTH, 2), None),
    "horizen: none of them": (HORIZEN, joined(HORIZEN, 2, SPEND, PHGR, 0), None),
    "horizen: none of them in version -3": (HORIZEN, joined(HORIZEN, -3, SPEND, GROTH, 0), None),
    "horizen: as Bitcoin's": (HORIZEN, special(HORIZEN, 0, SPEND, b"", version=1), None),
}


@vectors("relatives/previous", operation="tx.parse")
def test_published_transactions_have_the_ids_that_their_networks_take(case: Case) -> None:
    _, txid = FORMS[form_of(row(case.input["chain"]))](bytes.fromhex(case.input["raw"]))
    assert txid == case.expect["id"]


PUBLISHED = {case.id.rpartition("/")[2]: case for case in load("relatives/previous")}
P2PKH = "76a914{}88ac"
PAID = [  # the amounts and scripts that the documents print beside the bytes, or the explorers of those blocks show
    ("dash-coinbase", 0, 51_340_371, P2PKH.format("7c086eada12bdb10a265c16c08a7ae87366bd481")),
    ("dash-coinbase", 1, 154_021_112, P2PKH.format("53dc8bffae84a3851ab9fe296417da85d5e71858")),
    ("dash-proreg", 0, 999_999_518, P2PKH.format("955410003527bf2b360a7a390b9ff14b9106c632")),
    ("dash-asset-lock", 1, 1_000_141_421, "6a00"),
    ("dash-asset-unlock", 0, 99_930_000, "2103d2c317552f5617f534065b9693fd4d7a8925daacdb9d44e908f9ffb0d285ea61ac"),
]


@pytest.mark.parametrize(("name", "vout", "value", "script"), PAID)
def test_published_transactions_pay_what_is_printed_beside_them(name: str, vout: int, value: int, script: str) -> None:
    case = PUBLISHED[name]
    network, raw = row(case.input["chain"]), bytes.fromhex(case.input["raw"])
    output = previous_output(form_of(network), raw, case.expect["id"], vout)
    assert (output.value, output.script_pubkey.hex()) == (value, script)


def spending(network: BitcoinChain, previous: bytes, hashed: bytes, **changes: Any) -> Input:
    given = {"txid": txid_of(hashed), "vout": 0, "previous": previous, "key": ALICE, "kind": "p2pkh"}
    return Input(**{**given, "dialect": network.dialect, "form": network.form, **changes})


def payment(network: BitcoinChain, previous: bytes, hashed: bytes) -> Transaction:
    inputs = (spending(network, previous, hashed),)
    output, version = pay(network.address(BOB, kind="p2pkh"), 60_000), 2
    if network is HORIZEN:
        output, version = TxOut(value=60_000, script_pubkey=guarded(output.script_pubkey, BLOCK, 1_147_624)), 1
    return Transaction(chain=network, inputs=inputs, outputs=(output,), version=version)


@pytest.mark.parametrize(("network", "previous", "hashed"), CARRIED.values(), ids=CARRIED)
def test_coins_of_such_transactions_are_spent(network: BitcoinChain, previous: bytes, hashed: bytes | None) -> None:
    transaction = payment(network, previous, hashed or previous)
    signed = sign(transaction, signer(1))
    assert transaction.inputs[0].value == MONEY
    assert isinstance(transaction.effects()[-1], Fee)
    assert network.transaction_id(signed.raw) == txid_of(signed.raw)
    assert network.decode_transaction(transaction.raw) == transaction


@pytest.mark.parametrize("name", ["dash: a coinbase", "litecoin: HogEx"])
def test_psbts_carry_them_and_are_signed(name: str) -> None:
    network, previous, hashed = CARRIED[name]
    psbt = Psbt.from_transaction(payment(network, previous, hashed or previous))
    again = Psbt.decode(network, psbt.raw)
    assert again.inputs[0].non_witness_utxo == previous
    signed = Psbt.decode(network, sign(again, signer(1)).raw).finalize()
    assert Tx.decode(signed.raw).inputs[0].script_sig
    other = Psbt.decode(row("bitcoin"), psbt.raw)
    assert reason(TransactionError, other.requests) in ("trailing", "version")


@pytest.mark.parametrize("name", ["dash: a coinbase", "litecoin: HogEx", "litecoin: HogEx with witnesses"])
def test_proofs_of_funds_have_them(name: str) -> None:
    """No row of today has both BIP-322 and a form, a row of one's own may."""
    network, previous, hashed = CARRIED[name]
    own = replace(row("bitcoin"), form=network.form)
    funds = (replace(spending(network, previous, hashed or previous), dialect=own.dialect),)
    subject = GenericMessage(chain=own, data=b"mine", signer=ALICE, funds=funds)
    again = own.decode_transaction(subject.raw)
    assert again == subject
    proof = sign(subject, signer(1)).raw.decode()
    found = verdict(b"mine", proof, subject.address)
    assert (found.state, found.funds[0].txid, found.funds[0].output.value) == (State.VALID, funds[0].txid, MONEY)
    for other in (row("bitcoin"), replace(own, form="dash" if network is LITECOIN else "litecoin")):
        unread = verdict(b"mine", proof, other.address(ALICE))
        assert unread.state is State.INVALID
        assert unread.reason in ("trailing", "version", "truncated", "range")


def test_bitcoin_diamond_has_coins_from_before_its_fork() -> None:
    """eveybcd/BitcoinDiamond src/primitives/transaction.h: preBlockHash stands in version 12 alone."""
    network = row("bitcoin-diamond")
    for version, stamp in ((1, b""), (2, b""), (12, b"\x05" * 32)):
        previous = version.to_bytes(4, "little") + stamp + bare(network)[4:]
        assert spending(network, previous, previous).value == MONEY
        unstamped = version.to_bytes(4, "little") + bare(network)[4:]
        if stamp:
            assert reason(TransactionError, spending, network, unstamped, unstamped) == "truncated"
        else:
            stray = previous[:4] + b"\x05" * 32 + previous[4:]
            assert reason(TransactionError, spending, network, stray, stray) in ("trailing", "truncated")


@vectors("relatives/joinsplits", operation="tx.preimage")
def test_what_the_node_signs_has_the_outputs_and_the_joinsplits_where_they_are_read(case: Case) -> None:
    """Horizen's interpreter.cpp: the transaction as before BIP-143, with the JoinSplits behind its lock time."""
    raw = bytes.fromhex(case.input["signed"])
    outputs = FORMS["horizen"](raw)[0].outputs
    reader = Reader(raw)
    version, inputs = u32le.read(reader), INPUTS.read(reader)
    assert OUTPUTS.read(reader) == outputs
    locktime, behind = u32le.read(reader), raw[reader.position :]
    signed = behind[:-64] + bytes(64) if behind[0] else behind  # no signature commits to that of the JoinSplits
    tx = Tx(version=version, inputs=inputs, outputs=outputs, locktime=locktime)
    messages = Commitments(tx, (TxOut(value=0, script_pubkey=b"\x51"),) * len(inputs))
    message = messages.legacy(case.input["index"], bytes.fromhex(case.input["script_code"]), case.input["hash_type"])
    assert sha256(sha256(message[:-4] + signed + message[-4:]).digest()).hexdigest() == case.expect["sighash"]


def test_transactions_of_horizen_with_a_count_of_no_joinsplits_are_read_and_version_1_is_made() -> None:
    """HorizenOfficial/zen src/primitives/transaction.h, SerializationOpInternal; no node reads version 2 without it."""
    for version in (2, -3):
        raw = joined(HORIZEN, version, SPEND, PHGR, 0)
        found = HORIZEN.decode_transaction(guarded_output(raw))
        assert isinstance(found, Transaction)
        assert found.version == version % 2**32
        assert HORIZEN.dialect is not None
        tx, extra = HORIZEN.dialect.decode(raw)
        assert HORIZEN.dialect.encode(tx, [None], extra) == raw
        assert HORIZEN.dialect.identify(raw) == txid_of(raw)
        assert reason(TransactionError, HORIZEN.decode_transaction, raw[:-1] + b"\x01") == "unknown"
    for version in (-4, -5):
        raw = joined(HORIZEN, version, SPEND, PHGR, 0)
        assert reason(TransactionError, HORIZEN.decode_transaction, raw) == "unknown"
    known = spending(HORIZEN, raw_of := joined(HORIZEN, 2, SPEND, PHGR, 1), raw_of)
    made = payment(HORIZEN, raw_of, raw_of)
    assert made.inputs == (known,)
    for version in (0, 2, 3, 0xFFFF_FFFD):
        assert reason(TransactionError, replace, made, version=version) == "version"


def guarded_output(raw: bytes) -> bytes:
    """The same transaction with the guard of a block behind the script of its output."""
    plain = outputs(HORIZEN)[9:]
    script = guarded(plain[1:], BLOCK, 1_147_624)
    return raw.replace(plain, size(len(script)) + script)


def test_a_chain_is_asked_by_its_own_form_only() -> None:
    _, previous, _ = CARRIED["dash: a coinbase"]
    changes: dict[str, Any]
    for changes in ({"form": ""}, {"form": "litecoin"}):
        assert reason(TransactionError, spending, DASH, previous, previous, **changes) == "trailing"
    for changes in ({"form": "bitcoin"}, {"form": "firo"}, {"form": 5}, {"form": "dash", "dialect": FIRO.dialect}):
        assert reason(TransactionError, spending, DASH, previous, previous, **changes) == "unknown"
    bitcoin, known = row("bitcoin"), spending(DASH, previous, previous)
    parts = {"inputs": (known,), "outputs": (pay(bitcoin.address(BOB, kind="p2pkh"), 60_000),)}
    assert reason(TransactionError, Transaction, chain=bitcoin, **parts) == "network"


def test_a_dash_chain_still_takes_inputs_without_a_form() -> None:
    """Those whose previous transactions are as Bitcoin's."""
    previous = bare(DASH)
    plain = spending(DASH, previous, previous, form="")
    assert plain == replace(plain, form="dash")
    assert Transaction(chain=DASH, inputs=(plain,), outputs=(pay(DASH.address(BOB, kind="p2pkh"), 60_000),)).inputs


WITNESS = b"\x02\0\0\0\x00\x01" + SPEND + outputs(DASH) + b"\x01\x01\x05" + LOCKTIME
REFUSED = {
    "dash: bytes behind the payload": (DASH, special(DASH, 5, COINBASE, b"\x01a" + b"b"), "trailing"),
    "dash: bytes behind a transaction without a type": (DASH, special(DASH, 0, COINBASE, b"\x01a"), "trailing"),
    "dash: a payload that version 2 has not": (DASH, special(DASH, 5, COINBASE, b"\x01a", version=2), "trailing"),
    "dash: no payload": (DASH, special(DASH, 5, COINBASE, b""), "truncated"),
    "dash: less than the payload": (DASH, special(DASH, 5, COINBASE, b"\x02a"), "truncated"),
    "dash: a size in three bytes for one": (DASH, special(DASH, 5, COINBASE, b"\xfd\x01\x00a"), "non-canonical"),
    "dash: no inputs, and no type": (DASH, special(DASH, 0, b"\x00", b""), "length"),
    "dash: witnesses": (DASH, WITNESS, "truncated"),
    "dash: a negative version beside a type": (DASH, special(DASH, 5, SPEND, b"", version=0xFFFF), "version"),
    "dash: more money than there can be": (
        DASH,
        b"\x02\0\0\0" + SPEND + outputs(DASH, value=2**63) + LOCKTIME,
        "range",
    ),
    "firo: bytes behind the payload": (FIRO, special(FIRO, 9, SPARK, b"\x01a" + b"b"), "trailing"),
    "firo: a payload that version 4 has not": (FIRO, special(FIRO, 9, SPARK, b"\x01a", version=4), "trailing"),
    "firo: no payload": (FIRO, special(FIRO, 9, SPARK, b""), "truncated"),
    "firo: outputs without inputs": (FIRO, special(FIRO, 9, b"\x00", b"\x01a"), "length"),
    "firo: a negative version beside a type": (FIRO, special(FIRO, 5, SPEND, b"", version=0x8003), "version"),
    "pivx: bytes behind the shielded part": (PIVX, special(PIVX, 0, SPEND, SHIELDED + b"\x01"), "trailing"),
    "pivx: bytes behind the payload": (PIVX, special(PIVX, 1, SPEND, b"\x00\x01\x01ab"), "trailing"),
    "pivx: less than the shielded part": (PIVX, special(PIVX, 0, SPEND, SHIELDED[:-1]), "truncated"),
    "pivx: not a word on the shielded part": (PIVX, special(PIVX, 0, SPEND, b""), "truncated"),
    "pivx: another word than yes and no": (PIVX, special(PIVX, 0, SPEND, b"\x02" + SHIELDED[1:]), "range"),
    "pivx: a shielded part that version 1 has not": (PIVX, special(PIVX, 0, SPEND, SHIELDED, version=1), "trailing"),
    "pivx: no inputs in version 1": (PIVX, special(PIVX, 0, b"\x00", b"", version=1), "length"),
    "litecoin: a part for the extension block": (
        LITECOIN,
        hogex(LITECOIN, extension=b"\x01" + b"\x07" * 80),
        "unknown",
    ),
    "litecoin: more than an empty part": (LITECOIN, hogex(LITECOIN, extension=b"\x07\x00"), "trailing"),
    "litecoin: an unknown flag": (LITECOIN, hogex(LITECOIN, 0x0A), "version"),
    "litecoin: another unknown flag": (LITECOIN, hogex(LITECOIN, 0x18), "version"),
    "litecoin: HogEx without inputs": (LITECOIN, b"\x02\0\0\0\x00\x08\x00" + outputs(LITECOIN) + bytes(5), "length"),
    "horizen: less than a JoinSplit": (HORIZEN, joined(HORIZEN, 2, SPEND, PHGR - 1, 1), "truncated"),
    "horizen: more than a JoinSplit": (HORIZEN, joined(HORIZEN, 2, SPEND, PHGR + 1, 1), "trailing"),
    "horizen: PHGR's proof in version -3": (HORIZEN, joined(HORIZEN, -3, SPEND, PHGR, 1), "trailing"),
    "horizen: Groth16's proof in version 2": (HORIZEN, joined(HORIZEN, 2, SPEND, GROTH, 1), "truncated"),
    "horizen: no count": (HORIZEN, special(HORIZEN, 0, SPEND, b"", version=2), "truncated"),
    "horizen: a count that version 1 has not": (HORIZEN, joined(HORIZEN, 1, SPEND, PHGR, 0), "trailing"),
    "horizen: neither inputs nor JoinSplits": (HORIZEN, joined(HORIZEN, 2, b"\x00", PHGR, 0), "length"),
    "horizen: no inputs in version 1": (HORIZEN, special(HORIZEN, 0, b"\x00", b"", version=1), "length"),
    "horizen: sidechains": (HORIZEN, joined(HORIZEN, -4, SPEND, PHGR, 0), "unknown"),
    "horizen: a certificate": (HORIZEN, joined(HORIZEN, -5, SPEND, PHGR, 0), "unknown"),
    "horizen: another negative version": (HORIZEN, joined(HORIZEN, -2, SPEND, PHGR, 0), "version"),
    "horizen: version 0": (HORIZEN, joined(HORIZEN, 0, SPEND, PHGR, 0), "version"),
    "litecoin: nothing but a marker and a flag": (LITECOIN, b"\x02\0\0\0\x00\x08", "version"),
}


@pytest.mark.parametrize(("network", "previous", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_no_node_of_that_network_writes_is_refused(network: BitcoinChain, previous: bytes, expected: str) -> None:
    assert reason(TransactionError, spending, network, previous, previous) == expected


@pytest.mark.parametrize(
    "name", ["dash: a coinbase", "firo: a coinbase", "pivx: both", "litecoin: HogEx", "horizen: a JoinSplit"]
)
def test_each_byte_more_or_less_is_refused(name: str) -> None:
    network, previous, hashed = CARRIED[name]
    for changed in (previous + b"\x00", previous[:-1], previous[1:], b"", previous[: len(previous) // 2]):
        with pytest.raises(TransactionError):
            spending(network, changed, hashed or previous)


@pytest.mark.parametrize(
    "name", ["dash: a coinbase", "firo: a coinbase", "pivx: both", "litecoin: HogEx", "horizen: a JoinSplit"]
)
def test_the_id_and_the_output_must_be_there(name: str) -> None:
    network, previous, hashed = CARRIED[name]
    changes: dict[str, Any]
    for changes in ({"txid": "22" * 32}, {"vout": 1}, {"vout": 2**32 - 1}, {"value": MONEY + 1}):
        assert reason(TransactionError, spending, network, previous, hashed or previous, **changes) == "mismatch"
    form = form_of(network)
    assert reason(TransactionError, previous_output, form, bytearray(previous), "", 0) == "type"
    assert reason(TransactionError, previous_output, form, bytes(4_000_001), "", 0) == "too-large"


def test_the_id_of_an_asset_unlock_is_the_same_whoever_has_signed_it() -> None:
    """Of version 2 alone, and of nothing that only looks like one."""
    ids = {FORMS["dash"](special(DASH, 9, b"\x00", unlock(2, quorum)))[1] for quorum in (1, 2)}
    assert ids == {txid_of(special(DASH, 9, b"\x00", unlock(2, 0)))}
    for kind, payload in ((9, unlock(1, 7)), (8, unlock(2, 7)), (9, size(146) + unlock(2, 7)[1:] + b"\x00")):
        raw = special(DASH, kind, SPEND, payload)
        assert FORMS["dash"](raw)[1] == txid_of(raw)


AS_BITCOIN = ("as Bitcoin's", "version 2 has none", "a type that version 4 has not")


@pytest.mark.parametrize("name", [each for each in CARRIED if not each.endswith(AS_BITCOIN)])
def test_bitcoin_reads_none_of_them(name: str) -> None:
    network, previous, hashed = CARRIED[name]
    assert reason(
        TransactionError, spending, network, previous, hashed or previous, form="", dialect=None, kind="p2pkh"
    ) in ("trailing", "version", "truncated", "range")
