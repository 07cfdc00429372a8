"""Output scripts, and other texts for them, that only relatives of Bitcoin have.

P2SH32 (CHIP-2022-05 Pay-to-Script-Hash-32) and token-aware addresses (CHIP-2022-02 CashTokens, "CashAddress Token
Support") of Bitcoin Cash; exchange addresses of Firo and PIVX (src/script/standard.cpp of each, OP_EXCHANGEADDR); TEX
addresses of Zcash (ZIP-320). Those with another text and a script that others have are told apart by their kind.
"""

from __future__ import annotations

from collections.abc import Callable

from walletcore.chains.bitcoin.script import Destination, p2pkh, p2sh

__all__ = ["CASHADDR_KINDS", "KEY_HASHES", "SCRIPT_HASHES", "destination_of", "exchange", "p2sh32", "tex"]

_P2SH32 = (b"\xaa\x20", b"\x87")  # HASH256, a push of 32 bytes; EQUAL
_OP_EXCHANGEADDR = b"\xe0"


def p2sh32(script_hash: bytes) -> Destination:
    """HASH256 <32 bytes> EQUAL."""
    return Destination("p2sh32", script_hash, _P2SH32[0] + script_hash + _P2SH32[1])


def exchange(key_hash: bytes) -> Destination:
    """EXCHANGEADDR and P2PKH's script: an exchange that takes coins only from transparent outputs."""
    return Destination("p2pkh-exchange", key_hash, _OP_EXCHANGEADDR + p2pkh(key_hash).script_pubkey)


def tex(key_hash: bytes) -> Destination:
    """P2PKH's script, to be paid from transparent funds only: whoever pays sees to that, the script does not."""
    return Destination("p2pkh-tex", key_hash, p2pkh(key_hash).script_pubkey)


def _with_tokens(make: Callable[[bytes], Destination]) -> Callable[[bytes], Destination]:
    """The same destination for a wallet that says it knows tokens, which one that does not would burn."""

    def destination(payload: bytes) -> Destination:
        plain = make(payload)
        return Destination(f"{plain.kind}-tokens", payload, plain.script_pubkey)

    return destination


KEY_HASHES: dict[str, Callable[[bytes], Destination]] = {
    "p2pkh": p2pkh,
    "p2pkh-tokens": _with_tokens(p2pkh),
    "p2pkh-exchange": exchange,
    "p2pkh-tex": tex,
}
"""Kind -> destination of the hash of a key."""

SCRIPT_HASHES: dict[str, Callable[[bytes], Destination]] = {
    "p2sh": p2sh,
    "p2sh32": p2sh32,
    "p2sh-tokens": _with_tokens(p2sh),
    "p2sh32-tokens": _with_tokens(p2sh32),
}
"""Kind -> destination of the hash of a script, which is one of 32 bytes for p2sh32."""

CASHADDR_KINDS: dict[tuple[int, int], str] = {
    (0, 20): "p2pkh",
    (1, 20): "p2sh",
    (1, 32): "p2sh32",
    (2, 20): "p2pkh-tokens",
    (3, 20): "p2sh-tokens",
    (3, 32): "p2sh32-tokens",
}
"""CashAddr's type and size of hash -> kind."""


def destination_of(script_pubkey: bytes) -> Destination | None:
    """The template of this module that a script is exactly; None for any other script."""
    head, tail = _P2SH32
    if len(script_pubkey) == 35 and script_pubkey.startswith(head) and script_pubkey.endswith(tail):
        return p2sh32(script_pubkey[2:34])
    if len(script_pubkey) == 26 and script_pubkey == exchange(script_pubkey[4:24]).script_pubkey:
        return exchange(script_pubkey[4:24])
    return None
