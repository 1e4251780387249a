import { env } from "../../../env.ts";
import { CalendarDate, Decimal, floorDiv, Timestamp, type Value } from "../../../schema/value.ts";
import { zoneOf } from "../../../schema/zone.ts";
import { hybridEnd } from "../../orc/calendar.ts";
import { bytesHash, longHash, realHash, shortDecimal, textHash } from "../../orc/group/hash.ts";
import type { IndexName, Stripe } from "../../orc/stripe.ts";
import type { OrcTail } from "../../orc/tail.ts";
import type { OrcKind, OrcType } from "../../orc/type.ts";

/** Releases of ORC for C++ whose filters lack values that are there. */
const brokenReleases = /^1\.(?:6\.(?:\d|10|11)|7\.0)(?:-|$)/;
const [java, cpp] = [0, 1];
/** From this version on Java's filters of texts are of UTF-8. */
const utf8Version = 3;

const wholes: readonly OrcKind[] = ["byte", "short", "int", "long", "date"];
const reals: readonly OrcKind[] = ["float", "double"];
const texts: readonly OrcKind[] = ["string", "varchar", "binary"];

/** The filter of a column that may be believed: those of old are by the writer's own charset. */
export function usableBloom(
  stripe: Stripe,
  { writer, writerVersion }: OrcTail,
  { id, kind }: OrcType,
): IndexName | undefined {
  const { number, release } = writer;
  if (number === cpp && (release === "" || brokenReleases.test(release))) return undefined;
  if (stripe.place(id, "bloomUtf8") !== undefined) {
    const { bloom } = stripe.encoding(id);
    return bloom > 1 || (kind === "timestamp" && bloom === 0) ? undefined : "bloomUtf8";
  }
  if (number !== java || stripe.place(id, "bloom") === undefined) return undefined;
  const isText = texts.includes(kind) && writerVersion >= utf8Version;
  return isText || wholes.includes(kind) || reals.includes(kind) ? "bloom" : undefined;
}

/** What a filter has of a value if it is there: one of them. None: nobody knows. */
export function hashesOf(value: Value, { kind, scale }: OrcType): readonly bigint[] {
  if (typeof value === "number" && reals.includes(kind)) return realHashes(value);
  if (wholes.includes(kind)) {
    if (typeof value === "bigint" || typeof value === "number") return [longHash(BigInt(value))];
    // Days before are counted in one calendar, and kept in another.
    const isDay = value instanceof CalendarDate && value.days >= hybridEnd;
    return isDay ? [longHash(BigInt(value.days))] : [];
  }
  if (texts.includes(kind)) {
    if (value instanceof Uint8Array) return [bytesHash(value)];
    // What was no UTF-8 is read as this.
    const isWhole = typeof value === "string" && !value.includes("\ufffd");
    return isWhole ? [textHash(value)] : [];
  }
  if (kind === "decimal" && value instanceof Decimal) return decimalHashes(value, scale);
  return kind === "timestamp" && value instanceof Timestamp ? timeHashes(value) : [];
}

/** Zeros of both signs are equal; NaN is of many bits. */
function realHashes(value: number): readonly bigint[] {
  if (Number.isNaN(value)) return [];
  return (value === 0 ? [0, -0] : [value]).map(realHash);
}

/** The text of a decimal, with the zeros of its scale and without. */
function decimalHashes(value: Decimal, scale: number): readonly bigint[] {
  const whole = value.toString();
  const missing = scale - value.scale;
  if (missing < 0) return [];
  const point = whole.includes(".") || missing === 0 ? "" : ".";
  const padded = `${whole}${point}${"0".repeat(missing)}`;
  return [...new Set([whole, shortDecimal(whole), padded])].map(textHash);
}

/**
 * Wall clocks in ms: which that was is certain where clocks are not changed, and beyond the first
 * second of 1970, as which the one before it is read.
 */
function timeHashes({ micros }: Timestamp): readonly bigint[] {
  const zone = zoneOf(env.zone());
  if (zone?.kind !== "offset" || micros < 1_000_000n) return [];
  return [longHash(floorDiv(micros, 1000n) + BigInt(zone.seconds) * 1000n)];
}
