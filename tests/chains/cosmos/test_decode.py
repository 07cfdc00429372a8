"""Transactions of Cosmos chains read from bytes: each in its one form, and nothing else."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from chains.cosmos.test_transaction import AMINO, AUX, FEE, SAMPLES, both, one, payment, send, shared
from support.cosmos import ALICE, HUB, KINDS, ME, OSMOSIS, YOU, built, document
from walletcore.chains.base import SignedTransaction
from walletcore.chains.cosmos.decode import verify
from walletcore.chains.cosmos.tx import (
    AUTH_INFO,
    BODY,
    SIGNATURES,
    SUBJECT,
    TX_RAW,
    BitArray,
    ModeInfo,
    Multi,
    Signatures,
    SignMode,
    Single,
)
from walletcore.coding.protobuf import AnyMessage
from walletcore.curves.secp256k1 import ORDER
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.signing import sign

HOLDERS = (ME, YOU, ALICE)
UNTOLD = "what is not signed by one account alone"


def refused(raw: Any, reason: str = "", **others: Any) -> None:
    with pytest.raises(TransactionError) as error:
        others.pop("chain", HUB).decode_transaction(raw, **others)
    if reason:
        assert error.value.reason == reason


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_back(kind: str) -> None:
    random = Random(kind)
    for mode in (SignMode.DIRECT, SignMode.LEGACY_AMINO_JSON):
        for _ in range(10):
            case = {
                "documents": [document(random, kind, ME)],
                "chain_id": "cosmoshub-4",
                "memo": "",
                "timeout_height": 0,
            }
            fee = {"amount": [], "gas": "1", "payer": "", "granter": ""}
            made = built(case | {"fee": fee}, [one(mode=mode)])
            signed = sign(made, ME)
            assert HUB.decode_transaction(made.raw) == made
            read: Any = HUB.decode_transaction(signed.raw)
            assert (read.raw, read.id) == (signed.raw, signed.id)
            assert read.transaction.with_account_numbers([7]) == made
            assert read.effects() == made.effects()
            if mode is AMINO:
                assert HUB.decode_transaction(made.requests()[0].payload, keys=[ME.public_key]) == made


@pytest.mark.parametrize("made", SAMPLES, ids=range(len(SAMPLES)))
def test_what_is_read_is_written_again(made: Any) -> None:
    signed = sign(made, *HOLDERS)
    assert HUB.decode_transaction(made.raw) == made
    read: Any = HUB.decode_transaction(signed.raw)
    assert (read.raw, read.id, read.effects()) == (signed.raw, signed.id, made.effects())
    verify(read, [each.account_number for each in made.signers])


@pytest.mark.parametrize("made", SAMPLES, ids=range(len(SAMPLES)))
def test_every_flipped_bit_is_seen(made: Any) -> None:
    """Of what is to be signed: it is refused, or it is another transaction, to the byte."""
    raw = made.raw
    random = Random(made.raw)
    for place in random.sample(range(8 * len(raw)), 300):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        try:
            read = HUB.decode_transaction(bytes(flipped))
        except TransactionError:
            continue
        assert read != made
        assert isinstance(read, SignedTransaction) or read.raw == bytes(flipped)


def test_json_of_a_sign_doc_names_no_key() -> None:
    made = payment(memo="hi", timeout_height=9, signers=(one(mode=AMINO),))
    raw = made.requests()[0].payload
    assert HUB.decode_transaction(raw, keys=[ME.public_key]) == made
    nobody: Any = HUB.decode_transaction(raw)
    assert nobody.signers[0].key is None
    assert nobody.effects()[:2] == made.effects()[:2]
    refused(raw, "ambiguous", keys=[ME.public_key, YOU.public_key])
    refused(raw, "mismatch", keys=[YOU.public_key])


def test_keys_that_are_given_must_be_those_of_signers() -> None:
    made = both()
    assert HUB.decode_transaction(made.raw, keys=[YOU.public_key]) == made
    refused(made.raw, "mismatch", keys=[ALICE.public_key])
    refused(sign(made, ME, YOU).raw, "mismatch", keys=[ALICE.public_key])
    refused(made.raw, "type", keys=[ME.public_key.data])
    refused(made.raw, "type", keys=ME.public_key)


# CO1: one view, one chain, one account


def documented(**changes: Any) -> bytes:
    """The JSON of a payment with some members changed, or taken away."""
    found = json.loads(payment(signers=(one(mode=AMINO),)).requests()[0].payload) | changes
    found = {name: value for name, value in found.items() if value is not UNTOLD}
    return json.dumps(found, separators=(",", ":"), sort_keys=True).encode()


def test_CO1_the_json_that_is_changed_below_is_read() -> None:
    assert HUB.decode_transaction(documented())


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": "1"},
        {"memo": UNTOLD},
        {"memo": None},
        {"memo": 5},
        {"timeout_height": "0"},
        {"timeout_height": 5},
        {"sequence": 3},
        {"sequence": "03"},
        {"sequence": "-1"},
        {"sequence": str(1 << 64)},
        {"account_number": None},
        {"chain_id": None},
        {"fee": {"amount": [], "gas": "1", "payer": ""}},
        {"fee": {"amount": [], "gas": "1", "tip": "5"}},
        {"fee": {"amount": None, "gas": "1"}},
        {"fee": {"gas": "1"}},
        {"fee": {"amount": [{"denom": "uatom", "amount": 5}], "gas": "1"}},
        {"fee": {"amount": [{"denom": "uatom", "amount": "05"}], "gas": "1"}},
        {"fee": {"amount": [{"denom": "uatom", "amount": "5", "more": ""}], "gas": "1"}},
        {"fee": {"amount": [{"denom": "uatom"}], "gas": "1"}},
        {"msgs": []},
        {"msgs": None},
        {"msgs": [{}]},
        {"msgs": [{"type": "cosmos-sdk/MsgUnknown", "value": {}}]},
        {"msgs": [{"type": "cosmos-sdk/MsgSend", "value": None}]},
        {"msgs": [{"type": "cosmos-sdk/MsgSend", "value": {"from_address": "", "to_address": "", "amount": []}}]},
        {"msgs": [{"type": "cosmos-sdk/MsgUnjail", "value": {}}]},
        {"msgs": [{"type": 5, "value": {}}]},
        {"msgs": [{"type": "cosmos-sdk/MsgUnjail", "value": {}, "more": 1}]},
    ],
    ids=lambda changes: json.dumps({name: "absent" if v is UNTOLD else v for name, v in changes.items()}),
)
def test_CO1_json_that_no_node_makes_is_refused(changes: Any) -> None:
    refused(documented(**changes))


def test_CO1_json_in_another_order_or_with_white_space_is_refused() -> None:
    raw = documented()
    refused(b" " + raw)
    refused(raw + b"\n")
    refused(json.dumps(json.loads(raw)).encode(), "non-canonical")
    found = json.loads(raw)
    refused(json.dumps(dict(reversed(found.items())), separators=(",", ":")).encode(), "non-canonical")
    refused(documented(memo="<").replace(b"\\u003c", b"<"), "non-canonical")
    refused(raw.replace(b'"memo":""', b'"memo":"","memo":""'), "duplicate")
    refused(raw.replace(b'"memo":""', b'"memo":"\xff"'), "character")


def test_CO1_json_is_made_of_what_nodes_read_in_protobuf() -> None:
    """A subject in JSON is kept as protobuf, of which the JSON is made again: there is no second view beside it."""
    made = payment(signers=(one(mode=AMINO),))
    body = BODY.decode(SUBJECT.decode(made.raw).body_bytes)
    other = replace(body, messages=(send(amount=6),))
    changed: Any = HUB.decode_transaction(
        SUBJECT.encode(replace(SUBJECT.decode(made.raw), body_bytes=BODY.encode(other)))
    )
    assert b'"amount":"6"' in changed.requests()[0].payload
    assert changed.effects()[0].amount == 6


def test_CO1_bytes_for_another_chain_are_refused() -> None:
    testnet = replace(HUB, chain_id="theta-testnet-001")
    for made in (payment(chain=testnet), payment(chain=testnet, signers=(one(mode=AMINO),))):
        refused(made.raw, "network")
        assert testnet.decode_transaction(made.raw) == made
    refused(payment(chain=testnet, signers=(one(mode=AMINO),)).requests()[0].payload, "network")
    refused(payment().raw, "network", chain=OSMOSIS)


@pytest.mark.parametrize("mode", [SignMode.DIRECT, AMINO])
def test_CO1_a_signature_is_for_one_chain_one_account_and_one_sequence(mode: SignMode) -> None:
    made = payment(signers=(one(mode=mode),))
    signed: Any = HUB.decode_transaction(sign(made, ME).raw)
    verify(signed, [7])
    with pytest.raises(InvalidSignature):
        verify(signed, [8])
    elsewhere: Any = replace(HUB, chain_id="theta-testnet-001").decode_transaction(signed.raw)
    with pytest.raises(InvalidSignature):
        verify(elsewhere, [7])
    tx = TX_RAW.decode(signed.raw)
    auth = AUTH_INFO.decode(tx.auth_info_bytes)
    later = replace(auth, signer_infos=(replace(auth.signer_infos[0], sequence=4),))
    replayed: Any = HUB.decode_transaction(TX_RAW.encode(replace(tx, auth_info_bytes=AUTH_INFO.encode(later))))
    with pytest.raises(InvalidSignature):
        verify(replayed, [7])
    with pytest.raises(TransactionError):
        verify(signed, [])


def test_CO1_a_signature_of_one_mode_is_none_of_another() -> None:
    tx = TX_RAW.decode(sign(payment(), ME).raw)
    auth = AUTH_INFO.decode(tx.auth_info_bytes)
    info = replace(auth.signer_infos[0], mode_info=ModeInfo(single=Single(mode=AMINO)))
    other = replace(tx, auth_info_bytes=AUTH_INFO.encode(replace(auth, signer_infos=(info,))))
    read: Any = HUB.decode_transaction(TX_RAW.encode(other))
    with pytest.raises(InvalidSignature):
        verify(read, [7])


def test_the_higher_s_is_not_verified() -> None:
    """Cosmos SDK, crypto/keys/secp256k1: signatures have the lower of the two values of s."""
    signed = sign(payment(), ME)
    tx = TX_RAW.decode(signed.raw)
    high = (ORDER - int.from_bytes(tx.signatures[0][32:])).to_bytes(32)
    read: Any = HUB.decode_transaction(TX_RAW.encode(replace(tx, signatures=(tx.signatures[0][:32] + high,))))
    with pytest.raises(InvalidSignature) as error:
        verify(read, [7])
    assert error.value.reason == "non-canonical"


# What nodes take, and what is none of it


def changed(made: Any = None, **changes: Any) -> bytes:
    """A signed transaction with some fields of its TxRaw changed."""
    signed = sign(made or payment(), *HOLDERS)
    return TX_RAW.encode(replace(TX_RAW.decode(signed.raw), **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signatures": ()}, "missing"),
        ({"signatures": (b"",)}, "length"),
        ({"signatures": (bytes(63),)}, "length"),
        ({"signatures": (bytes(65),)}, "length"),
        ({"signatures": (bytes(64), bytes(64))}, "length"),
        ({"body_bytes": b""}, ""),
        ({"auth_info_bytes": b""}, "missing"),
        ({"body_bytes": b"\x12\x00"}, ""),
    ],
)
def test_no_signed_transaction(changes: dict[str, Any], reason: str) -> None:
    refused(changed(**changes), reason)


def body_with(field: bytes) -> bytes:
    return payment().body_bytes + field


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (bytes.fromhex("12001a00"), ""),  # an empty memo, and a field that is not known
        (bytes.fromhex("1800"), "non-canonical"),  # a timeout of 0
        (bytes.fromhex("188000"), "non-canonical"),  # in two bytes
        (bytes.fromhex("2001"), ""),  # unordered without a moment
        (bytes.fromhex("fa3f020a00"), ""),  # extension_options
        (bytes.fromhex("fa7f020a00"), "unknown"),  # non_critical_extension_options
        (bytes.fromhex("3a00"), "unknown"),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else value,
)
def test_a_body_has_one_form_and_nothing_unknown(field: bytes, reason: str) -> None:
    refused(changed(body_bytes=body_with(field)), reason)


def test_extension_options_are_refused_and_so_is_a_tip() -> None:
    body = replace(BODY.decode(payment().body_bytes), extension_options=(AnyMessage(type_url="/x.y"),))
    refused(changed(body_bytes=BODY.encode(body)), "unknown")
    tx = TX_RAW.decode(sign(payment(), ME).raw)
    refused(TX_RAW.encode(replace(tx, auth_info_bytes=tx.auth_info_bytes + bytes.fromhex("1a00"))), "unknown")


def info(**changes: Any) -> bytes:
    tx = TX_RAW.decode(sign(payment(), ME).raw)
    auth = AUTH_INFO.decode(tx.auth_info_bytes)
    infos = (replace(auth.signer_infos[0], **changes),)
    return TX_RAW.encode(replace(tx, auth_info_bytes=AUTH_INFO.encode(replace(auth, signer_infos=infos))))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mode_info": ModeInfo()}, "unknown"),
        ({"mode_info": ModeInfo(single=Single(mode=SignMode.UNSPECIFIED))}, "type"),
        ({"mode_info": ModeInfo(single=Single(mode=AUX))}, "scheme"),
        ({"mode_info": ModeInfo(multi=Multi(bitarray=BitArray()))}, "unknown"),
        ({"mode_info": ModeInfo(single=Single(mode=AMINO), multi=Multi(bitarray=BitArray()))}, "unknown"),
        ({"public_key": AnyMessage(type_url="/cosmos.crypto.ed25519.PubKey", value=b"\n\x20" + bytes(32))}, "unknown"),
        ({"public_key": AnyMessage(type_url="/ethermint.crypto.v1.ethsecp256k1.PubKey")}, "unknown"),
        ({"public_key": AnyMessage(type_url="/cosmos.crypto.secp256k1.PubKey", value=b"\n\x21" + bytes(33))}, ""),
        ({"public_key": AnyMessage(type_url="/cosmos.crypto.secp256k1.PubKey", value=b"")}, ""),
        ({"public_key": AnyMessage(type_url="/cosmos.crypto.multisig.LegacyAminoPubKey")}, "unknown"),
    ],
)
def test_no_signer_info(changes: dict[str, Any], reason: str) -> None:
    refused(info(**changes), reason)


def test_a_mode_that_is_not_known_is_refused() -> None:
    """SIGN_MODE_TEXTUAL: what is shown there is another document."""
    tx = TX_RAW.decode(sign(payment(), ME).raw)
    textual = tx.auth_info_bytes.replace(bytes.fromhex("12040a020801"), bytes.fromhex("12040a020802"))
    assert textual != tx.auth_info_bytes
    refused(TX_RAW.encode(replace(tx, auth_info_bytes=textual)), "unknown")


def test_a_key_that_is_left_out_is_nobodys() -> None:
    """SignerInfo.public_key is optional: nodes know the keys of accounts that have signed before."""
    read: Any = HUB.decode_transaction(info(public_key=None))
    assert read.transaction.signers[0].key is None
    with pytest.raises(TransactionError):
        verify(read, [7])


def multi(bitarray: BitArray, modes: int = 2, mode: SignMode = AMINO, signatures: int = 2) -> bytes:
    """A transaction of two of three, with other bits, modes and signatures."""
    tx = TX_RAW.decode(sign(shared()[1], *HOLDERS).raw)
    auth = AUTH_INFO.decode(tx.auth_info_bytes)
    one_mode = ModeInfo(single=Single(mode=mode))
    infos = (
        replace(
            auth.signer_infos[0], mode_info=ModeInfo(multi=Multi(bitarray=bitarray, mode_infos=(one_mode,) * modes))
        ),
    )
    given = (SIGNATURES.decode(tx.signatures[0]).signatures * 2)[:signatures]
    return TX_RAW.encode(
        replace(
            tx,
            auth_info_bytes=AUTH_INFO.encode(replace(auth, signer_infos=infos)),
            signatures=(SIGNATURES.encode(Signatures(signatures=given)),),
        )
    )


def test_bits_say_who_of_a_multisig_account_has_signed() -> None:
    right: Any = HUB.decode_transaction(multi(BitArray(extra_bits_stored=3, elems=b"\xc0")))
    verify(right, [9])
    wrong: Any = HUB.decode_transaction(multi(BitArray(extra_bits_stored=3, elems=b"\xa0")))
    with pytest.raises(InvalidSignature):
        verify(wrong, [9])


@pytest.mark.parametrize(
    "raw",
    [
        multi(BitArray(extra_bits_stored=3, elems=b"\x80"), 1, signatures=1),
        multi(BitArray(extra_bits_stored=3, elems=b"\xe0")),
        multi(BitArray(extra_bits_stored=3, elems=b"\xd0")),
        multi(BitArray(extra_bits_stored=4, elems=b"\xc0")),
        multi(BitArray(extra_bits_stored=3, elems=b"\xc0\x00")),
        multi(BitArray(extra_bits_stored=3, elems=b"")),
        multi(BitArray(elems=b"\xc0")),
        multi(BitArray(extra_bits_stored=3, elems=b"\xc0"), 1),
        multi(BitArray(extra_bits_stored=3, elems=b"\xc0"), 3),
        multi(BitArray(extra_bits_stored=3, elems=b"\xc0"), mode=SignMode.DIRECT),
        multi(BitArray(extra_bits_stored=3, elems=b"\xc0"), signatures=1),
        multi(BitArray(extra_bits_stored=3, elems=b"\xc0"), signatures=3),
    ],
)
def test_other_bits_modes_and_signatures_of_a_multisig_account_are_refused(raw: bytes) -> None:
    refused(raw)


def test_who_of_a_multisig_account_signs_is_open_in_what_is_to_be_signed() -> None:
    made = shared()[1]
    tx = TX_RAW.decode(sign(made, *HOLDERS).raw)
    refused(SUBJECT.encode(replace(SUBJECT.decode(made.raw), auth_info_bytes=tx.auth_info_bytes)), "non-canonical")


def test_account_numbers_of_all_signers_are_in_what_is_to_be_signed() -> None:
    subject = SUBJECT.decode(both().raw)
    assert (subject.account_number, subject.others) == (7, (8,))
    for others in ((), (8, 9)):
        refused(SUBJECT.encode(replace(subject, others=others)), "length")
    refused(SUBJECT.encode(replace(subject, chain_id="")), "missing")
    refused(SUBJECT.encode(replace(SUBJECT.decode(payment().raw), others=(1,))), "length")


@pytest.mark.parametrize(
    "raw", [b"", None, "00", 0, bytearray(64), b"{}", b"{", b"[]", b"\0" * 5, bytes((1 << 20) + (1 << 17))]
)
def test_no_bytes_of_a_transaction(raw: Any) -> None:
    refused(raw)
    with pytest.raises(TransactionError):
        HUB.transaction_id(raw)


def test_what_nobody_has_signed_has_no_id() -> None:
    for raw in (payment().raw, payment(signers=(one(mode=AMINO),)).requests()[0].payload):
        with pytest.raises(TransactionError) as error:
            HUB.transaction_id(raw)
        assert error.value.reason == "missing"


def test_messages_within_messages_are_bounded() -> None:
    """Nested Anys are refused before they exhaust the stack."""
    inner: Any = send()
    for _ in range(100):
        inner = AnyMessage(
            type_url="/cosmos.authz.v1beta1.MsgExec",
            value=_exec(inner),
        )
    body = b"\n" + _size(len(_any(inner))) + _any(inner)
    refused(changed(body_bytes=body), "too-deep")


def _size(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def _any(message: Any) -> bytes:
    from walletcore.coding.protobuf import any_

    value = (
        message
        if isinstance(message, AnyMessage)
        else AnyMessage(type_url=message.shape.type_url, value=message.shape.codec.encode(message))
    )
    return any_.encode(value)


def _exec(message: Any) -> bytes:
    """A MsgExec of one message, by hand: field 1 who, field 2 the messages."""
    who = send().from_address.encode()
    raw = _any(message)
    return b"\n" + _size(len(who)) + who + b"\x12" + _size(len(raw)) + raw


def test_a_fee_is_always_there() -> None:
    assert FEE.gas_limit
    tx = TX_RAW.decode(sign(payment(), ME).raw)
    auth = AUTH_INFO.decode(tx.auth_info_bytes)
    only = AUTH_INFO.encode(auth)
    fee = only.rindex(b"\x12", 0, only.index(b"\n\r\n\x05uatom"))
    refused(TX_RAW.encode(replace(tx, auth_info_bytes=only[:fee])), "missing")
