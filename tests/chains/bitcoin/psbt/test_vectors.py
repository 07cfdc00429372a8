"""The published PSBTs: read and refused as the BIPs say, and through all roles to the bytes that others have."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, TESTNET, kernel_accepts, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Transaction
from walletcore.chains.bitcoin.psbt import Psbt, Safety
from walletcore.chains.bitcoin.psbt.codec import DRAFT
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import InvalidSignature, SigningRefused, TransactionError
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, sign

Entry = tuple[int, str, str]
TRUSTING = Safety(trust_witness_utxo=True, max_fee=None, max_fee_rate=None)  # published fees and claims are as they are
BIP174, BIP370, BIP371 = (
    {"bip174#invalid ": ("PS", 1)},
    {"bip370#invalid ": ("PS", 21)},
    {"bip371#invalid ": ("PS", 45)},
)


def psbt(case: Case) -> bytes:
    return bytes.fromhex(case.input["psbt"])


def signers(case: Case) -> list[LocalSigner]:
    keys = [bytes.fromhex(each) for each in case.input["private_keys"]]
    low_r = case.input.get("nonce") == "rfc6979+low-r"
    return [LocalSigner(PrivateKey(Curve.SECP256K1, Secret(each)), low_r=low_r) for each in keys]


def transaction(case: Case) -> Transaction:
    keys = [each.public_key for each in signers(case)]  # for the inputs that name none
    decoded = chain(case.input["chain"], BitcoinChain).decode_transaction(psbt(case), keys=keys)
    assert isinstance(decoded, Transaction)
    return decoded


@vectors("bitcoin/psbts", operation="psbt.parse", result="valid")
def test_published_psbts_are_read_and_written_again(case: Case) -> None:
    read = Psbt.decode(BITCOIN, psbt(case))
    made = Psbt(
        chain=BITCOIN, version=read.version, globals=read.globals, inputs=read.inputs, outputs=read.outputs
    )  # without the bytes that were read
    assert made.raw == read.raw == psbt(case)
    if "conflict" in case.flags:
        assert reason(TransactionError, lambda: read.draft) == "mismatch"
        return
    if "unsigned" in case.expect:
        assert DRAFT.encode(read.draft).hex() == case.expect["unsigned"]
    assert read.draft.locktime == case.expect.get("locktime", read.draft.locktime)
    if "undescribed" not in case.flags:
        decoded = BITCOIN.decode_transaction(psbt(case))
        assert isinstance(decoded, Transaction)
        assert Psbt.decode(BITCOIN, decoded.raw).unsigned_tx == read.unsigned_tx


@vectors("bitcoin/psbts", operation="psbt.parse", result="valid")
def test_published_psbts_are_converted_between_versions(case: Case) -> None:
    read = Psbt.decode(BITCOIN, psbt(case))
    if "conflict" in case.flags or (read.version == 0 and read.draft.version < 2):
        assert reason(TransactionError, read.to_version, 2 - read.version) in ("mismatch", "range")
        return
    other = read.to_version(2 - read.version)
    assert Psbt.decode(BITCOIN, other.raw) == other
    assert other.draft == read.draft
    assert [each.unknown for each in other.inputs] == [each.unknown for each in read.inputs]
    assert [each.partial_sig for each in other.inputs] == [each.partial_sig for each in read.inputs]
    if read.version == 0:
        assert other.to_version(0).inputs == tuple(each.with_fields() for each in read.inputs)


@vectors("bitcoin/psbts", operation="psbt.parse", result="invalid", rows=BIP174 | BIP370 | BIP371)
def test_published_bytes_that_are_no_psbt_are_refused(case: Case) -> None:
    why = reason(TransactionError, Psbt.decode, BITCOIN, psbt(case))
    assert why in case.reasons
    if case.expect["reason"] != "prefix":
        assert reason(TransactionError, BITCOIN.decode_transaction, psbt(case)) == why


@vectors("bitcoin/psbts", operation="psbt.parse", result="rule")
def test_flags_that_have_no_meaning_yet_are_read_as_bip370_says(case: Case) -> None:
    assert (case.verdict("any-flag"), case.verdict("known-flags")) == ("valid", "invalid")
    assert Psbt.decode(BITCOIN, psbt(case)).globals.tx_modifiable == 0xFF


def entries(tx: Transaction, case: Case) -> list[Entry]:
    """Return what the keys add: the input, the key, and the signature as it stands in a PSBT."""
    answers, found = iter(collect(tx.requests(), *signers(case))), []
    for index, each in enumerate(tx.inputs):
        for key in each.keys:
            answer = next(answers)
            if answer is not None:
                der = answer.scheme is Scheme.ECDSA
                tail = bytes((each.hash_type,)) if each.hash_type else b""
                data = (encode_der(answer.data) if der else answer.data) + tail
                found.append((index, (key.data if der else key.data[1:]).hex(), data.hex()))
    return found


def check_leaves(case: Case, wanted: list[dict[str, Any]]) -> None:
    """A PSBT asks the keys of all leaves, where a transaction is spent in one way."""
    read = Psbt.decode(TESTNET, psbt(case), safety=TRUSTING)
    signed = sign(read, *signers(case))
    found = {
        (index, name.hex(), signature.hex())
        for index, (before, after) in enumerate(zip(read.inputs, signed.inputs, strict=True))
        for name, signature in {*after.tap_script_sig} - {*before.tap_script_sig}
    }
    theirs = {(each["index"], each["public_key"] + each["leaf_hash"], each["signature"]) for each in wanted}
    assert theirs < found if "one-leaf" in case.flags else theirs == found


@vectors("bitcoin/psbts", operation="psbt.sign", result="valid")
def test_published_psbts_are_signed_as_others_did(case: Case) -> None:
    wanted: list[dict[str, Any]] = case.expect.get("signatures", [])
    if any("leaf_hash" in each for each in wanted):
        check_leaves(case, wanted)
        return
    tx = transaction(case)
    if wanted:
        assert sorted(entries(tx, case)) == sorted((e["index"], e["public_key"], e["signature"]) for e in wanted)
    if "raw" in case.expect:
        signed = sign(tx, *signers(case))
        assert (signed.raw.hex(), signed.id) == (case.expect["raw"], case.expect["id"])


@vectors("bitcoin/psbts", operation="psbt.sign", result="invalid")
def test_published_psbts_that_lie_are_not_signed(case: Case) -> None:
    why = reason(TransactionError, transaction, case)
    assert why in case.reasons
    row = chain(case.input["chain"], BitcoinChain)
    claims = case.expect.get("text") == "A Witness UTXO is provided for a non-witness input"  # allowed by its name
    with pytest.raises((TransactionError, SigningRefused)):
        Psbt.decode(row, psbt(case), safety=replace(TRUSTING, trust_witness_utxo=not claims)).requests()


@vectors("bitcoin/psbts", operation="psbt.combine")
def test_published_psbts_are_combined_to_the_bytes_that_others_have(case: Case) -> None:
    first, *others = [Psbt.decode(TESTNET, bytes.fromhex(each)) for each in case.input["psbts"]]
    assert first.combine(*others).raw.hex() == case.expect["psbt"]


@vectors("bitcoin/psbts", operation="psbt.finalize")
def test_published_psbts_are_made_final_as_others_did(case: Case) -> None:
    """But for a signature that is not by its key, which does not count here: nobody could send what it makes."""
    read = Psbt.decode(TESTNET, psbt(case))
    if "wrong-signature" not in case.flags:
        assert read.finalized().raw.hex() == case.expect["psbt"]
        return
    theirs = Psbt.decode(TESTNET, bytes.fromhex(case.expect["psbt"]), safety=TRUSTING)
    trios = zip(read.inputs, read.finalized().inputs, theirs.inputs, strict=True)
    assert {"kept" if mine == before else mine == final for before, mine, final in trios} <= {"kept", True}
    assert read.finalized().inputs != theirs.inputs
    spent = [each.spent for each in read.transaction.inputs if each.spent]
    assert not kernel_accepts(theirs.handed_over.encode(), spent)
    for each in (read, theirs):
        assert reason(InvalidSignature, replace(each, safety=TRUSTING).finalize) == "mismatch"


@vectors("bitcoin/psbts", operation="psbt.extract")
def test_published_psbts_give_the_transactions_that_others_have(case: Case) -> None:
    assert Psbt.decode(TESTNET, psbt(case), safety=TRUSTING).extract().raw.hex() == case.expect["raw"]
