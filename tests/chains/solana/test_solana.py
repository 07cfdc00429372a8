"""Solana's addresses, transactions and effects against published figures, solders and Solana's own runtime."""

import asyncio
import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders import system_program
from solders.hash import Hash
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message as TheirMessage
from solders.pubkey import Pubkey
from solders.transaction import Transaction as TheirTransaction
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address, Chain, SignedTransaction
from walletcore.chains.solana import (
    CHAINS,
    SYSTEM_PROGRAM,
    AccountMeta,
    Instruction,
    OffchainMessage,
    SolanaChain,
    Transaction,
    advance_nonce,
    associated_token_account,
    authorize_nonce,
    create_account,
    create_associated_token_account,
    create_nonce_account,
    memo,
    transfer,
    transfer_checked,
    withdraw_nonce,
)
from walletcore.chains.solana.chain import account
from walletcore.curves.ed25519 import is_point
from walletcore.effects import Call, Fee, Opaque, Transfer
from walletcore.errors import (
    AddressError,
    InvalidSignature,
    MissingSignature,
    PathError,
    TransactionError,
    WalletcoreError,
)
from walletcore.hd import master
from walletcore.keys import Curve, PrivateKey, Scheme
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.path import KeyOrigin, Path
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import AcceptedSignature, collect, merge, sign, sign_async

SOLANA, DEVNET = CHAINS
BLOCKHASH = bytes(range(32))
TO = SOLANA.parse_address("J3dxNj7nDRRqRRXuEMynDG57DkZK4jYRuv3Garmb1i99")
OFF_CURVE = SOLANA.parse_address("12rqwuEgBYiGhBrDJStCiqEtzQpTTiZbh7teNVLuYcFA")


def signer(number: int) -> LocalSigner:
    return LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([number]) * 32)))


PAYER, ALICE, MALLORY = signer(1), signer(2), signer(3)


def pair(lamports: int = 7, **options: Any) -> Transaction:
    """A transfer with two signers: one pays the fee, the other is the source."""
    to = options.get("chain") or SOLANA
    destination = to.account(TO.payload) if isinstance(to, SolanaChain) else TO
    instructions = (transfer(source=ALICE.public_key, destination=destination, lamports=lamports),)
    fields: dict[str, Any] = {"chain": SOLANA, "fee_payer": PAYER.public_key, "instructions": instructions}
    return Transaction.compile(**{**fields, "recent_blockhash": BLOCKHASH, **options})


def reason(error: type[WalletcoreError], call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        call(*args, **options)
    return caught.value.reason


# -- the rows


def test_the_clusters_are_named_by_the_beginning_of_their_genesis_hash() -> None:
    # ChainAgnostic/namespaces solana/caip2.md, "Test Cases"
    assert SOLANA.caip2 == "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
    assert DEVNET.caip2 == "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1"
    assert SOLANA.asset == "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/slip44:501"


def test_a_cluster_is_found_by_each_of_its_names() -> None:
    for row in CHAINS:
        assert chain(row.name) is chain(f"solana:{row.name}") is chain(row.caip2) is row
        assert isinstance(row, Chain)
        assert hash(row) == hash(replace(row))


def test_the_paths_of_the_profiles_are_those_that_wallets_use() -> None:
    assert str(SOLANA.path()) == "m/44'/501'/0'/0'"
    assert str(SOLANA.path(account=3)) == "m/44'/501'/3'/0'"
    assert str(SOLANA.path(account=3, profile="bip44")) == "m/44'/501'/3'"
    assert str(SOLANA.path(profile="bip44-root")) == "m/44'/501'"
    assert str(SOLANA.path(account=3, index=4, profile="sollet")) == "m/501'/3'/0/4"
    assert {profile.name for profile in SOLANA.profiles if profile.derivation != "slip10"} == {"sollet"}
    assert {profile.curve for profile in SOLANA.profiles} == {Curve.ED25519}
    assert all(profile.source for profile in SOLANA.profiles)


@vectors("chains/solana")
def test_a_phrase_leads_through_each_profile_to_its_published_address(case: Case) -> None:
    row = chain(case.input["chain"], SolanaChain)
    numbers = {level: case.input[level] for level in ("account", "index") if level in case.input}
    path = row.path(**numbers, profile=case.input["profile"])
    seed = Mnemonic.parse(case.input["mnemonic"]).seed(case.input["passphrase"])
    derivation = row.profile(case.input["profile"]).derivation
    key = master(derivation, Curve.ED25519, seed).derive(path).private_key.public_key
    assert str(path) == case.input["path"]
    assert key.data.hex() == case.expect["public_key"]
    assert row.address(key).text == case.expect["address"]


@pytest.mark.parametrize(
    ("profile", "asked"),
    [("", {"index": 1}), ("", {"change": 1}), ("bip44", {"index": 1}), ("bip44-root", {"account": 1})],
)
def test_a_number_that_a_profile_has_no_place_for_is_refused(profile: str, asked: dict[str, int]) -> None:
    assert reason(PathError, SOLANA.path, profile=profile, **asked) == "unknown"


@pytest.mark.parametrize(
    ("path", "address"),
    [  # trezor/trezor-firmware common/tests/fixtures/solana/get_address.json: "all" twelve times
        ("m/44'/501'", "zZqNUDNijfbMXFy2wVCdJSm9MeMfxBMdxBqseSuiSW6"),
        ("m/44'/501'/0'", "4UR47Kp4FxGJiJZZGSPAzXqRgMmZ27oVfGhHoLmcHakE"),
        ("m/44'/501'/0'/0'", "14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS"),
    ],
)
def test_every_profile_leads_to_the_address_that_a_trezor_shows(path: str, address: str) -> None:
    tree = master("slip10", Curve.ED25519, Mnemonic.parse("all " * 12).seed())
    profile = next(p for p in SOLANA.profiles if str(p.fill()) == path)
    assert SOLANA.address(tree.derive(profile.fill()).private_key.public_key).text == address


# -- addresses


@vectors("solana/addresses", "solana/public-keys", operation="address.parse", result="valid")
def test_the_published_addresses_are_read(case: Case) -> None:
    address = SOLANA.parse_address(case.input["address"])
    assert address.payload.hex() == case.expect["payload"]
    assert str(address) == case.expect["address"]
    assert address.account_id == f"{SOLANA.caip2}:{case.expect['address']}"
    assert case.expect.get("on_curve", is_point(address.payload)) == is_point(address.payload)


@vectors("solana/addresses", "solana/public-keys", operation="address.parse", result="invalid")
def test_the_published_addresses_that_are_none_are_refused(case: Case) -> None:
    assert reason(AddressError, SOLANA.parse_address, case.input["address"]) == case.expect["reason"]


@vectors("solana/addresses", operation="address.encode")
def test_the_published_keys_have_their_addresses(case: Case) -> None:
    key = PrivateKey(Curve.ED25519, Secret(bytes.fromhex(case.input["private_key"]))).public_key
    assert key.data.hex() == case.expect["public_key"]
    assert SOLANA.address(key).text == case.expect["address"]


@given(st.binary(min_size=32, max_size=32))
def test_any_32_bytes_have_the_address_that_solders_gives_them(payload: bytes) -> None:
    text = str(Pubkey(payload))
    assert SOLANA.parse_address(text).payload == payload
    assert SOLANA.addresses([payload, payload]) == [text, text]


@given(st.binary(min_size=32, max_size=32))
def test_any_key_has_the_address_that_solders_gives_it(seed: bytes) -> None:
    key = PrivateKey(Curve.ED25519, Secret(seed)).public_key
    address = SOLANA.address(key)
    assert address.text == str(Keypair.from_seed(seed).pubkey())
    assert address == SOLANA.parse_address(address.text)
    assert SOLANA.addresses([key.data]) == [address.text]


@given(st.text(max_size=60))
def test_any_text_is_an_address_to_us_when_it_is_one_to_solders(text: str) -> None:
    try:
        payload = SOLANA.parse_address(text).payload
    except AddressError:
        with pytest.raises(ValueError, match=r"String|Invalid"):
            Pubkey.from_string(text)
    else:
        assert bytes(Pubkey.from_string(text)) == payload


@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", min_size=31, max_size=46))
def test_any_base58_is_an_address_to_us_when_it_is_one_to_solders(text: str) -> None:
    test_any_text_is_an_address_to_us_when_it_is_one_to_solders.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["1" * (1 << 20), "z" * (1 << 20), "z" * 513, "J" * 100_000])
def test_A32_a_megabyte_of_base58_is_refused_before_any_work(text: str) -> None:
    assert reason(AddressError, SOLANA.parse_address, text) == "too-large"


@pytest.mark.parametrize("text", [TO.text + " ", TO.text + "\n", " " + TO.text, TO.text + "\0", TO.text[:-1] + "0"])
def test_A32_characters_that_base58_does_not_have_are_refused(text: str) -> None:
    assert reason(AddressError, SOLANA.parse_address, text) == "character"


@pytest.mark.parametrize("text", ["", "1", "1" * 31, "1" * 33, TO.text[:-2], TO.text + "1", "1" + TO.text])
def test_A32_other_lengths_are_refused(text: str) -> None:
    assert reason(AddressError, SOLANA.parse_address, text) == "length"


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("text", [None, 7, TO.payload, TO.text.encode(), [TO.text], Text(TO.text), TO])
def test_X19_only_text_is_an_address(text: Any) -> None:
    assert reason(AddressError, SOLANA.parse_address, text) == "type"


def test_a_key_of_another_curve_has_no_address() -> None:
    other = PrivateKey(Curve.SECP256K1, Secret(bytes([1]) * 32)).public_key
    assert reason(AddressError, SOLANA.address, other) == "type"
    assert reason(AddressError, SOLANA.address, PAYER.public_key.data) == "type"
    assert reason(AddressError, SOLANA.address, PAYER.public_key, kind="p2pkh") == "unknown"
    assert reason(AddressError, SOLANA.addresses, [], kind="p2pkh") == "unknown"


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), None, "1" * 32, bytearray(32)])
def test_the_batch_door_takes_keys_of_32_bytes(key: Any) -> None:
    assert reason(AddressError, SOLANA.addresses, [PAYER.public_key.data, key]) == "length"


@pytest.mark.parametrize("keys", [None, 7, iter([]), {PAYER.public_key.data}, "1" * 32, PAYER.public_key.data])
def test_the_batch_door_takes_a_sequence_of_keys(keys: Any) -> None:
    assert reason(AddressError, SOLANA.addresses, keys) == "length"


# -- building


def test_a_transfer_is_the_instruction_of_solders() -> None:
    theirs = system_program.transfer(
        {"from_pubkey": Pubkey(ALICE.public_key.data), "to_pubkey": Pubkey(TO.payload), "lamports": 2**64 - 1}
    )
    ours = transfer(source=ALICE.public_key, destination=TO, lamports=2**64 - 1)
    assert (ours.program_id, ours.data) == (bytes(theirs.program_id), bytes(theirs.data))
    assert [(a.pubkey, a.is_signer, a.is_writable) for a in ours.accounts] == [
        (bytes(a.pubkey), a.is_signer, a.is_writable) for a in theirs.accounts
    ]


@pytest.mark.parametrize("lamports", [True, -1, 2**64, 10**400, 1.0, "1", None])
def test_X16_X17_lamports_are_an_int_that_fits_64_bits(lamports: Any) -> None:
    assert reason(TransactionError, transfer, source=ALICE.public_key, destination=TO, lamports=lamports) in (
        "type",
        "range",
    )


@pytest.mark.parametrize(
    "account",
    [
        TO.text,
        TO.payload,
        None,
        PrivateKey(Curve.SECP256K1, Secret(bytes([1]) * 32)).public_key,
        Address(chain=SOLANA, text="short", payload=bytes(20)),
        Address(chain=object(), text="x", payload=bytes(32)),  # type: ignore[arg-type]
    ],
    ids=["text", "bytes", "none", "another curve", "20 bytes", "another family"],
)
def test_an_account_is_a_key_or_an_address_of_the_family(account: Any) -> None:
    for fields in ({"source": account, "destination": TO}, {"source": TO, "destination": account}):
        with pytest.raises(TransactionError):
            transfer(lamports=1, **fields)
    with pytest.raises(TransactionError):
        Transaction.compile(chain=SOLANA, fee_payer=account, instructions=(), recent_blockhash=BLOCKHASH)


def test_a_blockhash_may_come_as_a_node_gives_it() -> None:
    assert pair(recent_blockhash=str(Hash(BLOCKHASH))) == pair()


@pytest.mark.parametrize(
    "blockhash", ["", "0", str(Hash(BLOCKHASH)) + "111", bytes(31), bytes(33), None, bytearray(32)]
)
def test_a_blockhash_is_32_bytes(blockhash: Any) -> None:
    with pytest.raises(TransactionError):
        pair(recent_blockhash=blockhash)


@pytest.mark.parametrize(
    "fields",
    [
        {"chain": "solana"},
        {"chain": None},
        {"signers": [(PAYER.public_key, None)]},
        {"signers": (PAYER.public_key,)},
        {"signers": ((PAYER.public_key, None, None),)},
        {"signers": ((PAYER.public_key, "m/44'"),)},
        {"signers": ((PAYER.public_key.data, None),)},
        {"signers": None},
        {"signers": ((MALLORY.public_key, None),)},
        {"signers": ((PAYER.public_key, None), (PAYER.public_key, None))},
    ],
)
def test_a_transaction_of_anything_else_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        pair(**fields)


def test_a_transaction_takes_no_message_but_a_message() -> None:
    for message in (None, pair().raw, "message", TheirMessage.from_bytes(pair().raw)):
        assert reason(TransactionError, Transaction, chain=SOLANA, message=message) == "type"


def test_a_transaction_is_a_frozen_value() -> None:
    assert pair() == pair()
    assert hash(pair()) == hash(pair())
    assert pair() != pair(8)
    assert pair() != pair(chain=DEVNET)
    with pytest.raises(FrozenInstanceError):
        pair().chain = DEVNET  # type: ignore[misc]


# -- requests


def test_each_signer_is_asked_for_a_signature_over_the_whole_message() -> None:
    tx = pair()
    payer, source = tx.requests()
    assert (payer.key, source.key) == (PAYER.public_key, ALICE.public_key)
    for request in (payer, source):
        assert request.scheme is Scheme.ED25519
        assert request.prehash is None
        assert request.tweak is None
        assert request.message == request.payload == tx.raw
        assert request.subject is tx
    assert payer.id != source.id


def test_the_origins_of_keys_reach_the_requests() -> None:
    origin = KeyOrigin(bytes(4), Path.parse("m/44'/501'/0'/0'"))
    payer, source = pair(signers=((ALICE.public_key, origin),)).requests()
    assert (payer.origin, source.origin) == (None, origin)
    assert [payer, source] == list(pair().requests())


def test_one_who_pays_and_sends_is_asked_once() -> None:
    assert [request.key for request in pair(fee_payer=ALICE.public_key).requests()] == [ALICE.public_key]


def test_an_account_that_is_no_key_cannot_be_asked_and_is_read_all_the_same() -> None:
    instructions = (transfer(source=OFF_CURVE, destination=TO, lamports=1),)
    tx = pair(instructions=instructions)
    assert reason(TransactionError, tx.requests) == "point"
    decoded = SOLANA.decode_transaction(tx.raw)
    assert isinstance(decoded, Transaction)
    assert decoded.effects()[0] == Transfer(
        asset=SOLANA.asset, amount=1, source=OFF_CURVE.account_id, destination=TO.account_id
    )


# -- signing


def theirs_of(tx: Transaction, *numbers: int) -> TheirTransaction:
    keys = [Keypair.from_seed(bytes([number]) * 32) for number in numbers]
    message = TheirMessage.from_bytes(tx.raw)
    return TheirTransaction(keys, message, message.recent_blockhash)


def test_two_signers_make_the_bytes_that_solders_makes() -> None:
    signed = sign(pair(), ALICE, PAYER)
    theirs = theirs_of(pair(), 1, 2)
    assert signed.raw == bytes(theirs)
    assert signed.id == str(theirs.signatures[0])
    assert theirs.verify_with_results() == [True, True]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1))
def test_any_two_signers_make_the_bytes_that_solders_makes(payer: bytes, source: bytes, lamports: int) -> None:
    ours = [PrivateKey(Curve.ED25519, Secret(seed)) for seed in (payer, source)]
    tx = Transaction.compile(
        chain=SOLANA,
        fee_payer=ours[0].public_key,
        instructions=[transfer(source=ours[1].public_key, destination=TO, lamports=lamports)],
        recent_blockhash=BLOCKHASH,
    )
    theirs = [Keypair.from_seed(seed) for seed in (payer, source)]
    call = system_program.transfer(
        {"from_pubkey": theirs[1].pubkey(), "to_pubkey": Pubkey(TO.payload), "lamports": lamports}
    )
    message = TheirMessage.new_with_blockhash([call], theirs[0].pubkey(), Hash(BLOCKHASH))
    signed = sign(tx, *map(LocalSigner, ours))
    assert signed.raw == bytes(TheirTransaction(theirs, message, Hash(BLOCKHASH)))
    assert SOLANA.decode_transaction(signed.raw) == signed


def test_the_answers_may_come_from_two_machines() -> None:
    tx = pair()
    there = SOLANA.decode_transaction(tx.raw)
    assert isinstance(there, Transaction)
    first, second = collect(tx.requests(), PAYER), collect(there.requests(), ALICE)
    assert [answer is None for answer in first] == [False, True]
    signed = tx.assemble(merge(first, pickle.loads(pickle.dumps(second))))
    assert signed.raw == sign(tx, PAYER, ALICE).raw


def test_what_is_signed_is_equal_to_itself_when_it_has_travelled() -> None:
    """Its answers do not travel as accepted ones: they are verified anew, and are no part of what it is."""
    message = OffchainMessage(chain=SOLANA, text="I own this account", signers=(ALICE.public_key,))
    for signed in (sign(pair(), PAYER, ALICE), sign(message, ALICE)):
        there = pickle.loads(pickle.dumps(signed))
        assert there == signed == copy.deepcopy(signed)
        assert hash(there) == hash(signed)
        assert not any(isinstance(answer, AcceptedSignature) for answer in there.answers)
    assert sign(pair(), PAYER, ALICE) != sign(pair(8), PAYER, ALICE)


def test_signing_without_the_check_makes_the_same_bytes() -> None:
    trusting = [LocalSigner(held.key, check=False) for held in (PAYER, ALICE)]
    assert sign(pair(), *trusting).raw == sign(pair(), PAYER, ALICE).raw


def test_signing_asynchronously_makes_the_same_bytes() -> None:
    assert asyncio.run(sign_async(pair(), PAYER, ALICE)) == sign(pair(), PAYER, ALICE)


def test_one_signature_of_two_is_not_enough() -> None:
    for held in (PAYER, ALICE, MALLORY):
        assert reason(MissingSignature, sign, pair(), held) == "missing"


def test_answers_in_each_others_places_are_refused() -> None:
    tx = pair()
    answers = collect(tx.requests(), PAYER, ALICE)
    assert reason(InvalidSignature, tx.assemble, answers[::-1]) == "mismatch"
    assert reason(InvalidSignature, tx.assemble, answers[:1]) == "length"
    assert reason(InvalidSignature, pair(8).assemble, answers) == "mismatch"


@vectors("solana/transactions", operation="tx.sign")
def test_the_published_transactions_are_signed(case: Case) -> None:
    tx = Transaction.compile(
        chain=SOLANA,
        fee_payer=SOLANA.parse_address(case.input["fee_payer"]),
        instructions=[
            Instruction(
                program_id=SOLANA.parse_address(row["program"]).payload,
                accounts=tuple(
                    AccountMeta(
                        pubkey=SOLANA.parse_address(account["address"]).payload,
                        is_signer=account["signer"],
                        is_writable=account["writable"],
                    )
                    for account in row["accounts"]
                ),
                data=bytes.fromhex(row["data"]),
            )
            for row in case.input["instructions"]
        ],
        recent_blockhash=case.input["recent_blockhash"],
    )
    keys = [PrivateKey(Curve.ED25519, Secret(bytes.fromhex(key))) for key in case.input["private_keys"]]
    signed = sign(tx, *map(LocalSigner, keys))
    assert tx.raw.hex() == case.expect["preimage"]
    assert signed.raw.hex() == case.expect["raw"]
    assert signed.id == case.expect["id"]
    assert [answer.data.hex() for answer in signed.answers if answer] == case.expect["signatures"]


# -- reading


@vectors("solana/transactions", operation="tx.parse")
def test_the_published_transactions_are_read(case: Case) -> None:
    raw = bytes.fromhex(case.input["raw"])
    decoded = SOLANA.decode_transaction(raw)
    tx = decoded.transaction if isinstance(decoded, SignedTransaction) else decoded
    assert isinstance(tx, Transaction)
    assert isinstance(decoded, SignedTransaction) == case.expect["signed"]
    assert tx.raw.hex() == case.expect["message"]
    assert SOLANA.addresses(tx.message.account_keys) == case.expect["account_keys"]
    if isinstance(decoded, SignedTransaction):
        assert decoded.raw == raw
        assert decoded.id == SOLANA.transaction_id(raw) == case.expect["id"]
        assert [answer.data.hex() for answer in decoded.answers if answer] == case.expect["signatures"]


def test_a_message_is_read_and_asks_the_same_requests() -> None:
    tx = pair(signers=((PAYER.public_key, KeyOrigin(bytes(4), Path())),))
    decoded = SOLANA.decode_transaction(tx.raw, keys=[PAYER.public_key])
    assert decoded == tx
    assert isinstance(decoded, Transaction)
    assert decoded.requests() == tx.requests()
    assert decoded.chain is SOLANA


def test_a_transaction_with_zeros_for_signatures_is_not_signed() -> None:
    tx = pair()
    raw = bytes(theirs_of(tx, 1, 2))
    empty = raw[:1] + bytes(128) + raw[129:]
    assert SOLANA.decode_transaction(empty) == tx
    assert SOLANA.decode_partial(empty) == (tx, (None, None))
    assert reason(TransactionError, SOLANA.transaction_id, empty) == "missing"


@pytest.mark.parametrize("absent", [0, 1])
def test_a_transaction_that_one_of_two_has_signed_gives_that_answer(absent: int) -> None:
    signed = sign(pair(), PAYER, ALICE)
    start = 1 + 64 * absent
    raw = signed.raw[:start] + bytes(64) + signed.raw[start + 64 :]
    assert reason(TransactionError, SOLANA.decode_transaction, raw) == "missing"
    tx, answers = SOLANA.decode_partial(raw)
    assert [answer is None for answer in answers] == [place == absent for place in (0, 1)]
    assert tx.assemble(merge(answers, collect(tx.requests(), (PAYER, ALICE)[absent]))) == signed


def test_a_signature_that_does_not_verify_is_refused() -> None:
    raw = sign(pair(), PAYER, ALICE).raw
    for place in (1, 40, 64, 65, 128, len(raw) - 1):
        flipped = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert reason(TransactionError, SOLANA.decode_transaction, flipped)
        assert reason(TransactionError, SOLANA.decode_partial, flipped)


def test_the_id_is_that_of_a_transaction_and_not_of_a_message() -> None:
    signed = sign(pair(), PAYER, ALICE)
    assert SOLANA.transaction_id(signed.raw) == signed.id
    assert reason(TransactionError, SOLANA.transaction_id, pair().raw) == "missing"
    for raw in (b"", signed.raw[:-1], signed.raw + b"\0", None, signed.raw.hex()):
        assert reason(TransactionError, SOLANA.transaction_id, raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_an_error_of_the_library(raw: bytes) -> None:
    for door in (SOLANA.decode_transaction, SOLANA.decode_partial, SOLANA.transaction_id):
        try:
            door(raw)
        except TransactionError as error:
            assert error.reason  # noqa: PT017


@settings(max_examples=200)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_signed_transaction_with_one_other_byte_is_refused(place: int, byte: int) -> None:
    raw = bytearray(sign(pair(), PAYER, ALICE).raw)
    same = raw[place % len(raw)] == byte
    raw[place % len(raw)] = byte
    if not same:
        assert reason(TransactionError, SOLANA.decode_transaction, bytes(raw))


# -- effects


def test_a_transfer_is_told_and_the_fee_has_no_bound() -> None:
    assert pair(12).effects() == (
        Transfer(
            asset=SOLANA.asset,
            amount=12,
            source=SOLANA.address(ALICE.public_key).account_id,
            destination=TO.account_id,
        ),
        Fee(asset=SOLANA.asset, at_most=None, payer=SOLANA.address(PAYER.public_key).account_id),
    )


def test_the_effects_name_the_cluster() -> None:
    told, fee = pair(chain=DEVNET).effects()
    assert isinstance(told, Transfer)
    assert isinstance(fee, Fee)
    assert told.asset == fee.asset == DEVNET.asset
    assert told.source.startswith(DEVNET.caip2)


GOOD = transfer(source=ALICE.public_key, destination=TO, lamports=5)


@pytest.mark.parametrize(
    "instruction",
    [
        replace(GOOD, program_id=bytes([9]) * 32),
        replace(GOOD, data=GOOD.data + b"\0"),
        replace(GOOD, data=GOOD.data[:-1]),
        replace(GOOD, data=b"\3" + GOOD.data[1:]),
        replace(GOOD, data=b""),
        replace(GOOD, accounts=GOOD.accounts[:1]),
        replace(GOOD, accounts=(*GOOD.accounts, GOOD.accounts[1])),
        replace(GOOD, accounts=GOOD.accounts[::-1]),
    ],
    ids=["program", "longer", "shorter", "with seed", "empty", "one account", "three accounts", "source does not sign"],
)
def test_whatever_is_not_exactly_a_transfer_is_opaque(instruction: Instruction) -> None:
    effect = pair(instructions=(instruction,)).effects()[0]
    assert isinstance(effect, Opaque)
    assert effect.data == instruction.data
    assert "instruction 0" in effect.why


def test_a_durable_nonce_is_told_when_it_comes_first() -> None:
    theirs = system_program.advance_nonce_account(
        {"nonce_pubkey": Pubkey(TO.payload), "authorized_pubkey": Pubkey(ALICE.public_key.data)}
    )
    nonce = Instruction(
        program_id=SYSTEM_PROGRAM,
        accounts=tuple(
            AccountMeta(pubkey=bytes(a.pubkey), is_signer=a.is_signer, is_writable=a.is_writable)
            for a in theirs.accounts
        ),
        data=bytes(theirs.data),
    )
    first, told, _ = pair(instructions=(nonce, GOOD)).effects()
    assert isinstance(first, Opaque)
    assert "durable nonce" in first.why
    assert isinstance(told, Transfer)
    later = pair(instructions=(GOOD, nonce)).effects()[1]
    assert isinstance(later, Call)
    assert later.name == "AdvanceNonceAccount"


def test_every_instruction_has_an_effect() -> None:
    other = replace(GOOD, program_id=bytes([9]) * 32)
    kinds = [type(effect) for effect in pair(instructions=(GOOD, other, GOOD)).effects()]
    assert kinds == [Transfer, Opaque, Transfer, Fee]
    assert [type(effect) for effect in pair(instructions=()).effects()] == [Fee]


# -- Solana's runtime


def machine() -> LiteSVM:
    svm = LiteSVM()
    for held in (PAYER, ALICE):
        svm.airdrop(Pubkey(held.public_key.data), 10**9)
    return svm


def submitted(svm: LiteSVM, raw: bytes) -> TransactionMetadata | FailedTransactionMetadata | None:
    """What the runtime makes of these bytes; None when it cannot even read them."""
    try:
        transaction = VersionedTransaction.from_bytes(raw)
    except ValueError:
        return None
    return svm.send_transaction(transaction)


def test_the_runtime_executes_what_two_signers_signed() -> None:
    svm = machine()
    signed = sign(pair(4 * 10**8, recent_blockhash=bytes(svm.latest_blockhash())), PAYER, ALICE)
    result = submitted(svm, signed.raw)
    assert isinstance(result, TransactionMetadata)
    assert str(result.signature()) == signed.id
    balances = [svm.get_balance(Pubkey(key)) for key in (PAYER.public_key.data, ALICE.public_key.data, TO.payload)]
    assert balances == [10**9 - 2 * 5000, 6 * 10**8, 4 * 10**8]


def test_the_runtime_refuses_what_we_signed_with_one_bit_flipped() -> None:
    svm = machine()
    raw = sign(pair(4 * 10**8, recent_blockhash=bytes(svm.latest_blockhash())), PAYER, ALICE).raw
    for place in range(len(raw)):
        flipped = raw[:place] + bytes([raw[place] ^ (1 << place % 8)]) + raw[place + 1 :]
        assert not isinstance(submitted(svm, flipped), TransactionMetadata)
        with pytest.raises(TransactionError):
            SOLANA.decode_transaction(flipped)
    assert isinstance(submitted(svm, raw), TransactionMetadata)


def test_the_runtime_executes_a_transaction_that_another_sdk_ordered() -> None:
    svm = machine()
    tx = pair(
        10**7,
        recent_blockhash=bytes(svm.latest_blockhash()),
        instructions=(GOOD, transfer(source=ALICE.public_key, destination=OFF_CURVE, lamports=10**7)),
    )
    keys = tx.message.account_keys
    assert keys[2:4] == tuple(sorted([TO.payload, OFF_CURVE.payload]))
    swapped = tuple(
        replace(each, accounts=each.accounts.translate(bytes.maketrans(b"\2\3", b"\3\2")))
        for each in tx.message.instructions
    )
    message = replace(tx.message, account_keys=(*keys[:2], keys[3], keys[2], *keys[4:]), instructions=swapped)
    other = SOLANA.decode_transaction(message.raw)
    assert isinstance(other, Transaction)
    assert other.raw == message.raw != tx.raw
    assert other.effects() == tx.effects()
    big = pair(10**7, recent_blockhash=bytes(svm.latest_blockhash()))  # an account must start with its rent
    assert isinstance(submitted(svm, sign(big, PAYER, ALICE).raw), TransactionMetadata)
    assert isinstance(submitted(svm, sign(other, PAYER, ALICE).raw), TransactionMetadata)


def test_a_cluster_of_somebody_else_is_a_row_as_well() -> None:
    mine = replace(SOLANA, name="mine", caip2="solana:mine")
    fee = pair(chain=mine).effects()[1]
    assert isinstance(fee, Fee)
    assert fee.payer.startswith("solana:mine:")


def test_an_address_whose_text_and_bytes_differ_is_refused() -> None:
    disguised = replace(
        SOLANA.parse_address("J3dxNj7nDRRqRRXuEMynDG57DkZK4jYRuv3Garmb1i99"), payload=bytes(31) + b"\x01"
    )
    with pytest.raises(TransactionError) as refused:
        account(disguised, "destination")
    assert refused.value.reason == "mismatch"


# -- addresses of another cluster, whose bytes are the same

THERE = DEVNET.account(TO.payload)


@pytest.mark.parametrize(
    "build",
    [
        lambda to: transfer(source=ALICE.public_key, destination=to, lamports=1),
        lambda to: transfer(source=to, destination=ALICE.public_key, lamports=1),
        lambda to: create_account(payer=to, new=ALICE.public_key, owner=ALICE.public_key, lamports=1, space=0),
        lambda to: create_account(payer=ALICE.public_key, new=to, owner=ALICE.public_key, lamports=1, space=0),
        lambda to: create_account(payer=ALICE.public_key, new=ALICE.public_key, owner=to, lamports=1, space=0),
        lambda to: create_nonce_account(payer=PAYER.public_key, nonce=to, authority=PAYER.public_key, lamports=1)[0],
        lambda to: create_nonce_account(payer=PAYER.public_key, nonce=PAYER.public_key, authority=to, lamports=1)[1],
        lambda to: advance_nonce(nonce=to, authority=ALICE.public_key),
        lambda to: withdraw_nonce(nonce=PAYER.public_key, authority=ALICE.public_key, destination=to, lamports=1),
        lambda to: authorize_nonce(nonce=PAYER.public_key, authority=ALICE.public_key, new_authority=to),
        lambda to: memo("x", to),
        lambda to: transfer_checked(
            source=PAYER.public_key,
            mint=PAYER.public_key,
            destination=to,
            authority=ALICE.public_key,
            amount=1,
            decimals=0,
        ),
        lambda to: create_associated_token_account(payer=ALICE.public_key, owner=ALICE.public_key, mint=to),
    ],
)
def test_an_address_of_another_cluster_is_refused_wherever_it_stands(build: Any) -> None:
    assert reason(TransactionError, pair, instructions=(GOOD, build(THERE))) == "network"
    assert pair(instructions=(build(TO),)).message == pair(instructions=(build(THERE),), chain=DEVNET).message


def test_addresses_of_two_clusters_do_not_meet_in_one_instruction() -> None:
    assert reason(TransactionError, transfer, source=TO, destination=THERE, lamports=1) == "network"
    assert reason(TransactionError, associated_token_account, owner=TO, mint=THERE) == "network"
    there: Any = {"owner": THERE, "mint": THERE, "allow_owner_off_curve": True}
    assert reason(TransactionError, create_associated_token_account, payer=TO, **there) == "network"


def test_the_fee_payer_is_an_address_of_the_same_cluster() -> None:
    assert reason(TransactionError, pair, fee_payer=DEVNET.address(PAYER.public_key)) == "network"
    assert pair(fee_payer=SOLANA.address(PAYER.public_key)) == pair()


def test_a_row_with_another_fee_is_the_same_cluster() -> None:
    assert pair(chain=replace(SOLANA, signature_fee=5000), instructions=(GOOD,)).message == pair(5).message


def test_the_cluster_of_an_instruction_is_a_name() -> None:
    assert (GOOD.cluster, replace(GOOD).cluster) == (SOLANA.caip2, SOLANA.caip2)
    assert replace(GOOD, cluster="") == GOOD
    assert reason(TransactionError, replace, GOOD, cluster=SOLANA) == "type"


class Alike(str):
    """Equal to whatever it is compared with."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


@pytest.mark.parametrize("fields", [{"text": Alike("J3dx")}, {"text": None}])
def test_X19_a_text_that_is_equal_to_everything_is_not_that_of_an_address(fields: dict[str, Any]) -> None:
    assert reason(TransactionError, account, replace(TO, **fields), "destination") == "mismatch"


@pytest.mark.parametrize("kind", [Alike("p2wpkh"), None, 0, b""])
def test_X19_the_one_kind_of_address_is_the_empty_text(kind: Any) -> None:
    assert reason(AddressError, SOLANA.address, PAYER.public_key, kind=kind) == "unknown"
    assert reason(AddressError, SOLANA.addresses, [], kind=kind) == "unknown"


@pytest.mark.parametrize("payload", [None, 32, bytearray(32), memoryview(bytes(32)), [0] * 32, "1" * 32])
def test_X18_the_bytes_of_an_address_are_bytes(payload: Any) -> None:
    for text in (TO.text, "1" * 32):
        assert reason(TransactionError, account, replace(TO, text=text, payload=payload), "destination") == "type"
