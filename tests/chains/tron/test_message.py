"""Messages of Tron (TIP-191) and typed data (TIP-712): what is signed, and what a person is told of it."""

from dataclasses import replace
from typing import Any

import pytest

from support.evm import signer
from support.tron import ALICE, MALLORY, ME, NILE, TRON, YOU
from support.vectors import Case, vectors
from walletcore.chains.tron import Message, TypedData
from walletcore.chains.tron.chain import USDT
from walletcore.curves.secp256k1 import ORDER
from walletcore.effects import Approve, Opaque, Statement
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.signing import sign

RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1
HELLO = Message(chain=TRON, signer=ALICE.public_key, data=b"Hello World")


@vectors("tron/messages")
def test_published_messages_have_their_signatures(case: Case) -> None:
    holder = signer(bytes.fromhex(case.input["private_key"]))
    message = Message(chain=TRON, signer=holder.public_key, data=bytes.fromhex(case.input["message"]))
    signed = sign(message, holder)
    assert signed.raw.hex() == case.expect["signature"]
    message.verify(signed.raw, TRON.address(holder.public_key))


@vectors("tron/tip712")
def test_published_typed_data_have_their_hashes(case: Case) -> None:
    data = TypedData.parse(case.input["typed_data"])
    found = {
        "digest": data.digest.hex(),
        "domain_separator": data.domain_separator.hex(),
        "encode_data": data.types.encode_data(data.primary_type, data.message).hex(),
    }
    assert {name: found[name] for name in case.expect if name != "result"} == {
        name: value for name, value in case.expect.items() if name != "result"
    }
    assert TypedData(data.raw) == data


@pytest.mark.parametrize("size", [0, 1, 3, 9, 10, 31, 32, 33, 99, 100, 1000])
@pytest.mark.parametrize("legacy", [False, True])
def test_a_message_is_read_again(size: int, legacy: bool) -> None:
    for data in (bytes(size), b"2" * size, b"0123456789" * 100):
        message = replace(HELLO, data=data[:size], legacy=legacy)
        assert TRON.decode_transaction(message.raw, keys=[ALICE.public_key]) == message


def test_forms_that_are_the_same_are_one() -> None:
    old, new = (replace(HELLO, data=bytes(32), legacy=legacy) for legacy in (True, False))
    assert old == new
    assert not old.legacy
    with pytest.raises(TransactionError) as caught:
        replace(HELLO, data=b"ab", legacy=True)  # is b"2ab" in the newer form
    assert caught.value.reason == "ambiguous"
    assert replace(HELLO, data=b"abc", legacy=True).payload == b"\x19TRON Signed Message:\n32abc"


def test_data_for_a_contract_are_told_with_it() -> None:
    message = replace(HELLO, validator=YOU)
    assert message.payload == b"\x19\x00" + YOU.payload + b"Hello World"
    assert TRON.decode_transaction(message.raw, keys=[ALICE.public_key]) == message
    assert message.effects() == (Opaque(why=f"data for the contract {YOU.account_id}", data=b"Hello World"),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe", "bytes that cannot be seen"),
        (bytes(32), "32 bytes, as the hash of something that is not shown: blind signing"),
        (b"\x0a\x02\xff", "looks like a transaction: blind signing"),
        (b"\x19\x01\xff", "looks like other TIP-191 data: blind signing"),
        (b"0a02" * 20, "bytes in hexadecimal"),
        ("a\u200bb".encode(), "bytes that cannot be seen"),
    ],
)
def test_what_a_person_cannot_read_is_opaque(data: bytes, why: str) -> None:
    assert replace(HELLO, data=data).effects() == (Opaque(why=why, data=data),)


def test_text_is_told() -> None:
    assert HELLO.effects() == (Statement(text="Hello World"),)


PERMIT: dict[str, Any] = {
    "types": {
        "Permit": [
            {"name": "owner", "type": "address"},
            {"name": "spender", "type": "address"},
            {"name": "value", "type": "uint256"},
            {"name": "nonce", "type": "uint256"},
            {"name": "deadline", "type": "uint256"},
        ]
    },
    "primaryType": "Permit",
    "domain": {"name": "T", "version": "1", "chainId": 728126428, "verifyingContract": USDT},
    "message": {"owner": ME.text, "spender": f"41{YOU.payload.hex()}", "value": 5, "nonce": 0, "deadline": 9},
}


def test_a_permit_is_told_as_the_allowance_that_it_is() -> None:
    message = replace(HELLO, data=TypedData.parse(PERMIT))
    asset = f"tron:0x2b6653dc/trc20:{USDT}"
    allowed = Approve(asset=asset, amount=5, spender=YOU.account_id, source=ME.account_id)
    assert message.effects() == (allowed,)
    assert TRON.decode_transaction(message.raw, keys=[ALICE.public_key]) == message
    free = TypedData.parse(PERMIT | {"domain": {"name": "T", "chainId": 728126428}})
    (effect,) = replace(HELLO, data=free).effects()
    assert isinstance(effect, Opaque)
    assert "whatever contract takes it on tron:0x2b6653dc" in effect.why


def test_a_chain_id_may_be_hex_digits() -> None:
    """tronweb documentation, "signTypedData"; all of the genesis block's id is another number."""
    domain = PERMIT["domain"]
    data = TypedData.parse(PERMIT | {"domain": domain | {"chainId": "0x2b6653dc"}})
    assert data.digest == TypedData.parse(PERMIT).digest
    assert Message(chain=TRON, data=data).effects() == Message(chain=TRON, data=TypedData.parse(PERMIT)).effects()
    long = TypedData.parse(
        PERMIT | {"domain": domain | {"chainId": "0xd698d4192c56cb6be724a558448e2684802de4d6cd8690dc"}}
    )
    with pytest.raises(TransactionError):
        Message(chain=NILE, data=long)


def test_typed_data_of_another_network_are_refused() -> None:
    with pytest.raises(TransactionError) as caught:
        Message(chain=NILE, data=TypedData.parse(PERMIT))
    assert caught.value.reason == "network"
    nowhere = TypedData.parse(PERMIT | {"domain": {"name": "T"}})
    assert Message(chain=NILE, data=nowhere).payload == nowhere.payload


@pytest.mark.parametrize(
    "account", [ME.text, f"41{ME.payload.hex()}", f"0x41{ME.payload.hex()}", f"0x{ME.payload.hex()}"]
)
def test_an_account_has_several_spellings_and_one_hash(account: str) -> None:
    message = PERMIT["message"] | {"owner": account}
    assert TypedData.parse(PERMIT | {"message": message}).digest == TypedData.parse(PERMIT).digest


@pytest.mark.parametrize(
    "account",
    [
        ME.text[:-1],
        ME.text.lower(),
        f"42{ME.payload.hex()}",
        ME.payload.hex(),
        "",
        None,
        b"\x42" + bytes(20),
        bytes(19),
    ],
)
def test_what_is_no_account_is_refused(account: Any) -> None:
    with pytest.raises(TransactionError):
        TypedData.parse(PERMIT | {"message": PERMIT["message"] | {"owner": account}})


def test_a_struct_cannot_take_the_name_of_a_type() -> None:
    types = {"trcToken": [{"name": "a", "type": "uint256"}], "A": [{"name": "b", "type": "trcToken"}]}
    with pytest.raises(TransactionError):
        TypedData.parse({"types": types, "primaryType": "A", "domain": {}, "message": {"b": {"a": 1}}})


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "chain": ({"chain": None}, "type"),
    "text": ({"data": "Hello"}, "type"),
    "ethereum": ({"data": None}, "type"),
    "size": ({"data": bytes((1 << 20) + 1)}, "too-large"),
    "signer": ({"signer": PublicKey(Curve.ED25519, RFC8032_KEY)}, "type"),
    "origin": ({"origin": "m"}, "type"),
    "legacy": ({"legacy": 1}, "type"),
    "validator": ({"validator": YOU.text}, "type"),
    "two-forms": ({"validator": YOU, "legacy": True}, "ambiguous"),
    "typed-and-form": ({"data": TypedData.parse(PERMIT), "legacy": True}, "ambiguous"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_message_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        replace(HELLO, **changes)
    assert caught.value.reason == reason


def test_typed_data_of_ethereum_are_another_type() -> None:
    from walletcore.chains.evm import TypedData as Other

    document = PERMIT | {
        "domain": {},
        "message": PERMIT["message"] | {"owner": "0x" + "00" * 20, "spender": "0x" + "00" * 20},
    }
    with pytest.raises(TransactionError):
        Message(chain=TRON, data=Other.parse(document))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x19",
        b"\x19\x00" + bytes(19),
        b"\x19\x01" + bytes(64),
        b"\x19TRON Signed Message:\n",
        b"\x19TRON Signed Message:\n5abc",
        b"{}",
        b"{",
    ],
)
def test_other_bytes_are_no_message(raw: bytes) -> None:
    with pytest.raises(TransactionError):
        TRON.decode_transaction(raw)


def test_there_is_one_signer() -> None:
    with pytest.raises(TransactionError):
        TRON.decode_transaction(HELLO.raw, keys=[ALICE.public_key, MALLORY.public_key])
    with pytest.raises(TransactionError):
        replace(HELLO, signer=None).requests()


def test_signatures_are_verified() -> None:
    raw = sign(HELLO, ALICE).raw
    HELLO.verify(raw, ME)
    HELLO.verify(raw, ALICE.public_key)
    assert HELLO.recover(raw) == ALICE.public_key
    s = ORDER - int.from_bytes(raw[32:64])
    others = {
        "size": raw[:64],
        "v": raw[:64] + bytes([raw[64] - 27]),
        "r": bytes(32) + raw[32:],
        "high-s": raw[:32] + s.to_bytes(32) + bytes([raw[64] ^ 7]),
        "bit": bytes([raw[0] ^ 1]) + raw[1:],
    }
    for other in others.values():
        with pytest.raises(InvalidSignature):
            HELLO.verify(other, ME)
    with pytest.raises(InvalidSignature):
        HELLO.verify(raw, YOU)
    with pytest.raises(InvalidSignature):
        replace(HELLO, data=b"hello world").verify(raw, ME)
    with pytest.raises(InvalidSignature):
        HELLO.verify(raw, ME.text)  # type: ignore[arg-type]
