import { createHash, timingSafeEqual } from "node:crypto";
import { members, pem, read } from "./der.ts";

const magic = 0xfeedfeed;
const salt = "Mighty Aphrodite";
/** The key's protection, of Sun: a keystream of SHA-1. */
const digestBytes = 20;

/** A key store of Java, as it was before PKCS #12. */
export interface KeyStore {
  /** Those that are trusted, in PEM. */
  readonly certificates: readonly string[];
  /** The private keys with their chains, in PEM. */
  keys(password: string): readonly { readonly key: string; readonly chain: string }[];
}

export function isJks(bytes: Buffer): boolean {
  return bytes.length > 32 && bytes.readUInt32BE(0) === magic;
}

/** Reads a store, held to its checksum where there is a password. Its errors say what is wrong. */
export function readJks(bytes: Buffer, password: string | undefined): KeyStore {
  if (password !== undefined) checkWhole(bytes, password);
  const cursor = { at: 12 };
  const version = bytes.readUInt32BE(4);
  const block = (length: number): Buffer => {
    const part = bytes.subarray(cursor.at, cursor.at + length);
    if (part.length !== length) throw new Error("it is cut short");
    cursor.at += length;
    return part;
  };
  const word = (): number => block(4).readUInt32BE();
  const text = (): string => block(block(2).readUInt16BE()).toString("utf8");
  const certificate = (): string => {
    if (version === 2) text(); // its type
    return pem("CERTIFICATE", block(word()));
  };
  const certificates: string[] = [];
  const locked: { readonly bytes: Buffer; readonly chain: string }[] = [];
  for (let count = bytes.readUInt32BE(8); count > 0; count--) {
    const tag = word();
    text(); // the alias
    cursor.at += 8; // its time
    if (tag === 2) certificates.push(certificate());
    else if (tag === 1) {
      const own = block(word());
      const chain = Array.from({ length: word() }, certificate).join("");
      locked.push({ bytes: own, chain });
    } else throw new Error("it has an entry of another kind");
  }
  return {
    certificates,
    keys: (secret) =>
      locked.map((entry) => ({
        key: pem("PRIVATE KEY", unlocked(entry.bytes, secret)),
        chain: entry.chain,
      })),
  };
}

function checkWhole(bytes: Buffer, password: string): void {
  const end = bytes.length - digestBytes;
  const hash = createHash("sha1").update(utf16(password)).update(salt, "utf8");
  const sum = hash.update(bytes.subarray(0, end)).digest();
  if (!timingSafeEqual(sum, bytes.subarray(end))) throw new Error("the password does not fit");
}

/** Of an EncryptedPrivateKeyInfo: salt, key under a stream of digests, digest of the key. */
function unlocked(entry: Buffer, password: string): Buffer {
  const sealed = read(members(read(entry).content)[1]!.bytes).content;
  const secret = utf16(password);
  const body = sealed.subarray(digestBytes, sealed.length - digestBytes);
  const key = Buffer.alloc(body.length);
  let stream = sealed.subarray(0, digestBytes);
  for (let at = 0; at < body.length; at += digestBytes) {
    stream = createHash("sha1").update(secret).update(stream).digest();
    for (let i = 0; i < digestBytes && at + i < body.length; i++) {
      key[at + i] = body[at + i]! ^ stream[i]!;
    }
  }
  const sum = createHash("sha1").update(secret).update(key).digest();
  if (!sum.equals(sealed.subarray(sealed.length - digestBytes))) {
    throw new Error("the password does not fit its key");
  }
  return key;
}

function utf16(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}
