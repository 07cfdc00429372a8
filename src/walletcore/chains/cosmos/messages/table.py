"""Where described values are found: by their type URL, or by their name in amino JSON.

A row of ``_PLACES`` is a package of protobuf, or one message of it, and the module here that describes it, which is
imported when it is asked for. What no table has stays an `AnyMessage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from walletcore.chains.cosmos.messages.fields import JSON, Names, read_text
from walletcore.chains.cosmos.messages.shape import Described, Shape
from walletcore.coding.protobuf import AnyMessage
from walletcore.errors import DecodingError

__all__ = ["by_amino", "by_url", "from_named", "packed", "to_named", "unpacked"]

_PLACES = {
    "/terra.wasm.v1beta1": "terra",  # first: of messages with one name in amino JSON, the last one is read
    "/cosmos.authz.v1beta1": "authz",
    "/cosmos.bank.v1beta1": "bank",
    "/cosmos.bank.v1beta1.SendAuthorization": "authz",
    "/cosmos.crisis.v1beta1": "crisis",
    "/cosmos.crypto.ed25519": "crypto",
    "/cosmos.crypto.secp256k1": "crypto",
    "/cosmos.distribution.v1beta1": "distribution",
    "/cosmos.feegrant.v1beta1": "feegrant",
    "/cosmos.gov.v1": "gov_v1",
    "/cosmos.gov.v1beta1": "gov",
    "/cosmos.slashing.v1beta1": "slashing",
    "/cosmos.staking.v1beta1": "staking",
    "/cosmos.staking.v1beta1.StakeAuthorization": "authz",
    "/cosmos.vesting.v1beta1": "vesting",
    "/cosmwasm.wasm.v1": "wasm",
    "/greenfield.bridge": "greenfield",
    "/ibc.applications.transfer.v1": "ibc",
    "/osmosis.tokenfactory.v1beta1": "tokenfactory",
    "/stride.stakeibc": "stride",
    "/types": "thorchain",
}


@cache
def _described(module: str) -> Mapping[str, type[Described]]:
    """What a module describes, by type URL."""
    found = vars(import_module(f"walletcore.chains.cosmos.messages.{module}")).values()
    kinds = [each for each in found if isinstance(each, type) and issubclass(each, Described) and each is not Described]
    return {kind.shape.type_url: kind for kind in kinds if kind.shape.type_url}


@cache
def _by_amino() -> Mapping[str, type[Described]]:
    kinds = [kind for module in dict.fromkeys(_PLACES.values()) for kind in _described(module).values()]
    return {kind.shape.amino: kind for kind in kinds if kind.shape.amino}


def by_url(type_url: str) -> type[Described] | None:
    """The class of this type URL, or None."""
    module = _PLACES.get(type_url) or _PLACES.get(type_url.rpartition(".")[0])
    return None if module is None else _described(module).get(type_url)


def by_amino(name: str, names: Names) -> type[Described] | None:
    """The class of this name in amino JSON, or None; a chain may have other ``names`` for some URLs."""
    for type_url, other in names.items():
        if other == name:
            return by_url(type_url)
    kind = _by_amino().get(name)
    return None if kind is None or kind.shape.type_url in names else kind


def unpacked(value: AnyMessage, depth: int = 0) -> Described | AnyMessage:
    """What an ``Any`` holds, or itself where no table has its URL. Raises `DecodingError`."""
    kind = by_url(value.type_url)
    if kind is None:
        return value
    return kind.shape.codec.parse(value.value, 0, len(value.value), depth)  # type: ignore[no-any-return]


def packed(value: Any, depth: int = 0) -> AnyMessage:
    """The ``Any`` of a described value; one that is given stands for what no table has. Raises `DecodingError`."""
    if type(value) is AnyMessage:
        kind = by_url(value.type_url)
        if kind is not None:
            raise DecodingError(f"expected {kind.__name__} itself in place of its Any", reason="type")
        return value
    if not isinstance(value, Described) or not value.shape.type_url or type(value) is not value.shape.kind:
        raise DecodingError(f"expected a message or an AnyMessage, got {type(value).__name__}", reason="type")
    return AnyMessage(type_url=value.shape.type_url, value=value.shape.codec.dump(value, depth))


def to_named(value: Any, names: Names) -> JSON:
    """The value with its name in amino JSON. Raises `DecodingError` for what has no name there."""
    if value is None:
        return None
    shape: Shape | None = getattr(value, "shape", None)
    name = "" if shape is None else names.get(shape.type_url, shape.amino)
    if shape is None or not name:
        url = value.type_url if type(value) is AnyMessage else getattr(shape, "type_url", type(value).__name__)
        raise DecodingError(f"{url[:80]} has no form in amino JSON that is known", reason="unknown")
    return {"type": name, "value": shape.to_json(value, names)}


def from_named(document: JSON, names: Names) -> Described:
    """The value that such JSON names. Raises `DecodingError`."""
    if type(document) is not dict or document.keys() != {"type", "value"}:
        raise DecodingError("expected an object with type and value", reason="type")
    kind = by_amino(read_text(document["type"], names), names)
    if kind is None:
        raise DecodingError(f"{document['type'][:80]!r} is no name that is known", reason="unknown")
    return kind.shape.from_json(document["value"], names)  # type: ignore[no-any-return]
