"""Blobs and what proves them, which nodes are sent beside a transaction of type 3 (EIP-4844, EIP-7594).

A blob is 4096 field elements of BLS12-381 of 32 bytes each. A commitment to it has 48 bytes, as a proof has: one for
each blob (EIP-4844, "Networking"), or one for each of its 128 cells (EIP-7594, "Networking"), which Ethereum wants
since Osaka. Commitments and proofs are computed and checked by the extra ``kzg``; all else works without it.

The points of the trusted setup are those of the ceremony that ended in 2023, as ethereum/consensus-specs publishes them
(CC0-1.0), in the form that ckzg reads; ``SETUP_SHA256`` is the hash of the file, which is checked when it is read.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from walletcore.coding import rlp
from walletcore.errors import TransactionError, needs
from walletcore.hashes import sha256

__all__ = ["MAX_BLOBS", "SETUP_SHA256", "Sidecar", "read_sidecar"]

MAX_BLOBS = 9
"""The most that a transaction ever held on Ethereum: a whole block of Prague (EIP-7691). Since Osaka nodes take six
(EIP-7594)."""
SETUP_SHA256 = "d39b9f2d047cc9dca2de58f264b6a09448ccd34db967881a6713eacacf0f26b7"

_BLOB, _POINT, _CELLS = 1 << 17, 48, 128
_PROOFS = {0: 1, 1: _CELLS}  # for each blob, by version


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """Blobs with their commitments and proofs, all as bytes: `from_blobs` makes it, `verify` proves it.

    ``version`` is 1 with a proof for each cell, 0 with one for each blob. Raises `TransactionError` for other sizes
    and numbers.
    """

    version: int
    blobs: tuple[bytes, ...] = field(repr=False)
    commitments: tuple[bytes, ...] = field(repr=False)
    proofs: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if type(self.version) is not int or self.version not in _PROOFS:
            raise TransactionError("expected 0 or 1 as version of a sidecar", reason="version")
        _check_items(self.blobs, _BLOB, "blobs")
        if not 0 < len(self.blobs) <= MAX_BLOBS:
            raise TransactionError(f"expected 1 to {MAX_BLOBS} blobs, got {len(self.blobs)}", reason="length")
        counts = {"commitments": len(self.blobs), "proofs": len(self.blobs) * _PROOFS[self.version]}
        for name, count in counts.items():
            items = getattr(self, name)
            _check_items(items, _POINT, name)
            if len(items) != count:
                raise TransactionError(f"expected {count} {name}, got {len(items)}", reason="length")

    @classmethod
    def from_blobs(cls, blobs: Sequence[bytes], *, version: int = 1) -> Sidecar:
        """Compute commitments and proofs. Takes the extra ``kzg``: raises `MissingExtra`; `TransactionError`.

        A blob is 131,072 bytes, each 32 of them a number below the order of BLS12-381's subgroup.
        """
        given = tuple(blobs) if type(blobs) is list else blobs
        _check_items(given, _BLOB, "blobs")
        if not 0 < len(given) <= MAX_BLOBS:
            raise TransactionError(f"expected 1 to {MAX_BLOBS} blobs, got {len(given)}", reason="length")
        kzg = _Kzg()
        commitments = tuple([kzg.commitment(blob) for blob in given])
        if type(version) is int and version == 0:
            proofs = [kzg.proof(blob, commitment) for blob, commitment in zip(given, commitments, strict=True)]
        else:
            proofs = [proof for blob in given for proof in kzg.cell_proofs(blob)]
        return cls(version=version, blobs=tuple(given), commitments=commitments, proofs=tuple(proofs))

    @property
    def versioned_hashes(self) -> tuple[bytes, ...]:
        """0x01 and the SHA-256 of each commitment but for its first byte (kzg_to_versioned_hash)."""
        return tuple([b"\x01" + sha256(commitment)[1:] for commitment in self.commitments])

    def check_hashes(self, versioned_hashes: tuple[bytes, ...]) -> None:
        """Raise `TransactionError` unless these are the hashes of the commitments, in this order."""
        if self.versioned_hashes != versioned_hashes:
            raise TransactionError("the sidecar is not that of these versioned hashes", reason="mismatch")

    def verify(self, versioned_hashes: tuple[bytes, ...]) -> None:
        """Return if these are the hashes of the blobs, as the proofs show; otherwise raise `TransactionError`.

        Takes the extra ``kzg``: raises `MissingExtra`.
        """
        self.check_hashes(versioned_hashes)
        if not _Kzg().is_proven(self):
            raise TransactionError("the proofs are not those of the blobs and commitments", reason="mismatch")

    def encoded(self) -> list[bytes]:
        """What stands behind the transaction in the list, each encoded."""
        lists = [rlp.encode(items) for items in (self.blobs, self.commitments, self.proofs)]
        return lists if self.version == 0 else [rlp.encode_each(self.version), *lists]


def _check_items(items: object, size: int, name: str) -> None:
    if type(items) is not tuple:
        raise TransactionError(f"expected a tuple as {name}, got {type(items).__name__}", reason="type")
    if any(type(each) is not bytes or len(each) != size for each in items):
        raise TransactionError(f"expected {size} bytes as each of {name}", reason="length")


def read_sidecar(items: Sequence[Any]) -> Sidecar:
    """What stands behind a transaction in its list: three lists, or a version and three lists."""
    if len(items) not in (3, 4):
        raise TransactionError(f"expected 3 or 4 items behind the transaction, got {len(items)}", reason="length")
    version = 0
    if len(items) == 4:
        version = rlp.decode_uint(items[0], 8)
        if version != 1:
            raise TransactionError(f"expected 1 as wrapper version, got {version}", reason="version")
    blobs, commitments, proofs = items[-3:]
    return Sidecar(version=version, blobs=blobs, commitments=commitments, proofs=proofs)


class _Kzg:
    """What ckzg computes with the trusted setup; what it refuses is a `TransactionError`."""

    __slots__ = ("_library", "_setup")

    def __init__(self) -> None:
        with needs("kzg"):
            import ckzg
        self._library, self._setup = ckzg, _trusted_setup()

    def commitment(self, blob: bytes) -> bytes:
        return bytes(self._call(self._library.blob_to_kzg_commitment, blob))

    def proof(self, blob: bytes, commitment: bytes) -> bytes:
        return bytes(self._call(self._library.compute_blob_kzg_proof, blob, commitment))

    def cell_proofs(self, blob: bytes) -> list[bytes]:
        _, proofs = self._call(self._library.compute_cells_and_kzg_proofs, blob)
        return list(map(bytes, proofs))

    def is_proven(self, sidecar: Sidecar) -> bool:
        blobs, commitments, proofs = sidecar.blobs, sidecar.commitments, sidecar.proofs
        if sidecar.version == 0:
            verify = self._library.verify_blob_kzg_proof_batch
            return self._call(verify, *map(b"".join, (blobs, commitments, proofs))) is True
        cells = [cell for blob in blobs for cell in self._call(self._library.compute_cells, blob)]
        repeated = [commitment for commitment in commitments for _ in range(_CELLS)]
        places = list(range(_CELLS)) * len(blobs)
        return self._call(self._library.verify_cell_kzg_proof_batch, repeated, places, cells, list(proofs)) is True

    def _call(self, function: Callable[..., Any], *given: Any) -> Any:
        try:
            return function(*given, self._setup)
        except RuntimeError as error:  # the one that it knows, for whatever was wrong
            raise TransactionError(
                "expected blobs of field elements, and points of BLS12-381", reason="point"
            ) from error


@functools.cache
def _trusted_setup() -> Any:
    from importlib.resources import as_file, files

    import ckzg

    with as_file(files(__package__) / "trusted_setup.txt") as path:
        if sha256(path.read_bytes()).hex() != SETUP_SHA256:
            raise TransactionError(
                "the trusted setup of this installation is not the one that is known", reason="mismatch"
            )
        return ckzg.load_trusted_setup(str(path), 0)
