"""Random transactions of Theta beside theta-js, whose encoding, curve and hashes are JavaScript.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from random import Random
from typing import Any

from support.oracles import JSON, compared, data, locked, number
from walletcore.chains.theta import (
    Coins,
    DepositStake,
    DepositStakeV2,
    Input,
    Output,
    Send,
    SmartContract,
    StakeRewardDistribution,
    ThetaChain,
    WithdrawStake,
)
from walletcore.chains.theta.transaction import AnyTransaction
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
NETWORKS = ("mainnet", "testnet", "privatenet", "testnet_amber", "tsub360888")
SAFE = 2**53 - 1  # the largest number that is exact in JavaScript
TYPES = {
    2: "coins sent",
    7: "contract",
    8: "stake",
    9: "stake withdrawn",
    10: "stake with a node's keys",
    11: "rewards split",
}
KINDS = {*TYPES.values(), "several outputs", "contract made", *NETWORKS}


def amount(random: Random) -> str:
    return str(number(random, 2**200))


def holder(case: JSON) -> LocalSigner:
    return LocalSigner(PrivateKey(Curve.SECP256K1, Secret(bytes.fromhex(case["secret"]))))


def case(random: Random) -> JSON:
    secret = (1 + number(random, ORDER - 1)).to_bytes(32).hex()
    made: JSON = {"type": random.choice(tuple(TYPES)), "secret": secret, "chain_id": random.choice(NETWORKS)}
    account = ThetaChain(name="row", chain_id=made["chain_id"]).address(holder(made).public_key)
    made |= {"from": account.text, "sequence": 1 + number(random, SAFE), "fee": amount(random)}
    return made | PARTS[made["type"]](random)


def sent(random: Random) -> JSON:
    accounts = [f"0x{each}" for each in {data(random, 20) for _ in range(1 + random.randrange(4))}]
    return {"outputs": [{"address": to, "theta": amount(random), "tfuel": amount(random)} for to in sorted(accounts)]}


def called(random: Random) -> JSON:
    to = "0x" + (data(random, 20) if random.random() < 0.8 else bytes(20).hex())
    coins = {"theta": amount(random), "tfuel": amount(random)}
    code = data(random, 1, 4, 32, 55, 56, 68, 300)
    return {"to": to, "gas": 1 + number(random, SAFE), "price": str(number(random, 2**190)), "data": code, **coins}


def staked(random: Random) -> JSON:
    return {"holder": "0x" + data(random, 20), "purpose": random.randrange(2), "amount": amount(random)}


def withdrawn(random: Random) -> JSON:
    return {"holder": "0x" + data(random, 20), "purpose": random.randrange(3)}


def with_keys(random: Random) -> JSON:
    purpose = random.choice((1, 2))
    summary = "0x" + data(random, 229 if purpose == 1 else 261)
    return {"summary": summary, "purpose": purpose, "amount": amount(random)}


def split(random: Random) -> JSON:
    return {"beneficiary": "0x" + data(random, 20), "split": random.randrange(1001)}


PARTS = {2: sent, 7: called, 8: staked, 9: withdrawn, 10: with_keys, 11: split}


def ours(case: JSON, row: ThetaChain) -> AnyTransaction:
    """The same transaction here."""
    kind, fee = case["type"], int(case["fee"])

    def source(theta: int = 0, tfuel: int = 0) -> Input:
        key = holder(case).public_key
        coins = Coins(theta=theta, tfuel=tfuel)
        return Input(account=row.address(key), key=key, sequence=case["sequence"], coins=coins)

    def named(text: str) -> Any:
        return row.account(bytes.fromhex(text[2:42]))

    if kind == 2:
        rows = [(named(out["address"]), int(out["theta"]), int(out["tfuel"])) for out in case["outputs"]]
        outputs = tuple(Output(account=to, coins=Coins(theta=theta, tfuel=tfuel)) for to, theta, tfuel in rows)
        total = source(sum(each[1] for each in rows), sum(each[2] for each in rows) + fee)
        return Send(chain=row, fee=fee, inputs=(total,), outputs=outputs)
    if kind == 7:
        return SmartContract(
            chain=row,
            source=source(int(case["theta"]), int(case["tfuel"])),
            to=named(case["to"]) if int(case["to"], 16) else None,
            gas=case["gas"],
            gas_price=int(case["price"]),
            data=bytes.fromhex(case["data"]),
        )
    if kind == 11:
        beneficiary = named(case["beneficiary"])
        return StakeRewardDistribution(
            chain=row, fee=fee, holder=source(), beneficiary=beneficiary, split_basis_point=case["split"]
        )
    purpose = case["purpose"]
    if kind == 9:
        return WithdrawStake(chain=row, fee=fee, source=source(), holder=named(case["holder"]), purpose=purpose)
    amount = int(case["amount"])
    if kind == 8:
        return DepositStake(chain=row, fee=fee, source=source(amount), holder=named(case["holder"]), purpose=purpose)
    node = bytes.fromhex(case["summary"][2:])
    return DepositStakeV2(
        chain=row,
        fee=fee,
        source=source(amount) if purpose == 1 else source(0, amount),
        holder=row.account(node[:20]),
        purpose=purpose,
        bls_public_key=node[20:68],
        bls_pop=node[68:164],
        holder_signature=node[164:229],
    )


def same(case: JSON, verdict: JSON) -> list[str]:
    """Equal bytes to be signed, and equal signed ones, which are read again."""
    row = ThetaChain(name="row", chain_id=case["chain_id"])
    transaction = ours(case, row)
    signed = sign(transaction, holder(case))
    assert verdict == {
        "address": case["from"],
        "unsigned": f"0x{transaction.raw.hex()}",
        "signed": signed.raw.hex(),
    }
    assert row.decode_transaction(signed.raw) == signed
    kinds = [TYPES[case["type"]], case["chain_id"]]
    kinds += ["several outputs"] if len(case.get("outputs", ())) > 1 else []
    return kinds + (["contract made"] if isinstance(transaction, SmartContract) and transaction.to is None else [])


@locked
def test_random_transactions_have_the_bytes_of_theta_js(environment: str) -> None:
    compared("theta_js", "transactions", environment, case, same, kinds=KINDS, most=5_000)
