"""Random transactions, legacy and version 0, with lookup tables and several signers: equal bytes to solders'.

300 of each by default; ``WALLETCORE_EXAMPLES=10000 pytest tests/chains/solana/test_differential.py`` runs 10,000.
"""

import os
from random import Random

import pytest
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta as TheirMeta
from solders.instruction import Instruction as TheirInstruction
from solders.keypair import Keypair
from solders.message import Message as TheirMessage
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from walletcore.chains.base import SignedTransaction
from walletcore.chains.solana import CHAINS, PACKET_SIZE, AccountMeta, Instruction, LookupTable, Transaction
from walletcore.errors import TransactionError
from walletcore.keys import Curve, PrivateKey
from walletcore.secret import Secret
from walletcore.signers.local import LocalSigner
from walletcore.signing import sign

EXAMPLES = int(os.environ.get("WALLETCORE_EXAMPLES", "300"))
SOLANA = CHAINS[0]
SEEDS = [bytes([i]) * 32 for i in range(1, 9)]
SIGNERS = [LocalSigner(PrivateKey(Curve.ED25519, Secret(seed)), check=False) for seed in SEEDS]
KEYPAIRS = {bytes(pair.pubkey()): pair for pair in map(Keypair.from_seed, SEEDS)}
KEYS = list(KEYPAIRS)
PAYER = SIGNERS[0].public_key
OTHERS = [Random(i).randbytes(32) for i in range(24)]
PROGRAMS = [bytes(32), *OTHERS[:3]]


def instruction(random: Random) -> Instruction:
    """Some accounts of which some sign; the programs may be accounts as well."""
    accounts = []
    for _ in range(random.randrange(8)):
        signs = random.random() < 0.25
        pubkey = random.choice(KEYS if signs else KEYS + OTHERS)
        accounts.append(AccountMeta(pubkey=pubkey, is_signer=signs, is_writable=random.random() < 0.5))
    size = random.choice((0, 1, 12, 127, 128))
    return Instruction(program_id=random.choice(PROGRAMS), accounts=tuple(accounts), data=random.randbytes(size))


def table(random: Random) -> LookupTable:
    """Accounts that are in use and others; the same one may be listed twice, and signers and programs too."""
    addresses = random.choices(KEYS + OTHERS, k=random.randrange(20))
    return LookupTable(key=random.randbytes(32), addresses=tuple(addresses))


def our_transaction(calls: list[Instruction], blockhash: bytes, tables: list[LookupTable] | None) -> Transaction:
    return Transaction.compile(
        chain=SOLANA, fee_payer=PAYER, instructions=calls, recent_blockhash=blockhash, tables=tables
    )


def their_message(
    calls: list[Instruction], blockhash: bytes, tables: list[LookupTable] | None
) -> TheirMessage | MessageV0:
    theirs = [
        TheirInstruction(
            Pubkey(call.program_id),
            call.data,
            [TheirMeta(Pubkey(each.pubkey), each.is_signer, each.is_writable) for each in call.accounts],
        )
        for call in calls
    ]
    if tables is None:
        return TheirMessage.new_with_blockhash(theirs, Pubkey(PAYER.data), Hash(blockhash))
    listed = [AddressLookupTableAccount(Pubkey(t.key), list(map(Pubkey, t.addresses))) for t in tables]
    return MessageV0.try_compile(Pubkey(PAYER.data), theirs, listed, Hash(blockhash))


def compared(ours: Transaction, theirs: TheirMessage | MessageV0) -> None:
    """Equal messages, equal signatures, and what is read again is equal."""
    prefix = b"" if isinstance(theirs, TheirMessage) else b"\x80"
    assert ours.raw == prefix + bytes(theirs)
    signed = sign(ours, *SIGNERS)
    pairs = [KEYPAIRS[key] for key in ours.message.signers]
    other = VersionedTransaction(theirs, pairs)
    assert signed.raw == bytes(other)
    assert signed.id == str(other.signatures[0])
    again = SOLANA.decode_transaction(signed.raw, tables=ours.tables)
    assert isinstance(again, SignedTransaction)
    assert again == signed
    assert again.transaction.message.decompile(ours.tables) == ours.message.decompile(ours.tables)
    assert SOLANA.decode_transaction(ours.raw) == ours
    assert len(again.transaction.effects()) > len(ours.message.instructions)


@pytest.mark.parametrize("version", ["legacy", "0"])
def test_random_transactions_have_the_bytes_of_the_rust_sdk(version: str) -> None:
    fitting = 0
    for number in range(EXAMPLES):
        random = Random(f"{version} {number}")
        calls = [instruction(random) for _ in range(random.randrange(4))]
        blockhash = random.randbytes(32)
        tables = None if version == "legacy" else [table(random) for _ in range(random.randrange(4))]
        theirs = their_message(calls, blockhash, tables)
        packet = len(bytes(theirs)) + 1 + 64 * theirs.header.num_required_signatures + (tables is not None)
        if packet > PACKET_SIZE:
            with pytest.raises(TransactionError, match="at most"):
                our_transaction(calls, blockhash, tables)
        else:
            compared(our_transaction(calls, blockhash, tables), theirs)
            fitting += 1
    assert fitting > EXAMPLES * 0.7
