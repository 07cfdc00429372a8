"""The system program: lamports move, accounts and nonces are made (Solana SDK, ``SystemInstruction``).

Solana's documentation: "Durable Transaction Nonces". An instruction begins with its number as u32. Addresses "with
seed" are those of `create_with_seed` for a text: their base signs for them.
"""

from __future__ import annotations

from walletcore.chains.solana.chain import Account
from walletcore.chains.solana.chain import account as _bytes
from walletcore.chains.solana.derived import create_with_seed
from walletcore.chains.solana.fields import AMOUNT, KEY, SEED
from walletcore.chains.solana.instructions import SYSTEM_PROGRAM, Program, numbered
from walletcore.chains.solana.message import Instruction
from walletcore.chains.solana.telling import calls, changes, moves
from walletcore.coding.wire import u32le
from walletcore.errors import TransactionError, raised_as

__all__ = [
    "ADVANCE_NONCE",
    "NONCE_SIZE",
    "SYSTEM",
    "SYSTEM_PROGRAM",
    "advance_nonce",
    "allocate",
    "allocate_with_seed",
    "assign",
    "assign_with_seed",
    "authorize_nonce",
    "create_account",
    "create_account_allow_prefund",
    "create_account_with_seed",
    "create_nonce_account",
    "create_nonce_account_with_seed",
    "transfer",
    "transfer_with_seed",
    "upgrade_nonce",
    "withdraw_nonce",
]

NONCE_SIZE = 80  # nonce::State::size()
ADVANCE_NONCE = u32le.encode(4)


_CREATED = calls("account=new", "owner", "space")
_GIVEN = "the program {owner} owns it"
_FILLED = "{space} bytes are allocated to it: an account with data sends nothing by the system program"
_NONCE = "nonce w, @recent_blockhashes"
SYSTEM = Program(
    name="system",
    ids=(SYSTEM_PROGRAM,),
    kinds=(
        numbered(
            0,
            "CreateAccount",
            "payer ws, new ws",
            moves("lamports", "payer", "new"),
            _CREATED,
            lamports=AMOUNT,
            space=AMOUNT,
            owner=KEY,
        ),
        numbered(1, "Assign", "account ws", changes("account", _GIVEN), owner=KEY),
        numbered(
            2, "Transfer", "source ws, destination w", moves("lamports", "source", "destination"), lamports=AMOUNT
        ),
        numbered(
            3,
            "CreateAccountWithSeed",
            "payer ws, new w, signer s?",
            moves("lamports", "payer", "new"),
            _CREATED,
            base=KEY,
            seed=SEED,
            lamports=AMOUNT,
            space=AMOUNT,
            owner=KEY,
        ),
        numbered(4, "AdvanceNonceAccount", f"{_NONCE}, authority s", calls("nonce", "authority")),
        numbered(
            5,
            "WithdrawNonceAccount",
            "nonce w, destination w, @recent_blockhashes, @rent, authority s",
            moves("lamports", "nonce", "destination"),
            lamports=AMOUNT,
        ),
        numbered(
            6,
            "InitializeNonceAccount",
            f"{_NONCE}, @rent",
            changes("nonce", "nonce authority is {authority}"),
            authority=KEY,
        ),
        numbered(
            7,
            "AuthorizeNonceAccount",
            "nonce w, authority s",
            changes("nonce", "nonce authority becomes {new_authority}"),
            new_authority=KEY,
        ),
        numbered(8, "Allocate", "account ws", changes("account", _FILLED), space=AMOUNT),
        numbered(
            9,
            "AllocateWithSeed",
            "account w, signer s",
            changes("account", _FILLED),
            changes("account", _GIVEN),
            base=KEY,
            seed=SEED,
            space=AMOUNT,
            owner=KEY,
        ),
        numbered(
            10, "AssignWithSeed", "account w, signer s", changes("account", _GIVEN), base=KEY, seed=SEED, owner=KEY
        ),
        numbered(
            11,
            "TransferWithSeed",
            "source w, base s, destination w",
            moves("lamports", "source", "destination"),
            lamports=AMOUNT,
            seed=SEED,
            owner=KEY,
        ),
        numbered(12, "UpgradeNonceAccount", "nonce w", calls("nonce")),
        numbered(
            13,
            "CreateAccountAllowPrefund",
            "new ws, payer ws?",
            moves("lamports", "payer", "new"),
            changes("new", _GIVEN),
            changes("new", _FILLED),
            lamports=AMOUNT,
            space=AMOUNT,
            owner=KEY,
        ),
    ),
)


def transfer(*, source: Account, destination: Account, lamports: int) -> Instruction:
    """Move lamports: the source signs for it. Raises `TransactionError`."""
    return SYSTEM.made("Transfer", {"source": source, "destination": destination}, {"lamports": lamports})


def transfer_with_seed(*, base: Account, text: str, owner: Account, destination: Account, lamports: int) -> Instruction:
    """Move lamports out of the address that a base has for a text and an owner; the base signs. `TransactionError`."""
    return SYSTEM.made(
        "TransferWithSeed",
        {"base": base, "destination": destination},
        {"lamports": lamports, "seed": text, "owner": owner},
        constants={"source": _seeded(base, text, _bytes(owner, "owner"))},
    )


def create_account(*, payer: Account, new: Account, owner: Account, lamports: int, space: int) -> Instruction:
    """Make an account of ``space`` bytes that a program owns; payer and the new account sign. `TransactionError`."""
    fields = {"lamports": lamports, "space": space, "owner": owner}
    return SYSTEM.made("CreateAccount", {"payer": payer, "new": new}, fields)


def create_account_allow_prefund(
    *, new: Account, owner: Account, space: int, payer: Account | None = None, lamports: int = 0
) -> Instruction:
    """The same for an account that may hold lamports already (SIMD-0312); with a payer it gets more of them.

    Raises `TransactionError`.
    """
    if (payer is None) != (lamports == 0):
        raise TransactionError("expected a payer where lamports are paid, and only there", reason="mismatch")
    fields = {"lamports": lamports, "space": space, "owner": owner}
    return SYSTEM.made("CreateAccountAllowPrefund", {"new": new, "payer": payer}, fields)


def create_account_with_seed(
    *, payer: Account, base: Account, text: str, owner: Account, lamports: int, space: int
) -> Instruction:
    """Make an account at the address that a base has for a text and an owner; payer and base sign. `TransactionError`.

    The address is `create_with_seed`'s.
    """
    fields = {"base": base, "seed": text, "lamports": lamports, "space": space, "owner": owner}
    made = {"new": _seeded(base, text, _bytes(owner, "owner"))}
    return SYSTEM.made("CreateAccountWithSeed", _funders(payer, base), fields, constants=made)


def allocate(*, account: Account, space: int) -> Instruction:
    """Give an account ``space`` bytes; it signs. Raises `TransactionError`."""
    return SYSTEM.made("Allocate", {"account": account}, {"space": space})


def allocate_with_seed(*, base: Account, text: str, owner: Account, space: int) -> Instruction:
    """Give the address of a base, a text and an owner so many bytes, and to its owner; the base signs.

    Raises `TransactionError`.
    """
    fields = {"base": base, "seed": text, "space": space, "owner": owner}
    return SYSTEM.made(
        "AllocateWithSeed", {"signer": base}, fields, constants={"account": _seeded(base, text, _bytes(owner, "owner"))}
    )


def assign(*, account: Account, owner: Account) -> Instruction:
    """Give an account to a program, for good; it signs. Raises `TransactionError`."""
    return SYSTEM.made("Assign", {"account": account}, {"owner": owner})


def assign_with_seed(*, base: Account, text: str, owner: Account) -> Instruction:
    """Give the address of a base, a text and an owner to that owner; the base signs. Raises `TransactionError`."""
    fields = {"base": base, "seed": text, "owner": owner}
    return SYSTEM.made(
        "AssignWithSeed", {"signer": base}, fields, constants={"account": _seeded(base, text, _bytes(owner, "owner"))}
    )


def create_nonce_account(
    *, payer: Account, nonce: Account, authority: Account, lamports: int
) -> tuple[Instruction, Instruction]:
    """Make a durable nonce under an authority: create its account, initialize it. Raises `TransactionError`."""
    fields = {"lamports": lamports, "space": NONCE_SIZE}
    create = SYSTEM.made("CreateAccount", {"payer": payer, "new": nonce}, fields, constants={"owner": SYSTEM_PROGRAM})
    return create, SYSTEM.made("InitializeNonceAccount", {"nonce": nonce}, {"authority": authority})


def create_nonce_account_with_seed(
    *, payer: Account, base: Account, text: str, authority: Account, lamports: int
) -> tuple[Instruction, Instruction]:
    """The same at the address that a base has for a text and the system program. Raises `TransactionError`."""
    nonce = _seeded(base, text, SYSTEM_PROGRAM)
    fields = {"base": base, "seed": text, "lamports": lamports, "space": NONCE_SIZE}
    made = {"new": nonce, "owner": SYSTEM_PROGRAM}
    create = SYSTEM.made("CreateAccountWithSeed", _funders(payer, base), fields, constants=made)
    fields = {"authority": authority}
    return create, SYSTEM.made("InitializeNonceAccount", {}, fields, constants={"nonce": nonce})


def advance_nonce(*, nonce: Account, authority: Account) -> Instruction:
    """Give a nonce its next value. As first instruction it makes a transaction durable. Raises `TransactionError`."""
    return SYSTEM.made("AdvanceNonceAccount", {"nonce": nonce, "authority": authority})


def withdraw_nonce(*, nonce: Account, authority: Account, destination: Account, lamports: int) -> Instruction:
    """Move lamports out of a nonce's account; all of them closes it. Raises `TransactionError`."""
    accounts = {"nonce": nonce, "destination": destination, "authority": authority}
    return SYSTEM.made("WithdrawNonceAccount", accounts, {"lamports": lamports})


def authorize_nonce(*, nonce: Account, authority: Account, new_authority: Account) -> Instruction:
    """Put a nonce under another authority. Raises `TransactionError`."""
    accounts = {"nonce": nonce, "authority": authority}
    return SYSTEM.made("AuthorizeNonceAccount", accounts, {"new_authority": new_authority})


def upgrade_nonce(*, nonce: Account) -> Instruction:
    """Bring a nonce of the first version out of the values that blockhashes have; nobody signs. `TransactionError`."""
    return SYSTEM.made("UpgradeNonceAccount", {"nonce": nonce})


def _seeded(base: Account, text: str, owner: bytes) -> bytes:
    with raised_as(TransactionError):
        return create_with_seed(_bytes(base, "base"), text, owner)


def _funders(payer: Account, base: Account) -> dict[str, Account | None]:
    """Who pays, and the base beside; one that signs already is not named again."""
    same = _bytes(base, "base") == _bytes(payer, "payer")
    return {"payer": payer, "signer": None if same else base}
