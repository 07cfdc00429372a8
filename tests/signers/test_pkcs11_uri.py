"""URIs of keys in tokens: every form that RFC 7512 has, and nothing that could be a secret or a program."""

import pytest

from walletcore.errors import SignerError
from walletcore.signers.pkcs11_uri import KeyPlace, key_place
from walletcore.signers.uri import SignerUri


def read(path: str) -> KeyPlace:
    return key_place(SignerUri.parse(f"pkcs11:{path}"))


READ = [
    ("token=vault;object=hot", (("token", b"vault"),), "hot", None),
    ("object=hot;token=vault", (("token", b"vault"),), "hot", None),
    (
        "token=The%20Software%20PKCS%2311%20Softtoken;object=my-cert",
        (("token", b"The Software PKCS#11 Softtoken"),),
        "my-cert",
        None,
    ),
    ("serial=4711;id=%69%95%3E%5C%F4%BD%EC%91", (("serial", b"4711"),), None, bytes.fromhex("69953e5cf4bdec91")),
    ("slot-id=7;object=a;id=%00%ff", (("slot-id", b"7"),), "a", b"\x00\xff"),
    ("token=a;type=private;object=b", (("token", b"a"),), "b", None),
    ("token=;object=", (("token", b""),), "", None),
    ("token=a:b@c,d=e&f!$'()*+~[x];object=k", (("token", b"a:b@c,d=e&f!$'()*+~[x]"),), "k", None),
    ("token=%3b%3F%2f;object=schl%C3%BCssel", (("token", b";?/"),), "schl\u00fcssel", None),
    (
        "manufacturer=Snake%20Oil,%20Inc.;model=1;slot-description=a;slot-manufacturer=b;object=k",
        (
            ("manufacturer", b"Snake Oil, Inc."),
            ("model", b"1"),
            ("slot-manufacturer", b"b"),
            ("slot-description", b"a"),
        ),
        "k",
        None,
    ),
]


@pytest.mark.parametrize(("path", "token", "label", "identity"), READ, ids=[each[0] for each in READ])
def test_attributes_are_read_in_any_order_and_decoded_one_by_one(
    path: str, token: tuple[tuple[str, bytes], ...], label: str | None, identity: bytes | None
) -> None:
    assert read(path) == KeyPlace(token=token, label=label, id=identity)


REFUSED = [
    ("", "unknown"),
    ("token=vault", "missing"),
    ("object=hot", "missing"),
    ("type=private;object=hot", "missing"),
    ("token=a;token=a;object=b", "duplicate"),
    ("token=a;object=b;type=public", "unknown"),
    ("token=a;object=b;type=secret-key", "unknown"),
    ("token=a;object=b;", "unknown"),
    (";token=a;object=b", "unknown"),
    ("token=a;;object=b", "unknown"),
    ("Token=a;object=b", "unknown"),
    ("token=a;object=b;x-vendor=c", "unknown"),
    ("token=a;object=b;pin-value=4711", "unknown"),
    ("token=a;object=b;pin-source=file:%2fpin", "unknown"),
    ("token=a;object=b;library-description=c", "unknown"),
    ("user:4711@token=a;object=b", "unknown"),
    ("//user:4711@host/token=a;object=b", "unknown"),
    ("token=a/b;object=c", "character"),
    ("token=a b;object=c", "character"),
    ("token=a#b;object=c", "character"),
    ("token=a;object=%zz", "character"),
    ("token=a;object=%4", "character"),
    ("token=a;object=%ff", "character"),
    ("slot-id=-1;object=a", "character"),
    ("slot-id=;object=a", "character"),
    ("slot-id=1x;object=a", "character"),
    ("slot-id=%D9%A1;object=a", "character"),
    ("slot-id=123456789012345678901;object=a", "character"),
]


@pytest.mark.parametrize(("path", "reason"), REFUSED)
def test_H13_anything_else_is_refused_without_being_repeated(path: str, reason: str) -> None:
    with pytest.raises(SignerError) as caught:
        read(path)
    assert caught.value.reason == reason
    assert "4711" not in str(caught.value)
    assert "pin" not in str(caught.value)
