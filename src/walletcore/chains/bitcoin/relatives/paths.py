"""How wallets derive keys for the relatives of Bitcoin: the purposes that each of two wallets has for a coin.

Trezor: trezor-firmware common/defs/bitcoin/*.json, as @trezor/connect-common 0.5.1 ships it (files/coins.json: slip44,
segwit and taproot). Trust Wallet: wallet-core registry.json (derivation). Neither has taproot for most coins that have
it: whoever derives keys for it there is named by itself.
"""

from __future__ import annotations

from walletcore.chains.base import Profile

__all__ = ["QTUM_CORE", "paths"]

_WALLETS = {
    "T": ("Trezor", "trezor/trezor-firmware common/defs/bitcoin (@trezor/connect-common 0.5.1 files/coins.json)"),
    "W": ("Trust Wallet", "trustwallet/wallet-core registry.json"),
    "S": ("Syscoin Core", "syscoin/syscoin src/wallet/scriptpubkeyman.cpp (SetupDescriptorGeneration)"),
    "D": ("DigiByte Wallet", "JohnnyLawDGB/digibytewallet-core vectors/derivation/generate.py"),
    "C": ("WalletConnect", "WalletConnect/walletconnect-docs docs/advanced/multichain/rpc-reference/litecoin-rpc.md"),
    "F": ("Stratis Full Node", "stratisproject/StratisFullNode src/Stratis.Bitcoin.Features.Wallet/HdOperations.cs"),
    "B": ("bip_utils", "ebellocchia/bip_utils bip_utils/bip/conf/bip44/bip44_conf.py"),
}
_KINDS = {44: "p2pkh", 49: "p2sh-p2wpkh", 84: "p2wpkh", 86: "p2tr"}


def paths(coin_type: int, *purposes: str) -> tuple[Profile, ...]:
    """The profiles of a coin type of SLIP-44, the default first, of words such as ``84:TW`` or ``44-p2wpkh:W``.

    A word is a purpose, where it is another than the purpose's a kind of address, and the letters of the wallets.
    """
    return tuple(_profile(coin_type, *word.split(":")) for word in purposes)


def _profile(coin_type: int, name: str, letters: str) -> Profile:
    purpose, _, kind = name.partition("-")
    wallets, sources = zip(*(_WALLETS[letter] for letter in letters), strict=True)
    return Profile(
        name=f"bip{name}",
        path=f"m/{purpose}'/{coin_type}'/{{account}}'/{{change}}/{{index}}",
        kind=kind or _KINDS[int(purpose)],
        wallets=wallets,
        source="; ".join((f"BIP-{purpose}", *sources)),
    )


QTUM_CORE = Profile(
    name="core-p2tr",
    path="m/86'/88'/0'/{change}/{index}",  # 88 on all networks, which is not Qtum's number of SLIP-44
    kind="p2tr",
    wallets=("Qtum Core",),
    source="qtumproject/qtum src/wallet/walletutil.cpp (GenerateWalletDescriptor)",
)
"""Where Qtum's own wallet has its taproot addresses; no wallet was found that has them at BIP-86's place."""
