import { floorDiv } from "../../../schema/value.ts";
import { instantOf, localOf, type Zone, zoneOf } from "../../../schema/zone.ts";
import { toHybrid } from "../calendar.ts";
import { standardOffset, year1900 } from "../zone.ts";

/** 2015-01-01T00:00:00, as if in UTC. */
const baseSeconds = 1_420_070_400n;
const million = 1_000_000n;

export interface TimestampMeaning {
  /** The zone whose wall clock the file shows. */
  readonly zone: string;
  /** An instant as the file keeps it; undefined where the format cannot tell it from another. */
  partsOf(micros: bigint): TimestampParts | undefined;
}

export interface TimestampParts {
  /** From the base of the zone on, cut towards zero as an instant. */
  readonly second: bigint;
  /** Nanoseconds, with the number of zeros taken off. */
  readonly nano: bigint;
  /** The wall clock as if in UTC, ms. */
  readonly wallMs: bigint;
}

export function timestampMeaning(zone: string): TimestampMeaning {
  const own = zoneOf(zone) as Zone;
  const base = instantOf(own, baseSeconds * million) / million;
  const raw = BigInt(standardOffset(own));
  const partsOf = (micros: bigint): TimestampParts | undefined => {
    let instant = micros;
    let wall = localOf(own, micros);
    if (micros < BigInt(year1900) * million) {
      const day = floorDiv(wall, 86_400n * million);
      wall += (BigInt(toHybrid(Number(day))) - day) * 86_400n * million;
      instant = wall - raw * million;
    }
    const second = floorDiv(instant, million);
    const fraction = instant - second * million;
    // Readers take a second away where it is below zero: of the last before 1970 they cannot.
    if (second === -1n && fraction > 999n) return undefined;
    const cut = second < 0n && fraction > 999n ? second + 1n : second;
    return { second: cut - base, nano: packed(fraction * 1000n), wallMs: floorDiv(wall, 1000n) };
  };
  return { zone, partsOf };
}

/** Zeros at the end are counted instead of written, if there are two or more. */
function packed(nanos: bigint): bigint {
  if (nanos === 0n) return 0n;
  if (nanos % 100n !== 0n) return nanos << 3n;
  let [rest, zeros] = [nanos / 100n, 1n];
  while (rest % 10n === 0n && zeros < 7n) {
    rest /= 10n;
    zeros++;
  }
  return (rest << 3n) | zeros;
}
