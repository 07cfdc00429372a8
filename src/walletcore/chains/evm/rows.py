"""The EVM chains that are known by name: those of Trust Wallet Core's registry and others, with their test nets.

Chain ids and symbols are those of wevm/viem src/chains/definitions @ 0912a29d5c7a; those of POA, Callisto, Heco,
smartBCH, Mordor, Mandala, and of the test nets of Callisto, ThunderCore, Heco, KCC and OKC those of
ethereum-lists/chains. Coin types are those of SLIP-44, where Ether (60) is that of every chain that pays in it, and of
those whose coin has no number there; test nets have their chain's. Ethereum and its test nets first, then by name.

Other than in viem: Sonic's test net is that of docs.soniclabs.com, "Getting Started" (viem has one that is gone), and
Kaia and its coin have their name of today. Three test nets have no row, as others have their id: GoChain's 31337,
Wanchain's 999, smartBCH's 10001.

``data_fee``: which chains take a fee for data beside the gas, which no field of a transaction bounds, is written below.
"""

from __future__ import annotations

from walletcore.chains.evm import profiles
from walletcore.chains.evm.chain import Evm
from walletcore.chains.evm.profiles import own

__all__ = ["CHAINS"]

_OP = ("deposit",)
_ZKSYNC = ("zksync",)

# Without data_fee=0 are, first, those of the OP Stack (docs.optimism.io, "Transaction fees": the L1 data fee and the
# operator fee; buyGas of op-geth, core/state_transition.go, and of blast-geth, which Blast runs, adds the first to gas
# times price), Ronin among them since May 2026 (smartcontractkit/chainlink-evm#468) and Mantle (MetaMask/core#9630),
# and Scroll (docs.scroll.io, "Transaction Fees on Scroll": the L1 fee). Celo is of the OP Stack and keeps that fee at
# zero (specs.celo.org, "Zero L1 Fees"). Second, those of which nobody has said it: Acala (which takes deposits for
# storage), Aurora, LightLink, Merlin, Metis and Neon. Arbitrum, Linea and ZKsync, and those that run their software
# (Arbitrum Nova, Robinhood Chain, zkLink Nova), take as gas what data cost (docs.arbitrum.io, "Gas and Fees";
# docs.linea.build, "Estimate transaction costs"; docs.zksync.io, "Fee structure"), Polygon zkEVM at most the gas at the
# signed price (docs.polygon.technology, "Effective gas price"); the others publish data nowhere else.
# Rootstock's addresses have EIP-1191's checksum ("Adoption Table" there). Nodes and explorers of XDC write 0x since
# 2024 (XinFinOrg/XDPoSChain#518), those of Ronin as well; "xdc" and "ronin:" are older and still met
# (trustwallet/wallet-core#2236).
# ZKsync makes the addresses of contracts in its own way, from a nonce of deployments (docs.zksync.io, "EVM
# instructions", CREATE). Mantle's deposits have fields of their own, and are not read.
CHAINS = (
    Evm(name="ethereum", chain_id=1, data_fee=0),
    Evm(name="sepolia", chain_id=11_155_111, data_fee=0),
    Evm(name="hoodi", chain_id=560_048, data_fee=0),
    Evm(name="acala-evm", chain_id=787, symbol="ACA", slip44=787),
    Evm(name="acala-evm-mandala", chain_id=595, symbol="MDA", slip44=787),
    Evm(name="arbitrum", chain_id=42_161, data_fee=0),
    Evm(name="arbitrum-sepolia", chain_id=421_614, data_fee=0),
    Evm(name="arbitrum-nova", chain_id=42_170, data_fee=0),
    Evm(name="aurora", chain_id=1_313_161_554),
    Evm(name="aurora-testnet", chain_id=1_313_161_555),
    Evm(name="avalanche", chain_id=43_114, symbol="AVAX", slip44=9005, data_fee=0),
    Evm(name="avalanche-fuji", chain_id=43_113, symbol="AVAX", slip44=9005, data_fee=0),
    Evm(name="base", chain_id=8453, dialects=_OP),
    Evm(name="base-sepolia", chain_id=84_532, dialects=_OP),
    Evm(name="berachain", chain_id=80_094, symbol="BERA", slip44=8008, data_fee=0),
    Evm(name="berachain-bepolia", chain_id=80_069, symbol="BERA", slip44=8008, data_fee=0),
    Evm(name="blast", chain_id=81_457, dialects=_OP),
    Evm(name="blast-sepolia", chain_id=168_587_773, dialects=_OP),
    Evm(name="boba", chain_id=288, dialects=_OP),
    Evm(name="boba-sepolia", chain_id=28_882, dialects=_OP),
    Evm(name="bouncebit", chain_id=6001, symbol="BB", data_fee=0),
    Evm(name="bouncebit-testnet", chain_id=6000, symbol="BB", data_fee=0),
    Evm(name="bsc", chain_id=56, symbol="BNB", slip44=714, profiles=profiles.SMART_CHAIN, data_fee=0),
    Evm(name="bsc-testnet", chain_id=97, symbol="tBNB", slip44=714, profiles=profiles.SMART_CHAIN, data_fee=0),
    Evm(name="callisto", chain_id=820, symbol="CLO", slip44=820, profiles=own(820, "MyEtherWallet"), data_fee=0),
    Evm(
        name="callisto-testnet",
        chain_id=20_729,
        symbol="CLO",
        slip44=820,
        profiles=own(820, "MyEtherWallet"),
        data_fee=0,
    ),
    Evm(
        name="celo",
        chain_id=42_220,
        symbol="CELO",
        slip44=52_752,
        profiles=profiles.CELO,
        dialects=("cip64", "deposit"),
        data_fee=0,
    ),
    Evm(
        name="celo-sepolia",
        chain_id=11_142_220,
        symbol="S-CELO",
        slip44=52_752,
        profiles=profiles.CELO,
        dialects=("cip64", "deposit"),
        data_fee=0,
    ),
    Evm(name="conflux-espace", chain_id=1030, symbol="CFX", slip44=503, data_fee=0),
    Evm(name="conflux-espace-testnet", chain_id=71, symbol="CFX", slip44=503, data_fee=0),
    Evm(name="cronos", chain_id=25, symbol="CRO", slip44=394, data_fee=0),
    Evm(name="cronos-testnet", chain_id=338, symbol="tCRO", slip44=394, data_fee=0),
    Evm(name="ethereum-classic", chain_id=61, symbol="ETC", slip44=61, profiles=profiles.CLASSIC, data_fee=0),
    Evm(name="ethereum-classic-mordor", chain_id=63, symbol="METC", slip44=61, profiles=profiles.CLASSIC, data_fee=0),
    Evm(name="evmos", chain_id=9001, symbol="EVMOS", data_fee=0),
    Evm(name="evmos-testnet", chain_id=9000, symbol="EVMOS", data_fee=0),
    Evm(name="fantom", chain_id=250, symbol="FTM", slip44=1007, data_fee=0),
    Evm(name="fantom-testnet", chain_id=4002, symbol="FTM", slip44=1007, data_fee=0),
    Evm(name="gnosis", chain_id=100, symbol="XDAI", slip44=700, data_fee=0),
    Evm(name="gnosis-chiado", chain_id=10_200, symbol="xDAI", slip44=700, data_fee=0),
    Evm(name="gochain", chain_id=60, symbol="GO", slip44=6060, profiles=own(6060, "MyEtherWallet"), data_fee=0),
    Evm(name="heco", chain_id=128, symbol="HT", slip44=1010, data_fee=0),
    Evm(name="heco-testnet", chain_id=256, symbol="htt", slip44=1010, data_fee=0),
    Evm(name="hyperevm", chain_id=999, symbol="HYPE", slip44=2457, data_fee=0),
    Evm(name="hyperevm-testnet", chain_id=998, symbol="HYPE", slip44=2457, data_fee=0),
    Evm(name="iotex-evm", chain_id=4689, symbol="IOTX", slip44=304, profiles=own(304), data_fee=0),
    Evm(name="iotex-evm-testnet", chain_id=4690, symbol="IOTX", slip44=304, profiles=own(304), data_fee=0),
    Evm(name="kaia", chain_id=8217, symbol="KAIA", slip44=8217, data_fee=0),
    Evm(name="kaia-kairos", chain_id=1001, symbol="KAIA", slip44=8217, data_fee=0),
    Evm(name="kava-evm", chain_id=2222, symbol="KAVA", slip44=459, data_fee=0),
    Evm(name="kava-evm-testnet", chain_id=2221, symbol="KAVA", slip44=459, data_fee=0),
    Evm(name="kcc", chain_id=321, symbol="KCS", slip44=641, data_fee=0),
    Evm(name="kcc-testnet", chain_id=322, symbol="tKCS", slip44=641, data_fee=0),
    Evm(name="lightlink", chain_id=1890),
    Evm(name="lightlink-pegasus", chain_id=1891),
    Evm(name="linea", chain_id=59_144, data_fee=0),
    Evm(name="linea-sepolia", chain_id=59_141, data_fee=0),
    Evm(name="manta", chain_id=169, dialects=_OP),
    Evm(name="manta-sepolia", chain_id=3_441_006, dialects=_OP),
    Evm(name="mantle", chain_id=5000, symbol="MNT"),
    Evm(name="mantle-sepolia", chain_id=5003, symbol="MNT"),
    Evm(name="megaeth", chain_id=4326, dialects=_OP),
    Evm(name="megaeth-testnet", chain_id=6343, dialects=_OP),
    Evm(name="merlin", chain_id=4200, symbol="BTC", slip44=0),
    Evm(name="merlin-testnet", chain_id=4203, symbol="BTC", slip44=0),
    Evm(name="meter", chain_id=82, symbol="MTR", slip44=18_000, data_fee=0),
    Evm(name="meter-testnet", chain_id=83, symbol="MTR", slip44=18_000, data_fee=0),
    Evm(name="metis", chain_id=1088, symbol="METIS"),
    Evm(name="metis-sepolia", chain_id=59_902, symbol="tMETIS"),
    Evm(name="monad", chain_id=143, symbol="MON", slip44=268_435_779, data_fee=0),
    Evm(name="monad-testnet", chain_id=10_143, symbol="MON", slip44=268_435_779, data_fee=0),
    Evm(name="moonbeam", chain_id=1284, symbol="GLMR", slip44=1284, data_fee=0),
    Evm(name="moonbase-alpha", chain_id=1287, symbol="DEV", slip44=1284, data_fee=0),
    Evm(name="moonriver", chain_id=1285, symbol="MOVR", slip44=1285, data_fee=0),
    Evm(name="neon", chain_id=245_022_934, symbol="NEON"),
    Evm(name="neon-devnet", chain_id=245_022_926, symbol="NEON"),
    Evm(name="okc", chain_id=66, symbol="OKT", slip44=996, data_fee=0),
    Evm(name="okc-testnet", chain_id=65, symbol="TOKT", slip44=996, data_fee=0),
    Evm(name="opbnb", chain_id=204, symbol="BNB", slip44=714, dialects=_OP),
    Evm(name="opbnb-testnet", chain_id=5611, symbol="tBNB", slip44=714, dialects=_OP),
    Evm(name="optimism", chain_id=10, dialects=_OP),
    Evm(name="optimism-sepolia", chain_id=11_155_420, dialects=_OP),
    Evm(name="plasma", chain_id=9745, symbol="XPL", data_fee=0),
    Evm(name="plasma-testnet", chain_id=9746, symbol="XPL", data_fee=0),
    Evm(name="poa", chain_id=99, symbol="POA", slip44=178, profiles=own(178), data_fee=0),
    Evm(name="polygon", chain_id=137, symbol="POL", slip44=966, data_fee=0),
    Evm(name="polygon-amoy", chain_id=80_002, symbol="POL", slip44=966, data_fee=0),
    Evm(name="polygon-zkevm", chain_id=1101, data_fee=0),
    Evm(name="polygon-zkevm-cardona", chain_id=2442, data_fee=0),
    Evm(name="robinhood", chain_id=4663, data_fee=0),
    Evm(name="robinhood-testnet", chain_id=46_630, data_fee=0),
    Evm(name="ronin", chain_id=2020, symbol="RON", prefixes=("ronin:",), dialects=_OP),
    Evm(name="ronin-saigon", chain_id=202_601, symbol="RON", prefixes=("ronin:",), dialects=_OP),
    Evm(
        name="rootstock",
        chain_id=30,
        symbol="RBTC",
        slip44=137,
        profiles=own(137, "MyEtherWallet"),
        checksum="eip1191",
        data_fee=0,
    ),
    Evm(
        name="rootstock-testnet",
        chain_id=31,
        symbol="tRBTC",
        slip44=137,
        profiles=profiles.ROOTSTOCK_TESTNET,
        checksum="eip1191",
        data_fee=0,
    ),
    Evm(name="scroll", chain_id=534_352),
    Evm(name="scroll-sepolia", chain_id=534_351),
    Evm(name="sei-evm", chain_id=1329, symbol="SEI", slip44=19_000_118, data_fee=0),
    Evm(name="sei-evm-testnet", chain_id=1328, symbol="SEI", slip44=19_000_118, data_fee=0),
    Evm(name="smartbch", chain_id=10_000, symbol="BCH", slip44=145, data_fee=0),
    Evm(name="sonic", chain_id=146, symbol="S", slip44=10_007, data_fee=0),
    Evm(name="sonic-testnet", chain_id=14_601, symbol="S", slip44=10_007, data_fee=0),
    Evm(name="theta-evm", chain_id=361, symbol="TFUEL", slip44=589, profiles=own(500), data_fee=0),
    Evm(name="theta-evm-testnet", chain_id=365, symbol="TFUEL", slip44=589, profiles=own(500), data_fee=0),
    Evm(name="thundercore", chain_id=108, symbol="TT", slip44=1001, profiles=own(1001), data_fee=0),
    Evm(name="thundercore-testnet", chain_id=18, symbol="TST", slip44=1001, profiles=own(1001), data_fee=0),
    Evm(name="unichain", chain_id=130, dialects=_OP),
    Evm(name="unichain-sepolia", chain_id=1301, dialects=_OP),
    Evm(name="viction", chain_id=88, symbol="VIC", slip44=889, profiles=own(889, "MyEtherWallet"), data_fee=0),
    Evm(name="viction-testnet", chain_id=89, symbol="VIC", slip44=889, profiles=own(889, "MyEtherWallet"), data_fee=0),
    Evm(name="wanchain", chain_id=888, symbol="WAN", slip44=5_718_350, profiles=own(5718350), data_fee=0),
    Evm(name="worldchain", chain_id=480, dialects=_OP),
    Evm(name="worldchain-sepolia", chain_id=4801, dialects=_OP),
    Evm(name="xdc", chain_id=50, symbol="XDC", slip44=550, profiles=profiles.XDC, prefixes=("xdc",), data_fee=0),
    Evm(
        name="xdc-apothem", chain_id=51, symbol="TXDC", slip44=550, profiles=profiles.XDC, prefixes=("xdc",), data_fee=0
    ),
    Evm(name="zen-eon", chain_id=7332, symbol="ZEN", slip44=121, data_fee=0),
    Evm(name="zen-eon-gobi", chain_id=1663, symbol="tZEN", slip44=121, data_fee=0),
    Evm(name="zetachain-evm", chain_id=7000, symbol="ZETA", slip44=7000, data_fee=0),
    Evm(name="zetachain-evm-athens", chain_id=7001, symbol="aZETA", slip44=7000, data_fee=0),
    Evm(name="zklink-nova", chain_id=810_180, dialects=_ZKSYNC, own_contract_addresses=True, data_fee=0),
    Evm(name="zklink-nova-sepolia", chain_id=810_181, dialects=_ZKSYNC, own_contract_addresses=True, data_fee=0),
    Evm(name="zksync", chain_id=324, dialects=_ZKSYNC, own_contract_addresses=True, data_fee=0),
    Evm(name="zksync-sepolia", chain_id=300, dialects=_ZKSYNC, own_contract_addresses=True, data_fee=0),
)
