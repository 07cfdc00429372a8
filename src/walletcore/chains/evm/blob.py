"""Transactions that carry blobs: type 3 of EIP-2718's envelopes (EIP-4844, "Blob transaction").

0x03 || rlp([chain_id, nonce, max_priority_fee_per_gas, max_fee_per_gas, gas_limit, to, value, data, access_list,
max_fee_per_blob_gas, blob_versioned_hashes]), and signed the same list with y_parity, r and s at its end. What is
signed has the hashes of the blobs only. Nodes are given the blobs beside it, see `walletcore.chains.evm.sidecar`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, cast

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.reading import checked_fields, read_signature
from walletcore.chains.evm.sidecar import MAX_BLOBS, Sidecar, read_sidecar
from walletcore.chains.evm.transaction import DynamicFee, read_nine_fields
from walletcore.coding import rlp
from walletcore.effects import Call, Effect, Fee
from walletcore.errors import TransactionError
from walletcore.keys import PublicKey
from walletcore.remembering import remembered
from walletcore.signing import Signature

__all__ = ["GAS_PER_BLOB", "BlobTransaction", "network_form"]

GAS_PER_BLOB = 1 << 17
"""Units of blob gas; it has a price of its own (EIP-4844, "Parameters")."""

_VERSION = b"\x01"  # VERSIONED_HASH_VERSION_KZG


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobTransaction(DynamicFee):
    """A transaction of type 3: ``max_blob_fee`` in wei per unit of blob gas, and a hash of 32 bytes for each blob.

    There is always a ``to``. The ``sidecar`` is what nodes want beside it; it is not signed, and not compared. Raises
    `TransactionError` as `Transaction` does, and for hashes of another version than 0x01, none or more than
    `MAX_BLOBS` of them, and a sidecar of other blobs.
    """

    max_blob_fee: int
    versioned_hashes: tuple[bytes, ...]
    sidecar: Sidecar | None = field(default=None, compare=False, repr=False)

    type_byte: ClassVar[bytes] = b"\x03"
    limits: ClassVar[tuple[tuple[str, int], ...]] = (*DynamicFee.limits, ("max_blob_fee", 2**256))

    def __post_init__(self) -> None:
        if self.to is None:
            raise TransactionError("expected a destination: blobs create no contract (EIP-4844)", reason="missing")
        DynamicFee.__post_init__(self)
        _check_hashes(self.versioned_hashes)
        if self.blob_gas * self.max_blob_fee >> 256:
            raise TransactionError("expected blob gas * max_blob_fee below 2^256", reason="range")
        if self.sidecar is not None:
            self._check_sidecar()

    def _check_sidecar(self) -> None:
        if type(self.sidecar) is not Sidecar:
            raise TransactionError(f"expected a Sidecar, got {type(self.sidecar).__name__}", reason="type")
        self.sidecar.check_hashes(self.versioned_hashes)

    @property
    def blob_gas(self) -> int:
        """The units of blob gas that it takes."""
        return GAS_PER_BLOB * len(self.versioned_hashes)

    @remembered
    def fields(self) -> bytes:
        """The eleven fields in the order of EIP-4844, each encoded."""
        return self._nine_fields() + rlp.encode_each(self.max_blob_fee) + rlp.encode(self.versioned_hashes)

    def _apart(self) -> tuple[Effect, ...]:
        """The blobs, by their hashes: what is in them is not signed, and moves nothing by itself (EIP-4844)."""
        hashes = tuple([("versionedHash", f"0x{each.hex()}") for each in self.versioned_hashes])
        return (Call(target=cast(Address, self.to).account_id, name="blobs", arguments=hashes),)

    def _fees(self, payer: str) -> tuple[Fee, ...]:
        """Those of every type, and the highest one for blob gas."""
        blobs = Fee(asset=self.chain.asset, at_most=self.blob_gas * self.max_blob_fee, payer=payer)
        return (*DynamicFee._fees(self, payer), blobs)


def network_form(signed: SignedTransaction[BlobTransaction], sidecar: Sidecar | None = None) -> bytes:
    """What a node is sent: the signed bytes, and the sidecar, which is the transaction's own unless one is given.

    0x03 || rlp([tx_payload_body, blobs, commitments, proofs]) (EIP-4844, "Networking"), or with cell proofs
    0x03 || rlp([tx_payload_body, wrapper_version, blobs, commitments, cell_proofs]) (EIP-7594, "Networking").
    Raises `TransactionError` for another type, and without a sidecar, or with that of other blobs.
    """
    if type(signed) is not SignedTransaction or type(signed.transaction) is not BlobTransaction:
        raise TransactionError("expected a signed transaction of type 3", reason="type")
    kept = signed.transaction.sidecar if sidecar is None else sidecar
    if kept is None:
        hint = "Sidecar.from_blobs(blobs) makes one"
        raise TransactionError("expected a sidecar with the blobs", reason="missing", hint=hint)
    if type(kept) is not Sidecar:
        raise TransactionError(f"expected a Sidecar, got {type(kept).__name__}", reason="type")
    kept.check_hashes(signed.transaction.versioned_hashes)
    return signed.raw[:1] + rlp.join((signed.raw[1:], *kept.encoded()))


def _check_hashes(hashes: object) -> None:
    if type(hashes) is not tuple:
        raise TransactionError(f"expected a tuple as versioned_hashes, got {type(hashes).__name__}", reason="type")
    if not 0 < len(hashes) <= MAX_BLOBS:
        raise TransactionError(f"expected 1 to {MAX_BLOBS} versioned hashes, got {len(hashes)}", reason="length")
    for each in hashes:
        if type(each) is not bytes or len(each) != 32:
            raise TransactionError("expected 32 bytes as versioned hash", reason="length")
        if each[:1] != _VERSION:
            raise TransactionError(f"expected a versioned hash of version 1, got {each[0]}", reason="version")


def read(chain: Evm, sender: PublicKey | None, body: bytes) -> tuple[BlobTransaction, Signature | None]:
    """What stands after the type, see `walletcore.chains.evm.reading`; where a list comes first, with the sidecar."""
    items = rlp.decode(body)
    if type(items) is not tuple or not items or type(items[0]) is bytes:
        return _read_fields(chain, sender, checked_fields(items, (11, 14)))
    transaction, signature = _read_fields(chain, sender, checked_fields(items[0], (14,)))
    return replace(transaction, sidecar=read_sidecar(items[1:])), signature


def _read_fields(
    chain: Evm, sender: PublicKey | None, fields: tuple[rlp.Item, ...]
) -> tuple[BlobTransaction, Signature | None]:
    hashes = fields[10]
    transaction = BlobTransaction(
        chain=chain,
        sender=sender,
        **read_nine_fields(chain, fields),
        max_blob_fee=rlp.decode_uint(fields[9], 256),
        versioned_hashes=hashes,  # type: ignore[arg-type]  # checked there
    )
    return transaction, read_signature(*fields[11:]) if len(fields) > 11 else None
