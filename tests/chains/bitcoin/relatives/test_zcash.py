"""Transparent transactions of Zcash, Komodo and Flux: versions, branches, expiry heights, and what is refused."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, GUARDS, key, reason, signer
from support.zcash import person
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut
from walletcore.chains.bitcoin.relatives.zcash import BRANCHES, EXTRA, ZcashFields, auth_id
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.effects import Fee, Opaque
from walletcore.errors import DecodingError, InvalidSignature, TransactionError
from walletcore.signing import sign

ZEC, KMD, FLUX = (chain(name, BitcoinChain) for name in ("zcash", "komodo", "flux"))
ALICE = key(1).public_key
SAPLING, NU5, NEWEST = 0x76B809BB, 0xC2D6D0B4, 0x37A5165B
PAID = ZEC.script_pubkey(ZEC.address(key(9).public_key))
LEGACY = ["p2pkh", "p2pk", "multisig", "p2sh"]


def spending(row: BitcoinChain = ZEC, guard: str = "p2pkh", **options: Any) -> Input:
    return Input(**{"txid": "11" * 32, "vout": 1, "value": 70_000, "dialect": row.dialect, **GUARDS[guard], **options})


def paying(*inputs: Input, row: BitcoinChain = ZEC, version: int = 5, **options: Any) -> Transaction:
    fields = {"branch": NEWEST if version == 5 else SAPLING, **options}
    outputs = (TxOut(value=60_000, script_pubkey=PAID),)
    return Transaction(chain=row, inputs=inputs, outputs=outputs, version=version, extra=ZcashFields(**fields))


def signed_by_all(tx: Transaction) -> bytes:
    return sign(tx, signer(1), signer(2), signer(3)).raw


@pytest.mark.parametrize("version", [4, 5])
@pytest.mark.parametrize("guard", LEGACY)
@pytest.mark.parametrize("sighash", ["ALL", "NONE", "SINGLE", "ALL|ANYONECANPAY", "SINGLE|ANYONECANPAY"])
def test_every_kind_and_hash_type_is_signed_and_read_again(version: int, guard: str, sighash: str) -> None:
    tx = paying(spending(guard=guard, sighash=sighash), version=version, expiry_height=2_000_000)
    read = ZEC.decode_transaction(tx.raw, sighash=[sighash])
    assert isinstance(read, Transaction)
    assert (read, read.requests()) == (tx, tx.requests())
    raw = signed_by_all(tx)
    signed = ZEC.decode_transaction(raw)
    assert signed.transaction.extra == replace(tx.extra, branch=tx.extra.branch if version == 5 else None)  # type: ignore[union-attr]
    assert signed.transaction.version == version  # type: ignore[union-attr]
    assert len(raw) <= tx.vsize <= len(raw) + 4


def test_the_txid_of_version_5_is_known_before_anybody_signs() -> None:
    tx = paying(spending())
    assert sign(tx, signer(1)).id == tx.txid
    assert reason(TransactionError, lambda: paying(spending(), version=4).txid) == "missing"


def test_the_authorizing_data_commitment_is_that_of_zip_244() -> None:
    raw = sign(paying(spending()), signer(1)).raw
    assert ZEC.dialect is not None
    tx, branch = ZEC.dialect.decode(raw)[0], NEWEST.to_bytes(4, "little")
    script = tx.inputs[0].script_sig
    parts = (
        person(b"ZTxAuthTransHash", bytes((len(script),)), script),
        person(b"ZTxAuthSapliHash"),
        person(b"ZTxAuthOrchaHash"),
    )
    assert auth_id(ZEC.dialect, raw) == person(b"ZTxAuthHash_" + branch, *parts)[::-1].hex()
    four = sign(paying(spending(), version=4), signer(1)).raw
    assert reason(TransactionError, auth_id, ZEC.dialect, four) == "version"


@pytest.mark.parametrize("version", [4, 5])
def test_a_signature_is_good_under_its_branch_only(version: int) -> None:
    here, there = (paying(spending(), version=version, branch=branch) for branch in (0xC8E71055, NEWEST))
    assert here.requests()[0].message != there.requests()[0].message
    with pytest.raises(InvalidSignature):
        there.assemble((signer(1).sign(here.requests()[0]),))


@pytest.mark.parametrize("version", [4, 5])
def test_a_signature_commits_to_the_expiry_height_and_the_amount(version: int) -> None:
    tx = paying(spending(), version=version)
    later = paying(spending(), version=version, expiry_height=1)
    richer = paying(spending(value=70_001), version=version)
    assert len({each.requests()[0].message for each in (tx, later, richer)}) == 3


@pytest.mark.parametrize("branch", [0, 1, 0x5BA81B19, SAPLING + 1, 2**32, -1, True, "NU6"])
def test_a_branch_that_the_chain_never_had_is_refused(branch: Any) -> None:
    assert reason(TransactionError, paying, spending(), branch=branch) in ("range", "unknown")


def test_the_branches_of_a_chain_are_its_own() -> None:
    assert paying(spending(KMD), row=KMD, version=4).requests()
    assert paying(spending(FLUX), row=FLUX, version=4).requests()
    assert reason(TransactionError, paying, spending(KMD), row=KMD, version=4, branch=NEWEST) == "unknown"
    assert reason(TransactionError, paying, spending(FLUX), row=FLUX, version=5, branch=SAPLING) == "version"


def test_version_5_began_with_nu5() -> None:
    assert reason(TransactionError, paying, spending(), branch=SAPLING) == "mismatch"
    assert paying(spending(), branch=NU5).requests()


def test_the_table_of_branches_is_the_one_of_the_chain() -> None:
    assert ZEC.dialect is not None
    assert list(BRANCHES) == [0x5BA81B19, *ZEC.dialect.branches]


@pytest.mark.parametrize("height", [500_000_000, 2**32, -1, True, 1.0])
def test_an_expiry_height_beyond_its_range_is_refused(height: Any) -> None:
    assert reason(TransactionError, ZcashFields, branch=NEWEST, expiry_height=height) == "range"
    assert ZcashFields(branch=NEWEST, expiry_height=499_999_999).expiry_height == 499_999_999
    raw = NEWEST.to_bytes(4, "little") + (500_000_000).to_bytes(4, "little")
    assert reason(DecodingError, EXTRA.decode, raw) == "range"


@pytest.mark.parametrize("version", [1, 2, 3, 6])
def test_other_versions_are_not_signed(version: int) -> None:
    assert reason(TransactionError, paying, spending(), version=version) == "version"


def test_without_a_branch_nothing_is_signed() -> None:
    outputs = (TxOut(value=1, script_pubkey=PAID),)
    parts: dict[str, Any] = {"chain": ZEC, "inputs": (spending(),), "outputs": outputs}
    assert reason(TransactionError, Transaction, **parts) == "missing"
    assert reason(TransactionError, Transaction, **parts, version=5) == "missing"
    four = Transaction(**parts, version=4, extra=ZcashFields(branch=None))
    assert reason(TransactionError, four.requests) == "missing"
    plain = Input(txid="11" * 32, vout=0, value=2, key=ALICE)
    extra = ZcashFields(branch=NEWEST)
    assert (
        reason(TransactionError, Transaction, chain=BITCOIN, inputs=(plain,), outputs=outputs, extra=extra) == "network"
    )


def test_the_fee_of_version_5_needs_no_previous_transactions() -> None:
    payer = ZEC.account_id(ZEC.address(ALICE).text)
    assert paying(spending()).effects()[-1] == Fee(asset=ZEC.asset, at_most=10_000, payer=payer)
    assert isinstance(paying(spending(), version=4).effects()[-1], Opaque)


@pytest.mark.parametrize("version", [4, 5])
def test_previous_transactions_of_both_versions_prove_their_outputs(version: int) -> None:
    earlier = Transaction(
        chain=ZEC,
        inputs=(spending(),),
        outputs=(TxOut(value=65_000, script_pubkey=spending().script_pubkey),),
        version=version,
        extra=ZcashFields(branch=NEWEST if version == 5 else SAPLING),
    )
    signed = sign(earlier, signer(1))
    spent = spending(txid=signed.id, vout=0, value=None, previous=signed.raw)
    assert spent.value == 65_000
    assert isinstance(paying(spent, version=4).effects()[-1], Fee)
    assert reason(TransactionError, spending, txid=signed.id, vout=1, value=None, previous=signed.raw) == "mismatch"
    assert reason(TransactionError, spending, txid="22" * 32, vout=0, value=None, previous=signed.raw) == "mismatch"
    assert reason(TransactionError, spending, txid=signed.id, vout=0, value=64_999, previous=signed.raw) == "mismatch"


def test_previous_transactions_from_before_overwinter_are_read() -> None:
    outputs = (TxOut(value=65_000, script_pubkey=spending().script_pubkey),)
    old = Tx(version=1, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0)
    assert spending(txid=old.txid, vout=0, value=None, previous=old.encode()).value == 65_000


@pytest.mark.parametrize("version", [4, 5])
def test_what_is_not_the_form_of_the_network_is_refused(version: int) -> None:
    raw = sign(paying(spending(), version=version), signer(1)).raw
    assert reason(TransactionError, ZEC.decode_transaction, raw + b"\x00") == "trailing"
    assert reason(TransactionError, ZEC.decode_transaction, raw[:-1]) == "truncated"
    assert reason(TransactionError, ZEC.decode_transaction, raw[:-1] + b"\x01") == "unknown"  # something shielded
    assert reason(TransactionError, ZEC.decode_transaction, raw[:4] + bytes(4) + raw[8:]) == "version"
    assert reason(TransactionError, ZEC.decode_transaction, b"\x06" + raw[1:]) == "version"
    with pytest.raises(TransactionError):
        BITCOIN.decode_transaction(raw)


@given(st.binary(max_size=200))
def test_bytes_that_nobody_wrote_are_refused_or_read(data: bytes) -> None:
    for head in (bytes.fromhex("0400008085202f89"), bytes.fromhex("050000800a27a726"), b""):
        with suppress(TransactionError):
            ZEC.decode_transaction(head + data)
