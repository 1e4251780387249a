import type { OrcPick } from "../../../plan/input.ts";
import type { StructType } from "../../../schema/type.ts";
import type { ByteRange, Part, PartialFile } from "../../../storage/part.ts";
import type { OrcGroupRequest } from "../../engine.ts";
import { readyZstd } from "../../orc/codec/zstd.ts";
import { CorruptOrc } from "../../orc/corrupt.ts";
import { readIndex } from "../../orc/group/index.ts";
import { groupPlaces } from "../../orc/group/place.ts";
import {
  type IndexName,
  indexKinds,
  openStripe,
  type StreamName,
  type Stripe,
  streamKinds,
} from "../../orc/stripe.ts";
import { type ByteFile, type OrcTail, readTail, type StripePlace } from "../../orc/tail.ts";
import type { OrcType } from "../../orc/type.ts";
import { matchColumns, wantedTypes } from "./match.ts";
import { hasIndex, typeAt } from "./row-group.ts";
import { rangesOf } from "./span.ts";

/** Bytes read from a file's end at first: most tails fit. */
const tailBytes = 16 << 10;

/** What of a file is read. */
export interface PartRequest {
  /** The columns that are read. */
  readonly schema: StructType;
  /** All columns that the files may have. */
  readonly stored: StructType;
  /** The rows that alone are wanted. */
  readonly picks?: readonly OrcPick[] | undefined;
}

/** The tail alone: enough for the schema and what is known of the stripes. */
export const tailPart: Part = async (file) => {
  await tailOf(file);
  return [];
};

/** The tail, the footers of some stripes, and what their indexes say of some columns. */
export function indexPart({ stripes, columns }: OrcGroupRequest): Part {
  return async (file) => {
    const tail = await tailOf(file);
    if (tail === undefined) return undefined;
    try {
      const types = columns.flatMap((path) => typeAt(tail.root, path) ?? []);
      const ranges: ByteRange[] = [];
      for (const number of stripes) {
        const { stripe } = await stripeIn(file, tail, tail.stripes[number]!);
        if (hasIndex(stripe, { tail, types })) ranges.push(...indexRanges(stripe, types));
      }
      return ranges;
    } catch {
      // Whatever is wrong with it, reading it says so.
      return undefined;
    }
  };
}

/** The tail, the footers of the stripes, and the streams of some columns. */
export function columnsPart({ schema, stored, picks }: PartRequest): Part {
  return async (file) => {
    const tail = await tailOf(file);
    if (tail === undefined) return undefined;
    try {
      const matches = matchColumns(schema.fields, { root: tail.root, stored, path: "" });
      const types = wantedTypes(matches);
      const ranges: ByteRange[] = [];
      for (const [number, place] of tail.stripes.entries()) {
        const pick = picks === undefined ? {} : picks.find((one) => one.stripe === number);
        if (pick === undefined) continue;
        const { groups }: Partial<OrcPick> = pick;
        ranges.push(...(await stripeRanges(file, { tail, place, types, groups })));
      }
      return ranges;
    } catch {
      // Whatever is wrong with it, reading it says so.
      return undefined;
    }
  };
}

interface StripeRanges {
  readonly tail: OrcTail;
  readonly place: StripePlace;
  readonly types: readonly OrcType[];
  readonly groups: readonly number[] | undefined;
}

async function stripeRanges(
  file: PartialFile,
  { tail, place, types, groups }: StripeRanges,
): Promise<readonly ByteRange[]> {
  const { stripe, held } = await stripeIn(file, tail, place);
  if (groups !== undefined) {
    for (const { start, end } of joined(indexRanges(stripe, types))) await held.add(start, end);
  }
  const index = (column: number) => stripe.index(column, "index", readIndex) ?? [];
  const places = groups && groupPlaces({ stripe, tail, types, index });
  const spans = rangesOf(groups ?? []);
  const names = Object.keys(streamKinds) as StreamName[];
  return types.flatMap(({ id }) =>
    names.flatMap((name): readonly ByteRange[] => {
      const whole = stripe.place(id, name);
      if (whole === undefined || whole.length === 0) return [];
      const all = { start: whole.start, end: whole.start + whole.length };
      if (places === undefined) return [all];
      return spans.map((span) => places.part(id, name, span) ?? all);
    }),
  );
}

/** Opens a stripe of a file of which few bytes are here: those that were added. */
async function stripeIn(file: PartialFile, tail: OrcTail, place: StripePlace) {
  const pieces: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  const held = {
    size: file.size,
    async add(start: number, end: number): Promise<void> {
      pieces.push({ start, bytes: await file.read(start, end - start) });
    },
    read(start: number, length: number): Uint8Array {
      const piece = pieces.find((one) => {
        return one.start <= start && start + length <= one.start + one.bytes.length;
      });
      if (piece === undefined) throw new CorruptOrc("it is read in parts");
      return piece.bytes.subarray(start - piece.start, start - piece.start + length);
    },
  };
  const footer = place.offset + place.indexLength + place.dataLength;
  await held.add(footer, footer + place.footerLength);
  return { stripe: openStripe(place, { file: held, tail, zone: "UTC" }), held };
}

function indexRanges(stripe: Stripe, types: readonly OrcType[]): readonly ByteRange[] {
  const names = Object.keys(indexKinds) as IndexName[];
  return types.flatMap(({ id }) =>
    names.flatMap((name) => {
      const place = stripe.place(id, name);
      return place ? [{ start: place.start, end: place.start + place.length }] : [];
    }),
  );
}

/** Bytes between two ranges that are fetched with them rather than asked for apart. */
const gapBytes = 64 << 10;

function joined(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const out: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start)) {
    const last = out.at(-1);
    if (last !== undefined && start <= last.end + gapBytes) last.end = Math.max(last.end, end);
    else out.push({ start, end });
  }
  return out;
}

/** The tail, by as many reads as it takes; undefined where it cannot be read. */
async function tailOf(file: PartialFile): Promise<OrcTail | undefined> {
  await readyZstd();
  const { size } = file;
  let length = Math.min(size, tailBytes);
  let bytes = await file.read(size - length, length);
  const head = size < 3 ? new Uint8Array() : await headOf(file, bytes);
  for (let turn = 0; turn < 3; turn++) {
    let missing: number | undefined;
    const held: ByteFile = {
      size,
      read: (start, count) => {
        if (start + count <= head.length) return head.subarray(start, start + count);
        const from = start - (size - bytes.length);
        if (from < 0) {
          missing = size - start;
          throw new CorruptOrc("it is read in parts");
        }
        return bytes.subarray(from, from + count);
      },
    };
    try {
      return readTail(held);
    } catch {
      if (missing === undefined || missing > size) return undefined;
      length = missing;
      bytes = await file.read(size - length, length);
    }
  }
  return undefined;
}

/** The first bytes, which only the oldest files say their format in. */
async function headOf(file: PartialFile, tail: Uint8Array): Promise<Uint8Array> {
  const named = Buffer.from(tail.subarray(-4, -1)).toString("latin1") === "ORC";
  return named ? new Uint8Array() : await file.read(0, 3);
}
