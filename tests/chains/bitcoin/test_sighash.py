"""What signatures commit to: BIP-143 and BIP-341 to the byte. Others' digests are in `test_differential.py`."""

import pytest
from hypothesis import given

from support.bitcoin import key, reason, txs
from support.vectors import Case, vectors
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.sighash import TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.tx import Tx, TxOut
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import TransactionError
from walletcore.hashes import sha256d
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import SigningRequest

TAPROOT_TYPES = [0x00, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83]


def spent_of(case: Case) -> list[TxOut]:
    return [
        TxOut(value=int(each["amount"]), script_pubkey=bytes.fromhex(each["script"])) for each in case.input["spent"]
    ]


def commitments(case: Case) -> Commitments:
    return Commitments(Tx.decode(bytes.fromhex(case.input["unsigned"])), spent_of(case))


def private_key(case: Case) -> PrivateKey:
    return PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"])))


def script_code(case: Case) -> bytes:
    """The one that is given; BIP-143: for P2WPKH that of P2PKH with the same hash."""
    if "script_code" in case.input:
        return bytes.fromhex(case.input["script_code"])
    return p2pkh(spent_of(case)[case.input["index"]].script_pubkey[2:]).script_pubkey


@vectors("bitcoin/bip143", operation="tx.preimage")
def test_the_published_preimages_of_version_0(case: Case) -> None:
    preimage = commitments(case).segwit_v0(case.input["index"], script_code(case), case.input["hash_type"])
    assert preimage.hex() == case.expect.get("preimage", preimage.hex())
    assert (sha256d(preimage).hex(), sha256d.name) == (case.expect["sighash"], case.expect["prehash"])
    parts = case.expect["parts"]
    assert preimage[4:36].hex() == parts["hash_prevouts"]
    assert preimage[36:68].hex() == parts["hash_sequence"]
    assert preimage[-40:-8].hex() == parts["hash_outputs"]


@vectors("bitcoin/bip143", operation="tx.sign")
def test_the_published_signatures_of_version_0(case: Case) -> None:
    private = private_key(case)
    payload = commitments(case).segwit_v0(case.input["index"], script_code(case), case.input["hash_type"])
    request = SigningRequest(key=private.public_key, scheme=Scheme.ECDSA, payload=payload, prehash=sha256d)
    signature = encode_der(request.accept(LocalSigner(private).sign(request)).data) + bytes((case.input["hash_type"],))
    assert signature.hex() == case.expect["signature"]
    witness = [signature.hex(), private.public_key.data.hex()]
    assert witness == case.expect.get("witness", witness)


@vectors("bitcoin/sighash", operation="tx.preimage")
def test_the_published_hashes_before_segwit(case: Case) -> None:
    tx = Tx.decode(bytes.fromhex(case.input["unsigned"]))
    shared = Commitments(tx, [TxOut(value=0, script_pubkey=b"")] * len(tx.inputs))
    preimage = shared.legacy(case.input["index"], script_code(case), case.input["hash_type"])
    assert (sha256d(preimage).hex(), sha256d.name) == (case.expect["sighash"], case.expect["prehash"])


@vectors("bitcoin/bip341", operation="tx.preimage")
def test_the_published_preimages_of_the_taproot_key_path(case: Case) -> None:
    shared = commitments(case)
    preimage = shared.taproot(case.input["index"], case.input["hash_type"])
    assert preimage.hex() == case.expect["preimage"]
    assert (TAP_SIGHASH(preimage).hex(), TAP_SIGHASH.name) == (case.expect["sighash"], case.expect["prehash"])
    for name, value in case.expect.get("parts", {}).items():
        assert getattr(shared, name).hex() == value


@vectors("bitcoin/bip341", operation="tx.sign")
def test_the_published_signatures_of_the_taproot_key_path(case: Case) -> None:
    private = private_key(case)
    root = bytes.fromhex(case.input.get("merkle_root", ""))
    request = SigningRequest(
        key=private.public_key.even_y(),
        scheme=Scheme.BIP340,
        payload=commitments(case).taproot(case.input["index"], case.input["hash_type"]),
        prehash=TAP_SIGHASH,
        tweak=root,
    )
    hash_type = bytes((case.input["hash_type"],)) if case.input["hash_type"] else b""
    signature = request.accept(LocalSigner(private).sign(request)).data + hash_type
    assert signature.hex() == case.expect["signature"]
    assert [signature.hex()] == case.expect["witness"]


@pytest.mark.parametrize("hash_type", [0x03, 0x83, 0x43, 0x1F03, 0xFFFF_FFE3])
def test_T09_SINGLE_without_an_output_at_its_place_is_refused(hash_type: int) -> None:
    """Its digest would be the number 1, and a signature of that spends anything."""
    raw = "02000000" + "02" + "11" * 36 + "00" + "ff" * 4 + "22" * 36 + "00" + "ff" * 4 + "01" + "00" * 9 + "00" * 4
    tx = Tx.decode(bytes.fromhex(raw))
    shared = Commitments(tx, [TxOut(value=1, script_pubkey=b"\x51")] * 2)
    assert shared.legacy(0, b"\x51", hash_type)
    assert reason(TransactionError, shared.legacy, 1, b"\x51", hash_type) == "range"


def test_a_script_code_with_a_separator_is_hashed_without_it() -> None:
    tx = Tx.decode(bytes.fromhex("02000000" + "01" + "11" * 36 + "00" + "ff" * 4 + "01" + "00" * 9 + "00" * 4))
    shared = Commitments(tx, [TxOut(value=1, script_pubkey=b"\x51")])
    assert shared.legacy(0, b"\x51\xab\x01\xab\xab\xac") == shared.legacy(0, b"\x51\x01\xab\xac")
    assert shared.segwit_v0(0, b"\x51\xab\xac") != shared.segwit_v0(0, b"\x51\xac")
    assert reason(TransactionError, shared.legacy, 0, b"\xab\x05") == "truncated"


@pytest.mark.parametrize("hash_type", sorted(set(range(256)) - set(TAPROOT_TYPES)))
def test_T11_a_hash_type_that_taproot_does_not_have_is_refused(hash_type: int) -> None:
    tx = Tx.decode(bytes.fromhex("02000000" + "01" + "11" * 36 + "00" + "ff" * 4 + "01" + "00" * 9 + "00" * 4))
    shared = Commitments(tx, [TxOut(value=1, script_pubkey=b"\x51")])
    assert reason(TransactionError, shared.taproot, 0, hash_type) == "range"


@given(txs(signed=False))
def test_every_input_needs_what_it_spends(tx: Tx) -> None:
    spent = [TxOut(value=1, script_pubkey=b"\x51")] * len(tx.inputs)
    for each in (spent[:-1], [*spent, spent[0]]):
        assert reason(TransactionError, Commitments, tx, each) == "length"


def test_the_generator_signs_for_itself() -> None:
    """The helper makes the keys that it says."""
    assert key(1).public_key.data.hex() == "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
