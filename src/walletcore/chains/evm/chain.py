"""EVM chains as rows: a name and a chain id are enough (EIP-155, CAIP-2 namespace ``eip155``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from walletcore.chains.accounts import AccountChain
from walletcore.chains.base import Address, Profile, SignedTransaction
from walletcore.chains.evm.address import all_checksummed, checksummed, parse, salt_of
from walletcore.chains.evm.profiles import STANDARD
from walletcore.errors import Unsupported
from walletcore.hashes import keccak256
from walletcore.keys import PublicKey

if TYPE_CHECKING:
    from walletcore.chains.evm.authorization import Authorization
    from walletcore.chains.evm.decode import AnyOf
    from walletcore.chains.evm.message import Message
    from walletcore.chains.evm.user_operation import UserOperation

__all__ = ["DIALECTS", "Evm"]

_MAX_CHAIN_ID = 2**63 - 37  # EIP-2294: v of the oldest transactions, 2 * id + 36, stays below 2^64

DIALECTS = ("cip64", "deposit", "zksync")
"""Transactions of single chains, each in its own room: Celo's CIP-64, deposits of the OP Stack, ZKsync's type 0x71."""
_CHECKSUMS = ("eip55", "eip1191")
_PREFIX = re.compile(r"[a-z]{2,16}:?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Evm(AccountChain):
    """A chain that runs the Ethereum Virtual Machine. Raises `Unsupported` for an id that no chain may have, or a fee.

    A name and a chain id are enough; the rest is what differs from Ethereum. ``checksum`` is the rule of its addresses,
    "eip55" or "eip1191" (the chain id is part of it); ``prefixes`` are read in the place of ``0x``, and never written.
    ``dialects`` are the types of transactions that only such chains have, see `DIALECTS`.
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
    profiles: tuple[Profile, ...] = STANDARD
    checksum: str = "eip55"
    prefixes: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    own_contract_addresses: bool = False
    data_fee: int | None = None
    erc20: tuple[str, ...] = ()

    subjects: ClassVar[tuple[str, ...]] = (
        "walletcore.chains.evm.transaction:Transaction",
        "walletcore.chains.evm.legacy:LegacyTransaction",
        "walletcore.chains.evm.access_list:AccessListTransaction",
        "walletcore.chains.evm.blob:BlobTransaction",
        "walletcore.chains.evm.set_code:SetCodeTransaction",
        "walletcore.chains.evm.authorization:Authorization",
        "walletcore.chains.evm.cip64:FeeCurrencyTransaction",
        "walletcore.chains.evm.zksync:ZksyncTransaction",
        "walletcore.chains.evm.message:Message",
        "walletcore.chains.evm.user_operation:UserOperation",
    )
    is_signed: ClassVar[bool] = True  # EIP-155: those without a chain id are not read without being asked for

    def __post_init__(self) -> None:
        if type(self.chain_id) is not int or not 0 < self.chain_id <= _MAX_CHAIN_ID:
            raise Unsupported(f"expected a chain id from 1 to {_MAX_CHAIN_ID}", reason="range")
        self._check_dialect()
        self._check_known()
        object.__setattr__(self, "caip2", f"eip155:{self.chain_id}")

    def _check_dialect(self) -> None:
        if self.checksum not in _CHECKSUMS:
            raise Unsupported(f"expected {' or '.join(_CHECKSUMS)} as checksum", reason="unknown")
        for name in ("prefixes", "dialects"):
            texts = getattr(self, name)
            if type(texts) is not tuple or any(type(each) is not str for each in texts):
                raise Unsupported(f"expected a tuple of texts as {name}", reason="type")
        if not all(_PREFIX.fullmatch(each) for each in self.prefixes):
            raise Unsupported("expected prefixes of small letters, with a colon at most", reason="character")
        if not set(self.dialects) <= set(DIALECTS):
            raise Unsupported(f"expected dialects out of {', '.join(DIALECTS)}", reason="unknown")

    def _check_known(self) -> None:
        fee = self.data_fee
        if fee is not None and (type(fee) is not int or not 0 <= fee < 1 << 256):
            raise Unsupported("expected wei below 2^256, or None, as data_fee", reason="range")
        if type(self.erc20) is not tuple:
            raise Unsupported("expected a tuple of addresses as erc20", reason="type")
        for text in self.erc20:
            parse(text, salt=self._salt)

    @property
    def _salt(self) -> bytes:
        return salt_of(self.chain_id) if self.checksum == "eip1191" else b""

    def spelled(self, payload: bytes) -> str:
        """The text of an account of 20 bytes, with the checksum of this chain."""
        return checksummed(payload, self._salt)

    def all_spelled(self, payloads: Sequence[bytes]) -> list[str]:
        """As `AccountChain.all_spelled`."""
        return all_checksummed(payloads, self._salt)

    def parse_address(self, text: str, *, allow_unchecked: bool = False) -> Address:
        """Read ``0x``, or a prefix of the chain, and 40 hex digits with their checksum. Raises `AddressError`.

        ``allow_unchecked`` takes digits in one case as well, which carry no checksum; the result has one, and ``0x``.
        """
        return self.account(parse(text, allow_unchecked=allow_unchecked, salt=self._salt, prefixes=self.prefixes))

    def decode_transaction(
        self,
        raw: bytes,
        *,
        keys: Sequence[PublicKey] = (),
        allow_unprotected: bool = False,
        allow_endowment: bool = False,
        allow_every_chain: bool = False,
    ) -> AnyOf | Authorization | Message | UserOperation | SignedTransaction[Any]:
        """Read a transaction, signed or not: of types 0 to 4, of type 3 with its blobs, too, or of a chain's dialects.

        The unsigned bytes do not say who sends: one key may be given, which becomes the sender. A signature says it;
        keys that are given all the same must contain the sender. What is yet to be signed is refused where it has no
        chain id (EIP-155), gives value to a contract that it creates, or holds authorizations for every chain
        (EIP-7702), unless the name of that is True; what is signed is read. What
        `Message.raw`, `Authorization.raw` and `UserOperation.raw` give is read as well: no transaction begins like
        them. A deposit is complete without a signature. Raises `TransactionError`.
        """
        from walletcore.chains.evm.decode import decode

        flags = {"unprotected": allow_unprotected, "endowment": allow_endowment, "every_chain": allow_every_chain}
        return decode(self, raw, keys, allowed=[name for name, flag in flags.items() if flag is True])

    def transaction_id(self, raw: bytes) -> str:
        """The hash of a signed transaction, ``0x`` and 64 hex digits.

        Raises `TransactionError` for bytes that are none of this chain; whose signature it is, is not computed.
        """
        from walletcore.chains.evm.decode import identify

        return identify(self, raw)

    def _identify(self, raw: bytes) -> str:
        if raw[:1] == b"\x71" and "zksync" in self.dialects:
            from walletcore.chains.evm.zksync import identify

            return identify(self, raw)
        return "0x" + keccak256(raw).hex()
