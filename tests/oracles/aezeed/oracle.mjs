// aezeed, bitcoinjs' implementation of LND's cipher seed, over aez: what it enciphers and deciphers.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const { CipherSeed } = require("aezeed");
const aez = require("aez");
const lines = require("readline").createInterface({ input: process.stdin });

const bytes = (text) => Buffer.from(text, "hex");

// AEZ by itself: a ciphertext, and what a damaged one gives.
function cipher(asked) {
  const [key, nonce, message] = [asked.key, asked.nonce, asked.message].map(bytes);
  const data = asked.data.map(bytes);
  const made = aez.encrypt(key, nonce, data, asked.tau, message);
  const damaged = Buffer.from(made);
  damaged[asked.place] ^= asked.bits;
  const opened = aez.decrypt(key, nonce, data, asked.tau, damaged);
  return { ciphertext: made.toString("hex"), opened: opened === null ? null : opened.toString("hex") };
}

// A seed's words under a passphrase, and what the words of a case are.
function phrase(asked) {
  const seed = new CipherSeed(bytes(asked.entropy), bytes(asked.salt), asked.version, asked.birthday);
  try {
    const read = CipherSeed.fromMnemonic(asked.words, asked.passphrase);
    const told = { entropy: read.entropy.toString("hex"), salt: read.salt.toString("hex") };
    return { words: seed.toMnemonic(asked.passphrase), read: { ...told, birthday: read.birthday, version: read.internalVersion } };
  } catch (error) {
    return { words: seed.toMnemonic(asked.passphrase), refused: error.message };
  }
}

lines.on("line", (line) => {
  const asked = JSON.parse(line);
  console.log(JSON.stringify("key" in asked ? cipher(asked) : phrase(asked)));
});
