"""Solana's clusters as rows, and their addresses.

Solana's documentation: "Accounts"; genesis hashes name the clusters (CAIP-2, namespace solana), tokens are named by
their mint (CAIP-19, namespace solana).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from walletcore.chains.base import Address, Chain, Profile, SignedMessage, SignedTransaction
from walletcore.coding.text import base58
from walletcore.errors import AddressError, InvalidKey, TransactionError, Unsupported, raised_as
from walletcore.keys import Curve, PublicKey
from walletcore.signing import Answers

if TYPE_CHECKING:
    from walletcore.chains.solana.message import LookupTable
    from walletcore.chains.solana.offchain import OffchainMessage
    from walletcore.chains.solana.transaction import Transaction

__all__ = ["CHAINS", "Account", "SolanaChain", "account", "check_cluster", "cluster_of", "signing_key"]

Account = PublicKey | Address
"""What names an account in the builders of instructions: an ed25519 key, or an address of this family."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SolanaChain(Chain):
    """A cluster. An address is the base58 of 32 bytes; it need not be a public key (a program's accounts are not).

    ``signature_fee``, in lamports, bounds the fee that effects tell. It is the cluster's rule (5000 on all public ones)
    and no part of what is signed, so it is None unless the row's author takes it for granted.
    """

    signature_fee: int | None = None

    subjects: ClassVar[tuple[str, ...]] = (  # a PlainMessage does not say in its bytes what it is
        "walletcore.chains.solana.transaction:Transaction",
        "walletcore.chains.solana.offchain:OffchainMessage",
    )

    def __post_init__(self) -> None:
        if self.signature_fee is not None and (type(self.signature_fee) is not int or self.signature_fee < 0):
            raise Unsupported("expected lamports or None as signature_fee", reason="type")

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of an ed25519 key. Raises `AddressError`."""
        Chain._check_key(self, key)
        _check_kind(kind)
        return self.account(key.data)

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of public keys of 32 bytes each. Raises `AddressError`."""
        _check_kind(kind)
        if type(keys) not in (tuple, list) or any(type(key) is not bytes or len(key) != 32 for key in keys):
            raise AddressError("expected public keys of 32 bytes", reason="length")
        return [base58.encode(key) for key in keys]

    def account(self, data: bytes) -> Address:
        """The address of 32 bytes, on the curve or not. Raises `AddressError`."""
        if not _is_account(data):
            raise AddressError("expected an account of 32 bytes", reason="length")
        return _agreeing(self, base58.encode(data), data)

    def caip10(self, data: bytes) -> str:
        """The CAIP-10 name of an account of 32 bytes."""
        return self.account_id(base58.encode(data))

    def token(self, mint: bytes) -> str:
        """The CAIP-19 name of the token of a mint of 32 bytes."""
        return f"{self.caip2}/token:{base58.encode(mint)}"

    def parse_address(self, text: str) -> Address:
        """Read an address: base58 of exactly 32 bytes, on the curve or not. Raises `AddressError`."""
        with raised_as(AddressError):
            payload = base58.decode(text)
        if len(payload) != 32:
            raise AddressError(f"expected base58 of 32 bytes, got {len(payload)}", reason="length")
        return _agreeing(self, text, payload)

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = (), tables: Sequence[LookupTable] = ()
    ) -> Transaction | OffchainMessage | SignedTransaction[Transaction]:
        """Read a message, or a transaction with all of its signatures or with none (zeros stand in their places).

        The message names its signers: ``keys`` are not needed. ``tables`` tell which accounts its lookups load, for
        effects. Signatures are verified. An off-chain message, which no node can take for a transaction, is read too.
        Raises `TransactionError`; for a transaction that some have signed see `decode_partial`.
        """
        from walletcore.chains.solana import offchain

        if type(raw) is bytes and raw.startswith(offchain.SIGNING_DOMAIN):
            return offchain.decode(self, raw)
        transaction, answers = self.decode_partial(raw, tables=tables)
        if not any(answers):
            return transaction
        if None in answers:
            hint = "decode_partial gives the transaction and those signatures that are there"
            raise TransactionError("only some of the signers have signed", reason="missing", hint=hint)
        return transaction.assemble(answers)

    def decode_partial(self, raw: bytes, *, tables: Sequence[LookupTable] = ()) -> tuple[Transaction, Answers]:
        """Read a message or a transaction that any of its signers may have signed: itself, and the verified answers.

        What several have signed apart comes together in `merge` of their answers and the transaction's ``assemble``;
        the transaction's ``partial`` writes what is there. Raises `TransactionError`.
        """
        from walletcore.chains.solana.transaction import decode_partial

        return decode_partial(self, raw, tables)

    def decode_message(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> OffchainMessage | SignedMessage[OffchainMessage]:
        """Read an off-chain message, or its envelope with all signatures, which are verified.

        The message names its signers: ``keys`` are not needed. Raises `TransactionError`.
        """
        from walletcore.chains.solana.offchain import decode_envelope

        return decode_envelope(self, raw)

    def transaction_id(self, raw: bytes) -> str:
        """The base58 of the fee payer's signature, the first one. Raises `TransactionError`."""
        from walletcore.chains.solana.wire import NO_SIGNATURE, decode_wire

        signatures, _ = decode_wire(raw)
        if not signatures or signatures[0] == NO_SIGNATURE:
            raise TransactionError("the fee payer has not signed: there is no id yet", reason="missing")
        return base58.encode(signatures[0])


def _agreeing(chain: SolanaChain, text: str, payload: bytes) -> Address:
    """The address of a text and bytes that stand for each other: base58 has one text for them."""
    address = Address(chain=chain, text=text, payload=payload)
    object.__setattr__(address, "_agrees", True)
    return address


def account(value: Account, what: str) -> bytes:
    """The 32 bytes of a key or of an address of this family; ``what`` names it in the `TransactionError`."""
    if type(value) is PublicKey and value.curve is Curve.ED25519:
        return value.data
    if type(value) is Address and isinstance(value.chain, SolanaChain) and _is_account(value.payload):
        if not value._agrees and (type(value.text) is not str or base58.encode(value.payload) != value.text):
            raise TransactionError(f"the text and the bytes of the {what} are not the same", reason="mismatch")
        return value.payload
    raise TransactionError(f"expected an ed25519 PublicKey or a Solana Address as {what}", reason="type")


def cluster_of(*accounts: Account) -> str:
    """The CAIP-2 name of the cluster of all addresses among these accounts; empty where there are only keys.

    Raises `TransactionError` for addresses of two clusters.
    """
    names = {value.chain.caip2 for value in accounts if type(value) is Address}
    if len(names) > 1:
        raise TransactionError("expected addresses of one cluster, got some of two", reason="network")
    return names.pop() if names else ""


def check_cluster(chain: SolanaChain, cluster: str) -> None:
    """Raise `TransactionError` when addresses of another cluster were given, of which only their rows tell."""
    if cluster not in ("", chain.caip2):
        raise TransactionError(f"expected addresses of {chain.caip2}, got one of {cluster}", reason="network")


def signing_key(data: bytes) -> PublicKey:
    """The key of an account that must sign. Raises `TransactionError` when it is none."""
    try:
        return PublicKey(Curve.ED25519, data)
    except InvalidKey:
        raise TransactionError(f"{base58.encode(data)} must sign, but is not a key", reason="point") from None


def _is_account(data: object) -> bool:
    return type(data) is bytes and len(data) == 32


def _check_kind(kind: str) -> None:
    if type(kind) is not str or kind:
        raise AddressError("Solana has one kind of address", reason="unknown")


def _profile(name: str, path: str, wallets: tuple[str, ...], source: str, *, derivation: str = "slip10") -> Profile:
    return Profile(name=name, path=path, derivation=derivation, curve=Curve.ED25519, wallets=wallets, source=source)


_LEDGER = "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts"
_TRUST = "trustwallet/wallet-core registry.json"
_BACKPACK = "coral-xyz/backpack packages/secure-background/src/keyring/derivationPaths.ts"
_PHANTOM = "help.phantom.com, article 12988493966227"
_KOBE = "docs.rs/kobe-svm, DerivationStyle"
_PROFILES = (
    _profile(
        "bip44-change",
        "m/44'/501'/{account}'/0'",
        (
            *("Phantom", "Solflare", "Trezor Suite", "Trust Wallet", "Backpack"),
            *("OKX Wallet", "Exodus", "Magic Eden", "Glow", "Solana CLI (seed phrases with a key)"),
        ),
        f"{_PHANTOM} (bip44Change); "
        "okx/js-wallet-sdk packages/coin-solana; docs.anza.xyz/cli/wallets/paper (?key=0/0); "
        f"{_KOBE} (Exodus, Magic Eden); devrels.xyz/articles/solana-derivation-paths (Glow); "
        f"trezor/trezor-suite suite-common/wallet-config/src/networksConfig.ts; "
        f"{_TRUST} (its second derivation); {_BACKPACK}",
    ),
    _profile(
        "bip44",
        "m/44'/501'/{account}'",
        ("Ledger Live", "Trust Wallet", "Phantom", "Keystone", "Backpack (legacy)"),
        f"{_LEDGER} (solanaSub); {_TRUST}; {_PHANTOM} (bip44); {_KOBE} (Keystone); {_BACKPACK}",
    ),
    _profile(
        "bip44-root",
        "m/44'/501'",
        ("Solana CLI (hardware wallets)", "Ledger Live", "Phantom (Ledger)", "Backpack (legacy)"),
        f"docs.anza.xyz/cli/wallets/hardware; {_LEDGER} (solanaMain); {_PHANTOM} (bip44Root); {_BACKPACK}",
    ),
    _profile("backpack", "m/44'/501'/{account}'/0'/{index}'", ("Backpack",), _BACKPACK),
    _profile(
        "sollet",
        "m/501'/{account}'/0/{index}",
        ("Sollet", "Phantom (deprecated)"),
        f"project-serum/spl-token-wallet src/utils/walletProvider/localStorage.js; {_PHANTOM} (Deprecated)",
        derivation="sollet",
    ),
)


def _row(name: str, genesis_hash: str) -> SolanaChain:
    return SolanaChain(
        name=name,
        symbol="SOL",
        decimals=9,
        slip44=501,
        caip2=f"solana:{genesis_hash[:32]}",
        curves=(Curve.ED25519,),
        profiles=_PROFILES,
    )


CHAINS = (
    _row("solana", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
    _row("solana-devnet", "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
)
