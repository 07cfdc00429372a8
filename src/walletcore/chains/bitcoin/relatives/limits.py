"""What each relative's nodes take, pass on and pay: the limit of money, dust, replacements, fees that are a mistake.

``max_money`` is MAX_MONEY of the coin's own src/amount.h or src/consensus/amount.h, of all its networks. The limit of a
fee is DEFAULT_TRANSACTION_MAXFEE (src/wallet/wallet.h, src/validation.h or src/main.h), that of its rate
DEFAULT_MAX_RAW_TX_FEE_RATE (src/node/transaction.h). Where a node has no limit of a rate, the fee's is that of 1,000
virtual bytes, as Bitcoin Core has one number for both; where it has none of a fee, Core's stands. Dust and increments
are those of src/policy/policy.h; older nodes count a third of the rate three times. The lowest rate is
DEFAULT_MIN_RELAY_TX_FEE (src/policy/policy.h, src/validation.h or src/main.h), of Groestlcoin that before 30.2, as of
Bitcoin Core before 30.0. The least size is MIN_STANDARD_TX_NONWITNESS_SIZE (src/policy/policy.h), of those that have
witnesses and PSBTs: without witnesses no transaction that is signed is so small.

Where nothing is replaced, DEFAULT_ENABLE_REPLACEMENT (src/validation.h) is false, or PreChecks or AcceptToMemoryPool
(src/validation.cpp or src/main.cpp) refuse every conflict. Where a child pulls no parent, the miner (src/miner.cpp or
src/node/miner.cpp) has no addPackageTxs. Who runs a node may set it up in another way.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.bitcoin.parts import MAX_AMOUNT, MAX_MONEY
from walletcore.chains.bitcoin.relay import CORE, Relay

__all__ = [
    "AS_BITCOIN",
    "BITCOIN_CASH",
    "BITCOIN_DIAMOND",
    "BITCOIN_SV",
    "DASH",
    "DECRED",
    "DIGIBYTE",
    "DOGECOIN",
    "FIRO",
    "FLUX",
    "GROESTLCOIN",
    "HORIZEN",
    "KOMODO",
    "LITECOIN",
    "MONACOIN",
    "NEBLIO",
    "PIVX",
    "QTUM",
    "RAVENCOIN",
    "STRATIS",
    "SYSCOIN",
    "VERGE",
    "VERTCOIN",
    "VIACOIN",
    "ZCASH",
    "Limits",
]

_COIN = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that an amount, or a sum of them, may be, and what nodes pass on."""

    max_money: int = MAX_MONEY
    relay: Relay = CORE


AS_BITCOIN = Limits()
"""Bitcoin Gold has Bitcoin Core's numbers."""

# DEFAULT_ENABLE_REPLACEMENT is false ("Only support BIP125 RBF when -mempoolreplacement arg is set")
LITECOIN = Limits(max_money=84_000_000 * _COIN, relay=Relay(dust_rate=30_000, min_size=82, replaces=False))
# src/validation.cpp, PreChecks: "RBF doesn't exist in Dash" (pull request 2297)
DASH = Limits(relay=Relay(replaces=False))
# Bitcoin Cash Node and Bitcoin ABC, src/validation.cpp: every conflict is refused; addTxs of src/miner.cpp and
# src/node/miner.cpp takes the mempool in the order of modified_feerate, and a child when its parents are in the block.
# They count signature checks when those are made (-bytespersigcheck), and none of outputs.
BITCOIN_CASH = Limits(relay=Relay(check_weight=0, replaces=False, pulls=False))
# Dogecoin Core 1.14: a replacement pays WALLET_INCREMENTAL_RELAY_FEE more (src/wallet/wallet.h), ten times what nodes
# ask for; DEFAULT_DUST_LIMIT is a hundredth of a coin whatever the script, as is RECOMMENDED_MIN_TX_FEE, of which
# DEFAULT_TRANSACTION_MAXFEE is 10,000 and DEFAULT_MIN_RELAY_TX_FEE a tenth.
DOGECOIN = Limits(
    max_money=10_000_000_000 * _COIN,
    relay=Relay(
        dust=_COIN // 100,
        min_fee_rate=_COIN // 1000,
        increment=_COIN // 1000,
        max_fee=100 * _COIN,
        max_fee_rate=100 * _COIN,
    ),
)
# DigiByte Core 8.22; its wallet asks a replacement for a hundred times what nodes do
DIGIBYTE = Limits(
    max_money=21_000_000_000 * _COIN,
    relay=Relay(
        dust_rate=30_000,
        min_fee_rate=100_000,
        increment=10_000,
        min_size=82,
        max_fee=100 * _COIN,
        max_fee_rate=100 * _COIN,
    ),
)
# A tenth of a coin of 7 decimals (COIN_SCALE): MAX_MONEY has as many units as Bitcoin's.
BITCOIN_DIAMOND = Limits(relay=Relay(max_fee=1_000_000, max_fee_rate=1_000_000))
# src/primitives/transaction.h, GetDustThreshold; src/init.cpp: -minrelaytxfee is removed, so that any fee is passed on,
# and what they mine for is each miner's own (-minminingtxfee, which has no default). src/validation.cpp: "Disable
# replacement feature for good"; src/txmempool.cpp, TryAcceptToPrimaryMempoolNL: a child pays for its group (CPFPGroup).
BITCOIN_SV = Limits(relay=Relay(dust=1, min_fee_rate=0, replaces=False))
GROESTLCOIN = Limits(max_money=105_000_000 * _COIN)
# DEFAULT_ENABLE_REPLACEMENT is false
RAVENCOIN = Limits(
    max_money=21_000_000_000 * _COIN,
    relay=Relay(min_fee_rate=1_000_000, max_fee=1_000 * _COIN, max_fee_rate=1_000 * _COIN, replaces=False),
)
QTUM = Limits(
    max_money=107_822_406 * _COIN + _COIN // 4,
    relay=Relay(dust_rate=400_000, min_fee_rate=400_000, increment=10_000, max_fee=_COIN, max_fee_rate=_COIN),
)
# The lowest rate since 0.15.1; it was 100,000 before.
MONACOIN = Limits(max_money=105_120_000 * _COIN, relay=Relay(min_size=82))
VIACOIN = Limits(max_money=23_000_000 * _COIN, relay=Relay(dust_rate=300_000, min_fee_rate=100_000, min_size=82))
VERTCOIN = Limits(max_money=84_000_000 * _COIN, relay=Relay(min_fee_rate=100_000, min_size=82))
SYSCOIN = Limits(max_money=10**18 - 1)
# Three times 1,000 is the wallet's dust; nodes ask for none (src/primitives/transaction.h, IsDust). CENT is 0.01 coins.
FIRO = Limits(relay=Relay(max_fee=10 * _COIN, max_fee_rate=10 * _COIN))
# nMaxMoneyOut: src/chainparams.cpp; minRelayTxFee: src/validation.cpp, which has "Disable replacement feature for now"
PIVX = Limits(relay=Relay(dust_rate=30_000, min_fee_rate=10_000, max_fee=_COIN, max_fee_rate=_COIN, replaces=False))
# StraxMain.cs: maxMoney, MinRelayTxFee; src/NBitcoin/Transaction.cs, GetDustThreshold
STRATIS = Limits(max_money=MAX_AMOUNT, relay=Relay(dust_rate=30_000, min_fee_rate=10_000, min_size=0, check_weight=0))
# Nodes of these three heirs of Zcash refuse 10,000 times what they relay for (src/main.cpp, "absurdly high fees"), and
# replacements (there, of Horizen src/txmempool.cpp: "Disable replacement feature for now"); in src/miner.cpp a child
# waits for its parent (CreateNewBlock, COrphan).
_HEIRS = Relay(dust_rate=300, min_fee_rate=100, max_fee_rate=1_000_000, replaces=False, pulls=False)
KOMODO = Limits(max_money=200_000_000 * _COIN, relay=_HEIRS)  # src/komodo_globals.cpp
HORIZEN = Limits(relay=_HEIRS)
FLUX = Limits(max_money=440_000_000 * _COIN, relay=_HEIRS)
# A coin has 6 decimals; the dust rate is CENT, 50 coins are the limit of a fee.
VERGE = Limits(
    max_money=16_555_000_000 * 1_000_000,
    relay=Relay(dust_rate=10_000, min_fee_rate=100_000, max_fee=50_000_000, max_fee_rate=50_000_000),
)
# wallet/amount.h; wallet/main.cpp: dust is an amount of 0; wallet/globals.h: MIN_RELAY_TX_FEE, of each 1,000 bytes that
# are begun (wallet/transaction.cpp, GetMinFee), so that the smallest pay 10,000 as well. wallet/main.cpp: "Disable
# replacement feature for now"; wallet/miner.cpp lets a child wait for its parent (COrphan).
NEBLIO = Limits(max_money=MAX_AMOUNT, relay=Relay(dust=1, min_fee_rate=10_000, replaces=False, pulls=False))
# ONE_THIRD_DUST_THRESHOLD_RATE; src/main.cpp: "Disable replacement feature for now"; src/miner.cpp, addTransactions:
# each is drawn by its own fee (ZIP-317) and waits for those that it depends on.
ZCASH = Limits(relay=Relay(dust_rate=300, min_fee_rate=100, replaces=False, pulls=False))
# dcrutil/const.go, MaxAmount; internal/mempool/policy.go, isDust: three times 10,000 atoms per 1,000 bytes of the
# output and the input that spends it, 201 for P2PKH; internal/mempool/mempool.go: maxRelayFeeMultiplier times that, and
# checkPoolDoubleSpend, which refuses every conflict; internal/mining/mining.go, calcFeePerKb, counts ancestors.
DECRED = Limits(relay=Relay(dust=6_030, min_fee_rate=10_000, max_fee_rate=_COIN, replaces=False))
