import type { DuckDBConnection } from "@duckdb/node-api";
import { isError } from "../../../error/error.ts";
import { javascriptName } from "../compile/function/registry.ts";
import { carried } from "../failure.ts";
import type { Duck } from "../module.ts";
import { type Operation, operationOf } from "./operation.ts";

function attempt(operation: Operation, texts: readonly string[]): string | null {
  try {
    return operation(texts);
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
          output.setItem(row, args.includes(null) ? null : attempt(operation, texts));
        }
        output.flush();
      },
    }),
  );
}
