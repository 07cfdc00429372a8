"""Whose an account is that the system program makes (Solana's documentation: "Accounts", "Account owner").

The program that owns an account disposes of its lamports and data; the key that signed for it does so no more. Programs
whose instructions are known give their accounts to somebody by one of these instructions, which anybody may send for an
account that none of them has had yet: the system program's ``InitializeNonceAccount`` and the like need no signature.
"""

from __future__ import annotations

from collections.abc import Iterable

from walletcore.chains.solana.chain import SolanaChain
from walletcore.chains.solana.instructions import ParsedInstruction
from walletcore.chains.solana.loader import LOADER
from walletcore.chains.solana.stake import STAKE
from walletcore.chains.solana.system import SYSTEM, SYSTEM_PROGRAM
from walletcore.chains.solana.token import TOKEN
from walletcore.chains.solana.token_2022 import TOKEN_2022
from walletcore.chains.solana.vote import VOTE
from walletcore.effects import Authority

__all__ = ["given_away"]

_MADE = frozenset({"CreateAccount", "CreateAccountWithSeed"})
_TOKENS = {
    **dict.fromkeys(("InitializeMint", "InitializeMint2"), "mint"),
    **dict.fromkeys(("InitializeAccount", "InitializeAccount2", "InitializeAccount3"), "account"),
    **dict.fromkeys(("InitializeMultisig", "InitializeMultisig2"), "account"),
}
_INITIALIZED = {
    SYSTEM: {"InitializeNonceAccount": "nonce"},
    STAKE: {"Initialize": "stake", "InitializeChecked": "stake", "Split": "new"},
    VOTE: {"InitializeAccount": "vote"},
    TOKEN: _TOKENS,
    TOKEN_2022: _TOKENS,
    LOADER: {"InitializeBuffer": "buffer", "DeployWithMaxDataLen": "program"},
}
"""Program -> its instructions that say whose an account is, and which of their accounts that is."""
_OWNERS = frozenset(key for program in _INITIALIZED for key in program.ids)


def given_away(
    chain: SolanaChain, parsed: ParsedInstruction, later: Iterable[ParsedInstruction]
) -> tuple[Authority, ...]:
    """What an instruction that makes an account leaves to others: nothing for one that stays its key's or base's.

    ``later`` are the known instructions that follow in the transaction: what they say of the account they tell.
    """
    new, owner = parsed.account("new"), parsed.value("owner")
    if parsed.program_id != SYSTEM_PROGRAM or parsed.name not in _MADE or new is None:
        return ()
    if owner not in _OWNERS:
        return (Authority(account=chain.caip10(new), change=f"the program {chain.caip10(owner)} owns it"),)
    stays = owner == SYSTEM_PROGRAM and not parsed.value("space")
    if stays or any(each.program_id == owner and _initialized(each) == new for each in later):
        return ()
    return (Authority(account=chain.caip10(new), change="nobody controls it yet: whoever initializes it first does"),)


def _initialized(parsed: ParsedInstruction) -> bytes | None:
    place = _INITIALIZED[parsed.program].get(parsed.name)
    return None if place is None else parsed.account(place)
