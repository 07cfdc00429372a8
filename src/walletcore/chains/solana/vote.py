"""The vote program, as far as it moves lamports or changes who controls a vote account (``VoteInstruction``).

Votes themselves are a validator's own affair: they are not read. An instruction begins with its number as u32.
"""

from __future__ import annotations

from walletcore.chains.solana.fields import AMOUNT, KEY, SEED, U8, choice
from walletcore.chains.solana.instructions import Program, numbered
from walletcore.chains.solana.telling import calls, changes, moves
from walletcore.coding.text import base58
from walletcore.coding.wire import u32le

__all__ = ["VOTE", "VOTE_PROGRAM"]

VOTE_PROGRAM = base58.decode("Vote111111111111111111111111111111111111111")
_ROLE = choice("vote", "withdraw", tag=u32le)


_BECOMES = changes("vote", "{role} authority becomes {new_authority}")
VOTE = Program(
    name="vote",
    ids=(VOTE_PROGRAM,),
    kinds=(
        numbered(
            0,
            "InitializeAccount",
            "vote w, @rent, @clock, node s",
            changes("vote", "identity is {identity}, vote authority is {voter}, withdraw authority is {withdrawer}"),
            identity=KEY,
            voter=KEY,
            withdrawer=KEY,
            commission=U8,
        ),
        numbered(1, "Authorize", "vote w, @clock, authority s", _BECOMES, new_authority=KEY, role=_ROLE),
        numbered(
            3,
            "Withdraw",
            "vote w, destination w, authority s",
            moves("lamports", "vote", "destination"),
            lamports=AMOUNT,
        ),
        numbered(
            4, "UpdateValidatorIdentity", "vote w, node s, authority s", changes("vote", "identity becomes {node}")
        ),
        numbered(5, "UpdateCommission", "vote w, authority s", calls("vote", "commission"), commission=U8),
        numbered(7, "AuthorizeChecked", "vote w, @clock, authority s, new_authority s", _BECOMES, role=_ROLE),
        numbered(
            10,
            "AuthorizeWithSeed",
            "vote w, @clock, base s",
            _BECOMES,
            role=_ROLE,
            owner=KEY,
            seed=SEED,
            new_authority=KEY,
        ),
        numbered(
            11,
            "AuthorizeCheckedWithSeed",
            "vote w, @clock, base s, new_authority s",
            _BECOMES,
            role=_ROLE,
            owner=KEY,
            seed=SEED,
        ),
    ),
)
