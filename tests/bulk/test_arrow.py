"""From a record batch to a record batch: the same addresses in the same rows, and columns that are none."""

from typing import Any

import pyarrow as pa
import pytest
import wallycore as wally

from walletcore import ExtendedPrivateKey
from walletcore.bulk import Account
from walletcore.bulk import account as account_module
from walletcore.bulk.arrow import SCHEMA, address_batch
from walletcore.errors import DerivationError
from walletcore.hashes import hmac_sha512_after

ACCOUNT = Account.of(
    ExtendedPrivateKey.from_seed(bytes(range(64))).derive("m/84'/0'/3'").public, "bitcoin", kind="p2wpkh"
)


def by_wally(change: int, index: int) -> str:
    flags = wally.BIP32_FLAG_KEY_PUBLIC | wally.BIP32_FLAG_SKIP_HASH
    parent = wally.bip32_key_from_base58(str(ACCOUNT.xpub))
    key = bytes(wally.bip32_key_get_pub_key(wally.bip32_key_from_parent_path(parent, [change, index], flags)))
    script = wally.witness_program_from_bytes(key, wally.WALLY_SCRIPT_HASH160)
    return str(wally.addr_segwit_from_bytes(script, "bc", 0))


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int32(), pa.uint64()])
def test_rows_keep_their_order_whatever_their_changes(kind: pa.DataType) -> None:
    indices, changes = [7, 3, 3, 0, 127], [1, 0, 1, 5, 0]
    batch = pa.record_batch({"who": list("abcde"), "index": pa.array(indices, kind), "change": pa.array(changes, kind)})
    found = address_batch(batch, ACCOUNT)
    assert found.schema == SCHEMA
    assert found.to_pylist() == [
        {"account": 3, "change": change, "index": index, "address": by_wally(change, index)}
        for change, index in zip(changes, indices, strict=True)
    ]


def test_without_a_change_all_are_receiving_addresses() -> None:
    found = address_batch(pa.record_batch({"index": pa.array(range(2**31 - 300, 2**31))}), ACCOUNT).to_pylist()
    assert [(row["change"], row["index"]) for row in found] == [(0, index) for index in range(2**31 - 300, 2**31)]
    assert [found[place]["address"] for place in (0, 256, 299)] == [
        by_wally(0, 2**31 - 300 + place) for place in (0, 256, 299)
    ]
    none = pa.record_batch({"index": pa.array([], pa.int64())})
    assert address_batch(none, ACCOUNT).to_pylist() == []


def test_an_index_without_a_key_has_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """BIP-32: one in 2^127 has none, so that the hash is made to be one."""

    def after(key: bytes, prefix: bytes) -> object:
        made = hmac_sha512_after(key, prefix)
        return lambda data: b"\xff" * 64 if data == (5).to_bytes(4) else made(data)

    monkeypatch.setattr(account_module, "hmac_sha512_after", after)
    batch = pa.record_batch({"index": [4, 5, 6, 5], "change": [0, 0, 1, 1]})
    assert [tuple(row.values())[1:3] for row in address_batch(batch, ACCOUNT).to_pylist()] == [(0, 4), (1, 6)]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"indices": [1]}, "type"),
    ({"index": ["1"]}, "type"),
    ({"index": [1.0]}, "type"),
    ({"index": [True]}, "type"),
    ({"index": [[1]]}, "type"),
    ({"index": [1], "change": ["0"]}, "type"),
    ({"index": [1, None]}, "missing"),
    ({"index": [1, 2], "change": [0, None]}, "missing"),
    ({"index": [1, -1]}, "range"),
    ({"index": [2**31]}, "range"),
    ({"index": pa.array([2**64 - 1], pa.uint64())}, "range"),
    ({"index": [1, 1], "change": [0, 2**31]}, "hardened"),
]


@pytest.mark.parametrize(("columns", "reason"), BAD)
def test_columns_of_something_else_are_refused(columns: dict[str, Any], reason: str) -> None:
    with pytest.raises(DerivationError) as caught:
        address_batch(pa.record_batch(columns), ACCOUNT)
    assert caught.value.reason == reason


def test_a_column_that_is_there_twice_is_refused() -> None:
    for name in ("index", "change"):
        batch = pa.RecordBatch.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["index", "change", name])
        with pytest.raises(DerivationError, match=f"expected one column {name}"):
            address_batch(batch, ACCOUNT)


@pytest.mark.parametrize("change", [-1, 2**32])
def test_a_change_that_is_none_is_refused(change: int) -> None:
    with pytest.raises(DerivationError):
        address_batch(pa.record_batch({"index": [1], "change": [change]}), ACCOUNT)
