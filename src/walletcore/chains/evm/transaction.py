"""EIP-1559 transactions: type 2 of EIP-2718's envelopes, with the access lists of EIP-2930.

Unsigned 0x02 || rlp([chain_id, nonce, max_priority_fee_per_gas, max_fee_per_gas, gas_limit, destination, amount, data,
access_list]), and signed the same list with signature_y_parity, signature_r and signature_s at its end. Amounts and
fees are in wei; fees are per unit of gas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.evm.access_list import AccessList, check_access_list
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.reading import check_chain, read_destination, read_typed, read_uints
from walletcore.coding import rlp
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

__all__ = ["Transaction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(AnyTransaction):
    """What an account asks a chain to do: value and data to an account or contract, or a new contract (no ``to``).

    ``value`` in wei, ``gas`` in units, ``max_fee`` and ``max_priority_fee`` in wei per unit. The chain id is the
    chain's own. Raises `TransactionError` for numbers out of range, a priority fee above the fee, an address of
    another chain, and malformed access lists.
    """

    max_fee: int
    max_priority_fee: int
    access_list: AccessList = ()

    type_byte: ClassVar[bytes] = b"\x02"
    limits: ClassVar[tuple[tuple[str, int], ...]] = (
        *AnyTransaction.limits,
        ("max_fee", 2**256),
        ("max_priority_fee", 2**256),
    )

    def __post_init__(self) -> None:
        AnyTransaction.__post_init__(self)
        if self.max_priority_fee > self.max_fee:
            raise TransactionError("expected max_priority_fee to be at most max_fee (EIP-1559)", reason="mismatch")
        self._check_fee(self.max_fee)
        check_access_list(self.access_list)

    @property
    def max_price(self) -> int:
        """The most that a unit of gas may cost, in wei."""
        return self.max_fee

    @remembered
    def fields(self) -> bytes:
        """The nine fields in the order of EIP-1559, each encoded: what signed and unsigned bytes have in common."""
        numbers = rlp.encode_uints(self.chain.chain_id, self.nonce, self.max_priority_fee, self.max_fee, self.gas)
        return numbers + self._call() + rlp.encode(self.access_list)


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[Transaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`."""
    fields, signature = read_typed(body, 9)
    chain_id, nonce, max_priority_fee, max_fee, gas, value = read_uints(*fields[:5], fields[6])
    check_chain(chain, chain_id)
    transaction = Transaction(
        chain=chain,
        sender=sender,
        nonce=nonce,
        max_priority_fee=max_priority_fee,
        max_fee=max_fee,
        gas=gas,
        value=value,
        to=read_destination(chain, fields[5]),
        data=fields[7],
        access_list=fields[8],
    )
    return transaction, signature
