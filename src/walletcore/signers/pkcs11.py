"""Keys in a hardware security module (PKCS #11 v3.0; URIs after RFC 7512).

``pkcs11:token=vault;object=hot?module-name=softhsm2``: the attributes must lead to one key. The module is a name of
`MODULES`, or a path that code passes to `open_key`. The PIN comes from the callback when the token is to be logged in
to: at the first signature, and after the login was lost. It is never part of a URI. A login is the process's: later
signers for the same token need no PIN (PKCS #11, section 5.6), and no signer logs out.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    WalletcoreError,
    needs,
)
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import Secret, sealed
from walletcore.signers.aside import bounded
from walletcore.signers.pkcs11_uri import KeyPlace, key_place
from walletcore.signers.remote import Patience, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri, given
from walletcore.signers.worker import Worker
from walletcore.signing import AcceptedSignature, Signature, SigningRequest

with needs("pkcs11"):
    import pkcs11
    from pkcs11 import PROTECTED_AUTH, Attribute, KeyType, Mechanism, ObjectClass, TokenFlag, exceptions

__all__ = ["MODULES", "Pkcs11Key", "open_key", "open_uri"]

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

_SCHEMES = {
    Curve.SECP256K1: (Scheme.ECDSA, Mechanism.ECDSA, KeyType.EC),
    Curve.P256: (Scheme.ECDSA_P256, Mechanism.ECDSA, KeyType.EC),
    Curve.ED25519: (Scheme.ED25519, Mechanism.EDDSA, KeyType.EC_EDWARDS),
}
_PARAMETERS = {  # EC_PARAMS in DER -> curve
    bytes.fromhex("06052b8104000a"): Curve.SECP256K1,
    bytes.fromhex("06082a8648ce3d030107"): Curve.P256,
    bytes.fromhex("06032b6570"): Curve.ED25519,  # RFC 8410
    b"\x13\x0cedwards25519": Curve.ED25519,  # PKCS #11 v3.0, a PrintableString
}
_HEADS = {Curve.SECP256K1: b"\x04\x41", Curve.P256: b"\x04\x41", Curve.ED25519: b"\x04\x20"}  # of an OCTET STRING
_ABSENT = (exceptions.AttributeTypeInvalid, exceptions.AttributeSensitive, exceptions.FunctionFailed)
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
_SEEN_BY_USERS = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.PRIVATE: True}
_NOT_INITIALIZED = "(not initialized)"  # CKR_CRYPTOKI_NOT_INITIALIZED, which has no class of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Key:
    """What is asked of a key in a token: one signature of its curve's scheme, which `open_key` accepts at once."""

    curve: Curve

    @property
    def schemes(self) -> frozenset[Scheme]:
        """The one scheme of the curve that modules have."""
        return frozenset({_SCHEMES[self.curve][0]})

    def ask(self, request: SigningRequest) -> SigningRequest:
        """The request: its message is what is signed, as CKM_ECDSA takes a digest as it is, CKM_EDDSA the message."""
        return request

    def read(self, request: SigningRequest, answer: Signature) -> Signature:
        """The signature."""
        return answer


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[SigningRequest, Signature]:
    """A signer for ``pkcs11:...?module-name=...``. Raises `SignerError`, and `InvalidKey` for another key."""
    uri.expect("module-name")
    name = uri.option("module-name")
    if name not in MODULES:
        hint = "code may pass the path of a module to walletcore.signers.pkcs11.open_key"
        raise SignerError(f"expected one of {', '.join(MODULES)} as module-name", reason="unknown", hint=hint)
    found = [path for path in MODULES[name] if Path(path).exists()]
    if not found:
        raise SignerUnavailable(f"the module {name} is not installed where its packages put it", reason="missing")
    path = SignerUri(scheme=uri.scheme, path=uri.path, encoded_path=uri.encoded_path)
    return open_key(path, public_key, secrets, module=found[0])


@sealed
def open_key(
    uri: SignerUri,
    public_key: PublicKey,
    secrets: Secrets,
    *,
    module: str,
    patience: Patience | None = None,
    final_try: bool = False,
) -> RemoteSigner[SigningRequest, Signature]:
    """As `open_uri`, over the module at this path, which is loaded into the process: whoever names it, runs it.

    ``final_try`` allows the PIN to be tried where the token says that a wrong one would lock it.
    """
    patience = patience or Patience()
    if type(uri) is not SignerUri or type(public_key) is not PublicKey or type(patience) is not Patience:
        raise SignerError("expected a SignerUri, the pinned PublicKey and a Patience", reason="type")
    if type(module) is not str or not Path(module).is_absolute() or not callable(secrets):
        raise SignerError("expected the absolute path of a module, and a function as secrets", reason="type")
    uri.expect()
    if public_key.curve not in _SCHEMES:
        raise SignerError("PKCS #11 has no mechanism for this curve", reason="scheme")
    token = _Token(module, key_place(uri), public_key, secrets, final_try=final_try)
    token.check(patience.deadline)
    exchange = Pkcs11Key(curve=public_key.curve)
    return RemoteSigner(public_key=public_key, exchange=exchange, send=token.sign, patience=patience)


class _PinNeeded(SignerUnavailable):
    """The token is not logged in to."""


class _Module(Worker):
    """A module as this process uses it, in one thread, for C_Initialize is told of none (its argument is NULL)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._library: Any = None
        self._logins: dict[int, Any] = {}  # kept open: PKCS #11 logs out with the last session
        self._salt, self._wrong = os.urandom(16), set[bytes]()

    def library(self) -> Any:
        """The library, initialised by this process: a child that was forked does it anew, and nothing before that."""
        if self._library is None:
            self._library = pkcs11.lib(self.name)
            if self.is_inherited:
                self.revive()
        self._library.initialize()  # does nothing, unless other code has finalised it
        return self._library

    def revive(self) -> None:
        """Have the library initialised anew: another process did it, or other code finalised it past the binding."""
        with suppress(Exception):
            self._library.finalize()

    @sealed
    def log_in(self, token: Any, pin: Secret | None, *, final_try: bool) -> None:
        """Log in once with this PIN. Raises `_PinNeeded` without one; what a token found wrong is not tried again."""
        _check_tries(token.flags, final_try)
        if token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
            self._open(token, PROTECTED_AUTH)
            return
        if pin is None:
            raise _PinNeeded("the token is not logged in to")
        mark = hmac.digest(self._salt, token.serial + b"\0" + pin.reveal(), "sha256")
        if mark in self._wrong:
            raise SigningRefused("the token has refused this PIN before: it is not tried again", reason="policy")
        try:
            self._open(token, pin.reveal().decode())
        except UnicodeDecodeError:
            raise SignerError("expected the PIN in UTF-8", reason="character") from None
        except exceptions.PinIncorrect:
            self._wrong.add(mark)
            raise

    @sealed
    def _open(self, token: Any, pin: Any) -> None:
        with suppress(exceptions.UserAlreadyLoggedIn):
            self._logins[token.slot.slot_id] = token.open(user_pin=pin)


def _check_tries(flags: TokenFlag, final_try: bool) -> None:
    if flags & TokenFlag.USER_PIN_LOCKED:
        raise SigningRefused("the PIN of the token is locked", reason="policy")
    if flags & TokenFlag.USER_PIN_FINAL_TRY and not final_try:
        hint = "code may allow it: open_key(..., final_try=True)"
        raise SigningRefused("a wrong PIN would lock the token now: it is not tried", reason="policy", hint=hint)


class _Token:
    """One private key in a token, and the session in which it is used; both are found again when they are lost."""

    def __init__(self, path: str, place: KeyPlace, public_key: PublicKey, secrets: Secrets, *, final_try: bool) -> None:
        self._path, self._place, self._public_key = path, place, public_key
        self._secrets, self._final_try = secrets, final_try
        self._module: _Module | None = None
        self._session: Any = None
        self._key: Any = None

    def check(self, seconds: float) -> None:
        """Raise `InvalidKey` unless the public key that the token shows without a PIN, if it shows one, is ours."""
        module = _Module.of(self._path)

        def job(commit: Callable[[], None]) -> None:
            with _told(module, signing=False):
                session = _found(module, self._place).open()
                try:
                    self._compare(session)
                finally:
                    session.close()

        module.run(job, seconds)

    def sign(self, request: SigningRequest, seconds: float) -> Signature:
        """The signature, accepted. The PIN is asked for in between, so that no other signer waits for it."""
        until = time.monotonic() + seconds
        module = _Module.of(self._path)
        try:
            return module.run(lambda commit: self._signed(module, request, commit, None), seconds)
        except _PinNeeded:
            pass
        pin = self._pin(until - time.monotonic())
        left = max(0.0, until - time.monotonic())
        return module.run(lambda commit: self._signed(module, request, commit, pin), left)

    @sealed
    def _pin(self, seconds: float) -> Secret:
        try:
            return bounded(lambda: given(self._secrets, "PIN"), seconds)
        except OutcomeUnknown:
            raise SignerUnavailable("the PIN did not come in time") from None

    def _signed(
        self, module: _Module, request: SigningRequest, commit: Callable[[], None], pin: Secret | None
    ) -> AcceptedSignature:
        with self._kept(module):
            if self._session is None or self._module is not module:
                with _told(module, signing=False):
                    self._open(module, pin)
            commit()
            with _told(module, signing=True):
                answer = bytes(self._key.sign(request.message, mechanism=_SCHEMES[self._public_key.curve][1]))
            return request.accept(_raw(request.scheme, answer))

    @contextmanager
    def _kept(self, module: _Module) -> Iterator[None]:
        """The session is given up after whatever goes wrong in it: a wrong answer may be that of a stale handle."""
        try:
            yield
        except BaseException:
            session, self._session, self._key = self._session, None, None
            if session is not None and self._module is module:
                with suppress(Exception):
                    session.close()
            raise

    def _open(self, module: _Module, pin: Secret | None) -> None:
        """A session with the key in it; it is never the one that logged in, whose end would log out all others."""
        token = _found(module, self._place)
        self._module, self._session = module, token.open()
        keys = self._objects(ObjectClass.PRIVATE_KEY, self._session)
        if not keys and not list(self._session.get_objects(_SEEN_BY_USERS)):
            module.log_in(token, pin, final_try=self._final_try)
            keys = self._objects(ObjectClass.PRIVATE_KEY, self._session)
        if len(keys) != 1:
            reason = "ambiguous" if keys else "missing"
            raise SigningRefused(f"expected one private key of these attributes, found {len(keys)}", reason=reason)
        _check_use(keys[0], self._public_key.curve)
        try:
            self._compare(self._session)
        except InvalidKey as error:
            raise SigningRefused(str(error), reason=error.reason) from None
        self._key = keys[0]

    def _objects(self, kind: ObjectClass, session: Any) -> list[Any]:
        template: dict[Attribute, object] = {Attribute.CLASS: kind}
        if self._place.label is not None:
            template[Attribute.LABEL] = self._place.label
        if self._place.id is not None:
            template[Attribute.ID] = self._place.id
        return list(session.get_objects(template))

    def _compare(self, session: Any) -> None:
        shown = self._objects(ObjectClass.PUBLIC_KEY, session)
        if len(shown) > 1:
            raise SigningRefused(f"expected one public key of these attributes, found {len(shown)}", reason="ambiguous")
        if shown and _point(shown[0][Attribute.EC_PARAMS], shown[0][Attribute.EC_POINT]) != self._public_key:
            raise InvalidKey("the key in the token is not the pinned one", reason="mismatch")


def _found(module: _Module, place: KeyPlace) -> Any:
    """The one token of these attributes (CK_TOKEN_INFO, CK_SLOT_INFO: padded with blanks, which do not count)."""
    found = [token for token in module.library().get_tokens() if all(_shows(token, *each) for each in place.token)]
    if not found:
        raise SignerUnavailable("expected a token of these attributes, found none", reason="missing")
    if len(found) > 1:
        raise SigningRefused(f"expected one token of these attributes, found {len(found)}", reason="ambiguous")
    return found[0]


def _shows(token: Any, name: str, value: bytes) -> bool:
    if name == "slot-id":
        return bool(token.slot.slot_id == int(value))
    shown = {
        "token": token.label,
        "manufacturer": token.manufacturer_id,
        "serial": token.serial.rstrip(b" \0").decode("utf-8", "replace"),
        "model": token.model,
        "slot-manufacturer": token.slot.manufacturer_id,
        "slot-description": token.slot.slot_description,
    }
    return bool(shown[name].encode() == value.rstrip(b" "))


def _check_use(key: Any, curve: Curve) -> None:
    """The private key is of the kind that signs, on this curve, and may. Raises `SigningRefused`."""
    if key.key_type is not _SCHEMES[curve][2] or _PARAMETERS.get(_attribute(key, Attribute.EC_PARAMS), curve) != curve:
        raise SigningRefused("the private key in the token is of another curve or kind", reason="mismatch")
    if _attribute(key, Attribute.SIGN) is False:
        raise SigningRefused("the private key in the token must not sign (CKA_SIGN)", reason="policy")


def _attribute(key: Any, name: Attribute) -> Any:
    try:
        return key[name]
    except _ABSENT:  # some modules keep what is no secret to themselves
        return None


def _point(parameters: object, point: object) -> PublicKey:
    """The key of a public key object: CKA_EC_POINT is an OCTET STRING in DER, or, of some modules, the point itself."""
    curve = _PARAMETERS.get(parameters) if type(parameters) is bytes else None
    if curve is None or type(point) is not bytes:
        raise InvalidKey("expected a key of secp256k1, P-256 or Ed25519 in the token", reason="scheme")
    head = _HEADS[curve]
    return PublicKey.parse(curve, point[2:] if len(point) == 2 + head[1] and point.startswith(head) else point)


def _raw(scheme: Scheme, answer: bytes) -> Signature:
    """The signature: r || s, or R || S, 64 bytes."""
    if len(answer) != 64:
        raise InvalidSignature(f"expected 64 bytes of the module, got {len(answer)}", reason="length")
    return Signature(scheme=scheme, data=answer)


@contextmanager
def _told(module: _Module, *, signing: bool) -> Iterator[None]:
    """A module's errors as ours, whose text is not repeated. What the binding makes of nonsense is an error, too."""
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
            module.revive()
            raise SignerUnavailable("the module was finalised by other code") from None
        kind = OutcomeUnknown if signing else SignerUnavailable
        raise kind(f"the module failed: {type(error).__name__}") from None
