import type { DuckDBConnection } from "@duckdb/node-api";
import { bitsOf, blockAt, bytesInBlock, type RowSet, rowsInBlock } from "../../../plan/row-set.ts";
import type { Duck } from "../module.ts";

const functionName = "millrace_holds";

/** SQL that tells whether a row is in the set of a number, over two doubles. */
export function heldSql(set: string, row: string): string {
  return `${functionName}(CAST(${set} AS DOUBLE), CAST(${row} AS DOUBLE))`;
}

/** The sets that queries under way look into, by number. */
export class HeldRows {
  readonly #sets = new Map<number, RowSet>();
  #next = 0;

  /** Numbers sets one after another from the number that comes back, until they are let go. */
  hold(sets: readonly (RowSet | undefined)[]): { readonly first: number; release(): void } {
    const first = this.#next;
    this.#next += sets.length;
    for (const [at, set] of sets.entries()) if (set) this.#sets.set(first + at, set);
    const release = (): void => {
      for (const at of sets.keys()) this.#sets.delete(first + at);
    };
    return { first, release };
  }

  get(number: number): RowSet | undefined {
    return this.#sets.get(number);
  }
}

/**
 * Makes the function of `heldSql`. A join with a table of the rows was measured too: over ten
 * million rows it takes three to ten times as long, and 100 bytes a row.
 */
export function registerHeldRows(duck: Duck, connection: DuckDBConnection, held: HeldRows): void {
  const room = new Uint8Array(bytesInBlock);
  connection.registerScalarFunction(
    duck.DuckDBScalarFunction.create({
      name: functionName,
      returnType: duck.BOOLEAN,
      parameterTypes: [duck.DOUBLE, duck.DOUBLE],
      mainFunction: (_info, input, output) => {
        const numbers = input.getColumnVector(0);
        const rows = input.getColumnVector(1);
        let number = -1;
        let high = -1;
        let set: RowSet | undefined;
        let bits: Uint8Array | undefined;
        for (let at = 0; at < input.rowCount; at += 1) {
          const ofRow = numbers.getItem(at) as number;
          const row = rows.getItem(at) as number;
          const block = Math.floor(row / rowsInBlock);
          if (ofRow !== number || block !== high) {
            if (ofRow !== number) set = held.get(ofRow);
            const found = set && blockAt(set, block);
            bits = found && bitsOf(found, room);
            number = ofRow;
            high = block;
          }
          const low = row - block * rowsInBlock;
          output.setItem(
            at,
            bits !== undefined && ((bits[low >> 3] ?? 0) & (1 << (low & 7))) !== 0,
          );
        }
        output.flush();
      },
    }),
  );
}
