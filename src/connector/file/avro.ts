import { reference } from "../../analysis/expression.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type Encode, recordEncoder } from "../../schema/avro/encode.ts";
import { AvroOutput, blockHead, containerHead } from "../../schema/avro/output.ts";
import { parseAvroSchema } from "../../schema/avro/parse.ts";
import { avroJson } from "../../schema/avro/write.ts";
import { field, struct } from "../../schema/type.ts";
import { deflate, loadZstd, plain } from "../../storage/codec.ts";
import { loadSnappyBlocks } from "../../storage/snappy-block.ts";
import type { WriteRequest } from "../connector.ts";
import { completed } from "./format-option.ts";
import { type RowFile, type RowFormat, rowColumns } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";

/** Uncompressed bytes of a block, as Avro's own writer has it. */
const blockBytes = 64_000;

interface Packing {
  /** What the header calls it. */
  readonly codec: string;
  /** What the file's name says of it. */
  readonly ending: string;
  pack(bytes: Uint8Array): Uint8Array;
}

/** Rows as object container files, by Spark's schema of them or that of the option `avroSchema`. */
export async function avroRows(request: WriteRequest, shape: WriteShape): Promise<RowFormat> {
  const { options } = await completed(request);
  const packing = await packingOf(
    options,
    request.context.conf("spark.sql.avro.compression.codec"),
  );
  const { data, project } = rowColumns(request.relation, shape);
  const columns = data.map(({ name, type, nullable }) => field(name, type, nullable));
  checkNames(columns.map(({ name }) => name));
  const record = options["recordname"] ?? "topLevelRecord";
  const text =
    options["avroschema"] ??
    JSON.stringify(avroJson(struct(columns), record, options["recordnamespace"] ?? ""));
  const positional = (options["positionalfieldmatching"] ?? "false").toLowerCase() === "true";
  const encode = recordEncoder(struct(columns), parseAvroSchema(text), positional);
  return {
    relation: project(data.map((column) => ({ column, expression: reference(column) }))),
    width: columns.length,
    extension: `${packing.ending}.avro`,
    open: () => new AvroRows(text, packing, encode),
  };
}

/** Avro's names are made of letters, digits and underscores. */
function checkNames(names: readonly string[]): void {
  const wrong = names.find((name) => !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name));
  if (wrong === undefined) return;
  throw error("INVALID_COLUMN_NAME_AS_PATH", { datasource: "avro", columnName: wrong });
}

async function packingOf(options: Options, configured: string | undefined): Promise<Packing> {
  const name = (options["compression"] ?? configured ?? "snappy").toLowerCase();
  switch (name) {
    case "uncompressed":
      return { codec: "null", ending: "", pack: plain.pack };
    case "deflate":
      return { codec: name, ending: ".deflate", pack: deflate.pack };
    case "snappy":
      return { codec: name, ending: ".snappy", pack: (await loadSnappyBlocks()).pack };
    case "zstandard":
      return { codec: name, ending: ".zstandard", pack: (await loadZstd()).pack };
    case "bzip2":
    case "xz": {
      const known = "uncompressed, snappy, deflate, zstandard";
      throw error("UNSUPPORTED_WRITE_OPTION", { option: "compression", value: name, known });
    }
    default: {
      const expected = "must be one of uncompressed, snappy, deflate, zstandard";
      throw error("INVALID_OPTION_VALUE", { name: "compression", value: name, expected });
    }
  }
}

class AvroRows implements RowFile {
  readonly #packing: Packing;
  readonly #encode: Encode;
  readonly #sync = Buffer.from(env.uuid().replaceAll("-", ""), "hex");
  readonly #block = new AvroOutput();
  #count = 0;
  /** Finished blocks that were not taken, the header before them. */
  #ready: Uint8Array[];

  constructor(schema: string, packing: Packing, encode: Encode) {
    this.#packing = packing;
    this.#encode = encode;
    this.#ready = [containerHead(schema, packing.codec, this.#sync)];
  }

  add(values: Parameters<RowFile["add"]>[0]): number {
    const before = this.#block.size;
    this.#encode(this.#block, values);
    this.#count++;
    const added = this.#block.size - before;
    if (this.#block.size >= blockBytes) this.#finish();
    return added;
  }

  async take(last: boolean): Promise<Uint8Array> {
    if (last) this.#finish();
    const bytes = Buffer.concat(this.#ready);
    this.#ready = [];
    return bytes;
  }

  #finish(): void {
    if (this.#count === 0) return;
    const packed = this.#packing.pack(this.#block.taken());
    this.#ready.push(blockHead(this.#count, packed.length), packed, this.#sync);
    this.#count = 0;
  }
}
