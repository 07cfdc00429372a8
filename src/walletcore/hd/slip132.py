"""SLIP-0132: the version bytes of extended keys, which say of which coin's network and for which script a tree is.

BIP-32, "Serialization format", for the first two rows; SLIP-0132, "Registered HD version bytes", for all but Decred's,
which are dcrd's (chaincfg/mainnetparams.go, testnetparams.go). Coins share bytes: a text says its network only to one
who knows the coin, so Bitcoin's are read unless another network is named; those of Decred
and Groestlcoin have checksums of their own.
"""

from __future__ import annotations

from typing import NamedTuple

from walletcore.coding.text import Base58Check, base58check
from walletcore.hashes import Hash, blake256_ripemd160, blake256d, groestl512d, hash160

__all__ = ["BITCOIN_NETWORKS", "PLAIN_NETWORKS", "SPELLINGS", "VERSIONS", "Version", "spelled"]

BITCOIN_NETWORKS = ("mainnet", "testnet")
PLAIN_NETWORKS = (*BITCOIN_NETWORKS, "decred", "decred-testnet", "groestlcoin", "groestlcoin-testnet")
"""Those that are read without being named: Bitcoin's, and those whose checksums no other text has."""
_DECRED = Base58Check(checksum=blake256d)  # decred/dcrd, hdkeychain/extendedkey.go: doubleBlake256Cksum
_GROESTLCOIN = Base58Check(checksum=groestl512d)  # Groestlcoin/groestlcoin, src/base58.cpp
SPELLINGS = (base58check, _DECRED, _GROESTLCOIN)
"""How texts are written; the first is Bitcoin's."""
_BITCOIN = (  # kind of script; mainnet, public and private; testnet, public and private
    ("", "0488b21e", "0488ade4", "043587cf", "04358394"),  # xpub, tpub: P2PKH or P2SH, or not said
    ("p2sh-p2wpkh", "049d7cb2", "049d7878", "044a5262", "044a4e28"),  # ypub, upub
    ("p2wpkh", "04b24746", "04b2430c", "045f1cf6", "045f18bc"),  # zpub, vpub
    ("p2sh-p2wsh", "0295b43f", "0295b005", "024289ef", "024285b5"),  # Ypub, Upub
    ("p2wsh", "02aa7ed3", "02aa7a99", "02575483", "02575048"),  # Zpub, Vpub
)
_OTHERS = (
    ("kylacoin", "", "038f332e", "038f2ef4"),  # kpub
    ("kylacoin-testnet", "", "045f1cf6", "045f18bc"),  # vpub
    ("litecoin", "", "019da462", "019d9cfe"),  # Ltub
    ("litecoin", "p2sh-p2wpkh", "01b26ef6", "01b26792"),  # Mtub
    ("litecoin-testnet", "", "0436f6e1", "0436ef7d"),  # ttub
    ("lyncoin", "", "019c354f", "019c3115"),  # Lpub
    ("lyncoin-testnet", "", "022dbf5b", "022dbb21"),  # Tpub
    ("nexa", "", "42696720", "426c6b73"),
    ("nexa-testnet", "", "043587cf", "04358394"),  # tpub
    ("polis", "p2pkh", "03e25d7e", "03e25945"),  # ppub
    ("record", "", "040ec961", "040ec94c"),  # rxpu: Record X-core Blockchain
    ("syscoin", "p2wpkh", "04b24746", "04b2430c"),  # zpub
    ("syscoin", "p2wsh", "02aa7ed3", "02aa7a99"),  # Zpub
    ("vertcoin", "", "0488b21e", "0488ade4"),  # xpub
)


class Version(NamedTuple):
    """The version bytes of a pair of texts: where their addresses live, and the kind of script they are for.

    ``checked`` is how these texts are written, and ``key_hash`` gives the fingerprints in them.
    """

    network: str
    kind: str
    public: bytes
    private: bytes
    checked: Base58Check = base58check
    key_hash: Hash = hash160


def _both(main: str, test: str, checked: Base58Check) -> tuple[Version, ...]:
    """The rows of a coin that has all of Bitcoin's."""
    return tuple(
        Version(network, row[0], bytes.fromhex(row[place]), bytes.fromhex(row[place + 1]), checked)
        for network, place in ((main, 1), (test, 3))
        for row in _BITCOIN
    )


VERSIONS = (
    *_both(*BITCOIN_NETWORKS, base58check),
    *_both("groestlcoin", "groestlcoin-testnet", _GROESTLCOIN),
    *(
        Version(network, kind, bytes.fromhex(public), bytes.fromhex(private))
        for network, kind, public, private in _OTHERS
    ),
    *(
        Version(network, "", bytes.fromhex(public), bytes.fromhex(private), _DECRED, blake256_ripemd160)
        for network, public, private in (("decred", "02fda926", "02fda4e8"), ("decred-testnet", "043587d1", "04358397"))
    ),
)
_READ: dict[bytes, list[tuple[Version, bool]]] = {}
for _row in VERSIONS:
    _READ.setdefault(_row.public, []).append((_row, False))
    _READ.setdefault(_row.private, []).append((_row, True))


def spelled(version: bytes, checked: Base58Check) -> tuple[tuple[Version, bool], ...]:
    """The rows of texts that begin and are written so, each with whether it is its private one; Bitcoin's first."""
    return tuple(each for each in _READ.get(version, ()) if each[0].checked == checked)
