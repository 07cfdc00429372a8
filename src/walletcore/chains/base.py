"""What all families share: a chain is a row, an address and a signed transaction are values.

Chains are named by CAIP-2, assets by CAIP-19, accounts by CAIP-10; coin types are SLIP-44; profiles are BIP-44's idea.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from walletcore.errors import AddressError, PathError, TransactionError, Unsupported
from walletcore.keys import Curve, PublicKey
from walletcore.path import HARDENED, Path
from walletcore.remembering import memory, remembered
from walletcore.signing import Answers, Signable

if TYPE_CHECKING:
    from walletcore.curves.fixed_base import Points
    from walletcore.effects import Effect
    from walletcore.path import KeyOrigin

__all__ = [
    "LEVELS",
    "MAX_CHANGE_INDEX",
    "Address",
    "Chain",
    "Likeness",
    "Owners",
    "Profile",
    "SignedMessage",
    "SignedTransaction",
    "check_max_index",
]

T = TypeVar("T", bound="Signable[Any]")
Owners = tuple[tuple[PublicKey, "KeyOrigin | None"], ...]
"""The keys that guard something together, each with where it is said to come from: `effects.Transfer.owners`."""
Likeness = tuple[Set[int], Sequence[Owners]]
"""Places of a subject's effects, and the owners of what it spends that is guarded in the same way."""
LEVELS = ("account", "change", "index")
"""What the places in templates are called, as in BIP-44."""
MAX_CHANGE_INDEX = (
    1_000_000  # as far as trezor-firmware goes (core/src/apps/cardano/helpers/paths.py): a search still finds it
)
_PLACES = ("{account}", "{change}", "{index}")
_MAX_NAME = 80
_FIRST_PURPOSE = 44  # BIP-43
_TESTNETS = 1  # SLIP-44: the coin type of all test nets


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How wallets derive keys for a chain: a template such as ``m/44'/501'/{account}'/0'``, and who uses it.

    ``derivation`` is a word for ``walletcore.hd`` (bip32, slip10, sollet), ``kind`` the kind of address that goes with
    it.
    """

    name: str
    path: str
    derivation: str = "bip32"
    curve: Curve = Curve.SECP256K1
    kind: str = ""
    wallets: tuple[str, ...] = ()
    source: str

    def __post_init__(self) -> None:
        if type(self.path) is not str:
            raise PathError(f"expected a path as text, got {type(self.path).__name__}", reason="type")
        root, *steps = self.path.split("/")
        if root != "m" or not all(map(_is_step, steps)):
            expected = "m and steps that are a number or one of {account}, {change}, {index}"
            raise PathError(f"expected {expected}", reason="character")

    def fill(self, *, account: int = 0, change: int = 0, index: int = 0) -> Path:
        """The path for these numbers. Raises `PathError` when one that is not zero has no place in the template."""
        text = self.path
        for level, number in zip(LEVELS, (account, change, index), strict=True):
            if type(number) is not int:
                raise PathError(f"expected an int as {level}, got {type(number).__name__}", reason="type")
            if not 0 <= number < HARDENED:
                raise PathError(f"expected a number from 0 to {HARDENED - 1} as {level}", reason="range")
            place = f"{{{level}}}"
            if number and place not in text:
                raise PathError(f"profile {self.name!r} ({self.path}) has no {level}, got {number}", reason="unknown")
            text = text.replace(place, str(number))
        return Path.parse(text)

    @property
    def coin_type(self) -> int | None:
        """The step behind the purpose, both hardened, where the template has BIP-44's order: purposes began at 44."""
        purpose, coin_type = (*self.fill().steps, 0, 0)[:2]
        return coin_type if purpose >= HARDENED + _FIRST_PURPOSE and coin_type >= HARDENED else None

    def numbers(self, path: Path) -> dict[str, int] | None:
        """The account, change and index that fill the template to this path, or None where it is no path of it."""
        steps = self.path.split("/")[1:]
        if len(steps) != len(path):
            return None
        pairs = zip(steps, path.steps, strict=True)
        places = {step.strip("{}'"): number % HARDENED for step, number in pairs if step.startswith("{")}
        found = dict.fromkeys(LEVELS, 0) | places
        return found if self.fill(**found) == path else None


def _is_step(step: str) -> bool:
    """A number or a place, perhaps hardened; ``isdigit`` alone would take the digits of every script."""
    level = step.removesuffix("'")
    return level in _PLACES or (level.isascii() and level.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Chain:
    """A chain of some family: names, numbers and profiles (the first is the default). Frozen and hashable.

    A family names its ``subjects``, and says by ``is_signed`` whether the signed bytes of its transactions name the
    chain, so that no sister chain takes them.
    """

    subjects: ClassVar[tuple[str, ...]] = ()
    """The types that `decode_transaction` gives for what is to be signed, each as ``module:Type``."""
    is_signed: ClassVar[bool] = False

    name: str
    symbol: str
    decimals: int
    slip44: int
    caip2: str
    curves: tuple[Curve, ...] = (Curve.SECP256K1,)
    profiles: tuple[Profile, ...] = ()
    _coin_types: frozenset[int] | None = memory()

    def __repr__(self) -> str:
        """Its names alone: a chain stands in the repr of every address and transaction."""
        return f"{type(self).__name__}({self.name}, {self.caip2})"

    @property
    def asset(self) -> str:
        """The CAIP-19 name of the native asset."""
        return f"{self.caip2}/slip44:{self.slip44}"

    @property
    def fee_asset(self) -> str:
        """The CAIP-19 name of the asset in which fees are paid: the native one, unless a family says otherwise."""
        return self.asset

    @property
    def fee_symbol(self) -> str:
        """The symbol of that asset."""
        return self.symbol

    @property
    def xpub_network(self) -> str:
        """The network that extended keys of this chain are written for (BIP-32, SLIP-132): mainnet, or testnet."""
        return "testnet" if self.slip44 == _TESTNETS else "mainnet"

    def is_same_asset(self, one: str, other: str) -> bool:
        """Whether two CAIP-19 names are of one asset: a family in which an asset has two names says so."""
        return one == other

    def account_id(self, address: str) -> str:
        """The CAIP-10 name of an account."""
        return f"{self.caip2}:{address}"

    @remembered
    def coin_types(self) -> frozenset[int]:
        """The hardened steps that name the chain in its profiles' paths."""
        return frozenset(profile.coin_type for profile in self.profiles if profile.coin_type is not None)

    def has_path(self, path: Path) -> bool:
        """Whether wallets look for this chain's coins there: below one of its coin types, or as a profile has it."""
        steps = path.steps  # of every input: what is known needs no call
        return (len(steps) > 1 and steps[1] in (self._coin_types or self.coin_types())) or any(
            profile.numbers(path) is not None for profile in self.profiles
        )

    def profile(self, name: str = "", *, kind: str = "") -> Profile:
        """The profile of that name, or the first one for that kind of address, or the default. Raises `Unsupported`."""
        for text in (name, kind):
            if type(text) is not str or len(text) > _MAX_NAME:
                raise Unsupported(f"expected a name of at most {_MAX_NAME} characters", reason="type")
        for profile in self.profiles:
            if name in ("", profile.name) and kind in ("", profile.kind):
                return profile
        wanted = " for ".join(part for part in (name and f"named {name!r}", kind and f"kind {kind!r}") if part)
        raise Unsupported(f"{self.name} has no profile {wanted}", reason="unknown")

    def path(self, *, account: int = 0, change: int = 0, index: int = 0, profile: str = "", kind: str = "") -> Path:
        """The derivation path of a profile. Raises `PathError` when the template lacks a number that was asked for."""
        return self.profile(profile, kind=kind).fill(account=account, change=change, index=index)

    @abstractmethod
    def address(self, key: PublicKey, *, kind: str = "") -> Address:
        """The address of a key, of the default kind or the one that is named. Raises `AddressError`."""

    def addresses(self, keys: Sequence[bytes], *, kind: str = "") -> list[str]:
        """The addresses of many canonical public keys of the chain's first curve. Raises `AddressError`."""
        return [self.address(PublicKey(self.curves[0], key), kind=kind).text for key in keys]

    def addresses_of(self, points: Points, *, kind: str = "") -> list[str | None]:
        """The addresses of a block of points of secp256k1, None where there is none. Raises `AddressError`."""
        keys = points.compressed()
        texts = iter(self.addresses([key for key in keys if key is not None], kind=kind))
        return [None if key is None else next(texts) for key in keys]

    @abstractmethod
    def parse_address(self, text: str) -> Address:
        """Read an address. Raises `AddressError` with what was expected and what came."""

    @abstractmethod
    def decode_transaction(
        self, raw: bytes, *, keys: Sequence[PublicKey] = ()
    ) -> Signable[Any] | SignedTransaction[Any]:
        """Read a transaction, signed or not; ``keys`` name signers that the bytes know only by hash.

        Raises `TransactionError`.
        """

    @abstractmethod
    def transaction_id(self, raw: bytes) -> str:
        """The id that explorers show for a signed transaction. Raises `TransactionError`."""

    def _identify(self, raw: bytes) -> str:
        """The id of bytes that a transaction of ours has just become; a family may know a shorter way to it."""
        return self.transaction_id(raw)

    def takes(self, subject: object) -> bool:
        """Whether this is exactly one of the family's subjects: no subclass, and no look-alike."""
        kind = type(subject)
        module, name = kind.__module__, kind.__qualname__
        return f"{module}:{name}" in self.subjects and getattr(sys.modules.get(module), name, None) is kind

    def described(self, subject: Signable[Any]) -> Signable[Any]:
        """What a subject is about, where it carries that from hand to hand: by itself it is that."""
        return subject

    def likenesses(self, subject: Signable[Any]) -> Sequence[Likeness]:
        """Which transfers to several owners go where something comes from that the subject spends.

        That is to as many of the same accounts, in the same order, of which as many must sign, in the same kind of
        script, with keys at one place of each. A family without such scripts has none.
        """
        return ()

    def _check_key(self, key: PublicKey) -> None:
        if type(key) is not PublicKey or key.curve not in self.curves:
            expected = " or ".join(curve.value for curve in self.curves)
            raise AddressError(f"expected a public key of {expected}", reason="type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address of a chain: its text, the bytes it stands for, its kind and, where the format has one, a tag."""

    chain: Chain
    text: str
    payload: bytes
    kind: str = ""
    tag: int | None = None
    _agrees: bool | None = memory()  # True where the family itself wrote the text of these bytes

    def __str__(self) -> str:
        return self.text

    @property
    def account_id(self) -> str:
        """The CAIP-10 name."""
        return self.chain.account_id(self.text)


def check_max_index(max_index: int) -> None:
    """Raise `PathError` unless this can be the last index at which change is looked for."""
    if type(max_index) is not int or max_index < 0:
        raise PathError("expected an int from 0 on as max_index", reason="range")


def of_chain(chain: Chain, address: object, what: str) -> Address:
    """The same, where it is an `Address` of the chain; otherwise raise `TransactionError`.

    Whether its text and its bytes are one, each family checks.
    """
    if type(address) is not Address:
        got = f"expected an Address as {what}, got {type(address).__name__}"
        raise TransactionError(got, reason="type", hint="chain.parse_address(text) makes one")
    if address.chain is not chain and address.chain != chain:
        expected = f"expected an address of {chain.name} as {what}, got one of {address.chain.name}"
        raise TransactionError(expected, reason="network")
    return address


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction(Generic[T]):
    """A transaction with accepted signatures: ``raw`` goes to the node, ``id`` to the ledger."""

    chain: Chain
    raw: bytes = field(repr=False)
    transaction: T
    answers: Answers = field(repr=False, compare=False)  # they stand in raw
    _id: str | None = memory()

    @property
    def id(self) -> str:
        """The id that explorers show."""
        if self._id is None:
            identity = self.chain._identify(self.raw)
            object.__setattr__(self, "_id", identity)
            return identity
        return self._id

    def effects(self) -> tuple[Effect, ...]:
        """What the transaction does."""
        return self.transaction.effects()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage(Generic[T]):
    """A message with its accepted signature in the form its readers expect."""

    chain: Chain
    raw: bytes
    message: T
    answers: Answers = field(repr=False, compare=False)  # they stand in raw

    def effects(self) -> tuple[Effect, ...]:
        """What the message does."""
        return self.message.effects()
