import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { PublishOptions, PublishProperties } from "./client.ts";

/** What is published of a row. */
export interface Message extends PublishOptions {
  readonly topic: string;
  readonly payload: Buffer;
}

/** What holds for all rows. */
export interface MessageOptions {
  /** Wins over the column. */
  readonly topic: string | undefined;
  /** Where no column says otherwise. */
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

type ReadMessage = (columns: readonly (readonly Value[])[], row: number) => Message;

/** How the rows of a schema become messages. SINK_COLUMN_INVALID where they cannot. */
export function messageReader(schema: StructType, options: MessageOptions): ReadMessage {
  const columns = columnsOf(schema);
  if (columns.value < 0) {
    throw invalid("value", "STRING or BINARY", "there is no such column, nor one named payload");
  }
  if (options.topic === undefined && columns.topic < 0) {
    throw invalid("topic", "STRING", "there is no such column, nor the option topic");
  }
  return (values, row) => {
    const at = (index: number): Value => (index < 0 ? null : (values[index]?.[row] ?? null));
    const topic = topicOf(options.topic ?? at(columns.topic));
    const properties = at(columns.properties);
    return {
      topic,
      payload: payloadOf(at(columns.value)),
      qos: qosOf(at(columns.qos) ?? options.qos),
      retain: Boolean(at(columns.retain) ?? options.retain),
      ...(properties === null ? {} : { properties: propertiesOf(properties) }),
    };
  };
}

/** The columns that mean something, by the types they may have. */
const known = {
  value: ["string", "binary"],
  payload: ["string", "binary"],
  topic: ["string"],
  qos: ["integer", "short", "byte"],
  retain: ["boolean"],
  properties: ["struct"],
} as const;

function columnsOf({ fields }: StructType): Record<keyof typeof known, number> {
  const place = (name: keyof typeof known): number => {
    const at = fields.findIndex((one) => one.name.toLowerCase() === name);
    const type = fields[at]?.type.type;
    const types: readonly string[] = known[name];
    if (type === undefined || types.includes(type)) return at;
    throw invalid(name, types.join(" or ").toUpperCase(), `it is ${type.toUpperCase()}`);
  };
  const [value, payload] = [place("value"), place("payload")];
  return {
    ...{ value: value < 0 ? payload : value, payload },
    ...{ topic: place("topic"), qos: place("qos"), retain: place("retain") },
    properties: place("properties"),
  };
}

function invalid(column: string, types: string, reason: string): Error {
  return error("SINK_COLUMN_INVALID", { format: "mqtt", column, types, reason });
}

function topicOf(value: Value): string {
  if (typeof value === "string" && /^[^+#\0]+$/.test(value)) return value;
  const shown = typeof value === "string" ? `'${value}'` : "null";
  throw invalid("topic", "STRING", `${shown} is no topic that can be published to`);
}

function payloadOf(value: Value): Buffer {
  if (value === null) return Buffer.alloc(0);
  return typeof value === "string" ? Buffer.from(value) : Buffer.from(value as Uint8Array);
}

function qosOf(value: Value): 0 | 1 | 2 {
  if (value === 0 || value === 1 || value === 2) return value;
  throw invalid("qos", "INT", `${String(value)} is not 0, 1 or 2`);
}

/** MQTT 5: the members of the source's column of this name; others are left alone. */
function propertiesOf(value: Value): PublishProperties {
  const members = value as Readonly<Record<string, Value>>;
  const properties: PublishProperties = {};
  const { contentType, responseTopic, correlationData, messageExpiryInterval } = members;
  if (typeof members["payloadFormatIndicator"] === "boolean") {
    properties.payloadFormatIndicator = members["payloadFormatIndicator"];
  }
  if (typeof messageExpiryInterval === "bigint") {
    properties.messageExpiryInterval = Number(messageExpiryInterval);
  }
  if (typeof contentType === "string") properties.contentType = contentType;
  if (typeof responseTopic === "string") properties.responseTopic = responseTopic;
  if (correlationData instanceof Uint8Array) {
    properties.correlationData = Buffer.from(correlationData);
  }
  if (Array.isArray(members["userProperties"])) {
    properties.userProperties = userOf(members["userProperties"]);
  }
  return properties;
}

function userOf(pairs: readonly Value[]): Record<string, string[]> {
  const user: Record<string, string[]> = Object.create(null);
  for (const pair of pairs) {
    const { key, value } = (pair ?? {}) as { readonly key?: Value; readonly value?: Value };
    if (typeof key !== "string") continue;
    user[key] = [...(user[key] ?? []), typeof value === "string" ? value : ""];
  }
  return user;
}
