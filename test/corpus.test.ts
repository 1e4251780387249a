import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SparkSession } from "../src/index.ts";
import { formatDataType } from "../src/schema/ddl.ts";
import { sharedPath, sharedReason } from "./shared.ts";

const place = "corpus/spark-test-data";
const folder = sharedPath(place);

interface Read {
  readonly file: string;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly schema?: string;
  readonly rows?: number;
  readonly digest?: string;
  readonly error?: string;
}

const reads: readonly Read[] = JSON.parse(
  readFileSync(new URL("golden/corpus/spark.json", import.meta.url), "utf8"),
);

describe.skipIf(folder === undefined)(
  folder ? "Spark's own odd files" : sharedReason(place),
  () => {
    let session: SparkSession;
    beforeAll(async () => {
      session = await SparkSession.builder()
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate();
    });
    afterAll(() => session.stop());

    async function ours({ file, format, options }: Read) {
      const frame = session.read.format(format).options(options).load(join(folder!, file));
      const schema = await frame.schema();
      if (schema.fields.length === 0) return { schema: "struct<>", rows: 0 };
      const shown = "to_json(struct(*), map('ignoreNullFields', 'false')) AS row";
      const rows = (await frame.selectExpr(shown).collect()).map(({ row }) => String(row)).sort();
      const digest = createHash("sha256").update(rows.join("\n")).digest("hex").slice(0, 16);
      return { schema: formatDataType(schema), rows: rows.length, digest };
    }

    test.each(reads.map((read) => [`${read.file} ${JSON.stringify(read.options)}`, read] as const))(
      "%s",
      async (_, read) => {
        if (read.error !== undefined) {
          await expect(ours(read)).rejects.toThrow(/^\[(?!ENGINE_FAILED)[A-Z]/);
          return;
        }
        const { schema, rows, digest } = read;
        expect(await ours(read)).toEqual({ schema, rows, ...(digest ? { digest } : {}) });
      },
    );
  },
);
