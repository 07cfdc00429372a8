"""From a compiled format and values to a screen: fields in their order, arrays, rules, sentences, inner calls.

ERC-7730, "Structured data format specification", "Group format specification", "Value interpolation", "Embedded
Calldata". A value that cannot be shown is an error; what is hidden on purpose is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from walletcore.chains.evm.address import checksummed
from walletcore.chains.evm.clear_signing.binding import account_id
from walletcore.chains.evm.clear_signing.fields import Field, Format, Group, Rule
from walletcore.chains.evm.clear_signing.formats import formatted
from walletcore.chains.evm.clear_signing.paths import Location, Picked, Reference
from walletcore.chains.evm.clear_signing.run import MAX_NESTED, Call, Run, raw_text
from walletcore.chains.evm.clear_signing.screen import Entry
from walletcore.chains.evm.clear_signing.values import as_integer, as_octets, is_integer
from walletcore.errors import TransactionError
from walletcore.hashes import keccak256

if TYPE_CHECKING:
    from walletcore.chains.evm.clear_signing.screen import Screen

__all__ = ["entries", "sentence"]

_MAX_ENTRIES, _MAX_SENTENCE = 4096, 4096
_CALL = 16  # steps that it costs to look for who knows a call
_HASHED = "call not understood, of hash"


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry, the field that it is of, and where in arrays it stands."""

    field: Field
    places: tuple[int, ...]
    entry: Entry


def entries(run: Run, given: Format) -> tuple[tuple[Entry, ...], str]:
    """What is shown, and the intent with values in it. Raises `TransactionError`."""
    items = _items(run, given.members, ())
    if given.hidden:
        run.notice("not-shown", f"not shown, as the descriptor does not mention it: {', '.join(given.hidden)}")
    return tuple(item.entry for item in items), sentence(run, given, items)


def _items(run: Run, members: tuple[Field | Group, ...], groups: tuple[str, ...]) -> list[_Item]:
    found: list[_Item] = []
    for member in members:
        if isinstance(member, Group):
            inside = (*groups, member.label) if member.label else groups
            found += _of_group(run, member, _items(run, member.members, inside))
        else:
            found += _of_field(run, member, groups)
        if len(found) > _MAX_ENTRIES:
            raise TransactionError(f"expected at most {_MAX_ENTRIES} values to show", reason="too-large")
    return found


def _of_group(run: Run, group: Group, items: list[_Item]) -> list[_Item]:
    """Elements of arrays one by one with all that belongs to each, or array by array ("iteration")."""
    depth = group.depth
    if group.is_bundled:
        lengths = set().union(*(_lengths(run, each, depth) for each in group.members))
        if len(lengths) > 1:
            raise TransactionError("expected arrays of one length in a group that is bundled", reason="length")
        depth += 1
    return sorted(items, key=lambda item: item.places[:depth]) if depth else items


def _lengths(run: Run, member: Field | Group, depth: int) -> set[int]:
    if isinstance(member, Group):
        return set().union(*(_lengths(run, each, depth) for each in member.members))
    value = member.value
    return value.lengths(run.roots, depth, run.work) if isinstance(value, Location) else set()


def _of_field(run: Run, field: Field, groups: tuple[str, ...]) -> Iterator[_Item]:
    if field.rule.kind == "never":
        return
    if isinstance(field.value, Location):
        kind, picked = field.value.kind, field.value.picked(run.roots, run.work)
    else:
        kind, constant = run.look_up(field.value, ())
        picked = [((), constant)]
    for places, value in picked:
        run.work.spend_on(value)
        if not _is_shown(field, kind, value):
            continue
        text, screen = _shown(run, field, kind, value, places)
        entry = Entry(
            label=field.label,
            value=text,
            raw=raw_text(kind, value),
            format=field.format,
            groups=groups,
            separator=str(places[-1][0]).join(field.separator) if places and field.separator else "",
            screen=screen,
        )
        yield _Item(field, tuple(place for place, _ in places), entry)


def _is_shown(field: Field, kind: str, value: Any) -> bool:
    """The rule of a field ("visible"). Raises `TransactionError` for a value that must match and does not."""
    rule = field.rule
    if rule.kind not in ("ifNotIn", "mustMatch"):
        return True
    is_in = _is_among(rule, kind, value)
    if rule.kind == "mustMatch" and not is_in:
        raise TransactionError(f"{field.label}: got a value that the descriptor does not allow", reason="mismatch")
    return rule.kind == "ifNotIn" and not is_in


def _is_among(rule: Rule, kind: str, value: Any) -> bool:
    return any(_is_equal(kind, value, wanted) for wanted in rule.values)


def _is_equal(kind: str, value: Any, wanted: Any) -> bool:
    """Whether a value is the one that a rule has in JSON: integers are numbers or text, bytes 0x and hex digits."""
    if type(value) is bool or kind == "string" or (kind == "constant" and type(value) is not int):
        return type(wanted) is type(value) and bool(wanted == value)
    if type(wanted) is float and wanted.is_integer():
        wanted = int(wanted)
    if type(wanted) not in (int, str):
        return False
    try:
        if is_integer(kind) or kind == "constant" or type(wanted) is int:
            return as_integer(kind, value) == as_integer("constant", wanted)
        return as_octets(kind, value) == as_octets("constant", wanted)
    except TransactionError:
        return False


def _shown(run: Run, field: Field, kind: str, value: Any, places: Picked) -> tuple[str, Screen | None]:
    if field.format != "calldata" or field.encrypted:
        return formatted(run, field, kind, value, places), None
    data, params = as_octets(kind, value), field.params
    selector = params.looked_up.get("selector")
    if selector is not None:  # "if it is not the first 4 bytes of the calldata"
        first = as_octets(*run.look_up(selector, places))
        if len(first) != 4:
            raise TransactionError(f"expected a selector of 4 bytes, got {len(first)}", reason="length")
        data = first + data
    call = Call.on(
        run.chain_id(params, places),
        run.call.row,
        to=run.address(params, "callee", places) or b"",
        sender=run.address(params, "spender", places),
        value=run.integer(params, "amount", places),
    )
    return _nested(run, field, call, data)


def _nested(run: Run, field: Field, call: Call, data: bytes) -> tuple[str, Screen | None]:
    """The screen of a call, by the first descriptor that is for it; without one its hash, and who is called."""
    from walletcore.chains.evm.clear_signing.calls import screen_of_call

    if run.depth >= MAX_NESTED:
        raise TransactionError(f"expected at most {MAX_NESTED} calls inside of calls", reason="too-deep")
    for descriptor in run.known.descriptors:
        run.work.spend(_CALL)
        screen = screen_of_call(descriptor, call, data, run.known, run.work, run.depth + 1)
        if screen is not None:
            return screen.sentence, screen
    target = account_id((call.chain_id, call.to))
    name = run.known.name(target)
    if not data:
        return f"no call, of {checksummed(call.to) if name is None else name.text}", None
    run.notice("not-understood", f"{field.label}: a call of {target} that no descriptor is for")
    return f"{_HASHED} 0x{keccak256(data).hex()}, of {checksummed(call.to) if name is None else name.text}", None


def sentence(run: Run, given: Format, items: list[_Item]) -> str:
    """The intent with values in it; the plain one where a value has no field, or not always ("Fallback behavior")."""
    if given.interpolated is None:
        return given.intent
    shown: dict[str, tuple[Field, list[str]]] = {}
    for item in items:
        if item.field.rule.kind == "always":
            field, texts = shown.setdefault(item.field.path, (item.field, []))
            texts += [item.entry.value] if field is item.field else []
    length, filled = 0, []
    for part in given.interpolated.parts or (None,):
        text = _filled(part, shown) if isinstance(part, Reference) else part
        length += _MAX_SENTENCE if text is None else len(text)
        if text is None or length > _MAX_SENTENCE:
            run.notice("no-sentence", "the sentence of the descriptor cannot be filled in: the intent stands alone")
            return given.intent
        filled.append(text)
    return "".join(filled)


def _filled(reference: Reference, shown: dict[str, tuple[Field, list[str]]]) -> str | None:
    """The texts of the first field with a path; an array may be named without its brackets."""
    found = shown.get(str(reference)) or shown.get(f"{reference}.[]")
    return ", ".join(found[1]) if found else None
