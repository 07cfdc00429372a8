"""Random typed data (EIP-712), for tests that ask another implementation about them."""

from random import Random
from typing import Any

from eth_utils.address import to_checksum_address

from support.oracles import JSON, data, number

__all__ = ["FEATURES", "MAX_ID", "features", "in_text", "is_cyclic", "random_document"]

MAX_ID = 2**63 - 37  # EIP-2294

SIZES = range(1, 33)
ATOMS = [
    ["bool"],
    ["address"],
    ["string"],
    ["bytes"],
    [f"bytes{size}" for size in SIZES],
    [f"int{8 * size}" for size in SIZES],
    [f"uint{8 * size}" for size in SIZES],
]
FIRST, REST = "ABCxyz_$", "ABCxyz_$0189"
NAMES = ["Mail", "uintX", "bytes_", "address2", "String", "Bool", "tuple", "int", "$", "_"]  # some nearly built in
NAMES.remove("int")  # which is an alias that no struct can have as its name
DOMAIN = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}
TEXT = 'aZ09 \t\n"\\\0\x7f\u00e9\u20ac\U0001f600\u202e\ufeff'


def identifier(random: Random) -> str:
    return random.choice(FIRST) + "".join(random.choices(REST, k=random.randrange(8)))


def identifiers(random: Random, count: int, *others: str) -> list[str]:
    """Some names, no two of them equal."""
    found: set[str] = set()
    while len(found) < count:
        found.add(random.choice(others) if others and random.random() < 0.3 else identifier(random))
    return sorted(found, key=lambda _: random.random())


def structs(random: Random) -> dict[str, list[dict[str, str]]]:
    """Struct types, the primary one first. Each refers to those after it, and through an array without length to any.

    But only the first refers to itself: eth-account finds the primary type as the one that no other refers to.
    """
    names = identifiers(random, random.randint(1, 5), *NAMES)
    return {name: members(random, names, place) for place, name in enumerate(names)}


def members(random: Random, names: list[str], place: int) -> list[dict[str, str]]:
    own = identifiers(random, random.randrange(6))
    return [{"name": name, "type": member_type(random, names, place)} for name in own]


def member_type(random: Random, names: list[str], place: int) -> str:
    later, any_of_them = names[place + 1 :], names[1:] + names[: place == 0]
    if later and random.random() < 0.25:
        return random.choice(later) + random.choice(("", "[]", "[1]", "[2]", "[][]", "[][2]"))
    if any_of_them and random.random() < 0.1:
        return random.choice(any_of_them) + random.choice(("[]", "[][1]"))
    return random.choice(random.choice(ATOMS)) + random.choice(
        ("", "", "", "[]", "[3]", "[][]", "[2][]", "[][2]", "[1][2][]")
    )


def value(random: Random, kind: str, declared: JSON, depth: int = 0) -> Any:
    """A value of a type as JSON has it."""
    if kind.endswith("]"):
        element, _, count = kind[:-1].rpartition("[")
        length = int(count) if count else random.randrange(3) if depth < 6 else 0
        return [value(random, element, declared, depth + 1) for _ in range(length)]
    if kind in declared:
        return {each["name"]: value(random, each["type"], declared, depth + 1) for each in declared[kind]}
    if "int" in kind:
        return integer(random, kind)
    if kind == "bool":
        return random.random() < 0.5
    if kind == "string":
        return "".join(random.choices(TEXT, k=random.choice((0, 1, 5, 40))))
    sizes = {"address": (20,), "bytes": (0, 1, 31, 32, 33, 100)}.get(kind) or (int(kind[5:]),)
    return spelled(random, data(random, *sizes), kind)


def integer(random: Random, kind: str) -> int | str:
    """A number in its range, as a number, in decimal digits, or if unsigned in hexadecimal ones."""
    unsigned, bits = kind[0] == "u", int(kind.removeprefix("u")[3:])
    chosen = number(random, 2**bits) - (0 if unsigned else 2 ** (bits - 1))
    return random.choice((chosen, str(chosen), hex(chosen) if unsigned else chosen))


def spelled(random: Random, digits: str, kind: str) -> str:
    """0x and hex digits in lower case, or in any; an address in lower case, or with its checksum."""
    if kind == "address":
        return random.choice((f"0x{digits}", to_checksum_address(f"0x{digits}")))
    return random.choice((f"0x{digits}", f"0x{digits.upper()}"))


def reachable(declared: JSON, primary: str) -> JSON:
    """The types that the primary one needs: eth-account wants no other."""
    found: JSON = {}
    waiting = [primary]
    while waiting:
        name = waiting.pop()
        found[name] = declared[name]
        bases = {each["type"].partition("[")[0] for each in declared[name]}
        waiting += bases & declared.keys() - found.keys()
    return found


def random_document(random: Random, chain_ids: list[int]) -> tuple[JSON, JSON]:
    """A document that declares what it needs, its domain too, and more types for it, its domain not among them."""
    declared = structs(random)
    primary = next(iter(declared))
    kinds = {name: kind for name, kind in DOMAIN.items() if random.random() < 0.6}
    domain = {name: value(random, kind, {}) for name, kind in kinds.items()}
    if "chainId" in domain and random.random() < 0.7:
        domain["chainId"] = random.choice((random.choice(chain_ids), 1 + number(random, MAX_ID)))
    elif "chainId" in domain:
        domain["chainId"] = number(random, 2**256)
    types = {**reachable(declared, primary), "EIP712Domain": [{"name": n, "type": k} for n, k in kinds.items()]}
    document = {"types": types, "primaryType": primary, "domain": domain, "message": value(random, primary, declared)}
    return document, declared


def in_text(value: Any) -> Any:
    """The same with decimal digits for every number: those of JSON are no integers in JavaScript."""
    if type(value) is dict:
        return {name: in_text(each) for name, each in value.items()}
    if type(value) is list:
        return [in_text(each) for each in value]
    return str(value) if type(value) is int else value


def is_cyclic(types: JSON) -> bool:
    """Whether a type refers to itself, by itself or by others."""
    referred = {
        name: {each["type"].partition("[")[0] for each in listed} & types.keys() for name, listed in types.items()
    }
    while referred:
        last = [name for name, others in referred.items() if not others & referred.keys()]
        if not last:
            return True
        for name in last:
            del referred[name]
    return False


def features(document: JSON) -> set[str]:
    """What a document has of what there is."""
    types: JSON = document["types"]
    kinds = [(name, each["type"]) for name, listed in types.items() if name != "EIP712Domain" for each in listed]
    bases = {kind.partition("[")[0] for _, kind in kinds}
    found = {f"domain with {name}" for name in document["domain"]} or {"empty domain"}
    found |= bases - types.keys()
    found |= {"struct in struct"} if bases & types.keys() else set()
    found |= {"recursion"} if any(kind.partition("[")[0] == name for name, kind in kinds) else set()
    for _, kind in kinds:
        base, _, arrays = kind.partition("[")
        what = "structs" if base in types else "atoms"
        found |= {f"array of {what}"} if arrays.count("]") == 1 else set()
        found |= {f"array of arrays of {what}"} if arrays.count("]") > 1 else set()
    return found


FEATURES = {
    *(f"domain with {name}" for name in DOMAIN),
    *(kind for kinds in ATOMS for kind in kinds),
    *("empty domain", "struct in struct", "recursion", "array of structs", "array of atoms"),
    *("array of arrays of structs", "array of arrays of atoms", "of no chain", "of a chain", "of any chain"),
}
