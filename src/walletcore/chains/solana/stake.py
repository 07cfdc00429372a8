"""The stake program: lamports are lent to validators (solana-program/stake, ``StakeInstruction``).

A stake account has two authorities: one delegates, splits and merges, the other withdraws and can replace both. Until a
lockup ends, only with its custodian. An instruction begins with its number as u32.
"""

from __future__ import annotations

from walletcore.chains.solana.chain import Account, SolanaChain
from walletcore.chains.solana.fields import AMOUNT, I64, KEY, OPTIONAL_KEY, SEED, choice, option
from walletcore.chains.solana.instructions import ParsedInstruction, Program, numbered
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import calls, changes, moves
from walletcore.coding.text import base58
from walletcore.coding.wire import u32le
from walletcore.effects import Effect

__all__ = [
    "STAKE",
    "STAKE_PROGRAM",
    "STAKE_SIZE",
    "authorize_stake",
    "authorize_stake_checked",
    "authorize_stake_checked_with_seed",
    "authorize_stake_with_seed",
    "deactivate_delinquent_stake",
    "deactivate_stake",
    "delegate_stake",
    "initialize_stake",
    "initialize_stake_checked",
    "merge_stake",
    "move_lamports",
    "move_stake",
    "set_lockup",
    "set_lockup_checked",
    "split_stake",
    "withdraw_stake",
]

STAKE_PROGRAM = base58.decode("Stake11111111111111111111111111111111111111")
STAKE_SIZE = 200  # StakeStateV2::size_of()
_FORMER_CONFIG = base58.decode("StakeConfig11111111111111111111111111111111")  # its place is there, nobody reads it
_ROLE = choice("stake", "withdraw", tag=u32le)
_TIME, _EPOCH = option(I64), option(AMOUNT)


_PARTS = (("unix_timestamp", "Unix time"), ("epoch", "epoch"), ("custodian", "custodian"))


def _locks(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
    """The parts of a lockup that are set; the others stay."""
    given = [(name, word) for name, word in _PARTS if parsed.value(name) is not None or parsed.account(name)]
    text = ", ".join(f"{word} {{{name}}}" for name, word in given) or "nothing"
    return changes("stake", f"lockup changes: {text}")(chain, parsed)


_BECOMES = changes("stake", "{role} authority becomes {new_authority}")
_LOCKUP = "lockup until Unix time {unix_timestamp} and epoch {epoch}, custodian {custodian}"
_AUTHORITIES = "stake authority is {staker}, withdraw authority is {withdrawer}"
_MOVED = (moves("lamports", "source", "destination"),)
STAKE = Program(
    name="stake",
    ids=(STAKE_PROGRAM,),
    kinds=(
        numbered(
            0,
            "Initialize",
            "stake w, @rent",
            changes("stake", f"{_AUTHORITIES}, {_LOCKUP}"),
            staker=KEY,
            withdrawer=KEY,
            unix_timestamp=I64,
            epoch=AMOUNT,
            custodian=KEY,
        ),
        numbered(1, "Authorize", "stake w, @clock, authority s, custodian s?", _BECOMES, new_authority=KEY, role=_ROLE),
        numbered(
            2,
            "DelegateStake",
            "stake w, vote, @clock, @stake_history, unused, authority s",
            calls("stake", "vote", "authority"),
        ),
        numbered(3, "Split", "stake w, new w, authority s", moves("lamports", "stake", "new"), lamports=AMOUNT),
        numbered(
            4,
            "Withdraw",
            "stake w, destination w, @clock, @stake_history, authority s, custodian s?",
            moves("lamports", "stake", "destination"),
            lamports=AMOUNT,
        ),
        numbered(5, "Deactivate", "stake w, @clock, authority s", calls("stake", "authority")),
        numbered(
            6, "SetLockup", "stake w, authority s", _locks, unix_timestamp=_TIME, epoch=_EPOCH, custodian=OPTIONAL_KEY
        ),
        numbered(
            7,
            "Merge",
            "destination w, source w, @clock, @stake_history, authority s",
            moves("", "source", "destination"),
            changes("source", "it is closed, merged into {destination}"),
        ),
        numbered(
            8,
            "AuthorizeWithSeed",
            "stake w, base s, @clock, custodian s?",
            _BECOMES,
            new_authority=KEY,
            role=_ROLE,
            seed=SEED,
            owner=KEY,
        ),
        numbered(9, "InitializeChecked", "stake w, @rent, staker, withdrawer s", changes("stake", _AUTHORITIES)),
        numbered(
            10, "AuthorizeChecked", "stake w, @clock, authority s, new_authority s, custodian s?", _BECOMES, role=_ROLE
        ),
        numbered(
            11,
            "AuthorizeCheckedWithSeed",
            "stake w, base s, @clock, new_authority s, custodian s?",
            _BECOMES,
            role=_ROLE,
            seed=SEED,
            owner=KEY,
        ),
        numbered(
            12,
            "SetLockupChecked",
            "stake w, authority s, custodian s?",
            _locks,
            unix_timestamp=_TIME,
            epoch=_EPOCH,
        ),
        numbered(13, "GetMinimumDelegation", "", calls()),
        numbered(14, "DeactivateDelinquent", "stake w, vote, reference", calls("stake", "vote")),
        numbered(16, "MoveStake", "source w, destination w, authority s", *_MOVED, lamports=AMOUNT),
        numbered(17, "MoveLamports", "source w, destination w, authority s", *_MOVED, lamports=AMOUNT),
    ),
)


def initialize_stake(
    *,
    stake: Account,
    staker: Account,
    withdrawer: Account,
    unix_timestamp: int = 0,
    epoch: int = 0,
    custodian: Account | None = None,
) -> Instruction:
    """Make a stake account of one of 200 bytes that the program owns; nobody signs, so the same transaction makes it.

    A lockup may be set. Raises `TransactionError`.
    """
    fields = {"staker": staker, "withdrawer": withdrawer, "unix_timestamp": unix_timestamp, "epoch": epoch}
    if custodian is None:
        return STAKE.made("Initialize", {"stake": stake}, fields, constants={"custodian": bytes(32)})
    return STAKE.made("Initialize", {"stake": stake}, {**fields, "custodian": custodian})


def initialize_stake_checked(*, stake: Account, staker: Account, withdrawer: Account) -> Instruction:
    """The same without a lockup; who shall withdraw signs. Raises `TransactionError`."""
    return STAKE.made("InitializeChecked", {"stake": stake, "staker": staker, "withdrawer": withdrawer})


def delegate_stake(*, stake: Account, vote: Account, authority: Account) -> Instruction:
    """Lend all that a stake account holds to a validator's vote account. Raises `TransactionError`."""
    accounts = {"stake": stake, "vote": vote, "authority": authority}
    return STAKE.made("DelegateStake", accounts, constants={"unused": _FORMER_CONFIG})


def deactivate_stake(*, stake: Account, authority: Account) -> Instruction:
    """End a delegation; the lamports can be withdrawn some epochs later. Raises `TransactionError`."""
    return STAKE.made("Deactivate", {"stake": stake, "authority": authority})


def deactivate_delinquent_stake(*, stake: Account, vote: Account, reference: Account) -> Instruction:
    """End the delegation to a validator that has not voted for long; nobody signs. Raises `TransactionError`."""
    return STAKE.made("DeactivateDelinquent", {"stake": stake, "vote": vote, "reference": reference})


def withdraw_stake(
    *, stake: Account, destination: Account, authority: Account, lamports: int, custodian: Account | None = None
) -> Instruction:
    """Move lamports that are not staked out of a stake account; all of them closes it. Raises `TransactionError`."""
    accounts = {"stake": stake, "destination": destination, "authority": authority, "custodian": custodian}
    return STAKE.made("Withdraw", accounts, {"lamports": lamports})


def split_stake(*, stake: Account, new: Account, authority: Account, lamports: int) -> Instruction:
    """Move a part of a stake into another account of 200 bytes that the program owns. Raises `TransactionError`."""
    return STAKE.made("Split", {"stake": stake, "new": new, "authority": authority}, {"lamports": lamports})


def merge_stake(*, destination: Account, source: Account, authority: Account) -> Instruction:
    """Put all of a stake account into another one of the same authorities. Raises `TransactionError`."""
    return STAKE.made("Merge", {"destination": destination, "source": source, "authority": authority})


def move_stake(*, source: Account, destination: Account, authority: Account, lamports: int) -> Instruction:
    """Move active stake between two accounts of the same authorities and validator. Raises `TransactionError`."""
    accounts = {"source": source, "destination": destination, "authority": authority}
    return STAKE.made("MoveStake", accounts, {"lamports": lamports})


def move_lamports(*, source: Account, destination: Account, authority: Account, lamports: int) -> Instruction:
    """Move lamports that are not staked between two stakes of the same authorities. Raises `TransactionError`."""
    accounts = {"source": source, "destination": destination, "authority": authority}
    return STAKE.made("MoveLamports", accounts, {"lamports": lamports})


def authorize_stake(
    *, stake: Account, authority: Account, new_authority: Account, role: str, custodian: Account | None = None
) -> Instruction:
    """Replace the ``role`` "stake" or "withdraw" authority; an authority to withdraw may do either.

    Raises `TransactionError`.
    """
    accounts = {"stake": stake, "authority": authority, "custodian": custodian}
    return STAKE.made("Authorize", accounts, {"new_authority": new_authority, "role": role})


def authorize_stake_checked(
    *, stake: Account, authority: Account, new_authority: Account, role: str, custodian: Account | None = None
) -> Instruction:
    """The same; the new authority signs, too. Raises `TransactionError`."""
    accounts = {"stake": stake, "authority": authority, "new_authority": new_authority, "custodian": custodian}
    return STAKE.made("AuthorizeChecked", accounts, {"role": role})


def authorize_stake_with_seed(
    *,
    stake: Account,
    base: Account,
    text: str,
    owner: Account,
    new_authority: Account,
    role: str,
    custodian: Account | None = None,
) -> Instruction:
    """The same where the authority is the address of a base, a text and an owner, which signs. `TransactionError`."""
    accounts = {"stake": stake, "base": base, "custodian": custodian}
    fields = {"new_authority": new_authority, "role": role, "seed": text, "owner": owner}
    return STAKE.made("AuthorizeWithSeed", accounts, fields)


def authorize_stake_checked_with_seed(
    *,
    stake: Account,
    base: Account,
    text: str,
    owner: Account,
    new_authority: Account,
    role: str,
    custodian: Account | None = None,
) -> Instruction:
    """The same; the new authority signs, too. Raises `TransactionError`."""
    accounts = {"stake": stake, "base": base, "new_authority": new_authority, "custodian": custodian}
    return STAKE.made("AuthorizeCheckedWithSeed", accounts, {"role": role, "seed": text, "owner": owner})


def set_lockup(
    *,
    stake: Account,
    authority: Account,
    unix_timestamp: int | None = None,
    epoch: int | None = None,
    custodian: Account | None = None,
) -> Instruction:
    """Set a lockup, or parts of it; the custodian signs while one holds, else who withdraws. `TransactionError`."""
    fields = {"unix_timestamp": unix_timestamp, "epoch": epoch, "custodian": custodian}
    return STAKE.made("SetLockup", {"stake": stake, "authority": authority}, fields)


def set_lockup_checked(
    *,
    stake: Account,
    authority: Account,
    unix_timestamp: int | None = None,
    epoch: int | None = None,
    custodian: Account | None = None,
) -> Instruction:
    """The same; a new custodian signs, too. Raises `TransactionError`."""
    accounts = {"stake": stake, "authority": authority, "custodian": custodian}
    return STAKE.made("SetLockupChecked", accounts, {"unix_timestamp": unix_timestamp, "epoch": epoch})
