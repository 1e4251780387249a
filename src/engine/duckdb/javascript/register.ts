import type { DuckDBBlobValue, DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
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
 * about 1 µs a value, texts in and text out; null in, null out. And the functions of variants: a
 * name and bytes in; bytes, or bytes of a text, out.
 */
export function registerJavascript(duck: Duck, connection: DuckDBConnection): void {
  const { VARCHAR, BLOB } = duck;
  const define = (scalar: Omit<Scalar, "duck">): void => register(connection, { duck, ...scalar });
  define({
    name: javascriptName,
    takes: VARCHAR,
    returns: VARCHAR,
    compute: (name, args) => operations().text(name)(args as readonly string[]),
  });
  const compute: Scalar["compute"] = (name, args) => {
    const made = operations().variant(name)((args as DuckDBBlobValue[]).map(({ bytes }) => bytes));
    return made instanceof Uint8Array ? new duck.DuckDBBlobValue(made) : made;
  };
  define({ name: variantNames.bytes, takes: BLOB, returns: BLOB, compute });
  define({ name: variantNames.text, takes: BLOB, returns: VARCHAR, compute });
}

interface Scalar {
  readonly duck: Duck;
  readonly name: string;
  readonly takes: DuckDBType;
  readonly returns: DuckDBType;
  /** The value for an operation's name and its arguments, of which none is null. */
  readonly compute: (name: string, args: readonly unknown[]) => DuckDBValue;
}

function register(
  connection: DuckDBConnection,
  { duck, name, takes, returns, compute }: Scalar,
): void {
  connection.registerScalarFunction(
    duck.DuckDBScalarFunction.create({
      name,
      returnType: returns,
      parameterTypes: [duck.VARCHAR],
      varArgsType: takes,
      specialHandling: true,
      mainFunction: (_info, input, output) => {
        const columns = Array.from({ length: input.columnCount }, (_, at) =>
          input.getColumnVector(at),
        );
        const [names, ...rest] = columns;
        for (let row = 0; row < input.rowCount; row += 1) {
          const args = rest.map((column) => column.getItem(row));
          const operation = String(names?.getItem(row));
          output.setItem(row, args.includes(null) ? null : attempt(() => compute(operation, args)));
        }
        output.flush();
      },
    }),
  );
}
