"""One rule on every chain: a transfer of a stable coin is bounded by the same words, whatever its bytes are."""

from collections.abc import Callable
from typing import Any

import pytest

from support.guarded import BLOCKHASH, SOLANA, WALLET, refusal
from walletcore.chains import chain, cosmos, evm, solana, stellar, tron, xrpl
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit
from walletcore.signing import sign

ETHEREUM, STELLAR = chain("ethereum", evm.Evm), chain("stellar", stellar.StellarChain)
TRON, XRPL = chain("tron", tron.TronChain), chain("xrpl", xrpl.XrplChain)
HUB = chain("cosmoshub", cosmos.CosmosChain)

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
    call = tron.TriggerSmartContract(owner_address=me, contract_address=TRC20, data=tron.transfer(you, amount))
    return tron.Transaction(
        chain=TRON,
        contract=call,
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
    sent = cosmos.MsgSend(from_address=WALLET.address(HUB).text, to_address=to, amount=coins)
    signer = cosmos.Signer(key=WALLET.public_key(HUB), account_number=1, sequence=2)
    return cosmos.Transaction(chain=HUB, messages=(sent,), fee=cosmos.Fee(amount=(), gas_limit=9), signers=(signer,))


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
