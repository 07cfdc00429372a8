"""Transactions to be signed: every kind of input that keys or multisig scripts guard, and every hash type by its name.

BIP-141, BIP-143, BIP-341 (key path), BIP-342 (leaves of script trees), and what was before. Between signers they travel
as PSBTs (BIP-174).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import Input
from walletcore.chains.bitcoin.relatives.dialect import check_extra
from walletcore.chains.bitcoin.relatives.special import check_version
from walletcore.chains.bitcoin.script import P2A
from walletcore.chains.bitcoin.sighash import SIGHASH_ALL, TAP_SIGHASH, Commitments, is_single
from walletcore.chains.bitcoin.tx import Tx, TxOut, Witness, check_money
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import AddressError, MissingSignature, TransactionError
from walletcore.freezing import thawed
from walletcore.keys import Scheme
from walletcore.remembering import memory, remembered
from walletcore.signing import Answers, Signature, SigningRequest, accepted

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = ["NO_KEY", "Transaction", "check_parts", "largest_spend", "pay"]

_NULL_TXID = "00" * 32
_KINDS = ("p2wpkh", "p2wsh", "p2tr", P2A)  # where a network has not all, others are scripts that ask for nothing
_PLAIN = 2  # versions that all networks read as Bitcoin's
_WHOLE = ("ALL", "DEFAULT", "")  # hash types that leave nothing open
_HINT = "other holders of keys sign the same PSBT (`Transaction.raw`), and `signing.merge` joins the answers"
NO_KEY = "a PSBT names keys until it is finalized; Psbt.with_keys does where it names none"
"""What helps who asks for a key that is not known."""
_MAX_LEGACY = 35_000_000  # bytes of all legacy messages together; those of what nodes relay (100 kB) have 34.3 MB
_MAX_DER = 71  # bytes of a signature with low s: two integers of 33 and 32


def pay(to: Address, value: int, *, require_spendable: bool = True) -> TxOut:
    """The output that pays ``value`` satoshi to an address; only a transaction of its network takes it.

    Refused are a p2tr address that is no point of the curve, as the coins would be lost, a witness version without
    meaning, as anyone may take them, and P2SH of Bitcoin SV; ``require_spendable=False`` allows all of them. An output
    of P2A is anyone's, too, and is meant to be. Raises `TransactionError`.
    """
    if type(to) is not Address or type(to.chain) is not BitcoinChain:
        raise TransactionError("expected an Address of the Bitcoin family; parse_address reads one", reason="type")
    try:
        script_pubkey = to.chain.script_pubkey(to, require_spendable=require_spendable)
    except AddressError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
    output = TxOut(value=value, script_pubkey=script_pubkey, address=to)
    check_money((output,), to.chain.max_money)
    return output


def check_parts(chain: BitcoinChain, inputs: Sequence[Input], outputs: Sequence[TxOut]) -> None:
    """Raise `TransactionError` for inputs and outputs that no transaction of this chain has."""
    if _NULL_TXID in {each.txid for each in inputs}:
        raise TransactionError("a coinbase transaction is not signed", reason="range")
    if any(output.address and output.address.chain.caip2 != chain.caip2 for output in outputs):
        raise TransactionError(f"expected addresses of {chain.name} only", reason="network")
    dialect = chain.dialect
    lacking = [kind for kind in (_KINDS if dialect is None else (P2A,)) if kind not in chain.kinds]
    for index, each in enumerate(inputs):
        if each.dialect is not dialect and each.dialect != dialect:
            raise TransactionError(f"input {index}: expected the dialect of {chain.name}", reason="network")
        if each.form and each.form != chain.form:
            raise TransactionError(f"input {index}: {chain.name} has no such form", reason="network")
        if lacking and each.kind.removeprefix("p2sh-") in lacking:
            raise TransactionError(f"input {index}: {chain.name} has no {each.kind}", reason="network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What is spent and who is paid; ``sign`` gives a `SignedTransaction`. Raises `TransactionError`.

    All inputs must be signed. The signatures commit to every input and every output, unless an input's ``sighash``
    names what is left open. With ``partial`` others sign the inputs whose output or key is not known here: `requests`
    leaves them out, and `assemble` refuses as it does without. ``extra`` is what a relative's transaction has beyond
    Bitcoin's, a value of its own module (`walletcore.chains.bitcoin.relatives`).
    """

    chain: BitcoinChain
    inputs: tuple[Input, ...]
    outputs: tuple[TxOut, ...]
    version: int = 2
    locktime: int = 0
    extra: Any = None
    partial: bool = field(default=False, compare=False)
    _unsigned: Tx = field(init=False, repr=False, compare=False)
    _raw: bytes | None = memory()
    _requests: tuple[SigningRequest, ...] | None = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if type(self.inputs) is not tuple or set(map(type, self.inputs)) - {Input}:
            raise TransactionError("expected inputs as a tuple of Input", reason="type")
        if type(self.partial) is not bool:
            raise TransactionError("expected partial as a bool", reason="type")
        outpoints = tuple([each.outpoint for each in self.inputs])
        unsigned = Tx(version=self.version, inputs=outpoints, outputs=self.outputs, locktime=self.locktime)
        object.__setattr__(self, "_unsigned", unsigned)
        self._check()

    @classmethod
    def of(
        cls, chain: BitcoinChain, tx: Tx, inputs: tuple[Input, ...], outputs: tuple[TxOut, ...], *, partial: bool
    ) -> Transaction:
        """The transaction ``tx`` without signatures, whose inputs and outputs these are, with more that is known."""
        made = _new_transaction()
        made.chain = chain
        made.inputs = inputs
        made.outputs = outputs
        made.version = tx.version
        made.locktime = tx.locktime
        made.partial = partial
        made._unsigned = tx
        made.extra = made._raw = made._requests = made._effects = None
        made.__class__ = cls
        transaction: Transaction = made
        transaction._check()
        return transaction

    def _check(self) -> None:
        if type(self.chain) is not BitcoinChain:
            raise TransactionError("expected a chain of the Bitcoin family", reason="type")
        check_parts(self.chain, self.inputs, self.outputs)
        if self.chain.dialect is not None or self.extra is not None:
            check_extra(self)
        if self.version > _PLAIN and any(each.spent is not None for each in self.inputs):
            check_version(self.chain.form or (self.chain.dialect.form if self.chain.dialect else ""), self.version)
        for index, each in enumerate(self.inputs):
            if each.sighash not in _WHOLE and is_single(each.hash_type) and index >= len(self.outputs):
                raise TransactionError(f"input {index}: SINGLE needs an output at the same place", reason="range")
            if each.lock is not None and each.lock.leaf is not None:
                each.lock.leaf.check_locks(self.version, self.locktime, each.sequence)
        self._check_amounts()

    def _check_amounts(self) -> None:
        """No more than the network has on either side, and no more out than in (Komodo: with interest), if known."""
        most, paid = self.chain.max_money, sum([each.value for each in self.outputs])
        known = [each.value for each in self.inputs if each.value is not None]
        spent = sum(known)
        if paid > most or spent > most:
            name = "outputs" if paid > most else "inputs"
            raise TransactionError(f"expected {name} of at most {most} satoshi together", reason="range")
        if paid > spent and len(known) == len(self.inputs) and paid > spent + self.interest:
            raise TransactionError(f"the outputs exceed the inputs by {paid - spent} satoshi", reason="range")

    @property
    def txid(self) -> str:
        """The id that it will have: witnesses do not change it.

        Raises `TransactionError` ("missing") where a legacy signature will be part of it.
        """
        dialect = self.chain.dialect
        if any(each.is_legacy for each in self.inputs) and not (dialect and dialect.rules.has_fixed_id(self)):
            raise TransactionError("the id of a legacy input's transaction depends on its signatures", reason="missing")
        tx = self._with_scripts([(each.lock.script_sig if each.lock else b"", ()) for each in self.inputs])
        return tx.txid if dialect is None else dialect.identify(self._encoded(tx))

    @property
    def vsize(self) -> int:
        """Virtual bytes of the signed transaction, if every ECDSA signature has 71 bytes (half have; the rest 70).

        That of the signed transaction is `Tx.vsize` of its raw bytes. Raises `TransactionError` ("missing").
        """
        tx = self._with_scripts([largest_spend(each) for each in self._known()])
        return tx.vsize if self.chain.dialect is None or tx.witnesses else len(self._encoded(tx))

    @property
    def fee_rate(self) -> int | None:
        """`claimed_fee` in satoshi per 1,000 virtual bytes (Core's CFeeRate), rounded up; None if that is not known."""
        return None if self.claimed_fee is None else -(-1000 * self.claimed_fee // self.vsize)

    @property
    def claimed_fee(self) -> int | None:
        """What the inputs have more than the outputs, in satoshi; None when an input's value is not known.

        Claimed: `effects` states it only where signatures or previous transactions bear it out. Up to `interest` is
        added to it, without which it may be negative.
        """
        values = [each.value for each in self.inputs if each.value is not None]
        return sum(values) - sum([each.value for each in self.outputs]) if len(values) == len(self.inputs) else None

    @property
    def interest(self) -> int:
        """The most that inputs may be worth beyond their values: on Komodo alone they are (`relatives.interest`)."""
        return 0 if self.chain.dialect is None else self.chain.dialect.most_interest(self.inputs)

    @property
    @remembered
    def raw(self) -> bytes:
        """The PSBT, or a relative's `envelope`: everything that a signer elsewhere needs."""
        if self.chain.dialect is not None:
            from walletcore.chains.bitcoin.relatives.envelope import encode_envelope

            return encode_envelope(self)
        from walletcore.chains.bitcoin.psbt import Psbt  # signing alone does not need it

        return Psbt.from_transaction(self).raw

    @remembered
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per input and key, in the order of inputs and of the keys in their scripts.

        Raises `TransactionError` ("missing") where an output or its key is not known, ("too-large") where legacy inputs
        would have more than 35 MB signed: each of them repeats the transaction. With ``partial`` an output that is not
        known is missing only where a taproot input commits to it.
        """
        self._check_legacy()
        inputs = self.inputs if self.partial else self._known()
        commitments = self._commitments(inputs)
        found: list[SigningRequest] = []
        for index, each in enumerate(inputs):
            if each.keys:
                found += self._requests_of(commitments, index, each)
        return tuple(found)

    def _commitments(self, inputs: Sequence[Input]) -> Commitments:
        spent, dialect = [each.spent for each in inputs], self.chain.dialect
        if dialect is None:
            return Commitments(self._unsigned, spent)
        if not all(spent):
            raise TransactionError("an output that is spent is not known", reason="missing")
        return dialect.commitments(self._unsigned, [each for each in spent if each], self.extra)

    def _check_legacy(self) -> None:
        """A hostile PSBT of 4 MB would have 1,700 inputs sign 3 MB each."""
        if self.chain.dialect is not None and self.chain.dialect.signs_digests:
            return
        legacy = sum(each.is_legacy for each in self.inputs)
        if legacy and legacy * len(self._unsigned.encode()) > _MAX_LEGACY:
            message = f"expected at most {_MAX_LEGACY} bytes to be signed by legacy inputs"
            raise TransactionError(message, reason="too-large")

    def _known(self) -> tuple[Input, ...]:
        """The inputs, of which each names what it spends and its keys."""
        for index, each in enumerate(self.inputs):
            if each.spent is None or (not each.keys and each.required):
                lacking = "the output that it spends" if each.spent is None else "its key"
                hint = "" if each.spent is None else NO_KEY
                raise TransactionError(f"input {index}: {lacking} is not known", reason="missing", hint=hint)
        return self.inputs

    def _requests_of(self, commitments: Commitments, index: int, each: Input) -> list[SigningRequest]:
        hash_type, leaf = each.hash_type, each.leaf
        if each.is_plain:
            return [self._request_of(commitments, index, each)]
        if each.kind == "p2tr":
            scheme, prehash, tweak = Scheme.BIP340, TAP_SIGHASH, each.merkle_root if leaf is None else None
            if leaf is None:
                payload = commitments.taproot(index, hash_type)
            else:
                payload = commitments.tapscript(index, leaf.hash, hash_type)
        else:
            scheme = Scheme.SCHNORR_BCH if each.schnorr else Scheme.ECDSA
            prehash, tweak = commitments.prehash, None
            preimage = commitments.legacy if each.is_legacy else commitments.segwit_v0
            payload = preimage(index, each.script_code, hash_type)
        made = SigningRequest.trusted
        return [made(key, scheme, payload, prehash, tweak, each.origin_of(key), self) for key in each.keys]

    def _request_of(self, commitments: Commitments, index: int, each: Input) -> SigningRequest:
        """That of an input which one key spends without a script (`Input.is_plain`)."""
        made, key, hash_type = SigningRequest.trusted, each.key, each.hash_type
        assert key is not None
        if each.kind == "p2tr":
            payload = commitments.taproot(index, hash_type)
            return made(key, Scheme.BIP340, payload, TAP_SIGHASH, each.merkle_root, each.origin, self)
        if hash_type == SIGHASH_ALL and each.dialect is None:
            payload = commitments.p2wpkh(index, each.script_pubkey[2:])
        else:
            payload = commitments.segwit_v0(index, each.script_code, hash_type)
        return made(key, Scheme.ECDSA, payload, commitments.prehash, None, each.origin, self)

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The signed transaction. A script that wants m of n keys takes any m of them, the first in its order.

        Raises `MissingSignature`, `InvalidSignature`, `TransactionError` ("missing") where others sign some inputs.
        """
        self._known()
        checked = accepted(self.requests(), answers)
        tx = self._signed(self._chosen(checked))
        raw = tx.encode() if self.chain.dialect is None else self._encoded(tx)
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=checked)

    def _encoded(self, tx: Tx) -> bytes:
        """The bytes of a relative that writes its transactions in its own way."""
        assert self.chain.dialect is not None
        return self.chain.dialect.encode(tx, [each.spent for each in self.inputs], self.extra)

    def _chosen(self, answers: Answers) -> list[list[bytes]]:
        """For each input as many signatures as its script takes, as they stand there. Raises `MissingSignature`."""
        chosen, missing, place = [], [], 0
        for each in self.inputs:
            given = list(enumerate(answers[place : place + len(each.keys)], place))
            found = _taken(each, [None if answer is None else _signature(each, answer) for _, answer in given])
            if len(found) - found.count(b"") < each.required:
                missing += [i for i, answer in given if answer is None]
            chosen.append(found)
            place += len(each.keys)
        if missing:
            places = ", ".join(map(str, missing[:10]))
            raise MissingSignature(f"too few signatures: none for request {places}", reason="missing", hint=_HINT)
        return chosen

    def _signed(self, signatures: list[list[bytes]]) -> Tx:
        """The transaction with these signatures in it."""
        return self._with_scripts([_spend(*pair) for pair in zip(self.inputs, signatures, strict=True)])

    def _with_scripts(self, scripts: list[tuple[bytes, Witness]]) -> Tx:
        tx = self._unsigned
        if any(script_sig for script_sig, _ in scripts):
            pairs = zip(tx.inputs, scripts, strict=True)
            tx = replace(tx, inputs=tuple([replace(each, script_sig=script_sig) for each, (script_sig, _) in pairs]))
        witnesses = tuple([witness for _, witness in scripts])
        return replace(tx, witnesses=witnesses) if any(witnesses) else tx

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """A transfer for each output, and the fee where it cannot be a lie; the rest is opaque.

        See `walletcore.chains.bitcoin.outcome`.
        """
        from walletcore.chains.bitcoin.outcome import effects_of  # imported by those who read, not by those who sign

        return effects_of(self)


_new_transaction = thawed(Transaction)


def largest_spend(each: Input, *, low_r: bool = False) -> tuple[bytes, Witness]:
    """The script_sig and witness of an input whose keys are known, with signatures as large as `vsize` counts them.

    With ``low_r`` those of ECDSA have a byte less (Bitcoin Core, src/script/sign.cpp, DUMMY_SIGNATURE_CREATOR).
    """
    is_schnorr = each.kind == "p2tr" or each.schnorr
    size = 64 + (each.hash_type > 0) if is_schnorr else _MAX_DER - low_r + 1
    return _spend(each, _taken(each, [bytes(size)] * len(each.keys)))


def _signature(each: Input, answer: Signature) -> bytes:
    """BIP-341: 64 bytes, and the hash type unless it is the default; before: DER and the hash type."""
    if each.kind == "p2tr" or each.schnorr:
        return answer.data + bytes((each.hash_type,)) if each.hash_type else answer.data
    return encode_der(answer.data) + bytes((each.hash_type,))


def _taken(each: Input, signatures: Sequence[bytes | None]) -> list[bytes]:
    """As many signatures as the script takes; a leaf takes its own of a place for each key."""
    if each.leaf is not None:
        return [signature or b"" for signature in signatures]
    return list(filter(None, signatures))[: each.required]


def _spend(each: Input, signatures: list[bytes]) -> tuple[bytes, Witness]:
    """BIP-141: signature and key; BIP-341: the signature alone; for other kinds what their script takes."""
    if each.lock is not None:
        return each.lock.spend(signatures)
    return b"", tuple(signatures) if each.kind == "p2tr" else (*signatures, each.keys[0].data)
