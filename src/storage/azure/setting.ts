import { error } from "../../error/error.ts";
import { type HadoopOptions, hadoopOptions } from "../hadoop.ts";
import { attemptsDefault } from "../retry.ts";
import type { Uri } from "../uri.ts";
import { type Connection, emulator, parseConnectionString } from "./connection-string.ts";
import { type Credential, credentialOf } from "./credential.ts";
import { accountOf, hostOf, type Place, placeOf } from "./place.ts";

/** What a store of a container is opened with. */
export interface Setting {
  readonly place: Place;
  readonly account: string;
  /** Of the Blob service, without a trailing slash. */
  readonly endpoint: string;
  readonly credential: Credential;
  /** What to set where access fails, for a sentence. */
  readonly remedy: string;
  /** Calls in all. */
  readonly attempts: number;
}

type Texts = Readonly<Record<string, string | undefined>>;

/**
 * Reads the session's options and the environment. Options by Hadoop's names count first, each
 * also with the container and the account's host after it; then `azure_storage_connection_string`
 * (DuckDB's name), then Azure's own environment variables, then what @azure/identity finds.
 */
export function settingOf(
  uri: Uri,
  options: Readonly<Record<string, string>>,
  environment: Texts,
): Setting {
  const place = placeOf(uri);
  const path = `${place.scheme}://${place.authority}`;
  const string = connectionString(hadoopOptions(options), environment);
  const host = place.host ?? hostByAccount(path, hadoopOptions(options), environment, string);
  const account = accountOf(host);
  const own = hadoopOptions(options, (name) => optionNames(name, place.container, host));
  refuseUnbuilt(own);
  const connection = string?.account === account ? string : undefined;
  const isEmulated = own.text("fs.azure.storage.emulator.account.name") === host;
  const known = isEmulated ? emulator : connection;
  const credential =
    credentialOf(own, path) ??
    (known && credentialIn(known)) ??
    credentialAround(account, environment);
  return {
    ...{ place, account, credential, endpoint: endpointOf(path, own, host, known) },
    remedy: remedyOf(credential, host),
    attempts: 1 + own.whole("fs.azure.io.retry.max.retries", attemptsDefault - 1),
  };
}

/** An account's options may be written for either of its services, or for its bare name. */
function optionNames(name: string, container: string, host: string): readonly string[] {
  const other = hostOf(host, host.includes(".dfs.") ? "blob" : "dfs");
  const hosts = [...new Set([host, other, accountOf(host)])];
  return [
    ...hosts.map((one) => `${name}.${container}.${one}`),
    ...hosts.map((one) => `${name}.${one}`),
    name,
  ];
}

/** What would be stored, or asked for, otherwise than the option says. */
function refuseUnbuilt(options: HadoopOptions): void {
  for (const option of [
    "fs.azure.client-provided-encryption-key",
    "fs.azure.encryption.encoded.client-provided-key",
    "fs.azure.encryption.context.provider.type",
  ]) {
    if (options.text(option) === undefined) continue;
    const expected = "no value: keys that clients provide are not built";
    throw error("STORAGE_OPTION_INVALID", { option, value: "set", expected });
  }
  const option = "fs.azure.account.keyprovider";
  const value = options.text(option);
  if (value === undefined || value.endsWith(".SimpleKeyProvider")) return;
  const expected = "no Java class; the key itself in fs.azure.account.key instead";
  throw error("STORAGE_OPTION_INVALID", { option, value, expected });
}

function connectionString(options: HadoopOptions, environment: Texts): Connection | undefined {
  const option = "azure_storage_connection_string";
  const text = options.text(option);
  if (text !== undefined) return parseConnectionString(text, option);
  const variable = "AZURE_STORAGE_CONNECTION_STRING";
  const around = environment[variable];
  return around ? parseConnectionString(around, variable) : undefined;
}

/** The account of `az://container/path`: delta-rs's and DuckDB's names for it, then Azure's. */
function hostByAccount(
  path: string,
  options: HadoopOptions,
  environment: Texts,
  connection: Connection | undefined,
): string {
  const account =
    options.text("azure_storage_account_name") ??
    options.text("azure_account_name") ??
    connection?.account ??
    environment["AZURE_STORAGE_ACCOUNT"] ??
    environment["AZURE_STORAGE_ACCOUNT_NAME"];
  if (account) return `${account}.dfs.core.windows.net`;
  const reason = "an az:// path does not name its storage account";
  const remedy =
    "Set azure_storage_account_name or AZURE_STORAGE_ACCOUNT, or write abfss://container@host/path";
  throw error("STORAGE_CREDENTIALS_INVALID", { path, reason, remedy });
}

function credentialIn({ key, sas }: Connection): Credential | undefined {
  if (key !== undefined) return { kind: "key", key };
  return sas === undefined ? undefined : { kind: "sas", token: sas };
}

/** The environment's key or token is of the account that it names, where it names one. */
function credentialAround(account: string, environment: Texts): Credential {
  const named =
    environment["AZURE_STORAGE_ACCOUNT"] ?? environment["AZURE_STORAGE_ACCOUNT_NAME"] ?? account;
  const key = environment["AZURE_STORAGE_KEY"] ?? environment["AZURE_STORAGE_ACCOUNT_KEY"];
  const token = environment["AZURE_STORAGE_SAS_TOKEN"];
  if (named === account && key) return { kind: "key", key };
  if (named === account && token) return { kind: "sas", token };
  return { kind: "default" };
}

/**
 * `fs.azure.abfs.endpoint` is `host:port`, as Hadoop has it, or a URL; the account is then in the
 * path, as emulators want it.
 */
function endpointOf(
  path: string,
  options: HadoopOptions,
  host: string,
  known: Connection | undefined,
): string {
  const option = "fs.azure.abfs.endpoint";
  const given = options.text(option);
  if (given === undefined && known !== undefined) return known.endpoint;
  const isSecure =
    options.flag("fs.azure.always.use.https", true) || /^(?:abfss|wasbs|az):/.test(path);
  const protocol = isSecure ? "https" : "http";
  if (given === undefined) return `${protocol}://${hostOf(host, "blob")}`;
  const url = /^https?:\/\//.test(given) ? given : `${protocol}://${given}`;
  if (!URL.canParse(url)) {
    const expected = "an address as 127.0.0.1:10000 or http://127.0.0.1:10000";
    throw error("STORAGE_OPTION_INVALID", { option, value: given, expected });
  }
  return `${url.replace(/\/+$/, "")}/${accountOf(host)}`;
}

function remedyOf(credential: Credential, host: string): string {
  switch (credential.kind) {
    case "key":
      return `Check fs.azure.account.key.${host} or the environment, and this machine's clock`;
    case "sas":
      return (
        `Check fs.azure.sas.fixed.token.${host} or the environment: when the token ends, ` +
        "and that it permits to read, write, create, delete and list"
      );
    case "default":
      return (
        `Set fs.azure.account.key.${host}, or fs.azure.account.auth.type.${host} and what that ` +
        "type needs, or sign in where @azure/identity finds it (az login)"
      );
    default:
      return (
        `Check fs.azure.account.oauth2.*.${host}, and that the identity has the role Storage ` +
        "Blob Data Contributor"
      );
  }
}
