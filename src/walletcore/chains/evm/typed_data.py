"""EIP-712 typed data, as EVM chains have them: those of ``chains.typed_data``."""

from __future__ import annotations

from walletcore.chains.typed_data import Domain, TypedData

__all__ = ["Domain", "TypedData"]
