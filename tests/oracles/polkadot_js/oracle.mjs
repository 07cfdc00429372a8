// Polkadot-JS: keys of Substrate by secret URI, signatures and keystores, over curves in JavaScript (noble, scure).

import { createInterface } from 'node:readline';

import { Keyring } from '@polkadot/keyring';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { cryptoWaitReady, keyExtractPath, keyFromPath, mnemonicToMiniSecret } from '@polkadot/util-crypto';
import { sr25519PairFromSeed, ed25519PairFromSeed, secp256k1PairFromSeed } from '@polkadot/util-crypto';

const PAIRS = { sr25519: sr25519PairFromSeed, ed25519: ed25519PairFromSeed, ecdsa: secp256k1PairFromSeed };
const hex = (data) => u8aToHex(data).slice(2);

// The key at the end of a path below a seed, or below the mini secret of a phrase.
function derive({ scheme, seed, mnemonic, password, path }) {
  const start = mnemonic === undefined ? hexToU8a(`0x${seed}`) : mnemonicToMiniSecret(mnemonic, password);
  const junctions = keyExtractPath(path).path;
  const pair = keyFromPath(PAIRS[scheme](start), junctions, scheme);
  return {
    start: hex(start),
    public: hex(pair.publicKey),
    secret: hex(pair.secretKey.subarray(0, 32)),
    chain_codes: junctions.map((junction) => hex(junction.chainCode)),
  };
}

// Whether a signature of ours verifies, and one of theirs.
function sign({ scheme, seed, message, signature }) {
  const pair = new Keyring({ type: scheme }).addFromSeed(hexToU8a(`0x${seed}`));
  const theirs = pair.sign(hexToU8a(`0x${message}`));
  const ours = pair.verify(hexToU8a(`0x${message}`), hexToU8a(`0x${signature}`), pair.publicKey);
  return { public: hex(pair.publicKey), verifies: ours, signature: hex(theirs) };
}

// The public key and the address of a keystore of ours.
function open({ json, password }) {
  const pair = new Keyring({ type: 'sr25519' }).createFromJson(JSON.parse(json));
  pair.decodePkcs8(password);
  return { public: hex(pair.publicKey), address: pair.address, type: pair.type };
}

// A keystore of theirs.
function close({ scheme, seed, path, password }) {
  const pair = new Keyring({ type: scheme }).createFromUri(`0x${seed}${path}`);
  return { json: JSON.stringify(pair.toJson(password)), public: hex(pair.publicKey), address: pair.address };
}

const TASKS = { derive, sign, open, close };

await cryptoWaitReady();
for await (const line of createInterface({ input: process.stdin })) {
  const { task, ...given } = JSON.parse(line);
  let verdict;
  try {
    verdict = TASKS[task](given);
  } catch (error) {
    verdict = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}
