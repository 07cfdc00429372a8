"""Transactions that set the code of accounts: type 4 of EIP-2718's envelopes (EIP-7702, "Set code transaction").

0x04 || rlp([chain_id, nonce, max_priority_fee_per_gas, max_fee_per_gas, gas_limit, destination, value, data,
access_list, authorization_list]), and signed the same list with signature_y_parity, signature_r and signature_s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import ClassVar

from walletcore.chains.base import Address
from walletcore.chains.evm import calls
from walletcore.chains.evm.authorization import SignedAuthorization, read_authorization
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import check_allowed
from walletcore.chains.evm.reading import read_typed
from walletcore.chains.evm.transaction import DynamicFee, read_nine_fields
from walletcore.coding import rlp
from walletcore.effects import Effect
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

__all__ = ["SetCodeTransaction"]

_MAX_AUTHORIZATIONS = 1 << 10  # more than 2^24 gas can pay for (EIP-7825), 25,000 each


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCodeTransaction(DynamicFee):
    """A transaction of type 4: it brings at least one signed authorization to the chain, and calls ``to``.

    The accounts that signed run other code before the call is made. Raises `TransactionError` as `Transaction` does,
    without a ``to`` or authorizations, and for those of every chain (chain id 0), unless ``allow_every_chain``.
    """

    authorizations: tuple[SignedAuthorization, ...]
    allow_every_chain: bool = field(default=False, compare=False, repr=False)

    type_byte: ClassVar[bytes] = b"\x04"

    def __post_init__(self) -> None:
        if self.to is None:
            raise TransactionError("expected a destination: type 4 creates no contract (EIP-7702)", reason="missing")
        DynamicFee.__post_init__(self)
        if type(self.authorizations) is not tuple:
            got = type(self.authorizations).__name__
            raise TransactionError(f"expected a tuple as authorizations, got {got}", reason="type")
        if not 0 < len(self.authorizations) <= _MAX_AUTHORIZATIONS:
            got = f"got {len(self.authorizations)}"
            raise TransactionError(f"expected 1 to {_MAX_AUTHORIZATIONS} authorizations, {got}", reason="length")
        for each in self.authorizations:
            if type(each) is not SignedAuthorization:
                got = type(each).__name__
                raise TransactionError(f"expected SignedAuthorization as authorization, got {got}", reason="type")
        if self.allow_every_chain is not True:
            check_allowed(self.perils())

    def perils(self) -> tuple[str, ...]:
        """What of it is refused unless it is allowed by name."""
        perils = DynamicFee.perils(self)
        return (*perils, "every_chain") if any(each.chain_id == 0 for each in self.authorizations) else perils

    @remembered
    def fields(self) -> bytes:
        """The ten fields in the order of EIP-7702, each encoded."""
        return self._nine_fields() + rlp.join(each.raw for each in self.authorizations)

    def _called(self, to: Address, source: str, erc20: Collection[Address]) -> tuple[Effect, ...]:
        """As for every type; an account that has signed one of the authorizations is no token."""
        keys = [key for key in (each.authority for each in self.authorizations) if key is not None]
        if any(self.chain.address(key) == to for key in keys):
            return calls.of_account(to, source, self.data, erc20)
        return DynamicFee._called(self, to, source, erc20)

    def _apart(self) -> tuple[Effect, ...]:
        """Who runs which accounts from then on."""
        return tuple([effect for each in self.authorizations for effect in each.effects(self.chain)])


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[SetCodeTransaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`."""
    fields, signature = read_typed(body, 10)
    listed = fields[9]
    if type(listed) is not tuple:
        raise TransactionError("expected a list of authorizations, got a string of bytes", reason="type")
    if len(listed) > _MAX_AUTHORIZATIONS:
        raise TransactionError(f"expected at most {_MAX_AUTHORIZATIONS} authorizations", reason="length")
    transaction = SetCodeTransaction(
        chain=chain,
        sender=sender,
        **read_nine_fields(chain, fields),
        authorizations=tuple(map(read_authorization, listed)),
        allow_every_chain=True,
    )
    return transaction, signature
