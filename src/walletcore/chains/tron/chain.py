"""Tron's networks as rows: addresses, what is charged beside a transaction's own limit, profiles.

Tron documentation, "Account", "Address"; java-tron, DecodeUtil. CAIP-2 namespace ``tron``: the last four bytes of the
genesis block's id, in hex digits, which TIP-712 has as chain id as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.accounts import AccountChain
from walletcore.chains.base import Address, Profile, SignedTransaction
from walletcore.coding.text import base58check, hexadecimal
from walletcore.errors import AddressError, DecodingError, Unsupported
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.tron.message import Message
    from walletcore.chains.tron.transaction import Transaction

__all__ = ["CHAINS", "PREFIX", "Charges", "TronChain"]

PREFIX = b"\x41"
"""The byte before the 20 of an account (java-tron, Constant.ADD_PRE_FIX_BYTE_MAINNET), on test nets as well."""

_MAX_TEXT = 34
_HEX = re.compile(r"(?:41|0x41)[0-9a-fA-F]{40}", re.ASCII)
_WALLET_CORE = "trustwallet/wallet-core registry.json"
_OTHERS = (
    "developers.tron.network, Wallet developer guide (m/44'/195'/0'/0/<index>); juejin.cn/post/7515392598098591779 "
    "(TronLink, by somebody else); trezor/trezor-firmware core/src/apps/tron/README.md (m/44h/195h/0h/0/0); "
    "okx/js-wallet-sdk packages/coin-tron/src/TrxWallet.ts; tangem/blockchain-sdk-kotlin DerivationConfigV3.kt; "
    "tronprotocol/tronweb src/utils/constants.ts (TRON_BIP39_PATH_PREFIX)"
)
_PROFILES = (
    Profile(
        name="bip44",
        path="m/44'/195'/{account}'/0/{index}",
        wallets=("TronLink", "Trust Wallet", "Trezor Suite", "OKX Wallet", "Tangem"),
        source=f"{_WALLET_CORE}; {_OTHERS}",
    ),
    Profile(
        name="ledger-live",
        path="m/44'/195'/{account}'/0/0",
        wallets=("Ledger Live",),
        source="LedgerHQ/ledger-live libs/ledger-live-common/src/derivation.ts (44'/195'/<account>'/0/0)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """What the network takes beside the energy that ``fee_limit`` bounds, in sun; parameters that votes may change.

    ``byte`` of bandwidth that is not free; for a ``memo``; for several signatures; for an account that a transfer
    makes; and for contracts of single types, by their names in the protocol.
    """

    byte: int = 1_000
    memo: int = 1_000_000
    several_signatures: int = 1_000_000
    new_account: int = 1_100_000
    contracts: tuple[tuple[str, int], ...] = (
        ("AccountCreateContract", 1_100_000),
        ("AccountPermissionUpdateContract", 100_000_000),
        ("AssetIssueContract", 1_024_000_000),
        ("ExchangeCreateContract", 1_024_000_000),
        ("WitnessCreateContract", 9_999_000_000),
    )

    def __post_init__(self) -> None:
        numbers = (self.byte, self.memo, self.several_signatures, self.new_account, *(n for _, n in self.contracts))
        if any(type(number) is not int or not 0 <= number < 1 << 63 for number in numbers):
            raise Unsupported("expected amounts of sun from 0 to 2^63-1 as charges", reason="range")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TronChain(AccountChain):
    """A network of Tron, by the number that TIP-712 signs: the last four bytes of its genesis block's id.

    ``charges`` are parameters of the network that no signature names. ``trc20`` are the addresses (text) of contracts
    that are known to be tokens of TRC-20. Whoever knows more makes a row of their own. Raises `Unsupported`,
    `AddressError`.
    """

    chain_id: int
    symbol: str = "TRX"
    decimals: int = 6
    slip44: int = 195
    caip2: str = field(init=False, default="")
    profiles: tuple[Profile, ...] = _PROFILES
    charges: Charges = Charges()
    trc20: tuple[str, ...] = ()

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.tron.transaction:Transaction",
        "walletcore.chains.tron.message:Message",
    )
    is_signed: ClassVar[bool] = False  # a transaction names a block by ten bytes, and no network

    def __post_init__(self) -> None:
        if type(self.chain_id) is not int or not 0 < self.chain_id < 1 << 32:
            raise Unsupported("expected a chain id from 1 to 2^32-1", reason="range")
        if type(self.charges) is not Charges:
            raise Unsupported("expected Charges as charges", reason="type")
        if type(self.trc20) is not tuple:
            raise Unsupported("expected a tuple of addresses as trc20", reason="type")
        for text in self.trc20:
            self.parse_address(text)
        object.__setattr__(self, "caip2", f"tron:0x{self.chain_id:08x}")

    def token(self, contract: str) -> str:
        """The CAIP-19 name of a token of TRC-20 or its like, by its contract."""
        return f"{self.caip2}/trc20:{contract}"

    def trc10(self, number: str) -> str:
        """The CAIP-19 name of a token of TRC-10, by its number."""
        return f"{self.caip2}/trc10:{number}"

    def spelled(self, payload: bytes) -> str:
        """The text of an account of 20 bytes: 34 characters that begin with T."""
        return base58check.encode(PREFIX + payload)

    def parse_address(self, text: str, *, allow_unchecked: bool = False) -> Address:
        """Read ``T`` and 33 characters more, with their checksum. Raises `AddressError`.

        ``allow_unchecked`` takes ``41`` and 40 hex digits as well, which carry no checksum: see `parse_hex`.
        """
        if type(text) is not str:
            raise AddressError(f"expected an address as text, got {type(text).__name__}", reason="type")
        if _HEX.fullmatch(text):
            if allow_unchecked:
                return self.parse_hex(text)
            hint = "parse_hex reads addresses without a checksum"
            raise AddressError("expected the form that begins with T, got hex digits", reason="prefix", hint=hint)
        if len(text) > 2 * _MAX_TEXT:
            raise AddressError(f"expected {_MAX_TEXT} characters, got {len(text)}", reason="length")
        try:
            data = base58check.decode(text, size=21)
        except DecodingError as error:
            raise AddressError(str(error), reason=error.reason) from None
        return self._from_prefixed(data)

    def parse_hex(self, text: str) -> Address:
        """Read the form of nodes: ``41`` and 40 hex digits, with 0x before them or not, and no checksum.

        Raises `AddressError`.
        """
        if type(text) is not str or len(text) > 44:
            raise AddressError("expected 42 hex digits as text", reason="type")
        with_prefix = text.removeprefix("0x")
        try:
            data = hexadecimal.decode(with_prefix, any_case=True)
        except DecodingError as error:
            raise AddressError(str(error), reason=error.reason) from None
        if len(data) != 21:
            raise AddressError(f"expected 21 bytes: 41 and an account, got {len(data)}", reason="length")
        return self._from_prefixed(data)

    def _from_prefixed(self, data: bytes) -> Address:
        if data[:1] != PREFIX:
            raise AddressError(f"expected the version byte 0x41, got {data[0]:#x}", reason="version")
        return self.account(data[1:])

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> Transaction | Message | SignedTransaction[Any]:
        """Read a transaction, signed or not, or a message that is to be signed. Raises `TransactionError`.

        The unsigned bytes are those of ``raw_data``. They say whose account is used, and not who signs for it: ``keys``
        are those who do. Signatures say it; keys that are given all the same must be among theirs.
        """
        from walletcore.chains.tron.decode import decode

        return decode(self, raw, keys)

    def transaction_id(self, raw: bytes) -> str:
        """The id of a signed transaction, 64 hex digits: the SHA-256 of its ``raw_data``. Raises `TransactionError`."""
        from walletcore.chains.tron.decode import identify

        return identify(self, raw)


USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
"""Tether's contract on the main network (tether.to, "Supported Protocols")."""

# TIP-712 has the numbers of mainnet and Nile; Shasta's is that of its genesis block (TronGrid, eth_chainId).
CHAINS = (
    TronChain(name="tron", chain_id=0x2B6653DC, trc20=(USDT,)),
    TronChain(name="tron-nile", chain_id=0xCD8690DC),
    TronChain(name="tron-shasta", chain_id=0x94A9059E),
)
