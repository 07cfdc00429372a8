"""Random types and values of the contract ABI beside eth-abi, viem and ethers.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from eth_abi.abi import encode as eth_encode
from eth_abi.exceptions import ValueOutOfBounds
from eth_utils.crypto import keccak

from support.abi import ATOMS, as_json, as_value, atoms, random_name, random_signature, random_type, random_value
from support.oracles import JSON, both, compared, locked
from walletcore.chains.evm import abi
from walletcore.errors import TransactionError

KINDS = {*(kind for kinds in ATOMS for kind in kinds), "tuple", "T[]", "T[k]", "array of arrays"}
FEWER = KINDS - {"function"}  # which viem and ethers have not


def arguments(random: Random, without: str = "") -> JSON:
    types = [random_type(random, without=without) for _ in range(random.randrange(5))]
    return {"task": "abi_encode", "types": types, "values": [random_value(random, kind) for kind in types]}


def values_of(case: JSON) -> tuple[Any, ...]:
    return tuple(as_value(kind, value) for kind, value in zip(case["types"], case["values"], strict=True))


def same_bytes(case: JSON, verdict: JSON) -> list[str]:
    """The same bytes, which lead back to the values."""
    values = values_of(case)
    encoded = abi.encode(case["types"], values)
    assert verdict == {"encoded": encoded.hex()}
    assert abi.decode(case["types"], encoded) == values
    return list(set(atoms(case["types"])))


@both
def test_random_values_have_the_bytes_of_eth_abi(environment: str) -> None:
    compared("eth_abi", "abi", environment, arguments, same_bytes, kinds=KINDS)


def without_functions(random: Random) -> JSON:
    return arguments(random, "function")


@locked
def test_random_values_have_the_bytes_of_viem(environment: str) -> None:
    compared("viem", "abi", environment, without_functions, same_bytes, kinds=FEWER)


@locked
def test_random_values_have_the_bytes_of_ethers(environment: str) -> None:
    compared("ethers", "abi", environment, without_functions, same_bytes, kinds=FEWER)


# -- damaged bytes


def damaged(random: Random, without: str = "") -> JSON:
    """Bytes that eth-abi has made, of which some were changed after."""
    case = arguments(random, without)
    encoded = bytearray(eth_encode(case["types"], values_of(case)))
    if random.random() > 0.1:
        for _ in range(random.choice((1, 1, 1, 2))):
            encoded = change(random, encoded)
    return {"task": "abi_decode", "types": case["types"], "encoded": encoded.hex()}


def change(random: Random, encoded: bytearray) -> bytearray:
    size = len(encoded)
    how = random.randrange(6)
    if how == 0 or not size:
        return encoded + random.choice((b"\0", bytes(32), random.randbytes(32)))
    if how == 1:
        return encoded[: random.choice((random.randrange(size), 32 * random.randrange(1 + size // 32)))]
    place = random.randrange(size)
    word = place // 32 * 32
    if how == 2:
        encoded[place] ^= 1 << random.randrange(8)
    elif how == 3:  # offsets and lengths that lead to other places
        number = int.from_bytes(encoded[word : word + 32]) + random.choice((-64, -32, -1, 1, 32, 64))
        encoded[word : word + 32] = (number % 2**256).to_bytes(32)
    elif how == 4:
        encoded[word : word + 32] = random.choice((bytes(32), b"\xff" * 32, (1 << 64).to_bytes(32)))
    else:
        other = random.randrange(1 + size // 32) * 32
        encoded[word : word + 32], encoded[other : other + 32] = encoded[other : other + 32], encoded[word : word + 32]
    return encoded


def same_values(case: JSON, verdict: JSON, told: Callable[[Any], Any] = as_json) -> list[str]:
    """What is read has the same values there; what only they read is not what they would write."""
    encoded = bytes.fromhex(case["encoded"])
    try:
        values = abi.decode(case["types"], encoded)
    except TransactionError as error:
        if "refused" in verdict:
            return ["both refuse"]
        assert rewritten(case["types"], values_of({**case, **verdict})) != encoded
        return [f"only we refuse: {FORM.get(error.reason, error.reason)}"]
    assert verdict == {"values": told(values)}
    assert abi.encode(case["types"], values) == encoded
    return ["both read"]


def rewritten(types: list[str], values: tuple[Any, ...]) -> bytes | None:
    """What eth-abi writes for values, if it writes them: viem reads integers beyond the range of their type."""
    try:
        return bytes(eth_encode(types, values))
    except ValueOutOfBounds:
        return None


FORM = {"non-canonical": "form", "truncated": "form"}  # offsets and padding, whether they are wrong or missing
READ = {"both read", "both refuse", "only we refuse: form", "only we refuse: trailing"}
RANGE = {*READ, "only we refuse: range"}
BEYOND = {*RANGE, "only we refuse: character"}


@both
def test_damaged_bytes_have_the_values_of_eth_abi_or_none(environment: str) -> None:
    compared("eth_abi", "damaged abi", environment, damaged, same_values, kinds=READ)


def damaged_without_functions(random: Random) -> JSON:
    return damaged(random, "function")


def unmarked(value: Any) -> Any:
    """In JSON, without the first U+FEFF of texts: JavaScript's TextDecoder, which viem asks, drops it as a mark."""
    if isinstance(value, tuple):
        return [unmarked(each) for each in value]
    return value.removeprefix("\ufeff") if isinstance(value, str) else as_json(value)


def same_values_of_viem(case: JSON, verdict: JSON) -> list[str]:
    return same_values(case, verdict, unmarked)


@locked
def test_damaged_bytes_have_the_values_of_viem_or_none(environment: str) -> None:
    """It reads integers beyond their range, and text that is not UTF-8."""
    compared("viem", "damaged abi", environment, damaged_without_functions, same_values_of_viem, kinds=BEYOND)


@locked
def test_damaged_bytes_have_the_values_of_ethers_or_none(environment: str) -> None:
    """It reads integers and bools beyond their range, by their last bits."""
    compared("ethers", "damaged abi", environment, damaged_without_functions, same_values, kinds=RANGE)


# -- packed


def loose(random: Random, arrays: Sequence[str] = ("", "", "[]", "[2]")) -> JSON:
    atom = [kind for kinds in ATOMS[:-4] for kind in kinds] + [random.choice(kinds) for kinds in ATOMS[-3:] * 2]
    types = []
    for _ in range(random.randrange(5)):
        kind = random.choice([each for each in atom if each != "function"])
        types.append(kind + ("" if kind in ("bytes", "string") else random.choice(arrays)))
    return {"task": "abi_packed", "types": types, "values": [random_value(random, kind) for kind in types]}


def same_packed(case: JSON, verdict: JSON) -> list[str]:
    values, types = values_of(case), case["types"]
    assert verdict == {"encoded": abi.encode_packed(types, values, allow_ambiguous=True).hex()}
    if sum(kind in ("bytes", "string") or kind.endswith("[]") for kind in types) < 2:
        assert verdict == {"encoded": abi.encode_packed(types, values).hex()}
        return ["one reading"]
    with pytest.raises(TransactionError) as caught:
        abi.encode_packed(types, values)
    assert caught.value.reason == "ambiguous"
    return ["more readings"]


def without_arrays(random: Random) -> JSON:
    return loose(random, [""])


@both
def test_packed_values_have_the_bytes_of_eth_abi(environment: str) -> None:
    """Not those of arrays: eth-abi does not pad their items, as the specification has it, and viem and ethers."""
    compared("eth_abi", "packed", environment, without_arrays, same_packed, kinds={"one reading", "more readings"})


@locked
def test_packed_values_have_the_bytes_of_viem(environment: str) -> None:
    compared("viem", "packed", environment, loose, same_packed, kinds={"one reading", "more readings"})


@locked
def test_packed_values_have_the_bytes_of_ethers(environment: str) -> None:
    compared("ethers", "packed", environment, loose, same_packed, kinds={"one reading", "more readings"})


# -- signatures and logs


def written(random: Random) -> JSON:
    text, canonical = random_signature(random, random.choice(("function", "event", "error")))
    return {"task": "abi_signature", "text": text, "canonical": canonical}


def same_signature(case: JSON, verdict: JSON) -> list[str]:
    text, canonical = case["text"], case["canonical"]
    kind = text.split()[0]
    if kind == "event":
        event = abi.Event.parse(text)
        signature, digest = event.signature, event.topic or keccak(text=canonical)
    else:
        entry = abi.Function.parse(text) if kind == "function" else abi.CustomError.parse(text)
        signature, digest = entry.signature, entry.selector
    assert signature == canonical
    assert (verdict["signature"], verdict["hash"]) == (canonical, digest.hex())
    return [kind, *({"tuple"} if "(" in canonical[canonical.index("(") + 1 :] else ())]


SIGNED = {"function", "event", "error", "tuple"}


@locked
def test_signatures_have_the_selectors_and_topics_of_viem(environment: str) -> None:
    compared("viem", "signatures", environment, written, same_signature, kinds=SIGNED)


@locked
def test_signatures_have_the_selectors_and_topics_of_ethers(environment: str) -> None:
    compared("ethers", "signatures", environment, written, same_signature, kinds=SIGNED)


def logged(random: Random) -> JSON:
    """An event of at most three indexed parameters, none of them an array or a tuple, which ethers does not hash."""
    types = [random_type(random, without="function") for _ in range(random.randrange(6))]
    able = [place for place, kind in enumerate(types) if kind[-1] not in ")]"]
    indexed = random.sample(able, random.randint(0, min(3, len(able))))
    marks = [" indexed" if place in indexed else "" for place in range(len(types))]
    named = [f"{kind}{mark} {random_name(random)}" for kind, mark in zip(types, marks, strict=True)]
    text = f"event {random_name(random)}({', '.join(named)})"
    values = [random_value(random, kind) for kind in types]
    return {"task": "abi_log", "text": text, "types": types, "indexed": sorted(indexed), "values": values}


def same_log(case: JSON, verdict: JSON) -> list[str]:
    event = abi.Event.parse(case["text"])
    topics, rest = [bytes.fromhex(topic) for topic in verdict["topics"]], bytes.fromhex(verdict["data"])
    expected, found = list(values_of(case)), {"in the data"}
    for place in case["indexed"]:
        value = expected[place]
        found.add("in a topic")
        if case["types"][place] in ("bytes", "string"):
            found.add("hashed")
            expected[place] = abi.Hashed(keccak(value.encode() if isinstance(value, str) else value))
    assert event.decode(topics, rest) == tuple(expected)
    return list(found)


@locked
def test_logs_of_ethers_have_their_values(environment: str) -> None:
    compared("ethers", "logs", environment, logged, same_log, kinds={"hashed", "in a topic", "in the data"})
