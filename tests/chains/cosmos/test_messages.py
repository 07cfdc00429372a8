"""Messages beside those of the SDK's first modules: what each does, and that transactions hold it and give it again.

Governance, IBC transfers, authorizations, allowances, contracts of CosmWasm, THORChain, Stride, the token factory.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from support.cosmos import HUB, ME, OSMOSIS, YOU
from walletcore.chains import chain
from walletcore.chains.cosmos.amino import sign_doc
from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.messages import (
    authz,
    feegrant,
    gov,
    gov_v1,
    greenfield,
    ibc,
    stride,
    table,
    terra,
    thorchain,
    tokenfactory,
    wasm,
)
from walletcore.chains.cosmos.messages.bank import MsgSend
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.times import Duration, Timestamp
from walletcore.chains.cosmos.transaction import Signer, Transaction
from walletcore.chains.cosmos.tx import Body, Fee, SignMode
from walletcore.coding.protobuf import AnyMessage
from walletcore.effects import Approve, Authority, Call, Effect, Opaque, Statement, Transfer
from walletcore.effects import Fee as FeeEffect
from walletcore.errors import DecodingError, TransactionError

THORCHAIN = chain("cosmos:thorchain", CosmosChain)
STRIDE = chain("cosmos:stride", CosmosChain)
TERRA = chain("cosmos:terra-classic", CosmosChain)
GREENFIELD = chain("cosmos:greenfield", CosmosChain)
MINE, YOURS = (HUB.address(each.public_key) for each in (ME, YOU))
CONTRACT = HUB.account(b"\7" * 32)
TOKEN = f"cosmos:cosmoshub-4/cw20:{CONTRACT.text}"
PIECE = f"cosmos:cosmoshub-4/cw721:{CONTRACT.text}"
GOV = "cosmos:cosmoshub-4:cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn"
"""The account of the governance module on the Hub, as explorers show it."""
MODULE = "thor1v8ppstuf6e3x0r4glqc68d5jqcs2tf38cg2q6y"  # of the name "thorchain": midgard and explorers, "Synth Module"
ASGARD = "cosmos:thorchain-1:thor1g98cy3n9mmjrpn0sxmn63lztelera37n8n67c0"
"""The account of THORChain's pools, as explorers show it."""
FIVE = Coin(denom="uatom", amount=5)
UNTIL = Timestamp(seconds=2_000_000_000)
WHEN = "2033-05-18 03:33:20 UTC"


def here(row: CosmosChain, who: Any = ME) -> str:
    return row.address(who.public_key).text


def moved(destination: str, asset: str = HUB.asset, amount: int | None = 5, source: str = MINE.account_id) -> Transfer:
    return Transfer(asset=asset, amount=amount, source=source, destination=destination)


def told(document: Any) -> bytes:
    return json.dumps(document).encode()


def execute(document: Any, *funds: Coin) -> wasm.MsgExecuteContract:
    return wasm.MsgExecuteContract(sender=MINE.text, contract=CONTRACT.text, msg=told(document), funds=funds)


def voted(*arguments: tuple[str, str]) -> tuple[Effect, ...]:
    return (Call(target=GOV, name="MsgVote", arguments=(("proposal_id", "12"), ("voter", MINE.text), *arguments)),)


def granted(authorization: Any, expiration: Timestamp | None = UNTIL) -> authz.MsgGrant:
    grant = authz.Grant(authorization=authorization, expiration=expiration)
    return authz.MsgGrant(granter=MINE.text, grantee=YOURS.text, grant=grant)


def allowed(allowance: Any) -> feegrant.MsgGrantAllowance:
    return feegrant.MsgGrantAllowance(granter=MINE.text, grantee=YOURS.text, allowance=allowance)


SEND = MsgSend(from_address=MINE.text, to_address=YOURS.text, amount=(FIVE,))
FROM_YOU = MsgSend(from_address=YOURS.text, to_address=MINE.text, amount=(FIVE,))
BASIC = feegrant.BasicAllowance(spend_limit=(FIVE,), expiration=UNTIL)
PERIODIC = feegrant.PeriodicAllowance(
    basic=feegrant.BasicAllowance(),
    period=Duration(seconds=3600),
    period_spend_limit=(FIVE,),
    period_reset=UNTIL,
)
TRANSFER = ibc.MsgTransfer(
    source_channel="channel-141", token=FIVE, sender=MINE.text, receiver=OSMOSIS.address(YOU.public_key).text
)
OVER_THERE = f"cosmos:cosmoshub-4:transfer.channel-141.{TRANSFER.receiver}"
ALLOWED = Approve(asset=HUB.asset, amount=5, spender=YOURS.account_id, source=MINE.account_id, until=2_000_000_000)
OPEN = replace(ALLOWED, amount=None, until=None)
FUTURE = '{"forward":{"receiver":"juno1x","port":"transfer","channel":"channel-1"}}'
INNER = base64.b64encode(b'{"swap":{}}').decode()

CASES: dict[str, tuple[CosmosChain, Any, tuple[Effect, ...]]] = {
    "gov submit": (
        HUB,
        gov.MsgSubmitProposal(
            content=gov.TextProposal(title="Title", description="d"), initial_deposit=(FIVE,), proposer=MINE.text
        ),
        (
            moved(GOV),
            Call(
                target=GOV,
                name="MsgSubmitProposal",
                arguments=(
                    ("proposer", MINE.text),
                    ("content", "/cosmos.gov.v1beta1.TextProposal"),
                    ("title", "Title"),
                ),
            ),
        ),
    ),
    "gov vote": (
        HUB,
        gov.MsgVote(proposal_id=12, voter=MINE.text, option=gov.VoteOption.NO_WITH_VETO),
        voted(("option", "NO_WITH_VETO")),
    ),
    "gov weighted vote": (
        HUB,
        gov.MsgVoteWeighted(
            proposal_id=12,
            voter=MINE.text,
            options=(
                gov.WeightedVoteOption(option=gov.VoteOption.YES, weight=7 * 10**17),
                gov.WeightedVoteOption(option=gov.VoteOption.NO, weight=3 * 10**17),
            ),
        ),
        voted(("option", "YES 700000000000000000e-18, NO 300000000000000000e-18")),
    ),
    "gov deposit": (HUB, gov.MsgDeposit(proposal_id=12, depositor=MINE.text, amount=(FIVE,)), (moved(GOV),)),
    "gov v1 submit": (
        HUB,
        gov_v1.MsgSubmitProposal(messages=(SEND,), initial_deposit=(FIVE,), proposer=MINE.text, title="Title"),
        (
            moved(GOV),
            Call(
                target=GOV,
                name="MsgSubmitProposal",
                arguments=(
                    ("proposer", MINE.text),
                    ("title", "Title"),
                    ("messages", "/cosmos.bank.v1beta1.MsgSend"),
                ),
            ),
        ),
    ),
    "gov v1 vote": (
        HUB,
        gov_v1.MsgVote(proposal_id=12, voter=MINE.text, option=gov.VoteOption.ABSTAIN),
        voted(("option", "ABSTAIN")),
    ),
    "gov v1 weighted vote": (
        HUB,
        gov_v1.MsgVoteWeighted(
            proposal_id=12,
            voter=MINE.text,
            options=(gov_v1.WeightedVoteOption(option=gov.VoteOption.YES, weight="1.0"),),
        ),
        voted(("option", "YES 1.0")),
    ),
    "gov v1 deposit": (HUB, gov_v1.MsgDeposit(proposal_id=12, depositor=MINE.text, amount=(FIVE,)), (moved(GOV),)),
    "gov v1 cancel": (
        HUB,
        gov_v1.MsgCancelProposal(proposal_id=12, proposer=MINE.text),
        (
            Call(target=GOV, name="MsgCancelProposal", arguments=(("proposal_id", "12"), ("proposer", MINE.text))),
            Opaque(why="a part of the proposal's deposits may be burned"),
        ),
    ),
    "ibc transfer": (HUB, TRANSFER, (moved(OVER_THERE),)),
    "ibc transfer with a memo": (
        HUB,
        replace(TRANSFER, memo="deposit 42"),
        (moved(OVER_THERE), Statement(text="deposit 42", meaning="memo for the receiver")),
    ),
    "ibc transfer that goes on": (
        HUB,
        replace(TRANSFER, memo=FUTURE),
        (
            moved(OVER_THERE),
            Opaque(
                why="a memo that chains on the way may act on: they forward, or call contracts", data=FUTURE.encode()
            ),
        ),
    ),
    "authz grant: send": (HUB, granted(authz.SendAuthorization(spend_limit=(FIVE,))), (ALLOWED,)),
    "authz grant: send without a limit": (
        HUB,
        granted(authz.SendAuthorization(spend_limit=())),
        (Opaque(why=f"{YOURS.account_id} may send coins, up to no limit"),),
    ),
    "authz grant: any message": (
        HUB,
        granted(authz.GenericAuthorization(msg="/cosmos.gov.v1.MsgVote")),
        (
            Authority(
                account=MINE.account_id,
                change=f"{YOURS.account_id} may send /cosmos.gov.v1.MsgVote in its name until {WHEN}",
            ),
        ),
    ),
    "authz grant: stake": (
        HUB,
        granted(
            authz.StakeAuthorization(
                max_tokens=FIVE,
                allow_list=authz.Validators(address=(HUB.validator(b"\2" * 20).text,)),
                authorization_type=authz.AuthorizationType.DELEGATE,
            ),
            None,
        ),
        (Authority(account=MINE.account_id, change=f"{YOURS.account_id} may delegate at most 5uatom in its name"),),
    ),
    "authz grant: unknown": (
        HUB,
        granted(AnyMessage(type_url="/x.Y", value=b"\1"), None),
        (
            Authority(account=MINE.account_id, change=f"{YOURS.account_id} is given /x.Y"),
            Opaque(why="an authorization /x.Y", data=b"\1"),
        ),
    ),
    "authz revoke": (
        HUB,
        authz.MsgRevoke(granter=MINE.text, grantee=YOURS.text, msg_type_url="/cosmos.bank.v1beta1.MsgSend"),
        (
            Authority(
                account=MINE.account_id,
                change=f"{YOURS.account_id} may not send /cosmos.bank.v1beta1.MsgSend in its name any more",
            ),
        ),
    ),
    "authz exec": (
        HUB,
        authz.MsgExec(
            grantee=MINE.text,
            msgs=(authz.MsgExec(grantee=YOURS.text, msgs=(FROM_YOU,)), AnyMessage(type_url="/x.Y", value=b"\1")),
        ),
        (moved(MINE.account_id, source=YOURS.account_id), Opaque(why="a message /x.Y", data=b"\1")),
    ),
    "feegrant: basic": (HUB, allowed(BASIC), (ALLOWED,)),
    "feegrant: no limit": (
        HUB,
        allowed(feegrant.BasicAllowance()),
        (OPEN, Opaque(why="fees in any coin, without a limit")),
    ),
    "feegrant: periodic": (HUB, allowed(PERIODIC), (OPEN, Opaque(why="fees in any coin, without a limit"))),
    "feegrant: for some messages": (
        HUB,
        allowed(feegrant.AllowedMsgAllowance(allowance=BASIC, allowed_messages=("/cosmos.gov.v1.MsgVote",))),
        (ALLOWED,),
    ),
    "feegrant: unknown": (
        HUB,
        allowed(AnyMessage(type_url="/x.Y", value=b"\1")),
        (OPEN, Opaque(why="an allowance for fees that is not known", data=b"\1")),
    ),
    "feegrant revoke": (
        HUB,
        feegrant.MsgRevokeAllowance(granter=MINE.text, grantee=YOURS.text),
        (Authority(account=MINE.account_id, change=f"it pays no fees of {YOURS.account_id} any more"),),
    ),
    "feegrant prune": (
        HUB,
        feegrant.MsgPruneAllowances(pruner=MINE.text),
        (Call(target=MINE.account_id, name="MsgPruneAllowances"),),
    ),
    "wasm store": (
        HUB,
        wasm.MsgStoreCode(sender=MINE.text, wasm_byte_code=b"\0asm"),
        (Opaque(why="code of contracts", data=b"\0asm"),),
    ),
    "wasm instantiate": (
        HUB,
        wasm.MsgInstantiateContract(
            sender=MINE.text, admin=YOURS.text, code_id=9, label="l", msg=b'{"a":1}', funds=(FIVE,)
        ),
        (
            moved(""),
            Authority(account="", change=f"{YOURS.account_id} may change the code of the new contract"),
            Opaque(why="makes a contract of code 9", data=b'{"a":1}'),
        ),
    ),
    "wasm instantiate2": (
        HUB,
        wasm.MsgInstantiateContract2(sender=MINE.text, code_id=9, label="l", msg=b"{}", salt=b"s"),
        (
            Authority(account="", change="nobody may change the code of the new contract"),
            Opaque(why="makes a contract of code 9", data=b"{}"),
        ),
    ),
    "wasm execute": (
        HUB,
        execute({"swap": {"max": 1}}, FIVE),
        (
            moved(CONTRACT.account_id),
            Opaque(why=f"tells the contract {CONTRACT.account_id} 'swap'", data=b'{"swap": {"max": 1}}'),
        ),
    ),
    "wasm migrate": (
        HUB,
        wasm.MsgMigrateContract(sender=MINE.text, contract=CONTRACT.text, code_id=9, msg=b"{}"),
        (
            Authority(account=CONTRACT.account_id, change="its code becomes 9"),
            Opaque(why="tells a contract that changes its code to 9", data=b"{}"),
        ),
    ),
    "wasm update admin": (
        HUB,
        wasm.MsgUpdateAdmin(sender=MINE.text, new_admin=YOURS.text, contract=CONTRACT.text),
        (Authority(account=CONTRACT.account_id, change=f"{YOURS.account_id} may change its code"),),
    ),
    "wasm clear admin": (
        HUB,
        wasm.MsgClearAdmin(sender=MINE.text, contract=CONTRACT.text),
        (Authority(account=CONTRACT.account_id, change="nobody may change its code any more"),),
    ),
    "cw20 transfer": (
        HUB,
        execute({"transfer": {"recipient": YOURS.text, "amount": "5"}}),
        (moved(YOURS.account_id, TOKEN),),
    ),
    "cw20 transfer from": (
        HUB,
        execute({"transfer_from": {"owner": YOURS.text, "recipient": MINE.text, "amount": "5"}}),
        (moved(MINE.account_id, TOKEN, source=YOURS.account_id),),
    ),
    "cw20 send": (
        HUB,
        execute({"send": {"contract": YOURS.text, "amount": "5", "msg": INNER}}),
        (
            moved(YOURS.account_id, TOKEN),
            Opaque(why=f"tells {YOURS.account_id}, which gets the tokens", data=b'{"swap":{}}'),
        ),
    ),
    "cw20 send from": (
        HUB,
        execute({"send_from": {"owner": YOURS.text, "contract": MINE.text, "amount": "5", "msg": INNER}}),
        (
            moved(MINE.account_id, TOKEN, source=YOURS.account_id),
            Opaque(why=f"tells {MINE.account_id}, which gets the tokens", data=b'{"swap":{}}'),
        ),
    ),
    "cw20 burn": (HUB, execute({"burn": {"amount": "5"}}), (moved("", TOKEN),)),
    "cw20 burn from": (
        HUB,
        execute({"burn_from": {"owner": YOURS.text, "amount": "5"}}),
        (moved("", TOKEN, source=YOURS.account_id),),
    ),
    "cw20 increase allowance": (
        HUB,
        execute(
            {
                "increase_allowance": {
                    "spender": YOURS.text,
                    "amount": "5",
                    "expires": {"at_time": "2000000000000000000"},
                }
            }
        ),
        (
            Approve(
                asset=TOKEN,
                amount=None,
                spender=YOURS.account_id,
                source=MINE.account_id,
                until=2_000_000_000,
            ),
            Call(
                target=CONTRACT.account_id,
                name="increase_allowance",
                arguments=(
                    ("spender", YOURS.text),
                    ("amount", "5"),
                    ("expires", "{'at_time': '2000000000000000000'}"),
                ),
            ),
        ),
    ),
    "cw20 decrease allowance": (
        HUB,
        execute({"decrease_allowance": {"spender": YOURS.text, "amount": "5"}}),
        (
            Call(
                target=CONTRACT.account_id,
                name="decrease_allowance",
                arguments=(("spender", YOURS.text), ("amount", "5")),
            ),
        ),
    ),
    "cw20 mint": (
        HUB,
        execute({"mint": {"recipient": YOURS.text, "amount": "5"}}),
        (moved(YOURS.account_id, TOKEN, source=""),),
    ),
    "cw20 update minter": (
        HUB,
        execute({"update_minter": {"new_minter": YOURS.text}}),
        (Authority(account=CONTRACT.account_id, change=f"its tokens are made by {YOURS.account_id}"),),
    ),
    "cw721 transfer": (
        HUB,
        execute({"transfer_nft": {"recipient": YOURS.text, "token_id": "a/1"}}),
        (moved(YOURS.account_id, f"{PIECE}/a%2F1", 1),),
    ),
    "cw721 send": (
        HUB,
        execute({"send_nft": {"contract": YOURS.text, "token_id": "1", "msg": INNER}}),
        (
            moved(YOURS.account_id, f"{PIECE}/1", 1),
            Opaque(why=f"tells {YOURS.account_id}, which gets the tokens", data=b'{"swap":{}}'),
        ),
    ),
    "cw721 approve": (
        HUB,
        execute({"approve": {"spender": YOURS.text, "token_id": "1"}}),
        (Approve(asset=f"{PIECE}/1", amount=1, spender=YOURS.account_id, source=MINE.account_id),),
    ),
    "cw721 revoke": (
        HUB,
        execute({"revoke": {"spender": YOURS.text, "token_id": "1"}}),
        (Approve(asset=f"{PIECE}/1", amount=0, spender=YOURS.account_id, source=MINE.account_id),),
    ),
    "cw721 approve all": (
        HUB,
        execute({"approve_all": {"operator": YOURS.text}}),
        (Approve(asset=PIECE, amount=None, spender=YOURS.account_id, source=MINE.account_id),),
    ),
    "cw721 revoke all": (
        HUB,
        execute({"revoke_all": {"operator": YOURS.text}}),
        (Approve(asset=PIECE, amount=0, spender=YOURS.account_id, source=MINE.account_id),),
    ),
    "cw721 burn": (HUB, execute({"burn": {"token_id": "1"}}), (moved("", f"{PIECE}/1", 1),)),
    "terra classic execute": (
        TERRA,
        terra.MsgExecuteContract(
            sender=here(TERRA),
            contract=here(TERRA, YOU),
            execute_msg=told({"transfer": {"recipient": here(TERRA), "amount": "5"}}),
            coins=(Coin(denom="uusd", amount=6),),
        ),
        (
            Transfer(
                asset="cosmos:columbus-5/native:uusd",
                amount=6,
                source=TERRA.account_id(here(TERRA)),
                destination=TERRA.account_id(here(TERRA, YOU)),
            ),
            Transfer(
                asset=f"cosmos:columbus-5/cw20:{here(TERRA, YOU)}",
                amount=5,
                source=TERRA.account_id(here(TERRA)),
                destination=TERRA.account_id(here(TERRA)),
            ),
        ),
    ),
    "thorchain send": (
        THORCHAIN,
        thorchain.MsgSend(
            from_address=here(THORCHAIN),
            to_address=here(THORCHAIN, YOU),
            amount=(Coin(denom="rune", amount=5),),
        ),
        (
            moved(
                THORCHAIN.account_id(here(THORCHAIN, YOU)),
                "cosmos:thorchain-1/slip44:931",
                source=THORCHAIN.account_id(here(THORCHAIN)),
            ),
        ),
    ),
    "thorchain deposit: swap": (
        THORCHAIN,
        thorchain.MsgDeposit(
            coins=(thorchain.AssetCoin(asset=thorchain.Asset(chain="THOR", symbol="RUNE", ticker="RUNE"), amount=5),),
            memo="=:DOGE.DOGE:DNhRF1h8J4ZnB1bxp9kaqhVLYetkx1nSJ5::tr:0",
            signer=here(THORCHAIN),
        ),
        (
            moved(ASGARD, "cosmos:thorchain-1/slip44:931", source=THORCHAIN.account_id(here(THORCHAIN))),
            Call(
                target=ASGARD,
                name="swap",
                arguments=(
                    ("asset", "DOGE.DOGE"),
                    ("destination", "DNhRF1h8J4ZnB1bxp9kaqhVLYetkx1nSJ5"),
                    ("rest", ":tr:0"),
                ),
            ),
            moved(
                "cosmos:thorchain-1:swap.DNhRF1h8J4ZnB1bxp9kaqhVLYetkx1nSJ5",
                "cosmos:thorchain-1/swap:DOGE%2EDOGE",
                amount=None,
                source=ASGARD,
            ),
        ),
    ),
    "thorchain deposit: other memos": (
        THORCHAIN,
        thorchain.MsgDeposit(
            coins=(
                thorchain.AssetCoin(
                    asset=thorchain.Asset(chain="BTC", symbol="BTC", ticker="BTC", synth=True), amount=5
                ),
            ),
            memo="BOND:thor1x",
            signer=here(THORCHAIN),
        ),
        (
            moved(ASGARD, "cosmos:thorchain-1/native:btc%2Fbtc", source=THORCHAIN.account_id(here(THORCHAIN))),
            Opaque(why="a memo that THORChain acts on", data=b"BOND:thor1x"),
        ),
    ),
    "stride liquid stake": (
        STRIDE,
        stride.MsgLiquidStake(creator=here(STRIDE), amount=5, host_denom="uatom"),
        (
            Call(
                target=STRIDE.account_id(here(STRIDE)),
                name="MsgLiquidStake",
                arguments=(("amount", "5"), ("host_denom", "uatom")),
            ),
            Opaque(why="5 of the coin that stands for uatom are staked"),
        ),
    ),
    "stride redeem": (
        STRIDE,
        stride.MsgRedeemStake(creator=here(STRIDE), amount=5, host_zone="cosmoshub-4", receiver=MINE.text),
        (
            Call(
                target=STRIDE.account_id(here(STRIDE)),
                name="MsgRedeemStake",
                arguments=(("amount", "5"), ("host_zone", "cosmoshub-4"), ("receiver", MINE.text)),
            ),
            Opaque(why=f"5 of the token for stake on cosmoshub-4 are given; {MINE.text} gets the coins"),
        ),
    ),
    "token factory create": (
        OSMOSIS,
        tokenfactory.MsgCreateDenom(sender=here(OSMOSIS), subdenom="x"),
        (
            Call(target=OSMOSIS.account_id(here(OSMOSIS)), name="MsgCreateDenom", arguments=(("subdenom", "x"),)),
            FeeEffect(asset=OSMOSIS.asset, at_most=None, payer=OSMOSIS.account_id(here(OSMOSIS))),
        ),
    ),
    "token factory mint": (
        OSMOSIS,
        tokenfactory.MsgMint(
            sender=here(OSMOSIS), amount=Coin(denom="factory/a/x", amount=5), mint_to_address=here(OSMOSIS, YOU)
        ),
        (moved(OSMOSIS.account_id(here(OSMOSIS, YOU)), "cosmos:osmosis-1/native:factory%2Fa%2Fx", source=""),),
    ),
    "token factory burn": (
        OSMOSIS,
        tokenfactory.MsgBurn(sender=here(OSMOSIS), amount=Coin(denom="factory/a/x", amount=5)),
        (moved("", "cosmos:osmosis-1/native:factory%2Fa%2Fx", source=OSMOSIS.account_id(here(OSMOSIS))),),
    ),
    "token factory change admin": (
        OSMOSIS,
        tokenfactory.MsgChangeAdmin(sender=here(OSMOSIS), denom="factory/a/x", new_admin=here(OSMOSIS, YOU)),
        (
            Authority(
                account=OSMOSIS.account_id(here(OSMOSIS)),
                change=f"factory/a/x is made by {OSMOSIS.account_id(here(OSMOSIS, YOU))}",
            ),
        ),
    ),
    "greenfield transfer out": (
        GREENFIELD,
        greenfield.MsgTransferOut(
            from_address=here(GREENFIELD), to=here(GREENFIELD, YOU), amount=Coin(denom="BNB", amount=5)
        ),
        (
            moved(
                f"{GREENFIELD.caip2}:bridge.{here(GREENFIELD, YOU)}",
                GREENFIELD.asset,
                source=GREENFIELD.account_id(here(GREENFIELD)),
            ),
            FeeEffect(asset=GREENFIELD.asset, at_most=None, payer=GREENFIELD.account_id(here(GREENFIELD))),
        ),
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_effects(kind: str) -> None:
    row, message, effects = CASES[kind]
    assert message.effects(row) == effects


@pytest.mark.parametrize("kind", CASES)
def test_transactions_hold_messages_and_give_them_again(kind: str) -> None:
    row, message, effects = CASES[kind]
    for mode in (SignMode.DIRECT, SignMode.LEGACY_AMINO_JSON, SignMode.EIP_712):
        try:
            made = transaction(row, message, mode)
        except TransactionError:
            continue
        again: Any = row.decode_transaction(made.raw)
        assert again == made
        assert again.messages == (message,)
        assert again.effects()[: len(effects)] == effects
        assert again.requests()[0].payload == made.requests()[0].payload
        break
    else:
        pytest.fail("expected a mode in which it is signed")


def test_coins_for_the_module_of_thorchain_are_a_deposit_by_the_memo() -> None:
    """thornode, handler_send.go: a MsgSend to the account of the module "thorchain" is handled as a MsgDeposit."""

    def told(to: str, *, nested: bool = False) -> tuple[Effect, ...]:
        coins = (Coin(denom="rune", amount=5),)
        message: Any = MsgSend(from_address=here(THORCHAIN), to_address=to, amount=coins)
        if nested:
            message = authz.MsgExec(grantee=here(THORCHAIN), msgs=(message,))
        made: Any = replace(transaction(THORCHAIN, message, SignMode.DIRECT), memo="=:BTC.BTC:somebody")
        return made.effects()  # type: ignore[no-any-return]

    acted_on = Opaque(why="a memo that THORChain acts on, as coins go to its module", data=b"=:BTC.BTC:somebody")
    assert acted_on in told(MODULE)
    assert acted_on in told(MODULE, nested=True)
    assert Statement(text="=:BTC.BTC:somebody", meaning="memo") in told(here(THORCHAIN, YOU))
    fees = [each for each in told(MODULE) if isinstance(each, FeeEffect)]
    assert [each.at_most for each in fees] == [1, None]  # what is offered, and what the network takes for a message


def test_what_cannot_be_seen_in_a_memo_of_ibc_is_opaque() -> None:
    told = replace(TRANSFER, memo="pay\u202eback").effects(HUB)
    assert told[-1] == Opaque(why="a memo with characters that cannot be seen", data="pay\u202eback".encode())


def transaction(row: CosmosChain, message: Any, mode: SignMode) -> Transaction:
    return Transaction(
        chain=row,
        messages=(message,),
        fee=Fee(amount=(Coin(denom=row.denom, amount=1),), gas_limit=1),
        signers=(Signer(key=ME.public_key, account_number=7, sequence=3, mode=mode),),
    )


def amino(*messages: Any, **fields: Any) -> str:
    body = Body(messages=messages, memo="memo", timeout_height=1)
    paid = Fee(amount=(), gas_limit=0)
    return sign_doc(body, paid, chain_id="foo", account_number=1, sequence=1, names={}, **fields).decode()


def test_authorizations_have_the_json_of_nodes() -> None:
    """Cosmos SDK, x/authz/msgs_test.go, TestAminoJSON."""
    expiration = Timestamp(seconds=-62_135_589_539, nanos=1)  # 0001-01-01T02:01:01.000000001Z
    rest = '"expiration":"0001-01-01T02:01:01.000000001Z"},"grantee":"cosmos1def","granter":"cosmos1abc"}}]'
    head = (
        '{"account_number":"1","chain_id":"foo","fee":{"amount":[],"gas":"0"},"memo":"memo","msgs":'
        '[{"type":"cosmos-sdk/MsgGrant","value":{"grant":{"authorization":'
    )
    tail = ',"sequence":"1","timeout_height":"1"}'
    stake = Coin(denom="stake", amount=1000)
    listed = authz.Validators(address=("cosmosvaloper1xcy3els9ua75kdm783c3qu0rfa2eples6eavqq",))
    cases: tuple[tuple[Any, Timestamp | None, str], ...] = (
        (
            authz.GenericAuthorization(msg="/cosmos.bank.v1beta1.MsgSend"),
            expiration,
            '{"type":"cosmos-sdk/GenericAuthorization","value":{"msg":"/cosmos.bank.v1beta1.MsgSend"}},' + rest,
        ),
        (
            authz.SendAuthorization(spend_limit=(stake,)),
            expiration,
            '{"type":"cosmos-sdk/SendAuthorization","value":{"spend_limit":[{"amount":"1000","denom":"stake"}]}},'
            + rest,
        ),
        (
            authz.StakeAuthorization(
                max_tokens=stake, allow_list=listed, authorization_type=authz.AuthorizationType.DELEGATE
            ),
            None,
            '{"type":"cosmos-sdk/StakeAuthorization","value":{"Validators":{"type":"cosmos-sdk/StakeAuthorization/'
            'AllowList","value":{"allow_list":{"address":["cosmosvaloper1xcy3els9ua75kdm783c3qu0rfa2eples6eavqq"]}}},'
            '"authorization_type":1,"max_tokens":{"amount":"1000","denom":"stake"}}}},"grantee":"cosmos1def",'
            '"granter":"cosmos1abc"}}]',
        ),
    )
    for authorization, until, expected in cases:
        grant = authz.Grant(authorization=authorization, expiration=until)
        message = authz.MsgGrant(granter="cosmos1abc", grantee="cosmos1def", grant=grant)
        assert amino(message) == head + expected + tail
        assert table.from_named(table.to_named(message, {}), {}) == message
    inner = MsgSend(from_address="cosmos1ghi", to_address="cosmos1jkl", amount=())
    assert amino(authz.MsgExec(grantee="cosmos1def", msgs=(inner,))) == (
        '{"account_number":"1","chain_id":"foo","fee":{"amount":[],"gas":"0"},"memo":"memo","msgs":'
        '[{"type":"cosmos-sdk/MsgExec","value":{"grantee":"cosmos1def","msgs":[{"type":"cosmos-sdk/MsgSend",'
        '"value":{"amount":[],"from_address":"cosmos1ghi","to_address":"cosmos1jkl"}}]}}],'
        '"sequence":"1","timeout_height":"1"}'
    )


def test_executions_within_executions_are_told_to_a_depth() -> None:
    message: Any = FROM_YOU
    for _ in range(9):
        message = authz.MsgExec(grantee=MINE.text, msgs=(message,))
    (found,) = message.effects(HUB)
    assert found == Opaque(why="executions within executions", data=found.data)
    assert isinstance(message.msgs[0].effects(HUB)[0], Transfer)


@pytest.mark.parametrize(
    "document",
    [
        {"transfer": {"recipient": "cosmos1x", "amount": "05"}},
        {"transfer": {"recipient": "cosmos1x", "amount": 5}},
        {"transfer": {"recipient": "cosmos1x", "amount": str(1 << 128)}},
        {"transfer": {"recipient": "cosmos1x", "amount": "5", "more": 1}},
        {"transfer": {"recipient": "cosmos1x"}},
        {"transfer": {"recipient": 1, "amount": "5"}},
        {"transfer": {"recipient": "cosmos1x\u202e", "amount": "5"}},
        {"transfer": {"recipient": "cosmos1x", "amount": "5"}, "burn": {"amount": "1"}},
        {"transfer": []},
        {"approve": {"spender": "cosmos1x"}},
        [],
        "transfer",
    ],
)
def test_contracts_that_are_told_something_else_are_opaque(document: Any) -> None:
    (found,) = execute(document).effects(HUB)
    assert isinstance(found, Opaque)
    assert found.data == told(document)


@pytest.mark.parametrize("msg", [b"", b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 100, b"NaN"])
def test_what_is_no_json_is_opaque_and_has_no_amino_json(msg: bytes) -> None:
    message = wasm.MsgExecuteContract(sender=MINE.text, contract=CONTRACT.text, msg=msg)
    (found,) = message.effects(HUB)
    assert isinstance(found, Opaque)
    with pytest.raises(DecodingError):
        table.to_named(message, {})


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), 10**30])
def test_CO1_numbers_that_nodes_would_write_otherwise_are_not_signed_as_json(value: Any) -> None:
    """Go reads JSON in a message as float64 before it sorts it: what is signed and what is done would differ."""
    message = execute({"a": [value]})
    with pytest.raises(TransactionError):
        transaction(HUB, message, SignMode.LEGACY_AMINO_JSON)
    transaction(HUB, message, SignMode.DIRECT)
    with pytest.raises(DecodingError):
        table.from_named({"type": "wasm/MsgExecuteContract", "value": {"msg": {"a": value}}}, {})


def test_CO1_a_zero_below_zero_is_not_signed_as_json() -> None:
    """Go writes -0 as it is, Python as 0; in a text it is no number."""
    with pytest.raises(TransactionError):
        transaction(HUB, replace(execute({}), msg=b'{"a":[-0]}'), SignMode.LEGACY_AMINO_JSON)
    transaction(HUB, replace(execute({}), msg=b'{"a":"\\"-0"}'), SignMode.LEGACY_AMINO_JSON)


def test_CO1_json_within_a_message_is_signed_sorted_and_sent_as_it_is() -> None:
    message = replace(execute({}), msg=b'{"b": 1, "a": "<"}')
    made = transaction(HUB, message, SignMode.LEGACY_AMINO_JSON)
    assert b'"msg":{"a":"\\u003c","b":1}' in made.requests()[0].payload
    assert message.msg in made.raw


def test_who_may_make_contracts_has_two_forms_in_json_and_is_signed_directly() -> None:
    config = wasm.AccessConfig(permission=wasm.AccessType.NOBODY)
    message = wasm.MsgStoreCode(sender=MINE.text, wasm_byte_code=b"\0asm", instantiate_permission=config)
    with pytest.raises(TransactionError):
        transaction(HUB, message, SignMode.LEGACY_AMINO_JSON)
    assert transaction(HUB, message, SignMode.DIRECT).raw


def test_lists_of_validators_are_of_one_kind() -> None:
    listed = authz.Validators(address=())
    with pytest.raises(DecodingError):
        authz.StakeAuthorization(
            allow_list=listed, deny_list=listed, authorization_type=authz.AuthorizationType.DELEGATE
        )
    documents: tuple[Any, ...] = (
        {"Validators": {"type": "x", "value": {}}},
        {"Validators": {"type": "cosmos-sdk/StakeAuthorization/AllowList", "value": {"deny_list": {"address": []}}}},
        {"authorization_type": 9},
        {"authorization_type": True},
        {"other": 1},
        [],
    )
    for value in documents:
        with pytest.raises(DecodingError):
            table.from_named({"type": "cosmos-sdk/StakeAuthorization", "value": value}, {})


def test_SG30_accounts_of_thorchain_are_its_own() -> None:
    for wrong in (MINE.text, here(THORCHAIN).upper(), "thor1x", ""):
        message = thorchain.MsgSend(from_address=wrong, to_address=here(THORCHAIN), amount=())
        with pytest.raises((TransactionError, DecodingError)):
            transaction(THORCHAIN, message, SignMode.DIRECT)
    raw = thorchain.MsgSend.shape.codec
    for size in (0, 19, 33):
        with pytest.raises(DecodingError):
            raw.decode(b"\x0a" + bytes((size,)) + bytes(size) + b"\x12\x14" + bytes(20))


def test_receivers_behind_a_channel_are_escaped() -> None:
    place = ibc.place_of(HUB, "transfer", "channel-0", "osmo1x/y:z.é")
    assert place == "cosmos:cosmoshub-4:transfer.channel-0.osmo1x%2Fy%3Az%2E%C3%A9"
