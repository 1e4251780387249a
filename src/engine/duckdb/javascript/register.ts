import type { DuckDBConnection } from "@duckdb/node-api";
import { javascriptName } from "../compile/function/registry.ts";
import type { Duck } from "../module.ts";
import { operationOf } from "./operation.ts";

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
          output.setItem(row, args.includes(null) ? null : operation(texts));
        }
        output.flush();
      },
    }),
  );
}
