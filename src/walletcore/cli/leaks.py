"""Secrets where they must not be: among the arguments, which shells keep and lists of processes show."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from walletcore.errors import DecodingError
from walletcore.secret import sealed

if TYPE_CHECKING:
    from walletcore.keys import PrivateKey

__all__ = ["LEAKED", "looks_private", "looks_secret", "looks_wordy", "pair_of", "refuse_secrets"]

LEAKED = "your shell may have kept it: treat it as seen by others; give secrets at the prompt, --stdin or --fd"

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_BECH32 = "[02-9ac-hj-np-zAC-HJ-NP-Z]"
_PRIVATE = re.compile(
    "|".join(
        (
            rf"([A-Za-z](prv|tpv)|rxpr|F6rx){_BASE58}{{50,}}",  # BIP-32, SLIP-132
            rf"[5KLc9]{_BASE58}{{50,51}}",  # WIF
            rf"(xprv|XPRV)1{_BECH32}{{50,}}",  # SLIP-32
            rf"(ms|MS)1{_BECH32}{{45,124}}",  # BIP-93: a share, or the seed
            rf"(s|sEd){_BASE58}{{28}}",  # seeds of the XRP Ledger
            r"S[A-Z2-7]{55}",  # SEP-0023
            r"(?s:-----BEGIN (EC )?PRIVATE KEY-----.*)",  # RFC 7468, RFC 5915
        )
    ),
    re.ASCII,
)
_PAIR = re.compile(rf"{_BASE58}{{80,90}}", re.ASCII)
_NUMBERS = re.compile(r"\[ ?\d{1,3}(, ?\d{1,3}){31,95} ?\]", re.ASCII)  # a key pair as Solana's tools keep it
_FEWEST_WORDS = 9
_WINDOW = 12
_LONGEST_WORD = 16
_LONGEST = 1 << 12  # characters: no key is longer, and prose that is has no need to be searched to its end


@sealed
def refuse_secrets(arguments: Sequence[str]) -> None:
    """Raise `DecodingError` where an argument, an option's value or all of them together are a key or a phrase."""
    values = [value for each in arguments for value in (each, each.partition("=")[2])]
    if any(looks_private(value) for value in values) or _has_phrase(" ".join(arguments)):
        raise DecodingError("this looks like a private key or a phrase, which is never an argument", hint=LEAKED)


def looks_private(text: str) -> bool:
    """Whether the text has the form of a private key, or would have it but for a typo."""
    text = text.strip()
    if len(text) > _LONGEST:
        return False
    return bool(_PRIVATE.fullmatch(text) or _NUMBERS.fullmatch(text)) or pair_of(text) is not None


def looks_secret(text: str) -> bool:
    """Whether the text has the form of a private key or, where no prose is expected, of a phrase."""
    return looks_private(text) or looks_wordy(text)


def looks_wordy(text: str) -> bool:
    """Whether the text is as many words as a phrase has at least, of letters only: not hex or base64 in lines."""
    words = text.split() if len(text) <= _LONGEST else []
    return len(words) >= _FEWEST_WORDS and all(word.isalpha() and len(word) <= _LONGEST_WORD for word in words)


@sealed
def pair_of(text: str) -> PrivateKey | None:
    """The private key of ed25519 that stands before its public key in base58 or in a list of 64 numbers; or None."""
    from walletcore.coding.text import base58
    from walletcore.keys import Curve, PrivateKey
    from walletcore.secret import Secret

    if _PAIR.fullmatch(text):
        data = base58.decode(text)
    elif _NUMBERS.fullmatch(text):
        numbers = [int(number) for number in text.strip("[] ").split(",")]
        data = bytes(numbers) if max(numbers) < 256 else b""
    else:
        return None
    key = PrivateKey(Curve.ED25519, Secret(data[:32])) if len(data) == 64 else None
    return key if key is not None and key.public_key.data == data[32:] else None


def _has_phrase(text: str) -> bool:
    """Whether nine of twelve words that follow each other are of one of the lists, which is rare in prose."""
    words = text[: 4 * _LONGEST].split()
    if len(words) < _FEWEST_WORDS:
        return False
    import unicodedata

    words = [unicodedata.normalize("NFC", word.lower()) for word in words]
    return any(_is_near([word in known for word in words]) for known in _lists())


def _lists() -> Iterator[Collection[str]]:
    """The lists of BIP-39, of Monero and of SLIP-39 in NFC; Electrum's first is left out: all prose is made of it."""
    import unicodedata

    from walletcore.mnemonic.wordlists import LANGUAGES, monero, slip39_words, word_list

    for language in LANGUAGES:
        yield {unicodedata.normalize("NFC", word) for word in word_list(language).words}
    for language in monero.LANGUAGES:
        if language != "english_old":
            yield monero.monero_list(language).index
    yield set(slip39_words())


def _is_near(found: Sequence[bool]) -> bool:
    return any(sum(found[start : start + _WINDOW]) >= _FEWEST_WORDS for start in range(len(found)))
