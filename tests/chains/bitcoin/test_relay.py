"""What nodes pass on: dust, and fees at a rate."""

import pytest

from support.bitcoin import BITCOIN, TESTNET
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain
from walletcore.chains.bitcoin.relay import CORE, Relay, fee_at, spent_vsize


@vectors("bitcoin/dust")
def test_an_output_is_dust_below_the_limit_of_core(case: Case) -> None:
    relay = Relay(dust_rate=case.input["dust_rate"])
    assert relay.dust_limit(bytes.fromhex(case.input["script"])) == int(case.expect["limit"])


@pytest.mark.parametrize("script", [b"\x6a", b"\x6a\x01\xff", bytes(10_001)])
def test_what_nobody_can_spend_is_no_dust(script: bytes) -> None:
    assert CORE.dust_limit(script) == 0
    assert Relay(dust=1_000_000).dust_limit(script) == 0


def test_a_network_may_have_one_limit_for_all_outputs() -> None:
    """Dogecoin Core, src/policy/policy.h: DEFAULT_DUST_LIMIT is RECOMMENDED_MIN_TX_FEE, a hundredth of a coin."""
    dogecoin = chain("dogecoin", BitcoinChain).relay
    assert {dogecoin.dust_limit(bytes(size)) for size in (22, 23, 25, 34)} == {1_000_000}


def test_the_count_of_a_long_script_is_three_bytes() -> None:
    assert [CORE.dust_limit(bytes(size)) for size in (252, 253)] == [3 * (8 + 1 + 252 + 148), 3 * (8 + 3 + 253 + 148)]


@pytest.mark.parametrize(
    ("rate", "vsize", "fee"), [(0, 10, 0), (1, 1, 1), (1_000, 7, 7), (999, 1_000, 999), (1_001, 1, 2)]
)
def test_fees_are_rounded_up(rate: int, vsize: int, fee: int) -> None:
    """Core, src/policy/feerate.cpp: GetFee rounds up since 23.0."""
    assert fee_at(rate, vsize) == fee


def test_the_rows_of_bitcoin_have_the_rules_of_core() -> None:
    assert (BITCOIN.relay, TESTNET.relay) == (CORE, CORE)
    assert (spent_vsize(b"\x00\x14" + bytes(20)), spent_vsize(b"\x76\xa9\x14" + bytes(20) + b"\x88\xac")) == (67, 148)
