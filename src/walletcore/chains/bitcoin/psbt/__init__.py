"""Partially signed Bitcoin transactions in all their roles: the vessel between those who make, sign and send.

BIP-174 (version 0), BIP-370 (version 2), BIP-371 (taproot). A `Transaction` is what is signed; a `Psbt` carries it from
hand to hand, with the signatures of others and every field that nobody here understands.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.psbt.codec import (
    DRAFT,
    MAGIC,
    MAX_PSBT,
    MAX_WEIGHT,
    Draft,
    Packet,
    bytes_of,
    checked,
    decode,
    draft_in,
    encode,
)
from walletcore.chains.bitcoin.psbt.combining import alike, check_joined, check_same, combined, proven_by
from walletcore.chains.bitcoin.psbt.conversion import converted, draft_of
from walletcore.chains.bitcoin.psbt.counting import Proven, counted
from walletcore.chains.bitcoin.psbt.extracting import extracted, made_final, network_form
from walletcore.chains.bitcoin.psbt.fields import (
    GENERIC_SIGNED_MESSAGE,
    NO_FIELDS,
    NO_OUTPUT_FIELDS,
    PsbtGlobals,
    PsbtInput,
    PsbtOutput,
)
from walletcore.chains.bitcoin.psbt.finalizing import Final, finals_in, finals_of, signature_of
from walletcore.chains.bitcoin.psbt.finding import Find, nobody
from walletcore.chains.bitcoin.psbt.forms import Leaf, TapOrigin
from walletcore.chains.bitcoin.psbt.inputs import transaction_of
from walletcore.chains.bitcoin.psbt.outputs import by_txid, check_chain, check_outputs, check_previous, has_outputs
from walletcore.chains.bitcoin.psbt.plain import SHAPES, prove_keys
from walletcore.chains.bitcoin.psbt.safety import SAFE, Reading, Safety, vsize_when_signed
from walletcore.chains.bitcoin.psbt.signing import Wanted, opened, signed, wanted
from walletcore.chains.bitcoin.psbt.writing import packet_of
from walletcore.chains.bitcoin.relatives.dialect import names_of_types
from walletcore.chains.bitcoin.transaction import Transaction
from walletcore.chains.bitcoin.tx import Tx, check_money
from walletcore.errors import TransactionError, raised_as
from walletcore.freezing import thawed
from walletcore.remembering import memory, remembered
from walletcore.signing import Answers, SigningRequest, accepted

if TYPE_CHECKING:
    from walletcore.chains.base import SignedMessage, SignedTransaction
    from walletcore.chains.bitcoin.bip322 import GenericMessage
    from walletcore.chains.bitcoin.psbt.constructing import NewInputs, NewOutputs
    from walletcore.chains.bitcoin.psbt.maps import Maps
    from walletcore.chains.bitcoin.psbt.naming import Named
    from walletcore.chains.bitcoin.psbt.summary import ChangeOf, Summary
    from walletcore.effects import Effect

__all__ = [
    "MAGIC",
    "NO_FIELDS",
    "NO_OUTPUT_FIELDS",
    "SAFE",
    "Leaf",
    "Psbt",
    "PsbtGlobals",
    "PsbtInput",
    "PsbtOutput",
    "Safety",
    "TapOrigin",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Psbt:
    """The maps of a PSBT of ``version`` 0 or 2; ``sign`` gives a fuller one, `finalize` the transaction.

    ``safety`` is what `requests` and `extract` insist on, ``previous`` are the previous transactions for which maps of
    Bitcoin Cash and eCash have no place; neither is compared. Raises `TransactionError`, "network" for a relative that
    signs or writes in another way (`BitcoinChain.dialect`), unless it has PSBTs.
    """

    chain: BitcoinChain
    version: int = 0
    globals: PsbtGlobals
    inputs: tuple[PsbtInput, ...]
    outputs: tuple[PsbtOutput, ...]
    safety: Safety = field(default=SAFE, compare=False)
    previous: tuple[bytes, ...] = field(default=(), compare=False, repr=False)
    _draft: Draft | None = memory()
    _unsigned_tx: Tx | None = memory()
    _raw: bytes | None = memory()
    _transaction: Transaction | None = memory()
    _unproven: tuple[int, ...] | None = memory()  # places of inputs whose keys may be no points, while that is open
    _message: GenericMessage | None = memory()
    _wanted: Wanted | None = memory()
    _counted: tuple[PsbtInput, ...] | None = memory()
    _proven: Proven | None = memory()  # records that were verified or vouched for here

    def __post_init__(self) -> None:
        check_chain(self.chain)
        if type(self.safety) is not Safety:
            raise TransactionError("expected a Safety", reason="type")
        packet = checked(self.version, self.globals, self.inputs, self.outputs)
        check_outputs(self.chain, packet)
        check_previous(self.previous)
        object.__setattr__(self, "_draft", packet.draft)

    @classmethod
    def decode(
        cls,
        chain: BitcoinChain,
        raw: bytes,
        *,
        safety: Safety = SAFE,
        previous: tuple[bytes, ...] = (),
        max_weight: int = MAX_WEIGHT,
        max_size: int = MAX_PSBT,
    ) -> Psbt:
        """Read a PSBT: strict about its form, not about what it asks for. Raises `TransactionError`.

        ``max_weight`` is that of the signed transaction, in units, of which nodes relay no more than the default;
        ``max_size`` is that of ``raw``, in bytes. Both are of what is read: what is made of it is not judged again.
        """
        check_chain(chain)
        if type(safety) is not Safety:
            raise TransactionError("expected a Safety", reason="type")
        check_previous(previous)
        packet = decode(raw, max_weight, max_size)
        check_outputs(chain, packet)
        return _made(chain, packet, safety, previous, _raw=raw)

    @classmethod
    def parse(cls, chain: BitcoinChain, text: str, *, max_size: int = MAX_PSBT, **options: Unpack[Reading]) -> Psbt:
        """Read the base64 of a PSBT, its one spelling without line breaks; ``options`` are those of `decode`."""
        return cls.decode(chain, bytes_of(text, max_size), max_size=max_size, **options)

    @classmethod
    def from_transaction(cls, transaction: Transaction, *, version: int = 0, safety: Safety = SAFE) -> Psbt:
        """The PSBT of a transaction: what is spent, by whom, and whose its change is. Raises `TransactionError`."""
        if type(transaction) is not Transaction or type(safety) is not Safety:
            raise TransactionError("expected a Transaction, and a Safety", reason="type")
        check_chain(transaction.chain)
        packet = packet_of(transaction, version)
        check_outputs(transaction.chain, packet)
        is_beside = has_outputs(transaction.chain.dialect)
        previous = dict.fromkeys([each.previous for each in transaction.inputs if each.previous]) if is_beside else ()
        return _made(transaction.chain, packet, safety, tuple(previous))

    def __str__(self) -> str:
        return base64.b64encode(self.raw).decode()

    @property
    @remembered
    def raw(self) -> bytes:
        """The bytes, those that were read."""
        return encode(self.globals, self.inputs, self.outputs)

    def encode(self) -> bytes:
        """The bytes: `raw`."""
        return self.raw

    def to_version(self, version: int) -> Psbt:
        """The same PSBT in version 0 or 2; what only version 2 can say is lost in version 0. `TransactionError`."""
        packet = converted(self._packet(), self.draft, version)
        check_outputs(self.chain, packet)
        return _made(self.chain, packet, self.safety, self.previous, _proven=self._proven)

    @property
    def draft(self) -> Draft:
        """Version, outpoints, outputs and lock time, of which a PSBT may lack some still. Raises `TransactionError`."""
        if self._draft is None:
            with raised_as(TransactionError):
                draft = (
                    draft_in(self.globals) if not self.version else draft_of(self.globals, self.inputs, self.outputs)
                )
            object.__setattr__(self, "_draft", draft)
            return draft
        return self._draft

    @property
    @remembered
    def unsigned_tx(self) -> Tx:
        """The transaction that is to be signed. Raises `TransactionError`, as `Tx` does."""
        draft = self.draft
        check_money(draft.outputs, self.chain.max_money)
        return Tx(version=draft.version, inputs=draft.inputs, outputs=draft.outputs, locktime=draft.locktime)

    @property
    def transaction(self) -> Transaction:
        """What the maps describe: the subject of `requests`. Raises `TransactionError` where they contradict it."""
        made = self._described
        if self._unproven:
            prove_keys(made.inputs, self._unproven)
            object.__setattr__(self, "_unproven", ())
        return made

    @property
    def _described(self) -> Transaction:
        """The same with keys of which it is open whether they are points (`_unproven_requests`)."""
        if self._transaction is None:
            made = self.described(nobody, names_of_types(self.chain.dialect).values(), prove=False)
            object.__setattr__(self, "_unproven", tuple(range(len(made.inputs))))
            object.__setattr__(self, "_transaction", made)
            return made
        return self._transaction

    def described(self, find: Find, allowed: Collection[str], *, prove: bool = True) -> Transaction:
        """The same, with keys that ``find`` finds by output scripts, and no other hash types than those named."""
        previous = by_txid(self.chain, self.previous)
        options: dict[str, Any] = {"find": find, "allowed": allowed, "previous": previous, "prove": prove}
        return transaction_of(self.chain, self.unsigned_tx, self.inputs, self.outputs, **options)

    @property
    @remembered
    def message(self) -> GenericMessage | None:
        """The message that it asks to sign (BIP-322); None if it names none.

        Raises `TransactionError`: "mismatch" where something else is signed, "network" for relatives.
        """
        if GENERIC_SIGNED_MESSAGE not in self.globals._records:
            return None
        from walletcore.chains.bitcoin.psbt.messages import message_in

        return message_in(self, self.transaction)

    def requests(self) -> tuple[SigningRequest, ...]:
        """What is still wanted, per input and key: none for inputs that are final or have signatures enough.

        Of a taproot output the internal key is asked, and the keys of those leaves that are understood and ready, of
        which the first 128 of an input are looked at; each request's subject is the transaction spent in its way, or
        the `message` where there is one.

        Raises `SigningRefused` for what ``safety`` does not allow, and `TransactionError`.
        """
        _ = self.transaction  # whose keys are points
        return self._unproven_requests()

    def _unproven_requests(self) -> tuple[SigningRequest, ...]:
        """The same for whoever derives the keys: his signatures show that they are points.

        `assemble` looks at the keys of which no signature comes, and raises `TransactionError`.
        """
        return tuple([request for _, _, request in self._asked()])

    def _asked(self) -> Wanted:
        if self._wanted is None:
            described = self._described
            tx, size = self.unsigned_tx, len(self._unsigned_bytes)
            if GENERIC_SIGNED_MESSAGE in self.globals._records:
                from walletcore.chains.bitcoin.psbt.messages import asked_of  # hardly any PSBT has one

                asked = asked_of(self)
            else:
                self.safety.check(described, vsize_when_signed(described, self.inputs, tx, size))
                asked = wanted(described, tx, self._counting())
            object.__setattr__(self, "_wanted", asked)
        return self._wanted or ()

    def _counting(self) -> tuple[PsbtInput, ...]:
        """The maps of inputs without signatures that are wrong, where an input would have enough with them."""
        if self._counted is None:
            found, proven = counted(self._described, self.unsigned_tx, self.inputs, self._proven or {}, self.safety)
            object.__setattr__(self, "_proven", proven)
            object.__setattr__(self, "_counted", found)
            return found
        return self._counted

    def assemble(self, answers: Answers) -> Psbt:
        """A fuller PSBT: with every answer that came, in its field. Raises `InvalidSignature`."""
        asked = self._asked()
        checked = accepted(tuple([request for _, _, request in asked]), answers)
        inputs, types = self._described.inputs, set[int]()
        new: dict[int, dict[bytes, bytes]] = {}
        proven, fuller = dict(self._proven or {}), list(self.inputs)
        for (index, name, _), answer in zip(asked, checked, strict=True):
            if answer is not None:
                each = inputs[index]
                value = proven[index, name] = signature_of(each, answer)
                new.setdefault(index, {})[name] = value
                types.add(each.hash_type)
        prove_keys(inputs, [place for place in self._unproven or () if place not in new])
        for index, records in new.items():
            fuller[index] = signed(fuller[index], records)
        made = self._with(opened(self.globals, types), tuple(fuller), proven)
        object.__setattr__(made, "_transaction", self._transaction)  # signatures change nothing of what is described
        if self._counting() is self.inputs and SHAPES.keys() >= {self.inputs[index]._numbers for index in new}:
            object.__setattr__(made, "_counted", made.inputs)  # nobody had signed what was signed here
        return made

    def combine(self, *others: Psbt) -> Psbt:
        """The union with what others hold of the same transaction.

        Where all are of version 2, one may know the sequence of an input that another one does not know yet (BIP-370,
        "Unique Identification"). Raises `TransactionError` ("mismatch") for another transaction, where two of them
        disagree, and for signatures over another sequence, also parts of them (BIP-373).
        """
        if any(type(each) is not Psbt for each in others):
            raise TransactionError("expected PSBTs", reason="type")
        check_same(self, others)
        same = [alike(each._packet(), each.draft, self.version) for each in others]
        packet = combined([self._packet(), *same])
        previous = tuple(dict.fromkeys([raw for each in (self, *others) for raw in each.previous]))
        made = _made(self.chain, packet, self.safety, previous, _proven=proven_by(self, others))
        check_joined(made.draft, (self, *others))
        return made

    def with_keys(self, keys: Sequence[Named]) -> Psbt:
        """The same, with these keys named where one of them alone can spend, as signers need it (role: Updater).

        A key comes alone or in a pair with its `KeyOrigin`; without that it counts as the root of its own tree. Final
        inputs and records that are there stay as they are. Raises `TransactionError`.
        """
        from walletcore.chains.bitcoin.psbt.naming import named  # most PSBTs come with their keys

        inputs, outputs = named(self, keys)
        return self._with(self.globals, inputs, self._proven or {}, outputs)

    def with_modifiable(self, *, inputs: bool = False, outputs: bool = False) -> Psbt:
        """The same of version 2, to which others may add inputs, or outputs, or neither any more (BIP-370, "Creator").

        Raises `TransactionError` ("mismatch") where a signature that is there leaves it no more open.
        """
        from walletcore.chains.bitcoin.psbt.constructing import declared  # most transactions are made by one

        return self._with(declared(self, inputs, outputs), self.inputs, self._proven or {})

    def with_parts(self, inputs: NewInputs = (), outputs: NewOutputs = (), *, max_weight: int = MAX_WEIGHT) -> Psbt:
        """The same of version 2 with these inputs and outputs behind its own (role: Constructor, BIP-370).

        An input that is a map says by it which lock time it requires; of a leaf with CLTV that is written here.
        ``max_weight`` is that of `decode`. Raises `TransactionError`: "policy" where the flags do not leave it open,
        "mismatch" where a signature commits to what would change, or no lock time serves all inputs, "duplicate" for
        an output that is spent already.
        """
        from walletcore.chains.bitcoin.psbt.constructing import added

        packet, proven = added(self, inputs, outputs, max_weight)
        return _made(self.chain, packet, self.safety, _proven=proven)

    def without_parts(self, inputs: Collection[int] = (), outputs: Collection[int] = ()) -> Psbt:
        """The same of version 2 without the inputs and outputs at these places; raises as `with_parts` does.

        What is signed stays: inputs with signatures, and whatever these commit to.
        """
        from walletcore.chains.bitcoin.psbt.constructing import removed

        packet, proven = removed(self, inputs, outputs)
        return _made(self.chain, packet, self.safety, _proven=proven)

    def finalized(self) -> Psbt:
        """The role of the Input Finalizer: each input that has signatures enough becomes final, the others stay.

        Fields that end then are taken out, also those that were joined to a final input. A signature that is not by its
        key does not count. Raises `TransactionError` for one of another hash type than its input asks for.
        """
        inputs, proven = made_final(self._finals(), self.inputs, self._proven or {})
        return self._with(self.globals, inputs, proven)

    def _finals(self) -> list[Final | None]:
        return finals_of(self.transaction, self._counting(), self.unsigned_tx)

    def extract(self) -> SignedTransaction[Transaction]:
        """The role of the Transaction Extractor, once every input is final; signatures are verified.

        Raises `MissingSignature`, `InvalidSignature`, `TransactionError`, and `SigningRefused` for what ``safety`` does
        not allow.
        """
        return extracted(self, finals_in(self.transaction, self.inputs))

    def finalize(self) -> SignedTransaction[Transaction]:
        """The transaction, if every input has what it must hand over: `finalized`, and `extract` of that."""
        return extracted(self, self._finals())

    def signed_message(self) -> SignedMessage[GenericMessage]:
        """The `message` with its signature (BIP-322, "PSBT finalizer"): what `finalize` makes, as verifiers read it.

        Raises what `finalize` raises, `TransactionError` ("missing") where there is no message, and `SigningRefused`
        for signatures of other hash types than ALL and DEFAULT, whatever ``safety`` says.
        """
        from walletcore.chains.bitcoin.psbt.messages import signed_message

        return signed_message(self)

    def effects(self) -> tuple[Effect, ...]:
        """What the transaction does: see `walletcore.chains.bitcoin.outcome`; or what the `message` says."""
        return (self.message or self.transaction).effects()

    def summary(self, change_of: ChangeOf | None = None) -> Summary:
        """Who is paid, what returns, and what could not be proven. ``change_of`` is that of a `Wallet`."""
        from walletcore.chains.bitcoin.psbt.summary import summary_of  # imported by those who read

        return summary_of(self, change_of)

    def _packet(self) -> Packet:
        return Packet(version=self.version, globals=self.globals, inputs=self.inputs, outputs=self.outputs)

    def _with(
        self, common: PsbtGlobals, inputs: tuple[PsbtInput, ...], proven: Proven, outputs: Maps[PsbtOutput] = ()
    ) -> Psbt:
        """The same transaction with other records."""
        packet = Packet(self.version, common, inputs, outputs or self.outputs, self._draft)
        return _made(self.chain, packet, self.safety, self.previous, _unsigned_tx=self._unsigned_tx, _proven=proven)

    @property
    def handed_over(self) -> Tx:
        """The transaction with the scripts and witnesses of those inputs that are final. Raises `TransactionError`."""
        finals = [Final.in_(each) for each in self.inputs]
        raw, _ = network_form(self.chain, self.unsigned_tx, self._unsigned_bytes, finals)
        return Tx.decode(raw, max_money=self.chain.max_money)

    @property
    def _unsigned_bytes(self) -> bytes:
        unsigned = self.globals.unsigned_tx
        return DRAFT.encode(self.draft) if unsigned is None else unsigned


def _made(
    chain: BitcoinChain, packet: Packet, safety: Safety, previous: tuple[bytes, ...] = (), **remembered: Any
) -> Psbt:
    """The PSBT of maps whose form has been checked."""
    made = _new_psbt()
    made.chain = chain
    made.version = packet.version
    made.globals = packet.globals
    made.inputs = packet.inputs
    made.outputs = packet.outputs
    made.safety = safety
    made.previous = previous
    made._draft = packet.draft
    made._unsigned_tx = made._raw = made._transaction = made._unproven = made._wanted = made._counted = None
    made._proven = made._message = None
    for name, value in remembered.items():
        setattr(made, name, value)
    made.__class__ = Psbt
    psbt: Psbt = made
    return psbt


_new_psbt = thawed(Psbt)
