import {
  binary,
  field,
  long,
  map,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";
import { Timestamp, type Value } from "../../schema/value.ts";
import type { ReceivedEvent } from "./peer.ts";

/** The columns of the source, as Spark's connector has them. */
export const eventSchema: StructType = struct([
  field("body", binary),
  field("partition", string),
  field("offset", string),
  field("sequenceNumber", long),
  field("enqueuedTime", timestamp),
  field("publisher", string),
  field("partitionKey", string),
  field("properties", map(string, string)),
  field("systemProperties", map(string, string)),
]);

type Cell = (event: ReceivedEvent, partition: number) => Value;

const cells: Readonly<Record<string, Cell>> = {
  body: ({ body }) => bytesOf(body),
  partition: (_, partition) => String(partition),
  offset: ({ offset }) => String(offset),
  sequenceNumber: ({ sequenceNumber }) => BigInt(sequenceNumber),
  enqueuedTime: ({ enqueuedTimeUtc }) => new Timestamp(BigInt(enqueuedTimeUtc.getTime()) * 1000n),
  publisher: (event) => annotation(event, "x-opt-publisher"),
  partitionKey: (event) => annotation(event, "x-opt-partition-key"),
  properties: (event) => {
    const found = new Map<Value, Value>();
    const { applicationProperties = {} } = event.getRawAmqpMessage();
    for (const name in applicationProperties) found.set(name, textOf(applicationProperties[name]));
    return found;
  },
  systemProperties: (event) => systemOf(event),
};

/** Makes rows of the columns that are asked for. */
export function rowReader(
  schema: StructType,
): (event: ReceivedEvent, partition: number) => Value[] {
  const wanted = schema.fields.map(({ name }) => cells[name]!);
  return (event, partition) => wanted.map((cell) => cell(event, partition));
}

/** What is no data but a value of AMQP is taken as its JSON. */
function bytesOf(body: unknown): Value {
  if (body instanceof Uint8Array) return body;
  if (body === undefined || body === null) return null;
  if (Array.isArray(body) && body.every((part) => part instanceof Uint8Array)) {
    return Buffer.concat(body);
  }
  return Buffer.from(textOf(body));
}

function annotation(event: ReceivedEvent, name: string): string | null {
  const value = event.getRawAmqpMessage().messageAnnotations?.[name];
  return value === undefined || value === null ? null : String(value);
}

/** What has a column of its own is not there a second time. */
const columns = new Set(["x-opt-offset", "x-opt-sequence-number", "x-opt-enqueued-time"]);

function systemOf(event: ReceivedEvent): ReadonlyMap<Value, Value> {
  const found = new Map<Value, Value>();
  const { messageAnnotations = {}, properties = {} } = event.getRawAmqpMessage();
  for (const name in messageAnnotations) {
    if (!columns.has(name)) found.set(name, textOf(messageAnnotations[name]));
  }
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== null) found.set(ownName(name), textOf(value));
  }
  return found;
}

const ownNames = new Map<string, string>();

/** AMQP's own name of a property, of which there are thirteen: `message-id`. */
function ownName(name: string): string {
  const known = ownNames.get(name);
  if (known !== undefined) return known;
  const own = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  ownNames.set(name, own);
  return own;
}

/** A text as it is, all else as JSON; bytes as an array of Java's signed ones. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(plain(value)) ?? "null";
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...new Int8Array(value)];
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
