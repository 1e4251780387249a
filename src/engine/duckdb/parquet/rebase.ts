import type { DuckDBConnection } from "@duckdb/node-api";
import { error } from "../../../error/error.ts";
import type { InputFile, ParquetRebase } from "../../../plan/input.ts";
import { holdsDays, julianSteps, oldOffsets } from "../../../schema/rebase.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
import { raise } from "../failure.ts";
import { paths, text } from "../quote.ts";
import { sparkSchemaKey } from "./spark-schema.ts";

type Mode = ParquetRebase["datetime"];

/** In which calendar a file counts, and in which zone its writer was. */
export interface FileCalendar {
  readonly date: Mode;
  readonly timestamp: Mode;
  readonly timeZone: string;
}

/** Files known to count as everyone does. */
const plainMax = 10_000;
const plain = new Set<string>();

/**
 * The calendars of files by what Spark wrote into their footers: before 3.0 days and instants were
 * counted as Java 7 does, before 3.1 those in INT96. Undefined where none differs from today's.
 * Instants in nanoseconds are none of Spark's: a file that has them in columns read is refused.
 */
export async function calendarsOf(
  connection: DuckDBConnection,
  { files, names, stored }: CalendarRequest,
  { datetime, int96, timeZone }: ParquetRebase & { readonly timeZone: string },
): Promise<readonly FileCalendar[] | undefined> {
  const always = datetime === "CORRECTED" && int96 === "CORRECTED";
  const key = ({ uri, size, modificationTime }: InputFile): string =>
    `${size} ${modificationTime} ${uri}`;
  const unsure = names.filter((_, at) => {
    const file = files[at]!;
    return !file.recent && (!always || !plain.has(key(file)));
  });
  if (unsure.length === 0) return undefined;
  const known = await footers(connection, unsure);
  names.forEach((name, at) => {
    refuseNanos(files[at]!.uri, (known.get(name) ?? nothing).nanos, stored);
  });
  const found = names.map((name, at): FileCalendar => {
    if (files[at]!.recent) return { date: "CORRECTED", timestamp: "CORRECTED", timeZone };
    const { version, keys, old96, zone } = known.get(name) ?? nothing;
    const modeOf = (before: string, mark: string, mode: Mode): Mode => {
      if (version === undefined) return mode;
      return version < before || keys.has(mark) ? "LEGACY" : "CORRECTED";
    };
    const date = modeOf("3.0.0", "org.apache.spark.legacyDateTime", datetime);
    const stamp = old96 ? modeOf("3.1.0", "org.apache.spark.legacyINT96", int96) : date;
    return { date, timestamp: stamp, timeZone: zone ?? timeZone };
  });
  const isPlain = ({ date, timestamp }: FileCalendar): boolean =>
    date === "CORRECTED" && timestamp === "CORRECTED";
  if (always) {
    found.forEach((one, at) => {
      const { nanos } = known.get(names[at]!) ?? nothing;
      if (isPlain(one) && nanos.size === 0 && plain.size < plainMax) plain.add(key(files[at]!));
    });
  }
  return found.every(isPlain) ? undefined : found;
}

export interface CalendarRequest {
  readonly files: readonly InputFile[];
  /** Where they are. */
  readonly names: readonly string[];
  /** What is read of them. */
  readonly stored: StructType;
}

function refuseNanos(path: string, nanos: ReadonlySet<string>, { fields }: StructType): void {
  const found = fields.find((one) => one.type.type === "timestamp" && nanos.has(one.name));
  if (found === undefined) return;
  const reason = `${found.name} is of TIMESTAMP(NANOS), and a timestamp has microseconds`;
  throw error("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", { path, reason });
}

interface Footer {
  version: string | undefined;
  readonly keys: Set<string>;
  old96: boolean;
  zone: string | undefined;
  readonly nanos: Set<string>;
}

const nothing: Footer = {
  ...{ version: undefined, old96: false, zone: undefined },
  ...{ keys: new Set(), nanos: new Set() },
};

async function footers(
  connection: DuckDBConnection,
  names: readonly string[],
): Promise<ReadonlyMap<string, Footer>> {
  const list = paths(names);
  // Bytes as texts: what is no ASCII of theirs is spelt in hex, and none of Spark's keys.
  const pairs = `SELECT file_name, key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(${list})
    WHERE starts_with(key::VARCHAR, 'org.apache.spark.') AND key::VARCHAR <> '${sparkSchemaKey}'`;
  const times = `SELECT DISTINCT file_name, "name", "type" FROM parquet_schema(${list})
    WHERE "type" = 'INT96' OR logical_type LIKE '%NANOS=N%'`;
  const found = new Map<string, Footer>();
  const of = (name: unknown): Footer => {
    const known = found.get(String(name)) ?? {
      ...nothing,
      keys: new Set<string>(),
      nanos: new Set<string>(),
    };
    found.set(String(name), known);
    return known;
  };
  for (const [name, key, value] of (await connection.runAndReadAll(pairs)).getRows()) {
    const footer = of(name);
    footer.keys.add(String(key));
    if (key === "org.apache.spark.version") footer.version = String(value);
    if (key === "org.apache.spark.timeZone") footer.zone = String(value);
  }
  for (const [name, column, type] of (await connection.runAndReadAll(times)).getRows()) {
    if (type === "INT96") of(name).old96 = true;
    else of(name).nanos.add(String(column));
  }
  return found;
}

/** Picks SQL by the file that a row is of. */
export type PerFile = (sql: (calendar: FileCalendar) => string) => string;

/** A value as everyone counts it today. */
export function rebased(value: string, type: DataType, perFile: PerFile, depth = 0): string {
  const variable = `b${depth}`;
  switch (type.type) {
    case "date":
    case "timestamp":
      return rebasedLeaf(value, type.type, perFile);
    case "struct": {
      const members = type.fields.map((field, at) => {
        const inner = rebased(`struct_extract(${value}, 'f${at}')`, field.type, perFile, depth + 1);
        return `f${at} := ${inner}`;
      });
      if (!holdsDays(type)) return value;
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${members.join(", ")}) END`;
    }
    case "array": {
      const body = rebased(variable, type.elementType, perFile, depth + 1);
      return body === variable ? value : `list_transform(${value}, lambda ${variable}: ${body})`;
    }
    case "map": {
      const part = (name: string): string => `struct_extract(${variable}, '${name}')`;
      const key = rebased(part("key"), type.keyType, perFile, depth + 1);
      const item = rebased(part("value"), type.valueType, perFile, depth + 1);
      if (key === part("key") && item === part("value")) return value;
      const pair = `struct_pack("key" := ${key}, "value" := ${item})`;
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${variable}: ${pair}))`;
    }
    default:
      return value;
  }
}

const dayMicros = 86_400_000_000n;

function rebasedLeaf(value: string, type: "date" | "timestamp", perFile: PerFile): string {
  const limit = type === "date" ? "DATE '1582-10-15'" : "TIMESTAMPTZ '1900-01-01 00:00:00+00'";
  const mode = perFile((calendar) => `'${calendar[type]}'`);
  const zone = perFile(({ timeZone }) => text(timeZone));
  const refusal = raise("INCONSISTENT_BEHAVIOR_CROSS_VERSION.READ_ANCIENT_DATETIME", {
    format: text("Parquet"),
    option: text("datetimeRebaseMode or int96RebaseMode"),
  });
  const old = type === "date" ? rebasedDate(value) : rebasedInstant(value, zone, perFile);
  return `CASE WHEN NOT ${value} < ${limit} THEN ${value}
    WHEN ${mode} = 'LEGACY' THEN ${old} WHEN ${mode} = 'CORRECTED' THEN ${value}
    WHEN ${value} IS NULL THEN NULL ELSE ${refusal} END`;
}

function rebasedDate(value: string): string {
  const cases = julianSteps().map(
    ({ before, shift }) => `WHEN ${value} < DATE '1970-01-01' + ${before} THEN ${value} + ${shift}`,
  );
  return `CASE ${cases.join(" ")} ELSE ${value} END`;
}

/** Zones are few in the files of one read: each has SQL of its own. */
function rebasedInstant(value: string, zone: string, perFile: PerFile): string {
  const zones = new Set<string>();
  perFile(({ timeZone }) => {
    zones.add(timeZone);
    return "NULL";
  });
  const cases = [...zones].map(
    (name) => `WHEN ${zone} = ${text(name)} THEN ${inZone(value, name)}`,
  );
  return `CASE ${cases.join(" ")} END`;
}

function inZone(value: string, name: string): string {
  const { first, later } = oldOffsets(name);
  const micros = `epoch_us(${value})`;
  const shifts = julianSteps().map(({ before, shift }) => {
    const end = BigInt(before) * dayMicros - BigInt(first) * 1_000_000n;
    return `WHEN ${micros} < ${end} THEN ${BigInt(shift) * dayMicros}`;
  });
  const local = `(${micros} + ${BigInt(first) * 1_000_000n} + CASE ${shifts.join(" ")} ELSE 0 END)`;
  const offsets = later.map(
    ({ beforeLocal, offset }) =>
      `WHEN ${local} < ${beforeLocal} THEN ${BigInt(offset) * 1_000_000n}`,
  );
  const last = BigInt(first) * 1_000_000n;
  const offset = offsets.length === 0 ? `${last}` : `CASE ${offsets.join(" ")} ELSE ${last} END`;
  return `make_timestamptz(${local} - ${offset})`;
}
