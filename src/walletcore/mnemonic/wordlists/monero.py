"""The word lists of Monero as package data, each checked against its SHA-256 when it is first used.

monero-project/monero, src/mnemonics/<language>.h and language_base.h. ORIGIN.md beside this file says more. The list
"english_old" is that of Electrum's first seeds (electrum/old_mnemonic.py), which Monero had before its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from walletcore.errors import MnemonicError
from walletcore.mnemonic.wordlists import read_words

__all__ = ["LANGUAGES", "SHA256", "MoneroList", "monero_list"]

SHA256 = {
    "english": "eaa6bce7dd92f4d6dd74f224264e0ef4ad21095d68ec77616b26ceb599baf4f7",
    "dutch": "9b2005b2c4d95360361949c7f5b43ef6a021d3ce31f01f6101a24d93540e790a",
    "french": "b17376bb1341cc32b8a7088d23c0dba3b25743c167f4e4f3d8062946ffd93e87",
    "spanish": "05da8a20ae4a5af8fc1bd02d20d1282cf72ce1a6c98b9be60b1eff4c79d424fb",
    "german": "e1e6653cf418e0a392a5cd34160a8cdacb5dfce8edbac0e124fba8d7daff1f69",
    "italian": "aea041cbb43e8e3b817b48b64001df3e28949002d99c920a8a46231319bcc121",
    "portuguese": "9099aaa5470c568ca91f0040222760af55720ddc3f3a6f9e1736d4c2dd9247da",
    "japanese": "0e879f11f3806e6b25738598cfec6f372364af7fb8c59b4874d7a406f6b0fee7",
    "russian": "fd225689dda9d342acae6bd58ecbdba3274ded07d89936ce979a95f6d60c64ea",
    "chinese_simplified": "d0b846b2036f55182892d98c2410996c399ed3aee5be2d6cbfaf594e599dd522",
    "esperanto": "aa53b9b2af6586e8df69bcf04b17af4f06cac9e7ad20420d45b265f9aa18b32d",
    "lojban": "19c3f71b26c808bbe9ed7ab944ac1c8b1f11307f96d27d01874c093520c972f9",
    "english_old": "c8da327d316f8ee758b790068e618077ac271a89fd77ec1250c59ae40e7b599e",
}
LANGUAGES = tuple(SHA256)

_PREFIXES = {  # unique_prefix_length; Japanese had 4 until 2015 (monero-project/monero#351), and still has elsewhere
    "english": (3,),
    "japanese": (3, 4),
    "chinese_simplified": (1,),
    "english_old": (),  # whose first letters identify no word: it never had a checksum
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneroList:
    """1626 words in NFC, and the way back from a word in small letters to its index.

    ``prefixes`` are the numbers of letters that a checksum may count of each word, the one that is written first; there
    are none where the list has no checksum.
    """

    language: str
    words: tuple[str, ...]
    index: Mapping[str, int]
    prefixes: tuple[int, ...]

    def expand(self, letters: str) -> int | None:
        """The index of the only word that begins with these small letters, as many as identify one; or None."""
        if letters in self.index:
            return self.index[letters]
        if not self.prefixes or len(letters) < self.prefixes[0]:
            return None
        found = [index for word, index in self.index.items() if word.startswith(letters)]
        return found[0] if len(found) == 1 else None

    def checksums(self, indexes: Sequence[int]) -> tuple[int, ...]:
        """The indexes of the words that may follow these as their checksum, the one that is written first.

        It is one of them again: CRC-32 over the first letters of all chooses it (create_checksum_index).
        """
        words = [self.words[index] for index in indexes]
        texts = ("".join(word[:letters] for word in words) for letters in self.prefixes)
        return tuple(indexes[zlib.crc32(text.encode()) % len(words)] for text in texts)


def monero_list(language: str) -> MoneroList:
    """The list of one of `LANGUAGES`; no other list is read. Raises `MnemonicError`."""
    if type(language) is not str or language not in SHA256:
        raise MnemonicError(f"expected one of {', '.join(LANGUAGES)} as language", reason="unknown")
    return _read(language)


@cache
def _read(language: str) -> MoneroList:
    words = read_words(f"monero/{language}", SHA256[language])
    index = MappingProxyType({word.lower(): place for place, word in enumerate(words)})
    return MoneroList(language=language, words=words, index=index, prefixes=_PREFIXES.get(language, (4,)))
