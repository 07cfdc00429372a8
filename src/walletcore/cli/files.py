"""PSBTs between commands and files: read as text or as bytes, written as either; no file is overwritten by chance.

BIP-174: text is base64, a file whose name ends with ``.psbt`` holds the bytes themselves. Beside them stand the
transactions that prove what they spend, in hex.
"""

from __future__ import annotations

import base64
import os
import re
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from walletcore.cli.asking import read_bytes
from walletcore.errors import DecodingError, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.bitcoin import BitcoinChain
    from walletcore.chains.bitcoin.psbt import Psbt, Safety

__all__ = [
    "Form",
    "FormOption",
    "Out",
    "Overwrite",
    "Previous",
    "PsbtSource",
    "Target",
    "is_psbt",
    "read_previous",
    "read_psbt",
]

_MAGIC = b"psbt\xff"
_ITSELF = re.compile(rb"\s*(cHNidP[89+/]|(0x)?70736274[fF]{2})")  # how the bytes begin in base64 and in hex
_TRANSACTION = re.compile(rb"\s*(0x)?[0-9a-fA-F]{120}")  # the shortest has 60 bytes; no file is called so
_EXTENSION = ".psbt"
_STDOUT = "-"


class Form(StrEnum):
    """How a PSBT is written."""

    BASE64 = "base64"
    HEX = "hex"
    BINARY = "binary"


PsbtSource = Annotated[
    str, typer.Argument(metavar="PSBT", help="A file, - for standard input, or the PSBT itself in base64 or hex.")
]
Previous = Annotated[
    list[str] | None,
    typer.Option(
        "--previous",
        metavar="TRANSACTION",
        help="A transaction whose output is spent, in hex, or a file that has it so; as often as needed.",
    ),
]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="Write it to this file, not to standard output.")]
FormOption = Annotated[
    Form | None,
    typer.Option("--form", help="Left out: bytes for a file whose name ends with .psbt, base64 for all else."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file of --out, if there is one.")]


def is_psbt(raw: bytes) -> bool:
    """Whether a PSBT begins so, as bytes or as text."""
    return raw.startswith(_MAGIC) or _ITSELF.match(raw) is not None


def read_psbt(
    source: str,
    row: BitcoinChain,
    what: str = "the PSBT",
    *,
    safety: Safety | None = None,
    previous: Sequence[str] | None = None,
) -> Psbt:
    """The PSBT of a file or of the text itself, in base64, hex or bytes. Raises `DecodingError`, `TransactionError`.

    ``previous`` are those transactions for which its maps have no place, as `read_previous` reads them.
    """
    from walletcore.chains.bitcoin.psbt import SAFE, Psbt

    return Psbt.decode(row, _bytes(source, what), safety=safety or SAFE, previous=_proofs(row, previous))


def read_previous(sources: Sequence[str] | None) -> tuple[bytes, ...]:
    """Transactions in the form of their network, each in hex or in a file that has it so. Raises `DecodingError`."""
    return tuple([_transaction(each, f"previous transaction {place}") for place, each in enumerate(sources or (), 1)])


def _transaction(source: str, what: str) -> bytes:
    given = _given(source, what, _TRANSACTION)
    try:
        return bytes.fromhex(given.decode("ascii").strip().removeprefix("0x"))
    except ValueError:
        raise DecodingError(f"expected {what} in hex", reason="character") from None


def _proofs(row: BitcoinChain, sources: Sequence[str] | None) -> tuple[bytes, ...]:
    """Read by their chain before anything else: who only shows a PSBT would take one for a lie of its maps."""
    from walletcore.chains.bitcoin.psbt.outputs import by_txid

    found = read_previous(sources)
    for place, raw in enumerate(found, 1):
        try:
            by_txid(row, (raw,))
        except TransactionError as error:
            message = f"previous transaction {place}: {error}"
            raise TransactionError(message, reason=error.reason, hint=error.hint) from None
    return found


def _bytes(source: str, what: str) -> bytes:
    from walletcore.cli.inspection.transactions import bytes_of

    raw = _given(source, what, _ITSELF)
    if raw.startswith(_MAGIC):
        return raw
    try:
        found = bytes_of(raw.decode("ascii"))
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise DecodingError(f"expected {what} in base64, hex or bytes", reason="character")
    return found


def _given(source: str, what: str, itself: re.Pattern[bytes]) -> bytes:
    """What a text is, or what is in the file that it names. Raises `DecodingError`."""
    text = source.encode(errors="replace")
    return text if itself.match(text) else read_bytes(source, what)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a PSBT goes, and in which form."""

    path: str
    form: Form | None
    overwrite: bool

    def check(self, *, as_json: bool = False) -> None:
        """Refuse what cannot be written, before anything is asked or signed. Raises `DecodingError`."""
        if self.path == _STDOUT:
            raise typer.BadParameter("--out names a file: without it all goes to standard output")
        if self.overwrite and not self.path:
            raise typer.BadParameter("--overwrite is for the file of --out")
        if self.form is not None and as_json and not self.path:
            raise typer.BadParameter("--json has the PSBT in base64: --form is for the file of --out")
        if self.path:
            self._mode()
        if self._form is Form.BINARY and not self.path and sys.stdout is not None and sys.stdout.isatty():
            raise typer.BadParameter("a terminal shows no bytes: --out names a file for them")

    def write(self, raw: bytes) -> None:
        """Write the bytes. Raises `DecodingError` where the file is there already, OSError."""
        data = raw if self._form is Form.BINARY else self._text(raw).encode() + b"\n"
        if self.path:
            self._to_file(data)
        elif self._form is Form.BINARY:
            typer.echo(data, nl=False)
        else:
            typer.echo(self._text(raw))

    @property
    def _form(self) -> Form:
        if self.form is not None:
            return self.form
        return Form.BINARY if self.path.lower().endswith(_EXTENSION) else Form.BASE64

    def _mode(self) -> int:
        """The permissions of the file to be: nobody may read it who could not read the one that it replaces.

        Raises `DecodingError` where one is there that may not be replaced: a device or a pipe never, nor a link, whose
        goal would stay as it is.
        """
        try:
            old = os.lstat(self.path)
        except (OSError, ValueError):  # there is none, or writing will say why not
            return 0o666
        if not self.overwrite:
            raise _exists()
        if not stat.S_ISREG(old.st_mode):
            raise DecodingError("expected a regular file to overwrite by --out", reason="type")
        return stat.S_IMODE(old.st_mode)

    def _text(self, raw: bytes) -> str:
        return raw.hex() if self._form is Form.HEX else base64.b64encode(raw).decode()

    def _to_file(self, data: bytes) -> None:
        """Beside the old file first, so that it is there until the new one is whole."""
        name, mode = f"{self.path}.{os.getpid()}" if self.overwrite else self.path, self._mode()
        try:
            with open(name, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
                try:
                    stream.write(data)
                    stream.flush()
                except OSError:
                    os.unlink(name)
                    raise
        except FileExistsError:
            raise _exists() from None
        except ValueError:  # a NUL in its name
            raise DecodingError("no file can have the name that --out gives", reason="character") from None
        if self.overwrite:
            self._replace(name)

    def _replace(self, name: str) -> None:
        try:
            os.replace(name, self.path)
        except OSError:
            with suppress(OSError):
                os.unlink(name)
            raise


def _exists() -> DecodingError:
    return DecodingError("the file of --out is there already", reason="policy", hint="--overwrite replaces it")
