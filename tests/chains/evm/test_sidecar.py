"""Blobs and their proofs: in the form of the network, with KZG and without, and everything that is refused."""

import sys
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from eth_utils.crypto import keccak

from support.evm import ALICE, BLOB, ETHEREUM, HASHES, blob, transfer
from support.vectors import Case, vectors
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import BlobTransaction, Sidecar, network_form
from walletcore.errors import MissingExtra, TransactionError
from walletcore.hashes import sha256
from walletcore.signing import sign

ZERO = bytes(131_072)
POINT = b"\xc0" + bytes(47)  # the point at infinity, which commits to the blob of zeros
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001  # EIP-4844, BLS_MODULUS


@pytest.fixture(scope="module", params=[0, 1], ids=["blob proofs", "cell proofs"])
def sidecar(request: pytest.FixtureRequest) -> Sidecar:
    """The sidecar of two blobs, in each of the forms."""
    return Sidecar.from_blobs([BLOB, ZERO], version=request.param)


def refused(call: Any, *args: Any, **options: Any) -> str:
    """The reason for which the call is refused."""
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    assert type(caught.value) is TransactionError
    return caught.value.reason


def same(one: object, other: object) -> bool:
    """Whether they are equal; what is not is too long to be shown."""
    return one == other


def filled(text: dict[str, Any]) -> bytes:
    """The blob that a vector describes: one element all over, and others at places."""
    elements = [bytes.fromhex(text["fill"])] * 4096
    for place, element in text.get("at", {}).items():
        elements[int(place)] = bytes.fromhex(element)
    return b"".join(elements)


@vectors("evm/sidecars", result="valid")
def test_published_blobs_have_their_commitments_and_proofs(case: Case) -> None:
    given = filled(case.input["blob"])
    for version in (0, 1):
        made = Sidecar.from_blobs((given,), version=version)
        assert [each.hex() for each in made.commitments] == [case.expect["commitment"]]
        proofs = "".join(each.hex() for each in made.proofs)
        assert proofs == (case.expect["cell_proofs"] if version else case.expect["proof"])
        assert made.versioned_hashes == (b"\x01" + sha256(bytes.fromhex(case.expect["commitment"]))[1:],)
        made.verify(made.versioned_hashes)


@vectors("evm/sidecars", result="invalid")
def test_published_blobs_of_no_field_elements_are_refused(case: Case) -> None:
    for version in (0, 1):
        assert refused(Sidecar.from_blobs, [filled(case.input["blob"])], version=version) == case.expect["reason"]


def test_eth_account_makes_the_same_network_form() -> None:
    fields = {"type": 3, "chainId": 1, "nonce": 7, "gas": 21_000, "to": "0x" + "42" * 20, "value": 10**18}
    fees = {"maxFeePerGas": 30 * 10**9, "maxPriorityFeePerGas": 10**9, "maxFeePerBlobGas": 5}
    theirs = Account.sign_transaction({**fields, **fees}, b"\x11" * 32, blobs=[BLOB, ZERO])
    made = Sidecar.from_blobs([BLOB, ZERO])
    signed = sign(blob(versioned_hashes=made.versioned_hashes), ALICE)
    assert same(network_form(signed, made), bytes(theirs.raw_transaction))
    assert bytes(theirs.hash) == keccak(bytes(theirs.raw_transaction))  # EIP-4844: the blobs are not hashed
    assert signed.id == f"0x{keccak(signed.raw).hex()}"


def carried(sidecar: Sidecar, **changes: Any) -> SignedTransaction[BlobTransaction]:
    return sign(blob(versioned_hashes=sidecar.versioned_hashes, sidecar=sidecar, **changes), ALICE)


def test_the_network_form_is_the_signed_list_and_the_sidecar(sidecar: Sidecar) -> None:
    """EIP-4844 and EIP-7594, "Networking"."""
    signed = carried(sidecar)
    raw = network_form(signed)
    lists = [list(sidecar.blobs), list(sidecar.commitments), list(sidecar.proofs)]
    version = [b"\x01"] if sidecar.version else []
    assert same(raw, b"\x03" + rlp.encode([rlp.decode(signed.raw[1:]), *version, *lists]))
    assert same(network_form(sign(blob(versioned_hashes=sidecar.versioned_hashes), ALICE), sidecar), raw)


def test_the_network_form_is_read_with_its_sidecar_and_has_the_id_of_the_signed_bytes(sidecar: Sidecar) -> None:
    signed = carried(sidecar)
    for raw in (network_form(signed), rlp.encode(network_form(signed))):
        read = ETHEREUM.decode_transaction(raw)
        assert isinstance(read, SignedTransaction)
        assert read == signed
        assert (read.raw, read.id) == (signed.raw, signed.id)
        assert same(read.transaction.sidecar, sidecar)
        assert same(network_form(read), network_form(signed))
        assert ETHEREUM.transaction_id(raw) == signed.id
    assert signed.id == ETHEREUM.transaction_id(signed.raw)


def test_a_sidecar_is_verified_against_the_hashes(sidecar: Sidecar) -> None:
    sidecar.verify(sidecar.versioned_hashes)
    assert refused(sidecar.verify, sidecar.versioned_hashes[::-1]) == "mismatch"
    assert refused(sidecar.verify, sidecar.versioned_hashes[:1]) == "mismatch"
    assert refused(sidecar.verify, HASHES) == "mismatch"


@pytest.mark.parametrize("what", ["blobs", "commitments", "proofs"])
def test_what_is_not_proven_is_refused(sidecar: Sidecar, what: str) -> None:
    parts = {name: getattr(sidecar, name) for name in ("blobs", "commitments", "proofs")}
    forged = Sidecar(version=sidecar.version, **{**parts, what: parts[what][::-1]})
    assert refused(forged.verify, forged.versioned_hashes) == "mismatch"


@pytest.mark.parametrize("what", ["commitments", "proofs"])
@pytest.mark.parametrize("point", [bytes(48), b"\xff" * 48, b"\x80" + bytes(47)])
def test_what_are_no_points_is_refused(sidecar: Sidecar, what: str, point: bytes) -> None:
    parts = {name: getattr(sidecar, name) for name in ("blobs", "commitments", "proofs")}
    forged = Sidecar(version=sidecar.version, **{**parts, what: (point, *parts[what][1:])})
    assert refused(forged.verify, forged.versioned_hashes) == "point"


@pytest.mark.parametrize("element", [ORDER, ORDER + 1, 2**256 - 1])
def test_what_are_no_field_elements_is_refused(element: int) -> None:
    broken = BLOB[:-32] + element.to_bytes(32)
    for version in (0, 1):
        assert refused(Sidecar.from_blobs, [broken], version=version) == "point"
    fine = BLOB[:-32] + (ORDER - 1).to_bytes(32)
    assert Sidecar.from_blobs([fine], version=0).commitments


PARTS: dict[str, Any] = {"version": 0, "blobs": (ZERO,), "commitments": (POINT,), "proofs": (POINT,)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"version": 2}, "version"),
        ({"version": True}, "version"),
        ({"version": None}, "version"),
        ({"version": 1}, "length"),
        ({"blobs": ()}, "length"),
        ({"blobs": [ZERO]}, "type"),
        ({"blobs": ZERO}, "type"),
        ({"blobs": (ZERO[1:],)}, "length"),
        ({"blobs": (bytearray(ZERO),)}, "length"),
        ({"blobs": (ZERO,) * 10, "commitments": (POINT,) * 10, "proofs": (POINT,) * 10}, "length"),
        ({"commitments": ()}, "length"),
        ({"commitments": (POINT, POINT)}, "length"),
        ({"commitments": (POINT[1:],)}, "length"),
        ({"proofs": ()}, "length"),
        ({"proofs": (POINT,) * 128}, "length"),
        ({"proofs": ("c0" * 48,)}, "length"),
        ({"proofs": None}, "type"),
    ],
    ids=range(17),  # the values themselves are long
)
def test_parts_of_other_shapes_are_refused(changes: dict[str, Any], expected: str) -> None:
    assert refused(Sidecar, **{**PARTS, **changes}) == expected
    assert Sidecar(**PARTS).versioned_hashes[0][:1] == b"\x01"


@pytest.mark.parametrize("blobs", [None, ZERO, (), [], [b""], [ZERO[1:]], [ZERO] * 10, {ZERO}, "blobs"], ids=range(9))
def test_other_blobs_than_blobs_are_refused(blobs: Any) -> None:
    assert refused(Sidecar.from_blobs, blobs) in ("type", "length")


@pytest.mark.parametrize("version", [2, -1, True, None, "1"])
def test_other_versions_are_refused(version: Any) -> None:
    assert refused(Sidecar.from_blobs, [ZERO], version=version) == "version"


def test_a_sidecar_of_other_blobs_is_refused(sidecar: Sidecar) -> None:
    assert refused(blob, sidecar=sidecar) == "mismatch"
    assert refused(blob, versioned_hashes=sidecar.versioned_hashes[:1], sidecar=sidecar) == "mismatch"
    assert refused(network_form, sign(blob(), ALICE), sidecar) == "mismatch"


def test_what_has_no_sidecar_has_no_network_form() -> None:
    assert refused(network_form, sign(blob(), ALICE)) == "missing"
    assert refused(network_form, sign(blob(), ALICE), b"") == "type"
    assert refused(network_form, blob()) == "type"
    assert refused(network_form, sign(transfer(), ALICE)) == "type"


def test_ET14_other_network_forms_are_refused() -> None:
    made = Sidecar(**PARTS)
    signed = carried(made)
    whole = list(rlp.decode(network_form(signed)[1:]))
    unsigned = rlp.decode(signed.transaction.raw[1:])
    short = made.blobs[0][1:]
    cases: dict[str, tuple[list[Any], str]] = {
        "unsigned": ([unsigned, *whole[1:]], "length"),
        "nothing behind it": (whole[:1], "length"),
        "no proofs": (whole[:3], "length"),
        "version 0": ([whole[0], b"", *whole[1:]], "version"),
        "version 2": ([whole[0], b"\x02", *whole[1:]], "version"),
        "version 1 with proofs of blobs": ([whole[0], b"\x01", *whole[1:]], "length"),
        "a version with a zero before it": ([whole[0], b"\x00\x01", *whole[1:]], "non-canonical"),
        "one item too many": ([*whole, []], "type"),
        "two items too many": ([*whole, [], []], "length"),
        "a list twice": ([[whole[0]], *whole[1:]], "length"),
        "a blob that is too short": ([whole[0], [short], *whole[2:]], "length"),
        "blobs that are no list": ([whole[0], made.blobs[0], *whole[2:]], "type"),
        "two blobs for one hash": ([whole[0], *[each * 2 for each in whole[1:]]], "mismatch"),
    }
    for name, (items, expected) in cases.items():
        raw = b"\x03" + bytes(rlp.encode(items))
        assert (name, refused(ETHEREUM.decode_transaction, raw)) == (name, expected)
        assert (name, refused(ETHEREUM.transaction_id, raw)) == (name, expected)


def test_ET15_a_commitment_whose_hash_is_not_signed_is_refused() -> None:
    whole = list(rlp.decode(network_form(carried(Sidecar(**PARTS)))[1:]))
    whole[2] = [POINT[:-1] + b"\x01"]
    assert refused(ETHEREUM.decode_transaction, b"\x03" + bytes(rlp.encode(whole))) == "mismatch"


def test_without_the_extra_only_what_computes_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ckzg", None)  # as where it is not installed
    made = Sidecar(**PARTS)
    signed = carried(made)
    assert ETHEREUM.decode_transaction(network_form(signed)) == signed
    for call in (lambda: Sidecar.from_blobs([ZERO]), lambda: made.verify(made.versioned_hashes)):
        with pytest.raises(MissingExtra, match=r"walletcore\[kzg\]"):
            call()


def test_the_trusted_setup_is_that_which_others_ship() -> None:
    from importlib.resources import files

    ours = (files("walletcore.chains.evm") / "trusted_setup.txt").read_bytes()
    assert same(ours, (files("eth") / "_utils" / "kzg_trusted_setup.txt").read_bytes())
    theirs = files("eth_account") / "typed_transactions" / "blob_transactions" / "kzg_trusted_setup.txt"
    assert same(ours, theirs.read_bytes())
