"""EIP-55 addresses: published figures, eth-utils and eth-keys, and everything that is refused."""

from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey as TheirKey
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.evm import ETHEREUM, POLYGON, secrets
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import Evm
from walletcore.chains.evm.address import account_of, checksummed, parse
from walletcore.errors import AddressError
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret

VITALIK = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # EIP-55
PAYLOAD = bytes.fromhex(VITALIK[2:])


def row_of(case: Case) -> Evm:
    return chain(case.input["chain"], Evm)


def public(secret: bytes) -> PublicKey:
    return PrivateKey(Curve.SECP256K1, Secret(secret)).public_key


def refused(text: Any, **options: bool) -> str:
    """The reason for which a text is no address."""
    with pytest.raises(AddressError) as caught:
        ETHEREUM.parse_address(text, **options)
    return caught.value.reason


# -- published figures


@vectors("evm/addresses", operation="address.parse", result="valid")
def test_published_addresses_are_read(case: Case) -> None:
    address = row_of(case).parse_address(case.input["address"])
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])


@vectors("evm/addresses", operation="address.parse", result="invalid")
def test_A06_a_checksum_for_another_chain_and_other_published_mistakes_are_refused(case: Case) -> None:
    assert refused(case.input["address"]) == case.expect["reason"]


@vectors("evm/addresses", operation="address.parse", result="rule")
def test_a_published_address_without_checksum_is_refused_unless_it_is_asked_for(case: Case) -> None:
    assert case.verdict("checksummed") == "invalid"
    assert refused(case.input["address"]) == case.expect["reason"]
    address = row_of(case).parse_address(case.input["address"], allow_unchecked=True)
    assert (address.text.lower(), address.payload.hex()) == (case.input["address"], case.input["address"][2:])


@vectors("evm/addresses", operation="address.encode")
def test_published_keys_have_their_addresses(case: Case) -> None:
    secret, sec1 = (bytes.fromhex(case.input.get(name, "")) for name in ("private_key", "public_key"))
    key = public(secret) if secret else PublicKey(Curve.SECP256K1, sec1)
    address = row_of(case).address(key)
    assert key.data.hex() == case.expect["public_key"]
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert row_of(case).addresses([key.data]) == [case.expect["address"]]


# -- second implementations


@given(st.binary(min_size=20, max_size=20))
def test_the_checksum_is_the_one_of_eth_utils(payload: bytes) -> None:
    assert checksummed(payload) == to_checksum_address(payload)


@pytest.mark.parametrize("payload", [bytes(20), b"\xff" * 20, b"\xaa" * 20, b"\x99" * 20, b"\x00" * 19 + b"\x01"])
def test_the_checksum_holds_at_the_borders(payload: bytes) -> None:
    assert checksummed(payload) == to_checksum_address(payload)


@given(secrets)
def test_the_account_of_a_key_is_the_one_of_eth_keys(secret: bytes) -> None:
    theirs = TheirKey(secret).public_key
    assert account_of(public(secret).data) == theirs.to_canonical_address()
    assert ETHEREUM.address(public(secret)).text == theirs.to_checksum_address()


@given(st.lists(secrets, max_size=5))
def test_the_batch_door_gives_the_same_addresses(many: list[bytes]) -> None:
    points = [public(secret) for secret in many]
    assert ETHEREUM.addresses([key.data for key in points]) == [ETHEREUM.address(key).text for key in points]


# -- reading back


@given(st.binary(min_size=20, max_size=20))
def test_what_is_written_is_read(payload: bytes) -> None:
    address = ETHEREUM.account(payload)
    assert ETHEREUM.parse_address(str(address)) == address
    assert address == Address(chain=ETHEREUM, text=address.text, payload=payload)


@given(st.text() | st.text("0xX123456789abcdefABCDEF \n", min_size=38, max_size=44))
def test_any_text_is_read_or_refused_by_an_address_error(text: str) -> None:
    try:
        address = ETHEREUM.parse_address(text)
    except AddressError:
        return
    assert address.text == text


@given(st.binary(min_size=20, max_size=20), st.integers(2, 41))
def test_A01_one_letter_in_the_wrong_case_is_refused(payload: bytes, place: int) -> None:
    text = checksummed(payload)
    changed = text[:place] + text[place].swapcase() + text[place + 1 :]
    if changed != text:
        assert refused(changed) == "checksum"
        if changed[2:] not in (changed[2:].lower(), changed[2:].upper()):
            assert refused(changed, allow_unchecked=True) == "checksum"


def test_an_address_of_one_row_is_not_that_of_another() -> None:
    assert ETHEREUM.parse_address(VITALIK) != POLYGON.parse_address(VITALIK)
    assert POLYGON.parse_address(VITALIK).account_id == f"eip155:137:{VITALIK}"


# -- refused


def test_A01_the_published_mistake_is_refused() -> None:
    assert refused("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed") == "checksum"


@pytest.mark.parametrize("body", [VITALIK[2:].upper(), VITALIK[2:].lower()], ids=["A02_upper", "A03_lower"])
def test_A02_A03_letters_of_one_case_pass_only_where_that_is_allowed(body: str) -> None:
    assert refused(f"0x{body}") == "checksum"
    address = ETHEREUM.parse_address(f"0x{body}", allow_unchecked=True)
    assert (address.text, address.payload) == (VITALIK, PAYLOAD)


@pytest.mark.parametrize(
    "text",
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",  # EIP-55, "All caps"
        "0xde709f2102306220921060314715629080e2fb77",  # EIP-55, "All Lower"
        "0x" + "0" * 40,
        "0x" + "1234567890" * 4,
    ],
)
def test_A02_A03_one_case_passes_where_it_is_the_checksum(text: str) -> None:
    assert ETHEREUM.parse_address(text).text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0X" + VITALIK[2:], "prefix"),
        (VITALIK[2:], "prefix"),
        ("x" + VITALIK[2:], "prefix"),
        ("0x0x" + VITALIK[2:], "length"),
        (VITALIK[:-1], "length"),
        (VITALIK + "d", "length"),
        (VITALIK + " ", "length"),
        (VITALIK + "\n", "length"),
        (VITALIK[:-1] + "\n", "character"),
        (VITALIK[:-1] + " ", "character"),
        (" " + VITALIK, "prefix"),
        (VITALIK[:-1] + "g", "character"),
        (VITALIK[:-1] + "１", "character"),  # U+FF11
        (VITALIK[:-1] + "\u0661", "character"),
        (VITALIK[:-1] + "\x00", "character"),
        (VITALIK[:-1] + "\ud800", "character"),
        ("0x", "length"),
        ("", "prefix"),
        ("0", "prefix"),
        ("vitalik.eth", "prefix"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "prefix"),
        ("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb", "prefix"),
    ],
)
def test_A04_other_prefixes_lengths_and_characters_are_refused(text: str, reason: str) -> None:
    assert refused(text) == refused(text, allow_unchecked=True) == reason


def test_A06_addresses_of_chain_30_pass_as_unchecked_at_most_never_as_checked() -> None:
    rsk = "0x5aaEB6053f3e94c9b9a09f33669435E7ef1bEAeD"  # EIP-1191, chain 30
    assert refused(rsk) == refused(rsk, allow_unchecked=True) == "checksum"


@pytest.mark.parametrize("text", ["XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS", "XE60HAMICDXSV5QXVJA7TJW47Q9CHWKJD"])
def test_A07_an_icap_address_is_refused_with_a_word_on_what_it_is(text: str) -> None:
    with pytest.raises(AddressError, match="0x") as caught:
        ETHEREUM.parse_address(text)
    assert caught.value.reason == "prefix"
    assert "ICAP" in caught.value.hint


@pytest.mark.parametrize("value", [None, 1, PAYLOAD, bytearray(PAYLOAD), type("Text", (str,), {})(VITALIK), [VITALIK]])
def test_X16_X19_what_is_no_text_is_refused(value: Any) -> None:
    assert refused(value) == "type"


def test_a_private_key_that_was_pasted_is_not_repeated() -> None:
    secret = "11" * 32
    for text in (secret, f"0x{secret}", f"0X{secret}"):
        with pytest.raises(AddressError) as caught:
            parse(text)
        assert secret[:8] not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("payload", [bytes(19), bytes(21), b"", VITALIK, None, bytearray(20)])
def test_ET08_an_account_of_another_size_or_type_is_refused(payload: Any) -> None:
    with pytest.raises(AddressError) as caught:
        ETHEREUM.account(payload)
    assert caught.value.reason == "length"


def test_a_key_of_another_curve_and_another_kind_are_refused() -> None:
    ed25519 = PrivateKey(Curve.ED25519, Secret(bytes(32))).public_key
    with pytest.raises(AddressError) as caught:
        ETHEREUM.address(ed25519)
    assert caught.value.reason == "type"
    for call in (lambda: ETHEREUM.address(public(b"\x01" * 32), kind="p2tr"), lambda: ETHEREUM.addresses([], kind="x")):
        with pytest.raises(AddressError) as caught:
            call()
        assert caught.value.reason == "unknown"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (b"\x02" + b"\x07" * 31, "type"),
        (b"\x04" + bytes(64), "type"),
        (bytearray(33), "type"),
        ("02" * 33, "type"),
        (b"\x02" + bytes(31) + b"\x07", "point"),  # K05: not on the curve
        (b"\x06" + b"\x79" * 32, "point"),
        (bytes(33), "point"),
    ],
)
def test_the_batch_door_refuses_what_is_no_key(key: Any, reason: str) -> None:
    with pytest.raises(AddressError) as caught:
        ETHEREUM.addresses([public(b"\x01" * 32).data, key])
    assert caught.value.reason == reason


@pytest.mark.parametrize("text", ["'0' * 2**20", "'z' * 2**20", "'0x' + '0' * 2**20", "'XE' + 'z' * 2**20"])
def test_a_mebibyte_of_anything_is_refused_within_20_ms(text: str) -> None:
    setup = f"""
from walletcore.chains.evm import CHAINS
from walletcore.errors import AddressError
text = {text}
"""
    code = """
try:
    CHAINS[0].parse_address(text)
except AddressError:
    pass
else:
    raise SystemExit("accepted")
"""
    assert cpu_seconds(code, setup=setup) < 0.020 * SLACK
