"""Seeds of the XRP Ledger: text, secret numbers, words, the keys of accounts and validators, and what is refused."""

import hashlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from coincurve import PublicKey as CoincurvePublicKey
from hypothesis import given
from hypothesis import strategies as st

from support.oracles import JSON, compared, data, locked
from support.phrases import frames_of_the_package
from support.vectors import Case, vectors
from walletcore.coding.text import Base58, Base58Check
from walletcore.errors import InvalidKey, KeystoreError
from walletcore.keys import Curve
from walletcore.keystore.xrpl import FamilySeed
from walletcore.secret import Secret

SECP256K1, ED25519 = Curve.SECP256K1, Curve.ED25519
SEED, ED_SEED = "sn259rEFXrQrWyx3Q7XneWcwV6dfL", "sEdTM1uX8pu2do5XvTnutH6HsouMaM2"  # ripple-address-codec
NUMBERS = "399150 474506 009147 088773 432160 282843 253738 605430"  # xrpl.js
WORDS = "CAB BETH HANK BIRD MEND SIGN GILD ANY KERN HYDE CHAT STUB"  # xrpl.js
CHECKED = Base58Check(radix=Base58(alphabet="rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"))

curves = st.sampled_from([SECP256K1, ED25519])
seeds = st.builds(FamilySeed, entropy=st.binary(min_size=16, max_size=16).map(Secret), curve=curves)


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def refusal(call: Callable[..., object], *args: Any, **options: Any) -> KeystoreError:
    with pytest.raises(KeystoreError) as caught:
        call(*args, **options)
    return caught.value


# -- published figures


def read(case: Case) -> FamilySeed:
    curve = Curve(case.input["curve"]) if "curve" in case.input else None
    if "family_seed" in case.input:
        return FamilySeed.parse(case.input["family_seed"], curve=curve)
    assert curve is not None
    if "secret_numbers" in case.input:
        return FamilySeed.from_secret_numbers(case.input["secret_numbers"], curve)
    if "rfc1751" in case.input:
        return FamilySeed.from_words(case.input["rfc1751"], curve)
    return FamilySeed.generate(curve, entropy=bytes.fromhex(case.input["entropy"]))


@vectors("xrpl/seeds", result="valid")
def test_a_seed_has_the_published_forms_and_keys(case: Case) -> None:
    seed = read(case)
    key, validator = seed.private_key(), seed.validator_key()
    told = {"entropy": seed.entropy.reveal().hex(), "family_seed": seed.reveal()}
    told |= {"secret_numbers": seed.secret_numbers()}
    told |= {"private_key": key.secret.reveal().hex(), "public_key": key.public_key.data.hex()}
    told |= {"validator_key": validator.secret.reveal().hex(), "validator_public_key": validator.public_key.data.hex()}
    assert {k: v for k, v in case.expect.items() if k != "result"}.items() <= told.items()
    assert key.curve is validator.curve is seed.curve
    if "family_seed" in case.input and "curve" not in case.input:
        assert seed.reveal() == case.input["family_seed"]
    if "rfc1751" in case.input:
        assert seed.words() == case.input["rfc1751"].upper()


@vectors("xrpl/seeds", result="invalid")
def test_what_is_no_seed_is_refused(case: Case) -> None:
    assert refusal(read, case).reason in case.reasons


@pytest.mark.parametrize(
    ("place", "group"), [(0, "559888"), (7, "499620"), (1, "554503"), (6, "183737"), (3, "391566")]
)
def test_a_group_of_digits_has_the_published_check_digit(place: int, group: str) -> None:
    """XRPLF/xrpl.js and WietseWind/xrpl-secret-numbers, the tests of calculateChecksum and checkChecksum."""
    groups = NUMBERS.split()
    groups[place] = group
    assert FamilySeed.from_secret_numbers(" ".join(groups), ED25519).secret_numbers() == " ".join(groups)
    for digit in set("0123456789") - {group[-1]}:
        groups[place] = group[:-1] + digit
        error = refusal(FamilySeed.from_secret_numbers, " ".join(groups), ED25519)
        assert (error.reason, str(error)) == ("checksum", f"the last digit of group {place + 1} of 8 does not match")


# -- the round trip, and a second implementation


@given(seeds)
def test_a_seed_is_read_as_it_was_written_in_every_form(seed: FamilySeed) -> None:
    assert FamilySeed.parse(seed.reveal()) == FamilySeed.parse(seed.reveal(), curve=seed.curve) == seed
    assert FamilySeed.from_secret_numbers(seed.secret_numbers(), seed.curve) == seed
    assert FamilySeed.from_secret_numbers(seed.secret_numbers().replace(" ", ""), seed.curve) == seed
    assert FamilySeed.from_words(seed.words(), seed.curve) == seed
    assert seed.reveal().startswith("sEd" if seed.curve is ED25519 else "s")


def test_a_generated_seed_is_new_each_time() -> None:
    for curve in (SECP256K1, ED25519):
        assert FamilySeed.generate(curve) != FamilySeed.generate(curve)
        assert FamilySeed.generate(curve, entropy=Secret(bytes(16))).entropy == Secret(bytes(16))


def a_case(random: Random) -> JSON:
    seed = FamilySeed(entropy=Secret(bytes.fromhex(data(random, 16))), curve=random.choice((SECP256K1, ED25519)))
    numbers = list(seed.secret_numbers())
    if random.random() < 0.3:
        numbers[random.randrange(len(numbers))] = random.choice("0123456789")
    index = random.choice((0, 1, 2, 1 << 31, (1 << 32) - 1)) if seed.curve is SECP256K1 else 0
    entropy = seed.entropy.reveal().hex()
    return {"entropy": entropy, "curve": seed.curve.value, "index": index, "numbers": "".join(numbers)}


def same(case: JSON, verdict: JSON) -> Iterator[str]:
    curve = Curve(case["curve"])
    seed = FamilySeed(entropy=Secret(bytes.fromhex(case["entropy"])), curve=curve)
    assert (seed.reveal(), seed.secret_numbers()) == (verdict["seed"], verdict["numbers"])
    prefixes = {SECP256K1: ("00", ""), ED25519: ("ED", "ED")}[curve]
    for key, theirs in ((seed.private_key(case["index"]), "key"), (seed.validator_key(), "validator")):
        halves = key.secret.reveal().hex().upper(), key.public_key.data.hex().upper()
        ours = [prefix + half for prefix, half in zip(prefixes, halves, strict=True)]
        assert ours == [verdict[theirs]["privateKey"], verdict[theirs]["publicKey"]]
    yield curve.value
    try:
        read = FamilySeed.from_secret_numbers(case["numbers"], curve).reveal()
    except KeystoreError as error:
        if error.reason == "range":  # theirs cuts what is above 65535 to 16 bits
            yield "range"
            return
        assert "refused" in verdict
        yield error.reason
        return
    assert read == verdict["read"]
    yield "read"


@locked
def test_the_libraries_of_the_ledger_give_the_same(environment: str) -> None:
    kinds = {"secp256k1", "ed25519", "read", "checksum", "length", "range"}
    compared("secret_numbers", "seeds", environment, a_case, same, kinds=kinds, most=3000)


# -- which curve


def test_sEd_is_of_ed25519_and_s_of_secp256k1_unless_another_is_named() -> None:
    assert (FamilySeed.parse(ED_SEED).curve, FamilySeed.parse(SEED).curve) == (ED25519, SECP256K1)
    assert FamilySeed.parse(SEED, curve=ED25519).curve is ED25519
    assert refusal(FamilySeed.parse, ED_SEED, curve=SECP256K1).reason == "mismatch"


@pytest.mark.parametrize("curve", [Curve.P256, "ed25519", None, True, 1])
def test_another_curve_is_refused(curve: Any) -> None:
    assert refusal(FamilySeed.from_secret_numbers, NUMBERS, curve).reason == "type"
    assert refusal(FamilySeed.from_words, WORDS, curve).reason == "type"
    assert refusal(FamilySeed.generate, curve).reason == "type"
    assert refusal(FamilySeed, entropy=Secret(bytes(16)), curve=curve).reason == "type"
    if curve is not None:
        assert refusal(FamilySeed.parse, SEED, curve=curve).reason == "type"


def test_the_members_of_a_family_have_different_keys() -> None:
    seed = FamilySeed.parse(SEED)
    keys = [seed.private_key(index).public_key for index in (0, 1, (1 << 32) - 1)] + [seed.validator_key().public_key]
    assert len(set(keys)) == 4
    assert seed.private_key().public_key == keys[0]


@pytest.mark.parametrize("index", [1, 2, 0x01020304, (1 << 32) - 1])
def test_a_member_has_the_key_that_the_public_half_of_the_root_gives(index: int) -> None:
    """xrpl.org, "secp256k1 Key Derivation", steps 2 and 3, by public keys: the index in four bytes, then a counter."""
    seed = FamilySeed.parse(SEED)
    root = seed.validator_key().public_key.data
    counted = hashlib.sha512(root + bytes.fromhex(f"{index:08x}") + bytes(4)).digest()[:32]
    member = CoincurvePublicKey.combine_keys([CoincurvePublicKey(root), CoincurvePublicKey.from_secret(counted)])
    assert seed.private_key(index).public_key.data == member.format()


@pytest.mark.parametrize(
    ("text", "index", "reason"),
    [
        *((SEED, -1, "range"), (SEED, 1 << 32, "range"), (ED_SEED, 1, "range")),
        *((SEED, True, "type"), (SEED, "0", "type"), (SEED, 0.0, "type"), (ED_SEED, None, "type")),
    ],
)
def test_an_index_that_is_none_is_refused(text: str, index: Any, reason: str) -> None:
    assert refusal(FamilySeed.parse(text).private_key, index).reason == reason


def test_a_hash_that_is_no_private_key_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """It happens once in 2^128: the order is made small, so that every second hash is none."""
    monkeypatch.setattr("walletcore.curves.secp256k1.ORDER", 1 << 255)
    keys = {FamilySeed.generate(SECP256K1, entropy=bytes([n] * 16)).validator_key().secret.reveal() for n in range(40)}
    assert len(keys) == 40
    assert max(keys) < (1 << 255).to_bytes(32)


# -- what is refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((SEED + "\n", "character"), (" " + SEED, "character"), (SEED.replace("n", "0", 1), "character")),
        *((SEED[:-1], "checksum"), (SEED[:-1] + "M", "checksum"), (SEED.swapcase(), "character")),
        *(("", "length"), ("r", "length"), ("s" * 100_000, "too-large"), ("\ud800", "character")),
        *((None, "type"), (5, "type"), (SEED.encode(), "type"), (Text(SEED), "type"), (Secret(SEED.encode()), "type")),
        *((CHECKED.encode(b"\x22" + bytes(16)), "prefix"), (CHECKED.encode(b"\x01\xe1\x4c" + bytes(16)), "prefix")),
        *((CHECKED.encode(b"\x21" + bytes(15)), "length"), (CHECKED.encode(b"\x21" + bytes(17)), "length")),
        *((CHECKED.encode(b"\x01\xe1\x4b" + bytes(14)), "prefix"), (CHECKED.encode(b"\x21" + bytes(18)), "prefix")),
        *((CHECKED.encode(b"\0" + bytes(20)), "length"), (CHECKED.encode(b""), "length")),
    ],
)
def test_another_text_is_refused(text: Any, reason: str) -> None:
    assert refusal(FamilySeed.parse, text).reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((NUMBERS[:-1], "length"), (NUMBERS + "0", "length"), (NUMBERS + " 000000", "length"), ("", "length")),
        *((NUMBERS[:-7], "length"), (NUMBERS.replace(" ", "-"), "length"), (NUMBERS.replace("3", "٣"), "character")),
        *((NUMBERS.replace("39915", "-9915", 1), "character"), (NUMBERS.replace("399150", "+39915"), "character")),
        *((NUMBERS.replace("399150", "655366"), "range"), (NUMBERS.replace("399150", "999990"), "range")),
        *((NUMBERS.replace("399150", "399159"), "checksum"), (NUMBERS.replace("399150", "39915x"), "character")),
        *(("0" * 100_000, "too-large"), (None, "type"), (399150, "type"), (NUMBERS.split(), "type")),
        *((NUMBERS.encode(), "type"), (Text(NUMBERS), "type"), ("\ud800" * 48, "character")),
    ],
)
def test_numbers_that_are_no_secret_numbers_are_refused(text: Any, reason: str) -> None:
    assert refusal(FamilySeed.from_secret_numbers, text, ED25519).reason == reason


def test_no_text_of_more_than_1024_characters_is_looked_at() -> None:
    spaced = NUMBERS + " " * (1024 - len(NUMBERS))
    assert FamilySeed.from_secret_numbers(spaced, ED25519) == FamilySeed.from_secret_numbers(NUMBERS, ED25519)
    words = WORDS + " " * (1025 - len(WORDS))
    assert refusal(FamilySeed.from_secret_numbers, spaced + " ", ED25519).reason == "too-large"
    assert refusal(FamilySeed.from_words, words, ED25519).reason == "too-large"


def test_groups_that_changed_places_are_refused() -> None:
    groups = NUMBERS.split()
    groups[2], groups[3] = groups[3], groups[2]
    assert refusal(FamilySeed.from_secret_numbers, " ".join(groups), ED25519).reason == "checksum"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(
            (WORDS + " STUB", "word-count"),
            ("", "word-count"),
            (WORDS[:-5], "word-count"),
            (WORDS.replace(" ", ""), "word-count"),
        ),
        *((WORDS.replace("HANK", "HANKS"), "unknown"), (WORDS.replace("HANK", "H\u0410NK"), "unknown")),
        *((WORDS.replace("SIGN", "\u017fign"), "unknown"), (WORDS.replace("CAB", "\ud800"), "unknown")),
        *((WORDS.replace("SIGN", "SING"), "checksum"), (WORDS.replace("STUB", "STUN"), "checksum")),
        *(("CAB " * 100_000, "too-large"), (None, "type"), (WORDS.split(), "type"), (WORDS.encode(), "type")),
        *((Text(WORDS), "type"), (5, "type")),
    ],
)
def test_words_that_are_no_seed_are_refused(text: Any, reason: str) -> None:
    assert refusal(FamilySeed.from_words, text, ED25519).reason == reason


def test_a_word_that_is_not_known_is_told_by_its_position() -> None:
    assert str(refusal(FamilySeed.from_words, WORDS.replace("HANK", "x"), ED25519)).startswith("word 3 of 12 is not")


@pytest.mark.parametrize("entropy", [bytes(15), bytes(17), b"", Secret(bytes(15))])
def test_entropy_of_another_size_is_refused(entropy: Any) -> None:
    assert refusal(FamilySeed.generate, ED25519, entropy=entropy).reason == "length"


@pytest.mark.parametrize("entropy", ["00" * 16, bytearray(16), 5, [0] * 16])
def test_entropy_of_another_type_is_refused(entropy: Any) -> None:
    assert refusal(FamilySeed.generate, ED25519, entropy=entropy).reason == "type"
    assert refusal(FamilySeed, entropy=entropy, curve=ED25519).reason == "type"


def test_a_seed_has_a_secret_of_its_own() -> None:
    given_one = Secret(bytes(16))
    seed = FamilySeed.generate(ED25519, entropy=given_one)
    given_one.wipe()
    assert seed.reveal() == "sEdSJHS4oiAdz7w2X2ni1gFiqtbJHqE"


@pytest.mark.parametrize("text", [SEED, ED_SEED])
def test_a_wiped_seed_gives_nothing(text: str) -> None:
    seed = FamilySeed.parse(text)
    seed.entropy.wipe()
    for call in (seed.reveal, seed.secret_numbers, seed.words, seed.private_key, seed.validator_key):
        with pytest.raises(InvalidKey):
            call()


def test_X08_a_seed_shows_its_curve_only() -> None:
    assert repr(FamilySeed.parse(ED_SEED)) == "FamilySeed(ed25519)"


@pytest.mark.parametrize(
    "call",
    [
        lambda: FamilySeed.parse("sCANARY" + SEED[7:]),
        lambda: FamilySeed.from_words(WORDS.replace("HANK", "CANARY"), ED25519),
        lambda: FamilySeed.from_words(WORDS.replace("HANK", "MEND"), ED25519),
        lambda: FamilySeed.from_secret_numbers(NUMBERS.replace("474506", "474507"), ED25519),
    ],
)
def test_X10_no_error_repeats_a_part_of_the_seed(call: Callable[[], object]) -> None:
    shown = frames_of_the_package(refusal(call))
    assert not any(part in shown for part in ("CANARY", SEED[8:], "BETH", "GILD", "474507", "474506", "399150"))
