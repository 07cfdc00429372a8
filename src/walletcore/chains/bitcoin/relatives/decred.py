"""Transactions of Decred: a prefix that is identified, a witness that is not, and one BLAKE-256 over each.

decred/dcrd wire/msgtx.go (MsgTx: the serialization types), txscript/sighash.go (CalcSignatureHash). Scripts are those
of version 0; keys and scripts are hashed with BLAKE-256 and RIPEMD-160. What votes, revocations, tickets and the
treasury pay stands in the tree of stake, behind an opcode that does nothing when it runs (txscript/sign/sign.go,
stakeSubScriptType): signatures are over all of the script. None of these is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from walletcore.chains.bitcoin.relatives.previous import Carried
from walletcore.chains.bitcoin.script import kind_of
from walletcore.chains.bitcoin.sighash import SIGHASH_ANYONECANPAY, SIGHASH_NONE, SIGHASH_SINGLE, Commitments
from walletcore.chains.bitcoin.tx import OUTPOINT, SCRIPT, Tx, TxIn, TxOut
from walletcore.coding.wire import (
    Codec,
    Reader,
    array,
    bounded,
    compact_size,
    prefixed,
    struct,
    u8,
    u16le,
    u32le,
    u64le,
)
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.hashes import blake256

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.relatives.dialect import Dialect
    from walletcore.chains.bitcoin.transaction import Transaction
    from walletcore.effects import Effect

__all__ = [
    "EXTRA",
    "DecredFields",
    "base",
    "carried",
    "check",
    "commitments",
    "decode",
    "effects",
    "encode",
    "fixes_fee",
    "has_fixed_id",
    "identify",
]

_NO_WITNESS, _WITNESS_SIGNING = 1 << 16, 3 << 16  # TxSerializeNoWitness; sigHashSerializeWitness
_VERSION = 1
_REGULAR, _STAKE = 0, 1  # wire.TxTreeRegular, TxTreeStake
_NULL_HEIGHT, _NULL_INDEX = bytes(4), b"\xff" * 4  # wire.NullBlockHeight, NullBlockIndex: nobody looks at them
_SCRIPT_VERSION = bytes(2)
_BLANK = b"\xff" * 8 + _SCRIPT_VERSION + b"\x00"
_BASE = 0x1F
_TAGS = (b"\xbb", b"\xbc", b"\xbd", b"\xc3")  # OP_SSGEN, OP_SSRTX, OP_SSTXCHANGE, OP_TGEN
_TICKET = b"\xba"  # OP_SSTX: votes and revocations alone spend it
_MAX_TX = 393_216  # bytes: chaincfg MaxTxSize
_U32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class DecredFields:
    """`Transaction.extra` of Decred: the height from which it is mined no more (0: none), and where its inputs are.

    ``trees`` has 0 or 1 for each input: the regular tree of transactions or that of stake; empty: all are regular.
    Raises `TransactionError`.
    """

    expiry: int = 0
    trees: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if type(self.expiry) is not int or not 0 <= self.expiry <= _U32:
            raise TransactionError("expected an expiry from 0 to 2^32-1", reason="range")
        if type(self.trees) is not tuple or any(type(t) is not int or t not in (_REGULAR, _STAKE) for t in self.trees):
            raise TransactionError("expected trees as a tuple of 0 and 1", reason="range")


EXTRA = struct(DecredFields, expiry=u32le, trees=array(bounded(u8, _STAKE), count=compact_size))


class DecredCommitments(Commitments):
    """The messages of one transaction: hash type, hash of the prefix, hash of the scripts.

    What NONE, SINGLE and ANYONECANPAY leave out makes another prefix.
    """

    __slots__ = ("places", "prefix", "tx")
    prehash = blake256

    def __init__(self, tx: Tx, spent: Sequence[TxOut], extra: DecredFields | None) -> None:
        super().__init__(tx, spent)
        self.tx = tx
        self.places = _places(tx, extra)
        ends = self.locktime + (extra.expiry if extra else 0).to_bytes(4, "little")
        self.prefix = _version(tx, _NO_WITNESS), ends

    def legacy(self, index: int, script_code: bytes, hash_type: int = 0x01) -> bytes:
        """What is hashed and signed for an input. Raises `TransactionError` for SINGLE without an output."""
        self._check(index, hash_type)
        if hash_type & _BASE == SIGHASH_SINGLE and index >= len(self.tx.outputs):
            raise TransactionError(f"SINGLE needs an output {index}", reason="range")
        anyone = hash_type & SIGHASH_ANYONECANPAY
        prefix = self._prefix(index, hash_type & _BASE, bool(anyone))
        scripts = [b"\x00"] * len(self.places)
        scripts[index] = SCRIPT.encode(script_code)
        kept = [scripts[index]] if anyone else scripts
        witness = _version(self.tx, _WITNESS_SIGNING) + compact_size.encode(len(kept)) + b"".join(kept)
        return hash_type.to_bytes(4, "little") + blake256(prefix) + blake256(witness)

    def _prefix(self, index: int, base: int, anyone: bool) -> bytes:
        whole = base not in (SIGHASH_NONE, SIGHASH_SINGLE)
        others = self.sequences if whole else [bytes(4)] * len(self.sequences)
        inputs = [place + sequence for place, sequence in zip(self.places, others, strict=True)]
        inputs[index] = self.places[index] + self.sequences[index]
        outputs = list(map(_output, self.tx.outputs))
        if base == SIGHASH_NONE:
            outputs = []
        elif base == SIGHASH_SINGLE:
            outputs = [_BLANK] * index + [outputs[index]]
        kept = [inputs[index]] if anyone else inputs
        counts = compact_size.encode(len(kept)), compact_size.encode(len(outputs))
        return b"".join((self.prefix[0], counts[0], *kept, counts[1], *outputs, self.prefix[1]))


def _version(tx: Tx, kind: int) -> bytes:
    return (tx.version | kind).to_bytes(4, "little")


def _places(tx: Tx, extra: DecredFields | None) -> list[bytes]:
    """The outpoints, each with its tree."""
    trees = extra.trees if extra and extra.trees else (_REGULAR,) * len(tx.inputs)
    return [OUTPOINT.encode(each) + bytes((tree,)) for each, tree in zip(tx.inputs, trees, strict=True)]


def _output(output: TxOut) -> bytes:
    return output.value.to_bytes(8, "little") + _SCRIPT_VERSION + SCRIPT.encode(output.script_pubkey)


def commitments(dialect: Dialect, tx: Tx, spent: Sequence[TxOut], extra: DecredFields | None) -> Commitments:
    """What the signatures of a transaction are made over."""
    return DecredCommitments(tx, spent, extra)


def _body(tx: Tx, extra: DecredFields | None) -> bytes:
    """The prefix behind its version."""
    sequences = [each.sequence.to_bytes(4, "little") for each in tx.inputs]
    inputs = [place + sequence for place, sequence in zip(_places(tx, extra), sequences, strict=True)]
    outputs = map(_output, tx.outputs)
    counts = compact_size.encode(len(inputs)), compact_size.encode(len(tx.outputs))
    ends = tx.locktime.to_bytes(4, "little") + (extra.expiry if extra else 0).to_bytes(4, "little")
    return b"".join((counts[0], *inputs, counts[1], *outputs, ends))


def encode(tx: Tx, spent: Sequence[TxOut | None], extra: DecredFields | None) -> bytes:
    """The bytes that nodes exchange, with the amounts that the inputs spend."""
    amounts = [(output.value if output else 0).to_bytes(8, "little") for output in spent]
    scripts = [SCRIPT.encode(each.script_sig) for each in tx.inputs]
    pairs = zip(amounts, scripts, strict=True)
    witness = [amount + _NULL_HEIGHT + _NULL_INDEX + script for amount, script in pairs]
    return b"".join((_version(tx, 0), _body(tx, extra), compact_size.encode(len(witness)), *witness))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Output:
    value: int
    version: int
    script_pubkey: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    outpoint: TxIn
    tree: int
    sequence: int


_STAKEBASE = TxIn(txid="00" * 32, vout=_U32)
_SCRIPT = prefixed(compact_size)
_PLACES: Codec[Any] = array(
    struct(_Place, outpoint=OUTPOINT, tree=bounded(u8, _STAKE), sequence=u32le), count=compact_size
)
_OUTPUTS: Codec[Any] = array(
    struct(_Output, value=u64le, version=bounded(u16le, 0), script_pubkey=_SCRIPT), count=compact_size
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What stands in the bytes of a transaction; ``prefix`` are those that are hashed, behind the version."""

    version: int
    prefix: bytes
    places: tuple[_Place, ...]
    outputs: tuple[TxOut, ...]
    locktime: int
    expiry: int
    scripts: list[bytes]

    @property
    def txid(self) -> str:
        """The hash of the prefix alone."""
        version = (self.version | _NO_WITNESS).to_bytes(4, "little")
        return blake256(version + self.prefix)[::-1].hex()


def _parts(raw: bytes) -> _Parts:
    """Of a whole transaction, without the amounts and places that its witness claims. Raises `TransactionError`."""
    if type(raw) is not bytes or len(raw) > _MAX_TX:
        raise TransactionError(f"expected at most {_MAX_TX} bytes", reason="too-large" if raw else "type")
    with raised_as(TransactionError):
        reader = Reader(raw)
        version = u32le.read(reader)
        if version >> 16:
            raise DecodingError("expected a transaction with prefix and witness", reason="version")
        places, outputs = _PLACES.read(reader), _OUTPUTS.read(reader)
        locktime, expiry = u32le.read(reader), u32le.read(reader)
        prefix = raw[4 : reader.position]
        scripts = _read_witness(reader, len(places))
        if reader.remaining:
            raise DecodingError(f"{reader.remaining} bytes remain after the end", reason="trailing")
    return _Parts(
        version=version,
        prefix=prefix,
        places=places,
        outputs=tuple([TxOut(value=each.value, script_pubkey=each.script_pubkey) for each in outputs]),
        locktime=locktime,
        expiry=expiry,
        scripts=scripts,
    )


def decode(dialect: Dialect, raw: bytes) -> tuple[Tx, DecredFields]:
    """Read a whole transaction, without the amounts and places that its witness claims. Raises `TransactionError`."""
    return _built(_parts(raw))


def _built(parts: _Parts) -> tuple[Tx, DecredFields]:
    inputs = [
        TxIn(txid=each.outpoint.txid, vout=each.outpoint.vout, script_sig=script, sequence=each.sequence)
        for each, script in zip(parts.places, parts.scripts, strict=True)
    ]
    tx = Tx(version=parts.version, inputs=tuple(inputs), outputs=parts.outputs, locktime=parts.locktime)
    trees = tuple([each.tree for each in parts.places])
    return tx, DecredFields(expiry=parts.expiry, trees=trees if any(trees) else ())


def carried(raw: bytes) -> tuple[Tx | Carried, str]:
    """A previous transaction and its txid: also a vote, which spends no outpoint beside its ticket.

    Raises `TransactionError`.
    """
    parts = _parts(raw)
    if len(parts.places) > 1 and any(each.outpoint == _STAKEBASE for each in parts.places):
        return Carried(parts.outputs, len(raw), is_signed=any(parts.scripts)), parts.txid
    return _built(parts)[0], parts.txid


def _read_witness(reader: Reader, number: int) -> list[bytes]:
    count = compact_size.read(reader)
    if count != number:
        raise DecodingError(f"expected {number} inputs in the witness, got {count}", reason="mismatch")
    scripts = []
    for _ in range(number):
        reader.take(8 + 4 + 4)
        scripts.append(_SCRIPT.read(reader))
    return scripts


def identify(dialect: Dialect, raw: bytes) -> str:
    """The hash of the prefix alone. Raises `TransactionError`."""
    parts = _parts(raw)
    _built(parts)
    return parts.txid


def base(script_pubkey: bytes) -> bytes:
    """The script behind the opcode of stake; the script itself where it has none, or one that votes alone spend."""
    tagged = script_pubkey[:1] in _TAGS and kind_of(script_pubkey[1:]) in ("p2pkh", "p2sh")
    return script_pubkey[1:] if tagged else script_pubkey


def has_fixed_id(transaction: Transaction) -> bool:
    """Signatures stand in the witness."""
    return True


def fixes_fee(transaction: Transaction) -> bool:
    """No signature commits to an amount: previous transactions prove them."""
    return False


def check(transaction: Transaction) -> None:
    """A tree for each input, and stake's for what stands there; what is signed has version 1, and pays as it may."""
    extra, is_known = transaction.extra, any(each.spent is not None for each in transaction.inputs)
    if extra is not None and type(extra) is not DecredFields:
        raise TransactionError("expected DecredFields as extra", reason="type")
    if transaction.version != _VERSION and is_known:  # others are read, and nobody is asked to sign them
        raise TransactionError(f"expected version {_VERSION}, got {transaction.version}", reason="version")
    trees = extra.trees if extra else ()
    if trees and len(trees) != len(transaction.inputs):
        raise TransactionError(f"expected {len(transaction.inputs)} trees, got {len(trees)}", reason="length")
    for index, each in enumerate(transaction.inputs):
        if base(each.script_pubkey) != each.script_pubkey and not (trees and trees[index] == _STAKE):
            hint = "DecredFields(trees=...) has 1 at its place"
            raise TransactionError(f"input {index}: it spends from the tree of stake", reason="mismatch", hint=hint)
    for index, output in enumerate(transaction.outputs if is_known else ()):
        if output.script_pubkey[:1] in (_TICKET, *_TAGS):  # internal/blockchain/validate.go, ErrRegTxCreateStakeOut
            raise TransactionError(f"output {index}: only what stakes has such a script", reason="policy")


def effects(transaction: Transaction) -> tuple[Effect, ...]:
    """Nothing beyond what Bitcoin's transactions do."""
    return ()
