import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { WriteRequest } from "../connector.ts";
import { partNames, type StagedFiles, type WriteShape } from "./stage.ts";

const codecs = { snappy: "snappy", zstd: "zstd", gzip: "gzip", none: "uncompressed" } as const;

/** Writes rows as Parquet files of the staging folder. */
export async function writeParquetFiles(
  request: WriteRequest,
  { schema, partitions }: WriteShape,
): Promise<StagedFiles> {
  const { relation, context, options, query } = request;
  const asked = (options["compression"] ?? "snappy").toLowerCase();
  const codec = (asked === "uncompressed" ? "none" : asked) as keyof typeof codecs;
  if (!Object.hasOwn(codecs, codec)) {
    const expected = "must be one of snappy, zstd, gzip, none";
    throw error("INVALID_OPTION_VALUE", { name: "compression", value: asked, expected });
  }
  const target = {
    directory: context.staging,
    schema,
    partitionBy: partitions.map((column) => column.name),
    compression: codecs[codec],
    statistics: () => false,
  };
  const prefix = codec === "none" ? "" : `.${codec === "gzip" ? "gz" : codec}`;
  const partitioned = partitions.length > 0;
  return {
    files: await context.engine.writeParquet(relation, target, query),
    timeZone: query.timeZone,
    name: partNames({ job: env.uuid(), extension: `${prefix}.parquet`, partitioned }),
  };
}
