"""SPL tokens: associated accounts against solders, instructions, and what effects tell of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from solders.sysvar import RENT
from solders.token.associated import get_associated_token_address

from walletcore.chains.base import Address
from walletcore.chains.solana import (
    ASSOCIATED_TOKEN_PROGRAM,
    CHAINS,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    AccountMeta,
    Instruction,
    Transaction,
    associated_token_account,
    create_associated_token_account,
    transfer_checked,
)
from walletcore.effects import Approve, Authority, Call, Effect, Opaque, Transfer
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret

SOLANA, DEVNET = CHAINS
PAYER, ALICE, BOB = (PrivateKey(Curve.ED25519, Secret(bytes([number]) * 32)).public_key for number in (1, 2, 3))
MINT = SOLANA.parse_address("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")
SOURCE, DESTINATION = (associated_token_account(owner=owner, mint=MINT) for owner in (ALICE, BOB))
ASSET = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
GOOD: dict[str, Any] = {
    "source": SOURCE,
    "mint": MINT,
    "destination": DESTINATION,
    "authority": ALICE,
    "amount": 1_500_000,
    "decimals": 6,
}
MOVED = transfer_checked(**GOOD)
CREATED = create_associated_token_account(payer=PAYER, owner=BOB, mint=MINT)


def effects(*calls: Instruction) -> tuple[Effect, ...]:
    tx = Transaction.compile(chain=SOLANA, fee_payer=PAYER, instructions=calls, recent_blockhash=bytes(32))
    return tx.effects()


def reason(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(TransactionError) as caught:
        call(*args, **options)
    return caught.value.reason


def meta(pubkey: bytes, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey=pubkey, is_signer=signer, is_writable=writable)


# -- associated accounts


@given(*[st.binary(min_size=32, max_size=32)] * 2, st.sampled_from([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]))
def test_an_associated_account_is_that_of_solders(owner: bytes, mint: bytes, program: bytes) -> None:
    given: dict[str, Any] = {"owner": SOLANA.account(owner), "mint": SOLANA.account(mint), "program": program}
    ours = associated_token_account(**given, allow_owner_off_curve=True)
    theirs = get_associated_token_address(Pubkey(owner), Pubkey(mint), Pubkey(program))
    assert ours == SOLANA.parse_address(str(theirs))
    if Pubkey(owner).is_on_curve():
        assert associated_token_account(**given) == ours
    else:
        assert reason(associated_token_account, **given) == "point"


def test_an_owner_off_the_curve_is_refused_unless_that_is_named() -> None:
    """SOURCE is Alice's token account: whoever takes it for her wallet sends tokens where no key moves them."""
    assert not Pubkey(SOURCE.payload).is_on_curve()
    given: dict[str, Any] = {"owner": SOURCE, "mint": MINT}
    assert reason(associated_token_account, **given) == "point"
    assert reason(create_associated_token_account, payer=PAYER, **given) == "point"
    theirs = get_associated_token_address(Pubkey(SOURCE.payload), Pubkey(MINT.payload))
    assert associated_token_account(**given, allow_owner_off_curve=True).payload == bytes(theirs)
    made = create_associated_token_account(payer=PAYER, **given, allow_owner_off_curve=True)
    assert made.accounts[1].pubkey == bytes(theirs)


@pytest.mark.parametrize("word", [None, 1, "yes"])
def test_what_is_allowed_is_said_by_true_or_false(word: Any) -> None:
    assert reason(associated_token_account, owner=ALICE, mint=MINT, allow_owner_off_curve=word) == "type"


def test_an_associated_account_is_of_the_mints_cluster() -> None:
    mint = DEVNET.account(MINT.payload)
    assert associated_token_account(owner=ALICE, mint=mint).chain is DEVNET
    assert associated_token_account(owner=ALICE, mint=mint).payload == SOURCE.payload


@pytest.mark.parametrize("program", [None, b"", SYSTEM_PROGRAM, ASSOCIATED_TOKEN_PROGRAM, "Token", bytearray(32)])
def test_a_token_program_is_one_of_two(program: Any) -> None:
    assert reason(associated_token_account, owner=ALICE, mint=MINT, program=program) in ("unknown", "type")
    assert reason(transfer_checked, **GOOD, program=program) in ("unknown", "type")


class Alike(bytes):
    """Equal to whatever it is compared with."""

    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize("program", [bytearray(TOKEN_PROGRAM), Alike(TOKEN_PROGRAM), Alike(MINT.payload)])
def test_X18_X19_a_token_program_is_bytes_and_nothing_alike(program: Any) -> None:
    assert reason(associated_token_account, owner=ALICE, mint=MINT, program=program) == "type"
    assert reason(create_associated_token_account, payer=PAYER, owner=ALICE, mint=MINT, program=program) == "type"
    assert reason(transfer_checked, **GOOD, program=program) == "type"


@pytest.mark.parametrize("mint", [None, ALICE, MINT.payload, MINT.text, Address(chain=SOLANA, text="x", payload=b"x")])
def test_a_mint_is_an_address(mint: Any) -> None:
    with pytest.raises(TransactionError):
        associated_token_account(owner=ALICE, mint=mint)
    with pytest.raises(TransactionError):
        create_associated_token_account(payer=PAYER, owner=ALICE, mint=mint)


def test_an_account_is_created_for_another_one() -> None:
    assert CREATED.program_id == ASSOCIATED_TOKEN_PROGRAM
    assert CREATED.data == b"\1"
    assert create_associated_token_account(payer=PAYER, owner=BOB, mint=MINT, idempotent=False).data == b"\0"
    assert CREATED.accounts == (
        meta(PAYER.data, signer=True, writable=True),
        meta(DESTINATION.payload, writable=True),
        meta(BOB.data),
        meta(MINT.payload),
        meta(SYSTEM_PROGRAM),
        meta(TOKEN_PROGRAM),
    )
    for idempotent in (0, 1, None, "no"):
        options: dict[str, Any] = {"idempotent": idempotent}
        assert reason(create_associated_token_account, payer=PAYER, owner=BOB, mint=MINT, **options) == "type"


def test_an_account_that_is_created_costs_what_the_cluster_says() -> None:
    made, rent, _ = effects(CREATED)
    assert isinstance(made, Call)
    assert made.name == "CreateIdempotent"
    assert dict(made.arguments) == {
        "account": DESTINATION.account_id,
        "owner": SOLANA.address(BOB).account_id,
        "asset": ASSET,
    }
    payer = SOLANA.address(PAYER).account_id
    assert rent == Transfer(asset=SOLANA.asset, amount=None, source=payer, destination=DESTINATION.account_id)
    older = effects(replace(CREATED, data=b"", accounts=(*CREATED.accounts, meta(bytes(RENT)))))[0]
    assert isinstance(older, Call)
    assert older.name == "Create"


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (1, SOURCE.payload),
        (1, bytes([9]) * 32),
        (2, PAYER.data),
        (3, bytes([9]) * 32),
        (4, TOKEN_PROGRAM),
        (5, TOKEN_2022_PROGRAM),
        (5, bytes([9]) * 32),
        (6, bytes([9]) * 32),
    ],
    ids=["another's", "any account", "owner", "mint", "system", "token program", "any program", "rent"],
)
def test_an_account_that_does_not_follow_from_owner_and_mint_is_opaque(place: int, key: bytes) -> None:
    for exact in (CREATED, replace(CREATED, accounts=(*CREATED.accounts, meta(bytes(RENT))))):
        if place < len(exact.accounts):
            accounts = list(exact.accounts)
            accounts[place] = replace(accounts[place], pubkey=key)
            assert isinstance(effects(replace(exact, accounts=tuple(accounts)))[0], Opaque)


def test_an_account_of_token_2022_is_told_as_well() -> None:
    made = effects(create_associated_token_account(payer=PAYER, owner=BOB, mint=MINT, program=TOKEN_2022_PROGRAM))[0]
    assert isinstance(made, Call)
    assert dict(made.arguments)["account"] == SOLANA.caip10(
        bytes(get_associated_token_address(Pubkey(BOB.data), Pubkey(MINT.payload), Pubkey(TOKEN_2022_PROGRAM)))
    )


# -- transfers


@pytest.mark.parametrize("program", [TOKEN_PROGRAM, TOKEN_2022_PROGRAM])
def test_a_transfer_names_its_token_and_the_token_accounts(program: bytes) -> None:
    moved = effects(transfer_checked(**GOOD, program=program))[0]
    assert moved == Transfer(
        asset=ASSET, amount=1_500_000, source=SOURCE.account_id, destination=DESTINATION.account_id
    )


@pytest.mark.parametrize("number", [True, -1, 2**64, 10**400, 1.0, "1", None])
def test_X16_amounts_and_decimals_are_ints_in_their_range(number: Any) -> None:
    assert reason(transfer_checked, **{**GOOD, "amount": number}) in ("type", "range")
    assert reason(transfer_checked, **{**GOOD, "decimals": number}) in ("type", "range")
    assert reason(transfer_checked, **{**GOOD, "decimals": 256}) == "range"


@pytest.mark.parametrize("name", ["source", "mint", "destination", "authority"])
def test_accounts_are_keys_or_addresses(name: str) -> None:
    for value in (None, MINT.payload, MINT.text, 7):
        assert reason(transfer_checked, **{**GOOD, name: value}) == "type"


def multisig(*signers: AccountMeta) -> Instruction:
    accounts = (*MOVED.accounts[:3], meta(bytes([8]) * 32), *signers)
    return replace(MOVED, accounts=accounts)


def test_a_transfer_of_a_multisig_is_told_when_its_signers_follow() -> None:
    signers = [meta(key.data, signer=True) for key in (PAYER, ALICE, BOB)]
    assert isinstance(effects(multisig(*signers[:2]))[0], Transfer)
    assert isinstance(effects(multisig())[0], Opaque)
    assert isinstance(effects(multisig(signers[0], meta(bytes([9]) * 32)))[0], Opaque)


def test_a_transfer_that_does_not_name_its_token_is_opaque_and_says_what_is_known() -> None:
    plain = replace(MOVED, data=b"\3" + MOVED.data[1:9], accounts=(*MOVED.accounts[:1], *MOVED.accounts[2:]))
    told = effects(plain)[0]
    assert isinstance(told, Opaque)
    assert "transfer of 1500000 of a token that is not named" in told.why
    assert SOURCE.account_id in told.why
    assert DESTINATION.account_id in told.why


def test_an_approval_names_the_spender() -> None:
    told = effects(replace(MOVED, data=b"\x0d" + MOVED.data[1:]))[0]
    assert told == Approve(asset=ASSET, amount=1_500_000, spender=DESTINATION.account_id, source=SOURCE.account_id)


def test_a_new_authority_is_told() -> None:
    accounts = (meta(SOURCE.payload, writable=True), meta(ALICE.data, signer=True))
    given = Instruction(program_id=TOKEN_PROGRAM, accounts=accounts, data=b"\6\2\1" + BOB.data)
    who = SOLANA.address(BOB).account_id
    assert effects(given)[0] == Authority(account=SOURCE.account_id, change=f"owner authority becomes {who}")
    nobody = effects(replace(given, data=b"\6\0\0"))[0]
    assert nobody == Authority(account=SOURCE.account_id, change="nobody has the mint authority any more")
    for data in (
        b"\6",
        b"\6\2",
        b"\6\x04\0",
        b"\6\2\1",
        b"\6\2\2" + BOB.data,
        b"\6\2\1" + BOB.data + b"\0",
        b"\6\2\0\0",
    ):
        assert isinstance(effects(replace(given, data=data))[0], Opaque)


EXTRA = meta(bytes([9]) * 32)


@pytest.mark.parametrize("exact", [MOVED, CREATED], ids=["transfer", "create"])
def test_whatever_is_not_exactly_a_token_instruction_is_opaque(exact: Instruction) -> None:
    for other in (
        replace(exact, data=exact.data + b"\0"),
        replace(exact, data=b"\x63" + exact.data[1:]),
        replace(exact, accounts=exact.accounts[:-1] if exact is MOVED else exact.accounts[:-2]),
        replace(exact, accounts=(*exact.accounts, EXTRA, EXTRA)),
        replace(exact, accounts=tuple(replace(each, is_signer=False) for each in exact.accounts[::-1])),
        replace(exact, program_id=bytes([9]) * 32),
    ):
        told = effects(other)[0]
        assert isinstance(told, Opaque)
        assert told.data == other.data
    assert isinstance(effects(replace(MOVED, data=b""))[0], Opaque)
