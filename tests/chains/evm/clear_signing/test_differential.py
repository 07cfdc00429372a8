"""Random descriptors, calls and messages, beside micro-eth-signer: each label with its text, and each sentence.

``tests/oracles/README.md`` tells how many, how to replay one, and where the two differ.
"""

import re
from datetime import datetime

from support.clear_signing import call, typed
from support.oracles import JSON, compared, locked
from walletcore.chains.evm import CHAINS, Evm, Message, Transaction, TypedData
from walletcore.chains.evm.clear_signing import Descriptor, Entry, Name, Screen, Token
from walletcore.errors import TransactionError

FORMATS = set(
    "raw amount tokenAmount tokenTicker nftName date duration unit enum chainId addressName".split()  # noqa: SIM905
)
RULES = {"always", "optional", "never", "ifNotIn", "mustMatch"}
SHAPES = {"separator", "array", "array parameter", "group", "bundled", "sentence", "no sentence", "shown", "not shown"}
COMMON = {*FORMATS, *RULES, *SHAPES, "encrypted", "map", "threshold", "prefix"}


def row(chain_id: int) -> Evm:
    return next(each for each in CHAINS if each.chain_id == chain_id)


def screen(case: JSON) -> Screen:
    """Ours."""
    facts = case["known"]
    tokens = {
        each: Token(ticker=known["symbol"], decimals=known["decimals"]) for each, known in facts["tokens"].items()
    }
    names = {each: Name(text=known["name"], source=known["source"]) for each, known in facts["names"].items()}
    first, *others = [Descriptor.parse(each) for each in case["files"].values()]
    return first.render(
        subject(case),
        descriptors=others,
        tokens=lambda account: tokens.get(account.lower()),
        names=lambda account: names.get(account.lower()),
        collections=lambda account: facts["collections"].get(account.lower()),
        chains=lambda number: facts["chains"].get(str(number), {}).get("name"),
        blocks=lambda _, number: facts["blocks"].get(str(number)),
    )


def subject(case: JSON) -> Transaction | Message:
    chain = row(case["chain"])
    if "typed" in case:
        return Message(chain=chain, data=TypedData.parse(case["typed"]))
    return Transaction(
        chain=chain,
        to=chain.account(bytes.fromhex(case["to"][2:])),
        value=int(case["value"]),
        data=bytes.fromhex(case["data"][2:]),
        nonce=0,
        gas=100_000,
        max_fee=1,
        max_priority_fee=1,
    )


def fields(shown: Screen, case: JSON) -> list[list[str]]:
    """Labels and texts as micro-eth-signer has them: equal labels are numbered."""
    found: dict[str, str] = {}
    for entry in shown.fields:
        label = base = f"{entry.separator} {entry.label}".strip()
        place = 2
        while label in found:
            label, place = f"{base} {place}", place + 1
        found[label] = plain(entry, case)
    return [[label, text] for label, text in found.items()]


def plain(entry: Entry, case: JSON) -> str:
    """Our text of a value, spelled as theirs."""
    text = entry.value
    if text == "[Encrypted]":
        return text
    if entry.format == "date" and text.endswith("Z"):
        return datetime.fromisoformat(text).strftime("%a, %d %b %Y %H:%M:%S GMT")
    if text == "Sender":
        return str(case.get("from", entry.raw)).lower()
    if entry.format == "nftName" and (found := re.fullmatch("Collection Name: (.*), Token ID: (.*)", text)):
        return f"{found[1]} #{found[2]}"
    if entry.format == "calldata":
        return within(entry, case)
    return text


def within(entry: Entry, case: JSON) -> str:
    """A call inside of the call: one text of all its fields, or its bytes where nobody knows it."""
    if entry.screen is None:
        return entry.raw
    inner = case | {"from": case["to"]}
    if any(notice.code == "no-sentence" for notice in entry.screen.warnings):
        return entry.screen.intent  # they show nothing else of it, where the standard wants all fields
    if entry.screen.sentence != entry.screen.intent:
        return sentence(entry.screen, inner)
    return " ".join([entry.screen.intent, *(f"{label} {text}" for label, text in fields(entry.screen, inner))])


def sentence(shown: Screen, case: JSON) -> str:
    """Our sentence with values spelled as theirs."""
    text = shown.sentence
    for entry in sorted(shown.fields, key=lambda entry: -len(entry.value)):
        if entry.format in ("date", "nftName", "addressName") and len(entry.value) > 5:
            text = text.replace(entry.value, plain(entry, case))
    return text


def same(case: JSON, verdict: JSON) -> list[str]:
    """Equal labels and texts, and equal sentences; what the one refuses the other does not show."""
    try:
        shown = screen(case)
    except TransactionError:
        assert not verdict["shown"], verdict
        return ["not shown"]
    assert verdict["shown"], verdict
    ours = [[label, words(text)] for label, text in fields(shown, case)]
    assert ours == [[label, words(text)] for label, text in verdict["fields"]]
    assert verdict["intent"] == shown.intent
    assert words(sentence(shown, case)) == words(verdict["sentence"])
    return ["shown", *case["kinds"]]


def words(text: str) -> str:
    """Without what they write otherwise: addresses without a checksum, ??? for a ticker, a space before a unit."""
    text = re.sub("0x[0-9a-fA-F]{40}", lambda found: found[0].lower(), text)
    return re.sub(r" \?\?\?|(?<=[0-9]) (?=(%|bps|h|s|W)( |$))", "", text)


@locked
def test_random_calls_have_the_labels_and_texts_of_micro_eth_signer(environment: str) -> None:
    compared("micro_eth_signer", "calls", environment, call, same, kinds={*COMMON, "slice", "calldata"})


@locked
def test_random_typed_data_have_the_labels_and_texts_of_micro_eth_signer(environment: str) -> None:
    compared("micro_eth_signer", "messages", environment, typed, same, kinds=COMMON)
