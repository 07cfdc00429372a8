"""Signatures of generic messages, verified (BIP-322, "Verification"; the legacy form of P2PKH addresses is BIP-137's).

A signature is valid, valid from a time or an age on, or invalid; or inconclusive, where it may be valid and a script is
not understood here, or there is more of it than is read here. Nobody has looked at the chain: whether the outputs of a
proof of funds exist, and are not spent, is for who knows the UTXO set.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from walletcore.chains.base import Address
from walletcore.chains.bitcoin.bip322 import (
    FULL,
    NOTHING,
    PROOF_OF_FUNDS,
    SIMPLE,
    check_chain,
    check_funds,
    proof_in,
    to_spend,
)
from walletcore.chains.bitcoin.chain import BitcoinChain
from walletcore.chains.bitcoin.message import Message, check_data
from walletcore.chains.bitcoin.psbt.codec import MAX_PSBT
from walletcore.chains.bitcoin.script import P2A, kind_of
from walletcore.chains.bitcoin.spends import Spends
from walletcore.chains.bitcoin.tx import WITNESS, Tx, TxIn, TxOut
from walletcore.coding.text import decode_base64
from walletcore.errors import AddressError, DecodingError, InvalidSignature, TransactionError, raised_as

__all__ = ["Proven", "State", "Verdict", "verdict", "verify"]

_MAX_BYTES = 4_000_000  # of a transaction: a block has no more
_VARIANTS = (SIMPLE, FULL, PROOF_OF_FUNDS)
_LEGACY = "legacy"
_BIP137, _HEADERS = 65, range(27, 43)  # bytes of such a signature, and how it begins
_SIGHASH = ("ALL", "DEFAULT")  # required rules
_VERSIONS = (0, 2)  # upgradeable rules


class State(Enum):
    """What BIP-322 says of a signature. Only the first is a proof now."""

    VALID = "valid"
    VALID_AT = "valid at time and age"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An output that the signer controls, if it exists: where it is, what it has, and from which age on (BIP-68)."""

    txid: str
    vout: int
    output: TxOut
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a signature is, and if it is not valid, why: a sentence and its reason (`walletcore.errors.REASONS`).

    ``variant`` is how the signature is written: legacy, or one of smp, ful and pof. ``time`` is the lock time from
    which on it is valid, ``age`` the sequence number of what it spends, both as transactions have them (BIP-65,
    BIP-68). ``funds`` are what a proof of funds proves; nothing where it is inconclusive or invalid. ``hint`` says what
    a signature without a variant looks like that is not read so.
    """

    state: State
    variant: str = ""
    time: int = 0
    age: int = 0
    funds: tuple[Proven, ...] = ()
    why: str = ""
    reason: str = ""
    hint: str = ""


def verify(data: bytes, signature: str, signer: Address, *, time_locks: bool = False) -> None:
    """Return if who can spend the outputs of an address signed the message; otherwise raise `InvalidSignature`.

    A signature that is valid only from some time or age on is refused ("policy") unless ``time_locks`` takes it, an
    inconclusive one is refused ("unknown", or "too-large" where it is more than is read here). `verdict` tells more.
    """
    found = verdict(data, signature, signer)
    if found.state is State.VALID or (found.state is State.VALID_AT and time_locks is True):
        return
    if found.state is State.VALID_AT:
        hint = "time_locks=True takes it, for who has compared both with the chain"
        raise InvalidSignature(f"valid at time {found.time} and age {found.age}", reason="policy", hint=hint)
    raise InvalidSignature(found.why, reason=found.reason, hint=found.hint)


def verdict(data: bytes, signature: str, signer: Address) -> Verdict:
    """What a signature says about a message and an address.

    Without a variant it is the legacy form for a P2PKH address, simple for any other: BIP-322 has no simple one for
    P2SH, and a transaction is a full signature by its variant only. Raises `InvalidSignature` for arguments that are no
    message, text and address of a network of Bitcoin.
    """
    chain, script_pubkey = _checked(data, signature, signer)
    variant, body = (signature[:3], signature[3:]) if signature[:3] in _VARIANTS else (SIMPLE, signature)
    if body == signature and kind_of(script_pubkey) == "p2pkh":
        variant = _LEGACY
    try:
        if variant == _LEGACY:
            Message(chain=chain, data=data, kind="p2pkh").verify(signature, signer)
            return Verdict(state=State.VALID, variant=variant)
        to_sign, spent = _decoded(chain, variant, _bytes_of(body, variant), to_spend(data, script_pubkey))
        _check_form(to_sign, spent, to_spend(data, script_pubkey), chain.max_money)
        why, reason = _verify_spends(to_sign, spent)
    except (InvalidSignature, TransactionError, DecodingError) as error:
        state = State.INCONCLUSIVE if error.reason == "unknown" or type(error) is _Unread else State.INVALID
        hint = _may_be(body) if body == signature and variant == SIMPLE else ""
        return Verdict(state=state, variant=variant, why=str(error), reason=error.reason, hint=hint)
    return _judged(variant, to_sign, spent, why, reason)


class _Unread(InvalidSignature):
    """What is larger than is read here, and no rule says that it may not be."""


def _may_be(text: str) -> str:
    """What a signature without a variant is, that is no simple one; empty where nobody can tell."""
    try:
        data = _bytes_of(text, SIMPLE)
        if len(data) == _BIP137 and data[0] in _HEADERS:
            return "it looks like one of BIP-137, which Message(...).verify takes"
        Tx.decode(data)
    except (InvalidSignature, TransactionError):
        return ""
    return "it is a transaction: a full signature begins with ful"


def _checked(data: object, signature: object, signer: object) -> tuple[BitcoinChain, bytes]:
    """The chain of the address and its output script; other types are a mistake of who asks, not a signature's."""
    if type(signer) is not Address or not isinstance(signer.chain, BitcoinChain) or type(signature) is not str:
        raise InvalidSignature("expected a signature as text and an Address of the Bitcoin family", reason="type")
    try:
        check_chain(signer.chain)
        check_data(data)
        return signer.chain, signer.chain.script_pubkey(signer)
    except (AddressError, TransactionError) as error:
        raise InvalidSignature(str(error), reason=error.reason) from None


def _bytes_of(text: str, variant: str) -> bytes:
    most, error = (MAX_PSBT, _Unread) if variant == PROOF_OF_FUNDS else (_MAX_BYTES, InvalidSignature)
    if len(text) > 4 * (most // 3 + 1):
        raise error(f"expected base64 of at most {most} bytes, got {len(text)} characters", reason="too-large")
    if not text:
        raise InvalidSignature("expected a signature, got none", reason="length")
    with raised_as(InvalidSignature):
        return decode_base64(text)


def _decoded(chain: BitcoinChain, variant: str, body: bytes, source: Tx) -> tuple[Tx, tuple[TxOut, ...]]:
    """The transaction ``to_sign`` and what its inputs spend."""
    if variant == PROOF_OF_FUNDS:
        return _proof(chain, body)
    if variant == FULL:
        to_sign = Tx.decode(body)
        if len(to_sign.inputs) > 1:
            raise InvalidSignature(
                "a proof of more than one input is a PSBT, which has what they spend", reason="missing"
            )
        return to_sign, source.outputs
    if kind_of(source.outputs[0].script_pubkey) in ("p2pkh", "p2sh"):
        raise InvalidSignature("a simple signature is for segwit addresses, P2SH signs in full", reason="mismatch")
    stack = WITNESS.decode(body)
    inputs = (TxIn(txid=source.txid, vout=0, sequence=0),)
    witnesses = (stack,) if stack else ()
    return Tx(version=0, inputs=inputs, outputs=(NOTHING,), witnesses=witnesses, locktime=0), source.outputs


def _proof(chain: BitcoinChain, body: bytes) -> tuple[Tx, tuple[TxOut, ...]]:
    try:
        return proof_in(chain, body)
    except TransactionError as error:
        if error.reason == "too-large":
            raise _Unread(str(error), reason=error.reason) from None
        raise


def _check_form(to_sign: Tx, spent: tuple[TxOut, ...], source: Tx, max_money: int) -> None:
    """ "Basic validation"."""
    first = to_sign.inputs[0]
    if (first.txid, first.vout, spent[0]) != (source.txid, 0, source.outputs[0]):
        raise InvalidSignature("another message or address was signed", reason="mismatch")
    check_funds(source.txid, to_sign.inputs[1:])
    if to_sign.outputs != (NOTHING,):
        raise InvalidSignature("expected one output, of OP_RETURN and no satoshi", reason="mismatch")
    if sum(each.value for each in spent) > max_money:
        raise InvalidSignature(f"expected inputs of at most {max_money} satoshi together", reason="range")


def _verify_spends(to_sign: Tx, spent: tuple[TxOut, ...]) -> tuple[str, str]:
    """Why the signature may be valid and is not known to be, and the reason; empty where all of it is.

    An input that is wrong counts more than one that is not understood. Raises `InvalidSignature`.
    """
    spends, doubts = Spends(to_sign, spent), []
    for index in range(len(to_sign.inputs)):
        try:
            if kind_of(spent[index].script_pubkey) == P2A or not spends.signers(index, sighash=_SIGHASH):
                doubts.append(f"input {index}: anyone may spend what it spends, so it proves nothing")
        except InvalidSignature as error:
            if error.reason != "unknown" and not (error.reason == "too-large" and spends.gave_up):
                raise
            doubts.append(str(error))
    if to_sign.version not in _VERSIONS:
        doubts.append(f"expected version 0 or 2, got {to_sign.version}")
    return "; ".join(doubts[:3]), "" if not doubts else "too-large" if spends.gave_up else "unknown"


def _judged(variant: str, to_sign: Tx, spent: tuple[TxOut, ...], why: str, reason: str) -> Verdict:
    pairs = list(zip(to_sign.inputs, spent, strict=True))[1:]
    time, age = to_sign.locktime, to_sign.inputs[0].sequence
    state = State.INCONCLUSIVE if why else State.VALID_AT if time or age else State.VALID
    return Verdict(
        state=state,
        variant=variant,
        time=time,
        age=age,
        funds=() if why else tuple([_proven(*pair) for pair in pairs]),
        why=why,
        reason=reason,
    )


def _proven(source: TxIn, output: TxOut) -> Proven:
    return Proven(txid=source.txid, vout=source.vout, output=output, sequence=source.sequence)
