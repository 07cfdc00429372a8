"""Every kind of transaction and message of the account chains is decoded, told, and compared with another library.

``tests/chains/<family>/kinds.json`` is the table: for each kind the test that reads it from bytes, the one that says
what it does, and the one that asks an independent implementation.
"""

import json
import subprocess
import sys

import pytest

from house.source import ROOT

PATHS = sorted(ROOT.glob("tests/chains/*/kinds.json"))
TABLES = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in PATHS}
ASPECTS = ("decode", "effects", "oracle")
ASKED = {
    "solana": (
        *("system.Transfer", "system.CreateAccount", "system.AdvanceNonceAccount", "system.WithdrawNonceAccount"),
        *("system.AuthorizeNonceAccount", "stake.DelegateStake", "stake.Deactivate", "stake.Withdraw"),
        *("stake.Authorize", "token.TransferChecked", "token.CloseAccount", "token-2022.TransferChecked"),
        *("associated.Create", "associated.CreateIdempotent", "compute-budget.SetComputeUnitLimit"),
        *("compute-budget.SetComputeUnitPrice", "memo.Memo", "address-lookup-table.CreateLookupTable"),
        *("address-lookup-table.ExtendLookupTable", "transaction.legacy", "transaction.version 0"),
        *("transaction.version 1", "transaction.durable nonce", "transaction.absent signers"),
        "message.offchain version 0",
    ),
    "xrpl": (
        *("Payment", "TrustSet", "AccountSet", "AccountDelete", "SetRegularKey", "SignerListSet", "EscrowCreate"),
        *("EscrowFinish", "EscrowCancel", "CheckCreate", "CheckCash", "CheckCancel", "OfferCreate", "OfferCancel"),
        *("TicketCreate", "PaymentChannelCreate", "PaymentChannelFund", "PaymentChannelClaim", "NFTokenMint"),
        *("NFTokenBurn", "NFTokenCreateOffer", "NFTokenCancelOffer", "NFTokenAcceptOffer", "AMMCreate", "AMMDeposit"),
        *("AMMWithdraw", "AMMVote", "AMMBid", "AMMDelete", "Batch", "payment channel claim"),
        "multi-signed transaction",
    ),
    "stellar": (
        *("CreateAccount", "Payment", "PathPaymentStrictReceive", "PathPaymentStrictSend", "ManageSellOffer"),
        *("ManageBuyOffer", "CreatePassiveSellOffer", "SetOptions", "ChangeTrust", "AllowTrust", "AccountMerge"),
        *("Inflation", "ManageData", "BumpSequence", "CreateClaimableBalance", "ClaimClaimableBalance"),
        *("BeginSponsoringFutureReserves", "EndSponsoringFutureReserves", "RevokeSponsorship", "Clawback"),
        *("ClawbackClaimableBalance", "SetTrustLineFlags", "LiquidityPoolDeposit", "LiquidityPoolWithdraw"),
        *("InvokeHostFunction", "ExtendFootprintTtl", "RestoreFootprint", "memo", "preconditions", "fee bump"),
        *("muxed account", "authorization", "message (SEP-53)", "challenge (SEP-10)"),
    ),
    "tron": (
        *("TransferContract", "TransferAssetContract", "TriggerSmartContract", "FreezeBalanceV2Contract"),
        *("UnfreezeBalanceV2Contract", "DelegateResourceContract", "UnDelegateResourceContract"),
        *("VoteWitnessContract", "AccountPermissionUpdateContract", "TRC-20 transfer, transferFrom, approve"),
        *("several signatures", "message (TIP-191)", "typed data (TIP-712)"),
    ),
    "cosmos": (
        *("SIGN_MODE_DIRECT", "SIGN_MODE_LEGACY_AMINO_JSON", "fee payer and granter", "LegacyAminoPubKey"),
        *("MsgSend", "MsgMultiSend", "MsgDelegate", "MsgUndelegate", "MsgBeginRedelegate", "MsgSetWithdrawAddress"),
        *("MsgWithdrawDelegatorReward", "gov submit", "gov deposit", "gov vote", "ibc transfer", "authz grant: send"),
        *("authz grant: stake", "authz revoke", "authz exec", "feegrant: basic", "feegrant: periodic"),
        *("feegrant revoke", "wasm instantiate", "wasm execute", "wasm migrate", "thorchain send"),
        *("thorchain deposit: swap", "AnyMessage", "ADR-36", "EIP-712: Ethermint"),
    ),
}
PUBLISHED = "tests/chains/solana/test_offchain.py::test_the_published_texts_are_signed"
"""Texts that wallets sign as they are: no library has a door for them, but figures are published."""
ROWS = [(family, kind) for family, table in TABLES.items() for kind in table]


def collected(marker: str) -> set[str]:
    """The tests of these families, each with its parameters and without."""
    folders = [f"tests/chains/{family}" for family in TABLES]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-m", marker, *folders]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {line for line in printed.splitlines() if "::" in line}
    return names | {name.partition("[")[0] for name in names}


def test_the_families_that_have_a_table_are_those_that_are_asked_for() -> None:
    assert TABLES.keys() == ASKED.keys()


@pytest.mark.parametrize("family", ASKED)
def test_every_kind_that_is_asked_for_is_in_the_table(family: str) -> None:
    assert [kind for kind in ASKED[family] if kind not in TABLES[family]] == []


@pytest.mark.parametrize(("family", "kind"), ROWS, ids=[f"{family}-{kind}" for family, kind in ROWS])
def test_a_kind_has_a_test_for_each_aspect(family: str, kind: str) -> None:
    assert tuple(TABLES[family][kind]) == ASPECTS


def test_the_tests_that_the_table_names_exist_and_those_of_oracles_are_engine_tests() -> None:
    rows = [row for table in TABLES.values() for row in table.values()]
    asked = {row["oracle"] for row in rows if "/test_engine.py::" not in row["oracle"]}  # solders is installed
    assert asked - collected("engine") == {PUBLISHED}
    assert sorted({row[aspect] for row in rows for aspect in ASPECTS[:2]} - collected("engine or not engine")) == []
