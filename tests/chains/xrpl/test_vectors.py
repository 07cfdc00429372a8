"""Published figures of the XRP Ledger: bytes of transactions, entries and amounts, addresses, signed transactions."""

from typing import Any

import pytest

from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.xrpl import Cosigner, Transaction, XrplChain, codec
from walletcore.chains.xrpl.amounts import read_amount, write_amount
from walletcore.coding.wire import Reader
from walletcore.errors import AddressError, DecodingError
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.xrpl import FamilySeed
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign


def row(case: Case) -> XrplChain:
    return chain(case.input["chain"], XrplChain)


@vectors("xrpl/entries", "xrpl/codec")
def test_objects_have_the_published_bytes_which_are_read_back(case: Case) -> None:
    encoded = bytes.fromhex(case.expect["encoded"])
    assert codec.encode(case.input["fields"]) == encoded
    read = codec.decode(encoded)
    assert codec.encode(read) == encoded
    if "x-address" not in case.flags:
        assert codec.encode(read | {"Fee": "1"}) == codec.encode(dict(case.input["fields"]) | {"Fee": "1"})
        assert read.keys() == case.input["fields"].keys()


@vectors("xrpl/amounts", result="valid")
def test_amounts_have_the_published_bytes_which_are_read_back(case: Case) -> None:
    encoded = bytes.fromhex(case.expect["encoded"])
    assert write_amount(case.input["amount"]) == encoded
    reader = Reader(encoded)
    assert write_amount(read_amount(reader)) == encoded
    assert not reader.remaining


@vectors("xrpl/amounts", result="invalid")
def test_XR1_what_is_no_amount_is_refused(case: Case) -> None:
    with pytest.raises(DecodingError) as refusal:
        write_amount(case.input["amount"])
    assert refusal.value.reason == case.expect["reason"]


@vectors("xrpl/addresses", result="valid")
def test_A14_addresses_are_read_with_their_tags(case: Case) -> None:
    main, tag = row(case), case.expect.get("tag")
    address = main.parse_address(case.input["address"])
    assert address.text == case.expect["address"]
    assert (address.payload.hex(), address.kind) == (case.expect["payload"], case.expect.get("kind", ""))
    assert address.tag == (None if tag is None else int(tag))
    assert row(case).account(address.payload, address.tag).text in (
        address.text,
        row(case).account(address.payload).text,
    )


@vectors("xrpl/addresses", result="invalid")
def test_what_is_no_address_of_the_network_is_refused(case: Case) -> None:
    with pytest.raises(AddressError) as refusal:
        row(case).parse_address(case.input["address"])
    assert refusal.value.reason == case.expect["reason"]


def holder(given: Any) -> PrivateKey:
    if "family_seed" in given:
        return FamilySeed.parse(given["family_seed"]).private_key()
    return PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(given["private_key"])))


@vectors("xrpl/transactions")
def test_transactions_are_signed_as_published(case: Case) -> None:
    key, main = holder(case.input), row(case)
    if case.input.get("together"):
        signers = (Cosigner(account=main.address(key.public_key), key=key.public_key),)
        made = Transaction.of(main, case.input["fields"], signers=signers)
    else:
        made = Transaction.of(main, case.input["fields"], signer=key.public_key)
    signed = sign(made, LocalSigner(key))
    assert signed.raw.hex() == case.expect["raw"]
    assert signed.id.lower() == case.expect.get("id", signed.id.lower())
    read = main.decode_transaction(signed.raw)
    assert isinstance(read, SignedTransaction)
    assert (read, read.transaction) == (signed, made)
