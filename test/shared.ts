import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root =
  process.env["MILLRACE_SHARED"] ??
  resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "shared");

/** A path in the shared folder of test material, or undefined where it is absent. */
export function sharedPath(path: string): string | undefined {
  const full = join(root, path);
  return existsSync(full) ? full : undefined;
}

/** Why a test that needs shared material is skipped. */
export function sharedReason(path: string): string {
  return `no shared test material at ${path}: set MILLRACE_SHARED to the folder that holds it`;
}
