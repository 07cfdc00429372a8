"""Networks of the XRP Ledger: names, addresses of both curves, X-addresses and tags."""

import pytest

from support.vectors import Case, vectors
from support.xrpl import MAIN, key, payment
from walletcore import Wallet, chain
from walletcore.chains.xrpl import CHAINS, Transaction, XrplChain
from walletcore.chains.xrpl.accounts import decode_classic, decode_x, encode_classic, encode_x
from walletcore.coding.text import xrpl_base58check
from walletcore.errors import AddressError, DecodingError, TransactionError, Unsupported
from walletcore.keys import Curve, PublicKey
from walletcore.keystore.xrpl import FamilySeed
from walletcore.testing import check_chain

TEST = chain("xrpl-testnet", XrplChain)
CLASSIC, TAGGED = "rhvh5SrgBL5V8oeV9EpDuVszeJSSCEkbPc", "X7gJ5YK8abHf2eTPWPFHAAot8Knck11QGqmQ7a6a3Z8PJvk"
"""An account, and that account with the tag 1337: XRPLF/xrpl.js, packages/xrpl/test/wallet/index.test.ts."""
P256_KEY = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")  # its generator
SIDE = XrplChain(name="side", network_id=1025)


@vectors("chains/xrpl")
def test_published_phrases_have_their_addresses(case: Case) -> None:
    row = chain(case.input["chain"], XrplChain)
    wallet = Wallet.from_mnemonic(case.input["mnemonic"], case.input["passphrase"])
    account, index, profile = (case.input[name] for name in ("account", "index", "profile"))
    assert str(row.path(account=account, index=index, profile=profile)) == case.input["path"]
    address = wallet.address(row, account=account, index=index, profile=profile)
    assert (address.text, address.payload.hex()) == (case.expect["address"], case.expect["payload"])
    assert wallet.public_key(row, account=account, index=index).data.hex() == case.expect["public_key"]
    assert row.addresses([bytes.fromhex(case.expect["public_key"])]) == [case.expect["address"]]


@pytest.mark.parametrize(
    ("text", "address"),
    [  # XRPLF/xrpl.js, packages/ripple-keypairs/test/fixtures/api.json
        ("sp5fghtJtpUorTwvof1NpDXAzNwf5", "rU6K7V3Po4snVhBBaU29sesqs2qTQJWDw1"),
        ("sEdSKaCy2JT7JaM7v95H9SxkhP9wS2r", "rLUEXYuLiQptky37CqLcm9USQpPiz5rkpD"),
    ],
)
def test_seeds_of_both_curves_have_their_published_addresses(text: str, address: str) -> None:
    public = FamilySeed.parse(text).private_key().public_key
    assert MAIN.address(public).text == address
    assert MAIN.parse_address(address) == MAIN.address(public)


def test_names_are_those_of_the_namespace() -> None:
    """ChainAgnostic/namespaces xrpl/caip2.md, caip10.md and caip19.md, "Test Cases"."""
    assert [row.caip2 for row in CHAINS] == ["xrpl:0", "xrpl:1", "xrpl:2"]
    assert MAIN.account_id("r4FTvnahbUfhe1WK2EK5Jz4cNvdFvT8Dzt") == "xrpl:0:r4FTvnahbUfhe1WK2EK5Jz4cNvdFvT8Dzt"
    assert MAIN.asset == "xrpl:0/slip44:144"
    assert MAIN.token("USD", "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B") == (
        "xrpl:0/token:USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"
    )
    nft = "00081388C47ABB000CAFAF6F89F18D4E5F6A3377E340DA2C09999E250000001F"
    assert TEST.nft(nft.lower()) == f"xrpl:1/xls20:{nft}"
    assert chain("xrpl:1") is TEST
    assert repr(TEST) == "XrplChain(xrpl-testnet, xrpl:1)"


def test_what_an_amount_is_of_has_a_name() -> None:
    issuer, issuance = "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B", "00002403C84A0A28E0190E208E982C352BBD5006600555CF"
    assert MAIN.asset_of("12") == MAIN.asset_of({"currency": "XRP"}) == MAIN.asset
    assert MAIN.asset_of({"value": "1", "currency": "USD", "issuer": issuer}) == MAIN.token("USD", issuer)
    assert MAIN.token("0000000000000000000000005553440000000000", issuer) == MAIN.token("USD", issuer)
    shares = "039C99CD9AB0B70B32ECDA51EAAE471625608EA2"
    assert MAIN.token(shares, issuer) == f"xrpl:0/xls30:{shares}.{issuer}"
    digits = f"xrpl:0/token:0000000000000000000000005553440000000000.{issuer}"
    assert MAIN.is_same_asset(digits, MAIN.token("USD", issuer))
    assert not MAIN.is_same_asset(digits, MAIN.token("EUR", issuer))
    assert not MAIN.is_same_asset(f"xrpl:0/token:no code.{issuer}", MAIN.token("USD", issuer))
    assert MAIN.asset_of({"mpt_issuance_id": issuance}) == MAIN.mpt(issuance) == f"xrpl:0/xls33:{issuance}"


@pytest.mark.parametrize("row", [*CHAINS, SIDE], ids=lambda row: row.name)
def test_rows_pass_the_kit(row: XrplChain) -> None:
    check_chain(row)


@pytest.mark.parametrize("wrong", [-1, 1 << 32, True, "0", None, 1.0])
def test_networks_have_numbers_of_32_bits(wrong: object) -> None:
    with pytest.raises(Unsupported):
        XrplChain(name="x", network_id=wrong)  # type: ignore[arg-type]
    with pytest.raises(Unsupported):
        XrplChain(name="x", network_id=0, tag_required=wrong)  # type: ignore[arg-type]
    with pytest.raises(AddressError):
        XrplChain(name="x", network_id=0, tag_required=(wrong,))  # type: ignore[arg-type]


def test_A14_an_X_address_keeps_its_tag_and_is_no_classic_address() -> None:
    address = MAIN.parse_address(TAGGED)
    assert (address.text, address.tag, address.kind) == (TAGGED, 1337, "x-address")
    assert address.account_id == MAIN.parse_address(CLASSIC).account_id == f"xrpl:0:{CLASSIC}"
    for decode in (MAIN.parse_classic, decode_classic):
        with pytest.raises((AddressError, DecodingError)) as refusal:
            decode(TAGGED)
        assert refusal.value.reason == "prefix"
        assert "tag" in refusal.value.hint
    with pytest.raises(AddressError):
        MAIN.parse_address(MAIN.parse_address(CLASSIC).text.replace("r", "X", 1))


def test_A14_an_X_address_of_another_network_is_refused() -> None:
    other = encode_x(decode_classic(CLASSIC), 1337, test=True)
    assert other == "T7bq3e7kxYq9pwDz8UZhqAZoEkcRGTXSNr5immvcj3DYRaV"  # xrpl.js, the same test
    for row in (TEST, SIDE):
        assert row.parse_address(other).tag == 1337
        with pytest.raises(AddressError) as refusal:
            row.parse_address(TAGGED)
        assert refusal.value.reason == "network"
    with pytest.raises(AddressError) as refusal:
        MAIN.parse_address(other)
    assert refusal.value.reason == "network"


@pytest.mark.parametrize("space", [" ", "\n", "\0", "\t"])
def test_A15_nothing_stands_behind_an_address(space: str) -> None:
    for text in (CLASSIC, TAGGED):
        for wrong in (text + space, space + text):
            with pytest.raises(AddressError) as refusal:
                MAIN.parse_address(wrong)
            assert refusal.value.reason in ("character", "too-large")


@pytest.mark.parametrize("tag", [-1, 1 << 32, True, "1", 1.0])
def test_A16_tags_have_32_bits(tag: object) -> None:
    with pytest.raises(AddressError) as refusal:
        MAIN.account(bytes(20), tag)  # type: ignore[arg-type]
    assert refusal.value.reason == "range"


@pytest.mark.parametrize(
    ("flag", "tag", "reason"),
    [(0, 1, "non-canonical"), (1, 1 << 32, "unknown"), (2, 1, "unknown"), (255, 0, "unknown"), (0, 1 << 40, "unknown")],
)
def test_A16_there_is_one_text_for_an_account_and_a_tag(flag: int, tag: int, reason: str) -> None:
    text = xrpl_base58check().encode(b"\x05\x44" + bytes(20) + bytes([flag]) + tag.to_bytes(8, "little"))
    with pytest.raises(AddressError) as refusal:
        MAIN.parse_address(text)
    assert refusal.value.reason == reason
    with pytest.raises(DecodingError):
        decode_x(text)


def test_A18_exchanges_are_paid_with_a_tag_only() -> None:
    """A row that knows which accounts need one."""
    row = XrplChain(name="xrpl", network_id=0, tag_required=(CLASSIC,))
    for without in (
        payment(Destination=CLASSIC),
        payment(Destination=encode_x(decode_classic(CLASSIC), None, test=False)),
    ):
        with pytest.raises(TransactionError) as refusal:
            Transaction.of(row, without)
        assert refusal.value.reason == "policy"
        assert Transaction.of(MAIN, without)
    for with_tag in (payment(Destination=CLASSIC, DestinationTag=0), payment(Destination=TAGGED)):
        made = Transaction.of(row, with_tag, signer=key(1).public_key)
        assert row.decode_transaction(made.raw) == made


def test_A18_neighbours_of_a_row_that_asks_for_tags_are_paid_without() -> None:
    row = XrplChain(name="xrpl", network_id=0, tag_required=(CLASSIC,))
    assert Transaction.of(row, payment())
    with pytest.raises(TransactionError):
        row.decode_transaction(Transaction.of(MAIN, payment(Destination=CLASSIC)).raw)
    inside = {"RawTransaction": payment(Destination=CLASSIC, Fee="0", Flags=0x40000000, SigningPubKey="")}
    batch = {"TransactionType": "Batch", "Account": MAIN.address(key(1).public_key).text, "Fee": "40", "Sequence": 9}
    with pytest.raises(TransactionError) as refusal:
        Transaction.of(row, batch | {"RawTransactions": [inside]})
    assert refusal.value.reason == "policy"


@pytest.mark.parametrize("character", ["r", "X", "z", "1"])
def test_A32_a_text_of_a_megabyte_is_refused_at_once(character: str) -> None:
    with pytest.raises(AddressError) as refusal:
        MAIN.parse_address(character * (1 << 20))
    assert refusal.value.reason == "too-large"


@pytest.mark.parametrize("prefix", [b"\x21", b"\x23", b"\x1c", b"\x01\xe1\x4b", b"\1"])
def test_seeds_and_keys_as_text_are_no_addresses(prefix: bytes) -> None:
    with pytest.raises(AddressError):
        MAIN.parse_address(xrpl_base58check().encode(prefix + bytes(20)))
    with pytest.raises(AddressError):
        MAIN.parse_address(xrpl_base58check().encode(prefix + bytes(16)))


def test_keys_of_other_curves_and_other_kinds_are_refused() -> None:
    public = key(1).public_key
    with pytest.raises(AddressError):
        MAIN.address(
            PublicKey(Curve.P256, bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"))
        )
    with pytest.raises(AddressError):
        MAIN.address(public, kind="p2pkh")
    assert MAIN.address(public, kind="classic") == MAIN.address(public)
    tagless = MAIN.address(public, kind="x-address")
    assert (tagless.tag, MAIN.parse_address(tagless.text)) == (None, tagless)
    for wrong in ([public], [bytes(32)], [bytes(33)], [b"\xed" + bytes(32)]):
        with pytest.raises(AddressError):
            MAIN.addresses(wrong)  # type: ignore[arg-type]
    for data in (bytes(19), bytes(21), "r", bytearray(20)):
        with pytest.raises(AddressError):
            MAIN.account(data)  # type: ignore[arg-type]
    assert MAIN.account(bytes(20)).text == encode_classic(bytes(20)) == "rrrrrrrrrrrrrrrrrrrrrhoLvTp"  # ACCOUNT_ZERO
