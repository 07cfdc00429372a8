"""Whether a text shows itself whole (UAX #44, Default_Ignorable_Code_Point; UTS #51, emoji sequences).

What is signed as a statement must be what a person has read. Python calls some characters printable that leave no mark.
"""

from __future__ import annotations

import re

__all__ = ["is_visible", "told_in_hex"]

_LAYOUT = str.maketrans("", "", "\t\n\r\u200d")  # controls of the layout, and the joiner inside emojis
_UNSEEN = re.compile(  # of those that Python calls printable; emojis have single variation selectors and joiners
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
    "|\u200d[\u200d\ufe0e\ufe0f]|[\ufe0e\ufe0f]{2}"
)
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})++)", re.ASCII)
_HASH = 64  # digits of the shortest hash that is signed


def told_in_hex(text: str) -> bytes | None:
    """The 32 bytes or more that a text is in hexadecimal, which says nothing to a person; None for other texts."""
    found = _HEX.fullmatch(text.strip())
    return bytes.fromhex(found[1]) if found is not None and len(found[1]) >= _HASH else None


def is_visible(text: str) -> bool:
    """Whether every character of the text can be seen, or sets others apart: no controls, overrides or fillers."""
    return text.translate(_LAYOUT).isprintable() and _UNSEEN.search(text) is None
