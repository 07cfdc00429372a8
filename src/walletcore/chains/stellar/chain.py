"""Stellar's networks as rows: a passphrase tells one from another. CAIP-2, CAIP-10 and CAIP-19, namespace ``stellar``.

Stellar documentation, "Networks" and "Accounts"; SEP-0023 for the text of addresses, SEP-0005 for their keys. An
account is ``G...``; ``M...`` is an account and a number that its owner tells customers apart by (CAP-27); ``C...`` a
contract.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.base import Address, Chain, Profile, SignedTransaction
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.errors import AddressError, Unsupported, raised_as
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey

if TYPE_CHECKING:
    from walletcore.chains.stellar.auth_entry import Authorization
    from walletcore.chains.stellar.fee_bump import FeeBumpTransaction
    from walletcore.chains.stellar.message import Message
    from walletcore.chains.stellar.transaction import Transaction
    from walletcore.signing import Answers

__all__ = ["CHAINS", "StellarChain"]

_ID_LIMIT = 1 << 64
_MAX_PASSPHRASE = 100  # characters
_ASSET = re.compile(r"[0-9A-Za-z]{1,12}-G[A-Z2-7]{55}", re.ASCII)
_KINDS = {Strkey.ACCOUNT: "account", Strkey.MUXED: "muxed", Strkey.CONTRACT: "contract"}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StellarChain(Chain):
    """A network, by its passphrase, whose SHA-256 is in everything that is signed. Raises `Unsupported`.

    Addresses do not say of which network they are. ``memo_required`` are accounts (``G...``) of exchanges and others
    that tell their customers apart by a memo: a payment without one is refused (SEP-0029 keeps the same as data of the
    account, which only a node can look up). ``assets`` are codes and issuers (``USDC-G...``), by which effects know
    their contracts.
    """

    passphrase: str
    symbol: str = "XLM"
    decimals: int = 7
    slip44: int = 148
    curves: tuple[Curve, ...] = (Curve.ED25519,)
    memo_required: frozenset[str] = frozenset()
    assets: tuple[str, ...] = ()
    network_id: bytes = field(init=False, default=b"")

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.stellar.transaction:Transaction",
        "walletcore.chains.stellar.fee_bump:FeeBumpTransaction",
        "walletcore.chains.stellar.auth_entry:Authorization",
        "walletcore.chains.stellar.message:Message",
    )
    is_signed: ClassVar[bool] = True  # by the network id

    def __post_init__(self) -> None:
        if type(self.passphrase) is not str or not 0 < len(self.passphrase) <= _MAX_PASSPHRASE:
            raise Unsupported(f"expected a passphrase of 1 to {_MAX_PASSPHRASE} characters", reason="type")
        if type(self.memo_required) is not frozenset or not all(map(_is_account, self.memo_required)):
            raise Unsupported("expected a frozenset of accounts (G...) as memo_required", reason="type")
        if type(self.assets) is not tuple or not all(map(_is_asset, self.assets)):
            raise Unsupported("expected a tuple of codes and issuers (USDC-G...) as assets", reason="type")
        object.__setattr__(self, "network_id", sha256(self.passphrase.encode()))

    def __hash__(self) -> int:
        return hash(self.network_id)

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The account of an ed25519 key, ``G...``. Raises `AddressError`."""
        self._check_key(key)
        _check_kind(kind)
        return self.account(key.data)

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The accounts of public keys of 32 bytes each. Raises `AddressError`."""
        _check_kind(kind)
        if type(keys) not in (tuple, list) or any(type(key) is not bytes or len(key) != 32 for key in keys):
            raise AddressError("expected public keys of 32 bytes", reason="length")
        return [strkey.encode(Strkey.ACCOUNT, key) for key in keys]

    def account(self, data: bytes, muxed_id: int | None = None) -> Address:
        """The account of 32 bytes, whether they are a key or not; ``M...`` with an id (u64). Raises `AddressError`."""
        if type(data) is not bytes or len(data) != 32:
            raise AddressError("expected an account of 32 bytes", reason="length")
        if muxed_id is None:
            return self.named(Strkey.ACCOUNT, data)
        if type(muxed_id) is not int or not 0 <= muxed_id < _ID_LIMIT:
            raise AddressError("expected an int from 0 to 2^64-1 as muxed id", reason="range")
        return self.named(Strkey.MUXED, data + muxed_id.to_bytes(8))

    def contract(self, data: bytes) -> Address:
        """The address of a contract of 32 bytes, ``C...``. Raises `AddressError`."""
        if type(data) is not bytes or len(data) != 32:
            raise AddressError("expected the 32 bytes of a contract", reason="length")
        return self.named(Strkey.CONTRACT, data)

    def named(self, kind: Strkey, data: bytes, text: str = "") -> Address:
        """The address of these bytes of a strkey, which are right; ``text`` is its text where that is known."""
        tag = int.from_bytes(data[32:]) if kind is Strkey.MUXED else None
        spelled = text or strkey.encode(kind, data)
        address = Address(chain=self, text=spelled, payload=data, kind=_KINDS[kind], tag=tag)
        object.__setattr__(address, "_agrees", True)
        return address

    def is_same_asset(self, one: str, other: str) -> bool:
        """Whether two CAIP-19 names are of one asset: ``asset:USDC-G...``, or its contract, ``sep41:C...``."""
        from walletcore.chains.stellar.contract_effects import contract_of

        return one == other or (contract_of(self, one) or one) == (contract_of(self, other) or other)

    def caip10(self, data: bytes) -> str:
        """The CAIP-10 name of an account of 32 bytes."""
        return self.account_id(strkey.encode(Strkey.ACCOUNT, data))

    def parse_address(self, text: str) -> Address:
        """Read an account (``G...``, ``M...``) or contract (``C...``). Raises `AddressError` for other strkeys."""
        with raised_as(AddressError):
            kind, data = strkey.decode(text)
        if kind not in _KINDS:
            expected = "expected an account (G..., M...) or a contract (C...)"
            raise AddressError(f"{expected}, got {kind.name.lower().replace('_', ' ')}", reason="version")
        return self.named(kind, data, text)

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> Transaction | FeeBumpTransaction | Authorization | Message | SignedTransaction[Any]:
        """Read an envelope (v0, v1 or fee bump) without signatures, or with signatures that all are of known keys.

        Known are the keys of the accounts that the transaction acts for, the extra signers that it names, and ``keys``.
        Where ``keys`` are given, these sign. What a signer is asked to sign (the network id, a type and a transaction)
        is read, too, and so is what `Authorization` and `Message` have as ``raw``. Raises `TransactionError`; for what
        others may have signed see `decode_partial`.
        """
        from walletcore.chains.stellar.envelopes import decode

        return decode(self, raw, keys)

    def decode_partial(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> tuple[Transaction | FeeBumpTransaction, Answers]:
        """Read an envelope that any of its signers may have signed: itself, and the verified answers.

        Raises `TransactionError`, also where a signature is of nobody who is known: ``keys`` tell who else signs.
        """
        from walletcore.chains.stellar.envelopes import decode_partial

        return decode_partial(self, raw, keys)

    def transaction_id(self, raw: bytes) -> str:
        """The id of an envelope, 64 hex digits: the SHA-256 of what is signed. Raises `TransactionError`."""
        from walletcore.chains.stellar.envelopes import identify

        return identify(self, raw)


def _is_account(text: object) -> bool:
    return type(text) is str and strkey.kind_of(text) is Strkey.ACCOUNT


def _is_asset(text: object) -> bool:
    return type(text) is str and _ASSET.fullmatch(text) is not None and _is_account(text.split("-")[1])


def _check_kind(kind: str) -> None:
    if kind not in ("", "account"):
        raise AddressError("a key has an account (G...), and no other kind of address", reason="unknown")


def _sep5(coin: int, wallets: tuple[str, ...], source: str) -> tuple[Profile, ...]:
    path = f"m/44'/{coin}'/{{account}}'"
    return (Profile(name="sep5", path=path, derivation="slip10", curve=Curve.ED25519, wallets=wallets, source=source),)


_STELLAR = _sep5(
    148,
    ("Ledger Live", "Trezor Suite", "Trust Wallet", "Stellar CLI"),
    "stellar/stellar-protocol ecosystem/sep-0005.md; "
    "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts (sep5); "
    "trezor/trezor-firmware docs/misc/coins-bip44-paths.md; trustwallet/wallet-core registry.json",
)
_PI = _sep5(
    314159, ("OKX Wallet",), "okx/js-wallet-sdk packages/coin-stellar/src/PIWallet.ts; SLIP-44 (314159, Pi Network)"
)


def _row(name: str, reference: str, passphrase: str, assets: tuple[str, ...] = ()) -> StellarChain:
    return StellarChain(
        name=name, caip2=f"stellar:{reference}", passphrase=passphrase, profiles=_STELLAR, assets=assets
    )


def _pi(name: str, reference: str, passphrase: str) -> StellarChain:
    return StellarChain(
        name=name,
        caip2=f"stellar:{reference}",
        passphrase=passphrase,
        profiles=_PI,
        symbol="PI",
        slip44=314159,
    )


# developers.stellar.org, "Network Passphrases"; of Pi: okx/js-wallet-sdk packages/coin-stellar/src/PIWallet.ts. CAIP-2
# has names for pubnet and testnet only. Assets: developers.circle.com, "USDC contract addresses", "EURC contract
# addresses".
CHAINS = (
    _row(
        "stellar",
        "pubnet",
        "Public Global Stellar Network ; September 2015",
        (
            "USDC-GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN",
            "EURC-GDHU6WRG4IEQXM5NZ4BMPKOXHW76MZM4Y2IEMFDVXBSDP6SJY4ITNPP2",
        ),
    ),
    _row(
        "stellar-testnet",
        "testnet",
        "Test SDF Network ; September 2015",
        ("USDC-GBBD47IF6LWK7P7MDEVSCWR7DPUWV3NY3DTQEVFL4NAT4AQH3ZLLFLA5",),
    ),
    _row("stellar-futurenet", "futurenet", "Test SDF Future Network ; October 2022"),
    _pi("pi", "pi", "Pi Network"),
    _pi("pi-testnet", "pi-testnet", "Pi Testnet"),
)
