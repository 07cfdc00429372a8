"""Random transactions of every type that has a class, beside xrpl-py's models and xrpl.js's validation and codecs.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from dataclasses import fields, replace
from functools import partial
from random import Random
from typing import Any

import pytest

from support.oracles import JSON, compared, locked
from support.xrpl import MAIN
from support.xrpl_typed import KINDS, account, typed_fields
from walletcore.chains.xrpl.chain import TYPED
from walletcore.chains.xrpl.typed import Typed

ORACLES = pytest.mark.parametrize("oracle", ["xrpl_py", "xrpl_js"])
ROOMS = pytest.mark.parametrize("room", [*KINDS, "batch"])


UNKNOWN = {"AccountSet": ("WalletLocator", "WalletSize"), "AMMDeposit": ("TradingFee",)}
"""Fields that the models of xrpl-py do not have."""


def made(oracle: str, kinds: tuple[str, ...], random: Random) -> JSON:
    found = typed_fields(random, random.choice(kinds))
    if oracle == "xrpl_py":
        for each in (found, *(item["RawTransaction"] for item in found.get("RawTransactions", ()))):
            for name in UNKNOWN.get(each["TransactionType"], ()):
                each.pop(name, None)
    return {"task": "typed", "fields": found}


def same(oracle: str, case: JSON, verdict: JSON) -> list[str]:
    """They take it for valid; of their bytes the class is made, which writes the very same, made anew as well."""
    raw = bytes.fromhex(verdict["encoded"])
    found: Any = MAIN.decode_transaction(raw)
    kind = case["fields"]["TransactionType"]
    assert isinstance(found, Typed), (type(found), refusal(case["fields"]))
    assert type(found).__name__ == kind
    anew = replace(found)
    assert anew == found
    assert anew.raw == raw
    values = {each.name: getattr(found, each.name) for each in fields(found) if each.init}
    assert type(found)(**values).fields() == found.fields()
    assert MAIN.decode_transaction(raw).effects() == anew.effects()
    return [kind]


def refusal(body: JSON) -> object:
    """Why no class takes these fields."""
    from walletcore.chains.xrpl.typed import class_of

    kind = class_of(body["TransactionType"])
    try:
        return kind and kind(chain=MAIN, **kind.members_of(MAIN, body))
    except ValueError as error:
        return error


@locked
@ORACLES
@ROOMS
def test_every_type_with_a_class_has_the_same_bytes(environment: str, oracle: str, room: str) -> None:
    kinds = tuple(kind for kind, place in TYPED.items() if place == room)
    make = partial(made, oracle, kinds)
    compared(oracle, f"xrpl typed {room}", environment, make, partial(same, oracle), kinds=kinds, most=2_000)


def sponsored(random: Random) -> JSON:
    """A transaction with a sponsor as XLS-68 has it, or one of its fields, other flags, its own account."""
    found = typed_fields(random, random.choice([kind for kind, room in TYPED.items() if room != "batch"]))
    for name in (each for names in UNKNOWN.values() for each in names):
        found.pop(name, None)
    sponsor = found["Account"] if random.random() < 0.1 else account(random)
    pairs = {"Sponsor": sponsor, "SponsorFlags": random.choice((0, 1, 2, 3, 2, 3, 4, 5, 0x10000))}
    found |= {name: value for name, value in pairs.items() if random.random() < 0.9}
    if random.random() < 0.8:
        found.pop("Delegate", None)
    return {"task": "typed", "fields": found}


def judged_alike(oracle: str, case: JSON, verdict: JSON) -> list[str]:
    """A class takes the sponsor that they take; xrpl-py does not know for which types a reserve may be held."""
    body = case["fields"]
    ours = refusal(body)
    flags = body.get("SponsorFlags", 0)
    if oracle == "xrpl_py" and "holds reserves for" in str(ours) and "delegate" not in str(ours):
        assert flags & 2
        return ["another type"]
    assert isinstance(ours, Typed) is ("refused" not in verdict), (str(ours), verdict)
    if not isinstance(ours, Typed):
        return ["another type" if "holds reserves for" in str(ours) and "delegate" not in str(ours) else "refused"]
    read: Any = MAIN.decode_transaction(bytes.fromhex(verdict["encoded"]))  # xrpl-py adds an empty SigningPubKey
    assert isinstance(read, Typed)
    assert read.effects() == ours.effects()
    return [f"flags {flags}" if "Sponsor" in body else "nobody"]


@locked
@ORACLES
def test_a_class_takes_the_sponsors_that_they_take(environment: str, oracle: str) -> None:
    kinds = ("refused", "nobody", "another type", "flags 1", "flags 2", "flags 3")
    compared(oracle, "xrpl sponsors", environment, sponsored, partial(judged_alike, oracle), kinds=kinds, most=3_000)
