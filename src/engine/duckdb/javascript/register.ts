import type { DuckDBBlobValue, DuckDBConnection } from "@duckdb/node-api";
import { isError } from "../../../error/error.ts";
import { javascriptName } from "../compile/function/registry.ts";
import { variantNames } from "../compile/variant-call.ts";
import { carried } from "../failure.ts";
import type { Duck } from "../module.ts";
import { operationOf } from "./operation.ts";
import { variantOperationOf } from "./variant.ts";

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
          const operation = operationOf(String(names?.getItem(row)));
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
          const operation = variantOperationOf(String(names?.getItem(row)));
          const made = given.length < rest.length ? null : attempt(() => operation(given));
          const item = made instanceof Uint8Array ? new duck.DuckDBBlobValue(made) : made;
          output.setItem(row, item);
        }
        output.flush();
      },
    }),
  );
}
