// thor-devkit, asked one JSON case a line: transactions and certificates of VeChain, and addresses by a path.
import { createInterface } from "node:readline";
import { address, Certificate, HDNode, secp256k1, Transaction, blake2b256 } from "thor-devkit";

const hex = (buffer) => Buffer.from(buffer).toString("hex");
const bytes = (text) => Buffer.from(text, "hex");

function transaction(asked) {
  const made = new Transaction(asked.body);
  const sender = bytes(asked.secret);
  const origin = address.fromPublicKey(secp256k1.derivePublicKey(sender));
  const verdict = { unsigned: hex(made.encode()), hash: hex(made.signingHash()), gas: made.intrinsicGas };
  let signature = secp256k1.sign(made.signingHash(), sender);
  if (asked.delegator) {
    verdict.delegated = hex(made.signingHash(origin));
    signature = Buffer.concat([signature, secp256k1.sign(made.signingHash(origin), bytes(asked.delegator))]);
  }
  made.signature = signature;
  return { ...verdict, raw: hex(made.encode()), id: made.id, origin: made.origin, delegator: made.delegator };
}

function read(asked) {
  let made;
  try {
    made = Transaction.decode(bytes(asked.raw));
  } catch {
    return { raw: null };
  }
  return { raw: hex(made.encode()), id: made.id, origin: made.origin };
}

function certificate(asked) {
  const encoded = Certificate.encode(asked.certificate);
  return { encoded, signature: hex(secp256k1.sign(blake2b256(encoded), bytes(asked.secret))) };
}

function addressOf(asked) {
  const node = HDNode.fromMnemonic(asked.mnemonic.split(" ")).derive(asked.index);
  return { address: address.toChecksumed(node.address), public_key: hex(node.publicKey) };
}

const TASKS = { transaction, read, certificate, address: addressOf };

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(TASKS[asked.task](asked)));
}
