"""PSBTs of Bitcoin Cash and eCash: field 00 of an input has the output that is spent, as their nodes write it."""

from dataclasses import replace
from typing import Any

import pytest

from support.bitcoin import BITCOIN, key, reason, signer
from support.vectors import Case, vectors
from walletcore import Wallet
from walletcore.chains import chain
from walletcore.chains.bitcoin import BitcoinChain, Input, Transaction, TxOut, pay
from walletcore.chains.bitcoin.building import build, bump_fee, child
from walletcore.chains.bitcoin.locks import change
from walletcore.chains.bitcoin.opcodes import multisig
from walletcore.chains.bitcoin.psbt import Psbt, PsbtInput, Safety
from walletcore.chains.bitcoin.relatives.cashtokens import CashTokens, Token
from walletcore.chains.bitcoin.spends import Spends
from walletcore.chains.bitcoin.tx import Tx, TxIn
from walletcore.effects import Fee
from walletcore.errors import InvalidSignature, MissingSignature, SigningRefused, TransactionError
from walletcore.signing import sign

ROWS = [chain(name, BitcoinChain) for name in ("bitcoin-cash", "ecash")]
BCH, XEC = ROWS
TRUSTING = Safety(trust_witness_utxo=True, max_fee=None, max_fee_rate=None)
ALICE = key(1).public_key
TWO_OF_THREE = multisig(2, [key(number).public_key for number in (1, 2, 3)])
GUARDS: dict[str, dict[str, Any]] = {
    "p2pkh": {"key": ALICE},
    "p2pk": {"key": ALICE, "kind": "p2pk"},
    "p2sh": {"redeem_script": TWO_OF_THREE},
    "multisig": {"script_pubkey": TWO_OF_THREE},
}
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


# -- what the nodes' tests publish


def psbt(case: Case, safety: Safety = TRUSTING) -> Psbt:
    return Psbt.decode(row_of(case), bytes.fromhex(case.input["psbt"]), safety=safety)


def row_of(case: Case) -> BitcoinChain:
    return chain(case.input["chain"], BitcoinChain)


@vectors("relatives/psbts", operation="psbt.parse", result="valid")
def test_published_psbts_are_read_and_written_again(case: Case) -> None:
    read = psbt(case)
    assert replace(read).raw == read.raw == bytes.fromhex(case.input["psbt"])
    assert read.unsigned_tx.encode().hex() == case.expect["unsigned"]
    if "undescribed" in case.flags:
        assert reason(TransactionError, lambda: read.transaction) in ("network", "mismatch")
    else:
        assert len(read.transaction.inputs) == len(read.inputs)


@vectors("relatives/psbts", operation="psbt.parse", result="invalid")
def test_published_bytes_that_are_no_psbt_are_refused(case: Case) -> None:
    assert reason(TransactionError, psbt, case) == case.expect["reason"]


@vectors("relatives/psbts", operation="psbt.sign")
def test_the_published_signatures_are_over_what_is_asked(case: Case) -> None:
    read = psbt(case)
    transaction = read.transaction
    spends = Spends(read.unsigned_tx, [each.spent for each in transaction.inputs], dialect=row_of(case).dialect)
    keys = [int(each, 16) for each in case.input["private_keys"]]
    signed = sign(read, *map(signer, keys))
    ours = {(index, name.hex()) for index, each in enumerate(signed.inputs) for name, _ in each.partial_sig}
    for each in case.expect["signatures"]:
        index, name, value = each["index"], bytes.fromhex(each["public_key"]), bytes.fromhex(each["signature"])
        assert spends.signed_by(index, name, value, script=transaction.inputs[index].script_code) == "ALL"
        assert (index, each["public_key"]) in ours
    assert len(ours) == len(case.expect["signatures"])


def in_any_order(read: Psbt) -> list[set[tuple[bytes, bytes]]]:
    return [set(each.records) for each in (read.globals, *read.inputs, *read.outputs)]


@vectors("relatives/psbts", operation="psbt.combine")
def test_published_psbts_are_combined_to_the_records_that_nodes_have(case: Case) -> None:
    first, *others = [Psbt.decode(row_of(case), bytes.fromhex(each)) for each in case.input["psbts"]]
    theirs = Psbt.decode(row_of(case), bytes.fromhex(case.expect["psbt"]))
    assert in_any_order(first.combine(*others)) == in_any_order(theirs)


@vectors("relatives/psbts", operation="psbt.finalize")
def test_published_psbts_become_final_as_in_nodes(case: Case) -> None:
    """These keep field 05 as one that they do not know; here it has its name of BIP-174, and ends."""
    theirs = Psbt.decode(row_of(case), bytes.fromhex(case.expect["psbt"]))
    ended = replace(theirs, inputs=tuple([each.without([5]) for each in theirs.inputs]))
    assert in_any_order(psbt(case).finalized()) == in_any_order(ended)


@vectors("relatives/psbts", operation="psbt.extract")
def test_a_published_psbt_gives_the_transaction_that_nodes_have(case: Case) -> None:
    assert psbt(case).extract().raw.hex() == case.expect["raw"]
    wrong = bytes.fromhex(case.input["psbt"]).replace(bytes.fromhex("579e5fb3"), bytes.fromhex("579e5fb2"))
    assert reason(InvalidSignature, Psbt.decode(row_of(case), wrong, safety=TRUSTING).extract) == "mismatch"


# -- all roles


def funding(row: BitcoinChain, guard: str, value: int = 100_000) -> bytes:
    script = Input(txid="00" * 31 + "01", vout=0, value=1, dialect=row.dialect, **GUARDS[guard]).script_pubkey
    outputs = (TxOut(value=value, script_pubkey=script),)
    return Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=outputs, locktime=0).encode()


def spending(row: BitcoinChain, *guards: str, **options: Any) -> Transaction:
    inputs = []
    for guard in guards:
        previous = funding(row, guard)
        known = {"txid": Tx.decode(previous).txid, "vout": 0, "previous": previous, "dialect": row.dialect}
        inputs.append(Input(**{**known, **GUARDS[guard], **options}))
    mine = Wallet.from_seed(bytes(16))
    origin = mine.origin(row, change=1)
    outputs = (
        pay(row.address(key(9).public_key), 50_000),
        change(
            mine.public_key(row, change=1), value=45_000 * len(guards) - 45_000 or 40_000, kind="p2pkh", origin=origin
        ),
    )
    return Transaction(chain=row, inputs=tuple(inputs), outputs=outputs)


@each_row
def test_a_transaction_goes_through_all_roles_to_the_bytes_that_it_has_without(row: BitcoinChain) -> None:
    transaction = spending(row, *GUARDS)
    made = Psbt.from_transaction(transaction)
    assert [each.non_witness_utxo for each in made.inputs] == [
        each.spent and each.spent.encode() for each in transaction.inputs
    ]
    assert made.transaction == transaction
    read = Psbt.decode(row, made.raw, previous=made.previous)
    assert (read, read.transaction) == (made, transaction)
    assert isinstance(read.effects()[-1], Fee)
    whole = sign(read, signer(1)).combine(sign(read, signer(2)), sign(read, signer(3)))
    assert whole.requests() == ()
    signed = whole.finalize()
    alone = sign(transaction, signer(1), signer(2), signer(3))
    assert (signed.raw, signed.id) == (alone.raw, alone.id)
    elsewhere = Psbt.decode(row, whole.finalized().raw, previous=made.previous)
    assert elsewhere.extract().raw == signed.raw


def test_p2sh32_goes_through_all_roles_as_p2sh_does() -> None:
    """CHIP-2022-05; Bitcoin Cash Node, src/script/standard.cpp, Solver."""
    source = change(value=100_000, kind="p2sh32", redeem_script=TWO_OF_THREE, dialect=BCH.dialect)
    paid = Tx(version=2, inputs=(TxIn(txid="77" * 32, vout=0),), outputs=(source,), locktime=0).encode()
    parts: dict[str, Any] = {"txid": Tx.decode(paid).txid, "vout": 0, "previous": paid, "dialect": BCH.dialect}
    spent = Input(**parts, kind="p2sh32", redeem_script=TWO_OF_THREE)
    transaction = Transaction(chain=BCH, inputs=(spent,), outputs=(replace(source, value=99_000),))
    made = Psbt.from_transaction(transaction)
    read = Psbt.decode(BCH, made.raw, previous=made.previous)
    assert read.transaction == transaction
    assert [each.lock for each in read.transaction.outputs] == [source.lock]
    whole = sign(read, signer(1)).combine(sign(read, signer(3)))
    assert whole.finalize().raw == sign(transaction, signer(1), signer(3)).raw
    final = Psbt.decode(BCH, whole.finalized().raw, previous=made.previous)
    assert final.extract().raw == whole.finalize().raw
    thief = multisig(1, [key(9).public_key])  # whose digest is that of a spend of its own output of that amount
    theirs = Input(**{**parts, "previous": b""}, value=100_000, kind="p2sh32", redeem_script=thief)
    stolen = Tx.decode(sign(replace(transaction, inputs=(theirs,)), signer(9)).raw).inputs[0].script_sig
    damaged = bytearray(final.inputs[0].final_scriptsig or b"")
    damaged[20] ^= 1
    for wrong in (stolen, bytes(damaged)):
        fields = final.inputs[0].with_fields(final_scriptsig=wrong)
        assert reason(InvalidSignature, replace(final, inputs=(fields,)).extract) == "mismatch"
    for script in (b"\x51", TWO_OF_THREE + b"\x61"):
        (fields,), (owner,) = made.inputs, made.outputs
        lies = (
            {"inputs": (fields.with_fields(redeem_script=script),)},
            {"outputs": (owner.with_fields(redeem_script=script),)},
        )
        for lie in lies:
            assert reason(TransactionError, replace(made, **lie).requests) == "mismatch"
    hidden = replace(made, inputs=(fields.with_fields(redeem_script=None),))
    assert hidden.requests() == ()
    assert reason(TransactionError, replace(made, chain=XEC).requests) == "mismatch"


@pytest.mark.parametrize("script", [b"\x51", b"\x21" + ALICE.data + b"\xad\x51"], ids=["true", "a key and more"])
def test_p2sh32_of_a_script_that_is_not_understood_is_somebody_elses(script: bytes) -> None:
    found = pay(BCH.script_address(script, kind="p2sh32"), 50_000)
    spent = replace(spending(BCH, "p2pkh"), outputs=(found,))
    made = Psbt.from_transaction(spent)
    told = replace(made, outputs=(made.outputs[0].with_fields(redeem_script=script),))
    assert [each.id for each in told.requests()] == [each.id for each in made.requests()]
    assert told.effects() == made.effects()
    paid = Tx(version=2, inputs=(TxIn(txid="78" * 32, vout=0),), outputs=(found,), locktime=0).encode()
    theirs = Input(txid=Tx.decode(paid).txid, vout=0, previous=paid, dialect=BCH.dialect, kind="p2sh32")
    joint = Psbt.from_transaction(replace(spent, inputs=(*spent.inputs, theirs)))
    shown = joint.inputs[1].with_fields(redeem_script=script)
    both = replace(joint, inputs=(joint.inputs[0], shown))
    assert [each.key for each in both.requests()] == [ALICE]
    assert [each.is_final for each in sign(both, signer(1)).finalized().inputs] == [True, False]


@each_row
def test_amounts_are_only_claimed_until_previous_transactions_prove_them(row: BitcoinChain) -> None:
    made = Psbt.from_transaction(spending(row, "p2pkh", "p2sh"))
    bare = Psbt.decode(row, made.raw)
    with pytest.raises(SigningRefused, match="its amount is only claimed") as caught:
        bare.requests()
    assert caught.value.hint.startswith("Psbt.decode(..., previous=...) takes it")
    assert reason(SigningRefused, replace(made, previous=made.previous[:1]).requests) == "policy"
    assert not isinstance(bare.effects()[-1], Fee)
    assert len(replace(bare, safety=TRUSTING).requests()) == 4
    for previous in (b"", made.previous[0][:-1]):
        assert reason(TransactionError, replace(bare, previous=(previous,)).requests) != ""
    assert reason(TransactionError, replace, bare, previous=list(made.previous)) == "type"


@each_row
def test_an_amount_that_the_previous_transaction_denies_is_refused(row: BitcoinChain) -> None:
    made = Psbt.from_transaction(spending(row, "p2pkh"))
    (fields,) = made.inputs
    spent = made.transaction.inputs[0].spent
    assert spent is not None
    lie = fields.with_fields(non_witness_utxo=replace(spent, value=99_999).encode())
    assert reason(TransactionError, replace(made, inputs=(lie,)).requests) == "mismatch"


@each_row
def test_a_multisig_needs_as_many_signatures_as_its_script_says(row: BitcoinChain) -> None:
    made = Psbt.from_transaction(spending(row, "p2sh"))
    one = sign(made, signer(3))
    assert reason(MissingSignature, one.finalize) == "missing"
    assert len(one.requests()) == 2
    assert sign(one, signer(1)).finalize().raw != sign(sign(made, signer(1)), signer(2)).finalize().raw


# -- neither form passes for the other


@each_row
def test_the_form_of_bip174_is_refused_and_bitcoin_refuses_theirs(row: BitcoinChain) -> None:
    transaction = spending(row, "p2pkh")
    made = Psbt.from_transaction(transaction)
    fields = made.inputs[0].with_fields(non_witness_utxo=transaction.inputs[0].previous)
    as_bip174 = replace(Psbt.decode(BITCOIN, made.raw), inputs=(fields,))
    with pytest.raises(TransactionError, match=r"inputs\[0\].PSBT_IN_UTXO"):
        Psbt.decode(row, as_bip174.raw)
    assert reason(TransactionError, Psbt.decode(BITCOIN, made.raw).requests) == "version"  # of a transaction


@each_row
def test_version_2_is_unknown_to_their_nodes(row: BitcoinChain) -> None:
    transaction = spending(row, "p2pkh")
    made = Psbt.from_transaction(transaction)
    assert reason(TransactionError, made.to_version, 2) == "version"
    assert reason(TransactionError, Psbt.from_transaction, transaction, version=2) == "version"
    bitcoin = Psbt.decode(BITCOIN, made.raw).to_version(2)
    assert reason(TransactionError, Psbt.decode, row, bitcoin.raw) == "version"
    maps = {"globals": bitcoin.globals, "inputs": bitcoin.inputs, "outputs": bitcoin.outputs}
    assert reason(TransactionError, Psbt, chain=row, version=2, **maps) == "version"


def test_other_chains_have_previous_transactions_in_their_maps() -> None:
    made = Psbt.from_transaction(spending(XEC, "p2pkh"))
    read = Psbt.decode(BITCOIN, made.raw, previous=made.previous)
    assert reason(TransactionError, lambda: read.transaction) == "network"


@each_row
def test_a_witness_is_refused(row: BitcoinChain) -> None:
    made = Psbt.from_transaction(spending(row, "p2pkh"), safety=TRUSTING)
    (fields,) = made.inputs
    final = PsbtInput([*fields.records, (b"\x08", b"\x01\x01\x51")])
    assert reason(TransactionError, replace(made, inputs=(final,)).extract) == "network"
    script = TxOut(value=100_000, script_pubkey=b"\x00\x14" + bytes(20))
    program = fields.with_fields(non_witness_utxo=script.encode(), bip32_derivation=None)
    assert reason(TransactionError, replace(made, previous=(), inputs=(program,)).requests) == "network"


# -- hash types, Schnorr, tokens


@each_row
def test_a_signature_without_forkid_is_none(row: BitcoinChain) -> None:
    """It would be one of Bitcoin's, over a legacy digest."""
    made = Psbt.from_transaction(spending(row, "p2pkh"))
    (fields,) = made.inputs
    assert fields.sighash_type == 0x41
    bitcoins = fields.with_fields(sighash_type=0x01)
    assert reason(TransactionError, replace(made, inputs=(bitcoins,)).requests) == "policy"
    signed = sign(made, signer(1))
    ((name, value),) = signed.inputs[0].partial_sig
    assert value[-1] == 0x41
    other = signed.inputs[0].with_fields(sighash_type=None, partial_sig=((name, value[:-1] + b"\x01"),))
    assert reason(InvalidSignature, replace(signed, inputs=(other,)).finalize) == "mismatch"
    assert len(replace(signed, inputs=(other,)).requests()) == 1  # it does not count


@each_row
@pytest.mark.parametrize("sighash", ["NONE", "SINGLE", "ALL|ANYONECANPAY"])
def test_what_leaves_something_open_is_allowed_by_name_only(row: BitcoinChain, sighash: str) -> None:
    made = Psbt.from_transaction(spending(row, "p2pkh", sighash=sighash))
    assert reason(SigningRefused, made.requests) == "policy"
    assert reason(TransactionError, row.decode_transaction, made.raw) == "policy"
    allowed = replace(made, safety=Safety(sighash=(sighash,)))
    assert sign(allowed, signer(1)).finalize().raw == sign(made.transaction, signer(1)).raw


def test_all_utxos_is_over_everything_and_known_to_bitcoin_cash_alone() -> None:
    made = Psbt.from_transaction(spending(BCH, "p2pkh", "p2sh", sighash="ALL|UTXOS"))
    assert [each.sighash_type for each in made.inputs] == [0x61, 0x61]
    whole = Psbt.decode(BCH, sign(made, signer(1), signer(2)).raw, previous=made.previous)
    assert whole.finalize().raw == sign(made.transaction, signer(1), signer(2)).raw
    read = BCH.decode_transaction(made.raw)
    assert isinstance(read, Transaction)
    assert read.inputs[0].sighash == "ALL|UTXOS"
    assert reason(TransactionError, Psbt.decode(XEC, made.raw).requests) == "policy"


@pytest.mark.parametrize("name", ["NONE|UTXOS", "SINGLE|UTXOS"])
def test_what_commits_to_the_outputs_that_are_spent_and_leaves_others_open_is_allowed_by_name(name: str) -> None:
    made = Psbt.from_transaction(spending(BCH, "p2pkh", sighash=name))
    with pytest.raises(SigningRefused) as caught:
        made.requests()
    assert (caught.value.reason, caught.value.hint) == ("policy", f"Safety(sighash=({name!r},)) allows it")
    allowed = replace(made, safety=Safety(sighash=(name,)))
    assert sign(allowed, signer(1)).finalize().raw == sign(made.transaction, signer(1)).raw
    with pytest.raises(TransactionError) as read:
        BCH.decode_transaction(made.raw)
    assert (read.value.reason, read.value.hint) == ("policy", f"decode_transaction(raw, sighash=[{name!r}]) allows it")
    assert BCH.decode_transaction(made.raw, sighash=[name]) == replace(
        made.transaction, inputs=(replace(made.transaction.inputs[0], previous=b""),)
    )


def claimed(*sighashes: str) -> Transaction:
    """Return what spends outputs whose amounts nothing proves."""
    inputs = [
        Input(
            txid=f"{place:02x}" * 32, vout=0, value=100_000, key=ALICE, sighash=name, dialect=BCH.dialect, kind="p2pkh"
        )
        for place, name in enumerate(sighashes, 1)
    ]
    return Transaction(
        chain=BCH, inputs=tuple(inputs), outputs=(pay(BCH.address(ALICE), 100_000 * len(inputs) - 1_000),)
    )


def test_PS62_neighbour_signatures_over_all_outputs_that_are_spent_prove_the_fee() -> None:
    """CHIP-2022-02-CashTokens, `SIGHASH_UTXOS`: of two lies, the signatures do not fit together."""
    proven = claimed("ALL|UTXOS", "ALL|UTXOS")
    assert isinstance(fee := proven.effects()[-1], Fee)
    assert fee.at_most == 1_000
    assert len(Psbt.from_transaction(proven).requests()) == 2
    for sighashes in (("ALL|UTXOS", "ALL"), ("ALL", "ALL|UTXOS"), ("ALL", "ALL")):
        lie = claimed(*sighashes)
        assert "only claims its value" in lie.effects()[-1].why  # type: ignore[union-attr]
        assert reason(SigningRefused, Psbt.from_transaction(lie).requests) == "policy"
    for name in ("NONE|UTXOS", "SINGLE|UTXOS"):
        assert "others may add" in claimed(name, "ALL|UTXOS").effects()[-1].why  # type: ignore[union-attr]


def test_PS62_neighbour_a_lie_about_another_input_spoils_a_signature_over_all_outputs_that_are_spent() -> None:
    """The digest has the amounts of the others, which that of ALL has not."""
    for name, differ in (("ALL|UTXOS", True), ("NONE|UTXOS", True), ("ALL", False)):
        true = claimed(name, name)
        lie = replace(true, inputs=(true.inputs[0], replace(true.inputs[1], value=99_000)), outputs=true.outputs)
        assert (true.requests()[0].payload != lie.requests()[0].payload) is differ


@each_row
def test_a_schnorr_signature_that_another_wallet_made_is_verified(row: BitcoinChain) -> None:
    by_schnorr = spending(row, "p2pkh", schnorr=True)
    assert reason(TransactionError, Psbt.from_transaction, by_schnorr) == "scheme"
    alone = sign(by_schnorr, signer(1))
    script_sig = Tx.decode(alone.raw).inputs[0].script_sig
    signature = script_sig[1:66]
    made = Psbt.from_transaction(spending(row, "p2pkh"))
    for flip in (0, 1):
        value = bytes((signature[0] ^ flip,)) + signature[1:]
        theirs = replace(made, inputs=(made.inputs[0].with_fields(partial_sig=((ALICE.data, value),)),))
        if flip:
            assert reason(InvalidSignature, theirs.finalize) == "mismatch"
        else:
            assert theirs.finalize().raw == alone.raw


def test_tokens_are_not_moved_by_a_psbt() -> None:
    """Bitcoin Cash Node writes them before the scripts; nobody would be told where they go."""
    coupons = Token(category="c1" * 32, amount=21)
    transaction = spending(BCH, "p2pkh")
    tokens = CashTokens(spent=(coupons,), sent=(coupons, None))
    bare = replace(transaction.inputs[0], previous=b"")
    moved = replace(transaction, inputs=(bare,), extra=tokens)
    assert reason(TransactionError, Psbt.from_transaction, moved) == "unknown"
    from walletcore.chains.bitcoin.relatives.cashtokens import written

    made = Psbt.from_transaction(transaction, safety=TRUSTING)
    spent = transaction.inputs[0].spent
    assert spent is not None
    holding = TxOut(value=spent.value, script_pubkey=written(coupons) + spent.script_pubkey)
    fields = made.inputs[0].with_fields(non_witness_utxo=holding.encode(), bip32_derivation=None)
    assert reason(TransactionError, replace(made, inputs=(fields,), previous=()).requests) == "unknown"
    unsigned = made.unsigned_tx
    sent = TxOut(value=50_000, script_pubkey=written(coupons) + unsigned.outputs[0].script_pubkey)
    paying = replace(unsigned, outputs=(sent, unsigned.outputs[1])).encode()
    assert reason(TransactionError, replace(made, globals=made.globals.with_fields(unsigned_tx=paying)).requests) in (
        "ambiguous",
        "unknown",
    )


# -- the doors


@each_row
def test_a_psbt_becomes_a_transaction_whose_fee_is_not_known(row: BitcoinChain) -> None:
    transaction = spending(row, "p2pkh", "p2sh")
    read = row.decode_transaction(Psbt.from_transaction(transaction).raw)
    assert isinstance(read, Transaction)
    assert read.requests() == transaction.requests()
    assert not isinstance(read.effects()[-1], Fee)
    assert Wallet.from_seed(bytes(16)).change_of(transaction) == Wallet.from_seed(bytes(16)).change_of(read)


@each_row
def test_what_is_built_is_signed_with_its_fee_proven(row: BitcoinChain) -> None:
    coins = [replace(each, sequence=0xFFFF_FFFF) for each in spending(row, "p2pkh", "p2sh").inputs]
    made = build(row, inputs=coins, payments=[pay(row.address(key(9).public_key), 120_000)],
                 change=row.address(ALICE), fee_rate=1_000, selection="all")  # fmt: skip
    assert isinstance(made.effects()[-1], Fee)
    signed = sign(made, signer(1), signer(2)).finalize()
    fee = made.transaction.claimed_fee
    assert fee is not None
    assert len(signed.raw) <= fee <= len(signed.raw) + 10


@each_row
def test_nothing_is_replaced_or_pulled_where_nodes_keep_what_they_saw_first(row: BitcoinChain) -> None:
    transaction = spending(row, "p2pkh", "p2sh")
    options: dict[str, Any] = {"fee_rate": 90_000, "change_of": lambda _: (1,)}
    assert reason(TransactionError, bump_fee, transaction, **options) == "network"
    parent = sign(transaction, signer(1), signer(2)).raw
    paid: dict[str, Any] = {"parent": parent, "parent_fee": 1, "to": row.address(ALICE), "fee_rate": 9_000}
    assert reason(TransactionError, child, row, inputs=transaction.inputs, **paid) == "network"
