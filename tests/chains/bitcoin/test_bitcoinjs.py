"""URIs, orders and coins as small libraries of bitcoinjs have them.

They know P2PKH only, whose inputs have 148 bytes and whose outputs 34, and whole satoshi a byte.
"""

from collections.abc import Iterator
from random import Random

from support.bitcoin import BITCOIN, key
from support.oracles import JSON, compared, data, locked, number
from walletcore.chains.base import Address
from walletcore.chains.bitcoin import Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build
from walletcore.chains.bitcoin.building.ordering import sorted_inputs, sorted_outputs
from walletcore.chains.bitcoin.tx import MAX_MONEY, Tx, TxIn
from walletcore.chains.bitcoin.uri import PaymentUri
from walletcore.errors import TransactionError

ALICE, TO = key(1).public_key, BITCOIN.address(key(2).public_key, kind="p2pkh")
BACK = BITCOIN.address(key(3).public_key, kind="p2pkh")
LETTERS = "aZ09 -_.~!*'()&=?/#+%:@äß漢😀"
MORE = {"label": "", "message": "\n", "lightning": "\u202e\n"}  # what is shown has no control characters here
SPENDING, PAYING = 148, 34  # bytes


def address(each: int) -> Address:
    return BITCOIN.address(key(1 + each).public_key, kind=("p2pkh", "p2wpkh", "p2tr", "p2sh-p2wpkh")[each % 4])


def a_uri(random: Random) -> JSON:
    names = [name for name in ("label", "message", "lightning") if random.random() < 0.5]
    options = {name: "".join(random.choices(LETTERS + MORE[name], k=random.randint(1, 12))) for name in names}
    amount = number(random, MAX_MONEY + 1) if random.random() < 0.7 else None
    uri = PaymentUri(
        chain=BITCOIN,
        address=address(random.randrange(20)),
        amount=amount,
        label=options.get("label", ""),
        message=options.get("message", ""),
        others=tuple((name, value) for name, value in options.items() if name == "lightning"),
    )
    if amount is not None:
        options["amount"] = f"{amount // 10**8}.{amount % 10**8:08}"
    return {"task": "uri", "uri": str(uri), "address": str(uri.address), "options": options}


def same_uri(case: JSON, verdict: JSON) -> Iterator[str]:
    mine, read = PaymentUri.parse(BITCOIN, case["uri"]), dict(verdict["read"]["options"])
    assert PaymentUri.parse(BITCOIN, verdict["written"]) == mine
    assert str(mine.address) == verdict["read"]["address"]
    amount = read.pop("amount", None)
    if mine.amount is not None:
        assert float(f"{mine.amount}e-8") == float(amount)  # a number of JavaScript; 0 stays a text
        yield "amount"
    texts = [("label", mine.label), ("message", mine.message), *mine.others]
    assert {name: text for name, text in texts if text} == read
    yield from read


@locked
def test_uris_are_read_and_written_alike(environment: str) -> None:
    kinds = {"amount", "label", "message", "lightning"}
    compared("bitcoinjs", "uris", environment, a_uri, same_uri, kinds=kinds)


def an_order(random: Random) -> JSON:
    ids = [data(random, 32) for _ in range(3)]
    inputs = [{"txId": random.choice(ids), "vout": place} for place in random.sample(range(300), random.randint(1, 9))]
    outputs = [[number(random, 2**50), data(random, 0, 1, 22, 25)] for _ in range(random.randint(1, 9))]
    return {"task": "order", "inputs": inputs, "outputs": outputs + outputs[:1]}


def same_order(case: JSON, verdict: JSON) -> Iterator[str]:
    inputs = [Input.unknown(TxIn(txid=each["txId"], vout=each["vout"])) for each in case["inputs"]]
    assert [{"txId": each.txid, "vout": each.vout} for each in sorted_inputs(inputs)] == verdict["inputs"]
    outputs = [TxOut(value=value, script_pubkey=bytes.fromhex(script)) for value, script in case["outputs"]]
    assert [[each.value, each.script_pubkey.hex()] for each in sorted_outputs(outputs)] == verdict["outputs"]
    yield "one" if len(inputs) == 1 else "several"


@locked
def test_inputs_and_outputs_are_ordered_alike(environment: str) -> None:
    compared("bitcoinjs", "orders", environment, an_order, same_order, kinds={"one", "several"})


def some_coins(random: Random) -> JSON:
    rate = random.randint(4, 60)  # from 4 on spending costs more than the dust limit
    values = sorted({random.randint(100, 60_000) for _ in range(random.randint(1, 9))}, reverse=True)
    payments = [random.randint(546, 40_000) for _ in range(random.randint(1, 3))]
    if random.random() < 0.3:  # some of them to the satoshi, and a little more
        some = values[: random.randint(1, len(values))]
        exact = (
            sum(some) - rate * (10 + SPENDING * len(some) + PAYING) - random.choice((0, 1, 181, 182, 182, 183)) * rate
        )
        payments = [exact] if exact >= 546 else payments
    return {"task": "coins", "coins": values, "payments": payments, "rate": rate}


def mine(case: JSON, selection: str) -> Transaction | None:
    script = BITCOIN.script_pubkey(BITCOIN.address(ALICE, kind="p2pkh"))
    funds = tuple(TxOut(value=value, script_pubkey=script) for value in case["coins"])
    funding = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=funds, locktime=0)
    raw, txid = funding.encode(), funding.txid
    coins = [Input(txid=txid, vout=place, previous=raw, key=ALICE) for place in range(len(funds))]
    payments, rate = [pay(TO, value) for value in case["payments"]], 1_000 * case["rate"]
    try:
        return build(
            BITCOIN,
            inputs=coins,
            payments=payments,
            change=BACK,
            fee_rate=rate,
            long_term_fee_rate=rate,
            selection=selection,
            ordering="given",
        ).transaction
    except TransactionError as error:
        if error.reason != "range":
            raise
        return None


def same_coins(case: JSON, verdict: JSON) -> Iterator[str]:
    """The same coins where the largest are taken, and never more waste than theirs where change is avoided."""
    largest, theirs = mine(case, "largest-first"), verdict["largest"]
    assert (largest is None) is ("inputs" not in theirs)
    if largest is None:
        yield "insufficient"
        return
    assert [each.value for each in largest.inputs] == theirs["inputs"]
    border = case["rate"] * (SPENDING + PAYING)  # they make change from one satoshi more on
    if waste(case, theirs["inputs"]) == border:
        yield "at the border"
    else:
        assert [output.value for output in largest.outputs] == theirs["outputs"]
        yield "change" if len(theirs["outputs"]) > len(case["payments"]) else "no change"
    best, avoided = mine(case, "branch-and-bound"), waste(case, verdict["best"]["inputs"])
    assert best is not None
    if len(verdict["best"]["outputs"]) == len(case["payments"]) and avoided < border:
        assert len(best.outputs) == len(case["payments"])
        assert waste(case, [each.value or 0 for each in best.inputs]) <= avoided
        yield "avoided"


def waste(case: JSON, values: list[int]) -> int:
    """What is paid beyond the rate."""
    size = 10 + SPENDING * len(values) + PAYING * len(case["payments"])
    return int(sum(values) - sum(case["payments"]) - case["rate"] * size)


@locked
def test_coins_are_chosen_alike_or_better(environment: str) -> None:
    kinds = {"insufficient", "change", "no change", "avoided", "at the border"}
    compared("bitcoinjs", "coins", environment, some_coins, same_coins, kinds=kinds)
