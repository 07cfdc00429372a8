// Messages by cosmjs-types, Keplr's types and stridejs, in protobuf and amino JSON, ADR-36 documents by Keplr's
// library, typed data by Evmos' and viem: one JSON case a line in, one verdict a line out.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const amino = require("@cosmjs/amino");
const stargate = require("@cosmjs/stargate");
const wasm = require("@cosmjs/cosmwasm");
const keplr = require("@keplr-wallet/cosmos");
const keys = require("@keplr-wallet/crypto");
const viem = require("viem");
const evmos = require("@evmos/transactions");
const protobuf = require("protobufjs");
const lines = require("readline").createInterface({ input: process.stdin });

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");

// Whose class writes a message, and whose tells its amino JSON.
const COSMJS = {
  "/cosmos.gov.v1beta1": "cosmos/gov/v1beta1/tx",
  "/cosmos.gov.v1beta1.TextProposal": "cosmos/gov/v1beta1/gov",
  "/cosmos.gov.v1": "cosmos/gov/v1/tx",
  "/cosmos.bank.v1beta1": "cosmos/bank/v1beta1/tx",
  "/cosmos.bank.v1beta1.SendAuthorization": "cosmos/bank/v1beta1/authz",
  "/cosmos.staking.v1beta1.StakeAuthorization": "cosmos/staking/v1beta1/authz",
  "/cosmos.distribution.v1beta1": "cosmos/distribution/v1beta1/tx",
  "/cosmos.slashing.v1beta1": "cosmos/slashing/v1beta1/tx",
  "/cosmos.crisis.v1beta1": "cosmos/crisis/v1beta1/tx",
  "/cosmos.vesting.v1beta1": "cosmos/vesting/v1beta1/tx",
  "/cosmos.authz.v1beta1": "cosmos/authz/v1beta1/tx",
  "/cosmos.authz.v1beta1.GenericAuthorization": "cosmos/authz/v1beta1/authz",
  "/cosmos.feegrant.v1beta1": "cosmos/feegrant/v1beta1/tx",
  "/cosmos.feegrant.v1beta1.BasicAllowance": "cosmos/feegrant/v1beta1/feegrant",
  "/cosmos.feegrant.v1beta1.PeriodicAllowance": "cosmos/feegrant/v1beta1/feegrant",
  "/cosmos.feegrant.v1beta1.AllowedMsgAllowance": "cosmos/feegrant/v1beta1/feegrant",
  "/ibc.applications.transfer.v1": "ibc/applications/transfer/v1/tx",
  "/cosmwasm.wasm.v1": "cosmwasm/wasm/v1/tx",
};
const KEPLR = { "/types": "thorchain/v1/types/msg_send", "/stride.stakeibc": "stride/stakeibc/tx" };
const STRIDE = {
  "/cosmos.distribution.v1beta1": "cosmos/distribution/v1beta1/tx",
  "/cosmos.slashing.v1beta1": "cosmos/slashing/v1beta1/tx",
  "/cosmos.crisis.v1beta1": "cosmos/crisis/v1beta1/tx",
  "/cosmos.vesting.v1beta1": "cosmos/vesting/v1beta1/tx",
  "/cosmos.gov.v1": "cosmos/gov/v1/tx",
  "/cosmos.authz.v1beta1": "cosmos/authz/v1beta1/tx",
  "/cosmos.feegrant.v1beta1": "cosmos/feegrant/v1beta1/tx",
  "/cosmos.feegrant.v1beta1.BasicAllowance": "cosmos/feegrant/v1beta1/feegrant",
  "/cosmos.feegrant.v1beta1.PeriodicAllowance": "cosmos/feegrant/v1beta1/feegrant",
  "/cosmos.feegrant.v1beta1.AllowedMsgAllowance": "cosmos/feegrant/v1beta1/feegrant",
  "/stride.stakeibc": "stride/stakeibc/tx",
};
const converters = new stargate.AminoTypes({
  ...stargate.createDefaultAminoConverters(),
  ...wasm.createWasmAminoConverters(),
});

// Messages that none of them has, by protobufjs and the definitions of their chains.
const DEFINED = protobuf.parse(`
  syntax = "proto3";
  message Coin { string denom = 1; string amount = 2; }
  message MsgCreateDenom { string sender = 1; string subdenom = 2; }
  message MsgMint { string sender = 1; Coin amount = 2; string mintToAddress = 3; }
  message MsgBurn { string sender = 1; Coin amount = 2; string burnFromAddress = 3; }
  message MsgChangeAdmin { string sender = 1; string denom = 2; string newAdmin = 3; }
  message MsgExecuteContract { string sender = 1; string contract = 2; bytes executeMsg = 3; repeated Coin coins = 5; }
  message Asset { string chain = 1; string symbol = 2; string ticker = 3; bool synth = 4; bool trade = 5; bool secured = 6; }
  message AssetCoin { Asset asset = 1; string amount = 2; int64 decimals = 3; }
  message MsgDeposit { repeated AssetCoin coins = 1; string memo = 2; bytes signer = 3; }
  message MsgTransferOut { string fromAddress = 1; string to = 2; Coin amount = 3; }
`).root;
const OWN = ["/osmosis.tokenfactory.v1beta1", "/terra.wasm.v1beta1", "/greenfield.bridge", "/types.MsgDeposit"];

const placeOf = (url, table) => table[url] ?? table[url.slice(0, url.lastIndexOf("."))];
const nameOf = (url) => url.slice(url.lastIndexOf(".") + 1);

// protobufjs writes what it is given, defaults too.
function withoutDefaults(value) {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([name, each]) => ![null, "", false].includes(each) && !(name === "decimals" && each === "0"));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutDefaults(each)]));
}

function classOf(url) {
  if (OWN.some((each) => url.startsWith(each))) {
    const type = DEFINED.lookupType(nameOf(url));
    return { fromJSON: (value) => type.fromObject(withoutDefaults(value)), encode: (value) => type.encode(value) };
  }
  const ours = placeOf(url, COSMJS);
  const path = ours ? `cosmjs-types/${ours}` : `@keplr-wallet/proto-types/${placeOf(url, KEPLR)}`;
  return require(path)[nameOf(url)];
}

// What stands in an Any is given as its URL and its JSON.
function filled(value) {
  if (Array.isArray(value)) return value.map(filled);
  if (value === null || typeof value !== "object") return value;
  if ("typeUrl" in value && "json" in value)
    return { typeUrl: value.typeUrl, value: Buffer.from(written(value.typeUrl, value.json)).toString("base64") };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each)]));
}

const made = (url, value) => classOf(url).fromJSON(filled(value));
const written = (url, value) => classOf(url).encode(made(url, value)).finish();

// stridejs has dates where cosmjs-types has moments, and both the Any of a message within a message.
function dated(value) {
  if (Array.isArray(value)) return value.map(dated);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  const made = Object.entries(value).map(([name, each]) => [name, dated(each)]);
  for (const pair of made)
    if (["expiration", "periodReset"].includes(pair[0]) && pair[1] !== undefined)
      pair[1] = new Date(Number(pair[1].seconds) * 1000 + pair[1].nanos / 1e6);
  return Object.fromEntries(made);
}

// Its own way into an Any goes wrong where one is in another, and it knows no messages there: these are told one by one.
const WITHIN = {
  "/cosmos.authz.v1beta1.MsgExec": "msgs",
  "/cosmos.gov.v1.MsgSubmitProposal": "messages",
  "/cosmos.feegrant.v1beta1.MsgGrantAllowance": "allowance",
  "/cosmos.feegrant.v1beta1.AllowedMsgAllowance": "allowance",
};

const aminoOf = (url, raw) => aminoFrom(url, classOf(url).decode(raw));

function aminoFrom(url, message) {
  const place = placeOf(url, STRIDE);
  if (!place) return converters.toAmino({ typeUrl: url, value: message });
  const inner = WITHIN[url];
  const rest = dated(inner ? { ...message, [inner]: undefined } : message);
  const told = require(`./node_modules/stridejs/dist/cjs/codegen/${place}.js`)[nameOf(url)].toAminoMsg(rest);
  const one = (each) => aminoOf(each.typeUrl, each.value);
  if (inner) told.value[inner] = Array.isArray(message[inner]) ? message[inner].map(one) : one(message[inner]);
  return told;
}

const RUN = {
  message({ url, value, json }) {
    const raw = written(url, value);
    if (!json) return { raw: hex(raw) };
    const doc = amino.makeSignDoc([aminoFrom(url, made(url, value))], { amount: [], gas: "1" }, "test-1", "", 2, 3);
    return { raw: hex(raw), amino: Buffer.from(amino.serializeSignDoc(doc)).toString() };
  },
  adr36({ hrp, secret, data, algorithm }) {
    const key = new keys.PrivKeySecp256k1(bytes(secret));
    const eth = algorithm === "ethsecp256k1";
    const pub = key.getPubKey();
    const account = eth ? pub.getEthAddress() : pub.getCosmosAddress();
    const signer = new keplr.Bech32Address(account).toBech32(hrp);
    const raw = keplr.serializeSignDoc(keplr.makeADR36AminoSignDoc(signer, bytes(data)));
    const made = key.signDigest32((eth ? keys.Hash.keccak256 : keys.Hash.sha256)(raw));
    return { signer, raw: Buffer.from(raw).toString(), signature: hex(made.r) + hex(made.s) };
  },
  verify({ hrp, signer, data, key, signature, algorithm }) {
    try {
      return { right: keplr.verifyADR36Amino(hrp, signer, bytes(data), bytes(key), bytes(signature), algorithm) };
    } catch (error) {
      return { right: false, why: String(error.message) };
    }
  },
  // The document and what nodes take by Evmos' library, and the hash of a document by viem.
  evmos({ make, chain, sender, fee, memo, params, signature }) {
    const { eipToSign, legacyAmino } = evmos[make](chain, sender, fee, memo, params);
    const extension = evmos.signatureToWeb3Extension(chain, sender, signature);
    const tx = evmos.createTxRawEIP712(legacyAmino.body, legacyAmino.authInfo, extension);
    return { hash: viem.hashTypedData(eipToSign), raw: hex(tx.message.serializeBinary()) };
  },
  typed({ document }) {
    return { hash: viem.hashTypedData(document) };
  },
  address({ hrp, key, algorithm }) {
    const pub = new keys.PubKeySecp256k1(bytes(key));
    const account = algorithm === "ethsecp256k1" ? pub.getEthAddress() : pub.getCosmosAddress();
    return { address: new keplr.Bech32Address(account).toBech32(hrp) };
  },
};

for await (const line of lines) {
  const { kind, ...given } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(RUN[kind](given))}\n`);
}
