"""Transactions, messages and calls inside of calls: what they are for is checked, then they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walletcore.chains.evm.clear_signing.known import Known
from walletcore.chains.evm.clear_signing.paths import Work
from walletcore.chains.evm.clear_signing.rendering import entries
from walletcore.chains.evm.clear_signing.run import Call, Run
from walletcore.chains.evm.clear_signing.screen import Screen
from walletcore.chains.evm.clear_signing.values import canonical
from walletcore.chains.evm.common import AnyTransaction
from walletcore.chains.evm.message import Message
from walletcore.chains.typed_data import TypedData
from walletcore.errors import TransactionError

if TYPE_CHECKING:
    from walletcore.chains.evm.clear_signing.descriptor import Descriptor
    from walletcore.chains.evm.clear_signing.fields import Format

__all__ = ["screen_of", "screen_of_call"]

_MAX_WORK = 1 << 16  # steps of paths
_SHOWN = 60


def screen_of(descriptor: Descriptor, subject: object, known: Known) -> Screen:
    """What a transaction or message looks like. Raises `TransactionError`."""
    work = Work(_MAX_WORK)
    if isinstance(subject, AnyTransaction):
        if subject.to is None:
            raise TransactionError("the descriptor is for calls, and this creates a contract", reason="mismatch")
        sender = None if subject.sender is None else subject.chain.address(subject.sender).payload
        call = Call.on(subject.chain.chain_id, subject.chain, to=subject.to.payload, sender=sender, value=subject.value)
        _check(descriptor, call, known)
        return _of_call(descriptor, call, subject.data, known, work, 0)
    if isinstance(subject, Message) and isinstance(subject.data, TypedData):
        return _of_message(descriptor, subject, subject.data, known, work)
    raise TransactionError(f"expected a transaction or typed data, got {type(subject).__name__}", reason="type")


def _check(descriptor: Descriptor, call: Call, known: Known) -> None:
    descriptor.binding.check_contract((call.chain_id, call.to), known.behind, known.factories)


def screen_of_call(
    descriptor: Descriptor, call: Call, data: bytes, known: Known, work: Work, depth: int
) -> Screen | None:
    """What a call inside of another looks like, or None if the descriptor is not for it. Raises `TransactionError`."""
    if data[:4] not in descriptor.functions:
        return None
    try:
        _check(descriptor, call, known)
    except TransactionError:
        return None
    return _of_call(descriptor, call, data, known, work, depth)


def _of_call(descriptor: Descriptor, call: Call, data: bytes, known: Known, work: Work, depth: int) -> Screen:
    if data[:4] not in descriptor.functions:
        raise TransactionError(f"the descriptor has no format for 0x{data[:4].hex()}", reason="unknown")
    function, given = descriptor.functions[data[:4]]
    run = Run(call=call, values=function.decode(data), known=known, work=work, own_token=descriptor.token, depth=depth)
    return _screen(descriptor, run, given, function.signature)


def _of_message(descriptor: Descriptor, subject: Message, typed: TypedData, known: Known, work: Work) -> Screen:
    chain_id, contract = descriptor.binding.check_message(typed.domain, typed.domain_separator, known.behind)
    key = typed.types.encode_type(typed.primary_type)
    if key not in descriptor.messages:
        raise TransactionError(f"the descriptor has no format for {typed.primary_type[:_SHOWN]}", reason="unknown")
    layout, given = descriptor.messages[key]
    sender = None if subject.signer is None else subject.chain.address(subject.signer).payload
    call = Call.on(chain_id, subject.chain, to=contract, sender=sender, value=0)
    values = canonical(layout, typed.message)
    run = Run(call=call, values=values, known=known, work=work, own_token=descriptor.token)
    if not descriptor.binding.pins_contract:
        run.notice("unbound", "the descriptor names no contract: whoever chose this domain name may have made it")
    return _screen(descriptor, run, given, key)


def _screen(descriptor: Descriptor, run: Run, given: Format, function: str) -> Screen:
    shown, text = entries(run, given)
    return Screen(
        intent=given.intent,
        sentence=text,
        owner=descriptor.owner,
        contract_name=descriptor.contract_name,
        url=descriptor.url,
        function=function,
        fields=shown,
        warnings=tuple(run.notices),
    )
