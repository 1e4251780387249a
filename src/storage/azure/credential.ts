import { error } from "../../error/error.ts";
import type { HadoopOptions } from "../hadoop.ts";

/** Who asks, as the options say it. */
export type Credential =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "sas"; readonly token: string }
  | {
      readonly kind: "client";
      readonly tenant: string;
      readonly client: string;
      readonly secret: string;
      readonly authority: string;
    }
  | { readonly kind: "managed"; readonly client?: string }
  | {
      readonly kind: "workload";
      readonly tenant: string;
      readonly client: string;
      readonly file: string;
      readonly authority: string;
    }
  /** What @azure/identity finds: environment, workload, managed identity, a developer's login. */
  | { readonly kind: "default" };

const name = {
  type: "fs.azure.account.auth.type",
  key: "fs.azure.account.key",
  fixedSas: "fs.azure.sas.fixed.token",
  containerSas: "fs.azure.sas",
  sasProvider: "fs.azure.sas.token.provider.type",
  provider: "fs.azure.account.oauth.provider.type",
  client: "fs.azure.account.oauth2.client.id",
  secret: "fs.azure.account.oauth2.client.secret",
  endpoint: "fs.azure.account.oauth2.client.endpoint",
  tenant: "fs.azure.account.oauth2.msi.tenant",
  authority: "fs.azure.account.oauth2.msi.authority",
  msiEndpoint: "fs.azure.account.oauth2.msi.endpoint",
  tokenFile: "fs.azure.account.oauth2.token.file",
} as const;

/**
 * The credential that Hadoop's options give for a path; undefined where they give none. Without
 * `fs.azure.account.auth.type` it is told by which of them there are.
 */
export function credentialOf(options: HadoopOptions, path: string): Credential | undefined {
  const must = (option: string, of: string): string => {
    const value = options.text(option);
    if (value !== undefined) return value;
    const reason = `${of} needs ${option}, which is not set`;
    const remedy = "Set it, for all accounts or with .<account host> after the name";
    throw error("STORAGE_CREDENTIALS_INVALID", { path, reason, remedy });
  };
  const type = options.text(name.type);
  switch (type?.toLowerCase()) {
    case undefined:
      return sas(options) ?? key(options) ?? oauth(options, must);
    case "sharedkey":
      return key(options) ?? { kind: "key", key: must(name.key, "SharedKey") };
    case "sas":
      return sas(options) ?? { kind: "sas", token: must(name.fixedSas, "SAS") };
    case "oauth":
      must(name.provider, "OAuth");
      return oauth(options, must);
    default: {
      const expected = "SharedKey, OAuth or SAS";
      throw error("STORAGE_OPTION_INVALID", { option: name.type, value: type!, expected });
    }
  }
}

type Must = (option: string, of: string) => string;

function key(options: HadoopOptions): Credential | undefined {
  const value = options.text(name.key);
  return value === undefined ? undefined : { kind: "key", key: value };
}

function sas(options: HadoopOptions): Credential | undefined {
  const provider = options.text(name.sasProvider);
  const token = options.text(name.containerSas) ?? options.text(name.fixedSas);
  if (provider !== undefined && token === undefined) {
    const expected = `no Java class; a token in ${name.fixedSas} instead`;
    throw error("STORAGE_OPTION_INVALID", { option: name.sasProvider, value: provider, expected });
  }
  return token === undefined ? undefined : { kind: "sas", token };
}

const msiDefault = "http://169.254.169.254/metadata/identity/oauth2/token";
const authorityDefault = "https://login.microsoftonline.com";
const tokenFileDefault = "/var/run/secrets/azure/tokens/azure-identity-token";

function oauth(options: HadoopOptions, must: Must): Credential | undefined {
  const provider = options.text(name.provider);
  const of = provider?.split(".").at(-1);
  const client = options.text(name.client);
  switch (of) {
    case undefined:
      return undefined;
    case "ClientCredsTokenProvider":
      return {
        ...{ kind: "client", ...tenantOf(must(name.endpoint, of)) },
        ...{ client: must(name.client, of), secret: must(name.secret, of) },
      };
    case "MsiTokenProvider": {
      const endpoint = options.text(name.msiEndpoint) ?? msiDefault;
      if (endpoint !== msiDefault) {
        const expected = "no value: the machine's own is found by @azure/identity";
        throw error("STORAGE_OPTION_INVALID", {
          ...{ option: name.msiEndpoint, value: endpoint, expected },
        });
      }
      return { kind: "managed", ...(client !== undefined && { client }) };
    }
    case "WorkloadIdentityTokenProvider":
      return {
        ...{ kind: "workload", tenant: must(name.tenant, of), client: must(name.client, of) },
        file: options.text(name.tokenFile) ?? tokenFileDefault,
        authority: (options.text(name.authority) ?? authorityDefault).replace(/\/+$/, ""),
      };
    default: {
      const expected =
        "ClientCredsTokenProvider, MsiTokenProvider or WorkloadIdentityTokenProvider of Hadoop";
      throw error("STORAGE_OPTION_INVALID", { option: name.provider, value: provider!, expected });
    }
  }
}

/** Hadoop has the whole address of the token: the authority's host, the tenant, and the rest. */
function tenantOf(endpoint: string): { readonly tenant: string; readonly authority: string } {
  const [, authority, tenant] =
    /^(https:\/\/[^/]+)\/([^/]+)\/oauth2\/(?:v2\.0\/)?token\/?$/.exec(endpoint) ?? [];
  if (authority !== undefined && tenant !== undefined) return { authority, tenant };
  const expected = "an address as https://login.microsoftonline.com/<tenant>/oauth2/token";
  throw error("STORAGE_OPTION_INVALID", { option: name.endpoint, value: endpoint, expected });
}
