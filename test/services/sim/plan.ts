import type { Random } from "../../random.ts";

/** A row of the table the writers share; ids are never used twice. */
export interface Row {
  readonly id: number;
  readonly part: string;
}

/** What a writer means to do, under a name of its own that goes into the commit. */
export interface Act {
  readonly name: string;
  readonly kind: "append" | "overwrite" | "replaceWhere";
  /** Of a replaceWhere: the partition that is replaced. */
  readonly part?: string;
  readonly rows: readonly Row[];
}

/** What came of it. `lost`: another writer's commit was in the way. */
export interface Attempt extends Act {
  readonly outcome: "committed" | "lost";
}

/** A change of one row, as the change feed tells it. */
export interface Change extends Row {
  readonly type: "insert" | "delete";
  readonly version: number;
}

const parts = ["a", "b", "c"];

/** The next thing a writer does: mostly appends, now and then all or a part of the table anew. */
export function actOf(writer: number, index: number, random: Random): Act {
  const name = `${writer}-${index}`;
  const drawn = random.below(100);
  const part = random.pick(parts);
  const kind = drawn < 80 ? "append" : drawn < 95 ? "replaceWhere" : "overwrite";
  const rows = Array.from({ length: 1 + random.below(3) }, (_, at) => ({
    id: writer * 1_000_000 + index * 10 + at,
    part: kind === "replaceWhere" ? part : random.pick(parts),
  }));
  return kind === "replaceWhere" ? { name, kind, part, rows } : { name, kind, rows };
}

/** What the table holds after acts in the order of their versions, and each change on the way. */
export function replayed(acts: readonly { readonly version: number; readonly act: Act }[]): {
  readonly rows: readonly Row[];
  readonly changes: readonly Change[];
} {
  let rows: readonly Row[] = [];
  const changes: Change[] = [];
  for (const { version, act } of acts) {
    const goes = (row: Row): boolean =>
      act.kind === "overwrite" || (act.kind === "replaceWhere" && row.part === act.part);
    for (const row of rows.filter(goes)) changes.push({ ...row, type: "delete", version });
    for (const row of act.rows) changes.push({ ...row, type: "insert", version });
    rows = [...rows.filter((row) => !goes(row)), ...act.rows];
  }
  return { rows, changes };
}
