"""The instructions of the system, compute budget and memo programs: equal to solders', and read again in effects."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders import compute_budget, system_program
from solders.instruction import Instruction as TheirInstruction
from solders.pubkey import Pubkey

from support.texts import UNSEEN
from walletcore.chains.base import Address
from walletcore.chains.solana import (
    CHAINS,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    AccountMeta,
    Instruction,
    SolanaChain,
    Transaction,
    advance_nonce,
    authorize_nonce,
    budget,
    create_account,
    create_account_with_seed,
    create_nonce_account,
    initialize_mint,
    initialize_multisig,
    initialize_stake,
    initialize_token_account,
    memo,
    memos,
    set_compute_unit_limit,
    set_compute_unit_price,
    split_stake,
    sync_native,
    transfer,
    withdraw_nonce,
)
from walletcore.chains.solana.loader import LOADER_PROGRAM
from walletcore.chains.solana.vote import VOTE_PROGRAM
from walletcore.coding.visible import is_visible
from walletcore.effects import Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import TransactionError, Unsupported
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret

SOLANA = CHAINS[0]
BLOCKHASH = bytes(range(32))
PAYER, ALICE, NONCE, OWNER = (
    PrivateKey(Curve.ED25519, Secret(bytes([number]) * 32)).public_key for number in (1, 2, 3, 4)
)
U64 = 2**64 - 1


def named(key: Any) -> str:
    return SOLANA.address(key).account_id


def pubkey(key: Any) -> Pubkey:
    return Pubkey(key.data)


def same(ours: Instruction, theirs: TheirInstruction) -> bool:
    accounts = [(bytes(each.pubkey), each.is_signer, each.is_writable) for each in theirs.accounts]
    return (ours.program_id, ours.data, [(a.pubkey, a.is_signer, a.is_writable) for a in ours.accounts]) == (
        bytes(theirs.program_id),
        bytes(theirs.data),
        accounts,
    )


def effects(*calls: Instruction, chain: SolanaChain = SOLANA) -> tuple[Effect, ...]:
    tx = Transaction.compile(chain=chain, fee_payer=PAYER, instructions=calls, recent_blockhash=BLOCKHASH)
    return tx.effects()


def meta(key: Any, *, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey=key.data, is_signer=False, is_writable=writable)


def reason(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    return caught.value.reason


# -- system

CREATED = create_account(payer=PAYER, new=ALICE, owner=OWNER, lamports=U64, space=165)
MADE = create_nonce_account(payer=PAYER, nonce=NONCE, authority=ALICE, lamports=1_500_000)
ADVANCED = advance_nonce(nonce=NONCE, authority=ALICE)
WITHDRAWN = withdraw_nonce(nonce=NONCE, authority=ALICE, destination=OWNER, lamports=7)
AUTHORIZED = authorize_nonce(nonce=NONCE, authority=ALICE, new_authority=OWNER)


def test_system_instructions_are_those_of_solders() -> None:
    nonce, authority = pubkey(NONCE), pubkey(ALICE)
    theirs = system_program.create_account(
        {
            "from_pubkey": pubkey(PAYER),
            "to_pubkey": pubkey(ALICE),
            "lamports": U64,
            "space": 165,
            "owner": pubkey(OWNER),
        }
    )
    assert same(CREATED, theirs)
    first, second = system_program.create_nonce_account(pubkey(PAYER), nonce, authority, 1_500_000)
    assert same(MADE[0], first)
    assert same(MADE[1], second)
    assert same(ADVANCED, system_program.advance_nonce_account({"nonce_pubkey": nonce, "authorized_pubkey": authority}))
    withdrawn = {"nonce_pubkey": nonce, "authorized_pubkey": authority, "to_pubkey": pubkey(OWNER), "lamports": 7}
    assert same(WITHDRAWN, system_program.withdraw_nonce_account(withdrawn))  # type: ignore[arg-type]
    authorized = {"nonce_pubkey": nonce, "authorized_pubkey": authority, "new_authority": pubkey(OWNER)}
    assert same(AUTHORIZED, system_program.authorize_nonce_account(authorized))  # type: ignore[arg-type]


def test_an_account_that_is_made_takes_lamports_and_has_an_owner() -> None:
    moved, made, given_away, _ = effects(CREATED)
    assert moved == Transfer(asset=SOLANA.asset, amount=U64, source=named(PAYER), destination=named(ALICE))
    assert given_away == Authority(account=named(ALICE), change=f"the program {named(OWNER)} owns it")
    assert isinstance(made, Call)
    assert made.name == "CreateAccount"
    assert dict(made.arguments) == {"account": named(ALICE), "owner": named(OWNER), "space": "165"}


SYSTEM, TOKEN, STAKES, VOTES, LOADERS = map(
    SOLANA.account, (SYSTEM_PROGRAM, TOKEN_PROGRAM, STAKE_PROGRAM, VOTE_PROGRAM, LOADER_PROGRAM)
)
OPEN = "nobody controls it yet: whoever initializes it first does"


def made_for(owner: Any, *, space: int = 165, seeded: bool = False) -> Instruction:
    if seeded:
        return create_account_with_seed(payer=PAYER, base=ALICE, text="box", owner=owner, lamports=9, space=space)
    return create_account(payer=PAYER, new=ALICE, owner=owner, lamports=9, space=space)


def who_controls(*calls: Instruction) -> list[str]:
    return [each.change for each in effects(*calls) if isinstance(each, Authority)]


@pytest.mark.parametrize("seeded", [False, True], ids=["by key", "by seed"])
def test_an_account_that_is_made_for_a_program_is_told_to_be_its(seeded: bool) -> None:
    for owner in (SOLANA.address(OWNER), SOLANA.account(budget.COMPUTE_BUDGET_PROGRAM)):
        for space in (0, 165):
            call = made_for(owner, space=space, seeded=seeded)
            assert who_controls(call) == [f"the program {owner.account_id} owns it"]
            told = [each for each in effects(call) if isinstance(each, Authority)]
            assert told[0].account == SOLANA.caip10(call.accounts[1].pubkey)
    assert who_controls(made_for(SYSTEM, space=0, seeded=seeded)) == []  # its key, or its base, keeps it


@pytest.mark.parametrize("owner", [SYSTEM, TOKEN, STAKES, VOTES, LOADERS], ids=str)
@pytest.mark.parametrize("seeded", [False, True], ids=["by key", "by seed"])
def test_an_account_that_is_left_without_an_authority_is_told(owner: Address, seeded: bool) -> None:
    assert who_controls(made_for(owner, seeded=seeded)) == [OPEN]


ACCOUNT = initialize_token_account(account=ALICE, mint=OWNER, owner=OWNER)
SPLIT = split_stake(stake=NONCE, new=ALICE, authority=OWNER, lamports=5)


def test_what_initializes_an_account_tells_whose_it_is() -> None:
    assert who_controls(made_for(TOKEN), ACCOUNT) == [f"owner is {named(OWNER)}"]
    assert who_controls(made_for(STAKES, space=200), SPLIT) == []  # it has the authorities of the other
    members = [PAYER, OWNER]
    multisig = initialize_multisig(account=ALICE, threshold=2, members=members)
    assert len(who_controls(made_for(TOKEN), multisig)) == 1
    assert OPEN not in who_controls(made_for(TOKEN), initialize_mint(mint=ALICE, decimals=0, mint_authority=OWNER))
    assert OPEN not in who_controls(made_for(STAKES), initialize_stake(stake=ALICE, staker=OWNER, withdrawer=OWNER))
    buffer = Instruction(
        program_id=LOADER_PROGRAM, accounts=(meta(ALICE, writable=True), meta(OWNER)), data=bytes.fromhex("00000000")
    )
    assert who_controls(made_for(LOADERS), buffer) == [f"authority is {named(OWNER)}"]


@pytest.mark.parametrize(
    ("owner", "other"),
    [
        (TOKEN, replace(ACCOUNT, program_id=TOKEN_2022_PROGRAM)),  # of another program
        (TOKEN, initialize_token_account(account=OWNER, mint=NONCE, owner=ALICE)),  # of another account
        (TOKEN, sync_native(account=ALICE)),
        (STAKES, split_stake(stake=ALICE, new=NONCE, authority=OWNER, lamports=5)),
        (SYSTEM, transfer(source=PAYER, destination=ALICE, lamports=5)),
        (TOKEN, replace(ACCOUNT, data=ACCOUNT.data + b"x")),  # none that is known
    ],
)
def test_what_follows_and_gives_it_to_nobody_changes_nothing(owner: Address, other: Instruction) -> None:
    assert OPEN in who_controls(made_for(owner), other)
    assert OPEN in who_controls(other, made_for(owner))


def test_what_came_before_does_not_initialize_it() -> None:
    assert who_controls(ACCOUNT, made_for(TOKEN)) == [f"owner is {named(OWNER)}", OPEN]


def test_a_nonce_account_that_is_made_tells_its_authority() -> None:
    moved, made, authority, _ = effects(*MADE)
    assert isinstance(moved, Transfer)
    assert isinstance(made, Call)
    assert moved.amount == 1_500_000
    assert dict(made.arguments)["owner"] == SOLANA.caip10(SYSTEM_PROGRAM)
    assert authority == Authority(account=named(NONCE), change=f"nonce authority is {named(ALICE)}")


def test_a_withdrawal_is_a_transfer_and_a_new_authority_is_told() -> None:
    moved, _ = effects(WITHDRAWN)
    assert moved == Transfer(asset=SOLANA.asset, amount=7, source=named(NONCE), destination=named(OWNER))
    change, _ = effects(AUTHORIZED)
    assert change == Authority(account=named(NONCE), change=f"nonce authority becomes {named(OWNER)}")


def test_a_durable_nonce_never_expires_and_is_flagged_even_where_its_accounts_are_not_known() -> None:
    first, _ = effects(ADVANCED)
    assert isinstance(first, Opaque)
    assert "durable nonce: it never expires" in first.why
    for odd in (replace(ADVANCED, accounts=()), replace(ADVANCED, data=ADVANCED.data + b"more")):
        first, _ = effects(odd)
        assert isinstance(first, Opaque)
        assert "durable nonce" in first.why
    later = effects(transfer(source=PAYER, destination=ALICE, lamports=1), ADVANCED)[1]
    assert isinstance(later, Call)
    assert later.name == "AdvanceNonceAccount"


def no_signers(instruction: Instruction) -> Instruction:
    return replace(instruction, accounts=tuple(replace(each, is_signer=False) for each in instruction.accounts))


@pytest.mark.parametrize(
    "exact",
    [CREATED, MADE[1], WITHDRAWN, AUTHORIZED, transfer(source=ALICE, destination=PAYER, lamports=1)],
    ids=["create", "initialize", "withdraw", "authorize", "transfer"],
)
def test_whatever_is_not_exactly_an_instruction_of_the_system_program_is_opaque(exact: Instruction) -> None:
    extra = AccountMeta(pubkey=bytes([9]) * 32, is_signer=False, is_writable=False)
    neighbours = [
        replace(exact, data=exact.data + b"\0"),
        replace(exact, data=exact.data[:-1]),
        replace(exact, data=b"\x63" + exact.data[1:]),
        replace(exact, data=b""),
        replace(exact, accounts=exact.accounts[:-1]),
        replace(exact, accounts=(*exact.accounts, extra)),
        replace(exact, program_id=bytes([9]) * 32),
    ]
    for other in neighbours:
        told = effects(other)[0]
        assert isinstance(told, Opaque)
        assert told.data == other.data


def test_an_instruction_without_the_signature_that_it_needs_is_opaque() -> None:
    for exact in (CREATED, WITHDRAWN, AUTHORIZED, transfer(source=ALICE, destination=OWNER, lamports=1)):
        assert isinstance(effects(no_signers(exact))[0], Opaque)


@pytest.mark.parametrize("amount", [True, -1, 2**64, 10**400, 1.0, "1", None])
def test_X16_amounts_of_the_system_program_fit_64_bits(amount: Any) -> None:
    good: dict[str, Any] = {"payer": PAYER, "new": ALICE, "owner": OWNER, "lamports": 1, "space": 1}
    for name in ("lamports", "space"):
        assert reason(create_account, **{**good, name: amount}) in ("type", "range")
    assert reason(create_nonce_account, payer=PAYER, nonce=NONCE, authority=ALICE, lamports=amount)
    assert reason(withdraw_nonce, nonce=NONCE, authority=ALICE, destination=OWNER, lamports=amount)


# -- compute budget

CALL = transfer(source=PAYER, destination=ALICE, lamports=1)


def fees(*calls: Instruction, chain: SolanaChain = SOLANA) -> list[int | None]:
    return [effect.at_most for effect in effects(*calls, chain=chain) if isinstance(effect, Fee)]


def test_compute_budget_instructions_are_those_of_solders() -> None:
    assert same(set_compute_unit_limit(2**32 - 1), compute_budget.set_compute_unit_limit(2**32 - 1))
    assert same(set_compute_unit_price(U64), compute_budget.set_compute_unit_price(U64))


@given(st.integers(0, U64), st.integers(0, 2**32 - 1))
def test_price_times_limit_bounds_the_priority_fee(price: int, limit: int) -> None:
    base, priority = fees(set_compute_unit_price(price), set_compute_unit_limit(limit), CALL)
    assert base is None
    assert priority is not None
    assert 0 <= priority * 1_000_000 - price * limit < 1_000_000


def test_a_price_without_a_limit_bounds_nothing() -> None:
    assert fees(CALL) == [None]
    assert fees(CALL, set_compute_unit_price(5)) == [None, None]
    assert fees(CALL, set_compute_unit_limit(5)) == [None, 0]
    assert fees(CALL, set_compute_unit_price(0)) == [None, 0]


def raw_budget(data: bytes) -> Instruction:
    return Instruction(program_id=budget.COMPUTE_BUDGET_PROGRAM, accounts=(), data=data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" + bytes(8), b"\3" + bytes(9), b"\3" + bytes(7), b"\5", b"\x02\x01\x00\x00\x00", b"\x03" + bytes(8)],
)
def test_a_budget_that_is_not_understood_or_said_twice_bounds_nothing(data: bytes) -> None:
    limit, price = set_compute_unit_limit(1), set_compute_unit_price(1)
    assert fees(limit, price, raw_budget(data)) == [None, None]


def test_what_else_a_budget_says_does_not_change_the_fee() -> None:
    limit, price = set_compute_unit_limit(200_000), set_compute_unit_price(1_000)
    size = compute_budget.set_loaded_accounts_data_size_limit(1000)
    heap = compute_budget.request_heap_frame(64 * 1024)
    others = [raw_budget(bytes(each.data)) for each in (size, heap)]
    assert fees(limit, price, *others, CALL) == [None, 200]
    told = effects(limit, *others)[:3]
    assert [(each.name, each.arguments) for each in told if isinstance(each, Call)] == [
        ("SetComputeUnitLimit", (("units", "200000"),)),
        ("SetLoadedAccountsDataSizeLimit", (("bytes", "1000"),)),
        ("RequestHeapFrame", (("bytes", "65536"),)),
    ]
    assert isinstance(effects(raw_budget(b"\3\0"))[0], Opaque)


def test_the_fee_of_signatures_is_bounded_by_the_row_alone() -> None:
    row = replace(SOLANA, signature_fee=5000)
    assert fees(CALL, chain=row) == [5000]
    assert fees(CALL, transfer(source=ALICE, destination=PAYER, lamports=1), chain=row) == [10_000]
    for program in budget.SIGNATURE_PROGRAMS:
        verified = Instruction(program_id=program, accounts=(), data=b"\1")
        assert fees(CALL, verified, chain=row) == [None]


@pytest.mark.parametrize("fee", [True, -1, 1.0, "5000"])
def test_X16_the_fee_of_a_signature_is_an_int(fee: Any) -> None:
    with pytest.raises(Unsupported):
        replace(SOLANA, signature_fee=fee)


@pytest.mark.parametrize("number", [True, -1, 2**64, 10**400, 1.0, "1", None])
def test_X16_units_and_prices_are_ints_in_their_range(number: Any) -> None:
    assert reason(set_compute_unit_limit, number) in ("type", "range")
    assert reason(set_compute_unit_price, number) in ("type", "range")
    assert reason(set_compute_unit_limit, 2**32) == "range"


# -- memos


@given(st.text(max_size=200))
def test_a_memo_is_a_statement(text: str) -> None:
    hidden = Opaque(why="a memo with characters that cannot be seen", data=text.encode())
    assert effects(memo(text, ALICE))[0] == (Statement(text=text) if is_visible(text) else hidden)


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_a_memo_that_hides_characters_is_opaque(unseen: str) -> None:
    for text in (unseen, f"pay{unseen}", f"{unseen}me", f"\u2764{unseen}\U0001f525"):
        assert isinstance(effects(memo(text, ALICE))[0], Opaque)


def test_memos_of_both_versions_are_read_and_other_bytes_are_opaque() -> None:
    for program in memos.MEMO_PROGRAMS:
        good = replace(memo("to rent"), program_id=program)
        assert effects(good)[0] == Statement(text="to rent")
        assert isinstance(effects(replace(good, data=b"\xff"))[0], Opaque)
    assert [each.is_signer for each in memo("x", ALICE, PAYER).accounts] == [True, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "type"),
        (b"x", "type"),
        ("\ud800", "character"),
        ("x" * 1233, "too-large"),
        ("x" * (1 << 20), "too-large"),
    ],
)
def test_a_memo_is_a_text_that_fits(text: Any, expected: str) -> None:
    assert reason(memo, text) == expected


def keys_of(values: Sequence[Any]) -> None:
    for value in values:
        with pytest.raises(TransactionError):
            memo("x", value)


def test_a_memo_is_signed_by_keys_or_addresses() -> None:
    keys_of([None, ALICE.data, "x", 7])
