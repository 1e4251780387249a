import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { BatchTarget, EventData } from "./peer.ts";

/** An event to send, and where to. */
export interface OutgoingEvent {
  readonly target: BatchTarget;
  readonly event: EventData;
}

type ReadEvent = (columns: readonly (readonly Value[])[], row: number) => OutgoingEvent;

/** The columns that mean something, by the types they may have. */
const known = {
  body: ["string", "binary"],
  partition: ["string"],
  partitionId: ["string"],
  partitionKey: ["string"],
  properties: ["map"],
} as const;

/** How the rows of a schema become events. SINK_COLUMN_INVALID where they cannot. */
export function eventReader(schema: StructType): ReadEvent {
  const columns = columnsOf(schema);
  if (columns.body < 0) throw invalid("body", "STRING or BINARY", "there is no such column");
  const id = columns.partitionId < 0 ? columns.partition : columns.partitionId;
  return (values, row) => {
    const at = (index: number): Value => (index < 0 ? null : (values[index]?.[row] ?? null));
    const properties = at(columns.properties);
    return {
      target: targetOf(at(id), at(columns.partitionKey)),
      event: {
        body: bodyOf(at(columns.body)),
        ...(properties === null ? {} : { properties: propertiesOf(properties) }),
      },
    };
  };
}

function columnsOf({ fields }: StructType): Record<keyof typeof known, number> {
  const places = Object.entries(known).map(([name, types]) => {
    const at = fields.findIndex((one) => one.name.toLowerCase() === name.toLowerCase());
    const type = fields[at]?.type;
    const fits =
      type === undefined ||
      (type.type === "map"
        ? name === "properties" &&
          type.keyType.type === "string" &&
          type.valueType.type === "string"
        : (types as readonly string[]).includes(type.type) && name !== "properties");
    const wanted = name === "properties" ? "MAP<STRING, STRING>" : types.join(" or ").toUpperCase();
    if (!fits) throw invalid(name, wanted, `it is ${type.type.toUpperCase()}`);
    return [name, at];
  });
  return Object.fromEntries(places) as Record<keyof typeof known, number>;
}

function invalid(column: string, types: string, reason: string): Error {
  return error("SINK_COLUMN_INVALID", { format: "eventhubs", column, types, reason });
}

function bodyOf(value: Value): Uint8Array {
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  throw invalid("body", "STRING or BINARY", "it is null in a row");
}

function targetOf(partitionId: Value, partitionKey: Value): BatchTarget {
  if (partitionId === null) {
    return partitionKey === null ? {} : { partitionKey: String(partitionKey) };
  }
  if (partitionKey !== null) {
    const reason = "a row has a partition and a partitionKey, and only one of them counts";
    throw invalid("partition", "STRING", reason);
  }
  if (/^\d+$/.test(String(partitionId))) return { partitionId: String(partitionId) };
  throw invalid("partition", "STRING", `'${String(partitionId)}' is no number of a partition`);
}

function propertiesOf(value: Value): Record<string, string> {
  return Object.fromEntries(
    [...(value as ReadonlyMap<Value, Value>)].map(([name, one]) => {
      if (typeof one === "string") return [String(name), one];
      throw invalid("properties", "MAP<STRING, STRING>", `the value of '${String(name)}' is null`);
    }),
  );
}
