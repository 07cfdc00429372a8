"""A program's instructions as a table: one row says how an instruction is written, how it is read and what it does.

A row's data are a tag and fields in their order (bincode, borsh and the token programs' own packing are all that, in
little-endian); its accounts are a text such as ``"stake w, @clock, authority s, custodian s?"``: ``w`` may be written,
``s`` signs, ``?`` may be left out, ``@`` stands for a sysvar or program of that name, ``*`` signs itself or is a
multisig's account whose signers follow, and ``members...`` are all further ones. Solana's documentation: "Transactions"
(instructions); what each program expects stands in its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from walletcore.chains.solana.chain import Account, account, cluster_of
from walletcore.chains.solana.fields import KEY, OPTIONAL_KEYS
from walletcore.chains.solana.message import AccountMeta, Instruction
from walletcore.coding.text import base58
from walletcore.coding.wire import Codec, Reader, u32le
from walletcore.errors import DecodingError, TransactionError

__all__ = ["SYSTEM_PROGRAM", "Check", "Kind", "ParsedInstruction", "Place", "Program", "Teller", "kind", "numbered"]

SYSTEM_PROGRAM = bytes(32)
_FIXED = {
    "system": SYSTEM_PROGRAM,
    "clock": base58.decode("SysvarC1ock11111111111111111111111111111111"),
    "rent": base58.decode("SysvarRent111111111111111111111111111111111"),
    "recent_blockhashes": base58.decode("SysvarRecentB1ockHashes11111111111111111111"),
    "stake_history": base58.decode("SysvarStakeHistory1111111111111111111111111"),
}
_MAX_SIGNERS = 11  # of a token program's multisig

Teller = Callable[[Any, "ParsedInstruction"], tuple[Any, ...]]
"""What an instruction does: for a `SolanaChain` and the instruction, effects. See `telling`."""
Check = Callable[["ParsedInstruction"], bool] | None
"""Whether an instruction that can be read is one that its program would take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One account of an instruction: its name and rights; ``fixed`` are the bytes of a sysvar or a program."""

    name: str
    signs: bool = False
    writable: bool = False
    optional: bool = False
    multisig: bool = False
    fixed: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One row: the name that its program gives it, the tag, the accounts, the fields, and what it does.

    ``others`` is what further accounts are, if there may be any. ``check`` tells of an instruction that can be read
    whether it is one that the program would take.
    """

    name: str
    tag: bytes
    places: tuple[Place, ...]
    others: Place | None = None
    fields: tuple[tuple[str, Codec[Any]], ...] = ()
    tellers: tuple[Teller, ...] = ()
    check: Check = None
    optional: frozenset[str] = field(init=False, repr=False)
    keys: tuple[tuple[str, bool], ...] = field(init=False, repr=False)  # fields that are accounts; may they be None?

    def __post_init__(self) -> None:
        object.__setattr__(self, "optional", frozenset(place.name for place in self.places if place.optional))
        keys = ((name, codec in OPTIONAL_KEYS) for name, codec in self.fields if codec in (KEY, *OPTIONAL_KEYS))
        object.__setattr__(self, "keys", tuple(keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedInstruction:
    """An instruction by name: ``accounts`` and ``fields`` as pairs, without the sysvars that it always has.

    Accounts are 32 bytes. ``others`` are the signers of a multisig, or whatever further accounts the instruction takes.
    ``instruction`` writes it again, each account with the rights that it needs.
    """

    program: Program = field(repr=False)
    program_id: bytes
    name: str
    accounts: tuple[tuple[str, bytes], ...] = ()
    fields: tuple[tuple[str, Any], ...] = ()
    others: tuple[bytes, ...] = ()
    data: bytes = b""

    def account(self, name: str) -> bytes | None:
        """The account of this name; None where it was left out."""
        return next((key for each, key in self.accounts if each == name), None)

    def value(self, name: str) -> Any:
        """The field of this name, None where there is none."""
        return next((value for each, value in self.fields if each == name), None)

    def instruction(self) -> Instruction:
        """The same instruction for a message. Raises `TransactionError`."""
        row = self.program.kind(self.name)
        return _written(self.program_id, row, dict(self.accounts), dict(self.fields), self.others, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program: its address, and its rows. Two programs may share rows, as both token programs do."""

    name: str
    ids: tuple[bytes, ...]
    kinds: tuple[Kind, ...]
    _named: dict[str, Kind] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {row.name: row for row in self.kinds})

    def __hash__(self) -> int:
        return hash(self.name)

    def kind(self, name: str) -> Kind:
        """The row of this name. Raises `TransactionError`."""
        row = self._named.get(name)
        if row is not None:
            return row
        raise TransactionError(f"the {self.name} program has no instruction of this name", reason="unknown")

    def made(
        self,
        name: str,
        accounts: Mapping[str, Any],
        fields: Mapping[str, Any] | None = None,
        *,
        others: Sequence[Account] = (),
        constants: Mapping[str, bytes] | None = None,
        program_id: bytes = b"",
    ) -> Instruction:
        """The instruction for these accounts and fields, of which keys are accounts, too.

        ``constants`` are accounts and fields whose 32 bytes are computed here. Raises `TransactionError`.
        """
        if type(others) not in (tuple, list):
            raise TransactionError("expected a tuple or list of accounts", reason="type")
        fixed = constants or {}
        row, values, keys = self.kind(name), {**(fields or {}), **fixed}, dict(fixed)
        given = list(others)
        for each, value in accounts.items():
            if value is not None or each not in row.optional:
                given.append(value)
                keys[each] = account(value, _said(each))
        for each, may_be_none in row.keys:
            if each not in fixed and not (may_be_none and values[each] is None):
                given.append(values[each])
                values[each] = account(values[each], _said(each))
        further = tuple(account(value, "signer") for value in others)
        return _written(program_id or self.ids[0], row, keys, values, further, cluster_of(*given))

    def parse(self, instruction: Instruction) -> ParsedInstruction | None:
        """The instruction by name; None where it is not, to the last byte and account, one of the rows."""
        for row in self.kinds:
            if instruction.data.startswith(row.tag):
                found = _parsed(self, row, instruction)
                if found is not None:
                    return found
        return None


def _said(name: str) -> str:
    return name.replace("_", " ")


def kind(
    name: str,
    tag: bytes,
    accounts: str,
    *tellers: Teller,
    check: Check = None,
    shared: Mapping[str, Codec[Any]] | None = None,
    **fields: Codec[Any],
) -> Kind:
    """A row of a table, its accounts as text. ``shared`` are fields that other rows have as well, before its own."""
    places = [_place(each.strip()) for each in accounts.split(",") if each.strip()]
    others = places.pop() if places and accounts.rstrip().endswith("...") else None
    if places and places[-1].multisig:
        others = Place(name="signers", signs=True)
    pairs = tuple({**(shared or {}), **fields}.items())
    return Kind(name=name, tag=tag, places=tuple(places), others=others, fields=pairs, tellers=tellers, check=check)


def numbered(
    number: int,
    name: str,
    accounts: str,
    *tellers: Teller,
    shared: Mapping[str, Codec[Any]] | None = None,
    **fields: Codec[Any],
) -> Kind:
    """A row of a program whose instructions begin with their number as u32."""
    return kind(name, u32le.encode(number), accounts, *tellers, shared={**(shared or {}), **fields})


def _place(text: str) -> Place:
    name, _, flags = text.removesuffix("...").partition(" ")
    fixed = _FIXED[name[1:].rstrip("?")] if name.startswith("@") else None
    return Place(
        name=name.strip("@?"),
        signs="s" in flags,
        writable="w" in flags,
        optional="?" in text,
        multisig="*" in flags,
        fixed=fixed,
    )


def _written(
    program_id: bytes,
    row: Kind,
    keys: Mapping[str, bytes],
    values: Mapping[str, Any],
    others: Sequence[bytes],
    cluster: str,
) -> Instruction:
    out = bytearray(row.tag)
    try:
        for name, codec in row.fields:
            codec.write(values[name], out)
    except DecodingError as error:
        raise TransactionError(f"{name}: {error}", reason=error.reason) from None
    metas: list[AccountMeta] = []
    for place in row.places:
        key = keys.get(place.name) if place.fixed is None or place.optional else place.fixed
        if key is not None:
            signs = place.signs or (place.multisig and not others)
            metas.append(AccountMeta(pubkey=key, is_signer=signs, is_writable=place.writable))
        elif not place.optional:
            raise TransactionError(f"expected {place.name} for {row.name}", reason="missing")
    metas += _further(row, others)
    return Instruction(program_id=program_id, accounts=tuple(metas), data=bytes(out), cluster=cluster)


def _further(row: Kind, others: Sequence[bytes]) -> list[AccountMeta]:
    if not others:
        return []
    if row.others is None:
        raise TransactionError(f"{row.name} takes no further accounts", reason="unknown")
    if row.places and row.places[-1].multisig and len(others) > _MAX_SIGNERS:
        raise TransactionError(f"expected at most {_MAX_SIGNERS} signers, got {len(others)}", reason="too-large")
    place = row.others
    return [AccountMeta(pubkey=key, is_signer=place.signs, is_writable=place.writable) for key in others]


def _parsed(program: Program, row: Kind, instruction: Instruction) -> ParsedInstruction | None:
    fields = _fields(row, instruction.data)
    accounts = _accounts(row, instruction.accounts)
    if fields is None or accounts is None:
        return None
    others = tuple(meta.pubkey for meta in instruction.accounts[accounts[1] :])
    found = ParsedInstruction(
        program=program,
        program_id=instruction.program_id,
        name=row.name,
        accounts=accounts[0],
        fields=fields,
        others=others,
        data=instruction.data,
    )
    return found if row.check is None or row.check(found) else None


def _fields(row: Kind, data: bytes) -> tuple[tuple[str, Any], ...] | None:
    reader = Reader(data)
    reader.position = len(row.tag)
    try:
        found = tuple([(name, codec.read(reader)) for name, codec in row.fields])
    except DecodingError:
        return None
    return found if not reader.remaining else None


def _accounts(row: Kind, metas: Sequence[AccountMeta]) -> tuple[tuple[tuple[str, bytes], ...], int] | None:
    """The accounts by name, and how many they are; the others follow. None where one is missing or does not sign."""
    found: list[tuple[str, bytes]] = []
    taken = 0
    for place in row.places:
        if taken == len(metas):
            if not place.optional:
                return None
            continue
        meta = metas[taken]
        taken += 1
        if (place.signs and not meta.is_signer) or (place.fixed is not None and meta.pubkey != place.fixed):
            return None
        if place.fixed is None or place.optional:
            found.append((place.name, meta.pubkey))
    return (tuple(found), taken) if _fits(row, metas, taken) else None


def _fits(row: Kind, metas: Sequence[AccountMeta], taken: int) -> bool:
    """Whether what follows may: the signers of a multisig that does not sign itself, or the others of the row."""
    following = metas[taken:]
    if row.others is None:
        return not following
    if row.places and row.places[-1].multisig:
        if metas[taken - 1].is_signer:
            return not following
        return 0 < len(following) <= _MAX_SIGNERS and all(meta.is_signer for meta in following)
    return all(meta.is_signer or not row.others.signs for meta in following)
