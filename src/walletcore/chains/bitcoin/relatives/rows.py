"""The relatives of Bitcoin, each a row: what their addresses begin with, and the kinds of addresses that they have.

Version bytes, human-readable parts and genesis blocks are those of each network's own src/chainparams.cpp
(base58Prefixes, bech32_hrp, hashGenesisBlock), or of the file that is named; they agree with Trezor's and wallet-core's
tables (see `relatives.paths`) where these have the coin. Coin types are SLIP-44's. Messages begin with the words that
chains call strMessageMagic or MESSAGE_MAGIC. Names are CAIP-2's in the namespace bip122: the first 32 hex digits of the
genesis block's hash; for a chain that has Bitcoin's genesis block, of "the first block after fork" (BIP-122). Where
that tells a network from no other one, or from the next release's, the name is this project's own: ``bsv:testnet``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from walletcore.chains.base import Profile
from walletcore.chains.bitcoin.address import Prefixes
from walletcore.chains.bitcoin.chain import LEGACY, MESSAGE_MAGIC, SEGWIT, TAPROOT, BitcoinChain
from walletcore.chains.bitcoin.profiles import standard
from walletcore.chains.bitcoin.relatives import dialect as dialects
from walletcore.chains.bitcoin.relatives import limits
from walletcore.chains.bitcoin.relatives.dialect import Dialect
from walletcore.chains.bitcoin.relatives.limits import AS_BITCOIN, Limits
from walletcore.chains.bitcoin.relatives.paths import QTUM_CORE, paths
from walletcore.chains.bitcoin.relatives.prefixes import (
    TEST_BASE58,
    blake,
    cash,
    exchange,
    groestl,
    legacy,
    segwit,
    with_older,
    with_p2sh32,
    zcash,
)
from walletcore.hashes import Hash, blake256, blake256_ripemd160, hash160, sha256, sha256d

__all__ = ["RELATIVES"]

_CASH = (*LEGACY, "p2sh32", "p2pkh-tokens", "p2sh-tokens", "p2sh32-tokens")
_EXCHANGE, _TEX = (*LEGACY, "p2pkh-exchange"), (*LEGACY, "p2pkh-tex")
_TEST_COIN = 1  # SLIP-44
_TEST_PATHS = standard(_TEST_COIN)
_OF_CASHADDR = "cashaddr"  # the scheme is the prefix of the network's addresses (CashAddr)


def _magic(words: str) -> bytes:
    """How signed messages begin: the length of the words, and the words."""
    text = f"{words}:\n".encode()
    return bytes((len(text),)) + text


def _coin(
    *,
    decimals: int = 8,
    kinds: tuple[str, ...],
    magic: bytes = MESSAGE_MAGIC,
    magic_hash: Hash = sha256d,
    key_hash: Hash = hash160,
    dialect: Dialect | None = None,
    form: str = "",
    limit: Limits = AS_BITCOIN,
    scheme: str = "",
) -> Callable[..., BitcoinChain]:
    """What all networks of a coin have in common; the rest is the network's own.

    ``scheme`` is that of parseBitcoinURI in the coin's own src/qt/guiutil.cpp, and of all its networks; empty: none was
    found there, or Bitcoin's (Bitcoin Diamond), whose URIs would be taken for each other.
    """

    def network(
        name: str, symbol: str, block: str, prefixes: Prefixes, coin_type: int, *profiles: Profile
    ) -> BitcoinChain:
        return BitcoinChain(
            name=name,
            symbol=symbol,
            decimals=decimals,
            slip44=coin_type,
            caip2=block if ":" in block else f"bip122:{block}",
            profiles=profiles or tuple(each for each in _TEST_PATHS if each.kind.removeprefix("p2sh-") in kinds),
            prefixes=prefixes,
            kinds=kinds,
            key_hash=key_hash,
            message_hash=magic_hash,
            message_magic=magic,
            dialect=dialect,
            form=form,
            max_money=limit.max_money,
            relay=limit.relay,
            uri_scheme=prefixes.cashaddr if scheme == _OF_CASHADDR else scheme,
        )

    return network


# litecoin-project/litecoin. Addresses 3... of P2SH are as old as Bitcoin's, M... replaced them (SCRIPT_ADDRESS2).
# Taproot is active since 2022: BIP-8 with lockinontimeout, DEPLOYMENT_TAPROOT.nTimeoutHeight 2,370,816.
_litecoin = _coin(
    scheme="litecoin", limit=limits.LITECOIN, kinds=TAPROOT, magic=_magic("Litecoin Signed Message"), form="litecoin"
)
_LITECOIN = (
    _litecoin(
        *("litecoin", "LTC", "12a765e31ffd4059bada1e25190f6e98", segwit("30", "32", "ltc", older="05"), 2),
        *paths(2, "84:WT", "86:C", "49:T", "44:WT"),
    ),
    _litecoin(
        *("litecoin-testnet", "tLTC", "4966625a4b2851d9fdee139e56211a0d"),
        *(segwit("6f", "3a", "tltc", older="c4"), _TEST_COIN),
    ),
    _litecoin(
        *("litecoin-regtest", "rLTC", "530827f38f93b43ed12af0b3ad25a288"),
        *(segwit("6f", "3a", "rltc", older="c4"), _TEST_COIN),
    ),
)

# dogecoin/dogecoin
_dogecoin = _coin(scheme="dogecoin", kinds=LEGACY, magic=_magic("Dogecoin Signed Message"), limit=limits.DOGECOIN)
_DOGECOIN = (
    _dogecoin(*("dogecoin", "DOGE", "1a91e3dace36e2be3bf030a65679fe82", legacy("1e", "16"), 3), *paths(3, "44:WT")),
    _dogecoin("dogecoin-testnet", "tDOGE", "bb0a78264637406b6360aad926284d54", legacy("71", "c4"), _TEST_COIN),
)

# dashpay/dash
_dash = _coin(scheme="dash", limit=limits.DASH, kinds=LEGACY, magic=_magic("DarkCoin Signed Message"), form="dash")
_DASH = (
    _dash("dash", "DASH", "00000ffd590b1485b3caadc19b22e637", legacy("4c", "10"), 5, *paths(5, "44:WT")),
    _dash("dash-testnet", "tDASH", "00000bafbc94add76cb75e2ec9289483", legacy("8c", "13"), _TEST_COIN),
)


# bitcoin-cash-node/bitcoin-cash-node. Block 478,559; testnet4 has a genesis block of its own, and regtest, which has
# Bitcoin's, the name that wallets connect by (wc2-bch-bcr).
_cash_coin = partial(_coin, scheme=_OF_CASHADDR, limit=limits.BITCOIN_CASH)
_bitcoin_cash = _cash_coin(kinds=_CASH, dialect=dialects.BITCOIN_CASH)
_BITCOIN_CASH = (
    _bitcoin_cash(
        *("bitcoin-cash", "BCH", "000000000000000000651ef99cb9fcbe"),
        *(with_p2sh32(cash("00", "05", "bitcoincash")), 145, *paths(145, "44:WT")),
    ),
    _bitcoin_cash(
        *("bitcoin-cash-testnet4", "tBCH", "000000001dd410c49a788668ce267517"),
        *(with_p2sh32(cash(*TEST_BASE58, "bchtest")), _TEST_COIN),
    ),
    _bitcoin_cash(
        *("bitcoin-cash-regtest", "rBCH", "bch:bchreg", with_p2sh32(cash(*TEST_BASE58, "bchreg")), _TEST_COIN),
    ),
)

# Bitcoin-ABC/bitcoin-abc, src/networks/abc/checkpoints.cpp: block 661,648 ("Axion activation"), which Bitcoin Cash has
# another one for. The test network left Bitcoin's with block 1,155,876 (and version 3 of Bitcoin Cash's later).
_ecash = _cash_coin(kinds=LEGACY, decimals=2, magic=_magic("eCash Signed Message"), dialect=dialects.ECASH)
_ECASH = (
    _ecash(*("ecash", "XEC", "000000000000000004284c9d8b2c8ff7", cash("00", "05", "ecash"), 899), *paths(899, "44:W")),
    _ecash(
        *("ecash-testnet", "tXEC", "00000000000e38fef93ed9582a7df438", cash(*TEST_BASE58, "ectest"), _TEST_COIN),
    ),
)

# bitcoin-sv/bitcoin-sv, LICENSE: block 556,767. Its test network has the genesis block of Bitcoin's, which it left with
# Bitcoin Cash's; of the block after these two parted no source has the hash.
_bitcoin_sv = _coin(kinds=LEGACY, limit=limits.BITCOIN_SV, dialect=dialects.BITCOIN_SV)
_BITCOIN_SV = (
    _bitcoin_sv(
        *("bitcoin-sv", "BSV", "000000000000000001d956714215d96f", legacy("00", "05"), 236), *paths(236, "44:B")
    ),
    _bitcoin_sv("bitcoin-sv-testnet", "tBSV", "bsv:testnet", legacy(*TEST_BASE58), _TEST_COIN),
)

# BTCGPU/BTCGPU. BIP-122 names it by its first block, 491,407, whose hash no source has: the name is our own.
_bitcoin_gold = _coin(
    scheme="bitcoingold", kinds=SEGWIT, magic=_magic("Bitcoin Gold Signed Message"), dialect=dialects.BITCOIN_GOLD
)
_BITCOIN_GOLD = (
    _bitcoin_gold(
        *("bitcoin-gold", "BTG", "btg:mainnet", segwit("26", "17", "btg"), 156),
        *paths(156, "84:WT", "49:T", "44:T"),
    ),
    _bitcoin_gold(
        *("bitcoin-gold-testnet", "tBTG", "00000000e0781ebe24b91eedc293adfe"),
        *(segwit(*TEST_BASE58, "tbtg"), _TEST_COIN),
    ),
)

# eveybcd/BitcoinDiamond: blocks 495,867 and 1,065,121 (checkpoints). Segwit addresses: wallet-core.
_bitcoin_diamond = _coin(
    kinds=SEGWIT,
    decimals=7,
    magic=_magic("Bitcoindiamond Signed Message"),
    limit=limits.BITCOIN_DIAMOND,
    dialect=dialects.BITCOIN_DIAMOND,
)
_BITCOIN_DIAMOND = (
    _bitcoin_diamond(
        *("bitcoin-diamond", "BCD", "458535405446053c9db6a16ec7e5b022", segwit("00", "05", "bcd"), 999),
        *paths(999, "84-p2pkh:W", "84:W"),
    ),
    _bitcoin_diamond(
        *("bitcoin-diamond-testnet", "tBCD", "890f1ad9a143da58806298072ad6d66e"),
        *(segwit(*TEST_BASE58, "tbcd"), _TEST_COIN),
    ),
)

# DigiByte-Core/digibyte, src/kernel/chainparams.cpp (9.26). Addresses 3... are the older P2SH. Taproot: TaprootHeight,
# 21,168,000, on the test network 0. That begins anew with releases, from another genesis block each time.
_digibyte = _coin(scheme="digibyte", limit=limits.DIGIBYTE, kinds=TAPROOT, magic=_magic("DigiByte Signed Message"))
_DIGIBYTE = (
    _digibyte(
        *("digibyte", "DGB", "7497ea1b465eb39f1c8f507bc877078f", segwit("1e", "3f", "dgb", older="05"), 20),
        *paths(20, "84:WT", "86:D", "49:T", "44:T"),
    ),
    _digibyte("digibyte-testnet", "tDGB", "dgb:testnet", segwit("7e", "8c", "dgbt"), _TEST_COIN),
)


# Groestlcoin/groestlcoin, src/base58.cpp: the checksum is of Groestl-512 twice. Taproot: DEPLOYMENT_TAPROOT, Trezor.
_groestlcoin = _coin(
    scheme="groestlcoin",
    limit=limits.GROESTLCOIN,
    kinds=TAPROOT,
    magic=_magic("GroestlCoin Signed Message"),
    magic_hash=sha256,
    dialect=dialects.GROESTLCOIN,
)
_GROESTLCOIN = (
    _groestlcoin(
        *("groestlcoin", "GRS", "00000ac5927c594d49cc0bdb81759d0d", groestl("24", "05", "grs"), 17),
        *paths(17, "84:WT", "86:T", "49:T", "44:T"),
    ),
    _groestlcoin(
        *("groestlcoin-testnet", "tGRS", "000000ffbb50fc9898cdd36ec163e6ba"),
        *(groestl(*TEST_BASE58, "tgrs"), _TEST_COIN),
    ),
)

# RavenProject/Ravencoin
_ravencoin = _coin(scheme="raven", limit=limits.RAVENCOIN, kinds=LEGACY, magic=_magic("Raven Signed Message"))
_RAVENCOIN = (
    _ravencoin(
        *("ravencoin", "RVN", "0000006b444bc2f2ffe627be9d9e7e7a", legacy("3c", "7a"), 175), *paths(175, "44:WT")
    ),
    _ravencoin("ravencoin-testnet", "tRVN", "000000ecfc5e6324a079542221d00e10", legacy(*TEST_BASE58), _TEST_COIN),
)

# qtumproject/qtum, src/kernel/chainparams.cpp. Taproot: min_activation_height 2,080,512 and 1,967,616.
_qtum = _coin(scheme="qtum", limit=limits.QTUM, kinds=TAPROOT, magic=_magic("Qtum Signed Message"))
_QTUM = (
    _qtum(
        *("qtum", "QTUM", "000075aef83cf2853580f8ae8ce6f8c3", segwit("3a", "32", "qc"), 2301),
        *(*paths(2301, "44:WT", "49:T", "84:T"), QTUM_CORE),
    ),
    _qtum("qtum-testnet", "tQTUM", "0000e803ee215c0684ca0d2f9220594d", segwit("78", "6e", "tq"), _TEST_COIN),
)

# monacoinproject/monacoin. Addresses 3... are the older P2SH (SCRIPT_ADDRESS2 replaced them).
_monacoin = _coin(scheme="monacoin", limit=limits.MONACOIN, kinds=SEGWIT, magic=_magic("Monacoin Signed Message"))
_MONACOIN = (
    _monacoin(
        *("monacoin", "MONA", "ff9f1c0116d19de7c9963845e129f9ed", segwit("32", "37", "mona", older="05"), 22),
        *paths(22, "44:WT", "49:T", "84:T"),
    ),
    _monacoin(
        *("monacoin-testnet", "tMONA", "a2b106ceba3be0c6d097b2a6a6aacf9d"),
        *(segwit("6f", "75", "tmona", older="c4"), _TEST_COIN),
    ),
)

# viacoin/viacoin
_viacoin = _coin(scheme="viacoin", limit=limits.VIACOIN, kinds=SEGWIT, magic=_magic("Viacoin Signed Message"))
_VIACOIN = (
    _viacoin(
        *("viacoin", "VIA", "4e9b54001f9976049830128ec0331515", segwit("47", "21", "via"), 14),
        *paths(14, "84:WT", "49:T", "44:T"),
    ),
    _viacoin("viacoin-testnet", "tVIA", "770aa712aa08fdcbdecc1c8df1b3e2d4", segwit("7f", "c4", "tvia"), _TEST_COIN),
)

# vertcoin-project/vertcoin-core, whose MESSAGE_MAGIC (src/util/message.cpp) is Bitcoin's
_vertcoin = _coin(scheme="vertcoin", limit=limits.VERTCOIN, kinds=SEGWIT)
_VERTCOIN = (
    _vertcoin(
        *("vertcoin", "VTC", "4d96a915f49d40b1e5c2844d1ee2dccb", segwit("47", "05", "vtc"), 28),
        *paths(28, "84:T", "49:T", "44:T"),
    ),
    _vertcoin("vertcoin-testnet", "tVTC", "cee8f24feb7a64c8f07916976aa4855d", segwit("4a", "c4", "tvtc"), _TEST_COIN),
)

# syscoin/syscoin, src/kernel/chainparams.cpp. Taproot: ALWAYS_ACTIVE
_syscoin = _coin(scheme="syscoin", limit=limits.SYSCOIN, kinds=TAPROOT, magic=_magic("Syscoin Signed Message"))
_SYSCOIN = (
    _syscoin(
        *("syscoin", "SYS", "0000022642db0346b6e01c2a397471f4", segwit("3f", "05", "sys"), 57),
        *paths(57, "84:WT", "86:S", "49:T", "44:T"),
    ),
    _syscoin("syscoin-testnet", "tSYS", "0000066e1a6b9cfeac8295dce0cc8d91", segwit("41", "c4", "tsys"), _TEST_COIN),
)

# firoorg/firo (EXCHANGE_PUBKEY_ADDRESS: EXX, EXT)
_firo = _coin(
    scheme="firo", limit=limits.FIRO, kinds=_EXCHANGE, magic=_magic("Zcoin Signed Message"), dialect=dialects.FIRO
)
_FIRO = (
    _firo(
        *("firo", "FIRO", "4381deb85b1b2c9843c222944b616d99"),
        *(exchange("52", "07", "01b9bb"), 136),
        *paths(136, "44:WT"),
    ),
    _firo(
        *("firo-testnet", "tFIRO", "aa22adcc12becaf436027ffe62a8fb21"),
        *(exchange("41", "b2", "01b9b1"), _TEST_COIN),
    ),
)

# PIVX-Project/PIVX (EXCHANGE_ADDRESS: EXM, EXT), src/messagesigner.cpp. Its test network has the same genesis block.
_pivx = _coin(
    scheme="pivx", limit=limits.PIVX, kinds=_EXCHANGE, magic=_magic("DarkNet Signed Message"), dialect=dialects.PIVX
)
_PIVX = (
    _pivx(
        *("pivx", "PIVX", "0000041e482b9b9691d98eefb4847340"),
        *(exchange("1e", "0d", "01b9a2"), 119),
        *paths(119, "44:W"),
    ),
    _pivx("pivx-testnet", "tPIVX", "pivx:testnet", exchange("8b", "13", "01b9b1"), _TEST_COIN),
)

# stratisproject/StratisFullNode, src/Stratis.Bitcoin.Networks/StraxMain.cs and StraxTest.cs, whose EXT_PUBLIC_KEY and
# EXT_SECRET_KEY are the main network's; messages: src/NBitcoin/Utils.cs, Bitcoin's
_stratis = _coin(limit=limits.STRATIS, kinds=SEGWIT)
_STRATIS = (
    _stratis(
        *("stratis", "STRAX", "ebe158d09325c470276619ebc5f7f87c", segwit("4b", "8c", "strax"), 105105),
        *paths(105105, "44-p2wpkh:W", "44:W"),
    ),
    _stratis(
        *("stratis-testnet", "TSTRAX", "0000db68ff9e74fbaf7654bab4fa702c"),
        *(segwit("78", "7f", "tstrax", xpubs="mainnet"), _TEST_COIN),
        *paths(_TEST_COIN, "44-p2wpkh:F", "44:F"),
    ),
)

# KomodoPlatform/komodo
_KOMODO = (
    _coin(kinds=LEGACY, magic=_magic("Komodo Signed Message"), limit=limits.KOMODO, dialect=dialects.KOMODO)(
        *("komodo", "KMD", "027e3758c3a65b12aa1046462b486d0a", legacy("3c", "55"), 141), *paths(141, "44:WT")
    ),
)

# vergecurrency/verge; src/validation.cpp for messages. Wallets have addresses vg1... (bech32_hrp), and nobody can spend
# from: src/primitives/transaction.h (SerializeTransaction, UnserializeTransaction) leaves witnesses out.
_verge = _coin(
    kinds=LEGACY,
    decimals=6,
    scheme="verge",
    magic=_magic("VERGE Signed Message"),
    limit=limits.VERGE,
    dialect=dialects.VERGE,
)
_VERGE = (
    _verge(
        *("verge", "XVG", "00000fc63692467faeb20cdb3b53200d", legacy("1e", "21"), 77),
        *paths(77, "84-p2pkh:W", "44:T"),
    ),
    _verge("verge-testnet", "tXVG", "65b4e101cacf3e1e4f3a9237e3a74ffd", legacy("73", "c6"), _TEST_COIN),
)

# NeblioTeam/neblio, wallet/chainparams.cpp. Its test network has the same genesis block.
_neblio = _coin(
    kinds=LEGACY,
    scheme="neblio",
    magic=_magic("Neblio Signed Message"),
    limit=limits.NEBLIO,
    dialect=dialects.NEBLIO,
)
_NEBLIO = (
    _neblio(*("neblio", "NEBL", "7286972be4dbc1463d256049b7471c25", legacy("35", "70"), 146), *paths(146, "44:W")),
    _neblio("neblio-testnet", "tNEBL", "nebl:testnet", legacy("41", "7f"), _TEST_COIN),
)


# zcash/zcash; ZIP-320, "Specification", for the TEX addresses of each network
_zcash_network = _coin(limit=limits.ZCASH, kinds=_TEX, magic=_magic("Zcash Signed Message"), dialect=dialects.ZCASH)
_ZCASH = (
    _zcash_network(
        *("zcash", "ZEC", "00040fe8ec8471911baa1db1266ea15d", zcash("1cb8", "1cbd", "tex"), 133), *paths(133, "44:WT")
    ),
    _zcash_network(
        *("zcash-testnet", "TAZ", "05a60a92d99d85997cce3b87616c089f"),
        *(zcash("1d25", "1cba", "textest"), _TEST_COIN),
    ),
    _zcash_network(
        *("zcash-regtest", "rZEC", "029f11d80ef9765602235e1bc9727e3e"),
        *(zcash("1d25", "1cba", "texregtest"), _TEST_COIN),
    ),
)

# HorizenOfficial/zen. Addresses t1... and t3... are the older ones (PUBKEY_ADDRESS_OLD, SCRIPT_ADDRESS_OLD).
_horizen = _coin(limit=limits.HORIZEN, kinds=LEGACY, magic=_magic("Zcash Signed Message"), dialect=dialects.HORIZEN)
_HORIZEN = (
    _horizen(
        *("horizen", "ZEN", "0007104ccda289427919efc39dc9e4d4"),
        with_older("2089", "2096", ("1cb8", "1cbd")),
        *(121, *paths(121, "44:W")),
    ),
    _horizen(
        *("horizen-testnet", "ZNT", "03e1c4bb705c871bf9bfda3e74b7f8f8"),
        with_older("2098", "2092", ("1d25", "1cba")),
        _TEST_COIN,
    ),
)

# RunOnFlux/fluxd
_flux = _coin(kinds=LEGACY, magic=_magic("Zelcash Signed Message"), limit=limits.FLUX, dialect=dialects.FLUX)
_FLUX = (
    _flux("flux", "FLUX", "00052461a5006c2e3b74ce48992a0869", legacy("1cb8", "1cbd"), 19167, *paths(19167, "44:W")),
    _flux("flux-testnet", "TESTFLUX", "0042202a64a929fc25cc10e68615ddbe", legacy("1d25", "1cba"), _TEST_COIN),
)


# decred/dcrd, chaincfg/mainnetparams.go and testnetparams.go: hashes and checksums are of BLAKE-256
_decred = _coin(
    limit=limits.DECRED,
    kinds=LEGACY,
    magic=_magic("Decred Signed Message"),
    magic_hash=blake256,
    key_hash=blake256_ripemd160,
    dialect=dialects.DECRED,
)
_DECRED_NETWORKS = (
    _decred("decred", "DCR", "298e5cc3d985bfe7f81dc135f360abe0", blake("073f", "071a"), 42, *paths(42, "44:WT")),
    _decred("decred-testnet", "tDCR", "a649dce53918caf422e9c711c858837e", blake("0f21", "0efc"), _TEST_COIN),
)

RELATIVES = (
    *(*_LITECOIN, *_DOGECOIN, *_DASH, *_BITCOIN_CASH, *_ECASH, *_BITCOIN_SV, *_BITCOIN_GOLD, *_BITCOIN_DIAMOND),
    *(*_DIGIBYTE, *_GROESTLCOIN, *_RAVENCOIN, *_QTUM, *_MONACOIN, *_VIACOIN, *_VERTCOIN, *_SYSCOIN, *_FIRO, *_PIVX),
    *(*_STRATIS, *_KOMODO, *_VERGE, *_NEBLIO, *_ZCASH, *_HORIZEN, *_FLUX, *_DECRED_NETWORKS),
)
"""All rows but Bitcoin's, the networks of a coin together, its main network first."""
