"""Published figures of the relatives: what is signed, the bytes of signed transactions, tokens, and txids."""

from dataclasses import replace
from typing import Any

import pytest

from support.vectors import Case, vectors
from support.zcash import Shielded, person, shielded_of_4, shielded_of_5
from walletcore.chains import chain
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.locks import Lock
from walletcore.chains.bitcoin.relatives.cashtokens import TOKEN
from walletcore.chains.bitcoin.relatives.zcash_digests import (
    V4Commitments,
    V5Commitments,
    header_digest,
    transparent_digest,
)
from walletcore.chains.bitcoin.sighash import Commitments
from walletcore.chains.bitcoin.tx import INPUTS, MAX_MONEY, OUTPUTS, Tx, TxIn, TxOut
from walletcore.coding.wire import Reader, u32le
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import DecodingError
from walletcore.hashes import sha256d
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret


def row(case: Case) -> BitcoinChain:
    return chain(case.input["chain"], BitcoinChain)


def spent_of(case: Case) -> list[TxOut]:
    return [
        TxOut(value=int(each["amount"]), script_pubkey=bytes.fromhex(each["script"])) for each in case.input["spent"]
    ]


def read(case: Case, raw: bytes) -> tuple[Tx, Any]:
    """The transaction without what signed it, and what its chain has beyond Bitcoin's fields."""
    dialect = row(case).dialect
    extra: Any = None
    tx, extra = (Tx.decode(raw), extra) if dialect is None else dialect.decode(raw)
    if "branch" in case.input:
        extra = replace(extra, branch=case.input["branch"])
    bare = tuple([replace(each, script_sig=b"") for each in tx.inputs])
    return replace(tx, inputs=bare, witnesses=()), extra


def commitments(case: Case, tx: Tx, spent: list[TxOut], extra: Any) -> Commitments:
    dialect = row(case).dialect
    return Commitments(tx, spent) if dialect is None else dialect.commitments(tx, spent, extra)


@vectors("relatives/signing", operation="tx.sign")
def test_the_published_signed_transactions_of_relatives(case: Case) -> None:
    raw, spent, dialect = bytes.fromhex(case.expect["raw"]), spent_of(case), row(case).dialect
    tx, extra = read(case, raw)
    messages = commitments(case, tx, spent, extra)
    scripts = []
    for index, digits in enumerate(case.input["private_keys"]):
        private, hash_type = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(digits))), case.input["hash_types"][index]
        lock = Lock(key=private.public_key, script_pubkey=spent[index].script_pubkey, dialect=dialect)
        message = (messages.legacy if lock.is_legacy else messages.segwit_v0)(index, lock.script_code, hash_type)
        signature = private.sign(Scheme.ECDSA, messages.prehash(message))
        scripts.append(lock.spend([encode_der(signature) + bytes((hash_type,))]))
    inputs = [replace(each, script_sig=script) for each, (script, _) in zip(tx.inputs, scripts, strict=True)]
    witnesses = tuple([witness for _, witness in scripts])
    signed = replace(tx, inputs=tuple(inputs), witnesses=witnesses if any(witnesses) else ())
    assert (signed.encode() if dialect is None else dialect.encode(signed, spent, extra)) == raw
    if "id" in case.expect:
        assert row(case).transaction_id(raw) == case.expect["id"]


@vectors("relatives/network", operation="tx.preimage")
def test_what_the_signatures_of_published_transactions_are_over(case: Case) -> None:
    tx, extra = read(case, bytes.fromhex(case.input["signed"]))
    spent, index = spent_of(case), case.input["index"]
    messages = commitments(case, tx, spent, extra)
    message = messages.legacy(index, spent[index].script_pubkey, case.input["hash_type"])
    assert messages.prehash(message).hex() == case.expect["sighash"]


@vectors("relatives/network", operation="tx.parse")
def test_published_transactions_of_the_networks_have_their_ids(case: Case) -> None:
    assert row(case).transaction_id(bytes.fromhex(case.input["raw"])) == case.expect["id"]


@vectors("relatives/forkid", operation="tx.preimage")
def test_the_published_digests_with_and_without_forkid(case: Case) -> None:
    tx, extra = read(case, bytes.fromhex(case.input["unsigned"]))
    spent = [TxOut(value=0, script_pubkey=b"\x51")] * len(tx.inputs)
    messages = commitments(case, tx, spent, extra)
    message = messages.legacy(case.input["index"], bytes.fromhex(case.input["script_code"]), case.input["hash_type"])
    assert (messages.prehash, sha256d(message).hex()) == (sha256d, case.expect["sighash"])


@vectors("relatives/cashtokens", operation="codec.decode", result="valid")
def test_the_published_tokens_are_read_and_written(case: Case) -> None:
    encoded, wanted = bytes.fromhex(case.input["encoded"]), case.expect["token"]
    token = TOKEN.decode(encoded)
    assert (token.category, str(token.amount)) == (wanted["category"], wanted["amount"])
    assert (token.capability, token.commitment.hex()) == (wanted.get("capability", ""), wanted.get("commitment", ""))
    assert TOKEN.encode(token) == encoded


@vectors("relatives/cashtokens", operation="codec.decode", result="invalid")
def test_the_published_bad_tokens_are_refused(case: Case) -> None:
    with pytest.raises(DecodingError) as refusal:
        TOKEN.decode(bytes.fromhex(case.input["encoded"]))
    assert refusal.value.reason == case.expect["reason"]


class Whole:
    """A transaction of Zcash with its shielded parts."""

    def __init__(self, raw: bytes) -> None:
        reader = Reader(raw)
        self.version, self.group = u32le.read(reader) ^ 0x8000_0000, u32le.read(reader)
        self.branch = 0
        if self.version == 5:
            self.branch, self.locktime, self.expiry = (u32le.read(reader) for _ in range(3))
        self.inputs: tuple[TxIn, ...] = INPUTS.read(reader)
        self.outputs: tuple[TxOut, ...] = OUTPUTS.read(reader)
        if self.version < 5:
            self.locktime, self.expiry = u32le.read(reader), u32le.read(reader)
        self.shielded: Shielded = shielded_of_5(reader) if self.version == 5 else shielded_of_4(reader, self.version)
        assert not reader.remaining

    def four(self, branch: int, amount: int) -> V4Commitments:
        spent = [TxOut(value=amount if amount <= MAX_MONEY else 0, script_pubkey=b"")] * len(self.inputs)
        made = V4Commitments(self, spent, self.group, branch, self.expiry)  # type: ignore[arg-type]
        made.shielded, made.balance = self.shielded.shielded, self.shielded.balance
        return made

    def five(self, spent: list[TxOut]) -> V5Commitments:
        made = V5Commitments(self, spent, self.group, self.branch, self.expiry)  # type: ignore[arg-type]
        made.sapling, made.orchard = self.shielded.sapling, self.shielded.orchard
        return made

    def parts(self) -> bytes:
        """The four digests of the txid."""
        numbers = [number.to_bytes(4, "little") for number in (self.group, self.branch, self.expiry)]
        header = header_digest(self, *numbers)  # type: ignore[arg-type]
        transparent = person(b"ZTxIdTranspaHash")
        if self.inputs or self.outputs:
            transparent = transparent_digest(self)  # type: ignore[arg-type]
        return header + transparent + self.shielded.sapling + self.shielded.orchard


@vectors("relatives/zcash", operation="tx.preimage")
def test_the_published_digests_of_zcash(case: Case) -> None:
    whole, index, hash_type = Whole(bytes.fromhex(case.input["signed"])), case.input["index"], case.input["hash_type"]
    if whole.version < 5:
        messages = whole.four(case.input["branch"], int(case.input.get("amount", 0)))
        script = bytes.fromhex(case.input.get("script_code", ""))
        message = messages.common(hash_type, -1) if index < 0 else messages.legacy(index, script, hash_type)
        assert messages.prehash(message).hex() == case.expect["sighash"]
        return
    digest = person(b"ZcashTxHash_" + whole.branch.to_bytes(4, "little"), whole.parts()).hex()
    is_coinbase = len(whole.inputs) == 1 and whole.inputs[0].txid == "00" * 32
    if whole.inputs and not is_coinbase:
        five = whole.five(spent_of(case))
        nothing = person(b"Zcash___TxInHash")
        parts = five.digests(five.signed(hash_type, 0, nothing)) if index < 0 else five.legacy(index, b"", hash_type)
        digest = five.prehash(parts).hex()
    assert digest == case.expect["sighash"]


@vectors("relatives/zcash", operation="tx.parse")
def test_the_published_txids_of_version_5(case: Case) -> None:
    whole = Whole(bytes.fromhex(case.input["raw"]))
    branch = whole.branch.to_bytes(4, "little")
    assert person(b"ZcashTxHash_" + branch, whole.parts())[::-1].hex() == case.expect["id"]
    scripts = [len(each.script_sig).to_bytes(1, "little") + each.script_sig for each in whole.inputs]
    transparent = person(b"ZTxAuthTransHash", *scripts)
    assert person(b"ZTxAuthHash_" + branch, transparent, whole.shielded.auth).hex() == case.expect["auth_digest"]
