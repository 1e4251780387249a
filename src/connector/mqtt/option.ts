import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type OptionReader, optionReader } from "../option.ts";
import { pem } from "../pem.ts";

/** Where the broker is, and who asks. */
export interface BrokerOptions {
  /** As messages show it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly clientId: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly version: 3 | 4 | 5;
  readonly qos: 0 | 1 | 2;
  readonly keepAlive: number; // s
  readonly connectionTimeoutMs: number;
}

export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername: string;
  readonly rejectUnauthorized: boolean;
}

/** What only the source has. */
export interface SubscriptionOptions {
  readonly topics: readonly string[];
  readonly cleanSession: boolean;
  readonly receiveMaximum: number;
  readonly sessionExpiryInterval: number; // s
}

/** Schemes of Paho, whose names Bahir's users write, and of others: whether they mean TLS. */
const schemes: Readonly<Record<string, boolean>> = {
  "tcp:": false,
  "mqtt:": false,
  "ssl:": true,
  "tls:": true,
  "mqtts:": true,
};

/** Messages on their way that no batch can have yet. */
const defaultReceiveMaximum = 1_000;
/** MQTT 5 for a session that never ends. */
const forever = 0xffff_ffff;

export function mqttOptions(options: Options): OptionReader {
  return optionReader(options, "INVALID_OPTION_VALUE");
}

export function brokerOptions(read: OptionReader): BrokerOptions {
  const url = read.text("brokerUrl") ?? read.text("path");
  if (url === undefined) throw error("MISSING_OPTION", { format: "mqtt", name: "brokerUrl" });
  const place = placeOf(url);
  return {
    ...{ url, host: place.hostname.replace(/^\[|\]$/g, ""), clientId: read.text("clientId") },
    port: Number(place.port) || (schemes[place.protocol] ? 8883 : 1883),
    tls: schemes[place.protocol] ? tlsOptions(read, place.hostname) : undefined,
    ...{ username: read.text("username"), password: read.text("password") },
    version: versionOf(read),
    qos: (["0", "1", "2"].indexOf(choice(read, "QoS", ["0", "1", "2"], "1")) ?? 1) as 0 | 1 | 2,
    keepAlive: read.natural("keepAlive") ?? 60,
    connectionTimeoutMs: (read.positive("connectionTimeout") ?? 30) * 1000,
  };
}

function placeOf(url: string): URL {
  const fail = (expected: string): never => {
    throw error("INVALID_OPTION_VALUE", { name: "brokerUrl", value: url, expected });
  };
  if (!URL.canParse(url)) return fail("must be a URL, such as tcp://host:1883");
  const place = new URL(url);
  if (schemes[place.protocol] === undefined) {
    return fail(`must begin with one of ${Object.keys(schemes).join(" ")}`);
  }
  if (place.username !== "" || place.password !== "") {
    return fail("must not hold credentials: set the options username and password");
  }
  if (place.hostname === "") return fail("must name a host");
  return place;
}

/** 0 is Paho's "as it comes"; 3 is MQTT 3.1. */
function versionOf(read: OptionReader): 3 | 4 | 5 {
  const text = choice(read, "mqttVersion", ["0", "3", "4", "5"], "4");
  return text === "0" ? 4 : (Number(text) as 3 | 4 | 5);
}

function choice(
  read: OptionReader,
  name: string,
  known: readonly string[],
  absent: string,
): string {
  const value = read.text(name)?.trim() ?? absent;
  if (known.includes(value)) return value;
  throw error("INVALID_OPTION_VALUE", {
    name,
    value,
    expected: `must be one of ${known.join(", ")}`,
  });
}

function tlsOptions(read: OptionReader, host: string): TlsOptions {
  const [ca, cert, key] = ["ca", "cert", "key"].map((name) => pem(read, name));
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    servername: read.text("serverName") ?? (/^[\d.]+$|:/.test(host) ? "" : host),
    rejectUnauthorized: read.flag("rejectUnauthorized", true),
  };
}

export function subscriptionOptions(read: OptionReader): SubscriptionOptions {
  for (const name of ["persistence", "localStorage"]) {
    const value = read.text(name);
    if (value === undefined) continue;
    const remedy = "Remove it: messages are kept in the checkpoint";
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", { name, value, format: "mqtt", remedy });
  }
  const receiveMaximum = read.positive("receiveMaximum") ?? defaultReceiveMaximum;
  if (receiveMaximum > 0xffff) {
    const value = String(receiveMaximum);
    const expected = "must be 65535 at most";
    throw error("INVALID_OPTION_VALUE", { name: "receiveMaximum", value, expected });
  }
  return {
    topics: topicsOf(read),
    cleanSession: read.flag("cleanSession", false),
    receiveMaximum,
    sessionExpiryInterval: read.natural("sessionExpiryInterval") ?? forever,
  };
}

/** `a/#,b/+`, or a JSON array for filters with a comma. */
function topicsOf(read: OptionReader): readonly string[] {
  const value = read.text("topic")?.trim();
  if (value === undefined) throw error("MISSING_OPTION", { format: "mqtt", name: "topic" });
  const topics = value.startsWith("[") ? jsonTopics(value) : value.split(",");
  const names = topics?.map((topic) => topic.trim()) ?? [];
  if (names.length > 0 && names.every((topic) => topic !== "")) return [...new Set(names)];
  const expected = "must be topic filters with commas between them, or a JSON array of them";
  throw error("INVALID_OPTION_VALUE", { name: "topic", value, expected });
}

function jsonTopics(value: string): readonly string[] | undefined {
  try {
    const topics: unknown = JSON.parse(value);
    if (Array.isArray(topics) && topics.every((topic) => typeof topic === "string")) return topics;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  return undefined;
}
