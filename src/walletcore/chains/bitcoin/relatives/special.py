"""Versions that nodes read in another way than Bitcoin's: special transactions, which are not made here.

The upper 16 bits are a type (DIP-2; dashpay/dash, firoorg/firo and PIVX-Project/PIVX, src/primitives/transaction.h),
and what has one goes on behind its lock time. From version 3 on PIVX has a shielded part there, and another digest.
"""

from __future__ import annotations

from walletcore.errors import TransactionError

__all__ = ["check_version"]

_PLAIN = 0x7FFF  # a number of 16 bits with a sign: nodes write a negative one in all 32
_MOST = {"dash": _PLAIN, "firo": _PLAIN, "pivx": 2}


def check_version(form: str, version: int) -> None:
    """Raise `TransactionError` ("version") for one of another form than is signed; ``form`` is of `previous.FORMS`."""
    if version > _MOST.get(form, version):
        raise TransactionError(f"version {version:#x} is that of a special transaction", reason="version")
