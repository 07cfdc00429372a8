"""What is valid and hardly ever meant: refused by its name in every type, and read where it is signed already."""

from typing import Any

import pytest

from support.evm import ALICE, ETHEREUM, announced, authorization, delegation, legacy, transfer
from walletcore.chains.base import SignedTransaction
from walletcore.chains.evm.common import PERILS
from walletcore.errors import TransactionError
from walletcore.signing import sign

FLAGS = tuple(f"allow_{peril}" for peril in PERILS)
NAMED: dict[str, tuple[Any, str]] = {
    "ET01, type 0 without a chain id": (legacy(replay_protected=False), "allow_unprotected"),
    "value for a contract, type 0": (legacy(to=None, data=b"\x00", allow_endowment=True), "allow_endowment"),
    "value for a contract, type 1": (announced(to=None, data=b"\x00", allow_endowment=True), "allow_endowment"),
    "value for a contract, type 2": (transfer(to=None, data=b"\x00", allow_endowment=True), "allow_endowment"),
    "value for nothing, type 2": (transfer(to=None, allow_endowment=True), "allow_endowment"),
    "ET12, authorizations for every chain": (delegation(0, allow_every_chain=True), "allow_every_chain"),
    "ET12, an authorization for every chain": (authorization(every_chain=True), "allow_every_chain"),
}


def refused(call: Any, *args: Any, **options: Any) -> TransactionError:
    """What the call is refused with, as policy."""
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    assert (type(caught.value), caught.value.reason) == (TransactionError, "policy")
    return caught.value


@pytest.mark.parametrize(("subject", "flag"), NAMED.values(), ids=NAMED.keys())
def test_ET01_ET12_what_is_to_be_signed_is_read_only_under_its_own_name(subject: Any, flag: str) -> None:
    keys = (subject.requests()[0].key,)
    assert refused(ETHEREUM.decode_transaction, subject.raw, keys=keys).hint == f"{flag}=True takes it"
    refused(ETHEREUM.decode_transaction, subject.raw, keys=keys, **{name: name != flag for name in FLAGS})
    for other in (1, "yes", None):
        refused(ETHEREUM.decode_transaction, subject.raw, keys=keys, **{flag: other})
    assert ETHEREUM.decode_transaction(subject.raw, keys=keys, **{flag: True}) == subject


def test_two_perils_are_named_both() -> None:
    both = legacy(to=None, replay_protected=False, allow_endowment=True)
    for flag in ("allow_unprotected", "allow_endowment"):
        refused(ETHEREUM.decode_transaction, both.raw, **{flag: True})
    named = ETHEREUM.decode_transaction(both.raw, keys=[ALICE.public_key], allow_unprotected=True, allow_endowment=True)
    assert named == both


@pytest.mark.parametrize(("subject", "flag"), [pair for name, pair in NAMED.items() if "an auth" not in name])
def test_what_others_have_signed_is_read_as_the_network_takes_it(subject: Any, flag: str) -> None:
    signed = sign(subject, ALICE)
    read = ETHEREUM.decode_transaction(signed.raw)
    assert isinstance(read, SignedTransaction)
    assert read == signed
    assert ETHEREUM.transaction_id(signed.raw) == signed.id


@pytest.mark.parametrize("make", [legacy, announced, transfer])
def test_value_for_a_contract_that_is_created_is_to_be_named(make: Any) -> None:
    for flag in ({}, {"allow_endowment": False}, {"allow_endowment": None}, {"allow_endowment": 1}):
        refused(make, to=None, data=b"\x00", **flag)
    assert make(to=None, data=b"\x00", value=0).value == 0
    assert make(to=None, data=b"\x00", allow_endowment=True) == make(to=None, data=b"\x00", allow_endowment=True)
    assert make(allow_endowment=True) == make()  # a name is no field


def test_what_is_read_is_not_allowed_more_than_it_has() -> None:
    from dataclasses import replace

    read: Any = ETHEREUM.decode_transaction(transfer().raw)
    refused(replace, read, to=None)
