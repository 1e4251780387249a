import { readFile } from "node:fs/promises";
import { error } from "../../error/error.ts";

/** What Node's TLS is told. */
export interface Tls {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
}

const off = new Set(["", "false", "disable", "disabled", "allow", "prefer", "preferred"]);
const unverified = new Set(["true", "require", "required"]);
const verified = new Set(["verify-ca", "verify-full", "verify_ca", "verify_identity"]);

/** What `sslmode` and the like mean; those that leave it to the server mean none. */
export async function tlsOf(mode = "", root?: string): Promise<Tls | false> {
  const name = mode.toLowerCase();
  if (off.has(name)) return false;
  if (!unverified.has(name) && !verified.has(name)) {
    const expected = "must be one of disable, prefer, require, verify-ca, verify-full";
    throw error("INVALID_OPTION_VALUE", { name: "sslmode", value: mode, expected });
  }
  const ca = root === undefined ? {} : { ca: await readFile(root, "utf8") };
  return { rejectUnauthorized: verified.has(name), ...ca };
}
