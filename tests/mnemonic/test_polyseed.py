"""Polyseed: ten languages, cut words and accents, coins, birthdays, features and passwords; rows M08-M28, X08, X10."""

import hashlib
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from bip_utils import (
    MoneroPolyseedCoins,
    MoneroPolyseedLanguages,
    MoneroPolyseedMnemonicDecoder,
    MoneroPolyseedMnemonicEncoder,
    MoneroPolyseedMnemonicEncrypter,
    MoneroPolyseedSeedGenerator,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.errors import InvalidKey, MnemonicError
from walletcore.hd.monero import MoneroKeys
from walletcore.mnemonic import schemes
from walletcore.mnemonic.bip39 import Mnemonic
from walletcore.mnemonic.polyseed import COINS, LANGUAGES, PolyseedMnemonic
from walletcore.mnemonic.wordlists.polyseed import polyseed_list
from walletcore.secret import Secret

GOOD = "raven tail swear infant grief assist regular lamp duck valid someone little harsh puppy airport language"
TWO_LANGUAGES = "impo sort usua cabi venu nobl oliv clim cont barr marc auto prod vaca torn fati"
EPOCH, STEP = 1635768000, 2629746  # tevador/polyseed, src/birthday.h
ENTROPY = bytes(range(19))
DIGESTS = {  # SHA-256 of the words of src/lang_<language>.c at a0925fd2e79a, a line each
    "english": "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
    "japanese": "438b4d19c4af485650822ae0d08855090a6812e2a2ed6fb793583ae90f3e6248",
    "korean": "9e95f86c167de88f450f0aaf89e87f6624a57f973c67b516e338e8e8b8897f60",
    "spanish": "31e589970a7490b1d62534c57b97b65b7d8ec7e7fcdad4830af1e324ed387c52",
    "french": "ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59",
    "italian": "d392c49fdb700a24cd1fceb237c1f65dcc128f6b34a8aacb58b59384b5c648c2",
    "czech": "195136b3ba0f3099a9df625e0963f4efb56625b91c3a76bc5b4a9466a26880f7",
    "portuguese": "2685e9c194c82ae67e10ba59d9ea5345a23dc093e92276fc5361f6667d79cd3f",
    "chinese_simplified": "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726",
    "chinese_traditional": "417b26b3d8500a4ae3d59717d7011952db6fc2fb84b807f3f94ac734e89c1b5f",
}
CUT = ("english", "spanish", "french", "italian", "czech", "portuguese")
PEER_LANGUAGES = [language.name.lower() for language in MoneroPolyseedLanguages]

entropies = st.integers(0, 2**150 - 1).map(lambda n: (n >> 6).to_bytes(18) + bytes((n & 63,)))
birthdays = st.integers(0, 1023)
coins = st.sampled_from(sorted(COINS))
languages = st.sampled_from(LANGUAGES)
user_features = st.integers(0, 7)


def a_mnemonic(**changed: Any) -> PolyseedMnemonic:
    return replace(PolyseedMnemonic.from_entropy(ENTROPY, birthday=5), **changed)


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


# -- published figures


@vectors("polyseed/read", result="valid")
def test_a_phrase_gives_its_published_secret_birthday_and_key(case: Case) -> None:
    read = PolyseedMnemonic.parse(case.input["phrase"], coin=case.input["coin"], language=case.input["language"])
    made: dict[str, Any] = {"entropy": read.entropy.reveal().hex(), "features": read.features}
    if "seed" in case.expect:
        made["seed"] = read.key().reveal().hex()
    if "private" in case.expect:
        made["private"] = MoneroKeys.from_seed(read.key()).spend_key.reveal().hex()
    published = {
        name: value for name, value in case.expect.items() if name in ("entropy", "features", "seed", "private")
    }
    assert {name: made[name] for name in published} == published
    assert 0 <= case.expect.get("birthday", read.born) - read.born < STEP


@vectors("polyseed/read", result="valid")
def test_the_language_of_a_published_phrase_is_found_if_it_is_one(case: Case) -> None:
    if "two-languages" in case.flags:
        assert refusal(PolyseedMnemonic.parse, case.input["phrase"]).reason == "ambiguous"
        return
    assert PolyseedMnemonic.parse(case.input["phrase"], coin=case.input["coin"]).language == case.input["language"]


@vectors("polyseed/read", result="valid")
def test_a_phrase_is_decrypted_as_published(case: Case) -> None:
    read = PolyseedMnemonic.parse(case.input["phrase"], coin=case.input["coin"], language=case.input["language"])
    assert read.is_encrypted is ("decrypted" in case.expect)
    if read.is_encrypted:
        decrypted = PolyseedMnemonic.parse(case.expect["decrypted"], language=case.input["language"])
        assert read.decrypt(case.input["passphrase"]) == decrypted
        assert decrypted.encrypt(case.input["passphrase"]).reveal() == case.input["phrase"]


@vectors("polyseed/read", result="invalid")
def test_a_phrase_that_is_none_is_refused(case: Case) -> None:
    language = case.input.get("language")
    error = refusal(PolyseedMnemonic.parse, case.input["phrase"], coin=case.input["coin"], language=language)
    assert error.reason in case.reasons


@vectors("polyseed/write")
def test_a_secret_gives_the_published_phrase(case: Case) -> None:
    options = {"coin": case.input["coin"], "language": case.input["language"]}
    entropy = bytes.fromhex(case.input["entropy"])
    made = PolyseedMnemonic.generate(when=case.input["birthday"], entropy=entropy, **options)
    assert made.reveal() == unicodedata.normalize("NFC", case.expect["phrase"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_are_those_of_the_reference(language: str) -> None:
    words = "".join(f"{word}\n" for word in polyseed_list(language).words)
    assert hashlib.sha256(words.encode()).hexdigest() == DIGESTS[language]


# -- a second implementation


@given(entropies, birthdays, user_features, coins, st.sampled_from(PEER_LANGUAGES))
def test_phrases_are_those_of_bip_utils(entropy: bytes, birthday: int, features: int, coin: str, language: str) -> None:
    ours = PolyseedMnemonic.from_entropy(entropy, birthday=birthday, features=features, coin=coin, language=language)
    peer_coin, peer_language = MoneroPolyseedCoins[coin.upper()], MoneroPolyseedLanguages[language.upper()]
    theirs = MoneroPolyseedMnemonicEncoder(peer_language).EncodeWithData(entropy, birthday, features, peer_coin)
    assert ours.reveal() == unicodedata.normalize("NFC", theirs.ToStr())
    decomposed = unicodedata.normalize("NFKD", ours.reveal())
    data = MoneroPolyseedMnemonicDecoder(peer_coin, peer_language).DecodeWithData(decomposed)
    assert (data.secret, data.birthday, data.features) == (entropy, birthday, features)
    assert data.birthday_timestamp == ours.born
    assert PolyseedMnemonic.parse(theirs.ToStr(), coin=coin, language=language, features=7) == ours


@given(entropies, birthdays, coins, st.text(max_size=40).filter(lambda text: "\0" not in text))
@settings(max_examples=30)  # 10000 rounds each
def test_keys_and_passwords_agree_with_bip_utils(entropy: bytes, birthday: int, coin: str, password: str) -> None:
    ours = PolyseedMnemonic.from_entropy(entropy, birthday=birthday, coin=coin)
    peer_coin = MoneroPolyseedCoins[coin.upper()]
    theirs = MoneroPolyseedSeedGenerator(ours.reveal(), peer_coin, MoneroPolyseedLanguages.ENGLISH)
    assert ours.key().reveal() == theirs.Generate()
    data = MoneroPolyseedMnemonicDecoder(peer_coin, MoneroPolyseedLanguages.ENGLISH).DecodeWithData(ours.reveal())
    encrypted = MoneroPolyseedMnemonicEncrypter.Crypt(data, password)
    assert ours.encrypt(password).entropy.reveal() == encrypted.secret
    assert ours.encrypt(password).features == encrypted.features == 16
    assert ours.encrypt(password).decrypt(password) == ours


# -- the round trip and what makes no difference


@given(entropies, birthdays, user_features, coins, languages, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_phrase_is_read_as_it_was_written(
    entropy: bytes, birthday: int, features: int, coin: str, language: str, form: Any
) -> None:
    mnemonic = PolyseedMnemonic.from_entropy(
        entropy, birthday=birthday, features=features, coin=coin, language=language
    )
    phrase = unicodedata.normalize(form, mnemonic.reveal())
    assert len(mnemonic) == len(phrase.split()) == 16
    for text in (phrase, phrase.replace(" ", " \u3000\n"), f"\t{phrase}  "):
        assert PolyseedMnemonic.parse(text, coin=coin, language=language, features=7) == mnemonic


@given(entropies, birthdays, st.sampled_from(CUT))
def test_words_may_be_cut_to_four_letters_and_lose_their_accents(entropy: bytes, birthday: int, language: str) -> None:
    mnemonic = PolyseedMnemonic.from_entropy(entropy, birthday=birthday, language=language)
    words = mnemonic.reveal().split()
    bare = [plain(word) for word in words]
    for texts in ([word[:4] for word in bare], [word[:5] for word in bare], bare, words):
        assert PolyseedMnemonic.parse(" ".join(texts), language=language) == mnemonic
    longer = [f"{word}x" if place == 7 else word for place, word in enumerate(bare)]
    assert refusal(PolyseedMnemonic.parse, " ".join(longer), language=language).reason == "unknown"


def test_words_of_three_letters_are_read_whole_only_if_they_are_whole() -> None:
    words = polyseed_list("english").words
    assert polyseed_list("english").find("act") == words.index("act")
    assert polyseed_list("english").find("acti") == words.index("action")
    assert [polyseed_list("english").find(word) for word in ("ac", "a", "", "aba", "actx", "abandonx", "ábandon")] == [
        None
    ] * 7
    assert polyseed_list("spanish").find("a\u0301bac") == polyseed_list("spanish").find("abac") is not None
    assert [polyseed_list("spanish").find(word) for word in ("aba", "abac\u0436", "\u0301")] == [None] * 3


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - set(CUT)))
def test_words_of_other_languages_are_whole(language: str) -> None:
    known = polyseed_list(language)
    assert not known.prefixes
    cut = [word[:-1] for word in known.words if len(word) > 4 and word[:-1] not in known.index]
    assert [word for word in cut if known.find(word) is not None] == []


def test_a_generated_phrase_says_when_it_was_born() -> None:
    for when, born in ((EPOCH, 0), (EPOCH + STEP - 1, 0), (EPOCH + STEP, 1), (EPOCH + 1024 * STEP - 1, 1023)):
        mnemonic = PolyseedMnemonic.generate(when=when)
        assert mnemonic.birthday == born
        assert mnemonic.born <= when < mnemonic.born + STEP
        assert PolyseedMnemonic.parse(mnemonic.reveal()) == mnemonic
    assert PolyseedMnemonic.generate(when=EPOCH).entropy != PolyseedMnemonic.generate(when=EPOCH).entropy


def test_a_generated_seed_has_150_bits() -> None:
    seen = 0
    for _ in range(200):
        seen |= int.from_bytes(PolyseedMnemonic.generate(when=EPOCH).entropy.reveal())
    assert seen == int.from_bytes(b"\xff" * 18 + b"\x3f")


def test_coin_birthday_and_features_change_the_key() -> None:
    one = a_mnemonic()
    others = [a_mnemonic(coin="aeon"), a_mnemonic(birthday=6), a_mnemonic(features=1)]
    assert len({mnemonic.key().reveal() for mnemonic in (one, *others)}) == 4
    assert a_mnemonic(language="czech").key() == one.key()


def test_a_wrong_password_gives_another_seed() -> None:
    encrypted = a_mnemonic().encrypt("right")
    assert encrypted.decrypt("right") == a_mnemonic()
    assert encrypted.decrypt("wrong") != a_mnemonic()
    assert not encrypted.decrypt("wrong").is_encrypted


# -- what is refused


def test_M08_every_changed_word_is_refused() -> None:
    words = GOOD.split()
    for place in range(16):
        for other in ("abandon", "zoo", "about", "winter"):
            changed = " ".join([*words[:place], other, *words[place + 1 :]])
            assert refusal(PolyseedMnemonic.parse, changed).reason == "checksum"


def test_M08_two_words_in_each_others_place_are_refused() -> None:
    words = GOOD.split()
    for place in range(15):
        swapped = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
        assert refusal(PolyseedMnemonic.parse, " ".join(swapped)).reason == "checksum"


def test_a_phrase_of_another_coin_is_refused_by_its_name() -> None:
    for coin in COINS:
        phrase = a_mnemonic(coin=coin).reveal()
        for other in set(COINS) - {coin}:
            error = refusal(PolyseedMnemonic.parse, phrase, coin=other)
            assert error.reason == "checksum"
            assert error.hint == f"it is a phrase of {coin}" or "LooksLike" in error.hint


@pytest.mark.parametrize("count", [0, 1, 12, 15, 17, 24, 25])
def test_M09_another_number_of_words_is_refused(count: int) -> None:
    assert refusal(PolyseedMnemonic.parse, "abandon " * count).reason == "word-count"


@pytest.mark.parametrize("features", [1, 2, 4, 5, 7])
def test_a_feature_that_the_caller_does_not_know_is_refused(features: int) -> None:
    phrase = a_mnemonic(features=features).reveal()
    for known in range(8):
        if features & ~known:
            assert refusal(PolyseedMnemonic.parse, phrase, features=known).reason == "unknown"
        else:
            assert PolyseedMnemonic.parse(phrase, features=known).features == features


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (8, "unknown"),
        (24, "unknown"),
        (31, "unknown"),
        (32, "range"),
        (-1, "range"),
        (True, "type"),
        ("0", "type"),
        (None, "type"),
    ],
)
def test_reserved_and_other_features_are_refused(features: Any, reason: str) -> None:
    assert refusal(PolyseedMnemonic.from_entropy, ENTROPY, birthday=0, features=features).reason == reason


@pytest.mark.parametrize(
    ("features", "reason"), [(8, "range"), (16, "range"), (-1, "range"), (True, "type"), (None, "type")]
)
def test_the_features_that_a_caller_knows_are_three_bits(features: Any, reason: str) -> None:
    assert refusal(PolyseedMnemonic.parse, GOOD, features=features).reason == reason


@pytest.mark.parametrize("features", [0, 1, 7])
def test_a_phrase_with_the_reserved_feature_is_refused_whatever_the_caller_knows(features: int) -> None:
    """No encoder writes it: it is the lowest bit of the third word, and the check word is made anew."""
    known = polyseed_list("english")
    _, *others = (known.index[word] for word in a_mnemonic(features=features).reveal().split())
    others[1] ^= 1
    check = schemes.polyseed_remainder([0, *others])
    phrase = " ".join(known.words[index] for index in (check, *others))
    error = refusal(PolyseedMnemonic.parse, phrase, features=7)
    assert (error.reason, str(error)) == ("unknown", "the phrase has a feature that is not known")


def test_a_password_is_no_feature_to_generate_with() -> None:
    assert refusal(PolyseedMnemonic.generate, when=EPOCH, features=16).reason == "range"


@pytest.mark.parametrize("when", [0, -1, EPOCH - 1, EPOCH + 1024 * STEP, 2**64])
def test_a_time_without_a_birthday_is_refused(when: int) -> None:
    assert refusal(PolyseedMnemonic.generate, when=when).reason == "range"


@pytest.mark.parametrize("when", [True, float(EPOCH), str(EPOCH), None])
def test_X16_a_time_that_is_no_integer_is_refused(when: Any) -> None:
    assert refusal(PolyseedMnemonic.generate, when=when).reason == "type"


@pytest.mark.parametrize(
    ("birthday", "reason"),
    [(-1, "range"), (1024, "range"), (True, "type"), (0.0, "type"), ("0", "type"), (None, "type")],
)
def test_a_birthday_is_ten_bits(birthday: Any, reason: str) -> None:
    assert refusal(PolyseedMnemonic.from_entropy, ENTROPY, birthday=birthday).reason == reason


@pytest.mark.parametrize("coin", ["", "Monero", "bitcoin", 0, None, True, ["monero"], b"monero"])
def test_an_unknown_coin_is_refused(coin: Any) -> None:
    assert refusal(PolyseedMnemonic.parse, GOOD, coin=coin).reason == "unknown"
    assert refusal(PolyseedMnemonic.from_entropy, ENTROPY, birthday=0, coin=coin).reason == "unknown"


@pytest.mark.parametrize("language", ["", "English", "german", 0, None, True, b"english"])
def test_an_unknown_language_is_refused(language: Any) -> None:
    assert refusal(PolyseedMnemonic.from_entropy, ENTROPY, birthday=0, language=language).reason == "unknown"
    if language is not None:
        assert refusal(PolyseedMnemonic.parse, GOOD, language=language).reason == "unknown"


def test_M15_words_of_another_case_script_or_half_a_pair_are_unknown() -> None:
    for bad in ("Raven", "RAVEN", "\ud800", "ravеn", "rave\u0301n", "raven\0", "\uff10"):
        assert refusal(PolyseedMnemonic.parse, GOOD.replace("raven", bad)).reason == "unknown"


def test_an_unknown_word_is_refused_by_its_position() -> None:
    error = refusal(PolyseedMnemonic.parse, GOOD.replace("assist", "asisst"))
    assert (error.reason, str(error)) == ("unknown", "word 6 of 16 is not in any one list")
    error = refusal(PolyseedMnemonic.parse, GOOD, language="korean")
    assert str(error) == "word 1 of 16 is not in the korean list"


def test_words_of_two_languages_are_refused_unless_one_is_named() -> None:
    error = refusal(PolyseedMnemonic.parse, TWO_LANGUAGES)
    assert error.reason == "ambiguous"
    assert "spanish" in str(error)
    assert PolyseedMnemonic.parse(TWO_LANGUAGES, language="spanish").language == "spanish"


@pytest.mark.parametrize("text", ["raven " * 100_000, "\u0315\u0300" * 500_000])
def test_M14_a_huge_phrase_is_refused_before_any_work(text: str) -> None:
    assert refusal(PolyseedMnemonic.parse, text).reason == "too-large"


@pytest.mark.parametrize("phrase", [None, 5, True, GOOD.encode(), GOOD.split(), type("Text", (str,), {})(GOOD)])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(PolyseedMnemonic.parse, phrase).reason == "type"


@pytest.mark.parametrize(
    ("entropy", "reason"),
    [
        *((bytes(size), "length") for size in (0, 16, 18, 20, 32, 100_000)),
        *((bytes(18) + bytes((last,)), "range") for last in (64, 128, 255)),
        *((bytearray(19), "type"), ("00" * 19, "type"), (5, "type"), (type("Data", (bytes,), {})(ENTROPY), "type")),
    ],
)
def test_M21_entropy_of_another_size_or_type_is_refused(entropy: Any, reason: str) -> None:
    assert refusal(PolyseedMnemonic.from_entropy, entropy, birthday=0).reason == reason
    assert refusal(PolyseedMnemonic.generate, when=EPOCH, entropy=entropy).reason == reason


def test_M21_no_entropy_is_refused() -> None:
    assert refusal(PolyseedMnemonic.from_entropy, None, birthday=0).reason == "type"
    assert refusal(lambda: PolyseedMnemonic(entropy=ENTROPY, birthday=0)).reason == "type"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        *(
            ("a" * 360, "too-large"),
            ("é" * 120, "too-large"),
            ("a" * 10**6, "too-large"),
            ("\u0315\u0300" * 10**5, "too-large"),
        ),
        *(("a\0b", "character"), ("\ud800", "character"), (b"password", "type"), (None, "type"), (5, "type")),
    ],
)
def test_a_password_that_other_wallets_could_not_take_is_refused(password: Any, reason: str) -> None:
    assert refusal(a_mnemonic().encrypt, password).reason == reason
    assert refusal(a_mnemonic(features=16).decrypt, password).reason == reason


def test_passwords_of_359_bytes_and_of_none_are_taken() -> None:
    for password in ("", "a" * 359, "é" * 119):
        assert a_mnemonic().encrypt(password).decrypt(password) == a_mnemonic()
    assert a_mnemonic().encrypt("é") == a_mnemonic().encrypt("e\u0301")


def test_a_seed_under_a_password_has_no_key_and_is_not_encrypted_again() -> None:
    encrypted = a_mnemonic().encrypt("password")
    assert refusal(encrypted.key).reason == refusal(encrypted.encrypt, "password").reason == "policy"
    assert refusal(a_mnemonic().decrypt, "password").reason == "policy"


def test_M28_a_polyseed_phrase_is_hinted_at_by_other_doors() -> None:
    error = refusal(Mnemonic.parse, GOOD)
    assert error.hint.startswith("LooksLikePolyseed: the words pass the check")
    assert schemes.hint(GOOD.split(), but="polyseed") == ""
    assert schemes.hint(["zoo"] * 16, but="bip39") == "LooksLikePolyseed: 16 words are a Polyseed phrase"


def test_M28_a_phrase_of_another_scheme_is_hinted_at() -> None:
    words = Mnemonic.from_entropy(bytes(16)).reveal()
    assert refusal(PolyseedMnemonic.parse, words).hint.startswith("LooksLikeBip39")


def test_X08_a_mnemonic_shows_its_size_language_and_coin_only() -> None:
    assert repr(a_mnemonic(coin="aeon")) == "PolyseedMnemonic(16 words, english, aeon)"


@pytest.mark.parametrize("phrase", [GOOD + " canary", GOOD.replace("raven", "canary"), GOOD.replace("raven", "zoo")])
def test_X10_no_error_repeats_a_word(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        PolyseedMnemonic.parse(phrase)
    told = frames_of_the_package(caught.value)
    assert not any(word in told for word in ("canary", "raven", "infant"))


def test_a_wiped_seed_gives_nothing() -> None:
    mnemonic = PolyseedMnemonic(entropy=Secret(ENTROPY), birthday=0)
    mnemonic.entropy.wipe()
    for call in (mnemonic.reveal, mnemonic.key, lambda: mnemonic.encrypt("password")):
        with pytest.raises(InvalidKey) as caught:
            call()
        assert caught.value.reason == "wiped"


def test_wiping_what_was_given_leaves_the_seed() -> None:
    given_away = Secret(ENTROPY)
    mnemonic = PolyseedMnemonic.from_entropy(given_away, birthday=5)
    given_away.wipe()
    assert mnemonic == a_mnemonic()
