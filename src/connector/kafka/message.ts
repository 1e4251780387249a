import { error } from "../../error/error.ts";
import { sameType } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import {
  array,
  binary,
  type DataType,
  double,
  field,
  integer,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";
import { Timestamp, type Value } from "../../schema/value.ts";
import type { KafkaMessage } from "./record.ts";

/** A row of column vectors as a record. KAFKA_INVALID_RECORD. */
export type ReadMessage = (columns: readonly (readonly Value[])[], row: number) => KafkaMessage;

const headersType = array(struct([field("key", string), field("value", binary)]));

/** The columns that mean something, and the types they may have; others are passed over. */
const known = {
  topic: [string],
  key: [string, binary],
  value: [string, binary],
  headers: [headersType],
  partition: [integer],
  timestamp: [double, timestamp],
} satisfies Record<string, readonly DataType[]>;

type Name = keyof typeof known;

/** How the rows of a schema become records. KAFKA_SINK_COLUMN_INVALID where they cannot. */
export function messageReader({ fields }: StructType, fixed: string | undefined): ReadMessage {
  const place = (name: Name): number => {
    const at = fields.findIndex((one) => one.name === name);
    const type = fields[at]?.type;
    const types: readonly DataType[] = known[name];
    if (type === undefined || types.some((one) => sameType(one, type))) return at;
    throw invalid(
      `${name} attribute unsupported type ${formatDataType(type)}. ${name} must be a(n) ` +
        types.map(formatDataType).join(" or "),
    );
  };
  const topic = fixed === undefined ? place("topic") : -1;
  if (fixed === undefined && topic < 0) {
    throw invalid(
      "topic option required when no 'topic' attribute is present. Use the topic option for " +
        "setting a topic",
    );
  }
  const [key, value] = [place("key"), place("value")];
  if (value < 0) throw invalid("Required attribute 'value' not found");
  const [headers, partition, time] = [place("headers"), place("partition"), place("timestamp")];
  return (columns, row) => {
    const at = (index: number): Value => columns[index]?.[row] ?? null;
    const [bytes, keyBytes] = [bytesOf(at(value)), bytesOf(at(key))];
    return {
      topic: fixed ?? topicOf(at(topic)),
      ...(keyBytes ? { key: keyBytes } : {}),
      ...(bytes ? { value: bytes } : {}),
      ...headersOf(at(headers)),
      ...partitionOf(at(partition)),
      ...timestampOf(at(time)),
    };
  };
}

function bytesOf(value: Value): Uint8Array | undefined {
  if (value === null) return undefined;
  return typeof value === "string" ? Buffer.from(value) : (value as Uint8Array);
}

function topicOf(value: Value): string {
  if (typeof value === "string") return value;
  throw wrong("null topic present in the data. Use the topic option for setting a default topic");
}

function headersOf(value: Value): Pick<KafkaMessage, "headers"> {
  if (value === null) return {};
  const pairs = value as readonly { readonly key: Value; readonly value: Value }[];
  const headers = pairs.map((pair) => {
    if (typeof pair?.key === "string") return [pair.key, bytesOf(pair.value) ?? null] as const;
    throw wrong("a header has no key");
  });
  return { headers };
}

function partitionOf(value: Value): Pick<KafkaMessage, "partition"> {
  if (value === null) return {};
  const partition = Number(value);
  if (partition >= 0) return { partition };
  throw wrong(`the partition ${partition} is negative`);
}

function timestampOf(value: Value): Pick<KafkaMessage, "timestamp"> {
  if (value === null) return {};
  const micros =
    value instanceof Timestamp ? value.micros : BigInt(Math.trunc(Number(value) * 1_000_000));
  const ms = micros / 1_000n;
  if (ms >= 0n) return { timestamp: ms };
  throw wrong(`the timestamp ${ms} is before 1970`);
}

function invalid(reason: string): Error {
  return error("KAFKA_SINK_COLUMN_INVALID", { reason });
}

function wrong(reason: string): Error {
  return error("KAFKA_INVALID_RECORD", { reason });
}
