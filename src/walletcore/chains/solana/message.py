"""Solana's messages, legacy and of versions 0 and 1, which say what is signed.

Solana's documentation: "Transactions" (message header, account addresses, instructions, compact-array format),
"Versioned Transactions", "Address Lookup Tables". Where it leaves the order of accounts within a class open,
`Message.compile` takes the Rust SDK's (``CompiledKeys``): by the bytes of the key. A message of another SDK keeps the
order in which it came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from walletcore.chains.solana import version1
from walletcore.chains.solana.version1 import TransactionConfig
from walletcore.coding.wire import Codec, Reader, array, compact_u16, fixed, mapped, prefixed, struct, u8
from walletcore.errors import DecodingError, TransactionError, raised_as

__all__ = [
    "PACKET_SIZE",
    "AccountMeta",
    "CompiledInstruction",
    "Instruction",
    "LookupTable",
    "Message",
    "TableLookup",
    "TransactionConfig",
    "decode_message",
    "read_version_1",
]

PACKET_SIZE = 1232  # PACKET_DATA_SIZE: the smallest IPv6 MTU without the headers; no transaction is larger
_MAX_ACCOUNTS = PACKET_SIZE // 32
_MAX_PLACES = 256  # a place is one byte
_TABLE_META = 56  # LOOKUP_TABLE_META_SIZE
_SIGNATURE = 64
_VERSIONED = 0x80  # the top bit of a message's first byte: version 0 and later
_VERSION_1_BYTE = 0x81


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMeta:
    """An account that an instruction touches: its 32 bytes, whether it must sign, whether it may be written."""

    pubkey: bytes
    is_signer: bool
    is_writable: bool

    def __post_init__(self) -> None:
        _check_account(self.pubkey, "account")
        if type(self.is_signer) is not bool or type(self.is_writable) is not bool:
            raise TransactionError("expected True or False as is_signer and is_writable", reason="type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One call of a program (its 32 bytes) with accounts and data.

    ``cluster`` is the CAIP-2 name of the cluster whose addresses it was made of. The bytes do not say it: it is neither
    compared nor signed, and empty where nobody told.
    """

    program_id: bytes
    accounts: tuple[AccountMeta, ...]
    data: bytes
    cluster: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        _check_account(self.program_id, "program")
        if type(self.accounts) is not tuple or any(type(account) is not AccountMeta for account in self.accounts):
            raise TransactionError("expected a tuple of AccountMeta as accounts", reason="type")
        if type(self.data) is not bytes:
            raise TransactionError(f"expected bytes as data, got {type(self.data).__name__}", reason="type")
        if type(self.cluster) is not str:
            raise TransactionError("expected a CAIP-2 name as cluster", reason="type")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledInstruction:
    """An instruction whose program and accounts (one byte each) are places in the message's account keys."""

    program_id_index: int
    accounts: bytes
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupTable:
    """An address lookup table as the cluster keeps it: its own 32 bytes, and the at most 256 accounts that it lists.

    Whoever gives a table vouches for it: the signed bytes name the table and places in it, not what stands there.
    """

    key: bytes
    addresses: tuple[bytes, ...]

    def __post_init__(self) -> None:
        _check_account(self.key, "lookup table")
        if type(self.addresses) is not tuple or len(self.addresses) > _MAX_PLACES:
            raise TransactionError(f"expected a tuple of at most {_MAX_PLACES} accounts", reason="length")
        for address in self.addresses:
            _check_account(address, "account of a lookup table")

    @classmethod
    def from_account(cls, key: bytes, data: bytes) -> LookupTable:
        """The table from the data of its account, as nodes return it. Raises `TransactionError`.

        ``AddressLookupTable`` in the SDK: 56 bytes that begin with the state (u32, 1 for a table), then the accounts.
        """
        if type(data) is not bytes or len(data) > _TABLE_META + 32 * _MAX_PLACES:
            raise TransactionError("expected the data of a lookup table's account as bytes", reason="too-large")
        if data[:4] != b"\1\0\0\0" or len(data) < _TABLE_META or (len(data) - _TABLE_META) % 32:
            raise TransactionError("expected 56 bytes of a lookup table, then accounts", reason="version")
        return cls(key=key, addresses=tuple(data[i : i + 32] for i in range(_TABLE_META, len(data), 32)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLookup:
    """What a message loads from the lookup table at ``key``: places, one byte each, writable and read-only."""

    key: bytes
    writable: bytes
    readonly: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message: what is signed. ``raw`` are its bytes. ``version`` is None (legacy), 0 (with lookups) or 1.

    The account keys stand in four classes: writable signers (the fee payer first), read-only signers, writable others,
    read-only others; the header counts them. Behind them come the accounts that lookups load: all writable ones, then
    all read-only ones. Raises `TransactionError` for a message that no node would take.
    """

    version: int | None = None
    num_required_signatures: int
    num_readonly_signed_accounts: int
    num_readonly_unsigned_accounts: int
    account_keys: tuple[bytes, ...]
    recent_blockhash: bytes
    instructions: tuple[CompiledInstruction, ...]
    lookups: tuple[TableLookup, ...] = ()
    config: TransactionConfig | None = None
    raw: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        with raised_as(TransactionError):
            object.__setattr__(self, "raw", self._codec().encode(self))
        size = (self.version != 1) + _SIGNATURE * self.num_required_signatures + len(self.raw)
        most = version1.MAX_SIZE if self.version == 1 else PACKET_SIZE
        if size > most:
            raise TransactionError(f"expected a transaction of at most {most} bytes, got {size}", reason="too-large")
        self._check_header()
        self._check_lookups()
        for instruction in self.instructions:
            self._check_places(instruction)

    @classmethod
    def compile(
        cls,
        *,
        fee_payer: bytes,
        instructions: Sequence[Instruction],
        recent_blockhash: bytes,
        tables: Sequence[LookupTable] | None = None,
        config: TransactionConfig | None = None,
    ) -> Message:
        """The message for a fee payer (32 bytes) and instructions: each account once, with every right it needs.

        With ``tables`` (even none of them: an empty tuple) it has version 0, and what may stand in a table does:
        accounts that neither sign nor are called as programs. With a ``config`` it has version 1, without tables.
        """
        _check_account(fee_payer, "fee payer")
        if tables is not None and config is not None:
            raise TransactionError("expected tables or a config: version 1 has no lookups", reason="version")
        listed = _checked_tables(() if tables is None else tables)
        rights = _rights(instructions)
        rights.pop(fee_payer, None)
        lookups, loaded = _extracted(rights, {each.program_id for each in instructions}, listed)
        others = sorted(rights, key=lambda key: (not rights[key][0], not rights[key][1], key))
        keys = (fee_payer, *others)
        most = _MAX_ACCOUNTS if config is None else version1.MAX_ACCOUNTS
        if len(keys) > most:
            raise TransactionError(f"expected at most {most} accounts, got {len(keys)}", reason="too-large")
        places = {key: place for place, key in enumerate((*keys, *loaded))}
        _check_places_fit(len(places))
        classes = list(rights.values())
        return cls(
            version=1 if config is not None else None if tables is None else 0,
            num_required_signatures=1 + sum(signer for signer, _ in classes),
            num_readonly_signed_accounts=classes.count((True, False)),
            num_readonly_unsigned_accounts=classes.count((False, False)),
            account_keys=keys,
            recent_blockhash=recent_blockhash,
            instructions=tuple(_compiled(instruction, places) for instruction in instructions),
            lookups=lookups,
            config=config,
        )

    def _codec(self) -> Codec[Message]:
        if (type(self.config) is TransactionConfig) != (self.version == 1) or type(self.version) is bool:
            raise TransactionError("expected a TransactionConfig in version 1, and in no other", reason="version")
        if self.version != 1:
            return _LEGACY if self.version is None else _VERSION_0
        version1.check(self)
        return _VERSION_1

    @property
    def signers(self) -> tuple[bytes, ...]:
        """The keys that must sign, the fee payer first."""
        return self.account_keys[: self.num_required_signatures]

    def accounts(self, tables: Sequence[LookupTable] = ()) -> tuple[AccountMeta | None, ...]:
        """Every account with its rights, in the order of its places; None for those behind a table that is not given.

        Raises `TransactionError` when a table lacks a place, or the same account turns up twice.
        """
        known = {table.key: table.addresses for table in _checked_tables(tables)}
        loaded = [_loaded(known, lookup.key, lookup.writable, True) for lookup in self.lookups]
        loaded += [_loaded(known, lookup.key, lookup.readonly, False) for lookup in self.lookups]
        metas = (*map(self._meta, range(len(self.account_keys))), *(meta for metas in loaded for meta in metas))
        found = [meta.pubkey for meta in metas if meta is not None]
        if len(set(found)) != len(found):
            raise TransactionError("a lookup table gives an account a second time", reason="duplicate")
        return metas

    def decompile(self, tables: Sequence[LookupTable] = ()) -> tuple[Instruction, ...]:
        """The instructions, each account with the rights that the message gives it.

        Raises `TransactionError` when the tables of its lookups are not all given.
        """
        metas = self.accounts(tables)
        known = tuple(meta for meta in metas if meta is not None)
        if len(known) < len(metas):
            raise TransactionError("accounts stand in lookup tables that are not given", reason="missing")
        return tuple(
            Instruction(
                program_id=self.account_keys[instruction.program_id_index],
                accounts=tuple(known[place] for place in instruction.accounts),
                data=instruction.data,
            )
            for instruction in self.instructions
        )

    def _meta(self, place: int) -> AccountMeta:
        signers = self.num_required_signatures
        is_signer = place < signers
        end = signers - self.num_readonly_signed_accounts if is_signer else self._writable_end
        return AccountMeta(pubkey=self.account_keys[place], is_signer=is_signer, is_writable=place < end)

    @property
    def _writable_end(self) -> int:
        return len(self.account_keys) - self.num_readonly_unsigned_accounts

    def _check_header(self) -> None:
        if not self.num_readonly_signed_accounts < self.num_required_signatures:
            raise TransactionError("expected a fee payer: a signer that may be written", reason="missing")
        if self.num_required_signatures > self._writable_end:
            raise TransactionError(f"the header counts more than {len(self.account_keys)} accounts", reason="range")
        if len(set(self.account_keys)) != len(self.account_keys):
            raise TransactionError("an account key appears twice", reason="duplicate")

    def _check_lookups(self) -> None:
        if type(self.lookups) is not tuple:  # a legacy message does not write them, so that no codec has looked
            raise TransactionError("expected a tuple of lookups", reason="type")
        if self.lookups and self.version != 0:
            raise TransactionError("only a message of version 0 has lookups", reason="version")
        if any(not lookup.writable + lookup.readonly for lookup in self.lookups):
            raise TransactionError("a lookup loads no account", reason="missing")
        places = [(lookup.key, place) for lookup in self.lookups for place in lookup.writable + lookup.readonly]
        if len(set(places)) != len(places):
            raise TransactionError("a place of a lookup table is loaded twice", reason="duplicate")
        _check_places_fit(len(self.account_keys) + len(places))

    def _check_places(self, instruction: CompiledInstruction) -> None:
        static = len(self.account_keys)
        if not 0 < instruction.program_id_index < static:
            raise TransactionError(
                f"expected a program from 1 to {static - 1} (0 is the fee payer), got {instruction.program_id_index}",
                reason="range",
            )
        count = static + sum(len(lookup.writable) + len(lookup.readonly) for lookup in self.lookups)
        if instruction.accounts and max(instruction.accounts) >= count:
            raise TransactionError(
                f"an instruction names account {max(instruction.accounts)} of {count}", reason="range"
            )


def _version(byte: int) -> int:
    if byte != _VERSIONED:
        raise DecodingError(f"expected a legacy message, version 0 or 1, got {byte & 0x7F}", reason="version")
    return 0


def _version_byte(version: int) -> int:
    if version != 0:
        raise DecodingError("expected None, 0 or 1 as version", reason="version")
    return _VERSIONED


_KEY = fixed(32)
_PLACES = prefixed(compact_u16)
_INSTRUCTION = struct(CompiledInstruction, program_id_index=u8, accounts=_PLACES, data=prefixed(compact_u16))
_LOOKUP = struct(TableLookup, key=_KEY, writable=_PLACES, readonly=_PLACES)
_FIELDS: dict[str, Codec[Any]] = {
    "num_required_signatures": u8,
    "num_readonly_signed_accounts": u8,
    "num_readonly_unsigned_accounts": u8,
    "account_keys": array(_KEY, count=compact_u16),
    "recent_blockhash": _KEY,
    "instructions": array(_INSTRUCTION, count=compact_u16),
}
_LEGACY = struct(Message, **_FIELDS)
_VERSION_0 = struct(
    Message,
    version=mapped(u8, int, _version, _version_byte),
    **_FIELDS,
    lookups=array(_LOOKUP, count=compact_u16),
)


def read_version_1(reader: Reader) -> Message:
    """The message of version 1 with which bytes begin. Raises `DecodingError`."""
    if u8.read(reader) != _VERSION_1_BYTE:
        raise DecodingError("expected a message of version 1", reason="version")
    fields = version1.read(reader, CompiledInstruction)
    try:
        return Message(version=1, **fields)
    except TransactionError as error:
        raise DecodingError(str(error), reason=error.reason) from None


def _write_version_1(message: Message, out: bytearray) -> None:
    out.append(_VERSION_1_BYTE)
    for each in message.instructions:
        _check_compiled(each)
    version1.write(message, out)


def _check_compiled(value: CompiledInstruction) -> None:
    if type(value) is not CompiledInstruction or type(value.accounts) is not bytes or type(value.data) is not bytes:
        raise DecodingError("expected CompiledInstruction with bytes as accounts and data", reason="type")


_VERSION_1 = Codec(kind=Message, minimum=42, read=read_version_1, write=_write_version_1)


def _rights(instructions: Sequence[Instruction]) -> dict[bytes, tuple[bool, bool]]:
    """Each account, and whether any of the instructions needs it to sign and to be written."""
    if type(instructions) not in (tuple, list):
        raise TransactionError("expected a tuple or list of instructions", reason="type")
    rights: dict[bytes, tuple[bool, bool]] = {}
    for instruction in instructions:
        if type(instruction) is not Instruction:
            raise TransactionError(f"expected an Instruction, got {type(instruction).__name__}", reason="type")
        rights.setdefault(instruction.program_id, (False, False))
        for account in instruction.accounts:
            signer, writable = rights.get(account.pubkey, (False, False))
            rights[account.pubkey] = signer or account.is_signer, writable or account.is_writable
    return rights


def _extracted(
    rights: dict[bytes, tuple[bool, bool]], programs: set[bytes], tables: Sequence[LookupTable]
) -> tuple[tuple[TableLookup, ...], list[bytes]]:
    """Take out of ``rights`` what the tables list; the lookups, and the accounts in the order in which they load.

    As ``CompiledKeys::try_extract_table_lookup``: table by table, sorted by key, at the first place that lists it.
    """
    lookups: list[TableLookup] = []
    loaded: tuple[list[bytes], list[bytes]] = [], []
    for table in tables:
        movable = {key for key, (signer, _) in rights.items() if not signer} - programs
        found = sorted(movable & set(table.addresses))
        writable = [key for key in found if rights[key][1]]
        readonly = [key for key in found if not rights[key][1]]
        if found:
            places = (bytes(map(table.addresses.index, keys)) for keys in (writable, readonly))
            lookups.append(TableLookup(key=table.key, writable=next(places), readonly=next(places)))
        loaded[0].extend(writable)
        loaded[1].extend(readonly)
        for key in found:
            del rights[key]
    return tuple(lookups), loaded[0] + loaded[1]


def _loaded(
    known: Mapping[bytes, tuple[bytes, ...]], key: bytes, places: bytes, writable: bool
) -> list[AccountMeta | None]:
    """The accounts at these places of a table; None where the table is not known."""
    if key not in known:
        return [None] * len(places)
    if places and max(places) >= len(known[key]):
        raise TransactionError(f"a lookup names place {max(places)} of {len(known[key])}", reason="range")
    return [AccountMeta(pubkey=known[key][place], is_signer=False, is_writable=writable) for place in places]


def _checked_tables(tables: Sequence[LookupTable]) -> Sequence[LookupTable]:
    if type(tables) not in (tuple, list) or any(type(table) is not LookupTable for table in tables):
        raise TransactionError("expected a tuple or list of LookupTable as tables", reason="type")
    if len({table.key for table in tables}) != len(tables):
        raise TransactionError("a lookup table is given twice", reason="duplicate")
    return tables


def _compiled(instruction: Instruction, places: dict[bytes, int]) -> CompiledInstruction:
    return CompiledInstruction(
        program_id_index=places[instruction.program_id],
        accounts=bytes(places[account.pubkey] for account in instruction.accounts),
        data=instruction.data,
    )


def decode_message(raw: bytes) -> Message:
    """The message that all of these bytes are; the top bit of the first one is set in versions. `TransactionError`."""
    with raised_as(TransactionError):
        if raw[:1] == bytes([_VERSION_1_BYTE]):
            return _VERSION_1.decode(raw)
        return (_VERSION_0 if raw and raw[0] & _VERSIONED else _LEGACY).decode(raw)


def _check_places_fit(count: int) -> None:
    if count > _MAX_PLACES:
        raise TransactionError(f"expected at most {_MAX_PLACES} accounts with the loaded ones", reason="too-large")


def _check_account(value: bytes, what: str) -> None:
    if type(value) is not bytes or len(value) != 32:
        raise TransactionError(f"expected 32 bytes as {what}", reason="length")
