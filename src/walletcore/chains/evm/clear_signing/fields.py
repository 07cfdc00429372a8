"""What is shown of a call or message, compiled: fields, groups of them, and their rules (ERC-7730, "Display section").

Each path is found in the types that the key of the format tells, each reference to a definition, constant, enumeration
or map is replaced by what it names, and each format is one that the standard knows and that the type of the value has.
What is left to a rendering is to look values up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from walletcore.chains.evm.clear_signing import reading
from walletcore.chains.evm.clear_signing.parameters import Constant, Constants, Parameters, Scope, Value
from walletcore.chains.evm.clear_signing.paths import Location, Reference, Slice, locate
from walletcore.chains.evm.clear_signing.values import Layout, is_integer
from walletcore.errors import TransactionError

__all__ = ["Field", "Format", "Group", "Rule", "Template", "compiled"]

_MAX_FIELDS, _MAX_DEPTH = 256, 8
_SHOWN = 60
_FORMAT = ("$id", "intent", "interpolatedIntent", "fields")
_FORMAT_V1 = (*_FORMAT, "required", "excluded", "screens")
_GROUP = ("$id", "path", "label", "iteration", "fields")
_FIELD = ("$id", "$ref", "path", "value", "visible", "label", "format", "params", "separator", "encryption")
_INTEGERS = ("amount", "tokenAmount", "nftName", "date", "duration", "unit", "chainId")
_ACCOUNTS = ("addressName", "tokenTicker")
_BYTES = ("calldata", "interoperableAddressName")
_ENCRYPTION = ("scheme", "plaintextType", "fallbackLabel")


@dataclass(frozen=True, slots=True)
class Rule:
    """When a field is shown: always, optional, never, ifNotIn or mustMatch, the last two with values."""

    kind: str = "always"
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places in braces: parts that are text or paths; None where the braces do not match."""

    parts: tuple[str | Reference, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One value, or all of an array, with its label.

    ``encrypted`` is what stands for a value that nobody can read; ``path`` is where it stands, empty for a constant.
    """

    label: str
    format: str
    value: Value
    params: Parameters
    rule: Rule
    separator: tuple[str, ...]
    encrypted: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Fields that stand together. ``depth`` arrays are gone through element by element, with all fields for each."""

    label: str
    depth: int
    is_bundled: bool
    members: tuple[Field | Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format:
    """What is shown of one function or type of message; ``hidden`` are members that no field mentions."""

    intent: str
    interpolated: Template | None
    members: tuple[Field | Group, ...]
    hidden: tuple[str, ...]


def compiled(given: object, layout: Layout, constants: Constants, title: str) -> Format:
    """Compile a format for values of these types; ``title`` stands for an intent. Raises `TransactionError`."""
    version = constants.version
    found = reading.members(given, "format", _FORMAT_V1 if version == 1 else _FORMAT)
    scope = Scope(layout=layout, constants=constants)
    members = tuple(_members(found.get("fields", []), scope, None, 1))
    excluded, required = (_paths(found.get(name, []), name) for name in ("excluded", "required"))
    shown = set(scope.mentioned)
    missing = [path for path in required if not _is_mentioned(path, shown) and not _has_part(path, shown)]
    if missing:
        raise TransactionError(f"{missing[0][:_SHOWN]} is required, and no field shows it", reason="missing")
    interpolated = found.get("interpolatedIntent")
    return Format(
        intent=_intent(found.get("intent"), title),
        interpolated=None
        if interpolated is None
        else _template(reading.line(interpolated, "interpolatedIntent", 1024)),
        members=members,
        hidden=tuple(path for path in layout.leaves() if not _is_mentioned(path, shown.union(excluded))),
    )


def _intent(given: object, title: str) -> str:
    if given is None:
        return title
    if type(given) is dict:
        pairs = ((reading.line(name, "intent"), reading.line(value, "intent")) for name, value in given.items())
        return ", ".join(f"{name}: {value}" for name, value in pairs)
    return reading.line(given, "intent")


def _paths(given: object, what: str) -> list[str]:
    """Members that version 1 lists beside the fields, without the arrays on their way."""
    return [_members_of(Reference.parse(path)) for path in reading.array_of(given, what, _MAX_FIELDS)]


def _members_of(reference: Reference) -> str:
    return ".".join(step for step in reference.steps if type(step) is str)


def _is_mentioned(path: str, mentioned: set[str]) -> bool:
    """Whether this member, or one that it is in, is among them."""
    return any(each in mentioned for each in accumulate(path.split("."), "{}.{}".format))


def _has_part(path: str, mentioned: set[str]) -> bool:
    return any(each.startswith(f"{path}.") for each in mentioned)


def _members(given: object, scope: Scope, base: Reference | None, depth: int) -> Iterator[Field | Group]:
    if depth > _MAX_DEPTH:
        raise TransactionError(f"expected at most {_MAX_DEPTH} levels of groups", reason="too-deep")
    for item in reading.array_of(given, "fields", _MAX_FIELDS):
        if "fields" in reading.mapping(item, "field"):
            yield _group(item, scope, base, depth)
        else:
            yield _field(_resolved(item, scope), scope, base)


def _group(given: dict[str, Any], scope: Scope, base: Reference | None, depth: int) -> Group:
    found = reading.members(given, "group", _GROUP)
    own = Reference.parse(found["path"], base) if "path" in found else base
    before, after = _wild(base), _wild(own)
    iteration = found.get("iteration", "sequential" if before == after else "bundled")
    if iteration not in ("sequential", "bundled"):
        raise TransactionError("expected sequential or bundled as iteration", reason="unknown")
    if own is not None:
        scope.check(own)
    together = iteration == "bundled"
    return Group(
        label=reading.line(found.get("label", ""), "label"),
        depth=after if together else 0,
        is_bundled=together and before == after,
        members=tuple(_members(found["fields"], scope, own, depth + 1)),
    )


def _wild(reference: Reference | None) -> int:
    return 0 if reference is None else sum(type(step) is Slice for step in reference.steps)


def _resolved(given: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """A field with the definition that it refers to, whose members it may override."""
    found = reading.members(given, "field", _FIELD)
    if "$ref" not in found:
        return found
    definition = scope.constants.definition(found["$ref"])
    params = reading.mapping(definition.get("params", {}), "params") | reading.mapping(
        found.get("params", {}), "params"
    )
    return definition | found | ({"params": params} if params else {})


def _field(given: dict[str, Any], scope: Scope, base: Reference | None) -> Field:
    if ("path" in given) == ("value" in given):
        raise TransactionError("expected either path or value in a field", reason="missing")
    rule = _rule(given.get("visible", "always"), scope.constants)
    value, kind = _value(given, scope, base, is_hidden=rule.kind == "never")
    label = reading.line(given.get("label", str(given.get("path", ""))), "label")
    form = "raw" if rule.kind == "never" and "format" not in given else given.get("format", "raw")
    encrypted = _encrypted(given["encryption"]) if "encryption" in given else ""
    if not encrypted and rule.kind != "never":
        _check_kind(form, kind, label)
    wild = value.wild if isinstance(value, Location) else 0
    return Field(
        label=label,
        format=form,
        value=value,
        params=Parameters.parse(form, given.get("params", {}), scope, base, wild),
        rule=rule,
        separator=_separator(given.get("separator", ""), wild),
        encrypted=encrypted,
        path=str(value.reference) if isinstance(value, Location) else "",
    )


def _value(given: dict[str, Any], scope: Scope, base: Reference | None, *, is_hidden: bool) -> tuple[Value, str]:
    """The constant or the place of a field, and its type. A path to an array is one to all of its elements."""
    if "value" in given:
        return scope.constants.value(given["value"]), "constant"
    reference = Reference.parse(given["path"], base)
    if reference.root == "$":
        return Constant(scope.constants.at(reference)), "constant"
    location, layout = scope.locate(reference)
    while layout.kind == "array" and not is_hidden:
        reference = Reference(reference.root, (*reference.steps, Slice()))
        location, layout = locate(reference, scope.root(reference))
    if layout.kind == "struct" and not is_hidden:
        raise TransactionError(f"{str(reference)[:_SHOWN]}: a struct has no format", reason="type")
    return location, location.kind


def _check_kind(form: object, kind: str, label: str) -> None:
    """Whether the standard has such a format, and has it for such a type."""
    integers = is_integer(kind) or kind == "slice" or kind.startswith("bytes")
    if form in _INTEGERS:
        fits = integers
    elif form in _ACCOUNTS:
        fits = integers or kind == "address"
    elif form in _BYTES:
        fits = kind in ("bytes", "slice")
    else:
        fits = form in ("raw", "enum")
        if not fits:
            raise TransactionError(
                f"{label}: expected a format of ERC-7730, got {str(form)[:_SHOWN]!r}", reason="unknown"
            )
    if not fits and kind != "constant":
        raise TransactionError(f"{label}: {form} is no format for {kind}", reason="type")


def _rule(given: object, constants: Constants) -> Rule:
    if type(given) is str:
        if given not in ("always", "optional", "never"):
            raise TransactionError("expected always, optional or never as visible", reason="unknown")
        return Rule(given)
    found = reading.members(given, "visible", ("ifNotIn", "mustMatch"))
    if len(found) != 1:
        raise TransactionError("expected either ifNotIn or mustMatch", reason="ambiguous")
    ((kind, values),) = found.items()
    listed = constants.items(values, kind)
    if not listed or any(type(each) in (dict, list, tuple) for each in listed):
        raise TransactionError(f"{kind}: expected values", reason="missing")
    return Rule(kind, tuple(listed))


def _encrypted(given: object) -> str:
    found = reading.members(given, "encryption", _ENCRYPTION, ("scheme",))
    for name, value in found.items():
        reading.line(value, name)
    label: str = found.get("fallbackLabel", "[Encrypted]")
    return label or "[Encrypted]"


def _separator(given: object, wild: int) -> tuple[str, ...]:
    """A text around the places of ``{index}``; empty where there is none."""
    text = reading.line(given, "separator")
    if not text:
        return ()
    if not wild:
        raise TransactionError("expected a separator for the elements of an array only", reason="mismatch")
    parts = _braces(text)
    if parts is None or any(is_path and part != "index" for is_path, part in parts):
        raise TransactionError("expected no other place than {index} in a separator", reason="unknown")
    texts = [""]
    for is_path, part in parts:
        if is_path:
            texts.append("")
        else:
            texts[-1] += part
    return tuple(texts)


def _template(text: str) -> Template:
    """The parts of a text with places ("Interpolation syntax"); None where it cannot be filled."""
    parts = _braces(text)
    if parts is None:
        return Template(None)
    try:
        return Template(tuple(Reference.parse(part) if is_path else part for is_path, part in parts))
    except TransactionError:
        return Template(None)


def _braces(text: str) -> list[tuple[bool, str]] | None:
    """Texts, and what stands in braces; doubled braces are themselves."""
    parts: list[tuple[bool, str]] = []
    at = 0
    while at < len(text):
        if text[at : at + 2] in ("{{", "}}"):
            parts.append((False, text[at]))
            at += 2
        elif text[at] == "{":
            end = text.find("}", at)
            if end < 0 or "{" in text[at + 1 : end]:
                return None
            parts.append((True, text[at + 1 : end]))
            at = end + 1
        elif text[at] == "}":
            return None
        else:
            end = min((place for mark in "{}" if (place := text.find(mark, at)) >= 0), default=len(text))
            parts.append((False, text[at:end]))
            at = end
    return parts
