import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { functions as F, type Row, type SparkSession } from "millrace";

/** The flights that the npm package vega-datasets carries: three million, half a year of 2001. */
function flightsFile(): string {
  return fileURLToPath(new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")));
}

/** The flights of `days` days from the first, as JSON lines by day. */
export async function flightsByDay(spark: SparkSession, days: number): Promise<string[][]> {
  const flights = spark.read
    .parquet(flightsFile())
    .select(
      F.date_format("date", "yyyy-MM-dd'T'HH:mm:ss").as("date"),
      F.expr("datediff(to_date(date), DATE'2001-01-01')").as("day"),
      "delay",
      "distance",
      "origin",
      "destination",
    )
    .filter(`day < ${days}`);
  const files: string[][] = Array.from({ length: days }, () => []);
  for await (const row of flights) files[Number(row["day"])]?.push(jsonLine(row));
  return files;
}

function jsonLine(row: Row): string {
  const { day: _, ...flight } = row;
  return JSON.stringify(flight, (_key, value) =>
    typeof value === "bigint" ? Number(value) : (value as unknown),
  );
}

/** Drops a file into the landing folder as a careful producer does: written aside, then renamed. */
export async function drop(folder: string, name: string, lines: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const hidden = join(folder, `.${name}.tmp`);
  await writeFile(hidden, `${lines.join("\n")}\n`);
  await rename(hidden, join(folder, name));
}

/** A day of a producer that has learned a new field. */
export function withAircraft(lines: readonly string[]): string[] {
  return lines.map((line, index) => {
    const flight = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify({ ...flight, aircraft: `N${100 + (index % 400)}` });
  });
}

/** A day of a producer with a bad morning: some lines cut short, some values of another type. */
export function withMishaps(lines: readonly string[]): string[] {
  return lines.map((line, index) => {
    if (index % 2000 === 7) return line.slice(0, line.length / 2);
    if (index % 2000 === 11) return line.replace(/"delay":-?\d+/, '"delay":"late"');
    return line;
  });
}
