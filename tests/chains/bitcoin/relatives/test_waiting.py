"""What waits for a block: which nodes replace it, which miners take it for the fee of its child, and who is refused."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.bitcoin import key, reason, signer
from support.relatives import simple_payment
from walletcore.chains import chain, chains
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build, bump_fee, child
from walletcore.chains.bitcoin.relatives.rows import RELATIVES
from walletcore.errors import TransactionError
from walletcore.signing import sign

ALICE, BOB = key(1).public_key, key(2).public_key

# Whether a node replaces by default, and whether its miner counts a child's fee for the parent. For the first, what
# becomes of a conflict in PreChecks or AcceptToMemoryPool (a signal of BIP-125 is looked for, unless said otherwise),
# and DEFAULT_ENABLE_REPLACEMENT; for the second, addPackageTxs, which goes by ancestor_score, unless said otherwise.
WAITING = {
    # bitcoin/bitcoin src/validation.cpp, ReplacementChecks; src/node/miner.cpp
    "bitcoin": (True, True),
    # litecoin-project/litecoin d8c8adc src/validation.h: false; src/validation.cpp: "Only support BIP125 RBF when
    # -mempoolreplacement arg is set"; src/miner.cpp
    "litecoin": (False, True),
    # dogecoinfoundation/dogecoin c039f2c src/validation.h: true; src/miner.cpp
    "dogecoin": (True, True),
    # dashpay/dash 002d58d src/validation.cpp: "RBF doesn't exist in Dash"; 1165a04 src/node/miner.cpp
    "dash": (False, True),
    # bitcoin-cash-node 631badb src/validation.cpp: "txn-mempool-conflict" whatever the sequence; src/miner.cpp, addTxs:
    # modified_feerate, skippedChildren
    "bitcoin-cash": (False, False),
    # bitcoin-abc f631be9 src/validation.cpp: "txn-mempool-conflict" likewise; src/node/miner.cpp, addTxs: likewise
    "ecash": (False, False),
    # bitcoin-sv 879fc8b src/validation.cpp: "Disable replacement feature for good"; src/txmempool.cpp,
    # TryAcceptToPrimaryMempoolNL: groups whose child pays for them; doc/release-notes-v1.0.7.md
    "bitcoin-sv": (False, True),
    # BTCGPU 1b85f09 src/validation.cpp, without an option; src/miner.cpp
    "bitcoin-gold": (True, True),
    # eveybcd/BitcoinDiamond ad08a18 src/validate/validation_common.h: true; src/validate/chain_cache.cpp; src/miner.cpp
    "bitcoin-diamond": (True, True),
    # DigiByte-Core/digibyte 7c9fa24 src/validation.cpp, ReplacementChecks; src/node/miner.cpp
    "digibyte": (True, True),
    # Groestlcoin/groestlcoin 88db63f src/validation.cpp, ReplacementChecks, without a signal; src/node/miner.cpp,
    # addChunks: GetBlockBuilderChunk
    "groestlcoin": (True, True),
    # RavenProject/Ravencoin 6d48ae0 src/validation.h: false (c03f7c9, "Default RBF to off"); src/miner.cpp
    "ravencoin": (False, True),
    # qtumproject/qtum a395689 src/validation.cpp; src/node/miner.cpp: ancestor_score_or_gas_price, of contracts alone
    "qtum": (True, True),
    # monacoinproject/monacoin b5efe25 src/validation.cpp, without an option; src/miner.cpp
    "monacoin": (True, True),
    # viacoin/viacoin dc2fffb src/validation.h: true; src/miner.cpp
    "viacoin": (True, True),
    # vertcoin-project/vertcoin-core efc96b7 src/validation.cpp; src/node/miner.cpp
    "vertcoin": (True, True),
    # syscoin/syscoin 17bdfa0 src/validation.cpp; src/node/miner.cpp
    "syscoin": (True, True),
    # firoorg/firo adba431 src/validation.h: true; src/miner.cpp
    "firo": (True, True),
    # PIVX-Project/PIVX 4e0fd96 src/validation.cpp: "Disable replacement feature for now"; src/blockassembler.cpp
    "pivx": (False, True),
    # StratisFullNode 9f4d0cb MempoolValidator.cs: DefaultEnableReplacement is true; CheckConflictsMempoolRule.cs, which
    # StraxNetwork.cs has; BlockDefinition.cs, AddTransactions: AncestorScore
    "stratis": (True, True),
    # KomodoPlatform/komodo 0adeeab src/main.cpp: "Disable replacement feature for now"; src/miner.cpp: COrphan
    "komodo": (False, False),
    # vergecurrency/verge aef8029 src/validation.h: true; src/miner.cpp
    "verge": (True, True),
    # NeblioTeam/neblio cebf9fc wallet/main.cpp: "Disable replacement feature for now"; wallet/miner.cpp: COrphan
    "neblio": (False, False),
    # zcash/zcash 558f686 src/main.cpp: "Disable replacement feature for now"; src/miner.cpp, addTransactions: waiting
    "zcash": (False, False),
    # HorizenOfficial/zen 3a9268b src/txmempool.cpp, checkIncomingTxConflicts: "Disable replacement feature for now";
    # src/miner.cpp: COrphan
    "horizen": (False, False),
    # RunOnFlux/fluxd 2dfb504 src/main.cpp: "Disable replacement feature for now"; src/miner.cpp: COrphan
    "flux": (False, False),
    # decred/dcrd 036b709 internal/mempool/mempool.go, checkPoolDoubleSpend; internal/mining/mining.go, calcFeePerKb
    "decred": (False, True),
}
ROWS = [row for row in chains() if isinstance(row, BitcoinChain)]
BUILT = [name for name in WAITING if (known := chain(name, BitcoinChain).dialect) is None or known.has_psbts]
OTHERS = [name for name in WAITING if name not in BUILT]


def coin(name: str) -> str:
    """The coin of a network: that of its main one."""
    return re.sub(r"-(testnet\d*|signet|regtest)$", "", name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_its_node_does_with_what_waits(row: BitcoinChain) -> None:
    assert (row.relay.replaces, row.relay.pulls) == WAITING[coin(row.name)]


def waiting(row: BitcoinChain) -> Transaction:
    """What waits at a low rate: a payment, and change, which is worth more."""
    coins = simple_payment(row, ALICE, BOB, 10**10).inputs
    rest = TxOut(value=0, script_pubkey=row.script_pubkey(row.address(ALICE, kind="p2pkh")))
    rate = row.relay.min_fee_rate
    built = build(row, inputs=coins, payments=[pay(row.address(BOB), 10**9)], change=rest, fee_rate=rate)
    return built.transaction


def place(transaction: Transaction) -> int:
    """Where its change is."""
    return max(range(2), key=lambda index: transaction.outputs[index].value)


def replacement(transaction: Transaction) -> Transaction:
    rate = 3 * transaction.chain.relay.min_fee_rate
    return bump_fee(transaction, fee_rate=rate, change_of=lambda each: (place(each),)).transaction


def its_child(transaction: Transaction) -> Transaction:
    row, signed = transaction.chain, sign(transaction, signer(1))
    paid: dict[str, Any] = {"parent": signed.raw, "parent_fee": transaction.claimed_fee, "to": row.address(ALICE)}
    form: dict[str, Any] = {"dialect": row.dialect, "form": row.form}
    spent = Input(txid=signed.id, vout=place(transaction), previous=signed.raw, key=ALICE, kind="p2pkh", **form)
    return child(row, inputs=[spent], fee_rate=3 * row.relay.min_fee_rate, **paid).transaction


@pytest.mark.parametrize("name", BUILT)
def test_a_replacement_is_made_where_nodes_take_it(name: str) -> None:
    old = waiting(chain(name, BitcoinChain))
    replaces, pulls = WAITING[name]
    if replaces:
        assert (replacement(old).claimed_fee or 0) > (old.claimed_fee or 0)
        return
    with pytest.raises(TransactionError, match=f"^nodes of {name} do not replace a transaction") as caught:
        replacement(old)
    assert (caught.value.reason, "child" in caught.value.hint) == ("network", pulls)


@pytest.mark.parametrize("name", BUILT)
def test_a_child_is_made_where_miners_count_its_fee(name: str) -> None:
    old = waiting(chain(name, BitcoinChain))
    if WAITING[name][1]:
        assert (its_child(old).claimed_fee or 0) > (old.claimed_fee or 0)
        return
    with pytest.raises(TransactionError, match=f"^nodes of {name} mine no parent for the fee of its child") as caught:
        its_child(old)
    assert caught.value.reason == "network"


@pytest.mark.parametrize("name", OTHERS)
def test_where_nothing_is_built_nothing_is_replaced(name: str) -> None:
    asked = simple_payment(chain(name, BitcoinChain), ALICE, BOB)
    with pytest.raises(TransactionError, match="has no PSBTs") as caught:
        bump_fee(asked, fee_rate=90_000, change_of=lambda _: (0,))
    assert caught.value.reason == "network"


def test_a_row_of_ones_own_says_how_the_nodes_are_set_up() -> None:
    """litecoin-project/litecoin src/init.cpp, -mempoolreplacement: either of the two is asked for by itself."""
    row = chain("litecoin", BitcoinChain)
    other = replace(row, relay=replace(row.relay, replaces=True, pulls=False))
    old = waiting(other)
    assert replacement(old).outputs[1 - place(old)] == old.outputs[1 - place(old)]
    assert reason(TransactionError, its_child, old) == "network"
    assert its_child(waiting(row)).chain is row
    assert reason(TransactionError, replacement, waiting(row)) == "network"


PAGE = Path(__file__).parents[4] / "docs" / "relatives.md"


def test_the_table_of_the_page_is_that_of_the_nodes() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    (start,) = (place for place, line in enumerate(lines) if line.startswith("| chains | nodes replace"))
    told = {}
    for line in lines[start + 2 : start + 5]:
        names, *cells = line.strip("| ").split(" | ")
        told.update(dict.fromkeys(names.split(", "), tuple(cell == "yes" for cell in cells)))
    assert lines[start + 5] == ""
    assert told == {name: WAITING[name] for name in dict.fromkeys(coin(row.name) for row in RELATIVES)}
