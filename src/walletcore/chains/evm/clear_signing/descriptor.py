"""A descriptor: how calls of a contract, or messages for it, are shown (ERC-7730).

Versions 1 and 2 of the schema are read. A descriptor is taken apart once, and whatever is wrong in it is found then,
before anything is signed. It says nothing about what it is not for: contracts at other addresses, other chains, other
domains.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from walletcore.chains.evm.abi import Function
from walletcore.chains.evm.clear_signing import keys, reading
from walletcore.chains.evm.clear_signing.binding import Binding
from walletcore.chains.evm.clear_signing.fields import Format, compiled
from walletcore.chains.evm.clear_signing.known import Blocks, Chains, Factories, Known, Source, Token, unknown
from walletcore.chains.evm.clear_signing.merging import Includes, merged
from walletcore.chains.evm.clear_signing.parameters import Constants
from walletcore.chains.evm.clear_signing.screen import Screen
from walletcore.chains.evm.clear_signing.values import Layout
from walletcore.errors import TransactionError, Unsupported

if TYPE_CHECKING:
    from walletcore.chains.evm.common import AnyTransaction
    from walletcore.chains.evm.message import Message

__all__ = ["Descriptor"]

_MEMBERS = ("$schema", "$comment", "context", "metadata", "display")
_METADATA = ("owner", "contractName", "info", "token", "constants", "enums", "maps")
_INFO = ("legalName", "deploymentDate", "url")
_MAX_FORMATS = 1024
_SHOWN = 60
_SCHEMA = re.compile(r"(?:[^\s?#]*/)?erc7730-v([0-9]{1,4})((?:\.[0-9]{1,4}){0,2})(-[^/]*)?\.schema\.json", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descriptor:
    """A descriptor that was read and checked: ``parse`` is the door.

    ``version`` is that of the schema; ``owner``, ``contract_name`` and ``url`` say who stands behind the contract.
    """

    version: int
    owner: str = ""
    contract_name: str = ""
    url: str = ""
    binding: Binding = field(repr=False)
    token: Token | None = field(default=None, repr=False)
    functions: Mapping[bytes, tuple[Function, Format]] = field(default_factory=dict, repr=False)
    messages: Mapping[str, tuple[Layout, Format]] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, source: str | dict[str, Any], *, includes: Includes | None = None) -> Descriptor:
        """Read a descriptor from JSON, or from a dict; ``includes`` answers with the one that an include names.

        At most 1 MiB, 32 levels and 65,536 values. Raises `TransactionError`; `Unsupported` for other versions.
        """
        document = merged(source, includes)
        reading.members(document, "descriptor", _MEMBERS, ("$schema", "context", "display"))
        version = _version(document["$schema"])
        metadata = reading.members(document.get("metadata", {}), "metadata", _METADATA)
        info = reading.members(metadata.get("info", {}), "info", _INFO)
        binding = Binding.parse(document["context"], version)
        functions, messages = _formats(document, binding, Constants(document=document, version=version))
        return cls(
            version=version,
            owner=reading.line(metadata.get("owner", ""), "owner"),
            contract_name=reading.line(metadata.get("contractName", ""), "contractName"),
            url=reading.line(info.get("url", ""), "url"),
            binding=binding,
            token=_token(metadata["token"]) if "token" in metadata else None,
            functions=functions,
            messages=messages,
        )

    def render(
        self,
        subject: AnyTransaction | Message,
        *,
        descriptors: Sequence[Descriptor] = (),
        tokens: Source = unknown,
        names: Source = unknown,
        collections: Source = unknown,
        chains: Chains = unknown,
        blocks: Blocks = unknown,
        proxies: Source = unknown,
        factories: Factories = unknown,
    ) -> Screen:
        """What a person is shown of a transaction, or of typed data, before they sign it.

        ``descriptors`` are for calls inside of the call. The other arguments tell what is not in the data, each as a
        mapping or a function; their keys are CAIP-10 names, ``eip155:1:0x...``. ``tokens`` gives `Token`, ``names``
        texts or `Name`, ``collections`` texts, ``chains`` names by chain id, ``blocks`` the time of a block by chain id
        and number, ``proxies`` the contract that a proxy runs, ``factories`` the factory that made a contract. Raises
        `TransactionError` for what the descriptor is not for, and for all that it cannot show: calldata that are not
        canonical, a function or type without a format, values that must match, arrays of different length.
        """
        from walletcore.chains.evm.clear_signing.calls import screen_of

        if any(type(each) is not Descriptor for each in descriptors):
            raise TransactionError("expected descriptors", reason="type")
        known = Known(
            descriptors=(self, *descriptors),
            tokens=tokens,
            names=names,
            collections=collections,
            chains=chains,
            blocks=blocks,
            proxies=proxies,
            factories=factories,
        )
        return screen_of(self, subject, known)


def _version(given: object) -> int:
    """The major version that a schema's address names; drafts, and versions to come, are not known."""
    found = _SCHEMA.fullmatch(reading.line(given, "$schema"))
    if found is None:
        raise TransactionError("expected the address of a schema of ERC-7730 as $schema", reason="version")
    major, minor, draft = int(found[1]), found[2], found[3]
    if draft or major not in (1, 2) or (major == 1 and minor.strip(".0")):
        raise Unsupported(f"expected version 1 or 2 of the schema, got {str(given)[-_SHOWN:]!r}", reason="version")
    return major


def _token(given: object) -> Token:
    found = reading.members(given, "token", ("name", "ticker", "decimals"), ("ticker", "decimals"))
    return Token(ticker=found["ticker"], decimals=found["decimals"])


def _formats(
    document: dict[str, Any], binding: Binding, constants: Constants
) -> tuple[dict[bytes, tuple[Function, Format]], dict[str, tuple[Layout, Format]]]:
    display = reading.members(document["display"], "display", ("definitions", "formats"), ("formats",))
    listed = reading.mapping(display["formats"], "formats")
    if len(listed) > _MAX_FORMATS:
        raise TransactionError(f"expected at most {_MAX_FORMATS} formats", reason="too-large")
    context = document["context"].get(binding.kind, {})
    functions: dict[bytes, tuple[Function, Format]] = {}
    messages: dict[str, tuple[Layout, Format]] = {}
    abi = keys.abi_of(context.get("abi"), constants.version)
    schemas = keys.schemas_of(context.get("schemas"), constants.version)
    for key, given in listed.items():
        try:
            if binding.kind == "contract":
                _add_function(key, given, functions, abi, constants)
            else:
                _add_message(key, given, messages, schemas, constants)
        except TransactionError as error:
            where = key[:_SHOWN].encode("unicode_escape").decode()
            raise TransactionError(f"{where}: {error}", reason=error.reason, hint=error.hint) from None
    return functions, messages


def _add_function(
    key: str, given: object, found: dict[bytes, tuple[Function, Format]], abi: keys.Abi, constants: Constants
) -> None:
    function, layout = keys.function_of(key, abi)
    if function.selector in found:  # "wallets MUST treat this as an invalid descriptor"
        raise TransactionError("another format is for the same selector", reason="duplicate")
    found[function.selector] = function, compiled(given, layout, constants, function.name)


def _add_message(
    key: str, given: object, found: dict[str, tuple[Layout, Format]], schemas: keys.Schemas, constants: Constants
) -> None:
    text, layout = keys.message_of(key, schemas)
    if text in found:
        raise TransactionError("another format is for the same type", reason="duplicate")
    found[text] = layout, compiled(given, layout, constants, text.partition("(")[0])
