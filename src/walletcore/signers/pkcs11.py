"""Keys in a hardware security module (PKCS #11 v3.0; URIs after RFC 7512).

``pkcs11:token=vault;object=hot?module-name=softhsm2``: what of token, serial, slot-id, object and id is given must lead
to one key. The module is a name of `MODULES`, or a path that code passes to `open_key`. The PIN comes from the callback
when the token is logged in to: at the first signature, and after a session was lost. It is never part of a URI. A login
is the process's: later signers for the same token need no PIN (PKCS #11, "Sessions").
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from walletcore.errors import (
    InvalidKey,
    InvalidSignature,
    OutcomeUnknown,
    SignerError,
    SignerUnavailable,
    SigningRefused,
    needs,
)
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import Secret, sealed
from walletcore.signers.remote import Patience, RemoteSigner, bounded
from walletcore.signers.uri import Secrets, SignerUri
from walletcore.signing import Signature, SigningRequest

with needs("pkcs11"):
    import pkcs11
    from pkcs11 import Attribute, Mechanism, ObjectClass, exceptions

__all__ = ["MODULES", "Pkcs11Key", "open_key", "open_uri"]

MODULES: Mapping[str, tuple[str, ...]] = {
    "softhsm2": (
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ),
    "yubihsm": ("/usr/lib/x86_64-linux-gnu/pkcs11/yubihsm_pkcs11.so", "/usr/lib64/pkcs11/yubihsm_pkcs11.so"),
    "cloudhsm": ("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so",),
    "luna": ("/usr/safenet/lunaclient/lib/libCryptoki2_64.so",),
    "nshield": ("/opt/nfast/toolkits/pkcs11/libcknfast.so",),
}
"""The modules that a URI may name (``module-name``), and where their packages put them."""

_WHERE = ("token", "serial", "slot-id", "object", "id", "type")
_SCHEMES = {
    Curve.SECP256K1: (Scheme.ECDSA, Mechanism.ECDSA),
    Curve.P256: (Scheme.ECDSA_P256, Mechanism.ECDSA),
    Curve.ED25519: (Scheme.ED25519, Mechanism.EDDSA),
}
_PARAMETERS = {  # EC_PARAMS in DER -> curve
    bytes.fromhex("06052b8104000a"): Curve.SECP256K1,
    bytes.fromhex("06082a8648ce3d030107"): Curve.P256,
    bytes.fromhex("06032b6570"): Curve.ED25519,  # RFC 8410
    b"\x13\x0cedwards25519": Curve.ED25519,  # PKCS #11 v3.0, a PrintableString
}
_POINTS = {Curve.SECP256K1: b"\x04\x41", Curve.P256: b"\x04\x41", Curve.ED25519: b"\x04\x20"}  # an OCTET STRING's head
_LOST = (  # the session, the login or the handles are gone; nothing was signed
    exceptions.SessionHandleInvalid,
    exceptions.SessionClosed,
    exceptions.UserNotLoggedIn,
    exceptions.KeyHandleInvalid,
    exceptions.ObjectHandleInvalid,
    exceptions.TokenNotPresent,
    exceptions.DeviceRemoved,
    exceptions.NoSuchToken,
    exceptions.SessionCount,
    exceptions.OperationActive,
)
_REFUSED = (
    exceptions.PinIncorrect,
    exceptions.PinExpired,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
    exceptions.UserPinNotInitialized,
    exceptions.AnotherUserAlreadyLoggedIn,
    exceptions.FunctionRejected,
    exceptions.FunctionNotSupported,
    exceptions.MechanismInvalid,
    exceptions.KeyTypeInconsistent,
    exceptions.DataLenRange,
    exceptions.DataInvalid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Key:
    """What is asked of a key in a token: a raw signature over a digest, or Ed25519's over the message."""

    curve: Curve

    @property
    def schemes(self) -> frozenset[Scheme]:
        """The one scheme of the curve that modules have."""
        return frozenset({_SCHEMES[self.curve][0]})

    def ask(self, request: SigningRequest) -> bytes:
        """The bytes to sign: CKM_ECDSA takes a digest as it is, CKM_EDDSA the message."""
        return request.message

    def read(self, request: SigningRequest, answer: bytes) -> Signature:
        """The signature: r || s, or R || S, 64 bytes."""
        if len(answer) != 64:
            raise InvalidSignature(f"expected 64 bytes of the module, got {len(answer)}", reason="length")
        return Signature(scheme=request.scheme, data=answer)


def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> RemoteSigner[bytes, bytes]:
    """A signer for ``pkcs11:...?module-name=...``. Raises `SignerError`, and `InvalidKey` for another key."""
    uri.expect("module-name")
    name = uri.option("module-name")
    if name not in MODULES:
        hint = "code may pass the path of a module to walletcore.signers.pkcs11.open_key"
        raise SignerError(f"expected one of {', '.join(MODULES)} as module-name", reason="unknown", hint=hint)
    found = [path for path in MODULES[name] if Path(path).exists()]
    if not found:
        raise SignerUnavailable(f"the module {name} is not installed where its packages put it", reason="missing")
    return open_key(uri, public_key, secrets, module=found[0])


def open_key(
    uri: SignerUri, public_key: PublicKey, secrets: Secrets, *, module: str, patience: Patience | None = None
) -> RemoteSigner[bytes, bytes]:
    """As `open_uri`, over the module at this path, which is loaded into the process: whoever names it, runs it."""
    token = _Token(module, _where(uri), public_key, secrets)
    token.check()
    exchange = Pkcs11Key(curve=public_key.curve)
    return RemoteSigner(public_key=public_key, exchange=exchange, send=token.sign, patience=patience or Patience())


def _where(uri: SignerUri) -> dict[str, bytes]:
    """RFC 7512, section 2.3: attributes of the path, each percent-encoded, with semicolons between them."""
    found: dict[str, bytes] = {}
    for attribute in filter(None, uri.encoded_path.split(";")):
        name, equals, value = attribute.partition("=")
        if not equals or name not in _WHERE:
            raise SignerError(f"expected {', '.join(_WHERE)}, each with its value, in the URI's path", reason="unknown")
        if name in found:
            raise SignerError(f"{name} appears twice in the URI", reason="duplicate")
        found[name] = unquote_to_bytes(value)
    if found.pop("type", b"private") != b"private":
        raise SignerError("expected a private key as type", reason="unknown")
    if not {"token", "serial", "slot-id"} & found.keys() or not {"object", "id"} & found.keys():
        raise SignerError("expected a token and an object (or their serial, slot-id, id)", reason="missing")
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Module:
    """A module as a process has initialised it. One thread at a time may use it (C_Initialize with NULL)."""

    library: Any
    process: int
    lock: threading.Lock = field(default_factory=threading.Lock)


_LOADED: dict[str, _Module] = {}
_LOADING = threading.Lock()


def _loaded(path: str) -> _Module:
    """The module, initialised by this process: a child that was forked has to do it anew, and nothing before that."""
    with _LOADING:
        known = _LOADED.get(path)
        if known is None or known.process != os.getpid():
            try:
                library: Any = pkcs11.lib(path)
                if known is not None:
                    library.reinitialize()
            except (exceptions.PKCS11Error, OSError) as error:
                raise SignerUnavailable(f"the module cannot be loaded: {type(error).__name__}") from None
            known = _LOADED[path] = _Module(library, os.getpid())
        return known


class _Token:
    """One private key in a token, and the session in which it is used; both are found again when they are lost."""

    def __init__(self, path: str, where: Mapping[str, bytes], public_key: PublicKey, secrets: Secrets) -> None:
        self._path, self._where, self._public_key, self._secrets = path, where, public_key, secrets
        self._process = 0
        self._session: Any = None
        self._key: Any = None

    def check(self) -> None:
        """Raise `InvalidKey` unless the public key that the token shows without a PIN, if it shows one, is ours."""
        module = _loaded(self._path)
        with module.lock, _told(signing=False):
            session = self._token(module).open()
            try:
                self._compare(session)
            finally:
                session.close()

    def sign(self, message: bytes, seconds: float) -> bytes:
        """The signature as the module made it."""
        return bounded(lambda: self._signed(message, seconds), seconds)

    def _signed(self, message: bytes, seconds: float) -> bytes:
        module = _loaded(self._path)
        if not module.lock.acquire(timeout=seconds):
            raise SignerUnavailable("the module is busy")
        try:
            with self._kept(), _told(signing=False):
                if self._session is None or self._process != os.getpid():
                    self._open(module)
            mechanism = _SCHEMES[self._public_key.curve][1]
            with self._kept(), _told(signing=True):
                return bytes(self._key.sign(message, mechanism=mechanism))
        finally:
            module.lock.release()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """The session is given up after whatever goes wrong in it."""
        try:
            yield
        except BaseException:
            session, self._session, self._key = self._session, None, None
            if session is not None and self._process == os.getpid():
                with suppress(exceptions.PKCS11Error):
                    session.close()
            raise

    def _open(self, module: _Module) -> None:
        """A session with the key in it; the PIN is asked for unless the token is logged in to already."""
        token = self._token(module)
        self._process, self._session = os.getpid(), token.open()
        if not self._found(ObjectClass.PRIVATE_KEY, self._session):
            self._session.close()
            self._session = _logged_in(token, self._secrets)
        keys = self._found(ObjectClass.PRIVATE_KEY, self._session)
        if len(keys) != 1:
            reason = "ambiguous" if keys else "missing"
            raise SigningRefused(f"expected one private key of these attributes, found {len(keys)}", reason=reason)
        self._compare(self._session)
        self._key = keys[0]

    def _token(self, module: _Module) -> Any:
        label, serial, slot = (self._where.get(name) for name in ("token", "serial", "slot-id"))
        found = [
            token
            for token in module.library.get_tokens()
            if label in (None, token.label.encode())
            and serial in (None, token.serial.rstrip(b" \0"))
            and slot in (None, str(token.slot.slot_id).encode())
        ]
        if len(found) != 1:
            failure = SigningRefused if found else SignerUnavailable
            raise failure(f"expected one token of these attributes, found {len(found)}", reason="ambiguous")
        return found[0]

    def _found(self, kind: ObjectClass, session: Any) -> list[Any]:
        template: dict[Attribute, object] = {Attribute.CLASS: kind}
        if "object" in self._where:
            template[Attribute.LABEL] = self._where["object"].decode("utf-8", "replace")
        if "id" in self._where:
            template[Attribute.ID] = self._where["id"]
        return list(session.get_objects(template))

    def _compare(self, session: Any) -> None:
        shown = self._found(ObjectClass.PUBLIC_KEY, session)
        if len(shown) > 1:
            raise SigningRefused(f"expected one key of these attributes, found {len(shown)}", reason="ambiguous")
        if shown and _point(shown[0]) != self._public_key:
            raise InvalidKey("the key in the token is not the pinned one", reason="mismatch")


@sealed
def _logged_in(token: Any, secrets: Secrets) -> Any:
    pin = secrets("PIN")
    if type(pin) is not Secret:
        raise SignerError("expected the PIN as a Secret", reason="type")
    try:
        return token.open(user_pin=pin.reveal().decode())
    except UnicodeDecodeError:
        raise SignerError("expected the PIN in UTF-8", reason="character") from None


def _point(shown: Any) -> PublicKey:
    """The key of a public key object: CKA_EC_POINT is an OCTET STRING in DER, or, of some modules, the point itself."""
    curve = _PARAMETERS.get(shown[Attribute.EC_PARAMS])
    point = shown[Attribute.EC_POINT]
    if curve is None or type(point) is not bytes:
        raise InvalidKey("expected a key of secp256k1, P-256 or Ed25519 in the token", reason="scheme")
    head = _POINTS[curve]
    return PublicKey.parse(curve, point[2:] if len(point) == 2 + head[1] and point.startswith(head) else point)


@contextmanager
def _told(*, signing: bool) -> Iterator[None]:
    """A module's errors as ours. Their text is not repeated; a PIN that is wrong is never tried a second time."""
    try:
        yield
    except _REFUSED as error:
        raise SigningRefused(f"the module refused: {type(error).__name__}", reason="policy") from None
    except _LOST as error:
        raise SignerUnavailable(f"the session was lost: {type(error).__name__}") from None
    except exceptions.PKCS11Error as error:
        kind = OutcomeUnknown if signing else SignerUnavailable
        raise kind(f"the module failed: {type(error).__name__}") from None
