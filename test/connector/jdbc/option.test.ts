import { describe, expect, test } from "vitest";
import { readOptions, sinkOptions, writeOptions } from "../../../src/connector/jdbc/option.ts";

const url = "jdbc:postgresql://h/d?user=of-url&currentSchema=s";

describe("reading", () => {
  test("defaults are Spark's", () => {
    expect(readOptions({ url, dbtable: " t " })).toMatchObject({
      ...{ source: "t", partition: undefined, queryTimeout: 0, user: "of-url" },
      ...{ pushDownPredicate: true, pushDownLimit: true, prepareQuery: "", hint: "" },
      ...{ preferTimestampNTZ: undefined, customSchema: undefined },
      properties: { user: "of-url", currentschema: "s" },
    });
  });

  test("a query stands in parentheses under Spark's name, whatever comment it ends with", () => {
    const { source } = readOptions({ url, query: "SELECT 1 -- one" });
    expect(source).toBe("(SELECT 1 -- one\n) SPARK_GEN_SUBQ_0");
    const ended = readOptions({ url, query: " SELECT 1;; " });
    expect(ended.source).toBe("(SELECT 1\n) SPARK_GEN_SUBQ_0");
  });

  test("options go before the URL, and what is Spark's is no property of the driver", () => {
    const options = readOptions({
      url,
      dbtable: "t",
      user: "me",
      fetchsize: "9",
      sslmode: "require",
    });
    expect(options.user).toBe("me");
    expect(options.properties).toEqual({ user: "me", currentschema: "s", sslmode: "require" });
  });

  test.each([
    [{ dbtable: "t" }, "MISSING_OPTION"],
    [{ url }, "MISSING_OPTION"],
    [{ url, dbtable: "t", query: "q" }, "CONFLICTING_OPTIONS"],
    [{ url, query: " " }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", partitioncolumn: "a" }, "MISSING_OPTION"],
    [{ url, dbtable: "t", lowerbound: "1", upperbound: "2", numpartitions: "3" }, "MISSING_OPTION"],
    [
      {
        url,
        query: "q",
        partitioncolumn: "a",
        lowerbound: "1",
        upperbound: "2",
        numpartitions: "3",
      },
      "CONFLICTING_OPTIONS",
    ],
    [{ url, dbtable: "t", fetchsize: "-1" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", hint: "/*+ a */ DROP TABLE t /* */" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", hint: "no hint" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", pushdownaggregate: "maybe" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", keytab: "k" }, "UNSUPPORTED_DATA_SOURCE_OPTION"],
  ])("%j: %s", (options, code) => {
    expect(() => readOptions(options as Record<string, string>)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe("writing", () => {
  test("defaults are Spark's", () => {
    expect(writeOptions({ url, dbtable: "t" })).toMatchObject({
      ...{ truncate: false, cascadeTruncate: false, createTableOptions: "", batchSize: 1000 },
      ...{ isolation: "READ_UNCOMMITTED", tableComment: "" },
      table: [{ name: "t", quoted: false }],
    });
  });

  test("names are of parts, quoted in any way", () => {
    expect(writeOptions({ url, dbtable: 'a."b ""c.".`d``e`.[f]]g]' }).table).toEqual([
      { name: "a", quoted: false },
      { name: 'b "c.', quoted: true },
      { name: "d`e", quoted: true },
      { name: "f]g", quoted: true },
    ]);
  });

  test.each(["", "a b", "a.", ".a", "a;b", "a--", '"a', '"a" b', "(SELECT 1) t", "a.1"])(
    "'%s' is the name of no table",
    (dbtable) => {
      expect(() => writeOptions({ url, dbtable })).toThrow(/INVALID_OPTION_VALUE/);
    },
  );

  test.each([
    [{ url, query: "SELECT 1" }, "MISSING_OPTION"],
    [{ url, dbtable: "t", query: "q" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", isolationlevel: "SNAPSHOT" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", batchsize: "0" }, "INVALID_OPTION_VALUE"],
    [{ url, dbtable: "t", numpartitions: "0" }, "INVALID_OPTION_VALUE"],
  ])("%j: %s", (options, code) => {
    expect(() => writeOptions(options as Record<string, string>)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

test("a sink has keys and a table of batches, and is never without transactions", () => {
  const options = sinkOptions({
    url,
    dbtable: "t",
    keycolumns: " a, b ,",
    batchtable: "s.batches",
  });
  expect(options.keys).toEqual(["a", "b"]);
  expect(options.batchTable.map(({ name }) => name)).toEqual(["s", "batches"]);
  expect(sinkOptions({ url, dbtable: "t" }).batchTable).toEqual([
    { name: "millrace_stream_batches", quoted: false },
  ]);
  expect(() => sinkOptions({ url, dbtable: "t", isolationlevel: "NONE" })).toThrow(/transactions/);
});
