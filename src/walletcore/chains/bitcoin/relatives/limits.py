"""What each relative's nodes take, pass on and pay: the limit of money, dust, replacements, fees that are a mistake.

``max_money`` is MAX_MONEY of the coin's own src/amount.h or src/consensus/amount.h, of all its networks. The limit of a
fee is DEFAULT_TRANSACTION_MAXFEE (src/wallet/wallet.h, src/validation.h or src/main.h), that of its rate
DEFAULT_MAX_RAW_TX_FEE_RATE (src/node/transaction.h). Where a node has no limit of a rate, the fee's is that of 1,000
virtual bytes, as Bitcoin Core has one number for both; where it has none of a fee, Core's stands. Dust and increments
are those of src/policy/policy.h; older nodes count a third of the rate three times. The lowest rate is
DEFAULT_MIN_RELAY_TX_FEE (src/policy/policy.h, src/validation.h or src/main.h), of Groestlcoin that before 30.2, as of
Bitcoin Core before 30.0.
"""

from __future__ import annotations

from dataclasses import dataclass

from walletcore.chains.bitcoin.parts import MAX_AMOUNT, MAX_MONEY
from walletcore.chains.bitcoin.relay import CORE, Relay

__all__ = [
    "AS_BITCOIN",
    "BITCOIN_DIAMOND",
    "BITCOIN_SV",
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
"""Dash, Bitcoin Cash, eCash and Bitcoin Gold have Bitcoin Core's numbers."""

LITECOIN = Limits(max_money=84_000_000 * _COIN, relay=Relay(dust_rate=30_000))
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
        dust_rate=30_000, min_fee_rate=100_000, increment=10_000, max_fee=100 * _COIN, max_fee_rate=100 * _COIN
    ),
)
# A tenth of a coin of 7 decimals (COIN_SCALE): MAX_MONEY has as many units as Bitcoin's.
BITCOIN_DIAMOND = Limits(relay=Relay(max_fee=1_000_000, max_fee_rate=1_000_000))
# src/primitives/transaction.h, GetDustThreshold; src/init.cpp: -minrelaytxfee is removed, so that any fee is passed on,
# and what they mine for is each miner's own (-minminingtxfee, which has no default).
BITCOIN_SV = Limits(relay=Relay(dust=1, min_fee_rate=0))
GROESTLCOIN = Limits(max_money=105_000_000 * _COIN)
RAVENCOIN = Limits(
    max_money=21_000_000_000 * _COIN,
    relay=Relay(min_fee_rate=1_000_000, max_fee=1_000 * _COIN, max_fee_rate=1_000 * _COIN),
)
QTUM = Limits(
    max_money=107_822_406 * _COIN + _COIN // 4,
    relay=Relay(dust_rate=400_000, min_fee_rate=400_000, increment=10_000, max_fee=_COIN, max_fee_rate=_COIN),
)
MONACOIN = Limits(max_money=105_120_000 * _COIN, relay=Relay(min_fee_rate=100_000))
VIACOIN = Limits(max_money=23_000_000 * _COIN, relay=Relay(dust_rate=300_000, min_fee_rate=100_000))
VERTCOIN = Limits(max_money=84_000_000 * _COIN, relay=Relay(min_fee_rate=100_000))
SYSCOIN = Limits(max_money=10**18 - 1)
# Three times 1,000 is the wallet's dust; nodes ask for none (src/primitives/transaction.h, IsDust). CENT is 0.01 coins.
FIRO = Limits(relay=Relay(max_fee=10 * _COIN, max_fee_rate=10 * _COIN))
# nMaxMoneyOut: src/chainparams.cpp; minRelayTxFee: src/validation.cpp
PIVX = Limits(relay=Relay(dust_rate=30_000, min_fee_rate=10_000, max_fee=_COIN, max_fee_rate=_COIN))
# StraxMain.cs: maxMoney, MinRelayTxFee; src/NBitcoin/Transaction.cs, GetDustThreshold
STRATIS = Limits(max_money=MAX_AMOUNT, relay=Relay(dust_rate=30_000, min_fee_rate=10_000))
# Nodes of these three refuse 10,000 times what they relay for (src/main.cpp, "absurdly high fees").
_ABSURD = Relay(dust_rate=300, min_fee_rate=100, max_fee_rate=1_000_000)
KOMODO = Limits(max_money=200_000_000 * _COIN, relay=_ABSURD)  # src/komodo_globals.cpp
HORIZEN = Limits(relay=_ABSURD)
FLUX = Limits(max_money=440_000_000 * _COIN, relay=_ABSURD)
# A coin has 6 decimals; the dust rate is CENT, 50 coins are the limit of a fee.
VERGE = Limits(
    max_money=16_555_000_000 * 1_000_000,
    relay=Relay(dust_rate=10_000, min_fee_rate=100_000, max_fee=50_000_000, max_fee_rate=50_000_000),
)
# wallet/amount.h; wallet/main.cpp: dust is an amount of 0; wallet/globals.h: MIN_RELAY_TX_FEE, of each 1,000 bytes that
# are begun (wallet/transaction.cpp, GetMinFee), so that the smallest pay 10,000 as well.
NEBLIO = Limits(max_money=MAX_AMOUNT, relay=Relay(dust=1, min_fee_rate=10_000))
ZCASH = Limits(relay=Relay(dust_rate=300, min_fee_rate=100))  # ONE_THIRD_DUST_THRESHOLD_RATE
# dcrutil/const.go, MaxAmount; internal/mempool/policy.go, isDust: three times 10,000 atoms per 1,000 bytes of the
# output and the input that spends it, 201 for P2PKH; internal/mempool/mempool.go: maxRelayFeeMultiplier times that.
DECRED = Limits(relay=Relay(dust=6_030, min_fee_rate=10_000, max_fee_rate=_COIN))
