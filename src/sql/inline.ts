import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import { type DataType, field, struct } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import { aliased, tableAlias } from "./alias.ts";
import { type Cursor, expect, list } from "./cursor.ts";
import { expression } from "./expression.ts";

/**
 * `VALUES (1, 'a'), (2, 'b') [AS t (x, y)]`: a local relation if all are literals of one type a
 * column (columns `col1`, `col2`, …), else a union of one-row projections.
 */
export function inlineTable(cursor: Cursor): Relation {
  expect(cursor, "VALUES");
  const rows = list(cursor, expression).map(cells);
  const width = rows[0]?.length ?? 0;
  rows.forEach((row, rowIndex) => {
    if (row.length !== width) {
      throw error("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", {
        expectedNumCols: width,
        actualNumCols: row.length,
        rowIndex,
      });
    }
  });
  const input = localRows(rows) ?? projections(rows);
  return aliased(input, tableAlias(cursor));
}

/** A row constructor gives a row; anything else is a row of one value. */
function cells(row: Expression): readonly Expression[] {
  if (row.kind !== "call" || !row.row) return [row];
  return row.arguments.map((cell) => (cell.kind === "alias" ? cell.input : cell));
}

function columnName(index: number): string {
  return `col${index + 1}`;
}

function localRows(rows: readonly (readonly Expression[])[]): Relation | undefined {
  const width = rows[0]?.length ?? 0;
  const types: (DataType | undefined)[] = new Array(width).fill(undefined);
  const nulls: boolean[] = new Array(width).fill(false);
  const values: Value[][] = [];
  for (const row of rows) {
    const cellsOfRow: Value[] = [];
    for (const [index, cell] of row.entries()) {
      if (cell.kind !== "literal") return undefined;
      cellsOfRow.push(cell.value);
      if (cell.value === null) nulls[index] = true;
      else if (types[index] === undefined) types[index] = cell.type;
      else if (JSON.stringify(types[index]) !== JSON.stringify(cell.type)) return undefined;
    }
    values.push(cellsOfRow);
  }
  const fields = types.map((type, index) =>
    field(columnName(index), type ?? { type: "void" }, nulls[index] ?? true),
  );
  return { kind: "local", schema: struct(fields), rows: values };
}

function projections(rows: readonly (readonly Expression[])[]): Relation {
  const [first, ...rest] = rows.map(
    (row): Relation => ({
      kind: "project",
      input: { kind: "one row" },
      expressions: row.map((input, index) => ({
        kind: "alias",
        input,
        names: [columnName(index)],
      })),
    }),
  );
  return unionAll(first ?? { kind: "one row" }, rest);
}

/** A balanced tree, so that many rows do not make a deep plan. */
function unionAll(first: Relation, rest: readonly Relation[]): Relation {
  let level = [first, ...rest];
  while (level.length > 1) {
    const pairs: Relation[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index] as Relation;
      const right = level[index + 1];
      pairs.push(right ? { ...union, left, right } : left);
    }
    level = pairs;
  }
  return level[0] ?? first;
}

const union = {
  kind: "set",
  operator: "union",
  all: true,
  byName: false,
  allowMissingColumns: false,
} as const;
