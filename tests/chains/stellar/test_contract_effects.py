"""What calls of contracts do: SEP-41, the Stellar Asset Contract, trees of calls, and what is not understood."""

from dataclasses import replace
from typing import Any

import pytest

from support.stellar_contracts import ALICE, ME, PUBNET, TOKEN, USDC, YOU
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.stellar import (
    Authorization,
    AuthorizationEntry,
    ContractCode,
    CreateContract,
    Credentials,
    Executable,
    ExtendFootprintTtl,
    ExternalExecutable,
    FeeBumpTransaction,
    Invocation,
    InvokeContract,
    InvokeHostFunction,
    IssuedAsset,
    NativeAsset,
    Payment,
    RestoreFootprint,
    Salted,
    SCAddress,
    SorobanData,
    StellarChain,
    Transaction,
    TrustLineKey,
    UploadWasm,
    contract_id,
    scval,
)
from walletcore.chains.stellar.contract_effects import READERS
from walletcore.chains.stellar.operations import codec
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Transfer
from walletcore.errors import GuardRefused, TransactionError
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee, no_authority_change, only_assets, only_to
from walletcore.signing import sign

ASSET = f"stellar:pubnet/asset:{USDC}"
CONTRACT = f"stellar:pubnet/sep41:{TOKEN.text}"
MINE, YOURS, THEIRS = ME.account_id, YOU.account_id, f"stellar:pubnet:{TOKEN.text}"
OTHER = SCAddress.parse("CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA")
STRANGE = f"stellar:pubnet/sep41:{OTHER.text}"
FROM, TO, MUXED = scval("address", ME), scval("address", YOU), scval("address", PUBNET.account(YOU.payload, 77))
TEN = scval("i128", 10)


def call(function: str, *args: Any, contract: SCAddress = TOKEN) -> InvokeContract:
    return InvokeContract(contract=contract, function=function, args=args)


def entry(*calls: InvokeContract, address: SCAddress | None = None) -> AuthorizationEntry:
    """Calls, each within the one before."""
    tree: tuple[Invocation, ...] = ()
    for each in reversed(calls):
        tree = (Invocation(function=each, sub_invocations=tree),)
    credentials = None if address is None else Credentials(address=address, nonce=1, expiration=2)
    return AuthorizationEntry(credentials=credentials, invocation=tree[0])


DATA = SorobanData(instructions=1, disk_read_bytes=2, write_bytes=3, resource_fee=900)


def transaction(operation: Any, **changes: Any) -> Transaction:
    fields: dict[str, Any] = {"chain": PUBNET, "source": ME, "fee": 1_000, "sequence": 5, "soroban": DATA}
    return Transaction(**{**fields, "operations": (operation,), **changes})


def invoke(function: Any, *auth: AuthorizationEntry, **changes: Any) -> Transaction:
    return transaction(InvokeHostFunction(function=function, auth=auth), **changes)


FEE = Fee(asset=PUBNET.asset, at_most=1_000, payer=MINE)


def moved(amount: int, source: str, to: str, asset: str = ASSET, tag: int | None = None) -> Transfer:
    return Transfer(asset=asset, amount=amount, source=source, destination=to, tag=tag)


def called(name: str, *arguments: tuple[str, str]) -> Call:
    return Call(target=THEIRS, name=name, arguments=arguments)


ELSEWHERE = f"stellar:pubnet:{OTHER}"
ALLOWED = Approve(asset=ASSET, amount=10, spender=YOURS, source=MINE)
TOLD: list[tuple[str, InvokeContract, Effect]] = [
    ("transfer", call("transfer", FROM, TO, TEN), moved(10, MINE, YOURS)),
    ("transfer_to_a_muxed_account", call("transfer", FROM, MUXED, TEN), moved(10, MINE, YOURS, tag=77)),
    ("transfer_of_a_token", call("transfer", FROM, TO, TEN, contract=OTHER), moved(10, MINE, YOURS, STRANGE)),
    ("transfer_from", call("transfer_from", FROM, TO, scval("address", OTHER), TEN), moved(10, YOURS, ELSEWHERE)),
    ("approve", call("approve", FROM, TO, TEN, scval("u32", 9)), ALLOWED),
    ("burn", call("burn", FROM, TEN), moved(10, MINE, THEIRS)),
    ("burn_from", call("burn_from", TO, FROM, TEN), moved(10, MINE, THEIRS)),
    ("mint", call("mint", TO, TEN), moved(10, THEIRS, YOURS)),
    ("clawback", call("clawback", TO, TEN), moved(10, YOURS, THEIRS)),
    ("set_admin", call("set_admin", TO), Authority(account=THEIRS, change=f"administrator becomes {YOURS}")),
    (
        "set_authorized",
        call("set_authorized", TO, scval("bool", False)),
        Authority(account=YOURS, change=f"by its administrator, {ASSET} may be kept, and not moved"),
    ),
    ("balance", call("balance", FROM), called("balance", ("id", MINE))),
    ("allowance", call("allowance", FROM, TO), called("allowance", ("from", MINE), ("spender", YOURS))),
    ("trust", call("trust", FROM), called("trust", ("address", MINE))),
    ("decimals", call("decimals"), called("decimals")),
]


@pytest.mark.parametrize(("function", "effect"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_calls_of_tokens_are_told(function: InvokeContract, effect: Effect) -> None:
    """In a transaction, and where only the call is authorized."""
    assert invoke(function, entry(function)).effects() == (effect, FEE)
    assert invoke(function).effects() == (effect, FEE)
    assert Authorization(chain=PUBNET, entry=entry(function, address=SCAddress.of(ME))).effects() == (effect,)


POOL = "LA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUPJN"
UNKNOWN: list[tuple[str, InvokeContract]] = [
    ("a_function_that_nobody_knows", call("swap", FROM, TO, TEN)),
    ("a_number_of_another_kind", call("transfer", FROM, TO, scval("u64", 10))),
    ("an_amount_below_zero", call("transfer", FROM, TO, scval("i128", -1))),
    ("an_allowance_below_zero", call("approve", FROM, TO, scval("i128", -1), scval("u32", 9))),
    ("an_argument_more", call("transfer", FROM, TO, TEN, TEN)),
    ("an_argument_less", call("transfer", FROM, TO)),
    ("a_muxed_account_that_pays", call("transfer", MUXED, TO, TEN)),
    ("a_muxed_account_in_transfer_from", call("transfer_from", FROM, TO, MUXED, TEN)),
    ("a_pool_that_is_paid", call("transfer", FROM, scval("address", POOL), TEN)),
    ("a_name_in_other_letters", call("Transfer", FROM, TO, TEN)),
]


@pytest.mark.parametrize("function", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_what_is_not_exactly_a_known_call_is_opaque(function: InvokeContract) -> None:
    told, fee = invoke(function).effects()
    assert isinstance(told, Opaque)
    assert told.why.startswith(f"calls {THEIRS} {function.function}(")
    assert fee == FEE
    signer = guard(ALICE, limit(ASSET, per_transaction=100))
    with pytest.raises(GuardRefused, match="nobody can say"):
        sign(invoke(function), signer)


def test_calls_within_calls_are_told_with_those_of_others() -> None:
    """A swap: each side authorizes the call itself and the transfer that it makes."""
    swap = call("swap", FROM, TO, contract=OTHER)
    pays, receives = call("transfer", FROM, TO, TEN), call("transfer", TO, FROM, scval("i128", 7))
    made = invoke(swap, entry(swap, pays), entry(swap, receives, address=SCAddress.of(YOU)))
    first, *rest = made.effects()
    assert isinstance(first, Opaque)
    assert rest == [moved(10, MINE, YOURS), moved(7, YOURS, MINE), FEE]


def test_a_tree_that_begins_with_the_call_a_second_time_is_told() -> None:
    pays = call("transfer", FROM, TO, TEN)
    assert invoke(pays, entry(pays), entry(pays)).effects() == (moved(10, MINE, YOURS),) * 2 + (FEE,)


def test_an_account_is_no_token() -> None:
    """A contract that is an account has functions of its own under the names of a token's."""
    pays = call("transfer", FROM, TO, TEN, contract=OTHER)
    told, _ = invoke(pays, entry(pays, address=OTHER)).effects()
    assert isinstance(told, Opaque)
    (alone,) = Authorization(chain=PUBNET, entry=entry(pays, address=OTHER)).effects()
    assert isinstance(alone, Opaque)


def test_a_tree_of_more_calls_than_anybody_reads_is_opaque() -> None:
    calls = tuple(Invocation(function=call("transfer", FROM, TO, TEN)) for _ in range(1_000))
    many = Invocation(function=call("a"), sub_invocations=calls)
    credentials = Credentials(address=SCAddress.of(ME), nonce=1, expiration=2)
    made = Authorization(chain=PUBNET, entry=AuthorizationEntry(credentials=credentials, invocation=many))
    assert made.effects() == (Opaque(why="more than 1000 calls"),)


# One limit, whatever the asset is called


@vectors("stellar/contract-addresses", operation="contract.address")
def test_the_contract_of_an_asset_is_computed(case: Case) -> None:
    network, asset = chain(case.input["chain"], StellarChain), case.input["asset"]
    code, _, issuer = asset.partition("-")
    made = NativeAsset() if asset == "native" else IssuedAsset(code=code, issuer=network.parse_address(issuer))
    assert contract_id(network, made).text == case.expect["address"]


def test_another_family_has_no_such_contracts() -> None:
    with pytest.raises(TransactionError):
        contract_id(chain("solana"), NativeAsset())  # type: ignore[arg-type]


STRANGER = replace(PUBNET, assets=())


@pytest.mark.parametrize("network", [PUBNET, STRANGER], ids=["known", "not known"])
@pytest.mark.parametrize("named", [ASSET, CONTRACT])
def test_a_limit_counts_an_asset_by_both_of_its_names(network: StellarChain, named: str) -> None:
    """Paid, transferred by its contract, or authorized: ten are above nine, and not above ten."""
    pays = call("transfer", FROM, TO, TEN)
    me, you = network.account(ME.payload), network.account(YOU.payload)
    asset = IssuedAsset(code="USDC", issuer=network.parse_address(USDC.split("-")[1]))
    payment = Payment(destination=you, asset=asset, amount=10)
    subjects: list[Any] = [
        Transaction(chain=network, source=me, fee=100, sequence=5, operations=(payment,)),
        replace(invoke(pays, entry(pays)), chain=network, source=me),
        Authorization(chain=network, entry=entry(pays, address=SCAddress.of(ME))),
    ]
    for subject in subjects:
        sign(subject, guard(ALICE, limit(named, per_transaction=10), chains=[network]))
        with pytest.raises(GuardRefused, match="more than 9"):
            sign(subject, guard(ALICE, limit(named, per_transaction=9), chains=[network]))


def test_the_native_asset_has_a_contract_too() -> None:
    lumens = contract_id(PUBNET, NativeAsset())
    made = invoke(call("transfer", FROM, TO, TEN, contract=lumens))
    assert made.effects()[0] == moved(10, MINE, YOURS, PUBNET.asset)
    with pytest.raises(GuardRefused, match="more than 1009"):
        sign(made, guard(ALICE, limit(PUBNET.asset, per_transaction=1_009)))
    sign(made, guard(ALICE, limit(PUBNET.asset, per_transaction=1_010), only_assets(PUBNET.asset), only_to([YOU])))


def test_an_asset_that_the_footprint_names_is_told_by_its_name() -> None:
    issuer = PUBNET.account(b"\x42" * 32)
    asset = IssuedAsset(code="RARE", issuer=issuer)
    pays = call("transfer", FROM, TO, TEN, contract=contract_id(PUBNET, asset))
    line = TrustLineKey(account=ME, asset=asset)
    named = invoke(pays, soroban=replace(DATA, read_write=(line,)))
    assert named.effects()[0] == moved(10, MINE, YOURS, f"stellar:pubnet/asset:RARE-{issuer.text}")
    assert invoke(pays).effects()[0] == moved(10, MINE, YOURS, f"stellar:pubnet/sep41:{pays.contract.text}")


def test_names_of_other_things_are_not_of_one_asset() -> None:
    assert PUBNET.is_same_asset(ASSET, CONTRACT)
    assert PUBNET.is_same_asset(CONTRACT, CONTRACT)
    for one in (ASSET, CONTRACT):
        for other in (STRANGE, PUBNET.asset, "stellar:testnet/asset:" + USDC, f"stellar:pubnet/cap38:{'00' * 32}", "x"):
            assert not PUBNET.is_same_asset(one, other)
            assert not PUBNET.is_same_asset(other, one)


def test_a_change_of_the_administrator_is_refused_where_such_changes_are() -> None:
    with pytest.raises(GuardRefused):
        sign(invoke(call("set_admin", TO)), guard(ALICE, no_authority_change()))


# Creations, code, lifetimes, fees


def test_creations_and_code_are_told() -> None:
    asset = IssuedAsset(code="USDC", issuer=PUBNET.parse_address(USDC.split("-")[1]))
    deployed = CreateContract(of=asset, executable=Executable(), args=None)
    arguments = (("asset", ASSET),)
    assert invoke(deployed).effects()[0] == Call(target=THEIRS, name="create_asset_contract", arguments=arguments)
    salted = Salted(address=SCAddress.of(ME), salt=bytes(32))
    target = PUBNET.account_id(contract_id(PUBNET, salted).text)
    runs: dict[Any, str] = {
        Executable(wasm_hash=b"\7" * 32): f"code with the hash {'07' * 32}",
        Executable(): "the asset contract",
        ExternalExecutable(owner=OTHER, tag=b"v1"): f"what stellar:pubnet:{OTHER} names b'v1', and may exchange",
    }
    for executable, what in runs.items():
        (told, _) = invoke(CreateContract(of=salted, executable=executable, args=(TEN,))).effects()
        assert isinstance(told, Opaque)
        assert told.why == f"creates the contract {target}, which runs {what}"
    (told, _) = invoke(UploadWasm(code=b"\0asm")).effects()
    assert told == Opaque(
        why="stores code with the hash cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f", data=b"\0asm"
    )


def test_lifetimes_are_told() -> None:
    code = ContractCode(hash=bytes(32))
    extended = transaction(ExtendFootprintTtl(extend_to=100), soroban=replace(DATA, read_only=(code,)))
    told = Call(target=MINE, name="ExtendFootprintTtl", arguments=(("entries", "1"), ("ledgers", "100")))
    assert extended.effects() == (told, FEE)
    restored = transaction(RestoreFootprint(), soroban=replace(DATA, read_write=(code,)))
    assert restored.effects() == (Call(target=MINE, name="RestoreFootprint", arguments=(("entries", "1"),)), FEE)
    for made in (extended, restored):
        assert PUBNET.decode_transaction(made.raw) == made


def test_every_operation_of_contracts_has_a_reader() -> None:
    assert {each.__name__ for each in READERS} == {"InvokeHostFunction", "ExtendFootprintTtl", "RestoreFootprint"}


def test_the_fee_is_no_less_than_that_of_the_resources() -> None:
    low = invoke(call("decimals"), fee=1)
    assert low.effects()[-1] == replace(FEE, at_most=900)
    with pytest.raises(GuardRefused, match="max_fee"):
        sign(low, guard(ALICE, max_fee({PUBNET.asset: 899})))
    bump = FeeBumpTransaction.of(sign(invoke(call("decimals")), ALICE), fee_source=ME, fee=5_000)
    assert bump.effects()[-1] == replace(FEE, at_most=5_000)
    assert PUBNET.decode_transaction(bump.raw) == bump


@vectors("stellar/contract-operations", operation="contract.operation")
def test_published_operations(case: Case) -> None:
    network = chain(case.input["chain"], StellarChain)
    source = network.parse_address(case.input["source"]) if case.input["source"] else None
    made: Any = RestoreFootprint(source=source)
    if case.input["kind"] == "extend-footprint-ttl":
        made = ExtendFootprintTtl(source=source, extend_to=case.input["extend_to"])
    raw = bytes.fromhex(case.expect["encoded"])
    assert codec(network).encode(made) == raw
    assert codec(network).decode(raw) == made


CODE = ContractCode(hash=bytes(32))
PAY = Payment(destination=YOU, asset=NativeAsset(), amount=1)
EXTEND, RESTORE = ExtendFootprintTtl(extend_to=1), RestoreFootprint()
BOTH = replace(DATA, read_write=(CODE, ContractCode(hash=b"\1" * 32)))
CALL = InvokeHostFunction(function=call("decimals"))
REFUSED: list[tuple[str, Any, str]] = [
    ("two_operations", lambda: transaction(CALL, operations=(CALL, CALL)), "length"),
    ("a_payment_beside", lambda: transaction(CALL, operations=(PAY, CALL)), "length"),
    ("resources_for_a_payment", lambda: transaction(PAY), "mismatch"),
    ("resources_as_bytes", lambda: transaction(CALL, soroban=b""), "type"),
    ("an_extension_that_writes", lambda: transaction(EXTEND, soroban=replace(DATA, read_write=(CODE,))), "mismatch"),
    ("a_restoration_that_reads", lambda: transaction(RESTORE, soroban=replace(DATA, read_only=(CODE,))), "mismatch"),
    ("a_version_0_of_a_contract", lambda: transaction(CALL, is_v0=True), "version"),
    ("an_entry_twice", lambda: replace(DATA, read_only=(CODE,), read_write=(CODE,)), "duplicate"),
    ("an_archived_place_that_is_none", lambda: replace(DATA, archived=(0,)), "range"),
    ("archived_places_in_another_order", lambda: replace(BOTH, archived=(1, 0)), "non-canonical"),
    ("an_archived_place_as_bool", lambda: replace(DATA, read_write=(CODE,), archived=(False,)), "type"),
    ("a_footprint_of_bytes", lambda: replace(DATA, read_only=(b"",)), "type"),  # type: ignore[arg-type]
    ("a_resource_fee_below_zero", lambda: transaction(CALL, soroban=replace(DATA, resource_fee=-1)), "range"),
    ("a_salt_of_31_bytes", lambda: Salted(address=TOKEN, salt=bytes(31)), "type"),
    ("a_hash_of_31_bytes", lambda: Executable(wasm_hash=bytes(31)), "length"),
    ("an_owner_as_text", lambda: ExternalExecutable(owner=OTHER.text, tag=b""), "type"),  # type: ignore[arg-type]
    ("code_as_text", lambda: UploadWasm(code="00"), "type"),  # type: ignore[arg-type]
    ("a_contract_of_nothing", lambda: CreateContract(of=b"", executable=Executable()), "type"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_no_node_takes_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        make()
    assert caught.value.reason == reason


def test_resources_are_read_as_a_node_gives_them() -> None:
    given = replace(BOTH, read_only=(TrustLineKey(account=ME, asset=IssuedAsset(code="A", issuer=YOU)),), archived=(1,))
    assert SorobanData.decode(PUBNET, given.encode(PUBNET)) == given
    for raw, reason in ((given.encode(PUBNET) + b"\0", "trailing"), (bytes((1 << 20) + 1), "too-large")):
        with pytest.raises(TransactionError) as caught:
            SorobanData.decode(PUBNET, raw)
        assert caught.value.reason == reason
    with pytest.raises(TransactionError, match=r"read_only\[0\]"):
        SorobanData.decode(PUBNET, bytes(4) + b"\0\0\0\1" + b"\0\0\0\2" + bytes(60))


def test_without_resources_a_call_can_be_written_and_not_signed() -> None:
    """A node is asked for the resources with a transaction that has none."""
    made = transaction(CALL, soroban=None)
    assert PUBNET.decode_transaction(made.raw) == made
    with pytest.raises(TransactionError, match="needs its resources"):
        made.requests()
