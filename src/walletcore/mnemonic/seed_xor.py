"""Seed XOR: a phrase of BIP-39 as two to four others, all of which are needed and each of which is a wallet by itself.

Coldcard, ``docs/seed-xor.md``, "How Parts are Generated", and ``shared/xor_seed.py``. The entropies of all parts,
XORed, are that of the phrase; each part has the checksum of its own entropy.

Nothing tells whether a part is missing: fewer parts, or others, give another valid phrase. A part that is given twice
takes itself away, as if both were missing, so it is refused unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from walletcore.errors import MnemonicError
from walletcore.hashes import sha256d
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.mnemonic.entropy import drawn
from walletcore.secret import Secret, sealed

__all__ = ["combine", "split"]

_WORD_COUNTS = (12, 18, 24)
_SPLITS = range(2, 5)
_MAX_PARTS = 16  # that are combined: any phrases may be parts of one


@sealed
def split(
    mnemonic: Mnemonic, parts: int = 2, *, deterministic: bool = False, entropy: bytes | Secret | None = None
) -> tuple[Mnemonic, ...]:
    """The phrase, of 12, 18 or 24 words, as 2, 3 or 4 of as many words in its language.

    ``deterministic`` parts are hashes of the phrase, as Coldcard makes them unless told otherwise: the same each time,
    so that whoever has them all can tell that they were made so. ``entropy`` is for tests: as many bytes as all parts
    but one have. Raises `MnemonicError`.
    """
    _check_word_count(mnemonic)
    if type(parts) is not int:
        raise MnemonicError(f"expected parts as int, got {type(parts).__name__}", reason="type")
    if parts not in _SPLITS:
        raise MnemonicError("expected 2, 3 or 4 parts", reason="range")
    if type(deterministic) is not bool:
        raise MnemonicError(f"expected deterministic as bool, got {type(deterministic).__name__}", reason="type")
    secret = mnemonic.entropy.reveal()
    size = len(secret)
    if deterministic:
        masks = [sha256d(b"Batshitoshi %b%d of %d parts" % (secret, i, parts))[:size] for i in range(parts - 1)]
        drawn(0, b"" if entropy is None else entropy)  # which has no use here
    else:
        mask = drawn(size * (parts - 1), entropy)
        masks = [mask[i * size : (i + 1) * size] for i in range(parts - 1)]
    return tuple(Mnemonic.from_entropy(part, mnemonic.language) for part in (*masks, _xor([secret, *masks])))


@sealed
def combine(parts: Sequence[Mnemonic | str], *, language: str | None = None, allow_repeated: bool = False) -> Mnemonic:
    """The phrase of all its parts, given as such or as their words, in any order.

    2 to 16 parts have 12, 18 or 24 words each, all as many, in one language. ``language`` is that of parts given as
    words, see `Mnemonic.parse`. A part that is there twice is refused ("duplicate") without ``allow_repeated``; of all
    phrases, only one of zeros has such parts by itself. Raises `MnemonicError`.
    """
    if type(parts) not in (list, tuple):  # a text is a sequence, too
        raise MnemonicError(f"expected parts as a list or tuple, got {type(parts).__name__}", reason="type")
    if not 2 <= len(parts) <= _MAX_PARTS:
        raise MnemonicError(f"expected 2 to {_MAX_PARTS} parts, got {len(parts)}", reason="length")
    read = [part if isinstance(part, Mnemonic) else Mnemonic.parse(part, language=language) for part in parts]
    for mnemonic in read:
        _check_word_count(mnemonic)
    if len({len(mnemonic) for mnemonic in read}) > 1:
        raise MnemonicError("expected parts of as many words each", reason="mismatch")
    if len({mnemonic.language for mnemonic in read}) > 1:
        raise MnemonicError("expected parts in one language", reason="mismatch")
    if not allow_repeated and any(one.entropy == other.entropy for one, other in combinations(read, 2)):
        hint = "parts that are the same take each other away; allow_repeated=True combines them"
        raise MnemonicError("expected each part once", reason="duplicate", hint=hint)
    return Mnemonic.from_entropy(_xor(mnemonic.entropy.reveal() for mnemonic in read), read[0].language)


def _xor(entropies: Iterable[bytes]) -> bytes:
    total, size = 0, 0
    for entropy in entropies:
        total, size = total ^ int.from_bytes(entropy), len(entropy)
    return total.to_bytes(size)


def _check_word_count(mnemonic: Mnemonic) -> None:
    if type(mnemonic) is not Mnemonic:
        raise MnemonicError(f"expected a Mnemonic, got {type(mnemonic).__name__}", reason="type")
    if len(mnemonic) not in _WORD_COUNTS:
        raise MnemonicError(f"expected 12, 18 or 24 words, got {len(mnemonic)}", reason="word-count")
