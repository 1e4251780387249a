import type { DataType, StructType } from "../../../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  dayNumber,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import type { LeafStatistics } from "../../engine.ts";

/** What `COPY … RETURN_STATS` says of the leaves: by quoted dotted path, texts by name. */
export type RawStatistics = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface StatisticsRequest {
  readonly raw: RawStatistics;
  /** The columns of the file. */
  readonly schema: StructType;
  /** DuckDB says of the last row group whether it has a NaN, and of no other. */
  readonly rowGroups: number;
  readonly wanted: (path: readonly string[]) => boolean;
}

/**
 * Statistics of a file's leaves in schema order. DuckDB counts nulls of leaves within structs,
 * but not of arrays and maps as a whole: these come without a count.
 */
export function leavesOf(request: StatisticsRequest): LeafStatistics[] {
  const { raw, schema, rowGroups, wanted } = request;
  const leaves: LeafStatistics[] = [];
  const visit = (fields: StructType, parents: readonly string[]): void => {
    for (const field of fields.fields) {
      const path = [...parents, field.name];
      if (field.type.type === "struct") visit(field.type, path);
      else {
        const nanKnown = rowGroups <= 1 || !isFloating(field.type);
        leaves.push(leafOf(raw.get(keyOf(path)), path, { type: field.type, nanKnown, wanted }));
      }
    }
  };
  visit(schema, []);
  return leaves;
}

function keyOf(path: readonly string[]): string {
  return path.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

function leafOf(
  facts: ReadonlyMap<string, string> | undefined,
  path: readonly string[],
  rule: { type: DataType; nanKnown: boolean; wanted: StatisticsRequest["wanted"] },
): LeafStatistics {
  const { type, nanKnown, wanted } = rule;
  if (facts === undefined) return { path };
  const nulls = facts.get("null_count");
  const counted = nulls === undefined ? { path } : { path, nullCount: Number(nulls) };
  if (facts.get("has_nan") === "true" || !wanted(path)) return counted;
  const min = parse(facts.get("min"), type);
  const max = parse(facts.get("max"), type);
  if (min === undefined || max === undefined) return counted;
  // NaN is the greatest: where there may be one, nothing less bounds the values.
  return nanKnown ? { ...counted, min, max } : { ...counted, min };
}

export function isFloating({ type }: DataType): boolean {
  return type === "float" || type === "double";
}

function parse(text: string | undefined, type: DataType): Value | undefined {
  if (text === undefined) return undefined;
  switch (type.type) {
    case "string":
      return text;
    case "long":
      return BigInt(text);
    case "integer":
    case "short":
    case "byte":
      return Number(text);
    case "float":
    case "double":
      return real(text);
    case "boolean":
      return text === "1" || text === "true";
    case "binary":
      return new Uint8Array(Buffer.from(text, "hex"));
    case "decimal":
      return new Decimal(BigInt(text.replace(".", "")), type.scale);
    case "date": {
      const days = dateOf(text);
      return days === undefined ? undefined : new CalendarDate(days);
    }
    case "timestamp": {
      const micros = microsOf(text);
      return micros === undefined ? undefined : new Timestamp(micros);
    }
    case "timestamp_ntz": {
      const micros = microsOf(text);
      return micros === undefined ? undefined : new LocalTimestamp(micros);
    }
    default:
      return undefined;
  }
}

function real(text: string): number | undefined {
  if (/^-?inf/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

const dayText = /^(\d+)-(\d\d)-(\d\d)( \(BC\))?$/;
const timeText =
  /^(\d+-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?( \(BC\))?(?:\+00)?( \(BC\))?$/;

function dateOf(text: string): number | undefined {
  const parts = dayText.exec(text);
  if (parts === null) return undefined;
  const year = parts[4] === undefined ? Number(parts[1]) : 1 - Number(parts[1]);
  return dayNumber(year, Number(parts[2]), Number(parts[3]));
}

function microsOf(text: string): bigint | undefined {
  const parts = timeText.exec(text);
  if (parts === null) return undefined;
  const era = parts[6] ?? parts[7] ?? "";
  const days = dateOf(`${parts[1]}${era}`);
  if (days === undefined) return undefined;
  const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60 + Number(parts[4]);
  const fraction = BigInt((parts[5] ?? "").padEnd(6, "0"));
  return (BigInt(days) * 86_400n + BigInt(seconds)) * 1_000_000n + fraction;
}
