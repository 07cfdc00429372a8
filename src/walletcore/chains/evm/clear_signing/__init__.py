"""Clear signing: what a contract's own words say about a transaction or message (ERC-7730)."""

from __future__ import annotations

from walletcore.chains.evm.clear_signing.descriptor import Descriptor
from walletcore.chains.evm.clear_signing.known import Known, Name, Token
from walletcore.chains.evm.clear_signing.screen import Entry, Notice, Screen

__all__ = ["Descriptor", "Entry", "Known", "Name", "Notice", "Screen", "Token"]
