"""Calldata of every row of the table, beside viem: the same function and the same arguments.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from random import Random
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from support.calldata import told, types_of
from support.oracles import JSON, compared, data, locked, number
from walletcore.chains.evm.abi import Function, Parameter
from walletcore.chains.evm.calls import batches, control, permits, safes, tokens
from walletcore.effects import Call, Opaque
from walletcore.errors import TransactionError

ROWS = {row[0]: f"function {row[1]}" for room in (tokens, permits, batches, safes, control) for row in room.ROWS}


def value(random: Random, kind: Parameter) -> Any:
    """A value of a type, as eth-abi takes it."""
    if kind.type.endswith("[]"):
        item = Parameter(type=kind.type[:-2], components=kind.components)
        return [value(random, item) for _ in range(random.randrange(4))]
    if kind.type.startswith("("):
        return tuple(value(random, each) for each in kind.components)
    if kind.type == "address":
        return bytes.fromhex(data(random, 20))
    if kind.type == "bool":
        return random.random() < 0.5
    if kind.type == "string":
        return "".join(random.choice("aB ),\u00e9\u20bf\U0001f511") for _ in range(random.randrange(40)))
    if kind.type.startswith("uint"):
        return number(random, 1 << int(kind.type[4:]))
    return bytes.fromhex(data(random, int(kind.type[5:]) if kind.type[5:] else random.choice((0, 1, 32, 33, 100))))


def call(random: Random) -> JSON:
    """Calldata of one row, one of five with a byte changed, and the row among others."""
    selector = random.choice(list(ROWS))
    function = Function.parse(ROWS[selector])
    body = bytearray(encode(types_of(function.signature), [value(random, each) for each in function.inputs]))
    damaged = bool(body) and random.random() < 0.2
    if damaged:
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    others = random.sample([each for each in ROWS if each != selector], 4)
    abi = [ROWS[each] for each in sorted([selector, *others])]
    return {"task": "calldata of a table", "abi": abi, "data": f"0x{selector}{body.hex()}", "damaged": damaged}


def plain(value: Any, kind: Parameter) -> Any:
    """A value as viem shows it."""
    if kind.type.endswith("[]"):
        item = Parameter(type=kind.type[:-2], components=kind.components)
        return [plain(each, item) for each in value]
    if kind.type.startswith("("):
        return [plain(each, member) for each, member in zip(value, kind.components, strict=True)]
    if kind.type == "address":
        return to_checksum_address(value)
    if type(value) is bytes:
        return f"0x{value.hex()}"
    return str(value) if type(value) is int else value


def check(case: JSON, verdict: JSON) -> list[str]:
    """What is read here is what viem reads; what is not in the ABI's one form is opaque, whatever viem makes of it."""
    given = bytes.fromhex(case["data"][2:])
    function = Function.parse(ROWS[given[:4].hex()])
    try:
        values = function.decode(given)
    except TransactionError:
        assert case["damaged"]
        (effect,) = told(given)
        assert isinstance(effect, Opaque)
        return ["refused by both" if "error" in verdict else "refused, and read by viem"]
    arguments = [plain(each, kind) for each, kind in zip(values, function.inputs, strict=True)]
    assert verdict == {"name": function.name, "arguments": arguments}
    assert [effect.name for effect in told(given)[:1] if isinstance(effect, Call)] in ([], [function.signature])
    return [given[:4].hex()]


@locked
def test_every_call_of_the_table_is_what_viem_reads(environment: str) -> None:
    compared("viem", "calls", environment, call, check, kinds={*ROWS, "refused by both", "refused, and read by viem"})
