"""Names of ENS that are certainly normalised, and the others; published nodes are in test_abi_vectors.py."""

from typing import Any

import pytest

from walletcore.chains.evm.ens import namehash
from walletcore.errors import AddressError

UNREAD = {
    ".": "length",
    "a..eth": "length",
    ".eth": "length",
    "eth.": "length",
    "Eth": "character",
    "a b.eth": "character",
    "a_b.eth": "character",
    "xn--a.eth": "character",
    "a\u200d.eth": "character",
    "\u0430pple.eth": "character",  # a Cyrillic letter
    "\u00e9.eth": "character",
    "e\u0301.eth": "character",
    "a\u3002eth": "character",  # a full stop that IDNA takes for a dot
    "a\n.eth": "character",
    f"[{'0' * 64}].eth": "character",
    "a" * 1025: "too-large",
}


@pytest.mark.parametrize(("name", "reason"), UNREAD.items(), ids=lambda each: ascii(each)[:20])
def test_names_that_may_not_be_normalised_are_refused(name: str, reason: str) -> None:
    with pytest.raises(AddressError) as caught:
        namehash(name)
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", [b"eth", None, 1, ["eth"]])
def test_a_name_is_text(name: Any) -> None:
    with pytest.raises(AddressError) as caught:
        namehash(name)
    assert caught.value.reason == "type"


def test_a_caller_who_has_normalised_a_name_may_say_so() -> None:
    assert namehash("eth", allow_unchecked=True) == namehash("eth")
    assert namehash("\u00e9.eth", allow_unchecked=True) != namehash("e.eth")
    for name, reason in (("a..eth", "length"), ("\ud800.eth", "character"), ("a" * 1025, "too-large")):
        with pytest.raises(AddressError) as caught:
            namehash(name, allow_unchecked=True)
        assert caught.value.reason == reason


def test_a_label_that_nobody_knows_stands_as_its_hash_in_brackets() -> None:
    label = "4f5b812789fc606be1b3b16908db13fc7a9adf7ca72641f84d75b47069d3d7f0"  # keccak256 of eth
    assert namehash(f"[{label}]", allow_unchecked=True) == namehash("eth")
    assert namehash(f"[{label.upper()}]", allow_unchecked=True) != namehash("eth")
