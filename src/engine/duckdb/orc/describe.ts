import { env } from "../../../env.ts";
import { parseDecimal, toDecimal } from "../../../schema/number.ts";
import { type DataType, type StructType, struct } from "../../../schema/type.ts";
import { CalendarDate, Timestamp, type Value } from "../../../schema/value.ts";
import { zoneOf } from "../../../schema/zone.ts";
import type { LeafStatistics, NamedPlace, OrcFile, OrcStripe } from "../../engine.ts";
import { hybridEnd } from "../../orc/calendar.ts";
import { readyZstd } from "../../orc/codec/zstd.ts";
import { sparkSchema } from "../../orc/spark.ts";
import type { Bounds, ColumnStatistics } from "../../orc/statistic.ts";
import type { OrcTail } from "../../orc/tail.ts";
import type { OrcType } from "../../orc/type.ts";
import { openOrc } from "./file.ts";

/** What the tail of a local file says of it. */
export async function readOrcFile(file: NamedPlace): Promise<OrcFile> {
  await readyZstd();
  using open = openOrc(file);
  const { tail } = open;
  if (tail === undefined) return { schema: struct([]), stripes: [] };
  const schema = sparkSchema(tail.root, file.uri);
  const stripes = tail.stripes.map(({ rows }, at): OrcStripe => {
    const statistics = tail.statistics[at];
    return { rows, leaves: statistics ? leavesOf({ rows, statistics, tail, schema }) : [] };
  });
  return { schema, stripes };
}

interface StripeFacts {
  readonly rows: number;
  /** By column id; of some columns there may be none. */
  readonly statistics: readonly (ColumnStatistics | undefined)[];
  readonly tail: OrcTail;
  readonly schema: StructType;
}

/** What statistics say of the columns and members of structs. */
export function leavesOf(facts: StripeFacts): readonly LeafStatistics[] {
  const { rows, statistics, tail } = facts;
  const leaves: LeafStatistics[] = [];
  const visit = (type: OrcType, to: StructType, path: readonly string[]): void => {
    type.children.forEach((child, at) => {
      const field = to.fields[at]!;
      const own = [...path, field.name];
      if (field.type.type === "struct") {
        visit(child, field.type, own);
        return;
      }
      const known = statistics[child.id];
      if (known?.values === undefined) return;
      const bounds = known.values > 0 ? boundsOf(known, child, { tail, type: field.type }) : {};
      const nullCount = rows - known.values;
      leaves.push({ path: own, ...(nullCount >= 0 ? { nullCount } : {}), ...pair(bounds) });
    });
  };
  visit(tail.root, facts.schema, []);
  return leaves;
}

function pair({ minimum, maximum }: Bounds<Value>): Pick<LeafStatistics, "min" | "max"> {
  if (minimum === undefined || maximum === undefined) return {};
  return { min: minimum, max: maximum };
}

function boundsOf(
  known: ColumnStatistics,
  from: OrcType,
  { tail, type }: { readonly tail: OrcTail; readonly type: DataType },
): Bounds<Value> {
  switch (type.type) {
    case "byte":
    case "short":
    case "integer":
      return mapped(known.integer, Number);
    case "long":
      return known.integer ?? {};
    case "float":
    case "double":
      return realBounds(known);
    case "boolean":
      if (known.trues === undefined) return {};
      return { minimum: known.trues === known.values, maximum: known.trues > 0 };
    case "string":
      // What is compared is not padded, and the statistics of CHAR are.
      return from.kind === "char" ? {} : textBounds(known);
    case "decimal":
      // Java's releases of this version have them wrong where 64 bits hold the digits.
      if (tail.writer.number === 0 && tail.writerVersion === 6 && from.precision <= 18) return {};
      return mapped(known.decimal, (text) => {
        const exact = parseDecimal(text);
        return exact && toDecimal(exact, type);
      });
    case "date": {
      const { minimum } = known.date ?? {};
      const isOld = minimum !== undefined && minimum < hybridEnd && !tail.proleptic;
      return isOld ? {} : mapped(known.date, (day) => new CalendarDate(Number(day)));
    }
    case "timestamp":
      return timeBounds(known, from);
    default:
      return {};
  }
}

/** None where they may be of bytes that are no UTF-8, whose order is another. */
function textBounds({ text }: ColumnStatistics): Bounds<Value> {
  return `${text?.minimum}${text?.maximum}`.includes("\ufffd") ? {} : (text ?? {});
}

function mapped<T>(
  bounds: Bounds<T> | undefined,
  read: (bound: T) => Value | undefined,
): Bounds<Value> {
  const { minimum, maximum } = bounds ?? {};
  if (minimum === undefined || maximum === undefined) return {};
  const [low, high] = [read(minimum), read(maximum)];
  return low === undefined || high === undefined ? {} : { minimum: low, maximum: high };
}

/** None where a value may be NaN, of which bounds know nothing: the sum tells. */
function realBounds({ double }: ColumnStatistics): Bounds<Value> {
  const { minimum, maximum, sum } = double ?? {};
  if (minimum === undefined || maximum === undefined || sum === undefined) return {};
  return Number.isNaN(minimum + maximum + sum) ? {} : { minimum, maximum };
}

const dayMs = 86_400_000n;

/** Instants between which all are: the bounds are wall clocks, or instants, in ms. */
function timeBounds({ timestamp }: ColumnStatistics, from: OrcType): Bounds<Value> {
  const { minimum, maximum } = timestamp ?? {};
  if (minimum === undefined || maximum === undefined) return {};
  if (minimum < BigInt(hybridEnd + 1) * dayMs) return {};
  const zone = zoneOf(env.zone());
  const isInstant = from.kind === "timestamp_instant";
  const offset = isInstant ? 0 : zone?.kind === "offset" ? zone.seconds : undefined;
  // Which instant a wall clock is, is known to a day: enough to leave stripes out.
  const slack = offset === undefined ? dayMs : 0n;
  const shift = BigInt(offset ?? 0) * 1000n;
  const [low, high] = [minimum - shift - slack, maximum - shift + slack];
  // What is of the last second before 1970 is read as of the one after.
  const last = low < 0n && high >= -1000n && high < 1000n ? 1000n : high;
  return {
    minimum: new Timestamp(low * 1000n),
    maximum: new Timestamp((last + 1n) * 1000n),
  };
}
