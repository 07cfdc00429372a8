"""Hints: a phrase of one scheme at the door of another is refused, and told apart (rows S15, S16 and M25, M28)."""

from collections.abc import Callable

import pytest

from support.phrases import refusal
from walletcore.mnemonic import Mnemonic, schemes
from walletcore.mnemonic.algorand import AlgorandMnemonic
from walletcore.mnemonic.electrum import ElectrumMnemonic
from walletcore.mnemonic.electrum_old import ElectrumOldMnemonic
from walletcore.mnemonic.monero import MoneroMnemonic

DOORS: dict[str, Callable[[str], object]] = {
    "LooksLikeBip39": Mnemonic.parse,
    "LooksLikeElectrum": ElectrumMnemonic.parse,
    "LooksLikeElectrumOld": ElectrumOldMnemonic.parse,
    "LooksLikeMonero": MoneroMnemonic.parse,
    "LooksLikeAlgorand": AlgorandMnemonic.parse,
}
PHRASES = {  # published ones: BIP-39, Electrum, MyMonero and Monero (bip_utils), Algorand, TON
    "LooksLikeBip39": ["legal winner thank year wave sausage worth useful legal winner thank yellow"],
    "LooksLikeElectrum": [
        "wild father tree among universe such mobile favorite target dynamic credit identify",
        "cram swing cover prefer miss modify ritual silly deliver chunk behind inform able",
    ],
    "LooksLikeElectrumOld": ["powerful random nobody notice nothing important anyway look away hidden message over"],
    "LooksLikeMonero": [
        "ought knowledge upright innocent eldest nerves gopher fowls below exquisite aces basin fowls",
        "vials licks gulp people reorder tulips acquire cool lunar upwards recipe against ambush february shelter "
        "textbook annoyed veered getting swagger paradise total dawn duets getting",
        "предмет банк август инцидент халат уран сшивать утешать тысяча мечтать стыд башня сдвигать герой тонкий друг "
        "баян сфера эстрада сапог бицепс ярость хвост афера герой",
    ],
    "LooksLikeAlgorand": ["abandon " * 24 + "invest"],
    "LooksLikeTon": [
        "hospital stove relief fringe tongue always charge angry urge sentence again match nerve inquiry senior "
        "coconut label tumble carry category beauty bean road solution"
    ],
    "LooksLikePolyseed": ["raven " * 16],
    "LooksLikeSlip39": ["academic " * 20, "academic " * 33],
}
CASES = [
    (door, look, phrase) for door in DOORS for look, phrases in PHRASES.items() for phrase in phrases if door != look
]


@pytest.mark.parametrize(("door", "look", "phrase"), CASES)
def test_S15_S16_a_phrase_of_another_scheme_is_refused_with_a_hint(door: str, look: str, phrase: str) -> None:
    error = refusal(DOORS[door], phrase)
    assert error.hint.startswith(f"{look}:")
    assert not set(phrase.split()) & set(error.hint.split())


@pytest.mark.parametrize(("look", "door"), DOORS.items())
def test_S15_a_phrase_is_read_at_its_own_door(look: str, door: Callable[[str], object]) -> None:
    for phrase in PHRASES[look]:
        door(phrase)


def test_S15_no_door_takes_a_phrase_without_a_scheme() -> None:
    import walletcore.mnemonic

    assert set(walletcore.mnemonic.__all__) == {"LANGUAGES", "Mnemonic"}  # nothing there guesses


@pytest.mark.parametrize("words", [[], ["\ud800"] * 24, ["\ud800"] * 25, ["zoo"] * 12, ["眼"] * 13, [""] * 25])
@pytest.mark.parametrize("scheme", ["bip39", "electrum", "electrum-old", "monero", "algorand", "polyseed", "ton"])
def test_a_hint_comes_of_any_words_and_repeats_none(words: list[str], scheme: str) -> None:
    told = schemes.hint(words, but=scheme)
    assert not any(word and word in told for word in words)


def test_what_is_unlike_every_scheme_has_no_hint() -> None:
    assert schemes.hint(["zoo"] * 12, but="bip39") == ""
    assert schemes.hint(["zoo"] * 25, but="algorand") == ""


def test_words_that_pass_no_checksum_are_told_by_their_number() -> None:
    assert schemes.hint(["abbey"] * 12 + ["about"], but="bip39").startswith("LooksLikeMonero")
    assert schemes.hint(["xyz"] * 25, but="bip39").startswith("LooksLikeMonero or LooksLikeAlgorand")
