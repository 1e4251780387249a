import { booleanLiteral, newColumn, passing } from "../analysis/expression.ts";
import type { Column, TypedInput, TypedRelation } from "../analysis/typed.ts";
import type { Input } from "../plan/input.ts";
import { field, struct } from "../schema/type.ts";
import type { Offset, Source } from "./source.ts";
import { type BatchStep, countRows, keptInput } from "./state/operator.ts";
import type { StreamingScan } from "./walk.ts";

/** A scan with the rows of one batch in its place: the same columns in the same order. */
export interface BoundScan {
  readonly relation: TypedRelation;
  readonly input: TypedInput;
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
  if (end === undefined || end === start) {
    const input = emptyScan(scan);
    return { relation: input, input, rows: 0 };
  }
  const batch = await source.input(start, end);
  const input = inputOf(scan, batch.input);
  return { relation: exactly(scan, input), input, rows: batch.rows ?? rowsOf(batch.input) };
}

/** The scan without rows, as in batches without data. */
export function emptyScan(scan: StreamingScan): TypedInput {
  const { output } = scan;
  const fields = output.map(({ name, type, nullable }) => field(name, type, nullable));
  return { kind: "input", input: { kind: "empty", schema: struct(fields) }, output };
}

/** An input has every column, a scan those that are read: the others get ids of nobody. */
function inputOf(scan: StreamingScan, input: Input): TypedInput {
  const known = new Map(scan.output.map((column) => [column.name, column]));
  const output = input.schema.fields.map(
    ({ name, type }): Column => known.get(name) ?? newColumn(name, type),
  );
  return { kind: "input", input, output };
}

/** Drops what the scan does not put out. */
function exactly(scan: StreamingScan, input: TypedInput): TypedRelation {
  const same =
    input.output.length === scan.output.length &&
    input.output.every((column, index) => column.id === scan.output[index]?.id);
  return same ? input : { kind: "project", input, columns: scan.output.map(passing) };
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
 * Counts the rows of a scan that nothing else counts. Parquet tells by its footers; text and
 * records have to be read, so they are read once and kept, and the batch uses what was kept.
 */
export async function countScan(
  scan: StreamingScan,
  bound: BoundScan,
  step: BatchStep,
): Promise<BoundScan> {
  const once = ["text", "record"].includes(bound.input.input.kind);
  const input = once ? await keptInput(bound.input, step) : bound.input;
  const [rows = 0] = await countRows(input, [booleanLiteral(true)], step);
  return { relation: exactly(scan, input), input, rows };
}
