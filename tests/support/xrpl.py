"""Random transactions of the XRP Ledger, of every type that the definitions name, and networks and keys for tests."""

from collections.abc import Callable
from random import Random
from typing import Any

from support.oracles import data, number
from walletcore.chains import chain
from walletcore.chains.xrpl import XrplChain
from walletcore.chains.xrpl.accounts import encode_classic
from walletcore.chains.xrpl.definitions import definitions
from walletcore.keys import Curve, PrivateKey
from walletcore.keystore.xrpl import FamilySeed
from walletcore.secret import Secret

__all__ = ["MAIN", "PSEUDO", "SIGNING", "SIMPLE", "TYPES", "fields", "key", "payment", "scalar", "seed"]

MAIN = chain("xrpl", XrplChain)
PSEUDO = ("EnableAmendment", "SetFee", "UNLModify")
TYPES = tuple(kind for kind in definitions().codes["TransactionType"] if kind not in PSEUDO)
SIGNING = (
    *("SigningPubKey", "TxnSignature", "Signers"),
    *("CounterpartySignature", "SponsorSignature", "BatchSigners"),
)
CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789?!@#$%^&*(){}[]|"
"""Characters of currency codes, but for < and >, which xrpl.js writes as hex digits."""
_NESTED = ("STObject", "STArray")
_OBJECTS = tuple(f.name for f in definitions().fields.values() if f.type == "STObject")
_LEFT_OUT = ("TransactionType", "LockedAmount", "ConfidentialOutstandingAmount")
SIMPLE = tuple(
    each.name for each in definitions().fields.values() if each.type not in _NESTED and each.name not in _LEFT_OUT
)
"""Fields that objects inside of a transaction may have here; two of ledger entries are decimal for xrpl.js only."""


def seed(name: int, curve: Curve) -> FamilySeed:
    """A seed that a number stands for."""
    return FamilySeed(entropy=Secret(name.to_bytes(16)), curve=curve)


def key(name: int, curve: Curve = Curve.SECP256K1) -> PrivateKey:
    """The key of that seed."""
    return seed(name, curve).private_key()


def payment(**more: Any) -> dict[str, Any]:
    """A payment of XRP from the account of the first key."""
    own = {
        "TransactionType": "Payment",
        "Account": MAIN.address(key(1).public_key).text,
        "Destination": "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe",
        "Amount": "1000000",
        "Fee": "12",
        "Sequence": 7,
        "LastLedgerSequence": 80_000_000,
    }
    return own | more


def account(random: Random) -> str:
    """An account but for those of 0 and 1, which issue nothing: they are other things in issues."""
    found = bytes.fromhex(data(random, 20))
    return encode_classic(found if int.from_bytes(found) > 1 else b"\x02" * 20)


def currency(random: Random) -> str:
    if random.random() < 0.5:
        code = "".join(random.choices(CODES, k=3))
        return "USD" if code == "XRP" else code
    return f"80{data(random, 19)}".upper()


def decimal(random: Random) -> str:
    digits = str(1 + number(random, 10**16 - 1)).rstrip("0")
    places = random.choice((0, 0, 3, -5, random.randint(-96, 80) - len(digits) + 16))
    places = max(-96, min(80, places + len(digits) - 16)) - len(digits) + 16
    whole = digits + "0" * places if places >= 0 else digits.rjust(1 - places, "0")
    text = whole if places >= 0 else f"{whole[:places]}.{whole[places:]}"
    return random.choice(("", "", "-")) + text if random.random() < 0.95 else "0"


def amount(random: Random) -> Any:
    kind = random.randrange(3)
    if kind == 0:
        return str(number(random, 10**17 + 1))
    if kind == 1:
        return {"value": decimal(random), "currency": currency(random), "issuer": account(random)}
    return {"value": str(number(random, 2**63)), "mpt_issuance_id": data(random, 24).upper()}


def issue(random: Random) -> dict[str, str]:
    kind = random.randrange(3)
    if kind == 0:
        return {"currency": "XRP"}
    if kind == 1:
        return {"currency": currency(random), "issuer": account(random)}
    issuer = f"80{data(random, 18)}01"  # xrpl-py takes an issuer that begins with a zero byte for a currency
    return {"mpt_issuance_id": f"{data(random, 4)}{issuer}".upper()}


def step(random: Random) -> dict[str, str]:
    makers: dict[str, Callable[[Random], str]] = {"account": account, "currency": currency, "issuer": account}
    names = random.sample(sorted(makers), random.randint(1, 3))
    return {name: makers[name](random) for name in names}


def paths(random: Random) -> list[list[dict[str, str]]]:
    return [[step(random) for _ in range(random.randint(1, 4))] for _ in range(random.randint(1, 4))]


def floating(random: Random) -> str:
    """A number of vaults: digits, perhaps a point, perhaps an exponent."""
    text = str(number(random, 10 ** random.choice((3, 18, 19, 20, 25))))
    if random.random() < 0.4:
        text += f".{number(random, 10**9):09}"
    if random.random() < 0.4:
        text += f"e{random.randint(-300, 300)}"
    return random.choice(("", "-")) + text if text.strip("0.").split("e")[0].strip("0.") else "0"


def bridge(random: Random) -> dict[str, Any]:
    doors = {"LockingChainDoor": account(random), "IssuingChainDoor": account(random)}
    return doors | {"LockingChainIssue": issue(random), "IssuingChainIssue": issue(random)}


MAKERS: dict[str, Callable[[Random], Any]] = {
    "UInt8": lambda random: number(random, 1 << 8),
    "UInt16": lambda random: number(random, 1 << 16),
    "UInt32": lambda random: number(random, 1 << 32),
    "UInt64": lambda random: f"{number(random, 1 << 64):016X}",
    "Int32": lambda random: number(random, 1 << 32) - (1 << 31),
    "Hash128": lambda random: data(random, 16).upper(),
    "Hash160": lambda random: data(random, 20).upper(),
    "Hash192": lambda random: data(random, 24).upper(),
    "Hash256": lambda random: data(random, 32).upper(),
    "Blob": lambda random: data(random, 0, 1, 33, 192, 193, 300, 12_480, 12_481).upper(),
    "AccountID": account,
    "Amount": amount,
    "Currency": currency,
    "Issue": issue,
    "Number": floating,
    "PathSet": paths,
    "Vector256": lambda random: [data(random, 32).upper() for _ in range(random.randrange(4))],
    "XChainBridge": bridge,
}


def scalar(name: str, random: Random) -> Any:
    """A value of a field that is neither an object nor an array."""
    if name in definitions().codes:
        return random.choice(sorted(definitions().codes[name]))
    if name in ("MaximumAmount", "OutstandingAmount", "MPTAmount"):
        return str(number(random, 1 << 64))
    if name == "FeeAmountDelta":
        return str(number(random, 10**17) - 10**16)
    return MAKERS[definitions().fields[name].type](random)


def nested(name: str, random: Random, depth: int = 0) -> Any:
    """A value of any field; objects have a few fields, arrays a few objects."""
    kind = definitions().fields[name].type
    if kind == "STArray":
        return [{random.choice(_OBJECTS): some(random, depth + 1)} for _ in range(random.randrange(4))]
    return some(random, depth + 1) if kind == "STObject" else scalar(name, random)


def some(random: Random, depth: int) -> dict[str, Any]:
    found = {name: scalar(name, random) for name in random.sample(SIMPLE, random.randint(0, 5))}
    if depth < 4 and random.random() < 0.3:
        found[random.choice(("Memos", "SignerEntries"))] = nested("Memos", random, depth + 1)
    return found


def fields(random: Random, kind: str) -> dict[str, Any]:
    """A transaction of this type: what it must have, and some of what it may have."""
    made: dict[str, Any] = {}
    for name, mark in definitions().formats[kind].items():
        if name not in SIGNING and (not mark or random.random() < 0.4):
            made[name] = nested(name, random)
    made.pop("NetworkID", None)
    made |= {"TransactionType": kind, "Fee": str(number(random, 10**8))}
    if "TicketSequence" in made:
        made["Sequence"] = 0
    if "Flags" in made:
        made["Flags"] &= ~0x40000000
    return made
