"""Random transactions of Cosmos chains, as documents that other implementations read as well."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from support.evm import signer
from support.oracles import JSON
from support.oracles import number as any_number
from walletcore.chains import chain
from walletcore.chains.cosmos.chain import CosmosChain
from walletcore.chains.cosmos.messages import table
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.shape import Described
from walletcore.chains.cosmos.transaction import Transaction
from walletcore.chains.cosmos.tx import Fee
from walletcore.signers.local import LocalSigner

HUB = chain("cosmos:cosmoshub-4", CosmosChain)
OSMOSIS = chain("cosmos:osmosis-1", CosmosChain)
ME, YOU, ALICE = (signer(bytes([each]) * 32) for each in (1, 2, 3))
"""Signers of test keys: 32 times the same byte."""

DENOMS = ("uatom", "uosmo", "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2", "gamm/pool/1")
TEXTS = ("", "a memo", "<b>&amp;</b>", 'quote " and \\ and /', "line\nbreak\ttab", "é 漢 🚀", "\x01\x7f")


def number(random: Random, limit: int) -> int:
    """A number below a limit, but for those that cosmjs-types 0.11.0 writes wrongly: from 2^31 to 2^32-1."""
    found = any_number(random, limit)
    return found >> 1 if found >> 31 == 1 else found


def account(random: Random) -> str:
    """The address of an account, at times of 32 bytes."""
    return HUB.account(random.randbytes(random.choice((20, 20, 20, 32)))).text


def validator(random: Random) -> str:
    return HUB.validator(random.randbytes(20)).text


def coin(random: Random) -> JSON:
    return {"denom": random.choice(DENOMS), "amount": str(number(random, 1 << 128))}


def coins(random: Random) -> list[JSON]:
    return [coin(random) for _ in range(random.choice((0, 1, 1, 1, 2, 3)))]


def text(random: Random) -> str:
    return random.choice(TEXTS)


def filled(**members: Any) -> JSON:
    """What amino JSON has of a message: no empty texts, no zeros."""
    return {name: value for name, value in members.items() if value not in ("", "0", None, False)}


def description(random: Random) -> JSON:
    names = ("moniker", "identity", "website", "security_contact", "details")
    return filled(**{name: text(random) for name in names})


def decimal(random: Random) -> str:
    digits = str(number(random, 10**20)).rjust(19, "0")
    return f"{digits[:-18]}.{digits[-18:]}"


def created(random: Random, me: str, mine: str) -> JSON:
    return {
        "description": description(random),
        "commission": {name: decimal(random) for name in ("rate", "max_rate", "max_change_rate")},
        "min_self_delegation": str(number(random, 1 << 64)),
        "delegator_address": me,
        "validator_address": mine,
        "pubkey": {"type": "tendermint/PubKeyEd25519", "value": b64encode(random.randbytes(32)).decode()},
        "value": coin(random),
    }


def edited(random: Random, me: str, mine: str) -> JSON:
    return {"description": description(random), "validator_address": mine} | filled(
        commission_rate=random.choice((None, decimal(random))),
        min_self_delegation=random.choice((None, str(number(random, 1 << 64) or 1))),
    )


def periods(random: Random) -> list[JSON]:
    return [
        filled(length=str(number(random, 1 << 62))) | {"amount": coins(random)} for _ in range(random.choice((0, 1, 2)))
    ]


Value = Callable[[Random, str, str], JSON]
BANK, STAKING = "/cosmos.bank.v1beta1", "/cosmos.staking.v1beta1"
DISTRIBUTION, VESTING = "/cosmos.distribution.v1beta1", "/cosmos.vesting.v1beta1"
KINDS: dict[str, tuple[str, str, Value]] = {
    "MsgSend": (
        BANK,
        "cosmos-sdk/MsgSend",
        lambda r, me, mine: {"from_address": me, "to_address": account(r), "amount": coins(r)},
    ),
    "MsgMultiSend": (
        BANK,
        "cosmos-sdk/MsgMultiSend",
        lambda r, me, mine: {
            "inputs": [{"address": me, "coins": coins(r)}],
            "outputs": [{"address": account(r), "coins": coins(r)} for _ in range(r.choice((0, 1, 2)))],
        },
    ),
    "MsgDelegate": (
        STAKING,
        "cosmos-sdk/MsgDelegate",
        lambda r, me, mine: {"delegator_address": me, "validator_address": validator(r), "amount": coin(r)},
    ),
    "MsgUndelegate": (
        STAKING,
        "cosmos-sdk/MsgUndelegate",
        lambda r, me, mine: {"delegator_address": me, "validator_address": validator(r), "amount": coin(r)},
    ),
    "MsgBeginRedelegate": (
        STAKING,
        "cosmos-sdk/MsgBeginRedelegate",
        lambda r, me, mine: {
            "delegator_address": me,
            "validator_src_address": validator(r),
            "validator_dst_address": validator(r),
            "amount": coin(r),
        },
    ),
    "MsgCancelUnbondingDelegation": (
        STAKING,
        "cosmos-sdk/MsgCancelUnbondingDelegation",
        lambda r, me, mine: {
            "delegator_address": me,
            "validator_address": validator(r),
            "amount": coin(r),
            "creation_height": str(number(r, 1 << 62) or 1),
        },
    ),
    "MsgCreateValidator": (STAKING, "cosmos-sdk/MsgCreateValidator", created),
    "MsgEditValidator": (STAKING, "cosmos-sdk/MsgEditValidator", edited),
    "MsgSetWithdrawAddress": (
        DISTRIBUTION,
        "cosmos-sdk/MsgModifyWithdrawAddress",
        lambda r, me, mine: {"delegator_address": me, "withdraw_address": account(r)},
    ),
    "MsgWithdrawDelegatorReward": (
        DISTRIBUTION,
        "cosmos-sdk/MsgWithdrawDelegationReward",
        lambda r, me, mine: {"delegator_address": me, "validator_address": validator(r)},
    ),
    "MsgWithdrawValidatorCommission": (
        DISTRIBUTION,
        "cosmos-sdk/MsgWithdrawValCommission",
        lambda r, me, mine: {"validator_address": mine},
    ),
    "MsgFundCommunityPool": (
        DISTRIBUTION,
        "cosmos-sdk/MsgFundCommunityPool",
        lambda r, me, mine: {"amount": coins(r), "depositor": me},
    ),
    "MsgCommunityPoolSpend": (
        DISTRIBUTION,
        "cosmos-sdk/distr/MsgCommunityPoolSpend",
        lambda r, me, mine: {"authority": me, "recipient": account(r), "amount": coins(r)},
    ),
    "MsgDepositValidatorRewardsPool": (
        DISTRIBUTION,
        "cosmos-sdk/distr/MsgDepositValRewards",
        lambda r, me, mine: {"depositor": me, "validator_address": validator(r), "amount": coins(r)},
    ),
    "MsgUnjail": ("/cosmos.slashing.v1beta1", "cosmos-sdk/MsgUnjail", lambda r, me, mine: {"address": mine}),
    "MsgVerifyInvariant": (
        "/cosmos.crisis.v1beta1",
        "cosmos-sdk/MsgVerifyInvariant",
        lambda r, me, mine: {"sender": me} | filled(invariant_module_name=text(r), invariant_route=text(r)),
    ),
    "MsgCreateVestingAccount": (
        VESTING,
        "cosmos-sdk/MsgCreateVestingAccount",
        lambda r, me, mine: {
            "from_address": me,
            "to_address": account(r),
            "amount": coins(r),
            "end_time": str(number(r, 1 << 62) or 1),
            "delayed": True,
        },
    ),
    "MsgCreatePermanentLockedAccount": (
        VESTING,
        "cosmos-sdk/MsgCreatePermLockedAccount",
        lambda r, me, mine: {"from_address": me, "to_address": account(r), "amount": coins(r)},
    ),
    "MsgCreatePeriodicVestingAccount": (
        VESTING,
        "cosmos-sdk/MsgCreatePeriodVestAccount",
        lambda r, me, mine: (
            {"from_address": me, "to_address": account(r)}
            | filled(start_time=str(number(r, 1 << 62)))
            | {"vesting_periods": periods(r)}
        ),
    ),
}
"""Kinds of messages: their package, their name in amino JSON, and a random value there, signed by one account."""
COSMJS = tuple(  # those that CosmJS has converters for, with the name that nodes have
    kind
    for kind in KINDS
    if kind
    not in (
        "MsgCommunityPoolSpend",
        "MsgDepositValidatorRewardsPool",
        "MsgUnjail",
        "MsgVerifyInvariant",
        "MsgCreatePermanentLockedAccount",
        "MsgCreatePeriodicVestingAccount",
        "MsgWithdrawValidatorCommission",
    )
)


def document(random: Random, kind: str, key: LocalSigner) -> JSON:
    """A random message in amino JSON, which the account of this key must sign."""
    payload = HUB.address(key.public_key).payload
    _, name, value = KINDS[kind]
    return {"type": name, "value": value(random, HUB.account(payload).text, HUB.validator(payload).text)}


def in_protobuf(kind: str, given: JSON) -> JSON:
    """The same in the JSON of protobuf, with its type URL."""
    value = dict(given["value"])
    if "commission" in value:
        value["commission"] = {name: str(int(each.replace(".", ""))) for name, each in value["commission"].items()}
        value["pubkey"] = {"@type": "/cosmos.crypto.ed25519.PubKey", "key": value["pubkey"]["value"]}
    if "commission_rate" in value:
        value["commission_rate"] = str(int(value["commission_rate"].replace(".", "")))
    if kind == "MsgUnjail":
        value = {"validator_addr": value["address"]}
    return {"typeUrl": f"{KINDS[kind][0]}.{kind}", "json": value}


def in_camels(value: Any) -> Any:
    """JSON with the names that JavaScript has."""
    if isinstance(value, list):
        return [in_camels(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        "".join(part.title() if place else part for place, part in enumerate(name.split("_"))): in_camels(each)
        for name, each in value.items()
    }


def message(given: JSON) -> Described:
    """Our message of a document in amino JSON."""
    return table.from_named(given, {})


def fee(given: JSON) -> Fee:
    amount = tuple(Coin(denom=each["denom"], amount=int(each["amount"])) for each in given["amount"])
    return Fee(amount=amount, gas_limit=int(given["gas"]), payer=given["payer"], granter=given["granter"])


def asked_fee(random: Random, payer: str = "") -> JSON:
    granter = random.choice(("", "", account(random)))
    paid = {each["denom"]: str(int(each["amount"]) + 1) for each in coins(random)}  # cosmpy: sorted, and no zeros
    amount = [{"denom": denom, "amount": paid[denom]} for denom in sorted(paid)]
    return {"amount": amount, "gas": str(number(random, 1 << 64)), "payer": payer, "granter": granter}


def built(case: JSON, signers: Sequence[Any]) -> Transaction:
    """Our transaction of a case with documents in amino JSON."""
    return Transaction(
        chain=replace(HUB, chain_id=case["chain_id"]),
        messages=tuple(message(each) for each in case["documents"]),
        fee=fee(case["fee"]),
        signers=tuple(signers),
        memo=case["memo"],
        timeout_height=int(case["timeout_height"]),
    )
