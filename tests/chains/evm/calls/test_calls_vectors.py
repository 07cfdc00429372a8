"""Transactions of the main net, and what those who published them say that they do."""

from typing import Any

from support.vectors import Case, vectors
from walletcore.chains.evm import Evm, calls
from walletcore.effects import Approve, Authority, Call, Effect, Fee, Opaque, Statement, Transfer

SHOWN: dict[type, tuple[str, ...]] = {
    Transfer: ("asset", "amount", "source", "destination"),
    Approve: ("asset", "amount", "source", "spender"),
    Call: ("target", "name"),
    Authority: ("account",),
    Opaque: (),
}


def shown(effect: Effect) -> dict[str, Any]:
    """An effect as vectors have it."""
    assert not isinstance(effect, Fee | Statement)
    values = {name: getattr(effect, name) for name in SHOWN[type(effect)]}
    if values.get("amount") is not None:
        values["amount"] = str(values["amount"])
    return {"kind": type(effect).__name__.lower(), **values}


@vectors("evm/effects")
def test_published_calldata_do_what_is_published_of_them(case: Case) -> None:
    row = Evm(name="row", chain_id=int(case.input["chain_id"]))
    contract = row.account(bytes.fromhex(case.input["contract"]))
    known = (contract,) if case.input.get("erc20") else ()
    effects = calls.effects(contract, "", bytes.fromhex(case.input["data"]), known)
    assert [shown(effect) for effect in effects] == list(map(dict, case.expect["effects"]))
