"""What each kind of message does, in the words that all chains have."""

from typing import Any

import pytest

from support.cosmos import HUB, ME, YOU
from walletcore.chains.cosmos.messages.bank import Input, MsgMultiSend, MsgSend, Output
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.crisis import MsgVerifyInvariant
from walletcore.chains.cosmos.messages.crypto import Ed25519Key
from walletcore.chains.cosmos.messages.distribution import (
    MsgCommunityPoolSpend,
    MsgDepositValidatorRewardsPool,
    MsgFundCommunityPool,
    MsgSetWithdrawAddress,
    MsgWithdrawDelegatorReward,
    MsgWithdrawValidatorCommission,
)
from walletcore.chains.cosmos.messages.slashing import MsgUnjail
from walletcore.chains.cosmos.messages.staking import (
    CommissionRates,
    Description,
    MsgBeginRedelegate,
    MsgCancelUnbondingDelegation,
    MsgCreateValidator,
    MsgDelegate,
    MsgEditValidator,
    MsgUndelegate,
)
from walletcore.chains.cosmos.messages.vesting import (
    MsgCreatePeriodicVestingAccount,
    MsgCreatePermanentLockedAccount,
    MsgCreateVestingAccount,
    Period,
)
from walletcore.effects import Authority, Call, Effect, Transfer

MINE, YOURS = (HUB.address(each.public_key) for each in (ME, YOU))
ONE, OTHER = HUB.validator(MINE.payload), HUB.validator(b"\2" * 20)
POOL = "cosmos:cosmoshub-4:cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl"
"""The account of the module distribution on the Hub, as explorers show it."""
FIVE = Coin(denom="uatom", amount=5)
PLACES: dict[str, Any] = {"delegator_address": MINE.text, "validator_address": OTHER.text, "amount": FIVE}


def moved(destination: str, amount: int | None = 5, source: str = MINE.account_id) -> Transfer:
    return Transfer(asset=HUB.asset, amount=amount, source=source, destination=destination)


def called(target: str, name: str, *arguments: tuple[str, str]) -> Call:
    return Call(target=target, name=name, arguments=arguments)


CASES: dict[str, tuple[Any, tuple[Effect, ...]]] = {
    "MsgSend": (
        MsgSend(from_address=MINE.text, to_address=YOURS.text, amount=(FIVE,)),
        (moved(YOURS.account_id),),
    ),
    "MsgMultiSend": (
        MsgMultiSend(
            inputs=(Input(address=MINE.text, coins=(Coin(denom="uatom", amount=12),)),),
            outputs=(
                Output(address=YOURS.text, coins=(FIVE,)),
                Output(address=MINE.text, coins=(Coin(denom="uatom", amount=7),)),
            ),
        ),
        (moved(YOURS.account_id), moved(MINE.account_id, 7)),
    ),
    "MsgDelegate": (MsgDelegate(**PLACES), (moved(OTHER.account_id),)),
    "MsgUndelegate": (
        MsgUndelegate(**PLACES),
        (called(OTHER.account_id, "MsgUndelegate", ("delegator", MINE.text), ("amount", "5uatom")),),
    ),
    "MsgBeginRedelegate": (
        MsgBeginRedelegate(
            delegator_address=MINE.text,
            validator_src_address=ONE.text,
            validator_dst_address=OTHER.text,
            amount=FIVE,
        ),
        (
            called(
                OTHER.account_id,
                "MsgBeginRedelegate",
                ("delegator", MINE.text),
                ("from", ONE.account_id),
                ("amount", "5uatom"),
            ),
        ),
    ),
    "MsgCancelUnbondingDelegation": (
        MsgCancelUnbondingDelegation(**PLACES, creation_height=7),
        (moved(OTHER.account_id),),
    ),
    "MsgCreateValidator": (
        MsgCreateValidator(
            description=Description(moniker="me"),
            commission=CommissionRates(rate=1, max_rate=2, max_change_rate=1),
            min_self_delegation=1,
            validator_address=ONE.text,
            pubkey=Ed25519Key(key=b"\7" * 32),
            value=FIVE,
        ),
        (
            moved(ONE.account_id),
            Authority(
                account=ONE.account_id,
                change=f"a validator is made, whose blocks are signed by the key {'07' * 32}",
            ),
        ),
    ),
    "MsgEditValidator": (
        MsgEditValidator(description=Description(moniker="me"), validator_address=ONE.text, commission_rate=10**17),
        (called(ONE.account_id, "MsgEditValidator", ("moniker", "me"), ("commission_rate", str(10**17))),),
    ),
    "MsgSetWithdrawAddress": (
        MsgSetWithdrawAddress(delegator_address=MINE.text, withdraw_address=YOURS.text),
        (Authority(account=MINE.account_id, change=f"its rewards are paid to {YOURS.account_id}"),),
    ),
    "MsgWithdrawDelegatorReward": (
        MsgWithdrawDelegatorReward(delegator_address=MINE.text, validator_address=OTHER.text),
        (called(OTHER.account_id, "MsgWithdrawDelegatorReward", ("delegator", MINE.text)),),
    ),
    "MsgWithdrawValidatorCommission": (
        MsgWithdrawValidatorCommission(validator_address=ONE.text),
        (called(ONE.account_id, "MsgWithdrawValidatorCommission"),),
    ),
    "MsgFundCommunityPool": (MsgFundCommunityPool(amount=(FIVE,), depositor=MINE.text), (moved(POOL),)),
    "MsgCommunityPoolSpend": (
        MsgCommunityPoolSpend(authority=MINE.text, recipient=YOURS.text, amount=(FIVE,)),
        (moved(YOURS.account_id, source=POOL),),
    ),
    "MsgDepositValidatorRewardsPool": (
        MsgDepositValidatorRewardsPool(depositor=MINE.text, validator_address=OTHER.text, amount=(FIVE,)),
        (moved(OTHER.account_id),),
    ),
    "MsgUnjail": (MsgUnjail(validator_addr=ONE.text), (called(ONE.account_id, "MsgUnjail"),)),
    "MsgVerifyInvariant": (
        MsgVerifyInvariant(sender=MINE.text, invariant_module_name="bank", invariant_route="total"),
        (called(POOL, "MsgVerifyInvariant", ("module", "bank"), ("route", "total")), moved(POOL, None)),
    ),
    "MsgCreateVestingAccount": (
        MsgCreateVestingAccount(
            from_address=MINE.text, to_address=YOURS.text, amount=(FIVE,), end_time=2_000_000_000, delayed=True
        ),
        (
            moved(YOURS.account_id),
            called(
                YOURS.account_id,
                "MsgCreateVestingAccount",
                ("until", "2033-05-18 03:33:20 UTC"),
                ("delayed", "True"),
            ),
        ),
    ),
    "MsgCreatePermanentLockedAccount": (
        MsgCreatePermanentLockedAccount(from_address=MINE.text, to_address=YOURS.text, amount=(FIVE,)),
        (moved(YOURS.account_id), called(YOURS.account_id, "MsgCreatePermanentLockedAccount")),
    ),
    "MsgCreatePeriodicVestingAccount": (
        MsgCreatePeriodicVestingAccount(
            from_address=MINE.text,
            to_address=YOURS.text,
            start_time=2_000_000_000,
            vesting_periods=(Period(length=60, amount=(FIVE,)), Period(length=60, amount=(FIVE,))),
        ),
        (
            moved(YOURS.account_id),
            moved(YOURS.account_id),
            called(
                YOURS.account_id,
                "MsgCreatePeriodicVestingAccount",
                ("from", "2033-05-18 03:33:20 UTC"),
                ("periods", "2"),
            ),
        ),
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_effects(kind: str) -> None:
    made, effects = CASES[kind]
    assert made.effects(HUB) == effects
    assert type(made).__name__ == kind
