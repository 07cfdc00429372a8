// bip322-js, ACKEE's library over bitcoinjs-lib: simple signatures of one key, without a variant, and the legacy form of P2PKH;
// and of bitcoinjs-lib itself, script trees.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const { Signer, Verifier } = require("bip322-js");
const bitcoin = require("bitcoinjs-lib");
bitcoin.initEccLib(require("@bitcoinerlab/secp256k1"));
const lines = require("readline").createInterface({ input: process.stdin });

function verified(asked) {
  try {
    return Verifier.verifySignature(asked.address, asked.message, asked.signature);
  } catch {
    return false;
  }
}

function signed(asked) {
  const signature = Signer.sign(asked.wif, asked.address, asked.message);
  return { signature: signature.toString("base64"), verified: verified(asked) };
}

// A leaf has a script and a version; a branch is a list of two.
function grown(tree) {
  if (Array.isArray(tree)) return tree.map(grown);
  return { output: Buffer.from(tree.script, "hex"), version: tree.version };
}

function leaves(tree) {
  return Array.isArray(tree) ? tree.flatMap(leaves) : [tree];
}

// The merkle root, the output, and for each leaf from left to right its control block.
function tree(asked) {
  const internalPubkey = Buffer.from(asked.internal, "hex");
  const scriptTree = grown(asked.tree);
  const { hash, output } = bitcoin.payments.p2tr({ internalPubkey, scriptTree });
  const controls = leaves(scriptTree).map(({ output, version }) => {
    const { witness } = bitcoin.payments.p2tr({ internalPubkey, scriptTree, redeem: { output, redeemVersion: version } });
    return witness[witness.length - 1].toString("hex");
  });
  return { root: hash.toString("hex"), output: output.toString("hex"), controls };
}

const TASKS = { message: signed, tree };

lines.on("line", (line) => {
  const asked = JSON.parse(line);
  console.log(JSON.stringify(TASKS[asked.task](asked)));
});
