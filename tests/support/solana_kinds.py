"""Every kind of instruction of Solana: how it is made here, how others make it, and random values for it.

A row of ``solana_kinds.txt``: the kind, as ``program.Name``; our function, or ``-`` for one that only the program's
table writes; the method of the other implementation; then the values, as ``ours=kind:theirs``. Kinds that end in ``?``
may be left out; theirs may be several names, with commas, or be within an object: ``arg0/staker``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from walletcore.chains import solana
from walletcore.chains.base import Address
from walletcore.chains.solana import Instruction
from walletcore.chains.solana.derived import create_with_seed
from walletcore.chains.solana.instructions import Program
from walletcore.chains.solana.programs import PROGRAMS
from walletcore.chains.solana.token import AUTHORITIES
from walletcore.keys import Curve, PrivateKey, PublicKey
from walletcore.secret import Secret

__all__ = ["KEYS", "ROWS", "SOLANA", "Row", "Value", "drawn", "ours", "theirs"]

SOLANA = solana.CHAINS[0]
KEYS = [PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32)).public_key for n in range(1, 9)]
_KEYS = {key.data: key for key in KEYS}
_SIZES = {"u8": 8, "u16": 16, "u32": 32, "u53": 53, "u64": 64, "i16": 16, "i64": 64}
_STATES = ("uninitialized", "initialized", "frozen")
_WORDS = {"stake": ("stake", "withdraw"), "vote": ("vote", "withdraw"), "token": AUTHORITIES[:4]}
_CONFIG = SOLANA.parse_address("StakeConfig11111111111111111111111111111111").payload
_CLIENTS = {program.name: program for program in PROGRAMS.values()}
_PROGRAMS = {
    "associated": "associated token account",
    "compute-budget": "compute budget",
    "address-lookup-table": "address lookup table",
    "loader": "upgradeable loader",
}

_RENT = SOLANA.parse_address("SysvarRent111111111111111111111111111111111").payload
JSON = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """One value of a row: our name, its kind, their names."""

    name: str
    kind: str
    theirs: tuple[str, ...]
    optional: bool


@dataclass(frozen=True)
class Row:
    """One kind: ``maker`` is our function, empty where the program's table writes it."""

    kind: str
    maker: str
    call: str
    values: tuple[Value, ...]

    @property
    def name(self) -> str:
        """The name in the program's table."""
        return self.kind.partition(".")[2]

    @property
    def program(self) -> Program:
        """The program's table."""
        name = self.kind.partition(".")[0]
        return _CLIENTS[_PROGRAMS.get(name, name)]


def _value(text: str) -> Value:
    name, _, rest = text.partition("=")
    kind, _, theirs = rest.partition(":")
    return Value(name, kind.rstrip("?"), tuple((theirs or name).split(",")), kind.endswith("?"))


def _row(line: str) -> Row:
    kind, maker, call, *values = line.split(" ")
    return Row(kind, "" if maker == "-" else maker, call, tuple(map(_value, values)))


ROWS = {row.kind: row for row in map(_row, Path(__file__).with_suffix(".txt").read_text().splitlines())}
assert len({kind.partition(".")[2] for kind in ROWS}) > 100


# -- random values


def _draw(random: Random, row: Row, value: Value, found: JSON) -> Any:
    kind = value.kind
    if value.optional and random.random() < 0.4:
        return None
    if kind in ("signer", "signing"):
        return random.choice(KEYS).data
    if kind in _SIZES:
        top = random.choice((1, 8, 33, _SIZES[kind]))
        number = random.randrange(1 << min(top, _SIZES[kind]))
        return number - (1 << _SIZES[kind] - 1) if kind.startswith("i") and random.random() < 0.5 else number // 2
    words: dict[str, Callable[[], Any]] = {
        "seed": lambda: random.choice(("", "x", "stake:0", "\u00e4\u20ac", "s" * 32)),
        "text": lambda: random.choice(("", "rent for May", "\u00fcber", "x" * 300)),
        "letters": lambda: random.choice(("1", "0.000001", "12.5")),
        "role": lambda: random.randrange(len(_WORDS.get(row.kind.partition(".")[0], AUTHORITIES))),
        "state": lambda: random.randrange(3),
        "owner": lambda: random.choice(KEYS).data if random.random() < 0.7 else random.randbytes(32),
        "accounts": lambda: [random.randbytes(32) for _ in range(random.randrange(1, 5))],
        "several": lambda: [key.data for key in random.sample(KEYS, random.randrange(4))],
        "extensions": lambda: [random.randrange(1, 12) for _ in range(random.randrange(4))],
        "data": lambda: random.randbytes(random.choice((0, 1, 31, 300))),
        "program": lambda: random.choice((solana.TOKEN_PROGRAM, solana.TOKEN_2022_PROGRAM)),
        "prefund": lambda: 0 if found["payer"] is None else random.randrange(1, 1 << 64),
        "same": lambda: found["node"],
        "config": lambda: _CONFIG,
        "system": lambda: bytes(32),
        "rent": lambda: _RENT,
        "nothing": lambda: None,
        "empty": lambda: b"",
        "seeded": lambda: create_with_seed(found["base"], found["seed"], found["owner"]),
        "members": lambda: [random.randbytes(32) for _ in range(random.randrange(1, 12))],
        "associated": lambda: None,
        "nested": lambda: None,
        "table": lambda: None,
    }
    return words.get(kind, lambda: random.randbytes(32))()


def drawn(random: Random, row: Row) -> JSON:
    """Values for a kind, by our names; accounts and keys are 32 bytes."""
    found: JSON = {}
    for value in row.values:
        found[value.name] = _draw(random, row, value, found)
        if value.kind == "owner":
            single = found[value.name] in _KEYS
            count = 0 if single else random.randrange(1, 12)
            found["signers"] = [random.choice(KEYS).data for _ in range(count)]
        if value.kind == "members":
            found["threshold"] = random.randrange(1, len(found[value.name]) + 1)
    return _completed(row, found)


def _completed(row: Row, found: JSON) -> JSON:
    if row.kind.startswith("associated"):
        return found | _associated(row, found)
    if row.name == "CreateLookupTable":
        authority, slot = _given(found["authority"]), found["recent_slot"]
        found["table"] = solana.lookup_table_address(authority, slot)
    return found


def _associated(row: Row, found: JSON) -> JSON:
    owner, program = _given(found["owner"]), found["program"]

    def of(holder: PublicKey | Address, mint: bytes) -> Address:
        address = SOLANA.account(mint)
        return solana.associated_token_account(owner=holder, mint=address, program=program, allow_owner_off_curve=True)

    if row.name != "RecoverNested":
        return {"account": of(owner, found["mint"]).payload}
    outer = of(owner, found["owner_mint"])
    return {"nested": [of(outer, found["nested_mint"]).payload, of(owner, found["nested_mint"]).payload, outer.payload]}


# -- ours


def _given(data: bytes) -> PublicKey | Address:
    """The key of an account that has one here, and otherwise its address."""
    return _KEYS.get(data) or SOLANA.account(data)


_OURS: dict[str, Callable[[Row, Any], Any]] = {
    "role": lambda row, number: _WORDS.get(row.kind.partition(".")[0], AUTHORITIES)[number],
    "state": lambda row, number: _STATES[number],
    "letters": lambda row, text: text.encode(),
    "extensions": lambda row, numbers: b"".join(number.to_bytes(2, "little") for number in numbers),
    "accounts": lambda row, accounts: tuple(map(_given, accounts)),
    "several": lambda row, accounts: tuple(map(_given, accounts)),
}
_AS_IT_IS = {*_SIZES, "seed", "text", "data", "program", "prefund", "nothing", "empty"}
_COMPUTED = ("seeded", "config", "associated", "nested", "table", "members")


def _our(row: Row, value: Value, given: Any) -> Any:
    if given is None or value.kind in _AS_IT_IS:
        return given
    return _OURS[value.kind](row, given) if value.kind in _OURS else _given(given)


def ours(row: Row, found: JSON) -> Instruction:
    """The instruction as walletcore makes it."""
    given = {value.name: _our(row, value, found[value.name]) for value in row.values if value.kind not in _COMPUTED}
    signers = tuple(map(_given, found.get("signers", ())))
    if "members" in found:
        given["threshold"], members = found["threshold"], tuple(map(_given, found["members"]))
        if row.maker:
            return _called(row, {**given, "members": members})
        return row.program.made(
            row.name, {"account": given["account"]}, {"threshold": given["threshold"]}, others=members
        )
    if row.maker:
        return _called(row, {**given, **({"signers": signers} if signers else {})})
    fields = {name for name, _ in row.program.kind(row.name).fields}
    others = given.pop("others", signers)
    constants: dict[str, bytes] = {name: given.pop(name).payload for name in ("system", "rent") if name in given}
    return row.program.made(
        row.name,
        {name: value for name, value in given.items() if name not in fields},
        {name: value for name, value in given.items() if name in fields},
        others=others,
        constants=constants,
    )


def _called(row: Row, given: JSON) -> Instruction:
    maker: Callable[..., Instruction] = getattr(solana, row.maker)
    if row.name == "Memo":
        return maker(given["text"], *given["others"])
    if row.kind.startswith("compute-budget"):
        return maker(*given.values())
    if row.kind.startswith("token-2022") and row.maker not in _ONLY_2022:
        given["program"] = solana.TOKEN_2022_PROGRAM
    if row.name in ("Create", "CreateIdempotent"):
        given["idempotent"] = row.name == "CreateIdempotent"
    if "seed" in given:
        given["text"] = given.pop("seed")
    return maker(**given)


_ONLY_2022 = ("transfer_checked_with_fee", "require_memos", "initialize_permanent_delegate")


# -- theirs


_THEIRS: dict[str, Callable[[Any], list[Any]]] = {
    "signer": lambda data: ["signer", data.hex()],
    "seed": lambda text: ["text", text],
    "text": lambda text: ["text", text],
    "letters": lambda text: ["text", text],
    "role": lambda number: ["small", number],
    "state": lambda number: ["small", number],
    "accounts": lambda accounts: ["accounts", [each.hex() for each in accounts]],
    "several": lambda accounts: ["signers", [each.hex() for each in accounts]],
    "extensions": lambda numbers: ["smalls", numbers],
    "data": lambda data: ["bytes", data.hex()],
    "prefund": lambda number: ["number", str(number)],
    "table": lambda found: ["derived", [found[0].hex(), found[1]]],
}
_SMALL = ("u8", "u16", "u32", "i16", "u53")


def _their(value: Value, given: Any) -> list[Any]:
    if value.kind in _SIZES:
        return ["small", given] if value.kind in _SMALL else ["number", str(given)]
    return _THEIRS.get(value.kind, lambda data: ["account", data.hex()])(given)


def theirs(row: Row, found: JSON) -> JSON:
    """The case for the other implementation: its method, and its inputs as pairs of a kind and a value."""
    client, _, call = row.call.partition(".")
    given: JSON = {}
    for value in row.values:
        for name, pair in _pairs(value, found):
            outer, _, inner = name.partition("/")
            if inner:
                given.setdefault(outer, ["object", {}])[1][inner] = pair
            else:
                given[name] = pair
    if client == "web3":
        given = {name: _older(pair) for name, pair in given.items()}
    return {"client": client, "call": call, "input": given}


def _pairs(value: Value, found: JSON) -> list[tuple[str, list[Any]]]:
    given = found[value.name]
    if value.kind in ("nothing", "empty"):
        return []
    if value.kind == "members":
        members = [each.hex() for each in found["members"]]
        return [("m", ["small", found["threshold"]]), ("signers", ["accounts", members])]
    if value.kind == "nested":
        return [(name, ["account", each.hex()]) for name, each in zip(value.theirs, given, strict=True)]
    if value.kind == "owner":
        if not found["signers"]:
            return [(value.theirs[0], ["signer", given.hex()])]
        signers = ["signers", [each.hex() for each in found["signers"]]]
        return [(value.theirs[0], ["account", given.hex()]), ("multiSigners", signers)]
    if given is None:
        return [] if value.kind in ("signer", "account") else [(value.theirs[0], ["nothing", None])]
    if value.theirs == ("baseAccount", "base"):
        if given == found.get("payer"):  # it signs already
            return [("base", ["account", given.hex()])]
        return [("baseAccount", ["signer", given.hex()]), ("base", ["account", given.hex()])]
    return [(name, _their(value, given)) for name in value.theirs]


def _older(pair: list[Any]) -> list[Any]:
    """web3.js has one type for accounts, and numbers that are no bigints."""
    kind, value = pair
    if kind == "object":
        return [kind, {name: _older(each) for name, each in value.items()}]
    return ["key", value] if kind in ("account", "signer") else ["small", int(value)] if kind == "number" else pair
