"""Electrum's seeds of the second kind: versions, kinds, normalisation, generation, the two seeds of old 2fa phrases."""

import unicodedata
from hashlib import sha256
from typing import Any

import pytest
from bip_utils import (
    Base58Decoder,
    ElectrumV2MnemonicDecoder,
    ElectrumV2MnemonicGenerator,
    ElectrumV2MnemonicTypes,
    ElectrumV2SeedGenerator,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.errors import MnemonicError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.mnemonic import Mnemonic, schemes
from walletcore.mnemonic.electrum import ELECTRUM_LANGUAGES, KINDS, ElectrumMnemonic
from walletcore.mnemonic.electrum_old import ElectrumOldMnemonic
from walletcore.secret import Secret

GOOD = "wild father tree among universe such mobile favorite target dynamic credit identify"
STANDARD = "cram swing cover prefer miss modify ritual silly deliver chunk behind inform able"
OLD_2FA = (
    "bind clever room kidney crucial sausage spy edit canvas soul liquid ribbon slam open alpha suffer gate relax "
    "voice carpet law hill woman tonight abstract"
)
TYPES = {
    "standard": ElectrumV2MnemonicTypes.STANDARD,
    "segwit": ElectrumV2MnemonicTypes.SEGWIT,
    "2fa": ElectrumV2MnemonicTypes.STANDARD_2FA,
    "2fa_segwit": ElectrumV2MnemonicTypes.SEGWIT_2FA,
}
numbers = st.integers(1 << 129, (1 << 131) - 1).map(lambda number: number.to_bytes(17))


def nfkd(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


# -- published figures


@vectors("electrum/read", result="valid")
def test_a_phrase_gives_the_published_kind_and_seed(case: Case) -> None:
    phrase, passphrase = case.input["phrase"], case.input.get("passphrase", "")
    assert passphrase.encode().hex() == case.input.get("passphrase_utf8", "")
    mnemonic = ElectrumMnemonic.parse(phrase, language=case.input.get("language"))
    assert mnemonic.kind == case.expect["kind"]
    assert ElectrumMnemonic.parse(phrase, kind=mnemonic.kind, any_text=True).kind == mnemonic.kind
    if "seed" in case.expect:
        assert mnemonic.seed(passphrase).reveal().hex() == case.expect["seed"]
    if "entropy" in case.expect:
        assert mnemonic.entropy().reveal().hex() == case.expect["entropy"]
        assert ElectrumMnemonic.from_entropy(mnemonic.entropy(), mnemonic.language) == mnemonic


@vectors("electrum/read", result="valid")
def test_a_seed_is_the_root_of_the_published_keys(case: Case) -> None:
    mnemonic = ElectrumMnemonic.parse(case.input["phrase"])
    twofold = "two-seeds" in case.flags
    seeds = mnemonic.halves() if twofold else (mnemonic.seed(case.input.get("passphrase", "")),) * 2
    for seed, path, published in zip(seeds, case.input.get("paths", ()), case.expect.get("xprv", ()), strict=False):
        key = ExtendedPrivateKey.from_seed(seed).derive(path)
        assert Base58Decoder.CheckDecode(key.reveal())[4:] == Base58Decoder.CheckDecode(published)[4:]


@vectors("electrum/read", result="invalid")
def test_a_phrase_without_a_version_is_refused(case: Case) -> None:
    error = refusal(ElectrumMnemonic.parse, case.input["phrase"], language=case.input.get("language"))
    assert error.reason in case.reasons


@vectors("electrum/read", result="rule")
def test_two_words_are_read_by_the_rule_of_electrum_only(case: Case) -> None:
    assert refusal(ElectrumMnemonic.parse, case.input["phrase"]).reason == case.expect["reason"]
    assert ElectrumMnemonic.parse(case.input["phrase"], any_text=True).kind == case.expect["kind"]


@vectors("electrum/write", result="valid")
def test_entropy_gives_the_published_phrase(case: Case) -> None:
    words = 24 if len(case.expect["phrase"].split()) > 13 else 12
    entropy, kind, language = (case.input[name] for name in ("entropy", "kind", "language"))
    made = ElectrumMnemonic.generate(words, kind=kind, language=language, entropy=bytes.fromhex(entropy))
    assert made.reveal() == nfkd(case.expect["phrase"])


@vectors("electrum/write", result="invalid")
def test_there_is_no_2fa_phrase_of_thirteen_words(case: Case) -> None:
    entropy, kind, language = (case.input[name] for name in ("entropy", "kind", "language"))
    error = refusal(ElectrumMnemonic.generate, kind=kind, language=language, entropy=bytes.fromhex(entropy))
    assert error.reason == case.expect["reason"]


def test_the_seed_of_a_text_that_is_no_phrase_is_the_published_one() -> None:
    published = (  # electrum, tests/test_mnemonic.py, test_mnemonic_to_seed_basic: the function takes any text
        "741b72fd15effece6bfe5a26a52184f66811bd2be363190e07a42cca442b1a5b"
        "b22b3ad0eb338197287e6d314866c7fba863ac65d3f156087a5052ebc7157fce"
    )
    mnemonic = object.__new__(ElectrumMnemonic)
    for name, value in (("phrase", Secret(b"foobar")), ("kind", "standard"), ("language", "")):
        object.__setattr__(mnemonic, name, value)
    assert mnemonic.seed("none").reveal().hex() == published


# -- a second implementation


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])  # each example takes thousands of hashes
@given(numbers, st.sampled_from(KINDS))
def test_english_phrases_entropies_and_seeds_agree_with_bip_utils(entropy: bytes, kind: str) -> None:
    mnemonic = ElectrumMnemonic.generate(kind=kind, entropy=entropy)
    start = (int.from_bytes(entropy) + 1).to_bytes(17)  # where Electrum begins; bip-utils tries the number itself, too
    theirs = ElectrumV2MnemonicGenerator(TYPES[kind]).FromEntropy(start).ToStr()
    assert mnemonic.reveal() == theirs
    assert mnemonic.entropy().reveal() == ElectrumV2MnemonicDecoder(TYPES[kind]).Decode(theirs)
    assert mnemonic.seed("pass").reveal() == ElectrumV2SeedGenerator(theirs).Generate("pass")


@pytest.mark.parametrize("language", ["spanish", "chinese_simplified"])
def test_bip_utils_takes_no_phrase_of_electrum_in_other_languages(language: str) -> None:
    """It hashes words with their accents, and Chinese ones with spaces; Electrum's own figures do not."""
    mnemonic = ElectrumMnemonic.generate(kind="standard", language=language, entropy=(1 << 125).to_bytes(17))
    with pytest.raises(ValueError, match="Invalid mnemonic"):
        ElectrumV2MnemonicDecoder().Decode(mnemonic.reveal())


# -- the round trip and what makes no difference


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])
@given(numbers, st.sampled_from(ELECTRUM_LANGUAGES), st.sampled_from(["standard", "segwit", "2fa_segwit"]))
def test_a_phrase_is_read_as_it_was_written(entropy: bytes, language: str, kind: str) -> None:
    mnemonic = ElectrumMnemonic.generate(kind=kind, language=language, entropy=entropy)
    assert ElectrumMnemonic.parse(mnemonic.reveal(), kind=kind, language=language) == mnemonic
    assert ElectrumMnemonic.from_entropy(mnemonic.entropy(), language) == mnemonic
    assert ElectrumMnemonic(phrase=mnemonic.phrase, kind=kind, language=language) == mnemonic
    plain = schemes.electrum_text(mnemonic.reveal())
    assert ElectrumMnemonic.parse(plain, any_text=True).seed() == mnemonic.seed()


@pytest.mark.parametrize("space", ["\r\n", "\u2003", "\u3000", "\u00a0", " \t "])
def test_M03_any_white_space_between_words_gives_the_same_seed(space: str) -> None:
    assert ElectrumMnemonic.parse(space + GOOD.replace(" ", space) + space) == ElectrumMnemonic.parse(GOOD)


@pytest.mark.parametrize("phrase", [GOOD.upper(), GOOD.title(), GOOD.replace("w", "ｗ")])
def test_M04_capital_and_full_width_letters_give_the_same_seed(phrase: str) -> None:
    assert ElectrumMnemonic.parse(phrase) == ElectrumMnemonic.parse(GOOD)


@pytest.mark.parametrize("language", ELECTRUM_LANGUAGES)
def test_M29_every_normal_form_and_no_accents_give_one_seed(language: str) -> None:
    mnemonic = ElectrumMnemonic.generate(language=language, entropy=b"\x01" + bytes(range(40, 56)))
    forms = {unicodedata.normalize(form, mnemonic.reveal()) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    forms.add("".join(c for c in mnemonic.reveal() if not unicodedata.combining(c)))
    assert {ElectrumMnemonic.parse(form).reveal() for form in forms} == {mnemonic.reveal()}


def test_M06_accents_of_the_passphrase_make_no_difference() -> None:
    mnemonic = ElectrumMnemonic.parse(GOOD)
    assert mnemonic.seed("Caf\u00e9  x") == mnemonic.seed("cafe\u0301 x") == mnemonic.seed(" cafe X ")
    assert mnemonic.seed("cafe") != mnemonic.seed()


def test_spaces_between_cjk_characters_are_not_hashed_and_others_are() -> None:
    assert schemes.electrum_text("眼 悲  叛") == "眼悲叛"
    assert schemes.electrum_text("眼 a 叛") == "眼 a 叛"
    assert schemes.electrum_text("a 眼 悲 b") == "a 眼悲 b"


# -- kinds


def test_M18_words_of_two_lists_are_refused_until_a_language_is_said() -> None:
    """All twelve are Spanish words and Portuguese ones; the seed is one, the numbers that they spell are two."""
    phrase = "vivo voto emitir minuto logro pudor ajuste voto batuta logro cubo laguna"
    assert refusal(ElectrumMnemonic.parse, phrase).reason == "ambiguous"
    spanish, portuguese = (ElectrumMnemonic.parse(phrase, language=name) for name in ("spanish", "portuguese"))
    assert spanish.seed() == portuguese.seed() == ElectrumMnemonic.parse(phrase, any_text=True).seed()
    assert spanish.entropy() != portuguese.entropy()


def test_another_kind_is_refused() -> None:
    assert refusal(ElectrumMnemonic.parse, GOOD, kind="standard").reason == "mismatch"
    assert refusal(ElectrumMnemonic.parse, GOOD, kind="old").reason == "unknown"
    assert ElectrumMnemonic.parse(STANDARD, kind="standard").kind == "standard"


def test_an_old_2fa_phrase_has_no_passphrase_and_is_two_seeds() -> None:
    mnemonic = ElectrumMnemonic.parse(OLD_2FA)
    assert refusal(mnemonic.seed, "x").reason == "policy"
    assert mnemonic.seed(" ") == mnemonic.seed()
    first, second = mnemonic.halves()
    assert first != second
    assert refusal(ElectrumMnemonic.parse(GOOD).halves).reason == "word-count"


def test_a_2fa_phrase_of_13_to_19_words_is_refused() -> None:
    words = ["abandon"] * 13
    for number in range(4096 * 8):
        index = number % 2048
        words[0] = ElectrumMnemonic.parse(GOOD).reveal().split()[number // 2048 % 12]
        words[1] = Mnemonic.from_entropy((index << 117).to_bytes(16)).reveal().split()[0]
        if schemes.electrum_kind(" ".join(words)) == "2fa":
            break
    assert schemes.electrum_kind(" ".join(words)) == "2fa"
    assert refusal(ElectrumMnemonic.parse, " ".join(words)).reason == "word-count"


# -- what is refused


def test_M25_a_phrase_of_bip39_is_refused_with_a_hint() -> None:
    error = refusal(
        ElectrumMnemonic.parse, "legal winner thank year wave sausage worth useful legal winner thank yellow"
    )
    assert error.reason == "checksum"
    assert error.hint.startswith("LooksLikeBip39")


def test_M28_a_seed_of_the_first_kind_is_refused_with_a_hint() -> None:
    error = refusal(ElectrumMnemonic.parse, "like " * 12)
    assert error.reason == "scheme"
    assert error.hint.startswith("LooksLikeElectrumOld")


def test_M28_digits_of_a_seed_of_the_first_kind_are_no_other_seed_by_the_rule_of_electrum() -> None:
    """One such text in 256 carries a version; Electrum looks for seeds of the first kind first (calc_seed_type)."""
    texts = [sha256(bytes([i, size])).hexdigest()[:size] for i in range(256) for size in (32, 64)]
    carriers = [text for text in texts if schemes.electrum_kind(text)]
    assert carriers
    for text in [*carriers, *(text.upper() for text in carriers)]:
        error = refusal(ElectrumMnemonic.parse, text, any_text=True)
        assert error.reason == "scheme"
        assert "LooksLikeElectrumOld" in error.hint
        assert ElectrumOldMnemonic.parse(text).entropy.reveal().hex() == text.lower()


def test_an_unknown_word_is_refused_by_its_position() -> None:
    mnemonic = None
    for number in range(10_000):
        text = f"xyzzy{number} " + GOOD
        if schemes.electrum_kind(text) == "standard":
            mnemonic = text
            break
    assert mnemonic is not None
    error = refusal(ElectrumMnemonic.parse, mnemonic)
    assert (error.reason, str(error)) == ("unknown", "word 1 of 13 is not in any one list")
    assert "any_text" in error.hint
    read = ElectrumMnemonic.parse(mnemonic, any_text=True)
    assert (read.language, read.reveal()) == ("", mnemonic)
    assert refusal(read.entropy).reason == "missing"


@pytest.mark.parametrize("text", ["abandon " * 100_000, " " * 1_000_000, "\u0315\u0300" * 500_000])
def test_M14_a_huge_phrase_is_refused_before_any_work(text: str) -> None:
    assert refusal(ElectrumMnemonic.parse, text).reason == "too-large"
    assert refusal(ElectrumMnemonic.parse(GOOD).seed, text).reason == "too-large"


def test_M14_a_hostile_phrase_costs_less_than_twenty_milliseconds() -> None:
    setup = (
        "from walletcore.mnemonic.electrum import ElectrumMnemonic\nfrom contextlib import suppress\n"
        "def run():\n with suppress(ValueError): ElectrumMnemonic.parse('\\u0315\\u0300' * 512)\nrun()"
    )
    assert cpu_seconds("run()", setup=setup) < 0.020 * SLACK


@pytest.mark.parametrize("text", ["", " ", "\ud800", GOOD + " \ud800", "x", "\u0301"])
def test_M15_a_text_without_a_version_or_half_of_a_pair_is_refused(text: str) -> None:
    for any_text in (False, True):
        assert refusal(ElectrumMnemonic.parse, text, any_text=any_text).reason in ("checksum", "character")


def test_M15_a_lone_surrogate_is_refused_even_where_a_version_seems_to_be() -> None:
    texts = (f"{number} \ud800" for number in range(100_000))
    text = next(text for text in texts if schemes.electrum_kind(schemes.electrum_text(text)))
    assert refusal(ElectrumMnemonic.parse, text, any_text=True).reason == "character"
    assert refusal(ElectrumMnemonic.parse(GOOD).seed, "\ud800").reason == "character"


@pytest.mark.parametrize("phrase", [None, 5, GOOD.encode(), GOOD.split()])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(ElectrumMnemonic.parse, phrase).reason == "type"
    assert refusal(ElectrumMnemonic.parse(GOOD).seed, phrase).reason == "type"


@pytest.mark.parametrize("words", [0, 11, 13, True, 12.0, "12", None])
def test_M21_another_number_of_words_is_not_generated(words: Any) -> None:
    assert refusal(ElectrumMnemonic.generate, words).reason == "word-count"


@pytest.mark.parametrize("entropy", ["00" * 17, 5, [0] * 17, bytearray(17)])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(ElectrumMnemonic.generate, entropy=entropy).reason == "type"


@pytest.mark.parametrize("size", [0, 15, 35, 1000])
def test_M21_entropy_of_another_size_is_refused(size: int) -> None:
    assert refusal(ElectrumMnemonic.from_entropy, b"\x01" * size).reason == "length"


@pytest.mark.parametrize(("words", "number"), [(12, 1 << 132), (12, (1 << 240) - 1), (24, 1 << 131), (24, 1 << 264)])
def test_M21_entropy_that_other_numbers_of_words_spell_is_not_generated_from(words: int, number: int) -> None:
    assert refusal(ElectrumMnemonic.generate, words, entropy=number.to_bytes(34)).reason == "length"


@pytest.mark.parametrize("language", ["english", "portuguese"])
@pytest.mark.parametrize("words", [12, 24])
def test_a_generated_phrase_has_as_many_words_as_asked_for(words: int, language: str) -> None:
    mnemonic = ElectrumMnemonic.generate(words, language=language)
    assert len(mnemonic) == words + (language == "portuguese")
    assert mnemonic.kind == "segwit"
    with pytest.raises(MnemonicError):
        Mnemonic.parse(mnemonic.reveal())


@pytest.mark.parametrize(
    ("phrase", "kind", "language", "reason"),
    [
        (GOOD.encode(), "segwit", "english", "type"),
        (Secret(b"\xff"), "segwit", "", "character"),
        (Secret(GOOD.upper().encode()), "segwit", "english", "non-canonical"),
        (Secret(GOOD.encode()), "standard", "english", "mismatch"),
        (Secret(GOOD.encode()), "segwit", "spanish", "unknown"),
        (Secret(GOOD.encode()), "segwit", None, "type"),
        (Secret(GOOD.encode()), "old", "english", "unknown"),
    ],
)
def test_a_value_that_is_not_as_it_would_be_read_is_refused(phrase: Any, kind: Any, language: Any, reason: str) -> None:
    assert refusal(lambda: ElectrumMnemonic(phrase=phrase, kind=kind, language=language)).reason == reason


def test_X08_a_mnemonic_shows_its_size_and_kind_only() -> None:
    assert repr(ElectrumMnemonic.parse(GOOD)) == "ElectrumMnemonic(12 words, segwit)"


@pytest.mark.parametrize("phrase", ["zebra " * 11 + "canary", "zebra " * 12, GOOD + " canary", "zebra " * 200])
def test_X10_no_error_repeats_a_word(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        ElectrumMnemonic.parse(phrase)
    told = frames_of_the_package(caught.value)
    assert not any(word in told for word in ("zebra", "canary", "father"))
