"""Transactions of Tron: what is signed, by whom, what it does, and what is none."""

from dataclasses import replace
from typing import Any

import pytest

from support.evm import signer
from support.tron import ALICE, MALLORY, ME, NILE, TRON, YOU, of_node, transfer
from support.vectors import Case, vectors
from walletcore.chains import tron
from walletcore.chains.base import Address
from walletcore.chains.tron import Transaction
from walletcore.chains.tron.chain import USDT
from walletcore.chains.tron.contracts.contract import Contract
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import GuardRefused, InvalidSignature, MissingSignature, TransactionError
from walletcore.hashes import sha256
from walletcore.keys import Curve, PublicKey
from walletcore.path import KeyOrigin, Path
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, max_fee, only_to, refuse_opaque
from walletcore.signing import Signature, sign

RFC8032_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # 7.1, TEST 1
BOB = signer(bytes([2]) * 32)
HERE = "tron:0x2b6653dc"


@vectors("tron/transactions")
def test_published_transactions_have_their_ids_and_signatures(case: Case) -> None:
    given, expect = case.input, case.expect
    raw_data = {
        "contract": [{"type": given["contract"]["type"], "parameter": {"value": given["contract"]["value"]}}],
        "ref_block_bytes": given["ref_block_bytes"],
        "ref_block_hash": given["ref_block_hash"],
        **{name: int(given[name]) for name in ("expiration", "timestamp", "fee_limit") if name in given},
        "data": given.get("data", ""),
    }
    holder = signer(bytes.fromhex(given["private_key"]))
    made = of_node(raw_data, signers=(holder.public_key,))
    assert made.id == expect["id"] if "id" in expect else True
    if "signature" in expect:
        signed = sign(made, holder)
        assert signed.raw[-65:].hex() == expect["signature"]
        assert signed.id == made.id
        assert TRON.decode_transaction(signed.raw) == signed


def told(contract: Contract, **changes: Any) -> tuple[Effect, ...]:
    """The effects but the fee, which is the last one."""
    effects = transfer(contract=contract, **changes).effects()
    assert isinstance(effects[-1], Fee)
    return effects[:-1]


def call(name: str, target: Address = ME, /, **arguments: str) -> Call:
    return Call(target=target.account_id, name=name, arguments=tuple(arguments.items()))


def moved(asset: str, amount: int | None, to: Address | None = None, source: Address = ME) -> Transfer:
    destination = "" if to is None else to.account_id
    return Transfer(asset=f"{HERE}/{asset}", amount=amount, source=source.account_id, destination=destination)


TRX = "slip44:195"
TOKEN = TRON.parse_address(USDT)
OTHER = TRON.account(b"\x07" * 20)
ACTIVE = bytes.fromhex("0200000000000080" + "00" * 24)  # TransferContract and UndelegateResource's neighbour, by bit
KEYS = (tron.Key(address=ME, weight=2), tron.Key(address=YOU, weight=1))
PERMISSIONS = tron.AccountPermissionUpdateContract(
    owner_address=ME,
    owner=tron.Permission(permission_name="owner", threshold=3, keys=KEYS),
    witness=tron.Permission(type=tron.PermissionType.Witness, id=1, threshold=1, keys=KEYS[:1]),
    actives=(tron.Permission(type=tron.PermissionType.Active, id=2, threshold=1, operations=ACTIVE, keys=KEYS[1:]),),
)
ENERGY = tron.ResourceCode.ENERGY

EFFECTS: dict[str, tuple[Any, tuple[Effect, ...]]] = {
    "TransferContract": (
        tron.TransferContract(owner_address=ME, to_address=YOU, amount=5),
        (moved(TRX, 5, YOU),),
    ),
    "TransferAssetContract": (
        tron.TransferAssetContract(owner_address=ME, to_address=YOU, asset_name="1000959", amount=4),
        (moved("trc10:1000959", 4, YOU),),
    ),
    "ParticipateAssetIssueContract": (
        tron.ParticipateAssetIssueContract(owner_address=ME, to_address=YOU, asset_name="1000959", amount=4),
        (
            moved(TRX, 4, YOU),
            call("ParticipateAssetIssueContract", YOU, asset_name="1000959", to_address=YOU.text, amount="4"),
        ),
    ),
    "TriggerSmartContract": (
        tron.TriggerSmartContract(owner_address=ME, contract_address=TOKEN, data=tron.transfer(YOU, 7)),
        (moved(f"trc20:{USDT}", 7, YOU),),
    ),
    "CreateSmartContract": (
        tron.CreateSmartContract(
            owner_address=ME,
            new_contract=tron.SmartContract(origin_address=ME, bytecode=b"\x60\x80", call_value=3),
            call_token_value=2,
            token_id=1000959,
        ),
        (moved(TRX, 3), moved("trc10:1000959", 2), Opaque(why="creates a contract", data=b"\x60\x80")),
    ),
    "FreezeBalanceV2Contract": (
        tron.FreezeBalanceV2Contract(owner_address=ME, frozen_balance=9, resource=ENERGY),
        (moved(TRX, 9, ME), call("FreezeBalanceV2Contract", frozen_balance="9", resource="ENERGY")),
    ),
    "UnfreezeBalanceV2Contract": (
        tron.UnfreezeBalanceV2Contract(owner_address=ME, unfreeze_balance=9),
        (call("UnfreezeBalanceV2Contract", unfreeze_balance="9", resource="BANDWIDTH"),),
    ),
    "WithdrawExpireUnfreezeContract": (
        tron.WithdrawExpireUnfreezeContract(owner_address=ME),
        (call("WithdrawExpireUnfreezeContract"),),
    ),
    "CancelAllUnfreezeV2Contract": (
        tron.CancelAllUnfreezeV2Contract(owner_address=ME),
        (moved(TRX, None, ME), call("CancelAllUnfreezeV2Contract")),
    ),
    "DelegateResourceContract": (
        tron.DelegateResourceContract(
            owner_address=ME, balance=9, receiver_address=YOU, resource=ENERGY, lock=True, lock_period=100
        ),
        (
            moved(TRX, 9, YOU),
            call(
                "DelegateResourceContract",
                YOU,
                resource="ENERGY",
                balance="9",
                receiver_address=YOU.text,
                lock="True",
                lock_period="100",
            ),
        ),
    ),
    "UnDelegateResourceContract": (
        tron.UnDelegateResourceContract(owner_address=ME, balance=9, receiver_address=YOU),
        (call("UnDelegateResourceContract", YOU, resource="BANDWIDTH", balance="9", receiver_address=YOU.text),),
    ),
    "FreezeBalanceContract": (
        tron.FreezeBalanceContract(owner_address=ME, frozen_balance=9, frozen_duration=3, receiver_address=YOU),
        (
            moved(TRX, 9, YOU),
            call(
                "FreezeBalanceContract",
                YOU,
                frozen_balance="9",
                frozen_duration="3",
                resource="BANDWIDTH",
                receiver_address=YOU.text,
            ),
        ),
    ),
    "UnfreezeBalanceContract": (
        tron.UnfreezeBalanceContract(owner_address=ME),
        (call("UnfreezeBalanceContract", resource="BANDWIDTH"),),
    ),
    "VoteWitnessContract": (
        tron.VoteWitnessContract(
            owner_address=ME,
            votes=(tron.Vote(vote_address=YOU, vote_count=3), tron.Vote(vote_address=ME, vote_count=1)),
        ),
        (
            call("VoteWitnessContract", YOU, vote_count="3"),
            call("VoteWitnessContract", ME, vote_count="1"),
        ),
    ),
    "VoteAssetContract": (
        tron.VoteAssetContract(owner_address=ME, vote_address=(YOU,), support=True, count=1),
        (call("VoteAssetContract", vote_address=YOU.text, support="True", count="1"),),
    ),
    "WithdrawBalanceContract": (
        tron.WithdrawBalanceContract(owner_address=ME),
        (call("WithdrawBalanceContract"),),
    ),
    "WitnessCreateContract": (
        tron.WitnessCreateContract(owner_address=ME, url=b"https://a.b"),
        (call("WitnessCreateContract", url="https://a.b"),),
    ),
    "WitnessUpdateContract": (
        tron.WitnessUpdateContract(owner_address=ME, update_url=b"\xff\x00"),
        (call("WitnessUpdateContract", update_url="0xff00"),),
    ),
    "UpdateBrokerageContract": (
        tron.UpdateBrokerageContract(owner_address=ME, brokerage=20),
        (call("UpdateBrokerageContract", brokerage="20"),),
    ),
    "ProposalCreateContract": (
        tron.ProposalCreateContract(owner_address=ME, parameters=(tron.Parameter(key=0, value=100_000),)),
        (call("ProposalCreateContract", parameters="key=0 value=100000"),),
    ),
    "ProposalApproveContract": (
        tron.ProposalApproveContract(owner_address=ME, proposal_id=7, is_add_approval=True),
        (call("ProposalApproveContract", proposal_id="7", is_add_approval="True"),),
    ),
    "ProposalDeleteContract": (
        tron.ProposalDeleteContract(owner_address=ME, proposal_id=7),
        (call("ProposalDeleteContract", proposal_id="7"),),
    ),
    "AccountCreateContract": (
        tron.AccountCreateContract(owner_address=ME, account_address=YOU),
        (call("AccountCreateContract", YOU, account_address=YOU.text, type="Normal"),),
    ),
    "AccountUpdateContract": (
        tron.AccountUpdateContract(owner_address=ME, account_name=b"me"),
        (call("AccountUpdateContract", account_name="me"),),
    ),
    "SetAccountIdContract": (
        tron.SetAccountIdContract(owner_address=ME, account_id="me\u200b".encode()),  # what cannot be seen is hex
        (call("SetAccountIdContract", account_id="0x6d65e2808b"),),
    ),
    "AccountPermissionUpdateContract": (
        PERMISSIONS,
        tuple(
            Authority(account=ME.account_id, change=change)
            for change in (
                f"permission Owner 'owner': 3 of {ME.text} with 2, {YOU.text} with 1",
                f"permission Witness: 1 of {ME.text} with 2",
                f"permission Active: 1 of {YOU.text} with 1; for TransferContract, 63",
            )
        ),
    ),
    "AssetIssueContract": (
        tron.AssetIssueContract(
            owner_address=ME, name=b"T", total_supply=9, trx_num=1, num=2, start_time=3, end_time=4, url=b"u"
        ),
        (
            call(
                "AssetIssueContract",
                name="T",
                abbr="",
                total_supply="9",
                frozen_supply="",
                trx_num="1",
                precision="0",
                num="2",
                start_time="3",
                end_time="4",
                order="0",
                vote_score="0",
                description="",
                url="u",
                free_asset_net_limit="0",
                public_free_asset_net_limit="0",
                public_free_asset_net_usage="0",
                public_latest_free_net_time="0",
                id="",
            ),
        ),
    ),
    "UpdateAssetContract": (
        tron.UpdateAssetContract(owner_address=ME, description=b"d", new_limit=1),
        (call("UpdateAssetContract", description="d", url="", new_limit="1", new_public_limit="0"),),
    ),
    "UnfreezeAssetContract": (
        tron.UnfreezeAssetContract(owner_address=ME),
        (call("UnfreezeAssetContract"),),
    ),
    "UpdateSettingContract": (
        tron.UpdateSettingContract(owner_address=ME, contract_address=TOKEN, consume_user_resource_percent=50),
        (call("UpdateSettingContract", TOKEN, contract_address=USDT, consume_user_resource_percent="50"),),
    ),
    "UpdateEnergyLimitContract": (
        tron.UpdateEnergyLimitContract(owner_address=ME, contract_address=TOKEN, origin_energy_limit=50),
        (call("UpdateEnergyLimitContract", TOKEN, contract_address=USDT, origin_energy_limit="50"),),
    ),
    "ClearABIContract": (
        tron.ClearABIContract(owner_address=ME, contract_address=TOKEN),
        (call("ClearABIContract", TOKEN, contract_address=USDT),),
    ),
    "ExchangeCreateContract": (
        tron.ExchangeCreateContract(
            owner_address=ME,
            first_token_id="_",
            first_token_balance=1,
            second_token_id="1000959",
            second_token_balance=2,
        ),
        (
            moved(TRX, 1),
            moved("trc10:1000959", 2),
            call(
                "ExchangeCreateContract",
                first_token_id="_",
                first_token_balance="1",
                second_token_id="1000959",
                second_token_balance="2",
            ),
        ),
    ),
    "ExchangeInjectContract": (
        tron.ExchangeInjectContract(owner_address=ME, exchange_id=6, token_id="1000959", quant=2),
        (
            moved("trc10:1000959", 2),
            call("ExchangeInjectContract", exchange_id="6", token_id="1000959", quant="2"),
            Opaque(why="pays the other token of exchange 6 as well, as much as its balance asks"),
        ),
    ),
    "ExchangeWithdrawContract": (
        tron.ExchangeWithdrawContract(owner_address=ME, exchange_id=6, token_id="1000959", quant=2),
        (call("ExchangeWithdrawContract", exchange_id="6", token_id="1000959", quant="2"),),
    ),
    "ExchangeTransactionContract": (
        tron.ExchangeTransactionContract(owner_address=ME, exchange_id=6, token_id="_", quant=2, expected=1),
        (
            moved(TRX, 2),
            call("ExchangeTransactionContract", exchange_id="6", token_id="_", quant="2", expected="1"),
        ),
    ),
    "MarketSellAssetContract": (
        tron.MarketSellAssetContract(
            owner_address=ME, sell_token_id="_", sell_token_quantity=1, buy_token_id="1000959", buy_token_quantity=2
        ),
        (
            moved(TRX, 1),
            call(
                "MarketSellAssetContract",
                sell_token_id="_",
                sell_token_quantity="1",
                buy_token_id="1000959",
                buy_token_quantity="2",
            ),
        ),
    ),
    "MarketCancelOrderContract": (
        tron.MarketCancelOrderContract(owner_address=ME, order_id=b"\xff" * 32),
        (call("MarketCancelOrderContract", order_id="0x" + "ff" * 32),),
    ),
}


def test_votes_for_nobody_are_a_call_of_the_owner() -> None:
    none = tron.VoteWitnessContract(owner_address=ME, votes=())
    assert told(none) == (call("VoteWitnessContract", votes="", support="False"),)


@pytest.mark.parametrize("kind", EFFECTS)
def test_what_a_contract_does_is_told(kind: str) -> None:
    contract, expected = EFFECTS[kind]
    assert contract.type_name == kind
    found = told(contract)
    for effect, other in zip(found, expected, strict=True):
        if isinstance(effect, Call) and isinstance(other, Call):  # in the order of the protocol's numbers
            assert (effect.target, effect.name) == (other.target, other.name)
            assert dict(effect.arguments) == dict(other.arguments)
        else:
            assert effect == other


@pytest.mark.parametrize("kind", EFFECTS)
def test_a_contract_is_read_again(kind: str) -> None:
    made = transfer(contract=EFFECTS[kind][0], memo=b"m", fee_limit=3, permission_id=2)
    assert TRON.decode_transaction(made.raw, keys=[ALICE.public_key]) == made
    assert TRON.decode_transaction(made.raw).effects() == replace(made, signers=()).effects()
    if not made.contract.is_disabled:
        signed = sign(made, ALICE)
        assert TRON.decode_transaction(signed.raw) == signed


def test_every_type_of_contract_is_in_the_table() -> None:
    from walletcore.chains.tron.contracts import NAMES

    assert set(EFFECTS) == set(NAMES.values())


# Calls of contracts


def trigger(**changes: Any) -> tron.TriggerSmartContract:
    return tron.TriggerSmartContract(**{"owner_address": ME, "contract_address": TOKEN} | changes)


def test_tokens_are_told_as_on_other_chains() -> None:
    token = f"{HERE}/trc20:{USDT}"
    allowed = Approve(asset=token, amount=5, spender=YOU.account_id, source=ME.account_id)
    assert told(trigger(data=tron.approve(YOU, 5))) == (allowed,)
    taken = Transfer(asset=token, amount=5, source=OTHER.account_id, destination=YOU.account_id)
    assert told(trigger(data=tron.transfer_from(OTHER, YOU, 5))) == (taken,)


def test_an_account_may_keep_its_prefix_in_calldata() -> None:
    """As trustwallet/wallet-core writes it; contracts cut it off, or take the call not at all."""
    data = tron.transfer(YOU, 7)
    prefixed = data[:15] + b"\x41" + data[16:]
    assert told(trigger(data=prefixed)) == told(trigger(data=data))
    other = data[:15] + b"\x42" + data[16:]
    assert told(trigger(data=other)) == (Opaque(why=f"calls {TOKEN.account_id}", data=other),)


def test_a_number_that_may_be_the_id_of_a_token_is_no_amount() -> None:
    contract = trigger(contract_address=OTHER, data=tron.approve(YOU, 5))
    approval, named = told(contract)
    assert isinstance(approval, Approve)
    assert approval.amount is None
    assert isinstance(named, Call)
    assert named.arguments[-1] == ("value or tokenId", "5")
    known, *_ = transfer(contract=contract).effects(trc20=[OTHER])
    assert isinstance(known, Approve)
    assert known.amount == 5


def test_unknown_data_are_opaque_and_what_goes_with_them_is_told() -> None:
    contract = trigger(data=b"some data", call_value=3, call_token_value=2, token_id=1000959)
    assert told(contract) == (
        moved(TRX, 3, TOKEN),
        moved("trc10:1000959", 2, TOKEN),
        Opaque(why=f"calls {TOKEN.account_id}", data=b"some data"),
    )
    assert told(trigger()) == (moved(TRX, 0, TOKEN),)


@pytest.mark.parametrize("wrong", [["0x"], [USDT], USDT, 1])
def test_known_tokens_are_addresses(wrong: Any) -> None:
    with pytest.raises(TransactionError):
        transfer().effects(trc20=wrong)


def test_calldata_are_for_accounts_of_tron() -> None:
    from walletcore import chain

    other = chain("ethereum").parse_address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")
    with pytest.raises(TransactionError):
        tron.transfer(other, 1)
    with pytest.raises(TransactionError):
        tron.transfer(replace(YOU, payload=bytes(20)), 1)
    for number in (-1, 1 << 256, True):
        with pytest.raises(TransactionError):
            tron.approve(YOU, number)


# Memos and fees


@pytest.mark.parametrize(
    ("memo", "effect"),
    [
        (b"for rent", Statement(text="for rent", meaning="memo")),
        (b"\xff\xfe", Opaque(why="a memo of bytes", data=b"\xff\xfe")),
        ("a\u202eb".encode(), Opaque(why="a memo of bytes", data="a\u202eb".encode())),
    ],
)
def test_a_memo_is_told(memo: bytes, effect: Effect) -> None:
    assert transfer(memo=memo).effects()[1] == effect


def test_the_highest_fee_is_told() -> None:
    """Bytes with five signatures and 64 more (MAX_RESULT_SIZE_IN_TX) at 1000 sun, and what else the network takes.

    How many of an account's keys have signed by the time that it is sent, the bytes of none of them say.
    """
    made = transfer()
    size = len(sign(made, ALICE).raw) + 4 * 67 + 64
    fee = Fee(asset=f"{HERE}/{TRX}", at_most=size * 1000 + 1_100_000 + 1_000_000, payer=ME.account_id)
    assert made.effects()[-1] == fee  # the recipient may be new

    def highest(**changes: Any) -> int:
        last = transfer(**changes).effects()[-1]
        assert isinstance(last, Fee)
        assert last.at_most is not None
        return last.at_most

    vote = EFFECTS["VoteWitnessContract"][0]
    assert highest(contract=vote, memo=b"m") - highest(contract=vote) == 1_000_000 + 3 * 1000
    both = highest(contract=vote, signers=(ALICE.public_key, BOB.public_key))
    assert both == highest(contract=vote)
    assert highest(contract=trigger(), fee_limit=1 << 40) - highest(contract=trigger()) == (1 << 40) + 8 * 1000
    assert highest(contract=vote, fee_limit=1 << 40) - highest(contract=vote) == 8 * 1000  # it bounds code only
    assert highest(contract=PERMISSIONS) > 100_000_000


def test_a_guard_judges_what_is_told() -> None:
    token, coin = f"{HERE}/trc20:{USDT}", f"{HERE}/{TRX}"
    rules = only_to([YOU]), limit(token, per_transaction=10), max_fee({coin: 30_000_000})
    guarded = guard(ALICE, *rules, refuse_opaque())
    good = transfer(contract=trigger(data=tron.transfer(YOU, 10)), fee_limit=20_000_000)
    assert sign(good, guarded).transaction == good
    for bad in (
        transfer(contract=trigger(data=tron.transfer(YOU, 11)), fee_limit=20_000_000),
        transfer(contract=trigger(data=tron.transfer(OTHER, 1)), fee_limit=20_000_000),
        transfer(contract=trigger(data=tron.transfer(YOU, 1)), fee_limit=40_000_000),
        transfer(contract=trigger(data=b"other"), fee_limit=20_000_000),
        transfer(contract=PERMISSIONS),
    ):
        with pytest.raises(GuardRefused):
            sign(bad, guarded)


# Who signs


def test_what_is_signed_is_the_hash_of_raw_data() -> None:
    made = transfer()
    (request,) = made.requests()
    assert (request.payload, request.message) == (made.raw, sha256(made.raw))
    assert request.message.hex() == made.id


def test_several_keys_sign_in_any_order_where_they_are() -> None:
    """Each holder has a transaction of its own; what they give is one."""
    made = transfer(permission_id=2, signers=(ALICE.public_key, BOB.public_key))
    together = sign(made, BOB, ALICE)
    parts = [sign(replace(made, signers=(each.public_key,)), each) for each in (ALICE, BOB)]
    assert tron.merge(*parts) == together
    other = tron.merge(*reversed(parts))
    assert other.id == together.id
    assert other.raw != together.raw
    assert TRON.decode_transaction(other.raw) == other
    assert tron.merge(parts[0], together) == together
    for part in (*parts, together, other):
        assert TRON.decode_transaction(part.raw) == part


def test_parts_of_different_transactions_are_not_merged() -> None:
    parts = [sign(transfer(), ALICE), sign(transfer(permission_id=2, signers=(BOB.public_key,)), BOB)]
    with pytest.raises(TransactionError) as caught:
        tron.merge(*parts)
    assert caught.value.reason == "mismatch"
    with pytest.raises(TransactionError):
        tron.merge()
    holders = [signer(bytes([n]) * 32) for n in range(1, 7)]
    signed = [sign(transfer(signers=(each.public_key,)), each) for each in holders]
    with pytest.raises(TransactionError):  # more than a permission has
        tron.merge(*signed)


def test_all_signers_must_sign() -> None:
    made = transfer(signers=(ALICE.public_key, BOB.public_key))
    with pytest.raises(MissingSignature):
        sign(made, ALICE)
    with pytest.raises(TransactionError):
        transfer(signers=()).requests()


def test_what_no_network_takes_is_not_signed() -> None:
    with pytest.raises(TransactionError) as caught:
        transfer(contract=EFFECTS["VoteAssetContract"][0]).requests()
    assert caught.value.reason == "policy"


def test_requests_say_where_the_keys_are() -> None:
    origin = KeyOrigin(fingerprint=b"\1\2\3\4", path=Path.parse("m/44'/195'/0'/0/0"))
    asked = transfer(signers=(ALICE.public_key, BOB.public_key), origins=(None, origin)).requests()
    assert [request.origin for request in asked] == [None, origin]


def test_a_flipped_bit_is_no_signature() -> None:
    made = transfer()
    (answer,) = sign(made, ALICE).answers
    assert answer is not None
    bad = Signature(scheme=answer.scheme, data=bytes([answer.data[0] ^ 1]) + answer.data[1:])
    with pytest.raises(InvalidSignature):
        made.assemble((bad,))
    with pytest.raises(InvalidSignature):
        transfer(signers=(MALLORY.public_key,)).assemble((answer,))


CHANGES: dict[str, Any] = {
    "contract": tron.TransferContract(owner_address=ME, to_address=YOU, amount=2),
    "permission_id": 2,
    "ref_block_bytes": b"\x7b\x3c",
    "ref_block_hash": bytes(8),
    "expiration": 1,
    "timestamp": 1,
    "fee_limit": 1,
    "memo": b"m",
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_field_is_signed(name: str) -> None:
    assert replace(transfer(), **{name: CHANGES[name]}).raw != transfer().raw


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "chain": ({"chain": None}, "type"),
    "contract": ({"contract": None}, "type"),
    "no-contract": ({"contract": Contract()}, "type"),
    "other-network": ({"chain": NILE}, "network"),
    "signers-list": ({"signers": [ALICE.public_key]}, "length"),
    "signers-many": ({"signers": tuple(signer(bytes([n]) * 32).public_key for n in range(1, 7))}, "length"),
    "signers-type": ({"signers": ("key",)}, "type"),
    "signers-curve": ({"signers": (PublicKey(Curve.ED25519, RFC8032_KEY),)}, "type"),
    "signers-twice": ({"signers": (ALICE.public_key, ALICE.public_key)}, "duplicate"),
    "origins-type": ({"origins": ("m",)}, "type"),
    "origins-count": ({"origins": (None, None)}, "length"),
    "permission": ({"permission_id": -1}, "range"),
    "permission-bool": ({"permission_id": True}, "type"),
    "permission-large": ({"permission_id": 1 << 31}, "range"),
    "block-bytes": ({"ref_block_bytes": bytes(3)}, "length"),
    "block-hash": ({"ref_block_hash": bytes(7)}, "length"),
    "block-type": ({"ref_block_hash": bytearray(8)}, "length"),
    "expiration": ({"expiration": 1 << 63}, "range"),
    "timestamp": ({"timestamp": -1}, "range"),
    "fee": ({"fee_limit": 1.0}, "type"),
    "memo": ({"memo": "text"}, "length"),
    "size": ({"memo": bytes(500 * 1024)}, "too-large"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_transaction_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        transfer(**changes)
    assert caught.value.reason == reason


CONTRACTS: dict[str, tuple[Any, str]] = {
    "amount-negative": (lambda: tron.TransferContract(owner_address=ME, to_address=YOU, amount=-1), "range"),
    "amount-large": (lambda: tron.TransferContract(owner_address=ME, to_address=YOU, amount=1 << 63), "range"),
    "amount-bool": (lambda: tron.TransferContract(owner_address=ME, to_address=YOU, amount=True), "type"),
    "address-text": (lambda: tron.TransferContract(owner_address=ME, to_address="T", amount=1), "type"),  # type: ignore[arg-type]
    "address-none": (lambda: tron.TransferContract(owner_address=ME, to_address=None, amount=1), "type"),  # type: ignore[arg-type]
    "address-forged": (
        lambda: tron.TransferContract(owner_address=ME, to_address=replace(YOU, payload=bytes(20)), amount=1),
        "mismatch",
    ),
    "address-network": (
        lambda: tron.TransferContract(owner_address=ME, to_address=NILE.account(bytes(20)), amount=1),
        "network",
    ),
    "token-name": (
        lambda: tron.TransferAssetContract(owner_address=ME, to_address=YOU, asset_name="USDT", amount=1),
        "character",
    ),
    "token-zero": (
        lambda: tron.TransferAssetContract(owner_address=ME, to_address=YOU, asset_name="01", amount=1),
        "character",
    ),
    "token-empty": (
        lambda: tron.TransferAssetContract(owner_address=ME, to_address=YOU, asset_name="", amount=1),
        "character",
    ),
    "token-int": (
        lambda: tron.TransferAssetContract(owner_address=ME, to_address=YOU, asset_name=1, amount=1),  # type: ignore[arg-type]
        "type",
    ),
    "resource": (
        lambda: tron.FreezeBalanceV2Contract(owner_address=ME, frozen_balance=1, resource=1),  # type: ignore[arg-type]
        "type",
    ),
    "votes-list": (lambda: tron.VoteWitnessContract(owner_address=ME, votes=[]), "type"),  # type: ignore[arg-type]
    "threshold": (lambda: replace(PERMISSIONS, owner=replace(PERMISSIONS.owner, threshold=4)), "range"),
    "threshold-zero": (lambda: replace(PERMISSIONS, owner=replace(PERMISSIONS.owner, threshold=0)), "range"),
    "keys": (lambda: replace(PERMISSIONS, owner=replace(PERMISSIONS.owner, keys=())), "length"),
    "keys-twice": (
        lambda: replace(PERMISSIONS, owner=replace(PERMISSIONS.owner, keys=(KEYS[0], KEYS[0]))),
        "duplicate",
    ),
    "operations": (lambda: replace(PERMISSIONS, owner=replace(PERMISSIONS.owner, operations=ACTIVE)), "length"),
    "actives": (lambda: replace(PERMISSIONS, actives=()), "length"),
    "owner-missing": (lambda: replace(PERMISSIONS, owner=None), "type"),  # type: ignore[arg-type]
    "owner-other": (lambda: replace(PERMISSIONS, actives=[]), "type"),  # type: ignore[arg-type]
    "owner-type": (lambda: replace(PERMISSIONS, owner=PERMISSIONS.actives[0]), "mismatch"),
    "parameters-twice": (
        lambda: tron.ProposalCreateContract(owner_address=ME, parameters=(tron.Parameter(key=0, value=1),) * 2),
        "duplicate",
    ),
}


@pytest.mark.parametrize(("make", "reason"), CONTRACTS.values(), ids=CONTRACTS)
def test_what_is_no_contract_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(TransactionError) as caught:
        transfer(contract=make())
    assert caught.value.reason == reason


def test_a_reference_is_to_the_id_of_a_block() -> None:
    """Tron documentation, "TAPOS": bytes 6 and 7 of the number, 8 to 15 of the hash."""
    block = bytes.fromhex("0000000002f7b3af4f5f8b9e23a30c530f719f165b742e7358536b280eead2d0")
    assert tron.block_reference(block) == {"ref_block_bytes": block[6:8], "ref_block_hash": block[8:16]}
    for wrong in (block[:31], block.hex(), None):
        with pytest.raises(TransactionError):
            tron.block_reference(wrong)  # type: ignore[arg-type]
    assert Transaction is tron.Transaction
