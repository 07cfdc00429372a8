"""EVM chains as rows: a name and a chain id are enough (EIP-155, CAIP-2 namespace ``eip155``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import Address, Chain, Profile, SignedTransaction
from walletcore.chains.evm.address import account_of, checksummed, parse
from walletcore.errors import AddressError, InvalidKey, TransactionError, Unsupported
from walletcore.hashes import keccak256
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.evm.decode import AnyOf

__all__ = ["CHAINS", "Evm"]

_MAX_CHAIN_ID = 2**63 - 37  # EIP-2294: v of the oldest transactions, 2 * id + 36, stays below 2^64

_PROFILES = (
    Profile(
        name="bip44",
        path="m/44'/60'/{account}'/0/{index}",
        wallets=("MetaMask", "Trezor"),  # they vary the index, and leave the account at 0
        source="BIP-44, \"Path levels\"; MetaMask/eth-hd-keyring src/HDKeyring.ts (m/44'/60'/0'/0)",
    ),
    Profile(
        name="ledger-live",
        path="m/44'/60'/{account}'/0/0",
        wallets=("Ledger Live",),
        source="LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts (the default mode)",
    ),
    Profile(
        name="ledger-legacy",
        path="m/44'/60'/0'/{index}",
        wallets=("MyEtherWallet", "MyCrypto", "Ledger Live (legacy)"),
        source="LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts (mode ethM)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Evm(Chain):
    """A chain that runs the Ethereum Virtual Machine. Raises `Unsupported` for an id that no chain may have."""

    chain_id: int
    symbol: str = "ETH"
    decimals: int = 18
    slip44: int = 60
    caip2: str = field(init=False, default="")
    profiles: tuple[Profile, ...] = _PROFILES

    def __post_init__(self) -> None:
        if type(self.chain_id) is not int or not 0 < self.chain_id <= _MAX_CHAIN_ID:
            raise Unsupported(f"expected a chain id from 1 to {_MAX_CHAIN_ID}", reason="range")
        object.__setattr__(self, "caip2", f"eip155:{self.chain_id}")

    def __repr__(self) -> str:
        return f"Evm({self.name}, {self.caip2})"

    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of a secp256k1 key; there is only one kind. Raises `AddressError`."""
        self._check_key(key)
        self._check_kind(kind)
        return self.account(account_of(key.data))

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of many public keys of 33 bytes. Raises `AddressError`."""
        self._check_kind(kind)
        if any(type(key) is not bytes or len(key) != 33 for key in keys):
            raise AddressError("expected public keys of 33 bytes", reason="type")
        try:
            return [checksummed(account_of(key)) for key in keys]
        except InvalidKey as error:
            raise AddressError(str(error), reason=error.reason) from None

    def parse_address(self, text: str, *, allow_unchecked: bool = False) -> Address:
        """Read ``0x`` and 40 hex digits with their EIP-55 checksum. Raises `AddressError`.

        ``allow_unchecked`` takes digits in one case as well, which carry no checksum; the result has one.
        """
        return self.account(parse(text, allow_unchecked=allow_unchecked))

    def account(self, payload: bytes) -> Address:
        """The address of an account, or a contract, that is known by its 20 bytes. Raises `AddressError`."""
        if type(payload) is not bytes or len(payload) != 20:
            raise AddressError("expected the 20 bytes of an account", reason="length")
        return Address(chain=self, text=checksummed(payload), payload=payload)

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = (), allow_unprotected: bool = False
    ) -> AnyOf | SignedTransaction[Any]:
        """Read a transaction, signed or not: legacy, type 1 (EIP-2930) or 2 (EIP-1559). Raises `TransactionError`.

        The unsigned bytes do not say who sends: one key may be given, which becomes the sender. A signature says it;
        keys that are given all the same must contain the sender. What is yet to be signed must have a chain id
        (EIP-155), unless ``allow_unprotected`` takes it without.
        """
        from walletcore.chains.evm.decode import decode

        return decode(self, raw, keys, allow_unprotected=allow_unprotected)

    def transaction_id(self, raw: bytes) -> str:
        """The hash of a signed transaction, ``0x`` and 64 hex digits. Raises `TransactionError`."""
        if type(raw) is not bytes or not raw:
            raise TransactionError("expected the bytes of a signed transaction", reason="type")
        return "0x" + keccak256(raw).hex()

    def _check_kind(self, kind: str) -> None:
        if kind != "":
            raise AddressError(f"{self.name} has one kind of address only", reason="unknown")


# Symbols and SLIP-44 coin types are those of ethereum-lists/chains; keys are derived with Ethereum's coin type on all
# of them, test nets included, as wallets do.
CHAINS = (
    Evm(name="ethereum", chain_id=1),
    Evm(name="sepolia", chain_id=11_155_111),
    Evm(name="polygon", chain_id=137, symbol="POL", slip44=966),
)
