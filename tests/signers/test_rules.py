"""Each rule admits what it is for, and refuses all that it cannot bound, on effects and on real transactions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bitcoin import BITCOIN
from support.evm import ALICE, ETHEREUM, POLYGON, blob, transfer
from support.guarded import (
    ANN,
    BTC,
    ETH,
    SOL,
    SOLANA,
    WALLET,
    bitcoin_payment,
    case_of,
    refusal,
    solana_payment,
    solana_with,
)
from walletcore.chains import chain, solana
from walletcore.chains.bitcoin import Input, Transaction
from walletcore.chains.bitcoin import TxOut as Output
from walletcore.chains.bitcoin.bip322 import GenericMessage
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.message import Message as SignedText
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.chains.evm import GWEI, Evm, Message, TypedData, erc20
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import GuardRefused, SignerError
from walletcore.hashes import tagged
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.case import Case
from walletcore.signers.guard import guard
from walletcore.signers.rule import Rule
from walletcore.signers.rules import (
    audit,
    limit,
    max_fee,
    max_fee_rate,
    no_authority_change,
    no_statements,
    no_unlimited_approval,
    only_assets,
    only_chains,
    only_to,
    refuse_opaque,
)
from walletcore.signers.store import Charge
from walletcore.signing import sign

USDC = ETHEREUM.account(bytes.fromhex("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"))
BOB, CAROL = ETHEREUM.account(b"\x42" * 20), ETHEREUM.account(b"\x43" * 20)
TOKEN = f"eip155:1/erc20:{USDC.text}"
MINT = SOLANA.account(bytes([8]) * 32)
DAY = timedelta(days=1)
PAID: dict[str, Any] = {"asset": ETH, "source": "", "destination": BOB.account_id}


def admits(rule: Rule, *effects: Effect, returning: tuple[int, ...] = ()) -> tuple[Charge | str, ...]:
    """Return what a rule wants remembered of a case with these effects."""
    plain = case_of(transfer())
    (plan,) = rule.plans(replace(plain, effects=effects, change=returning))
    return plan


def why(rule: Rule, *effects: Effect, returning: tuple[int, ...] = ()) -> Effect | None:
    """Return the effect that a rule does not like."""
    error = refusal(lambda: admits(rule, *effects, returning=returning))
    assert (error.rule, error.reason) == (rule.name, "policy")
    assert str(error.effect) in str(error) or error.effect is None
    return error.effect  # type: ignore[return-value]


def judged(rule: Rule, subject: Any, proves: Any = None, **rows: Any) -> str:
    """Return nothing where a rule admits a real transaction, or the effect that it does not like."""
    case = case_of(subject, proves, **rows)
    try:
        list(rule.plans(case))
    except GuardRefused as error:
        return str(error.effect or error)
    return ""


HIDDEN, GIVEN = Opaque(why="no idea"), Authority(account=BOB.account_id, change="to Mallory")
SENT, TOLD = Transfer(**PAID, amount=5), Statement(text="hello")
COST = Fee(asset=ETH, at_most=3)
LENT = Approve(asset=TOKEN, amount=7, spender=BOB.account_id)
ASKED = Call(target=BOB.account_id, name="swap")
SIGNERS: dict[str, Any] = {"BIP-137": WALLET.signer(BITCOIN), "off-chain": ANN}
BOUNDED: list[Rule] = [
    only_to([BOB]),
    only_assets(ETH, TOKEN),
    max_fee({ETH: 10}),
    limit(ETH, per_transaction=100),
    refuse_opaque(),
    no_unlimited_approval(),
]


@pytest.mark.parametrize("rule", [*BOUNDED, no_authority_change(), no_statements(memos=True)], ids=lambda r: r.name)
def test_what_nobody_can_bound_is_refused_by_every_rule_that_sets_bounds(rule: Rule) -> None:
    assert admits(rule, SENT, LENT, ASKED, TOLD, COST) == ()
    assert why(rule, SENT, HIDDEN, COST) is HIDDEN


@pytest.mark.parametrize("rule", [only_to([BOB]), only_assets(ETH, TOKEN), limit(ETH, total=9, per=DAY)])
def test_who_gets_control_gets_all_so_no_bound_holds(rule: Rule) -> None:
    assert why(rule, GIVEN) is GIVEN


def test_control_stays_where_it_is() -> None:
    assert why(no_authority_change(), SENT, GIVEN) is GIVEN


# -- to whom


def test_whoever_is_paid_may_spend_or_is_called_is_named() -> None:
    rule = only_to([BOB, f"eip155:1:{USDC}"])
    assert admits(rule, SENT, LENT, ASKED, replace(ASKED, target=USDC.account_id)) == ()
    for other in (
        replace(SENT, destination=CAROL.account_id),
        replace(SENT, destination=""),
        replace(LENT, spender=CAROL.account_id),
        replace(ASKED, target=CAROL.account_id),
        replace(SENT, destination=BOB.account_id.replace("eip155:1:", "eip155:137:")),
    ):
        assert why(rule, SENT, other) is other


def test_proven_change_may_go_anywhere_and_no_other_transfer() -> None:
    elsewhere = replace(SENT, destination=CAROL.account_id)
    assert admits(only_to([BOB]), SENT, elsewhere, returning=(1,)) == ()
    assert why(only_to([BOB]), SENT, elsewhere, returning=(0,)) is elsewhere


# -- which asset, which chain


def test_whatever_moves_is_an_asset_that_is_named_and_fees_are_not_asked() -> None:
    rule = only_assets(TOKEN)
    assert admits(rule, replace(SENT, asset=TOKEN), LENT, COST) == ()
    assert why(rule, SENT, COST) is SENT
    other = replace(LENT, asset=TOKEN.replace("eip155:1", "eip155:137"))
    assert why(rule, other) is other


def test_a_chain_is_named() -> None:
    rule = only_chains("eip155:1", "eip155:10")
    assert judged(rule, transfer()) == ""
    assert "eip155:137 is not among" in judged(rule, transfer(chain=POLYGON))
    assert refusal(lambda: list(rule.plans(case_of(transfer(chain=POLYGON))))).reason == "network"


# -- fees


def test_T13_ET05_fees_are_known_named_and_capped_together() -> None:
    rule = max_fee({ETH: 10})
    assert admits(rule, replace(COST, at_most=10)) == ()
    assert why(rule, replace(COST, at_most=11)) == replace(COST, at_most=11)
    assert why(rule, replace(COST, at_most=7), COST, replace(COST, at_most=1)) == replace(COST, at_most=1)
    assert why(rule, replace(COST, at_most=None)) == replace(COST, at_most=None)
    assert why(rule, replace(COST, asset=SOL)) == replace(COST, asset=SOL)
    assert admits(rule, TOLD) == ()


def test_ET05_a_price_of_gas_that_nobody_means_is_refused() -> None:
    assert "fee" in judged(max_fee({ETH: 10**16}), transfer(max_fee=10**30))
    assert judged(max_fee({ETH: 21_000 * 30 * GWEI}), transfer()) == ""
    assert judged(max_fee({ETH: 21_000 * 30 * GWEI - 1}), transfer()) != ""


def test_ET05_the_fee_for_blobs_counts_among_those_that_are_capped() -> None:
    most = 21_000 * 30 * GWEI + 2 * 131_072 * 5  # EIP-4844, GAS_PER_BLOB
    assert judged(max_fee({ETH: most}), blob()) == ""
    assert judged(max_fee({ETH: most - 1}), blob()) != ""
    assert "fee" in judged(max_fee({ETH: 10**16}), blob(max_blob_fee=10**30))


def test_T13_PS62_a_fee_of_bitcoin_that_is_only_claimed_is_refused() -> None:
    rule = max_fee({BTC: 5_000})
    assert judged(rule, bitcoin_payment()) == ""
    assert "only claims its value" in judged(rule, bitcoin_payment(proven=False))
    assert "1000" in judged(max_fee({BTC: 999}), bitcoin_payment())


def test_T13_a_fee_of_bitcoin_is_capped_for_each_byte() -> None:
    """BIP-141 and BIP-143: one P2WPKH input and two such outputs are 141 virtual bytes with a signature of 71 bytes."""
    paid = bitcoin_payment()  # 1,000 satoshi
    assert judged(max_fee_rate(7_093), paid) == ""  # 1,000,000 / 141, rounded up
    assert judged(max_fee_rate(7_092), paid).startswith("pay at most 1000 of")
    refused = refusal(max_fee_rate(7_092).plans, case_of(paid))
    assert (refused.rule, refused.reason) == ("max_fee_rate", "policy")
    assert judged(max_fee_rate(10**9), bitcoin_payment(proven=False)).startswith("unknown: the fee")


def test_T13_a_fee_that_is_for_no_bytes_has_no_rate() -> None:
    for subject in (transfer(), solana_payment()):
        assert judged(max_fee_rate(2**256 - 1), subject).startswith("pay at most")


def test_a_fee_of_solana_is_known_where_the_row_says_what_a_signature_costs() -> None:
    rule, row = max_fee({SOL: 5_000}), replace(SOLANA, signature_fee=5_000)
    assert "an unknown amount" in judged(rule, solana_payment())
    assert judged(rule, solana_payment(), row=row) == ""
    dear = solana_with(solana.set_compute_unit_price(10**6), solana.set_compute_unit_limit(1))
    assert "at most 1 of" in judged(rule, dear, row=row)


@pytest.mark.parametrize("name", ["base", "blast", "optimism", "scroll-sepolia", "unichain", "worldchain"])
@pytest.mark.parametrize("most", [10**15, 0])
def test_T13_a_fee_that_a_rollup_takes_beside_the_gas_is_known_by_a_row_of_ones_own(name: str, most: int) -> None:
    """Nothing that is signed bounds it, so that a rule which says "at most" refuses it."""
    row, gas = chain(name, Evm), 21_000 * 30 * GWEI
    for rule in (max_fee({row.asset: 10**30}), limit(row.asset, per_transaction=10**30)):
        error = refusal(lambda rule=rule: list(rule.plans(case_of(transfer(chain=row)))))
        assert "at most an unknown amount" in str(error)
        assert "chains=[row]" in error.hint
    knows = replace(row, data_fee=most)
    assert judged(max_fee({row.asset: gas + most}), transfer(chain=row), row=knows) == ""
    assert judged(max_fee({row.asset: gas + most - 1}), transfer(chain=row), row=knows) != ""
    assert judged(limit(row.asset, per_transaction=10**18 + gas + most), transfer(chain=row), row=knows) == ""
    assert judged(limit(row.asset, per_transaction=10**18 + gas + most - 1), transfer(chain=row), row=knows) != ""


def test_what_a_caller_says_of_the_fee_for_data_is_not_believed() -> None:
    base = chain("base", Evm)
    claimed = replace(base, data_fee=0)
    assert judged(max_fee({base.asset: 10**30}), transfer(chain=claimed)) != ""


# -- how much


def test_all_that_may_leave_counts_in_one_transaction() -> None:
    rule = limit(ETH, per_transaction=15)
    assert admits(rule, SENT, SENT, replace(LENT, asset=TOKEN, amount=99), COST) == ()
    lent = replace(LENT, asset=ETH, amount=8)
    assert why(rule, SENT, lent, COST) is COST
    assert why(rule, SENT, SENT, replace(SENT, amount=6)) == replace(SENT, amount=6)
    assert admits(rule, SENT, SENT, replace(SENT, amount=6), returning=(2,)) == ()


@pytest.mark.parametrize(
    "unknown",
    [replace(SENT, amount=None), replace(COST, at_most=None), replace(LENT, asset=ETH, amount=None)],
)
def test_an_amount_that_is_not_known_is_over_every_limit(unknown: Effect) -> None:
    assert why(limit(ETH, per_transaction=2**256 - 1), unknown) is unknown
    assert admits(limit(TOKEN, per_transaction=1), unknown) == ()


def test_a_total_is_a_charge_in_the_window_of_its_asset_and_time() -> None:
    rule = limit(ETH, per_transaction=9, total=20, per=DAY)
    assert rule.remembers
    assert admits(rule, SENT, COST) == (
        Charge(window="limit eip155:1/slip44:60 86400s", amount=8, at_most=20, seconds=86400),
    )
    assert admits(rule, replace(SENT, asset=TOKEN)) == ()
    assert why(rule, SENT, COST, COST) is COST
    assert not limit(ETH, per_transaction=9).remembers
    named = admits(limit(ETH, total=20, per=timedelta(seconds=1), name="hot"), SENT)
    assert named == (Charge(window="hot eip155:1/slip44:60 1s", amount=5, at_most=20, seconds=1),)
    assert why(limit(ETH, total=7, per=DAY), SENT, COST) is COST


@given(st.lists(st.integers(0, 100), max_size=6), st.integers(0, 300))
def test_a_limit_is_kept_to_the_unit(amounts: list[int], most: int) -> None:
    effects = [replace(SENT, amount=amount) for amount in amounts]
    if sum(amounts) <= most:
        assert admits(limit(ETH, per_transaction=most), *effects) == ()
    else:
        assert why(limit(ETH, per_transaction=most), *effects) is not None


def test_change_of_bitcoin_is_not_spent_where_it_is_proven() -> None:
    rule = limit(BTC, per_transaction=61_000)
    assert judged(rule, bitcoin_payment(60_000), WALLET.change_of) == ""
    assert judged(rule, bitcoin_payment(60_000)) != ""
    assert judged(rule, bitcoin_payment(60_001), WALLET.change_of) != ""


# -- approvals


WIDTHS = [53, 63, 64, 72, 88, 95, 96, 104, 112, 127, 128, 159, 160, 255, 256]  # bits of numbers, with and without sign


@pytest.mark.parametrize("amount", [None, 2**128, 2**255, 2**256 - 2, *(2**bits - 1 for bits in WIDTHS)])
def test_an_approval_of_all_there_is_is_refused(amount: int | None) -> None:
    effect = replace(LENT, amount=amount)
    assert why(no_unlimited_approval(), effect) is effect


@pytest.mark.parametrize(
    "amount", [0, 1, 3, 2**32 - 1, 2**52 - 1, 10**18, 10**27, 2**96 - 2, 2**96, 2**127 + 1, 2**128 - 2]
)
def test_an_approval_that_somebody_can_mean_passes(amount: int) -> None:
    assert admits(no_unlimited_approval(), replace(LENT, amount=amount)) == ()


def test_the_most_that_anybody_may_be_allowed_can_be_said() -> None:
    rule = no_unlimited_approval(most=10)
    assert admits(rule, replace(LENT, amount=10), replace(LENT, amount=0), replace(SENT, amount=11)) == ()
    assert why(rule, replace(LENT, amount=11)) == replace(LENT, amount=11)
    assert why(no_unlimited_approval(most=0), replace(LENT, amount=1)) is not None
    largest = no_unlimited_approval(most=2**256 - 1)
    assert admits(largest, replace(LENT, amount=2**200), replace(LENT, amount=2**256 - 2)) == ()
    for bits in WIDTHS:  # what stands for all there is is no amount, however much may be allowed
        assert why(largest, replace(LENT, amount=2**bits - 1)) is not None


# -- texts


def texts() -> dict[str, tuple[Any, str]]:
    """Return what a person signs in each family that moves nothing, and what the text is told as."""
    mail = {
        "types": {"Mail": [{"name": "contents", "type": "string"}]},
        "primaryType": "Mail",
        "domain": {"name": "Ether Mail", "chainId": 1, "verifyingContract": USDC.text},
        "message": {"contents": "I owe Bob everything"},
    }
    key = WALLET.public_key(BITCOIN)
    evm: dict[str, Any] = {"chain": ETHEREUM, "signer": ALICE.public_key}
    return {
        "EIP-191": (Message(**evm, data=b"I owe Bob everything"), "state 'I owe"),
        "EIP-191 without a word": (Message(**evm, data=b""), "state ''"),
        "EIP-191 for a validator": (Message(**evm, data=b"I owe Bob everything", validator=USDC), "unknown: data for"),
        "EIP-712": (Message(**evm, data=TypedData.parse(mail)), "unknown: typed data Mail"),
        "hidden": (Message(**evm, data="I owe\u200bBob".encode()), "unknown: text with characters"),
        "BIP-137": (SignedText(chain=BITCOIN, signer=key, data=b"I owe Bob everything"), "state 'I owe"),
        "off-chain": (solana.OffchainMessage(chain=SOLANA, text="I owe", signers=(ANN.public_key,)), "state"),
    }


@pytest.mark.parametrize("name", texts())
@pytest.mark.parametrize("memos", [True, False])
def test_no_message_of_any_family_is_signed_where_texts_are_not(name: str, memos: bool) -> None:
    message, told = texts()[name]
    assert judged(no_statements(memos=memos), message).startswith(told)
    assert (
        refusal(sign, message, guard(SIGNERS.get(name, ALICE), no_statements(memos=memos), allow_opaque=True)).reason
        == "policy"
    )


@pytest.mark.parametrize("name", ["EIP-191", "BIP-137", "off-chain"])
def test_no_other_rule_looks_at_texts(name: str) -> None:
    """So that whoever wants none signed has to say so."""
    message, _ = texts()[name]
    total = limit(ETH, per_transaction=0)
    for rule in (only_to([BOB]), only_assets(ETH), max_fee({ETH: 0}), total, no_authority_change(), refuse_opaque()):
        assert judged(rule, message) == ""


def test_payments_pass_where_no_texts_are_signed_and_permits_are_approvals() -> None:
    for pays in (transfer(), bitcoin_payment(), solana_payment(), typed()):
        assert judged(no_statements(), pays) == ""


def memo_of_bitcoin() -> Any:
    paid = bitcoin_payment()
    said = Output(value=0, script_pubkey=bytes.fromhex("6a") + bytes((5,)) + b"hello")  # OP_RETURN, and a push of five
    return replace(paid, outputs=(*paid.outputs, said))


def memo_of_solana() -> Any:
    pays = solana.transfer(source=ANN.public_key, destination=MINT, lamports=1)
    return solana_with(pays, solana.memo("hello"))


@pytest.mark.parametrize("make", [memo_of_bitcoin, memo_of_solana])
def test_a_memo_is_a_text_unless_memos_are_taken(make: Callable[[], Any]) -> None:
    assert judged(no_statements(), make()) == "state 'hello'"
    assert judged(no_statements(memos=True), make()) == ""


def proof_of_bitcoin() -> Any:
    """BIP-322, "Full": a signature that proves control of an address to whoever knows the message."""
    script = BITCOIN.script_pubkey(BITCOIN.address(WALLET.public_key(BITCOIN)))
    committed = b"\x00\x20" + tagged("BIP0322-signed-message")(b"I owe Bob everything")
    asked = TxIn(txid="00" * 32, vout=0xFFFFFFFF, script_sig=committed, sequence=0)
    to_spend = Tx(version=0, inputs=(asked,), outputs=(Output(value=0, script_pubkey=script),), locktime=0)
    key, said = WALLET.public_key(BITCOIN), Output(value=0, script_pubkey=b"\x6a")
    spent = Input(txid=to_spend.txid, vout=0, key=key, previous=to_spend.encode(), sequence=0)
    return Transaction(chain=BITCOIN, version=0, inputs=(spent,), outputs=(said,))


def test_a_message_that_is_signed_as_a_transaction_of_bitcoin_is_no_memo() -> None:
    """BIP-322: only a hash in the transaction that is spent stands for the text, so that nobody can read it."""
    opaque = "unknown: an OP_RETURN output that says nothing, as in a BIP-322 proof"
    for rule in (no_statements(memos=True), no_statements(), refuse_opaque(), limit(BTC, per_transaction=0)):
        assert judged(rule, proof_of_bitcoin()).startswith(opaque)


def test_a_generic_message_is_a_text_and_no_memo() -> None:
    """BIP-322, "PSBT-based signing": its message stands in the PSBT, and what is signed is compared with it."""
    subject = GenericMessage(chain=BITCOIN, signer=WALLET.public_key(BITCOIN), data=b"I owe Bob everything")
    for rule in (no_statements(memos=True), no_statements()):
        assert judged(rule, subject) == "state 'I owe Bob everything'"
    for rule in (refuse_opaque(), limit(BTC, per_transaction=0), max_fee({BTC: 1})):
        assert judged(rule, subject) == ""


# -- what each family may hide, on real transactions

UNREAD = {
    "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)": "38ed1739",  # Uniswap v2
    "mint(address,uint256)": "40c10f19",
    "setApprovalForAll(address,bool), a bool of 2": "a22cb465",
    "multicall(bytes[]), not as the ABI writes it": "ac9650d8",
    "transferOwnership(address), with a word behind it": "f2fde38b",
}


@pytest.mark.parametrize("name", UNREAD)
@pytest.mark.parametrize("rule", [*BOUNDED, no_authority_change(), no_statements(memos=True)], ids=lambda r: r.name)
def test_a_call_that_nobody_here_reads_is_refused_by_every_bound(rule: Rule, name: str) -> None:
    data = bytes.fromhex(UNREAD[name]) + bytes(12) + BOB.payload + (2).to_bytes(32)
    assert "unknown: calls eip155:1:" in judged(rule, transfer(to=USDC, value=0, data=data))


@pytest.mark.parametrize("rule", BOUNDED, ids=lambda rule: rule.name)
def test_a_contract_that_is_created_is_refused_by_every_bound(rule: Rule) -> None:
    assert "creates a contract" in judged(rule, transfer(to=None, value=0, data=b"\x60\x00"))


def test_a_transfer_of_a_token_goes_to_whom_the_calldata_say_and_not_to_the_contract() -> None:
    pays = transfer(to=USDC, value=0, data=erc20.transfer(BOB, 10**6))
    assert judged(only_to([BOB]), pays) == ""
    assert BOB.text in judged(only_to([USDC]), pays)
    assert judged(only_assets(TOKEN), pays) == ""
    assert judged(only_assets(ETH), pays) != ""
    assert judged(limit(TOKEN, per_transaction=10**6), pays) == ""
    assert judged(limit(TOKEN, per_transaction=10**6 - 1), pays) != ""


def test_coins_that_are_sent_to_a_token_by_itself_are_a_payment_to_it() -> None:
    """Calldata to one account, and value to the contract: both are looked at."""
    pays = transfer(to=USDC, value=1, data=erc20.transfer(BOB, 10**6))
    assert USDC.text in judged(only_to([BOB]), pays)
    assert judged(only_to([BOB, USDC]), pays) == ""
    assert "transfer 1 of eip155:1/slip44:60" in judged(only_assets(TOKEN), pays)


@pytest.mark.parametrize("data", [erc20.approve(BOB, 5), erc20.transfer_from(CAROL, BOB, 5)])
def test_a_number_that_may_be_the_id_of_a_token_is_no_amount(data: bytes) -> None:
    pays = transfer(to=USDC, value=0, data=data)
    assert "an unknown amount" in judged(limit(TOKEN, per_transaction=10**9), pays)
    assert judged(limit(ETH, per_transaction=10**18), pays) == ""
    assert "call" in judged(only_to([BOB]), pays)
    assert judged(only_to([BOB, USDC]), pays) == ""


@pytest.mark.parametrize("data", [erc20.approve(BOB, 5), erc20.transfer_from(CAROL, BOB, 5)])
def test_an_operator_who_knows_a_contract_to_be_of_erc20_can_limit_what_it_lends(data: bytes) -> None:
    """The row says so, and neither the name of an asset in a rule nor the caller."""
    pays, row = transfer(to=USDC, value=0, data=data), replace(ETHEREUM, erc20=(USDC.text,))
    assert judged(limit(TOKEN, per_transaction=5), pays, row=row) == ""
    assert "5 of eip155:1/erc20" in judged(limit(TOKEN, per_transaction=4), pays, row=row)
    assert judged(only_to([BOB]), pays, row=row) == ""
    assert judged(no_unlimited_approval(), pays, row=row) == ""
    other = transfer(to=ETHEREUM.account(b"\x07" * 20), value=0, data=data)
    assert "an unknown amount" in judged(limit(f"eip155:1/erc20:{other.to}", per_transaction=5), other, row=row)
    claimed = transfer(chain=row, to=row.account(USDC.payload), value=0, data=data)
    error = refusal(lambda: list(limit(TOKEN, per_transaction=5).plans(case_of(claimed))))
    assert ("an unknown amount" in str(error), "ERC-20" in error.hint) == (True, True)


def test_an_approval_whose_amount_is_not_known_is_taken_for_unlimited() -> None:
    assert "allow" in judged(no_unlimited_approval(), transfer(to=USDC, value=0, data=erc20.approve(BOB, 5)))


def typed(value: int = 5, **domain: Any) -> Message:
    """Return a permit of ERC-2612 for a token on Ethereum, with another domain if one is given."""
    members = [("owner", "address"), ("spender", "address"), ("value", "uint256"), ("nonce", "uint256")]
    account = ETHEREUM.address(ALICE.public_key).text
    document = {
        "types": {"Permit": [{"name": n, "type": t} for n, t in (*members, ("deadline", "uint256"))]},
        "primaryType": "Permit",
        "domain": domain or {"name": "USD Coin", "chainId": 1, "verifyingContract": USDC.text},
        "message": {"owner": account, "spender": BOB.text, "value": value, "nonce": 0, "deadline": 2**40},
    }
    return Message(chain=ETHEREUM, signer=ALICE.public_key, data=TypedData.parse(document))


def test_a_permit_is_an_approval_with_its_amount() -> None:
    assert judged(limit(TOKEN, per_transaction=5), typed()) == ""
    assert judged(limit(TOKEN, per_transaction=4), typed()) != ""
    assert judged(only_to([CAROL]), typed()) != ""
    assert judged(no_unlimited_approval(), typed()) == ""
    assert judged(no_unlimited_approval(), typed(2**256 - 1)) != ""


@pytest.mark.parametrize("rule", BOUNDED, ids=lambda rule: rule.name)
@pytest.mark.parametrize("domain", [{"name": "USD Coin", "chainId": 1}, {"verifyingContract": USDC.text}])
def test_E21_a_permit_that_binds_no_contract_or_no_chain_is_refused(rule: Rule, domain: dict[str, Any]) -> None:
    assert "typed data Permit" in judged(rule, typed(**domain))


@pytest.mark.parametrize("rule", BOUNDED, ids=lambda rule: rule.name)
def test_ET13_a_hash_as_a_personal_message_is_refused(rule: Rule) -> None:
    hidden = Message(chain=ETHEREUM, signer=ALICE.public_key, data=transfer().requests()[0].message)
    assert "blind signing" in judged(rule, hidden)


def durable() -> Any:
    advance = solana.advance_nonce(nonce=MINT, authority=ANN.public_key)
    return solana_with(advance, solana.transfer(source=ANN.public_key, destination=MINT, lamports=1))


def looked_up() -> Any:
    table = solana.LookupTable(key=bytes([6]) * 32, addresses=(bytes([9]) * 32, bytes([5]) * 32))
    pays = solana.transfer(source=ANN.public_key, destination=SOLANA.account(bytes([9]) * 32), lamports=1)
    return solana_with(pays, tables=(table,))


HIDING: dict[str, tuple[Callable[[], Any], str]] = {
    "a durable nonce": (durable, "never expires"),
    "accounts behind a table": (looked_up, "unresolved lookup table"),
    "a token that is not named": (lambda: token(b"\x03" + (5).to_bytes(8, "little")), "not named"),
    "a permanent approval": (lambda: token(b"\x04" + (5).to_bytes(8, "little")), "of a token that is not named"),
    "another program": (lambda: token(b"\x00", program=bytes([3]) * 32), "instruction 0"),
}


def token(data: bytes, *, program: bytes = solana.TOKEN_PROGRAM) -> Any:
    accounts = [solana.AccountMeta(pubkey=bytes([n]) * 32, is_signer=False, is_writable=True) for n in (8, 9)]
    owner = solana.AccountMeta(pubkey=ANN.public_key.data, is_signer=True, is_writable=False)
    return solana_with(solana.Instruction(program_id=program, accounts=(*accounts, owner), data=data))


@pytest.mark.parametrize("name", HIDING)
@pytest.mark.parametrize("rule", BOUNDED, ids=lambda rule: rule.name)
def test_what_solana_can_hide_is_refused_by_every_bound(rule: Rule, name: str) -> None:
    make, words = HIDING[name]
    assert words in judged(rule, make())


@pytest.mark.parametrize("rule", BOUNDED, ids=lambda rule: rule.name)
def test_an_account_that_is_closed_sends_an_amount_that_no_bound_knows(rule: Rule) -> None:
    hides_nothing = rule.name in ("refuse_opaque", "no_unlimited_approval")
    assert (judged(rule, token(b"\x09")) == "") == hides_nothing


def test_a_table_that_the_caller_tells_of_is_not_believed() -> None:
    """The subject beside the request resolves it; the bytes do not."""
    claimed = looked_up()
    assert claimed.tables
    assert any(isinstance(effect, Transfer) for effect in claimed.effects())
    assert "unresolved" in judged(refuse_opaque(), claimed)


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_who_controls_a_token_account_is_not_changed(kind: int) -> None:
    changes = token(bytes([6, kind, 1]) + bytes([7]) * 32)
    for rule in (no_authority_change(), only_to([MINT]), only_assets(SOL), limit(SOL, per_transaction=10**9)):
        assert "authority becomes" in judged(rule, changes, row=replace(SOLANA, signature_fee=0))


def test_a_nonce_gets_no_other_authority() -> None:
    changes = solana_with(
        solana.authorize_nonce(nonce=MINT, authority=ANN.public_key, new_authority=bytes_key()),
    )
    assert "nonce authority becomes" in judged(no_authority_change(), changes)


def bytes_key() -> Any:
    return SOLANA.account(bytes([7]) * 32)


def test_the_rent_of_a_new_account_is_an_amount_that_nobody_knows() -> None:
    opens = solana_with(
        solana.create_associated_token_account(payer=ANN.public_key, owner=ANN.public_key, mint=MINT),
    )
    assert "an unknown amount" in judged(limit(SOL, per_transaction=10**9), opens)


def test_a_transfer_of_a_token_of_solana_is_bounded() -> None:
    pays = solana_with(
        solana.transfer_checked(
            source=bytes_key(), mint=MINT, destination=MINT, authority=ANN.public_key, amount=5, decimals=0
        )
    )
    asset = f"{SOLANA.caip2}/token:{MINT}"
    assert judged(limit(asset, per_transaction=5), pays) == ""
    assert judged(limit(asset, per_transaction=4), pays) != ""
    assert judged(only_to([MINT]), pays) == ""
    assert judged(only_to([bytes_key()]), pays) != ""


def test_a_fee_that_another_pays_counts_all_the_same() -> None:
    row, other = replace(SOLANA, signature_fee=5_000), PrivateKey(Curve.ED25519, Secret(bytes([2]) * 32)).public_key
    call = solana.transfer(source=ANN.public_key, destination=MINT, lamports=1)
    pays = solana_with(call, row=row, fee_payer=other)
    assert judged(max_fee({SOL: 10_000}), pays, row=row) == ""
    assert SOLANA.address(other).text in judged(max_fee({SOL: 9_999}), pays, row=row)


def test_bitcoin_change_that_is_not_proven_is_a_payment() -> None:
    payment = bitcoin_payment()
    stranger = payment.effects()[0]
    assert isinstance(stranger, Transfer)
    rule = only_to([stranger.destination])
    assert judged(rule, payment, WALLET.change_of) == ""
    assert "39000" in judged(rule, payment)


@pytest.mark.parametrize("index", [5, 1_000_000, 1_000_001, 2**31 - 1])
def test_PS68_change_where_nobody_would_search_is_a_payment(index: int) -> None:
    rule = limit(BTC, per_transaction=61_000)
    assert (judged(rule, bitcoin_payment(60_000, index=index), WALLET.change_of) == "") == (index <= 1_000_000)


def test_PS67_change_of_another_key_at_a_path_of_the_wallet_is_a_payment() -> None:
    honest = bitcoin_payment()
    stranger, origin = PrivateKey(Curve.SECP256K1, Secret(bytes([9]) * 32)), WALLET.origin(BITCOIN, change=1, index=5)
    claimed = replace(honest, outputs=(honest.outputs[0], change(stranger.public_key, value=39_000, origin=origin)))
    assert "39000" in judged(limit(BTC, per_transaction=61_000), claimed, WALLET.change_of)


# -- rules that cannot be made

WRONG: list[Callable[[], Any]] = [
    lambda: only_to([]),
    lambda: only_to(BOB.account_id),
    lambda: only_to([BOB.text]),
    lambda: only_to([7]),
    lambda: only_to(None),  # type: ignore[arg-type]
    lambda: only_to([BOB.account_id + "\n"]),
    lambda: only_assets(),
    lambda: only_assets("eip155:1"),
    lambda: only_assets("ETH"),
    lambda: only_chains(),
    lambda: only_chains("ethereum"),
    lambda: only_chains("eip155:1\n"),
    lambda: only_chains(ETH),
    lambda: max_fee({}),
    lambda: max_fee({"ETH": 1}),
    lambda: max_fee({ETH: -1}),
    lambda: max_fee({ETH: True}),
    lambda: max_fee({ETH: 0.1}),  # type: ignore[dict-item]
    lambda: max_fee([ETH]),  # type: ignore[arg-type]
    lambda: max_fee({ETH: 2**256}),
    lambda: max_fee({ETH: "1"}),  # type: ignore[dict-item]
    lambda: max_fee_rate(-1),
    lambda: max_fee_rate(1.5),  # type: ignore[arg-type]
    lambda: no_statements(memos=1),  # type: ignore[arg-type]
    lambda: no_statements(memos=None),  # type: ignore[arg-type]
    lambda: no_unlimited_approval(most=-1),
    lambda: no_unlimited_approval(most=2**256),
    lambda: no_unlimited_approval(most=True),
    lambda: no_unlimited_approval(most=1e9),  # type: ignore[arg-type]
    lambda: no_unlimited_approval(most=None),  # type: ignore[arg-type]
    lambda: limit(ETH, per_transaction=2**256),
    lambda: limit(ETH, per_transaction="1"),  # type: ignore[arg-type]
    lambda: limit(ETH, total=2**256, per=DAY),
    lambda: limit(ETH, total=-1, per=DAY),
    lambda: limit(ETH, total=True, per=DAY),
    lambda: limit(ETH, total=1.0, per=DAY),  # type: ignore[arg-type]
    lambda: limit(ETH, total="1", per=DAY),  # type: ignore[arg-type]
    lambda: limit(ETH, total=1, per=DAY, name="x" * 500),
    lambda: limit(ETH, total=1, per=DAY, name="a\nb"),
    lambda: limit(ETH, total=1, per=DAY, name=7),  # type: ignore[arg-type]
    lambda: limit(ETH),
    lambda: limit("ETH", per_transaction=1),
    lambda: limit(ETH, per_transaction=-1),
    lambda: limit(ETH, per_transaction=1.5),  # type: ignore[arg-type]
    lambda: limit(ETH, per_transaction=True),
    lambda: limit(ETH, total=1),
    lambda: limit(ETH, per=DAY),
    lambda: limit(ETH, per_transaction=1, per=DAY),
    lambda: limit(ETH, total=1, per=timedelta(0)),
    lambda: limit(ETH, total=1, per=timedelta(seconds=-1)),
    lambda: limit(ETH, total=1, per=timedelta(seconds=1.5)),
    lambda: limit(ETH, total=1, per=86_400),  # type: ignore[arg-type]
    lambda: limit(ETH, total=1, per=DAY, name=""),
    lambda: audit(None),
    lambda: audit(7),
]


@pytest.mark.parametrize("place", range(len(WRONG)))
def test_X16_a_rule_that_says_nothing_sure_is_not_made(place: int) -> None:
    with pytest.raises(SignerError) as caught:
        WRONG[place]()
    assert caught.value.reason in ("type", "range", "length", "character")


@pytest.mark.parametrize(
    "name",
    [
        TOKEN.lower(),
        TOKEN.replace("0xA0b8", "0xA0B8"),
        TOKEN.replace("0xA0b86991", "0xA0b86990"),
        TOKEN.replace("erc20", "erc777"),
        TOKEN + "/5",
        TOKEN.replace("erc20", "erc721") + "/05",
        TOKEN.replace("erc20", "erc721") + "/0x5",
        TOKEN.replace("erc20", "erc1155").lower() + "/5",
        "eip155:1/slip44:60/1",
        TOKEN.replace("eip155:1/", "eip155:01/"),
        TOKEN[:-1],
        "eip155:1/slip44:x",
    ],
)
def test_an_asset_that_no_effect_is_named_by_has_no_limit(name: str) -> None:
    """It would bind nothing: what moves is named by the address with its checksum, and the id in decimal digits."""
    with pytest.raises(SignerError) as caught:
        limit(name, per_transaction=1)
    assert caught.value.reason in ("checksum", "unknown")
    with pytest.raises(SignerError):
        only_assets(TOKEN, name)
    with pytest.raises(SignerError):
        max_fee({name: 1})


def test_A01_A03_an_account_that_is_spelled_without_its_checksum_is_not_named() -> None:
    for text in (USDC.text.lower(), USDC.text.replace("0xA0b8", "0xA0B8")):
        with pytest.raises(SignerError, match=f"{text}: .*checksum") as caught:
            only_to([f"eip155:137:{text}"])
        assert caught.value.reason == "checksum"
    assert only_to([f"eip155:137:{USDC.text}"]).chains == {"eip155:137"}


def test_a_limit_in_a_coin_that_is_not_the_chains_own_admits_nothing_there() -> None:
    """Polygon's coin has a number of its own (SLIP-44, 966), which is easily taken for that of ether."""
    on_polygon = transfer(chain=POLYGON, to=POLYGON.account(BOB.payload))
    own = f"the chain's own asset is {POLYGON.asset}"
    error = refusal(limit("eip155:137/slip44:60", per_transaction=1).plans, case_of(on_polygon))
    assert own in str(error)
    assert judged(limit("eip155:137/slip44:60", per_transaction=1), transfer()) == ""


def test_the_smallest_and_the_largest_limit_are_kept() -> None:
    """None of it, and more than there is; a store keeps either."""
    nothing, everything = limit(ETH, total=0, per=DAY), limit(ETH, total=2**256 - 1, per=timedelta.max // DAY * DAY)
    assert why(nothing, SENT) is SENT
    assert admits(nothing, TOLD, replace(SENT, asset=TOKEN)) == ()
    (charge,) = admits(everything, replace(SENT, amount=2**256 - 1))
    assert isinstance(charge, Charge)
    assert (charge.amount, charge.at_most) == (2**256 - 1, 2**256 - 1)
    assert why(everything, replace(SENT, amount=2**256 - 1), SENT) is SENT


def test_a_rule_keeps_what_it_was_made_of() -> None:
    caps, accounts = {ETH: 10}, [BOB.account_id]
    rules = max_fee(caps), only_to(accounts)
    caps[ETH] = 10**18
    accounts.append(CAROL.account_id)
    assert why(rules[0], replace(COST, at_most=11)) is not None
    assert why(rules[1], replace(SENT, destination=CAROL.account_id)) is not None


def test_rules_know_the_chains_that_they_speak_of() -> None:
    assert only_to([BOB, f"{POLYGON.caip2}:{BOB}"]).chains == {"eip155:1", "eip155:137"}
    assert only_assets(TOKEN, SOL).chains == {"eip155:1", SOLANA.caip2}
    assert only_chains(BITCOIN.caip2).chains == {BITCOIN.caip2}
    assert max_fee({BTC: 1}).chains == limit(BTC, per_transaction=1).chains == {BITCOIN.caip2}
    assert refuse_opaque().chains == no_authority_change().chains == frozenset()


def test_a_case_is_what_a_rule_is_given() -> None:
    case = case_of(transfer())
    assert type(case) is Case
    assert (case.chain, case.is_chain_signed) == ("eip155:1", True)
