"""How wallets derive keys of Bitcoin: the paths of BIP-44, 49, 84 and 86, and those of wallets that had their own.

Each source says which wallets take a path, or is such a wallet. Testnets have the paths of the BIPs only.
"""

from __future__ import annotations

from walletcore.chains.base import Profile

__all__ = ["OTHERS", "standard"]

_ELECTRUM = "spesmilo/electrum electrum/bip39_wallet_formats.json"
_ELECTRUM_SEEDS = "spesmilo/electrum electrum/keystore.py (from_seed)"
_TREZOR = "@trezor/connect lib/types/api/discoverAccounts"
_TRUST = "trustwallet/wallet-core registry.json"
_LEDGER = "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts"
_BITCOINJ = "bitcoinj/bitcoinj core/src/main/java/org/bitcoinj/wallet/KeyChainGroupStructure.java (BIP32)"
_CORE = "bitcoin/bitcoin src/wallet/scriptpubkeyman.cpp (LegacyScriptPubKeyMan::DeriveNewChildKey)"
_LIST = "walletsrecovery.org (nvk/walletsrecovery.org README.md)"

_PURPOSES = (  # purpose, kind of address, wallets, and where these say so
    (
        84,
        "p2wpkh",
        "Electrum, Trezor, Trust Wallet, BlueWallet, Coinomi, Exodus, Ledger Live, Mycelium, Samourai, Wasabi",
        (_ELECTRUM, _TREZOR, _TRUST, _LEDGER, _LIST),
    ),
    (86, "p2tr", "Trezor, Trust Wallet, Ledger Live", (_TREZOR, _TRUST, _LEDGER)),
    (
        49,
        "p2sh-p2wpkh",
        "Electrum, Trezor, BlueWallet, Coinomi, Edge, JoinMarket, Ledger Live, Mycelium, Samourai",
        (_ELECTRUM, _TREZOR, _LEDGER, _LIST),
    ),
    (
        44,
        "p2pkh",
        "Electrum, Trezor, Trust Wallet, Blockchain.com, BlueWallet, Coinomi, Copay, Edge, Exodus, Jaxx Liberty, "
        "KeepKey, Ledger Live, Mycelium, Samourai",
        (_ELECTRUM, _TREZOR, _TRUST, _LEDGER, _LIST),
    ),
)


def standard(coin_type: int) -> tuple[Profile, ...]:
    """The paths of the BIPs for a coin type of SLIP-44, BIP-84's first."""
    return tuple(
        _profile(f"bip{purpose}", f"m/{purpose}'/{coin_type}'/{{account}}'", kind, wallets, f"BIP-{purpose}", *sources)
        for purpose, kind, wallets, sources in _PURPOSES
    )


def _profile(name: str, account: str, kind: str, wallets: str, *sources: str, rest: str = "") -> Profile:
    return Profile(
        name=name,
        path=account + (rest or "/{change}/{index}"),
        kind=kind,
        wallets=tuple(wallets.split(", ")),
        source="; ".join(sources),
    )


_BIP44, _OWN = "m/44'/0'/{account}'", "m/{account}'"
_CORE_LEGACY, _HARDENED = "Bitcoin Core (legacy wallets)", "/{change}'/{index}'"  # from a seed of 32 bytes, no phrase
_RICOCHET = "2147483647'"

OTHERS = (
    _profile("bip44-p2wpkh", _BIP44, "p2wpkh", "Copay, Bisq, Stakenet DEX", _ELECTRUM, _LIST),
    _profile("bip44-p2sh-p2wpkh", _BIP44, "p2sh-p2wpkh", "CoolWallet S", _LIST),
    _profile(
        *("bip32-p2pkh", _OWN, "p2pkh", "BRD, MultiBit HD, bitcoinj, Arculus, Coin Wallet, Hodl Wallet"),
        *(_BITCOINJ, _ELECTRUM, _LIST),
    ),
    _profile("bip32-p2sh-p2wpkh", _OWN, "p2sh-p2wpkh", "Electrum", _ELECTRUM),
    _profile(
        *("bip32-p2wpkh", _OWN, "p2wpkh", "Electrum (segwit seeds), bitcoinj"),
        *(_ELECTRUM_SEEDS, _BITCOINJ, _ELECTRUM),
    ),
    _profile("electrum", "m", "p2pkh", "Electrum (standard seeds)", _ELECTRUM_SEEDS),
    _profile("core-p2pkh", "m/0'", "p2pkh", _CORE_LEGACY, _CORE, rest=_HARDENED),
    _profile("core-p2sh-p2wpkh", "m/0'", "p2sh-p2wpkh", _CORE_LEGACY, _CORE, rest=_HARDENED),
    _profile("core-p2wpkh", "m/0'", "p2wpkh", _CORE_LEGACY, _CORE, rest=_HARDENED),
    _profile("samourai-bad-bank", "m/84'/0'/2147483644'", "p2wpkh", "Samourai", _ELECTRUM, _LIST),
    _profile("samourai-pre-mix", "m/84'/0'/2147483645'", "p2wpkh", "Samourai", _ELECTRUM, _LIST),
    _profile("samourai-post-mix", "m/84'/0'/2147483646'", "p2wpkh", "Samourai", _ELECTRUM, _LIST),
    _profile("samourai-ricochet-44", f"m/44'/0'/{_RICOCHET}", "p2pkh", "Samourai", _ELECTRUM, _LIST),
    _profile("samourai-ricochet-49", f"m/49'/0'/{_RICOCHET}", "p2sh-p2wpkh", "Samourai", _ELECTRUM, _LIST),
    _profile("samourai-ricochet-84", f"m/84'/0'/{_RICOCHET}", "p2wpkh", "Samourai", _ELECTRUM, _LIST),
)
"""Paths of the main network that are none of the BIPs', or lead to another kind of address than these say."""
