import {
  aggregate,
  call,
  isNotNull,
  member,
  newColumn,
  or,
  reference,
  stringLiteral,
} from "../../analysis/expression.ts";
import type { TypedExpression, TypedRelation } from "../../analysis/typed.ts";
import type { InputFile } from "../../plan/input.ts";
import { boolean, long } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Location } from "../../storage/store.ts";
import type { Add, Remove } from "../action.ts";
import { fileKey, keyPath, spelledId } from "../file-key.ts";
import type { LogContext } from "../log.ts";
import { encodePath } from "../path.ts";
import type { FileFilter, Totals } from "../snapshot.ts";
import { eachChunk, type Part, withParts } from "./part.ts";
import { addWithText, type FileRows, fileRows } from "./relation.ts";
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
  const groups = groupsOf(parts.filter(({ columns }) => columns.has("add")));
  const each = async (
    work: (files: readonly InputFile[], group: Group) => Promise<void>,
  ): Promise<void> => {
    for (const group of groups) {
      await withParts(table, group.parts, (files) => work(files, group));
    }
  };
  const known = new Map<string, Found | undefined>();
  let totals: Promise<Totals> | undefined;
  return {
    parts,
    totals() {
      totals ??= sumUp(context, each);
      return totals;
    },
    async find(keys) {
      const asked = keys.filter((key) => !known.has(key));
      for (const key of asked) known.set(key, undefined);
      if (asked.length > 0) {
        await each((files, { statsParsed }) =>
          lookUp(context, fileRows(files, statsParsed), { asked, known }),
        );
      }
      return new Map(keys.flatMap((key) => pairOf(key, known.get(key))));
    },
    async adds(without, filter) {
      const adds: Add[] = [];
      await each(async (files, { statsParsed }) => {
        const rows = fileRows(files, statsParsed, without);
        const wanted = addsOf(rows, { statsParsed, filter });
        await eachChunk(context, wanted, ({ columns: [column = []] }) => {
          for (const value of column) {
            const add = plainOf(value, addType()) as Add;
            if (filter === undefined || filter.keeps(add)) adds.push(add);
          }
        });
      });
      return adds;
    },
  };
}

interface Group {
  readonly parts: readonly Part[];
  readonly statsParsed: Part["statsParsed"];
}

/** Parts by the form of their statistics: mostly there is one. */
function groupsOf(parts: readonly Part[]): Group[] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const key = JSON.stringify(part.statsParsed ?? null);
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()].map((list) => ({ parts: list, statsParsed: list[0]?.statsParsed }));
}

function pairOf(key: string, found: Found | undefined): [string, Found][] {
  return found === undefined ? [] : [[key, found]];
}

type Each = (work: (files: readonly InputFile[], group: Group) => Promise<void>) => Promise<void>;

async function sumUp(context: LogContext, each: Each): Promise<Totals> {
  let numFiles = 0;
  let sizeInBytes = 0;
  await each(async (files, { statsParsed }) => {
    const { relation, add } = fileRows(files, statsParsed);
    const size = member(reference(add), "size");
    const sum = aggregate("sum", [size], { type: long, nullable: true });
    const count = aggregate("count", [member(reference(add), "path")], {
      type: long,
      nullable: false,
    });
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
  });
  return { numFiles, sizeInBytes };
}

/** Live files with statistics as text, those that the filter's condition lets pass. */
function addsOf(
  rows: FileRows,
  given: { readonly statsParsed: Part["statsParsed"]; readonly filter: FileFilter | undefined },
): TypedRelation {
  const { statsParsed, filter } = given;
  const whole = reference(rows.add);
  const live = isNotNull(member(whole, "path"));
  const skipped = filter?.condition?.({
    partitionValues: member(whole, "partitionValues"),
    stats: member(whole, statsParsed === undefined ? "stats" : "stats_parsed"),
  });
  const condition = skipped === undefined ? live : call("and", [live, skipped], { type: boolean });
  return {
    kind: "project",
    input: { kind: "filter", input: rows.relation, condition },
    columns: [
      { column: newColumn("add", addType()), expression: addWithText(rows.add, statsParsed) },
    ],
  };
}

/**
 * Paths are compared in their canonical form, which the engine does not know: it gives those that
 * are spelled in a common way, and those that may be spelled in another, to be compared here.
 */
async function lookUp(
  context: LogContext,
  rows: FileRows,
  { asked, known }: { asked: readonly string[]; known: Map<string, Found | undefined> },
): Promise<void> {
  const wanted = new Set(asked);
  const [add, remove] = [reference(rows.add), reference(rows.remove)];
  const spellings = [...new Set(asked.flatMap((key) => spellingsOf(keyPath(key))))];
  const any = [add, remove].map((file) => mayBe(member(file, "path"), spellings));
  const filtered: TypedRelation = {
    kind: "filter",
    input: rows.relation,
    condition: or(any),
  };
  const names = ["path", "size", "deletionVector"] as const;
  const columns = [add, remove].flatMap((file) =>
    names.map((name) => {
      const expression = member(file, name);
      return { column: newColumn(name, expression.type), expression };
    }),
  );
  const relation: TypedRelation = { kind: "project", input: filtered, columns };
  const [, , vectorType] = columns.map(({ column }) => column.type);
  await eachChunk(context, relation, (chunk) => {
    for (let at = 0; at < chunk.rows; at += 1) {
      const [path, size, vector, ...removed] = chunk.columns.map((column) => column[at] ?? null);
      const live = path !== null;
      const [p, s, v] = live ? [path, size, vector] : removed;
      const deletionVector = plainOf(v as Value, vectorType!) as Add["deletionVector"] | null;
      const file = { path: String(p), ...(deletionVector === null ? {} : { deletionVector }) };
      const key = fileKey(file as Pick<Remove, "path" | "deletionVector">);
      if (wanted.has(key))
        known.set(key, { id: spelledId(file as Add), live, size: Number(s ?? 0n) });
    }
  });
}

function spellingsOf(path: string): string[] {
  const encoded = encodePath(path);
  return [path, encoded];
}

function mayBe(path: TypedExpression, spellings: readonly string[]): TypedExpression {
  const common = call("in", [path, ...spellings.map(stringLiteral)], { type: boolean });
  const other = ["%", ":"].map((sign) =>
    call("contains", [path, stringLiteral(sign)], { type: boolean }),
  );
  return or([common, ...other]);
}
