"""Each node's limit of money, dust and fees: its own figures, both sides of each limit, at every door with a chain."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.bitcoin import BITCOIN, key, reason, signer
from support.relatives import simple_payment
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.relatives.rows import RELATIVES
from walletcore.chains.bitcoin.tx import MAX_AMOUNT, MAX_MONEY, Tx
from walletcore.chains.bitcoin.uri import PaymentUri
from walletcore.errors import AddressError, SigningRefused, TransactionError
from walletcore.signing import sign

ALICE, BOB = key(1).public_key, key(2).public_key
P2PKH = b"\x76\xa9\x14" + bytes(20) + b"\x88\xac"

# MAX_MONEY in coins, as each node's source writes it: dogecoin/dogecoin src/amount.h (pull request 1927),
# litecoin-project/litecoin d8c8adc, DigiByte-Core/digibyte 527219d (8.22), RavenProject/Ravencoin 6d48ae0,
# vergecurrency/verge aef8029, viacoin/viacoin dc2fffb, monacoinproject/monacoin b5efe25 src/amount.h;
# Groestlcoin/groestlcoin 88db63f, vertcoin-project/vertcoin-core efc96b7, qtumproject/qtum a395689 and syscoin/syscoin
# 17bdfa0 src/consensus/amount.h; RunOnFlux/fluxd 2dfb504 src/amount.h; KomodoPlatform/komodo 0adeeab
# src/komodo_globals.cpp; NeblioTeam/neblio cebf9fc wallet/amount.h; StratisFullNode 9f4d0cb StraxMain.cs
MONEY = {
    "dogecoin": "10000000000",
    "litecoin": "84000000",
    "digibyte": "21000000000",
    "ravencoin": "21000000000",
    "verge": "16555000000",
    "viacoin": "23000000",
    "monacoin": "105120000",
    "groestlcoin": "105000000",
    "vertcoin": "84000000",
    "qtum": "107822406.25",
    "syscoin": "9999999999.99999999",
    "flux": "440000000",
    "komodo": "200000000",
    "neblio": "92233720368.54775807",
    "stratis": "92233720368.54775807",
}
# src/amount.h of BTCGPU 1b85f09, zen 3a9268b, zcash 558f686, firo adba431, bitcoin-abc f631be9 and bitcoin-cash-node
# 631badb (src/consensus/amount.h), bitcoin-sv 879fc8b; dcrutil/const.go of dcrd 036b709; src/chainparams.cpp of PIVX
# 4e0fd96; BitcoinDiamond ad08a18, whose coin is a tenth: all 21e14 of the smallest unit.
AS_BITCOIN = (
    *("bitcoin-gold", "horizen", "zcash", "firo", "ecash", "bitcoin-cash", "bitcoin-sv", "decred", "pivx"),
    *("bitcoin-diamond", "dash", "bitcoin"),
)
LIMITED = sorted((*MONEY, *AS_BITCOIN))
named = pytest.mark.parametrize("name", LIMITED)


def row(name: str) -> BitcoinChain:
    return chain(name, BitcoinChain)


def paying(network: BitcoinChain, *values: int) -> Transaction:
    """A payment of these amounts; of its input no more is known than what it spends."""
    made = simple_payment(network, ALICE, BOB)
    outputs = tuple(replace(made.outputs[0], value=value, address=None) for value in values)
    return replace(made, inputs=(Input(txid="11" * 32, vout=0, dialect=network.dialect),), outputs=outputs)


def test_every_row_is_looked_at() -> None:
    mains = {each.name.partition("-test")[0].partition("-reg")[0].partition("-signet")[0] for each in RELATIVES}
    assert mains - {"bitcoin"} <= set(LIMITED)


@pytest.mark.parametrize("name", list(MONEY))
def test_T05_the_limit_is_that_of_the_node(name: str) -> None:
    assert row(name).max_money == Decimal(MONEY[name]).scaleb(row(name).decimals)


@pytest.mark.parametrize("name", AS_BITCOIN)
def test_T05_others_have_as_many_of_their_smallest_unit_as_bitcoin(name: str) -> None:
    assert row(name).max_money == MAX_MONEY


def test_T05_all_networks_of_a_coin_have_one_limit() -> None:
    for each in (each for each in chains() if isinstance(each, BitcoinChain)):
        main = next(name for name in sorted(LIMITED, key=len, reverse=True) if each.name.startswith(name))
        assert (each.max_money, each.relay) == (row(main).max_money, row(main).relay), each.name


@named
def test_T05_outputs_are_taken_up_to_the_limit_and_refused_above(name: str) -> None:
    network = row(name)
    most = network.max_money
    assert paying(network, most).outputs[0].value == most
    assert paying(network, most - 1, 1).outputs[0].value == most - 1
    assert reason(TransactionError, paying, network, most, 1) == "range"
    if most < MAX_AMOUNT:
        assert reason(TransactionError, paying, network, most + 1) == "range"


@named
def test_T05_what_is_spent_is_taken_up_to_the_limit_and_refused_above(name: str) -> None:
    network = row(name)
    most = network.max_money
    rich = simple_payment(network, ALICE, BOB, most)
    assert rich.claimed_fee == most - 40_000
    two = simple_payment(network, ALICE, BOB, 40_000)
    fields = {"outputs": two.outputs, "inputs": (*rich.inputs, *two.inputs)}
    assert reason(TransactionError, replace, rich, **fields) == "range"
    if most < MAX_AMOUNT:
        assert reason(TransactionError, simple_payment, network, ALICE, BOB, most + 1) == "range"


@named
def test_T05_a_payment_to_an_address_keeps_the_limit_of_its_network(name: str) -> None:
    network = row(name)
    to = network.address(BOB)
    assert pay(to, network.max_money).value == network.max_money
    assert reason(TransactionError, pay, to, network.max_money + 1) == "range"


@pytest.mark.parametrize("name", [each for each in LIMITED if row(each).dialect is None])
def test_T05_bytes_of_the_network_and_psbts_are_read_up_to_the_limit(name: str) -> None:
    network = row(name)
    most = network.max_money
    script_pubkey = network.script_pubkey(network.address(BOB))
    source = paying(network, 1_000).inputs[0].outpoint
    for value in (most, most + 1):
        if value > MAX_AMOUNT:
            continue
        tx = Tx(
            version=2,
            inputs=(replace(source, script_sig=b"\x51"),),
            outputs=(TxOut(value=value, script_pubkey=script_pubkey),),
            locktime=0,
        )
        maps = Psbt.from_transaction(paying(network, most))
        unsigned = maps.globals.with_fields(unsigned_tx=replace(tx, inputs=(source,)).encode())
        packet = Psbt(chain=network, globals=unsigned, inputs=maps.inputs, outputs=maps.outputs)
        if value == most:
            assert network.decode_transaction(tx.encode()).transaction.outputs == tx.outputs  # type: ignore[union-attr]
            assert network.transaction_id(tx.encode()) == tx.txid
            assert packet.transaction.outputs == packet.to_version(2).transaction.outputs == tx.outputs
        else:
            assert reason(TransactionError, network.decode_transaction, tx.encode()) == "range"
            assert reason(TransactionError, network.transaction_id, tx.encode()) == "range"
            for version in (0, 2):
                again = packet.to_version(version)
                for look in (lambda: again.transaction, lambda: again.unsigned_tx, again.requests, again.finalized):  # noqa: B023
                    assert reason(TransactionError, look) == "range"


def test_T05_a_previous_transaction_with_more_than_bitcoin_ever_has_proves_an_amount_of_dogecoin() -> None:
    dogecoin = row("dogecoin")
    value, rich = 60_000_000 * 10**8, dogecoin.max_money - 60_000_000 * 10**8
    script_pubkey = dogecoin.script_pubkey(dogecoin.address(ALICE))
    outputs = tuple(TxOut(value=each, script_pubkey=script_pubkey) for each in (value, rich))
    previous = Tx(version=1, inputs=(paying(dogecoin, 1).inputs[0].outpoint,), outputs=outputs, locktime=0)
    spent = Input(txid=previous.txid, vout=0, key=ALICE, kind="p2pkh", previous=previous.encode())
    to = dogecoin.address(BOB)
    psbt = build(dogecoin, inputs=[spent], payments=[pay(to, value // 2)], change=to, fee_rate=1_000_000)
    signed = sign(psbt, signer(1)).finalize()
    assert Tx.decode(signed.raw, max_money=dogecoin.max_money).outputs == psbt.transaction.outputs
    assert reason(TransactionError, Tx.decode, signed.raw) == "range"  # Bitcoin's limit, where no other is named
    assert reason(TransactionError, Psbt.decode(BITCOIN, psbt.raw).requests) == "range"


@pytest.mark.parametrize("more", [0, 1])
def test_T05_a_witness_utxo_beyond_the_limit_of_its_network_is_refused(more: int) -> None:
    litecoin = row("litecoin")
    unknown = Psbt.from_transaction(paying(litecoin, 1_000), safety=Safety(trust_witness_utxo=True))
    script_pubkey = litecoin.script_pubkey(litecoin.address(ALICE))
    utxo = PsbtInput(witness_utxo=TxOut(value=litecoin.max_money + more, script_pubkey=script_pubkey))
    claimed = replace(unknown, inputs=(utxo,))
    if more:
        assert reason(TransactionError, lambda: claimed.transaction) == "range"
    else:
        assert claimed.transaction.inputs[0].value == litecoin.max_money


@pytest.mark.parametrize("name", [each for each in LIMITED if row(each).uri_scheme])
def test_T05_a_uri_asks_for_no_more_than_the_limit(name: str) -> None:
    network = row(name)
    to = network.address(BOB)
    most = PaymentUri(chain=network, address=to, amount=network.max_money)
    assert PaymentUri.parse(network, str(most)) == most
    assert reason(AddressError, PaymentUri, chain=network, address=to, amount=network.max_money + 1) == "range"
    beyond = str(Decimal(network.max_money + 1).scaleb(-network.decimals))
    assert reason(AddressError, PaymentUri.parse, network, f"{str(most).partition('=')[0]}={beyond}") == "range"


# The dust of a P2PKH output of 34 bytes, the limits of a fee and of a rate, in the smallest unit. GetDustThreshold of
# each node (src/policy/policy.cpp, src/primitives/transaction.h), DEFAULT_TRANSACTION_MAXFEE, and for the rate
# DEFAULT_MAX_RAW_TX_FEE_RATE or what the module under test says; Dogecoin's limit of a fee is that of
# dogecoinfoundation/dogecoin 2dddcc3 src/validation.h (RECOMMENDED_MIN_TX_FEE * 10000).
POLICY = {
    "bitcoin": (546, 10_000_000, 10_000_000),
    "litecoin": (5_460, 10_000_000, 10_000_000),
    "dogecoin": (1_000_000, 10_000_000_000, 10_000_000_000),
    "dash": (546, 10_000_000, 10_000_000),
    "bitcoin-cash": (546, 10_000_000, 10_000_000),
    "ecash": (546, 10_000_000, 10_000_000),
    "bitcoin-sv": (1, 10_000_000, 10_000_000),
    "bitcoin-gold": (546, 10_000_000, 10_000_000),
    "bitcoin-diamond": (546, 1_000_000, 1_000_000),
    "digibyte": (5_460, 10_000_000_000, 10_000_000_000),
    "groestlcoin": (546, 10_000_000, 10_000_000),
    "ravencoin": (546, 100_000_000_000, 100_000_000_000),
    "qtum": (72_800, 100_000_000, 100_000_000),
    "monacoin": (546, 10_000_000, 10_000_000),
    "viacoin": (54_600, 10_000_000, 10_000_000),
    "vertcoin": (546, 10_000_000, 10_000_000),
    "syscoin": (546, 10_000_000, 10_000_000),
    "firo": (546, 1_000_000_000, 1_000_000_000),
    "pivx": (5_460, 100_000_000, 100_000_000),
    "stratis": (5_460, 10_000_000, 10_000_000),
    "komodo": (55, 10_000_000, 1_000_000),
    "horizen": (55, 10_000_000, 1_000_000),
    "flux": (55, 10_000_000, 1_000_000),
    "verge": (1_820, 50_000_000, 50_000_000),
    "neblio": (1, 10_000_000, 10_000_000),
    "zcash": (55, 10_000_000, 10_000_000),
    "decred": (6_030, 10_000_000, 100_000_000),
}


# DEFAULT_MIN_RELAY_TX_FEE of each node, and of Bitcoin Core before 30.0: src/policy/policy.h of dash 082976a, qtum
# 04212f4, vertcoin-core 8437615, bitcoin-abc f631be9; src/validation.h of litecoin d8c8adc, Ravencoin 05569f8, monacoin
# b5efe25 (0.20.3), viacoin 0716688, digibyte 527219d (8.22), firo adba431, verge aef8029, bitcoin-cash-node 631badb;
# src/main.h of komodo 0adeeab, fluxd 2dfb504, zen 3a9268b and zcash; PIVX src/validation.cpp; StraxMain.cs; dcrd
# internal/mempool/policy.go; Dogecoin Core 1.14, a tenth of RECOMMENDED_MIN_TX_FEE; neblio cebf9fc wallet/globals.h,
# MIN_RELAY_TX_FEE. Core's 1,000 have BTCGPU 1b85f09 (src/validation.h), syscoin 17bdfa0 (src/policy/policy.h),
# BitcoinDiamond ad08a18 (src/validate/validation_common.h) and Groestlcoin before 30.2
# (doc/release-notes/release-notes-30.2.0.md of 88db63f). bitcoin-sv 879fc8b src/init.cpp has none (SetMinFeePerKB).
LOWEST = {
    "dogecoin": 100_000,
    "digibyte": 100_000,
    "ravencoin": 1_000_000,
    "qtum": 400_000,
    "viacoin": 100_000,
    "vertcoin": 100_000,
    "verge": 100_000,
    "pivx": 10_000,
    "stratis": 10_000,
    "decred": 10_000,
    "neblio": 10_000,
    "bitcoin-sv": 0,
    **dict.fromkeys(("komodo", "horizen", "flux", "zcash"), 100),
}


@pytest.mark.parametrize("name", LIMITED)
def test_the_lowest_rate_is_what_the_node_passes_on(name: str) -> None:
    assert row(name).relay.min_fee_rate == LOWEST.get(name, 1_000)


@pytest.mark.parametrize("name", ["bitcoin", "dogecoin", "qtum", "ravencoin", "digibyte", "bitcoin-cash"])
def test_T13_neighbour_building_keeps_the_lowest_rate_of_its_network(name: str) -> None:
    network = row(name)
    least = network.relay.min_fee_rate
    spent = simple_payment(network, ALICE, BOB, 10**10).inputs
    offered: dict[str, Any] = {"inputs": spent, "payments": [pay(network.address(BOB), 10**9)]}
    offered["change"] = network.address(BOB)
    assert build(network, fee_rate=least, **offered).transaction.outputs
    assert reason(TransactionError, build, network, fee_rate=least - 1, **offered) == "policy"


# MIN_STANDARD_TX_NONWITNESS_SIZE, src/policy/policy.h: 82 of litecoin d8c8adc, monacoin b5efe25, viacoin dc2fffb and
# vertcoin-core efc96b7; digibyte 47da24a (8.22 is made of a Bitcoin Core that has 82, too); 65 of Groestlcoin 88db63f,
# qtum a395689, syscoin 17bdfa0 and Bitcoin Core since 25.0. StratisFullNode 9f4d0cb has no such rule.
SMALLEST = {
    **dict.fromkeys(("litecoin", "digibyte", "monacoin", "viacoin", "vertcoin"), 82),
    **dict.fromkeys(("bitcoin", "groestlcoin", "qtum", "syscoin"), 65),
    "stratis": 0,
}


@pytest.mark.parametrize("name", SMALLEST)
def test_the_least_size_is_that_of_the_node(name: str) -> None:
    assert row(name).relay.min_size == SMALLEST[name]


@pytest.mark.parametrize("name", LIMITED)
def test_dust_and_the_limits_of_fees_are_those_of_the_node(name: str) -> None:
    relay = row(name).relay

    assert (relay.dust_limit(P2PKH), relay.max_fee, relay.max_fee_rate) == POLICY[name]


@pytest.mark.parametrize("name", ["bitcoin", "litecoin", "dogecoin", "qtum", "ravencoin", "digibyte"])
def test_T13_a_fee_that_the_nodes_own_wallet_would_not_pay_is_refused(name: str) -> None:
    network = row(name)
    most = network.relay.max_fee
    trusting = Safety(trust_witness_utxo=True, max_fee_rate=None)
    script_pubkey = network.script_pubkey(network.address(BOB))
    source = Tx(
        version=1,
        inputs=(paying(network, 1).inputs[0].outpoint,),
        outputs=(TxOut(value=most + 10_000_001, script_pubkey=network.script_pubkey(network.address(ALICE))),),
        locktime=0,
    )
    spent = Input(txid=source.txid, vout=0, key=ALICE, previous=source.encode(), kind=network.address(ALICE).kind)

    def asked(value: int, safety: Safety) -> Psbt:
        outputs = (TxOut(value=value, script_pubkey=script_pubkey),)
        return Psbt.from_transaction(Transaction(chain=network, inputs=(spent,), outputs=outputs), safety=safety)

    assert asked(10_000_001, trusting).requests()
    with pytest.raises(SigningRefused, match=f"at most {most} satoshi, got {most + 1}"):
        asked(10_000_000, trusting).requests()
    assert asked(10_000_000, replace(trusting, max_fee=most + 1)).requests()
    assert asked(10_000_000, replace(trusting, max_fee=None)).requests()


def test_T13_building_keeps_the_limits_of_its_network() -> None:
    """A rate that is a mistake on Bitcoin, and what Dogecoin's wallet would still pay."""
    rate = 20_000_000  # a fifth of a coin per 1,000 bytes
    for name, network in (("bitcoin", BITCOIN), ("dogecoin", row("dogecoin"))):
        source = Tx(
            version=1,
            inputs=(paying(network, 1).inputs[0].outpoint,),
            outputs=(TxOut(value=10**10, script_pubkey=network.script_pubkey(network.address(ALICE, kind="p2pkh"))),),
            locktime=0,
        )
        spent = Input(txid=source.txid, vout=0, key=ALICE, kind="p2pkh", previous=source.encode())
        to = network.address(BOB)
        offered = {"inputs": [spent], "payments": [pay(to, 10**9)], "change": to, "fee_rate": rate}
        if name == "bitcoin":
            with pytest.raises(SigningRefused, match="satoshi per 1,000 virtual bytes"):
                build(network, **offered)  # type: ignore[arg-type]
        else:
            assert build(network, **offered).requests()  # type: ignore[arg-type]


PAGE = Path(__file__).parents[4] / "docs" / "relatives.md"


def shown(amount: int, decimals: int) -> str:
    whole, _, rest = f"{Decimal(amount).scaleb(-decimals):,f}".partition(".")
    return f"{whole}.{rest}".rstrip("0").rstrip(".")


def test_the_table_of_the_page_is_that_of_the_limits() -> None:
    mains = [row for row in RELATIVES if not row.name.rpartition("-")[2].startswith(("testnet", "regtest"))]
    wanted = []
    for each in mains:
        relay = each.relay
        limits = (each.max_money, relay.dust_limit(P2PKH), relay.max_fee, relay.max_fee_rate, relay.min_fee_rate)
        cells = [each.name, *(shown(limit, each.decimals) for limit in limits)]
        wanted.append(f"| {' | '.join(cells)} | {f'`{each.uri_scheme}:`' if each.uri_scheme else 'none'} |")
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| chain | money | dust | fee | rate | lowest rate | URIs |") + 2
    assert lines[start : start + len(wanted) + 1] == [*wanted, ""]
