"""Calls that make other calls: who calls whom, with which coins, and how much is read. Calldata are eth-abi's."""

import time
from typing import Any

import pytest

from support.calldata import ME, WHERE, account, calldata, named, owned, said, told
from support.evm import ETHEREUM
from walletcore.chains.evm.calls.reading import MAX_DEPTH, MAX_TOLD
from walletcore.effects import Approve, Call, Effect, Opaque, Transfer

BOB, CAROL = account(0x42), account(0x43)
USDC = account(0x51)
COIN = owned("erc20", USDC)
PAYS = calldata("transfer(address,uint256)", BOB, 5)
LENDS = calldata("permit(address,address,uint256,uint256,bytes)", CAROL, BOB, 5, 9, b"\x01" * 65)
LENT = Approve(asset=COIN, amount=5, spender=named(BOB), source=named(CAROL))
AS_BATCH = Transfer(asset=COIN, amount=5, source=WHERE.account_id, destination=named(BOB))


def coins(amount: int, to: bytes = BOB) -> Transfer:
    """Coins of the contract that calls."""
    return Transfer(asset=ETHEREUM.asset, amount=amount, source=WHERE.account_id, destination=named(to))


def unfolded(data: bytes, **options: Any) -> list[Effect]:
    """What a batch does, after it was called by its name."""
    call, *rest = told(data, **options)
    assert isinstance(call, Call)
    assert call.target == WHERE.account_id
    return rest


# -- multicalls


@pytest.mark.parametrize("name", ["aggregate", "blockAndAggregate", "tryAggregate", "tryBlockAndAggregate"])
def test_a_multicall_is_the_caller_of_what_it_calls(name: str) -> None:
    calls = [(USDC, PAYS), (USDC, LENDS), (BOB, b"")]
    signature = f"{name}({'bool,' if name.startswith('try') else ''}(address,bytes)[])"
    arguments = (True, calls) if name.startswith("try") else (calls,)
    assert unfolded(calldata(signature, *arguments)) == [AS_BATCH, LENT, coins(0)]


def test_multicall3_sends_its_own_coins() -> None:
    calls = [(USDC, True, PAYS), (USDC, False, LENDS)]
    assert unfolded(calldata("aggregate3((address,bool,bytes)[])", calls)) == [AS_BATCH, LENT]
    valued = [(USDC, True, 0, PAYS), (BOB, False, 7, b""), (USDC, False, 8, LENDS)]
    effects = unfolded(calldata("aggregate3Value((address,bool,uint256,bytes)[])", valued))
    assert effects == [AS_BATCH, coins(7), coins(8, USDC), LENT]


@pytest.mark.parametrize(
    ("signature", "before"),
    [("multicall(bytes[])", ()), ("multicall(uint256,bytes[])", (9,)), ("multicall(bytes32,bytes[])", (bytes(32),))],
)
def test_a_contract_that_calls_itself_keeps_its_caller(signature: str, before: tuple[Any, ...]) -> None:
    effects = unfolded(calldata(signature, *before, [PAYS, LENDS]))
    asset = owned("erc20")
    assert effects == [
        Transfer(asset=asset, amount=5, source=ME, destination=named(BOB)),
        Approve(asset=asset, amount=5, spender=named(BOB), source=named(CAROL)),
    ]


def test_what_is_not_read_in_a_batch_is_opaque_in_its_place() -> None:
    strange = bytes.fromhex("deadbeef")
    effects = unfolded(calldata("aggregate((address,bytes)[])", [(USDC, PAYS), (BOB, strange), (BOB, b"\x01")]))
    assert effects == [
        AS_BATCH,
        Opaque(why=f"calls {named(BOB)}", data=strange),
        Opaque(why=f"calls {named(BOB)}", data=b"\x01"),
    ]
    again = unfolded(calldata("multicall(bytes[])", [strange, b""]))
    assert again == [Opaque(why=f"calls {WHERE.account_id}", data=each) for each in (strange, b"")]


def test_what_the_reader_knows_of_contracts_holds_for_those_that_a_batch_calls() -> None:
    data = calldata("aggregate((address,bytes)[])", [(USDC, calldata("approve(address,uint256)", BOB, 5))])
    unknown, call = unfolded(data)
    assert (unknown.amount, type(call)) == (None, Call)  # type: ignore[union-attr]
    known = Approve(asset=COIN, amount=5, spender=named(BOB), source=WHERE.account_id)
    assert unfolded(data, erc20=[ETHEREUM.account(USDC)]) == [known]


# -- accounts


def test_an_account_calls_others_with_its_own_coins() -> None:
    assert unfolded(calldata("execute(address,uint256,bytes)", USDC, 0, PAYS)) == [AS_BATCH]
    assert unfolded(calldata("execute(address,uint256,bytes)", BOB, 7, b"")) == [coins(7)]
    both = [(USDC, 0, PAYS), (BOB, 7, b"")]
    assert unfolded(calldata("executeBatch((address,uint256,bytes)[])", both)) == [AS_BATCH, coins(7)]
    assert unfolded(calldata("executeBatch(address[],bytes[])", [USDC, BOB], [PAYS, b""])) == [AS_BATCH, coins(0)]
    name = "executeBatch(address[],uint256[],bytes[])"
    assert unfolded(calldata(name, [USDC, BOB], [0, 7], [PAYS, b""])) == [AS_BATCH, coins(7)]
    assert unfolded(calldata(name, [USDC, BOB], [], [PAYS, b""])) == [AS_BATCH, coins(0)]


@pytest.mark.parametrize(("targets", "amounts", "data"), [(1, 2, 2), (2, 1, 2), (2, 2, 1), (0, 1, 0), (2, 3, 2)])
def test_arrays_of_other_lengths_are_no_batch(targets: int, amounts: int, data: int) -> None:
    name = "executeBatch(address[],uint256[],bytes[])"
    spoiled = calldata(name, [USDC] * targets, [0] * amounts, [PAYS] * data)
    assert said(spoiled) == Opaque(why=f"calls {WHERE.account_id}", data=spoiled)


def test_accounts_of_trust_wallet_have_names_of_their_own_for_operations() -> None:
    assert unfolded(calldata("execute4337Op(address,uint256,bytes)", USDC, 0, PAYS)) == [AS_BATCH]
    both = [(USDC, 0, PAYS), (BOB, 7, b"")]
    assert unfolded(calldata("execute4337Ops((address,uint256,bytes)[])", both)) == [AS_BATCH, coins(7)]


def test_an_account_that_calls_itself_is_no_token() -> None:
    itself = calldata("execute(address,uint256,bytes)", WHERE.payload, 0, PAYS)
    unknown = Opaque(why=f"calls {WHERE.account_id}", data=PAYS)
    assert unfolded(itself, erc20=[WHERE]) == [unknown]
    assert told(PAYS, caller=WHERE.account_id) == (unknown,)  # a delegation (EIP-7702) whose key sends to itself
    assert unfolded(calldata("multicall(bytes[])", [PAYS, LENDS]), caller=WHERE.account_id)[0] == unknown


# -- entry points

LOOSE, PACKED = "uint256,uint256,uint256,uint256,uint256", "bytes32,uint256,bytes32"
GAS = {LOOSE: (1, 2, 3, 4, 5), PACKED: (bytes(32), 3, bytes(32))}


def handled(gas: str, *operations: tuple[bytes, int, bytes, bytes]) -> bytes:
    """Calldata of an entry point; the operations by their first four members."""
    rows = [(*each, *GAS[gas], b"", b"\x01" * 65) for each in operations]
    return calldata(f"handleOps((address,uint256,bytes,bytes,{gas},bytes,bytes)[],address)", rows, CAROL)


def asked(sender: bytes, nonce: int) -> Call:
    return Call(target=named(sender), name="validateUserOp", arguments=(("nonce", str(nonce)),))


@pytest.mark.parametrize("gas", GAS)
def test_an_entry_point_tells_each_account_what_its_operation_says(gas: str) -> None:
    pays = calldata("execute(address,uint256,bytes)", USDC, 0, PAYS)
    data = handled(gas, (account(0x61), 4, b"", pays), (account(0x62), 5, b"", b""))
    called, *rest = told(data)
    name = f"handleOps((address,uint256,bytes,bytes,{gas},bytes,bytes)[],address)"
    arguments = (("ops", "2 items"), ("beneficiary", named(CAROL)))
    assert called == Call(target=WHERE.account_id, name=name, arguments=arguments)
    *validated, executed, paid = rest
    assert validated == [asked(account(0x61), 4), asked(account(0x62), 5)]
    assert isinstance(executed, Call)
    assert executed.target == named(account(0x61))
    assert paid == Transfer(asset=COIN, amount=5, source=named(account(0x61)), destination=named(BOB))


@pytest.mark.parametrize("gas", GAS)
def test_what_an_entry_point_does_that_nobody_reads_is_opaque(gas: str) -> None:
    sender = account(0x61)
    made = unfolded(handled(gas, (sender, 0, USDC + b"\x01", b"")))
    why = f"creates the account {named(sender)}, or calls it before all else"
    assert made == [Opaque(why=why, data=USDC + b"\x01"), asked(sender, 0)]
    unknown = Opaque(why=f"calls {named(sender)}", data=PAYS)  # accounts are no tokens
    assert unfolded(handled(gas, (sender, 0, b"", PAYS)), erc20=[ETHEREUM.account(sender)]) == [
        asked(sender, 0),
        unknown,
    ]
    longer = handled(gas, (sender, 0, b"", b"")) + bytes(32)
    assert said(longer) == Opaque(why=f"calls {WHERE.account_id}", data=longer)


MODE = {
    "one": "00" * 32,
    "one, which may fail": "0001" + "00" * 30,
    "many": "01" + "00" * 31,
    "many, with data for the account": "01000000000078210001" + "00" * 22,
    "batches": "01000000000078210002" + "00" * 22,
}
CALLS = "(address,uint256,bytes)[]"
BOTH = [(USDC, 0, PAYS), (BOB, 7, b"")]


def of_mode(mode: str, data: bytes, name: str = "execute") -> bytes:
    return calldata(f"{name}(bytes32,bytes)", bytes.fromhex(MODE.get(mode, mode)), data)


def encoded(*values: Any) -> bytes:
    """Calls, and perhaps data for the account."""
    return calldata(f"x({CALLS},bytes)" if len(values) > 1 else f"x({CALLS})", *values)[4:]


def packed(to: bytes, value: int, data: bytes) -> bytes:
    return to + value.to_bytes(32) + data


@pytest.mark.parametrize("name", ["execute", "executeFromExecutor"])
def test_an_account_of_modules_runs_what_its_mode_says(name: str) -> None:
    """ERC-7579, "Execution Behavior"; ERC-7821, "execute"."""
    for mode in ("one", "one, which may fail"):
        assert unfolded(of_mode(mode, packed(USDC, 0, PAYS), name)) == [AS_BATCH]
        assert unfolded(of_mode(mode, packed(BOB, 7, b""), name)) == [coins(7)]
    for mode in ("many", "many, with data for the account"):
        assert unfolded(of_mode(mode, encoded(BOTH), name)) == [AS_BATCH, coins(7)]
    assert unfolded(of_mode("many, with data for the account", encoded(BOTH, b""), name)) == [AS_BATCH, coins(7)]
    batches = calldata("x(bytes[])", [encoded(BOTH), encoded(BOTH[1:], b"")])[4:]
    assert unfolded(of_mode("batches", batches, name)) == [AS_BATCH, coins(7), coins(7)]


@pytest.mark.parametrize(
    ("mode", "data"),
    [
        ("ff" + "00" * 31, packed(USDC, 0, PAYS)),  # DELEGATECALL
        ("fe" + "00" * 31, packed(USDC, 0, PAYS)),  # STATICCALL
        ("0002" + "00" * 30, packed(USDC, 0, PAYS)),
        ("000001" + "00" * 29, packed(USDC, 0, PAYS)),
        ("00" * 31 + "01", packed(USDC, 0, PAYS)),
        ("00000000000078210001" + "00" * 22, packed(USDC, 0, PAYS)),
        ("01000000000078210003" + "00" * 22, encoded(BOTH)),
        ("one", packed(USDC, 0, b"")[:-1]),
        ("many", packed(USDC, 0, PAYS)),
        ("many", encoded(BOTH) + bytes(32)),
        ("many", encoded(BOTH, b"")),
        ("many, with data for the account", encoded(BOTH, b"\x01")),
        ("batches", encoded(BOTH)),
        ("one", packed(bytes(20), 0, PAYS)),  # ERC-7821 takes the zero address for the account itself
        ("many", encoded([*BOTH, (bytes(20), 0, PAYS)])),
    ],
)
def test_a_mode_that_is_not_known_is_opaque(mode: str, data: bytes) -> None:
    whole = of_mode(mode, data)
    assert said(whole) == Opaque(why=f"calls {WHERE.account_id}", data=whole)


# -- bounds


def nested(levels: int, inner: bytes) -> bytes:
    for _ in range(levels):
        inner = calldata("multicall(bytes[])", [inner])
    return inner


def test_calls_within_calls_are_read_to_a_depth() -> None:
    effects = told(nested(MAX_DEPTH - 1, PAYS))
    assert [type(effect) for effect in effects] == [Call] * (MAX_DEPTH - 1) + [Transfer]
    *calls, last = told(nested(MAX_DEPTH, PAYS))
    assert [type(effect) for effect in calls] == [Call] * MAX_DEPTH
    assert last == Opaque(why=f"calls {WHERE.account_id}, in more than 8 calls within each other", data=PAYS)


def test_a_batch_of_too_many_effects_is_opaque_as_a_whole() -> None:
    for count in (MAX_TOLD - 2, MAX_TOLD - 1):
        assert len(told(calldata("multicall(bytes[])", [PAYS] * count))) == count + 1
    data = calldata("multicall(bytes[])", [PAYS] * MAX_TOLD)
    assert said(data) == Opaque(why=f"calls {WHERE.account_id}, and has more than 1000 effects", data=data)


BATCH = "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"
SOME, NONE = list(range(15_000)), calldata(BATCH, BOB, BOB, [1] * 20, [1] * 19, b"")
HOSTILE = {
    "deep": lambda: nested(200, bytes(1_000_000)),
    "nested and wide": lambda: nested(8, calldata("multicall(bytes[])", [PAYS] * 6_000)),
    "empty": lambda: calldata("multicall(bytes[])", [b""] * 16_000),
    "calls of nobody": lambda: calldata("aggregate3((address,bool,bytes)[])", [(BOB, True, b"")] * 6_000),
    "batches that are none": lambda: calldata("multicall(bytes[])", [NONE] * 600),
    "ids": lambda: calldata(BATCH, BOB, CAROL, SOME, SOME, b""),
    "arrays within calls": lambda: nested(7, calldata("multicall(bytes[])", [nested(1, b"")] * 6_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_E16_E17_a_mebibyte_of_calls_within_calls_takes_bounded_time(name: str) -> None:
    data = HOSTILE[name]()
    begin = time.process_time()
    effects = told(data)
    assert time.process_time() - begin < 0.25
    assert any(isinstance(effect, Opaque) for effect in effects)
