"""Token-2022: all that the first token program takes, and its extensions (spl-token-2022, ``TokenInstruction``).

An extension's instruction begins with two numbers. Confidential transfers, scaled amounts and metadata are not read:
they are `Opaque`, as whatever is not understood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from walletcore.chains.solana.chain import Account
from walletcore.chains.solana.fields import (
    AMOUNT,
    I16,
    KEY,
    NONZERO_KEY,
    OPTIONAL_KEY,
    REST,
    U8,
    U16,
    choice,
)
from walletcore.chains.solana.instructions import Kind, Program, Teller, kind
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import calls, changes, moves, moves_token
from walletcore.chains.solana.token import TOKEN_2022_PROGRAM, TOKEN_KINDS
from walletcore.coding.wire import Codec

__all__ = [
    "TOKEN_2022",
    "initialize_permanent_delegate",
    "require_memos",
    "transfer_checked_with_fee",
]


def _row(
    tag: tuple[int, ...],
    name: str,
    accounts: str,
    *tellers: Teller,
    shared: Mapping[str, Codec[Any]] | None = None,
    **fields: Codec[Any],
) -> Kind:
    return kind(name, bytes(tag), accounts, *tellers, shared={**(shared or {}), **fields})


_STATE = choice("uninitialized", "initialized", "frozen")
_FEE: dict[str, Codec[Any]] = {"basis_points": U16, "maximum_fee": AMOUNT}
_OWNER = "account w, authority *"
_MINT = "mint w, authority *"
_EXTENSIONS = (
    _row(
        (25,),
        "InitializeMintCloseAuthority",
        "mint w",
        changes("mint", "{close_authority} may close it"),
        close_authority=OPTIONAL_KEY,
    ),
    _row(
        (26, 0),
        "InitializeTransferFeeConfig",
        "mint w",
        changes(
            "mint",
            "every transfer withholds {basis_points} basis points, at most {maximum_fee}; {fee_authority} may change "
            "it, {withdraw_authority} takes what is withheld",
        ),
        fee_authority=OPTIONAL_KEY,
        withdraw_authority=OPTIONAL_KEY,
        basis_points=U16,
        maximum_fee=AMOUNT,
    ),
    _row(
        (26, 1),
        "TransferCheckedWithFee",
        "source w, mint, destination w, authority *",
        moves_token("amount", "source", "destination"),
        amount=AMOUNT,
        decimals=U8,
        fee=AMOUNT,
    ),
    _row(
        (26, 2),
        "WithdrawWithheldTokensFromMint",
        "mint w, destination w, authority *",
        moves_token("", "mint", "destination"),
    ),
    _row((26, 4), "HarvestWithheldTokensToMint", "mint w, sources w...", calls("mint", "sources=others")),
    _row(
        (26, 5),
        "SetTransferFee",
        _MINT,
        changes("mint", "every transfer will withhold {basis_points} basis points, at most {maximum_fee}"),
        shared=_FEE,
    ),
    _row((28, 0), "InitializeDefaultAccountState", "mint w", changes("mint", "new accounts are {state}"), state=_STATE),
    _row((28, 1), "UpdateDefaultAccountState", _MINT, changes("mint", "new accounts are {state}"), state=_STATE),
    _row(
        (29,),
        "Reallocate",
        "account w, payer ws, @system, authority *",
        calls("account"),
        moves("", "payer", "account"),
        extensions=REST,
    ),
    _row((30, 0), "EnableMemoTransfers", _OWNER, calls("account")),
    _row((30, 1), "DisableMemoTransfers", _OWNER, calls("account")),
    _row((32,), "InitializeNonTransferableMint", "mint w", changes("mint", "nobody can move its tokens")),
    _row(
        (33, 0),
        "InitializeInterestBearingMint",
        "mint w",
        changes("mint", "amounts are shown with interest of {rate} basis points, which {rate_authority} may change"),
        rate_authority=NONZERO_KEY,
        rate=I16,
    ),
    _row((33, 1), "UpdateInterestRate", _MINT, calls("mint", "rate"), rate=I16),
    _row((34, 0), "EnableCpiGuard", _OWNER, calls("account")),
    _row(
        (34, 1),
        "DisableCpiGuard",
        _OWNER,
        changes("account", "programs that its owner calls may do to it what the owner may"),
    ),
    _row(
        (35,),
        "InitializePermanentDelegate",
        "mint w",
        changes("mint", "{delegate} may move and burn the tokens of every account"),
        delegate=KEY,
    ),
    _row(
        (36, 0),
        "InitializeTransferHook",
        "mint w",
        changes("mint", "the program {hook} is called at every transfer, {hook_authority} may change it"),
        hook_authority=NONZERO_KEY,
        hook=NONZERO_KEY,
    ),
    _row(
        (36, 1),
        "UpdateTransferHook",
        _MINT,
        changes("mint", "the program {hook} is called at every transfer"),
        hook=NONZERO_KEY,
    ),
    *(
        row
        for number, what in ((39, "Metadata"), (40, "Group"), (41, "GroupMember"))
        for row in (
            _row(
                (number, 0),
                f"Initialize{what}Pointer",
                "mint w",
                changes("mint", "described by {pointed}, which {pointer_authority} may change"),
                pointer_authority=NONZERO_KEY,
                pointed=NONZERO_KEY,
            ),
            _row((number, 1), f"Update{what}Pointer", _MINT, calls("mint", "pointed"), pointed=NONZERO_KEY),
        )
    ),
    _row((44, 0), "InitializePausable", "mint w", changes("mint", "{pauser} may stop every transfer"), pauser=KEY),
    _row((44, 1), "Pause", _MINT, changes("mint", "nobody moves, mints or burns its tokens until it is resumed")),
    _row((44, 2), "Resume", _MINT, changes("mint", "its tokens can be moved again")),
)
TOKEN_2022 = Program(name="token-2022", ids=(TOKEN_2022_PROGRAM,), kinds=(*TOKEN_KINDS, *_EXTENSIONS))


def transfer_checked_with_fee(
    *,
    source: Account,
    mint: Account,
    destination: Account,
    authority: Account,
    amount: int,
    decimals: int,
    fee: int,
    signers: Sequence[Account] = (),
) -> Instruction:
    """Move tokens of a mint that withholds a fee: the program refuses another fee than this. Raises `TransactionError`.

    The destination has ``amount`` less ``fee`` to spend.
    """
    accounts = {"source": source, "mint": mint, "destination": destination, "authority": authority}
    fields = {"amount": amount, "decimals": decimals, "fee": fee}
    return TOKEN_2022.made("TransferCheckedWithFee", accounts, fields, others=signers)


def require_memos(
    *, account: Account, authority: Account, required: bool = True, signers: Sequence[Account] = ()
) -> Instruction:
    """Let transfers to an account need a memo before them, or no longer. Raises `TransactionError`."""
    name = "EnableMemoTransfers" if required else "DisableMemoTransfers"
    return TOKEN_2022.made(name, {"account": account, "authority": authority}, others=signers)


def initialize_permanent_delegate(*, mint: Account, delegate: Account) -> Instruction:
    """Let a delegate move and burn all tokens of a mint that is made in the same transaction. `TransactionError`."""
    return TOKEN_2022.made("InitializePermanentDelegate", {"mint": mint}, {"delegate": delegate})
