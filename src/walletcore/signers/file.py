"""The key in a Web3 keystore file (version 3) as a signer: ``file:/absolute/path/key.json`` (RFC 8089).

The file must be as private as a key should be: a regular one, readable by nobody but its owner.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from walletcore.errors import InvalidKey, KeystoreError, SignerError
from walletcore.keys import Curve
from walletcore.keystore import web3
from walletcore.secret import sealed
from walletcore.signers.local import LocalSigner

if TYPE_CHECKING:
    from walletcore.keys import PublicKey
    from walletcore.signers.uri import Secrets, SignerUri

__all__ = ["open_uri"]

# Neither a symbolic link's goal nor a pipe's writer decides what is read; flags that a system lacks are 0.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_REASONS = {errno.EACCES: "policy", errno.EISDIR: "type", errno.ELOOP: "policy", errno.EPERM: "policy"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@sealed
def open_uri(uri: SignerUri, public_key: PublicKey, secrets: Secrets) -> LocalSigner:
    """``file:/run/keys/hot.json`` asks for the ``password`` (UTF-8), when the file has been read.

    ``file:///run/keys/hot.json`` is the same; a host is refused. The last step of the path is no symbolic link, and the
    file has at most `web3.MAX_LENGTH` bytes. With ``?permissions=any`` its group and others may have access to it.
    Raises `SignerError` when the file is not there or not as it must be, `KeystoreError` for what is in it or a wrong
    password, `InvalidKey` when it holds another key than the pinned one.
    """
    uri.expect("permissions")
    if uri.option("permissions", "owner") not in ("owner", "any"):
        raise SignerError("expected permissions=owner or permissions=any", reason="unknown")
    if public_key.curve is not Curve.SECP256K1:
        raise InvalidKey("a keystore of version 3 holds a key of secp256k1", reason="mismatch")
    from walletcore.signers.uri import given

    text = _read(_path(uri), anyone=uri.option("permissions") == "any")
    key = web3.decrypt(text, given(secrets, "password"))
    if key.public_key != public_key:
        raise InvalidKey("the file holds another key than the pinned one", reason="mismatch")
    return LocalSigner(key)


def _path(uri: SignerUri) -> str:
    path = uri.path.removeprefix("//") if uri.path.startswith("///") else uri.path
    if not path.startswith("/") or path.startswith("//") or "\0" in path:
        raise SignerError("expected file:/ and an absolute path, without a host", reason="prefix")
    return path


def _read(path: str, *, anyone: bool) -> str:
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _FLAGS)) as file:
            _check(os.fstat(file.fileno()), anyone)
            data = file.read(web3.MAX_LENGTH + 1)
    except OSError as error:
        number = error.errno or 0
        reason = _REASONS.get(number, "missing")
        raise SignerError(f"the keystore file cannot be read: {os.strerror(number)}", reason=reason) from None
    if len(data) > web3.MAX_LENGTH:  # it grew
        raise _too_large()
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise KeystoreError("expected a keystore file in UTF-8", reason="character") from None


def _check(status: os.stat_result, anyone: bool) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SignerError("expected a regular file", reason="type")
    if status.st_mode & _OTHERS and not anyone and os.name == "posix":
        hint = "chmod 600 makes it private; ?permissions=any takes it as it is"
        raise SignerError("expected a file that nobody but its owner may access", reason="policy", hint=hint)
    if status.st_size > web3.MAX_LENGTH:
        raise _too_large()


def _too_large() -> SignerError:
    return SignerError(f"expected a keystore file of at most {web3.MAX_LENGTH} bytes", reason="too-large")
