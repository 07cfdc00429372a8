"""Solana's legacy message, and a transaction on the wire: signatures, then the message they are made over.

Solana's documentation: "Transactions" (message header, account addresses, instructions, compact-array format). Where it
leaves the order of accounts within a class open, `Message.compile` takes the Rust SDK's (`CompiledKeys`): by the bytes
of the key. A message of another SDK keeps the order in which it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from walletcore.coding.wire import array, compact_u16, fixed, prefixed, struct, u8
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "NO_SIGNATURE",
    "PACKET_SIZE",
    "AccountMeta",
    "CompiledInstruction",
    "Instruction",
    "Message",
    "decode_wire",
    "encode_wire",
]

PACKET_SIZE = 1232  # PACKET_DATA_SIZE: the smallest IPv6 MTU without the headers; no transaction is larger
NO_SIGNATURE = bytes(64)  # stands where a signature will be
_MAX_ACCOUNTS = PACKET_SIZE // 32
_SIGNATURE = 64
_VERSIONED = 0x80  # the top bit of a message's first byte: version 0 and later


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
    """One call of a program (its 32 bytes) with accounts and data."""

    program_id: bytes
    accounts: tuple[AccountMeta, ...]
    data: bytes

    def __post_init__(self) -> None:
        _check_account(self.program_id, "program")
        if type(self.accounts) is not tuple or any(type(account) is not AccountMeta for account in self.accounts):
            raise TransactionError("expected a tuple of AccountMeta as accounts", reason="type")
        if type(self.data) is not bytes:
            raise TransactionError(f"expected bytes as data, got {type(self.data).__name__}", reason="type")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledInstruction:
    """An instruction whose program and accounts (one byte each) are places in the message's account keys."""

    program_id_index: int
    accounts: bytes
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A legacy message: what is signed. ``raw`` are its bytes.

    The account keys stand in four classes: writable signers (the fee payer first), read-only signers, writable others,
    read-only others; the header counts them. Raises `TransactionError` for a message that no node would take.
    """

    num_required_signatures: int
    num_readonly_signed_accounts: int
    num_readonly_unsigned_accounts: int
    account_keys: tuple[bytes, ...]
    recent_blockhash: bytes
    instructions: tuple[CompiledInstruction, ...]
    raw: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        with raised_as(TransactionError):
            object.__setattr__(self, "raw", _MESSAGE.encode(self))
        size = 1 + _SIGNATURE * self.num_required_signatures + len(self.raw)
        if size > PACKET_SIZE:
            raise TransactionError(
                f"expected a transaction of at most {PACKET_SIZE} bytes, got {size}", reason="too-large"
            )
        self._check_header()
        for instruction in self.instructions:
            self._check_places(instruction)

    @classmethod
    def compile(cls, *, fee_payer: bytes, instructions: Sequence[Instruction], recent_blockhash: bytes) -> Message:
        """The message for a fee payer (32 bytes) and instructions: each account once, with every right it needs."""
        _check_account(fee_payer, "fee payer")
        if type(instructions) not in (tuple, list):
            raise TransactionError("expected a tuple or list of instructions", reason="type")
        rights = _rights(instructions)
        rights.pop(fee_payer, None)
        others = sorted(rights, key=lambda key: (not rights[key][0], not rights[key][1], key))
        keys = (fee_payer, *others)
        if len(keys) > _MAX_ACCOUNTS:
            raise TransactionError(f"expected at most {_MAX_ACCOUNTS} accounts, got {len(keys)}", reason="too-large")
        places = {key: place for place, key in enumerate(keys)}
        classes = list(rights.values())
        return cls(
            num_required_signatures=1 + sum(signer for signer, _ in classes),
            num_readonly_signed_accounts=classes.count((True, False)),
            num_readonly_unsigned_accounts=classes.count((False, False)),
            account_keys=keys,
            recent_blockhash=recent_blockhash,
            instructions=tuple(_compiled(instruction, places) for instruction in instructions),
        )

    @property
    def signers(self) -> tuple[bytes, ...]:
        """The keys that must sign, the fee payer first."""
        return self.account_keys[: self.num_required_signatures]

    def decompile(self) -> tuple[Instruction, ...]:
        """The instructions, each account with the rights that the message gives it."""
        metas = [self._meta(place) for place in range(len(self.account_keys))]
        return tuple(
            Instruction(
                program_id=self.account_keys[instruction.program_id_index],
                accounts=tuple(metas[place] for place in instruction.accounts),
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

    def _check_places(self, instruction: CompiledInstruction) -> None:
        count = len(self.account_keys)
        if not 0 < instruction.program_id_index < count:
            raise TransactionError(
                f"expected a program from 1 to {count - 1} (0 is the fee payer), got {instruction.program_id_index}",
                reason="range",
            )
        if instruction.accounts and max(instruction.accounts) >= count:
            raise TransactionError(
                f"an instruction names account {max(instruction.accounts)} of {count}", reason="range"
            )


_KEY = fixed(32)
_INSTRUCTION = struct(
    CompiledInstruction, program_id_index=u8, accounts=prefixed(compact_u16), data=prefixed(compact_u16)
)
_MESSAGE = struct(
    Message,
    num_required_signatures=u8,
    num_readonly_signed_accounts=u8,
    num_readonly_unsigned_accounts=u8,
    account_keys=array(_KEY, count=compact_u16),
    recent_blockhash=_KEY,
    instructions=array(_INSTRUCTION, count=compact_u16),
)


def _rights(instructions: Sequence[Instruction]) -> dict[bytes, tuple[bool, bool]]:
    """Each account, and whether any of the instructions needs it to sign and to be written."""
    rights: dict[bytes, tuple[bool, bool]] = {}
    for instruction in instructions:
        if type(instruction) is not Instruction:
            raise TransactionError(f"expected an Instruction, got {type(instruction).__name__}", reason="type")
        rights.setdefault(instruction.program_id, (False, False))
        for account in instruction.accounts:
            signer, writable = rights.get(account.pubkey, (False, False))
            rights[account.pubkey] = signer or account.is_signer, writable or account.is_writable
    return rights


def _compiled(instruction: Instruction, places: dict[bytes, int]) -> CompiledInstruction:
    return CompiledInstruction(
        program_id_index=places[instruction.program_id],
        accounts=bytes(places[account.pubkey] for account in instruction.accounts),
        data=instruction.data,
    )


def encode_wire(signatures: Sequence[bytes], message: Message) -> bytes:
    """The bytes of a transaction: a compact array of signatures of 64 bytes, and the message."""
    return b"".join((compact_u16.encode(len(signatures)), *signatures, message.raw))


def decode_wire(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    """The signatures (none before a bare message) and the message; bytes that can be read both ways are refused.

    Raises `TransactionError`.
    """
    if type(raw) is not bytes:
        raise TransactionError(f"expected a transaction as bytes, got {type(raw).__name__}", reason="type")
    if len(raw) > PACKET_SIZE:
        raise TransactionError(f"expected at most {PACKET_SIZE} bytes, got {len(raw)}", reason="too-large")
    readings, refusals = [], []
    for read in (_read_message, _read_transaction):
        try:
            readings.append(read(raw))
        except TransactionError as error:
            refusals.append(error)
    if len(readings) > 1:
        raise TransactionError("the bytes are both a message and a signed transaction", reason="ambiguous")
    if not readings:
        raise refusals[_looks_signed(raw)]
    return readings[0]


def _looks_signed(raw: bytes) -> bool:
    """Whether a message may begin after the signatures: its first byte repeats their number, or is a version."""
    count = raw[0] if raw else 0
    end = 1 + _SIGNATURE * count
    return count > 0 and raw[end : end + 1] in (raw[:1], b"\x80", b"\x81")


def _read_message(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    if raw and raw[0] & _VERSIONED:
        raise TransactionError(f"expected a legacy message, got one of version {raw[0] - _VERSIONED}", reason="version")
    with raised_as(TransactionError):
        return (), _MESSAGE.decode(raw)


def _read_transaction(raw: bytes) -> tuple[tuple[bytes, ...], Message]:
    """A compact array of signatures and a message: the number is one byte, since 128 would not fit a packet."""
    count = raw[0] if raw else 0
    end = 1 + _SIGNATURE * count
    if not 0 < count < 128 or end >= len(raw):
        raise TransactionError(f"expected signatures and a message, got {len(raw)} bytes", reason="truncated")
    _, message = _read_message(raw[end:])
    if count != message.num_required_signatures:
        expected = message.num_required_signatures
        raise TransactionError(f"expected {expected} signatures, got {count}", reason="mismatch")
    return tuple(raw[start : start + _SIGNATURE] for start in range(1, end, _SIGNATURE)), message


def _check_account(value: bytes, what: str) -> None:
    if type(value) is not bytes or len(value) != 32:
        raise TransactionError(f"expected 32 bytes as {what}", reason="length")
