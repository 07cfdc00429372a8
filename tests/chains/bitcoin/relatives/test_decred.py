"""Transactions of Decred: prefix and witness, trees, expiry, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import key, reason, signer
from walletcore import Wallet
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.relatives.decred import DecredFields
from walletcore.chains.bitcoin.script import Destination, p2pkh
from walletcore.effects import Fee
from walletcore.errors import DerivationError, TransactionError
from walletcore.hashes import blake256, blake256_ripemd160, hash160
from walletcore.signing import sign

DCR = chain("decred", BitcoinChain)
ALICE = key(1).public_key
MULTISIG = multisig(2, [key(number).public_key for number in (1, 2, 3)])
MINE = DCR.script_pubkey(DCR.address(ALICE))
PAID = DCR.script_pubkey(DCR.address(key(9).public_key))
GUARDED: dict[str, dict[str, Any]] = {
    "p2pkh": {"key": ALICE},
    "p2pk": {"key": ALICE, "kind": "p2pk"},
    "p2sh": {"redeem_script": MULTISIG},
    "multisig": {"script_pubkey": MULTISIG},
}


def funding(script_pubkey: bytes, value: int = 70_000, **fields: Any) -> tuple[str, bytes]:
    """The id and the bytes of a transaction whose output 1 is guarded so, before anybody has signed it."""
    assert DCR.dialect is not None
    read = bytes.fromhex("0100000001" + "77" * 32 + "0000000000ffffffff02")
    outputs = [(5, b"\x51"), (value, script_pubkey)]
    for amount, script in outputs:
        read += amount.to_bytes(8, "little") + bytes(2) + bytes((len(script),)) + script
    prefix = read[4:] + bytes(8)
    raw = read[:4] + prefix + b"\x01" + bytes(12) + b"\xff" * 4 + b"\x00"
    return blake256(b"\x01\x00\x01\x00" + prefix)[::-1].hex(), raw


def spending(guard: str = "p2pkh", **options: Any) -> Input:
    txid, raw = funding(_script(guard))
    return Input(**{"txid": txid, "vout": 1, "previous": raw, "dialect": DCR.dialect, **GUARDED[guard], **options})


def _script(guard: str) -> bytes:
    if guard == "p2pkh":
        return MINE
    if guard == "p2pk":
        return b"\x21" + ALICE.data + b"\xac"
    if guard == "multisig":
        return MULTISIG
    return b"\xa9\x14" + blake256_ripemd160(MULTISIG) + b"\x87"


def paying(*inputs: Input, extra: DecredFields | None = None, version: int = 1) -> Transaction:
    outputs = (TxOut(value=60_000, script_pubkey=PAID),)
    return Transaction(chain=DCR, inputs=inputs, outputs=outputs, version=version, extra=extra)


# trustwallet/wallet-core, tests/chains/Decred/TWDecredTests.cpp and Groestlcoin/TWGroestlcoinTests.cpp
PHRASE = "ripple scissors kick mammal hire column oak again sun offer wealth tomorrow wagon turn fatal"
DPUB = "dpubZFUmm9oh5zmQkR2Tr2AXS4tCkTWg4B27SpCPFkapZrrAqgU1EwgEFgrmi6EnLGXhak86yDHhXPxFAnGU58W5S4e8NCKG1ASUVaxwRqqNdfP"
ZPUB = "zpub6qXFnWiY6FdT5BQptrzEhHfm1WpaBTFc6MHzR4KwscXGdt6xCqUtrAEjrHdeEsjaYEwVMgjtTvENQ83yo2fmkYYGjTpJoH7vFWKQJp1bg1X"


def test_a_dpub_watches_what_trust_wallet_sees() -> None:
    assert str(Wallet.from_mnemonic(PHRASE, "TREZOR").xpub("decred")) == DPUB
    assert str(Wallet.from_xpub(DPUB, chain="decred").address("decred")) == "DsksmLD2wDoA8g8QfFvm99ASg8KsZL8eJFd"


def test_a_zpub_of_groestlcoin_watches_what_trust_wallet_sees() -> None:
    watching = Wallet.from_xpub(ZPUB, chain="groestlcoin")
    assert str(watching.address("groestlcoin", index=4)) == "grs1quwq6ml2r8rc25tue5ltfa6uc4pdzhtzul3c0rk"
    assert str(watching.address("groestlcoin", index=11)) == "grs1ql0a7czm8wrj253h78dm2h5j2k89zwpy2qjq0q9"


@pytest.mark.parametrize("name", ["decred", "decred-testnet", "groestlcoin", "groestlcoin-testnet"])
def test_a_text_with_the_checksum_of_bitcoin_is_none_of_theirs(name: str) -> None:
    row = chain(name, BitcoinChain)
    own = Wallet.from_mnemonic(PHRASE).xpub(row, kind="p2pkh")
    assert own.network == name
    as_bitcoin = str(replace(own, network="testnet" if row.slip44 == 1 else "mainnet"))
    assert reason(DerivationError, Wallet.from_xpub, as_bitcoin, chain=row, kind="p2pkh") == "network"
    assert reason(DerivationError, Wallet.from_xpub, str(own), chain="bitcoin", kind="p2pkh") == "network"


@pytest.mark.parametrize("guard", GUARDED)
@pytest.mark.parametrize("sighash", ["ALL", "NONE", "SINGLE", "ALL|ANYONECANPAY", "SINGLE|ANYONECANPAY"])
def test_every_kind_and_hash_type_is_signed_and_read_again(guard: str, sighash: str) -> None:
    tx = paying(spending(guard, sighash=sighash), extra=DecredFields(expiry=9, trees=(1,)))
    read = DCR.decode_transaction(tx.raw, sighash=[sighash])
    assert isinstance(read, Transaction)
    assert (read, read.requests()) == (tx, tx.requests())
    signed = sign(tx, signer(1), signer(2), signer(3))
    assert signed.id == tx.txid  # signatures are no part of it
    assert DCR.decode_transaction(signed.raw).transaction.extra == tx.extra  # type: ignore[union-attr]


def test_signatures_prove_no_amount_so_the_previous_transaction_does() -> None:
    parts = {"txid": "11" * 32, "vout": 0, "value": 1, "key": ALICE, "dialect": DCR.dialect}
    assert reason(TransactionError, Input, **parts) == "missing"
    assert isinstance(paying(spending()).effects()[-1], Fee)


def test_tree_and_expiry_are_signed() -> None:
    fields = [None, DecredFields(expiry=1), DecredFields(trees=(1,))]
    assert len({paying(spending(), extra=each).requests()[0].message for each in fields}) == 3


def test_a_key_hashed_as_bitcoin_does_is_another_address() -> None:
    txid, raw = funding(p2pkh(hash160(ALICE.data)).script_pubkey)
    parts = {"txid": txid, "vout": 1, "previous": raw, "key": ALICE, "dialect": DCR.dialect}
    assert reason(TransactionError, Input, **parts) == "mismatch"


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"expiry": 2**32}, "range"), ({"expiry": -1}, "range"), ({"trees": (2,)}, "range"), ({"trees": [0]}, "range")],
)
def test_fields_out_of_range_are_refused(fields: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, DecredFields, **fields) == why


def test_a_tree_is_said_for_every_input() -> None:
    assert reason(TransactionError, paying, spending(), extra=DecredFields(trees=(0, 1))) == "length"
    assert reason(TransactionError, paying, spending(), version=2) == "version"


def test_what_is_not_the_form_of_the_network_is_refused() -> None:
    raw = sign(paying(spending()), signer(1)).raw
    assert reason(TransactionError, DCR.decode_transaction, raw + b"\x00") == "trailing"
    assert reason(TransactionError, DCR.decode_transaction, raw[:-1]) == "truncated"
    assert reason(TransactionError, DCR.decode_transaction, raw[:2] + b"\x01" + raw[3:]) == "version"  # prefix alone
    place = raw.index(PAID) - 3
    assert reason(TransactionError, DCR.decode_transaction, raw[:place] + b"\x01" + raw[place + 1 :]) == "range"


def test_single_without_an_output_is_refused() -> None:
    other, raw = funding(MINE, 1_000)
    second = Input(txid=other, vout=1, previous=raw, key=ALICE, dialect=DCR.dialect, sighash="SINGLE")
    assert reason(TransactionError, paying, spending(), second) == "range"


# -- the tree of stake

TAGS = {"OP_SSGEN": 0xBB, "OP_SSRTX": 0xBC, "OP_SSTXCHANGE": 0xBD, "OP_TGEN": 0xC3}
STAKE = DecredFields(trees=(1,))


def tagged(tag: int, guard: str = "p2pkh") -> Input:
    """An input that spends such an output of the tree of stake."""
    txid, raw = funding(bytes((tag,)) + _script(guard))
    return Input(txid=txid, vout=1, previous=raw, dialect=DCR.dialect, **GUARDED[guard])


def by_the_specification(tx: Transaction, code: bytes) -> bytes:
    """What is signed for the one input, ALL: dcrd txscript/sighash.go, calcSignatureHash, written down once more."""
    (spent,), (paid,) = tx.inputs, tx.outputs
    ends = tx.locktime.to_bytes(4, "little") + bytes(4)
    place = bytes.fromhex(spent.txid)[::-1] + spent.vout.to_bytes(4, "little") + b"\x01"
    output = paid.value.to_bytes(8, "little") + bytes(2) + bytes((len(paid.script_pubkey),)) + paid.script_pubkey
    prefix = bytes.fromhex("01000100") + b"\x01" + place + spent.sequence.to_bytes(4, "little") + b"\x01" + output
    witness = bytes.fromhex("01000300") + b"\x01" + bytes((len(code),)) + code
    return b"\x01\x00\x00\x00" + blake256(prefix + ends) + blake256(witness)


@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
@pytest.mark.parametrize("guard", ["p2pkh", "p2sh"])
def test_what_stake_pays_is_spent_and_all_of_the_script_is_signed(tag: int, guard: str) -> None:
    tx = paying(tagged(tag, guard), extra=STAKE)
    assert tx.inputs[0].kind == guard
    code = bytes((tag,)) + MINE if guard == "p2pkh" else MULTISIG
    assert {each.payload for each in tx.requests()} == {by_the_specification(tx, code)}
    assert DCR.decode_transaction(tx.raw) == tx
    signed = sign(tx, signer(1), signer(2), signer(3))
    assert signed.id == tx.txid
    assert tx.effects()[0].source == DCR.account_id(DCR.address_of(destination(guard)).text)  # type: ignore[union-attr]


def destination(guard: str) -> Destination:
    found = DCR.destination_of(_script(guard))
    assert found is not None
    return found


def test_what_stake_pays_is_spent_from_its_tree() -> None:
    assert reason(TransactionError, paying, tagged(0xBB)) == "mismatch"
    assert reason(TransactionError, paying, tagged(0xBB), extra=DecredFields(trees=(0,))) == "mismatch"


def test_a_ticket_is_spent_by_votes_alone() -> None:
    txid, raw = funding(b"\xba" + MINE)
    parts = {"txid": txid, "vout": 1, "previous": raw, "key": ALICE, "dialect": DCR.dialect}
    assert reason(TransactionError, Input, **parts) in ("mismatch", "unknown")


@pytest.mark.parametrize("tag", [0xBA, *TAGS.values()])
def test_no_regular_transaction_pays_as_stake_does(tag: int) -> None:
    outputs = (TxOut(value=60_000, script_pubkey=bytes((tag,)) + PAID),)
    assert (
        reason(TransactionError, Transaction, chain=DCR, inputs=(spending(),), outputs=outputs, version=1) == "policy"
    )


def vote(script: bytes, version: int = 1) -> tuple[str, bytes]:
    """The id and the bytes of a vote: a stakebase without an outpoint, a ticket, and what they pay at place 2."""
    stakebase, ticket = bytes(32) + b"\xff" * 4 + b"\x00", b"\x22" * 32 + bytes(4) + b"\x01"
    prefix = b"\x02" + stakebase + b"\xff" * 4 + ticket + b"\xff" * 4 + b"\x03"
    for value, each in ((0, b"\x6a\x24" + bytes(36)), (0, b"\x6a\x06" + bytes(6)), (70_000, script)):
        prefix += value.to_bytes(8, "little") + bytes(2) + bytes((len(each),)) + each
    prefix += bytes(8)
    head = version.to_bytes(2, "little")
    raw = head + bytes(2) + prefix + b"\x02" + (bytes(12) + b"\xff" * 4 + b"\x02\x00\x00") * 2
    return blake256(head + b"\x01\x00" + prefix)[::-1].hex(), raw


@pytest.mark.parametrize("version", [1, 3])
def test_a_vote_is_read_as_a_previous_transaction(version: int) -> None:
    txid, raw = vote(b"\xbb" + MINE, version)
    spent = Input(txid=txid, vout=2, previous=raw, key=ALICE, dialect=DCR.dialect)
    tx = paying(spent, extra=STAKE)
    assert isinstance(tx.effects()[-1], Fee)
    assert sign(tx, signer(1)).id == tx.txid
    assert DCR.transaction_id(raw) == txid
    parts = {"txid": txid, "previous": raw, "key": ALICE, "dialect": DCR.dialect}
    assert reason(TransactionError, Input, vout=3, **parts) == "mismatch"
    assert reason(TransactionError, Input, vout=2, **{**parts, "previous": raw + b"\x00"}) == "trailing"
    assert reason(TransactionError, Input, vout=2, **{**parts, "txid": "22" * 32}) == "mismatch"


def test_transactions_of_other_versions_are_read_and_not_signed() -> None:
    """A revocation that miners make (DCP-0009) has version 2."""
    raw = b"\x02" + sign(paying(spending()), signer(1)).raw[1:]
    read = DCR.decode_transaction(raw)
    assert isinstance(read, SignedTransaction)
    assert read.transaction.version == 2


@pytest.mark.parametrize("script", [MINE, b"\xbb" + MINE], ids=["regular", "vote"])
def test_keys_are_found_by_what_they_spend_and_by_the_hash_of_the_chain(script: bytes) -> None:
    txid, raw = funding(script)
    hidden = Input(txid=txid, vout=1, previous=raw, dialect=DCR.dialect)
    sent = paying(hidden, extra=STAKE).raw
    assert reason(TransactionError, DCR.decode_transaction(sent).requests) == "missing"  # type: ignore[union-attr]
    found = DCR.decode_transaction(sent, keys=[key(2).public_key, ALICE])
    assert [request.key for request in found.requests()] == [ALICE]  # type: ignore[union-attr]
