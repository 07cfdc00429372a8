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
from support.xrpl_typed import KINDS, typed_fields
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
