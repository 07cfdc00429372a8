"""Keys of BIP-38: published texts, two other implementations, and what must be refused (rows B38-1 to B38-4)."""

import hashlib
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import wallycore
from bip_utils import (
    Base58Decoder,
    Base58Encoder,
    Bip38Decrypter,
    Bip38EcKeysGenerator,
    Bip38Encrypter,
    Bip38PubKeyModes,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from house.canary import KEY, PASSPHRASE, WIF, leaks
from house.doors import told
from support.hostile import MEBIBYTE, SHAPES, check_cost, check_time, filled
from support.vectors import Case, load, vectors
from walletcore.errors import InvalidKey, KeystoreError
from walletcore.hashes import sha256d
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.keystore import bip38
from walletcore.keystore.kdf import normalized
from walletcore.keystore.wif import Wif
from walletcore.secret import Secret

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # SEC 2, 2.4.1: the order of the group
FIGURES = {case.id.removeprefix("bip38/"): case for case in (*load("bip38/decrypt"), *load("bip38/make"))}
DIRECT, MULTIPLIED = FIGURES["decrypt/uncompressed-1"], FIGURES["decrypt/lot-1"]
TEXT: str = DIRECT.input["keystore"]
CODE: str = FIGURES["make/multiplied-1"].input["code"]
CODE_WITH_LOT: str = FIGURES["make/lot-1"].input["code"]
CONFIRMATION: str = load("bip38/confirm")[0].input["confirmation"]
PHRASE = Secret(b"TestingOneTwoThree")

few = settings(max_examples=3, deadline=None)  # each takes most of a second in either implementation
secrets = st.integers(1, N - 1).map(lambda k: k.to_bytes(32))
phrases = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda text: text.strip("\0")),
    st.sampled_from(["é", "e\u0301", "\u03d2\u0301\0\U00010400\U0001f4a9", "ΜΟΛΩΝ ΛΑΒΕ", " "]),
)
lots = st.one_of(st.none(), st.tuples(st.integers(0, 2**20 - 1), st.integers(0, 2**12 - 1)))


class Text(str):
    """A str that could print or compare as it likes."""

    __slots__ = ()


def password_of(case: Case) -> Secret:
    return Secret(bytes.fromhex(case.input["password_utf8"]))


def wif(secret: bytes, **fields: Any) -> Wif:
    return Wif(private_key=PrivateKey(Curve.SECP256K1, Secret(secret)), **fields)


def mode(compressed: bool) -> Bip38PubKeyModes:
    return Bip38PubKeyModes.COMPRESSED if compressed else Bip38PubKeyModes.UNCOMPRESSED


def read_by_bip_utils(text: str, phrase: str) -> tuple[bytes, bool]:
    """The key, and whether its public key is compressed. bip_utils normalises the phrase itself."""
    decrypt = Bip38Decrypter.DecryptNoEc if text.startswith(("6PR", "6PY")) else Bip38Decrypter.DecryptEc
    key, found = decrypt(text, phrase)
    return bytes(key), found is Bip38PubKeyModes.COMPRESSED


def changed(text: str, place: int, value: bytes) -> str:
    """The text with other bytes at a place, and a true checksum."""
    data = Base58Decoder.CheckDecode(text)
    return str(Base58Encoder.CheckEncode(data[:place] + value + data[place + len(value) :]))


def why(call: Callable[..., object], *arguments: Any, **options: Any) -> str:
    """The reason of the KeystoreError that this call raises."""
    with pytest.raises(KeystoreError) as caught:
        call(*arguments, **options)
    return caught.value.reason


# Published figures


@vectors("bip38/decrypt", result="valid")
def test_B38_3_the_published_texts_are_read_and_those_without_a_code_are_written(case: Case) -> None:
    key = bip38.decrypt(case.input["keystore"], password_of(case))
    assert key.private_key.secret.reveal().hex() == case.expect["private_key"]
    assert key.compressed is case.expect["compressed"]
    assert key.reveal() == case.expect["wif"]
    data = Base58Decoder.CheckDecode(case.input["keystore"])
    assert data[3:7] == hashlib.sha256(hashlib.sha256(case.expect["address"].encode()).digest()).digest()[:4]
    if data[:2] == b"\x01\x42":
        assert bip38.encrypt(key, password_of(case)) == case.input["keystore"]


@vectors("bip38/decrypt", result="invalid")
def test_B38_2_the_published_wrong_texts_are_refused(case: Case) -> None:
    assert why(bip38.decrypt, case.input["keystore"], password_of(case)) == case.expect["reason"]


@vectors("bip38/code")
def test_the_published_codes_are_made(case: Case) -> None:
    numbers = {name: case.input[name] for name in ("lot", "sequence") if name in case.input}
    salt = bytes.fromhex(case.input["owner_salt"])
    code = bip38.intermediate_code(password_of(case), entropy=salt, **numbers)
    assert code == case.expect["code"]
    assert code.startswith("passphrase")
    assert bip38.lot_of(code) == ((numbers["lot"], numbers["sequence"]) if numbers else None)


@vectors("bip38/make", result="valid")
def test_the_published_keys_are_made_of_their_codes(case: Case) -> None:
    seed = bytes.fromhex(case.input["seed"])
    made = bip38.make(case.input["code"], compressed=case.input["compressed"], entropy=seed)
    assert made.encrypted == case.expect["keystore"]
    assert made.address == case.expect["address"]
    assert made.confirmation == case.expect.get("confirmation", made.confirmation)
    assert made.confirmation.startswith("cfrm38")


@vectors("bip38/make", result="invalid")
def test_the_published_wrong_codes_are_refused(case: Case) -> None:
    assert why(bip38.make, case.input["code"]) == case.expect["reason"]


@vectors("bip38/confirm")
def test_the_published_addresses_are_confirmed(case: Case) -> None:
    assert bip38.confirm(case.input["confirmation"], password_of(case)) == case.expect["address"]
    assert bip38.lot_of(case.input["confirmation"]) == (case.expect["lot"], case.expect["sequence"])


@vectors("bip38/address-hash")
def test_the_published_address_hashes_are_those_of_their_keys(case: Case) -> None:
    key = PublicKey(Curve.SECP256K1, bytes.fromhex(case.input["public_key"]))
    assert bip38.address_hash(key, compressed=case.input["compressed"]).hex() == case.expect["address_hash"]


# Other implementations


@few
@given(secrets, phrases, st.booleans())
def test_texts_are_those_of_two_other_implementations(secret: bytes, phrase: str, compressed: bool) -> None:
    text = bip38.encrypt(wif(secret, compressed=compressed), Secret(phrase.encode()))
    normal = unicodedata.normalize("NFC", phrase).encode()
    flags = wallycore.BIP38_KEY_MAINNET | (wallycore.BIP38_KEY_COMPRESSED if compressed else 0)
    assert text == Bip38Encrypter.EncryptNoEc(secret, phrase, mode(compressed))
    assert text == wallycore.bip38_from_private_key(secret, normal, flags)
    assert bip38.decrypt(text, Secret(phrase.encode())) == wif(secret, compressed=compressed)


@few
@given(secrets, phrases, st.booleans())
def test_keys_of_the_test_network_are_those_of_libwally(secret: bytes, phrase: str, compressed: bool) -> None:
    key = wif(secret, compressed=compressed, network="testnet")
    text = bip38.encrypt(key, Secret(phrase.encode()))
    normal = unicodedata.normalize("NFC", phrase).encode()
    flags = wallycore.BIP38_KEY_TESTNET | (wallycore.BIP38_KEY_COMPRESSED if compressed else 0)
    assert text == wallycore.bip38_from_private_key(secret, normal, flags)
    assert bip38.decrypt(text, Secret(phrase.encode()), network="testnet") == key
    assert why(bip38.decrypt, text, Secret(phrase.encode())) == "network"


@few
@given(phrases, st.booleans(), lots)
def test_keys_made_of_codes_are_read_by_bip_utils(phrase: str, compressed: bool, lot: tuple[int, int] | None) -> None:
    numbers: dict[str, Any] = {} if lot is None else {"lot": lot[0], "sequence": lot[1]}
    code = bip38.intermediate_code(Secret(phrase.encode()), **numbers)
    made = bip38.make(code, compressed=compressed)
    secret, found = read_by_bip_utils(made.encrypted, phrase)
    assert found is compressed
    assert bip38.decrypt(made.encrypted, Secret(phrase.encode())) == wif(secret, compressed=compressed)
    assert bip38.confirm(made.confirmation, Secret(phrase.encode())) == made.address
    assert {bip38.lot_of(text) for text in (code, made.encrypted, made.confirmation)} == {lot}
    assert (
        bip38.address_hash(wif(secret).private_key.public_key, compressed=compressed)
        == (Base58Decoder.CheckDecode(made.encrypted)[3:7])
    )


@few
@given(phrases, st.booleans(), lots)
def test_keys_that_bip_utils_makes_are_read_here(phrase: str, compressed: bool, lot: tuple[int, int] | None) -> None:
    code = Bip38EcKeysGenerator.GenerateIntermediatePassphrase(phrase, *(lot or ()))
    text = Bip38EcKeysGenerator.GeneratePrivateKey(code, mode(compressed))
    key = bip38.decrypt(text, Secret(phrase.encode()))
    assert (key.private_key.secret.reveal(), key.compressed) == read_by_bip_utils(text, phrase)
    made = bip38.make(code, compressed=compressed)
    assert read_by_bip_utils(made.encrypted, phrase)[1] is compressed


# B38-1: passphrases


@pytest.mark.parametrize("text", [TEXT, MULTIPLIED.input["keystore"]])
@pytest.mark.parametrize("phrase", [b"testingOneTwoThree", b""])
def test_B38_1_a_wrong_passphrase_is_refused(text: str, phrase: bytes) -> None:
    assert why(bip38.decrypt, text, Secret(phrase)) == "checksum"


def test_B38_1_a_wrong_passphrase_confirms_nothing() -> None:
    assert why(bip38.confirm, CONFIRMATION, PHRASE) == "checksum"


@pytest.mark.parametrize("end", ["", "\0", "\0x"])
def test_B38_3_a_passphrase_goes_on_after_a_nul(end: str) -> None:
    """HMAC pads with zeros: a NUL at the end alone changes nothing."""
    case = FIGURES["decrypt/uncompressed-3"]
    phrase = Secret(f"\u03d2\u0301\0\U00010400\U0001f4a9{end}".encode())
    if end in ("", "\0"):
        assert bip38.decrypt(case.input["keystore"], phrase).reveal() == case.expect["wif"]
    else:
        assert why(bip38.decrypt, case.input["keystore"], phrase) == "checksum"
        assert why(bip38.decrypt, case.input["keystore"], Secret("\u03d2\u0301".encode())) == "checksum"


def test_B38_3_passphrases_of_one_look_are_one_passphrase() -> None:
    assert bip38.encrypt(wif(KEY), Secret("é".encode())) == bip38.encrypt(wif(KEY), Secret("e\u0301".encode()))


DOORS: list[Callable[[Any], object]] = [
    partial(bip38.encrypt, wif(KEY)),
    partial(bip38.decrypt, TEXT),
    bip38.intermediate_code,
    partial(bip38.confirm, CONFIRMATION),
]
by_door = pytest.mark.parametrize("door", DOORS, ids=["encrypt", "decrypt", "intermediate_code", "confirm"])


@by_door
@pytest.mark.parametrize("phrase", [None, "", "Satoshi", b"Satoshi", bytearray(b"x"), 7, ["x"], Secret])
def test_X18_X19_a_passphrase_is_a_secret_and_nothing_else(door: Callable[[Any], object], phrase: Any) -> None:
    assert why(door, phrase) == "type"


@by_door
@pytest.mark.parametrize(
    ("phrase", "reason"),
    [(b"\xff", "character"), (b"\xed\xa0\x80", "character"), (b"x" * 4097, "too-large"), (b"x" * 65537, "too-large")],
)
def test_a_passphrase_is_utf_8_of_at_most_4096_characters(
    door: Callable[[Any], object], phrase: bytes, reason: str
) -> None:
    assert why(door, Secret(phrase)) == reason


@by_door
def test_a_wiped_passphrase_opens_nothing(door: Callable[[Any], object]) -> None:
    phrase = Secret(b"x")
    phrase.wipe()
    with pytest.raises(InvalidKey) as caught:
        door(phrase)
    assert caught.value.reason == "wiped"


@pytest.mark.parametrize("phrase", [b"", b"\0", b"\0\0"])
def test_an_empty_passphrase_protects_nothing(phrase: bytes) -> None:
    assert why(bip38.encrypt, wif(KEY), Secret(phrase)) == "length"
    assert why(bip38.intermediate_code, Secret(phrase)) == "length"


def test_a_text_under_an_empty_passphrase_is_read() -> None:
    text = Bip38Encrypter.EncryptNoEc(KEY, "", Bip38PubKeyModes.COMPRESSED)
    assert bip38.decrypt(text, Secret(b"")) == wif(KEY)


# B38-2: texts


FLAGS = [0x00, 0x20, 0x40, 0x80, 0xC1, 0xC2, 0xC4, 0xC8, 0xD0, 0xE4, 0xE8, 0xFF]
MULTIPLIED_FLAGS = [0x01, 0x02, 0x08, 0x10, 0x28, 0x40, 0x80, 0xC0, 0xE0, 0xE4, 0xFF]


@pytest.mark.parametrize("flags", FLAGS, ids=hex)
def test_B38_2_other_flags_are_refused(flags: int) -> None:
    assert why(bip38.decrypt, changed(TEXT, 2, bytes((flags,))), PHRASE) == "version"


@pytest.mark.parametrize("flags", MULTIPLIED_FLAGS, ids=hex)
def test_B38_2_other_flags_of_a_multiplied_key_or_a_confirmation_are_refused(flags: int) -> None:
    assert why(bip38.decrypt, changed(MULTIPLIED.input["keystore"], 2, bytes((flags,))), PHRASE) == "version"
    assert why(bip38.confirm, changed(CONFIRMATION, 5, bytes((flags,))), PHRASE) == "version"
    assert why(bip38.lot_of, changed(CONFIRMATION, 5, bytes((flags,)))) == "version"


@pytest.mark.parametrize("prefix", ["0144", "0141", "0042", "4201", "0242", "80cb"])
def test_B38_2_other_prefixes_are_refused(prefix: str) -> None:
    assert why(bip38.decrypt, changed(TEXT, 0, bytes.fromhex(prefix)), PHRASE) == "version"


@pytest.mark.parametrize("size", [2, 3, 7, 38, 40, 41, 100])
def test_B38_2_other_lengths_are_refused(size: int) -> None:
    data = (Base58Decoder.CheckDecode(TEXT) + bytes(100))[:size]
    assert why(bip38.decrypt, Base58Encoder.CheckEncode(data), PHRASE) == "length"


@pytest.mark.parametrize("place", [3, 6, 7, 22, 23, 38])
def test_B38_2_a_flipped_bit_of_salt_or_key_is_refused(place: int) -> None:
    data = Base58Decoder.CheckDecode(TEXT)
    assert why(bip38.decrypt, changed(TEXT, place, bytes((data[place] ^ 1,))), PHRASE) == "checksum"


@pytest.mark.parametrize("place", [3, 7, 14, 15, 22, 23, 38])
def test_B38_2_a_flipped_bit_of_a_multiplied_key_is_refused(place: int) -> None:
    text, data = MULTIPLIED.input["keystore"], Base58Decoder.CheckDecode(MULTIPLIED.input["keystore"])
    assert why(bip38.decrypt, changed(text, place, bytes((data[place] ^ 1,))), password_of(MULTIPLIED)) == "checksum"


@pytest.mark.parametrize("place", [6, 10, 18, 19, 34, 35, 50])
def test_B38_2_a_flipped_bit_of_a_confirmation_is_refused(place: int) -> None:
    data = Base58Decoder.CheckDecode(CONFIRMATION)
    text = changed(CONFIRMATION, place, bytes((data[place] ^ 1,)))
    assert why(bip38.confirm, text, password_of(MULTIPLIED)) == "checksum"


def test_B38_2_the_other_form_of_the_public_key_is_another_address() -> None:
    assert why(bip38.decrypt, changed(TEXT, 2, b"\xe0"), PHRASE) == "checksum"


TEXTS = {"key": TEXT, "multiplied": MULTIPLIED.input["keystore"], "code": CODE, "confirmation": CONFIRMATION}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_another_kind_is_refused(name: str) -> None:
    reasons = {
        "key": why(bip38.make, TEXTS[name]) if name != "code" else "version",
        "code": why(bip38.decrypt, TEXTS[name], PHRASE) if "key" not in name and name != "multiplied" else "version",
        "confirmation": why(bip38.confirm, TEXTS[name], PHRASE) if name != "confirmation" else "version",
    }
    assert set(reasons.values()) == {"version"}


@pytest.mark.parametrize(
    "text", [TEXT + "1", TEXT[:-1], " " + TEXT, TEXT + "\n", TEXT.lower(), TEXT.swapcase(), "", "6P"]
)
def test_B38_2_a_misspelled_text_is_refused(text: str) -> None:
    assert why(bip38.decrypt, text, PHRASE) in ("checksum", "character", "length")


@pytest.mark.parametrize("text", [None, TEXT.encode(), Text(TEXT), 7, [TEXT], Secret(TEXT.encode())])
def test_X19_a_text_is_text(text: Any) -> None:
    for call in (
        partial(bip38.decrypt, passphrase=PHRASE),
        partial(bip38.confirm, passphrase=PHRASE),
        bip38.make,
        bip38.lot_of,
    ):
        assert why(call, text) == "type"


def test_a_code_whose_point_is_none_is_refused() -> None:
    assert why(bip38.make, changed(CODE, 16, b"\x02" + b"\xff" * 32)) == "point"
    assert why(bip38.make, changed(CODE, 16, b"\x04")) == "non-canonical"
    assert why(bip38.make, changed(CODE, 16, b"\x00" * 33)) == "non-canonical"


# B38-4: lots


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"lot": 1048576, "sequence": 1}, "range"),
        ({"lot": -1, "sequence": 1}, "range"),
        ({"lot": 100000, "sequence": 4096}, "range"),
        ({"lot": 100000, "sequence": -1}, "range"),
        ({"lot": 10**400, "sequence": 1}, "range"),
        ({"lot": 100000}, "type"),
        ({"sequence": 1}, "type"),
        ({"lot": 100000, "sequence": True}, "type"),
        ({"lot": 100000.0, "sequence": 1}, "type"),
        ({"lot": "100000", "sequence": 1}, "type"),
    ],
)
def test_B38_4_X16_a_lot_or_a_sequence_out_of_range_is_refused(numbers: dict[str, Any], reason: str) -> None:
    assert why(bip38.intermediate_code, PHRASE, **numbers) == reason


@pytest.mark.parametrize(("lot", "sequence"), [(0, 0), (1048575, 4095)])
def test_B38_4_the_first_and_the_last_lot_are_written(lot: int, sequence: int) -> None:
    code = bip38.intermediate_code(PHRASE, lot=lot, sequence=sequence, entropy=bytes(4))
    assert bip38.lot_of(code) == (lot, sequence)
    assert Base58Decoder.CheckDecode(code)[8:16] == bytes(4) + (lot << 12 | sequence).to_bytes(4)


def test_a_text_without_a_lot_has_none() -> None:
    assert [bip38.lot_of(text) for text in (TEXT, CODE, FIGURES["decrypt/multiplied-1"].input["keystore"])] == [
        None
    ] * 3


# What else is handed in


@pytest.mark.parametrize(
    "case", [case for case in load("bip38/decrypt") if case.expect["result"] == "valid"], ids=lambda c: c.id
)
def test_a_text_shows_what_the_key_in_it_has(case: Case) -> None:
    """Texts of multiplied keys begin with 6Pf, 6Pg, 6Pn or 6Po, those of others with 6PR to 6PY."""
    text = case.input["keystore"]
    told = bip38.shown(text)
    assert told.multiplied is (text[2] in "fgno")
    assert told.compressed is case.expect["compressed"]
    assert told.address_hash == sha256d(case.expect["address"].encode())[:4]
    assert told.lot == bip38.lot_of(text)


def test_a_code_is_no_key_that_shows_something() -> None:
    assert why(bip38.shown, CODE) == why(bip38.shown, CONFIRMATION) == "version"


@pytest.mark.parametrize("key", [None, KEY, KEY.hex(), WIF, Secret(KEY), PrivateKey(Curve.SECP256K1, Secret(KEY))])
def test_a_key_is_a_wif_since_its_address_is_hashed(key: Any) -> None:
    assert why(bip38.encrypt, key, PHRASE) == "type"


def test_a_wiped_key_is_not_written() -> None:
    key = wif(KEY)
    key.private_key.public_key  # noqa: B018  # is kept when the secret goes
    key.private_key.wipe()
    with pytest.raises(InvalidKey) as caught:
        bip38.encrypt(key, PHRASE)
    assert caught.value.reason == "wiped"


@pytest.mark.parametrize("network", ["bitcoin", "", "Mainnet", None, 0, b"mainnet", ["mainnet"], Text("mainnet")])
def test_X19_a_network_is_one_of_those_that_are_known(network: Any) -> None:
    public = wif(KEY).private_key.public_key
    assert why(bip38.decrypt, TEXT, PHRASE, network=network) == "unknown"
    assert why(bip38.confirm, CONFIRMATION, PHRASE, network=network) == "unknown"
    assert why(bip38.make, CODE, network=network) == "unknown"
    assert why(bip38.address_hash, public, network=network) == "unknown"


@pytest.mark.parametrize("compressed", [None, 1, 0, "yes", b"\1"])
def test_X19_compressed_is_a_bool(compressed: Any) -> None:
    assert why(bip38.make, CODE, compressed=compressed) == "type"
    assert why(bip38.address_hash, wif(KEY).private_key.public_key, compressed=compressed) == "type"


@pytest.mark.parametrize("key", [None, KEY, PrivateKey(Curve.P256, Secret(KEY)).public_key, wif(KEY).private_key])
def test_an_address_hash_is_that_of_a_public_key_of_secp256k1(key: Any) -> None:
    assert why(bip38.address_hash, key) == "type"


@pytest.mark.parametrize(
    "entropy", [bytes(3), bytes(5), bytes(7), bytes(9), bytes(23), bytes(25), bytearray(8), 8, "x"]
)
def test_what_is_random_has_its_size(entropy: Any) -> None:
    reason = "length" if type(entropy) is bytes else "type"
    assert why(bip38.make, CODE, entropy=entropy) == reason
    assert why(bip38.intermediate_code, PHRASE, entropy=entropy) == reason
    assert why(bip38.intermediate_code, PHRASE, lot=1, sequence=1, entropy=entropy) == reason


def test_codes_and_keys_are_new_each_time() -> None:
    assert len({bip38.intermediate_code(PHRASE) for _ in range(2)}) == 2
    made = [bip38.make(code) for code in (CODE, CODE, CODE_WITH_LOT, CODE_WITH_LOT)]
    assert len({one.address for one in made}) == len({one.encrypted for one in made}) == 4


# Bounds, and secrets


@pytest.mark.parametrize("shape", SHAPES)
def test_X13_mebibytes_of_one_thing_are_no_text_and_are_refused_at_once(shape: str) -> None:
    for size in (512, MEBIBYTE, 16 * MEBIBYTE):
        text = filled(SHAPES[shape], size).decode("latin-1")
        for call in (partial(bip38.decrypt, passphrase=PHRASE), bip38.make, bip38.lot_of):
            check_cost(partial(call, text), KeystoreError, seconds=0.005, memory=3 * MEBIBYTE)


@pytest.mark.parametrize("pair", ["\u0301\u0323", "\u0323\u0301", "\ufdfa\u0315"])
def test_X13_a_passphrase_of_combining_characters_is_normalised_in_time(pair: str) -> None:
    hostile = Secret((pair * 2048).encode())
    for form in ("NFC", "NFKD"):
        check_time(partial(normalized, hostile, form), seconds=0.05)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=80), st.binary(max_size=60).map(Base58Encoder.CheckEncode)))
def test_any_other_text_is_refused_with_an_error_of_ours(text: str) -> None:
    for call in (partial(bip38.decrypt, passphrase=PHRASE), bip38.make, bip38.lot_of):
        assert why(call, text)


def test_X10_no_error_tells_the_key_or_the_passphrase() -> None:
    phrase = Secret(PASSPHRASE.encode())
    text = bip38.encrypt(wif(KEY), phrase)
    data = Base58Decoder.CheckDecode(text)
    calls: list[Callable[[], object]] = [
        partial(bip38.decrypt, changed(text, 3, bytes((data[3] ^ 1,))), phrase),
        partial(bip38.decrypt, text, phrase, network="testnet"),
        partial(bip38.decrypt, text[:-1], phrase),
        partial(bip38.encrypt, wif(KEY), Secret(PASSPHRASE.encode() + b"\xff")),
        partial(bip38.intermediate_code, phrase, lot=1),
    ]
    for call in calls:
        with pytest.raises(KeystoreError) as caught:
            call()
        assert leaks(told(caught.value)) == []
    assert leaks(text) == []


@pytest.mark.parametrize("read", [bip38.lot_of, partial(bip38.decrypt, passphrase=Secret(b"x")), bip38.make])
def test_X10_a_plain_key_handed_in_by_mistake_is_not_told(read: Callable[[str], object]) -> None:
    with pytest.raises(KeystoreError) as caught:
        read(wif(KEY).reveal())
    assert caught.value.reason == "version"
    assert leaks(told(caught.value)) == []


def test_what_is_made_shows_no_key() -> None:
    phrase = Secret(PASSPHRASE.encode())
    made = bip38.make(bip38.intermediate_code(phrase))
    secret = bip38.decrypt(made.encrypted, phrase).private_key.secret.reveal()
    assert secret.hex() not in repr(made)
    assert leaks(repr(made)) == []
