"""Descriptors of ERC-7730 from files, with what they include from files beside them, and tokens that a person names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walletcore.cli.asking import read_bytes
from walletcore.errors import DecodingError, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.evm.clear_signing import Descriptor, Token

__all__ = ["DescriptorOption", "TokenOption", "descriptors", "tokens"]

_TOKEN = re.compile(r"(eip155:[0-9]{1,20}:0x[0-9a-fA-F]{40})=(.+):([0-9]{1,3})", re.ASCII)

DescriptorOption = Annotated[
    list[str] | None,
    typer.Option("--descriptor", metavar="FILE", help="EVM: an ERC-7730 descriptor to show it by; as often as needed."),
]
TokenOption = Annotated[
    list[str] | None,
    typer.Option(
        "--token",
        metavar="ACCOUNT=TICKER:DECIMALS",
        help="EVM: a token for it, such as eip155:1:0x...=USDC:6; as often.",
    ),
]


def descriptors(files: Sequence[str]) -> list[tuple[str, Descriptor]]:
    """The descriptors in these files, each with the name of its file. Raises `DecodingError`, `TransactionError`."""
    return [(file, _descriptor(file)) for file in files]


def _descriptor(file: str) -> Descriptor:
    from walletcore.chains.evm.clear_signing import Descriptor

    folders = [Path(file).parent]

    def included(name: str) -> str:
        """What an include names, from where the file that names it is; never from a network."""
        path = folders[-1] / name
        if ":" in name or Path(name).is_absolute() or not path.is_file():
            raise DecodingError("expected the name of a file beside the descriptor in includes", reason="missing")
        folders.append(path.parent)
        return _text(str(path))

    try:
        return Descriptor.parse(_text(file), includes=included)
    except TransactionError as error:
        raise TransactionError(f"{Path(file).name}: {error}", reason=error.reason, hint=error.hint) from None


def _text(file: str) -> str:
    try:
        return read_bytes(file, "the descriptor").decode()
    except UnicodeDecodeError:
        raise DecodingError("expected the descriptor as JSON in UTF-8", reason="character") from None


def tokens(texts: Sequence[str]) -> dict[str, Token]:
    """Tokens by their CAIP-10 names. Raises `DecodingError`, `TransactionError`."""
    from walletcore.chains.evm.address import parse
    from walletcore.chains.evm.clear_signing import Token

    found: dict[str, Any] = {}
    for text in texts:
        read = _TOKEN.fullmatch(text)
        if read is None:
            hint = "such as eip155:1:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48=USDC:6"
            raise DecodingError("expected a token as account=ticker:decimals", reason="character", hint=hint)
        parse(read[1].rpartition(":")[2])
        found[read[1]] = Token(ticker=read[2], decimals=int(read[3]))
    return found
