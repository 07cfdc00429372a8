"""What an account may send in the name of another (cosmos/authz/v1beta1/tx.proto, authz.proto).

The authorizations of other modules are here, too: cosmos/bank/v1beta1/authz.proto, cosmos/staking/v1beta1/authz.proto.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from walletcore.chains.cosmos.messages.common import Coin
from walletcore.chains.cosmos.messages.fields import (
    JSON,
    Names,
    account,
    coins,
    concrete,
    concretes,
    enum,
    missing_or,
    part,
    text,
    texts,
)
from walletcore.chains.cosmos.messages.shape import Described, described
from walletcore.chains.cosmos.messages.times import Timestamp
from walletcore.effects import Approve, Authority, Effect, Opaque
from walletcore.errors import DecodingError

if TYPE_CHECKING:
    from walletcore.chains.cosmos.chain import CosmosChain

__all__ = [
    "AuthorizationType",
    "GenericAuthorization",
    "Grant",
    "MsgExec",
    "MsgGrant",
    "MsgRevoke",
    "SendAuthorization",
    "StakeAuthorization",
    "Validators",
]

_PACKAGE = "/cosmos.authz.v1beta1"
_MAX_NESTED = 8  # executions within executions whose effects are told


@described(f"{_PACKAGE}.GenericAuthorization", amino="cosmos-sdk/GenericAuthorization")
class GenericAuthorization(Described):
    """Any message of one type."""

    msg: str = text(1)

    def allowed(self, chain: CosmosChain, granter: str, grantee: str, until: int | None) -> tuple[Effect, ...]:
        """An `Authority`."""
        change = f"{grantee} may send {self.msg} in its name{_ends(until)}"
        return (Authority(account=granter, change=change),)


@described("/cosmos.bank.v1beta1.SendAuthorization", amino="cosmos-sdk/SendAuthorization")
class SendAuthorization(Described):
    """Coins up to a limit, to anybody or to the accounts of a list."""

    spend_limit: tuple[Coin, ...] = coins(1)
    allow_list: tuple[str, ...] = texts(2, default=())

    def allowed(self, chain: CosmosChain, granter: str, grantee: str, until: int | None) -> tuple[Effect, ...]:
        """An `Approve` of each coin; `Opaque` without a limit, which chains refuse."""
        if not self.spend_limit:
            return (Opaque(why=f"{grantee} may send coins, up to no limit"),)
        return tuple(
            [
                Approve(asset=chain.token(coin.denom), amount=coin.amount, spender=grantee, source=granter, until=until)
                for coin in self.spend_limit
            ]
        )


class AuthorizationType(IntEnum):
    """What a `StakeAuthorization` is for."""

    UNSPECIFIED = 0
    DELEGATE = 1
    UNDELEGATE = 2
    REDELEGATE = 3
    CANCEL_UNBONDING_DELEGATION = 4


@described()
class Validators(Described):
    """Addresses of validators."""

    address: tuple[str, ...] = texts(1)


_LISTS = {
    "allow_list": "cosmos-sdk/StakeAuthorization/AllowList",
    "deny_list": "cosmos-sdk/StakeAuthorization/DenyList",
}


def _stake_to_json(value: Any, names: Names) -> JSON:
    found: dict[str, JSON] = {}
    if value.max_tokens is not None:
        found["max_tokens"] = Coin.shape.to_json(value.max_tokens, names)
    for name, amino in _LISTS.items():
        listed = getattr(value, name)
        if listed is not None:
            found["Validators"] = {"type": amino, "value": {name: Validators.shape.to_json(listed, names)}}
    if value.authorization_type:
        found["authorization_type"] = int(value.authorization_type)
    return found


def _stake_from_json(document: JSON, names: Names) -> StakeAuthorization:
    if type(document) is not dict or not document.keys() <= {"max_tokens", "Validators", "authorization_type"}:
        raise DecodingError("expected max_tokens, Validators and authorization_type", reason="unknown")
    values: dict[str, Any] = {}
    if "max_tokens" in document:
        values["max_tokens"] = Coin.shape.from_json(document["max_tokens"], names)
    if "Validators" in document:
        chosen = document["Validators"]
        kind = chosen.get("type") if type(chosen) is dict else None
        name = next((each for each, amino in _LISTS.items() if amino == kind), "")
        inner = chosen.get("value") if name else None
        if type(inner) is not dict or inner.keys() != {name}:
            raise DecodingError("expected a list of validators with its type", reason="unknown")
        values[name] = Validators.shape.from_json(inner[name], names)
    kind_of = document.get("authorization_type", 0)
    if type(kind_of) is not int or kind_of not in tuple(AuthorizationType):
        raise DecodingError("expected a type of authorization", reason="unknown")
    return StakeAuthorization(authorization_type=AuthorizationType(kind_of), **values)


@described(
    "/cosmos.staking.v1beta1.StakeAuthorization",
    amino="cosmos-sdk/StakeAuthorization",
    json=(_stake_to_json, _stake_from_json),
)
class StakeAuthorization(Described):
    """Stake up to a limit, with the validators of a list, or with all but those of a list."""

    max_tokens: Coin | None = missing_or(part(1, Coin), default=None)
    allow_list: Validators | None = missing_or(part(2, Validators), default=None)
    deny_list: Validators | None = missing_or(part(3, Validators), default=None)
    authorization_type: AuthorizationType = enum(4, AuthorizationType)

    def __post_init__(self) -> None:
        if self.allow_list is not None and self.deny_list is not None:
            raise DecodingError("expected a list of validators to allow, or one to deny", reason="ambiguous")

    def allowed(self, chain: CosmosChain, granter: str, grantee: str, until: int | None) -> tuple[Effect, ...]:
        """An `Authority`: what is staked stays the granter's."""
        limit = "any amount" if self.max_tokens is None else f"at most {self.max_tokens}"
        what = self.authorization_type.name.lower().replace("_", " ")
        return (Authority(account=granter, change=f"{grantee} may {what} {limit} in its name{_ends(until)}"),)


@described()
class Grant(Described):
    """An authorization, until a moment or until it is revoked."""

    authorization: Any = concrete(1)
    expiration: Timestamp | None = missing_or(part(2, Timestamp), default=None)


@described(f"{_PACKAGE}.MsgGrant", amino="cosmos-sdk/MsgGrant", signers=("granter",))
class MsgGrant(Described):
    """The grantee may send what the authorization says in the granter's name."""

    granter: str = account(1)
    grantee: str = account(2)
    grant: Grant = part(3, Grant)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Approve` of each coin of a limit, an `Authority` else; `Opaque`, too, for authorizations of no table."""
        until = None if self.grant.expiration is None else self.grant.expiration.seconds
        granter, grantee = chain.account_id(self.granter), chain.account_id(self.grantee)
        given = self.grant.authorization
        if isinstance(given, (GenericAuthorization, SendAuthorization, StakeAuthorization)):
            return given.allowed(chain, granter, grantee, until)
        kind = given.shape.type_url if isinstance(given, Described) else given.type_url
        change = Authority(account=granter, change=f"{grantee} is given {kind}{_ends(until)}")
        return change, Opaque(why=f"an authorization {kind}", data=getattr(given, "value", b""))


@described(f"{_PACKAGE}.MsgRevoke", amino="cosmos-sdk/MsgRevoke", signers=("granter",))
class MsgRevoke(Described):
    """The grantee may not send messages of this type in the granter's name any more."""

    granter: str = account(1)
    grantee: str = account(2)
    msg_type_url: str = text(3)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """An `Authority`."""
        change = f"{chain.account_id(self.grantee)} may not send {self.msg_type_url} in its name any more"
        return (Authority(account=chain.account_id(self.granter), change=change),)


@described(f"{_PACKAGE}.MsgExec", amino="cosmos-sdk/MsgExec", signers=("grantee",))
class MsgExec(Described):
    """Messages in the name of those who have given authorizations; their signers are named in them."""

    grantee: str = account(1)
    msgs: tuple[Any, ...] = concretes(2)

    def effects(self, chain: CosmosChain) -> tuple[Effect, ...]:
        """The effects of the messages, executions within them unfolded as deep as eight; what is deeper is `Opaque`."""
        found: list[Effect] = []
        waiting: list[tuple[Any, int]] = [(each, 1) for each in reversed(self.msgs)]
        while waiting:
            message, depth = waiting.pop()
            if isinstance(message, MsgExec):
                if depth >= _MAX_NESTED:
                    found.append(Opaque(why="executions within executions", data=message.shape.codec.encode(message)))
                else:
                    waiting += [(each, depth + 1) for each in reversed(message.msgs)]
            elif isinstance(message, Described):
                found += message.effects(chain)
            else:
                found.append(Opaque(why=f"a message {message.type_url}", data=message.value))
        return tuple(found)


def _ends(until: int | None) -> str:
    from walletcore.coding import timestamps

    return "" if until is None else f" until {timestamps.in_words(until)}"
