"""Random instructions of every kind are those of the programs' own clients, alone and in transactions that kit signs.

``tests/oracles/README.md`` tells how many, and how to replay one.
"""

from random import Random

import pytest

from support.oracles import JSON, compared, data, locked
from support.solana_kinds import KEYS, ROWS, SOLANA, Row, drawn, ours, theirs
from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import Instruction, Transaction, parse_instruction
from walletcore.effects import Opaque
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

SIGNERS = [LocalSigner(PrivateKey(Curve.ED25519, Secret(bytes([n]) * 32)), check=False) for n in range(1, 9)]
CASES = 500
PACKET = 1232
OPAQUE = ("token.Transfer", "token.Approve", "system.AdvanceNonceAccount")
"""What moves tokens whose mint is not in the bytes; and what never expires, where it stands first."""
OTHER_RIGHTS = {"token-2022.UpdateInterestRate": 1, "loader.Close": 3}
"""The place of an account to which the Rust SDK gives other rights to write (``update_rate``, ``close_any``)."""


def written(call: Instruction) -> JSON:
    accounts = [[meta.pubkey.hex(), meta.is_signer, meta.is_writable] for meta in call.accounts]
    return {"program": call.program_id.hex(), "accounts": accounts, "data": call.data.hex()}


def same_instruction(row: Row, case: JSON, verdict: JSON) -> list[str]:
    """Equal instructions; read by name and written again; and in kit's transaction, with its signatures."""
    call = ours(row, drawn(Random(case["number"]), row))
    mine = written(call)
    if row.kind in OTHER_RIGHTS:
        place = OTHER_RIGHTS[row.kind]
        assert verdict["accounts"][place][2] is not mine["accounts"][place][2]
        verdict["accounts"][place][2] = mine["accounts"][place][2]
    assert {each: verdict[each] for each in ("program", "accounts", "data")} == mine
    parsed = parse_instruction(call)
    assert parsed.name == row.name
    assert parsed.instruction() == call
    if not case["whole"]:
        return ["alone"]
    if len(verdict["raw"]) // 2 > PACKET:
        with pytest.raises(TransactionError):
            SOLANA.decode_transaction(bytes.fromhex(verdict["raw"]))
        return ["too large"]
    in_transaction(row, call, verdict)
    return ["equal"]


def in_transaction(row: Row, call: Instruction, verdict: JSON) -> None:
    raw = bytes.fromhex(verdict["raw"])
    signed = SOLANA.decode_transaction(raw)
    assert isinstance(signed, SignedTransaction)
    message = signed.transaction.message
    (again,) = message.decompile()
    assert (again.program_id, again.data) == (call.program_id, call.data)
    assert [meta.pubkey for meta in again.accounts] == [meta.pubkey for meta in call.accounts]
    assert parse_instruction(again).fields == parse_instruction(call).fields
    assert sign(Transaction(chain=SOLANA, message=message), *SIGNERS).raw == raw == signed.raw
    assert signed.id == verdict["id"]
    mine = Transaction.compile(
        chain=SOLANA,
        fee_payer=KEYS[0],
        instructions=[call],
        recent_blockhash=message.recent_blockhash,
        tables=None if message.version is None else (),
    )
    assert len(mine.raw) == len(signed.transaction.raw)
    assert mine.effects() == signed.transaction.effects()
    assert any(isinstance(effect, Opaque) for effect in mine.effects()) == (row.kind in OPAQUE)
    assert set(mine.message.account_keys) == set(message.account_keys)
    assert mine.message.signers[0] == message.signers[0]


@locked
@pytest.mark.parametrize("kind", ROWS)
def test_random_instructions_are_those_of_the_programs_clients(kind: str, environment: str) -> None:
    row = ROWS[kind]

    def make(random: Random) -> JSON:
        number = random.randrange(1 << 64)
        case = theirs(row, drawn(Random(number), row))
        more = {"blockhash": data(random, 32), "version": random.choice((0, None)), "whole": number % 4 == 0}
        return case | {"number": number} | more

    def check(case: JSON, verdict: JSON) -> list[str]:
        return same_instruction(row, case, verdict)

    compared("solana_js", kind, environment, make, check, kinds={"alone", "equal"}, most=CASES)
