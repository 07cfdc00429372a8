"""Words <-> entropy: one module per scheme; a phrase never says which scheme it belongs to."""

from __future__ import annotations

from walletcore.lazily import lazily

TYPE_CHECKING = False

if TYPE_CHECKING:
    from walletcore.mnemonic.bip39 import LANGUAGES as LANGUAGES
    from walletcore.mnemonic.bip39 import Mnemonic as Mnemonic

__all__ = ["LANGUAGES", "Mnemonic"]

__getattr__ = lazily(__name__, {"LANGUAGES": "bip39", "Mnemonic": "bip39"})
