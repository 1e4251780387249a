import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { functions as F, isError, type Row } from "../../src/index.ts";
import { dataTypeJson } from "../../src/schema/json.ts";
import { parseDescriptorSet } from "../../src/schema/protobuf/descriptor.ts";
import { findMessage } from "../../src/schema/protobuf/find.ts";
import type { StructType } from "../../src/schema/type.ts";
import { Decimal, Interval, Timestamp, type Value } from "../../src/schema/value.ts";
import { createRandom } from "../random.ts";
import { randomMessage } from "../schema/protobuf/random.ts";
import { type Canonical, rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noSpark, theSpark } from "./system.ts";

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const descriptors = readFileSync(here("../schema/protobuf/sample/all.desc"));
const script = readFileSync(here("protobuf_reader.py"), "utf8");
const schema = parseDescriptorSet(descriptors);
const messages = [
  ...["Scalars", "Optionals", "Repeated", "Choice", "Maps", "Moments", "Wrapped", "Chain"],
  ...["Opaque", "HoldsEmpty", "Strict", "Edition"],
];
const depth = { "recursive.fields.max.depth": "3" };
const every = {
  ...depth,
  "emit.default.values": "true",
  "enums.as.ints": "true",
  "upcast.unsigned.ints": "true",
  "unwrap.primitive.wrapper.types": "true",
  "convert.any.fields.to.json": "true",
};

interface Case {
  readonly message: string;
  readonly bytes: Uint8Array;
}

function cases(seed: number, count: number): readonly Case[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (): Case => {
    const message = findMessage(schema, random.pick(messages));
    return { message: message.fullName, bytes: randomMessage(message, schema, random) };
  });
}

/** Instants and spans of time as their microseconds: Python has not all of them. */
function plain(value: Value): Value {
  if (value instanceof Timestamp) return String(value.micros);
  if (value instanceof Interval) return String(BigInt(value.days) * 86_400_000_000n + value.micros);
  if (value instanceof Decimal || value instanceof Uint8Array) {
    return value instanceof Decimal ? value.toString() : value;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, plain(one)]));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value as unknown as Row);
  return Object.fromEntries(members.map(([name, one]) => [name, plain(one)]));
}

/** Numbers that an enum does not have, and JSON, are not written back. */
const unwritable: ReadonlySet<string> = new Set([
  "CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE",
  "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE",
]);

interface Read {
  readonly type: StructType;
  readonly row?: Row;
  readonly written?: Uint8Array;
}

async function ours({ message, bytes }: Case, options: F.FormatOptions): Promise<Read> {
  const source = place.spark.createDataFrame([{ v: bytes }], "v BINARY");
  const frame = source.select(F.from_protobuf("v", message, descriptors, options).as("p"));
  const type = (await frame.schema()).fields[0]!.type as StructType;
  try {
    const [found] = await frame.collect();
    const row = found?.["p"] as unknown as Row;
    const [back] = await frame
      .select(F.to_protobuf("p", message, descriptors).as("w"))
      .collect()
      .catch((thrown) => {
        if (isError(thrown) && unwritable.has(thrown.code)) return [];
        throw thrown;
      });
    return { type, row, ...(back ? { written: back["w"] as Uint8Array } : {}) };
  } catch (thrown) {
    if (isError(thrown) && thrown.code === "MALFORMED_PROTOBUF_MESSAGE") return { type };
    throw thrown;
  }
}

type Answer = { readonly row: Canonical; readonly again: string } | { readonly error: string };

function ask(
  options: Readonly<Record<string, string>>,
  asked: readonly (Case & { readonly type: StructType })[],
): Promise<readonly Answer[]> {
  const given = asked.map(({ message, bytes, type }) => {
    const data = Buffer.from(bytes).toString("base64");
    return { message, data, type: dataTypeJson(type) };
  });
  const base = descriptors.toString("base64");
  return theSpark.python(script, { descriptors: base, options, cases: given });
}

function textOf(row: Row | undefined): string {
  return row === undefined ? "broken" : rowTexts([plain(row as unknown as Value) as Row])[0]!;
}

function answered(answer: Answer): string {
  return "error" in answer ? "broken" : sorted([answer.row])[0]!;
}

test.skipIf(noSpark).each([
  ["as Spark reads them by default", depth, 1],
  ["with all that options change", every, 2],
])("messages by chance are %s", { timeout: 240_000 }, async (_, options, seed) => {
  const asked = cases(seed, 150);
  const found: Read[] = [];
  for (const one of asked) found.push(await ours(one, options));
  const answers = await ask(
    options,
    asked.map((one, at) => ({ ...one, type: found[at]!.type })),
  );
  const different = answers.flatMap((answer, at) => {
    const [mine, its] = [textOf(found[at]!.row), answered(answer)];
    const { message, bytes } = asked[at]!;
    return mine === its
      ? []
      : [{ message, hex: Buffer.from(bytes).toString("hex"), mine, its, answer }];
  });
  expect(different).toEqual([]);
  expect(answers.filter((answer) => "error" in answer).length).toBeLessThan(60);

  const written = found.flatMap(({ row, written: bytes, type }, at) => {
    const { message } = asked[at]!;
    return row && bytes && message !== "sample.Moments" ? [{ message, bytes, type, row }] : [];
  });
  const read = await ask(options, written);
  const changed = read.flatMap((answer, at) => {
    const { bytes, row, message } = written[at]!;
    const hex = Buffer.from(bytes).toString("hex");
    // Spark writes empty bytes in its rows, which Google's library leaves out of what it read.
    const kept = message === "sample.Scalars" ? hex.replace("7a00", "") : hex;
    const same = "again" in answer && Buffer.from(answer.again, "base64").toString("hex") === kept;
    if (same && answered(answer) === textOf(row)) return [];
    return [{ message, hex, mine: textOf(row), answer }];
  });
  expect(changed).toEqual([]);
  expect(written.length).toBeGreaterThan(60);
});
