"""Associated token accounts: the one account in which a wallet keeps a mint's tokens.

``AssociatedTokenAccountInstruction`` of spl-associated-token-account. Its address is derived from the wallet, the token
program and the mint.
"""

from __future__ import annotations

from walletcore.chains.base import Address
from walletcore.chains.solana.chain import Account, SolanaChain, account, cluster_of
from walletcore.chains.solana.derived import find_program_address
from walletcore.chains.solana.instructions import ParsedInstruction, Program, kind
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import calls, changes, moves, moves_token
from walletcore.chains.solana.token import TOKEN_PROGRAM, TOKEN_PROGRAMS, token_program
from walletcore.coding.text import base58
from walletcore.curves.ed25519 import is_point
from walletcore.errors import TransactionError

__all__ = [
    "ASSOCIATED",
    "ASSOCIATED_TOKEN_PROGRAM",
    "associated_token_account",
    "create_associated_token_account",
    "recover_nested_token_account",
]

ASSOCIATED_TOKEN_PROGRAM = base58.decode("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")


def _is_made(parsed: ParsedInstruction) -> bool:
    return _is_associated(parsed, "account", "owner", "mint")


def _is_nested(parsed: ParsedInstruction) -> bool:
    return (
        _is_associated(parsed, "nested", "owner_account", "nested_mint")
        and _is_associated(parsed, "destination", "owner", "nested_mint")
        and _is_associated(parsed, "owner_account", "owner", "owner_mint")
    )


def _is_associated(parsed: ParsedInstruction, *names: str) -> bool:
    made, owner, mint, program = (parsed.account(name) for name in (*names, "program"))
    if owner is None or mint is None or program not in TOKEN_PROGRAMS:
        return False
    return made == _associated(owner, program, mint)


_MAKES = "payer ws, account w, owner, mint, @system, program, @rent?"  # an older form names the rent as well
_NAMED, _PAID = ("account", "owner", "asset=mint"), moves("", "payer", "account")
ASSOCIATED = Program(
    name="associated token account",
    ids=(ASSOCIATED_TOKEN_PROGRAM,),
    kinds=(
        kind("Create", b"\0", _MAKES, calls(*_NAMED), _PAID, check=_is_made),
        kind("CreateIdempotent", b"\1", _MAKES, calls(*_NAMED), _PAID, check=_is_made),
        kind(
            "RecoverNested",
            b"\2",
            "nested w, nested_mint, destination w, owner_account, owner_mint, owner ws, program",
            moves_token("", "nested", "destination", mint="nested_mint"),
            moves("", "nested", "owner"),
            changes("nested", "it is closed"),
            check=_is_nested,
        ),
        kind(
            "CreateWithoutTag", b"", _MAKES, calls(*_NAMED, name="Create"), _PAID, check=_is_made
        ),  # the oldest form has no data
    ),
)


def associated_token_account(
    *, owner: Account, mint: Address, program: bytes = TOKEN_PROGRAM, allow_owner_off_curve: bool = False
) -> Address:
    """The address of the account in which a wallet keeps a mint's tokens.

    ``program`` is the token program that owns the mint. An owner off the curve is refused with reason "point": for most
    it is a token account, taken for the wallet that it belongs to, and what is sent to its own account is lost.
    ``allow_owner_off_curve`` is for addresses of programs that can move tokens. Raises `TransactionError`.
    """
    wallet = account(owner, "owner")
    made = _associated(wallet, token_program(program), account(mint, "mint"))
    if type(mint) is not Address or not isinstance(mint.chain, SolanaChain):
        raise TransactionError("expected an Address as mint", reason="type")
    cluster_of(owner, mint)
    if not _flag(allow_owner_off_curve, "allow_owner_off_curve") and not is_point(wallet):
        hint = "name the wallet that owns the tokens; allow_owner_off_curve=True is for addresses of programs"
        raise TransactionError("the owner is off the curve: no key signs for it", reason="point", hint=hint)
    return mint.chain.account(made)


def create_associated_token_account(
    *,
    payer: Account,
    owner: Account,
    mint: Address,
    program: bytes = TOKEN_PROGRAM,
    idempotent: bool = True,
    allow_owner_off_curve: bool = False,
) -> Instruction:
    """Make the account of `associated_token_account`; the payer signs and pays its rent.

    It fails where there is one already, unless it is ``idempotent``. Raises `TransactionError`.
    """
    name = "CreateIdempotent" if _flag(idempotent, "idempotent") else "Create"
    made = associated_token_account(
        owner=owner, mint=mint, program=program, allow_owner_off_curve=allow_owner_off_curve
    )
    accounts = {"payer": payer, "account": made, "owner": owner, "mint": mint}
    return ASSOCIATED.made(name, accounts, constants={"program": program})


def recover_nested_token_account(
    *, owner: Account, owner_mint: Address, nested_mint: Address, program: bytes = TOKEN_PROGRAM
) -> Instruction:
    """Take back tokens that were sent to the associated account of a wallet's associated account; the wallet signs.

    The nested account, which is closed, is that of ``nested_mint`` of the wallet's account for ``owner_mint``. Raises
    `TransactionError`.
    """
    outer = associated_token_account(owner=owner, mint=owner_mint, program=program)
    nested = associated_token_account(owner=outer, mint=nested_mint, program=program, allow_owner_off_curve=True)
    accounts = {
        "nested": nested,
        "nested_mint": nested_mint,
        "destination": associated_token_account(owner=owner, mint=nested_mint, program=program),
        "owner_account": outer,
        "owner_mint": owner_mint,
        "owner": owner,
    }
    return ASSOCIATED.made("RecoverNested", accounts, constants={"program": program})


def _associated(owner: bytes, program: bytes, mint: bytes) -> bytes:
    return find_program_address((owner, program, mint), ASSOCIATED_TOKEN_PROGRAM)[0]


def _flag(value: bool, name: str) -> bool:
    if type(value) is not bool:
        raise TransactionError(f"expected True or False as {name}", reason="type")
    return value
