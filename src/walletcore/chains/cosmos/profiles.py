"""How wallets derive keys for chains of the Cosmos SDK: BIP-44 with the chain's coin type, or with that of the Hub.

A profile "bip44" has the coin type that wallets use which know the chain; "cosmos" is the way of wallets, and of
Ledgers behind Keplr, that use the Hub's on every chain.
"""

from __future__ import annotations

from walletcore.chains.base import Profile

__all__ = ["ETHEREUM", "HUB", "KEPLR", "TRUST", "beside", "own"]

_REGISTRY = "cosmos/chain-registry */chain.json (slip44, alternative_slip44s)"
_KEPLR = "chainapsis/keplr-chain-registry cosmos/*.json (bip44, alternativeBIP44s)"
_TRUST = "trustwallet/wallet-core registry.json"


def own(coin: int, *wallets: str, source: str = "") -> tuple[Profile, ...]:
    """The profile of a chain with this coin type, of Keplr and Trust Wallet, unless these wallets are named."""
    profile = Profile(
        name="bip44",
        path=f"m/44'/{coin}'/{{account}}'/0/{{index}}",
        wallets=wallets or ("Keplr", "Trust Wallet"),
        source=source or f"{_REGISTRY}; {_KEPLR}; {_TRUST}",
    )
    return (profile,)


def beside(name: str, coin: int, *wallets: str, source: str = "") -> Profile:
    """A profile that some wallets have beside that of the chain."""
    return Profile(
        name=name,
        path=f"m/44'/{coin}'/{{account}}'/0/{{index}}",
        wallets=wallets or ("Keplr",),
        source=source or f"{_REGISTRY}; {_KEPLR}",
    )


HUB = own(
    118,
    "Keplr",
    "Trust Wallet",
    "Ledger Live",
    source=f"{_REGISTRY}; {_KEPLR}; {_TRUST}; LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts",
)
KEPLR = own(118, "Keplr", source=f"{_REGISTRY}; {_KEPLR}")
TRUST = own(118, "Trust Wallet", source=f"{_REGISTRY}; {_TRUST}")
ETHEREUM = beside("ethereum", 60, "bip_utils", source="ebellocchia/bip_utils bip44_conf.py (FetchAiEth)")
