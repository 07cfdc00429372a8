"""Transactions of Cosmos chains that are signed as typed data: BNB Greenfield, Ethermint's chains, Injective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from support.evm import signer
from support.oracles import JSON, compared, locked, number
from support.vectors import Case, vectors
from walletcore.chains import chain
from walletcore.chains.base import SignedTransaction
from walletcore.chains.cosmos import CosmosChain, eip712
from walletcore.chains.cosmos.decode import verify
from walletcore.chains.cosmos.messages import distribution, greenfield, staking
from walletcore.chains.cosmos.messages.bank import MsgSend
from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.gov import MsgVote, VoteOption
from walletcore.chains.cosmos.transaction import Signer, Transaction
from walletcore.chains.cosmos.tx import Fee, SignMode
from walletcore.effects import Transfer
from walletcore.errors import InvalidSignature, TransactionError
from walletcore.hashes import keccak256
from walletcore.signing import Signature, sign

EVMOS = chain("cosmos:evmos-native", CosmosChain)
CANTO = chain("cosmos:canto-native", CosmosChain)
DYMENSION, ZETA = chain("cosmos:dymension", CosmosChain), chain("cosmos:zetachain-native", CosmosChain)
INJECTIVE = chain("cosmos:injective", CosmosChain)
TESTNET = chain("cosmos:greenfield-testnet", CosmosChain)
ME, YOU = (signer(bytes([each]) * 32) for each in (1, 2))


def transaction(
    row: CosmosChain, *messages: Any, sequence: int = 3, memo: str = "", fee: Fee | None = None
) -> Transaction:
    coin = Coin(denom=row.denom, amount=5)
    sent = MsgSend(
        from_address=row.address(ME.public_key).text, to_address=row.address(YOU.public_key).text, amount=(coin,)
    )
    return Transaction(
        chain=row,
        messages=messages or (sent,),
        fee=fee or Fee(amount=(coin,), gas_limit=200_000),
        signers=(Signer(key=ME.public_key, account_number=7, sequence=sequence, mode=SignMode.EIP_712),),
        memo=memo,
    )


@vectors("cosmos/greenfield")
def test_published_transactions_of_greenfield_are_signed_and_read(case: Case) -> None:
    row = chain(f"cosmos:{case.input['chain']}", CosmosChain)
    assert row.chain_id == case.input["network"]
    holder, raw = signer(bytes.fromhex(case.input["private_key"])), bytes.fromhex(case.input["unsigned"])
    made: Any = row.decode_transaction(raw, keys=[holder.public_key])
    assert made.raw == raw
    signed = sign(made, holder)
    assert (signed.raw.hex(), signed.answers[0].data.hex()) == (case.expect["raw"], case.expect["signature"])
    read: Any = row.decode_transaction(signed.raw)
    assert (read.raw, read.effects()) == (signed.raw, made.effects())
    verify(read, [each.account_number for each in made.signers])


def test_documents_of_greenfield_are_the_published_ones() -> None:
    """trustwallet/wallet-core rust/chains/tw_greenfield/tests/eip712_signer.rs @ 5295dc4fe299, the two hashes."""
    me, you = "0x9d1d97aDFcd324Bbd603D3872BD78e04098510b1", "0x280b27f3676db1C4475EE10F75D510Eb527fd155"
    holder = signer(bytes.fromhex("9066aa168c379a403becb235c15e7129c133c244e56a757ab07bc369288bcab0"))
    coin = Coin(denom="BNB", amount=10**15)
    cases = (
        (
            MsgSend(from_address=me, to_address=you, amount=(coin,)),
            "b8c62654582ca96b37ca94966199682bf70ed934e740d2f874ff54675a0ac344",
        ),
        (
            greenfield.MsgTransferOut(from_address=me, to=me, amount=coin),
            "ea7731461041f5f652ab424bb767c670e484cfe1f4a85179deba8a6596873af4",
        ),
    )
    for message, expected in cases:
        made = Transaction(
            chain=TESTNET,
            messages=(message,),
            fee=Fee(amount=(Coin(denom="BNB", amount=2 * 10**15),), gas_limit=200_000),
            signers=(Signer(key=holder.public_key, account_number=15560, sequence=2, mode=SignMode.EIP_712),),
        )
        assert keccak256(made.requests()[0].payload).hex() == expected


@pytest.mark.parametrize("row", [EVMOS, CANTO, DYMENSION, INJECTIVE, TESTNET], ids=lambda row: row.name)
def test_a_transaction_is_signed_read_again_and_verified(row: CosmosChain) -> None:
    made = transaction(row, memo="a memo")
    again: Any = row.decode_transaction(made.raw)
    assert again == made
    assert again.requests()[0].id == made.requests()[0].id
    signed = sign(made, ME)
    read = row.decode_transaction(signed.raw)
    assert isinstance(read, SignedTransaction)
    assert read.transaction.with_account_numbers([7]) == made
    assert read.effects() == made.effects()
    assert isinstance(read.effects()[0], Transfer)
    verify(read, [7])
    with pytest.raises(InvalidSignature):
        verify(read, [8])


def test_typed_data_that_no_node_of_zetachain_takes_are_not_made() -> None:
    """zeta-chain/node app/ante/ante.go @ 05f389fbd288: the option is one of cosmos/evm, and Ethermint's is refused."""
    with pytest.raises(TransactionError) as refused:
        transaction(ZETA).requests()
    assert refused.value.reason == "scheme"
    option = replace(ZETA, modes=EVMOS.modes, eip155=7000)
    with pytest.raises(TransactionError):
        ZETA.decode_transaction(sign(transaction(option), ME).raw)


def test_CO1_typed_data_name_the_chain_the_account_and_all_that_is_done() -> None:
    """Whatever of it differs gives another hash."""
    made = transaction(EVMOS)
    others = (
        replace(made, memo="x"),
        replace(made, fee=replace(made.fee, gas_limit=1)),
        replace(made, fee=replace(made.fee, amount=())),
        made.with_account_numbers([8]),
        transaction(EVMOS, sequence=4),
        transaction(EVMOS, *made.messages, *made.messages),
    )
    hashes = {each.requests()[0].message for each in (made, *others)}
    assert len(hashes) == len(others) + 1
    sister = replace(EVMOS, chain_id="evmos_9001-3")
    assert replace(made, chain=sister).requests()[0].message not in hashes
    sister = replace(EVMOS, eip155=9000)
    assert replace(made, chain=sister).requests()[0].message not in hashes


def test_CO1_the_option_of_another_chain_is_refused() -> None:
    raw = sign(transaction(EVMOS), ME).raw
    for row in (replace(EVMOS, eip155=9000), replace(EVMOS, modes=("direct", "amino")), CANTO, INJECTIVE, TESTNET):
        with pytest.raises(TransactionError):
            row.decode_transaction(raw)
    for old, new in (
        (b"ExtensionOptionsWeb3Tx", b"ExtensionOptionsWeb4Tx"),
        (b"\x08\xa9\x46", b"\x08\xa8\x46"),  # chain id 9000
        (
            EVMOS.address(ME.public_key).text.encode() + b"\x1a\x41",
            EVMOS.address(YOU.public_key).text.encode() + b"\x1a\x41",
        ),
    ):
        assert old in raw
        with pytest.raises(TransactionError):
            EVMOS.decode_transaction(raw.replace(old, new))


def test_what_typed_data_cannot_say_is_refused() -> None:
    vote = MsgVote(proposal_id=1, voter=EVMOS.address(ME.public_key).text, option=VoteOption.YES)
    made = transaction(EVMOS)
    refused: tuple[Callable[[], Transaction], ...] = (
        lambda: transaction(EVMOS, vote),
        lambda: transaction(EVMOS, vote, *made.messages),
        lambda: transaction(TESTNET, vote),
        lambda: replace(made, timeout_height=5),
        lambda: replace(made, fee=replace(made.fee, granter=EVMOS.address(YOU.public_key).text)),
        lambda: replace(made, chain=replace(EVMOS, eip155=None)),
        lambda: replace(made, chain=replace(EVMOS, modes=("direct",))),
        lambda: replace(transaction(TESTNET), messages=(replace(transaction(TESTNET).messages[0], amount=()),)),
    )
    for wrong in refused:
        with pytest.raises(TransactionError):
            wrong()


def test_signatures_in_other_forms_are_refused() -> None:
    made = transaction(TESTNET)
    signed = sign(made, ME)
    raw, answer = signed.raw, signed.answers[0]
    assert answer is not None
    for last in (0, 1, 26, 29):
        with pytest.raises(TransactionError):
            TESTNET.decode_transaction(raw[:-1] + bytes((last,)))
    other = 27 + 28 - raw[-1]
    wrong: Any = TESTNET.decode_transaction(raw[:-1] + bytes((other,)))
    with pytest.raises(InvalidSignature):
        verify(wrong, [7])
    with pytest.raises(InvalidSignature):
        made.assemble((Signature(scheme=answer.scheme, data=answer.data[:-1] + b"\0"),))


def test_the_document_of_injective_is_that_of_its_library() -> None:
    """@injectivelabs/sdk-ts 1.20.50, getEip712TypedData of a MsgSend, hashed by viem 2.57.20."""
    made = Transaction(
        chain=INJECTIVE,
        messages=(
            MsgSend(
                from_address="inj1ywqe8057srngat8rtz95tkx0ffl2urarkegcc8",
                to_address="inj137augvuewy625ns8a2age4sztl09hs7p326dlq",
                amount=(Coin(denom="inj", amount=10**16),),
            ),
        ),
        fee=Fee(amount=(Coin(denom="inj", amount=64_000_000_000_000),), gas_limit=400_000),
        signers=(Signer(key=None, account_number=7, sequence=3, mode=SignMode.EIP_712),),
        memo="memo",
        timeout_height=19,
    )
    digest = keccak256(eip712.sign_bytes(made, made.signers[0], 7)).hex()
    assert digest == "aa480f40a81fd88ffd12c1b703b7bfd31ea61bccb290e868fb37a58b306a995b"


MAKERS = {
    "createMessageSend": "send",
    "createTxMsgDelegate": "delegate",
    "createTxMsgUndelegate": "undelegate",
    "createTxMsgBeginRedelegate": "redelegate",
    "createTxMsgWithdrawDelegatorReward": "withdraw",
}


def made_of(case: JSON) -> Transaction:
    """The transaction that a case of Evmos' library asks for."""
    params, sender, fee = case["params"], case["sender"], case["fee"]
    me = sender["accountAddress"]
    coin = Coin(denom=params["denom"], amount=int(params["amount"])) if "denom" in params else None
    first = params.get("validatorAddress", params.get("validatorSrcAddress", ""))
    staked: Any = {"delegator_address": me, "validator_address": first, "amount": coin}
    makers: dict[str, Callable[[], Any]] = {
        "send": lambda: MsgSend(from_address=me, to_address=params["destinationAddress"], amount=(coin,)),  # type: ignore[arg-type]
        "delegate": lambda: staking.MsgDelegate(**staked),
        "undelegate": lambda: staking.MsgUndelegate(**staked),
        "redelegate": lambda: staking.MsgBeginRedelegate(
            delegator_address=me,
            validator_src_address=params["validatorSrcAddress"],
            validator_dst_address=params["validatorDstAddress"],
            amount=coin,  # type: ignore[arg-type]
        ),
        "withdraw": lambda: distribution.MsgWithdrawDelegatorReward(delegator_address=me, validator_address=first),
    }
    message = makers[MAKERS[case["make"]]]()
    row = chain(case["ours"]["chain"], CosmosChain)
    holder = signer(bytes.fromhex(case["ours"]["secret"]))
    numbers = {"account_number": sender["accountNumber"], "sequence": sender["sequence"]}
    return Transaction(
        chain=row,
        messages=(message,),
        fee=Fee(amount=(Coin(denom=fee["denom"], amount=int(fee["amount"])),), gas_limit=int(fee["gas"])),
        signers=(Signer(key=holder.public_key, mode=SignMode.EIP_712, **numbers),),
        memo=case["memo"],
    )


def ask(random: Random) -> JSON:
    row = random.choice((EVMOS, CANTO))
    secret = (random.getrandbits(250) + 1).to_bytes(32)
    holder = signer(secret)
    validators = [row.validator(random.randbytes(20)).text for _ in range(2)]
    amount = str(number(random, 1 << 128))
    make = random.choice(list(MAKERS))
    kind = MAKERS[make]
    params: JSON = {"amount": amount, "denom": random.choice((row.denom, "ibc/" + "AB" * 32))}
    params |= {"destinationAddress": row.account(random.randbytes(20)).text} if kind == "send" else {}
    params |= {"validatorAddress": validators[0]} if kind in ("delegate", "undelegate", "withdraw") else {}
    if kind == "withdraw":
        del params["amount"], params["denom"]
    if kind == "redelegate":
        params |= {"validatorSrcAddress": validators[0], "validatorDstAddress": validators[1]}
    case = {
        "kind": "evmos",
        "make": make,
        "chain": {"chainId": row.eip155, "cosmosChainId": row.chain_id},
        "sender": {
            "accountAddress": row.address(holder.public_key).text,
            "sequence": number(random, 1 << 31) + 1,
            "accountNumber": number(random, 1 << 31),
            "pubkey": _base64(holder.public_key.data),
        },
        "fee": {"amount": str(number(random, 1 << 100)), "denom": row.denom, "gas": str(number(random, 1 << 31) + 1)},
        "memo": random.choice(("", "a memo", "é 漢 🚀", '<b> & "')),
        "params": params,
        "ours": {"chain": f"cosmos:{row.name}", "secret": secret.hex()},
    }
    made = made_of(case)
    signature = sign(made, holder).answers[0]
    assert signature is not None
    assert signature.recovery is not None
    case["signature"] = "0x" + (signature.data + bytes((27 + signature.recovery,))).hex()
    return case


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def check(case: JSON, verdict: JSON) -> list[str]:
    made = made_of(case)
    (request,) = made.requests()
    assert "0x" + request.message.hex() == verdict["hash"]
    signed = sign(made, signer(bytes.fromhex(case["ours"]["secret"])))
    assert signed.raw.hex() == verdict["raw"]
    return [MAKERS[case["make"]], made.chain.name]


@locked
def test_random_transactions_are_those_of_evmos_and_viem(environment: str) -> None:
    kinds = {*MAKERS.values(), "evmos-native", "canto-native"}
    compared("cosmjs_messages", "typed data", environment, ask, check, kinds=kinds, most=2_000)


def ask_greenfield(random: Random) -> JSON:
    row = random.choice((TESTNET, chain("cosmos:greenfield", CosmosChain)))
    holder = signer((random.getrandbits(250) + 1).to_bytes(32))
    me = row.address(holder.public_key).text
    coins = [Coin(denom=random.choice(("BNB", "abc")), amount=number(random, 1 << 128)) for _ in range(4)]
    you = row.account(random.randbytes(20)).text
    messages = [
        random.choice(
            (
                MsgSend(from_address=me, to_address=you, amount=tuple(coins[: random.randint(1, 4)])),
                greenfield.MsgTransferOut(from_address=me, to=you, amount=coins[0]),
            )
        )
        for _ in range(random.randint(1, 4))
    ]
    fee = Fee(amount=tuple(coins[: random.randint(0, 3)]), gas_limit=number(random, 1 << 64))
    one = Signer(
        key=holder.public_key,
        account_number=number(random, 1 << 64),
        sequence=number(random, 1 << 64),
        mode=SignMode.EIP_712,
    )
    made = Transaction(chain=row, messages=tuple(messages), fee=fee, signers=(one,), memo=random.choice(("", "é <&>")))
    document = eip712.typed_data(made, one, one.account_number or 0)
    ours = {
        "hash": "0x" + made.requests()[0].message.hex(),
        "kinds": sorted({type(each).__name__ for each in messages}),
    }
    return {"kind": "typed", "document": document, "ours": ours}


def check_greenfield(case: JSON, verdict: JSON) -> list[str]:
    assert case["ours"]["hash"] == verdict["hash"]
    return list(case["ours"]["kinds"])


@locked
def test_random_documents_of_greenfield_have_the_hash_of_viem(environment: str) -> None:
    kinds = {"MsgSend", "MsgTransferOut"}
    compared("cosmjs_messages", "greenfield", environment, ask_greenfield, check_greenfield, kinds=kinds, most=2_000)
