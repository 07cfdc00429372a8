"""Signed messages: what others signed and refused, every kind of address, and a signature with anything wrong in it."""

import asyncio
import base64
import pickle
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
import wallycore as wally
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN, REGTEST, TESTNET, key, private_keys, reason, signer
from support.texts import UNSEEN
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.message import Message, decode
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.effects import Opaque, Statement
from walletcore.errors import (
    AddressError,
    InvalidSignature,
    MissingSignature,
    SignerUnavailable,
    TransactionError,
)
from walletcore.hashes import Hash, blake256, sha256, sha256d
from walletcore.keys import Curve, PrivateKey, PublicKey, Scheme
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import Signature, SigningRequest, collect, merge, sign, sign_async

ALICE, BOB = key(1), key(2)
TEXT = "Wir sind hier – ça va? 👩‍🚀\n".encode()
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MAX = 1 << 20
MAGIC = b"\x18Bitcoin Signed Message:\n"
FORMS = (("p2pkh", False), ("p2pkh", True), ("p2sh-p2wpkh", True), ("p2wpkh", True))
each_form = pytest.mark.parametrize(
    ("kind", "compressed"), FORMS, ids=["uncompressed", *(kind for kind, _ in FORMS[1:])]
)


def message(private: PrivateKey = ALICE, **options: Any) -> Message:
    """Return a message that this key signs."""
    return Message(**{"chain": BITCOIN, "signer": private.public_key, "data": TEXT, **options})


def signed(subject: Message, private: PrivateKey = ALICE, *, low_r: bool = False) -> str:
    """Return the text of the signature."""
    return sign(subject, LocalSigner(private, low_r=low_r)).raw.decode()


def altered(signature: str, *, header: int | None = None, place: int = 0, flip: int = 0) -> str:
    """Return the text of the same signature with another header, or with bits flipped in one byte."""
    data = bytearray(base64.b64decode(signature))
    data[place] ^= flip
    data[0] = data[0] if header is None else header
    return base64.b64encode(data).decode()


# What others published.


def judge(case: Case, *, lenient_header: bool = False) -> None:
    """Read the address and verify."""
    network = chain(case.input["chain"], BitcoinChain)
    address = network.parse_address(case.input["address"])
    subject = Message(chain=network, data=bytes.fromhex(case.input["message"]))
    subject.verify(case.input["signature"], address, lenient_header=lenient_header)


@vectors("bitcoin/messages", "relatives/messages", operation="message.verify", result="valid")
def test_published_signatures_verify(case: Case) -> None:
    judge(case)
    judge(case, lenient_header=True)


@vectors("bitcoin/messages", "relatives/messages", operation="message.verify", result="invalid")
def test_published_refusals_are_refused(case: Case) -> None:
    for lenient_header in (False, True):
        with pytest.raises((AddressError, InvalidSignature)) as caught:
            judge(case, lenient_header=lenient_header)
        assert caught.value.reason == case.expect["reason"]


@vectors("bitcoin/messages", result="rule")
def test_a_header_of_electrum_passes_only_when_asked_for(case: Case) -> None:
    assert (case.verdict("bip137"), case.verdict("p2pkh-header")) == ("invalid", "valid")
    assert reason(InvalidSignature, judge, case) == "policy"
    judge(case, lenient_header=True)


@vectors("bitcoin/messages", "relatives/messages", operation="message.sign")
def test_published_signatures_are_made(case: Case) -> None:
    private = PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case.input["private_key"])))
    subject = message(
        private,
        chain=chain(case.input["chain"], BitcoinChain),
        data=bytes.fromhex(case.input["message"]),
        kind=case.input["kind"],
        compressed=case.input.get("compressed", True),
    )
    signature = signed(subject, private, low_r=case.input.get("nonce") == "rfc6979+low-r")
    made = {"address": str(subject.address), "digest": subject.digest.hex(), "signature": signature}
    outputs = {name: value for name, value in case.expect.items() if name != "result"}
    assert outputs == {name: made[name] for name in outputs}
    subject.verify(signature, subject.address)


# The way to a signature.


@each_form
def test_every_way_to_a_signature_gives_the_same(kind: str, compressed: bool) -> None:
    subject = message(kind=kind, compressed=compressed)
    direct = sign(subject, signer(1))
    elsewhere = decode(BITCOIN, subject.raw, [ALICE.public_key], kind=kind, compressed=compressed)
    answers = merge(collect(subject.requests()), collect(elsewhere.requests(), signer(1)))
    assert elsewhere == subject
    assert elsewhere.requests() == subject.requests()
    assert subject.assemble(answers).raw == direct.raw
    assert asyncio.run(sign_async(subject, signer(1))).raw == direct.raw
    assert (direct.chain, direct.message) == (BITCOIN, subject)
    subject.verify(direct.raw.decode(), subject.address)


@each_form
def test_the_header_names_the_kind_and_speaks_for_no_other(kind: str, compressed: bool) -> None:
    subject = message(kind=kind, compressed=compressed)
    signature = signed(subject)
    recovery = (base64.b64decode(signature)[0] - 27) % 4
    for index, form in enumerate(FORMS):
        other = altered(signature, header=27 + 4 * index + recovery)
        if form == (kind, compressed):
            subject.verify(other, subject.address)
        else:
            electrum = form == ("p2pkh", True) and kind != "p2pkh"
            assert reason(InvalidSignature, subject.verify, other, subject.address) == (
                "policy" if electrum else "mismatch"
            )
        assert subject.recover(other) == ALICE.public_key


@pytest.mark.parametrize("lenient_header", [None, 1, "yes"])
def test_only_true_is_lenient(lenient_header: Any) -> None:
    signature = signed(message(kind="p2pkh"))
    address = BITCOIN.address(ALICE.public_key)
    assert reason(InvalidSignature, message().verify, signature, address, lenient_header=lenient_header) == "policy"


def test_a_lenient_reader_takes_p2pkh_headers_of_compressed_keys_only() -> None:
    signature = signed(message(kind="p2sh-p2wpkh"))
    recovery = (base64.b64decode(signature)[0] - 27) % 4
    nested, native = (BITCOIN.parse_address(str(message(kind=kind).address)) for kind in ("p2sh-p2wpkh", "p2wpkh"))
    for address in (nested, native):
        message().verify(altered(signature, header=31 + recovery), address, lenient_header=True)
        for header in {27, 35, 39} - {35 if address is nested else 39}:
            wrong = altered(signature, header=header + recovery)
            assert reason(InvalidSignature, message().verify, wrong, address, lenient_header=True) == "mismatch"


def test_the_request_is_for_the_double_hash_of_magic_length_and_data() -> None:
    origin = KeyOrigin(bytes(4), Path.parse("m/84'/0'/0'/0/0"))
    subject = message(origin=origin)
    (request,) = subject.requests()
    assert (request.key, request.scheme, request.prehash) == (ALICE.public_key, Scheme.ECDSA, sha256d)
    assert request.payload == subject.raw == MAGIC + bytes((len(TEXT),)) + TEXT
    assert request.message == subject.digest
    assert request.origin is origin
    assert request.subject is subject
    assert subject == message()


def test_the_default_is_the_address_of_the_chains_default() -> None:
    assert message().kind == "p2wpkh"
    assert message().address == BITCOIN.address(ALICE.public_key)
    assert message(chain=REGTEST).address == REGTEST.address(ALICE.public_key)


def test_messages_are_frozen_and_travel() -> None:
    subject = message()
    with pytest.raises(FrozenInstanceError):
        subject.data = b""  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(subject)) == subject
    assert hash(subject) == hash(message())


def test_without_an_answer_nothing_is_assembled() -> None:
    with pytest.raises(MissingSignature):
        message().assemble((None,))
    with pytest.raises(MissingSignature):
        sign(message(), signer(2))


def test_an_answer_of_another_key_or_of_another_message_is_refused() -> None:
    subject = message()
    digest = subject.requests()[0].message
    foreign = Signature(scheme=Scheme.ECDSA, data=BOB.sign(Scheme.ECDSA, digest))
    assert reason(InvalidSignature, subject.assemble, (foreign,)) == "mismatch"
    other = collect(message(data=b"other").requests(), signer(1))
    assert reason(InvalidSignature, subject.assemble, other) == "mismatch"


def test_a_device_that_answers_with_high_s_and_no_recovery_id_gives_the_same_text() -> None:
    class Device:
        public_key = ALICE.public_key

        def sign(self, request: SigningRequest) -> Signature:
            if request.key != self.public_key:
                raise SignerUnavailable("another key")
            compact = ALICE.sign(Scheme.ECDSA, request.message)
            high = (ORDER - int.from_bytes(compact[32:])).to_bytes(32)
            return Signature(scheme=Scheme.ECDSA, data=compact[:32] + high)

    assert sign(message(), Device()).raw.decode() == signed(message())


# What it says.


@pytest.mark.parametrize("text", ["", "Hello", "two\nlines\r\n\tand a tab", "Grüße 👩‍🚀 你好"])
def test_text_is_a_statement(text: str) -> None:
    assert message(data=text.encode()).effects() == (Statement(text=text),)


@pytest.mark.parametrize(
    "data", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"a\x00b", b"\x1b[2J", "safe\u202etxt".encode()]
)
def test_bytes_that_a_person_cannot_read_are_opaque(data: bytes) -> None:
    (effect,) = message(data=data).effects()
    assert isinstance(effect, Opaque)
    assert effect.data == data


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_text_that_hides_characters_is_opaque(unseen: str) -> None:
    for text in (unseen, f"pay{unseen}", f"{unseen}me", f"\u2764{unseen}\U0001f525"):
        (effect,) = message(data=text.encode()).effects()
        assert isinstance(effect, Opaque)


def test_a_chain_reads_a_message_as_it_reads_transactions() -> None:
    """So a signer elsewhere, which gets nothing but bytes, rebuilds it."""
    subject = message()
    assert BITCOIN.decode_transaction(subject.raw, keys=[ALICE.public_key]) == subject
    assert BITCOIN.decode_transaction(subject.raw) == replace(subject, signer=None)
    for keys in ([ALICE.public_key] * 2, 7):
        assert reason(TransactionError, BITCOIN.decode_transaction, subject.raw, keys=keys) == "ambiguous"
    for raw in (subject.raw[:-1], subject.raw + b"\0"):
        with pytest.raises(TransactionError):
            BITCOIN.decode_transaction(raw)


def test_effects_need_no_key() -> None:
    nobody = decode(BITCOIN, message().raw)
    assert nobody.effects() == message().effects()
    assert reason(TransactionError, nobody.requests) == "missing"
    assert reason(TransactionError, getattr, nobody, "address") == "missing"


# A second implementation.


@given(private_keys, st.binary(min_size=1, max_size=300), st.sampled_from(FORMS))
def test_libwally_agrees(private: PrivateKey, data: bytes, form: tuple[str, bool]) -> None:
    kind, compressed = form
    subject = message(private, data=data, kind=kind, compressed=compressed)
    digest = bytes(wally.format_bitcoin_message(data, wally.BITCOIN_MESSAGE_FLAG_HASH))
    flags = wally.EC_FLAG_ECDSA | wally.EC_FLAG_RECOVERABLE
    theirs = bytes(wally.ec_sig_from_bytes(private.secret.reveal(), digest, flags))
    ours = base64.b64decode(signed(subject, private))
    assert subject.digest == digest
    assert ours[1:] == theirs[1:]
    assert (ours[0] - theirs[0]) % 4 == 0
    assert bytes(wally.ec_sig_to_public_key(digest, theirs)) == subject.recover(signed(subject, private)).data
    subject.verify(signed(subject, private), subject.address)


@pytest.mark.parametrize("size", [1, 252, 253, 254, wally.BITCOIN_MESSAGE_MAX_LEN])
def test_libwally_writes_the_same_lengths(size: int) -> None:
    data = bytes(size)
    assert message(data=data).raw == bytes(wally.format_bitcoin_message(data, 0))


# Relatives.


@pytest.mark.parametrize("name", ["dogecoin", "dash", "bitcoin-cash", "zcash", "ecash"])
@pytest.mark.parametrize("kind", ["p2wpkh", "p2sh-p2wpkh"])
def test_a_network_without_segwit_signs_for_no_address_of_it(name: str, kind: str) -> None:
    row = chain(name, BitcoinChain)
    options: dict[str, Any] = {"chain": row, "data": b"x", "signer": ALICE.public_key, "kind": kind}
    assert reason(TransactionError, Message, **options) == "network"
    raw = Message(**{**options, "kind": ""}).raw
    assert reason(TransactionError, decode, row, raw, kind=kind) == "network"


@pytest.mark.parametrize("name", ["litecoin", "dogecoin", "dash", "bitcoin-cash", "zcash"])
def test_messages_of_relatives_begin_with_their_own_words(name: str) -> None:
    row = chain(name, BitcoinChain)
    subject = message(chain=row, kind="p2pkh")
    text = signed(subject)
    assert row.decode_transaction(subject.raw, keys=[ALICE.public_key]) == replace(subject, kind=row.profiles[0].kind)
    subject.verify(text, row.address(ALICE.public_key, kind="p2pkh"))
    foreign = message(kind="p2pkh")
    assert (foreign.digest == subject.digest) is (row.message_magic == MAGIC)
    assert reason(InvalidSignature, foreign.verify, text, foreign.address) if foreign.digest != subject.digest else True


def test_a_header_or_address_of_a_kind_that_the_network_has_not_is_an_invalid_signature() -> None:
    row = chain("dogecoin", BitcoinChain)
    subject = message(chain=row, kind="p2pkh")
    text = signed(subject)
    for header in range(27, 43):
        if header != base64.b64decode(text)[0]:
            assert reason(InvalidSignature, subject.verify, altered(text, header=header), subject.address) == "mismatch"
    other = message(BOB, chain=row, kind="p2pkh").address
    for lenient_header in (False, True):
        assert reason(InvalidSignature, subject.verify, text, other, lenient_header=lenient_header) == "mismatch"


@pytest.mark.parametrize(("name", "hashed"), [("decred", blake256), ("groestlcoin", sha256), ("dogecoin", sha256d)])
def test_a_message_is_hashed_as_its_chain_does(name: str, hashed: Hash) -> None:
    row = chain(name, BitcoinChain)
    subject = message(chain=row, kind="p2pkh")
    (request,) = subject.requests()
    assert (request.prehash, request.message, subject.digest) == (hashed, hashed(subject.raw), hashed(subject.raw))
    assert row.decode_transaction(subject.raw, keys=[ALICE.public_key]).chain == row


# Neighbours: one thing wrong.


@given(st.integers(min_value=0, max_value=64), st.integers(min_value=0, max_value=7))
def test_one_flipped_bit_is_refused(place: int, bit: int) -> None:
    subject = message()
    wrong = altered(signed(subject), place=place, flip=1 << bit)
    with pytest.raises(InvalidSignature):
        subject.verify(wrong, subject.address)


def test_another_message_key_or_network_is_refused() -> None:
    subject = message()
    signature = signed(subject)
    for data in (TEXT + b" ", TEXT[:-1], b""):
        assert reason(InvalidSignature, message(data=data).verify, signature, subject.address) == "mismatch"
    assert reason(InvalidSignature, subject.verify, signature, message(BOB).address) == "mismatch"
    assert reason(InvalidSignature, subject.verify, signature, BOB.public_key) == "mismatch"
    assert reason(InvalidSignature, subject.verify, signature, TESTNET.address(ALICE.public_key)) == "mismatch"
    subject.verify(signature, ALICE.public_key)


def test_both_values_of_s_pass_with_their_own_recovery_id_only() -> None:
    subject = message()
    data = base64.b64decode(signed(subject))
    high = data[1:33] + (ORDER - int.from_bytes(data[33:])).to_bytes(32)
    flipped = bytes((27 + 12 + (data[0] - 39 ^ 1),))
    subject.verify(base64.b64encode(flipped + high).decode(), subject.address)
    for wrong in (data[:1] + high, flipped + data[1:]):
        text = base64.b64encode(wrong).decode()
        assert reason(InvalidSignature, subject.verify, text, subject.address) == "mismatch"


@pytest.mark.parametrize("kind", ["p2tr", "p2wsh"])
def test_an_address_without_a_key_hash_is_refused_and_the_way_is_shown(kind: str) -> None:
    address = BITCOIN.address(ALICE.public_key, kind=kind)
    with pytest.raises(InvalidSignature) as caught:
        message().verify(signed(message()), address)
    assert "BIP-322" in caught.value.hint
    assert reason(TransactionError, message, kind=kind) == "unknown"


@pytest.mark.parametrize(
    ("header", "expected"),
    [(0, "version"), (26, "version"), (43, "version"), (255, "version"), (27, "mismatch"), (42, "mismatch")],
)
def test_headers_from_27_to_42_are_read(header: int, expected: str) -> None:
    data = bytes((header,)) + (0x3B78CE563F89A0ED9414F5AA28AD0D96D6795F9C63).to_bytes(32) + bytes(31) + b"\x01"
    text = base64.b64encode(data).decode()
    subject = message(kind="p2pkh")
    assert reason(InvalidSignature, subject.verify, text, subject.address) == expected


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 2**256 - 1)])
def test_r_and_s_are_from_1_to_n_minus_1(r: int, s: int) -> None:
    for header in range(27, 43):
        text = base64.b64encode(bytes((header,)) + r.to_bytes(32) + s.to_bytes(32)).decode()
        assert reason(InvalidSignature, message().recover, text) == "mismatch"


def spellings() -> dict[str, tuple[Any, str]]:
    """Return other spellings of one signature, each with the reason for which it is refused."""
    text = signed(message())
    last = text[86]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    loose = alphabet[alphabet.index(last) | 1]
    return {
        "space before": (" " + text, "length"),
        "space after": (text + " ", "length"),
        "line end": (text + "\n", "length"),
        "space for a digit": (text[:40] + " " + text[41:], "character"),
        "no padding": (text[:-1], "length"),
        "more padding": (text + "=", "length"),
        "66 bytes": (base64.b64encode(base64.b64decode(text) + b"\x00").decode(), "length"),
        "64 bytes": (base64.b64encode(base64.b64decode(text)[:64]).decode(), "length"),
        "padding early": (text[:43] + "=" + text[44:], "character"),
        "loose bits": (text[:86] + loose + "=", "non-canonical"),
        "url alphabet": ("-" + text[1:], "character"),
        "no ASCII": ("é" + text[1:], "character"),
        "surrogate": ("\ud800" + text[1:], "character"),
        "wide digits": (text[:1] + "\uff11" + text[2:], "character"),
        "empty": ("", "length"),
        "huge": (text * 100_000, "length"),
        "bytes": (text.encode(), "type"),
        "65 bytes": (base64.b64decode(text), "type"),
        "none": (None, "type"),
        "subclass": (type("Text", (str,), {})(text), "type"),
    }


@pytest.mark.parametrize("name", spellings())
def test_a_signature_has_one_spelling(name: str) -> None:
    text, expected = spellings()[name]
    assert reason(InvalidSignature, message().verify, text, message().address) == expected


@given(st.text(min_size=88, max_size=88) | st.binary(min_size=65, max_size=65).map(base64.b64encode).map(bytes.decode))
def test_any_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSignature):
        message().verify(text, message().address)


@pytest.mark.parametrize("wrong", [None, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 7, b"x", BITCOIN])
def test_who_signed_is_an_address_or_a_key(wrong: Any) -> None:
    assert reason(InvalidSignature, message().verify, signed(message()), wrong) == "type"


def test_an_address_put_together_by_hand_is_not_believed() -> None:
    mine = message().address
    forged = Address(chain=BITCOIN, text=str(message(BOB).address), payload=mine.payload, kind=mine.kind)
    assert reason(InvalidSignature, message().verify, signed(message()), forged) == "mismatch"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"chain": chain("ethereum")}, "type"),
        ({"chain": "bitcoin"}, "type"),
        ({"signer": ALICE}, "type"),
        ({"signer": ALICE.public_key.data}, "type"),
        ({"signer": PublicKey(Curve.ED25519, bytes.fromhex("58" + "66" * 31))}, "type"),
        ({"origin": "m/0"}, "type"),
        ({"data": "text"}, "type"),
        ({"data": bytearray(b"x")}, "type"),
        ({"data": bytes(MAX + 1)}, "too-large"),
        ({"kind": None}, "type"),
        ({"kind": "p2sh"}, "unknown"),
        ({"kind": "P2PKH"}, "unknown"),
        ({"kind": "p2pkh, uncompressed"}, "unknown"),
        ({"compressed": 1}, "type"),
        ({"compressed": False}, "mismatch"),
        ({"compressed": False, "kind": "p2sh-p2wpkh"}, "mismatch"),
    ],
    ids=str,
)
def test_a_message_is_checked_at_the_door(options: dict[str, Any], expected: str) -> None:
    assert reason(TransactionError, message, **options) == expected


def test_the_largest_message_is_signed() -> None:
    subject = message(data=bytes(MAX))
    assert subject.raw == MAGIC + b"\xfe\x00\x00\x10\x00" + bytes(MAX)
    subject.verify(signed(subject), subject.address)
    assert decode(BITCOIN, subject.raw, [ALICE.public_key]) == subject


# Bytes back into messages.


@given(st.binary(max_size=300))
def test_what_is_signed_is_read_back(data: bytes) -> None:
    subject = message(data=data)
    assert decode(BITCOIN, subject.raw, (ALICE.public_key,)) == subject
    assert decode(BITCOIN, subject.raw) == replace(subject, signer=None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "prefix"),
        (None, "prefix"),
        ("text", "prefix"),
        (MAGIC[:-1], "prefix"),
        (b"\x19Ethereum Signed Message:\n1a", "prefix"),
        (MAGIC, "truncated"),
        (MAGIC + b"\x02a", "truncated"),
        (MAGIC + b"\xff" + b"\xff" * 8, "truncated"),
        (MAGIC + b"\x01ab", "trailing"),
        (MAGIC + b"\xfd\x01\x00a", "non-canonical"),
        (MAGIC + bytes(MAX + 6), "too-large"),
    ],
    ids=lambda value: value if type(value) is str else "",
)
def test_bytes_that_are_no_signed_message_are_refused(raw: Any, expected: str) -> None:
    assert reason(TransactionError, decode, BITCOIN, raw) == expected


def test_the_signer_is_one_key() -> None:
    raw = message().raw
    for keys in (None, ALICE.public_key, [ALICE.public_key, BOB.public_key], {ALICE.public_key}):
        assert reason(TransactionError, decode, BITCOIN, raw, keys) == "ambiguous"
    assert reason(TransactionError, decode, BITCOIN, raw, [b"x"]) == "type"
    assert reason(TransactionError, decode, "bitcoin", raw) == "type"


@given(st.binary(max_size=80))
def test_decoding_raises_only_errors_of_its_own(data: bytes) -> None:
    for raw in (data, MAGIC + data):
        with suppress(TransactionError):
            decode(BITCOIN, raw)


@pytest.mark.parametrize(("name", "kind"), [("bitcoin-cash", "p2pkh-tokens"), ("zcash", "p2pkh-tex")])
def test_an_address_is_what_it_pays_to(name: str, kind: str) -> None:
    """The same key hash, written for wallets that know tokens, or for senders with transparent coins."""
    row = chain(name, BitcoinChain)
    subject = message(chain=row, kind="p2pkh")
    others = [replace(p2pkh(row.key_hash(each.public_key.data)), kind=kind) for each in (ALICE, BOB)]
    mine, stranger = map(row.address_of, others)
    assert mine != subject.address
    subject.verify(signed(subject), mine)
    assert reason(InvalidSignature, subject.verify, signed(subject), stranger) == "mismatch"
    with pytest.raises(InvalidSignature) as caught:
        subject.verify(signed(subject), stranger)
    assert caught.value.hint == ""  # BIP-322 is Bitcoin's
