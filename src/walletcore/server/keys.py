"""The keys of a server: their signers, opened from URIs, with guards in front; and which of them a client may use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from walletcore.curves.secp256k1 import account_of, uncompressed
from walletcore.errors import ConfigError, SigningRefused, WalletcoreError
from walletcore.keys import Curve, PublicKey
from walletcore.server.config import Client, Key
from walletcore.server.policies import guarded
from walletcore.server.sources import secrets_of
from walletcore.signers import open_async_signer
from walletcore.signers.guard import Guard
from walletcore.signers.local import LocalSigner
from walletcore.signers.store import Store
from walletcore.signing import AsyncSigner, Signer

__all__ = ["Held", "Ring", "open_keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A key: its name, its signer with the guards in front, and its chain for what names none.

    ``is_guarded`` tells that there are guards. ``brief`` is the same signer with guards of its own, where neither it
    nor they ask anybody else: for the event loop, which must share no lock with threads that wait for it.
    ``identifier`` (0x, x and y) and ``account`` are how Web3Signer's clients name it; empty for other curves.
    """

    name: str
    public_key: PublicKey
    signer: Signer | AsyncSigner = field(repr=False)
    chain: str = ""
    is_guarded: bool = False
    brief: Signer | None = field(default=None, repr=False)
    identifier: str = field(init=False, default="", repr=False)
    account: str = field(init=False, default="", repr=False)

    def __post_init__(self) -> None:
        if self.public_key.curve is Curve.SECP256K1:
            data = self.public_key.data
            object.__setattr__(self, "identifier", "0x" + uncompressed(data)[1:].hex())
            object.__setattr__(self, "account", "0x" + account_of(data).hex())


class Ring:
    """All keys; each client sees those that it may use, and no others."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._held = tuple(held)
        self._by_x = {each.public_key.even_y(): each for each in self._held}

    def of(self, client: Client) -> Sequence[Held]:
        """The keys that a client may use."""
        return [each for each in self._held if each.name in client.keys]

    def find(self, key: PublicKey, client: Client) -> Held:
        """The key with this public half, or its x for BIP-340. Raises `SigningRefused`.

        Whether there is no such key, or it is another's, is not told.
        """
        held = self._by_x.get(key.even_y())
        if held is None or held.name not in client.keys:
            raise SigningRefused("this client has no such key", reason="unknown")
        return held


def open_keys(keys: Sequence[Key], store: Store) -> Ring:
    """Open all signers and put the guards in front. Raises `ConfigError` that names the key, and what is wrong."""
    return Ring([_opened(key, store) for key in keys])


def _opened(key: Key, store: Store) -> Held:
    try:
        signer = open_async_signer(key.uri, public_key=key.public_key, secrets=secrets_of(key.secrets))
    except WalletcoreError as error:
        text = f"key.{key.name}: {error}"
        raise ConfigError(text, reason=error.reason, hint=error.hint) from None
    common: dict[str, Any] = {"name": key.name, "public_key": key.public_key, "chain": key.chain}
    local = signer if type(signer) is LocalSigner else None
    if not key.rules:
        return Held(**common, signer=signer, brief=local)
    guard = guarded(signer, key, store)
    brief = None if local is None or guard.waits else cast(Guard, guarded(local, key, store))
    return Held(**common, signer=guard, is_guarded=True, brief=brief)
