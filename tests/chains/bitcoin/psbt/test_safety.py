"""What is refused by default, and the name under which each can be allowed; what people are told before they sign."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, kernel_accepts, key, reason, signer, spending
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.psbt import SAFE, Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.relay import CORE
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.effects import Fee, Opaque, Transfer
from walletcore.errors import SigningRefused, TransactionError
from walletcore.signing import sign
from walletcore.wallet import Wallet

TO = BITCOIN.address(key(7).public_key)
MAX_FEE, MAX_FEE_RATE = CORE.max_fee, CORE.max_fee_rate
PHRASE = "abandon " * 11 + "about"


def psbt(*inputs: Input, value: int = 90_000, outputs: tuple[TxOut, ...] = (), **safety: Any) -> Psbt:
    """Return the PSBT that spends them."""
    tx = Transaction(chain=BITCOIN, inputs=inputs, outputs=outputs or (pay(TO, value),))
    return Psbt.from_transaction(tx, safety=Safety(**safety))


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(SigningRefused) as caught:
        call()
    assert type(caught.value) is SigningRefused
    assert caught.value.reason == "policy"
    return str(caught.value), caught.value.hint


def test_PS60_an_amount_that_the_previous_transaction_does_not_have_is_never_allowed() -> None:
    """CVE-2020-14199: neither to be signed nor to be shown, whatever is trusted."""
    true = spending("p2wpkh")
    made = psbt(true)
    lie = PsbtInput([pair for pair in made.inputs[0].records if pair[0] != b"\x01"]).with_fields(
        witness_utxo=TxOut(value=50_000, script_pubkey=true.script_pubkey)
    )
    for safety in (SAFE, Safety(trust_witness_utxo=True)):
        lying = replace(made, inputs=(lie,), safety=safety)
        assert lying.inputs[0].witness_utxo != true.spent  # it can be looked at
        for ask in (lying.requests, lying.effects, lying.summary, lying.finalized):
            assert reason(TransactionError, ask) == "mismatch"


def test_PS61_a_previous_transaction_of_another_txid_is_never_allowed() -> None:
    made = psbt(spending("p2wpkh"))
    other = made.inputs[0].with_fields(non_witness_utxo=spending("p2wpkh", place=1).previous)
    lying = replace(made, inputs=(other,), safety=Safety(trust_witness_utxo=True))
    assert reason(TransactionError, lying.requests) == "mismatch"


@pytest.mark.parametrize("guard", ["p2wpkh", "p2sh-p2wpkh", "p2wsh", "p2sh-p2wsh"])
def test_PS62_claimed_amounts_are_signed_only_where_they_are_trusted(guard: str) -> None:
    claimed = spending(guard, previous=b"", value=100_000)
    message, hint = refusal(psbt(claimed).requests)
    assert message.startswith("input 0: expected the previous transaction")
    assert "trust_witness_utxo=True" in hint
    trusting = psbt(claimed, trust_witness_utxo=True)
    signed = sign(trusting, signer(1), signer(2))
    assert kernel_accepts(signed.finalize().raw, [claimed.spent])  # type: ignore[list-item]
    final = replace(signed.finalized(), safety=SAFE)
    assert refusal(final.extract)[0] == message


def test_PS62_neighbour_taproot_proves_the_amounts_and_an_input_beside_it_does_not() -> None:
    taproot = spending("p2tr", previous=b"", value=100_000)
    assert len(psbt(taproot).requests()) == 1
    beside = spending("p2wpkh", previous=b"", value=100_000)
    assert refusal(psbt(taproot, beside, value=190_000).requests)[0].startswith("input 1: ")


@pytest.mark.parametrize("guard", ["p2pkh", "p2wpkh", "p2wsh", "p2tr"])
@pytest.mark.parametrize("name", ["NONE", "SINGLE", "ALL|ANYONECANPAY", "NONE|ANYONECANPAY", "SINGLE|ANYONECANPAY"])
def test_T10_hash_types_that_leave_something_open_are_allowed_by_name_only(guard: str, name: str) -> None:
    made = psbt(spending(guard, sighash=name))
    message, hint = refusal(made.requests)
    assert message == f"input 0: expected signatures over everything, got {name}"
    assert hint == f"Safety(sighash=({name!r},)) allows it"
    allowed = replace(made, safety=Safety(sighash=(name,)))
    signed = sign(allowed, signer(1), signer(2))
    assert len(signed.finalized().extract().raw) > 100
    unnamed = replace(signed, inputs=tuple([each.with_fields(sighash_type=None) for each in signed.inputs]))
    for each in (signed, unnamed):
        for give in (replace(each, safety=SAFE).finalize, replace(each.finalized(), safety=SAFE).extract):
            assert refusal(give) == (message, hint)
    assert unnamed.finalize().raw == signed.finalize().raw


@pytest.mark.parametrize("number", [0, 4, 0x80, 0x84, 0x101])
def test_T10_neighbour_hash_types_without_a_name_are_never_signed(number: int) -> None:
    made = psbt(spending("p2wpkh"))
    odd = replace(made, inputs=(made.inputs[0].with_fields(sighash_type=number),))
    for safety in (SAFE, Safety(sighash=("DEFAULT", "NONE", "SINGLE"))):
        got = f"hash type {number:#04x}, which has no name" if number else "DEFAULT"
        with pytest.raises(TransactionError, match=f"got {got}$") as caught:
            replace(odd, safety=safety).requests()
        assert (caught.value.reason, caught.value.hint) == ("policy", "")


def rich(value: int) -> Input:
    """Return an input of that value."""
    script = BITCOIN.script_pubkey(BITCOIN.address(key(1).public_key))
    source = Tx(
        version=2,
        inputs=(TxIn(txid="77" * 32, vout=0),),
        outputs=(TxOut(value=value, script_pubkey=script),),
        locktime=0,
    )
    return Input(txid=source.txid, vout=0, previous=source.encode(), key=key(1).public_key)


def test_T13_a_fee_above_the_ceiling_is_refused() -> None:
    loose: dict[str, Any] = {"max_fee_rate": None}
    assert psbt(rich(MAX_FEE + 1_000), value=1_000, **loose).requests()
    message, hint = refusal(psbt(rich(MAX_FEE + 1_001), value=1_000, **loose).requests)
    assert message == f"expected a fee of at most {MAX_FEE} satoshi, got {MAX_FEE + 1}"
    assert "max_fee" in hint
    assert psbt(rich(MAX_FEE + 1_001), value=1_000, max_fee=None, **loose).requests()
    assert psbt(rich(20_000), value=1_000, max_fee=19_000).requests()
    assert refusal(psbt(rich(20_000), value=1_000, max_fee=18_999).requests)


def test_T13_a_fee_rate_above_the_ceiling_is_refused_at_the_latest_when_the_size_is_known() -> None:
    assert (MAX_FEE, MAX_FEE_RATE) == (10_000_000, 10_000_000)
    made = psbt(rich(1_000_000), value=1_000_000 - 81_000, max_fee_rate=1_000_000)
    signed = sign(made, signer(1)).finalize()
    size = Tx.decode(signed.raw).vsize
    assert size in (109, 110)
    limit = -(-81_000 * 1000 // size)
    assert refusal(replace(sign(made, signer(1)).finalized(), safety=Safety(max_fee_rate=limit - 1)).extract)
    assert replace(sign(made, signer(1)).finalized(), safety=Safety(max_fee_rate=limit)).extract().raw == signed.raw
    largest = -(-81_000 * 1000 // 110)  # with the largest signature that low s allows
    assert refusal(replace(made, safety=Safety(max_fee_rate=largest - 1)).requests)
    assert replace(made, safety=Safety(max_fee_rate=largest)).requests()


@pytest.mark.parametrize("guard", ["p2wpkh", "p2tr", "p2pkh", "p2sh-p2wpkh", "p2wsh", "p2sh-p2wsh", "p2sh"])
def test_T13_the_rate_of_what_is_asked_is_that_of_what_will_be_signed(guard: str) -> None:
    """Most of a transaction may be its witnesses: without them the rate would seem to be twice as high, or more."""
    made = psbt(*[spending(guard, place=place) for place in range(5)], value=450_000)
    size, fee = made.transaction.vsize, 50_000
    rate = -(-1000 * fee // size)
    assert made.summary().fee_rate == rate
    assert replace(made, safety=Safety(max_fee_rate=rate)).requests()
    assert refusal(replace(made, safety=Safety(max_fee_rate=rate - 1)).requests)[0] == (
        f"expected a fee of at most {rate - 1} satoshi per 1,000 virtual bytes, got {rate}"
    )
    final = sign(made, *map(signer, range(1, 4))).finalized()
    exact = -(-1000 * fee // final.handed_over.vsize)
    assert rate <= exact  # half of the signatures have a byte less
    assert replace(final, safety=Safety(max_fee_rate=exact)).requests() == ()
    assert refusal(replace(final, safety=Safety(max_fee_rate=exact - 1)).requests)


def test_T13_outputs_above_inputs_are_never_allowed() -> None:
    assert reason(TransactionError, psbt, rich(1_000), value=1_001) == "range"


def joint() -> Psbt:
    """Return what spends an output of one's own beside one of which nothing is known."""
    mine, foreign = spending("p2wpkh"), Input(txid="55" * 32, vout=1)
    return psbt(mine, foreign)


def test_a_fee_that_is_not_known_is_refused_unless_no_ceiling_is_set() -> None:
    message, hint = refusal(joint().requests)
    assert message.startswith("the fee is not known")
    assert hint == "Safety(max_fee=None, max_fee_rate=None) allows a fee that is not known"
    for one in (Safety(max_fee=None), Safety(max_fee_rate=None)):
        assert refusal(replace(joint(), safety=one).requests) == (message, hint)
    free = replace(joint(), safety=Safety(max_fee=None, max_fee_rate=None))
    assert [request.key for request in free.requests()] == [key(1).public_key]
    signed = sign(free, signer(1))
    assert [bool(each.partial_sig) for each in signed.inputs] == [True, False]
    assert [each.is_final for each in signed.finalized().inputs] == [True, False]


def test_what_others_made_final_stays_and_the_rest_is_asked_for() -> None:
    both = psbt(spending("p2wpkh"), spending("multisig"), spending("p2tr", place=1), value=290_000)
    mine = sign(both, signer(2), signer(3)).finalized()
    assert [each.is_final for each in mine.inputs] == [False, True, False]
    read = Psbt.decode(BITCOIN, mine.raw)
    assert read.transaction.partial
    assert [request.key for request in read.requests()] == [key(1).public_key] * 2
    rebuilt = BITCOIN.decode_transaction(read.transaction.raw)  # as a signer elsewhere does
    assert isinstance(rebuilt, Transaction)
    assert set(read.requests()) <= set(rebuilt.requests())
    whole = sign(read, signer(1)).finalize()
    assert kernel_accepts(whole.raw, [each.spent for each in both.transaction.inputs])  # type: ignore[misc]


def test_a_script_that_is_not_understood_is_given_away_only_where_it_is_trusted() -> None:
    script = b"\x51"
    source = spending("p2wpkh").previous
    program = b"\x00\x20" + bytes.fromhex("4ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260")  # of 51
    strange = Input(txid=Tx.decode(source).txid, vout=0, previous=source)
    made = psbt(strange)
    fields = PsbtInput(witness_utxo=TxOut(value=100_000, script_pubkey=program), witness_script=script)
    assert replace(made, inputs=(fields,), safety=Safety(trust_witness_utxo=True)).requests() == ()
    final = PsbtInput(witness_utxo=TxOut(value=100_000, script_pubkey=program), final_scriptwitness=(script,))
    ready = replace(made, inputs=(final,), safety=Safety(trust_witness_utxo=True))
    assert "trust_scripts=True" in refusal(ready.extract)[1]
    trusting = replace(ready, safety=Safety(trust_witness_utxo=True, trust_scripts=True))
    assert Tx.decode(trusting.extract().raw).witnesses == ((script,),)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"trust_witness_utxo": 1}, "type"),
        ({"trust_scripts": None}, "type"),
        ({"sighash": "ALL"}, "unknown"),
        ({"sighash": ("ALLES",)}, "unknown"),
        ({"sighash": ([],)}, "unknown"),
        ({"max_fee": -1}, "range"),
        ({"max_fee_rate": 1.5}, "range"),
        ({"max_fee": True}, "range"),
        ({"max_fee": "chain"}, "range"),
    ],
)
def test_safety_is_made_of_what_it_says(options: dict[str, Any], why: str) -> None:
    assert reason(TransactionError, Safety, **options) == why


# -- summary


def wallet_psbt(back: TxOut) -> tuple[Wallet, Psbt]:
    """Return a wallet, and what spends from it, pays, and returns the rest."""
    wallet = Wallet.from_mnemonic(PHRASE)
    own = wallet.public_key("bitcoin")
    source = Tx(
        version=2,
        inputs=(TxIn(txid="77" * 32, vout=0),),
        outputs=(TxOut(value=100_000, script_pubkey=BITCOIN.script_pubkey(BITCOIN.address(own))),),
        locktime=0,
    )
    spent = Input(txid=source.txid, vout=0, previous=source.encode(), key=own, origin=wallet.origin("bitcoin", index=0))
    return wallet, psbt(spent, outputs=(pay(TO, 60_000), back))


def returning(index: int = 0, account: int = 0, number: int = 0) -> TxOut:
    """Return an output with that origin; of the key there, or of another."""
    wallet = Wallet.from_mnemonic(PHRASE)
    where: Any = {"account": account, "change": 1, "index": index}
    public = key(number).public_key if number else wallet.public_key("bitcoin", **where)
    return change(public, value=39_000, origin=wallet.origin("bitcoin", **where))


def test_a_summary_says_who_is_paid_what_returns_and_what_it_costs() -> None:
    wallet, made = wallet_psbt(returning())
    summary = made.summary(wallet.change_of)
    assert [each.amount for each in summary.outflows if isinstance(each, Transfer)] == [60_000]
    assert [each.amount for each in summary.change] == [39_000]
    signed = sign(made, *wallet.signers_for(made)).finalize()
    assert summary.fee == 1_000
    assert summary.fee_rate == -(-1000 * 1000 // made.transaction.vsize)
    assert abs(made.transaction.vsize - Tx.decode(signed.raw).vsize) <= 1
    assert summary.unproven == ()
    assert isinstance(made.effects()[-1], Fee)


@pytest.mark.parametrize(
    ("test", "back"),
    [
        ("PS67 another key", {"number": 9}),
        ("PS68 far index", {"index": 2_000_000_000}),
        ("PS68 account", {"account": 7}),
    ],
)
def test_PS67_PS68_change_is_derived_again_and_no_path_is_believed(test: str, back: dict[str, int]) -> None:
    wallet, made = wallet_psbt(returning(**back))
    summary = made.summary(wallet.change_of)
    assert summary.change == ()
    assert [each.amount for each in summary.outflows if isinstance(each, Transfer)] == [60_000, 39_000]
    assert summary.unproven == ("output 1: said to return to the signer, which no key of the wallet proves",)


def test_PS67_neighbour_without_a_wallet_nothing_is_change() -> None:
    _, made = wallet_psbt(returning())
    assert made.summary().change == ()
    assert len(made.summary().unproven) == 1


def test_a_summary_names_what_could_not_be_proven() -> None:
    claimed = psbt(spending("p2wpkh", previous=b"", value=100_000), trust_witness_utxo=True).summary()
    assert (claimed.fee, claimed.fee_rate) == (None, None)
    assert claimed.unproven == ("the fee: a segwit input without its previous transaction only claims its value",)
    open_ = psbt(spending("p2wpkh", sighash="NONE")).summary()
    assert open_.unproven[0] == "output 0 may be replaced: input 0 is signed NONE"
    assert [type(each) for each in open_.outflows] == [Opaque]
    assert joint().summary().unproven == ("the fee: what the inputs are worth is not known",)


def test_a_fee_rate_is_an_upper_bound_where_others_sign() -> None:
    hidden = Input(
        **{name: getattr(rich(50_000), name) for name in ("txid", "vout", "previous")},  # whose key is not known
    )
    made = psbt(spending("p2wpkh", place=1), hidden, value=140_000)
    assert made.summary().fee == 10_000
    unsigned = len(made.globals.unsigned_tx or b"")
    weight = 4 * unsigned + 2 + (1 + 1 + 72 + 1 + 33) + 1  # mark, the witness of one input, none of the other
    assert made.summary().fee_rate == -(-1000 * 10_000 // -(-weight // 4))


@pytest.mark.parametrize("guard", ["p2sh-p2wpkh", "p2sh-p2wsh"])
def test_a_network_without_witnesses_is_given_none_that_others_made_final(guard: str) -> None:
    """Its nodes do not read them; without one, whoever knows the program behind the hash spends the output."""
    made = psbt(spending(guard))
    final = sign(made, *map(signer, range(1, 4))).finalized()
    dogecoin = chain("dogecoin", BitcoinChain)
    for call in (
        lambda: Psbt.decode(dogecoin, made.raw).requests(),
        lambda: Psbt.decode(dogecoin, final.raw).extract(),
        lambda: Psbt.decode(dogecoin, final.raw).finalize(),
    ):
        assert reason(TransactionError, call) == "network"
    assert final.extract().raw == sign(made, *map(signer, range(1, 4))).finalize().raw
