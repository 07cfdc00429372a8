"""Random messages of Cosmos chains beside cosmjs-types, Keplr's types and stridejs, in protobuf and amino JSON.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any

from support.oracles import JSON, compared, locked, number
from walletcore.chains.cosmos import CHAINS
from walletcore.chains.cosmos.messages import (
    authz,
    crisis,
    distribution,
    feegrant,
    gov,
    gov_v1,
    greenfield,
    ibc,
    slashing,
    stride,
    table,
    terra,
    thorchain,
    tokenfactory,
    vesting,
    wasm,
)
from walletcore.chains.cosmos.messages.bank import MsgSend
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.shape import Described
from walletcore.chains.cosmos.messages.times import Duration, Timestamp
from walletcore.coding.text import bech32, from_words

HUB = next(row for row in CHAINS if row.name == "cosmoshub")
THORCHAIN = next(row for row in CHAINS if row.name == "thorchain")
TEXTS = ("", "a", "ä", '"', "\\", "\n", "<b>&</b>", "\u2028", "雪", "\U0001f600", "a text of some length " * 20)
DENOMS = ("uatom", "uosmo", "ibc/" + "0123456789ABCDEF" * 4, "factory/osmo1abc/x_y", "gamm/pool/1", "a.b:c-d")
WORDS = ("transfer", "send", "amount", "recipient", "swap", "x")


def who(random: Random) -> str:
    return HUB.account(random.randbytes(random.choice((20, 20, 20, 32)))).text


def operator(random: Random) -> str:
    return HUB.validator(random.randbytes(20)).text


def u64(random: Random) -> int:
    """A number that cosmjs-types writes: 2^31 to 2^32-1 become other bytes there."""
    made = number(random, 1 << 64)
    return made if made >> 31 != 1 else made - (1 << 31)


def coin(random: Random) -> Coin:
    return Coin(denom=random.choice(DENOMS), amount=number(random, 1 << 256))


def coins(random: Random) -> tuple[Coin, ...]:
    return tuple(coin(random) for _ in range(random.choice((0, 1, 1, 2, 3))))


def text(random: Random) -> str:
    return random.choice(TEXTS)


def moment(random: Random) -> Timestamp | None:
    return random.choice((None, Timestamp(seconds=u64(random) % ((1 << 31) - 1) + 1)))


def document(random: Random, depth: int = 0) -> Any:
    """JSON as contracts are told it."""
    kind = random.randrange(7 if depth < 4 else 4)
    if kind == 0:
        return text(random)
    if kind == 1:
        return random.choice((0, 1, -1, 2**53 - 1, 1 - 2**53, random.getrandbits(40)))
    if kind in (2, 3):
        return random.choice((True, False, None))
    if kind == 4:
        return [document(random, depth + 1) for _ in range(random.randrange(4))]
    return {random.choice(WORDS + TEXTS): document(random, depth + 1) for _ in range(random.randrange(4))}


def told(random: Random) -> bytes:
    separators = random.choice(((",", ":"), (", ", ": ")))
    made = json.dumps(document(random), ensure_ascii=random.random() < 0.5, separators=separators)
    return made.encode()


def option(random: Random) -> gov.VoteOption:
    return random.choice(list(gov.VoteOption)[1:])  # nodes refuse the first


def send(random: Random) -> MsgSend:
    return MsgSend(from_address=who(random), to_address=who(random), amount=coins(random))


def vote(random: Random) -> gov.MsgVote:
    return gov.MsgVote(proposal_id=u64(random), voter=who(random), option=option(random))


def basic(random: Random) -> feegrant.BasicAllowance:
    return feegrant.BasicAllowance(spend_limit=coins(random), expiration=moment(random))


def periodic(random: Random) -> feegrant.PeriodicAllowance:
    return feegrant.PeriodicAllowance(
        basic=basic(random),
        period=Duration(seconds=u64(random) % (1 << 31), nanos=number(random, 10**9)),
        period_spend_limit=coins(random),
        period_can_spend=coins(random),
        period_reset=moment(random) or Timestamp(seconds=1),
    )


def allowed(random: Random) -> feegrant.AllowedMsgAllowance:
    urls = random.sample(("/cosmos.bank.v1beta1.MsgSend", "/a", "/b"), random.randint(1, 3))
    return feegrant.AllowedMsgAllowance(
        allowance=random.choice((basic, periodic))(random), allowed_messages=tuple(urls)
    )


def granted(random: Random) -> Any:
    kind = random.randrange(3)
    if kind == 0:
        return authz.GenericAuthorization(msg=random.choice(("/cosmos.bank.v1beta1.MsgSend", "/a.b.C")))
    if kind == 1:
        listed = tuple(who(random) for _ in range(random.randint(1, 3)))
        return authz.SendAuthorization(spend_limit=coins(random), allow_list=listed)
    lists = random.choice(("allow_list", "deny_list"))
    return authz.StakeAuthorization(
        max_tokens=random.choice((None, coin(random))),
        authorization_type=random.choice(list(authz.AuthorizationType)),
        **{lists: authz.Validators(address=tuple(operator(random) for _ in range(random.randrange(3))))},
    )


def config(random: Random) -> wasm.AccessConfig | None:
    listed = tuple(who(random) for _ in range(random.randrange(3)))
    made = wasm.AccessConfig(permission=random.choice(list(wasm.AccessType)), addresses=listed)
    return random.choice((None, made))


UNJUDGED = ("/types.", "/terra.", "/osmosis.tokenfactory.", "/greenfield.")
"""Of these messages none of the others has amino JSON."""
COMMISSION, UNJAIL = "/cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission", "/cosmos.slashing.v1beta1.MsgUnjail"
"""Of these two they have a name that nodes do not have, as the protobuf files of the Cosmos SDK say: `amino.name` is
cosmos-sdk/MsgWithdrawValCommission, and `amino.field_name` of `validator_addr` is address."""
MAKE: dict[str, Callable[[Random], Described]] = {
    "gov submit": lambda r: gov.MsgSubmitProposal(
        content=gov.TextProposal(title=text(r) or "t", description=text(r) or "d"),
        initial_deposit=coins(r),
        proposer=who(r),
    ),
    "gov vote": vote,
    "gov weighted vote": lambda r: gov.MsgVoteWeighted(
        proposal_id=u64(r),
        voter=who(r),
        options=tuple(
            gov.WeightedVoteOption(option=option(r), weight=number(r, 10**18 - 1) + 1) for _ in range(r.randint(1, 4))
        ),
    ),
    "gov deposit": lambda r: gov.MsgDeposit(proposal_id=u64(r), depositor=who(r), amount=coins(r)),
    "gov v1 submit": lambda r: gov_v1.MsgSubmitProposal(
        messages=tuple(r.choice((send, vote))(r) for _ in range(r.randint(1, 3))),
        initial_deposit=coins(r),
        proposer=who(r),
        metadata=text(r),
        title=text(r),
        summary=text(r),
    ),
    "gov v1 vote": lambda r: gov_v1.MsgVote(proposal_id=u64(r), voter=who(r), option=option(r), metadata=text(r)),
    "gov v1 weighted vote": lambda r: gov_v1.MsgVoteWeighted(
        proposal_id=u64(r),
        voter=who(r),
        options=tuple(
            gov_v1.WeightedVoteOption(option=option(r), weight=r.choice(("0.5", "1", "0.250000000000000000")))
            for _ in range(r.randint(1, 4))
        ),
        metadata=text(r),
    ),
    "gov v1 deposit": lambda r: gov_v1.MsgDeposit(proposal_id=u64(r), depositor=who(r), amount=coins(r)),
    "gov v1 cancel": lambda r: gov_v1.MsgCancelProposal(proposal_id=u64(r), proposer=who(r)),
    "ibc transfer": lambda r: ibc.MsgTransfer(
        source_port=r.choice(("transfer", "wasm.cosmos1abc")),
        source_channel=f"channel-{number(r, 1000)}",
        token=coin(r),
        sender=who(r),
        receiver=r.choice((who(r), "osmo1abc", "pfm")),
        timeout_height=ibc.Height(revision_number=u64(r), revision_height=u64(r)),
        timeout_timestamp=u64(r),
        memo=r.choice((text(r), told(r).decode())),
    ),
    "authz grant": lambda r: authz.MsgGrant(
        granter=who(r), grantee=who(r), grant=authz.Grant(authorization=granted(r), expiration=moment(r))
    ),
    "authz revoke": lambda r: authz.MsgRevoke(
        granter=who(r), grantee=who(r), msg_type_url="/cosmos.bank.v1beta1.MsgSend"
    ),
    "authz exec": lambda r: authz.MsgExec(grantee=who(r), msgs=executed(r, 0)),
    "feegrant grant": lambda r: feegrant.MsgGrantAllowance(
        granter=who(r), grantee=who(r), allowance=r.choice((basic, periodic, allowed))(r)
    ),
    "feegrant revoke": lambda r: feegrant.MsgRevokeAllowance(granter=who(r), grantee=who(r)),
    "feegrant prune": lambda r: feegrant.MsgPruneAllowances(pruner=who(r)),
    "wasm store": lambda r: wasm.MsgStoreCode(
        sender=who(r), wasm_byte_code=r.randbytes(r.randint(1, 300)), instantiate_permission=config(r)
    ),
    "wasm instantiate": lambda r: wasm.MsgInstantiateContract(
        sender=who(r),
        admin=r.choice(("", who(r))),
        code_id=u64(r) or 1,
        label=text(r) or "label",
        msg=told(r),
        funds=coins(r),
    ),
    "wasm instantiate2": lambda r: wasm.MsgInstantiateContract2(
        sender=who(r),
        admin=r.choice(("", who(r))),
        code_id=u64(r) or 1,
        label=text(r) or "label",
        msg=told(r),
        funds=coins(r),
        salt=r.randbytes(r.randint(1, 64)),
        fix_msg=r.random() < 0.5,
    ),
    "wasm execute": lambda r: wasm.MsgExecuteContract(sender=who(r), contract=who(r), msg=told(r), funds=coins(r)),
    "wasm migrate": lambda r: wasm.MsgMigrateContract(sender=who(r), contract=who(r), code_id=u64(r) or 1, msg=told(r)),
    "wasm update admin": lambda r: wasm.MsgUpdateAdmin(sender=who(r), new_admin=who(r), contract=who(r)),
    "wasm clear admin": lambda r: wasm.MsgClearAdmin(sender=who(r), contract=who(r)),
    "distribution spend": lambda r: distribution.MsgCommunityPoolSpend(
        authority=who(r), recipient=who(r), amount=coins(r)
    ),
    "distribution deposit": lambda r: distribution.MsgDepositValidatorRewardsPool(
        depositor=who(r), validator_address=operator(r), amount=coins(r)
    ),
    "distribution commission": lambda r: distribution.MsgWithdrawValidatorCommission(validator_address=operator(r)),
    "slashing unjail": lambda r: slashing.MsgUnjail(validator_addr=operator(r)),
    "crisis invariant": lambda r: crisis.MsgVerifyInvariant(
        sender=who(r), invariant_module_name=text(r), invariant_route=text(r)
    ),
    "vesting locked": lambda r: vesting.MsgCreatePermanentLockedAccount(
        from_address=who(r), to_address=who(r), amount=coins(r)
    ),
    "vesting periodic": lambda r: vesting.MsgCreatePeriodicVestingAccount(
        from_address=who(r),
        to_address=who(r),
        start_time=r.choice((0, 5, 1_700_000_000, (1 << 40) + 7)),
        vesting_periods=tuple(
            vesting.Period(length=number(r, (1 << 31) - 2) + 1, amount=coins(r)) for _ in range(r.randint(1, 3))
        ),
    ),
    "thorchain send": lambda r: thorchain.MsgSend(
        from_address=THORCHAIN.account(r.randbytes(20)).text,
        to_address=THORCHAIN.account(r.randbytes(20)).text,
        amount=coins(r),
    ),
    "thorchain deposit": lambda r: thorchain.MsgDeposit(
        coins=tuple(deposited(r) for _ in range(r.randrange(3))),
        memo=text(r),
        signer=THORCHAIN.account(r.randbytes(20)).text,
    ),
    "terra classic execute": lambda r: terra.MsgExecuteContract(
        sender=who(r), contract=who(r), execute_msg=told(r), coins=coins(r)
    ),
    "token factory create": lambda r: tokenfactory.MsgCreateDenom(sender=who(r), subdenom=text(r)),
    "token factory mint": lambda r: tokenfactory.MsgMint(
        sender=who(r), amount=coin(r), mint_to_address=r.choice(("", who(r)))
    ),
    "token factory burn": lambda r: tokenfactory.MsgBurn(
        sender=who(r), amount=coin(r), burn_from_address=r.choice(("", who(r)))
    ),
    "token factory change admin": lambda r: tokenfactory.MsgChangeAdmin(
        sender=who(r), denom=r.choice(DENOMS), new_admin=r.choice(("", who(r)))
    ),
    "greenfield transfer out": lambda r: greenfield.MsgTransferOut(
        from_address=who(r), to=who(r), amount=r.choice((None, coin(r)))
    ),
    "stride liquid stake": lambda r: stride.MsgLiquidStake(
        creator=who(r), amount=number(r, 1 << 256), host_denom=r.choice(DENOMS)
    ),
    "stride redeem": lambda r: stride.MsgRedeemStake(
        creator=who(r), amount=number(r, 1 << 256), host_zone="cosmoshub-4", receiver=who(r)
    ),
}


def deposited(random: Random) -> thorchain.AssetCoin:
    symbol = random.choice(("RUNE", "BTC", "USDC-0XA0B86991C6218B36C1D19D4A2E9EB0CE3606EB48"))
    asset = thorchain.Asset(
        chain=random.choice(("THOR", "BTC", "ETH")),
        symbol=symbol,
        ticker=symbol.partition("-")[0],
        synth=random.random() < 0.3,
        trade=random.random() < 0.3,
        secured=random.random() < 0.3,
    )
    return thorchain.AssetCoin(asset=asset, amount=number(random, 1 << 256), decimals=number(random, 100))


def executed(random: Random, depth: int) -> tuple[Described, ...]:
    kinds = [send, vote] + [lambda r: authz.MsgExec(grantee=who(r), msgs=executed(r, depth + 1))] * (depth < 3)
    return tuple(random.choice(kinds)(random) for _ in range(random.randint(1, 3)))


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)


def for_js(value: Any, *, is_part: bool = False) -> Any:
    """A value as ``fromJSON`` of cosmjs-types takes it; what stands in an Any with its URL."""
    if isinstance(value, tuple):
        return [for_js(each, is_part=is_part) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Described):
        made = {
            camel(name): for_js(each, is_part=name == "basic")
            for name in value.shape.fields
            if (each := getattr(value, name)) is not None
        }
        return {"typeUrl": value.shape.type_url, "json": made} if value.shape.type_url and not is_part else made
    return (
        int(value) if isinstance(value, gov.VoteOption | wasm.AccessType | authz.AuthorizationType) else str_of(value)
    )


def str_of(value: Any) -> Any:
    return str(value) if type(value) is int else value


def is_judged(message: Described) -> bool:
    """Whether the others' JSON is what nodes make.

    stridejs writes lists of validators in another way than they do, and they write who may make contracts in two.
    """
    if isinstance(message, authz.MsgGrant):
        return not isinstance(message.grant.authorization, authz.StakeAuthorization)
    if isinstance(message, wasm.MsgStoreCode):
        return message.instantiate_permission is None
    return not message.shape.type_url.startswith(UNJUDGED)


def made(random: Random) -> tuple[str, Described]:
    kind = random.choice(list(MAKE))
    return kind, MAKE[kind](random)


def ask(random: Random) -> JSON:
    kind, message = made(random)
    value = for_js(message, is_part=True)
    if message.shape.type_url.startswith("/types."):
        for name in {"fromAddress", "toAddress", "signer"} & value.keys():
            value[name] = base64.b64encode(from_words(bech32.decode(value[name])[1])).decode()
    is_json = is_judged(message)
    raw = message.shape.codec.encode(message).hex()
    named = table.to_named(message, {}) if is_json else None
    return {
        "kind": "message",
        "url": message.shape.type_url,
        "value": value,
        "json": is_json,
        "ours": {"kind": kind, "raw": raw, "amino": named},
    }


def check(case: JSON, verdict: JSON) -> list[str]:
    ours = case["ours"]
    assert verdict["raw"] == ours["raw"]
    kind = table.by_url(case["url"])
    assert kind is not None
    message = kind.shape.codec.decode(bytes.fromhex(ours["raw"]))
    assert message.shape.codec.encode(message).hex() == ours["raw"]
    row = THORCHAIN if case["url"].startswith("/types.") else HUB
    assert message.effects(row) or not getattr(message, "amount", None)
    if not case["json"]:
        return [ours["kind"]]
    (named,) = json.loads(verdict["amino"])["msgs"]
    if case["url"] == COMMISSION:
        assert named.pop("type") == "cosmos-sdk/MsgWithdrawValidatorCommission"
        named["type"] = "cosmos-sdk/MsgWithdrawValCommission"
    if case["url"] == UNJAIL:
        named["value"] = {"address": named["value"].pop("validator_addr")}
    assert named == ours["amino"]
    again = table.from_named(named, {})
    assert table.to_named(again, {}) == named
    return [ours["kind"], "amino"]


@locked
def test_random_messages_are_those_of_other_libraries(environment: str) -> None:
    compared("cosmjs_messages", "messages", environment, ask, check, kinds={*MAKE, "amino"})
