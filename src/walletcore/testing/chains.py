"""The contract of `walletcore.chains.base.Chain` and of what it signs, checked on a row of any package."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

from walletcore.chains.base import Address, Chain, Profile, SignedMessage, SignedTransaction
from walletcore.effects import Approve, Authority, Call, Fee, Opaque, Statement, Transfer
from walletcore.errors import (
    AddressError,
    InvalidSignature,
    MissingSignature,
    PathError,
    TransactionError,
    Unsupported,
)
from walletcore.hd import master
from walletcore.keys import PrivateKey, PublicKey
from walletcore.path import Path
from walletcore.secret import sealed
from walletcore.signers.local import LocalSigner
from walletcore.signing import AcceptedSignature, Signable, Signature, SigningRequest, collect
from walletcore.testing.promises import Nonconformity, broken, refused
from walletcore.testing.questions import STRANGERS

__all__ = ["ChainReport", "check_chain"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_CAIP2 = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", re.ASCII)
_ACCOUNT = re.compile(r"[-.%a-zA-Z0-9]{1,128}", re.ASCII)
_SEED = bytes(range(64))
_EFFECTS = (Approve, Authority, Call, Fee, Opaque, Statement, Transfer)
_GARBAGE: tuple[object, ...] = (b"", b"\0", bytes(64), b"\xff" * 64, bytes(1 << 16), None, "00", 0, bytearray(64))
_NO_BYTES: tuple[object, ...] = (b"", None, "00", 0)
_NO_ADDRESS: tuple[object, ...] = ("", " ", "\0", "x" * 100_000, "\ud800", b"", None, 0, 1.5, ("a",))


Signed = SignedTransaction[Any] | SignedMessage[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What was looked at: an address of each profile, how many of their misspellings are valid, the signed samples.

    ``undetected`` counts the texts one character away from those addresses that are addresses of the chain as well:
    0 where the format has a good checksum, more where it has none.
    """

    addresses: tuple[Address, ...]
    undetected: int
    signed: tuple[Signed, ...] = ()


@sealed  # test keys are keys
def check_chain(chain: Chain, *, samples: Sequence[Signable[Any]] = (), keys: Sequence[PrivateKey] = ()) -> ChainReport:
    """Run a row, and unsigned samples of what it signs, through what every chain promises. Raises `Nonconformity`.

    ``samples`` are transactions and messages, which ``keys`` sign, all of those that a sample asks for. The row must be
    a value with a CAIP-2 name; give the addresses of its profiles' keys, and read them and no misspelling as something
    else; refuse foreign keys and garbage with its own errors; read the bytes of a transaction back as what they were,
    signed or not; and take no answer that does not verify.
    """
    _check_arguments(samples, keys)
    with _raising_nothing("a row"):
        _check_row(chain)
    with _raising_nothing("what a row does for keys and texts of its own"):
        addresses = tuple(_check_profile(chain, profile) for profile in chain.profiles)
    undetected = sum(_check_spellings(chain, address) for address in addresses)
    with _raising_nothing("the default profile"):
        _check_garbage(chain)
    with _raising_nothing("a sample, signed by its keys"):
        signed = tuple(_check_sample(chain, sample, keys) for sample in samples)
    return ChainReport(addresses=addresses, undetected=undetected, signed=signed)


@contextmanager
def _raising_nothing(what: str) -> Iterator[None]:
    """Turn what escapes from calls that must succeed into `Nonconformity`."""
    try:
        yield
    except Nonconformity:
        raise
    except Exception as error:
        raise Nonconformity(f"a promise is not kept: {what} raises nothing: {type(error).__name__}: {error}") from error


def _check_arguments(samples: object, keys: object) -> None:
    if not isinstance(samples, Sequence) or not all(hasattr(sample, "requests") for sample in samples):
        broken("samples are a sequence of what can be signed")
    if not isinstance(keys, Sequence) or any(type(key) is not PrivateKey for key in keys):
        broken("keys are a sequence of PrivateKey")


def _check_row(chain: Chain) -> None:
    if not isinstance(chain, Chain):
        broken(f"a chain is a Chain, not {type(chain).__name__}")
    if not _NAME.fullmatch(chain.name) or not _CAIP2.fullmatch(chain.caip2):
        broken("its name is lower case, its CAIP-2 name a namespace and a reference")
    if not 0 <= chain.slip44 < 2**31 or not 0 <= chain.decimals <= 36 or not chain.profiles or not chain.curves:
        broken("it has a coin type, decimals, curves and profiles")
    try:
        copies = copy.copy(chain), pickle.loads(pickle.dumps(chain))  # noqa: S301
    except Exception as error:
        broken(f"it is a value, copied and pickled as such, without {type(error).__name__}")
    if any(hash(each) != hash(chain) or each != chain for each in copies):
        broken("it is a value: hashed, copied and pickled as such")
    try:
        chain.name = "another"  # type: ignore[misc]
    except (FrozenInstanceError, AttributeError):
        return
    broken("it is frozen")


def _key(profile: Profile, path: Path) -> PublicKey:
    return master(profile.derivation, profile.curve, _SEED).derive(path).private_key.public_key


def _check_profile(chain: Chain, profile: Profile) -> Address:
    """The address of the profile's first key, which is read back as what it was."""
    path = chain.path(profile=profile.name)
    if chain.profile(profile.name) != profile or not profile.source:
        broken(f"profile {profile.name!r} is found by its name, and says where it is written")
    for level in ("account", "change", "index"):
        if f"{{{level}}}" not in profile.path:
            refused(lambda level=level: profile.fill(**{level: 1}), PathError, f"{level} where there is none")  # type: ignore[misc]
    key = _key(profile, path)
    address = chain.address(key, kind=profile.kind)
    if chain.address(key, kind=profile.kind) != address or address.chain != chain:
        broken("the address of a key is the same each time, and of this chain")
    account = address.account_id
    if str(address) != address.text or account != chain.account_id(address.text) or not _is_account(chain, account):
        broken("an address prints as its text, and has a CAIP-10 name")
    if chain.parse_address(address.text) != address:
        broken(f"{address.text} is read back as the address that it was")
    _check_batch(chain, profile, key, address)
    return address


def _is_account(chain: Chain, account: str) -> bool:
    """CAIP-10: what follows the chain's name has no colon, and is an address, perhaps without its prefix."""
    name, _, text = account.rpartition(":")
    return name == chain.caip2 and _ACCOUNT.fullmatch(text) is not None and chain.account_id(text) == account


def _check_batch(chain: Chain, profile: Profile, key: PublicKey, address: Address) -> None:
    if key.curve is chain.curves[0] and chain.addresses([key.data] * 2, kind=profile.kind) != [address.text] * 2:
        broken("addresses() gives what address() gives")


def _check_spellings(chain: Chain, address: Address) -> int:
    """Texts beside an address are refused, or are the one text of another address; returns how many are."""
    text = address.text
    for other in (f" {text}", f"{text} ", f"{text}\n", f"\n{text}", f"{text}\0", text + text):
        refused(lambda other=other: chain.parse_address(other), AddressError, f"{other!r}")  # type: ignore[misc]
    valid = sum(_is_address(chain, cut, address) for cut in (text[:-1], text[1:]))
    for place, character in enumerate(text):
        for other in {"a", "B", "2", "\u0430"} - {character}:
            valid += _is_address(chain, text[:place] + other + text[place + 1 :], address)
    return valid


def _is_address(chain: Chain, text: str, near: Address) -> bool:
    try:
        found = chain.parse_address(text)
    except AddressError:
        return False
    except Exception as error:
        broken(f"{text!r} is refused with AddressError, not {type(error).__name__}")
    if found.text != text or found.payload == near.payload:
        broken(f"{text!r} is no second spelling of {near.text}")
    return True


def _check_garbage(chain: Chain) -> None:
    for text in _NO_ADDRESS:
        refused(lambda text=text: chain.parse_address(text), AddressError, f"{str(text)[:20]!r} as address")  # type: ignore[misc]
    for raw in _GARBAGE:
        refused(lambda raw=raw: chain.decode_transaction(raw), TransactionError, f"{str(raw)[:20]} as bytes")  # type: ignore[misc]
    for key in STRANGERS:
        if key.curve not in chain.curves:
            refused(lambda key=key: chain.address(key), AddressError, f"a key of {key.curve.value}")  # type: ignore[misc]
    for none in (None, b"", "00"):
        refused(lambda none=none: chain.address(none), AddressError, "what is no key")  # type: ignore[misc]
    own = _key(chain.profiles[0], chain.path())
    refused(lambda: chain.address(own, kind="no such kind"), AddressError, "an unknown kind of address")
    refused(lambda: chain.profile("no such profile"), Unsupported, "an unknown profile")


def _check_sample(chain: Chain, sample: Signable[Any], keys: Sequence[PrivateKey]) -> Signed:
    """One transaction or message, from its requests to its bytes and back."""
    requests = sample.requests()
    if type(requests) is not tuple or not requests or requests != sample.requests():
        broken("requests are a tuple, not empty, and the same each time")
    if any(type(request) is not SigningRequest or request.subject is not sample for request in requests):
        broken("requests name what they are made for")
    if sample.chain is not chain and sample.chain != chain:
        broken("a sample is of this chain")
    _check_effects(chain, sample.effects())
    answers = collect(requests, *map(LocalSigner, keys))
    if None in answers:
        broken("the keys that were given sign the whole sample")
    _check_answers(sample, answers)
    signed = sample.assemble(answers)
    if any(type(answer) is not AcceptedSignature for answer in signed.answers if answer is not None):
        broken("its answers are those that were accepted")
    if signed.chain != chain or type(signed.raw) is not bytes or signed.effects() != sample.effects():
        broken("what is signed is bytes of this chain, with the effects of what was to be signed")
    if type(signed) is SignedMessage:
        return _check_message(chain, sample, signed)
    _check_rebuilt(chain, sample)
    return _check_signed(chain, sample, signed)


def _check_effects(chain: Chain, effects: Sequence[object]) -> None:
    if type(effects) is not tuple or not effects or any(type(effect) not in _EFFECTS for effect in effects):
        broken("effects are a tuple of walletcore.effects, and not empty")
    for effect in effects:
        asset = getattr(effect, "asset", f"{chain.caip2}/")
        if not asset.startswith(f"{chain.caip2}/"):
            broken(f"assets are CAIP-19 names of this chain, not {asset!r}")


def _check_rebuilt(chain: Chain, sample: Signable[Any]) -> None:
    """Another process makes the same requests of the bytes."""
    rebuilt = chain.decode_transaction(sample.raw, keys=_signers(sample))
    if isinstance(rebuilt, SignedTransaction):
        broken("the bytes of an unsigned transaction are not read as a signed one")
    if [request.id for request in rebuilt.requests()] != [request.id for request in sample.requests()]:
        broken("decode_transaction(raw) asks for the very same signatures")
    if rebuilt.effects() != sample.effects():
        broken("decode_transaction(raw) has the very same effects")
    if not chain.takes(rebuilt):
        broken("the type of what decode_transaction gives is named in subjects")
    _check_ends(chain, sample.raw, "unsigned bytes")


def _signers(sample: Signable[Any]) -> tuple[PublicKey, ...]:
    return tuple(dict.fromkeys(request.key for request in sample.requests()))


def _check_ends(chain: Chain, raw: bytes, what: str) -> None:
    for end in (raw[:-1], raw + b"\0", raw + raw):
        refused(lambda end=end: chain.decode_transaction(end), TransactionError, f"{what} cut or followed by more")  # type: ignore[misc]


def _check_answers(sample: Signable[Any], answers: Sequence[Signature | None]) -> None:
    """Nothing unverified becomes part of anything."""
    nothing: tuple[None, ...] = (None,) * len(answers)
    refused(lambda: sample.assemble(nothing), MissingSignature, "no signature at all")
    refused(lambda: sample.assemble(tuple(answers[1:])), InvalidSignature, "a place too few")
    refused(lambda: sample.assemble((*answers, None)), InvalidSignature, "a place too many")
    if len({(answer.data if answer else b"") for answer in answers}) > 1:
        refused(lambda: sample.assemble(tuple(answers[::-1])), InvalidSignature, "answers in other places")
    for place, answer in enumerate(answers):
        if answer is None:
            continue
        for bit in (0, 255, 256, 511):
            data = bytearray(answer.data)
            data[bit // 8 % len(data)] ^= 1 << bit % 8
            forged = Signature(scheme=answer.scheme, data=bytes(data), recovery=answer.recovery)
            wrong = (*answers[:place], forged, *answers[place + 1 :])
            refused(lambda wrong=wrong: sample.assemble(wrong), InvalidSignature, f"a flipped bit ({bit})")  # type: ignore[misc]


def _check_message(chain: Chain, sample: Signable[Any], signed: SignedMessage[Any]) -> SignedMessage[Any]:
    """A message is no transaction: its bytes ask for no other signature than its own."""
    if signed.message is not sample:
        broken("a signed message holds the message")
    try:
        read = chain.decode_transaction(sample.raw, keys=_signers(sample))
    except TransactionError:
        return signed
    if isinstance(read, SignedTransaction) or [r.id for r in read.requests()] != [r.id for r in sample.requests()]:
        broken("the bytes of a message are not read as a transaction")
    return signed


def _check_signed(chain: Chain, sample: Signable[Any], signed: Any) -> SignedTransaction[Any]:
    if type(signed) is not SignedTransaction or signed.transaction != sample:
        broken("assemble gives a SignedTransaction of the sample, or a SignedMessage")
    if not signed.id or signed.id != chain.transaction_id(signed.raw):
        broken("its id is that of its bytes")
    if signed.raw == sample.raw:
        broken("signed bytes are not the unsigned ones")
    read = chain.decode_transaction(signed.raw)
    if type(read) is not SignedTransaction or (read.raw, read.id) != (signed.raw, signed.id):
        broken("signed bytes are read as the signed transaction that they are")
    _check_ends(chain, signed.raw, "signed bytes")
    for raw in _NO_BYTES:
        refused(lambda raw=raw: chain.transaction_id(raw), TransactionError, f"the id of {raw!r}")  # type: ignore[misc]
    return signed
