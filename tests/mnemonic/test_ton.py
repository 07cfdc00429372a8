"""TON's phrases: with a password and without, the keys and phrases that come of them, and what is refused."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from bip_utils import TonMnemonicValidator, TonSeedGenerator, TonSeedTypes
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support.oracles import JSON, compared, locked
from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, load, vectors
from walletcore.errors import InvalidKey, MnemonicError, PathError
from walletcore.keys import Curve, PrivateKey
from walletcore.mnemonic import Mnemonic, schemes
from walletcore.mnemonic.ton import TonMnemonic
from walletcore.mnemonic.wordlists import word_list
from walletcore.path import HARDENED, Path
from walletcore.secret import Secret

GOOD = (  # ton-crypto
    "hospital stove relief fringe tongue always charge angry urge sentence again match nerve inquiry senior coconut "
    "label tumble carry category beauty bean road solution"
)
PROTECTED = (  # bip_utils; which passwords pass its check is chance
    "enlist rhythm fortune stove enact effort step labor myself brand clay exercise easy copper chaos gospel holiday "
    "enrich stuff twist cement oblige core travel"
)
BOTH = (  # found by trying: its hash is that of a phrase without a password and of one with, as once in 65,536 phrases
    "ramp hawk spring sick circle kangaroo fluid oyster daughter swamp ready smart dentist snap must history boss "
    "mansion exact crane common become arctic path"
)
ENGLISH = word_list("english").words
BIP39 = "abandon " * 23 + "art"
few = settings(max_examples=4, phases=[Phase.explicit, Phase.generate], deadline=None)  # each takes 400,000 rounds
entropies = st.binary(min_size=32, max_size=32)
passwords = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


# -- published figures


def made(mnemonic: TonMnemonic) -> dict[str, str]:
    """Everything that the vectors may tell of a phrase."""
    private = mnemonic.private_key()
    values = {"seed": mnemonic.seed(), "hd_seed": mnemonic.hd_seed(), "private": private}
    public = PrivateKey(Curve.ED25519, private).public_key.data.hex()
    return {name: value.reveal().hex() for name, value in values.items()} | {"public_key": public}


def told(case: Case) -> dict[str, str]:
    return {name: value for name, value in case.expect.items() if name not in ("result", "verdicts", "reason")}


@vectors("ton/read", result="valid")
def test_a_phrase_gives_the_published_key_and_seeds(case: Case) -> None:
    mnemonic = TonMnemonic.parse(case.input["phrase"], case.input.get("passphrase", ""))
    assert told(case).items() <= made(mnemonic).items()
    assert mnemonic.reveal() == case.input["phrase"]


@vectors("ton/read", result="invalid")
def test_words_that_are_no_phrase_are_refused(case: Case) -> None:
    assert refusal(TonMnemonic.parse, case.input["phrase"]).reason in case.reasons


@vectors("ton/read", result="rule")
def test_a_password_that_does_not_pass_is_taken_by_the_rule_of_bip_utils_only(case: Case) -> None:
    assert case.verdict("ton-password") == "invalid"
    assert refusal(TonMnemonic.parse, case.input["phrase"], case.input["passphrase"]).reason == case.expect["reason"]
    mnemonic = TonMnemonic.parse(case.input["phrase"], case.input["passphrase"], any_password=True)
    assert told(case).items() <= made(mnemonic).items()


@vectors("ton/derive", result="valid")
def test_a_path_gives_the_published_phrase(case: Case) -> None:
    assert TonMnemonic.parse(case.input["phrase"]).derive(case.input["path"]).reveal() == case.expect["phrase"]


# -- a second implementation, and the round trip


@few
@given(entropies, st.just("") | st.just("test"))
def test_keys_and_seeds_agree_with_bip_utils(entropy: bytes, password: str) -> None:
    phrase = TonMnemonic.generate(entropy=entropy).reveal() if password == "" else PROTECTED
    mnemonic = TonMnemonic.parse(phrase, password, any_password=True)
    theirs = TonSeedGenerator(phrase, password)
    assert mnemonic.seed().reveal() == theirs.Generate(TonSeedTypes.PRIVATE_KEY)
    assert mnemonic.private_key().reveal() == theirs.Generate(TonSeedTypes.PRIVATE_KEY)[:32]
    assert mnemonic.hd_seed().reveal() == theirs.Generate(TonSeedTypes.HD_KEY)


@settings(few, max_examples=3)
@given(st.lists(st.integers(0, 2047), min_size=24, max_size=24))
def test_bip_utils_takes_the_same_phrases(indexes: list[int]) -> None:
    words = [ENGLISH[index] for index in indexes]
    for count in range(2048):  # until one in 256 passes
        words[0] = ENGLISH[count]
        if TonMnemonicValidator().IsValid(" ".join(words)):
            assert TonMnemonic.parse(" ".join(words)).reveal() == " ".join(words)
            break
        assert refusal(TonMnemonic.parse, " ".join(words)).reason in ("checksum", "missing")


@few
@given(passwords.filter(bool))
def test_bip_utils_asks_for_the_password_of_the_phrases_made_with_one(password: str) -> None:
    mnemonic = TonMnemonic.generate(password=password)
    assert TonMnemonicValidator().IsValid(mnemonic.reveal(), password)
    assert not TonMnemonicValidator().IsValid(mnemonic.reveal())
    assert mnemonic.seed().reveal() == TonSeedGenerator(mnemonic.reveal(), password).Generate(TonSeedTypes.PRIVATE_KEY)


OWN = [case for case in load("ton/read") if "passphrase" in case.input and case.expect["result"] == "valid"]


def a_case(random: Random) -> JSON:
    """A phrase without a password, or one with its own or another, in which a word may be another one."""
    if random.random() < 0.5:
        phrase, password = TonMnemonic.generate(entropy=random.randbytes(32)).reveal(), random.choice(("", "", "", "x"))
    else:
        own = random.choice(OWN).input
        phrase, password = own["phrase"], random.choice((own["passphrase"], "", str(random.random())))
    words = phrase.split()
    if random.random() < 0.2:
        words[random.randrange(24)] = random.choice(ENGLISH)
    return {"phrase": " ".join(words), "password": password}


def same(case: JSON, verdict: JSON) -> Iterator[str]:
    try:
        mnemonic = TonMnemonic.parse(case["phrase"], case["password"])
    except MnemonicError as error:
        assert verdict == {"valid": False}
        yield error.reason
        return
    key = PrivateKey(Curve.ED25519, mnemonic.private_key())
    assert verdict["key"] == key.secret.reveal().hex() + key.public_key.data.hex()
    assert (verdict["valid"], verdict["hd"]) == (True, mnemonic.hd_seed().reveal().hex())
    yield "with a password" if case["password"] else "without one"


@locked
def test_ton_crypto_takes_the_same_phrases_and_passwords(environment: str) -> None:
    kinds = {"with a password", "without one", "checksum", "missing", "policy", "mismatch"}
    compared("ton_crypto", "phrases", environment, a_case, same, kinds=kinds, most=500)


@few
@given(entropies)
def test_a_phrase_is_read_as_it_was_written(entropy: bytes) -> None:
    mnemonic = TonMnemonic.generate(entropy=entropy)
    assert TonMnemonic.parse(mnemonic.reveal()) == TonMnemonic(phrase=mnemonic.phrase) == mnemonic
    assert TonMnemonic.generate(entropy=Secret(entropy)) == mnemonic
    assert len(mnemonic) == len(mnemonic.reveal().split()) == 24


def test_a_generated_phrase_is_new_each_time_and_has_the_password_that_was_given() -> None:
    assert TonMnemonic.generate() != TonMnemonic.generate()
    mnemonic = TonMnemonic.generate(password="Passwort")
    assert TonMnemonic.parse(mnemonic.reveal(), "Passwort") == mnemonic
    assert refusal(TonMnemonic.parse, mnemonic.reveal()).reason == "missing"


def test_no_phrase_is_searched_for_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("walletcore.mnemonic.ton._ATTEMPTS", 1)
    assert refusal(TonMnemonic.generate, entropy=bytes(32)).reason == "range"


def test_a_phrase_below_is_derived_by_hardened_steps_only() -> None:
    mnemonic = TonMnemonic.parse(GOOD)
    assert mnemonic.derive(Path((HARDENED + 7,))) == mnemonic.derive("m/7'") != mnemonic.derive("m/8'")
    for path, reason in (("m/7", "hardened"), ("m/0'/7", "hardened"), ("7'", "prefix"), (7, "type"), (None, "type")):
        with pytest.raises(PathError) as caught:
            mnemonic.derive(path)  # type: ignore[arg-type]
        assert caught.value.reason == reason


# -- the password


def test_a_password_that_is_missing_not_wanted_or_wrong_is_told_apart() -> None:
    mnemonic = TonMnemonic.generate(password="a")
    assert refusal(TonMnemonic.parse, mnemonic.reveal()).reason == "missing"
    assert refusal(TonMnemonic.parse, GOOD, "a").reason == "policy"
    assert refusal(TonMnemonic.parse, GOOD, "a", any_password=True).reason == "policy"
    assert refusal(TonMnemonic.parse, mnemonic.reveal(), any_password=True).reason == "missing"
    wrong = [password for password in map(str, range(60)) if not passes(mnemonic.reveal(), password)]
    assert len(wrong) > 50  # each passes once in 256
    assert {refusal(TonMnemonic.parse, mnemonic.reveal(), password).reason for password in wrong} == {"mismatch"}


def test_a_phrase_that_could_be_of_either_kind_has_no_password() -> None:
    """isPasswordNeeded of ton-crypto: not where it is a basic seed."""
    assert schemes.is_ton_password(schemes.ton_entropy(BOTH.encode()))
    assert TonMnemonic.parse(BOTH).reveal() == BOTH
    assert TonMnemonicValidator().IsValid(BOTH)
    for password in ("test", "x"):
        assert refusal(TonMnemonic.parse, BOTH, password).reason == "policy"
        assert not TonMnemonicValidator().IsValid(BOTH, password)


def passes(phrase: str, password: str) -> bool:
    try:
        TonMnemonic.parse(phrase, password)
    except MnemonicError:
        return False
    return True


@pytest.mark.parametrize("any_password", [1, "yes", None])
def test_only_true_leaves_out_the_check_of_the_password(any_password: Any) -> None:
    assert refusal(TonMnemonic.parse, PROTECTED, "test", any_password=any_password).reason == "mismatch"


def test_M06_a_password_is_taken_as_it_is_typed() -> None:
    """Neither tonlib nor ton-crypto bring it into a normal form: what looks alike is two passwords."""
    forms = [TonMnemonic.parse(PROTECTED, text, any_password=True) for text in ("caf\u00e9", "cafe\u0301", "Caf\u00e9")]
    assert len({form.private_key().reveal() for form in forms}) == 3


def test_M19_a_password_is_not_cut_at_a_nul() -> None:
    cut, whole = (TonMnemonic.parse(PROTECTED, text, any_password=True) for text in ("a", "a\x00b"))
    assert cut.private_key() != whole.private_key()


@pytest.mark.parametrize(("password", "reason"), [("\ud800", "character"), ("x" * 4097, "too-large"), (b"x", "type")])
def test_M15_a_password_that_is_no_text_is_refused(password: Any, reason: str) -> None:
    assert refusal(TonMnemonic.parse, GOOD, password).reason == reason
    assert refusal(TonMnemonic.generate, password=password).reason == reason


@pytest.mark.parametrize("password", [None, 5, True, ["test"], Secret(b"test")])
def test_a_password_of_another_type_is_refused(password: Any) -> None:
    assert refusal(TonMnemonic.parse, GOOD, password).reason == "type"


# -- what is refused


@pytest.mark.parametrize("space", ["\r\n", "\u2003", "\u3000", "\u00a0", " \t "])
def test_M03_any_white_space_between_words_gives_the_same_phrase(space: str) -> None:
    assert TonMnemonic.parse(space + GOOD.replace(" ", space) + space) == TonMnemonic.parse(GOOD)


@pytest.mark.parametrize("phrase", [GOOD.upper(), GOOD.title(), GOOD.replace("o", "ｏ")])
def test_M04_capital_and_full_width_letters_give_the_same_phrase(phrase: str) -> None:
    assert TonMnemonic.parse(phrase) == TonMnemonic.parse(GOOD)


@pytest.mark.parametrize("count", [0, 1, 12, 23, 25])
def test_M09_another_number_of_words_is_refused(count: int) -> None:
    assert refusal(TonMnemonic.parse, "abandon " * count).reason == "word-count"


def test_M14_a_huge_phrase_is_refused_before_any_work() -> None:
    assert refusal(TonMnemonic.parse, "abandon " * 100_000).reason == "too-large"


@pytest.mark.parametrize("phrase", [None, 5, True, GOOD.encode(), GOOD.split(), Secret(GOOD.encode())])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(TonMnemonic.parse, phrase).reason == "type"


@pytest.mark.parametrize("word", ["stov", "st\u043eve", "stove\u200b", "\ud800", "st\u00f6ve"])
def test_M16_an_unknown_word_is_refused_by_its_position(word: str) -> None:
    error = refusal(TonMnemonic.parse, GOOD.replace("stove", word))
    assert (error.reason, str(error)) == ("unknown", "word 2 of 24 is not in the English list")


def test_M28_a_phrase_of_bip39_is_refused_with_a_hint() -> None:
    error = refusal(TonMnemonic.parse, BIP39)
    assert error.reason == "checksum"
    assert error.hint.startswith("LooksLikeBip39")


def test_M28_a_phrase_with_a_password_is_known_at_another_door() -> None:
    assert refusal(Mnemonic.parse, PROTECTED).hint.startswith("LooksLikeTon")
    assert refusal(Mnemonic.parse, GOOD).hint.startswith("LooksLikeTon")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_M21_entropy_of_another_size_is_refused(size: int) -> None:
    assert refusal(TonMnemonic.generate, entropy=bytes(size)).reason == "length"


@pytest.mark.parametrize("entropy", ["00" * 32, bytearray(32), 5])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(TonMnemonic.generate, entropy=entropy).reason == "type"


@pytest.mark.parametrize(
    ("phrase", "password", "reason"),
    [
        (GOOD.encode(), Secret(b""), "type"),
        (Secret(GOOD.encode()), b"", "type"),
        (Secret(b"\xff"), Secret(b""), "character"),
        (Secret(PROTECTED.encode()), Secret(b"\xff"), "character"),
        (Secret(GOOD.upper().encode()), Secret(b""), "non-canonical"),
        (Secret(GOOD.encode()), Secret(b"test"), "policy"),
        (Secret(PROTECTED.encode()), Secret(b""), "missing"),
        (Secret(BIP39.encode()), Secret(b""), "checksum"),
    ],
)
def test_a_value_that_is_not_as_it_would_be_read_is_refused(phrase: Any, password: Any, reason: str) -> None:
    assert refusal(lambda: TonMnemonic(phrase=phrase, password=password)).reason == reason


def test_a_wiped_phrase_or_password_gives_nothing() -> None:
    for name in ("phrase", "password"):
        mnemonic = TonMnemonic.parse(PROTECTED, "test", any_password=True)
        getattr(mnemonic, name).wipe()
        calls = (mnemonic.seed, mnemonic.private_key, mnemonic.hd_seed, lambda m=mnemonic: m.derive("m/0'"))
        for call in calls:
            with pytest.raises(InvalidKey):
                call()


def test_X08_a_mnemonic_shows_its_size_only() -> None:
    assert repr(TonMnemonic.parse(GOOD)) == "TonMnemonic(24 words)"
    assert repr(TonMnemonic.parse(PROTECTED, "test", any_password=True)) == "TonMnemonic(24 words, password)"


@pytest.mark.parametrize("phrase", [GOOD + " canary", GOOD.replace("stove", "canarx"), GOOD.replace("stove", "near")])
def test_X10_no_error_repeats_a_word_or_a_password(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        TonMnemonic.parse(phrase, "sesame")
    shown = frames_of_the_package(caught.value)
    assert not any(word in shown for word in ("canar", "hospital", "relief", "sesame"))
