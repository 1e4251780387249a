import { error } from "../../error/error.ts";
import { type HadoopOptions, hadoopOptions } from "../hadoop.ts";
import { readStallMs } from "./failure.ts";

/** How the service is reached and who we are, from the names the Hadoop connector has for it. */
export interface GcsOptions {
  /** With a slash at its end: the SDK then leaves it to `authenticated` whether to sign. */
  readonly endpoint: string;
  readonly authenticated: boolean;
  readonly projectId?: string;
  /** Who pays for the requests, where it is not the bucket's owner. */
  readonly userProject?: string;
  /** How long a read may bring nothing, ms; 0 is for ever. */
  readonly readTimeoutMs: number;
  readonly keyFilename?: string;
  /** The content of such a file. Without both: Application Default Credentials. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/** `fs.gs.auth.type`, in the words of the connector. */
const types = [
  "APPLICATION_DEFAULT",
  "COMPUTE_ENGINE",
  "SERVICE_ACCOUNT_JSON_KEYFILE",
  "USER_CREDENTIALS",
  "UNAUTHENTICATED",
] as const;

/** What of the connector's has no counterpart here: silence would use other credentials. */
const unsupported = [
  "auth.access.token.provider",
  "auth.access.token.provider.impl",
  "auth.service.account.keyfile",
  "auth.impersonation.service.account",
];

const defaultEndpoint = "https://storage.googleapis.com/";

/**
 * Reads the session's configuration: `fs.gs.*`, and where that is not set `google.cloud.*`.
 * `environment` is the process's.
 */
export function gcsOptions(
  options: Readonly<Record<string, string>>,
  bucket: string,
  environment: Readonly<Record<string, string | undefined>>,
): GcsOptions {
  const names = (name: string): string[] => [`fs.gs.${name}`, `google.cloud.${name}`];
  const hadoop = hadoopOptions(options, names);
  for (const name of unsupported) {
    const value = hadoop.text(name);
    if (value !== undefined) throw invalid(name, value, "no value: it is not built here");
  }
  const emulator = environment["STORAGE_EMULATOR_HOST"];
  const root = hadoop.text("storage.root.url");
  const type = typeOf(hadoop, root === undefined && emulator !== undefined);
  const projectId = hadoop.text("project.id");
  const userProject = payer(hadoop, bucket, projectId);
  return {
    endpoint: slashed(root ?? emulator ?? defaultEndpoint),
    readTimeoutMs: hadoop.milliseconds("http.read-timeout", readStallMs),
    authenticated: type !== "UNAUTHENTICATED",
    ...(projectId === undefined ? {} : { projectId }),
    ...(userProject === undefined ? {} : { userProject }),
    ...identity(type, hadoop),
  };
}

function invalid(name: string, value: string, expected: string): Error {
  return error("STORAGE_OPTION_INVALID", { option: `fs.gs.${name}`, value, expected });
}

function slashed(endpoint: string): string {
  const url = /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
  return `${url.replace(/\/+$/, "")}/`;
}

type AuthType = (typeof types)[number] | "PRIVATE_KEY";

function typeOf(hadoop: HadoopOptions, emulated: boolean): AuthType {
  const named = hadoop.text("auth.type");
  if (named !== undefined) {
    const known = types.find((type) => type === named.toUpperCase());
    if (known) return known;
    throw invalid("auth.type", named, `one of ${types.join(", ")}`);
  }
  if (hadoop.text("auth.service.account.json.keyfile")) return "SERVICE_ACCOUNT_JSON_KEYFILE";
  if (hadoop.text("auth.service.account.private.key")) return "PRIVATE_KEY";
  if (hadoop.text("auth.refresh.token")) return "USER_CREDENTIALS";
  const anonymous = hadoop.flag("auth.null.enable", emulated);
  return anonymous ? "UNAUTHENTICATED" : "APPLICATION_DEFAULT";
}

type Identity = Pick<GcsOptions, "keyFilename" | "credentials">;

function identity(type: AuthType, hadoop: HadoopOptions): Identity {
  const needed = (name: string): string => {
    const value = hadoop.text(name);
    if (value !== undefined) return value;
    throw invalid(name, "absent", `a value: the credentials are of the type ${type}`);
  };
  if (type === "SERVICE_ACCOUNT_JSON_KEYFILE") {
    return { keyFilename: needed("auth.service.account.json.keyfile") };
  }
  if (type === "PRIVATE_KEY") {
    const id = hadoop.text("auth.service.account.private.key.id");
    return {
      credentials: {
        type: "service_account",
        client_email: needed("auth.service.account.email"),
        private_key: needed("auth.service.account.private.key").replaceAll("\\n", "\n"),
        ...(id === undefined ? {} : { private_key_id: id }),
      },
    };
  }
  if (type !== "USER_CREDENTIALS") return {};
  return {
    credentials: {
      type: "authorized_user",
      client_id: needed("auth.client.id"),
      client_secret: needed("auth.client.secret"),
      refresh_token: needed("auth.refresh.token"),
    },
  };
}

/** The project that pays for the requests; the mode AUTO would need a first request that fails. */
function payer(hadoop: HadoopOptions, bucket: string, projectId?: string): string | undefined {
  const mode = (hadoop.text("requester.pays.mode") ?? "DISABLED").toUpperCase();
  if (mode === "DISABLED") return undefined;
  if (mode !== "ENABLED" && mode !== "CUSTOM") {
    throw invalid("requester.pays.mode", mode, "DISABLED, ENABLED or CUSTOM");
  }
  const buckets = hadoop.text("requester.pays.buckets")?.split(",") ?? [];
  const pays = mode === "ENABLED" || buckets.some((name) => name.trim() === bucket);
  return pays ? (hadoop.text("requester.pays.project.id") ?? projectId) : undefined;
}
