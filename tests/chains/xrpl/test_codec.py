"""The codec of the XRP Ledger: one form, a bound on depth, and what is refused."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.xrpl import MAIN, PSEUDO, TYPES, fields, payment
from walletcore.chains.xrpl import IssuedAmount, MptAmount, codec
from walletcore.chains.xrpl.amounts import decode_currency, encode_currency
from walletcore.chains.xrpl.definitions import definitions
from walletcore.errors import DecodingError, TransactionError

ISSUER = "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"
ISSUANCE = "00002403C84A0A28E0190E208E982C352BBD5006600555CF"
RAW = codec.encode(payment())


def refused(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(DecodingError) as refusal:
        call(*args, **options)
    return refusal.value.reason


def usd(value: object) -> dict[str, object]:
    return {"value": value, "currency": "USD", "issuer": ISSUER}


# -- XR1: amounts


@pytest.mark.parametrize(
    "amount",
    [
        *("1.5", "-1", "100000000000000001", "-0", "01", "+1", " 1", "1 ", "1e3", "0x10", "", "1_0", "\u0661"),
        *("9" * 18, "9" * 10_000, "nan", "inf", "1.", ".5", "-100000000000000000"),
    ],
)
def test_XR1_drops_are_integers_from_0_to_all_there_are(amount: str) -> None:
    assert refused(codec.encode, payment(Amount=amount)) == "range"
    assert refused(codec.encode, payment(Fee=amount)) == "range"


@pytest.mark.parametrize("amount", [1, 1.5, True, None, b"1", ["1"], {}, {"value": "1"}, {"drops": "1"}])
def test_XR1_amounts_of_other_types_are_refused(amount: object) -> None:
    assert refused(codec.encode, payment(Amount=amount)) == "type"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("416345785d8a0001", "range"),  # one drop more than there are
        ("7fffffffffffffff", "range"),
        ("0000000000000001", "range"),  # below zero
        ("0000000000000000", "range"),  # minus zero
    ],
)
def test_XR1_drops_that_cannot_be_are_not_read(head: str, reason: str) -> None:
    raw = RAW.replace(bytes.fromhex("4000000000" + "0f4240"), bytes.fromhex(head))
    assert raw != RAW
    assert refused(codec.decode, raw) == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        *(
            (text, "character")
            for text in ("", " 1", "1 ", "0x1", "nan", "Infinity", "1_0", "1,5", "--1", "1e", "\u0661")
        ),
        *((text, "character") for text in (1, 1.5, None, True, b"1")),
        *(
            (text, "range")
            for text in ("12345678901234567", "1.0000000000000001", "1e97", "1e-97", "0." + "0" * 96 + "1")
        ),
        ("9" * 10_000, "character"),
        ("1e99999", "character"),
    ],
)
def test_XR1_issued_amounts_have_16_digits_and_a_small_exponent(value: object, reason: str) -> None:
    assert refused(codec.encode, payment(Amount=usd(value))) == reason


def issued(head: int, currency: str = "USD", issuer: bytes = b"\1" * 20) -> bytes:
    start = b"\x12\x00\x00\x61" + head.to_bytes(8)
    return start + encode_currency(currency) + issuer


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (1 << 63 | 1 << 62 | 97 << 54 | 10**15 - 1, "range"),  # a digit too few
        (1 << 63 | 1 << 62 | 97 << 54 | 10**16, "range"),
        (1 << 63 | 1 << 62 | 0 << 54 | 10**15, "range"),  # an exponent below -96
        (1 << 63 | 1 << 62 | 178 << 54 | 10**15, "range"),
        (1 << 63 | 1 << 62 | 97 << 54, "non-canonical"),
        (1 << 63 | 1 << 62, "non-canonical"),  # plus zero
        (1 << 63 | 97 << 54, "non-canonical"),
    ],
)
def test_XR1_mantissas_that_are_not_normal_are_not_read(head: int, reason: str) -> None:
    assert refused(codec.decode, issued(head)) == reason
    assert codec.decode(issued(1 << 63))["Amount"]["value"] == "0"
    assert codec.decode(issued(1 << 63 | 1 << 62 | 97 << 54 | 10**15))["Amount"]["value"] == str(10**15)


def test_XR1_nobody_issues_xrp() -> None:
    head = 1 << 63 | 1 << 62 | 97 << 54 | 10**15
    assert refused(codec.decode, issued(head, "XRP")) == "mismatch"
    assert refused(codec.decode, issued(head, issuer=bytes(20))) == "range"
    named = bytes(12) + b"XRP" + bytes(5)
    assert refused(codec.decode, issued(head).replace(encode_currency("USD"), named)) == "mismatch"
    for currency in ("XRP", "0" * 40, named.hex().upper()):
        assert refused(codec.encode, payment(Amount=usd("1") | {"currency": currency})) == "mismatch"
    assert refused(codec.encode, payment(Amount=usd("1") | {"issuer": "rrrrrrrrrrrrrrrrrrrrrhoLvTp"})) == "range"


@pytest.mark.parametrize("value", ["-1", "1.0", "9223372036854775808", "0x1", "", 1, None, "01", "1" * 10_000])
def test_XR1_multi_purpose_tokens_have_63_bits(value: object) -> None:
    amount = {"value": value, "mpt_issuance_id": ISSUANCE}
    assert refused(codec.encode, payment(Amount=amount)) == "range"
    for head in ("20", "e0", "61", "70"):  # below zero, and other first bytes
        raw = b"\x12\x00\x00\x61" + bytes.fromhex(head) + bytes(8) + bytes.fromhex(ISSUANCE)
        if head != "e0":
            assert refused(codec.decode, raw) == "range"
    assert refused(codec.decode, b"\x12\x00\x00\x61\x60\x80" + bytes(7) + bytes.fromhex(ISSUANCE)) == "range"


@pytest.mark.parametrize(
    ("value", "mantissa", "exponent", "text"),
    [
        ("1", 10**15, -15, "1"),
        ("-2.10", -21 * 10**14, -15, "-2.1"),
        ("1e-81", 10**15, -96, "0." + "0" * 80 + "1"),
        ("9999999999999999e80", 9999999999999999, 80, "9999999999999999" + "0" * 80),
        ("000.000", 0, 0, "0"),
        ("-0", 0, 0, "0"),
        ("1E3", 10**15, -12, "1000"),
        ("+1.5", 15 * 10**14, -15, "1.5"),
    ],
)
def test_issued_amounts_are_exact(value: str, mantissa: int, exponent: int, text: str) -> None:
    amount = IssuedAmount.parse(value, "USD", ISSUER)
    assert (amount.mantissa, amount.exponent, amount.value) == (mantissa, exponent, text)
    assert IssuedAmount.parse(amount.value, "USD", ISSUER) == amount
    assert codec.decode(codec.encode(payment(Amount=usd(value))))["Amount"] == amount.json()


@pytest.mark.parametrize(
    ("mantissa", "exponent"), [(10**15 - 1, 0), (10**16, 0), (10**15, 81), (10**15, -97), (0, 1), (True, 0), (1.0, 0)]
)
def test_issued_amounts_have_one_form(mantissa: Any, exponent: int) -> None:
    assert refused(IssuedAmount, mantissa=mantissa, exponent=exponent, currency="USD", issuer=ISSUER) in (
        "range",
        "type",
    )


@pytest.mark.parametrize("value", [-1, 1 << 63, True, 1.0, "1"])
def test_amounts_of_multi_purpose_tokens_are_ints(value: Any) -> None:
    assert refused(MptAmount, value=value, issuance=ISSUANCE) == "range"
    assert refused(MptAmount, value=1, issuance=ISSUANCE[1:]) == "character"
    assert MptAmount(value=7, issuance=ISSUANCE.lower()).json() == {"value": "7", "mpt_issuance_id": ISSUANCE}


@pytest.mark.parametrize("code", ["", "US", "USDT", "us\u0661", "U D", "0" * 39, "g" * 40, "ab" * 20, None, 1, b"USD"])
def test_what_is_no_currency_is_refused(code: object) -> None:
    assert refused(encode_currency, code) in ("character", "type")


def test_currencies_are_read_in_their_one_form() -> None:
    assert decode_currency(encode_currency("a<>")) == "a<>"  # xrpl.org, "Currency Codes", has both
    assert (
        decode_currency(bytes(12) + b"USD" + bytes(4) + b"\1") == (bytes(12) + b"USD" + bytes(4) + b"\1").hex().upper()
    )
    assert decode_currency(encode_currency("0000000000000000000000005553440000000000")) == "USD"
    assert decode_currency(bytes(20)) == "XRP"


# -- XR2: depth and form


def nested(depth: int) -> bytes:
    """Memos in Memos: each is an array, and an object in it."""
    return b"\x12\x00\x00" + b"\xf9\xea" * depth + b"\xe1\xf1" * depth


@pytest.mark.parametrize("depth", [6, 500, 50_000])
def test_XR2_arrays_nested_too_deep_are_refused_at_once(depth: int) -> None:
    assert refused(codec.decode, nested(depth)) == "too-deep"
    assert refused(codec.decode, b"\x12\x00\x00" + b"\xf9\xea" * depth) == "too-deep"
    assert refused(codec.decode, b"\xe6" * depth * 2) == "too-deep"
    value: Any = []
    for _ in range(depth):
        value = [{"Memo": {"Memos": value}}]
    assert refused(codec.encode, {"Memos": value}) == "too-deep"
    while value:  # a deep value is taken apart here: Python would do so by recursion
        value = value[0]["Memo"]["Memos"]


def test_XR2_more_fields_than_anything_has_are_refused_soon() -> None:
    memos = b"\xf9" + b"\xea\xe1" * 520_000 + b"\xf1"
    assert refused(codec.decode, b"\x12\x00\x00" + memos) == "too-large"
    few = b"\x12\x00\x00\xf9" + b"\xea\xe1" * 1000 + b"\xf1"
    assert len(codec.decode(few)["Memos"]) == 1000
    assert codec.decode(few, max_fields=1002) == codec.decode(few)
    assert refused(codec.decode, few, max_fields=1001) == "too-large"
    with pytest.raises(TransactionError) as refusal:
        MAIN.decode_transaction(b"\x12\x00\x00\xf9" + b"\xea\xe1" * 10_000 + b"\xf1")
    assert refusal.value.reason == "too-large"


def test_XR2_what_is_nested_as_deep_as_the_ledger_takes_is_read() -> None:
    raw = nested(5)
    assert codec.encode(codec.decode(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (RAW[:-1], "truncated"),
        (RAW + b"\0", "truncated"),
        (RAW + RAW, "duplicate"),
        (RAW[3:8] + RAW[:3] + RAW[8:], "non-canonical"),  # the sequence before the type
        (RAW[:3] + RAW[:3] + RAW[3:], "duplicate"),
        (RAW + b"\xe1", "unknown"),  # an end of nothing
        (RAW + b"\xf1", "unknown"),
        (RAW + b"\x10\x0f\0\0", "unknown"),  # a code below 16 in a byte of its own
        (RAW + b"\x00\x10\x7f\x00", "unknown"),
        (RAW + b"\x01\x0f", "unknown"),
        (RAW + b"\x1f\x00\x00", "unknown"),
        (b"\x12\x7f\xff", "unknown"),  # a type of transaction without a name
        (b"\x11\x7f\xff", "unknown"),
        (b"\x73\xc1\x00", "truncated"),
        (b"\x73\xff", "range"),
        (b"\x73\xfe\xd4\x18" + bytes(918_745), "too-large"),
        (b"\x81\x13" + bytes(19), "length"),
        (b"\x81\x15" + bytes(21), "length"),
        (b"\x81\x00", "length"),
        (b"\x03\x13\x21" + bytes(33), "length"),  # hashes of 33 bytes
        (b"\xf9\x81\x14" + bytes(20) + b"\xf1", "type"),  # an account in an array
        (b"\xf9\xea", "truncated"),
        (b"\xea", "truncated"),
        (b"\xf9", "truncated"),
        (b"\x01\x12\x00", "length"),  # no path
        (b"\x01\x12\xff\x00", "length"),
        (b"\x01\x12\x01" + bytes(20) + b"\xff\x00", "length"),
        (b"\x01\x12\x02", "unknown"),
        (b"\x01\x12\x40", "unknown"),
        (b"\x01\x12" + (b"\x01" + bytes(20)) * 65 + b"\0", "too-large"),
        (b"\x93" + bytes(12), "non-canonical"),  # zero with another exponent
        (b"\x93" + (1).to_bytes(8) + bytes(4), "non-canonical"),
        (b"\x93" + (922337203685477580).to_bytes(8) + bytes(4), "non-canonical"),
        (b"\x93" + (10**18).to_bytes(8) + (32769).to_bytes(4), "non-canonical"),
        (b"\x03\x18" + b"\x02" * 20 + bytes(20), "range"),  # an issue of the account of zeros
        (bytes(1 << 20) + b"\0", "too-large"),
        ("12", "type"),
        (bytearray(RAW), "type"),
        (None, "type"),
    ],
)
def test_XR2_there_is_one_form(raw: Any, reason: str) -> None:
    assert refused(codec.decode, raw) == reason


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Sequence", -1, "range"),
        ("Sequence", 1 << 32, "range"),
        ("Sequence", True, "type"),
        ("Sequence", "1", "type"),
        ("Sequence", 1.0, "type"),
        ("Sequence", None, "type"),
        ("TransactionType", "Pay", "unknown"),
        ("TransactionType", 0, "unknown"),
        ("TransactionType", "tesSUCCESS", "unknown"),
        ("Account", "", "length"),
        ("Account", "r", "length"),
        ("Account", 1, "type"),
        ("InvoiceID", "00" * 31, "length"),
        ("InvoiceID", "0", "character"),
        ("InvoiceID", "0x" + "00" * 31, "character"),
        ("InvoiceID", "\u0661" * 64, "character"),
        ("SigningPubKey", b"", "type"),
        ("SigningPubKey", "zz", "character"),
        ("SigningPubKey", "00" * 918_745, "too-large"),
        ("Memos", {}, "type"),
        ("Memos", "", "type"),
        ("Memos", [{}], "type"),
        ("Memos", [{"Memo": {}, "Signer": {}}], "type"),
        ("Memos", [{"Amount": {}}], "unknown"),
        ("Memos", [{"Memo": []}], "type"),
        ("Paths", [], "length"),
        ("Paths", [[]], "length"),
        ("Paths", [[{}]], "unknown"),
        ("Paths", [[{"account": ISSUER, "type": 48}]], "unknown"),
        ("Paths", [["USD"]], "type"),
        ("Paths", "USD", "type"),
        ("Paths", [[{"currency": "USD"}] * 65], "length"),
        ("Paths", [[{"currency": "USD"}]] * 65, "length"),
        ("CredentialIDs", ["00"], "length"),
        ("CredentialIDs", "00" * 32, "type"),
        ("Balances", "1", "unknown"),
        ("hash", "00" * 32, "unknown"),
        ("Generic", "", "unknown"),
        ("ObjectEndMarker", {}, "unknown"),
        ("ArrayEndMarker", [], "unknown"),
        (1, "", "unknown"),
        ("IndexNext", "12345678901234567", "character"),
        ("IndexNext", 1, "type"),
        ("IndexNext", "", "character"),
        ("MPTAmount", "18446744073709551616", "range"),
        ("MPTAmount", "0a", "character"),
        ("LoanScale", 1 << 31, "range"),
        ("LoanScale", "1", "type"),
        ("Asset", {"currency": "USD"}, "unknown"),
        ("Asset", {"currency": "XRP", "issuer": ISSUER}, "mismatch"),
        ("Asset", {"currency": "USD", "issuer": "rrrrrrrrrrrrrrrrrrrrBZbvji"}, "ambiguous"),
        ("Asset", "XRP", "type"),
        ("XChainBridge", {"LockingChainDoor": ISSUER}, "type"),
        ("AssetsMaximum", 1, "character"),
        ("AssetsMaximum", "1e-40000", "range"),
        ("AssetsMaximum", "1e99999", "range"),
    ],
)
def test_XR2_values_that_are_none_are_refused(name: Any, value: Any, reason: str) -> None:
    assert refused(codec.encode, {name: value}) == reason


def test_a_refusal_begins_with_the_path_of_the_field() -> None:
    with pytest.raises(DecodingError, match=r"^Memos\[1\]\.Memo\.MemoData: expected hex digits"):
        codec.encode({"Memos": [{"Memo": {}}, {"Memo": {"MemoData": "x"}}]})
    with pytest.raises(DecodingError, match=r"^Memos\[0\]\.Memo\.MemoData: expected 5 bytes, got 0"):
        codec.decode(b"\xf9\xea\x7d\x05")


def test_A14_tags_of_X_addresses_must_have_a_place() -> None:
    """XRPLF/xrpl.js, x-codec-fixtures; wallet-core, ripple_sign.rs: an X-address and another tag beside it."""
    tagged, tagless = (
        "X76UnYEMbQfEs3mUqgtjp4zFy9exgThRj7XVZ6UxsdrBptF",
        "X76UnYEMbQfEs3mUqgtjp4zFy9exgSxWAqcQwu9z2r5d7Tm",
    )
    same = codec.encode(payment(Destination=tagged))
    assert codec.decode(same)["DestinationTag"] == 12345
    assert codec.encode(payment(Destination=tagged, DestinationTag=12345)) == same
    assert "DestinationTag" not in codec.decode(codec.encode(payment(Destination=tagless)))
    for text, tag in ((tagged, 99999), (tagless, 42)):
        assert refused(codec.encode, payment(Destination=text, DestinationTag=tag)) == "mismatch"
    assert refused(codec.encode, payment(RegularKey=tagged)) == "prefix"
    assert refused(codec.encode, payment(Amount=usd("1") | {"issuer": tagless})) == "prefix"


@pytest.mark.parametrize("kind", [*TYPES, *PSEUDO])
@given(number=st.integers(0, 1 << 32))
def test_every_type_is_read_back(kind: str, number: int) -> None:
    """decode(encode(x)) is x in its one spelling, and encode(decode(bytes)) the bytes."""
    raw = codec.encode(fields(Random(number), kind))
    read = codec.decode(raw)
    assert codec.encode(read) == raw
    assert codec.decode(codec.encode(read)) == read
    assert list(read) == sorted(read, key=lambda name: definitions().fields[name].place)


@given(data=st.binary(max_size=200))
def test_bytes_are_read_in_one_form_or_refused(data: bytes) -> None:
    try:
        read = codec.decode(data)
    except DecodingError:
        return
    assert codec.encode(read) == data


def test_definitions_name_every_field_once() -> None:
    """xrpl.org, "Field IDs": the codes in their bytes. XRPLF/xrpl.js, data-driven-tests.json, has the headers."""
    tables = definitions()
    assert len(tables.by_header) == len(tables.fields)
    headers = {
        "Flags": "22",
        "TicketSequence": "2029",
        "Paths": "0112",
        "CloseResolution": "0110",
        "TickSize": "001010",
    }
    assert {name: tables.fields[name].header.hex() for name in headers} == headers
    unsigned = {field.name for field in tables.fields.values() if not field.is_signed}
    assert {"TxnSignature", "Signers", "CounterpartySignature", "SponsorSignature", "BatchSigners"} <= unsigned
    assert "SigningPubKey" not in unsigned
    assert tables.codes["PermissionValue"]["Payment"] == 1  # XLS-75: one more than the type's code
    assert tables.formats["Payment"]["Destination"] == ""
    assert tables.formats["Payment"]["Fee"] == ""
