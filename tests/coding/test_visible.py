"""A text shows itself whole, or it is no statement: the characters that Unicode lets nobody see."""

import sys
import unicodedata

import pytest

from support.texts import SEEN, UNSEEN
from walletcore.coding.visible import is_visible, told_in_hex


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_what_can_be_read_is_visible(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_what_hides_characters_is_not(unseen: str) -> None:
    for text in (unseen, f"pay{unseen}", f"{unseen}me", f"\u2764{unseen}\U0001f525"):
        assert not is_visible(text)


def test_no_control_format_or_unassigned_character_is_visible_but_those_of_the_layout_and_the_joiner() -> None:
    hidden = [
        chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in ("Cc", "Cf", "Cs", "Co", "Cn")
    ]
    assert {text for text in hidden if is_visible(text)} == set("\t\n\r\u200d")


def test_a_hash_in_hexadecimal_is_told() -> None:
    assert told_in_hex("ab" * 32) == told_in_hex(" 0x" + "AB" * 32 + "\n") == b"\xab" * 32
    for text in ("ab" * 31, "ab" * 31 + "a", "ab" * 32 + " pay", "zz" * 32, ""):
        assert told_in_hex(text) is None
