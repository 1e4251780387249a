import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();
const legacy = answers({ ansi: false });
const local = answers({ timestampType: "timestamp_ntz" });

test("the sixtieth second is the next minute, and no other part leaves its bounds", async () => {
  const made = (time: string): Promise<string> =>
    answer(`SELECT make_timestamp_ntz(2024, 1, 1, ${time})`);
  expect(await made("0, 0, 60")).toBe("2024-01-01T00:01:00.000000");
  expect(await made("23, 59, 59.5")).toBe("2024-01-01T23:59:59.500000");
  for (const time of ["0, 0, 75", "0, 60, 0", "24, 0, 0", "0, 0, -1"]) {
    expect(await made(time)).toBe("DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
    expect(await answer(`SELECT try_make_timestamp(2024, 1, 1, ${time})`)).toBe("null");
    expect(await legacy(`SELECT make_timestamp(2024, 1, 1, ${time})`)).toBe("null");
  }
});

test("try_add and its kin give null for dates and intervals too", async () => {
  const tried = (call: string): Promise<string> => answer(`SELECT ${call} FROM VALUES (1) t(x)`);
  expect(await tried("try_divide(interval 2 day, 0)")).toBe("null");
  expect(await tried("try_divide(interval 2 day, x + 1)")).toBe(
    "0 months 0 days 86400000000 microseconds",
  );
  expect(await tried("try_add(date'2024-01-01', 2147483647)")).toBe("null");
  expect(await tried("try_add(date'2024-01-01', x)")).toBe("2024-01-02");
  expect(await tried("try_multiply(interval 200000000 month, 100)")).toBe("null");
  expect(await tried("try_add(interval 1 month, interval 1 month * sum(x))")).toBe(
    "2 months 0 days 0 microseconds",
  );
});

test("a date that is read by a pattern is a date to what takes its text", async () => {
  expect(await answer("SELECT concat('on ', to_date('20100309', 'yyyyMMdd'))")).toBe(
    "on 2010-03-09",
  );
  expect(await answer("SELECT to_date('20100309', 'yyyyMMdd') + 1")).toBe("2010-03-10");
});

test("the time between two moments is that of the wall clock, whatever their types", async () => {
  // The clocks of the session's zone went back on 2019-11-03.
  const hour = 3_600_000_000n;
  const span = (micros: bigint): string => `0 months 0 days ${micros} microseconds`;
  expect(await answer("SELECT date'2019-11-04' - timestamp'2019-11-02 00:00:00'")).toBe(
    span(48n * hour),
  );
  expect(await answer("SELECT timestamp'2019-11-02 00:00:00' - date'2019-11-04'")).toBe(
    span(-48n * hour),
  );
  const local = "timestamp_ntz'2022-02-14 01:02:03'";
  expect(
    await answer(`SELECT timestampdiff(HOUR, ${local}, timestamp_ltz'2022-02-14 02:03:04')`),
  ).toBe("1");
  expect(await answer(`SELECT timestampdiff(HOUR, ${local}, date'2022-02-15')`)).toBe("22");
});

test("the session says whether a timestamp without more is an instant or a wall clock", async () => {
  for (const made of [
    "make_timestamp(2024, 1, 1, 1, 2, 3)",
    "to_timestamp('2024-01-01 01:02:03')",
  ]) {
    expect(await answer(`SELECT typeof(${made}), ${made}`)).toBe(
      "timestamp 2024-01-01T09:02:03.000000Z",
    );
    expect(await local(`SELECT typeof(${made}), ${made}`)).toBe(
      "timestamp_ntz 2024-01-01T01:02:03.000000",
    );
  }
  const zoned = "make_timestamp(2024, 1, 1, 1, 2, 3, 'Asia/Tokyo')";
  expect(await answer(`SELECT ${zoned}`)).toBe("2023-12-31T16:02:03.000000Z");
  expect(await local(`SELECT ${zoned}`)).toBe("2024-01-01T01:02:03.000000");
  expect(await local("SELECT typeof(make_timestamp_ltz(2024, 1, 1, 1, 2, 3))")).toBe("timestamp");
  expect(await local(`SELECT from_json('{"t":"2024-01-01 01:02:03"}', 't TIMESTAMP').t`)).toBe(
    "2024-01-01T01:02:03.000000",
  );
});

test("days are added by the wall clock, and what is less than a day exactly", async () => {
  // The clocks of the session's zone went forward on 2019-03-10 at 2:00.
  const noon = "timestamp'2019-03-09 12:00:00'";
  const next = "2019-03-10T19:00:00.000000Z";
  expect(await answer(`SELECT ${noon} + interval 1 day, ${noon} + interval 24 hours`)).toBe(
    `${next} ${next}`,
  );
  expect(await answer(`SELECT ${noon} + interval 23 hours`)).toBe("2019-03-10T19:00:00.000000Z");
  expect(
    await answer(`SELECT timestampadd(DAY, 1, ${noon}), timestampadd(HOUR, 23, ${noon})`),
  ).toBe(`${next} 2019-03-10T19:00:00.000000Z`);
  expect(await answer(`SELECT timestampadd(MONTH, 1, ${noon})`)).toBe(
    "2019-04-09T19:00:00.000000Z",
  );
});

test("timestampadd keeps the type of what it adds to", async () => {
  expect(await answer("SELECT timestampadd(MONTH, -1, timestamp_ntz'2022-03-31 01:02:03')")).toBe(
    "2022-02-28T01:02:03.000000",
  );
});

test("a day of the week that is none is an error in ANSI, and null outside of it", async () => {
  expect(await answer("SELECT next_day('2015-07-23', 'tuesday')")).toBe("2015-07-28");
  expect(await answer("SELECT next_day('2015-07-23', 'xx')")).toBe("ILLEGAL_DAY_OF_WEEK");
  expect(await answer("SELECT next_day(NULL, 'xx'), next_day('2015-07-23', NULL)")).toBe(
    "null null",
  );
  expect(await legacy("SELECT next_day('2015-07-23', 'xx')")).toBe("null");
});

test("zones are Java's: regions, short names, offsets, of a literal or of a column", async () => {
  const day = "timestamp_ltz'2016-08-31 00:00:00Z'";
  for (const zones of ["z", "concat(z, '')"]) {
    const rows = "VALUES ('Asia/Seoul'), ('+01:00'), ('GMT-2'), ('EST'), ('IST') AS t(z)";
    expect(await answer(`SELECT hour(from_utc_timestamp(${day}, ${zones})) FROM ${rows}`)).toBe(
      "2; 18; 15; 12; 22",
    );
  }
  expect(await answer(`SELECT to_utc_timestamp(${day}, '+01:00')`)).toBe(
    "2016-08-30T23:00:00.000000Z",
  );
  expect(await answer("SELECT convert_timezone('UTC', '+03:30', timestamp_ntz'2021-12-06')")).toBe(
    "2021-12-06T03:30:00.000000",
  );
  expect(await answer("SELECT make_timestamp(2021, 7, 11, 6, 0, 0, '+02:00')")).toBe(
    "2021-07-11T04:00:00.000000Z",
  );
  expect(await answer("SELECT try_make_timestamp(2021, 7, 11, 6, 0, 0, 'x')")).toBe("null");
  for (const zone of ["'Nowhere/Land'", "concat('Nowhere', '')"]) {
    expect(await answer(`SELECT from_utc_timestamp(${day}, ${zone})`)).toBe("INVALID_TIMEZONE");
  }
});

test("a decimal of more than six digits is no timestamp, a float loses them", async () => {
  expect(await answer("SELECT timestamp_seconds(0.1234567)")).toBe("ARITHMETIC_OVERFLOW");
  expect(await answer("SELECT timestamp_seconds(0.1234560), timestamp_seconds(0.1234567D)")).toBe(
    "1970-01-01T00:00:00.123456Z 1970-01-01T00:00:00.123456Z",
  );
  expect(await answer("SELECT timestamp_seconds(double('NaN'))")).toBe("null");
});

test("to_char of a date or a timestamp is date_format", async () => {
  expect(await answer("SELECT to_varchar(date'2024-02-01', 'dd/MM/yy')")).toBe("01/02/24");
});

const old = answers({ legacyInterval: true });

test("the legacy difference of dates is months and days, that of timestamps microseconds", async () => {
  const text = (sql: string): Promise<string> => old(`SELECT ${sql}`);
  expect(await text("DATE'2000-03-01' - DATE'2000-01-31'")).toBe("1 months 1 days 0 microseconds");
  expect(await text("DATE'1997-03-01' - DATE'2000-01-01'")).toBe(
    "-34 months 0 days 0 microseconds",
  );
  expect(await text("DATE'1996-02-29' - DATE'2000-01-01'")).toBe(
    "-46 months -1 days 0 microseconds",
  );
  expect(await text("TIMESTAMP'2000-01-03 01:00:00' - TIMESTAMP'2000-01-01'")).toBe(
    "0 months 0 days 176400000000 microseconds",
  );
});

test("a narrow count of minutes is no narrow count of microseconds", async () => {
  const sql = "SELECT CAST(timestampadd(MINUTE, CAST(n AS SMALLINT), DATE'2024-01-01') AS STRING)";
  expect(await answer(`${sql} FROM VALUES (1502), (-7138) AS t(n)`)).toBe(
    "2024-01-02 01:02:00; 2023-12-27 01:02:00",
  );
});
