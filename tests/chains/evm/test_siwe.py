"""EIP-4361: sign-in messages are read to the letter, written back, checked, and told as what they are."""

import contextlib
import copy
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cpu import SLACK, cpu_seconds
from support.evm import ALICE, ETHEREUM, MALLORY, POLYGON
from support.vectors import Case, vectors
from walletcore.chains.evm import Evm, Message, SiweMessage
from walletcore.coding import timestamps
from walletcore.effects import Opaque, Statement
from walletcore.errors import InvalidSignature, TransactionError, WalletcoreError
from walletcore.signing import sign

ACCOUNT = ETHEREUM.address(ALICE.public_key).text
NOW = datetime(2024, 5, 4, tzinfo=UTC)


def siwe(**changes: Any) -> SiweMessage:
    """Return Alice's sign-in with some fields changed."""
    fields: dict[str, Any] = {
        "domain": "example.com",
        "address": ACCOUNT,
        "uri": "https://example.com/login",
        "chain_id": 1,
        "nonce": "32891756",
        "issued_at": "2021-09-30T16:25:24Z",
    }
    return SiweMessage(**{**fields, **changes})


def fields_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a published case as our constructor takes them."""
    found = {name: value for name, value in given.items() if name in SiweMessage.__slots__}
    found |= {"resources": tuple(found["resources"])} if "resources" in found else {}
    number = found.get("chain_id", "")
    return found | ({"chain_id": int(number)} if number.isdigit() else {})


def verdict_of(case: Case) -> str:
    """Return the verdict of the rule sets that are ours."""
    verdicts = case.expect.get("verdicts", {})
    ours = next((rule for rule in ("siwe", "any-authority", "v-27-28") if rule in verdicts), "")
    return case.verdict(ours)


# Published figures.


@vectors("evm/siwe", operation="siwe.parse")
def test_published_texts_are_read_or_refused(case: Case) -> None:
    text = case.input["text"]
    if verdict_of(case) == "invalid":
        with pytest.raises(TransactionError) as caught:
            SiweMessage.parse(text)
        assert caught.value.reason == case.expect["reason"]
        return
    wanted = fields_of({name: value for name, value in case.expect.items() if name != "result"})
    found = SiweMessage.parse(text)
    assert {name: getattr(found, name) for name in wanted} == wanted
    assert all(getattr(found, name) is None for name in SiweMessage.__slots__ if name not in wanted)
    assert str(found) == text


@vectors("evm/siwe", operation="siwe.write")
def test_published_fields_are_written_or_refused(case: Case) -> None:
    if verdict_of(case) == "invalid":
        with pytest.raises((TransactionError, TypeError)) as caught:
            SiweMessage(**fields_of(case.input))
        if isinstance(caught.value, TransactionError):  # a field that is missing is the interpreter's to refuse
            assert caught.value.reason == case.expect["reason"]
        else:
            assert case.expect["reason"] == "missing"
        return
    made = SiweMessage(**fields_of(case.input))
    assert str(made) == case.expect.get("text", str(made))
    assert SiweMessage.parse(str(made)) == made


@vectors("evm/siwe", operation="siwe.verify")
def test_published_sign_ins_are_trusted_or_not(case: Case) -> None:
    def judged() -> None:
        found = SiweMessage(**fields_of(case.input))
        time = timestamps.decode(case.input["time"])
        found.check(domain=case.input["expected_domain"], nonce=case.input["expected_nonce"], time=time)
        row = Evm(name="any", chain_id=found.chain_id)
        found.message(row).verify(bytes.fromhex(case.input["signature"]), row.parse_address(found.address))

    if verdict_of(case) == "valid":
        judged()
        return
    with pytest.raises((TransactionError, InvalidSignature)) as caught:
        judged()
    assert caught.value.reason == case.expect["reason"]


# The grammar, of which the strings below are made by hand.

EXAMPLE = """https://example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Expiration Time: 2021-10-30T16:25:24.123456789Z
Not Before: 2021-09-30T18:25:24+02:00
Request ID: a%20b
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""


def test_every_field_is_read_and_written() -> None:
    found = SiweMessage.parse(EXAMPLE)
    assert str(found) == EXAMPLE
    assert (found.scheme, found.domain, found.request_id) == ("https", "example.com", "a%20b")
    assert found.issued == datetime(2021, 9, 30, 16, 25, 24, tzinfo=UTC) == found.begins
    assert found.expires == datetime(2021, 10, 30, 16, 25, 24, 123456, tzinfo=UTC)
    assert found.resources is not None
    assert len(found.resources) == 2
    assert found == copy.deepcopy(found) == pickle.loads(pickle.dumps(found))


CHANGED = [
    ("https://example.com wants", "HTTPS-1.+://example.com wants", True),
    ("https://example.com wants", "1https://example.com wants", False),
    ("https://example.com wants", "://example.com wants", False),
    ("https://example.com wants", "https://a://example.com wants", False),
    ("https://example.com wants", "https://example.com/ wants", False),
    ("https://example.com wants", "https:// wants", False),
    ("https://example.com wants", "https://:443 wants", False),
    ("https://example.com wants", "https://u:p@example.com:8080 wants", True),
    ("https://example.com wants", "https://[::1]:8080 wants", True),
    ("https://example.com wants", "https://[v1.a:b] wants", True),
    ("https://example.com wants", "https://[::1%25eth0] wants", False),
    ("https://example.com wants", "https://[1::2::3] wants", False),
    ("https://example.com wants", "https://[] wants", False),
    ("https://example.com wants", "https://ex%41mple.com wants", True),
    ("https://example.com wants", "https://ex%4xmple.com wants", False),
    ("https://example.com wants", "https://ex\u0430mple.com wants", False),  # a Cyrillic letter
    ("wants you", "Wants you", False),
    ("account:\n", "account: \n", False),
    ("account:\n", "account:\r\n", False),
    ("\n0xC02a", "\n0XC02a", False),
    ("\n0xC02a", "\n 0xC02a", False),
    ("\n0xC02a", "\n0xc02a", False),
    ("I accept", "I acc\u00e9pt", False),
    ("I accept", "I\taccept", False),
    ("I accept", 'I "accept"', False),
    ("I accept", "URI: accept", True),
    ("I accept the ExampleOrg Terms of Service: https://example.com/tos", "", True),
    ("I accept the ExampleOrg Terms of Service: https://example.com/tos\n", "", True),
    ("I accept the ExampleOrg Terms of Service: https://example.com/tos\n\n", "", False),
    ("/tos\n\n", "/tos\n", False),
    ("/tos\n\n", "/tos\n\n\n", False),
    ("URI: https://example.com/login", "URI: example.com/login", False),
    ("URI: https://example.com/login", "URI: did:key:z6Mk#k?x/y", True),
    ("URI: https://example.com/login", "URI: a:", True),
    ("URI: https://example.com/login", "URI: a:/b//c", True),
    ("URI: https://example.com/login", "URI: a://[::1]", True),
    ("URI: https://example.com/login", "URI: a://[::g]", False),
    ("URI: https://example.com/login", "URI: a:b c", False),
    ("URI: https://example.com/login", "URI: a:b#c#d", False),
    ("URI: https://example.com/login", "URI: a:b%2", False),
    ("URI: https://example.com/login", "URI: ", False),
    ("URI: ", "URI:", False),
    ("URI: ", "uri: ", False),
    ("Version: 1", "Version: 01", False),
    ("Version: 1", "Version: 1 ", False),
    ("Chain ID: 1", "Chain ID: 0", False),
    ("Chain ID: 1", "Chain ID: 01", False),
    ("Chain ID: 1", "Chain ID: -1", False),
    ("Chain ID: 1", "Chain ID: \uff11", False),
    ("Chain ID: 1", "Chain ID: 9223372036854775807", True),
    ("Chain ID: 1", "Chain ID: 9223372036854775808", False),
    ("Chain ID: 1", "Chain ID: " + "9" * 5000, False),
    ("Chain ID: 1", "Chain ID: 0x1", False),
    ("Nonce: 32891756", "Nonce: 3289175", False),
    ("Nonce: 32891756", "Nonce: 3289175_", False),
    ("Nonce: 32891756", "Nonce: 3289175\uff16", False),
    ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-09-31T16:25:24Z", False),
    ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-09-30T24:00:00Z", False),
    ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-09-30 16:25:24Z", False),
    ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-09-30T16:25:24", False),
    ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2016-12-31T23:59:60Z", True),
    ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2016-12-31T22:59:60Z", False),
    ("Expiration Time", "Expiration time", False),
    ("Request ID: a%20b", "Request ID: ", True),
    ("Request ID: a%20b", "Request ID: a/b", False),
    ("Request ID: a%20b\n", "", True),
    ("Request ID: a%20b\n", "Request ID: a\nRequest ID: b\n", False),
    ("Resources:\n", "Resources: \n", False),
    ("\n- https", "\n-https", False),
    ("\n- https", "\n- \n- https", False),
    ("claim.json", "claim.json\n", False),
    ("claim.json", "claim.json ", False),
    ("claim.json", "claim.json\x00", False),
]


@pytest.mark.parametrize(("old", "new", "good"), CHANGED, ids=[f"{new[:40]!a}" for _, new, _ in CHANGED])
def test_a_text_is_one_to_the_letter_or_none(old: str, new: str, good: bool) -> None:
    assert EXAMPLE.count(old) >= 1
    text = EXAMPLE.replace(old, new, 1)
    if good:
        assert str(SiweMessage.parse(text)) == text
        return
    with pytest.raises(TransactionError):
        SiweMessage.parse(text)


def test_nothing_and_empty_are_two_things() -> None:
    for changes in ({"statement": ""}, {"request_id": ""}, {"resources": ()}):
        made = siwe(**changes)
        assert str(made) != str(siwe())
        assert SiweMessage.parse(str(made)) == made


TEXTS = st.text(alphabet="abZ09 -._~:/?#[]@!$&'()*+,;=", max_size=20)
SEGMENTS = st.text(alphabet="abZ09-._~:@!$&'()*+,;=", max_size=8)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC])).map(lambda t: t.isoformat().replace("+00:00", "Z"))


@given(
    st.fixed_dictionaries(
        {"nonce": st.from_regex(r"[A-Za-z0-9]{8,12}", fullmatch=True), "chain_id": st.integers(1, 2**63 - 1)},
        optional={
            "scheme": st.sampled_from(["https", "http", "a+b-c.d"]),
            "statement": TEXTS,
            "issued_at": MOMENTS,
            "expiration_time": MOMENTS,
            "not_before": MOMENTS,
            "request_id": SEGMENTS,
            "resources": st.lists(SEGMENTS.map("a://b/{}".format), max_size=3).map(tuple),
        },
    )
)
def test_every_message_is_read_as_it_was_written(changes: dict[str, Any]) -> None:
    made = siwe(**changes)
    assert SiweMessage.parse(str(made)) == made


@given(st.integers(0, len(EXAMPLE) - 1), st.characters(), st.sampled_from(["put", "swap", "cut"]))
def test_a_text_with_one_other_character_is_refused_or_written_back(place: int, other: str, how: str) -> None:
    text = EXAMPLE[:place] + ("" if how == "cut" else other) + EXAMPLE[place + (how != "put") :]
    with contextlib.suppress(TransactionError):
        assert str(SiweMessage.parse(text)) == text


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": "1"},
        {"chain_id": True},
        {"chain_id": 10**5000},
        {"domain": None},
        {"domain": b"example.com"},
        {"address": ETHEREUM.address(ALICE.public_key)},
        {"address": ACCOUNT.lower()},
        {"statement": 5},
        {"resources": ["https://example.com"]},
        {"resources": (5,)},
        {"version": 1},
        {"issued_at": NOW},
        {"statement": "x" * 70_000},
    ],
    ids=range(13),
)
def test_other_values_make_no_message(changes: dict[str, Any]) -> None:
    with pytest.raises(WalletcoreError) as caught:
        siwe(**changes)
    assert type(caught.value) is TransactionError
    assert caught.value.reason


@pytest.mark.parametrize("text", [None, b"", EXAMPLE.encode(), "", "\n" * 70_000, EXAMPLE + "\n" * 70_000])
def test_what_is_no_text_or_too_long_is_refused(text: Any) -> None:
    with pytest.raises(TransactionError):
        SiweMessage.parse(text)


@pytest.mark.parametrize("filler", ["a%20" * 16_000, "a" * 65_000, "a@" * 32_000, ":" * 65_000, "[" * 65_000])
def test_no_text_takes_long(filler: str) -> None:
    setup = f"""
import contextlib
from walletcore.chains.evm.siwe import SiweMessage
head = " wants you to sign in with your Ethereum account:\\n{ACCOUNT}\\n\\n"
tail = "\\nVersion: 1\\nChain ID: 1\\nNonce: 12345678\\nIssued At: 2021-09-30T16:25:24Z"
filler = {filler!r}
texts = [filler + head + "\\nURI: a:" + tail, "a" + head + "\\nURI: a:" + filler + tail]
texts += ["a" + head + "\\nURI: a://" + filler + tail, "a" + head + filler + "\\n\\nURI: a:" + tail]
"""
    code = """
for text in texts:
    with contextlib.suppress(ValueError):
        SiweMessage.parse(text)
"""
    assert cpu_seconds(code, setup=setup) < 0.1 * SLACK


# What a site checks.


def test_a_message_is_checked_at_a_time_for_a_domain_and_a_nonce() -> None:
    made = siwe(expiration_time="2024-05-04T00:00:01Z", not_before="2024-05-04T01:00:00+01:00")
    made.check(domain="example.com", nonce="32891756", time=NOW)
    made.check(domain="example.com", nonce="32891756", time=NOW, scheme="https")
    for wrong in (
        {"domain": "example.org"},
        {"domain": "Example.com"},
        {"domain": ""},
        {"domain": None},
        {"nonce": "32891757"},
        {"nonce": ""},
        {"scheme": "http"},
        {"time": NOW + timedelta(seconds=1)},
        {"time": NOW - timedelta(microseconds=1)},
        {"time": NOW.replace(tzinfo=None)},
        {"time": 1714780800},
    ):
        with pytest.raises(TransactionError) as caught:
            made.check(**{"domain": "example.com", "nonce": "32891756", "time": NOW, **wrong})  # type: ignore[arg-type]
        assert caught.value.reason in ("mismatch", "range", "type")


def test_a_message_is_signed_by_its_account_on_its_chain_only() -> None:
    made = siwe()
    signed = sign(made.message(ETHEREUM, ALICE.public_key), ALICE)
    made.message(ETHEREUM).verify(signed.raw, ETHEREUM.parse_address(made.address))
    for wrong, reason in (((POLYGON, ALICE.public_key), "network"), ((ETHEREUM, MALLORY.public_key), "mismatch")):
        with pytest.raises(TransactionError) as caught:
            made.message(*wrong)
        assert caught.value.reason == reason
    with pytest.raises(TransactionError):
        made.message("ethereum")  # type: ignore[arg-type]


# What a person is told.


def told(text: str, chain: Evm = ETHEREUM) -> tuple[Any, ...]:
    return Message(chain=chain, signer=ALICE.public_key, data=text.encode()).effects()


def test_a_sign_in_says_where_with_which_account_and_for_how_long() -> None:
    made = siwe(expiration_time="2024-05-04T00:00:00Z")
    where = f"sign in to https://example.com as eip155:1:{ACCOUNT} until 2024-05-04T00:00:00Z"
    assert made.message(ETHEREUM, ALICE.public_key).effects() == (Statement(text=str(made), meaning=where),)
    (effect,) = told(str(siwe(scheme="http", not_before="2024-05-04T00:00:00Z")))
    assert effect.meaning == f"sign in to http://example.com as eip155:1:{ACCOUNT} from 2024-05-04T00:00:00Z"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (siwe(chain_id=137), "a sign-in for chain eip155:137, and not for eip155:1"),
        (siwe(address=ETHEREUM.address(MALLORY.public_key).text), "which is not the signer's account"),
        (siwe(domain="example.com:pay@evil.org"), "a sign-in to evil.org, before which a user stands"),
    ],
    ids=["chain", "account", "user"],
)
def test_a_sign_in_for_others_is_opaque_beside(made: SiweMessage, why: str) -> None:
    statement, effect = told(str(made))
    assert type(statement) is Statement
    assert type(effect) is Opaque
    assert why in effect.why


@pytest.mark.parametrize(
    "text",
    [
        str(siwe()).replace("\n\n\n", "\n\n"),
        str(siwe()) + "\n",
        str(siwe()).replace(ACCOUNT, ACCOUNT.lower()),
        str(siwe()).upper(),
        "Hello! example.com wants you to sign in with your Ethereum account: yes",
    ],
    ids=["blank line", "line behind", "no checksum", "capitals", "only the words"],
)
def test_words_of_a_sign_in_without_its_form_are_opaque(text: str) -> None:
    (effect,) = told(text)
    assert type(effect) is Opaque
    assert "looks like a sign-in" in effect.why
    assert effect.data == text.encode()
