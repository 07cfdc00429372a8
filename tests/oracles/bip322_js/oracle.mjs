// bip322-js, ACKEE's library over bitcoinjs-lib: simple signatures of one key, without a variant, and the legacy form of P2PKH.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const { Signer, Verifier } = require("bip322-js");
const lines = require("readline").createInterface({ input: process.stdin });

function verified(asked) {
  try {
    return Verifier.verifySignature(asked.address, asked.message, asked.signature);
  } catch {
    return false;
  }
}

lines.on("line", (line) => {
  const asked = JSON.parse(line);
  const signature = Signer.sign(asked.wif, asked.address, asked.message);
  console.log(JSON.stringify({ signature: signature.toString("base64"), verified: verified(asked) }));
});
