import { error } from "../../error/error.ts";
import { formatUri, type Uri } from "../uri.ts";

/** A container, as a URI names it: `abfss://container@account.dfs.core.windows.net`. */
export interface Place {
  readonly scheme: string;
  readonly authority: string;
  readonly container: string;
  /** The account's host; absent in `az://container/path`, which leaves the account to options. */
  readonly host?: string;
}

/** Throws STORAGE_OPTION_INVALID for an authority that names no container, or no account. */
export function placeOf(uri: Uri): Place {
  const { scheme, authority } = uri;
  const [, container, host] = /^([^@]+)(?:@([^@:]+))?$/.exec(authority) ?? [];
  if (container === undefined || (host === undefined && scheme !== "az")) {
    const example = `container@account.${service(scheme)}.core.windows.net`;
    const expected =
      scheme === "az"
        ? "a container, as az://container/path"
        : `a container and an account, as ${scheme}://${example}/path`;
    throw error("STORAGE_OPTION_INVALID", { option: "path", value: formatUri(uri), expected });
  }
  return { scheme, authority, container, ...(host !== undefined && { host: host.toLowerCase() }) };
}

function service(scheme: string): string {
  return scheme.startsWith("wasb") ? "blob" : "dfs";
}

/** The account a host is of: `account` of `account.dfs.core.chinacloudapi.cn`. */
export function accountOf(host: string): string {
  return host.split(".", 1)[0]!;
}

/** The same account's host at another of its services, in whatever cloud it is. */
export function hostOf(host: string, of: "blob" | "dfs"): string {
  return host.replace(/\.(?:blob|dfs)\./, `.${of}.`);
}
