// The XRP Ledger Foundation's own libraries: the forms of a seed, and its keys.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const { Account } = require("@xrplf/secret-numbers");
const keypairs = require("ripple-keypairs");
const lines = require("readline").createInterface({ input: process.stdin });

const ALGORITHMS = { secp256k1: "ecdsa-secp256k1", ed25519: "ed25519" };

// What the entropy of a case is, and its keys; what its numbers are, which may be damaged.
function told(asked) {
  const algorithm = ALGORITHMS[asked.curve];
  const entropy = Uint8Array.from(Buffer.from(asked.entropy, "hex"));
  const seed = keypairs.generateSeed({ entropy, algorithm });
  const key = keypairs.deriveKeypair(seed, { accountIndex: asked.index });
  const validator = keypairs.deriveKeypair(seed, { validator: true });
  const answer = { seed, numbers: new Account(entropy, algorithm).getSecretString(), key, validator };
  try {
    return { ...answer, read: new Account(asked.numbers, algorithm).getFamilySeed() };
  } catch (error) {
    return { ...answer, refused: error.message };
  }
}

lines.on("line", (line) => console.log(JSON.stringify(told(JSON.parse(line)))));
