"""SEP-53: messages of Stellar, told as texts, and never a transaction."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stellar_contracts import ALICE, BOB, ME, PUBNET, TESTNET, YOU, signer
from support.texts import UNSEEN
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.stellar import Message, StellarChain
from walletcore.chains.stellar.message import PREFIX
from walletcore.effects import Opaque, Statement
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.keys import Curve, PublicKey
from walletcore.signers.guard import guard
from walletcore.signing import sign
from walletcore.testing import check_chain

HELLO = Message(chain=PUBNET, data=b"Hello, World!", signer=ALICE.public_key)


@vectors("stellar/messages", operation="message.sign")
def test_published_messages_are_signed_and_verified(case: Case) -> None:
    network = chain(case.input["chain"], StellarChain)
    holder = signer(bytes.fromhex(case.input["private_key"]))
    message = Message(chain=network, data=bytes.fromhex(case.input["message"]), signer=holder.public_key)
    signature = sign(message, holder).raw
    assert signature.hex() == case.expect["signature"]
    account = network.address(holder.public_key)
    assert account.text == case.expect["address"]
    message.verify(signature, account)
    message.verify(signature, network.account(account.payload, 7))


def test_messages_pass_the_kit() -> None:
    samples = [HELLO, Message(chain=PUBNET, data="こんにちは".encode(), signer=ALICE.public_key)]
    check_chain(PUBNET, samples=samples, keys=[ALICE.key])


@given(st.binary(max_size=200))
def test_every_message_is_read_again(data: bytes) -> None:
    made = Message(chain=PUBNET, data=data, signer=ALICE.public_key)
    assert PUBNET.decode_transaction(made.raw, keys=[ALICE.public_key]) == made
    assert made.effects()


def test_all_that_is_signed_is_told() -> None:
    assert HELLO.effects() == (Statement(text="Hello, World!"),)
    for data in (b"\xff\xfe", *(f"a{each}b".encode() for each in UNSEEN)):
        (told,) = Message(chain=PUBNET, data=data).effects()
        assert isinstance(told, Opaque)
        assert told.data == data


def test_SO5_a_message_is_no_transaction() -> None:
    """What is hashed begins with the prefix: no envelope, and no network's id does."""
    envelope = b"\0\0\0\2" + bytes(100)
    message = Message(chain=PUBNET, data=envelope)
    assert message.raw.startswith(PREFIX)
    assert PUBNET.decode_transaction(message.raw) == message
    assert not any(each.startswith(PREFIX[:4]) for each in (PUBNET.network_id, TESTNET.network_id, envelope))


def test_a_guard_admits_what_it_has_read() -> None:
    assert sign(HELLO, guard(ALICE)).raw == sign(HELLO, ALICE).raw


def test_others_have_not_signed() -> None:
    signature = sign(HELLO, ALICE).raw
    other = Message(chain=PUBNET, data=b"Hello, World?", signer=ALICE.public_key)
    wrong: list[tuple[Message, Any, Any]] = [
        (HELLO, signature, YOU),
        (other, signature, ME),
        (HELLO, signature[:-1], ME),
        (HELLO, signature.hex(), ME),
        (HELLO, bytes(64), ME),
        (HELLO, sign(HELLO, ALICE).raw, PUBNET.account(b"\2" + bytes(31))),
    ]
    for message, given_signature, account in wrong:
        with pytest.raises(InvalidSignature):
            message.verify(given_signature, account)
    for account in (TESTNET.account(ME.payload), ME.text, PUBNET.contract(bytes(32))):
        with pytest.raises(TransactionError):
            HELLO.verify(signature, account)  # type: ignore[arg-type]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("another_family", {"chain": "stellar"}, "type"),
    ("a_text_that_is_no_bytes", {"data": "Hello"}, "type"),
    ("more_than_a_mebibyte", {"data": bytes((1 << 20) + 1)}, "too-large"),
    ("a_key_of_another_curve", {"signer": PublicKey(Curve.SECP256K1, b"\2" + bytes(31) + b"\1")}, "type"),
    ("an_origin_as_text", {"origin": "m"}, "type"),
]


@pytest.mark.parametrize(("changes", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_message_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        Message(**{"chain": PUBNET, "data": b"", **changes})
    assert caught.value.reason == reason


def test_there_is_one_signer() -> None:
    with pytest.raises(TransactionError) as caught:
        PUBNET.decode_transaction(HELLO.raw, keys=[ALICE.public_key, BOB.public_key])
    assert caught.value.reason == "ambiguous"
    with pytest.raises(TransactionError, match="signer key unknown"):
        Message(chain=PUBNET, data=b"").requests()
    with pytest.raises(TransactionError) as caught:
        PUBNET.decode_transaction(b"Stellar signed message:\nx")
    assert caught.value.reason == "prefix"
