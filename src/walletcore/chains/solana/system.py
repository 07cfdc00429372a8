"""The system program: lamports move, accounts and nonces are made (Solana SDK, ``SystemInstruction``).

Solana's documentation: "Durable Transaction Nonces". Numbers are little-endian; an instruction begins with its u32.
"""

from __future__ import annotations

from collections.abc import Sequence

from walletcore.chains.solana.chain import Account, SolanaChain, account, cluster_of
from walletcore.chains.solana.message import AccountMeta, Instruction
from walletcore.coding.text import base58
from walletcore.coding.wire import u32le, u64le
from walletcore.effects import Authority, Call, Effect, Transfer
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "ADVANCE_NONCE",
    "NONCE_SIZE",
    "RENT",
    "SYSTEM_PROGRAM",
    "advance_nonce",
    "authorize_nonce",
    "create_account",
    "create_nonce_account",
    "read",
    "transfer",
    "withdraw_nonce",
]

SYSTEM_PROGRAM = bytes(32)
NONCE_SIZE = 80  # nonce::State::size()
ADVANCE_NONCE = u32le.encode(4)
_CREATE_ACCOUNT, _TRANSFER = u32le.encode(0), u32le.encode(2)
_WITHDRAW_NONCE, _INITIALIZE_NONCE, _AUTHORIZE_NONCE = u32le.encode(5), u32le.encode(6), u32le.encode(7)
_RECENT_BLOCKHASHES = base58.decode("SysvarRecentB1ockHashes11111111111111111111")
RENT = base58.decode("SysvarRent111111111111111111111111111111111")


def transfer(*, source: Account, destination: Account, lamports: int) -> Instruction:
    """Move lamports: the source signs for it. Raises `TransactionError`."""
    accounts = (_signer(source, "source", writable=True), _other(destination, "destination"))
    return _call(_TRANSFER + _amount(lamports), *accounts, of=(source, destination))


def create_account(*, payer: Account, new: Account, owner: Account, lamports: int, space: int) -> Instruction:
    """Make an account of ``space`` bytes that a program owns; payer and the new account sign. `TransactionError`."""
    data = _CREATE_ACCOUNT + _amount(lamports) + _amount(space) + account(owner, "owner")
    accounts = _signer(payer, "payer", writable=True), _signer(new, "new account", writable=True)
    return _call(data, *accounts, of=(payer, new, owner))


def create_nonce_account(
    *, payer: Account, nonce: Account, authority: Account, lamports: int
) -> tuple[Instruction, Instruction]:
    """Make a durable nonce under an authority: create its account, initialize it. Raises `TransactionError`."""
    data = _CREATE_ACCOUNT + _amount(lamports) + _amount(NONCE_SIZE) + SYSTEM_PROGRAM
    signers = _signer(payer, "payer", writable=True), _signer(nonce, "nonce", writable=True)
    create = _call(data, *signers, of=(payer, nonce))
    data = _INITIALIZE_NONCE + account(authority, "authority")
    accounts = _other(nonce, "nonce"), _meta(_RECENT_BLOCKHASHES), _meta(RENT)
    return create, _call(data, *accounts, of=(nonce, authority))


def advance_nonce(*, nonce: Account, authority: Account) -> Instruction:
    """Give a nonce its next value. As first instruction it makes a transaction durable. Raises `TransactionError`."""
    accounts = _other(nonce, "nonce"), _meta(_RECENT_BLOCKHASHES), _signer(authority, "authority")
    return _call(ADVANCE_NONCE, *accounts, of=(nonce, authority))


def withdraw_nonce(*, nonce: Account, authority: Account, destination: Account, lamports: int) -> Instruction:
    """Move lamports out of a nonce's account; all of them closes it. Raises `TransactionError`."""
    sysvars = (_meta(_RECENT_BLOCKHASHES), _meta(RENT))
    accounts = (_other(nonce, "nonce"), _other(destination, "destination"), *sysvars, _signer(authority, "authority"))
    return _call(_WITHDRAW_NONCE + _amount(lamports), *accounts, of=(nonce, destination, authority))


def authorize_nonce(*, nonce: Account, authority: Account, new_authority: Account) -> Instruction:
    """Put a nonce under another authority. Raises `TransactionError`."""
    data = _AUTHORIZE_NONCE + account(new_authority, "new authority")
    accounts = _other(nonce, "nonce"), _signer(authority, "authority")
    return _call(data, *accounts, of=(nonce, authority, new_authority))


def read(chain: SolanaChain, instruction: Instruction) -> tuple[Effect, ...]:
    """What an instruction of this program does; nothing where it is not exactly one of the above."""
    kind, body = instruction.data[:4], instruction.data[4:]
    names = [chain.caip10(meta.pubkey) for meta in instruction.accounts]
    signs = [meta.is_signer for meta in instruction.accounts]
    if kind == _TRANSFER and len(body) == 8 and signs[:1] == [True] and len(signs) == 2:
        return (_moved(chain, body, names[0], names[1]),)
    if kind == _CREATE_ACCOUNT and len(body) == 48 and signs == [True, True]:
        arguments = (("owner", chain.caip10(body[16:])), ("space", str(u64le.decode(body[8:16]))))
        target = chain.caip10(SYSTEM_PROGRAM)
        return (
            _moved(chain, body[:8], names[0], names[1]),
            Call(target=target, name="CreateAccount", arguments=(("account", names[1]), *arguments)),
        )
    if kind == _WITHDRAW_NONCE and len(body) == 8 and len(signs) == 5 and signs[4]:
        return (_moved(chain, body, names[0], names[1]),)
    if kind == _AUTHORIZE_NONCE and len(body) == 32 and len(signs) == 2 and signs[1]:
        return (Authority(account=names[0], change=f"nonce authority becomes {chain.caip10(body)}"),)
    return _read_nonce(chain, kind, body, names)


def _read_nonce(chain: SolanaChain, kind: bytes, body: bytes, names: Sequence[str]) -> tuple[Effect, ...]:
    if kind == _INITIALIZE_NONCE and len(body) == 32 and len(names) == 3:
        return (Authority(account=names[0], change=f"nonce authority is {chain.caip10(body)}"),)
    if kind == ADVANCE_NONCE and not body and len(names) == 3:
        arguments = (("nonce", names[0]), ("authority", names[2]))
        return (Call(target=chain.caip10(SYSTEM_PROGRAM), name="AdvanceNonceAccount", arguments=arguments),)
    return ()


def _moved(chain: SolanaChain, lamports: bytes, source: str, destination: str) -> Transfer:
    return Transfer(asset=chain.asset, amount=u64le.decode(lamports), source=source, destination=destination)


def _call(data: bytes, *accounts: AccountMeta, of: Sequence[Account]) -> Instruction:
    return Instruction(program_id=SYSTEM_PROGRAM, accounts=accounts, data=data, cluster=cluster_of(*of))


def _amount(value: int) -> bytes:
    with raised_as(TransactionError):
        return u64le.encode(value)


def _meta(pubkey: bytes) -> AccountMeta:
    return AccountMeta(pubkey=pubkey, is_signer=False, is_writable=False)


def _signer(value: Account, what: str, *, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey=account(value, what), is_signer=True, is_writable=writable)


def _other(value: Account, what: str) -> AccountMeta:
    return AccountMeta(pubkey=account(value, what), is_signer=False, is_writable=True)
