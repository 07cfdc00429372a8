"""Keys that a PSBT does not name, found by the output scripts that they can spend."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache

from walletcore.chains.bitcoin.script import KEY_KINDS, kind_of
from walletcore.keys import PublicKey

__all__ = ["Find", "by_script", "nobody"]

Find = Callable[[bytes], PublicKey | None]
"""Finds a key by the output script."""
_OF_OUTPUT = {"p2wpkh": "p2wpkh", "p2tr": "p2tr", "p2pkh": "p2pkh", "p2sh": "p2sh-p2wpkh", "p2wsh": "p2wsh"}
"""Kind of an output script -> the kind of a key that alone can spend it."""


def nobody(_: bytes) -> None:
    """Finds no key."""


def by_script(keys: Sequence[PublicKey], kinds: Collection[str] = KEY_KINDS) -> Find:
    """Finds keys by the scripts that they can spend, without script trees. Those of a kind are made when one asks.

    ``kinds`` are those of keys that a network has (`BitcoinChain.key_kinds`).

    A guard gives all keys of a transaction, which may have thousands of them in its scripts.
    """

    @cache
    def of_kind(kind: str) -> dict[bytes, PublicKey]:
        return {KEY_KINDS[kind](key.data, b"").script_pubkey: key for key in keys}

    def find(script_pubkey: bytes) -> PublicKey | None:
        kind = _OF_OUTPUT.get(kind_of(script_pubkey), "")
        return of_kind(kind).get(script_pubkey) if kind in kinds else None

    return find
