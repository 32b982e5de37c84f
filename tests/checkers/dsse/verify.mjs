#!/usr/bin/env node
// Verifies a DSSE envelope with nothing but Node: verify.mjs ENVELOPE KEY..., each KEY as ed25519:<64 hex>.
// Exit code 0 if each of the keys has signed what the envelope holds.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [file, ...keys] = process.argv.slice(2);
if (!file || keys.length === 0) {
  console.error("usage: verify.mjs ENVELOPE KEY...");
  process.exit(2);
}
const envelope = JSON.parse(readFileSync(file, "utf8"));
const payload = Buffer.from(envelope.payload, "base64");
const type = Buffer.from(envelope.payloadType, "utf8");
// DSSE's pre-authentication encoding: lengths in bytes, in decimal.
const signed = Buffer.concat([
  Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload,
]);
// The prefix of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410).
const prefix = Buffer.from("302a300506032b6570032100", "hex");

let missing = 0;
for (const key of keys) {
  const raw = Buffer.from(key.replace(/^ed25519:/, ""), "hex");
  const publicKey = createPublicKey({ key: Buffer.concat([prefix, raw]), format: "der", type: "spki" });
  const holds = envelope.signatures.some(
    ({ keyid, sig }) => keyid === key && verify(null, signed, publicKey, Buffer.from(sig, "base64")),
  );
  console.log(`${key}: ${holds ? "verified" : "NO SIGNATURE THAT VERIFIES"}`);
  missing += holds ? 0 : 1;
}
process.exit(missing ? 1 : 0);
