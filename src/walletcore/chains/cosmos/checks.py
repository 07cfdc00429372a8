"""What messages name: addresses that must be of the chain, and those who must sign.

Cosmos SDK, docs/architecture ADR-050 (cosmos.msg.v1.signer); cosmos/tx/v1beta1/tx.proto, TxBody.messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.shape import Described
from walletcore.errors import AddressError, TransactionError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = ["Read", "account_of", "check_addresses", "signers_of"]

Read = dict[tuple[str, str], bytes]
"""What was read already, by role and text: transactions name an account several times."""


def check_addresses(chain: CosmosChain, value: Any, read: Read) -> None:
    """Raise `TransactionError` unless all that the value names is of this chain, in the one spelling."""
    if not isinstance(value, Described):
        return
    for name, field in value.shape.fields.items():
        each = getattr(value, name)
        if field.role and not (field.is_optional and each == ""):
            account_of(chain, each, field.role, name, read)
        if field.is_nested:
            for part in each if type(each) is tuple else (each,):
                check_addresses(chain, part, read)


def account_of(chain: CosmosChain, text: str, role: str, name: str, read: Read) -> bytes:
    """The bytes of an account or a validator. Raises `TransactionError`."""
    known = read.get((role, text))
    if known is not None:
        return known
    hrp, what = (chain.validator_hrp, "a validator") if role == "validator" else (chain.hrp, "an account")
    try:
        payload = chain._read(text, hrp, what)
    except AddressError as error:
        raise TransactionError(f"{name}: {error}", reason=error.reason, hint=error.hint) from None
    if hrp and not text.startswith(f"{hrp}1"):  # in upper case, or with a prefix of before
        raise TransactionError(f"{name}: expected an address that begins with {hrp}1", reason="non-canonical")
    read[role, text] = payload
    return payload


def signers_of(chain: CosmosChain, messages: Iterable[Any], read: Read) -> tuple[tuple[bytes, ...], bool]:
    """The accounts that must sign, each once and in order, and whether these are all of them."""
    found: dict[bytes, None] = {}
    is_whole = True
    for message in messages:
        shape = getattr(message, "shape", None)
        if shape is None or not shape.signers:
            is_whole = False
            continue
        for path in shape.signers:
            found.update(dict.fromkeys(_named(chain, message, path.split("."), read)))
    return tuple(found), is_whole


def _named(chain: CosmosChain, value: Any, path: list[str], read: Read) -> Iterator[bytes]:
    """The accounts at the end of a path of fields, through tuples too."""
    name, *rest = path
    each = getattr(value, name)
    if rest:
        for part in each if type(each) is tuple else (each,):
            yield from _named(chain, part, rest, read)
    else:
        yield account_of(chain, each, value.shape.fields[name].role, name, read)
