import type { DuckDBBlobValue, DuckDBConnection } from "@duckdb/node-api";
import { assert, isError } from "../../../error/error.ts";
import { javascriptName } from "../compile/function/registry.ts";
import { variantNames } from "../compile/variant-call.ts";
import { carried } from "../failure.ts";
import type { Duck } from "../module.ts";
import type { operationOf } from "./operation.ts";
import type { variantOperationOf } from "./variant.ts";

interface Operations {
  readonly text: typeof operationOf;
  readonly variant: typeof variantOperationOf;
}

const calls = [javascriptName, ...Object.values(variantNames)].map((name) => `${name}(`);
let loaded: Operations | undefined;

/**
 * Loads what the functions do, if a statement may call them; to be done before it is run. Most
 * statements do not, and it is a third of the engine's code.
 */
export async function provideJavascript(sql: string): Promise<void> {
  if (loaded !== undefined || !calls.some((call) => sql.includes(call))) return;
  const { operationOf } = await import("./operation.ts");
  const { variantOperationOf } = await import("./variant.ts");
  loaded = { text: operationOf, variant: variantOperationOf };
}

function operations(): Operations {
  assert(loaded !== undefined, "functions are loaded before a statement that calls them is run");
  return loaded;
}

function attempt<T>(operation: () => T): T {
  try {
    return operation();
  } catch (thrown) {
    throw isError(thrown) ? new Error(carried(thrown)) : thrown;
  }
}

/**
 * Makes `millrace(name, text, …)` a function of SQL: what SQL cannot say exactly is computed here,
 * about 1 µs a value, texts in and text out; null in, null out.
 */
export function registerJavascript(duck: Duck, connection: DuckDBConnection): void {
  const { VARCHAR } = duck;
  connection.registerScalarFunction(
    duck.DuckDBScalarFunction.create({
      name: javascriptName,
      returnType: VARCHAR,
      parameterTypes: [VARCHAR],
      varArgsType: VARCHAR,
      specialHandling: true,
      mainFunction: (_info, input, output) => {
        const columns = Array.from({ length: input.columnCount }, (_, at) =>
          input.getColumnVector(at),
        );
        const [names, ...rest] = columns;
        for (let row = 0; row < input.rowCount; row += 1) {
          const args = rest.map((column) => column.getItem(row) as string | null);
          const operation = operations().text(String(names?.getItem(row)));
          const texts = args as string[];
          output.setItem(row, args.includes(null) ? null : attempt(() => operation(texts)));
        }
        output.flush();
      },
    }),
  );
  registerVariant(duck, connection, "bytes");
  registerVariant(duck, connection, "text");
}

/** Makes the functions of variants: a name and bytes in; bytes, or bytes of a text, out. */
function registerVariant(
  duck: Duck,
  connection: DuckDBConnection,
  answer: keyof typeof variantNames,
): void {
  const { VARCHAR, BLOB } = duck;
  connection.registerScalarFunction(
    duck.DuckDBScalarFunction.create({
      name: variantNames[answer],
      returnType: answer === "bytes" ? BLOB : VARCHAR,
      parameterTypes: [VARCHAR],
      varArgsType: BLOB,
      specialHandling: true,
      mainFunction: (_info, input, output) => {
        const columns = Array.from({ length: input.columnCount }, (_, at) =>
          input.getColumnVector(at),
        );
        const [names, ...rest] = columns;
        for (let row = 0; row < input.rowCount; row += 1) {
          const values = rest.map((column) => column.getItem(row) as DuckDBBlobValue | null);
          const given = values.flatMap((value) => (value === null ? [] : [value.bytes]));
          const operation = operations().variant(String(names?.getItem(row)));
          const made = given.length < rest.length ? null : attempt(() => operation(given));
          const item = made instanceof Uint8Array ? new duck.DuckDBBlobValue(made) : made;
          output.setItem(row, item);
        }
        output.flush();
      },
    }),
  );
}
