"""Values of contracts as JSON has them, and random types, values and signatures; nothing here is asked of walletcore.

In JSON an integer is decimal text, bytes are hex digits, arrays and tuples are lists.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from support.oracles import data, number

__all__ = [
    "ATOMS",
    "as_json",
    "as_value",
    "atoms",
    "parts",
    "random_name",
    "random_signature",
    "random_type",
    "random_value",
]

TEXT = 'aZ09 \t\n"\\\0\x7f\u00e9\u20ac\U0001f600\u202e\ufeff'
SIZES = range(1, 33)
ATOMS = (
    ("bool",),
    ("address",),
    ("string",),
    ("bytes",),
    ("function",),
    tuple(f"bytes{size}" for size in SIZES),
    tuple(f"int{8 * size}" for size in SIZES),
    tuple(f"uint{8 * size}" for size in SIZES),
)


def parts(kind: str) -> list[str]:
    """The types of the components of a tuple."""
    found, depth, start = [], 0, 1
    for place, letter in enumerate(kind):
        depth += (letter == "(") - (letter == ")")
        if (letter == "," and depth == 1) or depth == 0:
            found.append(kind[start:place])
            start = place + 1
    return [each for each in found if each]


def as_value(kind: str, value: Any) -> Any:
    """What Python has for a value in JSON."""
    if kind.endswith("]"):
        item = kind[: kind.rindex("[")]
        return tuple(as_value(item, each) for each in value)
    if kind.startswith("("):
        return tuple(as_value(each, one) for each, one in zip(parts(kind), value, strict=True))
    if "int" in kind:
        return int(value)
    return value if kind in ("bool", "string") else bytes.fromhex(value.removeprefix("0x"))


def as_json(value: Any) -> Any:
    """The opposite."""
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, bool | str) else str(value)


def random_type(random: Random, *, without: str = "", depth: int = 0) -> str:
    """A type of any kind: atoms, tuples to a depth of five, arrays of arrays."""
    if random.random() < (0.3 if depth < 5 else 0):
        inside = [random_type(random, without=without, depth=depth + 1) for _ in range(random.randint(1, 4))]
        base = f"({','.join(inside)})"
    else:
        base = random.choice(random.choice([kinds for kinds in ATOMS if kinds != (without,)]))
    arrays = ("", "", "", "", "[]", "[1]", "[2]", "[3]", "[][]", "[2][]", "[][2]", "[1][2][]")
    return base + random.choice(arrays)


def random_value(random: Random, kind: str, depth: int = 0) -> Any:
    """A value of a type, in JSON; numbers at their borders, empty bytes and lists, text of all sizes of characters."""
    if kind.endswith("]"):
        item, _, count = kind[:-1].rpartition("[")
        length = int(count) if count else random.randrange(4) if depth < 4 else random.randrange(2)
        return [random_value(random, item, depth + 1) for _ in range(length)]
    if kind.startswith("("):
        return [random_value(random, each, depth + 1) for each in parts(kind)]
    if kind == "bool":
        return random.random() < 0.5
    if kind == "string":
        return "".join(random.choices(TEXT, k=random.choice((0, 1, 5, 16, 31, 32, 33, 100))))
    if "int" in kind:
        bits = int(kind.removeprefix("u")[3:])
        return str(number(random, 2**bits) - (0 if kind[0] == "u" else 2 ** (bits - 1)))
    sizes = {"address": (20,), "function": (24,), "bytes": (0, 1, 31, 32, 33, 100)}.get(kind) or (int(kind[5:]),)
    return data(random, *sizes)


def atoms(kinds: list[str]) -> Iterator[str]:
    """What types have of what there is: the atoms, arrays and tuples in them."""
    for kind in kinds:
        if kind.endswith("]"):
            item = kind[: kind.rindex("[")]
            yield "array of arrays" if item.endswith("]") else "T[]" if kind.endswith("[]") else "T[k]"
            yield from atoms([item])
        elif kind.startswith("("):
            yield "tuple"
            yield from atoms(parts(kind))
        else:
            yield kind


FIRST, REST = "ABCxyz_$", "ABCxyz_$0189"


def random_name(random: Random) -> str:
    """An identifier that is no word of Solidity."""
    return random.choice(FIRST) + "".join(random.choices(REST, k=random.randrange(8)))


def random_signature(random: Random, kind: str) -> tuple[str, str]:
    """A signature as people write it, and its canonical form."""
    name = random_name(random)
    listed = [parameter(random, kind) for _ in range(random.randrange(5))]
    if kind == "event":
        while sum(" indexed" in text for text, _ in listed) > 3:
            listed = listed[1:]
    text = f"{kind} {name}({random.choice((', ', ',')).join(each for each, _ in listed)})"
    if kind == "function":
        text += random.choice(("", " external", " public")) + random.choice(("", " view", " pure", " payable"))
        if random.random() < 0.4:
            text += f" returns ({parameter(random, '')[0]})"
    return text, f"{name}({','.join(canonical for _, canonical in listed)})"


def parameter(random: Random, kind: str, depth: int = 0) -> tuple[str, str]:
    """A parameter of a function, an event or an error, or a member of a struct: its text and its canonical type."""
    arrays = random.choice(("", "", "", "[]", "[3]", "[][2]"))
    if random.random() < 0.2 and depth < 3:
        inside = [parameter(random, "", depth + 1) for _ in range(random.randint(1, 3))]
        written = f"({', '.join(text for text, _ in inside)}){arrays}"
        canonical = f"({','.join(each for _, each in inside)}){arrays}"
    else:
        base = random.choice(random.choice(ATOMS[:4] + ATOMS[5:] + (("uint", "int"),)))
        written, canonical = base + arrays, {"uint": "uint256", "int": "int256"}.get(base, base) + arrays
    mark = ""
    if kind == "event" and not depth:
        mark = random.choice(("", " indexed"))
    elif kind == "function" and (arrays or canonical.startswith("(") or canonical in ("bytes", "string")):
        mark = random.choice(("", " memory", " calldata"))
    name = random.choice(("", f" {random_name(random)}"))
    return written + mark + name, canonical
