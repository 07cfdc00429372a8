"""Every kind of instruction: as the programs' own clients make it, by name; and what it does, as its program says.

``instructions.json`` has one of each as the clients make it, which `test_instructions_differential` asks about random
ones: @solana-program/* and @solana/web3.js in the versions of ``tests/oracles/solana_js``.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from support.solana_kinds import ROWS, SOLANA, drawn, ours
from walletcore.chains.solana import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    AccountMeta,
    Instruction,
    ParsedInstruction,
    approve_checked,
    assign,
    authorize_stake,
    create_account_allow_prefund,
    delegate_stake,
    extend_lookup_table,
    initialize_multisig,
    memo,
    parse_instruction,
    set_authority,
    set_lockup,
    transfer,
    transfer_checked,
)
from walletcore.chains.solana.programs import PROGRAMS, read
from walletcore.effects import Approve, Authority, Opaque, Transfer
from walletcore.errors import TransactionError

MADE = {case["kind"]: case for case in json.loads(Path(__file__).with_name("instructions.json").read_text("utf-8"))}
OTHER_RIGHTS = ("token-2022.UpdateInterestRate", "loader.Close")  # see test_instructions_differential.py

# For each kind its effects. {name} is an account of the vector, SOL{..} and the like its tokens; others are its fields.
TELLS = {
    "system.CreateAccount": "move {lamports} SOL {payer} -> {new}; call CreateAccount account={new} owner={owner} "
    "space={space}; authority {new}: the program {owner} owns it",
    "system.Assign": "authority {account}: the program {owner} owns it",
    "system.Transfer": "move {lamports} SOL {source} -> {destination}",
    "system.CreateAccountWithSeed": "move {lamports} SOL {payer} -> {new}; call CreateAccountWithSeed account={new} "
    "owner={owner} space={space}; authority {new}: the program {owner} owns it",
    "system.AdvanceNonceAccount": "call AdvanceNonceAccount nonce={nonce} authority={authority}",
    "system.WithdrawNonceAccount": "move {lamports} SOL {nonce} -> {destination}",
    "system.InitializeNonceAccount": "authority {nonce}: nonce authority is {authority}",
    "system.AuthorizeNonceAccount": "authority {nonce}: nonce authority becomes {new_authority}",
    "system.Allocate": "authority {account}: {space} bytes are allocated to it: an account with data sends nothing by "
    "the system program",
    "system.AllocateWithSeed": "authority {account}: {space} bytes are allocated to it: an account with data sends "
    "nothing by the system program; authority {account}: the program {owner} owns it",
    "system.AssignWithSeed": "authority {account}: the program {owner} owns it",
    "system.TransferWithSeed": "move {lamports} SOL {source} -> {destination}",
    "system.UpgradeNonceAccount": "call UpgradeNonceAccount nonce={nonce}",
    "system.CreateAccountAllowPrefund": "move {lamports} SOL {payer} -> {new}; authority {new}: the program {owner} "
    "owns it; authority {new}: {space} bytes are allocated to it: an account with data sends nothing by the system "
    "program",
    "stake.Initialize": "authority {stake}: stake authority is {staker}, withdraw authority is {withdrawer}, lockup "
    "until Unix time {unix_timestamp} and epoch {epoch}, custodian {custodian}",
    "stake.Authorize": "authority {stake}: {role} authority becomes {new_authority}",
    "stake.DelegateStake": "call DelegateStake stake={stake} vote={vote} authority={authority}",
    "stake.Split": "move {lamports} SOL {stake} -> {new}",
    "stake.Withdraw": "move {lamports} SOL {stake} -> {destination}",
    "stake.Deactivate": "call Deactivate stake={stake} authority={authority}",
    "stake.SetLockup": "authority {stake}: lockup changes: Unix time {unix_timestamp}, epoch {epoch}, custodian "
    "{custodian}",
    "stake.Merge": "move all SOL {source} -> {destination}; authority {source}: it is closed, merged into "
    "{destination}",
    "stake.AuthorizeWithSeed": "authority {stake}: {role} authority becomes {new_authority}",
    "stake.InitializeChecked": "authority {stake}: stake authority is {staker}, withdraw authority is {withdrawer}",
    "stake.AuthorizeChecked": "authority {stake}: {role} authority becomes {new_authority}",
    "stake.AuthorizeCheckedWithSeed": "authority {stake}: {role} authority becomes {new_authority}",
    "stake.SetLockupChecked": "authority {stake}: lockup changes: Unix time {unix_timestamp}, epoch {epoch}, custodian "
    "{custodian}",
    "stake.GetMinimumDelegation": "call GetMinimumDelegation",
    "stake.DeactivateDelinquent": "call DeactivateDelinquent stake={stake} vote={vote}",
    "stake.MoveStake": "move {lamports} SOL {source} -> {destination}",
    "stake.MoveLamports": "move {lamports} SOL {source} -> {destination}",
    "vote.InitializeAccount": "authority {vote}: identity is {identity}, vote authority is {voter}, withdraw authority "
    "is {withdrawer}",
    "vote.Authorize": "authority {vote}: {role} authority becomes {new_authority}",
    "vote.AuthorizeWithSeed": "authority {vote}: {role} authority becomes {new_authority}",
    "vote.Withdraw": "move {lamports} SOL {vote} -> {destination}",
    "vote.UpdateValidatorIdentity": "authority {vote}: identity becomes {node}",
    "token.InitializeMint": "authority {mint}: mint authority is {mint_authority}, freeze authority is "
    "{freeze_authority}",
    "token.InitializeAccount": "authority {account}: owner is {owner}",
    "token.InitializeMultisig": "authority {account}: any {threshold} of these sign for it: {members}",
    "token.Transfer": "unknown transfer of {amount} of a token that is not named, from {source} to {destination}",
    "token.Approve": "unknown {delegate} may move {amount} of a token that is not named, from {source}",
    "token.Revoke": "call Revoke source={source} authority={authority}",
    "token.SetAuthority": "authority {account}: {role} authority becomes {new_authority}",
    "token.MintTo": "move {amount} of {mint} {mint} -> {destination}",
    "token.Burn": "move {amount} of {mint} {source} -> {mint}",
    "token.CloseAccount": "move all SOL {account} -> {destination}; authority {account}: it is closed",
    "token.FreezeAccount": "authority {account}: it is frozen: its owner moves nothing until it is thawed",
    "token.ThawAccount": "authority {account}: it is thawed",
    "token.TransferChecked": "move {amount} of {mint} {source} -> {destination}",
    "token.ApproveChecked": "allow {delegate} {amount} of {mint} of {source}",
    "token.MintToChecked": "move {amount} of {mint} {mint} -> {destination}",
    "token.BurnChecked": "move {amount} of {mint} {source} -> {mint}",
    "token.InitializeAccount2": "authority {account}: owner is {owner}",
    "token.SyncNative": "call SyncNative account={account}",
    "token.InitializeAccount3": "authority {account}: owner is {owner}",
    "token.InitializeMultisig2": "authority {account}: any {threshold} of these sign for it: {members}",
    "token.InitializeMint2": "authority {mint}: mint authority is {mint_authority}, freeze authority is "
    "{freeze_authority}",
    "token.GetAccountDataSize": "call GetAccountDataSize mint={mint}",
    "token.InitializeImmutableOwner": "call InitializeImmutableOwner account={account}",
    "token.AmountToUiAmount": "call AmountToUiAmount mint={mint} amount={amount}",
    "token.UiAmountToAmount": "call UiAmountToAmount mint={mint}",
    "token.WithdrawExcessLamports": "move all SOL {source} -> {destination}",
    "token.UnwrapLamports": "move {amount} SOL {source} -> {destination}",
    "token-2022.InitializeMintCloseAuthority": "authority {mint}: {close_authority} may close it",
    "token-2022.InitializeTransferFeeConfig": "authority {mint}: every transfer withholds {basis_points} basis points, "
    "at most {maximum_fee}; {fee_authority} may change it, {withdraw_authority} takes what is withheld",
    "token-2022.TransferCheckedWithFee": "move {amount} of {mint} {source} -> {destination}",
    "token-2022.WithdrawWithheldTokensFromMint": "move all of {mint} {mint} -> {destination}",
    "token-2022.HarvestWithheldTokensToMint": "call HarvestWithheldTokensToMint mint={mint} sources={others}",
    "token-2022.SetTransferFee": "authority {mint}: every transfer will withhold {basis_points} basis points, at most "
    "{maximum_fee}",
    "token-2022.InitializeDefaultAccountState": "authority {mint}: new accounts are {state}",
    "token-2022.UpdateDefaultAccountState": "authority {mint}: new accounts are {state}",
    "token-2022.Reallocate": "call Reallocate account={account}; move all SOL {payer} -> {account}",
    "token-2022.EnableMemoTransfers": "call EnableMemoTransfers account={account}",
    "token-2022.DisableMemoTransfers": "call DisableMemoTransfers account={account}",
    "token-2022.InitializeNonTransferableMint": "authority {mint}: nobody can move its tokens",
    "token-2022.InitializeInterestBearingMint": "authority {mint}: amounts are shown with interest of {rate} basis "
    "points, which {rate_authority} may change",
    "token-2022.UpdateInterestRate": "call UpdateInterestRate mint={mint} rate={rate}",
    "token-2022.EnableCpiGuard": "call EnableCpiGuard account={account}",
    "token-2022.DisableCpiGuard": "authority {account}: programs that its owner calls may do to it what the owner may",
    "token-2022.InitializePermanentDelegate": "authority {mint}: {delegate} may move and burn the tokens of every "
    "account",
    "token-2022.InitializeTransferHook": "authority {mint}: the program {hook} is called at every transfer, "
    "{hook_authority} may change it",
    "token-2022.UpdateTransferHook": "authority {mint}: the program {hook} is called at every transfer",
    "token-2022.InitializePausable": "authority {mint}: {pauser} may stop every transfer",
    "token-2022.Pause": "authority {mint}: nobody moves, mints or burns its tokens until it is resumed",
    "token-2022.Resume": "authority {mint}: its tokens can be moved again",
    "associated.Create": "call Create account={account} owner={owner} asset=of {mint}; move all SOL {payer} -> "
    "{account}",
    "associated.CreateIdempotent": "call CreateIdempotent account={account} owner={owner} asset=of {mint}; move all "
    "SOL {payer} -> {account}",
    "associated.RecoverNested": "move all of {nested_mint} {nested} -> {destination}; move all SOL {nested} -> "
    "{owner}; authority {nested}: it is closed",
    "compute-budget.RequestHeapFrame": "call RequestHeapFrame bytes={bytes}",
    "compute-budget.SetComputeUnitLimit": "call SetComputeUnitLimit units={units}",
    "compute-budget.SetComputeUnitPrice": "call SetComputeUnitPrice micro_lamports={micro_lamports}",
    "compute-budget.SetLoadedAccountsDataSizeLimit": "call SetLoadedAccountsDataSizeLimit bytes={bytes}",
    "address-lookup-table.CreateLookupTable": "call CreateLookupTable table={table} authority={authority}; move all "
    "SOL {payer} -> {table}",
    "address-lookup-table.FreezeLookupTable": "authority {table}: nobody can extend or close it any more",
    "address-lookup-table.ExtendLookupTable": "call ExtendLookupTable table={table} addresses={addresses}; move all "
    "SOL {payer} -> {table}",
    "address-lookup-table.DeactivateLookupTable": "authority {table}: it ends: no transaction can use it, and it can "
    "be closed",
    "address-lookup-table.CloseLookupTable": "move all SOL {table} -> {destination}; authority {table}: it is closed",
    "loader.InitializeBuffer": "authority {buffer}: authority is {authority}",
    "loader.Write": "call Write buffer={buffer} offset={offset}",
    "loader.DeployWithMaxDataLen": "move all SOL {payer} -> {program_data}; move all SOL {buffer} -> {payer}; "
    "authority {program}: its code is that of {buffer}, and {authority} may replace it",
    "loader.Upgrade": "authority {program}: its code becomes that of {buffer}; move all SOL {buffer} -> {spill}; move "
    "all SOL {program_data} -> {spill}; authority {buffer}: it is emptied, or closed",
    "loader.SetAuthorityTo": "authority {account}: authority becomes {new_authority}",
    "loader.Close": "move all SOL {account} -> {destination}; authority {account}: it is closed, and its program with "
    "it",
    "loader.ExtendProgram": "call ExtendProgram program={program} additional_bytes={additional_bytes}; move all SOL "
    "{payer} -> {program_data}",
    "loader.SetAuthorityChecked": "authority {account}: authority becomes {new_authority}",
}
for _name in ("TransferChecked", "ApproveChecked", "MintToChecked", "BurnChecked", "CloseAccount", "SetAuthority"):
    TELLS[f"token-2022.{_name}"] = TELLS[f"token.{_name}"]
TELLS["token-2022.SyncNative"] = TELLS["token.SyncNative"]
for _name in ("Metadata", "Group", "GroupMember"):
    TELLS[f"token-2022.Initialize{_name}Pointer"] = (
        "authority {mint}: described by {pointed}, which {pointer_authority} may change"
    )
    TELLS[f"token-2022.Update{_name}Pointer"] = f"call Update{_name}Pointer mint={{mint}} pointed={{pointed}}"


def instruction(case: dict[str, Any]) -> Instruction:
    metas = tuple(
        AccountMeta(pubkey=bytes.fromhex(key), is_signer="s" in rights, is_writable="w" in rights)
        for key, rights in case["accounts"]
    )
    return Instruction(program_id=bytes.fromhex(case["program"]), accounts=metas, data=bytes.fromhex(case["data"]))


def digits(value: object) -> object:
    if isinstance(value, tuple):
        return [digits(each) for each in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def values(parsed: ParsedInstruction) -> dict[str, object]:
    found = {name: digits(value) for name, value in (*parsed.accounts, *parsed.fields) if value is not None}
    return found | ({"others": digits(parsed.others)} if parsed.others else {})


@pytest.mark.parametrize("kind", MADE)
def test_an_instruction_of_the_programs_clients_is_read_by_name(kind: str) -> None:
    call, told = instruction(MADE[kind]), dict(MADE[kind]["values"])
    parsed = parse_instruction(call)
    assert parsed.name == kind.partition(".")[2]
    found = values(parsed)
    if "members" in told:
        told["others"] = told.pop("members")
    told = {name: value for name, value in told.items() if value != [] and name != "program"}
    assert found.items() >= told.items()
    written = parsed.instruction()
    assert written == call or kind in OTHER_RIGHTS
    assert (written.program_id, written.data) == (call.program_id, call.data)


def spoken(kind: str, call: Instruction) -> str:
    """The effects, with names for the accounts and fields of the vector that stand in them."""
    return "; ".join(map(_spoken, read(SOLANA, call)))


def _spoken(effect: object) -> str:
    if isinstance(effect, Transfer):
        asset = "SOL" if effect.asset == SOLANA.asset else f"of {effect.asset.rpartition(':')[2]}"
        amount = "all" if effect.amount is None else str(effect.amount)
        return f"move {amount} {asset} {bare(effect.source)} -> {bare(effect.destination)}"
    if isinstance(effect, Authority):
        return f"authority {bare(effect.account)}: {bare(effect.change)}"
    if isinstance(effect, Approve):
        mint = effect.asset.rpartition(":")[2]
        return f"allow {bare(effect.spender)} {effect.amount} of {mint} of {bare(effect.source)}"
    if isinstance(effect, Opaque):
        return f"unknown {bare(effect.why)}"
    name, arguments = getattr(effect, "name", ""), getattr(effect, "arguments", ())
    told = [f"{key}={'of ' if '/token:' in value else ''}{bare(value)}" for key, value in arguments]
    return " ".join(["call", name, *told])


def bare(text: str) -> str:
    return re.sub(rf"{re.escape(SOLANA.caip2)}(/token)?:", "", text)


def named(value: object) -> str:
    """A value of a vector as effects write it: an account in base58."""
    if isinstance(value, list):
        return ", ".join(map(named, value))
    text = str(value)
    is_account = re.fullmatch("[0-9a-f]{64}", text) is not None
    return SOLANA.account(bytes.fromhex(text)).text if is_account else text


@pytest.mark.parametrize("kind", TELLS)
def test_effects_of_an_instruction_are_what_its_program_says(kind: str) -> None:
    call = instruction(MADE[kind])
    words = {name: named(value) for name, value in MADE[kind]["values"].items()}
    words = {name: named(value) for name, value in values(parse_instruction(call)).items()} | words
    assert spoken(kind, call) == TELLS[kind].format_map(words)


def test_every_kind_has_its_effects_told() -> None:
    assert set(TELLS) == set(ROWS) - {"memo.Memo"}
    known = {(program.name, row.name) for program in PROGRAMS.values() for row in program.kinds}
    tested = {(row.program.name, row.name) for row in ROWS.values()}
    untested = {name for program, name in known - tested if program != "token-2022"}
    assert untested == {  # without a client that makes them: told below
        *("UpdateCommission", "AuthorizeChecked", "AuthorizeCheckedWithSeed"),  # of votes
        *("CreateWithoutTag", "SetAuthority"),  # of associated accounts, of the loader
    }


# -- what is not exactly an instruction


@pytest.mark.parametrize("kind", ROWS)
def test_whatever_is_not_exactly_an_instruction_is_not_read_as_it(kind: str) -> None:
    row = ROWS[kind]
    call = ours(row, drawn(Random(kind), row))
    exact = values(parse_instruction(call))
    extra = AccountMeta(pubkey=bytes([9]) * 32, is_signer=False, is_writable=False)
    metas = call.accounts
    unsigned = [
        (*metas[:place], replace(meta, is_signer=False), *metas[place + 1 :])
        for place, meta in enumerate(metas)
        if meta.is_signer
    ]
    neighbours = [
        replace(call, data=call.data + b"\0"),
        replace(call, data=call.data[:-1]),
        *(replace(call, accounts=accounts) for accounts in ((*metas, extra), metas[:-1], *unsigned)),
    ]
    for other in neighbours:
        if other == call:  # it has no data
            continue
        try:
            parsed = parse_instruction(other)
        except TransactionError:
            assert read(SOLANA, other) == ()
            continue
        assert parsed.name != row.name or values(parsed) != exact
        written = parsed.instruction()
        assert (written.data, len(written.accounts)) == (other.data, len(other.accounts))


def test_an_unknown_program_is_not_read() -> None:
    with pytest.raises(TransactionError) as caught:
        parse_instruction(Instruction(program_id=bytes([7]) * 32, accounts=(), data=b""))
    assert caught.value.reason == "unknown"
    with pytest.raises(TransactionError) as caught:
        parse_instruction(memo("x").data)  # type: ignore[arg-type]
    assert caught.value.reason == "type"


ALICE, BOB = (SOLANA.account(bytes([n]) * 32) for n in (1, 2))
MINT = SOLANA.account(bytes([3]) * 32)


def account(number: int, *, signs: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey=bytes([number]) * 32, is_signer=signs, is_writable=writable)


def test_authorities_of_votes_that_sign_are_told() -> None:
    clock = SOLANA.parse_address("SysvarC1ock11111111111111111111111111111111").payload
    vote = SOLANA.parse_address("Vote111111111111111111111111111111111111111").payload
    sysvar = AccountMeta(pubkey=clock, is_signer=False, is_writable=False)
    metas = (account(1, writable=True), sysvar, account(4, signs=True), account(2, signs=True))
    call = Instruction(program_id=vote, accounts=metas, data=bytes.fromhex("0700000001000000"))
    assert spoken("", call) == f"authority {ALICE}: withdraw authority becomes {BOB}"
    seeded = bytes.fromhex("0b00000000000000") + bytes([5]) * 32 + bytes.fromhex("010000000000000078")
    assert spoken("", replace(call, data=seeded)) == f"authority {ALICE}: vote authority becomes {BOB}"
    # SIMD-0387: a third kind of authority, with a key of another curve, is not read
    assert read(SOLANA, replace(call, data=bytes.fromhex("0700000002000000") + bytes(48))) == ()
    updated = replace(call, accounts=(metas[0], metas[2]), data=bytes.fromhex("0500000007"))
    assert spoken("", updated) == f"call UpdateCommission vote={ALICE} commission=7"


def test_the_loaders_authority_given_up_is_told() -> None:
    loader = SOLANA.parse_address("BPFLoaderUpgradeab1e11111111111111111111111").payload
    metas = (account(1, writable=True), account(4, signs=True))
    call = Instruction(program_id=loader, accounts=metas, data=b"\4\0\0\0")
    assert spoken("", call) == f"authority {ALICE}: nobody can change it any more"
    closed = replace(call, accounts=(metas[0], account(2, writable=True)), data=b"\5\0\0\0")
    assert spoken("", closed).startswith(f"move all SOL {ALICE} -> {BOB}; authority {ALICE}: it is closed")
    for flag in (b"\0", b"\1"):  # SIMD-0432
        assert spoken("", replace(closed, data=closed.data + flag)) == spoken("", closed)
    assert read(SOLANA, replace(closed, data=closed.data + b"\2")) == ()


@pytest.mark.parametrize("program", [TOKEN_PROGRAM, TOKEN_2022_PROGRAM], ids=["token", "token-2022"])
def test_an_authority_given_up_is_told(program: bytes) -> None:
    call = set_authority(account=MINT, authority=ALICE, role="mint", new_authority=None, program=program)
    assert spoken("", call) == f"authority {MINT}: nobody has the mint authority any more"


def test_authorities_of_extensions_are_those_of_token_2022_only() -> None:
    given: dict[str, Any] = {"account": MINT, "authority": ALICE, "role": "permanent delegate", "new_authority": BOB}
    with pytest.raises(TransactionError) as caught:
        set_authority(**given)
    assert caught.value.reason == "unknown"
    call = set_authority(**given, program=TOKEN_2022_PROGRAM)
    assert spoken("", call) == f"authority {MINT}: permanent delegate authority becomes {BOB}"
    assert read(SOLANA, replace(call, program_id=TOKEN_PROGRAM)) == ()


@pytest.mark.parametrize("tag", [27, 37, 42, 43, 46, 255])
def test_what_extensions_hide_is_not_read(tag: int) -> None:
    metas = (account(1, writable=True), account(3, writable=True), account(2, signs=True))
    for data in (bytes([tag]), bytes([tag, 0]), bytes([tag, 1]) + bytes(9)):
        call = Instruction(program_id=TOKEN_2022_PROGRAM, accounts=metas, data=data)
        assert read(SOLANA, call) == ()


def test_accounts_of_a_transfer_hook_are_not_overlooked() -> None:
    given: dict[str, Any] = {
        "source": ALICE,
        "mint": MINT,
        "destination": BOB,
        "authority": ALICE,
        "amount": 5,
        "decimals": 0,
    }
    call = transfer_checked(**given, program=TOKEN_2022_PROGRAM)
    assert len(read(SOLANA, call)) == 1
    assert read(SOLANA, replace(call, accounts=(*call.accounts, account(8)))) == ()


# -- what builders refuse


def reason(make: object, *given: object, **named_: object) -> str:
    assert callable(make)
    with pytest.raises(TransactionError) as caught:
        make(*given, **named_)
    return caught.value.reason


def test_numbers_and_names_out_of_range_are_refused() -> None:
    assert reason(transfer, source=ALICE, destination=BOB, lamports=1 << 64) == "range"
    assert reason(transfer, source=ALICE, destination=BOB, lamports=True) == "type"
    assert reason(assign, account=ALICE, owner=SYSTEM_PROGRAM) == "type"
    assert reason(authorize_stake, stake=ALICE, authority=BOB, new_authority=BOB, role="voter") == "unknown"
    assert reason(memo, "x", version=3) == "version"
    assert reason(memo, "x", version=True) == "version"
    assert reason(create_account_allow_prefund, new=ALICE, owner=BOB, space=1, lamports=5) == "mismatch"
    assert reason(extend_lookup_table, table=ALICE, authority=BOB, addresses=ALICE) == "type"
    assert reason(delegate_stake, stake=ALICE, vote=None, authority=BOB) == "type"


def test_a_multisig_has_one_to_eleven_members_and_as_many_signers() -> None:
    members = [SOLANA.account(bytes([n]) * 32) for n in range(1, 13)]
    assert reason(initialize_multisig, account=MINT, threshold=1, members=members) == "length"
    assert reason(initialize_multisig, account=MINT, threshold=0, members=members[:3]) == "range"
    assert reason(initialize_multisig, account=MINT, threshold=4, members=members[:3]) == "range"
    given: dict[str, Any] = {
        "source": ALICE,
        "mint": MINT,
        "delegate": BOB,
        "authority": ALICE,
        "amount": 1,
        "decimals": 0,
    }
    assert reason(approve_checked, **given, signers=members) == "too-large"
    assert reason(approve_checked, **given, signers=ALICE) == "type"
    assert len(approve_checked(**given, signers=members[:11]).accounts) == 4 + 11


def test_addresses_of_another_cluster_are_refused_wherever_they_stand() -> None:
    elsewhere = replace(BOB, chain=replace(SOLANA, caip2="solana:" + "1" * 32))
    assert reason(authorize_stake, stake=ALICE, authority=ALICE, new_authority=elsewhere, role="stake") == "network"
    assert reason(set_authority, account=MINT, authority=ALICE, role="owner", new_authority=elsewhere) == "network"
    assert reason(approve_checked, source=ALICE, mint=MINT, delegate=BOB, authority=ALICE, amount=1, decimals=0,
                  signers=(elsewhere,)) == "network"  # fmt: skip


def test_memos_of_the_first_program_are_read_as_well() -> None:
    call = memo("rent", version=1)
    assert SOLANA.account(call.program_id).text == "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"
    assert [str(effect) for effect in read(SOLANA, call)] == ["state 'rent'"]


def test_parts_of_a_lockup_that_stay_are_not_told() -> None:
    call = set_lockup(stake=ALICE, authority=BOB, epoch=7)
    assert spoken("", call) == f"authority {ALICE}: lockup changes: epoch 7"
    assert spoken("", set_lockup(stake=ALICE, authority=BOB)) == f"authority {ALICE}: lockup changes: nothing"
