import { error } from "../../error/error.ts";

/** Where a read of a partition begins or ends. */
export type HubPosition =
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  | { readonly kind: "sequence"; readonly sequenceNumber: bigint }
  | { readonly kind: "offset"; readonly offset: string; readonly inclusive: boolean }
  /** The first event behind it; ms since the epoch. */
  | { readonly kind: "time"; readonly at: number };

/** Of all partitions, and those that some have of their own. */
export interface HubPositions {
  readonly all: HubPosition;
  readonly own: ReadonlyMap<number, HubPosition>;
}

const positionExample =
  '{"offset":"-1","seqNo":-1,"enqueuedTime":null,"isInclusive":true}, with one of ' +
  "offset ('-1' the start, '@latest' the end), seqNo and enqueuedTime";

/** An EventPosition of Spark's connector as JSON; the option is for messages. */
export function parsePosition(text: string, option: string): HubPosition {
  try {
    return positionOf(JSON.parse(text));
  } catch (cause) {
    throw invalid(option, text, `must be such as ${positionExample}`, cause);
  }
}

/** `{"{\"ehName\":\"hub\",\"partitionId\":0}": position, …}`. Those of other hubs do not count. */
export function parsePositions(
  text: string,
  option: string,
  hub: string,
): ReadonlyMap<number, HubPosition> {
  try {
    const own = new Map<number, HubPosition>();
    for (const [key, value] of Object.entries(members(JSON.parse(text)))) {
      const { ehName, partitionId } = members(JSON.parse(key));
      if (typeof ehName !== "string" || !Number.isInteger(partitionId)) throw new Error(key);
      if (ehName === hub) own.set(partitionId as number, positionOf(value));
    }
    return own;
  } catch (cause) {
    const key = '{"{\\"ehName\\":\\"hub\\",\\"partitionId\\":0}": position}';
    throw invalid(
      option,
      text,
      `must be such as ${key}, a position being ${positionExample}`,
      cause,
    );
  }
}

/** The sequence number counts before all else, as in Spark's connector. */
function positionOf(value: unknown): HubPosition {
  const { offset, seqNo, enqueuedTime, isInclusive } = members(value);
  if (typeof seqNo === "number" && seqNo >= 0) {
    if (!Number.isSafeInteger(seqNo)) throw new Error("no sequence number");
    return { kind: "sequence", sequenceNumber: BigInt(seqNo) };
  }
  if (typeof offset === "string") {
    if (offset === "-1") return { kind: "start" };
    if (offset === "@latest") return { kind: "end" };
    return { kind: "offset", offset, inclusive: isInclusive !== false };
  }
  const at = typeof enqueuedTime === "string" ? Date.parse(enqueuedTime) : Number.NaN;
  if (Number.isNaN(at)) throw new Error("no position");
  return { kind: "time", at };
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("no object");
  }
  return value as Readonly<Record<string, unknown>>;
}

function invalid(name: string, value: string, expected: string, cause: unknown): Error {
  return error("INVALID_OPTION_VALUE", { name, value, expected }, cause);
}
