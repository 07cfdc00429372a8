"""EIP-1559 transactions: type 2 of EIP-2718's envelopes, with the access lists of EIP-2930.

Unsigned 0x02 || rlp([chain_id, nonce, max_priority_fee_per_gas, max_fee_per_gas, gas_limit, destination, amount, data,
access_list]), and signed the same list with signature_y_parity, signature_r and signature_s at its end. Amounts and
fees are in wei; fees are per unit of gas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from walletcore.chains.evm.access_list import AccessList, check_access_list
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.reading import Fields, check_chain, read_destination, read_typed, read_uints
from walletcore.coding import rlp
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

__all__ = ["DynamicFee", "Transaction", "read_nine_fields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicFee(AnyTransaction):
    """What the types of transactions have in common that pay by EIP-1559: two fees, and an access list."""

    max_fee: int
    max_priority_fee: int
    access_list: AccessList = ()

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

    def _nine_fields(self) -> bytes:
        """The fields in the order of EIP-1559, each encoded: later types have the same, and theirs behind them."""
        fees = self.max_priority_fee, self.max_fee
        call = b"" if self.to is None else self.to.payload, self.value, self.data
        return rlp.encode_each(self.chain.chain_id, self.nonce, *fees, self.gas, *call, self.access_list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(DynamicFee):
    """What an account asks a chain to do: value and data to an account or contract, or a new contract (no ``to``).

    ``value`` in wei, ``gas`` in units, ``max_fee`` and ``max_priority_fee`` in wei per unit. The chain id is the
    chain's own. Raises `TransactionError` for numbers out of range, a priority fee above the fee, an address of
    another chain, malformed access lists, and value for a contract that is created, unless ``allow_endowment``.
    """

    type_byte: ClassVar[bytes] = b"\x02"

    @remembered
    def fields(self) -> bytes:
        """The nine fields in the order of EIP-1559, each encoded: what signed and unsigned bytes have in common."""
        return self._nine_fields()


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[Transaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`."""
    fields, signature = read_typed(body, 9)
    return Transaction(chain=chain, sender=sender, **read_nine_fields(chain, fields)), signature


def read_nine_fields(chain: Evm, fields: Fields) -> dict[str, Any]:
    """The fields that types with a dynamic fee begin with, by their names."""
    chain_id, nonce, max_priority_fee, max_fee, gas, value = read_uints(*fields[:5], fields[6])
    check_chain(chain, chain_id)
    return {
        "nonce": nonce,
        "max_priority_fee": max_priority_fee,
        "max_fee": max_fee,
        "gas": gas,
        "to": read_destination(chain, fields[5]),
        "value": value,
        "data": fields[7],
        "access_list": fields[8],
        "allow_endowment": not fields[5],
    }
