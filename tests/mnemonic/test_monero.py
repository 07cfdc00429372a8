"""Monero's phrases: all languages, checksums of three and four letters, MyMonero, phrases without a checksum."""

import unicodedata
from typing import Any

import pytest
from bip_utils import (
    MoneroLanguages,
    MoneroMnemonicDecoder,
    MoneroMnemonicNoChecksumEncoder,
    MoneroMnemonicWithChecksumEncoder,
)
from bip_utils.monero import Monero
from bip_utils.monero.mnemonic_legacy.monero_mnemonic import MoneroMnemonicConst
from hypothesis import given
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.mnemonic.monero import MoneroMnemonic
from walletcore.mnemonic.wordlists.monero import LANGUAGES, monero_list
from walletcore.secret import Secret

GOOD = (
    "wedge going quick racetrack auburn physics lectures light waist axes whipped habitat square awkward together "
    "injury niece nugget guarded hive obnoxious waxing faked folding square"
)
CHECKED = tuple(language for language in LANGUAGES if language != "english_old")
PEER_LANGUAGES = {  # bip-utils has no Esperanto or Lojban, and fifteen German words without their last letter
    language: MoneroLanguages[language.upper()]
    for language in CHECKED
    if language not in ("esperanto", "lojban", "german")
}
entropies = st.sampled_from([16, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


# -- published figures


@vectors("monero/read", result="valid")
def test_a_phrase_gives_the_published_entropy_and_spend_key(case: Case) -> None:
    mnemonic = MoneroMnemonic.parse(case.input["phrase"], language=case.input["language"])
    assert mnemonic.entropy.reveal().hex() == case.expect.get("entropy", mnemonic.entropy.reveal().hex())
    assert mnemonic.spend_key().reveal().hex() == case.expect.get("private", mnemonic.spend_key().reveal().hex())
    assert {"entropy", "private"} & set(case.expect)


@vectors("monero/read", result="valid")
def test_the_language_of_a_published_phrase_is_found(case: Case) -> None:
    assert MoneroMnemonic.parse(case.input["phrase"]).language == case.input["language"]


@vectors("monero/read", result="invalid")
def test_a_phrase_that_is_none_is_refused(case: Case) -> None:
    error = refusal(MoneroMnemonic.parse, case.input["phrase"], language=case.input.get("language"))
    assert error.reason in case.reasons


@vectors("monero/write")
def test_entropy_gives_the_published_phrase(case: Case) -> None:
    mnemonic = MoneroMnemonic.from_entropy(bytes.fromhex(case.input["entropy"]), case.input["language"])
    assert mnemonic.reveal() == unicodedata.normalize("NFC", case.expect["phrase"])


# -- a second implementation


@given(entropies, st.sampled_from(sorted(PEER_LANGUAGES)))
def test_phrases_and_entropies_agree_with_bip_utils(entropy: bytes, language: str) -> None:
    phrase = MoneroMnemonic.from_entropy(entropy, language).reveal()
    if language != "japanese":
        assert MoneroMnemonicWithChecksumEncoder(PEER_LANGUAGES[language]).Encode(entropy).ToStr() == phrase
        assert MoneroMnemonicDecoder(PEER_LANGUAGES[language]).Decode(phrase) == entropy
    bare = MoneroMnemonicNoChecksumEncoder(PEER_LANGUAGES[language]).Encode(entropy).ToStr()
    assert bare == phrase.rpartition(" ")[0]
    assert MoneroMnemonic.parse(bare, language=language, unchecked=True).entropy.reveal() == entropy


@given(entropies)
def test_a_japanese_phrase_of_four_letters_is_read_and_three_are_written(entropy: bytes) -> None:
    japanese = MoneroLanguages.JAPANESE
    theirs = MoneroMnemonicWithChecksumEncoder(japanese).Encode(entropy).ToStr()
    mnemonic = MoneroMnemonic.parse(theirs, language="japanese")
    assert mnemonic.entropy.reveal() == entropy
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MoneroMnemonicConst.LANGUAGE_UNIQUE_PREFIX_LEN, japanese, 3)  # Monero's own figure
        assert MoneroMnemonicWithChecksumEncoder(japanese).Encode(entropy).ToStr() == mnemonic.reveal()


@given(st.binary(min_size=32, max_size=32).filter(any))
def test_spend_keys_agree_with_bip_utils(entropy: bytes) -> None:
    ours = MoneroMnemonic.from_entropy(entropy).spend_key().reveal()
    assert ours == Monero.FromSeed(entropy).PrivateSpendKey().Raw().ToBytes()


# -- the round trip and what makes no difference


@given(entropies, st.sampled_from(CHECKED), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_phrase_is_read_as_it_was_written(entropy: bytes, language: str, form: Any) -> None:
    mnemonic = MoneroMnemonic.from_entropy(entropy, language)
    phrase = unicodedata.normalize(form, mnemonic.reveal())
    assert len(mnemonic) == len(phrase.split()) == len(entropy) * 3 // 4 + 1
    for text in (phrase, phrase.upper() if language != "german" else phrase, phrase.replace(" ", " \u3000\n")):
        assert MoneroMnemonic.parse(text, language=language) == mnemonic
    prefix = monero_list(language).prefixes[0]
    short = " ".join(word[:prefix] for word in mnemonic.reveal().split())
    assert MoneroMnemonic.parse(short, language=language, expand_prefix=True) == mnemonic


@given(entropies)
def test_phrases_of_the_old_list_have_no_checksum(entropy: bytes) -> None:
    mnemonic = MoneroMnemonic.from_entropy(entropy, "english_old")
    assert len(mnemonic) == len(mnemonic.reveal().split()) == len(entropy) * 3 // 4
    assert MoneroMnemonic.parse(mnemonic.reveal(), language="english_old", unchecked=True) == mnemonic
    with_another = mnemonic.reveal() + " like"
    assert refusal(MoneroMnemonic.parse, with_another, language="english_old").reason == "checksum"


def test_a_generated_phrase_spells_its_own_spend_key() -> None:
    for _ in range(20):
        mnemonic = MoneroMnemonic.generate()
        assert (len(mnemonic), mnemonic.spend_key()) == (25, mnemonic.entropy)
    assert len(MoneroMnemonic.generate(13, language="russian")) == 13
    assert MoneroMnemonic.generate().entropy != MoneroMnemonic.generate().entropy


# -- what is refused


def test_M08_a_wrong_checksum_is_refused() -> None:
    assert refusal(MoneroMnemonic.parse, GOOD.rpartition(" ")[0] + " wedge").reason == "checksum"
    assert refusal(MoneroMnemonic.parse, GOOD.replace("going", "quick")).reason == "checksum"


@pytest.mark.parametrize("count", [0, 1, 11, 14, 23, 26])
def test_M09_another_number_of_words_is_refused(count: int) -> None:
    for unchecked in (False, True):
        assert refusal(MoneroMnemonic.parse, "abbey " * count, unchecked=unchecked).reason == "word-count"


@pytest.mark.parametrize("count", [12, 24])
def test_a_phrase_without_its_checksum_is_read_only_when_asked_for(count: int) -> None:
    error = refusal(MoneroMnemonic.parse, "abbey " * count)
    assert error.reason == "word-count"
    assert "unchecked=True" in error.hint
    assert MoneroMnemonic.parse("abbey " * count, unchecked=True).entropy.reveal() == bytes(count * 4 // 3)
    assert refusal(MoneroMnemonic.parse, "abbey " * (count + 1), unchecked=True).reason == "word-count"


def test_M27_shortened_words_are_read_only_when_asked_for() -> None:
    short = " ".join(word[:3] for word in GOOD.split())
    error = refusal(MoneroMnemonic.parse, short)
    assert error.reason == "unknown"
    assert "expand_prefix" in error.hint
    assert MoneroMnemonic.parse(short, expand_prefix=True).reveal() == GOOD
    assert refusal(MoneroMnemonic.parse, short.replace("wed", "we"), expand_prefix=True).reason == "unknown"
    assert refusal(MoneroMnemonic.parse, short.replace("wed", "wedding"), expand_prefix=True).reason == "unknown"


def test_an_unknown_word_is_refused_by_its_position() -> None:
    error = refusal(MoneroMnemonic.parse, GOOD.replace("light", "lihgt"))
    assert (error.reason, str(error)) == ("unknown", "word 8 of 25 is not in any one list")
    error = refusal(MoneroMnemonic.parse, GOOD.replace("light", "lihgt"), language="english")
    assert str(error) == "word 8 of 25 is not in the english list"


def test_three_words_that_spell_more_than_four_bytes_are_refused() -> None:
    words = monero_list("english").words
    phrase = " ".join([words[1625], words[1624], words[1623]] * 8)  # each 1626^3 - 1
    assert refusal(MoneroMnemonic.parse, phrase, unchecked=True).reason == "range"


def test_entropy_that_gives_no_key_is_refused() -> None:
    assert refusal(MoneroMnemonic.from_entropy(bytes(32)).spend_key).reason == "range"


@pytest.mark.parametrize("text", ["abbey " * 100_000, "\u0315\u0300" * 500_000])
def test_M14_a_huge_phrase_is_refused_before_any_work(text: str) -> None:
    assert refusal(MoneroMnemonic.parse, text).reason == "too-large"


@pytest.mark.parametrize("phrase", [None, 5, GOOD.encode(), GOOD.split()])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(MoneroMnemonic.parse, phrase).reason == "type"


def test_M15_a_lone_surrogate_is_an_unknown_word() -> None:
    assert refusal(MoneroMnemonic.parse, GOOD.replace("wedge", "\ud800")).reason == "unknown"


@pytest.mark.parametrize("language", ["English", "korean", "", 5, None])
def test_an_unknown_language_is_refused(language: Any) -> None:
    assert refusal(MoneroMnemonic.from_entropy, bytes(32), language).reason == "unknown"
    if language is not None:
        assert refusal(MoneroMnemonic.parse, GOOD, language=language).reason == "unknown"


@pytest.mark.parametrize("size", [0, 15, 17, 24, 31, 33, 64])
def test_M21_entropy_of_another_size_is_refused(size: int) -> None:
    assert refusal(MoneroMnemonic.from_entropy, bytes(size)).reason == "length"
    assert refusal(MoneroMnemonic.generate, 25, entropy=bytes(16)).reason == "length"


@pytest.mark.parametrize("entropy", ["00" * 16, bytearray(32), 5, None])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(MoneroMnemonic.from_entropy, entropy).reason == "type"
    assert refusal(lambda: MoneroMnemonic(entropy=entropy)).reason == "type"


@pytest.mark.parametrize("words", [0, 12, 24, True, 25.0, "25", None])
def test_M21_another_number_of_words_is_not_generated(words: Any) -> None:
    assert refusal(MoneroMnemonic.generate, words).reason == "word-count"


def test_X08_a_mnemonic_shows_its_size_and_language_only() -> None:
    assert repr(MoneroMnemonic(entropy=Secret(bytes(32)))) == "MoneroMnemonic(25 words, english)"


@pytest.mark.parametrize("phrase", [GOOD + " canary", GOOD.replace("wedge", "canary"), GOOD.replace("wedge", "going")])
def test_X10_no_error_repeats_a_word(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        MoneroMnemonic.parse(phrase)
    told = frames_of_the_package(caught.value)
    assert not any(word in told for word in ("canary", "wedge", "racetrack"))
