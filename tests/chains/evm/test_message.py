"""EIP-191: what is signed, who signed it, and what a person is told about it."""

import asyncio
import contextlib
import copy
import json
import pickle
from dataclasses import replace
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_account import Account
from eth_account.messages import encode_defunct, encode_intended_validator, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from support.evm import ALICE, ETHEREUM, LAST, MALLORY, POLYGON, secrets, signer, transfer
from support.texts import UNSEEN
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import Message, TypedData
from walletcore.chains.evm.message import decode
from walletcore.effects import Approve, Opaque, Statement
from walletcore.errors import AddressError, InvalidSignature, MissingSignature, TransactionError, WalletcoreError
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.signing import Signature, collect, merge, sign, sign_async

VALIDATOR = ETHEREUM.account(b"\x42" * 20)
KEY = b"\x11" * 32


def message(**changes: Any) -> Message:
    """Return Alice's message with some fields changed."""
    return Message(**{"chain": ETHEREUM, "signer": ALICE.public_key, "data": b"hello world", **changes})


def typed(**domain: Any) -> TypedData:
    """Return a vote in a domain."""
    return TypedData.parse(
        {
            "types": {"Vote": [{"name": "yes", "type": "bool"}]},
            "primaryType": "Vote",
            "domain": domain,
            "message": {"yes": True},
        }
    )


def permit(value: object = "7", **domain: Any) -> TypedData:
    """Return an ERC-2612 permit in a domain."""
    members = [("owner", "address"), ("spender", "address"), ("value", "uint256"), ("nonce", "uint256")]
    return TypedData.parse(
        {
            "types": {"Permit": [{"name": n, "type": t} for n, t in (*members, ("deadline", "uint256"))]},
            "primaryType": "Permit",
            "domain": domain,
            "message": {"owner": b"\x01" * 20, "spender": b"\x02" * 20, "value": value, "nonce": 0, "deadline": 2**64},
        }
    )


# What is signed.


@vectors("evm/eip191", operation="message.sign", result="valid")
def test_published_messages_have_their_hashes_and_signatures(case: Case) -> None:
    holder = signer(bytes.fromhex(case.input["private_key"]))
    validator = case.input.get("validator")
    mine = message(
        chain=chain(case.input["chain"]),
        signer=holder.public_key,
        data=bytes.fromhex(case.input["message"]),
        validator=None if validator is None else ETHEREUM.account(bytes.fromhex(validator)),
    )
    assert mine.payload.hex() == case.expect["preimage"]
    assert mine.digest.hex() == case.expect["digest"]
    if "signature" in case.expect:
        signature = bytes.fromhex(case.expect["signature"])
        assert sign(mine, holder).raw == signature
        assert ETHEREUM.address(mine.recover(signature)).text == case.expect["address"]


@vectors("evm/eip191", operation="message.sign", result="invalid")
def test_a_published_validator_of_another_length_is_refused(case: Case) -> None:
    account = bytes.fromhex(case.input["validator"])
    with pytest.raises(TransactionError) as caught:
        message(validator=Address(chain=ETHEREUM, text=f"0x{account.hex()}", payload=account))
    assert caught.value.reason == case.expect["reason"]
    with pytest.raises(AddressError):
        ETHEREUM.account(account)


def test_a_validator_whose_text_and_bytes_differ_is_refused() -> None:
    with pytest.raises(TransactionError) as caught:
        message(validator=replace(VALIDATOR, payload=bytes(20)))
    assert caught.value.reason == "mismatch"


@vectors("evm/eip191", operation="message.verify")
def test_published_signatures_are_judged_by_the_strict_rules(case: Case) -> None:
    mine = message(signer=None, data=bytes.fromhex(case.input["message"]))
    address, signature = ETHEREUM.parse_address(case.input["address"]), bytes.fromhex(case.input["signature"])
    verdicts = case.expect.get("verdicts", {})
    strict = next((verdicts[rule] for rule in ("low-s", "v-27-28") if rule in verdicts), case.expect["result"])
    if strict == "valid":
        mine.verify(signature, address)
        return
    with pytest.raises(InvalidSignature) as caught:
        mine.verify(signature, address)
    assert caught.value.reason == case.expect["reason"]


@given(secrets, st.binary(max_size=200))
def test_personal_messages_are_those_of_eth_account(secret: bytes, data: bytes) -> None:
    theirs = Account.sign_message(encode_defunct(data), secret)
    mine = message(signer=signer(secret).public_key, data=data)
    assert mine.digest == bytes(theirs.message_hash)
    assert sign(mine, signer(secret)).raw == bytes(theirs.signature)


@given(secrets, st.binary(max_size=200), st.binary(min_size=20, max_size=20))
def test_data_for_a_validator_are_those_of_eth_account(secret: bytes, data: bytes, validator: bytes) -> None:
    theirs = Account.sign_message(encode_intended_validator(ETHEREUM.account(validator).text, data), secret)
    mine = message(signer=signer(secret).public_key, data=data, validator=ETHEREUM.account(validator))
    assert sign(mine, signer(secret)).raw == bytes(theirs.signature)


@given(secrets)
def test_signed_typed_data_are_those_of_eth_account(secret: bytes) -> None:
    data = permit(name="USD Coin", version="2", chainId=1, verifyingContract=b"\x03" * 20)
    document = json.loads(data.raw)
    theirs = Account.sign_message(encode_typed_data(full_message=document), secret)
    assert sign(message(signer=signer(secret).public_key, data=data), signer(secret)).raw == bytes(theirs.signature)


def test_the_request_carries_the_prefixed_bytes_their_hash_and_the_message() -> None:
    origin = KeyOrigin(b"\x01\x02\x03\x04", Path.parse("m/44'/60'/0'/0/0"))
    mine = message(origin=origin)
    (request,) = mine.requests()
    assert request.payload == b"\x19Ethereum Signed Message:\n11hello world"
    assert request.message == mine.digest
    assert (request.origin, request.subject) == (origin, mine)


def test_a_message_is_signed_through_every_driver() -> None:
    mine = message()
    expected = sign(mine, ALICE).raw
    assert mine.assemble(merge(collect(mine.requests(), MALLORY), collect(mine.requests(), ALICE))).raw == expected
    assert asyncio.run(sign_async(mine, ALICE)).raw == expected
    with pytest.raises(MissingSignature):
        sign(mine, MALLORY)
    assert copy.deepcopy(mine) == mine == pickle.loads(pickle.dumps(mine))


def test_an_answer_that_is_wrong_is_not_assembled() -> None:
    mine = message()
    (answer,) = collect(message(data=b"hello worle").requests(), ALICE)
    assert answer is not None
    with pytest.raises(InvalidSignature):
        mine.assemble((Signature(scheme=answer.scheme, data=answer.data),))


def test_a_message_without_a_signer_has_effects_but_no_requests() -> None:
    mine = message(signer=None)
    assert mine.effects() == (Statement(text="hello world"),)
    with pytest.raises(TransactionError, match="signer key unknown") as caught:
        mine.requests()
    assert caught.value.reason == "missing"


# What comes back from bytes.


@given(st.binary(max_size=120) | st.from_regex(rb"[0-9]{1,12}", fullmatch=True))
def test_a_message_is_rebuilt_from_its_bytes(data: bytes) -> None:
    for mine in (message(data=data), message(data=data, validator=VALIDATOR)):
        again = decode(ETHEREUM, mine.raw, [ALICE.public_key])
        assert again == mine
        assert again.requests() == mine.requests()


def test_typed_data_are_rebuilt_from_their_json() -> None:
    mine = message(data=typed(name="Vote", chainId=1))
    assert decode(ETHEREUM, mine.raw, [ALICE.public_key]) == mine
    with pytest.raises(TransactionError):
        decode(POLYGON, mine.raw)


@given(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda rest: b"\x19Ethereum Signed Message:\n" + rest)
    | st.binary(max_size=60).map(lambda rest: b"\x19\x00" + rest)
    | st.text(max_size=60).map(lambda rest: b'{"types":' + rest.encode(errors="surrogatepass"))
)
def test_bytes_are_a_message_with_these_bytes_or_refused(raw: bytes) -> None:
    with contextlib.suppress(TransactionError):
        assert decode(ETHEREUM, raw).raw == raw


REFUSED_BYTES: list[Any] = [
    b"",
    b"hello",
    b"\x19",
    b"\x19\x01" + bytes(64),  # hashes only: what they stand for is not known
    b"\x19\x00" + bytes(19),
    b"\x19Ethereum Signed Message:\n",
    b"\x19Ethereum Signed Message:\n5hell",
    b"\x19Ethereum Signed Message:\n3hell",
    b"\x19Ethereum Signed Message:\n04hell",
    b"\x19Ethereum Signed Message:\n-4hell",
    b"{}",
    b'{"\xff"}',
    "text",
    None,
    bytearray(b"\x19\x00" + bytes(20)),
    b"\x19Ethereum Signed Message:\n2097153" + bytes(2097153),
]


@pytest.mark.parametrize("raw", REFUSED_BYTES, ids=lambda raw: repr(raw)[:40])
def test_other_bytes_are_refused(raw: Any) -> None:
    with pytest.raises(TransactionError):
        decode(ETHEREUM, raw)


def nested(depth: int) -> TypedData:
    """Return typed data with structs of this depth, and white space, accents and numbers of every spelling in them."""
    types = {f"T{level}": [{"name": "t", "type": f"T{level + 1}"}] for level in range(depth)}
    types[f"T{depth}"] = [{"name": "t", "type": "string"}, {"name": "n", "type": "uint256[]"}]
    value: Any = {"t": " {é}\n\U0001f600", "n": [1, "2", "0x3"]}
    for _ in range(depth):
        value = {"t": value}
    return TypedData.parse({"types": types, "primaryType": "T0", "domain": {}, "message": value})


KINDS = [
    message(),
    message(data=b""),
    message(data=b"\xc0" * 200),
    message(data=b"12345"),
    message(data=transfer().raw),
    message(data=b"{}", validator=VALIDATOR),
    message(data=b"", validator=VALIDATOR),
    message(data=b"\xff" * 70_000, validator=ETHEREUM.account(b"\xff" * 20)),
    message(data=typed(name="Vote", chainId=1)),
    message(data=typed()),
    message(data=nested(12)),
]


@pytest.mark.parametrize("mine", KINDS, ids=lambda mine: repr(mine.raw)[:30])
def test_each_kind_of_message_is_read_where_transactions_are(mine: Message) -> None:
    again = ETHEREUM.decode_transaction(mine.raw, keys=[ALICE.public_key])
    assert again == mine
    assert type(again) is Message
    assert again.requests() == mine.requests()
    assert again.effects() == mine.effects()
    assert sign(again, ALICE).raw == sign(mine, ALICE).raw
    assert ETHEREUM.decode_transaction(mine.raw) == replace(mine, signer=None)
    with pytest.raises(TransactionError) as caught:
        ETHEREUM.decode_transaction(mine.raw, keys=[ALICE.public_key, MALLORY.public_key])
    assert caught.value.reason == "ambiguous"


@given(st.binary(max_size=120), st.booleans())
def test_any_message_is_read_where_transactions_are(data: bytes, validated: bool) -> None:
    mine = message(data=data, validator=VALIDATOR if validated else None)
    assert ETHEREUM.decode_transaction(mine.raw, keys=[ALICE.public_key]) == mine


FIELDS = [b"\x01", *[b""] * 7, [], b"\x01", b"\x01", b"\x01"]


@pytest.mark.parametrize("kind", [number for number in range(0x80) if number not in range(1, 6)])
def test_no_type_of_transaction_is_taken_for_a_message(kind: int) -> None:
    """0x19 is EIP-191's and 0x7b begins a JSON text; a list after them is a transaction of that type, as CIP-64's."""
    for fields in (FIELDS, FIELDS[:9], [], [b"a" * 200]):
        raw = bytes((kind,)) + rlp.encode(fields)
        for written in (raw, rlp.encode(raw)):
            with pytest.raises(TransactionError) as caught:
                ETHEREUM.decode_transaction(written)
            assert caught.value.reason == "version"
            assert f"got type {kind}" in str(caught.value)


@pytest.mark.parametrize("mine", KINDS, ids=lambda mine: repr(mine.raw)[:30])
def test_no_message_begins_as_a_transaction_of_any_type_does(mine: Message) -> None:
    assert mine.raw[0] in (0x19, 0x7B)
    assert mine.raw[1] < 0xC0
    with pytest.raises(TransactionError) as caught:  # and it is not what the network's messages wrap in a string
        ETHEREUM.decode_transaction(rlp.encode(mine.raw))
    assert caught.value.reason == "version"


@pytest.mark.parametrize(
    "raw", [b"{", b"\x19", b"\x19\x01" + bytes(64), b"\x19\x45", b"{}", b"{ }", b'{"a', b"{\xbf", b"\x19\xbf"]
)
def test_what_begins_as_a_message_and_is_none_is_refused_as_one(raw: bytes) -> None:
    with pytest.raises(TransactionError) as caught:
        ETHEREUM.decode_transaction(raw)
    assert "type" not in str(caught.value).replace("typed", "").replace("types", "")


def test_typed_data_for_another_chain_are_refused_where_transactions_are_read() -> None:
    raw = message(data=typed(name="Vote", chainId=1)).raw
    with pytest.raises(TransactionError) as caught:
        POLYGON.decode_transaction(raw)
    assert caught.value.reason == "network"


@pytest.mark.parametrize("keys", [5, [ALICE.public_key, MALLORY.public_key], ["key"]])
def test_keys_that_are_no_sequence_of_one_key_are_refused(keys: Any) -> None:
    with pytest.raises(TransactionError):
        decode(ETHEREUM, message().raw, keys)


# Who signed.


@given(secrets, st.binary(max_size=40))
def test_the_signer_is_recovered_and_no_other_message_verifies(secret: bytes, data: bytes) -> None:
    key = signer(secret).public_key
    mine = message(signer=key, data=data)
    signature = sign(mine, signer(secret)).raw
    assert mine.recover(signature) == key
    mine.verify(signature, key)
    mine.verify(signature, POLYGON.address(key))
    for other in (message(data=data + b"!"), message(data=data, validator=VALIDATOR)):
        with pytest.raises(InvalidSignature):
            other.verify(signature, key)


def high_s(signature: bytes) -> bytes:
    """Return the other signature that mathematics allows."""
    s = LAST + 1 - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes((55 - signature[64],))


GOOD = sign(message(), ALICE).raw
BAD_SIGNATURES: dict[str, Any] = {
    "64 bytes": GOOD[:64],
    "66 bytes": GOOD + b"\0",
    "no bytes": b"",
    "text": GOOD.hex(),
    "bytearray": bytearray(GOOD),
    "v of 0": GOOD[:64] + bytes((GOOD[64] - 27,)),
    "v of 29": GOOD[:64] + b"\x1d",
    "v of EIP-155": GOOD[:64] + b"\x25",
    "the other v": GOOD[:64] + bytes((55 - GOOD[64],)),
    "high s": high_s(GOOD),
    "r of zero": bytes(32) + GOOD[32:],
    "s of zero": GOOD[:32] + bytes(32) + GOOD[64:],
    "r of n": (LAST + 1).to_bytes(32) + GOOD[32:],
    "r flipped": bytes((GOOD[0] ^ 1,)) + GOOD[1:],
}


@pytest.mark.parametrize("name", BAD_SIGNATURES)
def test_a_signature_that_is_not_exactly_right_is_refused(name: str) -> None:
    message().verify(GOOD, ALICE.public_key)
    with pytest.raises(InvalidSignature):
        message().verify(BAD_SIGNATURES[name], ALICE.public_key)


def test_the_bare_parity_passes_by_name_only() -> None:
    bare = GOOD[:64] + bytes((GOOD[64] - 27,))
    message().verify(bare, ALICE.public_key, allow_parity=True)
    message().verify(GOOD, ALICE.public_key, allow_parity=True)
    with pytest.raises(InvalidSignature):
        message().verify(GOOD[:64] + b"\x02", ALICE.public_key, allow_parity=True)


@pytest.mark.parametrize(
    "other",
    [
        MALLORY.public_key,
        ETHEREUM.address(MALLORY.public_key),
        ETHEREUM.address(ALICE.public_key).text,
        ETHEREUM.address(ALICE.public_key).payload,
        replace(ETHEREUM.address(ALICE.public_key), text=VALIDATOR.text),
        Address(chain=chain("bitcoin"), text="", payload=ETHEREUM.address(ALICE.public_key).payload),
        None,
    ],
    ids=str,
)
def test_another_signer_is_refused(other: Any) -> None:
    with pytest.raises(InvalidSignature):
        message().verify(GOOD, other)


@given(st.binary(max_size=70))
def test_no_bytes_make_verification_fail_in_another_way(signature: bytes) -> None:
    with pytest.raises(InvalidSignature):
        message().verify(signature, ALICE.public_key)


# What a person is told.


def shown(data: bytes) -> str:
    """Return why a personal message cannot be read; empty for text."""
    (effect,) = message(data=data).effects()
    if isinstance(effect, Statement):
        assert effect.text.encode() == data
        return ""
    assert isinstance(effect, Opaque)
    assert effect.data == data
    return effect.why


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "I agree to the terms of service!",
        "line\nline\ttab\r\n",
        "Grüße 🦊 👨‍👩‍👧 \u2764\ufe0f\u200d\U0001f525 \u2602\ufe0e",
        "नमस्ते",
        "葛飾",
        "deadbeef",
        "0x",
    ],
)
def test_text_is_a_statement(text: str) -> None:
    assert shown(text.encode()) == ""


ET13 = {
    "a hash of 32 bytes": bytes(range(128, 160)),
    "the hash of a transaction": transfer().requests()[0].message,
    "that hash in hexadecimal": transfer().requests()[0].message.hex().encode(),
    "that hash with 0x": b"0x" + transfer().requests()[0].message.hex().encode(),
    "an unsigned transaction": transfer().raw,
    "a transaction in hexadecimal": b"0x" + transfer().raw.hex().encode(),
    "a legacy transaction": bytes.fromhex("c9") + bytes(9).replace(b"\0", b"\x01"),
    "typed data that are hashed": typed().payload,
    "a personal message": message().payload,
}


@pytest.mark.parametrize("name", ET13)
def test_ET13_data_that_is_a_hash_or_a_transaction_is_flagged(name: str) -> None:
    assert "blind signing" in shown(ET13[name])


@pytest.mark.parametrize(
    "data", [b"\xff", bytes(31), bytes(33), b"pay\x00me", "\u202eevil".encode(), b"\x7f", b"ab" * 33, b"a\x1b[2J"]
)
def test_other_bytes_are_opaque(data: bytes) -> None:
    assert shown(data) != ""


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_text_that_hides_characters_is_opaque(unseen: str) -> None:
    for text in (unseen, f"pay{unseen}", f"{unseen}me", f"\u2764{unseen}\U0001f525"):
        assert shown(text.encode()) != ""


def test_data_for_a_validator_are_opaque() -> None:
    (effect,) = message(validator=VALIDATOR).effects()
    assert effect == Opaque(why=f"data for the contract {VALIDATOR.account_id}", data=b"hello world")


OWNER = "0x" + "01" * 20  # without letters: its own checksum


def test_a_permit_is_an_approval_where_contract_and_chain_are_named() -> None:
    contract = ETHEREUM.account(b"\x03" * 20)
    (effect,) = message(data=permit(chainId=1, verifyingContract=contract.text)).effects()
    spender = ETHEREUM.account(b"\x02" * 20).account_id
    assert effect == Approve(asset=f"eip155:1/erc20:{contract}", amount=7, spender=spender, source=f"eip155:1:{OWNER}")


@pytest.mark.parametrize("value", [7, "7", "0x7", "0x" + "7".zfill(64)])
def test_each_spelling_of_the_amount_of_a_permit_is_the_amount(value: object) -> None:
    (effect,) = message(data=permit(value, chainId=1, verifyingContract=VALIDATOR.payload)).effects()
    spender = ETHEREUM.account(b"\x02" * 20).account_id
    assert effect == Approve(asset=f"eip155:1/erc20:{VALIDATOR}", amount=7, spender=spender, source=f"eip155:1:{OWNER}")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (permit(chainId=1), "typed data Permit for whatever contract takes it on eip155:1"),
        (typed(name="Vote"), "typed data Vote of 'Vote' for whatever contract takes it on any chain"),
        (
            typed(verifyingContract=VALIDATOR.text, chainId="1"),
            f"typed data Vote for contract {VALIDATOR} on eip155:1",
        ),
    ],
)
def test_E21_typed_data_that_bind_no_contract_or_no_chain_are_opaque_and_say_so(data: TypedData, why: str) -> None:
    assert message(data=data).effects() == (Opaque(why=why, data=data.raw),)


# What is refused.


def test_E15_typed_data_for_another_chain_are_refused() -> None:
    assert message(data=typed(chainId=1))
    assert message(data=typed())
    with pytest.raises(TransactionError) as caught:
        message(data=typed(chainId=137))
    assert caught.value.reason == "network"


class Other(TypedData):
    """Typed data whose payload is not theirs."""

    @property
    def payload(self) -> bytes:
        return b"something else"


REFUSED: dict[str, dict[str, Any]] = {
    "text": {"data": "hello"},
    "bytearray": {"data": bytearray(b"hello")},
    "nothing": {"data": None},
    "a dict": {"data": {}},
    "too much": {"data": bytes((1 << 20) + 1)},
    "a chain by name": {"chain": "ethereum"},
    "a chain of another family": {"chain": chain("solana")},
    "a signer in bytes": {"signer": ALICE.public_key.data},
    "a signer of another curve": {
        "signer": PublicKey(
            Curve.ED25519, bytes.fromhex("d7" + "5a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        )
    },
    "an origin in text": {"origin": "m/0"},
    "a validator in text": {"validator": VALIDATOR.text},
    "a validator of another chain": {"validator": POLYGON.account(bytes(20))},
    "a validator whose text is of another account": {"validator": replace(VALIDATOR, payload=b"\x43" * 20)},
    "a validator without checksum": {"validator": replace(ETHEREUM.account(b"\xab" * 20), text="0x" + "ab" * 20)},
    "a validator of 19 bytes": {"validator": replace(VALIDATOR, payload=bytes(19))},
    "typed data that would hash as they like": {"data": Other(typed().raw)},
    "typed data with a validator": {"data": typed(), "validator": VALIDATOR},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_message_is_refused(name: str) -> None:
    with pytest.raises(WalletcoreError) as caught:
        message(**REFUSED[name])
    assert type(caught.value) is TransactionError
    assert caught.value.reason
