"""AEZ v5 for messages of 16 to 31 bytes: the published figures, the rounds of AES, and a second implementation."""

from collections.abc import Iterable
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from support.oracles import JSON, compared, data, locked
from support.phrases import frames_of_the_package, refusal
from support.vectors import Case, vectors
from walletcore.mnemonic import aez

keys = st.binary(max_size=64)
small = st.binary(max_size=40)


def of(text: str) -> bytes:
    return bytes.fromhex(text)


@vectors("aez/extract")
def test_a_key_becomes_the_published_48_bytes(case: Case) -> None:
    assert aez.extract(of(case.input["key"])).hex() == case.expect["extracted"]


@vectors("aez/hash")
def test_strings_have_the_published_hash(case: Case) -> None:
    nonce, *associated = map(of, case.input["strings"])
    vector = aez._vector(case.input["tau"], nonce, associated)
    assert aez._AEZ_hash(aez._Cipher.of(of(case.input["key"])), vector).to_bytes(16).hex() == case.expect["hash"]


@vectors("aez/encrypt")
def test_a_message_has_the_published_ciphertext(case: Case) -> None:
    key, nonce, message = (of(case.input[name]) for name in ("key", "nonce", "message"))
    associated, tau = list(map(of, case.input["data"])), case.input["tau"]
    assert aez.encrypt(key, nonce, associated, tau, message).hex() == case.expect["ciphertext"]
    assert aez.decrypt(key, nonce, associated, tau, of(case.expect["ciphertext"])) == message


def test_one_round_of_aes_is_that_of_fips_197() -> None:
    """Appendix B: the state at the start of round 1, its round key, and the state at the start of round 2."""
    start, key = 0x193DE3BEA0F4E22B9AC68D2AE9F84808, 0xA0FAFE1788542CB123A339392A6C7605
    assert aez._aesenc(start, key) == 0xA49C7FF2689F352B6B5BEA43026A5049


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_ten_rounds_are_the_aes_of_openssl(key: bytes, block: bytes) -> None:
    """With a key schedule, and the last round as it is without MixColumns."""
    schedule = round_keys(key)
    state = int.from_bytes(block) ^ schedule[0]
    for round_key in schedule[1:10]:
        state = aez._aesenc(state, round_key)
    last = bytes(aez._SHIFT_ROWS(state.to_bytes(16).translate(aez._SBOX)))
    encryptor = Cipher(algorithms.AES128(key), modes.ECB()).encryptor()
    assert (int.from_bytes(last) ^ schedule[10]).to_bytes(16) == encryptor.update(block)


def round_keys(key: bytes) -> list[int]:
    """FIPS 197, 5.2."""
    words, constant = [key[i : i + 4] for i in range(0, 16, 4)], 1
    while len(words) < 44:
        word = words[-1]
        if len(words) % 4 == 0:
            word = (word[1:] + word[:1]).translate(aez._SBOX)
            word = bytes((word[0] ^ constant,)) + word[1:]
            constant = constant << 1 ^ (0x11B if constant & 0x80 else 0)
        words.append(bytes(a ^ b for a, b in zip(words[-4], word, strict=True)))
    return [int.from_bytes(b"".join(words[i : i + 4])) for i in range(0, 44, 4)]


@given(keys, small, st.lists(small, max_size=3), st.integers(0, 15), st.binary(min_size=16, max_size=16))
def test_what_is_encrypted_is_decrypted(key: bytes, nonce: bytes, associated: list[bytes], tau: int, m: bytes) -> None:
    ciphertext = aez.encrypt(key, nonce, associated, tau, m)
    assert len(ciphertext) == 16 + tau
    assert aez.decrypt(key, nonce, associated, tau, ciphertext) == m


@given(st.binary(min_size=19, max_size=19), st.integers(0, 22), st.integers(1, 255))
def test_a_damaged_ciphertext_or_another_string_is_not_authentic(message: bytes, place: int, bits: int) -> None:
    ciphertext = aez.encrypt(b"key", b"", [b"data"], 4, message)
    damaged = ciphertext[:place] + bytes((ciphertext[place] ^ bits,)) + ciphertext[place + 1 :]
    assert aez.decrypt(b"key", b"", [b"data"], 4, damaged) is None
    assert aez.decrypt(b"key", b"", [b"other"], 4, ciphertext) is None
    assert aez.decrypt(b"other", b"", [b"data"], 4, ciphertext) is None


def a_case(random: Random) -> JSON:
    size = random.randint(16, 31)
    tau = random.randint(1, 15)
    strings = [data(random, *range(40)) for _ in range(random.randint(0, 3))]
    damage = random.choice((0, random.randint(1, 255)))
    message = data(random, size - tau)
    asked = {"key": data(random, 16, 32, 48, 5), "nonce": data(random, *range(34)), "data": strings}
    return {**asked, "tau": tau, "message": message, "place": random.randrange(size), "bits": damage}


def same(case: JSON, verdict: JSON) -> Iterable[str]:
    key, nonce, message, associated = of(case["key"]), of(case["nonce"]), of(case["message"]), [*map(of, case["data"])]
    made = bytearray(aez.encrypt(key, nonce, associated, case["tau"], message))
    assert made.hex() == verdict["ciphertext"]
    made[case["place"]] ^= case["bits"]
    opened = aez.decrypt(key, nonce, associated, case["tau"], bytes(made))
    assert (None if opened is None else opened.hex()) == verdict["opened"]
    yield "not authentic" if opened is None else "authentic"
    yield f"{len(made)} bytes"


@locked
def test_bitcoinjs_aez_gives_the_same(environment: str) -> None:
    kinds = {"authentic", "not authentic", *(f"{size} bytes" for size in range(16, 32))}
    compared("aezeed", "aez", environment, a_case, same, kinds=kinds)


@pytest.mark.parametrize("size", [0, 1, 15, 32, 100])
def test_a_size_that_other_parts_of_aez_are_for_is_refused(size: int) -> None:
    assert refusal(aez.decrypt, b"key", b"", [], 0, bytes(size)).reason == "length"
    assert refusal(aez.encrypt, b"key", b"", [], 0, bytes(size)).reason == "length"


@pytest.mark.parametrize("tau", range(16, 32))
def test_an_empty_message_which_is_not_enciphered_is_refused(tau: int) -> None:
    """AEZ v5, Encrypt and Decrypt: AEZ-prf is for it."""
    assert refusal(aez.encrypt, b"key", b"", [], tau, b"").reason == "length"
    assert refusal(aez.decrypt, b"key", b"", [], tau, bytes(tau)).reason == "length"


def test_X10_no_error_shows_key_or_message() -> None:
    for call in (aez.encrypt, aez.decrypt):
        shown = frames_of_the_package(refusal(call, b"canary", b"", [], 4, b"parrot" * 8))
        assert not any(word in shown for word in ("canary", "parrot", str(int.from_bytes(b"parrot"))))


@pytest.mark.parametrize("size", range(16, 32))
def test_every_size_is_a_permutation_both_ways(size: int) -> None:
    for number in range(20):
        text = Random(number).randbytes(size)
        assert aez.encrypt(b"k", b"", [], 0, aez.decrypt(b"k", b"", [], 0, text) or b"") == text
