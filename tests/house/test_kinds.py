"""Every kind of transaction and message of the account chains is decoded, told, and compared with another library.

``tests/chains/<family>/kinds.json`` is the table: for each kind the test that reads it from bytes, the one that says
what it does, and the one that asks an independent implementation.
"""

import json
import subprocess
import sys

import pytest

from house.source import ROOT

TABLES = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(ROOT.glob("tests/chains/*/kinds.json"))
}
ASPECTS = ("decode", "effects", "oracle")
ASKED = {
    "solana": [
        "system.Transfer",
        "system.CreateAccount",
        "token.TransferChecked",
        "token-2022.TransferChecked",
        "associated.Create",
        "associated.CreateIdempotent",
        "compute-budget.SetComputeUnitLimit",
        "compute-budget.SetComputeUnitPrice",
        "memo.Memo",
        "stake.DelegateStake",
        "stake.Deactivate",
        "stake.Withdraw",
        "stake.Authorize",
        "system.AdvanceNonceAccount",
        "system.WithdrawNonceAccount",
        "system.AuthorizeNonceAccount",
        "address-lookup-table.CreateLookupTable",
        "address-lookup-table.ExtendLookupTable",
        "token.CloseAccount",
    ],
    "xrpl": [
        "Payment",
        "TrustSet",
        "AccountSet",
        "SetRegularKey",
        "SignerListSet",
        "EscrowCreate",
        "EscrowFinish",
        "EscrowCancel",
        "CheckCreate",
        "CheckCash",
        "CheckCancel",
        "OfferCreate",
        "OfferCancel",
        "TicketCreate",
        "PaymentChannelCreate",
        "PaymentChannelFund",
        "PaymentChannelClaim",
        "NFTokenMint",
        "NFTokenBurn",
        "NFTokenCreateOffer",
        "NFTokenCancelOffer",
        "NFTokenAcceptOffer",
        "AMMCreate",
        "AMMDeposit",
        "AMMWithdraw",
        "AMMVote",
        "AMMBid",
        "AMMDelete",
        "Batch",
        "AccountDelete",
    ],
    "stellar": [
        "CreateAccount",
        "Payment",
        "PathPaymentStrictReceive",
        "PathPaymentStrictSend",
        "ManageSellOffer",
        "ManageBuyOffer",
        "CreatePassiveSellOffer",
        "SetOptions",
        "ChangeTrust",
        "AllowTrust",
        "AccountMerge",
        "Inflation",
        "ManageData",
        "BumpSequence",
        "CreateClaimableBalance",
        "ClaimClaimableBalance",
        "BeginSponsoringFutureReserves",
        "EndSponsoringFutureReserves",
        "RevokeSponsorship",
        "Clawback",
        "ClawbackClaimableBalance",
        "SetTrustLineFlags",
        "LiquidityPoolDeposit",
        "LiquidityPoolWithdraw",
        "InvokeHostFunction",
        "ExtendFootprintTtl",
        "RestoreFootprint",
        "memo",
        "preconditions",
    ],
    "tron": [
        "TransferContract",
        "TransferAssetContract",
        "TriggerSmartContract",
        "FreezeBalanceV2Contract",
        "UnfreezeBalanceV2Contract",
        "DelegateResourceContract",
        "UnDelegateResourceContract",
        "VoteWitnessContract",
        "AccountPermissionUpdateContract",
    ],
    "cosmos": [
        "SIGN_MODE_DIRECT",
        "SIGN_MODE_LEGACY_AMINO_JSON",
        "LegacyAminoPubKey",
        "MsgSend",
        "MsgMultiSend",
        "MsgDelegate",
        "MsgUndelegate",
        "MsgBeginRedelegate",
        "MsgSetWithdrawAddress",
        "MsgWithdrawDelegatorReward",
        "MsgVote",
        "MsgTransfer",
        "MsgGrant",
        "MsgRevoke",
        "MsgExec",
        "MsgGrantAllowance",
        "MsgExecuteContract",
        "MsgInstantiateContract",
        "MsgDeposit",
    ],
}
ROWS = [(family, kind) for family, table in TABLES.items() for kind in table]


def collected(*folders: str) -> set[str]:
    """The tests of these folders, engine tests too."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "engine or not engine", *folders]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line for line in printed.splitlines() if "::" in line}


@pytest.mark.parametrize("family", ASKED)
def test_every_kind_that_is_asked_for_is_in_the_table(family: str) -> None:
    assert sorted(set(ASKED[family]) - TABLES[family].keys()) == []


@pytest.mark.parametrize(("family", "kind"), ROWS, ids=[f"{family}-{kind}" for family, kind in ROWS])
def test_a_kind_is_decoded_told_and_compared(family: str, kind: str) -> None:
    row = TABLES[family][kind]
    assert tuple(row) == ASPECTS
    asks = row["oracle"].partition("::")[0]
    assert asks.endswith(("differential.py", "differential_js.py", "engine.py"))


def test_the_tests_that_the_table_names_exist() -> None:
    found = collected(*(f"tests/chains/{family}" for family in TABLES))
    whole = found | {name.partition("[")[0] for name in found}
    named = {name for table in TABLES.values() for row in table.values() for name in row.values()}
    assert sorted(named - whole) == []
