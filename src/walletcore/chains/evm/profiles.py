"""How wallets derive keys for EVM chains: nearly all with Ethereum's coin type, some with that of the chain.

A profile "bip44" is that of BIP-44 with the coin type that the wallets use which know the chain by name; where that is
not Ethereum's, "ethereum" is the way of wallets that use one account on every chain.
"""

from __future__ import annotations

from walletcore.chains.base import Profile

__all__ = ["CELO", "CLASSIC", "ROOTSTOCK_TESTNET", "SMART_CHAIN", "STANDARD", "XDC", "own"]

_LEDGER = "LedgerHQ/ledger-live libs/coin-framework/src/derivation.ts"
_MYCRYPTO = "MyCryptoHQ/MyCrypto common/config/dpaths.ts"
STANDARD = (
    Profile(
        name="bip44",
        path="m/44'/60'/{account}'/0/{index}",
        wallets=("MetaMask", "Trezor", "MyCrypto", "Trust Wallet"),  # they vary the index, and leave the account at 0
        source="BIP-44, \"Path levels\"; MetaMask/eth-hd-keyring src/HDKeyring.ts (m/44'/60'/0'/0); "
        f"{_MYCRYPTO} (ETH_DEFAULT, ETH_TREZOR); trustwallet/wallet-core registry.json",
    ),
    Profile(
        name="ledger-live",
        path="m/44'/60'/{account}'/0/0",
        wallets=("Ledger Live", "KeepKey"),
        source=f"{_LEDGER} (the default mode); shapeshift/hdwallet packages/hdwallet-keepkey/src/ethereum.ts",
    ),
    Profile(
        name="ledger-legacy",
        path="m/44'/60'/0'/{index}",
        wallets=("MyEtherWallet", "MyCrypto", "Ledger Live (legacy)"),
        source=f"{_LEDGER} (mode ethM); {_MYCRYPTO} (ETH_LEDGER)",
    ),
    Profile(
        name="singulardtv",
        path="m/0'/0'/0'/{index}",
        wallets=("SingularDTV", "MyCrypto"),
        source=f"{_MYCRYPTO} (ETH_SINGULAR, for every network)",
    ),
)

_TRUST = "trustwallet/wallet-core registry.json"
_MEW = "MyEtherWallet/MyEtherWallet src/wallets/bip44/paths.js"
_TABLES = {"MyEtherWallet": _MEW, "MyCrypto": _MYCRYPTO}
_EVERY = Profile(
    name="ethereum",
    path="m/44'/60'/{account}'/0/{index}",
    wallets=("MetaMask",),  # on every chain
    source="MetaMask/eth-hd-keyring src/HDKeyring.ts (m/44'/60'/0'/0)",
)


def own(coin: int, *wallets: str) -> tuple[Profile, ...]:
    """The profiles of a chain for which Trust Wallet, and these wallets, have its own coin type in the path."""
    path = f"m/44'/{coin}'/{{account}}'/0/{{index}}"
    source = "; ".join((_TRUST, *(_TABLES[each] for each in wallets)))
    return Profile(name="bip44", path=path, wallets=("Trust Wallet", *wallets), source=source), _EVERY


CLASSIC = (
    *own(61, "MyEtherWallet", "MyCrypto"),
    Profile(
        name="ledger-live",
        path="m/44'/61'/{account}'/0/0",
        wallets=("Ledger Live",),
        source=f"{_LEDGER} (the default mode); {_MEW} (ledgerLiveEthereumClassic)",
    ),
    Profile(
        name="ledger-legacy",
        path="m/44'/60'/160720'/0'/{index}",
        wallets=("Ledger Live (legacy)", "MyEtherWallet (vintage)"),
        source=f"{_LEDGER} (mode etcM)",
    ),
    Profile(
        name="ledger-mew",
        path="m/44'/60'/160720'/0/{index}",
        wallets=("MyEtherWallet", "MyCrypto"),
        source=f"{_MEW} (ledgerEthereumClassic); {_MYCRYPTO} (ETC_LEDGER)",
    ),
)
CELO = (
    *STANDARD,
    Profile(
        name="celo",
        path="m/44'/52752'/{account}'/0/{index}",
        wallets=("Valora", "Celo CLI with a Ledger"),
        source="celo-org/developer-tooling packages/sdk/base/src/account.ts (CELO_DERIVATION_PATH_BASE); "
        "ebellocchia/bip_utils bip44_conf.py (Celo)",
    ),
)
ROOTSTOCK_TESTNET = (
    Profile(
        name="bip44",
        path="m/44'/37310'/{account}'/0/{index}",
        wallets=("MyEtherWallet",),
        source=f"{_MEW} (rskTestnet)",
    ),
    _EVERY,
)
SMART_CHAIN = (
    *STANDARD,
    Profile(
        name="trust-legacy",
        path="m/44'/714'/{account}'/0/{index}",
        wallets=("Trust Wallet (Smart Chain Legacy)",),
        source=f"{_TRUST} (bsc)",
    ),
)
XDC = (
    *STANDARD,
    Profile(
        name="xdc",
        path="m/44'/550'/{account}'/0/{index}",
        wallets=("Tangem", "Tatum"),
        source=(
            "tangem/blockchain-sdk-kotlin DerivationConfigV2.kt and V3 (XDC, m/44'/550'/0'/0/0); Tatum's API, "
            '"Generate XDC wallet"; meherett/python-hdwallet, XinFin; SLIP-44 (550)'
        ),
    ),
)
