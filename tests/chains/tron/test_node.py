"""The JSON of nodes: what is signed are the bytes, and all that stands beside them must say the same."""

import copy
import json
from typing import Any

import pytest

from support.tron import ALICE, ME, TRON, YOU, transfer
from walletcore.chains import tron
from walletcore.errors import TransactionError
from walletcore.signing import sign

# As a full node gives it: Tron documentation, "CreateTransaction"; the bytes are those of trustwallet/wallet-core,
# tests/chains/Tron/SerializationTests.cpp, TransferAsset @ 5295dc4fe299
NODE: dict[str, Any] = {
    "visible": False,
    "txID": "546a3d07164c624809cf4e564a083a7a7974bb3c4eff6bb3e278b0ca21083fcb",
    "raw_data": {
        "contract": [
            {
                "parameter": {
                    "value": {
                        "amount": 4,
                        "asset_name": "31303030393539",
                        "owner_address": "415cd0fb0ab3ce40f3051414c604b27756e69e43db",
                        "to_address": "41521ea197907927725ef36d70f25f850d1659c7c7",
                    },
                    "type_url": "type.googleapis.com/protocol.TransferAssetContract",
                },
                "type": "TransferAssetContract",
            }
        ],
        "ref_block_bytes": "b801",
        "ref_block_hash": "0e2bc08d550f5f58",
        "expiration": 1541926116000,
        "timestamp": 1539295479000,
    },
    "raw_data_hex": (
        "0a02b80122080e2bc08d550f5f5840a0b5d58ff02c5a730802126f0a32747970652e676f6f676c65617069732e636f6d2f70726f746f"
        "636f6c2e5472616e736665724173736574436f6e747261637412390a07313030303935391215415cd0fb0ab3ce40f3051414c604b277"
        "56e69e43db1a1541521ea197907927725ef36d70f25f850d1659c7c7200470d889a4a9e62c"
    ),
}
SIGNATURE = (
    "77f5eabde31e739d34a66914540f1756981dc7d782c9656f5e14e53b59a15371603a183aa12124adeee7991bf55acc8e488a6ca04fb393b1"
    "a8ac16610eeafdfc00"
)


def test_what_a_node_gives_is_read_and_written_again() -> None:
    made = tron.from_node(TRON, NODE)
    assert isinstance(made, tron.Transaction)
    assert isinstance(made.contract, tron.TransferAssetContract)
    assert (made.contract.amount, made.contract.asset_name) == (4, "1000959")
    assert tron.to_node(made) == NODE
    assert tron.from_node(TRON, json.dumps(NODE)) == made
    for missing in ({"raw_data"}, {"txID"}, {"raw_data", "txID", "visible"}):
        assert tron.from_node(TRON, {name: value for name, value in NODE.items() if name not in missing}) == made


def test_signatures_of_a_node_are_verified() -> None:
    signed = tron.from_node(TRON, NODE | {"signature": [SIGNATURE]})
    assert tron.to_node(signed) == NODE | {"signature": [SIGNATURE]}
    assert TRON.decode_transaction(signed.raw) == signed
    with pytest.raises(TransactionError):
        tron.from_node(TRON, NODE | {"signature": [SIGNATURE, SIGNATURE]})
    for wrong in ([SIGNATURE[:-2]], ["zz"], [1], SIGNATURE):
        with pytest.raises(TransactionError):
            tron.from_node(TRON, NODE | {"signature": wrong})


def test_addresses_may_be_text() -> None:
    """``visible`` is true: Tron documentation, "HTTP API"."""
    made = tron.from_node(TRON, NODE)
    visible = tron.to_node(made, visible=True)
    value = visible["raw_data"]["contract"][0]["parameter"]["value"]
    assert value["owner_address"] == "TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC"
    assert value["asset_name"] == "1000959"
    assert tron.from_node(TRON, visible) == made
    with pytest.raises(TransactionError):
        tron.from_node(TRON, visible | {"visible": False})


def changed(path: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(NODE)
    *steps, last = path.split(".")
    place: Any = document
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return document


CALL = "raw_data.contract.0"
VALUE = f"{CALL}.parameter.value"
LIES = {
    "amount": changed(f"{VALUE}.amount", 5),
    "amount-text": changed(f"{VALUE}.amount", "4"),
    "amount-bool": changed(f"{VALUE}.amount", True),
    "amount-missing": changed(f"{VALUE}.amount", None),
    "recipient": changed(f"{VALUE}.to_address", "415cd0fb0ab3ce40f3051414c604b27756e69e43db"),
    "owner": changed(f"{VALUE}.owner_address", "41521ea197907927725ef36d70f25f850d1659c7c7"),
    "token": changed(f"{VALUE}.asset_name", "31303030393630"),
    "member": changed(f"{VALUE}.call_value", 1),
    "type": changed(f"{CALL}.type", "TransferContract"),
    "url": changed(f"{CALL}.parameter.type_url", "type.googleapis.com/protocol.TransferContract"),
    "permission": changed(f"{CALL}.Permission_id", 2),
    "contracts": changed("raw_data.contract", NODE["raw_data"]["contract"] * 2),
    "no-contract": changed("raw_data.contract", []),
    "contract-object": changed("raw_data.contract", {}),
    "expiration": changed("raw_data.expiration", 1541926116001),
    "timestamp": changed("raw_data.timestamp", 1),
    "block": changed("raw_data.ref_block_bytes", "b802"),
    "memo": changed("raw_data.data", "00"),
    "fee": changed("raw_data.fee_limit", 1),
    "raw-data": changed("raw_data", []),
}


@pytest.mark.parametrize("document", LIES.values(), ids=LIES)
def test_TR1_json_that_says_another_thing_than_the_bytes_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(TransactionError) as caught:
        tron.from_node(TRON, document)
    assert caught.value.reason in ("mismatch", "type")


def test_TR1_an_id_that_is_not_that_of_the_bytes_is_refused() -> None:
    for wrong in ("00" * 32, NODE["txID"].upper(), "", None, 1):
        with pytest.raises(TransactionError) as caught:
            tron.from_node(TRON, NODE | {"txID": wrong})
        assert caught.value.reason == "mismatch"


def test_TR1_bytes_of_another_transaction_are_refused() -> None:
    other = transfer().raw.hex()
    with pytest.raises(TransactionError):
        tron.from_node(TRON, NODE | {"raw_data_hex": other})
    with pytest.raises(TransactionError):
        tron.from_node(TRON, NODE | {"raw_data_hex": other, "txID": transfer().id})
    assert tron.from_node(TRON, {"raw_data_hex": other}) == transfer(signers=())


def test_TR1_zeros_that_nodes_write_or_leave_out_are_no_difference() -> None:
    for path, zero in (
        ("raw_data.fee_limit", 0),
        ("raw_data.data", ""),
        (f"{CALL}.Permission_id", 0),
        (f"{VALUE}.support", False),
    ):
        assert tron.from_node(TRON, changed(path, zero)) == tron.from_node(TRON, NODE)


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"raw_data": NODE["raw_data"]},
        NODE | {"result": True},
        NODE | {"raw_data_hex": ""},
        NODE | {"raw_data_hex": "0"},
        NODE | {"raw_data_hex": sign(transfer(), ALICE).raw.hex()},
        [],
        None,
        "{",
        '{"raw_data_hex": "00", "raw_data_hex": "00"}',
    ],
)
def test_what_is_no_answer_of_a_node_is_refused(source: Any) -> None:
    with pytest.raises(TransactionError):
        tron.from_node(TRON, source)


def test_only_transactions_are_written() -> None:
    with pytest.raises(TransactionError):
        tron.to_node(tron.TransferContract(owner_address=ME, to_address=YOU, amount=1))  # type: ignore[arg-type]
