"""A relative's transaction between signers: what it is made of, in a form of our own.

PSBTs carry Bitcoin's transactions (BIP-174), and no field of theirs says an expiry height, a token or a branch. This
one is read by the chain that wrote it only: it names the chain, and neither Bitcoin's software nor a sister chain takes
it for a transaction of its own. It says what `Input` and `TxOut` say; whoever reads it checks it all again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walletcore.chains.base import SignedTransaction
from walletcore.chains.bitcoin.inputs import Input, check_script
from walletcore.chains.bitcoin.locks import Lock, Origins
from walletcore.chains.bitcoin.relatives.dialect import hash_types
from walletcore.chains.bitcoin.script import KEY_KINDS, WITNESS_UNKNOWN, kind_of, p2pkh
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import MAX_AMOUNT, TxIn, TxOut
from walletcore.coding.wire import array, bounded, compact_size, fixed, mapped, prefixed, struct, u8, u32le, u64le
from walletcore.errors import InvalidKey, TransactionError, raised_as
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path

if TYPE_CHECKING:
    from walletcore.chains.bitcoin.chain import BitcoinChain
    from walletcore.chains.bitcoin.relatives.dialect import Dialect

__all__ = ["MAGIC", "decode_relative", "encode_envelope"]

MAGIC = b"walletcore/relative/1\xff"
_MAX_ENVELOPE = 16_000_000  # bytes, as of a PSBT
_MAX_PARTS = 10_000  # inputs, or outputs: a standard transaction of 100 kB has 3,000
_FOREIGN = ("nonstandard", WITNESS_UNKNOWN)  # `Input.foreign` alone has these kinds
_MAX_KEYS = 20  # of one script: MAX_PUBKEYS_PER_MULTISIG


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    key: bytes
    fingerprint: bytes
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guard:
    """What stands behind an output script: the kind, a key, scripts, and where keys come from."""

    kind: str = ""
    key: bytes = b""
    redeem_script: bytes = b""
    witness_script: bytes = b""
    merkle_root: bytes = b""
    leaf_script: bytes = b""
    control_block: bytes = b""
    origins: tuple[_Origin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    txid: bytes
    vout: int
    sequence: int
    known: int
    value: int
    script_pubkey: bytes
    previous: bytes
    sighash: str
    schnorr: int
    guard: _Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class _Output:
    value: int
    script_pubkey: bytes
    known: int
    guard: _Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    caip2: str
    version: int
    locktime: int
    inputs: tuple[_Input, ...]
    outputs: tuple[_Output, ...]
    extra: bytes


def _parsed(data: bytes) -> PublicKey:
    try:
        return PublicKey(Curve.SECP256K1, data)
    except InvalidKey as error:
        raise TransactionError(str(error), reason=error.reason) from None


_BYTES = prefixed(compact_size)
_TEXT = mapped(_BYTES, str, lambda data: data.decode("ascii"), lambda text: text.encode("ascii"))
_ORIGIN = struct(_Origin, key=fixed(33), fingerprint=fixed(4), steps=array(u32le, count=u8))
_GUARD = struct(
    _Guard,
    kind=_TEXT,
    key=_BYTES,
    redeem_script=_BYTES,
    witness_script=_BYTES,
    merkle_root=_BYTES,
    leaf_script=_BYTES,
    control_block=_BYTES,
    origins=array(_ORIGIN, count=bounded(u8, _MAX_KEYS)),
)
_MONEY, _FLAG, _COUNT = bounded(u64le, MAX_AMOUNT), bounded(u8, 1), bounded(compact_size, _MAX_PARTS)
_INPUT = struct(
    _Input,
    txid=fixed(32),
    vout=u32le,
    sequence=u32le,
    known=_FLAG,
    value=_MONEY,
    script_pubkey=_BYTES,
    previous=_BYTES,
    sighash=_TEXT,
    schnorr=_FLAG,
    guard=_GUARD,
)
_OUTPUT = struct(_Output, value=_MONEY, script_pubkey=_BYTES, known=_FLAG, guard=_GUARD)
_ENVELOPE = struct(
    _Envelope,
    caip2=_TEXT,
    version=u32le,
    locktime=u32le,
    inputs=array(_INPUT, count=_COUNT),
    outputs=array(_OUTPUT, count=_COUNT),
    extra=_BYTES,
)


def encode_envelope(transaction: Transaction) -> bytes:
    """The bytes from which `decode_relative` makes the same transaction again."""
    dialect, extra = transaction.chain.dialect, b""
    if dialect is not None and transaction.extra is not None and dialect.rules.EXTRA is not None:
        extra = dialect.rules.EXTRA.encode(transaction.extra)
    envelope = _Envelope(
        caip2=transaction.chain.caip2,
        version=transaction.version,
        locktime=transaction.locktime,
        inputs=tuple(map(_written_input, transaction.inputs)),
        outputs=tuple(map(_written_output, transaction.outputs)),
        extra=extra,
    )
    return MAGIC + _ENVELOPE.encode(envelope)


def decode_relative(
    chain: BitcoinChain, raw: bytes, keys: Sequence[PublicKey], sighash: Collection[str]
) -> Transaction | SignedTransaction[Transaction]:
    """An envelope becomes a `Transaction`, as does what the network carries if nobody has signed it.

    ``keys`` are found by the scripts that they can spend, where the envelope names none; ``sighash`` names the hash
    types that are allowed beside ALL and DEFAULT. Raises `TransactionError`.
    """
    if type(raw) is not bytes:
        raise TransactionError(f"expected bytes, got {type(raw).__name__}", reason="type")
    if len(raw) > _MAX_ENVELOPE:
        raise TransactionError(f"expected at most {_MAX_ENVELOPE} bytes, got {len(raw)}", reason="too-large")
    if not isinstance(keys, Sequence) or any(
        type(key) is not PublicKey or key.curve is not Curve.SECP256K1 for key in keys
    ):
        raise TransactionError("expected public keys of secp256k1", reason="type")
    names = hash_types(chain.dialect) if chain.dialect else {}
    if type(sighash) not in (tuple, list, set, frozenset) or any(each not in names for each in sighash):
        raise TransactionError(f"expected a collection of {', '.join(names)} as sighash", reason="unknown")
    if not raw.startswith(MAGIC):
        return _from_network(chain, raw)
    with raised_as(TransactionError):
        envelope = _ENVELOPE.decode(raw[len(MAGIC) :])
    assert chain.dialect is not None
    return _from_envelope(chain, envelope, _by_script(chain.dialect, keys), {"ALL", "DEFAULT", *sighash})


def _from_network(chain: BitcoinChain, raw: bytes) -> Transaction | SignedTransaction[Transaction]:
    """As of Bitcoin: it says nothing of the outputs that are spent."""
    assert chain.dialect is not None
    tx, extra = chain.dialect.decode(raw)
    inputs = tuple([Input(txid=i.txid, vout=i.vout, sequence=i.sequence, dialect=chain.dialect) for i in tx.inputs])
    transaction = Transaction(
        chain=chain, inputs=inputs, outputs=tx.outputs, version=tx.version, locktime=tx.locktime, extra=extra
    )
    if not tx.is_signed:
        return transaction
    unverified = (None,) * len(tx.inputs)
    return SignedTransaction(chain=chain, raw=raw, transaction=transaction, answers=unverified)


def _from_envelope(
    chain: BitcoinChain, envelope: _Envelope, found: dict[bytes, PublicKey], allowed: Collection[str]
) -> Transaction:
    assert chain.dialect is not None
    if envelope.caip2 != chain.caip2:
        raise TransactionError(f"expected a transaction of {chain.name}", reason="network")
    extra = None
    if envelope.extra:
        if chain.dialect.rules.EXTRA is None:
            raise TransactionError(f"{chain.name} has no such fields", reason="network")
        with raised_as(TransactionError):
            extra = chain.dialect.rules.EXTRA.decode(envelope.extra)
    inputs = tuple([_read_input(chain, each, found, allowed) for each in envelope.inputs])
    kinds = {each.kind for each in inputs}
    return Transaction(
        chain=chain,
        inputs=inputs,
        outputs=tuple([_read_output(chain, each) for each in envelope.outputs]),
        version=envelope.version,
        locktime=envelope.locktime,
        extra=extra,
        partial=not kinds.isdisjoint(_FOREIGN)
        and not kinds <= {*_FOREIGN},  # where all are others', asking is a mistake
    )


# Values into fields


def _written_origins(origins: Sequence[tuple[PublicKey, KeyOrigin | None]]) -> tuple[_Origin, ...]:
    return tuple(
        [
            _Origin(key=key.data, fingerprint=origin.fingerprint, steps=origin.path.steps)
            for key, origin in origins
            if origin is not None
        ]
    )


def _written_input(each: Input) -> _Input:
    return _Input(
        txid=bytes.fromhex(each.txid)[::-1],
        vout=each.vout,
        sequence=each.sequence,
        known=int(each.spent is not None),
        value=each.value or 0,
        script_pubkey=each.script_pubkey,
        previous=each.previous,
        sighash=each.sighash,
        schnorr=int(each.schnorr),
        guard=_Guard(
            kind=each.kind,
            key=each.key.data if each.key else b"",
            redeem_script=each.redeem_script,
            witness_script=each.witness_script,
            merkle_root=each.merkle_root,
            leaf_script=each.leaf_script,
            control_block=each.control_block,
            origins=_written_origins([(key, each.origin_of(key)) for key in each.keys]),
        ),
    )


def _written_output(output: TxOut) -> _Output:
    lock, guard = output.lock, _Guard()
    if lock is not None and lock.leaf is not None:
        lock = None  # an output names no tree here
    if lock is not None:
        guard = _Guard(
            kind=lock.kind,
            key=lock.key.data if lock.key else b"",
            redeem_script=lock.redeem_script,
            witness_script=lock.witness_script,
            origins=_written_origins(lock.origins),
        )
    known = int(lock is not None)
    return _Output(value=output.value, script_pubkey=output.script_pubkey, known=known, guard=guard)


# Fields into values


def _by_script(dialect: Dialect, keys: Sequence[PublicKey]) -> dict[bytes, PublicKey]:
    """By what each can spend, without what stands around it: P2PKH by the chain's own hash, and P2WPKH."""
    plain = {p2pkh(dialect.key_hash(key.data)).script_pubkey: key for key in keys}
    return plain | {KEY_KINDS["p2wpkh"](key.data, b"").script_pubkey: key for key in keys}


def _read_origins(guard: _Guard) -> Origins:
    return tuple([(_parsed(each.key), KeyOrigin(each.fingerprint, Path(each.steps))) for each in guard.origins])


def _read_input(chain: BitcoinChain, each: _Input, found: dict[bytes, PublicKey], allowed: Collection[str]) -> Input:
    outpoint = TxIn(txid=each.txid[::-1].hex(), vout=each.vout, sequence=each.sequence)
    if not each.known:
        if each.value or each.script_pubkey or each.previous or each.sighash or each.schnorr or each.guard != _Guard():
            raise TransactionError("an output that is not known has no fields", reason="non-canonical")
        return Input(txid=outpoint.txid, vout=each.vout, sequence=each.sequence, dialect=chain.dialect)
    if each.sighash not in allowed:
        hint = f"decode_transaction(raw, sighash=[{each.sighash[:30]!r}]) allows it"
        raise TransactionError("expected signatures over everything", reason="policy", hint=hint)
    if each.guard.kind in _FOREIGN:
        return _read_foreign(chain, each, outpoint)
    guard, origins = each.guard, _read_origins(each.guard)
    key = _parsed(guard.key) if guard.key else None
    if key is None and not (guard.redeem_script or guard.witness_script):
        key = found.get(each.script_pubkey if chain.dialect is None else chain.dialect.base(each.script_pubkey))
    own = dict(origins).get(key) if key is not None else None
    return Input(
        txid=outpoint.txid,
        vout=each.vout,
        sequence=each.sequence,
        value=each.value,
        script_pubkey=each.script_pubkey,
        kind=guard.kind,
        key=key,
        merkle_root=guard.merkle_root,
        redeem_script=guard.redeem_script,
        witness_script=guard.witness_script,
        leaf_script=guard.leaf_script,
        control_block=guard.control_block,
        previous=each.previous,
        sighash=each.sighash,
        origin=own,
        origins=() if own is not None or (not guard.leaf_script and kind_of(each.script_pubkey) == "p2tr") else origins,
        dialect=chain.dialect,
        schnorr=bool(each.schnorr),
    )


def _read_foreign(chain: BitcoinChain, each: _Input, outpoint: TxIn) -> Input:
    """What others spend, in a way that is not known here: nothing is said of how."""
    assert chain.dialect is not None
    if each.schnorr or each.guard != _Guard(kind=each.guard.kind):
        raise TransactionError("an output of a kind that is not known has no keys or scripts", reason="non-canonical")
    spent = TxOut(value=each.value, script_pubkey=each.script_pubkey)
    check_script(spent)
    if each.previous and chain.dialect.previous_output(each.previous, outpoint.txid, outpoint.vout) != spent:
        raise TransactionError("the previous transaction has another value or script there", reason="mismatch")
    made = Input.foreign(outpoint, spent, each.previous, each.sighash, chain.dialect)
    if made.kind != each.guard.kind:
        raise TransactionError(f"the output that is spent is {made.kind}", reason="mismatch")
    if made.is_legacy and not (made.previous or chain.dialect.signs_amounts):
        raise TransactionError("expected the previous transaction: signatures prove no amount", reason="missing")
    return made


def _read_output(chain: BitcoinChain, each: _Output) -> TxOut:
    guard = each.guard
    if not each.known:
        if guard != _Guard():
            raise TransactionError("an output whose guard is not known has no fields", reason="non-canonical")
        return TxOut(value=each.value, script_pubkey=each.script_pubkey)
    if guard.merkle_root or guard.leaf_script or guard.control_block:
        raise TransactionError("an output names no tree that it is spent by", reason="non-canonical")
    lock = Lock(
        kind=guard.kind,
        key=_parsed(guard.key) if guard.key else None,
        script_pubkey=each.script_pubkey,
        redeem_script=guard.redeem_script,
        witness_script=guard.witness_script,
        origins=_read_origins(guard),
        dialect=chain.dialect,
    )
    return TxOut(value=each.value, script_pubkey=each.script_pubkey, lock=lock)
