"""Transactions of type 3 against eth-account and rlp, and everything that is refused."""

from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from hypothesis import given

from support.evm import ALICE, ETHEREUM, HASHES, blob, blob_transactions, secrets, signer, theirs
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm import GWEI, BlobTransaction, least_gas
from walletcore.effects import Call, Fee, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.signing import sign

ME = f"eip155:1:{ETHEREUM.address(ALICE.public_key)}"


def refused(call: Any, *args: Any, **options: Any) -> str:
    """The reason for which the call is refused."""
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    assert type(caught.value) is TransactionError
    return caught.value.reason


def with_field(place: int, value: Any) -> bytes:
    """A signed transaction with one field of its list changed."""
    fields = list(rlp.decode(sign(blob(), ALICE).raw[1:]))
    fields[place] = value
    return b"\x03" + bytes(rlp.encode(fields))


@given(blob_transactions(), secrets)
def test_eth_account_signs_the_same_bytes(transaction: BlobTransaction, secret: bytes) -> None:
    holder = signer(secret)
    result = sign(replace(transaction, sender=holder.public_key), holder)
    other = theirs(transaction, secret)
    assert (result.raw, result.id) == (bytes(other.raw_transaction), f"0x{bytes(other.hash).hex()}")
    assert Account.recover_transaction(result.raw) == ETHEREUM.address(holder.public_key).text  # of EIP-55
    assert transaction.chain.decode_transaction(result.raw) == result
    assert transaction.chain.transaction_id(result.raw) == result.id
    keys = [holder.public_key]
    assert transaction.chain.decode_transaction(transaction.raw, keys=keys) == result.transaction


def test_the_rlp_package_reads_the_fields_in_the_order_of_EIP_4844() -> None:
    assert rlp.decode(blob(value=9, data=b"\x01\x02").raw[1:]) == [
        b"\x01",
        b"\x07",
        GWEI.to_bytes(4),
        (30 * GWEI).to_bytes(5),
        (21_000).to_bytes(2),
        b"\x42" * 20,
        b"\x09",
        b"\x01\x02",
        [],
        b"\x05",
        list(HASHES),
    ]


def test_effects_are_the_blobs_what_moves_and_two_fees() -> None:
    moved = Transfer(asset=ETHEREUM.asset, amount=10**18, source=ME, destination=f"eip155:1:0x{'42' * 20}")
    gas = Fee(asset=ETHEREUM.asset, at_most=21_000 * 30 * GWEI, payer=ME)
    blobs = replace(gas, at_most=2 * 131_072 * 5)  # EIP-4844, GAS_PER_BLOB
    hashes = tuple(("versionedHash", f"0x{each.hex()}") for each in HASHES)
    data = Call(target=blob().to.account_id, name="blobs", arguments=hashes)  # type: ignore[union-attr]
    assert blob().effects() == (data, moved, gas, blobs)
    assert sign(blob(), ALICE).effects() == (data, moved, gas, blobs)
    one = blob(versioned_hashes=HASHES[:1], value=0, data=b"\x01").effects()
    assert str(one[0]).endswith(f" blobs(versionedHash=0x{HASHES[0].hex()})")
    assert [type(each) for each in one] == [Call, Opaque, Fee, Fee]


def test_blob_gas_is_no_gas() -> None:
    assert blob().blob_gas == 2 << 17
    assert least_gas(blob()) == 21_000


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to": None}, "missing"),
        ({"to": None, "value": 0}, "missing"),
        ({"to": "0x" + "42" * 20}, "type"),
        ({"max_blob_fee": -1}, "range"),
        ({"max_blob_fee": 2**256}, "range"),
        ({"max_blob_fee": 2**239}, "range"),  # times 2^17 and two blobs
        ({"max_blob_fee": True}, "type"),
        ({"max_blob_fee": 1.0}, "type"),
        ({"max_priority_fee": 31 * GWEI}, "mismatch"),  # ET04
        ({"versioned_hashes": ()}, "length"),
        ({"versioned_hashes": HASHES[:1] * 10}, "length"),
        ({"versioned_hashes": list(HASHES)}, "type"),
        ({"versioned_hashes": None}, "type"),
        ({"versioned_hashes": HASHES[0]}, "type"),
        ({"versioned_hashes": (HASHES[0][:31],)}, "length"),
        ({"versioned_hashes": (HASHES[0] + b"\x00",)}, "length"),
        ({"versioned_hashes": (bytearray(HASHES[0]),)}, "length"),
        ({"versioned_hashes": ((),)}, "length"),
        ({"sidecar": b""}, "type"),
        ({"access_list": []}, "type"),
    ],
)
def test_fields_that_no_network_takes_are_refused(changes: dict[str, Any], expected: str) -> None:
    assert refused(blob, **changes) == expected


@pytest.mark.parametrize("first", [0x00, 0x02, 0x81, 0xFF])
@pytest.mark.parametrize("place", [0, 1])
def test_ET15_a_hash_of_another_version_is_refused(first: int, place: int) -> None:
    """EIP-4844, "VERSIONED_HASH_VERSION_KZG"; both when it is made and when foreign bytes are read."""
    hashes = list(HASHES)
    hashes[place] = bytes((first,)) + hashes[place][1:]
    assert refused(blob, versioned_hashes=tuple(hashes)) == "version"
    assert refused(ETHEREUM.decode_transaction, with_field(10, hashes)) == "version"
    signed = Account.sign_transaction(
        {
            "type": 3,
            "chainId": 1,
            "nonce": 7,
            "gas": 21_000,
            "to": "0x" + "42" * 20,
            "value": 1,
            "data": "0x",
            "maxFeePerGas": 2,
            "maxPriorityFeePerGas": 1,
            "maxFeePerBlobGas": 1,
            "accessList": (),
            "blobVersionedHashes": [f"0x{each.hex()}" for each in hashes],
        },
        b"\x11" * 32,
    )
    assert refused(ETHEREUM.decode_transaction, bytes(signed.raw_transaction)) == "version"
    assert refused(ETHEREUM.transaction_id, bytes(signed.raw_transaction)) == "version"


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (0, b"\x02", "network"),
        (0, b"", "network"),  # ET01
        (1, b"\xff" * 8, "range"),  # ET03
        (5, b"", "missing"),
        (5, bytes(19), "length"),  # ET08
        (6, b"\x01" + bytes(32), "range"),  # ET02
        (8, [[bytes(19), []]], "length"),
        (9, b"\x00", "non-canonical"),  # R27
        (9, b"\x00\x05", "non-canonical"),
        (9, b"\x01" + bytes(32), "range"),
        (9, [], "type"),
        (10, [], "length"),
        (10, b"", "type"),
        (10, HASHES[0], "type"),
        (10, [HASHES[0][1:]], "length"),
        (10, [[HASHES[0]]], "length"),
        (10, [HASHES[0]] * 10, "length"),
        (11, b"\x02", "range"),
        (12, b"", "range"),
        (13, b"\xff" * 32, "range"),
        (13, (0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140).to_bytes(32), "non-canonical"),
    ],
)
def test_ET14_fields_that_no_engine_takes_are_refused(place: int, value: Any, expected: str) -> None:
    assert refused(ETHEREUM.decode_transaction, with_field(place, value)) == expected


def test_T01_R29_bytes_that_end_early_or_go_on_are_refused() -> None:
    for raw in (blob().raw, sign(blob(), ALICE).raw):
        assert {refused(ETHEREUM.decode_transaction, raw[:size]) for size in range(len(raw))} == {"truncated"}
        assert refused(ETHEREUM.decode_transaction, raw + b"\x00") == "trailing"


@pytest.mark.parametrize("count", [0, 1, 10, 12, 13, 15])
def test_ET10_other_numbers_of_fields_are_refused(count: int) -> None:
    fields = [*rlp.decode(sign(blob(), ALICE).raw[1:]), b""]
    assert refused(ETHEREUM.decode_transaction, b"\x03" + bytes(rlp.encode(fields[:count]))) == "length"


def test_ET14_a_flipped_bit_is_refused_or_makes_another_sender() -> None:
    raw = sign(blob(), ALICE).raw
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        try:
            decoded = ETHEREUM.decode_transaction(bytes(flipped))
        except TransactionError:
            continue
        assert isinstance(decoded, SignedTransaction)
        assert decoded.transaction.sender != ALICE.public_key
        assert decoded.raw == bytes(flipped)


def test_the_bytes_are_read_from_a_string_of_the_network_as_well() -> None:
    signed = sign(blob(), ALICE)
    assert ETHEREUM.decode_transaction(bytes(rlp.encode(signed.raw))) == signed
