import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();
const legacy = answers({ ansi: false });
const outside = "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION";

test.each([
  ["CAST('1:2:3.987654' AS TIME(2))", "01:02:03.98"],
  ["CAST('01:02:03 PM' AS TIME)", "13:02:03"],
  ["CAST('24:00:00' AS TIME)", "CAST_INVALID_INPUT"],
  ["TRY_CAST('2024-01-01 12:00' AS TIME)", "null"],
  ["CAST(time'23:59:59.9' AS STRING)", "23:59:59.9"],
  ["CAST(time'23:59:59.999' AS DECIMAL(8, 2))", "86400.00"],
  ["CAST(time'00:01:52.9' AS TINYINT)", "112"],
  ["CAST(time'23:59:59' AS TINYINT)", "CAST_OVERFLOW"],
  ["hour(time'12:34:56'), minute(time'12:34:56'), second(time'12:34:56.7')", "12 34 56"],
  ["extract(SECOND FROM time'12:34:56.7')", "56.700000"],
  ["make_time(6, 30, 45.678)", "06:30:45.678"],
  ["make_time(24, 0, 0)", outside],
  ["make_time(1, 60, 0)", outside],
  ["make_time(1, 18, 60)", outside],
  ["to_time('23-59-59.9', 'HH-mm-ss.S')", "23:59:59.9"],
  ["to_time('13-60', 'HH-mm')", "CANNOT_PARSE_TIME"],
  ["to_time('noon')", "CANNOT_PARSE_TIME"],
  ["try_to_time('13-60', 'HH-mm'), try_to_time('1:00', 'no pattern')", "null null"],
  ["time_trunc('Minute', time'12:34:56.7')", "12:34:00"],
  ["time_trunc('DAY', time'12:34:56.7')", "INVALID_PARAMETER_VALUE.TIME_UNIT"],
  ["time_diff('HOUR', time'12:34:56', time'01:02:03')", "-11"],
  ["time_diff('MILLISECOND', time'00:00', time'00:00:01.0005')", "1000"],
  ["time_diff(NULL, time'00:00', time'00:01')", "null"],
  ["time_from_seconds(52200.5), time_to_seconds(time'14:30:00.5')", "14:30:00.5 52200.500000"],
  ["time_from_millis(-1)", outside],
  ["time_from_micros(86400000000)", outside],
  ["time'12:30:41' - time'10:00'", "0 months 0 days 9041000000 microseconds"],
  ["time'12:30' + interval 90 minutes", "14:00:00"],
  ["time'12:30' - interval 90 minutes", "11:00:00"],
  ["time'23:30' + interval 90 minutes", "DATETIME_OVERFLOW"],
  ["time'00:30' - interval 90 minutes", "DATETIME_OVERFLOW"],
  ["make_timestamp(date'2021-07-11', time'06:30:45.678')", "2021-07-11T13:30:45.678000Z"],
  ["make_timestamp(date'2021-07-11', time'06:30', 'Asia/Tokyo')", "2021-07-10T21:30:00.000000Z"],
  ["make_timestamp(date'2021-07-11')", "2021-07-11T07:00:00.000000Z"],
  ["make_timestamp_ntz(date'2021-07-11', time'06:30')", "2021-07-11T06:30:00.000000"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});

test("outside ANSI a time that does not fit a whole number is null, not wrapped", async () => {
  expect(await legacy("SELECT CAST(time'23:59:59' AS TINYINT)")).toBe("null");
  expect(await legacy("SELECT make_time(25, 0, 0)")).toBe(outside);
});

test("times are sorted, compared, grouped and kept in arrays", async () => {
  const times = "VALUES (time'12:00'), (time'09:30'), (NULL) AS t(x)";
  expect(await answer(`SELECT x FROM ${times} ORDER BY x DESC`)).toBe("12:00:00; 09:30:00; null");
  expect(await answer(`SELECT array_sort(collect_list(x)), max(x) FROM ${times}`)).toBe(
    "[09:30:00, 12:00:00] 12:00:00",
  );
  expect(await answer("SELECT time'12:00' < time'12:00:00.000001', time'1:00' = '01:00'")).toBe(
    "true true",
  );
});
