import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { parseJaas } from "./jaas.ts";
import { type OAuth, oauthOf } from "./oauth.ts";

/** What the options `kafka.*` say of the client. */
export interface KafkaConfig {
  /** As the user wrote them. */
  readonly servers: string;
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Raises no error where set: read_committed leaves out what was aborted, and is not decided. */
  readonly committed: boolean;
  readonly checkCrcs: boolean;
  readonly connectMs: number;
  readonly requestMs: number;
  /** How long a question is asked again, ms. */
  readonly apiMs: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly fetch: {
    readonly waitMs: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly partitionBytes: number;
  };
  readonly secure: boolean;
  readonly sasl?: Credentials;
  /** All of them, without `kafka.`, for what reads more: stores of TLS, the producer. */
  readonly own: Options;
}

/** What a client shows of itself. */
export type Credentials =
  | {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: "OAUTHBEARER"; readonly oauth: OAuth };

/** Properties that change what is trusted or read, and that are Java's own. */
const unbuilt = [
  "sasl.client.callback.handler.class",
  "sasl.login.callback.handler.class",
  "sasl.login.class",
  "sasl.oauthbearer.jwt.retriever.class",
  "security.providers",
  "ssl.engine.factory.class",
  "ssl.provider",
];

/** Reads the options `kafka.*` of a source or sink. KAFKA_ILLEGAL_OPTION. */
export function kafkaConfig(options: Options): KafkaConfig {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith("kafka.")) own[name.slice("kafka.".length)] = value;
  }
  for (const name of unbuilt) {
    if (own[name] === undefined || isOwnLogin(name, own[name])) continue;
    const remedy = "It names a class of Java: remove it";
    const told = { name: `kafka.${name}`, value: own[name], format: "kafka", remedy };
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", told);
  }
  const servers = own["bootstrap.servers"];
  if (servers === undefined) {
    throw illegal("Option 'kafka.bootstrap.servers' must be specified for configuring Kafka");
  }
  const protocol = (own["security.protocol"] ?? "PLAINTEXT").toUpperCase();
  if (!["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"].includes(protocol)) {
    throw illegal(`kafka.security.protocol is ${protocol}, which there is not`);
  }
  const whole = wholeReader(own);
  return {
    servers,
    brokers: brokersOf(servers),
    clientId: own["client.id"] ?? "millrace",
    committed: isolation(own["isolation.level"]),
    checkCrcs: own["check.crcs"]?.toLowerCase() !== "false",
    connectMs: whole("socket.connection.setup.timeout.ms", 10_000),
    requestMs: whole("request.timeout.ms", 30_000),
    apiMs: whole("default.api.timeout.ms", 60_000),
    backoffMs: whole("retry.backoff.ms", 100),
    backoffMaxMs: whole("retry.backoff.max.ms", 1_000),
    fetch: {
      waitMs: whole("fetch.max.wait.ms", 500),
      minBytes: whole("fetch.min.bytes", 1),
      maxBytes: whole("fetch.max.bytes", 50 << 20),
      partitionBytes: whole("max.partition.fetch.bytes", 1 << 20),
    },
    secure: protocol.endsWith("SSL"),
    ...(protocol.startsWith("SASL") ? { sasl: saslOf(own) } : {}),
    own,
  };
}

/** Java's clients name Kafka's own handler to get tokens from an endpoint, as is done here. */
function isOwnLogin(name: string, value: string): boolean {
  const handler = /^org\.apache\.kafka\.[\w.]*\bOAuthBearerLoginCallbackHandler$/;
  return name === "sasl.login.callback.handler.class" && handler.test(value);
}

function wholeReader(own: Options): (name: string, absent: number) => number {
  return (name, absent) => {
    const text = own[name]?.trim();
    if (text === undefined) return absent;
    if (/^\d{1,10}$/.test(text)) return Number(text);
    throw illegal(`kafka.${name} must be a whole number, and is ${text}`);
  };
}

function brokersOf(servers: string): readonly string[] {
  const brokers = servers
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  if (brokers.length === 0) throw illegal("kafka.bootstrap.servers names no broker");
  for (const broker of brokers) {
    if (/^(\[[\da-f:.]+\]|[^:\s/]+):\d{1,5}$/i.test(broker)) continue;
    throw illegal(`kafka.bootstrap.servers has ${broker}, which must be <host>:<port>`);
  }
  return brokers;
}

function isolation(text = "read_uncommitted"): boolean {
  const level = text.toLowerCase();
  if (level === "read_committed" || level === "read_uncommitted") return level === "read_committed";
  throw illegal(`kafka.isolation.level must be read_committed or read_uncommitted, and is ${text}`);
}

const modules: Readonly<Record<string, RegExp>> = {
  PLAIN: /^PlainLoginModule$/,
  "SCRAM-SHA-256": /^ScramLoginModule$/,
  "SCRAM-SHA-512": /^ScramLoginModule$/,
  OAUTHBEARER: /^OAuthBearerLoginModule$/,
};

function saslOf(own: Options): Credentials {
  const mechanism = own["sasl.mechanism"] ?? "GSSAPI";
  const module = Object.hasOwn(modules, mechanism) ? modules[mechanism] : undefined;
  if (module === undefined) {
    const known = Object.keys(modules).join(", ");
    const why =
      mechanism === "GSSAPI" ? "Kerberos, which is the default, is not spoken here. " : "";
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", {
      ...{ name: "kafka.sasl.mechanism", value: mechanism, format: "kafka" },
      remedy: `${why}Use one of ${known}, on a listener of the brokers that takes it`,
    });
  }
  const text = own["sasl.jaas.config"];
  if (text === undefined) throw illegal(`kafka.sasl.jaas.config is needed for ${mechanism}`);
  const { name, options } = parseJaas(text);
  if (!module.test(name)) {
    throw illegal(`kafka.sasl.jaas.config names ${name}, which is not of ${mechanism}`);
  }
  if (mechanism === "OAUTHBEARER") return { mechanism, oauth: oauthOf(own, options) };
  const { username, password } = options;
  if (username === undefined || password === undefined) {
    throw illegal("kafka.sasl.jaas.config must give username and password");
  }
  return { mechanism: mechanism as "PLAIN" | `SCRAM-SHA-${256 | 512}`, username, password };
}

function illegal(reason: string): Error {
  return error("KAFKA_ILLEGAL_OPTION", { reason });
}
