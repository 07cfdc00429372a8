"""Solana's runtime (litesvm) executes an instruction of each program that it has, and refuses each with a bit flipped.

What an instruction is told to do is read from the accounts afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from solders.account import Account
from solders.clock import Clock
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.token.state import Mint
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata

from walletcore.chains import solana
from walletcore.chains.base import Address
from walletcore.chains.solana import (
    CHAINS,
    LOOKUP_TABLE_PROGRAM,
    STAKE_PROGRAM,
    STAKE_SIZE,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    Instruction,
    LookupTable,
    Transaction,
    create_account,
    create_with_seed,
)
from walletcore.chains.solana.loader import LOADER, LOADER_PROGRAM
from walletcore.chains.solana.token_2022 import TOKEN_2022
from walletcore.chains.solana.vote import VOTE, VOTE_PROGRAM
from walletcore.effects import Approve, Authority, Transfer
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

SOLANA = replace(CHAINS[0], signature_fee=5000)
SIGNERS = [LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32)), check=False) for n in range(1, 9)]
PAYER, ALICE, NEW, OTHER, FOURTH, FIFTH, VALIDATOR, VOTES = (signer.public_key for signer in SIGNERS)
BOB = SOLANA.account(bytes([9]) * 32)
RICH = 10**11
BOTH = pytest.mark.parametrize("program", [TOKEN_PROGRAM, TOKEN_2022_PROGRAM], ids=["token", "token-2022"])


def machine() -> LiteSVM:
    svm = LiteSVM()
    for key in (PAYER, ALICE, OTHER, VALIDATOR):
        svm.airdrop(Pubkey(key.data), RICH)
    return svm


def submitted(svm: LiteSVM, raw: bytes) -> Any:
    try:
        return svm.send_transaction(VersionedTransaction.from_bytes(raw))
    except ValueError:
        return None


def done(svm: LiteSVM, *calls: Instruction) -> Transaction:
    """Executed as it is, and not with any of its bits flipped; neither are those read."""
    tx = Transaction.compile(
        chain=SOLANA, fee_payer=PAYER, instructions=calls, recent_blockhash=bytes(svm.latest_blockhash())
    )
    raw = sign(tx, *SIGNERS).raw
    for place in range(0, len(raw), 7):
        flipped = raw[:place] + bytes([raw[place] ^ (1 << place % 8)]) + raw[place + 1 :]
        assert not isinstance(submitted(svm, flipped), TransactionMetadata)
        with pytest.raises(TransactionError):
            SOLANA.decode_transaction(flipped)
    result = submitted(svm, raw)
    assert isinstance(result, TransactionMetadata), result
    svm.expire_blockhash()
    return tx


def refused(svm: LiteSVM, *calls: Instruction) -> None:
    """The program itself does not take it."""
    tx = Transaction.compile(
        chain=SOLANA, fee_payer=PAYER, instructions=calls, recent_blockhash=bytes(svm.latest_blockhash())
    )
    assert not isinstance(submitted(svm, sign(tx, *SIGNERS).raw), TransactionMetadata)
    svm.expire_blockhash()


def data(svm: LiteSVM, key: bytes) -> bytes:
    found = svm.get_account(Pubkey(key))
    assert found is not None
    return bytes(found.data)


def owner(svm: LiteSVM, key: bytes) -> bytes:
    found = svm.get_account(Pubkey(key))
    assert found is not None
    return bytes(found.owner)


def balance(svm: LiteSVM, key: bytes) -> int:
    return svm.get_balance(Pubkey(key)) or 0


def address(key: Any) -> Address:
    return SOLANA.address(key)


# -- the system program


def test_the_system_program_moves_and_makes_accounts_with_seeds() -> None:
    svm = machine()
    seeded = create_with_seed(ALICE.data, "rent", SYSTEM_PROGRAM)
    system = SOLANA.account(SYSTEM_PROGRAM)
    done(svm, solana.transfer(source=PAYER, destination=SOLANA.account(seeded), lamports=10**9))
    tx = done(svm, solana.transfer_with_seed(base=ALICE, text="rent", owner=system, destination=BOB, lamports=10**9))
    assert balance(svm, BOB.payload) == 10**9
    assert isinstance(tx.effects()[0], Transfer)
    token = SOLANA.account(TOKEN_PROGRAM)
    done(
        svm,
        solana.create_account_with_seed(payer=PAYER, base=ALICE, text="box", owner=token, lamports=10**8, space=165),
    )
    made = create_with_seed(ALICE.data, "box", TOKEN_PROGRAM)
    assert (len(data(svm, made)), owner(svm, made)) == (165, TOKEN_PROGRAM)


def test_a_made_account_is_its_programs_and_its_key_moves_nothing_any_more() -> None:
    svm = machine()
    tx = done(svm, create_account(payer=PAYER, new=NEW, owner=BOB, lamports=10**9, space=0))
    assert owner(svm, NEW.data) == BOB.payload
    refused(svm, solana.transfer(source=NEW, destination=BOB, lamports=1))
    assert Authority(account=address(NEW).account_id, change=f"the program {BOB.account_id} owns it") in tx.effects()
    system = SOLANA.account(SYSTEM_PROGRAM)
    tx = done(svm, create_account(payer=PAYER, new=FOURTH, owner=system, lamports=10**9, space=0))
    assert not any(isinstance(each, Authority) for each in tx.effects())
    done(svm, solana.transfer(source=FOURTH, destination=BOB, lamports=10**9))


def test_whoever_initializes_an_account_first_controls_it() -> None:
    """Neither its key nor who paid for it signs for that; each is told to have been left to anybody."""
    svm, token = machine(), SOLANA.account(TOKEN_PROGRAM)
    system, program = SOLANA.account(SYSTEM_PROGRAM), SOLANA.account(STAKE_PROGRAM)
    mint = with_mint(svm, TOKEN_PROGRAM)
    made = (
        create_account(payer=PAYER, new=FOURTH, owner=token, lamports=10**9, space=165),
        create_account(payer=PAYER, new=FIFTH, owner=system, lamports=10**9, space=80),
        create_account(payer=PAYER, new=VOTES, owner=program, lamports=10**9, space=STAKE_SIZE),
    )
    left = "nobody controls it yet: whoever initializes it first does"
    tx = done(svm, *made)
    assert [each.account for each in tx.effects() if isinstance(each, Authority) and each.change == left] == [
        address(key).account_id for key in (FOURTH, FIFTH, VOTES)
    ]
    nonce = solana.create_nonce_account(payer=PAYER, nonce=FIFTH, authority=OTHER, lamports=1)[1]
    taken = (
        solana.initialize_token_account(account=FOURTH, mint=mint, owner=OTHER),
        nonce,
        solana.initialize_stake(stake=VOTES, staker=OTHER, withdrawer=OTHER),
        solana.close_token_account(account=FOURTH, destination=BOB, authority=OTHER),
        solana.withdraw_nonce(nonce=FIFTH, authority=OTHER, destination=BOB, lamports=9 * 10**8),
        solana.withdraw_stake(stake=VOTES, authority=OTHER, destination=BOB, lamports=10**9),
    )
    stranger = Transaction.compile(
        chain=SOLANA, fee_payer=OTHER, instructions=taken, recent_blockhash=bytes(svm.latest_blockhash())
    )
    assert [request.key for request in stranger.requests()] == [OTHER]
    assert isinstance(submitted(svm, sign(stranger, *SIGNERS).raw), TransactionMetadata)
    assert balance(svm, BOB.payload) == 29 * 10**8


def test_accounts_are_allocated_and_assigned() -> None:
    svm = machine()
    token = SOLANA.account(TOKEN_PROGRAM)
    svm.airdrop(Pubkey(NEW.data), 10**9)
    done(svm, solana.allocate(account=NEW, space=165), solana.assign(account=NEW, owner=token))
    assert (len(data(svm, NEW.data)), owner(svm, NEW.data)) == (165, TOKEN_PROGRAM)
    for seed, call in (
        ("a", solana.allocate_with_seed(base=ALICE, text="a", owner=token, space=82)),
        ("b", solana.assign_with_seed(base=ALICE, text="b", owner=token)),
    ):
        made = create_with_seed(ALICE.data, seed, TOKEN_PROGRAM)
        svm.airdrop(Pubkey(made), 10**9)
        done(svm, call)
        assert owner(svm, made) == TOKEN_PROGRAM


def test_nonces_with_seeds_are_made_advanced_authorized_withdrawn() -> None:
    svm = machine()
    made = solana.create_nonce_account_with_seed(payer=PAYER, base=ALICE, text="n", authority=ALICE, lamports=10**8)
    done(svm, *made)
    key = create_with_seed(ALICE.data, "n", SYSTEM_PROGRAM)
    nonce, before = SOLANA.account(key), data(svm, key)
    assert before[8:40] == ALICE.data
    svm.warp_to_slot(10)
    svm.expire_blockhash()
    done(
        svm,
        solana.transfer(source=PAYER, destination=BOB, lamports=10**9),
        solana.advance_nonce(nonce=nonce, authority=ALICE),
    )
    assert data(svm, key)[40:72] != before[40:72]
    done(svm, solana.authorize_nonce(nonce=nonce, authority=ALICE, new_authority=OTHER))
    assert data(svm, key)[8:40] == OTHER.data
    refused(svm, solana.upgrade_nonce(nonce=nonce))  # it is of the newer version already
    done(svm, solana.withdraw_nonce(nonce=nonce, authority=OTHER, destination=BOB, lamports=10**8))
    assert balance(svm, BOB.payload) == 10**9 + 10**8


# -- stakes


def with_stake(svm: LiteSVM, key: Any, lamports: int = 5 * 10**9) -> None:
    program = SOLANA.account(STAKE_PROGRAM)
    done(
        svm,
        create_account(payer=PAYER, new=key, owner=program, lamports=lamports, space=STAKE_SIZE),
        solana.initialize_stake(stake=key, staker=ALICE, withdrawer=OTHER),
    )
    # StakeStateV2: u32 1 (initialized), u64 rent, the staker, the withdrawer
    assert data(svm, key.data)[:4] == b"\1\0\0\0"
    assert data(svm, key.data)[12:76] == ALICE.data + OTHER.data


def with_votes(svm: LiteSVM) -> None:
    """A vote account of 3762 bytes, whose validator is one of ours."""
    program = SOLANA.account(VOTE_PROGRAM)
    made = VOTE.made(
        "InitializeAccount",
        {"vote": VOTES, "node": VALIDATOR},
        {"identity": VALIDATOR, "voter": VALIDATOR, "withdrawer": VALIDATOR, "commission": 7},
    )
    done(svm, create_account(payer=PAYER, new=VOTES, owner=program, lamports=10**9, space=3762), made)


def test_a_stake_is_delegated_deactivated_and_withdrawn() -> None:
    svm = machine()
    with_votes(svm)
    with_stake(svm, NEW)
    done(svm, solana.delegate_stake(stake=NEW, vote=VOTES, authority=ALICE))
    assert data(svm, NEW.data)[:4] == b"\2\0\0\0"
    assert data(svm, NEW.data)[124:156] == VOTES.data
    refused(svm, solana.withdraw_stake(stake=NEW, destination=BOB, authority=OTHER, lamports=5 * 10**9))
    done(svm, solana.deactivate_stake(stake=NEW, authority=ALICE))
    svm.warp_to_slot(10**7)
    clock = svm.get_clock()
    svm.set_clock(
        Clock(10**7, clock.epoch_start_timestamp, clock.epoch + 30, clock.leader_schedule_epoch, clock.unix_timestamp)
    )
    svm.expire_blockhash()
    tx = done(svm, solana.withdraw_stake(stake=NEW, destination=BOB, authority=OTHER, lamports=5 * 10**9))
    assert balance(svm, BOB.payload) == 5 * 10**9
    told = Transfer(asset=SOLANA.asset, amount=5 * 10**9, source=address(NEW).account_id, destination=BOB.account_id)
    assert tx.effects()[0] == told


def test_a_stake_is_split_and_merged() -> None:
    svm = machine()
    with_stake(svm, NEW)
    program = SOLANA.account(STAKE_PROGRAM)
    done(
        svm,
        create_account(payer=PAYER, new=FOURTH, owner=program, lamports=3 * 10**6, space=STAKE_SIZE),
        solana.split_stake(stake=NEW, new=FOURTH, authority=ALICE, lamports=10**9),
    )
    assert balance(svm, FOURTH.data) == 10**9 + 3 * 10**6
    done(svm, solana.merge_stake(destination=NEW, source=FOURTH, authority=ALICE))
    assert (balance(svm, NEW.data), balance(svm, FOURTH.data)) == (5 * 10**9 + 3 * 10**6, 0)


def test_lamports_move_between_stakes() -> None:
    svm = machine()
    with_votes(svm)
    for key in (NEW, FOURTH):
        with_stake(svm, key)
    done(svm, solana.move_lamports(source=NEW, destination=FOURTH, authority=ALICE, lamports=10**9))
    assert balance(svm, FOURTH.data) == 6 * 10**9


def test_authorities_of_a_stake_change() -> None:
    svm = machine()
    with_stake(svm, NEW)
    given: dict[str, Any] = {"stake": NEW, "authority": OTHER}
    tx = done(svm, solana.authorize_stake(**given, new_authority=BOB, role="stake"))
    assert data(svm, NEW.data)[12:44] == BOB.payload
    assert isinstance(tx.effects()[0], Authority)
    done(svm, solana.authorize_stake_checked(**given, new_authority=FOURTH, role="stake"))
    assert data(svm, NEW.data)[12:44] == FOURTH.data
    system = SOLANA.account(SYSTEM_PROGRAM)
    seeded = SOLANA.account(create_with_seed(ALICE.data, "s", SYSTEM_PROGRAM))
    done(svm, solana.authorize_stake(**given, new_authority=seeded, role="withdraw"))
    based: dict[str, Any] = {"stake": NEW, "base": ALICE, "text": "s", "owner": system}
    done(svm, solana.authorize_stake_with_seed(**based, new_authority=BOB, role="stake"))
    assert data(svm, NEW.data)[12:44] == BOB.payload
    done(svm, solana.authorize_stake_checked_with_seed(**based, new_authority=OTHER, role="withdraw"))
    assert data(svm, NEW.data)[44:76] == OTHER.data


def test_lockups_are_set() -> None:
    svm = machine()
    with_stake(svm, NEW)
    given: dict[str, Any] = {"stake": NEW, "authority": OTHER}
    done(svm, solana.set_lockup(**given, unix_timestamp=-5, epoch=7, custodian=BOB))
    lockup = (-5).to_bytes(8, "little", signed=True) + (7).to_bytes(8, "little") + BOB.payload
    assert data(svm, NEW.data)[76:124] == lockup
    svm = machine()
    with_stake(svm, NEW)
    done(svm, solana.set_lockup_checked(**given, epoch=9, custodian=FOURTH))
    assert data(svm, NEW.data)[84:124] == (9).to_bytes(8, "little") + FOURTH.data


def test_a_checked_stake_is_made() -> None:
    svm = machine()
    program = SOLANA.account(STAKE_PROGRAM)
    done(
        svm,
        create_account(payer=PAYER, new=NEW, owner=program, lamports=10**9, space=STAKE_SIZE),
        solana.initialize_stake_checked(stake=NEW, staker=BOB, withdrawer=OTHER),
    )
    assert data(svm, NEW.data)[12:76] == BOB.payload + OTHER.data


# -- tokens


def with_mint(svm: LiteSVM, program: bytes, *extensions: Instruction, space: int = 82) -> Address:
    """A mint of six decimals, made by NEW; ALICE mints and freezes. ALICE and BOB have an account for it."""
    mint = address(NEW)
    done(
        svm,
        create_account(payer=PAYER, new=NEW, owner=SOLANA.account(program), lamports=10**8, space=space),
        *extensions,
        solana.initialize_mint(mint=NEW, decimals=6, mint_authority=ALICE, freeze_authority=ALICE, program=program),
    )
    for holder in (ALICE, BOB):
        done(svm, solana.create_associated_token_account(payer=PAYER, owner=holder, mint=mint, program=program))
    minted = solana.mint_to_checked(
        mint=NEW, destination=held(ALICE, program), authority=ALICE, amount=10**7, decimals=6, program=program
    )
    done(svm, minted)
    return mint


def held(holder: Any, program: bytes) -> Address:
    return solana.associated_token_account(owner=holder, mint=address(NEW), program=program)


def tokens(svm: LiteSVM, account: Address) -> int:
    return int.from_bytes(data(svm, account.payload)[64:72], "little")


@BOTH
def test_tokens_are_minted_moved_burnt_and_approved(program: bytes) -> None:
    svm = machine()
    mint = with_mint(svm, program)
    mine, his = held(ALICE, program), held(BOB, program)
    given: dict[str, Any] = {"mint": mint, "authority": ALICE, "decimals": 6, "program": program}
    done(svm, solana.transfer_checked(source=mine, destination=his, amount=4, **given))
    done(svm, solana.burn_checked(source=mine, amount=5, **given))
    assert (tokens(svm, mine), tokens(svm, his)) == (10**7 - 9, 4)
    refused(svm, solana.transfer_checked(source=mine, destination=his, amount=4, **{**given, "decimals": 7}))
    tx = done(svm, solana.approve_checked(source=mine, delegate=OTHER, amount=7, **given))
    assert isinstance(tx.effects()[0], Approve)
    done(svm, solana.transfer_checked(source=mine, destination=his, amount=3, **{**given, "authority": OTHER}))
    done(svm, solana.revoke(source=mine, authority=ALICE, program=program))
    refused(svm, solana.transfer_checked(source=mine, destination=his, amount=3, **{**given, "authority": OTHER}))
    assert tokens(svm, his) == 7


@BOTH
def test_token_accounts_are_frozen_given_away_and_closed(program: bytes) -> None:
    svm = machine()
    mint = with_mint(svm, program)
    mine, his = held(ALICE, program), held(BOB, program)
    given: dict[str, Any] = {"account": mine, "mint": mint, "authority": ALICE, "program": program}
    moved = solana.transfer_checked(
        source=mine, mint=mint, destination=his, authority=ALICE, amount=10**7, decimals=6, program=program
    )
    done(svm, solana.freeze_token_account(**given))
    refused(svm, moved)
    done(svm, solana.thaw_token_account(**given))
    done(svm, moved)
    tx = done(svm, solana.close_token_account(account=mine, destination=OTHER, authority=ALICE, program=program))
    assert (svm.get_account(Pubkey(mine.payload)) is None) or balance(svm, mine.payload) == 0
    assert balance(svm, OTHER.data) > RICH
    assert [type(effect) for effect in tx.effects()[:2]] == [Transfer, Authority]
    set_ = solana.set_authority(account=mint, authority=ALICE, role="mint", new_authority=None, program=program)
    done(svm, set_)
    assert data(svm, NEW.data)[:4] == bytes(4)
    done(svm, solana.set_authority(account=mint, authority=ALICE, role="freeze", new_authority=BOB, program=program))
    assert data(svm, NEW.data)[46:82] == b"\1\0\0\0" + BOB.payload


@BOTH
def test_a_multisig_moves_its_tokens(program: bytes) -> None:
    svm = machine()
    mint = with_mint(svm, program)
    members = (ALICE, OTHER, FIFTH)
    made = SOLANA.account(program)
    done(
        svm,
        create_account(payer=PAYER, new=FOURTH, owner=made, lamports=10**8, space=355),
        solana.initialize_multisig(account=FOURTH, threshold=2, members=members, program=program),
    )
    mine, his = held(ALICE, program), held(BOB, program)
    done(
        svm,
        create_account(payer=PAYER, new=VOTES, owner=made, lamports=10**8, space=165),
        solana.initialize_token_account(account=VOTES, mint=mint, owner=FOURTH, program=program),
    )
    given: dict[str, Any] = {"mint": mint, "decimals": 6, "program": program, "amount": 5}
    done(svm, solana.transfer_checked(source=mine, destination=VOTES, authority=ALICE, **given))
    shared: dict[str, Any] = {"source": VOTES, "destination": his, "authority": FOURTH, **given}
    refused(svm, solana.transfer_checked(**shared, signers=(ALICE,)))
    done(svm, solana.transfer_checked(**shared, signers=(ALICE, FIFTH)))
    assert tokens(svm, his) == 5


def test_wrapped_lamports_are_counted() -> None:
    svm = machine()
    mint = SOLANA.parse_address("So11111111111111111111111111111111111111112")
    state = Mint(mint_authority=None, supply=0, decimals=9, is_initialized=True, freeze_authority=None)
    svm.set_account(Pubkey(mint.payload), Account(10**8, bytes(state), Pubkey(TOKEN_PROGRAM)))
    mine = solana.associated_token_account(owner=ALICE, mint=mint)
    done(
        svm,
        solana.create_associated_token_account(payer=PAYER, owner=ALICE, mint=mint),
        solana.transfer(source=ALICE, destination=mine, lamports=10**9),
        solana.sync_native(account=mine),
    )
    assert tokens(svm, mine) == 10**9
    done(svm, solana.close_token_account(account=mine, destination=BOB, authority=ALICE))
    assert balance(svm, BOB.payload) > 10**9


@BOTH
def test_tokens_in_a_nested_account_are_recovered(program: bytes) -> None:
    svm = machine()
    mint = with_mint(svm, program)
    mine = held(ALICE, program)
    nested: dict[str, Any] = {"owner": mine, "mint": mint, "program": program, "allow_owner_off_curve": True}
    lost = solana.associated_token_account(**nested)
    done(svm, solana.create_associated_token_account(payer=PAYER, **nested))
    done(
        svm,
        solana.transfer_checked(
            source=mine, mint=mint, destination=lost, authority=ALICE, amount=7, decimals=6, program=program
        ),
    )
    assert (tokens(svm, lost), tokens(svm, mine)) == (7, 10**7 - 7)
    done(svm, solana.recover_nested_token_account(owner=ALICE, owner_mint=mint, nested_mint=mint, program=program))
    assert tokens(svm, mine) == 10**7
    assert balance(svm, lost.payload) == 0


def extended(svm: LiteSVM, name: str, fields: dict[str, Any], space: int) -> Address:
    call = TOKEN_2022.made(name, {"mint": NEW}, fields)
    return with_mint(svm, TOKEN_2022_PROGRAM, call, space=space)


def test_a_mint_withholds_a_fee() -> None:
    svm = machine()
    fields = {"fee_authority": OTHER, "withdraw_authority": OTHER, "basis_points": 100, "maximum_fee": 50}
    mint = extended(svm, "InitializeTransferFeeConfig", fields, 278)
    mine, his = held(ALICE, TOKEN_2022_PROGRAM), held(BOB, TOKEN_2022_PROGRAM)
    given: dict[str, Any] = {"source": mine, "mint": mint, "destination": his, "authority": ALICE, "decimals": 6}
    refused(svm, solana.transfer_checked_with_fee(**given, amount=1000, fee=9))
    tx = done(svm, solana.transfer_checked_with_fee(**given, amount=1000, fee=10))
    assert (tokens(svm, mine), tokens(svm, his)) == (10**7 - 1000, 990)
    told = tx.effects()[0]
    assert isinstance(told, Transfer)
    assert told.amount == 1000
    done(svm, TOKEN_2022.made("HarvestWithheldTokensToMint", {"mint": mint}, others=(his,)))
    taken = {"mint": mint, "destination": mine, "authority": OTHER}
    done(svm, TOKEN_2022.made("WithdrawWithheldTokensFromMint", taken))
    assert tokens(svm, mine) == 10**7 - 990
    done(
        svm,
        TOKEN_2022.made("SetTransferFee", {"mint": mint, "authority": OTHER}, {"basis_points": 1, "maximum_fee": 1}),
    )


def test_a_permanent_delegate_moves_what_is_anybodys() -> None:
    svm = machine()
    mint = with_mint(svm, TOKEN_2022_PROGRAM, solana.initialize_permanent_delegate(mint=NEW, delegate=OTHER), space=202)
    mine, his = held(ALICE, TOKEN_2022_PROGRAM), held(BOB, TOKEN_2022_PROGRAM)
    done(
        svm,
        solana.transfer_checked(
            source=mine, mint=mint, destination=his, authority=OTHER, amount=9, decimals=6, program=TOKEN_2022_PROGRAM
        ),
    )
    assert tokens(svm, his) == 9
    done(
        svm,
        solana.set_authority(
            account=mint, authority=OTHER, role="permanent delegate", new_authority=None, program=TOKEN_2022_PROGRAM
        ),
    )


def test_a_mint_is_paused() -> None:
    svm = machine()
    mint = extended(svm, "InitializePausable", {"pauser": OTHER}, 203)
    mine, his = held(ALICE, TOKEN_2022_PROGRAM), held(BOB, TOKEN_2022_PROGRAM)
    moved = solana.transfer_checked(
        source=mine, mint=mint, destination=his, authority=ALICE, amount=9, decimals=6, program=TOKEN_2022_PROGRAM
    )
    done(svm, TOKEN_2022.made("Pause", {"mint": mint, "authority": OTHER}))
    refused(svm, moved)
    done(svm, TOKEN_2022.made("Resume", {"mint": mint, "authority": OTHER}))
    done(svm, moved)


def test_an_account_wants_memos() -> None:
    svm = machine()
    mint = with_mint(svm, TOKEN_2022_PROGRAM)
    mine, his = held(OTHER, TOKEN_2022_PROGRAM), held(ALICE, TOKEN_2022_PROGRAM)
    done(svm, solana.create_associated_token_account(payer=PAYER, owner=OTHER, mint=mint, program=TOKEN_2022_PROGRAM))
    accounts = {"account": mine, "payer": PAYER, "authority": OTHER}
    done(svm, TOKEN_2022.made("Reallocate", accounts, {"extensions": (8).to_bytes(2, "little")}))  # MemoTransfer
    done(svm, solana.require_memos(account=mine, authority=OTHER))
    moved = solana.transfer_checked(
        source=his, mint=mint, destination=mine, authority=ALICE, amount=9, decimals=6, program=TOKEN_2022_PROGRAM
    )
    refused(svm, moved)
    done(svm, solana.memo("for May"), moved)
    done(svm, solana.require_memos(account=mine, authority=OTHER, required=False))
    done(svm, moved)
    assert tokens(svm, mine) == 18


# -- the upgradeable loader


def test_a_buffer_of_the_loader_changes_hands_and_is_closed() -> None:
    svm = machine()
    program = SOLANA.account(LOADER_PROGRAM)
    done(
        svm,
        create_account(payer=PAYER, new=NEW, owner=program, lamports=10**8, space=37 + 8),
        LOADER.made("InitializeBuffer", {"buffer": NEW, "authority": ALICE}),
    )
    code = {"offset": 2, "code": b"\x7fELF"}
    done(svm, LOADER.made("Write", {"buffer": NEW, "authority": ALICE}, code))
    assert data(svm, NEW.data)[37:] == bytes(2) + b"\x7fELF" + bytes(2)
    given = {"account": NEW, "authority": ALICE, "new_authority": BOB}
    refused(svm, LOADER.made("SetAuthorityTo", {**given, "authority": OTHER}))
    done(svm, LOADER.made("SetAuthorityChecked", {**given, "new_authority": OTHER}))
    done(svm, LOADER.made("SetAuthorityTo", {**given, "authority": OTHER, "new_authority": FOURTH}))
    assert data(svm, NEW.data)[4:37] == b"\1" + FOURTH.data
    done(svm, LOADER.made("Close", {"account": NEW, "destination": BOB, "authority": FOURTH}, {"tombstone": None}))
    assert balance(svm, BOB.payload) == 10**8


# -- memos, the compute budget, lookup tables


@pytest.mark.parametrize("version", [1, 2])
def test_memos_of_both_versions_and_all_of_the_budget_are_taken(version: int) -> None:
    svm = machine()
    done(
        svm,
        solana.request_heap_frame(64 * 1024),
        solana.set_compute_unit_limit(100_000),
        solana.set_compute_unit_price(10_000),
        solana.set_loaded_accounts_data_size_limit(1 << 20),
        solana.memo("rent for May", ALICE, version=version),
    )
    assert balance(svm, PAYER.data) == RICH - 2 * 5000 - 1000


def with_table(svm: LiteSVM, addresses: Sequence[Address]) -> Address:
    """A table that ALICE controls, made in a slot that the cluster remembers."""
    slot = svm.get_slot_hashes()[0][0]
    svm.warp_to_slot(slot + 1)
    svm.expire_blockhash()
    table = SOLANA.account(solana.lookup_table_address(ALICE, slot)[0])
    made = solana.create_lookup_table(authority=ALICE, payer=PAYER, recent_slot=slot)
    done(svm, made, solana.extend_lookup_table(table=table, authority=ALICE, addresses=addresses, payer=PAYER))
    svm.warp_to_slot(slot + 10)
    svm.expire_blockhash()
    return table


def test_a_lookup_table_is_made_extended_used_and_closed() -> None:
    svm = machine()
    addresses = (BOB, address(OTHER))
    table = with_table(svm, addresses)
    read = LookupTable.from_account(table.payload, data(svm, table.payload))
    assert read.addresses == tuple(each.payload for each in addresses)
    call = solana.transfer(source=ALICE, destination=BOB, lamports=10**9)
    blockhash = bytes(svm.latest_blockhash())
    tx = Transaction.compile(
        chain=SOLANA, fee_payer=PAYER, instructions=[call], recent_blockhash=blockhash, tables=[read]
    )
    assert tx.message.lookups
    assert isinstance(submitted(svm, sign(tx, *SIGNERS).raw), TransactionMetadata)
    assert balance(svm, BOB.payload) == 10**9
    done(svm, solana.deactivate_lookup_table(table=table, authority=ALICE))
    closed = solana.close_lookup_table(table=table, authority=ALICE, destination=BOB)
    refused(svm, closed)  # not while the cluster remembers the slot
    svm.warp_to_slot(svm.get_clock().slot + 600)
    svm.set_slot_hashes([(svm.get_clock().slot - 1, Hash.default())])
    svm.expire_blockhash()
    tx = done(svm, closed)
    assert balance(svm, table.payload) == 0
    assert [type(effect) for effect in tx.effects()[:2]] == [Transfer, Authority]


def test_a_lookup_table_is_frozen() -> None:
    svm = machine()
    table = with_table(svm, (BOB,))
    assert owner(svm, table.payload) == LOOKUP_TABLE_PROGRAM
    done(svm, solana.freeze_lookup_table(table=table, authority=ALICE))
    refused(svm, solana.extend_lookup_table(table=table, authority=ALICE, addresses=(MINT,), payer=PAYER))


MINT = SOLANA.account(bytes([10]) * 32)
