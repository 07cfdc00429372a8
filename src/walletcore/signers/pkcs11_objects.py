"""Which objects in a token are a key, what the key may do, and its public half (PKCS #11 v3.0, sections 4.7 to 4.9)."""

from __future__ import annotations

from typing import Any

from walletcore.errors import InvalidKey, SigningRefused, needs
from walletcore.keys import Curve, PublicKey
from walletcore.signers.asn1 import EC_PARAMETERS, read_point
from walletcore.signers.pkcs11_uri import KeyPlace

with needs("pkcs11"):
    from pkcs11 import Attribute, KeyType, ObjectClass, exceptions

__all__ = ["asks_always", "check_private", "check_public", "private_keys", "shows_users_keys"]

_KINDS = {Curve.SECP256K1: KeyType.EC, Curve.P256: KeyType.EC, Curve.ED25519: KeyType.EC_EDWARDS}
_ABSENT = (exceptions.AttributeTypeInvalid, exceptions.AttributeSensitive, exceptions.FunctionFailed)
_SEEN_BY_USERS = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.PRIVATE: True}


def private_keys(session: Any, place: KeyPlace) -> list[Any]:
    """The private keys of this label and id that the session shows."""
    return _objects(session, place, ObjectClass.PRIVATE_KEY)


def shows_users_keys(session: Any) -> bool:
    """Whether there is a private key that only users see: the token is logged in to."""
    return bool(list(session.get_objects(_SEEN_BY_USERS)))


def _objects(session: Any, place: KeyPlace, kind: ObjectClass) -> list[Any]:
    template: dict[Attribute, object] = {Attribute.CLASS: kind}
    if place.label is not None:
        template[Attribute.LABEL] = place.label
    if place.id is not None:
        template[Attribute.ID] = place.id
    return list(session.get_objects(template))


def check_public(session: Any, place: KeyPlace, public_key: PublicKey) -> None:
    """Raise `InvalidKey` unless the public key that the session shows, if it shows one, is this one."""
    shown = _objects(session, place, ObjectClass.PUBLIC_KEY)
    if len(shown) > 1:
        raise SigningRefused(f"expected one public key of these attributes, found {len(shown)}", reason="ambiguous")
    if shown and read_point(shown[0][Attribute.EC_PARAMS], shown[0][Attribute.EC_POINT]) != public_key:
        raise InvalidKey("the key in the token is not the pinned one", reason="mismatch")


def check_private(key: Any, curve: Curve) -> None:
    """The private key is of the kind that signs, on this curve, and may. Raises `SigningRefused`."""
    if key.key_type is not _KINDS[curve] or EC_PARAMETERS.get(_attribute(key, Attribute.EC_PARAMS), curve) != curve:
        raise SigningRefused("the private key in the token is of another curve or kind", reason="mismatch")
    if _attribute(key, Attribute.SIGN) is False:
        raise SigningRefused("the private key in the token must not sign (CKA_SIGN)", reason="policy")


def asks_always(key: Any) -> bool:
    """Whether the key wants the PIN for each signature (CKA_ALWAYS_AUTHENTICATE)."""
    return _attribute(key, Attribute.ALWAYS_AUTHENTICATE) is True


def _attribute(key: Any, name: Attribute) -> Any:
    try:
        return key[name]
    except _ABSENT:  # some modules keep what is no secret to themselves
        return None
