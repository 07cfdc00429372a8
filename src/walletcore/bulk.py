"""Addresses by the million, from one account's extended public key (BIP-32, "Public parent key -> public child key").

Public data only. Whoever needs a few asks `Wallet`.
"""

from __future__ import annotations

from collections.abc import Iterator

from walletcore.chains import chain as chain_of
from walletcore.chains.base import Chain
from walletcore.curves.fixed_base import BLOCK, points
from walletcore.errors import DerivationError, InvalidKey, Unsupported
from walletcore.hashes import hmac_sha512_after
from walletcore.hd.bip32 import ExtendedPublicKey
from walletcore.keys import Curve
from walletcore.path import HARDENED, Path

__all__ = ["derive"]


def derive(
    xpub: ExtendedPublicKey, chain: str | Chain, start: int, count: int, *, kind: str = "", change: int = 0
) -> Iterator[tuple[int, str]]:
    """Pairs of index and address, in order, of ``count`` indices from ``start`` on, below one account.

    ``xpub`` is that of the account, m/44'/60'/0' and the like: addresses are at its ``change`` and then their index.
    ``kind`` is that of the addresses; of an ``xpub`` that names one (SLIP-132) no other is made. An index that has no
    key, as BIP-32 allows in one of 2^127 cases, is left out. Memory does not grow with ``count``.

    Raises `InvalidKey` for what is no `ExtendedPublicKey`, `DerivationError` for indices outside of 0 to 2^31-1,
    `Unsupported` for a chain whose addresses are not those of keys of secp256k1, `AddressError` for another kind.
    """
    if type(xpub) is not ExtendedPublicKey:
        hint = "an ExtendedPrivateKey has it as `public`"
        raise InvalidKey(f"expected an ExtendedPublicKey, got {type(xpub).__name__}", reason="type", hint=hint)
    row = chain if isinstance(chain, Chain) else chain_of(chain)
    if row.curves[0] is not Curve.SECP256K1:
        raise Unsupported(f"addresses of {row.name} are not those of keys of secp256k1", reason="scheme")
    for number, what in ((start, "start"), (count, "count"), (change, "change")):
        if type(number) is not int or not 0 <= number <= HARDENED:
            raise DerivationError(f"expected {what} as an int from 0 to 2^31-1", reason="range")
    if start + count > HARDENED:
        raise DerivationError("expected indices below 2^31, as the others are hardened", reason="range")
    if xpub.kind not in ("", kind or xpub.kind):
        raise DerivationError(f"expected an extended key for {kind}, got one for {xpub.kind}", reason="mismatch")
    kind = kind or xpub.kind
    row.addresses([], kind=kind)  # says whether the chain has that kind
    return _pairs(xpub.derive(Path((change,))), row, range(start, start + count), kind)


def _pairs(parent: ExtendedPublicKey, row: Chain, indices: range, kind: str) -> Iterator[tuple[int, str]]:
    public = parent.public_key.data
    sums, hmac = points(public, len(indices)), hmac_sha512_after(parent.chain_code, public)
    for place in range(0, len(indices), BLOCK):
        block = indices[place : place + BLOCK]
        sums.add([hmac(index.to_bytes(4))[:32] for index in block])
        for index, text in zip(block, row.addresses_of(sums, kind=kind), strict=True):
            if text is not None:
                yield index, text
