import { expect, test } from "vitest";
import { folderNames } from "../../../src/connector/file/folder.ts";
import { date, field, integer, string, timestamp } from "../../../src/schema/type.ts";
import { CalendarDate, Timestamp } from "../../../src/schema/value.ts";

test("folders spell values as Hive does, null and the empty text alike", () => {
  const columns = [field("a b", string), field("n", integer), field("day", date)];
  const values = { "a b": "x/y=1%", n: null, day: new CalendarDate(0) };
  expect(folderNames(values, columns, "UTC")).toEqual([
    "a b=x%2Fy%3D1%25",
    "n=__HIVE_DEFAULT_PARTITION__",
    "day=1970-01-01",
  ]);
  const empty = folderNames({ s: "" }, [field("s", string)], "UTC");
  expect(empty).toEqual(["s=__HIVE_DEFAULT_PARTITION__"]);
});

test("instants are spelled in the session's zone", () => {
  const names = folderNames({ t: new Timestamp(0n) }, [field("t", timestamp)], "Europe/Oslo");
  expect(names).toEqual(["t=1970-01-01 01%3A00%3A00"]);
});
