"""Previous transactions that carry more than Bitcoin's do: what is read of them is the txid, the outputs and the size.

Each form is that of a node, src/primitives/transaction.h: dashpay/dash (DIP-2; DIP-27 for asset unlocks), firoorg/firo,
PIVX-Project/PIVX with src/sapling/sapling_transaction.h, litecoin-project/litecoin, and HorizenOfficial/zen. Such
transactions may have no inputs, or inputs that spend no outpoint. None of them is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from walletcore.chains.bitcoin.parts import MARKER
from walletcore.chains.bitcoin.tx import INPUTS, MAX_AMOUNT, OUTPUTS, Tx, TxOut, check_money
from walletcore.coding.wire import Reader, array, bounded, compact_size, fixed, prefixed, u8, u16le, u32le
from walletcore.errors import DecodingError, TransactionError, raised_as
from walletcore.hashes import sha256d

__all__ = ["FORMS", "Carried", "identified", "previous_output"]

_MAX_TX = 4_000_000  # bytes: no block of theirs has more
_SPECIAL = 3  # the version that has a type
_SIGN, _MINUS = 0x8000, 0xFFFF  # of versions of 16 bits, and what stands in the upper 16 where one is negative
_MAX_INT32 = 0x7FFF_FFFF
_PAYLOAD, _OPTIONAL = prefixed(compact_size), bounded(u8, 1)

_ASSET_UNLOCK = 9  # dash: TRANSACTION_ASSET_UNLOCK
_UNLOCK, _QUORUM = 1 + 8 + 4 + 4 + 32 + 96, 4 + 32 + 96  # bytes of its payload, and of what the quorum says at its end
_STABLE = 2  # the version of the payload from which on the txid is that of zeros there

_SPENDS = array(fixed(384), count=compact_size)  # pivx: SPENDDESCRIPTION_SIZE
_OUTPUTS = array(fixed(948), count=compact_size)  # OUTPUTDESCRIPTION_SIZE
_BALANCE, _BINDING = 8, 64  # bytes: valueBalance, bindingSig

_GROTH, _SIDECHAINS = 0xFFFF_FFFD, (0xFFFF_FFFC, 0xFFFF_FFFB)  # horizen: GROTH_TX_VERSION; SC_TX_ and SC_CERT_VERSION
_PROOFS = {False: 7 * 33 + 65, True: 192}  # bytes: PHGRProof, and GROTH_PROOF_SIZE
_JOIN_SPLIT = 2 * 8 + 32 + 2 * 32 + 2 * 32 + 32 + 32 + 2 * 32 + 2 * (585 + 16)  # of a JSDescription, beside its proof
_JOIN_SPLITS = {is_groth: array(fixed(_JOIN_SPLIT + size), count=compact_size) for is_groth, size in _PROOFS.items()}
_SIGNED = 32 + 64  # bytes behind them: joinSplitPubKey, joinSplitSig

_MWEB, _HOGEX, _FIXED = 0x08, b"\x00", 4 + 2 + 1 + 4  # litecoin: the flag, and what stands before HogEx' lock time
_PEG_IN = "a part for the extension block is not read: blocks carry the transaction without it, with the same txid"


@dataclass(frozen=True, slots=True)
class Carried:
    """What is read of a transaction beside its txid.

    ``vsize`` is the size that fees are counted by. Where there are no inputs, what stands behind the lock time is
    signed. Nobody signs Litecoin's HogEx, which waits for no block: miners make it.
    """

    outputs: tuple[TxOut, ...]
    vsize: int
    is_signed: bool


Found = tuple[Tx | Carried, str]


def previous_output(form: str, previous: bytes, txid: str, vout: int) -> TxOut:
    """The output of a previous transaction in a form of `FORMS`, which must have that txid.

    Raises `TransactionError`.
    """
    tx, found = identified(form, previous)
    if found != txid:
        raise TransactionError("the previous transaction has another txid", reason="mismatch")
    if vout >= len(tx.outputs):
        raise TransactionError(f"the previous transaction has no output {vout}", reason="mismatch")
    return tx.outputs[vout]


def identified(form: str, previous: bytes) -> Found:
    """A transaction in a form of `FORMS`, and its txid. Raises `TransactionError`."""
    if type(previous) is not bytes:
        raise TransactionError(f"expected bytes, got {type(previous).__name__}", reason="type")
    if len(previous) > _MAX_TX:
        raise TransactionError(f"expected at most {_MAX_TX} bytes, got {len(previous)}", reason="too-large")
    return _read(form, previous)


@lru_cache(maxsize=4)  # who reads a PSBT asks once to know the kind of an input, and the input asks again
def _read(form: str, previous: bytes) -> Found:
    with raised_as(TransactionError):
        tx, txid = FORMS[form](previous)
    check_money(tx.outputs, MAX_AMOUNT)
    return tx, txid


class _Body:
    """What all of them begin with: version and type in 16 bits each, inputs, outputs, lock time."""

    __slots__ = ("has_inputs", "is_signed", "kind", "outputs", "reader", "version")

    def __init__(self, raw: bytes) -> None:
        self.reader = Reader(raw)
        self.version, self.kind = u16le.read(self.reader), u16le.read(self.reader)
        inputs = INPUTS.read(self.reader)
        self.has_inputs = bool(inputs)
        self.is_signed = not inputs or any(each.script_sig for each in inputs)
        self.outputs = OUTPUTS.read(self.reader)
        u32le.read(self.reader)

    def end(self) -> Carried:
        """All of it: there are no witnesses. Raises `DecodingError` where bytes remain."""
        if self.reader.remaining:
            raise DecodingError(f"{self.reader.remaining} bytes remain after the end", reason="trailing")
        return Carried(self.outputs, len(self.reader.data), self.is_signed)


def _check_version(body: _Body) -> None:
    """A negative version takes all 32 bits where nodes write it: they know no type beside it."""
    if body.version & _SIGN and body.kind != _MINUS:
        raise DecodingError("expected a version that the nodes of that network write", reason="version")


def _dash(raw: bytes) -> Found:
    """A special transaction has a payload behind its lock time, and perhaps no inputs."""
    body, payload = _Body(raw), b""
    _check_version(body)
    special = _SPECIAL <= body.version < _SIGN and body.kind != 0
    if special:
        payload = _PAYLOAD.read(body.reader)
    if not (special or body.has_inputs):
        raise DecodingError("expected inputs, got none", reason="length")
    carried = body.end()
    if body.kind == _ASSET_UNLOCK and len(payload) == _UNLOCK and payload[0] >= _STABLE and special:
        raw = raw[:-_QUORUM] + bytes(_QUORUM)  # dashpay/dash pull request 7639
    return carried, _hash(raw)


def _firo(raw: bytes) -> Found:
    """The same in version 3 alone; outputs without inputs would be marker and flag of witnesses, which it has not."""
    body = _Body(raw)
    _check_version(body)
    if body.outputs and not body.has_inputs:
        raise DecodingError("expected inputs, got none", reason="length")
    if body.version == _SPECIAL and body.kind != 0:
        _PAYLOAD.read(body.reader)
    return body.end(), _hash(raw)


def _pivx(raw: bytes) -> Found:
    """From version 3 on a shielded part may follow the lock time, and behind it a payload where there is a type."""
    body = _Body(raw)
    if _SPECIAL <= body.version < _SIGN:
        if _OPTIONAL.read(body.reader):
            body.reader.take(_BALANCE)
            _SPENDS.read(body.reader)
            _OUTPUTS.read(body.reader)
            body.reader.take(_BINDING)
        if body.kind != 0 and _OPTIONAL.read(body.reader):
            _PAYLOAD.read(body.reader)
    elif not body.has_inputs:
        raise DecodingError("expected inputs, got none", reason="length")
    return body.end(), _hash(raw)


def _horizen(raw: bytes) -> Found:
    """All versions but 1 count their JoinSplits behind the lock time, which are proven as the version says."""
    version = int.from_bytes(raw[:4], "little")
    if version in _SIDECHAINS:
        raise DecodingError("a transaction with sidechains is not read, and no certificate", reason="unknown")
    if not 0 < version <= _MAX_INT32 and version != _GROTH:
        raise DecodingError("expected a version that the nodes of that network write", reason="version")
    body = _Body(raw)
    joined = _JOIN_SPLITS[version == _GROTH].read(body.reader) if version > 1 else ()
    if joined:
        body.reader.take(_SIGNED)
    if not (joined or body.has_inputs):
        raise DecodingError("expected inputs, got none", reason="length")
    return body.end(), _hash(raw)


def _litecoin(raw: bytes) -> Found:
    """HogEx, which pays what leaves the extension block, says so with a flag, and with a part that is empty.

    The txid leaves both out. What a wallet hands to the extension block stands in no block, and is not read.
    """
    flag = raw[5] if len(raw) > _FIXED and raw[4:5] == MARKER else 0
    if flag & _MWEB:
        if raw[6:7] == MARKER:
            raise DecodingError("expected inputs, got none", reason="length")
        if raw[-5:-4] != _HOGEX:
            raise DecodingError(_PEG_IN, reason="unknown")
        marker = MARKER + bytes((flag ^ _MWEB,)) if flag != _MWEB else b""
        raw = raw[:4] + marker + raw[6:-5] + raw[-4:]
    tx, txid = Tx.identified(raw, max_money=MAX_AMOUNT)
    return (Carried(tx.outputs, tx.vsize, is_signed=False) if flag & _MWEB else tx), txid


def _decred(raw: bytes) -> Found:
    """A vote spends no outpoint beside its ticket."""
    from walletcore.chains.bitcoin.relatives import decred  # the others do without BLAKE-256

    return decred.carried(raw)


def _hash(raw: bytes) -> str:
    return sha256d(raw)[::-1].hex()


FORMS: Mapping[str, Callable[[bytes], Found]] = {
    "dash": _dash,
    "decred": _decred,
    "firo": _firo,
    "horizen": _horizen,
    "litecoin": _litecoin,
    "pivx": _pivx,
}
"""The names of `BitcoinChain.form` and `Dialect.form`, and what reads each."""
