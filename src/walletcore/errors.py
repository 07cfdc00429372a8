"""The named failures of walletcore: one root, and every input error is also a ValueError.

Callers match on the class and on ``reason``, a short stable code (see `REASONS`); the text is for people.
No message ever contains a secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "REASONS",
    "AddressError",
    "AuditError",
    "BulkError",
    "ChecksumError",
    "ConfigError",
    "DecodingError",
    "DerivationError",
    "GuardRefused",
    "InvalidKey",
    "InvalidSignature",
    "KeystoreError",
    "LimitExceeded",
    "MissingExtra",
    "MissingSignature",
    "MnemonicError",
    "OutcomeUnknown",
    "PathError",
    "SecretExportError",
    "SignerError",
    "SignerUnavailable",
    "SigningRefused",
    "TransactionError",
    "Unsupported",
    "WalletcoreError",
    "needs",
    "raised_as",
]

REASONS: dict[str, str] = {
    "type": "a value of another type was given",
    "range": "a number is outside its range",
    "length": "too few or too many bytes, characters or items",
    "too-large": "larger than any valid input of this kind; refused before any work",
    "too-deep": "nested deeper than the format allows",
    "truncated": "the input ends early",
    "trailing": "bytes remain after the end",
    "character": "a character outside the alphabet",
    "mixed-case": "upper and lower case mixed where the format forbids it",
    "checksum": "the checksum does not match",
    "prefix": "the human-readable part or leading text is wrong",
    "version": "the version or type byte is wrong or unknown",
    "network": "valid, but for another network",
    "non-canonical": "a second spelling of a value that has exactly one",
    "duplicate": "something appears twice that may appear once",
    "unknown": "a name, word or field that is not known",
    "word-count": "a phrase of the wrong number of words",
    "ambiguous": "valid in more than one way; say which one is meant",
    "scheme": "it looks like another scheme",
    "point": "not a point of the curve, or one that must not be used",
    "hardened": "a hardened step where only the private key could take it, or the reverse",
    "mismatch": "two things that must agree do not",
    "missing": "something that is needed is absent",
    "policy": "well formed, but refused by default",
    "wiped": "the secret was wiped",
    "usage": "the words of a command are wrong",
}


class WalletcoreError(Exception):
    """The root. ``reason`` is a key of `REASONS` or empty; ``hint`` may tell a person what to do."""

    def __init__(self, message: str = "", *, reason: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.hint = hint


class DecodingError(WalletcoreError, ValueError):
    """Bytes or text that are not the one canonical form of a value."""


class ChecksumError(DecodingError):
    """Raised only inside ``coding``; every door turns it into its own class with ``reason="checksum"``."""


class MnemonicError(WalletcoreError, ValueError):
    """A phrase, its entropy or its passphrase cannot be used."""


class PathError(WalletcoreError, ValueError):
    """A derivation path is malformed, or a path template lacks a number that was asked for."""


class DerivationError(WalletcoreError, ValueError):
    """A seed, an extended key or a step of a derivation cannot be used."""


class InvalidKey(WalletcoreError, ValueError):
    """A private or public key is malformed, out of range or not on its curve."""


class AddressError(WalletcoreError, ValueError):
    """A text is no address of this chain, or a key has none of the kind that was asked for."""


class TransactionError(WalletcoreError, ValueError):
    """A transaction is malformed, ambiguous, or not yet able to be signed."""


class KeystoreError(WalletcoreError, ValueError):
    """An encrypted or encoded key at rest cannot be read."""


class ConfigError(WalletcoreError, ValueError):
    """A configuration is malformed, or asks for what must not run; the text names the place, never a value."""


class InvalidSignature(WalletcoreError):
    """A signature is malformed or does not verify; nothing unverified becomes part of anything."""


class MissingSignature(WalletcoreError):
    """Not every request that must be answered has an answer."""


class SecretExportError(WalletcoreError, TypeError):
    """A secret was about to be copied, pickled or serialised."""


class Unsupported(WalletcoreError, LookupError):
    """A chain, scheme, curve or back end that this installation does not know."""


class MissingExtra(Unsupported, ImportError):
    """A part that needs an optional dependency; the text names the extra to install."""


class SignerError(WalletcoreError):
    """A signer could not do its work."""


class SignerUnavailable(SignerError):
    """The signer cannot be reached now; trying again may help."""


class SigningRefused(SignerError):
    """The signer or a guard understood the request and declined it."""


class GuardRefused(SigningRefused):
    """A guard declined before its signer was asked. ``rule`` is the name of the rule, ``effect`` what it did not like.

    ``effect`` is one of `walletcore.effects`, or None where the refusal is not about a single one.
    """

    def __init__(
        self, message: str = "", *, reason: str = "", hint: str = "", rule: str = "", effect: object = None
    ) -> None:
        super().__init__(message, reason=reason, hint=hint)
        self.rule = rule
        self.effect = effect


class LimitExceeded(SigningRefused):
    """What was asked for would exceed what a window has left; ``window`` is its name."""

    def __init__(self, message: str = "", *, window: str = "", reason: str = "", hint: str = "") -> None:
        super().__init__(message, reason=reason, hint=hint)
        self.window = window


class OutcomeUnknown(SignerError):
    """The signer may or may not have signed; only the very same request may be tried again."""


class AuditError(WalletcoreError):
    """A log is not what its hashes say; ``number`` is the first line that is not."""

    def __init__(self, message: str = "", *, number: int = 0, reason: str = "", hint: str = "") -> None:
        super().__init__(message, reason=reason, hint=hint)
        self.number = number


class BulkError(WalletcoreError):
    """Addresses could not be made to the end, or are not those of their account.

    ``row`` is the first that is wrong, counted from 1; 0 where it is about none.
    """

    def __init__(self, message: str = "", *, row: int = 0, reason: str = "", hint: str = "") -> None:
        super().__init__(message, reason=reason, hint=hint)
        self.row = row


def raised_as(kind: type[WalletcoreError]) -> _Door:
    """Turn a `DecodingError` of ``coding`` into the class of the door that was knocked at, with its text and reason."""
    return _Door(kind)


class _Door:
    """What `raised_as` gives; no generator, as each part of a transaction passes one of these."""

    __slots__ = ("_kind",)

    def __init__(self, kind: type[WalletcoreError]) -> None:
        self._kind = kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DecodingError):
            raise self._kind(str(error), reason=error.reason, hint=error.hint) from None


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Imports of what an extra installs: its absence is `MissingExtra`, with the words to type.

    A library that is there and cannot be imported (a broken installation) is no missing extra.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        command = f"pip install 'walletcore[{extra}]'"
        raise MissingExtra(f"this needs the extra {extra}: {command}", reason="missing", hint=command) from missing
