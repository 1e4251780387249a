import { expect, test } from "vitest";
import { type Connector, SparkSession, types } from "../../src/index.ts";

const schema = types.struct([types.field("id", types.long)]);

/** A source of one row. */
function one(name: string, id: bigint): Connector {
  return {
    names: [name],
    async reader() {
      const input = { kind: "rows", schema, rows: [[id]] } as const;
      return { name, schema, hidden: [], streaming: false, scan: async () => input };
    },
  };
}

test("a registered connector is known by its name, in its session alone, and may be replaced", async () => {
  await using spark = await SparkSession.builder().create();
  await using other = await SparkSession.builder().create();
  spark.dataSource.register(one("Mine", 1n));
  expect(await spark.read.format("mine").load().collect()).toEqual([{ id: 1n }]);
  await expect(spark.range(1).write.format("MINE").save()).rejects.toMatchObject({
    code: "UNSUPPORTED_DATA_SOURCE_OPERATION",
  });
  await expect(other.read.format("mine").load().collect()).rejects.toMatchObject({
    code: "DATA_SOURCE_NOT_FOUND",
  });
  spark.dataSource.register(one("mine", 2n));
  expect(await spark.read.format("mine").load().collect()).toEqual([{ id: 2n }]);
});

test.each(["Delta", "iceberg"])("the name %s is not free", async (name) => {
  await using spark = await SparkSession.builder().create();
  expect(() => spark.dataSource.register(one(name, 1n))).toThrow("DATA_SOURCE_ALREADY_EXISTS");
});
