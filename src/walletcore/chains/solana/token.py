"""SPL tokens, of both token programs: what moves them, what lets others move them, and who controls them.

``TokenInstruction`` of spl-token; Token-2022 takes all of it, and its own are in `token_2022`. Tokens lie in token
accounts: the owner of one is not in the bytes of a transfer, so effects name the token accounts themselves. An
authority is a key that signs, or the account of a multisig with some of its keys as ``signers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from walletcore.chains.solana.chain import Account, SolanaChain
from walletcore.chains.solana.fields import AMOUNT, KEY, OPTIONAL_AMOUNT, OPTIONAL_KEY, REST, U8, choice
from walletcore.chains.solana.instructions import Check, Kind, ParsedInstruction, Program, Teller, kind
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import allows, calls, changes, hides, moves, moves_token
from walletcore.coding.text import base58
from walletcore.coding.wire import Codec
from walletcore.effects import Effect
from walletcore.errors import TransactionError

__all__ = [
    "AUTHORITIES",
    "TOKEN",
    "TOKEN_2022_PROGRAM",
    "TOKEN_KINDS",
    "TOKEN_PROGRAM",
    "TOKEN_PROGRAMS",
    "approve_checked",
    "burn_checked",
    "close_token_account",
    "freeze_token_account",
    "initialize_mint",
    "initialize_multisig",
    "initialize_token_account",
    "mint_to_checked",
    "revoke",
    "set_authority",
    "sync_native",
    "thaw_token_account",
    "token_program",
    "transfer_checked",
]

TOKEN_PROGRAM = base58.decode("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022_PROGRAM = base58.decode("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
TOKEN_PROGRAMS = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
AUTHORITIES = (  # AuthorityType
    *("mint", "freeze", "owner", "close"),  # what follows belongs to Token-2022's extensions
    "transfer fee",
    "withdraw withheld",
    "close mint",
    "interest rate",
    "permanent delegate",
    "confidential transfer",
    "transfer hook",
    "confidential transfer fee",
    "metadata pointer",
    "group pointer",
    "group member pointer",
    "scaled amount",
    "pause",
    "permissioned burn",
)
_MAX_SIGNERS = 11


def _row(
    number: int,
    name: str,
    accounts: str,
    *tellers: Teller,
    check: Check = None,
    shared: Mapping[str, Codec[Any]] | None = None,
    **fields: Codec[Any],
) -> Kind:
    return kind(name, bytes([number]), accounts, *tellers, check=check, shared={**(shared or {}), **fields})


def _sets(chain: SolanaChain, parsed: ParsedInstruction) -> tuple[Effect, ...]:
    given = parsed.value("new_authority") is not None
    text = "{role} authority becomes {new_authority}" if given else "nobody has the {role} authority any more"
    return changes("account", text)(chain, parsed)


def _is_threshold(parsed: ParsedInstruction) -> bool:
    threshold: int = parsed.value("threshold")
    return 1 <= threshold <= len(parsed.others) <= _MAX_SIGNERS


_OWNED = changes("account", "owner is {owner}")
_MINTED = changes("mint", "mint authority is {mint_authority}, freeze authority is {freeze_authority}")
_MEMBERS = changes("account", "any {threshold} of these sign for it: {others}")
_CREATED = moves_token("amount", "mint", "destination")
_BURNT = moves_token("amount", "source", "mint")
_CHECKED: dict[str, Codec[Any]] = {"amount": AMOUNT, "decimals": U8}
_MINT: dict[str, Codec[Any]] = {"decimals": U8, "mint_authority": KEY, "freeze_authority": OPTIONAL_KEY}


_NEWER = (
    _row(16, "InitializeAccount2", "account w, mint, @rent", _OWNED, owner=KEY),
    _row(17, "SyncNative", "account w, @rent?", calls("account")),
    _row(18, "InitializeAccount3", "account w, mint", _OWNED, owner=KEY),
    _row(19, "InitializeMultisig2", "account w, members...", _MEMBERS, check=_is_threshold, threshold=U8),
    _row(20, "InitializeMint2", "mint w", _MINTED, shared=_MINT),
    _row(21, "GetAccountDataSize", "mint", calls("mint"), extensions=REST),
    _row(22, "InitializeImmutableOwner", "account w", calls("account")),
    _row(23, "AmountToUiAmount", "mint", calls("mint", "amount"), amount=AMOUNT),
    _row(24, "UiAmountToAmount", "mint", calls("mint"), ui_amount=REST),
    _row(38, "WithdrawExcessLamports", "source w, destination w, authority *", moves("", "source", "destination")),
    _row(
        45,
        "UnwrapLamports",
        "source w, destination w, authority *",
        moves("amount", "source", "destination"),
        amount=OPTIONAL_AMOUNT,
    ),
)


def _kinds(*roles: str) -> tuple[Kind, ...]:
    """The rows of both programs. Those of an authority's ``roles`` differ."""
    return (
        _row(0, "InitializeMint", "mint w, @rent", _MINTED, shared=_MINT),
        _row(1, "InitializeAccount", "account w, mint, owner, @rent", _OWNED),
        _row(*(2, "InitializeMultisig", "account w, @rent, members..."), _MEMBERS, check=_is_threshold, threshold=U8),
        _row(
            3,
            "Transfer",
            "source w, destination w, authority *",
            hides("transfer of {amount} of a token that is not named, from {source} to {destination}"),
            amount=AMOUNT,
        ),
        _row(
            4,
            "Approve",
            "source w, delegate, authority *",
            hides("{delegate} may move {amount} of a token that is not named, from {source}"),
            amount=AMOUNT,
        ),
        _row(5, "Revoke", "source w, authority *", calls("source", "authority")),
        _row(6, "SetAuthority", "account w, authority *", _sets, role=choice(*roles), new_authority=OPTIONAL_KEY),
        _row(7, "MintTo", "mint w, destination w, authority *", _CREATED, amount=AMOUNT),
        _row(8, "Burn", "source w, mint w, authority *", _BURNT, amount=AMOUNT),
        _row(
            9,
            "CloseAccount",
            "account w, destination w, authority *",
            moves("", "account", "destination"),
            changes("account", "it is closed"),
        ),
        _row(
            10,
            "FreezeAccount",
            "account w, mint, authority *",
            changes("account", "it is frozen: its owner moves nothing until it is thawed"),
        ),
        _row(11, "ThawAccount", "account w, mint, authority *", changes("account", "it is thawed")),
        _row(
            12,
            "TransferChecked",
            "source w, mint, destination w, authority *",
            moves_token("amount", "source", "destination"),
            shared=_CHECKED,
        ),
        _row(
            13, "ApproveChecked", "source w, mint, delegate, authority *", allows("delegate", "source"), shared=_CHECKED
        ),
        _row(14, "MintToChecked", "mint w, destination w, authority *", _CREATED, shared=_CHECKED),
        _row(15, "BurnChecked", "source w, mint w, authority *", _BURNT, shared=_CHECKED),
        *_NEWER,
    )


TOKEN = Program(name="token", ids=(TOKEN_PROGRAM,), kinds=_kinds(*AUTHORITIES[:4]))
TOKEN_KINDS = _kinds(*AUTHORITIES)
"""The same for Token-2022, which has more authorities."""


def token_program(program: bytes) -> bytes:
    """One of both programs, or a `TransactionError`."""
    if type(program) is not bytes:
        raise TransactionError(f"expected bytes as program, got {type(program).__name__}", reason="type")
    if program not in TOKEN_PROGRAMS:
        raise TransactionError("expected TOKEN_PROGRAM or TOKEN_2022_PROGRAM as program", reason="unknown")
    return program


def _made(
    program: bytes,
    name: str,
    accounts: Mapping[str, Account | None],
    fields: Mapping[str, Any] | None = None,
    signers: Sequence[Account] = (),
) -> Instruction:
    return TOKEN.made(name, accounts, fields, others=signers, program_id=token_program(program))


def transfer_checked(
    *,
    source: Account,
    mint: Account,
    destination: Account,
    authority: Account,
    amount: int,
    decimals: int,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Move tokens (in units of 10^-decimals) between two token accounts; the source's owner or delegate signs.

    The program refuses another mint or other decimals. Raises `TransactionError`.
    """
    accounts = {"source": source, "mint": mint, "destination": destination, "authority": authority}
    return _made(program, "TransferChecked", accounts, {"amount": amount, "decimals": decimals}, signers)


def approve_checked(
    *,
    source: Account,
    mint: Account,
    delegate: Account,
    authority: Account,
    amount: int,
    decimals: int,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Let a delegate move up to this many tokens, in place of the delegate before. Raises `TransactionError`."""
    accounts = {"source": source, "mint": mint, "delegate": delegate, "authority": authority}
    return _made(program, "ApproveChecked", accounts, {"amount": amount, "decimals": decimals}, signers)


def revoke(
    *, source: Account, authority: Account, signers: Sequence[Account] = (), program: bytes = TOKEN_PROGRAM
) -> Instruction:
    """Take back what a delegate may move. Raises `TransactionError`."""
    return _made(program, "Revoke", {"source": source, "authority": authority}, None, signers)


def mint_to_checked(
    *,
    mint: Account,
    destination: Account,
    authority: Account,
    amount: int,
    decimals: int,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Make tokens; the mint's authority signs. Raises `TransactionError`."""
    accounts = {"mint": mint, "destination": destination, "authority": authority}
    return _made(program, "MintToChecked", accounts, {"amount": amount, "decimals": decimals}, signers)


def burn_checked(
    *,
    source: Account,
    mint: Account,
    authority: Account,
    amount: int,
    decimals: int,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Destroy tokens; the source's owner or delegate signs. Raises `TransactionError`."""
    accounts = {"source": source, "mint": mint, "authority": authority}
    return _made(program, "BurnChecked", accounts, {"amount": amount, "decimals": decimals}, signers)


def set_authority(
    *,
    account: Account,
    authority: Account,
    role: str,
    new_authority: Account | None,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Give one of `AUTHORITIES` of a mint or a token account to somebody, or to nobody any more. `TransactionError`.

    The first four are those of both programs, the others of Token-2022.
    """
    if token_program(program) == TOKEN_PROGRAM and role in AUTHORITIES[4:]:
        raise TransactionError("only Token-2022 has this authority", reason="unknown")
    fields = {"role": role, "new_authority": new_authority}
    made = Program(name="token", ids=TOKEN_PROGRAMS, kinds=TOKEN_KINDS).made
    accounts = {"account": account, "authority": authority}
    return made("SetAuthority", accounts, fields, others=signers, program_id=program)


def close_token_account(
    *,
    account: Account,
    destination: Account,
    authority: Account,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Close an account without tokens, or of wrapped SOL; its lamports go to the destination. `TransactionError`."""
    accounts = {"account": account, "destination": destination, "authority": authority}
    return _made(program, "CloseAccount", accounts, None, signers)


def freeze_token_account(
    *,
    account: Account,
    mint: Account,
    authority: Account,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Let nobody move an account's tokens; the mint's freeze authority signs. Raises `TransactionError`."""
    return _made(program, "FreezeAccount", {"account": account, "mint": mint, "authority": authority}, None, signers)


def thaw_token_account(
    *,
    account: Account,
    mint: Account,
    authority: Account,
    signers: Sequence[Account] = (),
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Let an account's tokens be moved again. Raises `TransactionError`."""
    return _made(program, "ThawAccount", {"account": account, "mint": mint, "authority": authority}, None, signers)


def sync_native(*, account: Account, program: bytes = TOKEN_PROGRAM) -> Instruction:
    """Let an account of wrapped SOL count the lamports that were sent to it. Raises `TransactionError`."""
    return _made(program, "SyncNative", {"account": account})


def initialize_token_account(
    *, account: Account, mint: Account, owner: Account, program: bytes = TOKEN_PROGRAM
) -> Instruction:
    """Make a token account of one that the program owns (165 bytes); nobody signs. Raises `TransactionError`."""
    return _made(program, "InitializeAccount3", {"account": account, "mint": mint}, {"owner": owner})


def initialize_mint(
    *,
    mint: Account,
    decimals: int,
    mint_authority: Account,
    freeze_authority: Account | None = None,
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Make a mint of an account that the program owns (82 bytes); nobody signs. Raises `TransactionError`."""
    fields = {"decimals": decimals, "mint_authority": mint_authority, "freeze_authority": freeze_authority}
    return _made(program, "InitializeMint2", {"mint": mint}, fields)


def initialize_multisig(
    *, account: Account, threshold: int, members: Sequence[Account], program: bytes = TOKEN_PROGRAM
) -> Instruction:
    """Make a multisig of 1 to 11 keys of an account that the program owns (355 bytes); nobody signs.

    Raises `TransactionError`.
    """
    if type(members) not in (tuple, list) or not 1 <= len(members) <= _MAX_SIGNERS:
        raise TransactionError(f"expected a tuple or list of 1 to {_MAX_SIGNERS} members", reason="length")
    if type(threshold) is not int or not 1 <= threshold <= len(members):
        raise TransactionError(f"expected a threshold from 1 to {len(members)}", reason="range")
    return _made(program, "InitializeMultisig2", {"account": account}, {"threshold": threshold}, members)
