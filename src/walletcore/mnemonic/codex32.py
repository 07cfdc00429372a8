"""codex32: a seed, or shares of one, as strings in Bech32's letters with a checksum that no eight wrong ones pass.

BIP-93, "codex32", "Unshared Secret", "Recovering Secret", "Generating Shares" and "Long codex32". A string is ``ms1``,
a threshold, four letters of identifier, the index of the share (``s`` for the secret itself), the payload in words of
five bits, and the checksum. It is in one case, and written in lower case unless asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from walletcore.coding.text import BECH32_ALPHABET, WORDS, check_text, to_words
from walletcore.errors import MnemonicError, raised_as
from walletcore.mnemonic import schemes
from walletcore.mnemonic.entropy import drawn
from walletcore.mnemonic.interpolation import GF32
from walletcore.secret import Confidential, Secret, sealed

__all__ = ["INDEXES", "Code", "Codex32", "code_of", "derive", "generate", "recover", "split"]

INDEXES = "acdefghjklmnpqrtuvwxyz023456789"
"""The indexes of shares in the order in which they are given out."""

_SECRET = "s"  # noqa: S105 - the index of the secret itself
_PREFIX = "ms1"
_HEADER = 6  # letters: threshold, identifier, index
_THRESHOLDS = (0, *range(2, 10))
_SIZES = range(16, 65)  # bytes of a seed
_MAX_TEXT = 1024  # characters; the longest string has 127
_TO_LETTERS = bytes.maketrans(WORDS, BECH32_ALPHABET.encode())
_FROM_LETTERS = bytes.maketrans(BECH32_ALPHABET.encode(), WORDS)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Codex32(Confidential):
    """One string: a share, or with the index ``s`` the secret; shown by identifier and index only.

    ``threshold`` is how many shares give the secret, 2 to 9, or 0 for a secret that has none; ``identifier`` is four
    letters and ``index`` one of Bech32's, in lower case; ``payload`` is words of five bits, one a byte, for 16 to 64
    bytes. Raises `MnemonicError`.
    """

    threshold: int
    identifier: str
    index: str
    payload: Secret
    __hash__ = None

    def __post_init__(self) -> None:
        if type(self.threshold) is not int:
            raise MnemonicError(f"expected threshold as int, got {type(self.threshold).__name__}", reason="type")
        if self.threshold not in _THRESHOLDS:
            raise MnemonicError("expected a threshold of 0, or 2 to 9", reason="range")
        _check_letters("identifier", self.identifier, 4)
        _check_letters("index", self.index, 1)
        if self.threshold == 0 and self.index != _SECRET:
            raise MnemonicError("expected the index s where the threshold is 0", reason="mismatch")
        if type(self.payload) is not Secret:
            raise MnemonicError(f"expected a Secret as payload, got {type(self.payload).__name__}", reason="type")
        _check_payload(len(self.payload))
        if self.payload.reveal().translate(None, WORDS):
            raise MnemonicError("expected words of five bits as payload", reason="range")

    @classmethod
    @sealed
    def parse(cls, text: str) -> Codex32:
        """Read a string, all in lower or all in upper case, and check its checksum. Raises `MnemonicError`."""
        data = _data(text)
        code = code_of(len(data))
        header, payload = data[:_HEADER], data[_HEADER : -code.length]
        _check_payload(len(payload))
        if code.polymod(data) != code.constant:
            raise MnemonicError("the checksum of the string does not match", reason="checksum")
        letters = _letters(header)
        if not letters[0].isdigit():
            raise MnemonicError("expected a digit as threshold", reason="range")
        return cls(threshold=int(letters[0]), identifier=letters[1:5], index=letters[5], payload=Secret(payload))

    @classmethod
    @sealed
    def from_seed(cls, seed: bytes | Secret, identifier: str, *, threshold: int = 0, padding: int = 0) -> Codex32:
        """The secret that is a seed of 16 to 64 bytes; ``padding`` is its bits after the seed, which mean nothing.

        With a ``threshold`` it is what shares are derived from, see `derive`. Raises `MnemonicError`.
        """
        if type(seed) not in (bytes, Secret):
            raise MnemonicError(f"expected a seed as bytes or a Secret, got {type(seed).__name__}", reason="type")
        if len(seed) not in _SIZES:
            raise MnemonicError(f"expected a seed of 16 to 64 bytes, got {len(seed)}", reason="length")
        words = bytearray(to_words(seed.reveal() if isinstance(seed, Secret) else seed))
        if type(padding) is not int:
            raise MnemonicError(f"expected padding as int, got {type(padding).__name__}", reason="type")
        if not 0 <= padding < 1 << -8 * len(seed) % 5:
            raise MnemonicError(f"expected padding of {-8 * len(seed) % 5} bits", reason="range")
        words[-1] |= padding
        return cls(threshold=threshold, identifier=identifier, index=_SECRET, payload=Secret(words))

    @sealed
    def seed(self) -> Secret:
        """The 16 to 64 bytes that a tree of keys starts from. Raises `MnemonicError` ("missing") for a share."""
        if self.index != _SECRET:
            raise MnemonicError("expected the secret, got a share of it: recover it first", reason="missing")
        return Secret(_bytes(self.payload.reveal()))

    @sealed
    def reveal(self, *, upper: bool = False) -> str:
        """The string, in capitals for handwriting and QR codes. The one door to the text."""
        data = _words(f"{self.threshold}{self.identifier}{self.index}") + self.payload.reveal()
        text = _PREFIX + _letters(data + _code_for(len(data)).checksum(data))
        return text.upper() if upper else text

    def __repr__(self) -> str:
        return f"Codex32({self.identifier}, {'secret' if self.index == _SECRET else f'share {self.index}'})"


Codex32.__init__ = sealed(Codex32.__init__)  # type: ignore[method-assign]


@sealed
def recover(shares: Sequence[Codex32 | str]) -> Codex32:
    """The secret of enough shares, given as such or as their strings, in any order: `derive` with the index s."""
    return derive(shares, _SECRET)


@sealed
def derive(shares: Sequence[Codex32 | str], index: str) -> Codex32:
    """The string with this index that goes with enough others: one more share, or the secret (``s``).

    The secret may be one of the others. Where the specification wants exactly as many as the threshold, more are read
    too; each must agree with the others. Raises `MnemonicError`: "missing" for too few, "mismatch" for shares that do
    not belong together.
    """
    _check_letters("index", index, 1)
    read = _read(shares)
    by_index = {share.index: share for share in read}
    points = {BECH32_ALPHABET.index(i): share.payload.reveal() for i, share in by_index.items()}
    threshold = read[0].threshold
    if 0 < threshold <= len(points) and not GF32.agree(points, threshold):
        raise MnemonicError("the shares do not belong to one secret", reason="mismatch")
    if index in by_index:
        return by_index[index]
    if threshold == 0 or len(points) < threshold:
        text = f"expected {threshold} shares, got {len(points)}" if threshold else "this secret has no shares"
        raise MnemonicError(text, reason="missing")
    payload = Secret(GF32.interpolate(points, BECH32_ALPHABET.index(index)))
    return Codex32(threshold=threshold, identifier=read[0].identifier, index=index, payload=payload)


@sealed
def split(
    seed: bytes | Secret, identifier: str, *, threshold: int, count: int, entropy: bytes | Secret | None = None
) -> tuple[Codex32, ...]:
    """Shares of a seed of 16 to 64 bytes (BIP-93, "For an existing secret"): ``threshold`` of ``count``, 31 at most.

    ``entropy`` is for tests: a byte for each letter of the payloads of ``threshold`` - 1 shares.
    Raises `MnemonicError`.
    """
    secret = Codex32.from_seed(seed, identifier, threshold=threshold)
    _check_counts(threshold, count)
    return _shares([secret], secret, threshold - 1, count, entropy)


@sealed
def generate(
    size: int, identifier: str, *, threshold: int, count: int, entropy: bytes | Secret | None = None
) -> tuple[Codex32, ...]:
    """Shares of a new seed of ``size`` bytes (BIP-93, "For a fresh secret"), which `recover` gives.

    ``entropy`` is for tests: a byte for each letter of the payloads of ``threshold`` shares.
    Raises `MnemonicError`.
    """
    if type(size) is not int:
        raise MnemonicError(f"expected size as int, got {type(size).__name__}", reason="type")
    if size not in _SIZES:
        raise MnemonicError("expected a size of 16 to 64 bytes", reason="length")
    shape = Codex32.from_seed(bytes(size), identifier, threshold=threshold)
    _check_counts(threshold, count)
    return _shares([], shape, threshold, count, entropy)


def _shares(
    known: list[Codex32], shape: Codex32, missing: int, count: int, entropy: bytes | Secret | None
) -> tuple[Codex32, ...]:
    """``count`` shares, of which the first are as many random ones as the known need to be enough."""
    size = len(shape.payload)
    words = bytes(byte & 31 for byte in drawn(missing * size, entropy))
    initial = known + [
        Codex32(
            threshold=shape.threshold,
            identifier=shape.identifier,
            index=index,
            payload=Secret(words[i * size : (i + 1) * size]),
        )
        for i, index in enumerate(INDEXES[:missing])
    ]
    return tuple(derive(initial, index) for index in INDEXES[:count])


def _read(shares: Sequence[Codex32 | str]) -> list[Codex32]:
    """The strings, of which all say the same of the secret that they are of."""
    if type(shares) not in (list, tuple):  # a text is a sequence, too
        raise MnemonicError(f"expected shares as a list or tuple, got {type(shares).__name__}", reason="type")
    if not 1 <= len(shares) <= len(BECH32_ALPHABET):
        raise MnemonicError(f"expected 1 to {len(BECH32_ALPHABET)} shares, got {len(shares)}", reason="length")
    read = [share if isinstance(share, Codex32) else Codex32.parse(share) for share in shares]
    if len({share.identifier for share in read}) > 1:
        raise MnemonicError("expected shares with one identifier", reason="mismatch")
    if len({share.threshold for share in read}) > 1:
        raise MnemonicError("expected shares with one threshold", reason="mismatch")
    if len({len(share.payload) for share in read}) > 1:
        raise MnemonicError("expected shares of one length", reason="mismatch")
    if len({share.index for share in read}) < len(read):
        raise MnemonicError("expected each index once", reason="duplicate")
    return read


# Checksums: BCH codes over GF(32).


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """``length`` words of checksum, and the ``constant`` that is left of a string whose checksum is right."""

    length: int
    constant: int
    generator: tuple[int, ...]

    def polymod(self, words: Iterable[int]) -> int:
        """ms32_polymod and ms32_long_polymod."""
        residue, top = 0x23181B3, 5 * (self.length - 1)
        for word in words:
            high = residue >> top
            residue = (residue & (1 << top) - 1) << 5 ^ word
            for i, generator in enumerate(self.generator):
                residue ^= generator * (high >> i & 1)
        return residue

    def checksum(self, words: bytes) -> bytes:
        """ms32_create_checksum and ms32_create_long_checksum."""
        rest = self.polymod(words + bytes(self.length)) ^ self.constant
        return bytes(rest >> 5 * i & 31 for i in range(self.length - 1, -1, -1))


_REGULAR = Code(
    length=13,
    constant=0x10CE0795C2FD1E62A,
    generator=(
        *(0x19DC500CE73FDE210, 0x1BFAE00DEF77FE529, 0x1FBD920FFFE7BEE52),
        *(0x1739640BDEEE3FDAD, 0x07729A039CFC75F5A),
    ),
)
_LONG = Code(
    length=15,
    constant=0x43381E570BF4798AB26,
    generator=(
        *(0x3D59D273535EA62D897, 0x7A9BECB6361C6C51507, 0x543F9B7E6C38D8A2A0E),
        *(0x0C577EAECCF1990D13C, 0x1887F74F8DC71B10651),
    ),
)


def _code_for(length: int) -> Code:
    """The code of so many words without their checksum."""
    return _REGULAR if length <= 80 else _LONG


def code_of(length: int) -> Code:
    """The code of so many words with their checksum. Raises `MnemonicError` for 94 and 95, which belong to none."""
    if length in (94, 95):
        raise MnemonicError(f"expected at most 93 or at least 96 letters after ms1, got {length}", reason="length")
    return _REGULAR if length < 94 else _LONG


# Letters, words of five bits, and bytes.


def _data(text: str) -> bytes:
    """The words after ``ms1``."""
    if type(text) is not str:
        raise MnemonicError(f"expected text, got {type(text).__name__}", reason="type")
    if len(text) > _MAX_TEXT:
        raise MnemonicError(f"expected at most {_MAX_TEXT} characters, got {len(text)}", reason="too-large")
    if not text.isascii():  # some letters have an ASCII lower case
        raise MnemonicError("expected letters of Bech32 only", reason="character", hint=_hint(text))
    lower = text.lower()
    if not lower.startswith(_PREFIX):
        raise MnemonicError("expected ms1 at the beginning", reason="prefix", hint=_hint(text))
    if text not in (lower, text.upper()):
        raise MnemonicError("expected all letters in one case", reason="mixed-case")
    data = lower[len(_PREFIX) :]
    with raised_as(MnemonicError):
        check_text(len(_PREFIX) * "q" + data, BECH32_ALPHABET, _MAX_TEXT)  # so that places count from the beginning
    return _words(data)


def _hint(text: str) -> str:
    """What a text looks like, or ""."""
    words = schemes.split(text)
    by_count = "LooksLikeBip39 or LooksLikeSlip39: words are no string of codex32" if len(words) > 1 else ""
    return schemes.hint(words, but="codex32") or by_count


def _letters(words: bytes) -> str:
    return words.translate(_TO_LETTERS).decode()


def _words(letters: str) -> bytes:
    return letters.encode().translate(_FROM_LETTERS)


def _bytes(words: bytes) -> bytes:
    """The words as bytes; up to four bits that are left over mean nothing."""
    bits = 0
    for word in words:
        bits = bits << 5 | word
    return (bits >> 5 * len(words) % 8).to_bytes(5 * len(words) // 8)


# What comes from outside.


def _check_payload(length: int) -> None:
    size, rest = divmod(5 * length, 8)
    if size not in _SIZES or rest > 4:
        raise MnemonicError("expected a payload of 16 to 64 bytes and at most 4 bits more", reason="length")


def _check_letters(name: str, letters: str, length: int) -> None:
    with raised_as(MnemonicError):
        check_text(letters, BECH32_ALPHABET, length)
    if len(letters) != length:
        raise MnemonicError(f"expected {length} letters as {name}, got {len(letters)}", reason="length")


def _check_counts(threshold: int, count: int) -> None:
    if type(count) is not int:
        raise MnemonicError(f"expected count as int, got {type(count).__name__}", reason="type")
    if not 2 <= threshold <= count <= len(INDEXES):
        raise MnemonicError("expected a threshold of 2 to 9 and as many shares, up to 31", reason="range")
