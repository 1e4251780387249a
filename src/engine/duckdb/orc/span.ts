import type { OrcPick } from "../../../plan/input.ts";
import { openColumn, type Reader } from "../../orc/column/open.ts";
import { readIndex } from "../../orc/group/index.ts";
import { type GroupRange, groupPlaces } from "../../orc/group/place.ts";
import { openStripe, type Stripe } from "../../orc/stripe.ts";
import type { OrcTail } from "../../orc/tail.ts";
import type { OrcType } from "../../orc/type.ts";
import type { OpenOrc } from "./file.ts";
import { type Match, wantedTypes } from "./match.ts";

/** Rows of a file that follow one another, ready to be read. */
export interface Span {
  /** The number of its first row in the file. */
  readonly first: number;
  readonly rows: number;
  readonly readers: readonly (Reader | undefined)[];
  /** Bytes of a row in the file, roughly. */
  readonly density: number;
}

export interface SpanRequest {
  readonly open: OpenOrc;
  readonly tail: OrcTail;
  readonly matches: readonly (Match | undefined)[];
  /** The stripes and row groups that alone are wanted. */
  readonly picks: readonly OrcPick[] | undefined;
  readonly zone: string;
}

/** The rows of a file that are wanted, in their order. */
export function* spansOf(request: SpanRequest): Generator<Span, undefined> {
  const { open, tail, matches, picks, zone } = request;
  const types = wantedTypes(matches);
  let before = 0;
  for (const [number, place] of tail.stripes.entries()) {
    const first = before;
    before += place.rows;
    const pick: Partial<OrcPick> | undefined =
      picks === undefined ? {} : picks.find((one) => one.stripe === number);
    if (pick === undefined) continue;
    const stripe = openStripe(place, { file: open, tail, zone });
    const density = place.dataLength / Math.max(1, place.rows);
    for (const part of partsOf(stripe, { tail, types, groups: pick.groups })) {
      const readers = readersOf(stripe, { tail, matches, types, part });
      yield { first: first + part.start, rows: part.end - part.start, readers, density };
    }
  }
  return undefined;
}

/** The rows [start, end) of a stripe, and how their streams are found. */
interface StripePart {
  readonly start: number;
  readonly end: number;
  readonly part?: Parameters<typeof openColumn>[1]["part"];
}

interface PartsRequest {
  readonly tail: OrcTail;
  readonly types: readonly OrcType[];
  readonly groups: readonly number[] | undefined;
}

function partsOf(stripe: Stripe, { tail, types, groups }: PartsRequest): readonly StripePart[] {
  const whole = [{ start: 0, end: stripe.rows }];
  if (groups === undefined) return whole;
  const index = (column: number) => stripe.index(column, "index", readIndex) ?? [];
  const places = groupPlaces({ stripe, tail, types, index });
  if (places === undefined) return whole;
  return rangesOf(groups).map((range) => ({
    start: range.from * tail.stride,
    end: Math.min(stripe.rows, range.to * tail.stride),
    part: (column, name) => places.part(column, name, range),
  }));
}

/** Numbers that go up, as ranges of those that follow one another. */
export function rangesOf(groups: readonly number[]): readonly GroupRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const group of groups) {
    const last = ranges.at(-1);
    if (last?.to === group) last.to++;
    else ranges.push({ from: group, to: group + 1 });
  }
  return ranges;
}

interface ReadersRequest {
  readonly tail: OrcTail;
  readonly matches: readonly (Match | undefined)[];
  readonly types: readonly OrcType[];
  readonly part: StripePart;
}

function readersOf(stripe: Stripe, { tail, matches, types, part }: ReadersRequest) {
  const ids = new Set(types.map(({ id }) => id));
  const wanted = ({ id }: OrcType): boolean => ids.has(id);
  const { decimal64 } = tail;
  const named = part.part && { part: part.part };
  return matches.map((one) => one && openColumn(one.from, { stripe, decimal64, wanted, ...named }));
}
