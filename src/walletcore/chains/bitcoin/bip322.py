"""Generic signed messages: whoever can spend an output signs a message as if they spent it (BIP-322, version 2.0.0).

Two transactions that no network takes: ``to_spend`` has the hash of the message and the output, ``to_sign`` spends that
output, and those whose control is to be proven. The signature is the witness of ``to_sign`` ("simple"), all of it
("full"), or its finalized PSBT ("proof of funds").
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from walletcore.chains.base import Address, SignedMessage
from walletcore.chains.bitcoin.carried import identified
from walletcore.chains.bitcoin.chain import MESSAGE_MAGIC, BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.locks import Lock, Origins
from walletcore.chains.bitcoin.message import check_data, said
from walletcore.chains.bitcoin.opcodes import push
from walletcore.chains.bitcoin.psbt import NO_OUTPUT_FIELDS, Psbt, PsbtGlobals, PsbtInput
from walletcore.chains.bitcoin.psbt.codec import encode
from walletcore.chains.bitcoin.script import KEY_KINDS, destination_of, kind_of
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import WITNESS, Tx, TxIn, TxOut
from walletcore.errors import TransactionError
from walletcore.hashes import tagged
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin
from walletcore.remembering import in_use, memory
from walletcore.signing import Answers, SigningRequest

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = [
    "FULL",
    "NOTHING",
    "PROOF_OF_FUNDS",
    "SIMPLE",
    "GenericMessage",
    "check_chain",
    "check_funds",
    "has_generic_messages",
    "message_hash",
    "message_of",
    "proof_in",
    "to_spend",
]

SIMPLE, FULL, PROOF_OF_FUNDS = "smp", "ful", "pof"
"""What signatures begin with, by their variant."""
NOTHING = TxOut(value=0, script_pubkey=b"\x6a")
"""The one output of ``to_sign``: OP_RETURN."""
_NATIVE = ("p2wpkh", "p2wsh", "p2tr")
_SIGHASH = ("ALL", "DEFAULT")
_HASH = tagged("BIP0322-signed-message")
_MAX_WEIGHT = 4_000_000  # units: a block has no more (src/consensus/consensus.h, MAX_BLOCK_WEIGHT)
_MAX_PREVIOUS = 28_000_000  # bytes: beside all that fits into a block, a PSBT has room for as many (32 MB)
_COINBASE = ("00" * 32, 0xFFFF_FFFF)


def has_generic_messages(chain: object) -> bool:
    """Whether this is a network of Bitcoin: its relatives sign transactions in other ways."""
    return type(chain) is BitcoinChain and chain.message_magic == MESSAGE_MAGIC and "p2tr" in chain.kinds


def check_chain(chain: object) -> None:
    """Raise `TransactionError` unless `has_generic_messages`."""
    if type(chain) is not BitcoinChain:
        raise TransactionError(f"expected a chain of Bitcoin, got {type(chain).__name__}", reason="type")
    if not has_generic_messages(chain):
        raise TransactionError(f"generic messages are Bitcoin's (BIP-322), not those of {chain.name}", reason="network")


def message_hash(data: bytes) -> bytes:
    """The tagged hash of a message (BIP-340, "Design"), 32 bytes."""
    return _HASH(data)


def to_spend(data: bytes, script_pubkey: bytes) -> Tx:
    """The transaction that pays nothing to an output script, the message_challenge, and has the hash of a message.

    It stands in no block: a coinbase begins with the height of its block (BIP-34).
    """
    source = TxIn(txid=_COINBASE[0], vout=_COINBASE[1], script_sig=b"\x00" + push(message_hash(data)), sequence=0)
    return Tx(version=0, inputs=(source,), outputs=(TxOut(value=0, script_pubkey=script_pubkey),), locktime=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericMessage:
    """What whoever can spend an output signs that is no transaction: bytes (text as UTF-8), at most 1 MiB.

    The output is told as `Input` is told one: by ``signer`` and ``kind`` (the chain's default, or p2tr, p2sh-p2wpkh,
    p2pkh), by ``witness_script`` or ``redeem_script``, by ``leaf_script`` and ``control_block`` (a script path of
    taproot, whose internal key then is ``signer``), or by ``script_pubkey``. ``version``, ``locktime`` and ``sequence``
    are those of ``to_sign``, where a script asks for them. ``funds`` are outputs that are proven to be controlled, too;
    their signatures are over everything, so that nobody can spend them by it.
    Raises `TransactionError`.
    """

    chain: BitcoinChain
    data: bytes
    signer: PublicKey | None = None
    kind: str = ""
    script_pubkey: bytes = b""
    merkle_root: bytes = b""
    redeem_script: bytes = b""
    witness_script: bytes = b""
    leaf_script: bytes = b""
    control_block: bytes = b""
    origin: KeyOrigin | None = field(default=None, compare=False)
    origins: Origins = field(default=(), compare=False)
    version: int = 0
    locktime: int = 0
    sequence: int = 0
    funds: tuple[Input, ...] = ()
    _to_sign: Transaction = field(init=False, repr=False, compare=False)
    _requests: object | None = memory()

    def __post_init__(self) -> None:
        check_chain(self.chain)
        check_data(self.data)
        if type(self.funds) is not tuple or any(type(each) is not Input for each in self.funds):
            raise TransactionError("expected funds as a tuple of Input", reason="type")
        if type(self.signer) is PublicKey and self.kind == "" and not self._has_scripts:
            self._set(kind=self.chain.profiles[0].kind)
        first = self._first()
        inputs = (first, *self.funds)
        if not all(each.required for each in inputs):
            raise TransactionError("anyone may spend an output of P2A: it proves nothing", reason="policy")
        for each in self.funds:
            _check_fund(each)
        if sum({each.txid: len(each.previous) for each in self.funds if each.is_legacy}.values()) > _MAX_PREVIOUS:
            message = f"expected at most {_MAX_PREVIOUS} bytes of transactions that funds before segwit spend from"
            raise TransactionError(message, reason="too-large")
        version, locktime = self.version, self.locktime
        to_sign = Transaction(chain=self.chain, inputs=inputs, outputs=(NOTHING,), version=version, locktime=locktime)
        check_funds(first.txid, self.funds)
        self._set(_to_sign=to_sign, signer=first.key, kind=first.kind, script_pubkey=first.script_pubkey)
        self._set(redeem_script=first.redeem_script, witness_script=first.witness_script, merkle_root=first.merkle_root)

    @property
    def _has_scripts(self) -> bool:
        return bool(self.script_pubkey or self.redeem_script or self.witness_script or self.leaf_script)

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _first(self) -> Input:
        """The input that spends the output of ``to_spend``."""
        source = to_spend(self.data, self._challenge())
        return Input(
            txid=source.txid,
            vout=0,
            script_pubkey=self.script_pubkey,
            kind=self.kind,
            key=self.signer,
            merkle_root=self.merkle_root,
            redeem_script=self.redeem_script,
            witness_script=self.witness_script,
            leaf_script=self.leaf_script,
            control_block=self.control_block,
            previous=source.encode(),
            sequence=self.sequence,
            origin=self.origin,
            origins=self.origins,
        )

    def _challenge(self) -> bytes:
        if self.script_pubkey or (self.merkle_root and not self.leaf_script):
            return self.script_pubkey or self._taproot()
        return Lock(
            kind=self.kind,
            key=self.signer,
            redeem_script=self.redeem_script,
            witness_script=self.witness_script,
            leaf_script=self.leaf_script,
            control_block=self.control_block,
        ).script_pubkey

    def _taproot(self) -> bytes:
        if type(self.signer) is not PublicKey or type(self.merkle_root) is not bytes or self.kind != "p2tr":
            raise TransactionError("a merkle root goes with a signer and p2tr", reason="mismatch")
        if len(self.merkle_root) != 32 or self.signer.curve is not Curve.SECP256K1:
            raise TransactionError("expected a merkle root of 32 bytes and a key of secp256k1", reason="length")
        return KEY_KINDS["p2tr"](self.signer.data, self.merkle_root).script_pubkey

    @property
    def to_sign(self) -> Transaction:
        """The transaction whose witness is the signature."""
        return self._to_sign

    @property
    def address(self) -> Address:
        """The address that the signature speaks for. Raises `TransactionError` for a script that has none."""
        destination = destination_of(self.script_pubkey)
        if destination is None:
            raise TransactionError("a bare script has no address", reason="missing")
        return self.chain.address_of(destination)

    @property
    def raw(self) -> bytes:
        """The PSBT of ``to_sign``, with the message in it (BIP-322, "PSBT-based signing").

        `BitcoinChain.decode_transaction` reads it.
        """
        psbt = Psbt.from_transaction(self._to_sign)
        return encode(psbt.globals.with_fields(generic_signed_message=self.data), psbt.inputs, psbt.outputs)

    @in_use
    def requests(self) -> tuple[SigningRequest, ...]:
        """Those of ``to_sign``: one per input and key.

        Raises `TransactionError` while a key is not known.
        """
        return tuple([each.about(self) for each in self._to_sign.requests()])

    def assemble(self, answers: Answers) -> SignedMessage[GenericMessage]:
        """The message with its signature in ``raw``, ASCII to be pasted: a variant and base64, as short as it can be.

        A script that wants m of n keys takes any m of them. Raises `InvalidSignature`, `MissingSignature`.
        """
        signed = self._to_sign.assemble(answers)
        raw = self.signature_in(Tx.decode(signed.raw))
        return SignedMessage(chain=self.chain, raw=raw, message=self, answers=signed.answers)

    def signature_in(self, signed: Tx) -> bytes:
        """What `assemble` gives in ``raw``, out of ``to_sign`` as somebody has signed it, which is not verified here.

        Raises `TransactionError`: "mismatch" for another transaction, "missing" without a signature, or where one that
        funds spend from is not known, and nothing else proves them.
        """
        if type(signed) is not Tx:
            raise TransactionError(f"expected a Tx, got {type(signed).__name__}", reason="type")
        if not signed.is_signed:
            raise TransactionError("expected the transaction with its signatures", reason="missing")
        unsigned = replace(signed, inputs=_bare(signed), witnesses=())
        if unsigned != self._to_sign._unsigned:
            raise TransactionError("the transaction does not sign this message", reason="mismatch")
        variant, body = self._encoded(signed)
        return variant.encode() + base64.b64encode(body)

    def _encoded(self, signed: Tx) -> tuple[str, bytes]:
        if self.funds:
            return PROOF_OF_FUNDS, _finalized(signed, self._to_sign.inputs)
        if self.kind in _NATIVE and (self.version, self.locktime, self.sequence) == (0, 0, 0):
            return SIMPLE, WITNESS.encode(signed.witnesses[0] if signed.witnesses else ())
        return FULL, signed.encode()

    def effects(self) -> tuple[Effect, ...]:
        """A `Statement` for text, `Opaque` for bytes that a person cannot read; a statement for each of the funds."""
        from walletcore.effects import Statement

        proven = [(each.value, each.txid, each.vout) for each in self.funds]
        texts = [f"proof of control of {value} satoshi in {txid}:{vout}" for value, txid, vout in proven]
        return (*said(self.data), *(Statement(text=text) for text in texts))


def _check_fund(fund: Input) -> None:
    if fund.spent is None or fund.sighash not in _SIGHASH:
        raise TransactionError("expected funds that are known, signed ALL or DEFAULT", reason="policy")
    if fund.is_legacy and not fund.previous:  # whatever is trusted: a proof has to prove it
        raise TransactionError("expected the transaction that funds before segwit spend from", reason="missing")


def check_funds(txid: str, funds: Iterable[Input | TxIn]) -> None:
    """Raise `TransactionError` for funds in ``to_spend``, of this txid: it has one output, and no block has it."""
    if any(each.txid == txid for each in funds):
        raise TransactionError("funds in the transaction of the message itself exist nowhere", reason="mismatch")


def message_of(data: bytes, to_sign: Transaction) -> GenericMessage:
    """The message whose PSBT describes this transaction.

    What is signed must be this message (BIP-322, "PSBT signer"), or it is refused. Raises `TransactionError`.
    """
    first, *funds = to_sign.inputs
    made = GenericMessage(
        chain=to_sign.chain,
        data=data,
        signer=first.key,
        kind=first.kind,
        script_pubkey=first.script_pubkey,
        merkle_root=first.merkle_root,
        redeem_script=first.redeem_script,
        witness_script=first.witness_script,
        leaf_script=first.leaf_script,
        control_block=first.control_block,
        origin=first.origin,
        origins=first.origins,
        version=to_sign.version,
        locktime=to_sign.locktime,
        sequence=first.sequence,
        funds=tuple(funds),
    )
    if _signed_parts(made.to_sign) != _signed_parts(to_sign):
        hint = "without PSBT_GLOBAL_GENERIC_SIGNED_MESSAGE it is an ordinary one"
        raise TransactionError("the PSBT does not sign the message that it names", reason="mismatch", hint=hint)
    if first.sighash not in _SIGHASH:
        raise TransactionError(f"expected a message to be signed ALL or DEFAULT, got {first.sighash}", reason="policy")
    own, *others = made.to_sign.inputs
    if (first.sighash, first.left_open, to_sign.partial) != (own.sighash, (), False):
        own = replace(own, sighash=first.sighash, left_open=first.left_open)
        made._set(_to_sign=replace(made.to_sign, inputs=(own, *others), partial=to_sign.partial))
    return made


def _signed_parts(transaction: Transaction) -> tuple[object, ...]:
    outpoints = [each.outpoint for each in transaction.inputs]
    return outpoints, transaction.outputs, transaction.version, transaction.locktime


def _finalized(signed: Tx, inputs: Sequence[Input]) -> bytes:
    """The finalized PSBT of a signed transaction, with what each input spends: all of it before segwit (BIP-174).

    Without a witness an input is one of these: of others' that are final nobody knows the script behind a hash. A
    transaction that several of them spend from stands with the first (BIP-322).
    """
    told: set[str] = set()
    maps = []
    witnesses = signed.witnesses or ((),) * len(signed.inputs)
    for index, (each, source, witness) in enumerate(zip(inputs, signed.inputs, witnesses, strict=True)):
        if not (witness or each.previous):
            raise TransactionError(f"input {index}: expected the transaction that it spends from", reason="missing")
        values = {
            "non_witness_utxo": None if witness or each.txid in told else each.previous,
            "witness_utxo": each.spent if witness else None,
            "final_scriptsig": source.script_sig or None,
            "final_scriptwitness": witness or None,
        }
        maps.append(PsbtInput(**values))
        told |= set() if witness else {each.txid}
    common = PsbtGlobals(unsigned_tx=replace(signed, inputs=_bare(signed), witnesses=()).encode())
    return encode(common, tuple(maps), (NO_OUTPUT_FIELDS,) * len(signed.outputs))


def _bare(signed: Tx) -> tuple[TxIn, ...]:
    return tuple([replace(each, script_sig=b"") for each in signed.inputs])


def proof_in(chain: BitcoinChain, raw: bytes) -> tuple[Tx, tuple[TxOut, ...]]:
    """``to_sign`` in a proof of funds, and what its inputs spend, as the PSBT says and where it proves it.

    An input before segwit needs the transaction that it spends from, its own or that of an input before it; what any
    input claims agrees with every transaction that is told. The transaction weighs at most 4,000,000 units, as no block
    has more. Raises `TransactionError`.
    """
    psbt = Psbt.decode(chain, raw, max_weight=_MAX_WEIGHT)
    to_sign = psbt.handed_over
    known: dict[str, _Told] = {}
    for index, (each, fields) in enumerate(zip(to_sign.inputs, psbt.inputs, strict=True)):
        if fields.non_witness_utxo is not None:
            previous, txid = identified(chain, fields.non_witness_utxo)
            if txid != each.txid:
                raise TransactionError(f"input {index}: the previous transaction has another txid", reason="mismatch")
            known.setdefault(txid, _Told(index, previous.outputs))
    inputs = enumerate(zip(to_sign.inputs, psbt.inputs, strict=True))
    return to_sign, tuple([_spent(index, each, known.get(each.txid), fields) for index, (each, fields) in inputs])


class _Told(NamedTuple):
    """The outputs of a previous transaction, and the first input with which it stands."""

    place: int
    outputs: tuple[TxOut, ...]


def _spent(index: int, each: TxIn, told: _Told | None, fields: PsbtInput) -> TxOut:
    """What an input spends: proven by the transaction, or claimed, which a signature of segwit commits to."""
    claimed = fields.witness_utxo
    if told is None or told.place > index:
        if claimed is None or kind_of(claimed.script_pubkey) in ("", "p2pkh") or not fields.final_scriptwitness:
            raise TransactionError(f"input {index}: expected the transaction that it spends from", reason="missing")
        if told is None:
            return claimed
    if each.vout >= len(told.outputs) or claimed not in (None, told.outputs[each.vout]):
        raise TransactionError(f"input {index}: the previous transaction has another output there", reason="mismatch")
    return told.outputs[each.vout]
