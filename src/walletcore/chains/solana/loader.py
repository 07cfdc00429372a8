"""The upgradeable loader, read only: who may change a program, and changes of its code.

``UpgradeableLoaderInstruction`` of the SDK's loader-v3-interface; last bytes that newer versions have (SIMD-0430,
SIMD-0432) may be left out. An instruction begins with its number as u32.
"""

from __future__ import annotations

from walletcore.chains.solana.fields import AMOUNT, PAYLOAD, TRAILING_FLAG, U32
from walletcore.chains.solana.instructions import Program, numbered
from walletcore.chains.solana.telling import calls, changes, moves
from walletcore.coding.text import base58

__all__ = ["LOADER", "LOADER_PROGRAM"]

LOADER_PROGRAM = base58.decode("BPFLoaderUpgradeab1e11111111111111111111111")


LOADER = Program(
    name="upgradeable loader",
    ids=(LOADER_PROGRAM,),
    kinds=(
        numbered(0, "InitializeBuffer", "buffer w, authority", changes("buffer", "authority is {authority}")),
        numbered(1, "Write", "buffer w, authority s", calls("buffer", "offset"), offset=U32, code=PAYLOAD),
        numbered(
            2,
            "DeployWithMaxDataLen",
            "payer ws, program_data w, program w, buffer w, @rent, @clock, @system, authority s",
            moves("", "payer", "program_data"),
            moves("", "buffer", "payer"),
            changes("program", "its code is that of {buffer}, and {authority} may replace it"),
            max_data_len=AMOUNT,
            close_buffer=TRAILING_FLAG,
        ),
        numbered(
            3,
            "Upgrade",
            "program_data w, program w, buffer w, spill w, @rent, @clock, authority s",
            changes("program", "its code becomes that of {buffer}"),
            moves("", "buffer", "spill"),
            moves("", "program_data", "spill"),
            changes("buffer", "it is emptied, or closed"),
            close_buffer=TRAILING_FLAG,
        ),
        numbered(4, "SetAuthority", "account w, authority s", changes("account", "nobody can change it any more")),
        numbered(
            4,
            "SetAuthorityTo",
            "account w, authority s, new_authority",
            changes("account", "authority becomes {new_authority}"),
        ),
        numbered(
            5,
            "Close",
            "account w, destination w, authority s?, program w?",
            moves("", "account", "destination"),
            changes("account", "it is closed, and its program with it"),
            tombstone=TRAILING_FLAG,
        ),
        numbered(
            6,
            "ExtendProgram",
            "program_data w, program w, @system?, payer ws?",
            calls("program", "additional_bytes"),
            moves("", "payer", "program_data"),
            additional_bytes=U32,
        ),
        numbered(
            7,
            "SetAuthorityChecked",
            "account w, authority s, new_authority s",
            changes("account", "authority becomes {new_authority}"),
        ),
    ),
)
