"""A SoftHSM2 token with a key of each curve and two published ones, and a module in front of it that fails when told.

Run as a program, it fills the token that `SOFTHSM2_CONF` leads to. One module serves one directory at a time: a
process initialises SoftHSM with the environment that it finds then.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from walletcore.keys import Curve, PublicKey
from walletcore.secret import Secret
from walletcore.signers import pkcs11 as signers
from walletcore.signers.remote import Patience, RemoteSigner
from walletcore.signers.uri import SignerUri

__all__ = [
    "BIP32_KEY",
    "BIP32_PUBLIC",
    "LABEL",
    "PIN",
    "RFC8032_KEY",
    "RFC8032_PUBLIC",
    "SO_PIN",
    "Fault",
    "Step",
    "Token",
    "build",
    "copied",
    "create",
    "entered",
    "private_template",
]

PIN, SO_PIN, LABEL = "4711-canary-PIN", "8844-canary-SO", "vault"
SOFTHSM = next((path for path in signers.MODULES["softhsm2"] if Path(path).exists()), "")

# BIP-32, test vector 1, m/0'/1/2'/2/1000000000, and RFC 8032, section 7.1, test 1
BIP32_KEY = "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8"
BIP32_PUBLIC = "022a471424da5e657499d1ff51cb43c47481a03b1e77f951fe64cec9f5a48f7011"
RFC8032_KEY = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
RFC8032_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

PARAMETERS = {
    Curve.SECP256K1: bytes.fromhex("06052b8104000a"),
    Curve.P256: bytes.fromhex("06082a8648ce3d030107"),
    Curve.ED25519: b"\x13\x0cedwards25519",
}
LABELS = {Curve.SECP256K1: "hot", Curve.P256: "p256", Curve.ED25519: "ed"}


class Step(IntEnum):
    """The functions of PKCS #11 by their place in its list."""

    INITIALIZE = 0
    GET_SLOT_LIST = 4
    GET_TOKEN_INFO = 6
    OPEN_SESSION = 12
    CLOSE_SESSION = 13
    LOGIN = 18
    GET_ATTRIBUTE_VALUE = 24
    FIND_OBJECTS_INIT = 26
    FIND_OBJECTS = 27
    FIND_OBJECTS_FINAL = 28
    SIGN_INIT = 42
    SIGN = 43


class Fault(IntEnum):
    """What happens at a step: an error before or after it is done, silence, a changed, no, a second, a cut answer."""

    FAIL = 1
    LOSE = 2
    HANG = 3
    CHANGE = 4
    NOTHING = 5
    TWICE = 6
    SHORT = 7


@dataclass(frozen=True)
class Token:
    """A directory with a configuration, its token, and a module of its own in front of SoftHSM."""

    home: Path

    @property
    def module(self) -> str:
        return str(self.home / "shim.so")

    @property
    def config(self) -> str:
        return str(self.home / "softhsm2.conf")

    @property
    def files(self) -> Path:
        return next(path for path in (self.home / "tokens").iterdir() if path.is_dir())

    @cached_property
    def shim(self) -> Any:
        loaded = ctypes.CDLL(self.module)
        loaded.shim_fault.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_ulong]
        loaded.shim_log_out.argtypes = loaded.shim_close_all.argtypes = [ctypes.c_ulong]
        loaded.shim_calls.restype = loaded.shim_signatures.restype = ctypes.c_long
        return loaded

    def announce(self, file: int) -> None:
        """Have a byte written to this file whenever a function is called: its `Step`."""
        self.shim.shim_announce(file)

    def fail(self, step: Step, fault: Fault, code: int = 0x30, *, nth: int = 1) -> None:
        """The n-th call from now (0: each one) of this function meets this fault; the code is CKR_DEVICE_ERROR."""
        self.shim.shim_fault(step, nth, fault, code)

    def lib(self) -> Any:
        return pkcs11.lib(self.module)

    def get(self, label: str = LABEL) -> Any:
        return self.lib().get_token(token_label=label)

    def public_key(self, label: str = "hot") -> PublicKey:
        text = (self.home / f"{label}.public").read_text().split()
        return PublicKey.parse(Curve(text[0]), bytes.fromhex(text[1]))

    def signer(self, label: str = "hot", secrets: Any = None, **options: Any) -> RemoteSigner[Any, Any]:
        return self.open(f"pkcs11:token={LABEL};object={label}", self.public_key(label), secrets, **options)

    def open(self, uri: str, key: PublicKey, secrets: Any = None, **options: Any) -> RemoteSigner[Any, Any]:
        options = {"patience": Patience(deadline=5, pause=0.001), **options}
        asked = secrets or (lambda name: Secret(PIN.encode()))
        return signers.open_key(SignerUri.parse(uri), key, asked, module=self.module, **options)


def build(home: Path) -> Path:
    """Compile the module that stands in front of SoftHSM."""
    source, made = Path(__file__).with_name("shim.c"), home / "shim.so"
    module = f'-DMODULE="{SOFTHSM}"'
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", module, "-o", made, source, "-ldl"], check=True
    )
    return made


def configure(home: Path) -> Token:
    (home / "tokens").mkdir(exist_ok=True)
    (home / "softhsm2.conf").write_text(
        f"directories.tokendir = {home}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    return Token(home)


def create(home: Path) -> Token:
    """A token with its keys, made by SoftHSM's own program and, in another process, through its module."""
    token = configure(home)
    build(home)
    environment = {**os.environ, "SOFTHSM2_CONF": token.config}
    command = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", SO_PIN, "--pin", PIN]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    path = os.pathsep.join(filter(None, sys.path))
    subprocess.run([sys.executable, __file__, str(home)], check=True, env={**environment, "PYTHONPATH": path})
    return token


def copied(template: Token, home: Path) -> Token:
    """A copy of a token with its module and configuration."""
    shutil.copytree(template.home, home, dirs_exist_ok=True)
    return configure(home)


@contextmanager
def entered(token: Token) -> Iterator[Token]:
    """A token which SoftHSM in this process serves until the end of the block."""
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = token.config
    try:
        yield token
    finally:
        token.shim.shim_release()
        with suppress(pkcs11.PKCS11Error):
            token.lib().finalize()
        os.environ.pop("SOFTHSM2_CONF")
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before


def _fill(home: Path) -> None:
    with pkcs11.lib(SOFTHSM).get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
        for number, curve in enumerate(LABELS):
            _generate(home, session, curve, LABELS[curve], bytes([number + 1]))
        _load(home, session, Curve.SECP256K1, "bip32", b"\x11", BIP32_KEY, BIP32_PUBLIC)
        _load(home, session, Curve.SECP256K1, "careful", b"\x13", BIP32_KEY, BIP32_PUBLIC, ALWAYS_AUTHENTICATE=True)
        _load(home, session, Curve.ED25519, "rfc8032", b"\x12", RFC8032_KEY, RFC8032_PUBLIC)


def kind(curve: Curve) -> KeyType:
    return KeyType.EC_EDWARDS if curve is Curve.ED25519 else KeyType.EC


def _generate(home: Path, session: Any, curve: Curve, label: str, identity: bytes) -> None:
    parameters = session.create_domain_parameters(kind(curve), {Attribute.EC_PARAMS: PARAMETERS[curve]}, local=True)
    how = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if curve is Curve.ED25519 else None
    shown = {Attribute.PRIVATE: False}
    public, _ = parameters.generate_keypair(mechanism=how, store=True, id=identity, label=label, public_template=shown)
    _note(home, curve, label, public[Attribute.EC_POINT][2:].hex())


def _note(home: Path, curve: Curve, label: str, point: str) -> None:
    (home / f"{label}.public").write_text(f"{curve.value} {point}\n")


def _load(
    home: Path, session: Any, curve: Curve, label: str, identity: bytes, key: str, public: str, **changes: Any
) -> None:
    session.create_object(private_template(curve, label, identity, bytes.fromhex(key), **changes))
    _note(home, curve, label, public)


def private_template(curve: Curve, label: str, identity: bytes, key: bytes, **changes: Any) -> dict[Attribute, Any]:
    """A private key as an object of a token."""
    template = {
        Attribute.CLASS: ObjectClass.PRIVATE_KEY,
        Attribute.KEY_TYPE: kind(curve),
        Attribute.EC_PARAMS: PARAMETERS[curve],
        Attribute.VALUE: key,
        Attribute.LABEL: label,
        Attribute.ID: identity,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: True,
        Attribute.SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.SIGN: True,
    }
    return {**template, **{Attribute[name]: value for name, value in changes.items()}}


if __name__ == "__main__":
    _fill(Path(sys.argv[1]))
