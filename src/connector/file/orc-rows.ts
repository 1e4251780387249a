import { reference } from "../../analysis/expression.ts";
import type { CodecName } from "../../engine/orc/codec/codec.ts";
import { packerOf } from "../../engine/orc/codec/pack.ts";
import { OrcFileWriter } from "../../engine/orc/write/file.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { findField } from "../../schema/compare.ts";
import { field, type StructType, struct } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { WriteRequest } from "../connector.ts";
import { type RowFormat, rowColumns } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";

/** Bytes of rows, roughly, of a stripe (`orc.stripe.size`), and of all files that are open. */
const stripeBytes = 64 << 20;
const heldMax = 256 << 20;

/** The version of Spark whose files these are like. */
const sparkVersion = "4.2.0";

const codecs: Readonly<Record<string, CodecName>> = {
  ...{ none: "none", uncompressed: "none", snappy: "snappy", zlib: "zlib", lz4: "lz4" },
  ...{ zstd: "zstd", brotli: "brotli", lzo: "lzo" },
};

/** Rows as ORC files, as Spark writes them. */
export async function orcRows(request: WriteRequest, shape: WriteShape): Promise<RowFormat> {
  const codec = codecOf(request.options, request.context.conf("spark.sql.orc.compression.codec"));
  const pack = await packerOf(codec);
  const { data, project } = rowColumns(request.relation, shape);
  const schema = struct(data.map(({ name, type }) => field(name, type)));
  const names = schema.fields.map(({ name }) => name);
  const metadata = { "org.apache.spark.version": sparkVersion };
  const most = stripeSize(request.options);
  const blooms = bloomsOf(request.options, schema);
  let heldByAll = 0;
  return {
    relation: project(data.map((column) => ({ column, expression: reference(column) }))),
    width: names.length,
    extension: `${codec === "none" ? "" : `.${codec}`}.orc`,
    open() {
      const named = pack ? { pack } : {};
      const told = { ...named, ...(blooms && { blooms }) };
      const file = new OrcFileWriter({ schema, codec, ...told, zone: env.zone(), metadata });
      let held = 0;
      return {
        add(values) {
          file.add(Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])));
          const size = values.reduce((sum: number, value) => sum + sizeOf(value), 0);
          held += size;
          heldByAll += size;
          return size;
        },
        async take(last) {
          const full = held >= most || (heldByAll >= heldMax && held > 0);
          if (!last && !full) return new Uint8Array();
          heldByAll -= held;
          held = 0;
          const stripe = file.stripe();
          return last ? Buffer.concat([stripe, file.end()]) : stripe;
        },
      };
    },
  };
}

/** About how many bytes a value takes. */
function sizeOf(value: Value): number {
  if (typeof value === "string") return 8 + value.length;
  if (value === null || typeof value !== "object") return 8;
  if (value instanceof Uint8Array) return 8 + value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item), 8);
  if (value instanceof Map) {
    return [...value].reduce((sum, [key, item]) => sum + sizeOf(key) + sizeOf(item), 8);
  }
  return 16;
}

function stripeSize(options: Options): number {
  const text = options["orc.stripe.size"];
  if (text === undefined) return stripeBytes;
  const size = Number(text);
  if (Number.isInteger(size) && size > 0) return size;
  const expected = "must be a number of bytes";
  throw error("INVALID_OPTION_VALUE", { name: "orc.stripe.size", value: text, expected });
}

/** Columns that have bloom filters (`orc.bloom.filter.columns`), and their rate of error. */
function bloomsOf(options: Options, schema: StructType) {
  const columns = (options["orc.bloom.filter.columns"] ?? "").split(",").map((name) => name.trim());
  const text = options["orc.bloom.filter.fpp"] ?? "0.01";
  const rate = Number(text);
  if (!(rate > 0 && rate < 1)) {
    const expected = "must be a number between 0 and 1";
    throw error("INVALID_OPTION_VALUE", { name: "orc.bloom.filter.fpp", value: text, expected });
  }
  if (columns[0] === "") return undefined;
  for (const value of columns) {
    if (findField(schema, value.split(".")[0]!)) continue;
    const expected = "must name columns that are written, with commas between them";
    throw error("INVALID_OPTION_VALUE", { name: "orc.bloom.filter.columns", value, expected });
  }
  return { columns, rate };
}

function codecOf(options: Options, configured: string | undefined): Exclude<CodecName, "lzo"> {
  const asked = options["compression"] ?? options["orc.compress"] ?? configured ?? "zstd";
  const name = asked.toLowerCase();
  const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined;
  const known = "none, uncompressed, snappy, zlib, lz4, zstd, brotli";
  if (codec === "lzo")
    throw error("UNSUPPORTED_WRITE_OPTION", { option: "compression", value: name, known });
  if (codec !== undefined) return codec;
  throw error("INVALID_OPTION_VALUE", {
    ...{ name: "compression", value: name },
    expected: `must be one of ${known}`,
  });
}
