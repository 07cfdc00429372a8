"""Solana's own runtime (litesvm) executes what we sign, and refuses it with one bit flipped."""

from dataclasses import replace
from typing import Any

import pytest
from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN
from solders.token.state import Mint, TokenAccount, TokenAccountState
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import (
    CHAINS,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    Instruction,
    LookupTable,
    Transaction,
    advance_nonce,
    associated_token_account,
    create_account,
    create_associated_token_account,
    create_nonce_account,
    memo,
    set_compute_unit_limit,
    set_compute_unit_price,
    transfer,
    transfer_checked,
    withdraw_nonce,
)
from walletcore.effects import Fee
from walletcore.errors import InvalidSignature, MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import collect, merge, sign

SOLANA = CHAINS[0]
PAYER, ALICE, NEW = (LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32))) for n in (1, 2, 3))
BOB = SOLANA.account(bytes([9]) * 32)
MINT = SOLANA.account(bytes([10]) * 32)
TABLE = LookupTable(key=bytes([11]) * 32, addresses=(BOB.payload, MINT.payload, bytes([12]) * 32))
LOOKUP_PROGRAM = "AddressLookupTab1e1111111111111111111111111"
RICH = 10**10


def machine() -> LiteSVM:
    svm = LiteSVM()
    for held in (PAYER, ALICE):
        svm.airdrop(Pubkey(held.public_key.data), RICH)
    return svm


def built(svm: LiteSVM, *calls: Instruction, payer: LocalSigner = PAYER, **options: Any) -> Transaction:
    given = {"recent_blockhash": bytes(svm.latest_blockhash()), **options}
    return Transaction.compile(chain=SOLANA, fee_payer=payer.public_key, instructions=calls, **given)


def submitted(svm: LiteSVM, raw: bytes) -> TransactionMetadata | FailedTransactionMetadata | None:
    """What the runtime makes of these bytes; None when it cannot even read them."""
    try:
        transaction = VersionedTransaction.from_bytes(raw)
    except ValueError:
        return None
    return svm.send_transaction(transaction)


def executed(svm: LiteSVM, signed: SignedTransaction[Transaction]) -> TransactionMetadata:
    """Nothing with one bit flipped is executed; the transaction itself is."""
    raw = signed.raw
    for place in range(0, len(raw), 3):
        flipped = raw[:place] + bytes([raw[place] ^ (1 << place % 8)]) + raw[place + 1 :]
        assert not isinstance(submitted(svm, flipped), TransactionMetadata)
        with pytest.raises(TransactionError):
            SOLANA.decode_transaction(flipped)
    result = submitted(svm, raw)
    assert isinstance(result, TransactionMetadata), result
    assert str(result.signature()) == signed.id
    return result


def balance(svm: LiteSVM, key: bytes) -> int:
    return svm.get_balance(Pubkey(key)) or 0


def with_table(svm: LiteSVM) -> LiteSVM:
    meta = b"\1\0\0\0" + b"\xff" * 8 + bytes(44)  # a table that was never deactivated, extended in slot 0
    data = meta + b"".join(TABLE.addresses)
    svm.set_account(Pubkey(TABLE.key), Account(10**9, data, Pubkey.from_string(LOOKUP_PROGRAM)))
    svm.warp_to_slot(10)
    assert LookupTable.from_account(TABLE.key, data) == TABLE
    return svm


def with_tokens(svm: LiteSVM, program: bytes = TOKEN_PROGRAM) -> LiteSVM:
    """A mint with six decimals, and 5 tokens of Alice's."""
    source = associated_token_account(owner=ALICE.public_key, mint=MINT, program=program)
    mint = Mint(mint_authority=None, supply=5 * 10**6, decimals=6, is_initialized=True, freeze_authority=None)
    held = TokenAccount(
        Pubkey(MINT.payload),
        Pubkey(ALICE.public_key.data),
        5 * 10**6,
        None,
        TokenAccountState.Initialized,
        None,
        0,
        None,
    )
    for address, state in ((MINT, mint), (source, held)):
        svm.set_account(Pubkey(address.payload), Account(10**8, bytes(state), Pubkey(program)))
    return svm


def tokens(svm: LiteSVM, account: bytes) -> int:
    found = svm.get_account(Pubkey(account))
    assert found is not None
    return int.from_bytes(bytes(found.data)[64:72], "little")


@pytest.mark.parametrize("tables", [None, (), (TABLE,)], ids=["legacy", "version 0", "lookup table"])
def test_the_runtime_executes_transfers_of_every_version(tables: Any) -> None:
    svm = with_table(machine())
    call = transfer(source=ALICE.public_key, destination=BOB, lamports=10**9)
    tx = built(svm, call, tables=tables)
    assert bool(tx.message.lookups) == bool(tables)
    executed(svm, sign(tx, ALICE, PAYER))
    assert balance(svm, BOB.payload) == 10**9
    assert balance(svm, ALICE.public_key.data) == RICH - 10**9
    assert balance(svm, PAYER.public_key.data) == RICH - 2 * 5000


@pytest.mark.parametrize("program", [TOKEN_PROGRAM, TOKEN_2022_PROGRAM], ids=["token", "token-2022"])
@pytest.mark.parametrize("tables", [None, (TABLE,)], ids=["legacy", "lookup table"])
def test_the_runtime_moves_tokens_to_an_account_that_it_makes(program: bytes, tables: Any) -> None:
    svm = with_tokens(with_table(machine()), program)
    source, destination = (
        associated_token_account(owner=owner, mint=MINT, program=program) for owner in (ALICE.public_key, BOB)
    )
    tx = built(
        svm,
        create_associated_token_account(payer=PAYER.public_key, owner=BOB, mint=MINT, program=program),
        transfer_checked(
            source=source,
            mint=MINT,
            destination=destination,
            authority=ALICE.public_key,
            amount=1_500_000,
            decimals=6,
            program=program,
        ),
        memo("rent", ALICE.public_key),
        tables=tables,
    )
    executed(svm, sign(tx, ALICE, PAYER))
    assert tokens(svm, destination.payload) == 1_500_000
    assert tokens(svm, source.payload) == 3_500_000


def test_the_runtime_refuses_other_decimals_and_a_second_account() -> None:
    svm = with_tokens(machine())
    source = associated_token_account(owner=ALICE.public_key, mint=MINT)
    moved = transfer_checked(
        source=source, mint=MINT, destination=source, authority=ALICE.public_key, amount=1, decimals=5
    )
    assert isinstance(submitted(svm, sign(built(svm, moved), ALICE, PAYER).raw), FailedTransactionMetadata)
    twice = create_associated_token_account(payer=PAYER.public_key, owner=ALICE.public_key, mint=MINT, idempotent=False)
    assert isinstance(submitted(svm, sign(built(svm, twice), PAYER).raw), FailedTransactionMetadata)
    again = create_associated_token_account(payer=PAYER.public_key, owner=ALICE.public_key, mint=MINT)
    assert isinstance(submitted(svm, sign(built(svm, again), PAYER).raw), TransactionMetadata)
    assert Pubkey(TOKEN_PROGRAM) == TOKEN


def test_the_runtime_takes_the_fee_that_effects_bound() -> None:
    row = replace(SOLANA, signature_fee=5000)
    svm = machine()
    calls = (
        set_compute_unit_limit(10_000),
        set_compute_unit_price(1_234_567),
        transfer(source=ALICE.public_key, destination=BOB, lamports=10**9),
    )
    tx = Transaction.compile(
        chain=row,
        fee_payer=PAYER.public_key,
        instructions=calls,
        recent_blockhash=bytes(svm.latest_blockhash()),
    )
    bound = sum(effect.at_most or 0 for effect in tx.effects() if isinstance(effect, Fee))
    assert bound == 2 * 5000 + 12_346
    executed(svm, sign(tx, ALICE, PAYER))
    assert balance(svm, PAYER.public_key.data) == RICH - bound


def nonce_value(svm: LiteSVM) -> bytes:
    found = svm.get_account(Pubkey(NEW.public_key.data))
    assert found is not None
    return bytes(found.data)[40:72]  # version, state, authority, then the durable nonce


def test_the_runtime_takes_a_durable_nonce_for_a_blockhash_long_after() -> None:
    svm = machine()
    made = create_nonce_account(
        payer=PAYER.public_key, nonce=NEW.public_key, authority=ALICE.public_key, lamports=10**8
    )
    executed(svm, sign(built(svm, *made), PAYER, NEW))
    advance = advance_nonce(nonce=NEW.public_key, authority=ALICE.public_key)
    paid = transfer(source=ALICE.public_key, destination=BOB, lamports=10**9)
    durable = sign(built(svm, advance, paid, recent_blockhash=nonce_value(svm)), PAYER, ALICE)
    for slot in (1000, 2000):
        svm.warp_to_slot(slot)
        svm.expire_blockhash()
    assert isinstance(submitted(svm, durable.raw), TransactionMetadata)
    assert balance(svm, BOB.payload) == 10**9
    assert isinstance(submitted(svm, durable.raw), FailedTransactionMetadata)  # the nonce has advanced
    taken = withdraw_nonce(
        nonce=NEW.public_key, authority=ALICE.public_key, destination=ALICE.public_key, lamports=10**7
    )
    executed(svm, sign(built(svm, taken), PAYER, ALICE))


def test_the_runtime_makes_an_account_for_a_program() -> None:
    svm = machine()
    made = create_account(
        payer=PAYER.public_key,
        new=NEW.public_key,
        owner=SOLANA.account(TOKEN_PROGRAM),
        lamports=10**8,
        space=165,
    )
    executed(svm, sign(built(svm, made), PAYER, NEW))
    found = svm.get_account(Pubkey(NEW.public_key.data))
    assert found is not None
    assert (len(bytes(found.data)), bytes(found.owner)) == (165, TOKEN_PROGRAM)


def test_what_several_have_signed_apart_comes_together() -> None:
    svm = machine()
    calls = (
        transfer(source=ALICE.public_key, destination=BOB, lamports=10**9),
        create_account(
            payer=PAYER.public_key, new=NEW.public_key, owner=SOLANA.account(SYSTEM_PROGRAM), lamports=10**8, space=0
        ),
    )
    tx = built(svm, *calls, tables=())
    halves = [tx.partial(collect(tx.requests(), signer)) for signer in (PAYER, ALICE, NEW)]
    for half in halves:
        assert isinstance(submitted(svm, half), FailedTransactionMetadata)
    read: list[tuple[Transaction, Any]] = [SOLANA.decode_partial(half) for half in halves]
    whole = read[0][0].assemble(merge(*(answers for _, answers in read)))
    assert whole == sign(tx, PAYER, ALICE, NEW)
    executed(svm, whole)


def test_signatures_for_another_message_do_not_come_together() -> None:
    svm = machine()
    one, two = (
        built(svm, transfer(source=ALICE.public_key, destination=BOB, lamports=lamports)) for lamports in (1, 2)
    )
    parts = collect(one.requests(), PAYER), collect(two.requests(), ALICE)
    with pytest.raises(InvalidSignature):
        one.assemble(merge(*parts))
    with pytest.raises(InvalidSignature):
        one.partial(merge(*parts))
    with pytest.raises(MissingSignature):
        one.assemble(parts[0])
    assert one.partial((None, None)) == b"\2" + bytes(128) + one.raw
