import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";
import { isError } from "../../../error/error.ts";
import { binary, type DataType } from "../../../schema/type.ts";
import { carried } from "../failure.ts";
import type { Duck } from "../module.ts";
import { binding, logicalType, type Vector } from "../text/binding.ts";
import { readVector } from "../value/read.ts";
import { avroReader, avroWriter } from "./avro.ts";
import { fillColumn, fillColumnOf } from "./fill.ts";
import type { Payload } from "./payload.ts";
import { protobufReader, protobufWriter } from "./protobuf.ts";

interface Named {
  readonly name: string;
  readonly payload: Payload;
}

/** Puts what a function makes of a vector into another; both have so many rows. */
type Work = (input: DuckDBVector, output: Vector, rows: number) => void;

/** Makes a payload's function one of SQL, for all connections of the database. */
export function registerPayload(
  duck: Duck,
  connection: DuckDBConnection,
  { name, payload }: Named,
): void {
  const { takes, returns, work } = functionOf(payload);
  const scalar = new duck.DuckDBScalarFunction();
  const duckdb = binding();
  duckdb.scalar_function_set_name(scalar.scalar_function, name);
  duckdb.scalar_function_add_parameter(scalar.scalar_function, logicalType(takes));
  duckdb.scalar_function_set_return_type(scalar.scalar_function, logicalType(returns));
  duckdb.scalar_function_set_special_handling(scalar.scalar_function);
  duckdb.scalar_function_set_function(scalar.scalar_function, (_, input, output) => {
    const chunk = new duck.DuckDBDataChunk(input);
    try {
      work(chunk.getColumnVector(0), output, chunk.rowCount);
    } catch (thrown) {
      throw isError(thrown) ? new Error(carried(thrown)) : thrown;
    }
  });
  connection.registerScalarFunction(scalar);
}

function functionOf(payload: Payload): {
  readonly takes: DataType;
  readonly returns: DataType;
  readonly work: Work;
} {
  switch (payload.kind) {
    case "from_avro":
    case "from_protobuf": {
      const reader = payload.kind === "from_avro" ? avroReader(payload) : protobufReader(payload);
      const work: Work = (input, output, rows) => {
        const column = fillColumn(reader, readVector(input, binary) as (Uint8Array | null)[]);
        column.flush(output, rows);
        column.reset();
      };
      return { takes: binary, returns: payload.type, work };
    }
    case "to_avro":
    case "to_protobuf": {
      const { type } = payload;
      const write = payload.kind === "to_avro" ? avroWriter(payload) : protobufWriter(payload);
      const work: Work = (input, output, rows) => {
        const column = fillColumnOf(write, readVector(input, type));
        column.flush(output, rows);
      };
      return { takes: type, returns: binary, work };
    }
  }
}
