"""The addresses of one account, a block at a time (BIP-32, "Public parent key -> public child key")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from walletcore.chains import chain as chain_of
from walletcore.chains.base import Chain
from walletcore.curves.fixed_base import BLOCK, points
from walletcore.errors import DerivationError, InvalidKey, Unsupported
from walletcore.hashes import hmac_sha512_after
from walletcore.hd.bip32 import ExtendedPublicKey
from walletcore.keys import Curve
from walletcore.path import HARDENED, Path

__all__ = ["Account", "derive", "distinct", "indices_of"]

_MOST_CHANGES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What all addresses of a bulk follow from: an account's extended public key, a chain, and a kind of address.

    ``xpub`` is that of the account, m/44'/60'/0' and the like; ``kind`` is that of the addresses, and an ``xpub`` that
    names one (SLIP-132) makes no other. `of` takes the chain by its name, and the kind of the key.

    Raises `InvalidKey` for what is no `ExtendedPublicKey`, `DerivationError` for a key of another kind, `Unsupported`
    for a chain whose addresses are not those of keys of secp256k1, `AddressError` for a kind that it does not have.
    """

    xpub: ExtendedPublicKey
    chain: Chain
    kind: str = ""

    def __post_init__(self) -> None:
        if type(self.xpub) is not ExtendedPublicKey:
            hint = "an ExtendedPrivateKey has it as `public`"
            raise InvalidKey(f"expected an ExtendedPublicKey, got {type(self.xpub).__name__}", reason="type", hint=hint)
        if self.chain.curves[0] is not Curve.SECP256K1:
            raise Unsupported(f"addresses of {self.chain.name} are not those of keys of secp256k1", reason="scheme")
        if self.xpub.kind not in ("", self.kind):
            wanted = self.kind or "the usual kind"
            raise DerivationError(f"expected an extended key for {wanted}, got {self.xpub.kind}", reason="mismatch")
        self.chain.addresses([], kind=self.kind)  # says whether the chain has that kind

    @classmethod
    def of(cls, xpub: ExtendedPublicKey, chain: str | Chain, *, kind: str = "") -> Account:
        """The account, of a chain that may be given by its name; without a ``kind`` that which the key names."""
        row = chain if isinstance(chain, Chain) else chain_of(chain)
        return cls(xpub=xpub, chain=row, kind=kind or getattr(xpub, "kind", ""))

    @property
    def number(self) -> int:
        """The account's own number, the last step to its key: 5 of m/84'/0'/5'."""
        return self.xpub.child_number & (HARDENED - 1)

    def addresses(self, indices: Sequence[int], *, change: int = 0) -> Iterator[str | None]:
        """For each index, from 0 to 2^31-1 and in any order, its address; None for one that has no key.

        BIP-32 allows an index to have none, in one of 2^127 cases. Memory does not grow with their number. Raises
        `DerivationError` for an index or a change that is none, or hardened.
        """
        _check_change(change)
        parent = self.xpub.derive(Path((change,)))
        public = parent.public_key.data
        sums, hmac = points(public, len(indices)), hmac_sha512_after(parent.chain_code, public)
        for place in range(0, len(indices), BLOCK):
            block = indices[place : place + BLOCK]
            if min(block) < 0 or max(block) >= HARDENED:
                raise _beyond()
            sums.add([hmac(index.to_bytes(4))[:32] for index in block])
            yield from self.chain.addresses_of(sums, kind=self.kind)

    def at(self, changes: Sequence[int], indices: Sequence[int]) -> list[str | None]:
        """The addresses of as many changes and indices, in their order; as `addresses`, but all at once.

        Those of one change are derived together: rows of both are often mixed, and each has a point of its own.
        """
        places: dict[int, list[int]] = {}
        for place, change in enumerate(changes):
            places.setdefault(change, []).append(place)
        if len(places) == 1:
            return list(self.addresses(indices, change=changes[0]))
        found: list[str | None] = [None] * len(indices)
        for change, of_it in places.items():
            texts = self.addresses([indices[place] for place in of_it], change=change)
            for place, text in zip(of_it, texts, strict=True):
                found[place] = text
        return found


def indices_of(start: int, count: int, change: int = 0) -> range:
    """The indices from ``start`` on. Raises `DerivationError` for what is no index, or hardened."""
    for number, what in ((start, "start"), (count, "count")):
        if type(number) is not int or not 0 <= number <= HARDENED:
            raise DerivationError(f"expected {what} as an int from 0 to 2^31-1", reason="range")
    if start + count > HARDENED:
        raise _beyond()
    _check_change(change)
    return range(start, start + count)


def _check_change(change: int) -> None:
    if type(change) is not int or not 0 <= change < 2 * HARDENED:
        raise DerivationError("expected change as an int from 0 to 2^31-1", reason="range")
    if change >= HARDENED:
        raise DerivationError("a hardened step needs the private key", reason="hardened")


def distinct(changes: Sequence[int]) -> tuple[int, ...]:
    """The changes, of which none is named twice. Raises `DerivationError`."""
    if not isinstance(changes, list | tuple | range) or not 1 <= len(changes) <= _MOST_CHANGES:
        raise DerivationError(f"expected 1 to {_MOST_CHANGES} changes", reason="length")
    if len(set(changes)) < len(changes):
        raise DerivationError("a change is named twice: its rows would be there twice", reason="duplicate")
    return tuple(changes)


def _beyond() -> DerivationError:
    return DerivationError("expected indices from 0 to 2^31-1, as the others are hardened", reason="range")


def derive(
    xpub: ExtendedPublicKey, chain: str | Chain, start: int, count: int, *, kind: str = "", change: int = 0
) -> Iterator[tuple[int, str]]:
    """Pairs of index and address, in order, of ``count`` indices from ``start`` on, below one account.

    Addresses are at its ``change`` and then their index. An index that has no key, as BIP-32 allows in one of 2^127
    cases, is left out. Memory does not grow with ``count``.

    Raises what `Account` raises, and `DerivationError` for indices outside of 0 to 2^31-1.
    """
    account, indices = Account.of(xpub, chain, kind=kind), indices_of(start, count, change)
    return _pairs(account, indices, change)


def _pairs(account: Account, indices: range, change: int) -> Iterator[tuple[int, str]]:
    for index, text in zip(indices, account.addresses(indices, change=change), strict=True):
        if text is not None:
            yield index, text
