// @stellar/stellar-sdk, asked one JSON case a line: values of contracts, operations, authorizations, challenges.
import { createInterface } from "node:readline";
import * as sdk from "@stellar/stellar-sdk";

const { xdr } = sdk;
const hex = (buffer) => Buffer.from(buffer).toString("hex");
const bytes = (text) => Buffer.from(text, "hex");
const keypair = (secret) => sdk.Keypair.fromRawEd25519Seed(bytes(secret));
const value = (raw) => xdr.ScVal.fromXDR(bytes(raw));

// A value as the cases have it, told from what the SDK has read.
const KINDS = {
  scvBool: (it) => ["bool", it.b()],
  scvVoid: () => ["void", null],
  scvError: (it) => ["error", error(it.error())],
  scvBytes: (it) => ["bytes", hex(it.bytes())],
  scvString: (it) => ["string", hex(it.str())],
  scvSymbol: (it) => ["symbol", it.sym().toString()],
  scvVec: (it) => ["vec", it.vec().map(told)],
  scvMap: (it) => ["map", entries(it.map())],
  scvAddress: (it) => ["address", sdk.Address.fromScAddress(it.address()).toString()],
  scvContractInstance: (it) => ["contract-instance", instance(it.instance())],
  scvLedgerKeyContractInstance: () => ["ledger-key-contract-instance", null],
  scvLedgerKeyNonce: (it) => ["ledger-key-nonce", it.nonceKey().nonce().toString()],
};
const NUMBERS = new Set(["U32", "I32", "U64", "I64", "Timepoint", "Duration", "U128", "I128", "U256", "I256"]);

function error(it) {
  const type = it.switch().value;
  return { type, code: type === 0 ? it.contractCode() : it.code().value };
}

const entries = (map) => map.map((entry) => [told(entry.key()), told(entry.val())]);

function instance(it) {
  const code = it.executable();
  const wasm = code.switch().name === "contractExecutableWasm" ? hex(code.wasmHash()) : null;
  return { executable: { wasm }, storage: it.storage() ? entries(it.storage()) : null };
}

function told(it) {
  const name = it.switch().name;
  if (NUMBERS.has(name.slice(3))) {
    return { kind: name.slice(3).toLowerCase(), value: sdk.scValToBigInt(number(it)).toString() };
  }
  const [kind, inner] = KINDS[name](it);
  return { kind, value: inner };
}

// scValToBigInt knows neither times nor the numbers of 32 bits in all versions
function number(it) {
  const name = it.switch().name;
  if (name === "scvU32") return xdr.ScVal.scvU64(new xdr.Uint64(BigInt(it.u32())));
  if (name === "scvI32") return xdr.ScVal.scvI64(new xdr.Int64(BigInt(it.i32())));
  if (name === "scvTimepoint") return xdr.ScVal.scvU64(it.timepoint());
  if (name === "scvDuration") return xdr.ScVal.scvU64(it.duration());
  return it;
}

function read(asked) {
  const made = value(asked.raw);
  return { raw: hex(made.toXDR()), told: told(made) };
}

const asset = (it) => (it && it.code ? new sdk.Asset(it.code, it.issuer) : sdk.Asset.native());

function operation(asked) {
  const source = asked.source ?? undefined;
  if (asked.kind === "invoke") {
    const contract = new sdk.Contract(asked.contract);
    const made = contract.call(asked.function, ...asked.args.map(value));
    return rebuilt(made, source);
  }
  if (asked.kind === "upload") return sdk.Operation.uploadContractWasm({ wasm: bytes(asked.code), source });
  if (asked.kind === "asset") return sdk.Operation.createStellarAssetContract({ asset: asset(asked.asset), source });
  if (asked.kind === "create") {
    return sdk.Operation.createCustomContract({
      address: sdk.Address.fromString(asked.address),
      wasmHash: bytes(asked.wasm),
      salt: bytes(asked.salt),
      constructorArgs: asked.args.map(value),
      source,
    });
  }
  if (asked.kind === "extend") return sdk.Operation.extendFootprintTtl({ extendTo: asked.extend_to, source });
  return sdk.Operation.restoreFootprint({ source });
}

// Contract.call names no source
function rebuilt(made, source) {
  const { func, auth } = sdk.Operation.fromXDRObject(made);
  return sdk.Operation.invokeHostFunction({ func, auth, source });
}

function transaction(asked) {
  const signer = keypair(asked.secret);
  const account = new sdk.Account(signer.publicKey(), (BigInt(asked.sequence) - 1n).toString());
  const made = new sdk.TransactionBuilder(account, { fee: asked.fee, networkPassphrase: asked.passphrase })
    .setTimebounds(0, asked.until)
    .addOperation(operation(asked.operation))
    .setSorobanData(xdr.SorobanTransactionData.fromXDR(bytes(asked.data)))
    .build();
  made.sign(signer);
  return { raw: hex(bytes64(made.toXDR())), id: hex(made.hash()), fee: made.fee };
}

const bytes64 = (text) => Buffer.from(text, "base64");

function contract(asked) {
  return { contract: asset(asked.asset).contractId(asked.passphrase) };
}

async function authorization(asked) {
  const entry = xdr.SorobanAuthorizationEntry.fromXDR(bytes(asked.raw));
  const signed = await sdk.authorizeEntry(entry, keypair(asked.secret), asked.expiration, asked.passphrase);
  return { signed: hex(signed.toXDR()) };
}

function at(now) {
  Date.now = () => now * 1000;
}

function challenge(asked) {
  at(asked.now);
  const made = sdk.WebAuth.buildChallengeTx(
    keypair(asked.server),
    asked.client,
    asked.home_domain,
    asked.timeout,
    asked.passphrase,
    asked.web_auth_domain,
    asked.memo,
    asked.client_domain || null,
    asked.client_domain_account,
  );
  return { raw: hex(bytes64(made)) };
}

function verification(asked) {
  at(asked.now);
  const given = [
    bytes(asked.raw).toString("base64"),
    asked.account,
    asked.passphrase,
  ];
  const found = sdk.WebAuth.readChallengeTx(...given, asked.home_domains, asked.web_auth_domain);
  const said = { client: found.clientAccountID, home_domain: found.matchedHomeDomain, memo: found.memo };
  const signers = Object.entries(asked.signers).map(([key, weight]) => ({ key, weight, type: "ed25519_public_key" }));
  try {
    const rest = [asked.threshold, signers, asked.home_domains, asked.web_auth_domain];
    return { ...said, signed: sdk.WebAuth.verifyChallengeTxThreshold(...given, ...rest).sort() };
  } catch {
    return { ...said, signed: null };
  }
}

const TASKS = { read, transaction, contract, authorization, challenge, verification };

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let verdict;
  try {
    verdict = await TASKS[asked.task](asked);
  } catch (refusal) {
    verdict = { refused: `${refusal.name}: ${refusal.message}`.slice(0, 300) };
  }
  console.log(JSON.stringify(verdict));
}
