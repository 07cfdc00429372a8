"""The chains of the Cosmos SDK that are known by name: those of Trust Wallet Core's registry, of bip_utils, and others.

Chain ids, prefixes, denominations and coin types are those of cosmos/chain-registry @ 627bbab9c8e5 (``*/chain.json``,
``assetlist.json``); what it lacks (Greenfield, the Beacon Chain) is from its own documentation. Coin types above 10
million in Trust Wallet Core's registry are numbers of that registry, and in no name here. The Hub first, then by name.

Names that an EVM chain has are told apart: ``evmos-native``, ``canto-native``, ``zetachain-native`` are the side of
those chains that takes transactions of the Cosmos SDK.
"""

from __future__ import annotations

from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.profiles import ETHEREUM, HUB, KEPLR, TRUST, beside, own

__all__ = ["CHAINS"]

_ETH = "eth_secp256k1"
_EIP712 = ("direct", "amino", "eip712")
_ALSO_HUB = beside("cosmos", 118, "Keplr", "Keplr with a Ledger")
_OKEX = "ebellocchia/bip_utils bip44_conf.py (OkexChainAtom, OkexChainAtomOld); okx/js-wallet-sdk packages/coin-cosmos"
_MARS = "cosmos/chain-registry mars/chain.json (alternative_slip44s), which names no wallet"
_PWALLET = "docs.persistence.one, coin type migration from 750 to 118; chainapsis/keplr-chain-registry cosmos/core.json"
_DYMENSION = "cosmos/chain-registry dymension/chain.json; chainapsis/keplr-chain-registry cosmos/dymension_1100.json"
_BEACON = "bnb-chain/javascript-sdk src/crypto (HDPATH); trustwallet/wallet-core registry.json; SLIP-44"
_GREENFIELD = "docs.bnbchain.org, Greenfield, account; trustwallet/wallet-core registry.json"

# Where a chain is gone, its row stays for what was once sent there: Stargaze, Mars, Umee and Evmos are "killed" in the
# registry. The Beacon Chain stopped in December 2024 (BEP-333); its transactions, amino's binary form, are not signed
# here, nor are those of OKX Chain, which has a binary form of its own: both have addresses only.
# Terra Classic and Terra share a prefix, and so do networks of one chain: an address does not say which.
CHAINS = (
    CosmosChain(name="cosmoshub", symbol="ATOM", chain_id="cosmoshub-4", hrp="cosmos", denom="uatom", profiles=HUB),
    CosmosChain(
        name="agoric",
        symbol="BLD",
        chain_id="agoric-3",
        hrp="agoric",
        denom="ubld",
        slip44=564,
        profiles=(*own(564), _ALSO_HUB),
    ),
    CosmosChain(name="akash", symbol="AKT", chain_id="akashnet-2", hrp="akash", denom="uakt"),
    CosmosChain(name="axelar", symbol="AXL", chain_id="axelar-dojo-1", hrp="axelar", denom="uaxl", profiles=TRUST),
    CosmosChain(name="band", symbol="BAND", chain_id="laozi-mainnet", hrp="band", denom="uband", slip44=494),
    CosmosChain(
        name="beacon-chain",
        symbol="BNB",
        chain_id="Binance-Chain-Tigris",
        hrp="bnb",
        denom="BNB",
        decimals=8,
        slip44=714,
        validator_hrp="bva",
        consensus_hrp="bca",
        modes=(),
        profiles=own(714, "Trust Wallet", "Ledger", source=_BEACON),
    ),
    CosmosChain(
        name="beacon-chain-testnet",
        symbol="tBNB",
        chain_id="Binance-Chain-Ganges",
        hrp="tbnb",
        denom="BNB",
        decimals=8,
        slip44=714,
        validator_hrp="tbva",
        consensus_hrp="tbca",
        modes=(),
        profiles=own(714, "Trust Wallet", "Ledger", source=_BEACON),
    ),
    CosmosChain(name="bluzelle", symbol="BLZ", chain_id="bluzelle-9", hrp="bluzelle", denom="ubnt", slip44=483),
    CosmosChain(
        name="canto-native",
        symbol="CANTO",
        chain_id="canto_7700-1",
        hrp="canto",
        denom="acanto",
        decimals=18,
        slip44=60,
        key_type=_ETH,
        modes=_EIP712,
        eip155=7700,
    ),
    CosmosChain(name="celestia", symbol="TIA", chain_id="celestia", hrp="celestia", denom="utia"),
    CosmosChain(
        name="chihuahua", symbol="HUAHUA", chain_id="chihuahua-1", hrp="chihuahua", denom="uhuahua", profiles=KEPLR
    ),
    CosmosChain(name="comdex", symbol="CMDX", chain_id="comdex-1", hrp="comdex", denom="ucmdx"),
    CosmosChain(name="coreum", symbol="TX", chain_id="coreum-mainnet-1", hrp="core", denom="ucore", slip44=990),
    CosmosChain(name="crescent", symbol="CRE", chain_id="crescent-1", hrp="cre", denom="ucre"),
    CosmosChain(
        name="crypto-org",
        symbol="CRO",
        chain_id="crypto-org-chain-mainnet-1",
        hrp="cro",
        denom="basecro",
        decimals=8,
        slip44=394,
        validator_hrp="crocncl",
        consensus_hrp="crocnclcons",
        profiles=(*own(394), _ALSO_HUB),
    ),
    CosmosChain(name="dydx", symbol="DYDX", chain_id="dydx-mainnet-1", hrp="dydx", denom="adydx", decimals=18),
    CosmosChain(
        name="dymension",
        symbol="DYM",
        chain_id="dymension_1100-1",
        hrp="dym",
        denom="adym",
        decimals=18,
        slip44=60,
        key_type=_ETH,
        modes=_EIP712,
        eip155=1100,
        profiles=own(60, "Keplr", source=_DYMENSION),
    ),
    CosmosChain(
        name="evmos-native",
        symbol="EVMOS",
        chain_id="evmos_9001-2",
        hrp="evmos",
        denom="aevmos",
        decimals=18,
        slip44=60,
        key_type=_ETH,
        modes=_EIP712,
        eip155=9001,
    ),
    CosmosChain(
        name="fetchai",
        symbol="FET",
        chain_id="fetchhub-4",
        hrp="fetch",
        denom="afet",
        decimals=18,
        profiles=(*own(118), ETHEREUM),
    ),
    CosmosChain(
        name="greenfield",
        symbol="BNB",
        chain_id="greenfield_1017-1",
        hrp="",
        denom="BNB",
        decimals=18,
        slip44=714,
        key_type=_ETH,
        key_type_url="/cosmos.crypto.eth.ethsecp256k1.PubKey",
        modes=("eip712",),
        eip155=1017,
        profiles=own(60, "MetaMask", "Trust Wallet", source=_GREENFIELD),
    ),
    CosmosChain(
        name="greenfield-testnet",
        symbol="tBNB",
        chain_id="greenfield_5600-1",
        hrp="",
        denom="BNB",
        decimals=18,
        slip44=714,
        key_type=_ETH,
        key_type_url="/cosmos.crypto.eth.ethsecp256k1.PubKey",
        modes=("eip712",),
        eip155=5600,
        profiles=own(60, "MetaMask", "Trust Wallet", source=_GREENFIELD),
    ),
    # Typed data of Injective name the chain of the wallet, Ethereum, and not Injective.
    CosmosChain(
        name="injective",
        symbol="INJ",
        chain_id="injective-1",
        hrp="inj",
        denom="inj",
        decimals=18,
        slip44=60,
        key_type=_ETH,
        key_type_url="/injective.crypto.v1beta1.ethsecp256k1.PubKey",
        modes=_EIP712,
        eip155=1,
    ),
    CosmosChain(
        name="irisnet",
        symbol="IRIS",
        chain_id="irishub-1",
        hrp="iaa",
        denom="uiris",
        validator_hrp="iva",
        consensus_hrp="ica",
        profiles=(*KEPLR, beside("iris", 566)),
    ),
    CosmosChain(name="juno", symbol="JUNO", chain_id="juno-1", hrp="juno", denom="ujuno"),
    CosmosChain(
        name="kava",
        symbol="KAVA",
        chain_id="kava_2222-10",
        hrp="kava",
        denom="ukava",
        slip44=459,
        profiles=(*own(459), _ALSO_HUB),
    ),
    CosmosChain(name="kujira", symbol="KUJI", chain_id="kaiyo-1", hrp="kujira", denom="ukuji"),
    CosmosChain(
        name="mars",
        symbol="MARS",
        chain_id="mars-1",
        hrp="mars",
        denom="umars",
        profiles=(*TRUST, beside("terra", 330, "chain-registry", source=_MARS)),
    ),
    CosmosChain(name="neutron", symbol="NTRN", chain_id="neutron-1", hrp="neutron", denom="untrn"),
    CosmosChain(name="noble", symbol="USDC", chain_id="noble-1", hrp="noble", denom="uusdc"),
    CosmosChain(
        name="okexchain",
        symbol="OKT",
        chain_id="exchain-66",
        hrp="ex",
        denom="wei",
        decimals=18,
        slip44=60,
        key_type=_ETH,
        prefixes=("okexchain",),
        modes=(),
        profiles=(*own(60, "OKX Wallet", source=_OKEX), beside("okex-old", 996, "OKX Wallet", source=_OKEX)),
    ),
    CosmosChain(name="osmosis", symbol="OSMO", chain_id="osmosis-1", hrp="osmo", denom="uosmo"),
    CosmosChain(
        name="persistence",
        symbol="XPRT",
        chain_id="core-1",
        hrp="persistence",
        denom="uxprt",
        profiles=(*own(118), beside("pwallet", 750, "pWallet", "Keplr", source=_PWALLET)),
    ),
    CosmosChain(name="quasar", symbol="QSR", chain_id="quasar-1", hrp="quasar", denom="uqsr", profiles=TRUST),
    CosmosChain(
        name="secret",
        symbol="SCRT",
        chain_id="secret-4",
        hrp="secret",
        denom="uscrt",
        slip44=529,
        profiles=(*own(529), _ALSO_HUB),
    ),
    CosmosChain(name="sei", symbol="SEI", chain_id="pacific-1", hrp="sei", denom="usei"),
    CosmosChain(
        name="shentu",
        symbol="CTK",
        chain_id="shentu-2.2",
        hrp="shentu",
        denom="uctk",
        prefixes=("certik",),
        profiles=KEPLR,
    ),
    CosmosChain(name="sommelier", symbol="SOMM", chain_id="sommelier-3", hrp="somm", denom="usomm"),
    CosmosChain(name="stafi", symbol="FIS", chain_id="stafihub-1", hrp="stafi", denom="ufis", profiles=KEPLR),
    CosmosChain(name="stargaze", symbol="STARS", chain_id="stargaze-1", hrp="stars", denom="ustars", profiles=TRUST),
    CosmosChain(name="stride", symbol="STRD", chain_id="stride-1", hrp="stride", denom="ustrd"),
    CosmosChain(
        name="terra",
        symbol="LUNA",
        chain_id="phoenix-1",
        hrp="terra",
        denom="uluna",
        slip44=330,
        profiles=(*own(330), _ALSO_HUB),
    ),
    CosmosChain(
        name="terra-classic",
        symbol="LUNC",
        chain_id="columbus-5",
        hrp="terra",
        denom="uluna",
        slip44=330,
        profiles=(*own(330), _ALSO_HUB),
    ),
    CosmosChain(
        name="thorchain", symbol="RUNE", chain_id="thorchain-1", hrp="thor", denom="rune", decimals=8, slip44=931
    ),
    CosmosChain(name="umee", symbol="UMEE", chain_id="umee-1", hrp="umee", denom="uumee"),
    CosmosChain(
        name="zetachain-native",
        symbol="ZETA",
        chain_id="zetachain_7000-1",
        hrp="zeta",
        denom="azeta",
        decimals=18,
        slip44=60,
        key_type=_ETH,
    ),
)
