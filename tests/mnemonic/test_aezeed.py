"""LND's cipher seeds: words and passphrases, both ways, and what is refused."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.oracles import JSON, compared, data, locked
from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.errors import InvalidKey, MnemonicError
from walletcore.hd.bip32 import ExtendedPrivateKey
from walletcore.mnemonic import Mnemonic, aezeed, schemes
from walletcore.mnemonic.aezeed import GENESIS, CipherSeed, change_passphrase, days_since_genesis
from walletcore.mnemonic.wordlists import word_list
from walletcore.secret import Secret

GOOD = (  # chantools, without a passphrase
    "abandon kangaroo tribe spell brass entry argue buzz muffin total rug title autumn wish use bubble alarm rent "
    "machine hockey fork slam gaze tobacco"
)
ENGLISH = word_list("english").words
seeds = st.builds(
    CipherSeed,
    entropy=st.binary(min_size=16, max_size=16).map(Secret),
    birthday=st.integers(0, 0xFFFF),
    salt=st.binary(min_size=5, max_size=5),
    internal_version=st.integers(0, 255),
)
passphrases = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt as those who published figures ran it in their tests."""
    monkeypatch.setitem(aezeed._SCRYPT, "n", 16)


def cost(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(aezeed._SCRYPT, "n", case.input.get("scrypt_n", 32768))


# -- published figures


@vectors("aezeed/read", result="valid")
def test_a_phrase_gives_the_published_seed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    cost(case, monkeypatch)
    phrase, passphrase = case.input["phrase"], case.input.get("passphrase", "")
    if "enciphered" in case.expect:
        assert (
            schemes.spelled_bytes(schemes.english_indexes(phrase.split(), scheme="")).hex() == case.expect["enciphered"]
        )
        assert schemes.spelled_words(bytes.fromhex(case.expect["enciphered"])) == phrase
        assert refusal(CipherSeed.parse, phrase, "not its own").reason == "mismatch"
        return
    seed = CipherSeed.parse(phrase, passphrase)
    told = {"entropy": seed.entropy.reveal().hex(), "salt": seed.salt.hex(), "birthday": seed.birthday}
    told |= {"internal_version": seed.internal_version}
    told |= {"xprv": [ExtendedPrivateKey.from_seed(seed.seed(), network="testnet").reveal()]}
    assert {k: v for k, v in case.expect.items() if k != "result"}.items() <= told.items()
    assert seed.reveal(passphrase) == phrase


@vectors("aezeed/read", result="invalid")
def test_a_phrase_that_is_none_is_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    cost(case, monkeypatch)
    error = refusal(CipherSeed.parse, case.input["phrase"], case.input.get("passphrase", ""))
    assert error.reason in case.reasons


def made(case: Case) -> CipherSeed:
    fields = {name: case.input[name] for name in ("birthday", "internal_version")}
    salt, entropy = (bytes.fromhex(case.input[name]) for name in ("salt", "entropy"))
    return CipherSeed(entropy=Secret(entropy), salt=salt, **fields)


@vectors("aezeed/write", result="valid")
def test_a_seed_gives_the_published_phrase(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    cost(case, monkeypatch)
    assert made(case).reveal(case.input.get("passphrase", "")) == case.expect["phrase"]


@vectors("aezeed/write", result="invalid")
def test_entropy_and_salt_of_another_size_are_refused(case: Case) -> None:
    assert refusal(made, case).reason == case.expect["reason"]


def test_days_are_counted_as_lnd_does() -> None:
    assert [days_since_genesis(time) for time in (GENESIS, 1521799345, 4062184705)] == [0, 3365, 0x8000]
    assert days_since_genesis(GENESIS + 86_399) == 0
    assert days_since_genesis(GENESIS + 65_536 * 86_400 - 1) == 65_535
    for time in (GENESIS - 1, GENESIS + 65_536 * 86_400, 0, -1):
        assert refusal(days_since_genesis, time).reason == "range"


@pytest.mark.parametrize("time", [True, 1.5, "1521799345", None])
def test_a_time_that_is_no_integer_is_refused(time: Any) -> None:
    assert refusal(days_since_genesis, time).reason == "type"


# -- the round trip, and a second implementation


@settings(deadline=None, max_examples=20)
@given(seeds, passphrases)
def test_a_seed_is_read_as_it_was_written(seed: CipherSeed, passphrase: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(aezeed._SCRYPT, "n", 16)
        assert CipherSeed.parse(seed.reveal(passphrase), passphrase) == seed


def test_a_generated_seed_is_new_each_time_and_read_at_its_full_cost() -> None:
    seed = CipherSeed.generate(4000)
    assert seed != CipherSeed.generate(4000)
    assert CipherSeed.parse(seed.reveal("pass"), "pass") == seed
    assert seed.birthday_time == GENESIS + 4000 * 86_400
    assert seed.seed() == seed.entropy
    assert seed.seed() is not seed.entropy


def test_entropy_for_tests_is_that_of_the_seed_and_its_salt() -> None:
    assert CipherSeed.generate(0).internal_version == 1  # lnd, keychain/derivation.go
    seed = CipherSeed.generate(0, internal_version=0, entropy=bytes(range(21)))
    assert seed.internal_version == 0
    assert (seed.entropy.reveal(), seed.salt) == (bytes(range(16)), bytes(range(16, 21)))


@pytest.mark.usefixtures("cheap")
def test_another_passphrase_makes_other_words_of_the_same_seed() -> None:
    seed = CipherSeed.generate(1, entropy=bytes(21))
    words = seed.reveal("old")
    other = change_passphrase(words, "old", "new")
    assert other != words
    assert CipherSeed.parse(other, "new") == CipherSeed.parse(words, "old") == seed
    assert change_passphrase(other, "new", "old") == words
    assert refusal(change_passphrase, words, "wrong", "new").reason == "mismatch"


@pytest.mark.usefixtures("cheap")
def test_no_passphrase_is_the_word_aezeed() -> None:
    words = CipherSeed.generate(1, entropy=bytes(21)).reveal()
    assert CipherSeed.parse(words, "aezeed") == CipherSeed.parse(words)


def a_case(random: Random) -> JSON:
    entropy, salt, passphrase = data(random, 16), data(random, 5), random.choice(("", "aezeed", "пароль", "x" * 70))
    fields = {
        "birthday": random.choice((0, 1, 0x8000, 0xFFFF, random.randrange(1 << 16))),
        "version": random.choice((0, 7)),
    }
    seed = CipherSeed(
        entropy=Secret(bytes.fromhex(entropy)),
        salt=bytes.fromhex(salt),
        birthday=fields["birthday"],
        internal_version=fields["version"],
    )
    words = seed.reveal(random.choice((passphrase, passphrase, "another"))).split()
    if random.random() < 0.2:
        words[random.randrange(24)] = random.choice(ENGLISH)
    return {"entropy": entropy, "salt": salt, "passphrase": passphrase or "aezeed", "words": " ".join(words), **fields}


def same(case: JSON, verdict: JSON) -> Iterator[str]:
    seed = CipherSeed(
        entropy=Secret(bytes.fromhex(case["entropy"])),
        salt=bytes.fromhex(case["salt"]),
        birthday=case["birthday"],
        internal_version=case["version"],
    )
    assert seed.reveal(case["passphrase"]) == verdict["words"]
    refusals = {
        "CRC checksum mismatch": "checksum",
        "Invalid Password": "mismatch",
        "Invalid cipherSeedVersion": "checksum",
    }
    if "refused" in verdict:  # a version is looked at before the checksum there
        reason = refusals[verdict["refused"]]
        assert refusal(CipherSeed.parse, case["words"], case["passphrase"]).reason == reason
        yield reason
        return
    read = CipherSeed.parse(case["words"], case["passphrase"])
    told = {"entropy": read.entropy.reveal().hex(), "salt": read.salt.hex()}
    assert {**told, "birthday": read.birthday, "version": read.internal_version} == verdict["read"]
    yield "read"


@locked
def test_bitcoinjs_aezeed_reads_and_writes_the_same(environment: str) -> None:
    kinds: Iterable[str] = {"read", "checksum", "mismatch"}
    compared("aezeed", "phrases", environment, a_case, same, kinds=set(kinds), most=20)


# -- what is refused


def enciphered(version: int = 0) -> str:
    """Words whose checksum is right, under another version."""
    body = bytes((version,)) + bytes(28)
    return schemes.spelled_words(body + schemes.crc32c(body).to_bytes(4))


def test_the_checksum_is_crc_32c() -> None:
    assert schemes.crc32c(b"123456789") == 0xE3069283  # the check value of the Castagnoli polynomial
    assert schemes.crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


def test_wrong_words_and_a_wrong_passphrase_are_told_apart() -> None:
    words = GOOD.split()
    words[3], words[4] = words[4], words[3]
    assert refusal(CipherSeed.parse, " ".join(words)).reason == "checksum"
    assert refusal(CipherSeed.parse, GOOD, "wrong").reason == "mismatch"
    assert refusal(CipherSeed.parse, enciphered(1)).reason == "version"
    assert refusal(CipherSeed.parse, enciphered(255)).reason == "version"


def test_wrong_words_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(aezeed._SCRYPT, "n", 1 << 62)  # any work would fail
    assert refusal(CipherSeed.parse, GOOD.replace("tribe", "zoo")).reason == "checksum"
    assert refusal(CipherSeed.parse, enciphered(1)).reason == "version"
    assert refusal(CipherSeed.parse, GOOD).reason == "too-large"


@pytest.mark.usefixtures("cheap")
def test_M06_a_passphrase_is_taken_as_it_is_typed() -> None:
    seed = CipherSeed.generate(1, entropy=bytes(21))
    assert len({seed.reveal(text) for text in ("caf\u00e9", "cafe\u0301", "Caf\u00e9", "caf\u00e9 ")}) == 4


@pytest.mark.usefixtures("cheap")
def test_M19_a_passphrase_is_not_cut_at_a_nul() -> None:
    seed = CipherSeed.generate(1, entropy=bytes(21))
    assert len({seed.reveal(text) for text in ("a", "a\x00b", "b")}) == 3


@pytest.mark.parametrize(("passphrase", "reason"), [("\ud800", "character"), ("x" * 4097, "too-large"), (b"x", "type")])
def test_M15_a_passphrase_that_is_no_text_is_refused(passphrase: Any, reason: str) -> None:
    seed = CipherSeed.generate(1, entropy=bytes(21))
    assert refusal(CipherSeed.parse, GOOD, passphrase).reason == reason
    assert refusal(seed.reveal, passphrase).reason == reason
    assert refusal(change_passphrase, GOOD, "", passphrase).reason == reason


@pytest.mark.parametrize("passphrase", [None, 5, True, ["x"], Secret(b"x")])
def test_a_passphrase_of_another_type_is_refused(passphrase: Any) -> None:
    assert refusal(CipherSeed.parse, GOOD, passphrase).reason == "type"


@pytest.mark.parametrize("space", ["\r\n", "\u2003", "\u3000", "\u00a0", " \t "])
def test_M03_any_white_space_between_words_gives_the_same_seed(space: str) -> None:
    assert CipherSeed.parse(space + GOOD.replace(" ", space) + space) == CipherSeed.parse(GOOD)


def test_M04_capital_letters_are_refused() -> None:
    error = refusal(CipherSeed.parse, GOOD.title())
    assert (error.reason, error.hint) == ("unknown", "words are written in small letters")


@pytest.mark.parametrize("count", [0, 1, 12, 23, 25])
def test_M09_another_number_of_words_is_refused(count: int) -> None:
    assert refusal(CipherSeed.parse, "abandon " * count).reason == "word-count"


def test_M14_a_huge_phrase_is_refused_before_any_work() -> None:
    assert refusal(CipherSeed.parse, "abandon " * 100_000).reason == "too-large"


@pytest.mark.parametrize("phrase", [None, 5, True, GOOD.encode(), GOOD.split(), Secret(GOOD.encode())])
def test_a_phrase_that_is_no_text_is_refused(phrase: Any) -> None:
    assert refusal(CipherSeed.parse, phrase).reason == "type"


@pytest.mark.parametrize("word", ["trib", "tr\u0456be", "tribe\u200b", "\ud800"])
def test_M16_an_unknown_word_is_refused_by_its_position(word: str) -> None:
    error = refusal(CipherSeed.parse, GOOD.replace("tribe", word))
    assert (error.reason, str(error)) == ("unknown", "word 3 of 24 is not in the English list")


def test_M28_phrases_of_other_schemes_are_refused_with_a_hint() -> None:
    assert refusal(CipherSeed.parse, "abandon " * 23 + "art").hint.startswith("LooksLikeBip39")
    assert refusal(Mnemonic.parse, GOOD).hint.startswith("LooksLikeAezeed")


@pytest.mark.parametrize("size", [0, 16, 20, 22])
def test_M21_entropy_of_another_size_is_refused(size: int) -> None:
    assert refusal(CipherSeed.generate, 0, entropy=bytes(size)).reason == "length"


@pytest.mark.parametrize("entropy", ["00" * 21, bytearray(21), 5])
def test_M21_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(CipherSeed.generate, 0, entropy=entropy).reason == "type"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        *(("entropy", bytes(16), "type"), ("entropy", Secret(bytes(15)), "length"), ("entropy", None, "type")),
        *(("salt", bytes(4), "length"), ("salt", bytearray(5), "type"), ("salt", "salt1", "type")),
        *(("birthday", -1, "range"), ("birthday", 65_536, "range"), ("birthday", True, "type")),
        *(("birthday", 1.0, "type"), ("internal_version", 256, "range"), ("internal_version", -1, "range")),
        *(("internal_version", False, "type"), ("internal_version", None, "type")),
    ],
)
def test_a_value_out_of_its_range_is_refused(name: str, value: Any, reason: str) -> None:
    fields: dict[str, Any] = {"entropy": Secret(bytes(16)), "birthday": 0, "salt": bytes(5), "internal_version": 0}
    assert refusal(lambda: CipherSeed(**{**fields, name: value})).reason == reason


def test_a_wiped_seed_gives_nothing() -> None:
    seed = CipherSeed.generate(0)
    seed.entropy.wipe()
    for call in (seed.seed, seed.reveal):
        with pytest.raises(InvalidKey):
            call()


def test_X08_a_seed_shows_no_entropy() -> None:
    assert repr(CipherSeed.generate(12, entropy=bytes(21))) == "CipherSeed(birthday 12, version 1)"


@pytest.mark.parametrize(
    "phrase", [GOOD + " canary", GOOD.replace("tribe", "canarx"), GOOD.replace("tribe", "near"), GOOD]
)
def test_X10_no_error_repeats_a_word_or_a_passphrase(phrase: str) -> None:
    with pytest.raises(MnemonicError) as caught:
        CipherSeed.parse(phrase, "sesame")
    shown = frames_of_the_package(caught.value)
    assert not any(word in shown for word in ("canar", "kangaroo", "spell", "sesame"))
