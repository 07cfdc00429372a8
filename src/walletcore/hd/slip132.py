"""SLIP-0132: the version bytes of extended keys, which say of which coin's network and for which script a tree is.

BIP-32, "Serialization format", for the first two rows; SLIP-0132, "Registered HD version bytes", for all. Coins share
bytes: a text says its network only to one who knows the coin, so Bitcoin's are read unless another network is named.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BITCOIN_NETWORKS", "VERSIONS", "Version", "spelled"]

BITCOIN_NETWORKS = ("mainnet", "testnet")
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
    """The version bytes of a pair of texts: where their addresses live, and the kind of script they are for."""

    network: str
    kind: str
    public: bytes
    private: bytes


def _both(main: str, test: str) -> tuple[Version, ...]:
    """The rows of a coin that has all of Bitcoin's."""
    mains = tuple(Version(main, row[0], *map(bytes.fromhex, row[1:3])) for row in _BITCOIN)
    return mains + tuple(Version(test, row[0], *map(bytes.fromhex, row[3:])) for row in _BITCOIN)


VERSIONS = (
    *_both(*BITCOIN_NETWORKS),
    *_both("groestlcoin", "groestlcoin-testnet"),
    *(
        Version(network, kind, bytes.fromhex(public), bytes.fromhex(private))
        for network, kind, public, private in _OTHERS
    ),
)
_READ: dict[bytes, list[tuple[Version, bool]]] = {}
for _row in VERSIONS:
    _READ.setdefault(_row.public, []).append((_row, False))
    _READ.setdefault(_row.private, []).append((_row, True))


def spelled(version: bytes) -> tuple[tuple[Version, bool], ...]:
    """The rows that have these version bytes, each with whether they are its private ones; Bitcoin's comes first."""
    return tuple(_READ.get(version, ()))
