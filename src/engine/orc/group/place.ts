import { runBytes } from "../run/buffer.ts";
import type { Encoding, StreamName, StreamPlace, Stripe } from "../stripe.ts";
import type { OrcTail } from "../tail.ts";
import type { OrcType } from "../type.ts";
import type { IndexEntry } from "./index.ts";

/** The bytes of a stream that some row groups need, and what to pass over at their start. */
export interface StreamPart {
  /** Of the file. */
  readonly start: number;
  readonly end: number;
  /** Inflated bytes, then values of a run, then bits of a byte. */
  readonly bytes: number;
  readonly values: number;
  readonly bits: number;
}

/** Where row groups begin in the streams of some columns of a stripe. */
export interface GroupPlaces {
  /** The part for the row groups [from, to); undefined: all of the stream is needed. */
  part(column: number, name: StreamName, groups: GroupRange): StreamPart | undefined;
}

/** The row groups [from, to) of a stripe. */
export interface GroupRange {
  readonly from: number;
  readonly to: number;
}

/** How many row groups a stripe has; 0 where the file has no index. */
export function groupCount(rows: number, { stride }: Pick<OrcTail, "stride">): number {
  return stride > 0 ? Math.ceil(rows / stride) : 0;
}

export interface PlacesRequest {
  readonly stripe: Stripe;
  readonly tail: OrcTail;
  readonly types: readonly OrcType[];
  readonly index: (column: number) => readonly IndexEntry[];
}

/** Undefined: an index is not there, or is not as it should be. The stripe is then read whole. */
export function groupPlaces(request: PlacesRequest): GroupPlaces | undefined {
  const { stripe, tail, types } = request;
  const groups = groupCount(stripe.rows, tail);
  const found = new Map<string, { readonly place: StreamPlace; readonly starts: Start[] }>();
  for (const type of types) {
    const entries = request.index(type.id);
    if (entries.length !== groups) return undefined;
    const layout = layoutOf(type, { stripe, decimal64: tail.decimal64 });
    const starts = entries.map(({ positions }) => startsOf(positions, layout, tail));
    for (const [at, { name }] of layout.entries()) {
      const place = stripe.place(type.id, name);
      const own = starts.flatMap((one) => one?.[at] ?? []);
      if (place === undefined || own.length !== groups || !isForward(own, place)) return undefined;
      found.set(`${type.id} ${name}`, { place, starts: own });
    }
    if (starts.includes(undefined)) return undefined;
  }
  return {
    part(column, name, { from, to }) {
      const known = found.get(`${column} ${name}`);
      if (known === undefined) return undefined;
      const { place, starts } = known;
      const { chunk, ...rest } = starts[from]!;
      const end = to < groups ? endOf(starts, to, tail) : place.length;
      const start = place.start + chunk;
      return { ...rest, start, end: place.start + Math.min(place.length, end) };
    },
  };
}

/** Where a row group begins in a stream. */
interface Start {
  /** Bytes of the stream as it lies in the file. */
  readonly chunk: number;
  readonly bytes: number;
  readonly values: number;
  readonly bits: number;
}

/** Places that do not go forward, or out of the stream, are no places. */
function isForward(starts: readonly Start[], { length }: StreamPlace): boolean {
  return starts.every(({ chunk }, at) => {
    return chunk <= length && (at === 0 || chunk >= starts[at - 1]!.chunk);
  });
}

/**
 * Where what the row groups before one need ends at the latest: a run that both have begins where
 * the later one's place is, and may go on for as long as a run can.
 */
function endOf(starts: readonly Start[], group: number, { codec }: OrcTail): number {
  const { chunk, bytes } = starts[group]!;
  if (codec.name === "none") return chunk + bytes + runBytes;
  const chunks = 2 + Math.ceil(runBytes / codec.block);
  const worst = chunk + chunks * (3 + codec.block);
  if (codec.block < 2 * runBytes) return worst;
  // Chunks but the last are full: two more, whose starts are known, hold any run.
  const later = new Set(starts.slice(group).map((start) => start.chunk));
  return Math.min(worst, [...later][3] ?? worst);
}

interface Part {
  readonly name: StreamName;
  /** Numbers behind the byte: of values, and of bits. */
  readonly extra: 0 | 1 | 2;
}

/** The streams of a column whose places an entry of its index tells, in the entry's order. */
function layoutOf(
  type: OrcType,
  { stripe, decimal64 }: { readonly stripe: Stripe; readonly decimal64: boolean },
): readonly Part[] {
  const present: Part = { name: "present", extra: 2 };
  const rest = valuesLayout(type, stripe.encoding(type.id), decimal64);
  return stripe.has(type.id, "present") ? [present, ...rest] : rest;
}

function valuesLayout(
  type: OrcType,
  { dictionary }: Encoding,
  decimal64: boolean,
): readonly Part[] {
  const raw: Part = { name: "data", extra: 0 };
  const run: Part = { name: "data", extra: 1 };
  const length: Part = { name: "length", extra: 1 };
  const secondary: Part = { name: "secondary", extra: 1 };
  switch (type.kind) {
    case "boolean":
      return [{ name: "data", extra: 2 }];
    case "float":
    case "double":
      return [raw];
    case "timestamp":
    case "timestamp_instant":
      return [run, secondary];
    case "decimal":
      return decimal64 && type.precision <= 18 ? [run] : [raw, secondary];
    case "string":
    case "char":
    case "varchar":
    case "binary":
      return dictionary ? [run] : [raw, length];
    case "struct":
      return [];
    case "list":
    case "map":
      return [length];
    default:
      return [run];
  }
}

/** Undefined: there are more numbers, or fewer, than the streams have. */
function startsOf(
  positions: readonly number[],
  layout: readonly Part[],
  { codec }: OrcTail,
): readonly Start[] | undefined {
  let at = 0;
  const next = (): number => positions[at++] ?? 0;
  const starts = layout.map(({ extra }): Start => {
    const chunk = next();
    const bytes = codec.name === "none" ? 0 : next();
    const values = extra > 0 ? next() : 0;
    return { chunk, bytes, values, bits: extra > 1 ? next() : 0 };
  });
  return at === positions.length ? starts : undefined;
}
