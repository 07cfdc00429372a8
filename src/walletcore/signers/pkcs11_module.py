"""A PKCS #11 module in this process: loaded once, initialised, logged in to, and what its return values mean.

PKCS #11 v3.0, sections 5.1 (return values), 5.4 (C_Initialize), 5.6 (C_Login). A module is one library by whichever
path it is named, and a PIN that one of its tokens refused is not tried again, by this process or one forked from it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, Self

from walletcore.errors import OutcomeUnknown, SignerError, SignerUnavailable, SigningRefused, WalletcoreError, needs
from walletcore.secret import Secret, sealed
from walletcore.signers.pkcs11_uri import KeyPlace
from walletcore.signers.worker import Worker

with needs("pkcs11"):
    import pkcs11
    from pkcs11 import PROTECTED_AUTH, TokenFlag, exceptions

__all__ = ["MODULES", "Module", "PinNeeded"]

MODULES: Mapping[str, tuple[str, ...]] = {
    "softhsm2": (
        "/usr/lib/softhsm/libsofthsm2.so",  # Debian: a link into the directory of the architecture
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    ),
    "yubihsm": (
        "/usr/lib/x86_64-linux-gnu/pkcs11/yubihsm_pkcs11.so",
        "/usr/lib/aarch64-linux-gnu/pkcs11/yubihsm_pkcs11.so",
        "/usr/lib64/pkcs11/yubihsm_pkcs11.so",
        "/usr/local/lib/pkcs11/yubihsm_pkcs11.so",
    ),
    "cloudhsm": ("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so",),
    "luna": ("/usr/safenet/lunaclient/lib/libCryptoki2_64.so",),
    "nshield": ("/opt/nfast/toolkits/pkcs11/libcknfast.so",),
}
"""The modules that a URI may name (``module-name``), and where their packages put them."""

_UNSIGNED = (  # what was found before the operation began (PKCS #11, section 5.1): nothing was signed
    exceptions.SessionHandleInvalid,
    exceptions.UserNotLoggedIn,
    exceptions.KeyHandleInvalid,
    exceptions.ObjectHandleInvalid,
    exceptions.TokenNotPresent,
    exceptions.SessionCount,
    exceptions.OperationActive,
    exceptions.OperationNotInitialized,
)
_REFUSED = (
    exceptions.PinIncorrect,
    exceptions.PinExpired,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
    exceptions.UserPinNotInitialized,
    exceptions.AnotherUserAlreadyLoggedIn,
    exceptions.FunctionCancelled,  # by a person at the token
    exceptions.FunctionRejected,
    exceptions.FunctionNotSupported,
    exceptions.ArgumentsBad,
    exceptions.MechanismInvalid,
    exceptions.MechanismParamInvalid,
    exceptions.KeyTypeInconsistent,
    exceptions.KeySizeRange,
    exceptions.DataLenRange,
    exceptions.DataInvalid,
)
_PAUSE = 5.0  # seconds at least between two initialisations that signers ask for
_NOT_INITIALIZED = "(not initialized)"  # CKR_CRYPTOKI_NOT_INITIALIZED, which has no class of its own


class PinNeeded(SignerUnavailable):
    """The token is not logged in to, or its key wants the PIN for each signature."""


@cache  # a library stays loaded, whatever becomes of the link that led to it
def _real(path: str) -> str:
    try:
        return os.path.realpath(path, strict=True)
    except OSError:
        raise SignerUnavailable("there is no module at this path", reason="missing") from None


class Module(Worker):
    """A module as this process uses it, in one thread, for C_Initialize is told of none (its argument is NULL).

    ``age`` is how often it was initialised anew: sessions and handles of an earlier age mean nothing, or others.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.age, self._renewed = 0, -_PAUSE
        self._path = ""
        self._library: Any = None
        self._logins: dict[int, Any] = {}  # kept open: PKCS #11 logs out with the last session
        self._salt, self._wrong = os.urandom(16), set[bytes]()
        before = self._known.get(name)
        if isinstance(before, Module):  # of a process that this one was forked from
            self._salt, self._wrong = before._salt, set(before._wrong)

    @classmethod
    def at(cls, path: str) -> Self:
        """The module at this path: one, by however many spellings. Raises `SignerError`."""
        module = cls.of(_real(path))
        module._path = module._path or path
        return module

    def _spelling(self) -> str:
        """The path by which the binding has loaded the library, for a second one it could not initialise; or ours."""
        for path in list(getattr(pkcs11, "_loaded", ())):
            with suppress(SignerUnavailable):
                if _real(path) == self.name:
                    return str(path)
        return self._path

    def library(self) -> Any:
        """The library, initialised by this process: a child that was forked does it anew, and nothing before that."""
        if self._library is None:
            self._library = pkcs11.lib(self._spelling())
            if self.is_inherited:
                self._revive()
        self._library.initialize()  # does nothing, unless other code has finalised it
        return self._library

    def _revive(self) -> None:
        """Have the library initialised anew: another process did it, or other code finalised it past the binding."""
        self.age += 1
        self._logins.clear()
        with suppress(Exception):
            self._library.finalize()

    def renew(self, now: float) -> None:
        """Have the library initialised anew, unless that was tried a moment ago: it may know no other way back to a
        device that was away. SoftHSM looks for tokens then only, and so do modules of others."""
        if now - self._renewed >= _PAUSE:
            self._revive()
            self._renewed = now

    def find(self, place: KeyPlace) -> Any:
        """The one token of a place. Raises `SignerUnavailable` for none, `SigningRefused` for several."""
        found = [token for token in self.library().get_tokens() if place.fits(token)]
        if not found:
            raise SignerUnavailable("expected a token of these attributes, found none", reason="missing")
        if len(found) > 1:
            raise SigningRefused(f"expected one token of these attributes, found {len(found)}", reason="ambiguous")
        return found[0]

    @sealed
    def log_in(self, token: Any, pin: Secret | None, *, final_try: bool) -> None:
        """Log in once with this PIN, or at the token's own key pad. Raises `PinNeeded` without one."""
        _check_tries(token.flags, final_try)
        if token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
            self._open(token, PROTECTED_AUTH)
            return
        with self.tried(token, pin, final_try=final_try) as text:
            self._open(token, text)

    @sealed
    def _open(self, token: Any, pin: Any) -> None:
        with suppress(exceptions.UserAlreadyLoggedIn):
            self._logins[token.slot.slot_id] = token.open(user_pin=pin)

    @contextmanager
    def tried(self, token: Any, pin: Secret | None, *, final_try: bool) -> Iterator[str]:
        """The PIN, for one try: the block raises PinIncorrect if it is wrong, and then it is not given again."""
        _check_tries(token.flags, final_try)
        if pin is None:
            raise PinNeeded("the token is not logged in to")
        mark = hmac.digest(self._salt, token.serial + b"\0" + pin.reveal(), "sha256")
        if mark in self._wrong:
            raise SigningRefused("the token has refused this PIN before: it is not tried again", reason="policy")
        try:
            text = pin.reveal().decode()
        except UnicodeDecodeError:
            raise SignerError("expected the PIN in UTF-8", reason="character") from None
        try:
            yield text
        except exceptions.PinIncorrect:
            self._wrong.add(mark)
            raise

    @contextmanager
    def told(self, *, signing: bool) -> Iterator[None]:
        """The module's errors as ours, whose text is not repeated. What the binding makes of nonsense is one, too."""
        try:
            yield
        except WalletcoreError:
            raise
        except _REFUSED as error:
            raise SigningRefused(f"the module refused: {type(error).__name__}", reason="policy") from None
        except _UNSIGNED as error:
            raise SignerUnavailable(f"the session was lost: {type(error).__name__}") from None
        except Exception as error:
            if type(error) is exceptions.PKCS11Error and _NOT_INITIALIZED in str(error):
                self._revive()
                raise SignerUnavailable("the module was finalised by other code") from None
            kind = OutcomeUnknown if signing else SignerUnavailable
            raise kind(f"the module failed: {type(error).__name__}") from None


def _check_tries(flags: TokenFlag, final_try: bool) -> None:
    if flags & TokenFlag.USER_PIN_LOCKED:
        raise SigningRefused("the PIN of the token is locked", reason="policy")
    if flags & TokenFlag.USER_PIN_FINAL_TRY and not final_try:
        hint = "code may allow it: open_key(..., final_try=True)"
        raise SigningRefused("a wrong PIN would lock the token now: it is not tried", reason="policy", hint=hint)
