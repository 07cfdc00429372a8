"""SLIP-39: a secret as shares of 20 words and more, of which enough of enough groups give it back.

SLIP-0039, "Format of the share mnemonic", "Generating and combining the shares", "Checksum", "Encryption of the master
secret". In its words: GT groups of G are needed, and T_i members of the N_i in group i; MS is the master secret, EMS
the same encrypted with the passphrase, n its size.

Every passphrase gives some secret, and nothing tells which is right. No error ever repeats a word.
"""
# ruff: noqa: N803, N806 - L, R, MS, EMS, T and N are the specification's names

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from typing import Any

from walletcore.errors import MnemonicError
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import drawn
from walletcore.mnemonic.interpolation import GF256
from walletcore.mnemonic.wordlists import slip39_words
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["MAX_EXPONENT", "Slip39Share", "combine", "generate", "split"]

MAX_EXPONENT = 9
"""The largest iteration exponent, when nothing else is said: 5,120,000 iterations of PBKDF2, some three seconds."""

_FORMAT = (  # before the padded share value and the checksum: field, its bits, the value that is written as 0
    ("identifier", 15, 0),
    ("extendable", 1, 0),
    ("iteration_exponent", 4, 0),
    ("group_index", 4, 0),
    ("group_threshold", 4, 1),
    ("group_count", 4, 1),
    ("member_index", 4, 0),
    ("member_threshold", 4, 1),
)
_HEAD, _CHECKSUM = 4, 3  # words
_SIZES = range(16, 65, 2)  # bytes: a multiple of 16 bits from 128 on; to 512 bits, as seeds of BIP-32
_SECRET, _DIGEST = 255, 254  # the indexes at which f is the shared secret and its digest
_MAX_COUNT = 16  # groups, and members of a group
_MAX_PHRASE = 1024  # characters; 59 words of eight letters are 530
_MAX_PASSPHRASE = 4096  # characters
_BIP39_COUNTS = (12, 15, 18, 21, 24)

Draw = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Slip39Share(Confidential):
    """One share: its value (16 to 64 bytes, an even number) and what it says of itself; shown by its place only.

    ``group_index`` and ``member_index`` count from 0 to 15, thresholds and ``group_count`` are 1 to 16, ``identifier``
    has 15 bits, and ``iteration_exponent`` e, 0 to 15, stands for 10000 * 2^e rounds of PBKDF2.
    Raises `MnemonicError`.
    """

    identifier: int
    extendable: bool
    iteration_exponent: int
    group_index: int
    group_threshold: int
    group_count: int
    member_index: int
    member_threshold: int
    value: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        for name, bits, least in _FORMAT:
            _check_number(name, getattr(self, name), least, 1 << bits, bool if name == "extendable" else int)
        if type(self.value) is not Secret:
            raise MnemonicError(f"expected a Secret as value, got {type(self.value).__name__}", reason="type")
        _check_size(len(self.value))
        if self.group_threshold > self.group_count:
            raise MnemonicError("expected a group threshold of at most the group count", reason="range")
        if self.group_index >= self.group_count:
            raise MnemonicError("expected a group index below the group count", reason="range")

    @classmethod
    @sealed
    def parse(cls, phrase: str, *, expand_prefix: bool = False) -> Slip39Share:
        """Read a share and check its checksum; any white space may stand between the words.

        ``expand_prefix`` reads words cut to four letters or more. Raises `MnemonicError` with the position of the first
        word that is not known.
        """
        words = _split(phrase)
        size = _size(words)
        indexes = _indexes(words, expand_prefix)
        head, value = _number(indexes[:_HEAD]), _number(indexes[_HEAD:-_CHECKSUM])
        fields = _fields(head)
        if _polymod([*_customization(fields["extendable"]), *indexes]) != 1:
            raise MnemonicError("the checksum of the share does not match", reason="checksum")
        if value >> 8 * size:
            raise MnemonicError("expected zero bits as padding", reason="non-canonical")
        return cls(value=Secret(value.to_bytes(size)), **fields)

    @sealed
    def reveal(self) -> str:
        """The words, joined by spaces. The one door to the text. Raises `InvalidKey` when the value was wiped."""
        head, value = 0, self.value.reveal()
        for name, bits, least in _FORMAT:
            head = head << bits | getattr(self, name) - least
        count = -(-8 * len(value) // 10)  # of words, rounded up
        data = [*_places(head, _HEAD), *_places(int.from_bytes(value), count)]
        checksum = _polymod([*_customization(self.extendable), *data, 0, 0, 0]) ^ 1
        return " ".join(slip39_words()[index] for index in [*data, *_places(checksum, _CHECKSUM)])

    def __repr__(self) -> str:
        return f"Slip39Share(group {self.group_index + 1} of {self.group_count}, member {self.member_index + 1})"


Slip39Share.__init__ = sealed(Slip39Share.__init__)  # type: ignore[method-assign]


@sealed
def generate(size: int = 16, *, entropy: bytes | Secret | None = None) -> Secret:
    """A new secret of 16 to 64 bytes, an even number; ``entropy`` (``size`` bytes) is for tests.

    Raises `MnemonicError`.
    """
    if type(size) is not int:
        raise MnemonicError(f"expected size as int, got {type(size).__name__}", reason="type")
    _check_size(size)
    return Secret(drawn(size, entropy))


@sealed
def split(
    secret: bytes | Secret,
    groups: Sequence[tuple[int, int]],
    *,
    group_threshold: int = 1,
    passphrase: str = "",
    iteration_exponent: int = 1,
    extendable: bool = True,
    entropy: bytes | Secret | None = None,
) -> tuple[tuple[Slip39Share, ...], ...]:
    """Share a secret of 16 to 64 bytes, an even number, among ``groups``: pairs of T_i, how many are needed, and N_i.

    A group has 1 to 16 members, and more than one only where more than one is needed; ``group_threshold`` of the groups
    are needed. Two sets of shares of one secret and passphrase can be ``extendable`` only. ``entropy`` is for tests: 2
    bytes for the identifier, then (T - 1) n - 4 for each T above 1, the groups' first. Raises `MnemonicError`.
    """
    MS, P = _checked_secret(secret), _checked_passphrase(passphrase)
    _check_groups(group_threshold, groups)
    _check_number("iteration_exponent", iteration_exponent, 0, MAX_EXPONENT + 1)
    _check_number("extendable", extendable, 0, 2, bool)
    thresholds = (group_threshold, *(T for T, _ in groups))
    draw = BytesIO(drawn(2 + sum((T - 1) * len(MS) - 4 for T in thresholds if T > 1), entropy)).read
    identifier = int.from_bytes(draw(2)) & 0x7FFF
    EMS = _feistel(range(4), MS, P, iteration_exponent, _salt_prefix(identifier, extendable))
    share = partial(
        Slip39Share,
        identifier=identifier,
        extendable=extendable,
        iteration_exponent=iteration_exponent,
        group_threshold=group_threshold,
        group_count=len(groups),
    )
    group_shares = _split_secret(group_threshold, len(groups), EMS, draw)
    return tuple(
        tuple(
            share(group_index=i, member_threshold=T, member_index=j, value=Secret(value))
            for j, value in enumerate(_split_secret(T, N, group_share, draw))
        )
        for i, ((T, N), group_share) in enumerate(zip(groups, group_shares, strict=True))
    )


@sealed
def combine(shares: Sequence[Slip39Share | str], passphrase: str = "", *, max_exponent: int = MAX_EXPONENT) -> Secret:
    """The secret of enough shares of enough groups, given as such or as phrases, in any order.

    More shares than are needed are read too, where the specification stops: each must lie on the polynomial of the
    others. Members of a group that is not complete are left aside where enough groups are. Raises `MnemonicError`:
    "missing" for too few shares, "mismatch" for shares that do not belong together, "policy" for an iteration exponent
    above ``max_exponent``, before any work.
    """
    P, read = _checked_passphrase(passphrase), _read(shares)
    e, GT = read[0].iteration_exponent, read[0].group_threshold
    _check_number("max_exponent", max_exponent, 0, 16)
    if e > max_exponent:
        text = f"expected an iteration exponent of at most {max_exponent}, got {e}"
        raise MnemonicError(text, reason="policy", hint="combine(..., max_exponent=...) sets another limit")
    groups = _groups(read)
    complete = {i: group for i, (T, group) in groups.items() if len(group) >= T}
    if len(complete) < GT:
        text = f"expected enough shares of {GT} of {read[0].group_count} groups, got them of {len(complete)}"
        raise MnemonicError(text, reason="missing")
    EMS = _recover_secret(GT, {i: _recover_secret(groups[i][0], group) for i, group in complete.items()})
    return Secret(_feistel(range(3, -1, -1), EMS, P, e, _salt_prefix(read[0].identifier, read[0].extendable)))


# Shamir's secret-sharing: f(255) is the shared secret, f(254) its digest.


def _split_secret(T: int, N: int, S: bytes, draw: Draw) -> list[bytes]:
    """SplitSecret(T, N, S): the values at 0, 1 ... N - 1."""
    if T == 1:
        return [S] * N
    points = {i: draw(len(S)) for i in range(T - 2)}
    R = draw(len(S) - 4)
    points |= {_DIGEST: _digest(R, S) + R, _SECRET: S}
    return [points[i] if i in points else GF256.interpolate(points, i) for i in range(N)]


def _recover_secret(T: int, points: Mapping[int, bytes]) -> bytes:
    """RecoverSecret(T, points), for T points or more."""
    if not GF256.agree(points, T):
        raise MnemonicError("the shares do not belong to one secret", reason="mismatch")
    S = GF256.interpolate(points, _SECRET)
    D = GF256.interpolate(points, _DIGEST)
    if T > 1 and not hmac.compare_digest(D[:4], _digest(D[4:], S)):
        raise MnemonicError("the digest of the shared secret does not match", reason="mismatch")
    return S


def _digest(R: bytes, S: bytes) -> bytes:
    return hmac.digest(R, S, "sha256")[:4]


def _read(shares: Sequence[Slip39Share | str]) -> list[Slip39Share]:
    """The shares, of which all say the same of the secret that they are of."""
    if type(shares) not in (list, tuple):  # a text is a sequence, too
        raise MnemonicError(f"expected shares as a list or tuple, got {type(shares).__name__}", reason="type")
    if not 1 <= len(shares) <= _MAX_COUNT**2:
        raise MnemonicError(f"expected 1 to {_MAX_COUNT**2} shares, got {len(shares)}", reason="length")
    read = [share if isinstance(share, Slip39Share) else Slip39Share.parse(share) for share in shares]
    for name in ("identifier", "extendable", "iteration_exponent", "group_threshold", "group_count"):
        if len({getattr(share, name) for share in read}) > 1:
            raise MnemonicError(f"expected shares with one {name}", reason="mismatch")
    if len({len(share.value) for share in read}) > 1:
        raise MnemonicError("expected shares of one length", reason="mismatch")
    return read


def _groups(shares: Sequence[Slip39Share]) -> dict[int, tuple[int, dict[int, bytes]]]:
    """For each group index the member threshold, and the values of its members by their index."""
    groups: dict[int, tuple[int, dict[int, bytes]]] = {}
    for share in shares:
        T, members = groups.setdefault(share.group_index, (share.member_threshold, {}))
        if share.member_threshold != T:
            raise MnemonicError("expected one member_threshold in each group", reason="mismatch")
        if share.member_index in members:
            raise MnemonicError("expected each share once", reason="duplicate")
        members[share.member_index] = share.value.reveal()
    return groups


# Encryption and decryption of the master secret.


def _feistel(rounds: Iterable[int], secret: bytes, passphrase: bytes, e: int, salt_prefix: bytes) -> bytes:
    """The Luby-Rackoff construction, which the same rounds in reverse order undo."""
    n = len(secret)
    L, R = secret[: n // 2], secret[n // 2 :]
    for i in rounds:
        F = hashlib.pbkdf2_hmac("sha256", bytes([i]) + passphrase, salt_prefix + R, 2500 << e, n // 2)
        L, R = R, (int.from_bytes(L) ^ int.from_bytes(F)).to_bytes(n // 2)
    return R + L


def _salt_prefix(identifier: int, extendable: bool) -> bytes:
    return b"" if extendable else b"shamir" + identifier.to_bytes(2)


# Words, ten bits each, and their checksum: a Reed-Solomon code over GF(1024).

_GENERATOR = (
    *(0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009),
    *(0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120),
)


def _polymod(values: Iterable[int]) -> int:
    """rs1024_polymod."""
    checksum = 1
    for value in values:
        top = checksum >> 20
        checksum = (checksum & 0xFFFFF) << 10 ^ value
        for i, generator in enumerate(_GENERATOR):
            checksum ^= generator * (top >> i & 1)
    return checksum


def _customization(extendable: bool) -> bytes:
    return b"shamir_extendable" if extendable else b"shamir"


@cache
def _index() -> Mapping[str, int]:
    """From the first four letters of a word, which identify it, to its index."""
    return {word[:4]: i for i, word in enumerate(slip39_words())}


def _split(phrase: str) -> list[str]:
    if type(phrase) is not str:
        raise MnemonicError(f"expected a share as text, got {type(phrase).__name__}", reason="type")
    if len(phrase) > _MAX_PHRASE:
        raise MnemonicError(f"expected at most {_MAX_PHRASE} characters, got {len(phrase)}", reason="too-large")
    return phrase.split()


def _size(words: Sequence[str]) -> int:
    """The bytes of the value in so many words, after at most 8 bits of padding."""
    count = len(words)
    size, padding = divmod(10 * (count - _HEAD - _CHECKSUM), 16)
    if padding > 8 or 2 * size not in _SIZES:
        by_count = "LooksLikeBip39: as many words as a phrase of BIP-39 has" if count in _BIP39_COUNTS else ""
        hint = schemes.hint(words, but="slip39") or by_count
        raise MnemonicError(f"expected 20, 33 or so many words, got {count}", reason="word-count", hint=hint)
    return 2 * size


def _indexes(words: Sequence[str], expand_prefix: bool) -> list[int]:
    """The indexes of the words. Names the place of one that is not known, never the word."""
    indexes = []
    for position, word in enumerate(words, 1):
        index = _index().get(word[:4], -1)
        if index < 0 or (
            word != slip39_words()[index] and not (expand_prefix and slip39_words()[index].startswith(word))
        ):
            hint = ""
            if word != word.lower():
                hint = "words are written in small letters"
            elif index >= 0 and slip39_words()[index].startswith(word):
                hint = "shortened words are read with expand_prefix=True"
            text = f"word {position} of {len(words)} is not in the list of SLIP-39"
            raise MnemonicError(text, reason="unknown", hint=hint or schemes.hint(words, but="slip39"))
        indexes.append(index)
    return indexes


def _number(places: Iterable[int]) -> int:
    number = 0
    for place in places:
        number = number << 10 | place
    return number


def _places(number: int, count: int) -> list[int]:
    return [number >> 10 * i & 0x3FF for i in range(count - 1, -1, -1)]


def _fields(head: int) -> dict[str, Any]:
    """The fields of `_FORMAT` in these 40 bits."""
    fields: dict[str, Any] = {}
    for name, bits, least in reversed(_FORMAT):
        fields[name] = (head & (1 << bits) - 1) + least
        head >>= bits
    return {**fields, "extendable": bool(fields["extendable"])}


# What comes from outside.


def _check_number(name: str, number: int, least: int, count: int, kind: type[int] = int) -> None:
    if type(number) is not kind:
        raise MnemonicError(f"expected {name} as {kind.__name__}, got {type(number).__name__}", reason="type")
    if not least <= number < least + count:
        raise MnemonicError(f"expected {name} from {least} to {least + count - 1}", reason="range")


def _check_groups(group_threshold: int, groups: Sequence[tuple[int, int]]) -> None:
    """GT of G groups, and T_i of N_i members in each: 1 to 16, and not 1 of several."""
    if type(groups) not in (list, tuple) or any(type(pair) is not tuple or len(pair) != 2 for pair in groups):
        raise MnemonicError("expected groups as a list of pairs: members needed, members", reason="type")
    _check_number("the number of groups", len(groups), 1, _MAX_COUNT)
    _check_number("group_threshold", group_threshold, 1, len(groups))
    for T, N in groups:
        _check_number("the members of a group", N, 1, _MAX_COUNT)
        _check_number("the members of a group that are needed", T, 1, N)
        if T == 1 < N:
            raise MnemonicError("expected one member where one is enough: give it to several", reason="range")


def _check_size(size: int) -> None:
    if size not in _SIZES:
        raise MnemonicError(f"expected 16 to 64 bytes, an even number, got {size}", reason="length")


def _checked_secret(secret: bytes | Secret) -> bytes:
    if type(secret) not in (bytes, Secret):
        raise MnemonicError(f"expected a secret as bytes or a Secret, got {type(secret).__name__}", reason="type")
    _check_size(len(secret))
    return secret.reveal() if isinstance(secret, Secret) else secret


def _checked_passphrase(passphrase: str) -> bytes:
    if type(passphrase) is not str:
        raise MnemonicError(f"expected a passphrase as text, got {type(passphrase).__name__}", reason="type")
    if len(passphrase) > _MAX_PASSPHRASE:
        raise MnemonicError(f"expected a passphrase of at most {_MAX_PASSPHRASE} characters", reason="too-large")
    if not passphrase.isascii() or not passphrase.isprintable():
        raise MnemonicError("expected a passphrase of printable ASCII characters", reason="character")
    return passphrase.encode()
