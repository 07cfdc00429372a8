"""Screens: order, arrays, groups, rules, sentences, calls inside of calls, and what nobody mentions (ERC-7730)."""

import re
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from support.screens import CONTRACT, DAI, OTHER, account, call, calldata, descriptor, document, message, screen
from walletcore.chains.evm.clear_signing import Descriptor, Screen, Token
from walletcore.errors import TransactionError

JSON = dict[str, Any]
ACCOUNTS = ["0x" + f"{place:02x}" * 20 for place in (0x11, 0x22)]
TOKENS = {account(each): Token(ticker=f"T{place}", decimals=1) for place, each in enumerate(ACCOUNTS)}


def codes(found: Screen) -> list[str]:
    return [notice.code for notice in found.warnings]


def field(path: str, label: str = "L", form: str = "raw", **more: Any) -> JSON:
    return {"path": path, "label": label, "format": form, **more}


def test_a_screen_says_what_is_called_by_whom() -> None:
    found = screen([field("a")], "act(uint256)", 5, owner="Example", contractName="Token", info={"url": "https://e.io"})
    assert (found.owner, found.contract_name, found.url) == ("Example", "Token", "https://e.io")
    assert (found.function, found.intent, found.sentence) == ("act(uint256)", "Act", "Act")
    (entry,) = found.fields
    assert (entry.label, entry.value, entry.raw, entry.format) == ("L", "5", "5", "raw")


def test_an_intent_of_several_parts_is_one_text() -> None:
    given = {"intent": {"Native Staking": "Withdraw", "Rewards": "Consensus & Exec"}, "fields": []}
    found = descriptor({"act()": given}).render(call(calldata("act()")))
    assert found.intent == "Native Staking: Withdraw, Rewards: Consensus & Exec"


def test_without_an_intent_the_name_of_the_function_stands_there() -> None:
    assert descriptor({"act()": {"fields": []}}).render(call(calldata("act()"))).intent == "act"


def test_a_field_without_a_label_has_its_path() -> None:
    assert screen([{"path": "a"}], "act(uint256)", 5).pairs == (("a", "5"),)


def test_a_constant_is_shown() -> None:
    fields: list[JSON] = [
        {"value": "$.metadata.constants.ticker", "label": "T"},
        {"value": True, "label": "B"},
        {"value": 7, "label": "N"},
    ]
    found = screen(fields, constants={"ticker": "kUSDT"})
    assert found.pairs == (("T", "kUSDT"), ("B", "true"), ("N", "7"))


# Rules: the example of the standard (assets/erc-7730/example-visibility-rules.json).

RULES: dict[str, Any] = {
    "a": "always",
    "b": "optional",
    "c": "never",
    "d": {"mustMatch": [0]},
    "e": {"ifNotIn": [0]},
}


def ruled(*values: int) -> Screen:
    fields = [field(path, path.upper(), visible=rule) for path, rule in RULES.items()]
    return screen(fields, "act(uint256,uint256,uint256,uint256,uint256)", *values)


def test_rules_show_and_hide() -> None:
    assert ruled(1, 2, 3, 0, 5).pairs == (("A", "1"), ("B", "2"), ("E", "5"))
    assert ruled(1, 2, 3, 0, 0).pairs == (("A", "1"), ("B", "2"))


def test_a_value_that_must_match_and_does_not_is_an_error() -> None:
    with pytest.raises(TransactionError) as caught:
        ruled(1, 2, 3, 4, 5)
    assert caught.value.reason == "mismatch"


@pytest.mark.parametrize(
    ("kind", "value", "wanted", "is_equal"),
    [
        ("uint256", 255, 255, True),
        ("uint256", 255, "255", True),
        ("uint256", 255, "0xff", True),
        ("uint256", 255, 255.0, True),
        ("uint256", 255, 255.5, False),
        ("uint256", 1, True, False),
        ("uint256", 0, None, False),
        ("uint256", 0, "", False),
        ("int256", -1, -1, True),
        ("bool", True, True, True),
        ("bool", True, 1, False),
        ("bool", False, 0, False),
        ("address", DAI, DAI.lower(), True),
        ("address", DAI, DAI, True),
        ("address", DAI, OTHER, False),
        ("bytes4", b"\0\0\0\1", "0x00000001", True),
        ("bytes4", b"\0\0\0\1", "0x01", False),
        ("bytes4", b"\0\0\0\1", 1, True),
        ("bytes", b"", "0x", True),
        ("string", "0", "0", True),
        ("string", "0", 0, False),
    ],
)
def test_values_are_compared_as_what_they_are(kind: str, value: Any, wanted: Any, is_equal: bool) -> None:
    fields = [field("a", visible={"ifNotIn": [wanted]})]
    assert screen(fields, f"act({kind})", value).pairs == (
        () if is_equal else (("L", screen([field("a")], f"act({kind})", value).pairs[0][1]),)
    )


def test_a_rule_is_asked_for_each_element() -> None:
    assert screen([field("a.[]", visible={"ifNotIn": [2]})], "act(uint256[])", [1, 2, 3]).pairs == (
        ("L", "1"),
        ("L", "3"),
    )
    with pytest.raises(TransactionError):
        screen([field("a.[]", visible={"mustMatch": [1, 2]})], "act(uint256[])", [1, 2, 3])


# Arrays and groups (assets/erc-7730/example-array-iteration.json).


def test_elements_have_separators() -> None:
    found = screen([field("a.[]", separator="Recipient {index} {{of}}")], "act(address[])", ACCOUNTS)
    assert [entry.separator for entry in found.fields] == ["Recipient 0 {of}", "Recipient 1 {of}"]


SHARES = [field("a.[]", "A"), field("b.[]", "B", "unit", params={"base": "%", "decimals": 2})]


@pytest.mark.parametrize(
    ("iteration", "labels"), [({}, "AABB"), ({"iteration": "sequential"}, "AABB"), ({"iteration": "bundled"}, "ABAB")]
)
def test_arrays_of_a_group_stand_one_after_the_other_or_side_by_side(iteration: JSON, labels: str) -> None:
    found = screen([{"label": "G", **iteration, "fields": SHARES}], "act(address[],uint256[])", ACCOUNTS, [2500, 7500])
    assert "".join(label for label, _ in found.pairs) == labels
    assert {entry.groups for entry in found.fields} == {("G",)}


@pytest.mark.parametrize("shares", [[1], [1, 2, 3], []])
def test_arrays_side_by_side_are_of_one_length(shares: list[int]) -> None:
    with pytest.raises(TransactionError) as caught:
        screen([{"iteration": "bundled", "fields": SHARES}], "act(address[],uint256[])", ACCOUNTS, shares)
    assert caught.value.reason == "length"


BATCH = (
    "PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)"
    "PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)"
)
DETAILS = [
    field("amount", "Amount allowance", "tokenAmount", params={"tokenPath": "token"}),
    field("expiration", "Approval expires", "date", params={"encoding": "timestamp"}),
]


def batch(**group: Any) -> Screen:
    """The example of the standard ("Slices in paths"), with a message of two elements."""
    fields = [{"path": "details.[]", "fields": DETAILS, **group}, field("spender", "Spender", "addressName")]
    context = {"eip712": {"deployments": [{"chainId": 1, "address": CONTRACT}]}}
    read = descriptor({BATCH: {"intent": "Approve", "fields": fields}}, context=context)
    members = {"token": "address", "amount": "uint160", "expiration": "uint48", "nonce": "uint48"}
    types = {
        "PermitBatch": [
            {"name": "details", "type": "PermitDetails[]"},
            {"name": "spender", "type": "address"},
            {"name": "sigDeadline", "type": "uint256"},
        ],
        "PermitDetails": [{"name": name, "type": kind} for name, kind in members.items()],
    }
    details = [
        {"token": each, "amount": str(10 + place), "expiration": "1780000000", "nonce": 0}
        for place, each in enumerate(ACCOUNTS)
    ]
    value = {"details": details, "spender": OTHER, "sigDeadline": 1775200000}
    return read.render(message(types, "PermitBatch", value), tokens=TOKENS)


def test_a_group_at_an_array_shows_each_element_whole() -> None:
    """So did the device (registry/uniswap/tests/eip712-uniswap-permit2.tests.json); its order of fields is another."""
    date = ("Approval expires", "2026-05-28T20:26:40Z")
    amounts = [("Amount allowance", "1 T0"), date, ("Amount allowance", "1.1 T1"), date]
    assert list(batch().pairs[:4]) == amounts
    assert list(batch(iteration="bundled").pairs[:4]) == amounts
    assert [label[0] for label, _ in batch(iteration="sequential").pairs] == ["A", "A", "A", "A", "S"]
    assert [value for _, value in batch(iteration="sequential").pairs[:2]] == ["1 T0", "1.1 T1"]


def test_what_no_field_mentions_has_a_notice() -> None:
    (notice,) = batch().warnings
    assert notice.code == "not-shown"
    assert notice.text.endswith(": details.nonce, sigDeadline")


def test_what_a_field_hides_or_a_parameter_uses_is_mentioned() -> None:
    fields = [field("a", form="tokenAmount", params={"tokenPath": "b"}), {"path": "c", "visible": "never"}]
    found = screen(fields, "act(uint256,address,uint256,uint256)", 5, ACCOUNTS[0], 1, 2, known={"tokens": TOKENS})
    assert [notice.text.rpartition(": ")[2] for notice in found.warnings] == ["d"]


def test_a_nested_group_adds_its_path() -> None:
    key = "act((uint256 x,(uint256 y,uint256 z) inner) a)"
    fields = [
        {
            "path": "a",
            "fields": [field("x", "X"), {"path": "inner", "fields": [field("#.a.inner.z", "Z"), field("y", "Y")]}],
        }
    ]
    read = descriptor({key: {"fields": fields}})
    found = read.render(call(calldata("act((uint256,(uint256,uint256)))", (1, (2, 3)))))
    assert found.pairs == (("X", "1"), ("Z", "3"), ("Y", "2"))
    assert found.warnings == ()


# Maps (assets/erc-7730/example-maps.json).

MAPS = {"tokens": {"$keyType": "Chain ID", "values": {"1": ACCOUNTS[0], "137": ACCOUNTS[1]}}}


def test_a_map_gives_the_constant_for_the_value_at_a_path() -> None:
    reference = {"map": "$.metadata.maps.tokens", "keyPath": "@.chainId"}
    fields = [field("a", form="tokenAmount", params={"token": reference})]
    assert screen(fields, "act(uint256)", 15, maps=MAPS, known={"tokens": TOKENS}).pairs == (("L", "1.5 T0"),)


def test_a_map_without_the_value_makes_the_descriptor_invalid_for_it() -> None:
    reference = {"map": "$.metadata.maps.tokens", "keyPath": "a"}
    with pytest.raises(TransactionError) as caught:
        screen([field("a", form="tokenAmount", params={"token": reference})], "act(uint256)", 5, maps=MAPS)
    assert caught.value.reason == "unknown"


# Sentences ("Value interpolation").

PAID = [field("a", "Amount", "tokenAmount", params={"token": ACCOUNTS[0]}), field("b", "To", "addressName")]


def sentence(template: str, fields: list[JSON] = PAID, **known: Any) -> Screen:
    known = {"tokens": TOKENS, "names": {account(OTHER): "cyberdrk.eth"}} | known
    return screen(
        fields,
        "act(uint256,address,uint256[])",
        1000,
        OTHER,
        [7, 8],
        interpolatedIntent=template,
        known=known,
        value=5 * 10**17,
    )


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Send {a} to {b}", "Send 100 T0 to cyberdrk.eth"),
        ("Send {#.a} to {b}", "Send 100 T0 to cyberdrk.eth"),
        ("Execute {{function}} with {a}", "Execute {function} with 100 T0"),
        ("Plain", "Plain"),
    ],
)
def test_values_stand_in_the_sentence_as_in_their_fields(template: str, expected: str) -> None:
    found = sentence(template)
    assert (found.intent, found.sentence) == ("Act", expected)
    assert "no-sentence" not in codes(found)


def test_the_value_of_the_transaction_stands_in_the_sentence() -> None:
    assert sentence("Wrap {@.value}", [*PAID, field("@.value", "Coins", "amount")]).sentence == "Wrap 0.5 ETH"


@pytest.mark.parametrize("template", ["{c}", "{c.[]}"])
def test_an_array_stands_in_the_sentence_as_a_list(template: str) -> None:
    assert sentence(f"Take {template}", [*PAID, field("c.[]", "C")]).sentence == "Take 7, 8"


@pytest.mark.parametrize(
    "template",
    [
        "Send {nothing}",
        "Send {a",
        "Send a}",
        "Send {a {b}}",
        "Send {}",
        "Send {a.[0:1:1]}",
        "Send {$.metadata.owner}",
        "{c}",
    ],
)
def test_a_sentence_that_cannot_be_filled_is_the_intent(template: str) -> None:
    """No part of it is shown ("Fallback behavior"), and all fields are."""
    found = sentence(template)
    assert found.sentence == "Act"
    assert len(found.fields) == 2
    assert "no-sentence" in codes(found)


@pytest.mark.parametrize("rule", ["optional", {"ifNotIn": [5]}, "never"])
def test_a_sentence_names_only_what_is_always_shown(rule: Any) -> None:
    assert sentence("Send {a}", [PAID[0] | {"visible": rule}, PAID[1]]).sentence == "Act"


def test_a_sentence_cannot_push_what_matters_off_the_screen() -> None:
    fields = [field("a")]
    long = screen(fields, "act(string)", "x" * 5000, interpolatedIntent="Say {a}")
    assert (long.sentence, long.pairs[0][1]) == ("Act", "x" * 5000)


# Calls inside of calls ("Embedded Calldata").

EXECUTE = {
    "execute(address target,bytes data,uint256 value)": {
        "intent": "Execute",
        "fields": [
            field(
                "data",
                "Call",
                "calldata",
                params={"calleePath": "target", "amountPath": "value", "spenderPath": "@.to"},
            )
        ],
    }
}
TRANSFER = {
    "transfer(address to,uint256 value)": {
        "intent": "Send",
        "interpolatedIntent": "Send {value} to {to}",
        "fields": [
            field("value", "Amount", "tokenAmount", params={"tokenPath": "@.to"}),
            field("to", "To", "addressName"),
            field("@.value", "Coins", "amount"),
            field("@.from", "From", "addressName"),
        ],
    }
}
INNER = calldata("transfer(address,uint256)", OTHER, 25)


def execute(inner: bytes, target: str = ACCOUNTS[0], *others: Descriptor, **known: Any) -> Screen:
    data = calldata("execute(address,bytes,uint256)", target, inner, 10**18)
    return descriptor(EXECUTE).render(call(data), descriptors=others, tokens=TOKENS, **known)


def test_a_call_inside_has_a_screen_of_its_own() -> None:
    found = execute(INNER, ACCOUNTS[0], descriptor(TRANSFER, address=ACCOUNTS[0]))
    (entry,) = found.fields
    to, own = (account(each).rpartition(":")[2] for each in (OTHER, CONTRACT))
    assert entry.value == f"Send 2.5 T0 to {to}"
    assert entry.screen is not None
    assert entry.screen.pairs == (("Amount", "2.5 T0"), ("To", to), ("Coins", "1 ETH"), ("From", own))


def test_a_call_that_no_descriptor_is_for_is_a_hash_and_who_is_called() -> None:
    others: list[tuple[str, Descriptor]] = [
        (ACCOUNTS[1], descriptor(TRANSFER, address=ACCOUNTS[0])),  # another contract
        (ACCOUNTS[0], descriptor({"other()": {"fields": []}}, address=ACCOUNTS[0])),  # another function
    ]
    for target, other in others:
        found = execute(INNER, target, other)
        (entry,) = found.fields
        assert entry.screen is None
        assert (
            entry.value
            == f"call not understood, of hash 0x{keccak(INNER).hex()}, of {account(target).rpartition(':')[2]}"
        )
        assert codes(found) == ["not-understood"]


def test_a_call_inside_that_is_malformed_is_an_error() -> None:
    with pytest.raises(TransactionError) as caught:
        execute(INNER + b"\0", ACCOUNTS[0], descriptor(TRANSFER, address=ACCOUNTS[0]))
    assert caught.value.reason == "trailing"


def test_no_call_inside_says_so() -> None:
    (entry,) = execute(b"", names={account(ACCOUNTS[0]): "Bob"}).fields
    assert (entry.value, entry.raw) == ("no call, of Bob", "0x")


def test_warnings_of_calls_inside_are_told() -> None:
    found = execute(INNER, ACCOUNTS[1], descriptor(TRANSFER, address=ACCOUNTS[1]))
    assert list(found.notices()) == []
    unknown = execute(INNER, DAI, descriptor(TRANSFER, address=DAI))
    assert unknown.warnings == ()
    assert [notice.code for notice in unknown.notices()] == ["unknown-token"]


def test_a_selector_beside_the_bytes_stands_before_them() -> None:
    params = {"callee": ACCOUNTS[0], "selector": "0x" + INNER[:4].hex(), "spender": CONTRACT, "amount": 0}
    read = descriptor({"act(bytes a)": {"fields": [field("a", "Call", "calldata", params=params)]}})
    others = [descriptor(TRANSFER, address=ACCOUNTS[0])]
    found = read.render(call(calldata("act(bytes)", INNER[4:])), descriptors=others, tokens=TOKENS)
    assert found.fields[0].value.startswith("Send 2.5 T0 to ")


def test_a_call_inside_on_another_chain_is_bound_to_that_chain() -> None:
    params = {"calleePath": "b", "chainId": 137, "spender": CONTRACT, "amount": 10**18}
    read = descriptor({"act(bytes a,address b)": {"fields": [field("a", "Call", "calldata", params=params)]}})
    data = call(calldata("act(bytes,address)", INNER, ACCOUNTS[0]))
    elsewhere = Descriptor.parse(
        document(TRANSFER, context={"contract": {"deployments": [{"chainId": 137, "address": ACCOUNTS[0]}]}})
    )
    (entry,) = read.render(data, descriptors=[elsewhere]).fields
    assert entry.screen is not None
    assert entry.screen.pairs[2] == ("Coins", "1 POL")
    here = descriptor(TRANSFER, address=ACCOUNTS[0])
    assert read.render(data, descriptors=[here]).fields[0].screen is None


def test_what_a_call_inside_does_not_know_is_an_error() -> None:
    """Neither amount nor spender is told: a descriptor that shows them cannot be used."""
    read = descriptor(
        {"act(bytes a,address b)": {"fields": [field("a", "Call", "calldata", params={"calleePath": "b"})]}}
    )
    with pytest.raises(TransactionError) as caught:
        read.render(
            call(calldata("act(bytes,address)", INNER, ACCOUNTS[0])),
            descriptors=[descriptor(TRANSFER, address=ACCOUNTS[0])],
        )
    assert caught.value.reason == "missing"


def test_calls_inside_of_calls_end() -> None:
    """A contract that calls itself, each time with the bytes that are left."""
    key = "again(address target,bytes data)"
    fields = [field("data", "Call", "calldata", params={"calleePath": "target"})]
    read = descriptor({key: {"intent": "Again", "fields": fields}})
    data = calldata("again(address,bytes)", CONTRACT, b"")
    for _ in range(4):
        data = calldata("again(address,bytes)", CONTRACT, data)
    with pytest.raises(TransactionError) as caught:
        read.render(call(data))
    assert caught.value.reason == "too-deep"


def test_batches_of_calls_are_shown_one_by_one() -> None:
    """assets/erc-7730/example-array-iteration.json, batchExecute."""
    params = {"calleePath": "targets.[]", "amountPath": "values.[]", "spenderPath": "@.to"}
    key = "batchExecute(address[] targets, bytes[] datas, uint256[] values)"
    fields = [field("datas.[]", "Nested Calls", "calldata", separator="Transaction {index}", params=params)]
    read = descriptor({key: {"intent": "Execute batch calls", "fields": fields}})
    data = calldata("batchExecute(address[],bytes[],uint256[])", ACCOUNTS, [INNER, INNER], [0, 10**18])
    others = [descriptor(TRANSFER, address=each) for each in ACCOUNTS]
    found = read.render(call(data), descriptors=others, tokens=TOKENS)
    assert [entry.separator for entry in found.fields] == ["Transaction 0", "Transaction 1"]
    screens = [entry.screen.pairs for entry in found.fields if entry.screen is not None]
    assert [[pairs[0][1], pairs[2][1]] for pairs in screens] == [["2.5 T0", "0 ETH"], ["2.5 T1", "1 ETH"]]


def test_every_warning_is_in_the_table_of_the_page() -> None:
    """And the table has no other."""
    root = Path(__file__).resolve().parents[4]
    source = "".join(path.read_text() for path in (root / "src/walletcore/chains/evm/clear_signing").glob("*.py"))
    said = set(re.findall(r'\.notice\(\s*"([a-z-]+)"', source))
    table = (
        (root / "docs/evm-clear-signing.md").read_text(encoding="utf-8").partition("| code |")[2].partition("## ")[0]
    )
    assert set(re.findall(r"`([a-z-]+)`", table)) == said
