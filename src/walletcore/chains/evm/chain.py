"""EVM chains as rows: a name and a chain id are enough (EIP-155, CAIP-2 namespace ``eip155``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.base import Address, Chain, Profile, SignedTransaction
from walletcore.chains.evm.address import account_of, checksummed, parse
from walletcore.errors import AddressError, InvalidKey, TransactionError, Unsupported
from walletcore.hashes import keccak256
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.evm.decode import AnyOf
    from walletcore.chains.evm.message import Message
    from walletcore.chains.evm.user_operation import UserOperation

__all__ = ["CHAINS", "Evm", "check_account"]

_MAX_CHAIN_ID = 2**63 - 37  # EIP-2294: v of the oldest transactions, 2 * id + 36, stays below 2^64

_LEDGER = "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts"
_MYCRYPTO = "MyCryptoHQ/MyCrypto common/config/dpaths.ts"
_PROFILES = (
    Profile(
        name="bip44",
        path="m/44'/60'/{account}'/0/{index}",
        wallets=("MetaMask", "Trezor", "MyCrypto", "Trust Wallet"),  # they vary the index, and leave the account at 0
        source="BIP-44, \"Path levels\"; MetaMask/eth-hd-keyring src/HDKeyring.ts (m/44'/60'/0'/0); "
        f"{_MYCRYPTO} (ETH_DEFAULT, ETH_TREZOR); trustwallet/wallet-core registry.json",
    ),
    Profile(
        name="ledger-live",
        path="m/44'/60'/{account}'/0/0",
        wallets=("Ledger Live", "KeepKey"),
        source=f"{_LEDGER} (the default mode); shapeshift/hdwallet packages/hdwallet-keepkey/src/ethereum.ts",
    ),
    Profile(
        name="ledger-legacy",
        path="m/44'/60'/0'/{index}",
        wallets=("MyEtherWallet", "MyCrypto", "Ledger Live (legacy)"),
        source=f"{_LEDGER} (mode ethM); {_MYCRYPTO} (ETH_LEDGER)",
    ),
    Profile(
        name="singulardtv",
        path="m/0'/0'/0'/{index}",
        wallets=("SingularDTV", "MyCrypto"),
        source=f"{_MYCRYPTO} (ETH_SINGULAR, for every network)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Evm(Chain):
    """A chain that runs the Ethereum Virtual Machine. Raises `Unsupported` for an id that no chain may have, or a fee.

    Where it has ``own_contract_addresses``, what a transaction creates is not where CREATE and CREATE2 would put it.
    ``data_fee`` is what it takes at most for a transaction beside the gas, in wei: 0 where there is no such fee, None
    where nothing that is signed bounds it, or nobody has said. ``erc20`` are the addresses (text, with the EIP-55
    checksum) of contracts that are known to be of ERC-20. Both are not in the bytes: whoever knows more makes a row of
    their own. Raises `AddressError` for wrong ones.
    """

    chain_id: int
    symbol: str = "ETH"
    decimals: int = 18
    slip44: int = 60
    caip2: str = field(init=False, default="")
    profiles: tuple[Profile, ...] = _PROFILES
    own_contract_addresses: bool = False
    data_fee: int | None = None
    erc20: tuple[str, ...] = ()

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.evm.transaction:Transaction",
        "walletcore.chains.evm.legacy:LegacyTransaction",
        "walletcore.chains.evm.access_list:AccessListTransaction",
        "walletcore.chains.evm.message:Message",
        "walletcore.chains.evm.user_operation:UserOperation",
    )
    is_signed: ClassVar[bool] = True  # EIP-155: those without a chain id are not read without being asked for

    def __post_init__(self) -> None:
        if type(self.chain_id) is not int or not 0 < self.chain_id <= _MAX_CHAIN_ID:
            raise Unsupported(f"expected a chain id from 1 to {_MAX_CHAIN_ID}", reason="range")
        self._check_known()
        object.__setattr__(self, "caip2", f"eip155:{self.chain_id}")

    def _check_known(self) -> None:
        fee = self.data_fee
        if fee is not None and (type(fee) is not int or not 0 <= fee < 1 << 256):
            raise Unsupported("expected wei below 2^256, or None, as data_fee", reason="range")
        if type(self.erc20) is not tuple:
            raise Unsupported("expected a tuple of addresses as erc20", reason="type")
        for text in self.erc20:
            parse(text)

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
        address = Address(chain=self, text=checksummed(payload), payload=payload)
        object.__setattr__(address, "_agrees", True)
        return address

    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = (), allow_unprotected: bool = False
    ) -> AnyOf | Message | UserOperation | SignedTransaction[Any]:
        """Read a transaction, signed or not: legacy, type 1 (EIP-2930) or 2 (EIP-1559). Raises `TransactionError`.

        The unsigned bytes do not say who sends: one key may be given, which becomes the sender. A signature says it;
        keys that are given all the same must contain the sender. What is yet to be signed must have a chain id
        (EIP-155), unless ``allow_unprotected`` takes it without. What `Message.raw` and `UserOperation.raw` give is
        read as well: no transaction begins like it.
        """
        from walletcore.chains.evm.decode import decode

        return decode(self, raw, keys, allow_unprotected=allow_unprotected)

    def transaction_id(self, raw: bytes) -> str:
        """The hash of a signed transaction, ``0x`` and 64 hex digits.

        Raises `TransactionError` for bytes that are none of this chain; whose signature it is, is not computed.
        """
        from walletcore.chains.evm.decode import identify

        return identify(self, raw)

    def _identify(self, raw: bytes) -> str:
        return "0x" + keccak256(raw).hex()

    def _check_kind(self, kind: str) -> None:
        if kind != "":
            raise AddressError(f"{self.name} has one kind of address only", reason="unknown")


def check_account(chain: Evm, address: object, what: str) -> None:
    """Raise `TransactionError` unless this is an address of the chain, whose text and bytes are those of one account.

    Effects and policies read the text; the bytes are signed.
    """
    if type(address) is not Address:
        got = f"expected an Address as {what}, got {type(address).__name__}"
        raise TransactionError(got, reason="type", hint="chain.parse_address(text) makes one")
    if address.chain is not chain and address.chain != chain:
        expected = f"expected an address of {chain.name} as {what}, got one of {address.chain.name}"
        raise TransactionError(expected, reason="network")
    if address._agrees:  # it was not put together by hand
        return
    if type(address.payload) is not bytes or len(address.payload) != 20:
        raise TransactionError(f"expected an address of 20 bytes as {what}", reason="length")
    if address.text != checksummed(address.payload):
        raise TransactionError(f"the text and bytes of the address as {what} are not the same", reason="mismatch")


# Chain ids and symbols are those of wevm/viem src/chains/definitions @ 0912a29d5c7a, coin types those of SLIP-44, where
# Ether (60) is that of every chain that pays in it; test nets have their chain's. Keys are derived with Ethereum's coin
# type on all of them, as wallets do. Ethereum and its test nets first, then by name.
# Three things are not viem's: the id of Sonic's test net, which is that of docs.soniclabs.com, "Getting Started" (viem
# has one that is gone), and that ZKsync makes the addresses of contracts in its own way, from a nonce of deployments
# (docs.zksync.io, "EVM instructions", CREATE), and which chains take a fee for data beside the gas, which no field of a
# transaction bounds: those without data_fee=0. They are those of the OP Stack (docs.optimism.io, "Transaction fees":
# the L1 data fee and the operator fee; buyGas of op-geth, core/state_transition.go, and of blast-geth, which Blast
# runs, adds the first to gas times price) and Scroll (docs.scroll.io, "Transaction Fees on Scroll": the L1 fee). Celo
# is of the OP Stack and keeps that fee at zero (specs.celo.org, "Zero L1 Fees"). Arbitrum, Linea and ZKsync take as gas
# what data cost (docs.arbitrum.io, "Gas and Fees"; docs.linea.build, "Estimate transaction costs"; docs.zksync.io, "Fee
# structure").
CHAINS = (
    Evm(name="ethereum", chain_id=1, data_fee=0),
    Evm(name="sepolia", chain_id=11_155_111, data_fee=0),
    Evm(name="hoodi", chain_id=560_048, data_fee=0),
    Evm(name="arbitrum", chain_id=42_161, data_fee=0),
    Evm(name="arbitrum-sepolia", chain_id=421_614, data_fee=0),
    Evm(name="avalanche", chain_id=43_114, symbol="AVAX", slip44=9005, data_fee=0),
    Evm(name="avalanche-fuji", chain_id=43_113, symbol="AVAX", slip44=9005, data_fee=0),
    Evm(name="base", chain_id=8453),
    Evm(name="base-sepolia", chain_id=84_532),
    Evm(name="berachain", chain_id=80_094, symbol="BERA", slip44=8008, data_fee=0),
    Evm(name="berachain-bepolia", chain_id=80_069, symbol="BERA", slip44=8008, data_fee=0),
    Evm(name="blast", chain_id=81_457),
    Evm(name="blast-sepolia", chain_id=168_587_773),
    Evm(name="bsc", chain_id=56, symbol="BNB", slip44=714, data_fee=0),
    Evm(name="bsc-testnet", chain_id=97, symbol="tBNB", slip44=714, data_fee=0),
    Evm(name="celo", chain_id=42_220, symbol="CELO", slip44=52752, data_fee=0),
    Evm(name="celo-sepolia", chain_id=11_142_220, symbol="S-CELO", slip44=52752, data_fee=0),
    Evm(name="cronos", chain_id=25, symbol="CRO", slip44=394, data_fee=0),
    Evm(name="cronos-testnet", chain_id=338, symbol="tCRO", slip44=394, data_fee=0),
    Evm(name="fantom", chain_id=250, symbol="FTM", slip44=1007, data_fee=0),
    Evm(name="fantom-testnet", chain_id=4002, symbol="FTM", slip44=1007, data_fee=0),
    Evm(name="gnosis", chain_id=100, symbol="XDAI", slip44=700, data_fee=0),
    Evm(name="gnosis-chiado", chain_id=10_200, symbol="xDAI", slip44=700, data_fee=0),
    Evm(name="kaia", chain_id=8217, symbol="KAIA", slip44=8217, data_fee=0),
    Evm(name="kaia-kairos", chain_id=1001, symbol="KAIA", slip44=8217, data_fee=0),
    Evm(name="linea", chain_id=59_144, data_fee=0),
    Evm(name="linea-sepolia", chain_id=59_141, data_fee=0),
    Evm(name="moonbeam", chain_id=1284, symbol="GLMR", slip44=1284, data_fee=0),
    Evm(name="moonbase-alpha", chain_id=1287, symbol="DEV", slip44=1284, data_fee=0),
    Evm(name="optimism", chain_id=10),
    Evm(name="optimism-sepolia", chain_id=11_155_420),
    Evm(name="polygon", chain_id=137, symbol="POL", slip44=966, data_fee=0),
    Evm(name="polygon-amoy", chain_id=80_002, symbol="POL", slip44=966, data_fee=0),
    Evm(name="scroll", chain_id=534_352),
    Evm(name="scroll-sepolia", chain_id=534_351),
    Evm(name="sonic", chain_id=146, symbol="S", slip44=10007, data_fee=0),
    Evm(name="sonic-testnet", chain_id=14_601, symbol="S", slip44=10007, data_fee=0),
    Evm(name="unichain", chain_id=130),
    Evm(name="unichain-sepolia", chain_id=1301),
    Evm(name="worldchain", chain_id=480),
    Evm(name="worldchain-sepolia", chain_id=4801),
    Evm(name="zksync", chain_id=324, own_contract_addresses=True, data_fee=0),
    Evm(name="zksync-sepolia", chain_id=300, own_contract_addresses=True, data_fee=0),
)
