import { expect, test } from "vitest";
import { hadoopOptions } from "../../src/storage/hadoop.ts";

const bucket = (name: string): readonly string[] => [
  name.replace("fs.s3a.", "fs.s3a.bucket.b."),
  name,
];

test("a bucket's own option counts before that of all, and a plain name before Spark's", () => {
  const options = {
    "spark.hadoop.fs.s3a.a": "1",
    "spark.hadoop.fs.s3a.bucket.b.b": "2",
    "fs.s3a.b": "3",
    "fs.s3a.c": " 4 ",
    "spark.hadoop.fs.s3a.c": "5",
    "fs.s3a.bucket.b.d": "",
    "fs.s3a.d": "6",
  };
  const { text } = hadoopOptions(options, bucket);
  expect(["a", "b", "c", "d", "e"].map((name) => text(`fs.s3a.${name}`))).toEqual([
    ...["1", "2", "4", "6"],
    undefined,
  ]);
  expect(hadoopOptions(options).text("fs.s3a.b")).toBe("3");
});

test("numbers, sizes, times and flags", () => {
  const options = { n: "12", b: "64M", k: "2k", t: "30s", u: "5", f: "TRUE" };
  const read = hadoopOptions(options);
  expect([read.whole("n", 1), read.whole("none", 7)]).toEqual([12, 7]);
  expect([read.bytes("b", 1), read.bytes("k", 1), read.bytes("n", 1)]).toEqual([
    ...[67_108_864, 2_048, 12],
  ]);
  expect([read.milliseconds("t", 1), read.milliseconds("u", 1)]).toEqual([30_000, 5]);
  expect(read.milliseconds("u", 1, "s")).toBe(5_000);
  expect([read.flag("f", false), read.flag("none", true)]).toEqual([true, true]);
});

test("a value that cannot be is named, with the name it stands under", () => {
  const read = hadoopOptions({ "spark.hadoop.n": "many", b: "64MB", f: "yes", t: "soon", z: "0" });
  const invalid = (option: string, value: string) =>
    expect.objectContaining({
      code: "STORAGE_OPTION_INVALID",
      parameters: expect.objectContaining({ option, value }),
    });
  expect(() => read.whole("n", 1)).toThrow(invalid("spark.hadoop.n", "many"));
  expect(() => read.whole("z", 1, 1)).toThrow(invalid("z", "0"));
  expect(() => read.bytes("b", 1)).toThrow(invalid("b", "64MB"));
  expect(() => read.flag("f", true)).toThrow(invalid("f", "yes"));
  expect(() => read.milliseconds("t", 1)).toThrow(invalid("t", "soon"));
});
