"""ADR-36 messages: what is signed, what is read again, and what no transaction is taken for."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from support.oracles import JSON, compared, data, locked
from walletcore.chains.base import SignedMessage
from walletcore.chains.cosmos import CHAINS, CosmosChain
from walletcore.chains.cosmos.adr36 import Message
from walletcore.effects import Opaque, Statement
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

ROWS = {row.name: row for row in CHAINS}
HUB, EVMOS, OSMOSIS = ROWS["cosmoshub"], ROWS["evmos-native"], ROWS["osmosis"]


def key_of(secret: bytes) -> PrivateKey:
    return PrivateKey(Curve.SECP256K1, Secret(secret))


SECRET = key_of(bytes(31) + b"\1")
KEY = SECRET.public_key


def message(content: bytes | str = "hello", chain: CosmosChain = HUB) -> Message:
    return Message.of(chain, KEY, content)


def signed(subject: Message) -> SignedMessage[Message]:
    return sign(subject, LocalSigner(SECRET))


def test_the_document_is_that_of_the_specification() -> None:
    """ADR-036: chain id and memo are empty, numbers and fee are zero, and the data are base64."""
    assert json.loads(message("hello").raw) == {
        "chain_id": "",
        "account_number": "0",
        "sequence": "0",
        "fee": {"gas": "0", "amount": []},
        "msgs": [
            {
                "type": "sign/MsgSignData",
                "value": {"signer": HUB.address(KEY).text, "data": "aGVsbG8="},
            }
        ],
        "memo": "",
    }


@pytest.mark.parametrize("chain", [HUB, EVMOS, ROWS["injective"]], ids=lambda row: row.name)
@pytest.mark.parametrize("content", ["hello", "<a> & \u2028", b"\0\xff", "雪" * 1000])
def test_a_message_is_signed_verified_and_read_again(chain: CosmosChain, content: bytes | str) -> None:
    subject = message(content, chain)
    result = signed(subject)
    subject.verify(result.raw)
    subject.verify(result.answers[0].data, key=KEY)  # type: ignore[union-attr]
    assert json.loads(result.raw)["pub_key"]["type"] == chain.amino_key_type
    again = chain.decode_transaction(subject.raw, keys=[KEY])
    assert again == subject
    assert again.effects() == subject.effects()
    assert chain.takes(again)
    assert again.requests()[0].id == subject.requests()[0].id
    assert chain.decode_transaction(subject.raw).raw == subject.raw


def test_text_is_a_statement_and_other_bytes_are_opaque() -> None:
    assert message("log in").effects() == (Statement(text="log in"),)
    assert message(b"\xff").effects() == (Opaque(why="bytes that are no text", data=b"\xff"),)
    assert isinstance(message("a\u202eb").effects()[0], Opaque)
    for digits in ("ab" * 32, " 0x" + "AB" * 40):  # the hash of something that nobody sees
        assert message(digits).effects() == (Opaque(why="bytes in hexadecimal", data=digits.encode()),)


def test_SO5_no_document_of_a_transaction_is_a_message_or_the_other_way() -> None:
    """A chain id that is not empty, a number or a memo: a node could take it."""
    raw = message().raw
    for old, new in (
        (b'"chain_id":""', b'"chain_id":"cosmoshub-4"'),
        (b'"account_number":"0"', b'"account_number":"1"'),
        (b'"memo":""', b'"memo":"x"'),
        (b'"sequence":"0"', b'"sequence":"1"'),
        (b'"gas":"0"', b'"gas":"1"'),
        (b"sign/MsgSignData", b"cosmos-sdk/MsgSend"),
        (b"aGVsbG8=", b"aGVsbG9="),  # the same bytes in base64 that is not canonical
        (b"aGVsbG8=", b""),
        (b'"data"', b'"data":"","data"'),
        (b"{", b" {"),
        (b'"memo"', b'"a":1,"memo"'),
    ):
        with pytest.raises(TransactionError):
            HUB.decode_transaction(raw.replace(old, new, 1))
    with pytest.raises(TransactionError):
        HUB.decode_transaction(raw + b" ")
    with pytest.raises(TransactionError):
        HUB.transaction_id(raw)


def test_SG30_the_account_of_another_chain_is_refused() -> None:
    with pytest.raises(TransactionError) as caught:
        OSMOSIS.decode_transaction(message().raw)
    assert caught.value.reason == "network"
    with pytest.raises(TransactionError):
        replace(message(), account=OSMOSIS.address(KEY))


def test_wrong_parts_are_refused() -> None:
    for wrong in (b"", b"x" * (1 << 18), "text", None):
        with pytest.raises(TransactionError):
            replace(message(), data=wrong)  # type: ignore[arg-type]
    other = key_of(bytes(31) + b"\2").public_key
    with pytest.raises(TransactionError):
        replace(message(), signer=other)
    with pytest.raises(TransactionError):
        HUB.decode_transaction(message().raw, keys=[other])
    with pytest.raises(TransactionError):
        replace(message(), chain=1)  # type: ignore[arg-type]
    with pytest.raises(TransactionError):
        replace(message(), origin=1)  # type: ignore[arg-type]
    with pytest.raises(TransactionError):
        Message.of(HUB, KEY, "\ud800")
    with pytest.raises(TransactionError):
        replace(message(), signer=None).requests()
    with pytest.raises(MissingSignature):
        message().assemble((None,))


def test_signatures_of_others_and_in_other_forms_are_refused() -> None:
    subject = message()
    result = signed(subject)
    data = result.answers[0].data  # type: ignore[union-attr]
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = data[:32] + (order - int.from_bytes(data[32:])).to_bytes(32)
    other = key_of(bytes(31) + b"\2").public_key
    unknown = replace(subject, signer=None)
    for wrong, key in (
        (high, KEY),
        (data[:-1], KEY),
        (data, other),
        (bytes(64), KEY),
        (data, None),
        (b"{}", KEY),
        (result.raw[:-1], KEY),
        (result.raw, other),
        (result.raw.replace(b"tendermint/PubKeySecp256k1", b"tendermint/PubKeyEd25519"), None),
        ("text", KEY),
    ):
        with pytest.raises(InvalidSignature):
            unknown.verify(wrong, key=key)  # type: ignore[arg-type]
    with pytest.raises(InvalidSignature):
        message("hallo").verify(result.raw)
    with pytest.raises(InvalidSignature):
        unknown.verify(
            data,
            key=PublicKey(
                Curve.ED25519, bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
            ),
        )


def test_a_signature_that_begins_like_json_is_one() -> None:
    """Keplr's, of a key that random cases found: r begins with 0x7b."""
    secret = key_of(bytes.fromhex("00af7c1bd0deff4ad66926a57b53e34f8b1544c69f66a8d46e740187ac5fe197"))
    subject = Message.of(ROWS["kava"], secret.public_key, "雪")
    subject.verify(
        bytes.fromhex(
            "7bef8bf6c9c9c17d56c92d7adc9d30ca92a8b9ffe8a3d25167089ee297087cda"
            "1558a4835c7d79f43387b4762293fe400115302f1216f6850eb0a5c252f31537"
        )
    )


KINDS = {"secp256k1", "eth_secp256k1", "text", "bytes"}


def ask(random: Random) -> JSON:
    chain = random.choice((HUB, OSMOSIS, EVMOS, ROWS["injective"], ROWS["kava"]))
    is_text = random.random() < 0.5
    content = (
        random.choice(("hello", "<b>&</b>", "雪", "a\nb\u2028")).encode().hex() if is_text else data(random, 1, 32, 999)
    )
    algorithm = "secp256k1" if chain.key_type == "secp256k1" else "ethsecp256k1"
    secret = (random.getrandbits(250) + 1).to_bytes(32).hex()
    ours = {"chain": chain.name, "text": is_text}
    return {"kind": "adr36", "hrp": chain.hrp, "secret": secret, "data": content, "algorithm": algorithm, "ours": ours}


def check(case: JSON, verdict: JSON) -> list[str]:
    chain = ROWS[case["ours"]["chain"]]
    secret = key_of(bytes.fromhex(case["secret"]))
    subject = Message.of(chain, secret.public_key, bytes.fromhex(case["data"]))
    assert subject.account.text == verdict["signer"]
    assert subject.raw.decode() == verdict["raw"]
    subject.verify(bytes.fromhex(verdict["signature"]))
    result = sign(subject, LocalSigner(secret))
    assert result.answers[0].data.hex() == verdict["signature"]  # type: ignore[union-attr]
    return [chain.key_type, "text" if case["ours"]["text"] else "bytes"]


@locked
def test_random_messages_are_those_of_keplr(environment: str) -> None:
    compared("cosmjs_messages", "adr36", environment, ask, check, kinds=KINDS, most=2_000)


def ask_verdict(random: Random) -> JSON:
    case = ask(random)
    chain = ROWS[case["ours"]["chain"]]
    secret = key_of(bytes.fromhex(case["secret"]))
    subject = Message.of(chain, secret.public_key, bytes.fromhex(case["data"]))
    signature = sign(subject, LocalSigner(secret)).answers[0].data  # type: ignore[union-attr]
    damaged = random.random() < 0.5
    if damaged:
        place = random.randrange(64)
        signature = signature[:place] + bytes((signature[place] ^ 1 << random.randrange(8),)) + signature[place + 1 :]
    asked = {"signer": subject.account.text, "key": secret.public_key.data.hex(), "signature": signature.hex()}
    return {**case, "kind": "verify", **asked, "ours": {**case["ours"], "damaged": damaged}}


def check_verdict(case: JSON, verdict: JSON) -> list[str]:
    chain = ROWS[case["ours"]["chain"]]
    key = PublicKey(Curve.SECP256K1, bytes.fromhex(case["key"]))
    subject = Message(chain=chain, account=chain.parse_address(case["signer"]), data=bytes.fromhex(case["data"]))
    try:
        subject.verify(bytes.fromhex(case["signature"]), key=key)
    except InvalidSignature:
        assert not verdict["right"]
        return ["wrong"]
    assert verdict["right"]
    assert not case["ours"]["damaged"]
    return ["right"]


@locked
def test_keplr_agrees_on_which_signatures_are_right(environment: str) -> None:
    kinds = {"right", "wrong"}
    compared("cosmjs_messages", "adr36 verdicts", environment, ask_verdict, check_verdict, kinds=kinds, most=2_000)
