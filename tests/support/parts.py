"""Keys that live outside of the server's process, in the words of its configuration: in SoftHSM, and in AWS KMS."""

import os

from support.moto_kms import MotoKms
from support.server import key_table
from walletcore.keys import PublicKey
from walletcore.signers.asn1 import read_public_key

__all__ = ["AWS", "kms_key"]

AWS = {
    "AWS_ACCESS_KEY_ID": "AKIATEST",
    "AWS_SECRET_ACCESS_KEY": "hushhushhush",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def kms_key(name: str, kms: MotoKms) -> tuple[PublicKey, str]:
    """The key for Ethereum, and its table."""
    key = read_public_key(kms.public_keys["alias/secp256k1"])
    return key, key_table(name, "awskms:alias/secp256k1?region=eu-west-1", key)
