"""Outputs of Firo and PIVX that pay an exchange: P2PKH behind EXCHANGEADDR, which does nothing when it runs.

src/script/interpreter.cpp of each; see `relatives.destinations`. Signatures are over all of the script.
"""

from __future__ import annotations

from walletcore.chains.bitcoin.script import kind_of

__all__ = ["base"]

_EXCHANGEADDR = b"\xe0"


def base(script_pubkey: bytes) -> bytes:
    """The script behind the opcode; the script itself where it has none."""
    is_exchange = script_pubkey[:1] == _EXCHANGEADDR and kind_of(script_pubkey[1:]) == "p2pkh"
    return script_pubkey[1:] if is_exchange else script_pubkey
