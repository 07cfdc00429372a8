"""SEP-7: requests as URIs, read, written, signed by their origin, and refused."""

from random import Random
from typing import Any
from urllib.parse import quote, unquote

import pytest

from support.oracles import JSON, compared, data, locked, number
from support.stellar_contracts import ALICE, BOB, ME, PUBNET, TESTNET, account_text, signer
from walletcore.chains.stellar import IssuedAsset, MemoHash, MemoId, MemoText, PaymentRequest, TransactionRequest
from walletcore.chains.stellar.uri import parse
from walletcore.coding import strkey
from walletcore.errors import AddressError, InvalidSignature, TransactionError, WalletcoreError
from walletcore.keys import Scheme
from walletcore.secret import Secret
from walletcore.signing import Signature

# stellar/stellar-protocol ecosystem/sep-0007.md @ d186cf318772: its examples, the key of its signature, and that.
PAYEE = "GCALNQQBXAPZ2WIRSDDBMSTAKCUH5SG6U76YBFLQLIXJTF7FE5AX7AOO"
ISSUER = "GCRCUE2C5TBNIPYHMEP7NK5RWTT2WBSZ75CMARH7GDOHDDCQH3XANFOB"
LUMENS = (
    f"web+stellar:pay?destination={PAYEE}&amount=120.1234567&memo=skdjfasf&memo_type=MEMO_TEXT"
    "&msg=pay%20me%20with%20lumens"
)
DOLLARS = (
    f"web+stellar:pay?destination={PAYEE}&amount=120.123&asset_code=USD&asset_issuer={ISSUER}&memo=hasysda987fs"
    "&memo_type=MEMO_TEXT&callback=url%3Ahttps%3A%2F%2FsomeSigningService.com%2Fhasysda987fs%3Fasset%3DUSD"
)
XDR = (
    "AAAAAP%2Byw%2BZEuNg533pUmwlYxfrq6%2FBoMJqiJ8vuQhf6rHWmAAAAZAB8NHAAAAABAAAAAAAAAAAAAAABAAAAAAAAAAYAAAABSFVH"
    "AAAAAABAH0wIyY3BJBS2qHdRPAV80M8hF7NBpxRjXyjuT9kEbH%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FAAAAAAAAAAA%3D"
)
TRUST = (
    f"web+stellar:tx?xdr={XDR}&callback=url%3Ahttps%3A%2F%2FsomeSigningService.com%2Fa8f7asdfkjha"
    "&pubkey=GAU2ZSYYEYO5S5ZQSMMUENJ2TANY4FPXYGGIMU6GMGKTNVDG5QYFW6JS&msg=order%20number%2024"
)
REPLACED = (
    f"web+stellar:tx?xdr={XDR}&replace=sourceAccount%3AX%3BX%3Aaccount%20on%20which%20to%20create%20the%20trustline"
)
UNSIGNED = f"{LUMENS}&origin_domain=someDomain.com"
KEY = signer(strkey.decode_seed("SBPOVRVKTTV7W3IOX2FJPSMPCJ5L2WU2YKTP3HCLYPXNI5MDIGREVNYC").reveal())
SIGNED = (
    f"{UNSIGNED}&signature=tbsLtlK%2FfouvRWk2UWFP47yHYeI1g1NEC%2FfEQvuXG6V8P%2BbeLxplYbOVtTk1g94Wp97cHZ3pVJy%2FtZNYobl3Cw"
    "%3D%3D"
)


def test_the_published_payments_are_read() -> None:
    lumens, dollars = parse(LUMENS), parse(DOLLARS)
    assert isinstance(lumens, PaymentRequest)
    assert isinstance(dollars, PaymentRequest)
    assert (lumens.chain, lumens.destination, lumens.amount) == (PUBNET, PAYEE, 1_201_234_567)
    assert (lumens.memo, lumens.message) == (MemoText(text=b"skdjfasf"), "pay me with lumens")
    assert dollars.asset == IssuedAsset(code="USD", issuer=PUBNET.parse_address(ISSUER))
    assert dollars.callback == "https://someSigningService.com/hasysda987fs?asset=USD"
    for text in (LUMENS, DOLLARS, TRUST, REPLACED, SIGNED):
        assert str(parse(text)) == text
    assert str(PaymentRequest(chain=PUBNET, destination=PAYEE, amount=10**7)) == (
        f"web+stellar:pay?destination={PAYEE}&amount=1"
    )


def test_the_published_transactions_are_read() -> None:
    trust, replaced = parse(TRUST), parse(REPLACED)
    assert isinstance(trust, TransactionRequest)
    assert isinstance(replaced, TransactionRequest)
    assert trust.pubkey == "GAU2ZSYYEYO5S5ZQSMMUENJ2TANY4FPXYGGIMU6GMGKTNVDG5QYFW6JS"
    assert trust.transaction() == PUBNET.decode_transaction(trust.envelope)
    assert replaced.replace == "sourceAccount:X;X:account on which to create the trustline"
    with pytest.raises(TransactionError, match="filled in first"):
        replaced.transaction()


def test_the_published_signature_is_that_of_the_origin() -> None:
    request = parse(SIGNED)
    request.verify(KEY.public_key)
    unsigned = parse(UNSIGNED)
    answer = KEY.sign(unsigned.request(KEY.public_key))
    assert str(unsigned.signed(KEY.public_key, answer)) == SIGNED
    assert unsigned.payload == request.payload
    for text, key in ((SIGNED, ALICE), (SIGNED.replace("lumens", "lumenz"), KEY), (UNSIGNED, KEY)):
        with pytest.raises(InvalidSignature):
            parse(text).verify(key.public_key)
    with pytest.raises(InvalidSignature):
        unsigned.signed(KEY.public_key, Signature(scheme=Scheme.ED25519, data=bytes(64)))


def test_a_signature_is_over_the_text_as_it_came() -> None:
    text = f"web+stellar:pay?origin_domain=a.example&memo_type=MEMO_ID&memo=7&destination={ME.text}"
    request = parse(text)
    signed = request.signed(BOB.public_key, BOB.sign(request.request(BOB.public_key)))
    assert str(signed).startswith(f"{text}&signature=")
    parse(str(signed)).verify(BOB.public_key)


def test_the_network_is_named_by_its_passphrase() -> None:
    text = f"web+stellar:pay?destination={ME.text}&network_passphrase={quote(TESTNET.passphrase)}"
    assert parse(text).chain == TESTNET
    assert str(PaymentRequest(chain=TESTNET, destination=ME.text)).endswith(quote(TESTNET.passphrase, safe=""))


def wrapped(levels: int) -> str:
    text = TRUST
    for _ in range(levels):
        text = f"web+stellar:tx?xdr={XDR}&chain={quote(text, safe='')}"
    return text


def test_requests_stand_within_each_other_seven_times_at_most() -> None:
    assert isinstance(parse(wrapped(7)), TransactionRequest)
    with pytest.raises(TransactionError) as caught:
        parse(wrapped(8))
    assert caught.value.reason == "too-deep"


ANY = quote("A" * 86 + "==")
PAY = f"web+stellar:pay?destination={ME.text}"
WRONG: list[tuple[str, str, str]] = [
    ("another_scheme", LUMENS.replace("web+stellar", "stellar"), "prefix"),
    ("an_upper_case_scheme", LUMENS.replace("web+stellar", "WEB+STELLAR"), "prefix"),
    ("another_operation", LUMENS.replace(":pay", ":give"), "prefix"),
    ("no_destination", "web+stellar:pay?amount=1", "missing"),
    ("no_envelope", "web+stellar:tx?msg=a", "missing"),
    ("a_parameter_twice", f"{PAY}&amount=1&amount=2", "duplicate"),
    ("a_parameter_that_is_not_known", f"{PAY}&sum=2", "unknown"),
    ("a_parameter_of_the_other_operation", f"{PAY}&xdr={XDR}", "unknown"),
    ("a_plus", f"{PAY}&msg=a+b", "ambiguous"),
    ("a_line", f"{PAY}&msg=a\nb", "character"),
    ("half_of_an_escape", f"{PAY}&msg=%2", "character"),
    ("bytes_that_are_no_text", f"{PAY}&msg=%ff", "character"),
    ("an_empty_value", f"{PAY}&amount=", "character"),
    ("eight_decimals", f"{PAY}&amount=0.00000001", "character"),
    ("an_exponent", f"{PAY}&amount=1e3", "character"),
    ("nothing_to_pay", f"{PAY}&amount=0", "range"),
    ("an_amount_above_63_bits", f"{PAY}&amount=922337203685.4775808", "range"),
    ("a_code_without_issuer", f"{PAY}&asset_code=USD", "missing"),
    ("an_issuer_without_code", f"{PAY}&asset_issuer={ISSUER}", "missing"),
    ("a_memo_without_type", f"{PAY}&memo=7", "unknown"),
    ("a_memo_that_is_no_number", f"{PAY}&memo=07&memo_type=MEMO_ID", "unknown"),
    ("a_memo_of_29_bytes", f"{PAY}&memo={'a' * 29}&memo_type=MEMO_TEXT", "too-large"),
    ("a_message_of_301_characters", f"{PAY}&msg={'a' * 301}", "length"),
    ("a_callback_that_is_no_url", f"{PAY}&callback=mailto%3Aa", "prefix"),
    ("a_network_that_is_not_known", f"{PAY}&network_passphrase=mine", "network"),
    ("an_origin_that_is_no_domain", f"{PAY}&origin_domain=localhost", "character"),
    ("a_signature_without_origin", f"{PAY}&signature={ANY}", "missing"),
    ("a_signature_that_is_not_the_last", SIGNED.replace("pay?", "pay?signature=AA%3D%3D&"), "duplicate"),
    (
        "a_signature_before_the_end",
        f"{PAY}&origin_domain=a.example&signature={ANY}&msg=a",
        "non-canonical",
    ),
    ("a_short_signature", f"{PAY}&origin_domain=a.example&signature=AA%3D%3D", "length"),
    ("base64_in_another_form", f"{PAY}&origin_domain=a.example&signature=AB%3D%3D", "non-canonical"),
    ("an_envelope_that_is_none", "web+stellar:tx?xdr=AAAA", "truncated"),
    ("a_replacement_without_a_hint", REPLACED.replace("%3BX%3Aaccount", "%3BY%3Aaccount"), "mismatch"),
    ("a_replacement_of_nothing", REPLACED.partition("&replace=")[0] + "&replace=sourceAccount", "character"),
    ("a_muxed_account_as_pubkey", f"web+stellar:tx?xdr={XDR}&pubkey={PUBNET.account(bytes(32), 1).text}", "version"),
    ("a_chain_that_is_no_request", f"web+stellar:tx?xdr={XDR}&chain=https%3A%2F%2Fa", "prefix"),
    ("more_than_64_kibibytes", f"{PAY}&msg={'a' * 65_536}", "too-large"),
]


@pytest.mark.parametrize(("text", "reason"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_no_request_is_refused(text: str, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        parse(text)
    assert caught.value.reason == reason


def test_requests_are_made_of_what_can_be_read() -> None:
    wrong: list[dict[str, Any]] = [
        {"destination": "a*b*c"},
        {"destination": 1},
        {"destination": Secret(bytes(32))},
        {"amount": True},
        {"amount": 0},
        {"message": None},
        {"memo": MemoText(text=b"\xff")},
        {"memo": MemoId(id=1 << 64)},
        {"chain": "stellar"},
        {"signature": bytes(64)},
        {"origin_domain": "a b.example"},
    ]
    for each in wrong:
        with pytest.raises(WalletcoreError):
            PaymentRequest(**{"chain": PUBNET, "destination": ME.text, **each})
    with pytest.raises(AddressError):
        parse(PAY[:-1] + "A")
    assert PaymentRequest(chain=PUBNET, destination="bob*stellar.org").destination == "bob*stellar.org"


# Beside stellar-sdk


def uri(random: Random) -> JSON:
    memos = (
        MemoText(text=b"caf\xc3\xa9 & more"),
        MemoId(id=number(random, 1 << 64)),
        MemoHash(hash=random.randbytes(32)),
    )
    fields: dict[str, Any] = {
        "chain": random.choice((PUBNET, TESTNET)),
        "destination": account_text(random),
        "memo": random.choice((None, *memos)),
    }
    if random.random() < 0.7:
        fields["amount"] = 1 + number(random, (1 << 63) - 1)
    if random.random() < 0.5:
        fields["asset"] = IssuedAsset(code="USDC", issuer=fields["chain"].parse_address(account_text(random)))
    if random.random() < 0.5:
        fields |= {"message": random.choice(("a b", "ä", "100%", "a+b&c=d")), "callback": "https://a.example/b?c=d&e=f"}
    fields["origin_domain"] = "a.example"
    return {"task": "uri", "uri": str(PaymentRequest(**fields)), "secret": data(random, 32)}


def decimal(amount: int) -> str:
    whole, rest = divmod(amount, 10**7)
    return f"{whole}.{rest:07}".rstrip("0") if rest else str(whole)


def same_uri(case: JSON, verdict: JSON) -> list[str]:
    """The SDK reads the same of it, and signs it as we do."""
    request, holder = parse(case["uri"]), signer(bytes.fromhex(case["secret"]))
    assert isinstance(request, PaymentRequest)
    assert str(request) == case["uri"]
    issued = request.asset if isinstance(request.asset, IssuedAsset) else None
    signed = request.signed(holder.public_key, holder.sign(request.request(holder.public_key)))
    assert verdict["destination"] == request.destination
    assert verdict["asset"] == ([issued.code, issued.issuer.text] if issued else [None, None])
    assert verdict["amount"] == (None if request.amount is None else decimal(request.amount))
    memo = dict(part.split("=") for part in case["uri"].partition("?")[2].split("&"))
    assert verdict["memo"] == [memo.get("memo_type"), unquote(memo["memo"]) if "memo" in memo else None]
    assert verdict["message"] == (request.message or None)
    assert verdict["callback"] == (request.callback or None)
    assert verdict["origin_domain"] == "a.example"
    assert str(signed).endswith(f"&signature={quote(verdict['signature'], safe='')}")
    return ["issued" if issued else "native", "no memo" if request.memo is None else type(request.memo).__name__]


@locked
def test_requests_agree_with_stellar_sdk(environment: str) -> None:
    kinds = {"issued", "native", "no memo", "MemoText", "MemoId", "MemoHash"}
    compared("stellar_contracts", "uris", environment, uri, same_uri, kinds=kinds, most=3_000)
