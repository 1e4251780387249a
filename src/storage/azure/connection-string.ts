import { error } from "../../error/error.ts";

/** What a connection string of Azure Storage says of the Blob service of an account. */
export interface Connection {
  readonly account: string;
  /** Without a trailing slash: `https://account.blob.core.windows.net`. */
  readonly endpoint: string;
  readonly key?: string;
  readonly sas?: string;
}

/** The emulator's only account and its key, which its documentation gives to all. */
export const emulator: Connection = {
  account: "devstoreaccount1",
  endpoint: "http://127.0.0.1:10000/devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

/** Parses `Name=value;...`. `option` is where the text stands, for the error. */
export function parseConnectionString(text: string, option: string): Connection {
  const parts = new Map(
    text
      .split(";")
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .map((part) => {
        const at = part.indexOf("=");
        return [part.slice(0, at).toLowerCase(), part.slice(at + 1)] as const;
      }),
  );
  if (parts.get("usedevelopmentstorage") === "true") return emulator;
  const suffix = parts.get("endpointsuffix") ?? "core.windows.net";
  const protocol = parts.get("defaultendpointsprotocol") ?? "https";
  const named = parts.get("accountname");
  const endpoint =
    parts.get("blobendpoint")?.replace(/\/+$/, "") ??
    (named === undefined ? undefined : `${protocol}://${named}.blob.${suffix}`);
  const account = named ?? (endpoint === undefined ? undefined : accountAt(endpoint));
  if (endpoint === undefined || account === undefined) {
    const expected = "AccountName or BlobEndpoint in it, as the portal shows the connection string";
    // The text holds a secret: it is not said.
    throw error("STORAGE_OPTION_INVALID", { option, value: "a text without them", expected });
  }
  const key = parts.get("accountkey");
  const sas = parts.get("sharedaccesssignature");
  return {
    ...{ account, endpoint },
    ...(key !== undefined && { key }),
    ...(sas !== undefined && { sas }),
  };
}

/** The account an endpoint is of: in its host, or where that is an address, in its path. */
function accountAt(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { hostname, pathname } = new URL(endpoint);
  const byPath = /^[\d.]+$/.test(hostname) || !hostname.includes(".");
  const account = byPath ? pathname.split("/")[1] : hostname.split(".")[0];
  return account === "" ? undefined : account;
}
