"""Each format, with the examples of the standard (ERC-7730, "Field formats")."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from support.screens import CONTRACT, DAI, OTHER, account, screen, signed_by
from walletcore.chains.evm.clear_signing import Name, Screen, Token
from walletcore.chains.evm.clear_signing.numbers import date
from walletcore.errors import TransactionError

ETHER = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
KNOWN = {"tokens": {account(DAI): Token(ticker="DAI", decimals=6)}}
UNLIMITED = "0xFFFFFFFF"


def field(form: str, path: str = "a", **params: Any) -> dict[str, Any]:
    return {"path": path, "label": "L", "format": form, **({"params": params} if params else {})}


def shown(form: str, kind: str, value: Any, known: dict[str, Any] | None = None, **params: Any) -> Screen:
    return screen([field(form, **params)], f"act({kind})", value, known=known or {})


def text(form: str, kind: str, value: Any, known: dict[str, Any] | None = None, **params: Any) -> str:
    ((_, found),) = shown(form, kind, value, known, **params).pairs
    return found


def codes(found: Screen) -> list[str]:
    return [notice.code for notice in found.warnings]


@pytest.mark.parametrize(
    ("form", "kind", "value", "params", "expected"),
    [
        ("raw", "uint256", 1000, {}, "1000"),
        ("raw", "string", "Ledger", {}, "Ledger"),
        (
            "raw",
            "address",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            {},
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ),
        ("amount", "uint256", 0x2C1C986F1C48000, {}, "0.19866144 ETH"),
        ("tokenAmount", "uint256", 1_000_000, {"token": DAI}, "1 DAI"),
        ("tokenAmount", "uint256", 0xFFFFFFFF, {"token": DAI, "threshold": UNLIMITED}, "Unlimited DAI"),
        ("tokenAmount", "uint256", 0xFFFFFFFF, {"token": DAI, "threshold": UNLIMITED, "message": "Max"}, "Max DAI"),
        ("tokenAmount", "uint256", 2 * 10**15, {"token": ETHER, "nativeCurrencyAddress": [ETHER]}, "0.002 ETH"),
        ("duration", "uint256", 8250, {}, "02:17:30"),
        ("unit", "uint256", 10, {"base": "h"}, "10h"),
        ("unit", "uint256", 15, {"base": "d", "decimals": 1}, "1.5d"),
        ("unit", "uint256", 36000, {"base": "s", "prefix": True}, "36ks"),
        ("chainId", "uint256", 1, {}, "Ethereum Mainnet"),
        (
            "interoperableAddressName",
            "bytes",
            bytes.fromhex("00010000010114D8DA6BF26964AF9D7EED9E03E53415D37AA96045"),
            {},
            "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045@eip155:1#4CA88C9C",
        ),
    ],
)
def test_values_look_as_in_the_examples_of_the_standard(
    form: str, kind: str, value: Any, params: dict[str, Any], expected: str
) -> None:
    assert text(form, kind, value, KNOWN, **params) == expected


def test_bytes_are_hex_digits_behind_0x() -> None:
    assert text("raw", "bytes", bytes.fromhex("123456789a")) == "0x123456789a"


def test_a_time_is_the_date_of_the_example_in_utc() -> None:
    """The standard prints 08:27:12, an hour later and without a zone; RFC 3339, which it recommends, needs one."""
    assert text("date", "uint256", 1709191632, encoding="timestamp") == "2024-02-29T07:27:12Z"


def test_a_block_has_the_time_that_the_caller_tells() -> None:
    blocks = {"blocks": lambda chain, block: {(1, 19332140): 1709191632}.get((chain, block))}
    assert text("date", "uint256", 19332140, blocks, encoding="blockheight") == "2024-02-29T07:27:12Z"
    alone = shown("date", "uint256", 19332140, encoding="blockheight")
    assert alone.pairs == (("L", "19332140"),)
    assert codes(alone) == ["unknown-time"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (253402300799, "9999-12-31T23:59:59Z")],
)
def test_dates_of_four_digits_are_shown(value: int, expected: str) -> None:
    assert text("date", "int256", value, encoding="timestamp") == expected


def test_dates_are_those_of_the_calendar_of_python() -> None:
    random = Random(7)
    days = [
        *range(-800, 800),
        *(10957 + place for place in range(-70, 70)),
        *(47482 + place for place in range(-70, 70)),
    ]
    seconds = [86_400 * day for day in days] + [random.randrange(-62135596800, 253402300800) for _ in range(20_000)]
    for value in seconds:
        expected = (datetime(1970, 1, 1) + timedelta(seconds=value)).isoformat(timespec="seconds")
        assert date(value) == f"{expected}Z"


@pytest.mark.parametrize("value", [253402300800, 2**255 - 1, -(2**255), -62135596801])
def test_a_time_that_no_date_has_is_a_number_with_a_notice(value: int) -> None:
    found = shown("date", "int256", value, encoding="timestamp")
    assert found.pairs == (("L", str(value)),)
    assert codes(found) == ["no-date"]


@pytest.mark.parametrize(
    ("params", "named"), [({}, ""), ({"token": DAI}, account(DAI)), ({"token": DAI, "threshold": "1"}, account(DAI))]
)
def test_a_token_that_nobody_knows_is_shown_raw_and_named(params: dict[str, Any], named: str) -> None:
    found = shown("tokenAmount", "uint256", 7, **params)
    assert found.pairs == (("L", "7"),)
    assert codes(found) == ["unknown-token"]
    assert found.warnings[0].text == f"L: in the smallest unit of an unknown token {named}".rstrip()


def test_the_token_of_the_contract_itself_is_what_the_descriptor_says() -> None:
    token = {"name": "Stable", "ticker": "STABLE", "decimals": 6}
    fields = [field("tokenAmount", tokenPath="@.to")]
    assert screen(fields, "act(uint256)", 5, token=token).pairs == (("L", "0.000005 STABLE"),)
    other = screen([field("tokenAmount", token=DAI)], "act(uint256)", 5, token=token)
    assert codes(other) == ["unknown-token"]


def test_a_token_is_looked_up_on_the_chain_that_is_named() -> None:
    known = {
        "tokens": {account(DAI): Token(ticker="DAI", decimals=6), account(DAI, 137): Token(ticker="PDAI", decimals=0)}
    }
    assert text("tokenAmount", "uint256", 5, known, token=DAI, chainId=137) == "5 PDAI"
    fields = [field("tokenAmount", token=DAI, chainIdPath="b"), field("tokenTicker", "c", chainIdPath="b")]
    found = screen(fields, "act(uint256,uint256,address)", 5, 137, DAI, known=known)
    assert [value for _, value in found.pairs] == ["5 PDAI", "PDAI"]


def test_a_native_amount_of_a_chain_that_nobody_knows_is_in_its_smallest_unit() -> None:
    found = shown("tokenAmount", "uint256", 5, token=ETHER, nativeCurrencyAddress=ETHER, chainId=99999)
    assert found.pairs == (("L", "5"),)
    assert codes(found) == ["unknown-chain"]


def test_a_ticker_without_a_token_is_its_address() -> None:
    found = shown("tokenTicker", "address", DAI)
    assert (found.pairs, codes(found)) == ((("L", DAI),), ["unknown-token"])
    assert text("tokenTicker", "address", DAI, KNOWN) == "DAI"


def test_an_nft_is_named_by_its_collection() -> None:
    apes = "0xBC4CA0EdA7647A8aB7C2061c2E118A18a936f13D"
    known = {"collections": {account(apes): "BoredApeYachtClub"}}
    expected = "Collection Name: BoredApeYachtClub, Token ID: 1036"
    assert text("nftName", "uint256", 1036, known, collection=apes) == expected
    alone = shown("nftName", "uint256", 1036, collection=apes)
    assert (alone.pairs, codes(alone)) == ((("L", "1036"),), ["unknown-collection"])


def test_a_name_is_shown_from_sources_that_the_descriptor_allows() -> None:
    known = {"names": {account(OTHER): Name(text="vitalik.eth", source="ens")}}
    address = account(OTHER).rpartition(":")[2]
    assert text("addressName", "address", OTHER, known) == "vitalik.eth"
    assert text("addressName", "address", OTHER, known, sources=["local", "ens"]) == "vitalik.eth"
    assert text("addressName", "address", OTHER, known, sources=["local"]) == address
    assert text("addressName", "address", OTHER, {"names": {account(OTHER): "me"}}, sources=["ens"]) == "me"


def test_a_name_of_another_type_has_a_notice() -> None:
    known = {"names": {account(OTHER): Name(text="USDT", types=("token", "contract"))}}
    found = shown("addressName", "address", OTHER, known, types=["eoa", "wallet"])
    assert (found.pairs, codes(found)) == ((("L", "USDT"),), ["other-type"])
    assert codes(shown("addressName", "address", OTHER, known, types=["eoa", "token"])) == []


def test_an_address_that_stands_for_the_sender_is_the_sender() -> None:
    zero = "0x" + "00" * 20
    assert text("addressName", "address", zero, senderAddress=[zero]) == "Sender"


def test_an_integer_that_is_more_than_an_address_is_none() -> None:
    assert text("addressName", "uint256", int(OTHER, 16)).lower() == OTHER
    with pytest.raises(TransactionError, match="20 bytes") as caught:
        text("addressName", "uint256", int(OTHER, 16) | 1 << 255)
    assert caught.value.reason == "length"


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0, 0, "0W"),
        (999, 0, "999W"),
        (1500, 0, "1.5kW"),
        (15, 4, "1.5mW"),
        (-36000, 0, "-36kW"),
        (10**32, 0, "100QW"),
        (10**40, 0, "10000000000QW"),
        (1, 255, f"0.{'0' * 224}1qW"),
    ],
)
def test_units_have_the_prefix_that_leaves_one_to_three_digits(value: int, decimals: int, expected: str) -> None:
    """Prefixes of the SI Brochure, ninth edition with those of 2022 (ronna, quetta, ronto, quecto)."""
    assert text("unit", "int256", value, base="W", decimals=decimals, prefix=True) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "00:00:00"), (359_999, "99:59:59"), (360_000, "100:00:00"), (-61, "-00:01:01")]
)
def test_durations_have_two_digits_or_more(value: int, expected: str) -> None:
    assert text("duration", "int256", value) == expected


def test_an_enumeration_names_integers_bools_and_bytes() -> None:
    enums = {"mode": {"1": "stable", "128": "sell", "True": "yes", "0x01": "one"}}
    for kind, value, expected in (
        ("uint8", 1, "stable"),
        ("bool", True, "yes"),
        ("bytes1", b"\x80", "sell"),
        ("bytes1", b"\x01", "one"),
    ):
        fields = [{**field("enum"), "params": {"$ref": "$.metadata.enums.mode"}}]
        assert screen(fields, f"act({kind})", value, enums=enums).pairs == (("L", expected),)
    unnamed = screen([{**field("enum"), "params": {"$ref": "$.metadata.enums.mode"}}], "act(uint8)", 9, enums=enums)
    assert (unnamed.pairs, codes(unnamed)) == ((("L", "9"),), ["unknown-value"])


def test_a_chain_has_the_name_that_the_caller_or_a_row_has() -> None:
    assert text("chainId", "uint256", 5, {"chains": {5: "Görli"}}) == "Görli"
    assert text("chainId", "uint256", 137) == "polygon"
    found = shown("chainId", "uint256", 99999)
    assert (found.pairs, codes(found)) == ((("L", "99999"),), ["unknown-chain"])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            "000100022045296998a6f8e2a784db5d9f95e18fc23f70441a1039446801089879b08c7ef0"
            "2005333498d5aea4ae009585c43f7b8c30df8e70187d4a713d134f977fc8dfe0b5",
            "MJKqp326RZCHnAAbew9MDdui3iCKWco7fsK9sVuZTX2@solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d#",
        ),
        (
            "00010000010114fe89cc7abb2c4183683ab71653c4cdc9b02d44b7",
            "0xFe89cc7aBB2C4183683ab71653C4cdc9B02D44b7@eip155:1#80B12379",
        ),
        ("000100000014d8da6bf26964af9d7eed9e03e53415d37aa96045", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045@eip155#"),
    ],
)
def test_interoperable_addresses_look_as_in_the_examples_of_erc_7930_and_7828(data: str, expected: str) -> None:
    assert text("interoperableAddressName", "bytes", bytes.fromhex(data)).startswith(expected)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "0001000001",
        "00020000010114d8da6bf26964af9d7eed9e03e53415d37aa96045",  # another version
        "00010000010114d8da6bf26964af9d7eed9e03e53415d37aa9604500",  # a byte behind it
        "00010000010113d8da6bf26964af9d7eed9e03e53415d37aa960",  # 19 bytes
        "0001000002000114d8da6bf26964af9d7eed9e03e53415d37aa96045",  # a chain id with a leading zero
        "000100000000",  # neither chain nor address
        "0001ffff010114d8da6bf26964af9d7eed9e03e53415d37aa96045",  # a namespace that is not known
    ],
)
def test_bytes_that_are_no_interoperable_address_are_shown_raw(data: str) -> None:
    found = shown("interoperableAddressName", "bytes", bytes.fromhex(data))
    assert (found.pairs, codes(found)) == ((("L", f"0x{data}"),), ["unknown-address"])


def test_an_encrypted_value_is_its_label_and_the_bytes_a_notice() -> None:
    secret = {"scheme": "fhevm", "plaintextType": "uint64", "fallbackLabel": "[Encrypted Amount]"}
    fields = [{**field("tokenAmount", token=DAI), "encryption": secret}]
    found = screen(fields, "act(bytes32)", bytes(32), known=KNOWN)
    assert found.pairs == (("L", "[Encrypted Amount]"),)
    assert bytes(32).hex() in found.warnings[0].text


@pytest.mark.parametrize("text_in_data", ["a\nTo: 0x1", "pay \u202etxet", "\u200bx", "\x1b[2J", "\u3164"])
def test_text_in_the_data_cannot_pose_as_another_line(text_in_data: str) -> None:
    found = shown("raw", "string", text_in_data)
    assert found.pairs[0][1].isprintable()
    assert "\\u{" in found.pairs[0][1]
    assert codes(found) == ["unseen"]


@pytest.mark.parametrize(
    "known",
    [
        {"tokens": {account(DAI): "DAI"}},
        {"tokens": lambda _: ("DAI", 18)},
        {"names": {account(OTHER): 5}},
        {"names": {account(OTHER): "to\u202e"}},
        {"names": {account(OTHER): ""}},
        {"names": {account(OTHER): "x" * 300}},
        {"collections": {account(DAI): b"apes"}},
        {"chains": {1: "a\nb"}},
        {"blocks": lambda *_: 1.5},
        {"proxies": {account(CONTRACT): 5}},
    ],
)
def test_what_a_caller_answers_is_checked(known: dict[str, Any]) -> None:
    fields = [
        field("tokenAmount", token=DAI),
        field("nftName", collection=DAI),
        field("date", encoding="blockheight"),
        field("addressName", "b"),
        field("chainId", "c"),
    ]
    address = OTHER if "proxies" in known else CONTRACT
    with pytest.raises(TransactionError):
        screen(fields, "act(uint256,address,uint256)", 5, OTHER, 1, known=known, address=address)


@pytest.mark.parametrize(
    "token",
    [
        {"ticker": "", "decimals": 6},
        {"ticker": "U\nSD", "decimals": 6},
        {"ticker": "x" * 33, "decimals": 6},
        {"ticker": "USDC", "decimals": 256},
        {"ticker": "USDC", "decimals": 10**9},
        {"ticker": "USDC", "decimals": -1},
        {"ticker": "USDC", "decimals": True},
        {"ticker": 5, "decimals": 6},
    ],
)
def test_a_token_has_a_ticker_that_can_be_seen_and_decimals_of_one_byte(token: dict[str, Any]) -> None:
    with pytest.raises(TransactionError):
        Token(**token)


def test_the_sender_is_shown_where_it_is_known() -> None:
    key = signed_by(1)
    fields = [field("addressName", "@.from")]
    assert screen(fields, sender=key).pairs == (("L", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),)
    with pytest.raises(TransactionError, match="not known") as caught:
        screen(fields)
    assert caught.value.reason == "missing"
