import { env } from "../../env.ts";
import {
  array,
  binary,
  boolean,
  field,
  integer,
  long,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";
import { Timestamp, type Value } from "../../schema/value.ts";
import type { Publish, PublishProperties } from "./client.ts";

const pair = struct([field("key", string), field("value", string)]);

/** What MQTT 5 has beside the payload. */
const properties = struct([
  field("payloadFormatIndicator", boolean),
  field("messageExpiryInterval", long),
  field("contentType", string),
  field("responseTopic", string),
  field("correlationData", binary),
  field("userProperties", array(pair)),
]);

/** The columns of the source. */
export const messageSchema: StructType = struct([
  field("topic", string),
  field("payload", binary),
  field("qos", integer),
  field("retain", boolean),
  field("dup", boolean),
  field("messageId", integer),
  field("properties", properties),
  field("timestamp", timestamp),
]);

/** The row of a message that came now. */
export function rowOf(packet: Publish): readonly Value[] {
  const { topic, payload, qos, retain, dup, messageId } = packet;
  return [
    topic,
    typeof payload === "string" ? Buffer.from(payload) : payload,
    qos,
    retain,
    dup,
    qos === 0 ? null : (messageId ?? null),
    packet.properties === undefined ? null : propertiesOf(packet.properties),
    new Timestamp(BigInt(env.now()) * 1000n),
  ];
}

function propertiesOf(found: PublishProperties): Value {
  return {
    payloadFormatIndicator: found.payloadFormatIndicator ?? null,
    messageExpiryInterval: bigintOf(found.messageExpiryInterval),
    contentType: found.contentType ?? null,
    responseTopic: found.responseTopic ?? null,
    correlationData: found.correlationData ?? null,
    userProperties: found.userProperties === undefined ? null : pairsOf(found.userProperties),
  };
}

function bigintOf(value: number | undefined): bigint | null {
  return value === undefined ? null : BigInt(value);
}

function pairsOf(user: Readonly<Record<string, string | string[]>>): Value {
  return Object.entries(user).flatMap(([key, values]) =>
    [values].flat().map((value) => ({ key, value })),
  );
}
