"""Transactions to be signed: P2WPKH (BIP-141, BIP-143) and the key path of P2TR (BIP-341), each input whole.

Between signers they travel as PSBTs (BIP-174).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from walletcore.chains.base import Address, SignedTransaction
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.inputs import HASH_TYPES, Input
from walletcore.chains.bitcoin.script import p2pkh
from walletcore.chains.bitcoin.sighash import TAP_SIGHASH, Commitments
from walletcore.chains.bitcoin.tx import MAX_MONEY, Tx, TxOut, Witness
from walletcore.curves.secp256k1 import encode_der
from walletcore.errors import AddressError, TransactionError
from walletcore.hashes import sha256d
from walletcore.keys import PublicKey, Scheme
from walletcore.signing import Answers, Signature, SigningRequest, accepted, complete, memory, remembered

if TYPE_CHECKING:
    from walletcore.effects import Effect

__all__ = ["Transaction", "pay"]

_NULL_TXID = "00" * 32


def pay(to: Address, value: int, *, require_spendable: bool = True) -> TxOut:
    """The output that pays ``value`` satoshi to an address; only a transaction of its network takes it.

    A p2tr address that is no point of the curve is refused, as the coins would be lost; ``require_spendable=False``
    allows it. Raises `TransactionError`.
    """
    if type(to) is not Address or type(to.chain) is not BitcoinChain:
        raise TransactionError("expected an Address of the Bitcoin family; parse_address reads one", reason="type")
    try:
        script_pubkey = to.chain.script_pubkey(to, require_spendable=require_spendable)
    except AddressError as error:
        raise TransactionError(str(error), reason=error.reason, hint=error.hint) from None
    return TxOut(value=value, script_pubkey=script_pubkey, address=to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What is spent and who is paid; ``sign`` gives a `SignedTransaction`. Raises `TransactionError`.

    All inputs must be signed; the signatures commit to every input and every output.
    """

    chain: BitcoinChain
    inputs: tuple[Input, ...]
    outputs: tuple[TxOut, ...]
    version: int = 2
    locktime: int = 0
    _unsigned: Tx = field(init=False, repr=False, compare=False)
    _raw: bytes | None = memory()
    _requests: tuple[SigningRequest, ...] | None = memory()
    _effects: tuple[Effect, ...] | None = memory()

    def __post_init__(self) -> None:
        if type(self.chain) is not BitcoinChain:
            raise TransactionError("expected a chain of the Bitcoin family", reason="type")
        if type(self.inputs) is not tuple or any(type(each) is not Input for each in self.inputs):
            raise TransactionError("expected inputs as a tuple of Input", reason="type")
        if any(each.txid == _NULL_TXID for each in self.inputs):
            raise TransactionError("a coinbase transaction is not signed", reason="range")
        outpoints = tuple(each.outpoint for each in self.inputs)
        unsigned = Tx(version=self.version, inputs=outpoints, outputs=self.outputs, locktime=self.locktime)
        object.__setattr__(self, "_unsigned", unsigned)
        if any(output.address and output.address.chain.caip2 != self.chain.caip2 for output in self.outputs):
            raise TransactionError(f"expected addresses of {self.chain.name} only", reason="network")
        if sum(each.value or 0 for each in self.inputs) > MAX_MONEY:
            raise TransactionError(f"expected inputs of at most {MAX_MONEY} satoshi together", reason="range")
        if (self.claimed_fee or 0) < 0:
            raise TransactionError(
                f"the outputs exceed the inputs by {-(self.claimed_fee or 0)} satoshi", reason="range"
            )

    @property
    def txid(self) -> str:
        """The id that it will have: witnesses do not change it."""
        return self._unsigned.txid

    @property
    def claimed_fee(self) -> int | None:
        """What the inputs have more than the outputs, in satoshi; None when an input's value is not known.

        Claimed: `effects` states it only where signatures or previous transactions bear it out.
        """
        values = [each.value for each in self.inputs]
        known = [value for value in values if value is not None]
        return sum(known) - sum(output.value for output in self.outputs) if len(known) == len(values) else None

    @property
    @remembered
    def raw(self) -> bytes:
        """The PSBT: everything that a signer elsewhere needs."""
        from walletcore.chains.bitcoin.interchange import encode_psbt  # signing alone does not need it

        return encode_psbt(self._unsigned, self.inputs)

    @remembered
    def requests(self) -> tuple[SigningRequest, ...]:
        """One per input, in order. Raises `TransactionError` ("missing") where an output or its key is not known."""
        spent, keys = [], []
        for index, each in enumerate(self.inputs):
            if each.spent is None or each.key is None:
                lacking = "the output that it spends" if each.spent is None else "its key"
                raise TransactionError(f"input {index}: {lacking} is not known", reason="missing")
            spent.append(each.spent)
            keys.append(each.key)
        commitments = Commitments(self._unsigned, spent)
        return tuple(self._request(commitments, index, key) for index, key in enumerate(keys))

    def _request(self, commitments: Commitments, index: int, key: PublicKey) -> SigningRequest:
        each = self.inputs[index]
        hash_type = HASH_TYPES[each.kind]
        if each.kind == "p2tr":
            return SigningRequest(
                key=key,
                scheme=Scheme.BIP340,
                payload=commitments.taproot(index, hash_type),
                prehash=TAP_SIGHASH,
                tweak=each.merkle_root,
                origin=each.origin,
                subject=self,
            )
        script_code = p2pkh(each.script_pubkey[2:]).script_pubkey  # BIP-143: that of P2PKH with the same hash
        return SigningRequest(
            key=key,
            scheme=Scheme.ECDSA,
            payload=commitments.segwit_v0(index, script_code, hash_type),
            prehash=sha256d,
            origin=each.origin,
            subject=self,
        )

    def assemble(self, answers: Answers) -> SignedTransaction[Transaction]:
        """The signed transaction. Raises `MissingSignature`, `InvalidSignature`."""
        requests = self.requests()
        checked = accepted(requests, answers)
        witnesses = tuple(map(_witness, requests, complete(checked)))
        raw = replace(self._unsigned, witnesses=witnesses).encode()
        return SignedTransaction(chain=self.chain, raw=raw, transaction=self, answers=checked)

    @remembered
    def effects(self) -> tuple[Effect, ...]:
        """A transfer for each output, and the fee where it cannot be a lie; the rest is opaque.

        See `walletcore.chains.bitcoin.outcome`.
        """
        from walletcore.chains.bitcoin.outcome import effects_of  # imported by those who read, not by those who sign

        return effects_of(self)


def _witness(request: SigningRequest, answer: Signature) -> Witness:
    """BIP-141: signature and key; BIP-341: the signature alone, since its hash type is the default."""
    if request.scheme is Scheme.BIP340:
        return (answer.data,)
    return encode_der(answer.data) + bytes((HASH_TYPES["p2wpkh"],)), request.key.data
