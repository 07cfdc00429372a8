"""Whatever effects tell with nothing opaque among them is what Solana's runtime does, to the lamport and the token.

Known instructions are bent at random (accounts swapped, dropped, repeated, other rights, other data), signed and
executed. ``WALLETCORE_EXAMPLES=10000 pytest tests/chains/solana/test_effects_engine.py`` runs 10,000 instead of 600.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.token.state import Mint, TokenAccount, TokenAccountState
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata

from walletcore.chains.base import Address
from walletcore.chains.solana import (
    CHAINS,
    STAKE_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    AccountMeta,
    Instruction,
    Transaction,
    advance_nonce,
    allocate,
    assign,
    associated_token_account,
    authorize_nonce,
    authorize_stake,
    authorize_stake_checked,
    burn_checked,
    close_token_account,
    create_account,
    create_account_with_seed,
    create_associated_token_account,
    create_nonce_account,
    create_with_seed,
    deactivate_stake,
    memo,
    merge_stake,
    mint_to_checked,
    move_lamports,
    revoke,
    set_compute_unit_limit,
    set_compute_unit_price,
    set_lockup,
    split_stake,
    transfer,
    transfer_checked,
    transfer_with_seed,
    withdraw_nonce,
    withdraw_stake,
)
from walletcore.effects import Approve, Authority, Effect, Fee, Opaque, Transfer
from walletcore.errors import MissingSignature, TransactionError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

EXAMPLES = int(os.environ.get("WALLETCORE_EXAMPLES", "600"))
SOLANA = replace(CHAINS[0], signature_fee=5000)
SIGNERS = [LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32)), check=False) for n in range(1, 8)]
KEYS = [signer.public_key for signer in SIGNERS]
PAYER, NONCE, NEW = KEYS[0], KEYS[5], KEYS[6]
BOB = SOLANA.account(bytes([9]) * 32)
PROGRAMS = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
MINTS = {program: SOLANA.account(bytes([50 + n]) * 32) for n, program in enumerate(PROGRAMS)}
MULTISIGS = {program: SOLANA.account(bytes([60 + n]) * 32) for n, program in enumerate(PROGRAMS)}
SHARED = {program: SOLANA.account(bytes([70 + n]) * 32) for n, program in enumerate(PROGRAMS)}  # the multisigs' tokens


SYSTEM = SOLANA.account(SYSTEM_PROGRAM)
STAKES = [SOLANA.account(bytes([80 + n]) * 32) for n in range(3)]
STAKE_STATE = b"\1\0\0\0" + (2_282_880).to_bytes(8, "little") + KEYS[1].data + KEYS[2].data + bytes(48 + 76)
"""StakeStateV2: initialized, the rent that it keeps, who delegates, who withdraws; no lockup."""


def tokens_of(program: bytes, number: int) -> Address:
    return associated_token_account(owner=KEYS[number], mint=MINTS[program], program=program)


POOL = [
    *(key.data for key in KEYS),
    *(address.payload for table in (MINTS, MULTISIGS, SHARED) for address in table.values()),
    *(tokens_of(program, number).payload for program in PROGRAMS for number in range(4)),
    *(address.payload for address in STAKES),
    *(BOB.payload, SYSTEM_PROGRAM, TOKEN_PROGRAM, TOKEN_2022_PROGRAM),
]


# -- a world in which these instructions can succeed


def token_account(program: bytes, owner: bytes, amount: int = 10**9) -> Account:
    mint = Pubkey(MINTS[program].payload)
    state = TokenAccount(mint, Pubkey(owner), amount, None, TokenAccountState.Initialized, None, 0, None)
    return Account(10**8, bytes(state), Pubkey(program))


def world() -> LiteSVM:
    svm = LiteSVM()
    for key in KEYS[:5]:
        svm.airdrop(Pubkey(key.data), 10**11)
    svm.airdrop(Pubkey(BOB.payload), 10**9)
    for program in PROGRAMS:
        mint = Mint(Pubkey(KEYS[0].data), 10**12, decimals=6, is_initialized=True, freeze_authority=None)
        two_of_three = bytes([2, 3, 1]) + b"".join(key.data for key in KEYS[1:4]) + bytes(32 * 8)
        accounts = {
            MINTS[program]: Account(10**8, bytes(mint), Pubkey(program)),
            MULTISIGS[program]: Account(10**8, two_of_three, Pubkey(program)),
            SHARED[program]: token_account(program, MULTISIGS[program].payload),
            **{tokens_of(program, number): token_account(program, KEYS[number].data) for number in range(3)},
            tokens_of(program, 3): token_account(program, KEYS[3].data, 0),
        }
        for address, state in accounts.items():
            svm.set_account(Pubkey(address.payload), state)
    for seed in (b"s", b"x"):
        svm.airdrop(Pubkey(create_with_seed(KEYS[1].data, seed.decode(), SYSTEM_PROGRAM)), 10**9)
    for stake in STAKES:
        space = bytes(200) if stake == STAKES[2] else STAKE_STATE
        svm.set_account(Pubkey(stake.payload), Account(10**9, space, Pubkey(STAKE_PROGRAM)))
    assert executed(svm, *create_nonce_account(payer=PAYER, nonce=NONCE, authority=KEYS[1], lamports=10**9))
    return svm


def built(svm: LiteSVM, *calls: Instruction) -> Transaction:
    blockhash = bytes(svm.latest_blockhash())
    return Transaction.compile(chain=SOLANA, fee_payer=PAYER, instructions=calls, recent_blockhash=blockhash)


def executed(svm: LiteSVM, *calls: Instruction) -> bool:
    """Whether the runtime takes a transaction of these instructions; the next one has another blockhash."""
    result = svm.send_transaction(VersionedTransaction.from_bytes(sign(built(svm, *calls), *SIGNERS).raw))
    svm.expire_blockhash()
    return isinstance(result, TransactionMetadata)


# -- instructions, and what may be wrong with them


def meta(pubkey: bytes, *, signer: bool = False, writable: bool = True) -> AccountMeta:
    return AccountMeta(pubkey=pubkey, is_signer=signer, is_writable=writable)


def system_call(random: Random) -> Instruction:
    one, other = random.sample(KEYS[:5], 2)
    anybody: tuple[PublicKey | Address, ...] = (other, BOB)
    made: tuple[Callable[[], Instruction], ...] = (
        lambda: transfer(source=one, destination=random.choice(anybody), lamports=random.choice([0, 1, 10**9])),
        lambda: create_account(payer=one, new=NEW, owner=other, lamports=10**8, space=random.choice([0, 80, 165])),
        lambda: advance_nonce(nonce=NONCE, authority=random.choice([KEYS[1], one])),
        lambda: withdraw_nonce(nonce=NONCE, authority=KEYS[1], destination=one, lamports=random.choice([0, 10**8])),
        lambda: authorize_nonce(nonce=NONCE, authority=KEYS[1], new_authority=one),
        lambda: set_compute_unit_limit(random.choice([100_000, 2**32 - 1])),
        lambda: set_compute_unit_price(random.choice([0, 1, 999_999])),
        lambda: memo("rent", *random.sample(KEYS[:3], random.randrange(2))),
        lambda: transfer_with_seed(base=KEYS[1], text="s", owner=SYSTEM, destination=BOB, lamports=10**8),
        lambda: create_account_with_seed(payer=one, base=KEYS[1], text="t", owner=SYSTEM, lamports=10**8, space=0),
        lambda: allocate(account=NEW, space=random.choice([0, 80])),
        lambda: assign(account=NEW, owner=SOLANA.account(TOKEN_PROGRAM)),
    )
    return random.choice(made)()


def moved(program: bytes, number: int, destination: Address) -> Instruction:
    return transfer_checked(
        source=tokens_of(program, number),
        mint=MINTS[program],
        destination=destination,
        authority=KEYS[number],
        amount=10**6,
        decimals=6,
        program=program,
    )


def token_call(random: Random) -> Instruction:
    program, number = random.choice(PROGRAMS), random.randrange(3)
    amount: dict[str, Any] = {"amount": 10**5, "decimals": 6, "program": program}
    destination, delegate = tokens_of(program, random.randrange(3)), random.choice(KEYS[:5])
    plain = moved(program, number, destination)
    source, mint, *_, authority = plain.accounts
    approval = (source, mint, meta(delegate.data, writable=False), authority)
    shared = (meta(SHARED[program].payload), mint, meta(destination.payload), meta(MULTISIGS[program].payload))
    made: tuple[Callable[[], Instruction], ...] = (
        lambda: plain,
        lambda: replace(plain, accounts=(*shared, *(meta(key.data, signer=True) for key in KEYS[1:3]))),
        lambda: replace(plain, accounts=approval, data=b"\x0d" + plain.data[1:]),
        lambda: replace(
            plain,
            accounts=(random.choice([source, mint]), authority),
            data=bytes([6, random.randrange(5)]) + random.choice([b"\0", b"\1" + delegate.data]),
        ),
        lambda: burn_checked(source=tokens_of(program, number), mint=MINTS[program], authority=KEYS[number], **amount),
        lambda: mint_to_checked(mint=MINTS[program], destination=destination, authority=KEYS[0], **amount),
        lambda: revoke(source=tokens_of(program, number), authority=KEYS[number], program=program),
        lambda: close_token_account(account=tokens_of(program, 3), destination=BOB, authority=KEYS[3], program=program),
        lambda: create_associated_token_account(
            payer=delegate, owner=random.choice(KEYS[2:5]), mint=MINTS[program], program=program
        ),
    )
    return random.choice(made)()


def stake_call(random: Random) -> Instruction:
    one, other = random.sample(STAKES[:2], 2)
    staker: dict[str, Any] = {"stake": STAKES[0], "authority": random.choice([KEYS[1], KEYS[1], KEYS[1], KEYS[2]])}
    given: dict[str, Any] = {"stake": STAKES[0], "authority": random.choice([KEYS[1], KEYS[2], KEYS[2], KEYS[2]])}
    key, role = random.choice(KEYS[:5]), random.choice(["stake", "withdraw"])
    made: tuple[Callable[[], Instruction], ...] = (
        lambda: split_stake(**staker, new=STAKES[-1], lamports=random.choice([10**8, 10**9])),
        lambda: withdraw_stake(**given, destination=BOB, lamports=random.choice([0, 10**8, 10**9])),
        lambda: merge_stake(destination=one, source=other, authority=KEYS[1]),
        lambda: move_lamports(source=one, destination=other, authority=KEYS[1], lamports=10**7),
        lambda: authorize_stake(**given, new_authority=key, role=role),
        lambda: authorize_stake_checked(**given, new_authority=key, role=role),
        lambda: set_lockup(**given, epoch=random.choice([0, 5])),
        lambda: deactivate_stake(**staker),
    )
    return random.choice(made)()


def bent(random: Random, call: Instruction) -> Instruction:
    accounts, data = list(call.accounts), bytearray(call.data)
    held = {key.data for key in KEYS}
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        place, key, fault = random.randrange(len(accounts) + 1), random.choice(POOL), random.randrange(7)
        signs = key in held and random.random() < 0.7
        if fault == 0:
            accounts.insert(place, meta(key, signer=signs, writable=random.random() < 0.5))
        elif fault == 1 and data:
            data[random.randrange(min(len(data), 12))] = random.randrange(20)
        elif fault == 2:
            data = data + b"\0" if random.random() < 0.5 else data[:-1]
        elif place < len(accounts):
            there = accounts[place]
            changed: tuple[list[AccountMeta], ...] = (
                [],
                [replace(there, pubkey=key, is_signer=signs)],
                [replace(there, is_writable=not there.is_writable)],
                [replace(there, is_signer=there.pubkey in held and not there.is_signer)],
            )
            accounts[place : place + 1] = changed[fault - 3]
    return replace(call, accounts=tuple(accounts), data=bytes(data))


# -- what is told, and what happens


@dataclass(frozen=True)
class State:
    """An account: lamports; of a token account (165 bytes at least) the amount, the owner, and who may spend."""

    lamports: int
    tokens: int | None = None
    owner: str = ""
    delegate: str = ""


def state(svm: LiteSVM, key: bytes) -> State:
    found = svm.get_account(Pubkey(key))
    if found is None:
        return State(0)
    data = bytes(found.data)
    if bytes(found.owner) not in PROGRAMS or len(data) < 165:
        return State(found.lamports)
    delegate = SOLANA.caip10(data[76:108]) if data[72] else ""
    return State(found.lamports, int.from_bytes(data[64:72], "little"), SOLANA.caip10(data[32:64]), delegate)


def differences(name: str, before: State, after: State, effects: tuple[Effect, ...]) -> list[str]:
    """What happened to an account and was not told."""
    found, lamports, tokens, known = [], 0, 0, True
    for effect in effects:
        if isinstance(effect, Fee) and effect.payer == name:
            known, lamports = known and effect.at_most is not None, lamports - (effect.at_most or 0)
        if isinstance(effect, Transfer) and effect.asset == SOLANA.asset:
            known = known and (effect.amount is not None or name not in (effect.source, effect.destination))
            lamports += (effect.amount or 0) * ((effect.destination == name) - (effect.source == name))
        elif isinstance(effect, Transfer):
            tokens += (effect.amount or 0) * ((effect.destination == name) - (effect.source == name))
    at_most = after.lamports - before.lamports - lamports  # a fee is a bound: less may be paid
    if known and at_most and not (at_most > 0 and name == SOLANA.address(PAYER).account_id):
        found.append(f"{name}: {after.lamports - before.lamports} lamports, told {lamports}")
    if before.tokens is None or after.tokens is None:
        return found
    if after.tokens - before.tokens != tokens:
        found.append(f"{name}: {after.tokens - before.tokens} tokens, told {tokens}")
    changes = [effect.change for effect in effects if isinstance(effect, Authority) and effect.account == name]
    if after.owner != before.owner and f"owner authority becomes {after.owner}" not in changes:
        found.append(f"{name}: another owner")
    spenders = [effect.spender for effect in effects if isinstance(effect, Approve)]
    if after.delegate not in ("", before.delegate, *spenders):
        found.append(f"{name}: another spender")
    return found


def understood(effects: tuple[Effect, ...]) -> bool:
    return all(not isinstance(effect, Opaque) or "durable nonce" in effect.why for effect in effects)


@pytest.mark.parametrize("kind", [system_call, token_call, stake_call])
def test_what_effects_tell_is_what_the_runtime_does(kind: Callable[[Random], Instruction]) -> None:
    svm, seen = world(), Counter[str]()
    for number in range(EXAMPLES):
        random = Random(f"{kind.__name__} {number}")
        calls = [bent(random, kind(random)) for _ in range(random.randrange(1, 3))]
        try:
            tx = built(svm, *calls)
            sign(tx, *SIGNERS)
        except (TransactionError, MissingSignature):  # somebody must sign who is none of these signers
            seen["unsigned"] += 1
            continue
        accounts = tx.message.account_keys
        before = [state(svm, key) for key in accounts]
        if not executed(svm, *calls):
            seen["failed"] += 1
            if seen["failed"] % 4 == 0:
                svm = world()
            continue
        seen["executed"] += 1
        clear = understood(tx.effects())
        if clear:
            seen["understood"] += 1
            for key, then in zip(accounts, before, strict=True):
                assert not differences(SOLANA.caip10(key), then, state(svm, key), tx.effects())
        changed = any(isinstance(effect, Authority) for effect in tx.effects())
        if seen["executed"] % 5 == 0 or changed or not clear:  # everything may be spent, or belong to somebody else
            svm = world()
    assert seen["understood"] > EXAMPLES / 8, seen
    assert seen["failed"] > EXAMPLES / 8, seen
