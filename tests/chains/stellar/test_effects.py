"""What Stellar's operations do: each kind in words that serve every chain, and what guards make of them."""

from datetime import timedelta
from typing import Any

import pytest

from support.memory_store import MemoryStore
from support.stellar import holder
from walletcore import chain
from walletcore.chains.stellar import (
    AccountKey,
    AccountMerge,
    AccountSigner,
    AllowTrust,
    And,
    BalanceKey,
    BeforeTime,
    BeginSponsoringFutureReserves,
    BumpSequence,
    ChangeTrust,
    Claimant,
    ClaimClaimableBalance,
    Clawback,
    ClawbackClaimableBalance,
    CreateAccount,
    CreateClaimableBalance,
    CreatePassiveSellOffer,
    DataKey,
    EndSponsoringFutureReserves,
    FeeBumpTransaction,
    Inflation,
    IssuedAsset,
    LiquidityPoolDeposit,
    LiquidityPoolWithdraw,
    ManageBuyOffer,
    ManageData,
    ManageSellOffer,
    MemoHash,
    MemoId,
    MemoReturn,
    MemoText,
    NativeAsset,
    Not,
    OfferKey,
    Operation,
    Or,
    PathPaymentStrictReceive,
    PathPaymentStrictSend,
    Payment,
    PoolKey,
    PoolParameters,
    PoolShare,
    Preconditions,
    Price,
    RevokeSponsorship,
    SetOptions,
    SetTrustLineFlags,
    Signer,
    SignerKey,
    StellarChain,
    Transaction,
    TrustLineKey,
    Within,
)
from walletcore.chains.stellar.operations import ROWS
from walletcore.chains.stellar.outcome import READERS, asset_name, pool_id
from walletcore.coding import strkey
from walletcore.coding.strkey import Strkey
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer
from walletcore.errors import SigningRefused
from walletcore.signers.guard import guard
from walletcore.signers.rules import limit, no_authority_change, no_statements, only_assets, only_to
from walletcore.signing import sign

STELLAR = chain("stellar", StellarChain)
ALICE, BOB = holder(b"\1" * 32), holder(b"\2" * 32)
ME, YOU = STELLAR.address(ALICE.public_key), STELLAR.address(BOB.public_key)
MY, YOUR = ME.account_id, YOU.account_id
XLM, USD = NativeAsset(), IssuedAsset(code="USD", issuer=YOU)
LUMENS, DOLLARS = "stellar:pubnet/slip44:148", f"stellar:pubnet/asset:USD-{YOU.text}"
POOL = PoolParameters(asset_a=XLM, asset_b=USD)
POOL_ID = pool_id(STELLAR, POOL)
POOL_NAME = f"stellar:pubnet:{strkey.encode(Strkey.LIQUIDITY_POOL, POOL_ID)}"
SHARES = f"stellar:pubnet/cap38:{POOL_ID.hex()}"
BALANCE = bytes(range(32))
BALANCE_NAME = f"stellar:pubnet:{strkey.encode(Strkey.CLAIMABLE_BALANCE, bytes([0]) + BALANCE)}"
HALF = Price(n=1, d=2)
FEE = Fee(asset=LUMENS, at_most=100, payer=MY)
ANYONE = "stellar:pubnet:anyone"


def made(*operations: Operation, **changes: Any) -> Transaction:
    return Transaction(
        **{"chain": STELLAR, "source": ME, "fee": 100, "sequence": 7, "operations": operations, **changes}
    )


def effects(*operations: Operation, **changes: Any) -> tuple[Effect, ...]:
    """All but the fee, which is always the last one."""
    *rest, fee = made(*operations, **changes).effects()
    assert fee == FEE
    return tuple(rest)


def pays(amount: int | None, asset: str = LUMENS, to: str = YOUR, tag: int | None = None) -> Transfer:
    return Transfer(asset=asset, amount=amount, source=MY, destination=to, tag=tag)


def call(target: str, name: str, /, **arguments: str) -> Call:
    return Call(target=target, name=name, arguments=tuple(arguments.items()))


def authority(change: str, account: str = MY) -> Authority:
    return Authority(account=account, change=change)


def offers(amount: int, asset: str = DOLLARS) -> Approve:
    return Approve(asset=asset, amount=amount, spender=ANYONE, source=MY)


EXPECTED: dict[str, tuple[Operation, tuple[Effect, ...]]] = {
    "CreateAccount": (CreateAccount(destination=YOU, starting_balance=5), (pays(5),)),
    "Payment": (Payment(destination=YOU, asset=USD, amount=5), (pays(5, DOLLARS),)),
    "PathPaymentStrictReceive": (
        PathPaymentStrictReceive(
            send_asset=XLM, send_max=9, destination=YOU, dest_asset=USD, dest_amount=5, path=(XLM,)
        ),
        (pays(9), call(YOUR, "PathPaymentStrictReceive", receives=DOLLARS, exactly="5", through=LUMENS)),
    ),
    "PathPaymentStrictSend": (
        PathPaymentStrictSend(send_asset=USD, send_amount=9, destination=YOU, dest_asset=XLM, dest_min=5),
        (pays(9, DOLLARS), call(YOUR, "PathPaymentStrictSend", receives=LUMENS, at_least="5")),
    ),
    "ManageSellOffer": (
        ManageSellOffer(selling=USD, buying=XLM, amount=9, price=HALF, offer_id=3),
        (offers(9), call(MY, "ManageSellOffer", selling=DOLLARS, buying=LUMENS, price="1/2", offer="3")),
    ),
    "CreatePassiveSellOffer": (
        CreatePassiveSellOffer(selling=XLM, buying=USD, amount=9, price=HALF),
        (offers(9, LUMENS), call(MY, "CreatePassiveSellOffer", selling=LUMENS, buying=DOLLARS, price="1/2")),
    ),
    "ManageBuyOffer": (
        ManageBuyOffer(selling=USD, buying=XLM, buy_amount=9, price=HALF),
        (offers(5), call(MY, "ManageBuyOffer", selling=DOLLARS, buying=LUMENS, price="1/2")),  # 4.5, rounded up
    ),
    "SetOptions": (
        SetOptions(
            master_weight=0,
            low_threshold=1,
            medium_threshold=2,
            high_threshold=3,
            signer=Signer(key=SignerKey.parse(YOU.text), weight=4),
            set_flags=9,
            clear_flags=0,
            home_domain="example.org",
            inflation_destination=YOU,
        ),
        (
            authority("the weight of its own key becomes 0"),
            authority("the low threshold becomes 1"),
            authority("the medium threshold becomes 2"),
            authority("the high threshold becomes 3"),
            authority(f"signer {YOU.text} of weight 4"),
            authority("as issuer it sets the flags AUTH_REQUIRED, AUTH_CLAWBACK_ENABLED"),
            authority("as issuer it clears the flags none"),
            call(MY, "SetOptions", home_domain="'example.org'", inflation_destination=YOUR),
        ),
    ),
    "ChangeTrust": (ChangeTrust(line=USD, limit=5), (call(MY, "ChangeTrust", asset=DOLLARS, limit="5"),)),
    "AllowTrust": (
        AllowTrust(trustor=YOU, asset_code="EUR", authorize=0),
        (authority(f"by its issuer, stellar:pubnet/asset:EUR-{ME.text} may be neither held nor offered", YOUR),),
    ),
    "AccountMerge": (AccountMerge(destination=YOU), (pays(None), authority("the account is closed"))),
    "Inflation": (Inflation(), (call(MY, "Inflation"),)),
    "ManageData": (ManageData(name="a", value=b"\1"), (call(MY, "ManageData", name="'a'", value="0x01"),)),
    "BumpSequence": (BumpSequence(bump_to=9), (call(MY, "BumpSequence", to="9"),)),
    "CreateClaimableBalance": (
        CreateClaimableBalance(asset=USD, amount=5, claimants=(Claimant(destination=YOU),)),
        (
            pays(5, DOLLARS),
            call(
                YOUR,
                "CreateClaimableBalance",
                balance="BAAJXTTQTGH7MH43AGYU6KHXQWFPC4QE3HWK46T5X3XRWGL4U2GW77EWBM",
                claimable="always",
            ),
        ),
    ),
    "ClaimClaimableBalance": (
        ClaimClaimableBalance(balance_id=BALANCE),
        (call(BALANCE_NAME, "ClaimClaimableBalance", by=MY),),
    ),
    "BeginSponsoringFutureReserves": (
        BeginSponsoringFutureReserves(sponsored=YOU),
        (call(YOUR, "BeginSponsoringFutureReserves", sponsor=MY),),
    ),
    "EndSponsoringFutureReserves": (EndSponsoringFutureReserves(), (call(MY, "EndSponsoringFutureReserves"),)),
    "RevokeSponsorship": (
        RevokeSponsorship(entry=AccountKey(account=YOU)),
        (call(YOUR, "RevokeSponsorship", of="account", by=MY),),
    ),
    "Clawback": (
        Clawback(asset=USD, holder=STELLAR.account(YOU.payload, 4), amount=5),
        (Transfer(asset=DOLLARS, amount=5, source=YOUR, destination=MY),),
    ),
    "ClawbackClaimableBalance": (
        ClawbackClaimableBalance(balance_id=BALANCE),
        (call(BALANCE_NAME, "ClawbackClaimableBalance", by=MY),),
    ),
    "SetTrustLineFlags": (
        SetTrustLineFlags(trustor=YOU, asset=USD, clear_flags=1, set_flags=2),
        (
            authority(
                f"its issuer sets the flags AUTHORIZED_TO_MAINTAIN_LIABILITIES and clears AUTHORIZED for {DOLLARS}",
                YOUR,
            ),
        ),
    ),
    "LiquidityPoolDeposit": (
        LiquidityPoolDeposit(pool_id=POOL_ID, max_amount_a=5, max_amount_b=6, min_price=HALF, max_price=HALF),
        (
            Opaque(why=f"deposits at most 5 and 6 of the two assets of pool {POOL_ID.hex()}, which are not named"),
            call(POOL_NAME, "LiquidityPoolDeposit", min_price="1/2", max_price="1/2"),
        ),
    ),
    "LiquidityPoolWithdraw": (
        LiquidityPoolWithdraw(pool_id=POOL_ID, amount=5, min_amount_a=1, min_amount_b=2),
        (pays(5, SHARES, POOL_NAME), call(POOL_NAME, "LiquidityPoolWithdraw", min_amount_a="1", min_amount_b="2")),
    ),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_operation_does_what_it_says(kind: str) -> None:
    operation, expected = EXPECTED[kind]
    assert type(operation).__name__ == kind
    assert effects(operation) == expected


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_operation_is_read_as_it_was_written(kind: str) -> None:
    transaction = made(EXPECTED[kind][0], EXPECTED[kind][0])
    read = STELLAR.decode_transaction(transaction.raw)
    assert read == transaction
    assert read.effects() == transaction.effects()


def test_every_kind_of_operation_is_read_and_tested() -> None:
    assert {row.kind for row in ROWS} == set(READERS)
    assert {row.kind.__name__ for row in ROWS if row.number < 24} == set(EXPECTED)


def test_an_asset_has_its_name_of_the_namespace() -> None:
    """ChainAgnostic/namespaces stellar/caip19.md, "Examples"."""
    issuer = STELLAR.parse_address("GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN")
    usdc = IssuedAsset(code="USDC", issuer=issuer)
    name = "stellar:pubnet/asset:USDC-GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"
    assert asset_name(STELLAR, usdc) == name
    pool = PoolParameters(asset_a=XLM, asset_b=usdc)
    share = "stellar:pubnet/cap38:a468d41d8e9b8f3c7209651608b74b7db7ac9952dcae0cdf24871d1d9c7b0088"
    assert asset_name(STELLAR, pool) == asset_name(STELLAR, PoolShare(pool_id=pool_id(STELLAR, pool))) == share


def test_a_pool_has_its_assets_in_their_order() -> None:
    with pytest.raises(ValueError, match="in their order"):
        made(ChangeTrust(line=PoolParameters(asset_a=USD, asset_b=XLM)))


# Tags and memos


def test_the_id_of_a_muxed_account_is_a_tag() -> None:
    for source in (ME, STELLAR.account(ME.payload, 1)):
        pay = Payment(destination=STELLAR.account(YOU.payload, 1 << 63), asset=XLM, amount=5, source=source)
        assert effects(pay) == (pays(5, tag=1 << 63),)


def test_a_memo_is_never_dropped() -> None:
    pay = Payment(destination=YOU, asset=XLM, amount=5)
    muxed = Payment(destination=STELLAR.account(YOU.payload, 7), asset=XLM, amount=5)
    assert effects(pay, memo=MemoId(id=7)) == (pays(5, tag=7),)
    assert effects(muxed, memo=MemoId(id=7)) == (pays(5, tag=7),)
    assert effects(muxed, memo=MemoId(id=8)) == (pays(5, tag=7), Statement(text="8", meaning="memo id"))
    assert effects(BumpSequence(bump_to=1), memo=MemoId(id=0))[1] == Statement(text="0", meaning="memo id")
    assert effects(AccountMerge(destination=YOU), memo=MemoId(id=0))[0] == pays(None, tag=0)
    assert effects(pay, memo=MemoText(text="Grüße".encode()))[1] == Statement(text="Grüße", meaning="memo")
    assert effects(pay, memo=MemoText(text=b""))[1] == Statement(text="", meaning="memo")
    for unseen in (b"\xff", b"a\x00", "a\u202eb".encode()):
        assert type(effects(pay, memo=MemoText(text=unseen))[1]) is Opaque
    assert effects(pay, memo=MemoHash(hash=BALANCE))[1] == Statement(text=BALANCE.hex(), meaning="memo hash")
    returned = effects(pay, memo=MemoReturn(hash=BALANCE))[1]
    assert returned == Statement(text=BALANCE.hex(), meaning="memo of a transaction that is paid back")


# Single kinds


def test_an_operation_acts_for_its_own_source() -> None:
    assert effects(Payment(source=YOU, destination=ME, asset=XLM, amount=5)) == (
        Transfer(asset=LUMENS, amount=5, source=YOUR, destination=MY),
    )
    assert effects(AccountMerge(source=YOU, destination=ME))[1] == authority("the account is closed", YOUR)


def test_an_offer_of_nothing_is_deleted() -> None:
    (told,) = effects(ManageSellOffer(selling=USD, buying=XLM, amount=0, price=HALF, offer_id=3))
    assert told == call(MY, "ManageSellOffer", selling=DOLLARS, buying=LUMENS, offer="3")
    (told,) = effects(ManageBuyOffer(selling=USD, buying=XLM, buy_amount=0, price=HALF, offer_id=3))
    assert told == call(MY, "ManageBuyOffer", selling=DOLLARS, buying=LUMENS, offer="3")


def test_a_signer_of_weight_zero_is_removed() -> None:
    hashed = SignerKey(kind=Strkey.HASH_X, key=BALANCE)
    (told,) = effects(SetOptions(signer=Signer(key=hashed, weight=0)))
    assert told == authority(f"signer {hashed} is removed")
    assert str(hashed).startswith("X")


def test_options_that_change_nothing_are_told() -> None:
    assert effects(SetOptions()) == (call(MY, "SetOptions"),)
    assert effects(SetOptions(source=YOU)) == (call(YOUR, "SetOptions"),)


@pytest.mark.parametrize(("authorize", "words"), [(1, "held"), (2, "kept where it is offered")])
def test_an_issuer_allows_what_it_says(authorize: int, words: str) -> None:
    (told,) = effects(AllowTrust(trustor=YOU, asset_code="EUR", authorize=authorize))
    assert isinstance(told, Authority)
    assert told.change.endswith(f"may be {words}")


def test_data_are_deleted() -> None:
    assert effects(ManageData(name="a", value=None)) == (call(MY, "ManageData", name="'a'", value="deleted"),)


def test_each_claimant_may_get_all_of_a_balance() -> None:
    when = Or(predicates=(Not(predicate=BeforeTime(time=0)), And(predicates=(Within(seconds=9), Within(seconds=8)))))
    claimants = (Claimant(destination=YOU), Claimant(destination=ME, predicate=when))
    first, _, second, told = effects(CreateClaimableBalance(asset=XLM, amount=5, claimants=claimants))
    assert (first, second) == (pays(5), pays(5, to=MY))
    assert isinstance(told, Call)
    words = "(not before 1970-01-01 00:00:00 UTC or (within 9 seconds and within 8 seconds))"
    assert dict(told.arguments)["claimable"] == words


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        (1235, "536af35c666a28d26775008321655e9eda2039154270484e3f81d72c66d5c26f"),
        (114_272_277_834_498_051, "1cd1e39f422a864b4efca661e11ffaa1c54e69b23aaf096e0cfd361bb4a275bf"),
    ],
)
@pytest.mark.parametrize("muxed", [None, 5678])
def test_a_balance_has_the_id_that_the_ledger_will_give_it(sequence: int, expected: str, muxed: int | None) -> None:
    """stellar/js-stellar-base test/unit/transaction_test.js, "knows how to calculate claimable balance IDs"."""
    account = STELLAR.parse_address("GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ")
    claim = CreateClaimableBalance(asset=XLM, amount=1_000_000_000, claimants=(Claimant(destination=YOU),))
    transaction = made(claim, source=STELLAR.account(account.payload, muxed), sequence=sequence)
    told = transaction.effects()[1]
    assert isinstance(told, Call)
    assert strkey.decode(dict(told.arguments)["balance"]) == (
        Strkey.CLAIMABLE_BALANCE,
        b"\0" + bytes.fromhex(expected),
    )


@pytest.mark.parametrize(
    ("entry", "target", "words"),
    [
        (TrustLineKey(account=YOU, asset=USD), YOUR, f"trust line for {DOLLARS}"),
        (TrustLineKey(account=YOU, asset=PoolShare(pool_id=POOL_ID)), YOUR, f"trust line for {SHARES}"),
        (OfferKey(seller=YOU, offer_id=4), YOUR, "offer 4"),
        (DataKey(account=YOU, name="a b"), YOUR, "data 'a b'"),
        (BalanceKey(balance_id=BALANCE), BALANCE_NAME, "claimable balance"),
        (PoolKey(pool_id=POOL_ID), POOL_NAME, "liquidity pool"),
        (AccountSigner(account=YOU, key=SignerKey.parse(ME.text)), YOUR, f"signer {ME.text}"),
    ],
)
def test_a_sponsorship_names_whose_it_is(entry: Any, target: str, words: str) -> None:
    assert effects(RevokeSponsorship(entry=entry)) == (call(target, "RevokeSponsorship", of=words, by=MY),)


def test_the_assets_of_a_pool_are_known_where_the_transaction_names_them() -> None:
    deposit = EXPECTED["LiquidityPoolDeposit"][0]
    _, one, two, told = effects(ChangeTrust(line=POOL), deposit)
    assert (one, two) == (pays(5, LUMENS, POOL_NAME), pays(6, DOLLARS, POOL_NAME))
    assert isinstance(told, Call)


def test_a_fee_bump_pays_the_fee_in_the_place_of_the_inner_one() -> None:
    inner = sign(made(Payment(destination=YOU, asset=XLM, amount=5)), ALICE)
    bump = FeeBumpTransaction.of(inner, fee_source=STELLAR.account(YOU.payload, 3), fee=1 << 40)
    assert bump.effects() == (pays(5), Fee(asset=LUMENS, at_most=1 << 40, payer=YOUR))


def test_a_payload_of_an_extra_signer_is_opaque() -> None:
    for size, words in ((32, "hash of another transaction"), (5, "of its own")):
        signer = SignerKey(kind=Strkey.SIGNED_PAYLOAD, key=YOU.payload, payload=b"\1" * size)
        (_, told) = effects(BumpSequence(bump_to=1), conditions=Preconditions(extra_signers=(signer,)))
        assert isinstance(told, Opaque)
        assert words in told.why
        assert told.data == signer.payload


# Guards


def refused(*operations: Operation, rules: Any, **changes: Any) -> SigningRefused:
    with pytest.raises(SigningRefused) as caught:
        sign(made(*operations, **changes), guard(ALICE, *rules))
    return caught.value


def test_the_same_rules_limit_an_issued_asset() -> None:
    """The rule has no word of Stellar in it but the asset's name."""
    store = MemoryStore()
    rule = limit(DOLLARS, per_transaction=10, total=15, per=timedelta(days=1))
    watched = guard(ALICE, rule, only_assets(DOLLARS), store=store)

    def pay(amount: int, sequence: int) -> Transaction:
        return made(Payment(destination=YOU, asset=USD, amount=amount), sequence=sequence)

    assert sign(pay(10, 1), watched)
    for transaction in (pay(11, 2), pay(6, 3), made(Payment(destination=YOU, asset=XLM, amount=1))):
        with pytest.raises(SigningRefused):
            sign(transaction, watched)
    assert sign(pay(5, 4), watched)


@pytest.mark.parametrize("kind", ["PathPaymentStrictSend", "ManageSellOffer"])
def test_what_may_leave_by_a_path_or_an_offer_counts(kind: str) -> None:
    operation = EXPECTED[kind][0]
    assert sign(made(operation), guard(ALICE, limit(DOLLARS, per_transaction=9)))
    refused(operation, rules=[limit(DOLLARS, per_transaction=8)])


def test_changes_of_control_and_closing_are_refused() -> None:
    for kind in ("SetOptions", "AccountMerge", "AllowTrust", "SetTrustLineFlags"):
        refused(EXPECTED[kind][0], rules=[no_authority_change()])
        refused(EXPECTED[kind][0], rules=[limit(LUMENS, per_transaction=10**9)])
    refused(AccountMerge(destination=YOU), rules=[limit(LUMENS, per_transaction=10**18)])


def test_payees_are_accounts_whatever_their_tag() -> None:
    pay = Payment(destination=STELLAR.account(YOU.payload, 7), asset=XLM, amount=1)
    assert sign(made(pay), guard(ALICE, only_to([YOU])))
    refused(Payment(destination=ME, asset=XLM, amount=1), rules=[only_to([YOU])])
    refused(EXPECTED["CreateClaimableBalance"][0], rules=[only_to([ME])])


def test_memos_are_statements_that_a_rule_may_admit() -> None:
    pay = Payment(destination=YOU, asset=XLM, amount=1)
    refused(pay, rules=[no_statements()], memo=MemoText(text=b"hello"))
    assert sign(made(pay, memo=MemoText(text=b"hello")), guard(ALICE, no_statements(memos=True)))
    assert sign(made(pay, memo=MemoId(id=7)), guard(ALICE, no_statements()))


def test_a_deposit_into_a_pool_that_is_not_known_is_refused() -> None:
    refused(EXPECTED["LiquidityPoolDeposit"][0], rules=[])
