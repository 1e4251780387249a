import {
  aggregate,
  call,
  newColumn,
  or,
  reference,
  stringLiteral,
} from "../../analysis/expression.ts";
import type { TypedExpression, TypedRelation } from "../../analysis/typed.ts";
import type { Chunk } from "../../engine/engine.ts";
import { boolean, long, type StructType, struct } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Location } from "../../storage/store.ts";
import type { Add, DeletionVector } from "../action.ts";
import { fileKey, keyPath, spelledId } from "../file-key.ts";
import type { LogContext } from "../log.ts";
import { encodePath } from "../path.ts";
import type { FileFilter, Totals } from "../snapshot.ts";
import { eachChunk, type Part, rowsIn } from "./part.ts";
import { addFields, type CheckpointRows, fileRows, selected, statisticsIn } from "./relation.ts";
import { addType } from "./schema.ts";
import { plainOf } from "./value.ts";

/** A file action of a checkpoint, as it is spelled there. */
export interface Found {
  readonly id: string;
  readonly live: boolean;
  readonly size: number;
}

/**
 * The file actions of a checkpoint too large to be held in memory: they stay in its files, and
 * each question is a query of the engine.
 */
export interface CheckpointFiles {
  readonly parts: readonly Part[];
  /** Of all its live files. */
  totals(): Promise<Totals>;
  /** Those of the file keys that it has; an answer is kept, so that none is looked for twice. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, Found>>;
  /** Its live files but for those of the ids. */
  adds(without: readonly string[], filter?: FileFilter): Promise<Add[]>;
}

export function checkpointFiles(
  table: Location,
  parts: readonly Part[],
  context: LogContext,
): CheckpointFiles {
  const groups = rowsIn(table, parts);
  const known = new Map<string, Found | undefined>();
  let totals: Totals | undefined;
  return {
    parts,
    async totals() {
      totals ??= await sumUp(context, groups);
      return totals;
    },
    async find(keys) {
      const asked = keys.filter((key) => !known.has(key));
      if (asked.length > 0) {
        const found = new Map<string, Found>();
        for (const rows of groups) await lookUp(context, rows, { asked, found });
        for (const key of asked) known.set(key, found.get(key));
      }
      return new Map(keys.flatMap((key) => pairOf(key, known.get(key))));
    },
    async adds(without, filter) {
      const adds: Add[] = [];
      for (const rows of groups) {
        for (const add of await readAdds(context, rows, { without, filter })) adds.push(add);
      }
      return adds;
    },
  };
}

function pairOf(key: string, found: Found | undefined): [string, Found][] {
  return found === undefined ? [] : [[key, found]];
}

async function sumUp(context: LogContext, groups: readonly CheckpointRows[]): Promise<Totals> {
  let numFiles = 0;
  let sizeInBytes = 0;
  for (const rows of groups) {
    const { relation, column } = fileRows(rows, "add");
    const [path, size] = [reference(column("path")), reference(column("size"))];
    const count = aggregate("count", [path], { type: long, nullable: false });
    const sum = aggregate("sum", [size], { type: long, nullable: true });
    const summed: TypedRelation = {
      kind: "aggregate",
      input: relation,
      grouping: [],
      aggregates: [
        { column: newColumn("numFiles", long), expression: count },
        { column: newColumn("sizeInBytes", long), expression: sum },
      ],
    };
    await eachChunk(context, summed, ({ columns }) => {
      numFiles += Number(columns[0]?.[0] ?? 0n);
      sizeInBytes += Number(columns[1]?.[0] ?? 0n);
    });
  }
  return { numFiles, sizeInBytes };
}

/** Live files with statistics as text, those that the filter lets pass. */
export async function readAdds(
  context: LogContext,
  stored: CheckpointRows,
  wanted: { readonly without?: readonly string[]; readonly filter?: FileFilter | undefined } = {},
): Promise<Add[]> {
  const { without, filter } = wanted;
  const rows = fileRows(stored, "add", without);
  const condition = await filter?.condition?.({
    partitionValues: reference(rows.column("partitionValues")),
    stats: statisticsIn(rows),
  });
  const all = addFields(rows, filter?.withoutStatistics);
  const isThere = (_: unknown, at: number): boolean => {
    const { name } = addType().fields[at]!;
    return rows.has(name) || name === "stats";
  };
  // What is null in all rows is not handed on row by row.
  const type = struct(addType().fields.filter(isThere));
  const relation = selected(rows, condition ? [condition] : [], all.filter(isThere));
  const adds: Add[] = [];
  const take = (chunk: Chunk): void => {
    for (let at = 0; at < chunk.rows; at += 1) {
      const add = actionOf(chunk.columns, at, type) as unknown as Add;
      if (filter === undefined || filter.keeps(add)) adds.push(add);
    }
  };
  await eachChunk(context, relation, take, condition === undefined);
  return adds;
}

/** A row of a chunk whose columns are the fields of a type, nulls left out. */
export function actionOf(
  columns: readonly (readonly Value[])[],
  at: number,
  { fields }: StructType,
): Record<string, unknown> {
  const action: Record<string, unknown> = {};
  for (const [index, { name, type }] of fields.entries()) {
    const value = columns[index]?.[at] ?? null;
    if (value !== null) action[name] = plainOf(value, type);
  }
  return action;
}

/**
 * Paths are compared in their canonical form, which the engine does not know: it gives those that
 * are spelled in a common way, and those that may be spelled in another, to be compared here.
 */
async function lookUp(
  context: LogContext,
  stored: CheckpointRows,
  { asked, found }: { asked: readonly string[]; found: Map<string, Found> },
): Promise<void> {
  const wanted = new Set(asked);
  const spellings = [...new Set(asked.flatMap((key) => spellingsOf(keyPath(key))))];
  for (const kind of ["remove", "add"] as const) {
    const rows = fileRows(stored, kind);
    const [path, size, vector] = ["path", "size", "deletionVector"].map((name) => {
      return reference(rows.column(name));
    }) as [TypedExpression, TypedExpression, TypedExpression];
    const relation = selected(rows, [mayBe(path, spellings)], [path, size, vector]);
    await eachChunk(context, relation, (chunk) => {
      const [paths = [], sizes = [], vectors = []] = chunk.columns;
      for (let at = 0; at < chunk.rows; at += 1) {
        const held = plainOf(vectors[at] ?? null, vector.type) as DeletionVector | null;
        const file = {
          path: String(paths[at]),
          ...(held === null ? {} : { deletionVector: held }),
        };
        const key = fileKey(file);
        if (!wanted.has(key)) continue;
        found.set(key, {
          id: spelledId(file),
          live: kind === "add",
          size: Number(sizes[at] ?? 0n),
        });
      }
    });
  }
}

function spellingsOf(path: string): string[] {
  return [path, encodePath(path)];
}

function mayBe(path: TypedExpression, spellings: readonly string[]): TypedExpression {
  const common = call("in", [path, ...spellings.map(stringLiteral)], { type: boolean });
  const other = ["%", ":"].map((sign) => {
    return call("contains", [path, stringLiteral(sign)], { type: boolean });
  });
  return or([common, ...other]);
}
