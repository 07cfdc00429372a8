"""One rule on every chain: coins that are paid or staked are bounded by the same words, whatever their bytes are."""

from collections.abc import Callable
from typing import Any

import pytest

from support.guarded import BLOCKHASH, SOLANA, WALLET, refusal
from walletcore.chains import chain, cosmos, evm, solana, stellar, theta, tron, xrpl
from walletcore.chains.cosmos.messages.staking import MsgCancelUnbondingDelegation
from walletcore.effects import Fee
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, only_to
from walletcore.signing import sign

ETHEREUM, STELLAR = chain("ethereum", evm.Evm), chain("stellar", stellar.StellarChain)
TRON, XRPL = chain("tron", tron.TronChain), chain("xrpl", xrpl.XrplChain)
HUB, THETA = chain("cosmoshub", cosmos.CosmosChain), chain("theta", theta.ThetaChain)

# Of their issuers: Circle's lists of USDC, Tether's of USDT
ERC20 = ETHEREUM.parse_address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
MINT = SOLANA.parse_address("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")
ISSUER = STELLAR.parse_address("GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN")
TRC20 = TRON.parse_address("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
GATEWAY = XRPL.parse_address("rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B")  # xrpl.org's example of an issuer
DENOM = "ibc/" + "F6" * 32


def on_ethereum(amount: int) -> Any:
    to = ETHEREUM.account(b"\x42" * 20)
    return evm.Transaction(
        chain=ETHEREUM,
        sender=WALLET.public_key(ETHEREUM),
        to=ERC20,
        value=0,
        data=evm.erc20.transfer(to, amount),
        nonce=1,
        gas=60_000,
        max_fee=2,
        max_priority_fee=1,
    )


def on_solana(amount: int) -> Any:
    me, you = WALLET.address(SOLANA), WALLET.address(SOLANA, account=1)
    source, destination = (solana.associated_token_account(owner=owner, mint=MINT) for owner in (me, you))
    moved = solana.transfer_checked(
        source=source, mint=MINT, destination=destination, authority=me, amount=amount, decimals=6
    )
    return solana.Transaction.compile(chain=SOLANA, fee_payer=me, instructions=[moved], recent_blockhash=BLOCKHASH)


def on_stellar(amount: int) -> Any:
    asset = stellar.IssuedAsset(code="USDC", issuer=ISSUER)
    pay = stellar.Payment(destination=STELLAR.account(ISSUER.payload), asset=asset, amount=amount)
    return stellar.Transaction(chain=STELLAR, source=WALLET.address(STELLAR), fee=100, sequence=3, operations=(pay,))


def on_tron(amount: int) -> Any:
    me, you = WALLET.address(TRON), TRON.account(b"\x42" * 20)
    return of_tron(tron.TriggerSmartContract(owner_address=me, contract_address=TRC20, data=tron.transfer(you, amount)))


def of_tron(contract: Any) -> Any:
    return tron.Transaction(
        chain=TRON,
        contract=contract,
        signers=(WALLET.public_key(TRON),),
        ref_block_bytes=bytes(2),
        ref_block_hash=bytes(8),
        expiration=1,
        fee_limit=9,
    )


def on_the_xrp_ledger(amount: int) -> Any:
    fields = {
        "TransactionType": "Payment",
        "Account": WALLET.address(XRPL).text,
        "Destination": GATEWAY.text,
        "Amount": {"currency": "USD", "issuer": GATEWAY.text, "value": str(amount)},
        "Fee": "12",
        "Sequence": 1,
    }
    return xrpl.from_json(XRPL, fields, signer=WALLET.public_key(XRPL))


def on_cosmos(amount: int) -> Any:
    coins = (cosmos.Coin(denom=DENOM, amount=amount),)
    to = HUB.account(b"\x42" * 20).text
    return of_cosmos(cosmos.MsgSend(from_address=WALLET.address(HUB).text, to_address=to, amount=coins))


def of_cosmos(message: Any) -> Any:
    signer = cosmos.Signer(key=WALLET.public_key(HUB), account_number=1, sequence=2)
    return cosmos.Transaction(chain=HUB, messages=(message,), fee=cosmos.Fee(amount=(), gas_limit=9), signers=(signer,))


COINS: dict[str, tuple[Callable[[int], Any], str, int]] = {
    "ethereum": (on_ethereum, f"eip155:1/erc20:{ERC20.text}", 1),
    "solana": (on_solana, f"{SOLANA.caip2}/token:{MINT.text}", 1),
    "stellar": (on_stellar, f"stellar:pubnet/asset:USDC-{ISSUER.text}", 1),
    "tron": (on_tron, f"{TRON.caip2}/trc20:{TRC20.text}", 1),
    "xrpl": (on_the_xrp_ledger, f"xrpl:0/token:USD.{GATEWAY.text}", 10**15),
    "cosmoshub": (on_cosmos, f"{HUB.caip2}/ibc:{DENOM[4:]}", 1),
}


@pytest.mark.parametrize("name", COINS)
def test_one_rule_limits_a_stable_coin_wherever_it_is(name: str) -> None:
    make, asset, unit = COINS[name]
    row = make(1).chain
    guarded = guard(WALLET.signer(row), limit(asset, per_transaction=1_000 * unit), chains=[row])
    assert sign(make(1_000), guarded).raw
    assert refusal(sign, make(1_001), guarded).rule == "limit"


@pytest.mark.parametrize("name", COINS)
def test_a_limit_in_another_coin_says_nothing_of_it(name: str) -> None:
    make, _, _ = COINS[name]
    row = make(1).chain
    other = next(asset for other, (_, asset, _) in COINS.items() if other != name)
    guarded = guard(WALLET.signer(row), limit(other, per_transaction=0), chains=[row])
    assert sign(make(1_001), guarded).raw


# -- stake


OTHER = b"\x42" * 20
VALIDATOR = HUB.validator(OTHER).text


def delegated(amount: int) -> Any:
    coin = cosmos.Coin(denom="uatom", amount=amount)
    me = WALLET.address(HUB).text
    return of_cosmos(cosmos.MsgDelegate(delegator_address=me, validator_address=VALIDATOR, amount=coin))


def bonded_again(amount: int) -> Any:
    coin, me = cosmos.Coin(denom="uatom", amount=amount), WALLET.address(HUB).text
    return of_cosmos(
        MsgCancelUnbondingDelegation(delegator_address=me, validator_address=VALIDATOR, amount=coin, creation_height=5)
    )


def staked_on_theta(amount: int) -> Any:
    coins, me = theta.Coins(theta=amount, tfuel=0), WALLET.address(THETA)
    source = theta.Input(account=me, key=WALLET.public_key(THETA), sequence=1, coins=coins)
    return theta.DepositStake(chain=THETA, fee=9, source=source, holder=THETA.account(OTHER), purpose=0)


def frozen(amount: int) -> Any:
    return of_tron(tron.FreezeBalanceV2Contract(owner_address=WALLET.address(TRON), frozen_balance=amount))


def lent(amount: int) -> Any:
    me, you = WALLET.address(TRON), TRON.account(OTHER)
    return of_tron(tron.DelegateResourceContract(owner_address=me, balance=amount, receiver_address=you))


STAKES: dict[str, tuple[Callable[[int], Any], str]] = {
    "delegated on Cosmos": (delegated, HUB.account_id(VALIDATOR)),
    "bonded again on Cosmos": (bonded_again, HUB.account_id(VALIDATOR)),
    "deposited on Theta": (staked_on_theta, THETA.account(OTHER).account_id),
    "frozen on Tron": (frozen, WALLET.address(TRON).account_id),
    "frozen on Tron for somebody": (lent, TRON.account(OTHER).account_id),
}


@pytest.mark.parametrize("what", STAKES)
def test_one_rule_limits_what_is_staked_wherever_it_is(what: str) -> None:
    make, holder = STAKES[what]
    row = make(1).chain
    fees = [effect for effect in make(10**9).effects() if isinstance(effect, Fee) and effect.asset == row.asset]
    most = 10**9 + sum(effect.at_most or 0 for effect in fees)  # they count in the same coin
    guarded = guard(WALLET.signer(row), limit(row.asset, per_transaction=most), only_to([holder]), chains=[row])
    assert sign(make(10**9), guarded).raw
    assert refusal(sign, make(10**9 + 1), guarded).rule == "limit"
    nobody = guard(WALLET.signer(row), only_to([f"{row.caip2}:nobody"]), chains=[row])
    assert refusal(sign, make(1), nobody).rule == "only_to"


def test_no_limit_takes_what_freezes_an_unknown_amount_again() -> None:
    again = of_tron(tron.CancelAllUnfreezeV2Contract(owner_address=WALLET.address(TRON)))
    guarded = guard(WALLET.signer(TRON), limit(TRON.asset, per_transaction=10**18))
    assert refusal(sign, again, guarded).rule == "limit"


def test_what_comes_back_is_no_spending() -> None:
    me, you = WALLET.address(TRON), TRON.account(OTHER)
    for contract in (
        tron.UnfreezeBalanceV2Contract(owner_address=me, unfreeze_balance=10**9),
        tron.WithdrawExpireUnfreezeContract(owner_address=me),
        tron.UnDelegateResourceContract(owner_address=me, balance=10**9, receiver_address=you),
        tron.WithdrawBalanceContract(owner_address=me),
    ):
        guarded = guard(WALLET.signer(TRON), limit(TRON.asset, per_transaction=10**7))
        assert sign(of_tron(contract), guarded).raw


def test_votes_go_to_those_only_who_are_named() -> None:
    me, you, third = WALLET.address(TRON), TRON.account(OTHER), TRON.account(b"\x43" * 20)
    votes = tuple(tron.Vote(vote_address=each, vote_count=5) for each in (you, third))
    both = of_tron(tron.VoteWitnessContract(owner_address=me, votes=votes))
    assert sign(both, guard(WALLET.signer(TRON), only_to([you, third]))).raw
    assert refusal(sign, both, guard(WALLET.signer(TRON), only_to([you]))).rule == "only_to"
