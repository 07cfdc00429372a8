"""Conformance kits: what a signer or a family of chains of another package must do, checked by running it.

`check_signer` and `check_chain` raise `Nonconformity`, an AssertionError, at the first promise that is not kept, and
return what they found. They use no test framework.
"""

from __future__ import annotations

from walletcore.testing.chains import ChainReport, check_chain
from walletcore.testing.promises import Nonconformity
from walletcore.testing.signers import SignerReport, check_async_signer, check_signer

__all__ = ["ChainReport", "Nonconformity", "SignerReport", "check_async_signer", "check_chain", "check_signer"]
