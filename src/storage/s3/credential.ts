import { userInfo } from "node:os";
import { error } from "../../error/error.ts";
import type { HadoopOptions } from "../hadoop.ts";
import { importPeer } from "../peer.ts";
import type { S3Config } from "./client.ts";
import type { S3Options } from "./option.ts";

/** Credentials as the SDK has them. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

type Provider = () => Promise<Identity>;

/** What is used of @aws-sdk/credential-providers. */
export interface ProviderModule {
  fromEnv(): Provider;
  fromIni(init: { profile?: string; filepath?: string }): Provider;
  fromInstanceMetadata(): Provider;
  fromContainerMetadata(): Provider;
  fromTokenFile(): Provider;
  fromNodeProviderChain(): Provider;
  fromTemporaryCredentials(options: RoleOptions): Provider;
}

interface RoleOptions {
  params: {
    RoleArn: string;
    RoleSessionName: string;
    DurationSeconds: number;
    Policy?: string;
    ExternalId?: string;
  };
  masterCredentials: Provider;
  clientConfig: { region: string; endpoint?: string };
}

/** The role of the options, for which a session is asked of STS. */
const roleDefaults = {
  provider: "SimpleAWSCredentialsProvider, EnvironmentVariableCredentialsProvider",
  durationMs: 1_800_000,
  region: "us-east-1",
};

/**
 * The part of the client's configuration that says who asks: by the classes that
 * `fs.s3a.aws.credentials.provider` names, tried one after the other, as in Hadoop; without it by
 * the keys of the options; without those by the SDK's own chain.
 */
export async function credentialsOf(
  options: S3Options,
): Promise<Pick<S3Config, "credentials" | "signer">> {
  const option = "fs.s3a.aws.credentials.provider";
  const value = options.hadoop.text(option);
  if (value === undefined) {
    const identity = keysOf(options.hadoop, "fs.s3a.session.token");
    return identity === undefined ? {} : { credentials: identity };
  }
  const names = namesOf(value);
  if (names.length === 1 && kindOf(option, names[0]!) === "anonymous") return anonymous;
  const providers = names.map((name) => providerOf(options.hadoop, option, name));
  return { credentials: firstOf(providers) };
}

/** Requests without a signature. */
const anonymous: Pick<S3Config, "credentials" | "signer"> = {
  credentials: { accessKeyId: "anonymous", secretAccessKey: "anonymous" },
  signer: { sign: async (request) => request },
};

function namesOf(value: string): readonly string[] {
  return value.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
}

/** The classes Spark users name, of Hadoop and of both of AWS's SDKs, by the end of the name. */
const kinds = {
  AnonymousAWSCredentialsProvider: "anonymous",
  AnonymousAWSCredentials: "anonymous",
  AnonymousCredentialsProvider: "anonymous",
  SimpleAWSCredentialsProvider: "simple",
  TemporaryAWSCredentialsProvider: "temporary",
  EnvironmentVariableCredentialsProvider: "environment",
  IAMInstanceCredentialsProvider: "instance",
  InstanceProfileCredentialsProvider: "instance",
  EC2ContainerCredentialsProviderWrapper: "instance",
  ContainerCredentialsProvider: "instance",
  ProfileAWSCredentialsProvider: "profile",
  ProfileCredentialsProvider: "profile",
  WebIdentityTokenFileCredentialsProvider: "token file",
  WebIdentityTokenCredentialsProvider: "token file",
  DefaultCredentialsProvider: "chain",
  DefaultAWSCredentialsProviderChain: "chain",
  AssumedRoleCredentialProvider: "role",
} as const;

type Kind = (typeof kinds)[keyof typeof kinds];

function kindOf(option: string, name: string): Kind {
  const end = name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf("$")) + 1);
  if (Object.hasOwn(kinds, end)) return kinds[end as keyof typeof kinds];
  const expected = `classes of these names: ${Object.keys(kinds).join(", ")}`;
  throw error("STORAGE_OPTION_INVALID", { option, value: name, expected });
}

function providerOf(hadoop: HadoopOptions, option: string, name: string): Provider {
  const kind = kindOf(option, name);
  switch (kind) {
    case "anonymous":
      throw error("STORAGE_OPTION_INVALID", { option, value: name, expected: "it alone" });
    case "simple":
      return fromKeys(() => keysOf(hadoop), "fs.s3a.access.key and fs.s3a.secret.key");
    case "temporary":
      return fromKeys(
        () =>
          hadoop.text("fs.s3a.session.token") ? keysOf(hadoop, "fs.s3a.session.token") : undefined,
        "fs.s3a.access.key, fs.s3a.secret.key and fs.s3a.session.token",
      );
    case "environment":
      return sdk((providers) => providers.fromEnv());
    case "instance":
      return sdk((providers) =>
        firstOf([providers.fromContainerMetadata(), providers.fromInstanceMetadata()]),
      );
    case "profile":
      return sdk((providers) => providers.fromIni(profileOf(hadoop)));
    case "token file":
      return sdk((providers) => providers.fromTokenFile());
    case "chain":
      return sdk((providers) => providers.fromNodeProviderChain());
    case "role":
      return roleOf(hadoop);
  }
}

function keysOf(hadoop: HadoopOptions, token?: string): Identity | undefined {
  const accessKeyId = hadoop.text("fs.s3a.access.key");
  const secretAccessKey = hadoop.text("fs.s3a.secret.key");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const sessionToken = token === undefined ? undefined : hadoop.text(token);
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function fromKeys(keys: () => Identity | undefined, names: string): Provider {
  return async () => {
    const identity = keys();
    if (identity !== undefined) return identity;
    throw Object.assign(new Error(`${names} are not set`), { name: "CredentialsProviderError" });
  };
}

function profileOf(hadoop: HadoopOptions): { profile?: string; filepath?: string } {
  const profile = hadoop.text("fs.s3a.auth.profile.name");
  const filepath = hadoop.text("fs.s3a.auth.profile.file");
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(filepath === undefined ? {} : { filepath }),
  };
}

/** A provider of the SDK's; it keeps credentials itself until they are about to expire. */
function sdk(choose: (providers: ProviderModule) => Provider): Provider {
  let chosen: Promise<Provider> | undefined;
  return async () => {
    chosen ??= importPeer<ProviderModule>(
      "@aws-sdk/credential-providers",
      "the credentials of s3:// paths",
    ).then(choose);
    return await (await chosen)();
  };
}

function firstOf(providers: readonly Provider[]): Provider {
  return async () => {
    const reasons: string[] = [];
    for (const provider of providers) {
      try {
        return await provider();
      } catch (thrown) {
        if ((thrown as Error).name === "MillraceError") throw thrown;
        reasons.push((thrown as Error).message);
      }
    }
    const text = reasons.join("; ");
    throw Object.assign(new Error(text), { name: "CredentialsProviderError" });
  };
}

function roleOf(hadoop: HadoopOptions): Provider {
  const { text } = hadoop;
  const arn = text("fs.s3a.assumed.role.arn");
  const option = "fs.s3a.assumed.role.credentials.provider";
  if (arn === undefined) {
    const expected = "the ARN of the role that AssumedRoleCredentialProvider is to take";
    throw error("STORAGE_OPTION_INVALID", {
      option: "fs.s3a.assumed.role.arn",
      value: "absent",
      expected,
    });
  }
  const names = namesOf(text(option) ?? roleDefaults.provider);
  const masters = names.map((name) => {
    if (kindOf(option, name) === "role") {
      throw error("STORAGE_OPTION_INVALID", { option, value: name, expected: "another class" });
    }
    return providerOf(hadoop, option, name);
  });
  const duration = hadoop.milliseconds(
    "fs.s3a.assumed.role.session.duration",
    roleDefaults.durationMs,
    "s",
  );
  const [policy, external] = [
    text("fs.s3a.assumed.role.policy"),
    text("fs.s3a.assumed.role.external.id"),
  ];
  const endpoint = text("fs.s3a.assumed.role.sts.endpoint");
  return sdk((providers) =>
    providers.fromTemporaryCredentials({
      params: {
        RoleArn: arn,
        RoleSessionName: text("fs.s3a.assumed.role.session.name") ?? sessionName(),
        DurationSeconds: Math.floor(duration / 1_000),
        ...(policy === undefined ? {} : { Policy: policy }),
        ...(external === undefined ? {} : { ExternalId: external }),
      },
      masterCredentials: firstOf(masters),
      clientConfig: {
        region: text("fs.s3a.assumed.role.sts.endpoint.region") ?? roleDefaults.region,
        ...(endpoint === undefined
          ? {}
          : { endpoint: /:\/\//.test(endpoint) ? endpoint : `https://${endpoint}` }),
      },
    }),
  );
}

/** The user's name, as Hadoop has it, of the characters STS takes. */
function sessionName(): string {
  let name = "millrace";
  try {
    name = userInfo().username;
  } catch {
    // A container may run as a user without a name.
  }
  return name
    .replace(/[^\w,.@-]/g, "-")
    .slice(0, 64)
    .padEnd(2, "-");
}
