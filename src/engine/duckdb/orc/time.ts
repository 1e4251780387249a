import { floorDiv } from "../../../schema/value.ts";
import { instantOf, offsetAt, type Zone, zoneOf } from "../../../schema/zone.ts";
import { toProleptic } from "../../orc/calendar.ts";
import type { TimestampReader } from "../../orc/column/time.ts";
import { expect } from "../../orc/corrupt.ts";
import { standardOffset, year1900 } from "../../orc/zone.ts";
import type { Meaning } from "./put.ts";

const twoTo32 = 0x1_0000_0000;
const daySeconds = 86_400;
/** Micros that 64 bits hold, as seconds. */
const secondsMax = 9_223_372_036_854;

/** The instants that a reader holds, in micros, as Spark reads them. */
export function timestampCells(
  reader: TimestampReader,
  rows: number,
  meaning: Meaning,
): ArrayBuffer {
  const { seconds, nanos } = reader;
  const move = secondMover(reader, meaning);
  const words = new Int32Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const second = move(seconds[row]!);
    expect(Math.abs(second) < secondsMax, "a timestamp is out of the range of Spark's");
    const low = second * 1_000_000;
    const micro = Math.floor(nanos[row]! / 1000);
    if (Math.abs(low) < 2 ** 52) {
      const micros = low + micro;
      words[row * 2] = micros | 0;
      words[row * 2 + 1] = Math.floor(micros / twoTo32);
    } else {
      const micros = BigInt(second) * 1_000_000n + BigInt(micro);
      words[row * 2] = Number(BigInt.asIntN(32, micros));
      words[row * 2 + 1] = Number(floorDiv(micros, 0x1_0000_0000n));
    }
  }
  return words.buffer;
}

/** How the second of an instant changes on the way from the file to Spark. */
export function secondMover(
  { writerZone }: TimestampReader,
  { zone, proleptic }: Meaning,
): (second: number) => number {
  const reader = zoneOf(zone) as Zone;
  const writer = writerZone === "" ? reader : (zoneOf(writerZone) ?? reader);
  const fixed = isFixed(writer) && isFixed(reader) && writer.seconds === reader.seconds;
  const isSame = fixed || writer.id === reader.id;
  const from = !isSame ? Infinity : fixed && proleptic ? -Infinity : year1900;
  let raw: number | undefined;
  return (second) => {
    if (second >= from) return second;
    if (second >= year1900) return isSame ? second : second + between(writer, reader, second);
    raw ??= standardOffset(writer);
    const shown = second + raw;
    const day = Math.floor(shown / daySeconds);
    const wall = proleptic ? shown : shown + (toProleptic(day) - day) * daySeconds;
    return Number(instantOf(reader, BigInt(wall) * 1_000_000n) / 1_000_000n);
  };
}

function isFixed(zone: Zone): zone is Extract<Zone, { kind: "offset" }> {
  return zone.kind === "offset";
}

/** What to add to an instant so that the reader's wall clock shows what the writer's showed. */
function between(writer: Zone, reader: Zone, second: number): number {
  const shown = offsetAt(writer, second);
  const moved = second + shown - offsetAt(reader, second);
  return shown - offsetAt(reader, moved);
}
