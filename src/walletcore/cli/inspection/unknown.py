"""A text that is nothing known: what it is nearly, or what it may be, in one line that repeats nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from walletcore.chains.base import Chain
from walletcore.cli.inspection import encrypted
from walletcore.cli.inspection.addresses import of_others, refusals
from walletcore.cli.inspection.encrypted import FORM
from walletcore.cli.inspection.transactions import is_psbt, readings
from walletcore.cli.leaks import looks_wordy
from walletcore.cli.show import listed
from walletcore.errors import DecodingError, DerivationError, MnemonicError, TransactionError
from walletcore.secret import sealed

__all__ = ["not_recognised"]

Read = tuple[bytes, Sequence[Chain]]

_LONGEST_ADDRESS = 128
_LONGEST_REQUEST = 1 << 11
_LONGEST_HASH = 32  # bytes; no transaction is shorter
_BY_MESSAGE = "`walletcore message verify` says whose it is"
_IN_HEX = r"(0x)?[0-9a-fA-F]"
_FORMS = (  # a form, what is said of it, a hint
    (
        rf"{_IN_HEX}{{64}}",
        "32 bytes alone do not say what they are",
        "transaction ids, hashes and private keys look the same; as an argument, a private key is seen by others",
    ),
    (rf"{_IN_HEX}{{130}}|[A-Za-z0-9+/]{{87}}=", "a signature alone, of 65 bytes", _BY_MESSAGE),
    (
        rf"{_IN_HEX}{{128}}",
        "64 bytes alone do not say what they are",
        "signatures and some private keys look like that",
    ),
    ("[1-9A-HJ-NP-Za-km-z]{86,88}", "64 bytes alone: an id or a signature of Solana's", _BY_MESSAGE),
    (r"(0X)?[0-9a-fA-F]{40}", "20 bytes alone do not say what they are", "an EVM address begins with 0x"),
    (r"(?s)-----BEGIN .*", "a text in armour", f"give its parts one by one: {_BY_MESSAGE}"),
)
_EXTENDED = "([A-Za-z](pub|prv|tub|tpv)|rxpu|rxpr)[0-9A-Za-z]{50,150}"  # BIP-32, SLIP-132
_PUBLIC = ("pub", "tub", "xpu")
_KINDS = (
    "addresses, extended and public keys, WIF, BIP-38, phrases, messages and transactions in hex, base64 or (Solana's) "
    "base58, and typed data are"
)


def not_recognised(text: str, read: Sequence[Read], rows: Sequence[Chain]) -> DecodingError:
    """The refusal of a text; ``read`` are the bytes that it spells, each with the chains that print it so."""
    if not text:
        return DecodingError("there is nothing to look into", reason="missing")
    if len(text) <= (_LONGEST_REQUEST if ":" in text else _LONGEST_ADDRESS):
        named = of_others(text, rows)
        if named:
            return DecodingError(f"no payment request: its address is one of {listed(named)}", reason="network")
        for name, error in refusals(text, rows).items():
            return DecodingError(f"no address of {name}: {error}", reason=error.reason, hint=error.hint)
    for form, problem, hint in _FORMS:
        if re.fullmatch(form, text, re.ASCII):
            return DecodingError(problem, reason="ambiguous", hint=hint)
    if re.fullmatch(_EXTENDED, text, re.ASCII):
        return _no_extended_key(text)
    if FORM.fullmatch(text):
        return _no_encrypted_key(text)
    if read and len(read[-1][0]) > _LONGEST_HASH:
        return DecodingError(f"no transaction or message: {'; '.join(_reasons(*read[-1]))}", reason="unknown")
    return _nearly_a_phrase(text) or DecodingError("not recognised", reason="unknown", hint=_KINDS)


@sealed
def _no_extended_key(text: str) -> DecodingError:
    """Why a text with the beginning of an extended key is none."""
    from walletcore.hd.bip32 import ExtendedPrivateKey, ExtendedPublicKey

    key = ExtendedPublicKey if text[1:4] in _PUBLIC else ExtendedPrivateKey
    try:
        key.parse(text)
    except DerivationError as error:
        return DecodingError(f"no extended key: {error}", reason=error.reason, hint=error.hint)
    return DecodingError("not recognised", reason="unknown", hint=_KINDS)


def _no_encrypted_key(text: str) -> DecodingError:
    """Why a text with the form of BIP-38 is no encrypted key."""
    try:
        encrypted.read(text)
    except DecodingError as error:
        return DecodingError(f"no encrypted key (BIP-38): {error}", reason=error.reason, hint=error.hint)
    return DecodingError("not recognised", reason="unknown", hint=_KINDS)


def _nearly_a_phrase(text: str) -> DecodingError | None:
    if not looks_wordy(text):
        return None
    from walletcore.mnemonic.bip39 import Mnemonic

    try:
        Mnemonic.parse(text)
    except MnemonicError as error:
        return DecodingError(f"no BIP-39 phrase: {error}", reason=error.reason, hint=error.hint)
    return None


def _reasons(raw: bytes, rows: Sequence[Chain]) -> Iterable[str]:
    if is_psbt(raw) and not any(row.caip2.startswith("bip122:") for row in rows):
        return (f"it is a PSBT, which {rows[0].name} has not",)
    return _first_of_each(readings(raw, rows)[1])


def _first_of_each(why: Mapping[str, TransactionError]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, error in why.items():
        seen.setdefault(str(error), name)
    return (f"{name}: {text}" for text, name in list(seen.items())[:4])
