"""Permits as values, beside published hashes and eth-account; what they do, whoever wrote the typed data."""

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from support.evm import ALICE, ETHEREUM, MALLORY, POLYGON
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import Address
from walletcore.chains.evm import (
    DaiPermit,
    Evm,
    Message,
    Permit,
    PermitBatch,
    PermitBatchTransferFrom,
    PermitDetails,
    PermitSingle,
    PermitTransferFrom,
    ReceiveWithAuthorization,
    TokenPermissions,
    TransferWithAuthorization,
    TypedData,
    Witness,
    permit2,
)
from walletcore.chains.evm.typed_effects import OPEN_READERS, READERS
from walletcore.effects import Approve, Effect, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.signing import sign

ME = ETHEREUM.address(ALICE.public_key)
BOB, CAROL = ETHEREUM.account(b"\x0b" * 20), ETHEREUM.account(b"\x0c" * 20)
USDC = ETHEREUM.parse_address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
DAI = ETHEREUM.parse_address("0x6B175474E89094C44Da98b954EedeAC495271d0F")
ASSET, OTHER = f"eip155:1/erc20:{USDC}", f"eip155:1/erc20:{DAI}"
NOON = 1_900_000_000
DETAILS = PermitDetails(token=USDC, amount=5, expiration=NOON, nonce=0)
AUTHORIZED: dict[str, Any] = {
    "token": USDC,
    "name": "USD Coin",
    "version": "2",
    "source": ME,
    "to": BOB,
    "value": 5,
    "valid_after": 0,
    "valid_before": NOON,
    "nonce": b"\x07" * 32,
}
WITNESS = Witness(
    kind="Order",
    types={
        "Order": [{"name": "id", "type": "uint256"}, {"name": "item", "type": "Item"}],
        "Item": [{"name": "name", "type": "string"}],
    },
    value={"id": 7, "item": {"name": "hat"}},
)
PERMITS: dict[str, Any] = {
    "ERC-2612": Permit(
        token=USDC, name="USD Coin", version="2", owner=ME, spender=BOB, value=5, nonce=0, deadline=NOON
    ),
    "DAI": DaiPermit(token=DAI, name="Dai Stablecoin", holder=ME, spender=BOB, nonce=0, expiry=0, allowed=True),
    "single": PermitSingle(details=DETAILS, spender=BOB, sig_deadline=NOON - 1),
    "batch": PermitBatch(
        details=(DETAILS, replace(DETAILS, token=DAI, expiration=0)), spender=BOB, sig_deadline=NOON - 1
    ),
    "once": PermitTransferFrom(
        permitted=TokenPermissions(token=USDC, amount=5), spender=BOB, nonce=2**255, deadline=NOON
    ),
    "batch once": PermitBatchTransferFrom(
        permitted=(TokenPermissions(token=USDC, amount=5), TokenPermissions(token=DAI, amount=6)),
        spender=BOB,
        nonce=1,
        deadline=NOON,
    ),
    "transfer": TransferWithAuthorization(**AUTHORIZED),
    "receive": ReceiveWithAuthorization(**AUTHORIZED),
}
SPEND: dict[str, Any] = {"spender": BOB.account_id, "source": ME.account_id}
EFFECTS: dict[str, tuple[Effect, ...]] = {
    "ERC-2612": (Approve(asset=ASSET, amount=5, **SPEND),),
    "DAI": (Approve(asset=OTHER, amount=None, **SPEND),),
    "single": (Approve(asset=ASSET, amount=5, until=NOON, **SPEND),),
    "batch": (
        Approve(asset=ASSET, amount=5, until=NOON, **SPEND),
        Approve(asset=OTHER, amount=5, until=NOON - 1, **SPEND),
    ),
    "once": (Approve(asset=ASSET, amount=5, until=NOON, **SPEND),),
    "batch once": (
        Approve(asset=ASSET, amount=5, until=NOON, **SPEND),
        Approve(asset=OTHER, amount=6, until=NOON, **SPEND),
    ),
    "transfer": (Transfer(asset=ASSET, amount=5, source=ME.account_id, destination=BOB.account_id),),
    "receive": (Transfer(asset=ASSET, amount=5, source=ME.account_id, destination=BOB.account_id),),
}
TYPE_HASHES = {  # as they stand in the sources of the contracts, and for the last two in ERC-3009
    "ERC-2612": "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
    "DAI": "ea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb",
    "transfer": "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
    "receive": "d099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
}

by_name = pytest.mark.parametrize("name", PERMITS)


def document(typed: TypedData) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed.raw)
    return found


def effects(typed: TypedData, row: Evm = ETHEREUM) -> tuple[Effect, ...]:
    return Message(chain=row, signer=ALICE.public_key, data=typed).effects()


# Published figures.


@vectors("evm/permits", operation="typed_data.hash")
def test_published_permits_have_their_hashes_as_documents_and_as_values(case: Case) -> None:
    given = case.input["typed_data"]
    if case.verdict() == "invalid":
        for make in (lambda: TypedData.parse(given), lambda: of_document(given)):
            with pytest.raises(TransactionError) as caught:
                make()
            assert caught.value.reason == case.expect["reason"]
        return
    assert TypedData.parse(given).digest.hex() == case.expect["digest"]
    assert of_document(given).typed_data.digest.hex() == case.expect["digest"]


def of_document(given: Mapping[str, Any]) -> Any:
    """Return the value that says the same as a published document."""
    row = Evm(name="published", chain_id=given["domain"]["chainId"])

    def account(text: str) -> Address:
        return row.parse_address(text, allow_unchecked=True)

    def tokens(kind: Any, member: Any) -> Any:
        if isinstance(member, list):
            return tuple(tokens(kind, each) for each in member)
        rest = {name: int(value) for name, value in member.items() if name != "token"}
        return kind(token=account(member["token"]), **rest)

    message, primary = given["message"], given["primaryType"]
    common: dict[str, Any] = {"spender": account(message["spender"])}
    common["contract"] = account(given["domain"]["verifyingContract"])
    if "sigDeadline" in message:
        single = PermitSingle if primary == "PermitSingle" else PermitBatch
        details = tokens(PermitDetails, message["details"])
        return single(**common, details=details, sig_deadline=int(message["sigDeadline"]))
    common |= {"nonce": int(message["nonce"]), "deadline": int(message["deadline"])}
    if "witness" in message:
        types = {"MockWitness": [{"name": "mock", "type": "uint256"}]}
        common["witness"] = Witness(kind="MockWitness", types=types, value=message["witness"])
    once = PermitBatchTransferFrom if "Batch" in primary else PermitTransferFrom
    return once(**common, permitted=tokens(TokenPermissions, message["permitted"]))


@pytest.mark.parametrize("name", TYPE_HASHES)
def test_the_types_have_the_published_hashes(name: str) -> None:
    typed = PERMITS[name].typed_data
    assert typed.types.type_hash(typed.primary_type).hex() == TYPE_HASHES[name]


# Values.


@by_name
def test_a_permit_is_signed_as_eth_account_hashes_it(name: str) -> None:
    permit = PERMITS[name]
    full = document(permit.typed_data)
    kinds = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}
    full["types"]["EIP712Domain"] = [{"name": n, "type": kinds[n]} for n in kinds if n in full["domain"]]
    theirs = encode_typed_data(full_message=full)
    assert permit.typed_data.digest == keccak(b"\x19\x01" + theirs.header + theirs.body)
    message = permit.message(ALICE.public_key)
    message.verify(sign(message, ALICE).raw, ME)
    assert message.chain.decode_transaction(message.raw, keys=[ALICE.public_key]) == message


@by_name
def test_a_permit_is_a_frozen_value(name: str) -> None:
    permit = PERMITS[name]
    for again in (copy.deepcopy(permit), pickle.loads(pickle.dumps(permit)), replace(permit)):
        assert again == permit
        assert again.typed_data == permit.typed_data
    with pytest.raises(AttributeError):
        setattr(permit, fields(permit)[-1].name, 8)
    assert "_typed" not in repr(permit)


def test_permit2_is_at_one_address_but_on_zksync() -> None:
    assert permit2(ETHEREUM).text == "0x000000000022D473030F116dDEE9F6B43aC78BA3"
    assert permit2(POLYGON).payload == permit2(ETHEREUM).payload
    assert permit2(chain("zksync", Evm)).text == "0x0000000000225e31D15943971F47aD3022F714Fa"
    with pytest.raises(TransactionError):
        permit2(chain("zksync-sepolia", Evm))


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("ERC-2612", {"value": -1}),
    ("ERC-2612", {"value": 2**256}),
    ("ERC-2612", {"value": True}),
    ("ERC-2612", {"value": 1.5}),
    ("ERC-2612", {"deadline": None}),
    ("ERC-2612", {"token": USDC.text}),
    ("ERC-2612", {"token": chain("solana")}),
    ("ERC-2612", {"spender": BOB.text.replace("0b", "0x")}),
    ("ERC-2612", {"spender": POLYGON.account(bytes(20))}),
    ("ERC-2612", {"owner": replace(ME, text=BOB.text)}),
    ("ERC-2612", {"name": 5}),
    ("ERC-2612", {"name": None}),
    ("DAI", {"allowed": 1}),
    ("DAI", {"allowed": "true"}),
    ("single", {"details": replace(DETAILS, amount=2**160)}),
    ("single", {"details": replace(DETAILS, expiration=2**48)}),
    ("single", {"details": replace(DETAILS, token=POLYGON.account(bytes(20)))}),
    ("single", {"details": TokenPermissions(token=USDC, amount=5)}),
    ("single", {"details": None}),
    ("single", {"details": (DETAILS,)}),
    ("single", {"spender": None}),
    ("single", {"contract": POLYGON.account(bytes(20))}),
    ("single", {"contract": bytes(20)}),
    ("batch", {"details": DETAILS}),
    ("batch", {"details": [DETAILS]}),
    ("once", {"nonce": 2**256}),
    ("once", {"witness": "Order"}),
    ("once", {"witness": Witness(kind="Order", types=None, value={})}),  # type: ignore[arg-type]
    ("once", {"witness": Witness(kind=5, types={}, value={})}),  # type: ignore[arg-type]
    ("once", {"witness": replace(WITNESS, kind="Missing")}),
    ("once", {"witness": replace(WITNESS, value={"id": 7})}),
    ("once", {"witness": replace(WITNESS, types={"Order": [{"name": "id", "typ": "uint256"}]})}),
    ("once", {"witness": replace(WITNESS, types={"Order": "uint256"})}),
    ("transfer", {"nonce": bytes(31)}),
    ("transfer", {"nonce": 7}),
    ("transfer", {"to": "0x"}),
]


@pytest.mark.parametrize(("name", "changes"), CHANGES, ids=[f"{name}-{next(iter(each))}" for name, each in CHANGES])
def test_a_permit_of_other_values_is_refused(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(TransactionError) as caught:
        replace(PERMITS[name], **changes)
    assert caught.value.reason


# What they do.


@by_name
def test_a_permit_is_told_as_what_it_allows(name: str) -> None:
    permit = PERMITS[name]
    assert permit.message(ALICE.public_key).effects() == EFFECTS[name]
    assert effects(TypedData.parse(document(permit.typed_data))) == EFFECTS[name]


@by_name
def test_the_owner_of_a_permit_of_permit2_is_whoever_signs(name: str) -> None:
    permit = PERMITS[name]
    told = [each.source for each in permit.message().effects()]
    by_mallory = [each.source for each in permit.message(MALLORY.public_key).effects()]
    if type(permit) in (PermitSingle, PermitBatch, PermitTransferFrom, PermitBatchTransferFrom):
        assert set(told) == {""}
        assert set(by_mallory) == {ETHEREUM.address(MALLORY.public_key).account_id}
    else:
        assert told == by_mallory == [ME.account_id]


def test_every_row_of_the_table_has_a_value_that_it_reads() -> None:
    texts = {each.typed_data.types.encode_type(each.typed_data.primary_type) for each in PERMITS.values()}
    assert texts <= READERS.keys()
    permits = {text for text, place in READERS.items() if "permit_effects" in place}
    assert permits == texts


def test_an_allowance_that_is_taken_back_and_one_without_an_end() -> None:
    (effect,) = replace(PERMITS["DAI"], allowed=False).message().effects()
    assert effect.amount == 0
    (effect,) = replace(PERMITS["ERC-2612"], value=2**256 - 1).message().effects()
    assert effect.amount == 2**256 - 1
    (effect,) = replace(PERMITS["single"], details=replace(DETAILS, expiration=2**48 - 1)).message().effects()
    assert "until Unix time 281474976710655" in str(effect)


def test_E21_a_permit_whose_domain_binds_no_contract_or_no_chain_is_opaque() -> None:
    for permit in PERMITS.values():
        full = document(permit.typed_data)
        for member in ("chainId", "verifyingContract"):
            domain = {name: value for name, value in full["domain"].items() if name != member}
            (effect,) = effects(TypedData.parse({**full, "domain": domain}))
            assert type(effect) is Opaque
            assert ("on any chain" if member == "chainId" else "whatever contract takes it") in effect.why


def test_E15_a_permit_for_another_chain_is_refused() -> None:
    for permit in PERMITS.values():
        with pytest.raises(TransactionError) as caught:
            effects(permit.typed_data, POLYGON)
        assert caught.value.reason == "network"


@pytest.mark.parametrize("name", ["single", "batch", "once", "batch once"])
def test_a_permit_for_a_contract_that_is_not_permit2_is_opaque_beside(name: str) -> None:
    told = replace(PERMITS[name], contract=CAROL).message(ALICE.public_key).effects()
    assert told[:-1] == EFFECTS[name]
    assert type(told[-1]) is Opaque
    assert "is not Permit2" in told[-1].why


@pytest.mark.parametrize("name", ["batch", "batch once"])
def test_a_permit_for_nothing_is_opaque(name: str) -> None:
    empty: dict[str, Any] = {"details" if name == "batch" else "permitted": ()}
    (effect,) = replace(PERMITS[name], **empty).message().effects()
    assert type(effect) is Opaque


@pytest.mark.parametrize("name", ["once", "batch once"])
def test_a_witness_is_opaque_beside_what_the_permit_allows(name: str) -> None:
    permit = replace(PERMITS[name], witness=WITNESS)
    told = permit.message(ALICE.public_key).effects()
    assert told[:-1] == EFFECTS[name]
    assert told[-1] == Opaque(why=f"witness: what the spender {BOB.account_id} makes of it", data=permit.typed_data.raw)
    text = permit.typed_data.types.encode_type(permit.typed_data.primary_type)
    assert text.startswith(tuple(OPEN_READERS))
    assert text.endswith(
        "Order witness)Item(string name)Order(uint256 id,Item item)TokenPermissions(address token,uint256 amount)"
    )


def renamed(full: dict[str, Any]) -> None:
    full["types"]["Permit"][0], full["types"]["Permit"][1] = full["types"]["Permit"][1], full["types"]["Permit"][0]


def narrowed(full: dict[str, Any]) -> None:
    full["types"]["Permit"][2]["type"] = "uint128"


def nested(full: dict[str, Any]) -> None:
    full["types"] |= {"Note": [{"name": "text", "type": "string"}]}
    full["types"]["Permit"].append({"name": "note", "type": "Note"})
    full["message"]["note"] = {"text": "hello"}


def called_otherwise(full: dict[str, Any]) -> None:
    full["types"]["permit"] = full["types"].pop("Permit")
    full["primaryType"] = "permit"


@pytest.mark.parametrize("change", [renamed, narrowed, nested, called_otherwise])
def test_what_only_looks_like_a_permit_is_opaque(change: Callable[[dict[str, Any]], None]) -> None:
    full = document(PERMITS["ERC-2612"].typed_data)
    change(full)
    (effect,) = effects(TypedData.parse(full))
    assert type(effect) is Opaque


def test_what_only_begins_like_a_permit_with_a_witness_is_opaque() -> None:
    full = document(replace(PERMITS["once"], witness=WITNESS).typed_data)
    more = copy.deepcopy(full)
    more["types"]["PermitWitnessTransferFrom"].append({"name": "more", "type": "uint8"})
    more["message"]["more"] = 1
    other = copy.deepcopy(full)
    other["types"]["TokenPermissions"].append({"name": "more", "type": "uint8"})
    other["message"]["permitted"]["more"] = 1
    less = copy.deepcopy(full)
    less["types"]["PermitWitnessTransferFrom"].pop()
    del less["message"]["witness"]
    for given in (more, other, less):
        (effect,) = effects(TypedData.parse(given))
        assert type(effect) is Opaque


@pytest.mark.parametrize("spelling", [int, str, hex, lambda n: f"0x{n:064X}"])
def test_each_spelling_of_a_number_is_told_alike(spelling: Callable[[int], object]) -> None:
    full = document(PERMITS["single"].typed_data)
    details = full["message"]["details"]
    for name in ("amount", "expiration", "nonce"):
        details[name] = spelling(int(details[name]))
    assert effects(TypedData.parse(full)) == EFFECTS["single"]
