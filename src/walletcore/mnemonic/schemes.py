"""How the schemes recognise their phrases: a hint for whoever gives a phrase of one scheme to the door of another.

A phrase does not say which scheme it belongs to, and most schemes take their words from the same lists; so every door
reads one scheme only, and asks `hint` when it has refused. What a scheme looks at is told here, once, for it and for
all others: checksums, lists of words, beginnings, and numbers of words. A hint is no proof: a phrase of one scheme
passes another's check by chance, one of BIP-39 that of Electrum in 200 times.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise

from walletcore.errors import MnemonicError
from walletcore.hashes import hmac_sha512, pbkdf2_hmac_sha512
from walletcore.mnemonic.wordlists import LANGUAGES, word_list

__all__ = [
    "MAX_PHRASE",
    "bip39_entropy",
    "electrum_kind",
    "electrum_text",
    "electrum_words",
    "hint",
    "is_bip39",
    "is_electrum_old",
    "is_electrum_old_hex",
    "polyseed_remainder",
    "refuse_count",
]

MAX_PHRASE = 1024  # characters; 25 words of the longest in any list are 425
_MAX_PASSPHRASE = 4096  # characters; NFKD of hostile combining marks takes quadratic time

ELECTRUM_VERSIONS = {"standard": "01", "segwit": "100", "2fa": "101", "2fa_segwit": "102"}  # electrum/version.py


def split(phrase: str) -> list[str]:
    """The words of a phrase in NFKD, Unicode's white space between them. Raises `MnemonicError` before any work.

    This and `checked_passphrase` are for functions that are sealed, and are not so themselves.
    """
    if type(phrase) is not str:
        raise MnemonicError(f"expected a phrase as text, got {type(phrase).__name__}", reason="type")
    if len(phrase) > MAX_PHRASE:
        raise MnemonicError(f"expected at most {MAX_PHRASE} characters, got {len(phrase)}", reason="too-large")
    return (phrase if phrase.isascii() else unicodedata.normalize("NFKD", phrase)).split()


def checked_passphrase(passphrase: str) -> str:
    """A passphrase of at most 4096 characters, none of them half of a surrogate pair. Raises `MnemonicError`."""
    if type(passphrase) is not str:
        raise MnemonicError(f"expected a passphrase as text, got {type(passphrase).__name__}", reason="type")
    if len(passphrase) > _MAX_PASSPHRASE:
        raise MnemonicError(f"expected a passphrase of at most {_MAX_PASSPHRASE} characters", reason="too-large")
    if any("\ud800" <= character <= "\udfff" for character in passphrase):
        raise MnemonicError("the passphrase contains half of a surrogate pair", reason="character")
    return passphrase


def refuse_count(words: Sequence[str], expected: str, *, scheme: str) -> MnemonicError:
    """The error for a number of words that ``scheme`` does not have; it does not repeat a word."""
    message = f"expected {expected} words, got {len(words)}"
    return MnemonicError(message, reason="word-count", hint=hint(words, but=scheme))


# -- words of the English list of BIP-39, eleven bits each, which several schemes share


def english_indexes(words: Sequence[str], *, scheme: str) -> list[int]:
    """The indexes of the words. Raises `MnemonicError` with the position of the first that is not in the list."""
    index = word_list("english").index
    for position, word in enumerate(words):
        if word not in index:
            lower = "words are written in small letters" if word != word.lower() else ""
            text = f"word {position + 1} of {len(words)} is not in the English list"
            raise MnemonicError(text, reason="unknown", hint=lower or hint(words, but=scheme))
    return [index[word] for word in words]


def spelled_words(data: bytes) -> str:
    """The words that spell whole bytes, the first word the highest bits."""
    bits, words = int.from_bytes(data), word_list("english").words
    return " ".join(words[bits >> shift & 0x7FF] for shift in range(8 * len(data) - 11, -1, -11))


def spelled_bytes(indexes: Sequence[int]) -> bytes:
    """The whole bytes that words spell, 33 for each 24 of them."""
    bits = sum(index << 11 * place for place, index in enumerate(reversed(indexes)))
    return bits.to_bytes(len(indexes) * 11 // 8)


# -- what the schemes look at


_CJK = (  # electrum/mnemonic.py, CJK_INTERVALS, with neighbours joined
    *((0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x2FF0, 0x2FFF), (0x3040, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0xA4FF)),
    *((0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x16F00, 0x16F9F), (0x1B000, 0x1B0FF)),
    *((0x20000, 0x2A6DF), (0x2A700, 0x2B81F), (0x2F800, 0x2FA1D), (0xE0100, 0xE01EF)),
)


def electrum_text(text: str) -> str:
    """What Electrum hashes of a phrase or passphrase (electrum/mnemonic.py, normalize_text).

    NFKD, small letters, no combining marks, one space for any white space, and none between two CJK characters.
    """
    words = electrum_words(unicodedata.normalize("NFKD", text).split())
    joined = words[:1]
    for left, right in pairwise(words):
        joined += ("" if _is_cjk(left[-1]) and _is_cjk(right[0]) else " ", right)
    return "".join(joined)


def electrum_words(words: Sequence[str]) -> list[str]:
    """Words in NFKD as Electrum looks at them: small letters, no combining marks."""
    return "".join(c for c in " ".join(words).lower() if not unicodedata.combining(c)).split()


def _is_cjk(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _CJK)


def electrum_kind(text: str) -> str:
    """The kind whose version a normal text carries in its HMAC, or "" (electrum/mnemonic.py, is_new_seed)."""
    version = hmac_sha512(b"Seed version", text.encode(errors="replace")).hex()
    return next((kind for kind, prefix in ELECTRUM_VERSIONS.items() if version.startswith(prefix)), "")


def is_electrum_old(words: Sequence[str]) -> bool:
    """Whether these are 12 or 24 words of Electrum's first list; they have no checksum."""
    from walletcore.mnemonic.wordlists.monero import monero_list

    return len(words) in (12, 24) and all(word in monero_list("english_old").index for word in words)


def is_electrum_old_hex(text: str) -> bool:
    """Whether a normal text is 16 or 32 bytes in hexadecimal digits (electrum/mnemonic.py, is_old_seed)."""
    try:
        return len(bytes.fromhex(text)) in (16, 32)
    except ValueError:
        return False


def _is_codex32(words: Sequence[str]) -> bool:
    return len(words) == 1 and words[0].lower().startswith("ms1")


def _is_slip39(words: Sequence[str]) -> bool:
    """Whether these are as many words as a share has, and all of the list; four letters stand for a word."""
    from walletcore.mnemonic.wordlists import slip39_words

    return len(words) >= 20 and {word[:4] for word in words} <= {word[:4] for word in slip39_words()}


def _is_xrpl(words: Sequence[str]) -> bool:
    """A seed as text, or as secret numbers (XLS-12)."""
    text = "".join(words)
    digits = len(text) == 48 and text.isdecimal() and {len(word) for word in words} in ({6}, {48})
    return digits or (len(words) == 1 and text.isalnum() and (text[:1], len(text)) in (("s", 29), ("s", 31)))


def is_bip39(words: Sequence[str], languages: Iterable[str] = LANGUAGES) -> bool:
    """Whether the words pass the checksum of BIP-39 in one of these languages."""
    return len(words) in (12, 15, 18, 21, 24) and any(_bip39_checksum(words, language) for language in languages)


def bip39_entropy(bits: int, count: int) -> bytes | None:
    """The entropy in ENT || CS, the bits that ``count`` words spell, or None when the checksum does not match."""
    cs = count // 3
    entropy = (bits >> cs).to_bytes(4 * cs)
    return entropy if hashlib.sha256(entropy).digest()[0] >> (8 - cs) == bits & ((1 << cs) - 1) else None


def _bip39_checksum(words: Sequence[str], language: str) -> bool:
    index, bits = word_list(language).index, 0
    for word in words:
        if word not in index:
            return False
        bits = bits << 11 | index[word]
    return bip39_entropy(bits, len(words)) is not None


def _is_electrum(words: Sequence[str]) -> bool:
    return len(words) >= 12 and electrum_kind(electrum_text(" ".join(words))) != ""


def _is_monero(words: Sequence[str]) -> bool:
    from walletcore.mnemonic.wordlists import monero

    if len(words) not in (13, 25):
        return False
    lower = [unicodedata.normalize("NFC", word).lower() for word in words]
    return any(_monero_checksum(lower, monero.monero_list(language)) for language in monero.LANGUAGES)


def _monero_checksum(words: Sequence[str], known: object) -> bool:
    from walletcore.mnemonic.wordlists.monero import MoneroList

    if type(known) is not MoneroList or not all(word in known.index for word in words):
        return False
    *indexes, last = (known.index[word] for word in words)
    return last in known.checksums(indexes)


def crc32c(data: bytes) -> int:
    """CRC-32C (RFC 3720, B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def is_aezeed(data: bytes) -> bool:
    """Whether 33 bytes end in the checksum of a cipher seed (lnd, decipherCipherSeed)."""
    return crc32c(data[:29]) == int.from_bytes(data[29:])


def _is_aezeed(words: Sequence[str]) -> bool:
    index = word_list("english").index
    known = len(words) == 24 and all(word in index for word in words)
    return known and is_aezeed(spelled_bytes([index[word] for word in words]))


def _is_algorand(words: Sequence[str]) -> bool:
    return len(words) == 25 and all(word in word_list("english").index for word in words)


def polyseed_remainder(coefficients: Sequence[int]) -> int:
    """The value at x = 2, over GF(2048), of a polynomial whose lowest coefficient comes first (gf_poly_eval)."""
    value = 0
    for coefficient in reversed(coefficients):
        value = value << 1 ^ (value >> 10) * 0x805 ^ coefficient
    return value


def _is_polyseed(words: Sequence[str]) -> bool:
    from walletcore.mnemonic.wordlists import polyseed

    if len(words) != 16:
        return False
    indexes = [[polyseed.polyseed_list(name).find(word) for word in words] for name in polyseed.LANGUAGES]
    whole = [[index for index in row if index is not None] for row in indexes]
    return any(len(row) == 16 and polyseed_remainder(row) == 0 for row in whole)


def ton_entropy(phrase: bytes, password: bytes = b"") -> bytes:
    """ton-crypto, mnemonicToEntropy: the words, which are the key, hashed with the password."""
    return hmac_sha512(phrase, password)


def is_ton_basic(entropy: bytes) -> bool:
    """ton-crypto, isBasicSeed: a 256th of 100,000 rounds, whose first byte is zero."""
    return pbkdf2_hmac_sha512(entropy, b"TON seed version", 390)[0] == 0


def is_ton_password(entropy: bytes) -> bool:
    """ton-crypto, isPasswordSeed: whether the words, hashed without a password, are a phrase that has one."""
    return pbkdf2_hmac_sha512(entropy, b"TON fast seed version", 1)[0] == 1


def _is_ton(words: Sequence[str]) -> bool:
    if len(words) != 24 or not all(word in word_list("english").index for word in words):
        return False
    entropy = ton_entropy(" ".join(words).encode())
    return is_ton_basic(entropy) or is_ton_password(entropy)


# -- the hint


_SIGNS: tuple[tuple[str, Callable[[Sequence[str]], bool], str], ...] = (
    ("aezeed", _is_aezeed, "LooksLikeAezeed: the words pass the checksum of LND's cipher seed"),
    ("bip39", is_bip39, "LooksLikeBip39: the words pass the checksum of BIP-39"),
    ("monero", _is_monero, "LooksLikeMonero: the words pass the checksum of a Monero phrase"),
    ("polyseed", _is_polyseed, "LooksLikePolyseed: the words pass the check of a Polyseed phrase"),
    ("algorand", _is_algorand, "LooksLikeAlgorand: 25 words of the English list are an Algorand phrase"),
    ("electrum-old", is_electrum_old, "LooksLikeElectrumOld: the words are of the list of Electrum's first seeds"),
    ("slip39", _is_slip39, "LooksLikeSlip39: the words are of the list of SLIP-39, one share of a Shamir backup"),
    ("electrum", _is_electrum, "LooksLikeElectrum: the words carry the version of an Electrum seed"),
    ("ton", _is_ton, "LooksLikeTon: the words pass the check of a TON phrase"),
    ("codex32", _is_codex32, "LooksLikeCodex32: a text that begins with ms1 is a seed, or a share of one (BIP-93)"),
    ("xrpl", _is_xrpl, "LooksLikeXrpl: a text like this is a seed of the XRP Ledger"),
)
_COUNTS: dict[int, tuple[Collection[str], str]] = {  # where nothing else tells: whose number of words it is
    13: (("monero",), "LooksLikeMonero: 13 words are a MyMonero phrase, perhaps an Electrum one"),
    16: (("polyseed",), "LooksLikePolyseed: 16 words are a Polyseed phrase"),
    20: (("slip39",), "LooksLikeSlip39: 20 words are one share of a Shamir backup (SLIP-39)"),
    25: (("monero", "algorand"), "LooksLikeMonero or LooksLikeAlgorand: both write 25 words"),
    33: (("slip39",), "LooksLikeSlip39: 33 words are one share of a Shamir backup (SLIP-39)"),
}


def hint(words: Sequence[str], *, but: str) -> str:
    """Which scheme, other than ``but``, the words (in NFKD) look like, or ""; never one of the words."""
    for scheme, recognises, text in _SIGNS:
        if scheme != but and recognises(words):
            return f"{text}, which is not {_NAMES[but]}"
    schemes, text = _COUNTS.get(len(words), ((but,), ""))
    return "" if but in schemes else f"{text}; neither is {_NAMES[but]}" if len(schemes) > 1 else text


_NAMES = {
    "bip39": "BIP-39",
    "electrum": "an Electrum seed",
    "electrum-old": "an Electrum seed of the first kind",
    "monero": "a Monero phrase",
    "algorand": "an Algorand phrase",
    "aezeed": "a cipher seed of LND",
    "polyseed": "a Polyseed phrase",
    "slip39": "a share of SLIP-39",
    "codex32": "a string of codex32",
    "xrpl": "a seed of the XRP Ledger",
    "ton": "a TON phrase",
}
