"""Celo's transactions that pay for gas in a token: type 0x7b of EIP-2718's envelopes (CIP-64).

0x7b || rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data, accessList, feeCurrency]),
and signed the same list with signatureYParity, signatureR and signatureS at its end. Fees are per unit of gas, in units
of the fee currency; the value is in CELO. Without a fee currency, an empty string, they are in CELO as well
(celo-org/op-geth, core/types/celo_dynamic_fee_tx_v2.go: nil means native currency). The older types 0x7c (CIP-42) and
0x7a (CIP-66) are not read: Celo's nodes refuse them since it is of the OP Stack (celo-org/op-geth,
core/types/celo_transaction_signing_forks.go, cel2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from walletcore.chains.accounts import check_account
from walletcore.chains.base import Address
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.reading import read_destination, read_typed
from walletcore.chains.evm.transaction import DynamicFee, read_nine_fields
from walletcore.coding import rlp
from walletcore.effects import Fee
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

__all__ = ["FeeCurrencyTransaction", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCurrencyTransaction(DynamicFee):
    """As `Transaction`, and gas is paid in ``fee_currency``, a token, or the adapter of one with fewer decimals.

    ``max_fee`` and ``max_priority_fee`` are in the smallest unit of that currency; None is the chain's own coin. An
    adapter counts in 18 decimals, and takes the token that it stands for. Raises `TransactionError` as `Transaction`
    does, and for another chain.
    """

    fee_currency: Address | None

    type_byte: ClassVar[bytes] = b"\x7b"

    def __post_init__(self) -> None:
        DynamicFee.__post_init__(self)
        if "cip64" not in self.chain.dialects:
            raise TransactionError(f"{self.chain.name} takes no fees in tokens (CIP-64)", reason="network")
        if self.fee_currency is not None:
            check_account(self.chain, self.fee_currency, "fee_currency")

    @remembered
    def fields(self) -> bytes:
        """The ten fields in the order of CIP-64, each encoded: those of EIP-1559, and the fee currency."""
        return self._nine_fields() + rlp.encode(b"" if self.fee_currency is None else self.fee_currency.payload)

    def _fees(self, payer: str) -> tuple[Fee, ...]:
        """For gas, in the fee currency; what the chain takes beside it, if anything, is in its own coin."""
        if self.fee_currency is None:
            return AnyTransaction._fees(self, payer)
        asset = f"{self.chain.caip2}/erc20:{self.fee_currency.text}"
        gas = Fee(asset=asset, at_most=self.gas * self.max_fee, payer=payer)
        return (gas, *AnyTransaction._fees(self, payer)[1:])


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[FeeCurrencyTransaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`."""
    fields, signature = read_typed(body, 10)
    shared, fee_currency = read_nine_fields(chain, fields[:9]), read_destination(chain, fields[9])
    return FeeCurrencyTransaction(chain=chain, sender=sender, **shared, fee_currency=fee_currency), signature
