"""SPL tokens, of both token programs: transfers that name their mint, and associated token accounts.

``TokenInstruction`` of spl-token and of spl-token-2022, ``AssociatedTokenAccountInstruction``. Tokens lie in token
accounts: the owner of one is not in the bytes of a transfer, so effects name the token accounts themselves.
"""

from __future__ import annotations

from walletcore.chains.base import Address
from walletcore.chains.solana.chain import Account, SolanaChain, account, cluster_of
from walletcore.chains.solana.derived import find_program_address
from walletcore.chains.solana.message import AccountMeta, Instruction
from walletcore.chains.solana.system import RENT, SYSTEM_PROGRAM
from walletcore.coding.text import base58
from walletcore.coding.wire import u8, u64le
from walletcore.curves.ed25519 import is_point
from walletcore.effects import Approve, Authority, Call, Effect, Opaque, Transfer
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "ASSOCIATED_TOKEN_PROGRAM",
    "TOKEN_2022_PROGRAM",
    "TOKEN_PROGRAM",
    "associated_token_account",
    "create_associated_token_account",
    "read",
    "read_associated",
    "transfer_checked",
]

TOKEN_PROGRAM = base58.decode("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022_PROGRAM = base58.decode("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ASSOCIATED_TOKEN_PROGRAM = base58.decode("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
_TOKEN_PROGRAMS = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
_TRANSFER, _SET_AUTHORITY, _TRANSFER_CHECKED, _APPROVE_CHECKED = b"\3", b"\6", b"\x0c", b"\x0d"
_AUTHORITIES = ("mint", "freeze", "owner", "close")  # AuthorityType; what follows belongs to Token-2022's extensions
_CREATE, _CREATE_IDEMPOTENT = b"\0", b"\1"
_MAX_SIGNERS = 11


def associated_token_account(
    *, owner: Account, mint: Address, program: bytes = TOKEN_PROGRAM, allow_owner_off_curve: bool = False
) -> Address:
    """The address of the account in which a wallet keeps a mint's tokens.

    ``program`` is the token program that owns the mint. An owner off the curve is refused with reason "point": for most
    it is a token account, taken for the wallet that it belongs to, and what is sent to its own account is lost.
    ``allow_owner_off_curve`` is for addresses of programs that can move tokens. Raises `TransactionError`.
    """
    wallet = account(owner, "owner")
    made = _associated(wallet, _token_program(program), account(mint, "mint"))
    if type(mint) is not Address or not isinstance(mint.chain, SolanaChain):
        raise TransactionError("expected an Address as mint", reason="type")
    cluster_of(owner, mint)
    if not _flag(allow_owner_off_curve, "allow_owner_off_curve") and not is_point(wallet):
        hint = "name the wallet that owns the tokens; allow_owner_off_curve=True is for addresses of programs"
        raise TransactionError("the owner is off the curve: no key signs for it", reason="point", hint=hint)
    return mint.chain.account(made)


def create_associated_token_account(
    *,
    payer: Account,
    owner: Account,
    mint: Address,
    program: bytes = TOKEN_PROGRAM,
    idempotent: bool = True,
    allow_owner_off_curve: bool = False,
) -> Instruction:
    """Make the account of `associated_token_account`; the payer signs and pays its rent.

    It fails where there is one already, unless it is ``idempotent``. Raises `TransactionError`.
    """
    data = _CREATE_IDEMPOTENT if _flag(idempotent, "idempotent") else _CREATE
    made = associated_token_account(
        owner=owner, mint=mint, program=program, allow_owner_off_curve=allow_owner_off_curve
    )
    accounts = (
        AccountMeta(pubkey=account(payer, "payer"), is_signer=True, is_writable=True),
        AccountMeta(pubkey=made.payload, is_signer=False, is_writable=True),
        *map(_read_only, (account(owner, "owner"), mint.payload, SYSTEM_PROGRAM, program)),
    )
    cluster = cluster_of(payer, owner, mint)
    return Instruction(program_id=ASSOCIATED_TOKEN_PROGRAM, accounts=accounts, data=data, cluster=cluster)


def transfer_checked(
    *,
    source: Account,
    mint: Account,
    destination: Account,
    authority: Account,
    amount: int,
    decimals: int,
    program: bytes = TOKEN_PROGRAM,
) -> Instruction:
    """Move tokens (in units of 10^-decimals) between two token accounts; the source's owner or delegate signs.

    The program refuses another mint or other decimals. Raises `TransactionError`.
    """
    with raised_as(TransactionError):
        data = _TRANSFER_CHECKED + u64le.encode(amount) + u8.encode(decimals)
    accounts = (
        AccountMeta(pubkey=account(source, "source"), is_signer=False, is_writable=True),
        _read_only(account(mint, "mint")),
        AccountMeta(pubkey=account(destination, "destination"), is_signer=False, is_writable=True),
        AccountMeta(pubkey=account(authority, "authority"), is_signer=True, is_writable=False),
    )
    cluster = cluster_of(source, mint, destination, authority)
    return Instruction(program_id=_token_program(program), accounts=accounts, data=data, cluster=cluster)


def read(chain: SolanaChain, instruction: Instruction) -> tuple[Effect, ...]:
    """What an instruction of a token program does; nothing where it is not exactly one that is known here.

    An amount is what leaves the source: a mint of Token-2022 may withhold a fee of it, which the bytes do not tell.
    """
    kind, body, accounts = instruction.data[:1], instruction.data[1:], instruction.accounts
    keys = [meta.pubkey for meta in accounts]
    names = [chain.caip10(key) for key in keys]
    if kind == _TRANSFER_CHECKED and len(body) == 9 and _authorised(accounts, 3):
        amount = u64le.decode(body[:8])
        return (Transfer(asset=chain.token(keys[1]), amount=amount, source=names[0], destination=names[2]),)
    if kind == _APPROVE_CHECKED and len(body) == 9 and _authorised(accounts, 3):
        amount = u64le.decode(body[:8])
        return (Approve(asset=chain.token(keys[1]), amount=amount, spender=names[2], source=names[0]),)
    if kind == _TRANSFER and len(body) == 8 and _authorised(accounts, 2):
        why = f"transfer of {u64le.decode(body)} of a token that is not named, from {names[0]} to {names[1]}"
        return (Opaque(why=why, data=instruction.data),)
    if kind == _SET_AUTHORITY and _authorised(accounts, 1) and body[:1] in (b"\0", b"\1", b"\2", b"\3"):
        return _read_authority(chain, names[0], body)
    return ()


def read_associated(chain: SolanaChain, instruction: Instruction) -> tuple[Effect, ...]:
    """What an instruction that makes an associated token account does; the rent is the cluster's to say."""
    accounts = instruction.accounts
    if instruction.data not in (b"", _CREATE, _CREATE_IDEMPOTENT) or len(accounts) < 6 or not accounts[0].is_signer:
        return ()
    payer, made, owner, mint, system, program, *rent = (meta.pubkey for meta in accounts)
    if system != SYSTEM_PROGRAM or rent not in ([], [RENT]):  # an older form names the rent as well
        return ()
    if program not in _TOKEN_PROGRAMS or made != _associated(owner, program, mint):
        return ()
    arguments = (("account", chain.caip10(made)), ("owner", chain.caip10(owner)), ("asset", chain.token(mint)))
    name = "CreateIdempotent" if instruction.data == _CREATE_IDEMPOTENT else "Create"
    return (
        Call(target=chain.caip10(ASSOCIATED_TOKEN_PROGRAM), name=name, arguments=arguments),
        Transfer(asset=chain.asset, amount=None, source=chain.caip10(payer), destination=chain.caip10(made)),
    )


def _read_authority(chain: SolanaChain, target: str, body: bytes) -> tuple[Effect, ...]:
    what = _AUTHORITIES[body[0]]
    if body[1:] == b"\0":
        return (Authority(account=target, change=f"nobody has the {what} authority any more"),)
    if len(body) == 34 and body[1] == 1:
        return (Authority(account=target, change=f"{what} authority becomes {chain.caip10(body[2:])}"),)
    return ()


def _authorised(accounts: tuple[AccountMeta, ...], place: int) -> bool:
    """Whether the authority stands last and signs, or is a multisig's account and only its signers follow."""
    if len(accounts) <= place:
        return False
    following = accounts[place + 1 :]
    if accounts[place].is_signer:
        return not following
    return 0 < len(following) <= _MAX_SIGNERS and all(meta.is_signer for meta in following)


def _associated(owner: bytes, program: bytes, mint: bytes) -> bytes:
    return find_program_address((owner, program, mint), ASSOCIATED_TOKEN_PROGRAM)[0]


def _flag(value: bool, name: str) -> bool:
    if type(value) is not bool:
        raise TransactionError(f"expected True or False as {name}", reason="type")
    return value


def _token_program(program: bytes) -> bytes:
    if type(program) is not bytes:
        raise TransactionError(f"expected bytes as program, got {type(program).__name__}", reason="type")
    if program not in _TOKEN_PROGRAMS:
        raise TransactionError("expected TOKEN_PROGRAM or TOKEN_2022_PROGRAM as program", reason="unknown")
    return program


def _read_only(pubkey: bytes) -> AccountMeta:
    return AccountMeta(pubkey=pubkey, is_signer=False, is_writable=False)
