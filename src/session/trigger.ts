import { error } from "../error/error.ts";
import type { Trigger } from "../plan/command.ts";

/** Exactly one of these. `processingTime` is milliseconds or text such as `10 seconds`. */
export interface TriggerOptions {
  readonly processingTime?: string | number;
  readonly once?: boolean;
  readonly availableNow?: boolean;
  readonly continuous?: string;
  readonly realTime?: string;
}

const unitMs: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** The trigger that is meant; ONLY_ALLOW_SINGLE_TRIGGER, INVALID_TRIGGER_INTERVAL otherwise. */
export function triggerOf(options: TriggerOptions): Trigger {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const [only] = given;
  if (given.length !== 1 || only === undefined) throw error("ONLY_ALLOW_SINGLE_TRIGGER", {});
  const [name, value] = only;
  if (name === "processingTime") {
    return { kind: "processing time", intervalMs: intervalMs(value as string | number) };
  }
  if (name === "once" && value === true) return { kind: "once" };
  if (name === "availableNow" && value === true) return { kind: "available now" };
  throw error("UNSUPPORTED_TRIGGER", { trigger: name });
}

function intervalMs(interval: string | number): number {
  const invalid = () => error("INVALID_TRIGGER_INTERVAL", { interval });
  if (typeof interval === "number") {
    if (!(interval >= 0)) throw invalid();
    return interval;
  }
  const text = interval
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, "");
  const parts = [...text.matchAll(/(-?\d+)\s*([a-z]+?)s?(?=\s|$|\d)/g)];
  if (
    parts.length === 0 ||
    parts.map((part) => part[0]).join("").length < text.replace(/\s+(?=-?\d)/g, "").length
  ) {
    throw invalid();
  }
  let total = 0;
  for (const [, count, unit] of parts) {
    const ms = unitMs[unit ?? ""];
    if (ms === undefined) throw invalid();
    total += Number(count) * ms;
  }
  if (total < 0) throw invalid();
  return total;
}
