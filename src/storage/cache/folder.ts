import { lstat, mkdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where caches of this user are by the custom of the system; undefined: the user has no home. */
export function userFolder(
  { LOCALAPPDATA: local, XDG_CACHE_HOME: xdg }: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (platform === "win32" && local) return join(local, "millrace", "cache");
  if (xdg && isAbsolute(xdg) && platform !== "darwin") return join(xdg, "millrace", "files");
  const home = homeOf();
  if (home === undefined) return undefined;
  if (platform === "darwin") return join(home, "Library", "Caches", "millrace", "files");
  return join(home, ".cache", "millrace", "files");
}

/** A container may run as a user whom nobody gave a name or a home. */
function homeOf(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) && home !== "/" ? home : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A folder of this user's in the temporary folder, where everybody may make names: it is made, or
 * was made by this user and is open to nobody else. Undefined: somebody else has the name.
 */
export async function temporaryFolder(parent: string = tmpdir()): Promise<string | undefined> {
  const uid = process.getuid?.();
  const folder = join(parent, `millrace-${uid ?? "user"}`);
  await mkdir(folder, { mode: 0o700 }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== "EEXIST") throw thrown;
  });
  const found = await lstat(folder);
  if (!found.isDirectory()) return undefined;
  // Without user ids (Windows) the temporary folder is the user's own.
  const isOurs = uid === undefined || (found.uid === uid && (found.mode & 0o077) === 0);
  return isOurs ? folder : undefined;
}
