"""VeChain's networks as rows: a genesis block tells one from another (CAIP-2 namespace ``vechain``, VeChain Thor)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.accounts import AccountChain
from walletcore.chains.base import Profile, SignedTransaction
from walletcore.coding.eip55 import parse
from walletcore.errors import Unsupported
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.vechain.certificate import Certificate
    from walletcore.chains.vechain.transaction import LegacyTransaction, Transaction

__all__ = ["CHAINS", "VTHO", "VeChain"]

VTHO = "0x0000000000000000000000000000456E65726779"
"""The contract of VTHO, in which fees are paid (vechain/thor, builtin/gen, Energy): on every network the same."""

_GENESIS = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_PROFILES = (
    Profile(
        name="bip44",
        path="m/44'/818'/{account}'/0/{index}",
        wallets=("VeWorld", "Sync2", "Trust Wallet", "Tangem"),
        source=(
            "vechain/veworld-mobile src/Constants/Constants/derivationPaths.ts (VET_DERIVATION_PATH); vechain-energy/"
            "sync-extract-private-key README.md (Sync2); trustwallet/wallet-core registry.json; tangem/"
            "blockchain-sdk-kotlin DerivationConfigV3.kt; vechain/thor-devkit.js src/hdnode.ts (m/44'/818'/0'/0)"
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VeChain(AccountChain):
    """A network of VeChain, by the id of its genesis block (``0x`` and 64 hex digits). Raises `Unsupported`.

    ``base_gas_price`` is what a unit of gas costs at least in transactions without a type, in wei of VTHO: a parameter
    of the network that no signature names, and None where nobody has said it. ``vip180`` are the addresses (text, with
    the EIP-55 checksum) of contracts that are known to be tokens of VIP-180, which is ERC-20. Whoever knows more makes
    a row of their own. Raises `AddressError` for wrong ones.
    """

    genesis: str
    symbol: str = "VET"
    decimals: int = 18
    slip44: int = 818
    caip2: str = field(init=False, default="")
    profiles: tuple[Profile, ...] = _PROFILES
    base_gas_price: int | None = None
    vip180: tuple[str, ...] = (VTHO,)

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.vechain.transaction:Transaction",
        "walletcore.chains.vechain.transaction:LegacyTransaction",
        "walletcore.chains.vechain.certificate:Certificate",
    )
    is_signed: ClassVar[bool] = True  # by the chain tag

    def __post_init__(self) -> None:
        if type(self.genesis) is not str or not _GENESIS.fullmatch(self.genesis):
            raise Unsupported("expected the id of a genesis block: 0x and 64 hex digits, lower case", reason="type")
        price = self.base_gas_price
        if price is not None and (type(price) is not int or not 0 <= price < 1 << 128):
            raise Unsupported("expected wei below 2^128, or None, as base_gas_price", reason="range")
        if type(self.vip180) is not tuple:
            raise Unsupported("expected a tuple of addresses as vip180", reason="type")
        for text in self.vip180:
            parse(text)
        object.__setattr__(self, "caip2", f"vechain:{self.genesis[-32:]}")

    @property
    def chain_tag(self) -> int:
        """The last byte of the genesis block's id, which is in every transaction."""
        return int(self.genesis[-2:], 16)

    @property
    def fee_asset(self) -> str:
        """The CAIP-19 name of VTHO."""
        return self.token(VTHO)

    @property
    def fee_symbol(self) -> str:
        """VTHO, with as many decimals as VET."""
        return "VTHO"

    def token(self, contract: str) -> str:
        """The CAIP-19 name of a token, of VIP-180 or VIP-181."""
        return f"{self.caip2}/vip180:{contract}"

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> Transaction | LegacyTransaction | Certificate | SignedTransaction[Any]:
        """Read a transaction, signed or not, or a certificate that is to be signed. Raises `TransactionError`.

        The unsigned bytes do not say who sends: a first key becomes the sender, and a second one the delegator, where
        somebody else pays (VIP-191). Signatures say both; keys that are given all the same must be theirs.
        """
        from walletcore.chains.vechain.decode import decode

        return decode(self, raw, keys)

    def transaction_id(self, raw: bytes) -> str:
        """The id of a signed transaction, ``0x`` and 64 hex digits: over what is signed, and who sends.

        Raises `TransactionError`.
        """
        from walletcore.chains.vechain.decode import identify

        return identify(self, raw)


# The ids of the genesis blocks: vechain/thor thor/fork_config.go @ 65b8e042247c; ChainAgnostic/namespaces
# vechain/caip2.md has them, too.
CHAINS = (
    VeChain(name="vechain", genesis="0x00000000851caf3cfdb6e899cf5958bfb1ac3413d346d43539627e6be7ec1b4a"),
    VeChain(name="vechain-testnet", genesis="0x000000000b2bce3c70bc649a02749e8687721b09ed2e15997f466536b20bb127"),
)
