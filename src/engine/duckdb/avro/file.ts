import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import { type AvroOptions, avroOptions } from "../../../schema/avro/option.ts";
import { parseAvroSchema } from "../../../schema/avro/parse.ts";
import { sparkSchema } from "../../../schema/avro/spark.ts";
import { julianRebase, type Rebase } from "../../../schema/rebase.ts";
import type { StructType } from "../../../schema/type.ts";
import type { InferRequest } from "../../engine.ts";
import type { Chunk } from "../text/chunk.ts";
import { CHUNK_ROWS } from "../text/column.ts";
import type { FileReader, FormatContext } from "../text/format.ts";
import { recordCells } from "./cell.ts";
import { Container, prepareCodecs } from "./container.ts";
import { Cursor } from "./cursor.ts";
import type { ReadCell } from "./value.ts";

/** Makes the readers of Avro files. `prepareCodecs` was awaited before. */
export function avroFormat(context: FormatContext): (file: InputFile) => FileReader {
  const options = avroOptions(context.rawOptions);
  return (file) => new AvroFile(context, options, new Container(file));
}

class AvroFile implements FileReader {
  readonly #container: Container;
  readonly #read: ReadCell | undefined;
  readonly #cursor = new Cursor();
  #left = 0;

  constructor({ layout, input }: FormatContext, options: AvroOptions, container: Container) {
    this.#container = container;
    if (layout.data.fields.length === 0) return;
    try {
      const written = parseAvroSchema(container.header.schema);
      const all = input.stored?.fields ?? layout.data.fields;
      const rebase = rebaseOf(container, options);
      this.#read = recordCells(
        { written, reader: options.schema ?? written },
        {
          schema: layout.data,
          columns: layout.dataColumns,
          places: layout.data.fields.map((one) => all.findIndex(({ name }) => name === one.name)),
        },
        { positional: options.positional, ...(rebase ? { rebase } : {}) },
      );
    } catch (thrown) {
      throw container.failure(thrown);
    }
  }

  fill(chunk: Chunk): boolean {
    try {
      return this.#fill(chunk);
    } catch (thrown) {
      throw this.#container.failure(thrown);
    }
  }

  #fill(chunk: Chunk): boolean {
    const cursor = this.#cursor;
    while (!chunk.full) {
      if (this.#left === 0) {
        const block = this.#container.next();
        if (block === undefined) return false;
        this.#left = block.count;
        if (this.#read) cursor.open(block.bytes());
      }
      const rows = Math.min(this.#left, CHUNK_ROWS - chunk.rows);
      if (this.#read) this.#records(this.#read, chunk, rows);
      else {
        chunk.rows += rows;
        this.#left -= rows;
      }
    }
    return true;
  }

  #records(read: ReadCell, chunk: Chunk, rows: number): void {
    const cursor = this.#cursor;
    for (let i = 0; i < rows && !chunk.full; i++) {
      const from = cursor.at;
      read(cursor, chunk.rows);
      chunk.rows++;
      chunk.spent += cursor.at - from;
      this.#left--;
    }
  }

  [Symbol.dispose](): void {
    this.#container[Symbol.dispose]();
  }
}

/** Spark before 3.0 counted old days and instants in the calendar of its time. */
function rebaseOf({ header }: Container, options: AvroOptions): Rebase | undefined {
  const version = header.metadata.get("org.apache.spark.version");
  const marked = header.metadata.has("org.apache.spark.legacyDateTime");
  const old = version === undefined ? options.rebaseMode === "LEGACY" : version < "3.0.0" || marked;
  if (!old && (version !== undefined || options.rebaseMode !== "EXCEPTION")) return undefined;
  if (!old) return ancientRefused;
  return julianRebase(header.metadata.get("org.apache.spark.timeZone") ?? "UTC");
}

/** What refuses days and instants that two calendars have apart. */
export const ancientRefused: Rebase = {
  date: (days) => (days >= -141_427 ? days : refuseAncient()),
  micros: (micros) => (micros >= -2_208_988_800_000_000n ? micros : refuseAncient()),
};

function refuseAncient(): never {
  throw error("INCONSISTENT_BEHAVIOR_CROSS_VERSION.READ_ANCIENT_DATETIME", {
    format: "Avro",
    option: "datetimeRebaseMode",
  });
}

/** The schema of Avro files: the option's, or the first file's. */
export async function inferAvroSchema(request: InferRequest): Promise<StructType> {
  const options = avroOptions(request.options);
  if (options.schema) return sparkSchema(options.schema, options);
  const [first] = request.files;
  if (first === undefined) throw error("UNABLE_TO_INFER_SCHEMA", { format: "avro", path: "" });
  await prepareCodecs();
  using container = new Container(first);
  return sparkSchema(parseAvroSchema(container.header.schema), options);
}
