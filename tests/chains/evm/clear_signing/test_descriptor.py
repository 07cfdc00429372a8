"""Reading descriptors: versions, members, includes, keys; whatever is wrong is found before anything is signed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from support.screens import CONTRACT, DAI, account, call, calldata, descriptor, document, message
from walletcore.chains.evm.clear_signing import Descriptor, Token
from walletcore.errors import TransactionError, Unsupported

FIELD = {"path": "a", "label": "L", "format": "raw"}
JSON = dict[str, Any]
EIP712 = {"eip712": {"deployments": [{"chainId": 1, "address": CONTRACT}]}}


def refused(source: object, **more: Any) -> TransactionError:
    with pytest.raises(TransactionError) as caught:
        Descriptor.parse(source, **more)  # type: ignore[arg-type]
    return caught.value


def one(field: JSON, key: str = "act(uint256 a)", **more: Any) -> JSON:
    return document({key: {"intent": "Act", "fields": [field]}}, **more)


def test_a_descriptor_says_who_stands_behind_it() -> None:
    info = {"url": "https://example.io/", "deploymentDate": "2017-11-28T12:41:21Z"}
    read = Descriptor.parse(json.dumps(one(FIELD, owner="Example", contractName="Token", info=info)))
    assert (read.owner, read.contract_name, read.url) == ("Example", "Token", "https://example.io/")
    assert read.version == 2


@pytest.mark.parametrize(
    ("schema", "version"),
    [
        ("https://eips.ethereum.org/assets/eip-7730/erc7730-v1.schema.json", 1),
        ("../../specs/erc7730-v2.schema.json", 2),
        ("erc7730-v2.0.0.schema.json", 2),
        ("./erc7730-v2.1.schema.json", 2),  # "MUST continue processing": a minor version adds
    ],
)
def test_versions_that_are_known_are_read(schema: str, version: int) -> None:
    assert Descriptor.parse(one(FIELD) | {"$schema": schema}).version == version


@pytest.mark.parametrize(
    "schema",
    [
        "./erc7730-v3.schema.json",
        "./erc7730-v3.0.0-next.schema.json",
        "./erc7730-v2-rc.1.schema.json",
        "./erc7730-v1.1.schema.json",
        "./erc7730-v0.schema.json",
    ],
)
def test_drafts_and_other_versions_are_not_supported(schema: str) -> None:
    with pytest.raises(Unsupported) as caught:
        Descriptor.parse(one(FIELD) | {"$schema": schema})
    assert caught.value.reason == "version"


@pytest.mark.parametrize(
    "schema", ["", "https://example.io/other.json", "erc7730-v2.schema.json?x", "xerc7730-v2.schema.json", 2]
)
def test_another_schema_is_refused(schema: object) -> None:
    assert refused(one(FIELD) | {"$schema": schema}).reason in ("version", "type")


BROKEN: list[tuple[str, JSON]] = [
    ("type", {"path": 5}),
    ("missing", {"label": "L", "format": "raw"}),
    ("missing", FIELD | {"value": 5}),
    ("unknown", FIELD | {"path": "b"}),
    ("unknown", FIELD | {"path": "a.b"}),
    ("unknown", FIELD | {"path": "a.[]"}),
    ("unknown", FIELD | {"path": "#.nothing"}),
    ("unknown", FIELD | {"path": "@.gasPrice"}),
    ("unknown", FIELD | {"path": "$.metadata.constants.nothing"}),
    ("unknown", FIELD | {"colour": "red"}),
    ("unknown", FIELD | {"format": "number"}),  # of an example of the standard, which no list of formats has
    ("unknown", FIELD | {"format": "bytes32"}),
    ("unknown", FIELD | {"format": ["raw"]}),
    ("unknown", FIELD | {"params": {"base": "%"}}),
    ("type", FIELD | {"format": "calldata", "params": {"callee": CONTRACT}}),
    ("missing", FIELD | {"format": "unit"}),
    ("missing", FIELD | {"format": "date"}),
    ("missing", FIELD | {"format": "enum"}),
    ("missing", FIELD | {"format": "nftName"}),
    ("unknown", FIELD | {"format": "date", "params": {"encoding": "iso"}}),
    ("range", FIELD | {"format": "unit", "params": {"base": "%", "decimals": 10**9}}),
    ("range", FIELD | {"format": "unit", "params": {"base": "%", "decimals": -1}}),
    ("range", FIELD | {"format": "unit", "params": {"base": "%", "decimals": True}}),
    ("type", FIELD | {"format": "unit", "params": {"base": "%", "prefix": 1}}),
    ("character", FIELD | {"format": "unit", "params": {"base": "\u202e%"}}),
    ("range", FIELD | {"format": "tokenAmount", "params": {"token": DAI, "threshold": "0x1" + "0" * 64}}),
    ("type", FIELD | {"format": "tokenAmount", "params": {"token": DAI, "threshold": "many"}}),
    ("type", FIELD | {"format": "tokenAmount", "params": {"token": DAI, "threshold": 1.5}}),
    ("ambiguous", FIELD | {"format": "tokenAmount", "params": {"token": DAI, "tokenPath": "@.to"}}),
    ("checksum", FIELD | {"format": "tokenAmount", "params": {"nativeCurrencyAddress": DAI.replace("B", "b")}}),
    ("unknown", FIELD | {"format": "addressName", "params": {"types": ["friend"]}}),
    ("unknown", FIELD | {"visible": "sometimes"}),
    ("ambiguous", FIELD | {"visible": {"ifNotIn": [0], "mustMatch": [0]}}),
    ("missing", FIELD | {"visible": {"mustMatch": []}}),
    ("missing", FIELD | {"visible": {"mustMatch": [[0]]}}),
    ("mismatch", FIELD | {"separator": "Item {index}"}),
    ("missing", FIELD | {"encryption": {"plaintextType": "uint64"}}),
    ("character", FIELD | {"label": "To\u202e"}),
    ("character", FIELD | {"label": "Amount\nTo"}),
    ("character", FIELD | {"label": "a\u2066b"}),
    ("character", FIELD | {"label": "\u3164"}),
    ("too-large", FIELD | {"label": "x" * 513}),
    ("unknown", {"path": "a", "$ref": "$.display.definitions.nothing"}),
    ("unknown", {"path": "a", "$ref": "$.metadata.owner"}),
    ("unknown", {"path": "a", "$ref": "#.a"}),
    ("type", {"fields": {}}),
    ("unknown", {"fields": [], "iteration": "random"}),
    ("unknown", {"fields": [], "visible": "never"}),
    ("unknown", {"path": "nothing", "fields": []}),
]


@pytest.mark.parametrize(("reason", "field"), BROKEN)
def test_a_field_that_cannot_be_shown_is_refused_when_it_is_read(reason: str, field: JSON) -> None:
    assert refused(one(field)).reason == reason


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("date", "string"),
        ("amount", "bool"),
        ("tokenAmount", "address"),
        ("addressName", "string"),
        ("calldata", "bytes32"),
    ],
)
def test_a_format_is_for_the_types_that_the_standard_lists(form: str, kind: str) -> None:
    params = {"date": {"encoding": "timestamp"}, "calldata": {"callee": CONTRACT}}.get(form, {})
    assert (
        refused(one({"path": "a", "label": "L", "format": form, "params": params}, f"act({kind} a)")).reason == "type"
    )


def test_a_struct_has_no_format_but_may_be_hidden() -> None:
    key = "act((uint256 b,address c) a)"
    assert refused(one(FIELD, key)).reason == "type"
    assert descriptor({key: {"fields": [{"path": "a", "visible": "never"}]}})


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("missing", {"context": None}),
        ("missing", {"display": None}),
        ("missing", {"$schema": None}),
        ("unknown", {"extra": 1}),
        ("missing", {"context": {}}),
        ("missing", {"context": {"contract": {}, "eip712": {}}}),
        ("unknown", {"context": {"contract": {}, "chain": 1}}),
        ("unknown", {"context": {"contract": {"addressMatcher": "https://example.io/"}}}),
        ("missing", {"context": {"contract": {"deployments": [{"chainId": 1}]}}}),
        ("type", {"context": {"contract": {"deployments": [{"chainId": "1", "address": CONTRACT}]}}}),
        ("type", {"context": {"contract": {"deployments": [{"chainId": True, "address": CONTRACT}]}}}),
        ("type", {"context": {"contract": {"deployments": [{"chainId": 0, "address": CONTRACT}]}}}),
        ("checksum", {"context": {"contract": {"deployments": [{"chainId": 1, "address": DAI.replace("B", "b")}]}}}),
        ("length", {"context": {"contract": {"deployments": [{"chainId": 1, "address": CONTRACT + "00"}]}}}),
        ("type", {"context": {"contract": {"deployments": {}}}}),
        ("missing", {"context": {"contract": {"factory": {"deployEvent": "Made(address a)"}}}}),
        ("unknown", {"context": {"eip712": {"domain": {"planet": "Mars"}}}}),
        ("length", {"context": {"eip712": {"domainSeparator": "0x01"}}}),
        ("unknown", {"metadata": {"owner": "x", "secret": 1}}),
        ("character", {"metadata": {"owner": "Led\u200bger"}}),
        ("type", {"metadata": {"owner": ["x"]}}),
        ("range", {"metadata": {"token": {"name": "T", "ticker": "T", "decimals": 10**9}}}),
        ("unknown", {"display": {"formats": {}, "screens": {}}}),
        ("type", {"display": {"formats": []}}),
    ],
)
def test_a_document_that_is_no_descriptor_is_refused(reason: str, change: JSON) -> None:
    changed = one(FIELD) | change
    assert refused({name: value for name, value in changed.items() if value is not None}).reason == reason


@pytest.mark.parametrize(
    "source", [None, 5, b"{}", [], "", "[]", "{", '{"a": NaN}', {1: 2}, {"a": {1}}, {"a": float("inf")}]
)
def test_what_is_no_json_object_is_refused(source: object) -> None:
    refused(source)


@pytest.mark.parametrize(
    "key",
    [
        "act",
        "act(uint256 a",
        "act(uint256)(a)",
        "act(uint256 a) returns (uint256)",
        "act(uint256 a) payable",
        "act(uint257 a)",
        "",
        "act(uint256 a) x",
        "0xa9059cbb",
    ],
)
def test_a_key_is_a_function_with_its_parameters(key: str) -> None:
    refused(document({key: {"intent": "Act", "fields": []}}))


def test_two_keys_of_one_selector_are_an_invalid_descriptor() -> None:
    given = {"intent": "Act", "fields": []}
    assert refused(document({"act(uint256 a)": given, "act(uint256 b)": given})).reason == "duplicate"
    assert refused(document({"act(uint256 a)": given, "act(uint256 a,uint256 a)": given})).reason == "duplicate"


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("missing", "Mail"),
        ("character", "Mail(address to) "),
        ("character", "Mail(address to)x"),
        ("character", "HyperliquidTransaction:Withdraw(string destination)"),  # EIP-712 has no such identifier
        ("character", "Mail(address to)Mail(address to)"),
        ("character", "EIP712Domain(string name)"),
        ("missing", "Mail(address)"),
        ("unknown", "Mail(Person to)"),
        ("unknown", "Mail(uint a)"),
        ("non-canonical", "Mail(address to)Person(string name)"),
        ("non-canonical", "Mail(B b,A a)B(uint8 x)A(uint8 x)"),
        ("too-deep", "Mail(Mail[] replies)"),
        ("too-deep", "A(B b)B(A a)"),
    ],
)
def test_a_key_for_messages_is_what_encode_type_gives(reason: str, key: str) -> None:
    assert refused(document({key: {"intent": "Act", "fields": []}}, context=EIP712)).reason == reason


def test_fields_share_definitions_and_override_them() -> None:
    definitions = {"sent": {"label": "Amount", "format": "unit", "params": {"base": "%", "decimals": 2}}}
    fields = [
        {"path": "a", "$ref": "$.display.definitions.sent"},
        {"path": "a", "$ref": "$.display.definitions.sent", "label": "Share", "params": {"base": "bps"}},
    ]
    read = descriptor({"act(uint256 a)": {"fields": fields}}, definitions=definitions)
    shown = read.render(call(calldata("act(uint256)", 1234)))
    assert shown.pairs == (("Amount", "12.34%"), ("Share", "12.34bps"))


# Includes: the example of the standard ("Organizing files").

INTERFACE = {
    "$schema": "./erc7730-v2.schema.json",
    "display": {
        "formats": {
            "approve(address spender,uint256 value)": {
                "intent": "Approve",
                "fields": [
                    {"path": "spender", "label": "Spender", "format": "addressName"},
                    {
                        "path": "value",
                        "label": "Amount",
                        "format": "tokenAmount",
                        "params": {"tokenPath": "@.to", "threshold": "0x8" + "0" * 63, "message": "Unlimited"},
                    },
                ],
            }
        }
    },
}
INCLUDING = {
    "$schema": "./erc7730-v2.schema.json",
    "includes": "./example-erc20.json",
    "context": {"contract": {"deployments": [{"chainId": 1, "address": CONTRACT}]}},
    "metadata": {"owner": "Example", "token": {"ticker": "STABLE", "name": "Example Stablecoin", "decimals": 6}},
    "display": {
        "formats": {
            "approve(address spender,uint256 value)": {
                "fields": [
                    {"path": "value", "params": {"threshold": "0xFFFFFFFFFFFFFFFFFF"}},
                    {"path": "@.value", "label": "Coins", "format": "amount"},
                ]
            }
        }
    },
}


def including(includes: Callable[[str], str | JSON]) -> Descriptor:
    return Descriptor.parse(INCLUDING, includes=includes)


def test_an_included_file_is_merged_and_the_including_one_wins() -> None:
    read = including({"./example-erc20.json": json.dumps(INTERFACE)}.__getitem__)
    spender = "0x" + "11" * 20
    for value, expected in (
        (0xFFFFFFFFFFFFFFFFFE, "4722366482869645.213694 STABLE"),
        (0xFFFFFFFFFFFFFFFFFF, "Unlimited STABLE"),
    ):
        shown = read.render(call(calldata("approve(address,uint256)", spender, value)))
        assert shown.pairs == (("Spender", spender), ("Amount", expected), ("Coins", "0 ETH"))
        assert (shown.intent, shown.owner) == ("Approve", "Example")


def test_an_include_that_nobody_gives_is_refused() -> None:
    assert refused(INCLUDING).reason == "missing"


def test_files_that_include_each_other_end() -> None:
    round_trip = INTERFACE | {"includes": "./example-erc20.json"}
    assert refused(INCLUDING, includes=lambda _: round_trip).reason == "too-deep"
    names = iter(range(100))
    assert refused(INCLUDING, includes=lambda _: INTERFACE | {"includes": f"{next(names)}.json"}).reason == "too-deep"


@pytest.mark.parametrize("includes", [5, ["a"], {}])
def test_an_include_is_a_text(includes: object) -> None:
    assert refused(INCLUDING | {"includes": includes}, includes=lambda _: INTERFACE).reason == "type"


# Version 1, deprecated: selectors and type names as keys, required and excluded.

V1 = "https://eips.ethereum.org/assets/eip-7730/erc7730-v1.schema.json"
TRANSFER = {
    "type": "function",
    "name": "transfer",
    "inputs": [{"name": "to", "type": "address"}, {"name": "value", "type": "uint256"}],
    "outputs": [{"name": "", "type": "bool"}],
    "stateMutability": "nonpayable",
}
SENT = {
    "intent": "Send",
    "fields": [{"path": "value", "label": "Amount", "format": "tokenAmount", "params": {"tokenPath": "@.to"}}],
    "required": ["value"],
    "excluded": ["to"],
    "screens": {},
}


def version_1(key: str, given: JSON, **context: Any) -> JSON:
    bound = {"contract": {"deployments": [{"chainId": 1, "address": CONTRACT}], "abi": [TRANSFER], **context}}
    return {
        "$schema": V1,
        "context": bound,
        "metadata": {"info": {"legalName": "E", "url": ""}},
        "display": {"formats": {key: given}},
    }


@pytest.mark.parametrize("key", ["0xa9059cbb", "transfer(address,uint256)", "transfer(address to,uint256 value)"])
def test_version_1_has_selectors_and_types_as_keys(key: str) -> None:
    read = Descriptor.parse(version_1(key, SENT))
    data = calldata("transfer(address,uint256)", "0x" + "11" * 20, 5)
    known = {account(CONTRACT): Token(ticker="T", decimals=0)}
    shown = read.render(call(data), tokens=known)
    assert shown.pairs == (("Amount", "5 T"),)
    assert shown.warnings == ()


def test_version_1_tells_of_fields_that_are_neither_shown_nor_excluded() -> None:
    read = Descriptor.parse(version_1("0xa9059cbb", SENT | {"excluded": []}))
    shown = read.render(call(calldata("transfer(address,uint256)", "0x" + "11" * 20, 5)))
    assert [notice.text for notice in shown.warnings if notice.code == "not-shown"] == [
        "not shown, as the descriptor does not mention it: to"
    ]


def test_version_1_requires_fields_that_have_a_format() -> None:
    assert refused(version_1("0xa9059cbb", SENT | {"required": ["to"]})).reason == "missing"
    assert refused(version_1("0xa9059cbb", SENT, abi=[])).reason == "missing"
    assert refused(version_1("0xa9059cbb", SENT, abi="https://example.io/abi.json")).reason == "missing"
    assert refused(version_1("0xa9059cbb", SENT, addressMatcher="https://example.io/")).reason == "policy"


def test_version_2_has_neither_required_nor_excluded() -> None:
    for name in ("required", "excluded", "screens"):
        assert refused(document({"act(uint256 a)": {"intent": "Act", "fields": [FIELD], name: []}})).reason == "unknown"


def test_version_1_has_the_names_of_messages_as_keys() -> None:
    types = {"Mail": [{"name": "to", "type": "address"}, {"name": "contents", "type": "string"}]}
    schema = {"types": {**types, "EIP712Domain": []}, "primaryType": "Mail"}
    fields = [{"path": "contents", "label": "Says", "format": "raw"}]
    given = {
        "$schema": V1,
        "context": {"eip712": {**EIP712["eip712"], "schemas": [schema]}},
        "display": {"formats": {"Mail": {"fields": fields}}},
    }
    read = Descriptor.parse(given)
    shown = read.render(message(types, "Mail", {"to": CONTRACT, "contents": "Hello"}))
    assert shown.pairs == (("Says", "Hello"),)
    other = {"Mail": [*types["Mail"], {"name": "amount", "type": "uint256"}]}
    with pytest.raises(TransactionError) as caught:
        read.render(message(other, "Mail", {"to": CONTRACT, "contents": "Hello", "amount": 5}))
    assert caught.value.reason == "unknown"


def test_an_enumeration_at_an_url_is_refused() -> None:
    field = {"path": "a", "label": "L", "format": "enum", "params": {"$ref": "$.metadata.enums.mode"}}
    assert refused(one(field, enums={"mode": "https://example.io/"})).reason == "policy"
