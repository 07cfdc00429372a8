"""Keys in a hardware security module (PKCS #11 v3.0; URIs after RFC 7512).

``pkcs11:token=vault;object=hot?module-name=softhsm2``: the attributes must lead to one key. The module is a name of
`MODULES`, or a path that code passes to `open_key`. The PIN comes from the callback when the token is to be logged in
to: at the first signature, after the login was lost, and each time for a key with CKA_ALWAYS_AUTHENTICATE. It is never
part of a URI. A login is the process's: later signers for the same token need no PIN (PKCS #11, section 5.6), and no
signer logs out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
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
    needs,
)
from walletcore.keys import Curve, PublicKey, Scheme
from walletcore.secret import Secret, sealed
from walletcore.signers.aside import bounded
from walletcore.signers.pkcs11_module import MODULES, Module, PinNeeded
from walletcore.signers.pkcs11_objects import asks_always, check_private, check_public, private_keys, shows_users_keys
from walletcore.signers.pkcs11_uri import KeyPlace, key_place
from walletcore.signers.remote import Patience, RemoteSigner
from walletcore.signers.uri import Secrets, SignerUri, given
from walletcore.signers.worker import Abandoned
from walletcore.signing import AcceptedSignature, Signature, SigningRequest

with needs("pkcs11"):
    from pkcs11 import Mechanism, TokenFlag

__all__ = ["MODULES", "Pkcs11Key", "open_key", "open_uri"]

_FAILURES = 2  # after so many in a row, the second in a session of its own, the module is initialised anew
_SCHEMES = {
    Curve.SECP256K1: (Scheme.ECDSA, Mechanism.ECDSA),
    Curve.P256: (Scheme.ECDSA_P256, Mechanism.ECDSA),
    Curve.ED25519: (Scheme.ED25519, Mechanism.EDDSA),
}


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


class _Token:
    """One private key in a token, and the session in which it is used; both are found again when they are lost."""

    def __init__(self, path: str, place: KeyPlace, public_key: PublicKey, secrets: Secrets, *, final_try: bool) -> None:
        self._path, self._place, self._public_key = path, place, public_key
        self._secrets, self._final_try = secrets, final_try
        self._module: Module | None = None
        self._session: Any = None
        self._key: Any = None
        self._age = 0
        self._failures = 0  # since the last answer
        self._asks_always = False

    def check(self, seconds: float) -> None:
        """Raise `InvalidKey` unless the public key that the token shows without a PIN, if it shows one, is ours."""
        module = Module.at(self._path)

        def job(commit: Callable[[], None]) -> None:
            with module.told(signing=False):
                session = module.find(self._place).open()
                try:
                    check_public(session, self._place, self._public_key)
                finally:
                    session.close()

        module.run(job, seconds)

    def sign(self, request: SigningRequest, seconds: float) -> Signature:
        """The signature, accepted. The PIN is asked for in between, so that no other signer waits for it."""
        until = time.monotonic() + seconds
        module = Module.at(self._path)
        if not self._asks_always:
            with suppress(PinNeeded):
                return module.run(lambda commit: self._signed(module, request, commit, None), seconds)
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
        self, module: Module, request: SigningRequest, commit: Callable[[], None], pin: Secret | None
    ) -> AcceptedSignature:
        mechanism = _SCHEMES[self._public_key.curve][1]
        with self._kept(module):
            with module.told(signing=False):
                if self._session is None or self._is_stale(module):
                    self._open(module, pin)
                confirmed = self._confirmed(module, pin)
            with module.told(signing=True), confirmed as text:
                commit()
                answer = bytes(self._key.sign(request.message, mechanism=mechanism, pin=text))
            self._failures = 0
            return request.accept(_raw(request.scheme, answer))

    def _is_stale(self, module: Module) -> bool:
        """Whether the session is one of a process that this one was forked from, or of before an initialisation."""
        return self._module is not module or self._age != module.age

    def _confirmed(self, module: Module, pin: Secret | None) -> AbstractContextManager[str | None]:
        """The PIN for a key that wants it between C_SignInit and C_Sign (CKU_CONTEXT_SPECIFIC); None for others."""
        if not self._asks_always:
            return nullcontext()
        token = self._session.token.slot.get_token()  # with the tries that are left now
        if token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
            raise SigningRefused("the binding has no key pad for CKA_ALWAYS_AUTHENTICATE", reason="policy")
        return module.tried(token, pin, final_try=self._final_try)

    @contextmanager
    def _kept(self, module: Module) -> Iterator[None]:
        """The session is given up after whatever goes wrong in it: a wrong answer may be that of a stale handle.

        It is kept where only nobody waited any more: else a token that opens slowly would be opened for ever.
        """
        try:
            yield
        except Abandoned:
            raise
        except BaseException as error:
            session, self._session, self._key = self._session, None, None
            self._failures = _failures(self._failures, error)
            if session is not None and not self._is_stale(module):
                with suppress(Exception):
                    session.close()
            raise

    def _open(self, module: Module, pin: Secret | None) -> None:
        """A session with the key in it; it is never the one that logged in, whose end would log out all others."""
        if self._failures >= _FAILURES:
            module.renew(time.monotonic())
        token = module.find(self._place)
        self._module, self._session, self._age = module, token.open(), module.age
        keys = private_keys(self._session, self._place)
        if not keys and not shows_users_keys(self._session):
            module.log_in(token, pin, final_try=self._final_try)
            keys = private_keys(self._session, self._place)
        if len(keys) != 1:
            reason = "ambiguous" if keys else "missing"
            raise SigningRefused(f"expected one private key of these attributes, found {len(keys)}", reason=reason)
        check_private(keys[0], self._public_key.curve)
        try:
            check_public(self._session, self._place, self._public_key)
        except InvalidKey as error:
            raise SigningRefused(str(error), reason=error.reason) from None
        self._key, self._asks_always = keys[0], asks_always(keys[0])


def _failures(before: int, error: BaseException) -> int:
    """How often in a row the token was not to be had. What it refuses it has answered: that it has no such key, too."""
    if isinstance(error, SigningRefused):
        return 0
    return before + (isinstance(error, SignerUnavailable | OutcomeUnknown) and not isinstance(error, PinNeeded))


def _raw(scheme: Scheme, answer: bytes) -> Signature:
    """The signature: r || s, or R || S, 64 bytes."""
    if len(answer) != 64:
        raise InvalidSignature(f"expected 64 bytes of the module, got {len(answer)}", reason="length")
    return Signature(scheme=scheme, data=answer)
