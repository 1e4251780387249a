import { booleanLiteral, newColumn } from "../analysis/expression.ts";
import type { Column, TypedInput } from "../analysis/typed.ts";
import type { Input } from "../plan/input.ts";
import { struct } from "../schema/type.ts";
import type { Offset, Source } from "./source.ts";
import { type BatchStep, countRows, keptInput } from "./state/operator.ts";
import type { StreamingScan } from "./walk.ts";

/** A scan with the rows of one batch in its place. */
export interface BoundScan {
  readonly relation: TypedInput;
  /** Undefined: nobody knows yet. */
  readonly rows: number | undefined;
}

/** The range of a source that a batch takes. */
export interface OffsetRange {
  readonly start: Offset | undefined;
  readonly end: Offset | undefined;
}

/** Asks the source for the rows of a range; a range without rows asks nobody. */
export async function bindScan(
  scan: StreamingScan,
  source: Source,
  { start, end }: OffsetRange,
): Promise<BoundScan> {
  if (end === undefined || end === start) return { relation: emptyScan(scan), rows: 0 };
  const batch = await source.input(start, end);
  const relation = inputOf(scan, batch.input);
  return { relation, rows: batch.rows ?? rowsOf(batch.input) };
}

/** The scan without rows, as in batches without data. */
export function emptyScan(scan: StreamingScan): TypedInput {
  const schema = struct([...scan.dataset.schema.fields, ...scan.dataset.hidden]);
  return inputOf(scan, { kind: "empty", schema });
}

/** An input has every column, a scan those that are read: the others get ids of nobody. */
function inputOf(scan: StreamingScan, input: Input): TypedInput {
  const known = new Map(scan.output.map((column) => [column.name, column]));
  const output = input.schema.fields.map(
    ({ name, type }): Column => known.get(name) ?? newColumn(name, type),
  );
  return { kind: "input", input, output };
}

/** The rows of an input that tells it by itself. */
function rowsOf(input: Input): number | undefined {
  switch (input.kind) {
    case "rows":
      return input.rows.length;
    case "empty":
      return 0;
    case "range": {
      const span = input.end - input.start;
      const steps = (span + input.step - (input.step > 0n ? 1n : -1n)) / input.step;
      return Math.max(0, Number(steps));
    }
    default:
      return undefined;
  }
}

/**
 * Counts the rows of a scan that nothing else counts. Parquet tells by its footers; text has to
 * be read, so it is read once and kept, and the batch uses what was kept.
 */
export async function countScan(bound: BoundScan, step: BatchStep): Promise<BoundScan> {
  if (bound.relation.input.kind !== "text") {
    const [rows = 0] = await countRows(bound.relation, [booleanLiteral(true)], step);
    return { relation: bound.relation, rows };
  }
  const relation = await keptInput(bound.relation, step);
  const [rows = 0] = await countRows(relation, [booleanLiteral(true)], step);
  return { relation, rows };
}
