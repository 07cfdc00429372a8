"""Messages of version 1 (SIMD-0385): bytes as the Rust SDK has them, limits, and what the runtime makes of them."""

from dataclasses import replace
from typing import Any

import pytest
from solders.litesvm import LiteSVM
from solders.message import MessageV1
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata

from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import (
    CHAINS,
    Instruction,
    Message,
    PlainMessage,
    Transaction,
    TransactionConfig,
    advance_nonce,
    set_compute_unit_price,
    transfer,
)
from walletcore.effects import Fee, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, sign

SOLANA = replace(CHAINS[0], signature_fee=5000)
PAYER, ALICE = (LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32))) for n in (1, 2))
BOB = SOLANA.account(bytes([9]) * 32)
CONFIG = TransactionConfig(priority_fee=5, compute_unit_limit=200_000, loaded_accounts_data_size_limit=1 << 20)
CALL = transfer(source=ALICE.public_key, destination=BOB, lamports=10**9)


def built(*calls: Instruction, config: TransactionConfig = CONFIG, **options: Any) -> Transaction:
    given = {"recent_blockhash": bytes(range(32)), **options}
    return Transaction.compile(
        chain=SOLANA, fee_payer=PAYER.public_key, instructions=calls or (CALL,), config=config, **given
    )


SIGNED = sign(built(), PAYER, ALICE)


def refusal(raw: bytes) -> str:
    with pytest.raises(TransactionError) as caught:
        SOLANA.decode_transaction(raw)
    return caught.value.reason


def test_the_layout_is_that_of_the_proposal() -> None:
    message = built().message
    keys = [PAYER.public_key.data, ALICE.public_key.data, BOB.payload, bytes(32)]
    mask = (0b01111).to_bytes(4, "little")
    config = (5).to_bytes(8, "little") + (200_000).to_bytes(4, "little") + (1 << 20).to_bytes(4, "little")
    head = bytes([3, 2, 12, 0])
    assert message.raw == b"".join(
        (
            b"\x81",
            bytes([2, 0, 1]),
            mask,
            bytes(range(32)),
            bytes([1, 4]),
            *keys,
            config,
            head,
            bytes([1, 2]),
            CALL.data,
        )
    )
    assert bytes([0x81]) + bytes(MessageV1.from_bytes(message.raw[1:])) == message.raw
    assert SIGNED.raw[: len(message.raw)] == message.raw
    assert len(SIGNED.raw) == len(message.raw) + 2 * 64


def test_it_is_read_again_signed_and_not() -> None:
    assert SOLANA.decode_transaction(SIGNED.transaction.raw) == SIGNED.transaction
    again = SOLANA.decode_transaction(SIGNED.raw)
    assert isinstance(again, SignedTransaction)
    assert again == SIGNED
    assert again.transaction.message.config == CONFIG
    assert again.transaction.message.decompile() == (CALL,)
    assert SOLANA.transaction_id(SIGNED.raw) == SIGNED.id


def test_some_may_have_signed() -> None:
    tx = SIGNED.transaction
    half = tx.partial(collect(tx.requests(), ALICE))
    read, answers = SOLANA.decode_partial(half)
    assert (read, [answer is not None for answer in answers]) == (tx, [False, True])


def test_the_runtime_executes_it_and_refuses_it_altered() -> None:
    svm = LiteSVM()
    for signer in (PAYER, ALICE):
        svm.airdrop(Pubkey(signer.public_key.data), 10**10)
    signed = sign(built(recent_blockhash=bytes(svm.latest_blockhash())), PAYER, ALICE)
    for place in range(0, len(signed.raw), 3):
        flipped = signed.raw[:place] + bytes([signed.raw[place] ^ (1 << place % 8)]) + signed.raw[place + 1 :]
        try:
            result = svm.send_transaction(VersionedTransaction.from_bytes(flipped))
        except ValueError:
            result = None
        assert not isinstance(result, TransactionMetadata)
        with pytest.raises(TransactionError):
            SOLANA.decode_transaction(flipped)
    result = svm.send_transaction(VersionedTransaction.from_bytes(signed.raw))
    assert isinstance(result, TransactionMetadata), result
    assert str(result.signature()) == signed.id
    assert svm.get_balance(Pubkey(BOB.payload)) == 10**9


def test_fees_are_what_the_config_says_and_no_instruction() -> None:
    moved, called, first, second = built(CALL, set_compute_unit_price(10**9)).effects()
    assert isinstance(moved, Transfer)
    payer = SOLANA.address(PAYER.public_key).account_id
    assert (first, second) == (
        Fee(asset=SOLANA.asset, at_most=2 * 5000, payer=payer),
        Fee(asset=SOLANA.asset, at_most=5, payer=payer),
    )
    assert called is not None
    assert len(built(config=TransactionConfig()).effects()) == 2
    assert built(config=TransactionConfig(compute_unit_limit=7)).effects()[-1] == first


def test_a_durable_nonce_is_told() -> None:
    nonce = advance_nonce(nonce=BOB, authority=ALICE.public_key)
    first = built(nonce, CALL).effects()[0]
    assert isinstance(first, Opaque)
    assert "never expires" in first.why


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [(4, 0b0001, "version"), (4, 0b0010, "version"), (4, 0b101111, "version"), (7, 0x80, "version")],
    ids=["half of a fee", "other half", "bit 5", "bit 31"],
)
def test_a_mask_with_unknown_bits_or_half_a_fee_is_refused(place: int, value: int, reason: str) -> None:
    raw = bytearray(SIGNED.raw)
    raw[place] = value
    assert refusal(bytes(raw)) == reason


def test_SO2_bytes_after_the_signatures_are_refused() -> None:
    assert refusal(SIGNED.raw + b"\0") == "trailing"
    assert refusal(SIGNED.raw + bytes(64)) == "trailing"
    for cut in (1, 63, 65):
        assert refusal(SIGNED.raw[:-cut]) in ("truncated", "trailing")
    assert refusal(SIGNED.raw[:-64]) == "truncated"
    assert refusal(b"\x02" + bytes(128) + SIGNED.transaction.raw) == "version"  # signatures as of version 0


def test_SO4_places_and_keys_are_checked() -> None:
    raw = SIGNED.raw
    twice = raw[:74] + raw[42:74] + raw[106:]
    assert refusal(twice) == "duplicate"
    program = len(SIGNED.transaction.raw) - 12 - 2 - 4
    for value, reason in ((0, "range"), (4, "range")):
        assert refusal(raw[:program] + bytes([value]) + raw[program + 1 :]) == reason
    accounts = len(SIGNED.transaction.raw) - 12 - 2
    assert refusal(raw[:accounts] + bytes([4]) + raw[accounts + 1 :]) == "range"
    assert refusal(raw[:1] + bytes([2, 2]) + raw[3:]) == "missing"  # nobody pays
    assert refusal(raw[:1] + bytes([0, 0]) + raw[3:]) == "missing"


def test_a_transaction_of_4096_bytes_is_the_largest() -> None:
    def noted(size: int) -> Transaction:
        return built(Instruction(program_id=bytes([7]) * 32, accounts=(), data=bytes(size)), config=TransactionConfig())

    rest = 64 + 42 + 2 * 32 + 4
    assert len(sign(noted(4096 - rest), PAYER).raw) == 4096
    with pytest.raises(TransactionError) as caught:
        noted(4097 - rest)
    assert caught.value.reason == "too-large"
    assert refusal(b"\x81" + bytes(4096)) == "too-large"


def test_counts_have_limits() -> None:
    signers = [PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32)).public_key for n in range(1, 14)]
    calls = [transfer(source=signer, destination=BOB, lamports=1) for signer in signers]
    assert len(built(*calls[:12]).message.signers) == 12
    for many in ([CALL] * 65, calls):
        with pytest.raises(TransactionError) as caught:
            built(*many)
        assert caught.value.reason == "too-large"
    others = [
        transfer(source=ALICE.public_key, destination=SOLANA.account(bytes([n]) * 32), lamports=1)
        for n in range(10, 72)
    ]
    assert len(built(*others[:61]).message.account_keys) == 64
    with pytest.raises(TransactionError) as caught:
        built(*others)
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"heap_size": 32 * 1024 - 1024}, "range"),
        ({"heap_size": 257 * 1024}, "range"),
        ({"heap_size": 33 * 1024 + 1}, "range"),
        ({"heap_size": 0}, "range"),
        ({"priority_fee": 1 << 64}, "range"),
        ({"compute_unit_limit": 1 << 32}, "range"),
        ({"compute_unit_limit": True}, "type"),
        ({"priority_fee": -1}, "range"),
    ],
)
def test_settings_out_of_bounds_are_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        TransactionConfig(**settings)
    assert caught.value.reason == reason


def test_a_config_makes_version_1_and_nothing_else_does() -> None:
    message = built().message
    for changed in ({"config": None}, {"version": None}, {"version": 0}, {"version": True}, {"config": 5}):
        with pytest.raises(TransactionError) as caught:
            replace(message, **changed)
        assert caught.value.reason == "version"
    with pytest.raises(TransactionError) as caught:
        built(tables=())
    assert caught.value.reason == "version"
    assert type(message) is Message


def test_SO5_a_text_cannot_be_such_a_message() -> None:
    """Its first byte begins no UTF-8; what a text of these bytes becomes is longer."""
    text = SIGNED.transaction.raw.decode("latin-1")
    raw = PlainMessage(chain=SOLANA, text=text, signer=ALICE.public_key).raw
    assert raw[:1] != b"\x81"
    assert refusal(raw) != ""
