"""Words <-> entropy: one module per scheme; a phrase never says which scheme it belongs to."""

from walletcore.mnemonic.bip39 import LANGUAGES, Mnemonic

__all__ = ["LANGUAGES", "Mnemonic"]
