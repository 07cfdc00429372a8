"""BIP-39: phrases, their entropy and their seeds; rows M01-M29 of the bad inputs and their neighbours."""

import copy
import json
import multiprocessing
import pickle
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict
from typing import Any

import pytest
import wallycore
from bip_utils import (
    AlgorandMnemonicGenerator,
    Bip39Languages,
    Bip39MnemonicDecoder,
    Bip39MnemonicGenerator,
    Bip39SeedGenerator,
    ElectrumV2MnemonicGenerator,
    ElectrumV2MnemonicTypes,
    MoneroMnemonicGenerator,
)
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.phrases import frames_of_the_package, outcome, refusal
from walletcore.errors import InvalidKey, SecretExportError
from walletcore.mnemonic import LANGUAGES, Mnemonic
from walletcore.mnemonic.bip39 import WORD_COUNTS
from walletcore.mnemonic.wordlists import word_list
from walletcore.secret import Secret

GOOD = "abandon " * 11 + "about"
GOOD_SEED = (  # BIP-39 over the published all-zero entropy, without a passphrase
    "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1"
    "9a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4"
)
SHARED = "civil festival festival palace rival concert distance panda junior unique spatial science"
ORACLE_LANGUAGES = {  # bip-utils has no Japanese list
    "english": Bip39Languages.ENGLISH,
    "korean": Bip39Languages.KOREAN,
    "spanish": Bip39Languages.SPANISH,
    "chinese_simplified": Bip39Languages.CHINESE_SIMPLIFIED,
    "chinese_traditional": Bip39Languages.CHINESE_TRADITIONAL,
    "french": Bip39Languages.FRENCH,
    "italian": Bip39Languages.ITALIAN,
    "czech": Bip39Languages.CZECH,
    "portuguese": Bip39Languages.PORTUGUESE,
}

entropies = st.sampled_from([16, 20, 24, 28, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size))
languages = st.sampled_from(LANGUAGES)


def seed_of(phrase: str, passphrase: str = "", **options: Any) -> str:
    return Mnemonic.parse(phrase, **options).seed(passphrase).reveal().hex()


# -- white space, case and normal forms


def test_M01_a_double_space_gives_the_canonical_seed() -> None:
    assert seed_of(GOOD.replace(" ", "  ", 1)) == GOOD_SEED


def test_M02_a_trailing_newline_gives_the_canonical_seed() -> None:
    assert seed_of(GOOD + "\n") == GOOD_SEED


def test_M03_a_leading_tab_gives_the_canonical_seed() -> None:
    assert seed_of("\t" + GOOD) == GOOD_SEED


@pytest.mark.parametrize("space", ["\r\n", "\u2003", "\u3000", "\u2028", " \t "])
def test_M03_any_white_space_between_words_gives_the_canonical_seed(space: str) -> None:
    assert seed_of(GOOD.replace(" ", space)) == GOOD_SEED


@pytest.mark.parametrize("phrase", [GOOD.upper(), GOOD.title(), GOOD.replace("about", "About")])
def test_M04_capital_letters_are_refused(phrase: str) -> None:
    error = refusal(Mnemonic.parse, phrase)
    assert error.reason == "unknown"
    assert "small letters" in error.hint


def test_M05_a_no_break_space_gives_the_canonical_seed() -> None:
    assert seed_of(GOOD.replace(" ", "\u00a0", 1)) == GOOD_SEED


def test_M05_full_width_letters_are_the_letters_after_nfkd() -> None:
    assert seed_of(GOOD.replace("about", "ａｂｏｕｔ")) == GOOD_SEED


def test_M06_composed_and_decomposed_passphrases_give_one_seed() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert seed_of(GOOD, composed) == seed_of(GOOD, decomposed)
    assert seed_of(GOOD, decomposed) == wallycore.bip39_mnemonic_to_seed512(GOOD, decomposed).hex()


def test_M07_a_ligature_in_the_passphrase_is_its_letters() -> None:
    assert seed_of(GOOD, "\ufb01") == seed_of(GOOD, "fi")


@pytest.mark.parametrize("language", ["french", "spanish", "korean", "japanese"])
def test_M29_every_normal_form_of_a_phrase_gives_one_seed(language: str) -> None:
    phrase = Mnemonic.from_entropy(bytes(range(100, 132)), language).reveal()
    forms = {unicodedata.normalize(form, phrase) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len(forms) > 1
    assert len({seed_of(form) for form in forms}) == 1


# -- checksum, number of words, size


def test_M08_a_wrong_checksum_is_refused() -> None:
    assert refusal(Mnemonic.parse, "abandon " * 11 + "abandon").reason == "checksum"


@pytest.mark.parametrize("count", [0, 1, 3, 9, 11, 13, 14, 16, 20, 23, 25, 26, 33])
def test_M09_another_number_of_words_is_refused(count: int) -> None:
    assert refusal(Mnemonic.parse, "abandon " * count).reason == "word-count"


def test_M12_27_words_with_a_valid_checksum_are_refused() -> None:
    last = "bread"  # the nine checksum bits of 36 zero bytes, after two zero bits
    assert refusal(Mnemonic.parse, "abandon " * 26 + last).reason == "word-count"


@pytest.mark.parametrize("text", ["abandon " * 100_000, " " * 1_000_000, "a" * 1_000_000, "\u0315\u0300" * 500_000])
def test_M14_a_huge_phrase_is_refused_before_any_work(text: str) -> None:
    assert refusal(Mnemonic.parse, text).reason == "too-large"


@pytest.mark.parametrize("text", ["'abandon ' * 100_000", "'\\u0315\\u0300' * 524_288"])
def test_M14_a_huge_phrase_costs_less_than_five_milliseconds(text: str) -> None:
    setup = f"from walletcore.mnemonic import Mnemonic\nfrom contextlib import suppress\ntext = {text}"
    assert cpu_seconds("with suppress(ValueError): Mnemonic.parse(text)", setup=setup) < 0.005 * SLACK


def test_M14_a_hostile_passphrase_costs_less_than_twenty_milliseconds() -> None:
    setup = "from walletcore.mnemonic import Mnemonic\nmnemonic = Mnemonic.from_entropy(bytes(16))"
    assert cpu_seconds("mnemonic.seed('\\u0315\\u0300' * 2048)", setup=setup) < 0.020 * SLACK


def test_M14_a_huge_passphrase_is_refused_before_any_work() -> None:
    mnemonic = Mnemonic.parse(GOOD)
    assert refusal(mnemonic.seed, "\u0315\u0300" * 500_000).reason == "too-large"
    assert len(mnemonic.seed("p" * 4096)) == 64
    assert refusal(mnemonic.seed, "p" * 4097).reason == "too-large"


@pytest.mark.parametrize("passphrase", ["\ud800", "a\udfffb"])
def test_M15_a_lone_surrogate_in_the_passphrase_is_refused(passphrase: str) -> None:
    assert refusal(Mnemonic.parse(GOOD).seed, passphrase).reason == "character"


def test_M15_a_lone_surrogate_in_the_phrase_is_an_unknown_word() -> None:
    assert refusal(Mnemonic.parse, GOOD.replace("about", "\ud800")).reason == "unknown"
    assert refusal(Mnemonic.parse, GOOD + " \ud800").reason == "word-count"


@pytest.mark.parametrize("mark", ["\u200b", "\u200d", "\u00ad", "\ufeff", "\x00", "\u0301"])
def test_M16_an_invisible_character_in_a_word_makes_it_unknown(mark: str) -> None:
    assert refusal(Mnemonic.parse, GOOD + mark).reason == "unknown"


def test_M17_the_official_japanese_phrase_with_ideographic_spaces_gives_the_published_seed() -> None:
    phrase = "\u3000".join(["あいこくしん"] * 11 + ["あおぞら"])  # bip32JP, first vector
    published = (
        "a262d6fb6122ecf45be09c50492b31f92e9beb7d9a845987a02cefda57a15f9c"
        "467a17872029a9e92299b5cbdf306e3a0ee620245cbd508959b6cb7ca637bd55"
    )
    passphrase = "㍍ガバヴァぱばぐゞちぢ十人十色"
    assert seed_of(unicodedata.normalize("NFC", phrase), passphrase) == published
    assert seed_of(phrase.replace("\u3000", " "), passphrase) == published
    assert Mnemonic.parse(phrase).reveal() == unicodedata.normalize("NFKD", phrase.replace("\u3000", "|")).replace(
        "|", "\u3000"
    )


def test_M19_a_nul_does_not_end_the_passphrase() -> None:
    seed = seed_of(GOOD, "a\x00b")
    assert seed not in (seed_of(GOOD, "a"), seed_of(GOOD, "ab"))
    assert seed == Bip39SeedGenerator(GOOD).Generate("a\x00b").hex()


# -- language


def test_M18_a_phrase_valid_in_english_and_french_needs_a_language() -> None:
    error = refusal(Mnemonic.parse, SHARED)
    assert error.reason == "ambiguous"
    assert "english and french" in str(error)
    assert Mnemonic.parse(SHARED, language="english").entropy.reveal().hex() == "298aa554cf9baa5d4fecfb793db34260"
    assert Mnemonic.parse(SHARED, language="french").entropy.reveal().hex() == "326cb196583d0e6d11ed8888be7386eb"


def test_M18_shared_words_valid_in_one_language_only_are_read_in_it() -> None:
    english, french = word_list("english"), word_list("french")
    shared = sorted(set(english.words) & set(french.words))
    outcomes = Counter[str]()
    for seed in range(300):
        phrase = " ".join(random.Random(seed).choices(shared, k=12))
        outcomes[outcome(lambda phrase=phrase: Mnemonic.parse(phrase))] += 1  # type: ignore[misc]
    assert set(outcomes) == {"", "checksum", "ambiguous"}


def test_M26_a_chinese_phrase_of_glyphs_in_both_lists_needs_a_language() -> None:
    simplified, traditional = word_list("chinese_simplified"), word_list("chinese_traditional")
    mnemonic = Mnemonic.from_entropy(bytes(16), "chinese_simplified")
    assert all(word in traditional.index and word in simplified.index for word in mnemonic.reveal().split())
    assert refusal(Mnemonic.parse, mnemonic.reveal()).reason == "ambiguous"
    other = Mnemonic.parse(mnemonic.reveal(), language="chinese_traditional")
    assert other.entropy == mnemonic.entropy  # a shared glyph stands at the same place in both lists
    assert other.seed() == mnemonic.seed()


def test_M26_a_simplified_glyph_is_unknown_in_the_traditional_list() -> None:
    phrase = Mnemonic.from_entropy(b"\x12\x34" * 8, "chinese_simplified").reveal()
    assert Mnemonic.parse(phrase).language == "chinese_simplified"
    assert refusal(Mnemonic.parse, phrase, language="chinese_traditional").reason == "unknown"


def test_words_of_two_languages_are_refused_at_the_first_that_does_not_fit() -> None:
    error = refusal(Mnemonic.parse, GOOD.replace("about", "abaco"))
    assert (error.reason, str(error)) == ("unknown", "word 12 of 12 is not in any one list")


@pytest.mark.parametrize("language", ["English", "russian", "", 5, ["english"], b"english"])
def test_an_unknown_language_is_refused(language: Any) -> None:
    assert refusal(Mnemonic.parse, GOOD, language=language).reason == "unknown"
    assert refusal(Mnemonic.generate, language=language).reason == "unknown"
    assert refusal(Mnemonic.from_entropy, bytes(16), language).reason == "unknown"


# -- shortened words


def test_M27_four_letter_words_are_read_only_when_asked_for() -> None:
    short = "aban " * 11 + "abou"
    error = refusal(Mnemonic.parse, short)
    assert error.reason == "unknown"
    assert "expand_prefix" in error.hint
    assert seed_of(short, expand_prefix=True) == GOOD_SEED


@pytest.mark.parametrize("word", ["abo", "aboutx", "abx", "a", "abouut"])
def test_M27_a_prefix_that_is_too_short_or_of_no_word_is_refused(word: str) -> None:
    assert refusal(Mnemonic.parse, GOOD.replace("about", word), expand_prefix=True).reason == "unknown"


@pytest.mark.parametrize(
    ("word", "language", "read"),
    [
        ("\u00e1bandon", "english", False),
        ("\u00e1baco", "spanish", True),
        ("abaco", "spanish", True),
        ("ab\u00e1co", "spanish", False),
        ("\u00e0baco", "spanish", False),
        ("\u00e9l\u00e9p", "french", True),
        ("el\u00e9p", "french", True),
        ("el\u00e8p", "french", False),
    ],
)
def test_M27_accents_may_be_left_out_and_no_other_may_be_written(word: str, language: str, read: bool) -> None:
    index = word_list(language).expand(unicodedata.normalize("NFKD", word))
    assert (index is not None) == read


@given(entropies, st.sampled_from(["english", "spanish", "french", "italian", "czech", "portuguese"]))
def test_M27_four_unaccented_letters_of_each_word_read_as_the_phrase(entropy: bytes, language: str) -> None:
    mnemonic = Mnemonic.from_entropy(entropy, language)
    plain = "".join(c for c in mnemonic.reveal() if not unicodedata.combining(c))
    short = " ".join(word[:4] for word in plain.split())
    assert Mnemonic.parse(short, language=language, expand_prefix=True) == mnemonic
    assert Mnemonic.parse(plain, language=language, expand_prefix=True) == mnemonic


# -- other schemes


@pytest.mark.parametrize("kind", list(ElectrumV2MnemonicTypes))
@pytest.mark.parametrize("size", [17, 33])
def test_M25_an_electrum_seed_is_refused_with_a_hint(kind: ElectrumV2MnemonicTypes, size: int) -> None:
    words = ElectrumV2MnemonicGenerator(kind).FromEntropy(b"\x05" + bytes(range(size - 1))).ToStr()
    error = refusal(Mnemonic.parse, words)
    assert error.reason == "checksum"
    assert error.hint.startswith("LooksLikeElectrum")


def test_M28_a_monero_phrase_is_refused_with_a_hint() -> None:
    words = MoneroMnemonicGenerator().FromEntropyWithChecksum(bytes(range(32))).ToStr()
    error = refusal(Mnemonic.parse, words)
    assert error.reason == "word-count"
    assert "LooksLikeMonero" in error.hint


def test_M28_an_algorand_phrase_is_refused_with_a_hint() -> None:
    error = refusal(Mnemonic.parse, AlgorandMnemonicGenerator().FromEntropy(bytes(range(32))).ToStr())
    assert error.reason == "word-count"
    assert "LooksLikeAlgorand" in error.hint


def test_M28_a_ton_phrase_is_refused_with_a_hint() -> None:
    words = (  # ton-crypto, src/mnemonic/mnemonic.spec.ts, MIT
        "hospital stove relief fringe tongue always charge angry urge sentence again match nerve inquiry senior "
        "coconut label tumble carry category beauty bean road solution"
    )
    error = refusal(Mnemonic.parse, words)
    assert error.reason == "checksum"
    assert error.hint.startswith("LooksLikeTon")


@pytest.mark.parametrize("count", [20, 33])
def test_M28_a_shamir_share_is_refused_with_a_hint(count: int) -> None:
    error = refusal(Mnemonic.parse, "academic " * count)
    assert error.reason == "word-count"
    assert error.hint.startswith("LooksLikeSlip39")


def test_an_ordinary_wrong_checksum_has_no_hint() -> None:
    assert refusal(Mnemonic.parse, "zoo " * 12).hint == ""


# -- entropy and generation


@pytest.mark.parametrize("size", [0, 4, 12, 15, 17, 22, 31, 33, 36, 64, 1_000_000])
def test_M21_entropy_of_another_size_is_refused(size: int) -> None:
    assert refusal(Mnemonic.from_entropy, bytes(size)).reason == "length"
    assert refusal(Mnemonic.from_entropy, Secret(bytes(size))).reason == "length"


@pytest.mark.parametrize("entropy", ["00" * 16, bytearray(16), memoryview(bytes(16)), 5, None, [0] * 16])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(Mnemonic.from_entropy, entropy).reason == "type"
    assert refusal(lambda: Mnemonic(entropy=entropy)).reason == "type"


@pytest.mark.parametrize("words", [0, 3, 9, 13, 27, -12, True, 12.0, "12", None])
def test_M21_another_number_of_words_is_not_generated(words: Any) -> None:
    assert refusal(Mnemonic.generate, words).reason == "word-count"


def test_M21_entropy_for_another_number_of_words_is_refused() -> None:
    assert refusal(Mnemonic.generate, 12, entropy=bytes(32)).reason == "length"
    assert Mnemonic.generate(12, entropy=bytes(16)).reveal() == GOOD


@pytest.mark.parametrize("words", WORD_COUNTS)
def test_a_generated_phrase_has_as_many_words_as_asked_for(words: int) -> None:
    mnemonic = Mnemonic.generate(words)
    assert len(mnemonic) == words == len(mnemonic.reveal().split())
    assert Mnemonic.parse(mnemonic.reveal(), language="english") == mnemonic


def entropy_of_many(count: int) -> bytes:
    return b"".join(Mnemonic.generate().entropy.reveal() for _ in range(count))


def test_M23_forked_processes_never_repeat_a_phrase_and_their_bytes_are_uniform() -> None:
    """A scaled run: 20,000 phrases here and 500 in each of eight forks, against one million and 32 in the row."""
    with multiprocessing.get_context("fork").Pool(8, maxtasksperchild=1) as pool:
        children = pool.map(entropy_of_many, [500] * 8, chunksize=1)
    entropy = entropy_of_many(20_000) + b"".join(children)
    assert len({entropy[i : i + 32] for i in range(0, len(entropy), 32)}) == 24_000
    expected = len(entropy) / 256
    chi_square = sum((seen - expected) ** 2 / expected for seen in Counter(entropy).values())
    assert len(set(entropy)) == 256
    assert 157.8 < chi_square < 376.5  # p from 1 - 1e-6 to 1e-6 at 255 degrees of freedom


# -- types and leaks


@pytest.mark.parametrize("phrase", [None, 5, GOOD.encode(), GOOD.split(), type("Text", (str,), {})(GOOD)])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(Mnemonic.parse, phrase).reason == "type"


@pytest.mark.parametrize("passphrase", [None, 5, b"TREZOR", type("Text", (str,), {})("TREZOR")])
def test_a_passphrase_that_is_no_text_is_refused(passphrase: Any) -> None:
    assert refusal(Mnemonic.parse(GOOD).seed, passphrase).reason == "type"


def test_X08_a_mnemonic_shows_its_size_and_language_only() -> None:
    mnemonic = Mnemonic.parse(GOOD)
    assert repr(mnemonic) == str(mnemonic) == f"{mnemonic}" == "Mnemonic(12 words, english)"
    assert not hasattr(mnemonic, "__dict__")
    with pytest.raises(TypeError):
        json.dumps(mnemonic)


@pytest.mark.parametrize("export", [pickle.dumps, copy.copy, copy.deepcopy, asdict])
def test_X09_a_mnemonic_is_not_copied_or_pickled(export: Callable[[Any], object]) -> None:
    with pytest.raises(SecretExportError):
        export(Mnemonic.parse(GOOD))


LEAKS: list[tuple[Callable[[], object], tuple[str, ...]]] = [
    (lambda: Mnemonic.parse("zebra " * 11 + "canary"), ("zebra", "canary")),
    (lambda: Mnemonic.parse("zebra " * 11 + "canarix"), ("zebra", "canarix")),
    (lambda: Mnemonic.parse("zebra " * 13), ("zebra",)),
    (lambda: Mnemonic.parse("zebra " * 11 + "canary", language="french"), ("zebra", "canary")),
    (lambda: Mnemonic.parse("Zebra " * 12), ("Zebra", "zebra")),
    (lambda: Mnemonic.parse("zebr " * 12), ("zebr",)),
    (lambda: Mnemonic.parse(SHARED), ("festival",)),
    (lambda: Mnemonic.parse(GOOD).seed("canary\ud800"), ("canary", "abandon")),
    (lambda: Mnemonic.parse(GOOD).seed("canary" * 1000), ("canary", "abandon")),
    (lambda: Mnemonic.from_entropy(b"canary"), ("canary", b"canary".hex())),
    (lambda: Mnemonic.generate(12, entropy=b"canary"), ("canary", b"canary".hex())),
    (lambda: Mnemonic(entropy=b"canary"), ("canary", b"canary".hex())),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "canaries"), LEAKS)
def test_X10_no_error_shows_a_word_or_a_byte(call: Callable[[], object], canaries: tuple[str, ...]) -> None:
    shown = frames_of_the_package(refusal(call))
    assert [canary for canary in canaries if canary in shown] == []


def test_X11_mnemonics_compare_by_value_and_do_not_hash() -> None:
    one, two = Mnemonic.parse(GOOD), Mnemonic.from_entropy(bytes(16))
    assert one == two
    assert one != Mnemonic.from_entropy(bytes(16), "french")
    assert one != object()
    with pytest.raises(TypeError):
        hash(one)


def test_a_mnemonic_is_frozen_and_keeps_its_own_copy_of_the_entropy() -> None:
    entropy = Secret(bytes(16))
    mnemonic = Mnemonic.from_entropy(entropy)
    entropy.wipe()
    assert mnemonic.reveal() == GOOD
    with pytest.raises(FrozenInstanceError):
        mnemonic.language = "french"  # type: ignore[misc]


def test_a_wiped_mnemonic_reveals_nothing() -> None:
    mnemonic = Mnemonic.parse(GOOD)
    mnemonic.entropy.wipe()
    for door in (mnemonic.reveal, mnemonic.seed):
        with pytest.raises(InvalidKey):
            door()


# -- properties and second implementations


@given(entropies, languages)
def test_a_phrase_reads_back_as_its_entropy(entropy: bytes, language: str) -> None:
    mnemonic = Mnemonic.from_entropy(entropy, language)
    assert Mnemonic.parse(mnemonic.reveal(), language=language) == mnemonic
    assert mnemonic.entropy.reveal() == entropy
    assert len(mnemonic.reveal().split(word_list(language).separator)) == len(mnemonic)


@given(entropies, languages)
def test_the_language_of_a_phrase_is_found_or_asked_for(entropy: bytes, language: str) -> None:
    mnemonic = Mnemonic.from_entropy(entropy, language)
    found = outcome(lambda: Mnemonic.parse(mnemonic.reveal()))
    assert found == "ambiguous" or Mnemonic.parse(mnemonic.reveal()) == mnemonic


@given(entropies, st.sampled_from(sorted(ORACLE_LANGUAGES)))
def test_bip_utils_spells_and_reads_the_same_phrases(entropy: bytes, language: str) -> None:
    theirs = Bip39MnemonicGenerator(ORACLE_LANGUAGES[language]).FromEntropy(entropy).ToStr()
    ours = Mnemonic.from_entropy(entropy, language).reveal()
    assert ours == unicodedata.normalize("NFKD", theirs)
    assert Bip39MnemonicDecoder(ORACLE_LANGUAGES[language]).Decode(ours) == entropy


@given(entropies)
def test_wallycore_spells_the_same_english_phrases(entropy: bytes) -> None:
    words = wallycore.bip39_get_wordlist("en")
    assert Mnemonic.from_entropy(entropy).reveal() == wallycore.bip39_mnemonic_from_bytes(words, entropy)


@given(
    entropies, st.sampled_from(sorted(ORACLE_LANGUAGES)), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
def test_bip_utils_computes_the_same_seed(entropy: bytes, language: str, passphrase: str) -> None:
    mnemonic = Mnemonic.from_entropy(entropy, language)
    assert mnemonic.seed(passphrase).reveal() == Bip39SeedGenerator(mnemonic.reveal()).Generate(passphrase)


words_of_all_lists = st.sampled_from([word for language in LANGUAGES for word in word_list(language).words])


@given(st.one_of(st.text(), st.lists(words_of_all_lists, min_size=11, max_size=25).map(" ".join)), st.booleans())
def test_arbitrary_text_is_a_phrase_or_refused_with_a_reason(text: str, expand_prefix: bool) -> None:
    reasons = {"", "unknown", "word-count", "checksum", "ambiguous"}
    assert outcome(lambda: Mnemonic.parse(text, expand_prefix=expand_prefix)) in reasons


@given(st.text())
def test_an_arbitrary_passphrase_gives_a_seed_or_is_refused(passphrase: str) -> None:
    surrogates = any("\ud800" <= character <= "\udfff" for character in passphrase)
    assert outcome(lambda: Mnemonic.parse(GOOD).seed(passphrase)) == ("character" if surrogates else "")
