import { openSync, readFileSync, readSync, statSync } from "node:fs";
import { toProleptic } from "../../../src/engine/orc/calendar.ts";
import { openColumn, type Reader } from "../../../src/engine/orc/column/open.ts";
import type { TimestampReader } from "../../../src/engine/orc/column/time.ts";
import { openStripe } from "../../../src/engine/orc/stripe.ts";
import { type OrcTail, readTail } from "../../../src/engine/orc/tail.ts";
import type { OrcType } from "../../../src/engine/orc/type.ts";
import { standardOffset, year1900 } from "../../../src/engine/orc/zone.ts";
import { Decimal, LocalTimestamp } from "../../../src/schema/value.ts";
import { offsetAt, zoneOf } from "../../../src/schema/zone.ts";
import { Digits, type Exact } from "./json.ts";

/** The type of the rows of a file; undefined where it is empty. */
export function rootOf(path: string): OrcType | undefined {
  const bytes = readFileSync(path);
  const read = (start: number, length: number): Uint8Array => bytes.subarray(start, start + length);
  return readTail({ size: bytes.length, read })?.root;
}

/** The rows of a file as ORC's own tool prints them: also what Spark has no type for. */
export function* rowsOf(path: string): Generator<Exact> {
  const descriptor = openSync(path, "r");
  const { size } = statSync(path);
  const read = (start: number, length: number): Uint8Array => {
    const bytes = Buffer.alloc(length);
    readSync(descriptor, bytes, 0, length, start);
    return bytes;
  };
  const file = { size, read };
  const tail = readTail(file);
  for (const place of tail?.stripes ?? []) {
    const { root: own, decimal64, proleptic } = tail as OrcTail;
    const root = proleptic ? own : inHybrid(own);
    const stripe = openStripe(place, { file, tail: tail as OrcTail, zone: "UTC" });
    const reader = openColumn(root, { stripe, decimal64, wanted: () => true });
    for (let done = 0; done < place.rows; done += 2048) {
      const count = Math.min(2048, place.rows - done);
      reader.read(0, count);
      yield* cellsOf(reader, root, count);
    }
  }
}

/** The attribute of types whose days and times are of the hybrid calendar. */
const hybrid = "hybrid";

function inHybrid(type: OrcType): OrcType {
  const attributes = { ...type.attributes, [hybrid]: "true" };
  return { ...type, attributes, children: type.children.map(inHybrid) };
}

function dayOf(day: number, { attributes }: OrcType): number {
  return hybrid in attributes ? toProleptic(day) : day;
}

/** The first cells of a reader. */
function cellsOf(reader: Reader, type: OrcType, count: number): Exact[] {
  const cells = valuesOf(reader, type, count);
  return cells.map((cell, row) => (reader.present[row] === 1 ? cell : null));
}

function valuesOf(reader: Reader, type: OrcType, count: number): Exact[] {
  const each = (make: (row: number) => Exact): Exact[] =>
    Array.from({ length: count }, (_, row) => (reader.present[row] === 1 ? make(row) : null));
  switch (reader.kind) {
    case "boolean":
      return each((row) => reader.values[row] === 1);
    case "byte":
      return each((row) => new Digits(String(reader.values[row])));
    case "int":
      return each((row) => intOf(reader.values[row]!, type));
    case "long": {
      const longs = new BigInt64Array(reader.words.buffer);
      return each((row) => new Digits(String(longs[row])));
    }
    case "float":
    case "double":
      return each((row) => new Digits(String(reader.values[row]), reader.kind === "float"));
    case "timestamp":
      return each((row) => clockOf(reader as TimestampReader, row, type));
    case "decimal":
      return each((row) => new Digits(decimalOf(reader.words, row, reader.scale)));
    case "bytes":
      return each((row) =>
        textOf(reader.heap, { start: reader.starts[row]!, length: reader.lengths[row]!, type }),
      );
    case "dictionary": {
      const { heap, starts, lengths } = reader.dictionary;
      return each((row) => {
        const id = reader.ids[row]!;
        return textOf(heap, { start: starts[id]!, length: lengths[id]!, type });
      });
    }
    case "struct": {
      const members = reader.members.map((one, at) => cellsOf(one!, type.children[at]!, count));
      return each((row) =>
        Object.fromEntries(type.names.map((name, at) => [name, members[at]![row]!])),
      );
    }
    case "list":
      return listsOf(reader, type, each);
    case "union": {
      const variants = reader.variants.map((one, at) => cellsOf(one, type.children[at]!, count));
      return each((row) => {
        const tag = reader.tags[row]!;
        return { tag: new Digits(String(tag)), value: variants[tag]![row]! };
      });
    }
  }
}

function listsOf(
  reader: Extract<Reader, { kind: "list" }>,
  type: OrcType,
  each: (make: (row: number) => Exact) => Exact[],
): Exact[] {
  const [first, second] = reader.children.map((one, at) =>
    cellsOf(one!, type.children[at]!, reader.cells),
  );
  let at = 0;
  const starts = [...reader.lengths].map((length) => {
    at += length;
    return at - length;
  });
  return each((row) => {
    const start = starts[row]!;
    const end = start + reader.lengths[row]!;
    if (second === undefined) return first!.slice(start, end);
    return first!.slice(start, end).map((key, i) => ({ key, value: second[start + i]! }));
  });
}

function intOf(value: number, type: OrcType): Exact {
  if (type.kind !== "date") return new Digits(String(value));
  return new Date(dayOf(value, type) * 86_400_000).toISOString().slice(0, 10);
}

/** The wall clock of the writer, with all nine digits. */
function clockOf(reader: TimestampReader, row: number, type: OrcType): string {
  const [second, nano] = [reader.seconds[row]!, reader.nanos[row]!];
  const zone = zoneOf(reader.writerZone || "UTC");
  const offset = zone && (second < year1900 ? standardOffset(zone) : offsetAt(zone, second));
  const shown = second + (offset ?? 0);
  const day = Math.floor(shown / 86_400);
  const wall = shown + (dayOf(day, type) - day) * 86_400;
  const whole = new LocalTimestamp(BigInt(wall) * 1_000_000n).toString().replace("T", " ");
  const fraction = String(nano).padStart(9, "0").replace(/0+$/, "") || "0";
  return `${whole.slice(0, whole.indexOf(".") < 0 ? undefined : whole.indexOf("."))}.${fraction}`;
}

function decimalOf(words: Int32Array, row: number, scale: number): string {
  let value = BigInt(words[row * 4 + 3]!);
  for (let word = 2; word >= 0; word--) {
    value = (value << 32n) | BigInt(words[row * 4 + word]! >>> 0);
  }
  return new Decimal(value, scale).toString();
}

interface Cell {
  readonly start: number;
  readonly length: number;
  readonly type: OrcType;
}

function textOf(heap: Uint8Array, { start, length, type }: Cell): Exact {
  const bytes = heap.subarray(start, start + length);
  if (type.kind !== "binary") return Buffer.from(bytes).toString("utf8");
  return [...bytes].map((byte) => new Digits(String(byte)));
}
