"""The published PSBTs: read as BIP-174 and BIP-371 say, refused where they say so, and signed to the byte."""

from typing import Any

from support.bitcoin import BITCOIN, reason
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Transaction
from walletcore.chains.bitcoin.psbt import Psbt
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, sign

Entry = tuple[int, str, str]


def psbt(case: Case) -> bytes:
    return bytes.fromhex(case.input["psbt"])


def signers(case: Case) -> list[LocalSigner]:
    keys = [bytes.fromhex(each) for each in case.input["private_keys"]]
    return [LocalSigner(PrivateKey(Curve.SECP256K1, Secret(each))) for each in keys]


def transaction(case: Case) -> Transaction:
    keys = [each.public_key for each in signers(case)]  # for the inputs that name none
    decoded = chain(case.input["chain"], BitcoinChain).decode_transaction(psbt(case), keys=keys)
    assert isinstance(decoded, Transaction)
    return decoded


@vectors("bitcoin/psbts", operation="psbt.parse", result="valid")
def test_published_psbts_are_read_and_written_again(case: Case) -> None:
    read = Psbt.decode(BITCOIN, psbt(case))
    assert read.unsigned_tx.encode().hex() == case.expect["unsigned"]
    assert Psbt.decode(BITCOIN, read.encode()) == read
    if "claimed" in case.flags:
        assert reason(TransactionError, BITCOIN.decode_transaction, psbt(case)) == "missing"
        return
    decoded = BITCOIN.decode_transaction(psbt(case))
    assert isinstance(decoded, Transaction)
    assert Psbt.decode(BITCOIN, decoded.raw).unsigned_tx == read.unsigned_tx


@vectors("bitcoin/psbts", operation="psbt.parse", result="invalid")
def test_published_bytes_that_are_no_psbt_are_refused(case: Case) -> None:
    why = reason(TransactionError, Psbt.decode, BITCOIN, psbt(case))
    assert why in case.reasons
    if case.expect["reason"] != "prefix":
        assert reason(TransactionError, BITCOIN.decode_transaction, psbt(case)) == why


@vectors("bitcoin/psbts", operation="psbt.parse", result="rule")
def test_published_psbts_that_no_signer_understands_whole_are_refused(case: Case) -> None:
    assert (case.verdict("any-field"), case.verdict("signer")) == ("valid", "invalid")
    assert reason(TransactionError, Psbt.decode, BITCOIN, psbt(case)) == case.expect["reason"]


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


@vectors("bitcoin/psbts", operation="psbt.sign", result="valid")
def test_published_psbts_are_signed_as_others_did(case: Case) -> None:
    tx = transaction(case)
    wanted: list[dict[str, Any]] = case.expect.get("signatures", [])
    if wanted:
        assert sorted(entries(tx, case)) == sorted((e["index"], e["public_key"], e["signature"]) for e in wanted)
    if "raw" in case.expect:
        signed = sign(tx, *signers(case))
        assert (signed.raw.hex(), signed.id) == (case.expect["raw"], case.expect["id"])


@vectors("bitcoin/psbts", operation="psbt.sign", result="invalid")
def test_published_psbts_that_lie_are_not_signed(case: Case) -> None:
    why = reason(TransactionError, transaction, case)
    assert why in case.reasons
