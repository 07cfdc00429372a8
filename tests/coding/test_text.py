"""Base58, Bech32, hexadecimal and base64: published figures, other implementations, and what must be refused."""

import base64
import traceback
from collections.abc import Callable
from contextlib import suppress

import pytest
import wallycore
from bip_utils import (
    Base58Alphabets,
    Base58Encoder,
    Bech32Encoder,
    SegwitBech32Decoder,
    SegwitBech32Encoder,
)
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.vectors import Case, vectors
from walletcore.coding.base32 import RFC4648_ALPHABET, base32, base32_unpadded
from walletcore.coding.text import (
    Base58,
    Base58Check,
    Bech32,
    base58,
    base58check,
    bech32,
    bech32m,
    decode_base64,
    decode_bech32,
    from_words,
    hexadecimal,
    to_words,
)
from walletcore.errors import ChecksumError, DecodingError
from walletcore.hashes import keccak256

ADDRESS = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
VARIANTS = {"bech32": bech32, "bech32m": bech32m}
RIPPLE_ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
DECODERS: dict[str, Callable[[str], object]] = {
    "base58": base58.decode,
    "base58check": base58check.decode,
    "bech32": bech32.decode,
    "bech32m": bech32m.decode,
    "decode_bech32": decode_bech32,
    "base32": base32.decode,
    "base32_unpadded": base32_unpadded.decode,
    "hexadecimal": hexadecimal.decode,
}
every_decoder = pytest.mark.parametrize("decode", DECODERS.values(), ids=DECODERS.keys())
any_words = st.lists(st.integers(0, 31), max_size=70).map(bytes)
any_hrp = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=13).map(str.lower)


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def refusal(decode: Callable[..., object], *arguments: object, **options: object) -> str:
    """Return the reason of the DecodingError that the call raises."""
    with pytest.raises(DecodingError) as caught:
        decode(*arguments, **options)
    return caught.value.reason


def seconds_to_refuse(codec: str, text: str) -> float:
    """Return the CPU time that a codec takes to refuse the text of this expression as too large."""
    code = (
        f"try: {codec}.decode(text)\nexcept DecodingError as error: reason = error.reason\nassert reason == 'too-large'"
    )
    imports = f"from walletcore.coding.text import {codec}\nfrom walletcore.errors import DecodingError"
    return cpu_seconds(code, setup=f"{imports}\ntext = {text}")


# Base58


@vectors("base58/encode")
def test_base58_gives_the_published_texts_and_reads_them(case: Case) -> None:
    data = bytes.fromhex(case.input["data"])
    assert base58.encode(data) == case.expect["text"]
    assert base58.decode(case.expect["text"]) == data


@vectors("base58/check", result="valid")
def test_base58check_reads_the_published_texts_and_gives_them(case: Case) -> None:
    payload = bytes.fromhex(case.expect["data"])
    assert base58check.decode(case.input["text"]) == payload
    assert base58check.encode(payload) == case.input["text"]


@vectors("base58/check", result="invalid")
def test_base58check_refuses_the_published_wrong_texts(case: Case) -> None:
    assert refusal(base58check.decode, case.input["text"]) == case.expect["reason"]


@given(st.binary(max_size=120))
def test_base58_agrees_with_two_other_implementations(data: bytes) -> None:
    text = base58.encode(data)
    assert text == Base58Encoder.Encode(data)
    assert not data or text == wallycore.base58_from_bytes(data, 0)
    assert base58.decode(text) == data


@given(st.integers(0, 12), st.binary(max_size=80))
def test_base58check_agrees_with_two_other_implementations(zeros: int, rest: bytes) -> None:
    payload = bytes(zeros) + rest
    text = base58check.encode(payload)
    assert text == Base58Encoder.CheckEncode(payload)
    assert not payload or text == wallycore.base58check_from_bytes(payload)
    assert base58check.decode(text) == base58check.decode(text, size=len(payload)) == payload


@vectors("base58/ripple")
def test_base58_in_another_alphabet_gives_the_published_texts_and_reads_them(case: Case) -> None:
    ripple = Base58(alphabet=RIPPLE_ALPHABET)
    codec: Base58 | Base58Check = Base58Check(radix=ripple) if "check" in case.input["format"] else ripple
    data = bytes.fromhex(case.input["data"])
    assert codec.encode(data) == case.expect["text"]
    assert codec.decode(case.expect["text"]) == data


@given(st.binary(max_size=60))
def test_base58_in_another_alphabet_agrees_with_another_implementation(data: bytes) -> None:
    ripple = Base58(alphabet=RIPPLE_ALPHABET)
    assert ripple.encode(data) == Base58Encoder.Encode(data, Base58Alphabets.RIPPLE)
    assert ripple.decode(ripple.encode(data)) == data


@given(st.binary(max_size=60))
def test_base58check_with_another_hash_is_base58_of_payload_and_its_start(payload: bytes) -> None:
    codec = Base58Check(checksum=keccak256)
    assert codec.encode(payload) == Base58Encoder.Encode(payload + keccak256(payload)[:4])
    assert codec.decode(codec.encode(payload)) == payload
    assert codec != base58check


@given(st.text(st.sampled_from("123456789ABCz0OIl \n"), max_size=60))
def test_whatever_base58_reads_it_writes_the_same(text: str) -> None:
    try:
        data = base58.decode(text)
    except DecodingError:
        return
    assert base58.encode(data) == text


def test_58_01_no_text_or_one_digit_is_too_short_for_a_checksum() -> None:
    for text in ("", "1", "111", "2", "zzzz"):
        assert refusal(base58check.decode, text) == "length"
    assert base58.decode("") == b""


def test_58_02_the_four_ambiguous_letters_are_refused() -> None:
    for letter in "0OIl":
        for text in (letter, letter + ADDRESS, ADDRESS + letter, ADDRESS[:9] + letter + ADDRESS[10:]):
            assert refusal(base58check.decode, text) == "character"


def test_58_03_white_space_at_any_place_is_refused() -> None:
    for space in (" ", "\n", "\r\n", "\t", "\u00a0", "\u3000"):
        for text in (space + ADDRESS, ADDRESS + space, ADDRESS[:9] + space + ADDRESS[9:]):
            assert refusal(base58check.decode, text) == "character"


def test_58_04_a_nul_does_not_end_the_text() -> None:
    assert refusal(base58check.decode, ADDRESS + "\0") == "character"
    assert refusal(base58check.decode, ADDRESS + "\0rest") == "character"


def test_58_05_a_one_more_at_the_front_is_one_byte_too_many() -> None:
    assert refusal(base58check.decode, "1" + ADDRESS, size=21) == "length"
    assert refusal(base58check.decode, "1" + ADDRESS) == "checksum"
    assert refusal(base58check.decode, ADDRESS[1:], size=21) == "length"


def test_58_06_another_last_character_fails_the_checksum() -> None:
    with pytest.raises(ChecksumError):
        base58check.decode(ADDRESS[:-1] + "3")
    assert len(base58check.decode(ADDRESS)) == 21


@given(st.integers(0, len(ADDRESS) - 1), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"))
def test_58_06_any_other_character_at_any_place_is_refused(place: int, character: str) -> None:
    changed = ADDRESS[:place] + character + ADDRESS[place + 1 :]
    assert changed == ADDRESS or refusal(base58check.decode, changed, size=21) in ("checksum", "length")


def test_58_07_a_full_width_digit_is_refused() -> None:
    for digit in ("\uff11", "\u0661", "\u00b9", "\U0001d7cf", "\ud800"):
        assert refusal(base58check.decode, digit + ADDRESS[1:]) == "character"


@pytest.mark.parametrize(
    ("row", "text"), [("58-08", "'z' * 100_000"), ("58-09", "'z' * 1_000_000"), ("58-10", "'1' * 1_000_000")]
)
def test_58_08_to_58_10_a_long_text_is_refused_before_any_work(row: str, text: str) -> None:
    assert seconds_to_refuse("base58check", text) < SLACK * 0.005, row


def test_a_mebibyte_is_not_written_in_base58() -> None:
    code = (
        "try: base58.encode(data)\nexcept DecodingError as error: reason = error.reason\nassert reason == 'too-large'"
    )
    imports = "from walletcore.coding.text import base58\nfrom walletcore.errors import DecodingError"
    assert cpu_seconds(code, setup=f"{imports}\ndata = b'1' * (1 << 20)") < SLACK * 0.005


def test_base58_stops_at_512_characters_both_ways() -> None:
    assert base58.decode("1" * 512) == bytes(512)
    assert base58.encode(bytes(512)) == "1" * 512
    assert refusal(base58.decode, "1" * 513) == "too-large"
    assert refusal(base58.encode, bytes(513)) == "too-large"
    assert refusal(base58.encode, b"\xff" * 400) == "too-large"
    longest = b"\xff" * 374
    assert base58.decode(base58.encode(longest)) == longest


@pytest.mark.parametrize("alphabet", ["", "1" * 58, RIPPLE_ALPHABET[:57], RIPPLE_ALPHABET[:57] + "é"])
def test_base58_wants_58_different_digits(alphabet: str) -> None:
    assert refusal(Base58, alphabet=alphabet) == "length"


# Bech32


@vectors("bech32/bip173", "bech32/cosmos", result="valid")
def test_bech32_reads_the_published_texts_and_gives_them(case: Case) -> None:
    check_bech32(case)


@vectors("bech32/bip350", result="valid")
def test_bech32m_reads_the_published_texts_and_gives_them(case: Case) -> None:
    check_bech32(case)


def check_bech32(case: Case) -> None:
    codec, text = VARIANTS[case.input["format"]], case.input["text"]
    hrp, words = case.expect["hrp"], bytes.fromhex(case.expect["words"])
    assert codec.decode(text) == (hrp, words)
    assert decode_bech32(text) == (hrp, words, codec)
    assert codec.encode(hrp, words) == case.expect["text"]
    other = bech32m if codec == bech32 else bech32
    assert refusal(other.decode, text) == "checksum"


@vectors("bech32/bip173", "bech32/cosmos", result="invalid")
def test_bech32_refuses_the_published_wrong_texts(case: Case) -> None:
    check_invalid_bech32(case)


@vectors("bech32/bip350", result="invalid")
def test_bech32m_refuses_the_published_wrong_texts(case: Case) -> None:
    check_invalid_bech32(case)


def check_invalid_bech32(case: Case) -> None:
    """The human-readable part of 84 characters is the one text with two faults: itself, and the whole."""
    reasons = {case.expect["reason"], "prefix"} if case.expect["reason"] == "too-large" else {case.expect["reason"]}
    assert refusal(VARIANTS[case.input["format"]].decode, case.input["text"]) in reasons
    assert refusal(decode_bech32, case.input["text"]) in reasons


@given(any_hrp, any_words, st.sampled_from(sorted(VARIANTS)))
def test_bech32_reads_what_it_wrote(hrp: str, words: bytes, name: str) -> None:
    codec = VARIANTS[name]
    text = codec.encode(hrp, words)
    for spelling in (text, text.upper()):
        assert codec.decode(spelling) == (hrp, words)
        assert decode_bech32(spelling)[2] == codec


@given(any_hrp, st.binary(min_size=1, max_size=700))
def test_bech32_of_any_length_agrees_with_another_implementation(hrp: str, data: bytes) -> None:
    text = bech32.encode(hrp, to_words(data), max_length=2000)
    assert text == Bech32Encoder.Encode(hrp, data)
    assert from_words(bech32.decode(text, max_length=2000)[1]) == data


@given(st.sampled_from(["bc", "tb", "bcrt", "ltc"]), st.integers(0, 16), st.binary(min_size=2, max_size=40))
def test_segwit_texts_agree_with_two_other_implementations(hrp: str, version: int, program: bytes) -> None:
    codec = bech32m if version else bech32
    if not version:
        program = program.ljust(32, b"\0")[: 20 if len(program) < 30 else 32]
    text = codec.encode(hrp, bytes((version,)) + to_words(program))
    script = bytes((version + 0x50 if version else 0, len(program))) + program
    assert text == SegwitBech32Encoder.Encode(hrp, version, program)
    assert text == wallycore.addr_segwit_from_bytes(script, hrp, 0)
    assert decode_bech32(text) == (hrp, bytes((version,)) + to_words(program), codec)
    assert SegwitBech32Decoder.Decode(hrp, text) == (version, program)


@given(st.data(), any_hrp, any_words)
def test_one_other_character_is_always_found(data: st.DataObject, hrp: str, words: bytes) -> None:
    text = bech32m.encode(hrp, words)
    place = data.draw(st.integers(len(hrp) + 1, len(text) - 1))
    other = data.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l").filter(lambda c: c != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    assert refusal(bech32m.decode, changed) == refusal(decode_bech32, changed) == "checksum"


def test_SG22_mixed_case_is_refused_in_each_part() -> None:
    text = "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47zagq"
    assert refusal(bech32m.decode, text.replace("za", "Za")) == "mixed-case"
    assert refusal(bech32m.decode, "TB" + text[2:]) == "mixed-case"
    assert refusal(bech32m.decode, "tB" + text[2:].upper()) == "mixed-case"
    assert refusal(bech32.decode, "a12uEL5l") == "mixed-case"


def test_SG25_the_empty_data_section_is_only_a_checksum() -> None:
    assert bech32.decode("bc1gmk9yu") == ("bc", b"")
    assert refusal(bech32m.decode, "bc1gmk9yu") == "checksum"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "length"),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv", "non-canonical"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "length"),
        ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "non-canonical"),
    ],
)
def test_SG08_SG09_SG23_SG24_published_wrong_paddings_are_refused(text: str, reason: str) -> None:
    _, words, _ = decode_bech32(text)
    assert refusal(from_words, words[1:]) == reason


def test_SG28_q_inserted_before_a_final_p_passes_bech32_and_not_bech32m() -> None:
    """BIP-350, "Motivation": whoever reads Bech32 must expect a size."""
    passed = 0
    for words in (bytes((first, second)) for first in range(32) for second in range(32)):
        for codec in (bech32, bech32m):
            text = codec.encode("ln", words)
            longer = text[:-1] + "q" * 5 + "p"
            if text.endswith("p") and codec == bech32:
                assert len(bech32.decode(longer)[1]) == len(words) + 5
                passed += 1
            else:
                assert refusal(codec.decode, longer) == "checksum"
    assert passed > 20


def test_SG29_a_mebibyte_of_bech32_is_refused_before_any_work() -> None:
    for codec in ("bech32", "bech32m"):
        assert seconds_to_refuse(codec, "'bc1' + 'q' * (1 << 20)") < SLACK * 0.005


def test_SG32_each_checksum_is_told_from_the_other() -> None:
    v0_bech32m = "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47"
    v1_bech32 = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd"
    assert decode_bech32(v0_bech32m)[2] == bech32m
    assert decode_bech32(v1_bech32)[2] == bech32
    assert refusal(bech32.decode, v0_bech32m) == refusal(bech32m.decode, v1_bech32) == "checksum"
    assert refusal(decode_bech32, v1_bech32[:-1] + "q") == "checksum"


@pytest.mark.parametrize(
    "text",
    [
        *("\x201nwldj5", "\x7f1axkwrx", "\x801eym55h", "\x201xj0phk", "\x7f1g6xzxy", "\x801vctc34"),
        *("1pzry9x0s0muk", "10a06t8", "1qzzfhee", "pzry9x0s0muk", "", "1", "q" * 90),
        "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
        *("b\u212a1qzzfhee", "B\u212a1QZZFHEE", "\ud8001qzzfhee", "bc\n1qzzfhee"),
    ],
)
def test_SG33_a_wrong_human_readable_part_is_refused(text: str) -> None:
    assert {refusal(codec, text) for codec in (bech32.decode, bech32m.decode, decode_bech32)} == {"prefix"}


@pytest.mark.parametrize(
    ("hrp", "reason"),
    [
        *(("", "prefix"), (" ", "prefix"), ("\x7f", "prefix"), ("\x80", "prefix"), ("b\u212a", "prefix")),
        *(("a" * 84, "prefix"), ("BC", "mixed-case"), (b"bc", "type"), (None, "type"), (Text("bc"), "type")),
    ],
)
def test_SG33_a_wrong_human_readable_part_is_not_written(hrp: str, reason: str) -> None:
    assert bech32.encode("bc", b"")
    assert refusal(bech32.encode, hrp, b"") == reason


def test_bech32_holds_90_characters_unless_more_are_allowed() -> None:
    assert len(bech32.encode("bc", bytes(81))) == 90
    assert refusal(bech32.encode, "bc", bytes(82)) == "too-large"
    longer = bech32.encode("bc", bytes(82), max_length=91)
    assert refusal(bech32.decode, longer) == refusal(decode_bech32, longer) == "too-large"
    assert bech32.decode(longer, max_length=91) == ("bc", bytes(82))


def test_bech32_refuses_foreign_characters_after_the_separator() -> None:
    text = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    for foreign in ("b", "i", "o", "B", "I", "O", " ", "\n", "\0", "-", "\uff11", "\u212a"):
        assert refusal(bech32.decode, text[:-1] + foreign) == "character"
        assert refusal(bech32.decode, text + foreign) == "character"
    assert refusal(bech32.decode, " " + text) == "prefix"


@pytest.mark.parametrize("words", [b"\x20", b"\0\xff", bytearray(2), [0, 1], "qq", None])
def test_words_are_bytes_from_0_to_31(words: bytes) -> None:
    reason = "range" if type(words) is bytes else "type"
    assert refusal(bech32.encode, "bc", words) == refusal(from_words, words) == reason


@given(st.binary(max_size=1500))
def test_words_are_those_of_the_standard_library(data: bytes) -> None:
    letters = base64.b32encode(data).rstrip(b"=")
    words = bytes(RFC4648_ALPHABET.encode().index(letter) for letter in letters)
    assert to_words(data) == words
    assert from_words(words) == data


@given(any_words)
def test_words_have_one_spelling(words: bytes) -> None:
    if len(words) % 8 in (1, 3, 6):
        assert refusal(from_words, words) == "length"
    elif words and words[-1] % (1 << 5 * len(words) % 8):
        assert refusal(from_words, words) == "non-canonical"
    else:
        assert to_words(from_words(words)) == words


# Hexadecimal


@given(st.binary(max_size=100))
def test_hexadecimal_is_lower_case_and_reads_upper_only_where_asked(data: bytes) -> None:
    text = hexadecimal.encode(data)
    assert text == "".join(f"{byte:02x}" for byte in data)
    assert hexadecimal.decode(text) == data
    assert hexadecimal.decode(text.upper(), any_case=True) == data
    if text.upper() != text:
        assert refusal(hexadecimal.decode, text.upper()) == "character"


@pytest.mark.parametrize("text", ["0", "abc", "0x1", " "])
def test_half_a_byte_of_hexadecimal_is_refused(text: str) -> None:
    assert refusal(hexadecimal.decode, text) == refusal(hexadecimal.decode, text, any_case=True) == "length"


@pytest.mark.parametrize("text", ["0x12", "1g", " 12 ", "12 34 ", "1\n", "\0\0", "\uff11\uff12", "1\u0660", "--", "+1"])
def test_what_is_no_hexadecimal_digit_is_refused(text: str) -> None:
    assert refusal(hexadecimal.decode, text) == refusal(hexadecimal.decode, text, any_case=True) == "character"


# All of them


@every_decoder
@given(text=st.text(max_size=120) | st.text(st.sampled_from("1qpzry9x8bc1ABC2=0f"), max_size=120))
def test_any_text_is_read_or_refused_with_our_error(decode: Callable[[str], object], text: str) -> None:
    with suppress(DecodingError):
        decode(text)


@every_decoder
@pytest.mark.parametrize("text", [b"11", bytearray(2), None, 11, True, ["1"], Text("11"), Text("a12uel5l")])
def test_only_str_itself_is_text(decode: Callable[[object], object], text: object) -> None:
    assert refusal(decode, text) == "type"


@pytest.mark.parametrize("data", ["11", bytearray(2), memoryview(b"11"), None, 11, True, [1, 2]])
def test_only_bytes_themselves_are_bytes(data: object) -> None:
    for encode in (base58.encode, base58check.encode, base32.encode, hexadecimal.encode, to_words):
        assert refusal(encode, data) == "type"


SECRET = bytes(range(100, 132))


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (base58check.decode, base58check.encode(b"\x80" + SECRET)[:-1] + "2"),
        (base58check.encode, bytearray(SECRET)),
        (base58.decode, base58.encode(SECRET) + "0"),
        (bech32.decode, bech32.encode("nsec", to_words(SECRET))[:-1] + "q"),
        (decode_bech32, bech32.encode("nsec", to_words(SECRET))[:-1] + "q"),
        (base32.decode, base32.encode(SECRET) + "!"),
        (hexadecimal.decode, SECRET.hex() + "xx"),
    ],
)
def test_a_refused_key_is_in_no_message_and_in_no_frame(call: Callable[..., object], argument: object) -> None:
    with pytest.raises(DecodingError) as caught:
        call(argument)
    ours = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [f"{frame.name} {frame.locals}" for frame in ours.stack if frame.filename != __file__]
    seen = "".join([*shown, str(caught.value), repr(caught.value)])
    assert shown
    assert not any(piece in seen for piece in (str(argument)[5:13], SECRET.hex()[:8], "defghijk", "100, 101"))


def test_codecs_are_values() -> None:
    assert base58check == Base58Check()
    assert Bech32("bech32", 1) == bech32 != bech32m
    assert len({base58, Base58(), Base58(alphabet=RIPPLE_ALPHABET)}) == 2


BASE64 = {
    "": "",
    "f": "Zg==",
    "fo": "Zm8=",
    "foo": "Zm9v",
    "foob": "Zm9vYg==",
    "fooba": "Zm9vYmE=",
    "foobar": "Zm9vYmFy",
}
"""RFC 4648, section 10."""


@pytest.mark.parametrize(("data", "text"), BASE64.items())
def test_base64_is_that_of_its_rfc(data: str, text: str) -> None:
    assert decode_base64(text) == data.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zh==", "non-canonical"),  # bits behind the data that are not 0 (RFC 4648, section 3.5)
        ("Zm9=", "non-canonical"),
        ("Zg", "character"),
        ("Zg=", "character"),
        ("Zm9v\n", "character"),
        ("Zm 9v", "character"),
        ("Zm9-", "character"),
        ("Zm9vé", "character"),
        (b"Zm9v", "type"),
        (None, "type"),
    ],
)
def test_base64_has_one_spelling(text: object, expected: str) -> None:
    assert refusal(decode_base64, text) == expected
