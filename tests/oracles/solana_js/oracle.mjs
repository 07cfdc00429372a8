// Solana's instructions by the clients of its programs (@solana-program/*, @solana/web3.js), put into transactions and
// signed by @solana/kit: one JSON case a line in, one verdict a line out.
import { createInterface } from "node:readline";
import * as kit from "@solana/kit";
import * as web3 from "@solana/web3.js";

const NAMES = ["system", "stake", "token", "token-2022", "loader-v3", "address-lookup-table", "memo", "compute-budget"];
const CLIENTS = Object.fromEntries(
  await Promise.all(NAMES.map(async (name) => [name, await import(`@solana-program/${name}`)])),
);
const KEYS = await Promise.all(
  [1, 2, 3, 4, 5, 6, 7, 8].map((n) => kit.createKeyPairFromPrivateKeyBytes(new Uint8Array(32).fill(n))),
);
const ADDRESSES = await Promise.all(KEYS.map((pair) => kit.getAddressFromPublicKey(pair.publicKey)));

const bytes = (digits) => Uint8Array.from(Buffer.from(digits, "hex"));
const address = (digits) => kit.getAddressDecoder().decode(bytes(digits));
const digits = (text) => Buffer.from(kit.getAddressEncoder().encode(text)).toString("hex");

// What a value of a case is: its kind, then the value.
const KINDS = {
  account: address,
  signer: (given) => kit.createNoopSigner(address(given)),
  accounts: (given) => given.map(address),
  signers: (given) => given.map((each) => kit.createNoopSigner(address(each))),
  number: BigInt,
  small: Number,
  smalls: (given) => given,
  object: (given) => inputs(given),
  derived: ([given, bump]) => [address(given), bump],
  text: (given) => given,
  bytes,
  nothing: () => null,
  key: (given) => new web3.PublicKey(bytes(given)),
};
const valued = ([kind, value]) => KINDS[kind](value);
const inputs = (given) => Object.fromEntries(Object.entries(given).map(([name, value]) => [name, valued(value)]));

// Of the programs' clients.
function made({ client, call, input }) {
  return CLIENTS[client][`get${call}Instruction`](inputs(input));
}

// Of web3.js: a method of one of its programs, whose answer may be a transaction of several instructions.
function older({ call, input }) {
  const [program, method] = call.split(".");
  const answer = web3[program][method](inputs(input));
  const { programId, keys, data } = (answer.instructions ?? [answer])[0];
  return {
    programAddress: programId.toBase58(),
    accounts: keys.map(({ pubkey, isSigner, isWritable }) => ({
      address: pubkey.toBase58(),
      role: (isSigner ? 2 : 0) + (isWritable ? 1 : 0),
    })),
    data: Uint8Array.from(data),
  };
}

// A transaction of one instruction, signed by whoever must.
async function transaction({ version, blockhash }, call) {
  const message = kit.pipe(
    kit.createTransactionMessage({ version: version ?? "legacy" }),
    (m) => kit.setTransactionMessageFeePayer(ADDRESSES[0], m),
    (m) =>
      kit.setTransactionMessageLifetimeUsingBlockhash({ blockhash: address(blockhash), lastValidBlockHeight: 0n }, m),
    (m) => kit.appendTransactionMessageInstruction(call, m),
  );
  const compiled = kit.compileTransaction(message);
  const pairs = KEYS.filter((_, place) => ADDRESSES[place] in compiled.signatures);
  const signed = await kit.signTransaction(pairs, compiled);
  const raw = Buffer.from(kit.getTransactionEncoder().encode(signed)).toString("hex");
  return { raw, id: kit.getSignatureFromTransaction(signed) };
}

async function answer(given) {
  const { programAddress, accounts, data = new Uint8Array() } = given.client === "web3" ? older(given) : made(given);
  const plain = (accounts ?? []).map((each) => ({ address: each.address, role: each.role }));
  return {
    program: digits(programAddress),
    accounts: plain.map((each) => [digits(each.address), each.role >= 2, each.role % 2 === 1]),
    data: Buffer.from(data).toString("hex"),
    ...(given.whole ? await transaction(given, { programAddress, accounts: plain, data }) : {}),
  };
}

// An off-chain message of version 0 in the format that is asked for, signed by all of its signers.
async function message({ text, format, application, signers }) {
  const content = { format, text };
  const requiredSignatories = signers.map((each) => ({ address: address(each) }));
  const given = { version: 0, applicationDomain: address(application), content, requiredSignatories };
  try {
    const envelope = kit.compileOffchainMessageEnvelope(given);
    const pairs = KEYS.filter((_, place) => ADDRESSES[place] in envelope.signatures);
    const signed = await kit.signOffchainMessageEnvelope(pairs, envelope);
    return {
      message: Buffer.from(envelope.content).toString("hex"),
      raw: Buffer.from(kit.getOffchainMessageEnvelopeEncoder().encode(signed)).toString("hex"),
    };
  } catch (error) {
    return { refused: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  console.log(JSON.stringify(await (given.task === "message" ? message : answer)(given)));
}
