import { error } from "../error/error.ts";

/** A span of time as intervals are written; parts add up. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

const micros: Readonly<Record<string, bigint>> = {
  microsecond: 1n,
  millisecond: 1000n,
  second: 1_000_000n,
  minute: 60_000_000n,
  hour: 3_600_000_000n,
};
const days: Readonly<Record<string, number>> = { day: 1, week: 7 };
const months: Readonly<Record<string, number>> = { month: 1, year: 12 };

const microsPerDay = 86_400_000_000n;

/** `10 minutes`, `interval 1 hour 30 seconds`, `-1.5 seconds`; CANNOT_PARSE_INTERVAL otherwise. */
export function parseDuration(text: string): Duration {
  const fail = () => error("CANNOT_PARSE_INTERVAL", { intervalString: text });
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^interval\b/, "")
    .trim();
  const part = /^\s*([+-]?)\s*(\d+)(?:\.(\d{1,9}))?\s*([a-z]+)\s*/;
  let rest = words;
  if (rest === "") throw fail();
  const sum = { months: 0, days: 0, micros: 0n };
  while (rest !== "") {
    const match = part.exec(rest);
    if (!match) throw fail();
    const [whole, sign, digits = "0", fraction, word = ""] = match;
    rest = rest.slice(whole.length);
    const unit = word.replace(/s$/, "");
    const factor = sign === "-" ? -1 : 1;
    const count = Number(digits) * factor;
    if (fraction !== undefined && unit !== "second") throw fail();
    const { [unit]: small } = micros;
    if (small !== undefined) {
      const extra = BigInt((fraction ?? "").padEnd(6, "0").slice(0, 6));
      sum.micros += (BigInt(digits) * small + extra) * BigInt(factor);
    } else if (days[unit] !== undefined) sum.days += count * (days[unit] ?? 0);
    else if (months[unit] !== undefined) sum.months += count * (months[unit] ?? 0);
    else throw fail();
  }
  return sum;
}

/** Days of 24 hours, months of 31 days, as Spark counts a delay. */
export function durationMicros(duration: Duration): bigint {
  return BigInt(duration.months * 31 + duration.days) * microsPerDay + duration.micros;
}
