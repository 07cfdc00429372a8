"""What waits for a block: which nodes replace it, and which miners take it for the fee of its child."""

import re
from pathlib import Path

import pytest

from walletcore.chains import chains
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.relatives.rows import RELATIVES

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


def coin(name: str) -> str:
    """The coin of a network: that of its main one."""
    return re.sub(r"-(testnet\d*|signet|regtest)$", "", name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_its_node_does_with_what_waits(row: BitcoinChain) -> None:
    assert (row.relay.replaces, row.relay.pulls) == WAITING[coin(row.name)]


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
