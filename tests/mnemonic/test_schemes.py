"""Hints: a phrase of one scheme at the door of another is refused, and told apart (rows S15, S16 and M25, M28)."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from support.phrases import refusal
from walletcore.errors import KeystoreError
from walletcore.keys import Curve
from walletcore.keystore.xrpl import FamilySeed
from walletcore.mnemonic import Mnemonic, schemes, slip39
from walletcore.mnemonic.aezeed import CipherSeed
from walletcore.mnemonic.algorand import AlgorandMnemonic
from walletcore.mnemonic.codex32 import Codex32
from walletcore.mnemonic.electrum import ElectrumMnemonic
from walletcore.mnemonic.electrum_old import ElectrumOldMnemonic
from walletcore.mnemonic.monero import MoneroMnemonic
from walletcore.mnemonic.slip39 import Slip39Share
from walletcore.mnemonic.ton import TonMnemonic
from walletcore.mnemonic.wordlists import slip39_words
from walletcore.secret import Secret

DOORS: dict[str, Callable[[str], object]] = {
    "LooksLikeBip39": Mnemonic.parse,
    "LooksLikeElectrum": ElectrumMnemonic.parse,
    "LooksLikeElectrumOld": ElectrumOldMnemonic.parse,
    "LooksLikeMonero": MoneroMnemonic.parse,
    "LooksLikeAlgorand": AlgorandMnemonic.parse,
    "LooksLikeAezeed": CipherSeed.parse,
    "LooksLikeTon": TonMnemonic.parse,
    "LooksLikeSlip39": Slip39Share.parse,
    "LooksLikeCodex32": Codex32.parse,
}
PHRASES = {  # published ones: BIP-39, Electrum, MyMonero and Monero (bip_utils), the others by those who specify them
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
    "LooksLikeSlip39": [
        "duckling enlarge academic academic agency result length solution fridge kidney coal piece deal husband erode "
        "duke ajar critical decision keyboard",
        "theory painting academic academic armed sweater year military elder discuss acne wildlife boring employer "
        "fused large satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond phantom capital marvel "
        "lips brave detect luck",
    ],
    "LooksLikeCodex32": [
        "ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw",
        "MS12NAMEA320ZYXWVUTSRQPNMLKJHGFEDCAXRPP870HKKQRM",
    ],
    "LooksLikeAezeed": [
        "abandon kangaroo tribe spell brass entry argue buzz muffin total rug title autumn wish use bubble alarm rent "
        "machine hockey fork slam gaze tobacco"
    ],
    "LooksLikeXrpl": [
        "sn259rEFXrQrWyx3Q7XneWcwV6dfL",
        "sEdTM1uX8pu2do5XvTnutH6HsouMaM2",
        "399150 474506 009147 088773 432160 282843 253738 605430",
        "399150474506009147088773432160282843253738605430",
    ],
}
SCHEMES = ["bip39", "electrum", "electrum-old", "monero", "algorand", "polyseed", "ton", "aezeed", "slip39", "codex32"]
SCHEMES += ["xrpl"]
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
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_hint_comes_of_any_words_and_repeats_none(words: list[str], scheme: str) -> None:
    told = schemes.hint(words, but=scheme)
    assert not any(word and word in told for word in words)


def test_what_is_unlike_every_scheme_has_no_hint() -> None:
    assert schemes.hint(["zoo"] * 12, but="bip39") == ""
    assert schemes.hint(["zoo"] * 25, but="algorand") == ""


@pytest.mark.parametrize(("look", "phrase"), [(look, text) for look, texts in PHRASES.items() for text in texts])
def test_S15_a_phrase_is_no_seed_of_the_xrp_ledger(look: str, phrase: str) -> None:
    with pytest.raises(KeystoreError) as caught:
        FamilySeed.from_words(phrase, Curve.ED25519)
    assert caught.value.hint.startswith(f"{look}:") is (look != "LooksLikeXrpl")


XRPL_DOORS: dict[str, Callable[[str], object]] = {
    "parse": FamilySeed.parse,
    "from_words": lambda text: FamilySeed.from_words(text, Curve.ED25519),
    "from_secret_numbers": lambda text: FamilySeed.from_secret_numbers(text, Curve.ED25519),
}


@pytest.mark.parametrize("form", ["NFC", "NFKD"])
@pytest.mark.parametrize("door", XRPL_DOORS)
@pytest.mark.parametrize("look", [look for look in PHRASES if look != "LooksLikeXrpl"])
def test_S15_every_door_of_the_xrp_ledger_tells_what_a_phrase_looks_like(look: str, door: str, form: Any) -> None:
    french = Mnemonic.from_entropy(bytes(range(16)), language="french").reveal()
    for phrase in [*PHRASES[look], *([french] if look == "LooksLikeBip39" else [])]:
        with pytest.raises(KeystoreError) as caught:
            XRPL_DOORS[door](unicodedata.normalize(form, phrase))
        assert caught.value.hint.startswith(f"{look}:")


def test_M14_a_phrase_has_at_most_1024_characters_and_a_passphrase_4096() -> None:
    assert schemes.split("x" * 1024) == ["x" * 1024]
    assert refusal(schemes.split, "x" * 1025).reason == "too-large"
    assert schemes.checked_passphrase("x" * 4096) == "x" * 4096
    assert refusal(schemes.checked_passphrase, "x" * 4097).reason == "too-large"


@pytest.mark.parametrize("size", [18, 20, 64])
def test_a_share_of_any_size_looks_like_one(size: int) -> None:
    ((share,),) = slip39.split(Secret(bytes(size)), [(1, 1)])
    assert refusal(Mnemonic.parse, share.reveal()).hint.startswith("LooksLikeSlip39")


def test_a_share_that_carries_the_version_of_an_electrum_seed_by_chance_still_looks_like_a_share() -> None:
    start = ["academic"] * 19  # one text of some 140 carries it
    words = next(
        w
        for w in ([*start, last] for last in slip39_words())
        if schemes.electrum_kind(schemes.electrum_text(" ".join(w)))
    )
    assert schemes.hint(words, but="bip39").startswith("LooksLikeSlip39")


@pytest.mark.parametrize("count", [20, 33])
def test_words_that_are_as_many_as_a_share_has_look_like_one(count: int) -> None:
    assert refusal(Mnemonic.parse, "abandon " * count).hint.startswith("LooksLikeSlip39")


@pytest.mark.parametrize(
    "text", ["s" * 30, "399150", "39915 0474506 009147 088773 432160 282843 253738 605430", "xs1" * 9, "s" + "-" * 28]
)
def test_what_is_only_like_a_seed_has_no_hint_of_one(text: str) -> None:
    assert "Xrpl" not in refusal(Mnemonic.parse, text).hint


def test_words_that_pass_no_checksum_are_told_by_their_number() -> None:
    assert schemes.hint(["abbey"] * 12 + ["about"], but="bip39").startswith("LooksLikeMonero")
    assert schemes.hint(["xyz"] * 25, but="bip39").startswith("LooksLikeMonero or LooksLikeAlgorand")
