import { error } from "../error/error.ts";
import type { Trigger } from "../plan/command.ts";
import { intervalMs } from "../schema/interval.ts";

/** Exactly one of these. `processingTime` is milliseconds or text such as `10 seconds`. */
export interface TriggerOptions {
  readonly processingTime?: string | number;
  readonly once?: boolean;
  readonly availableNow?: boolean;
  readonly continuous?: string;
  readonly realTime?: string;
}

/** The trigger that is meant; ONLY_ALLOW_SINGLE_TRIGGER, INVALID_TRIGGER_INTERVAL otherwise. */
export function triggerOf(options: TriggerOptions): Trigger {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const [only] = given;
  if (given.length !== 1 || only === undefined) throw error("ONLY_ALLOW_SINGLE_TRIGGER", {});
  const [name, value] = only;
  if (name === "processingTime") {
    return { kind: "processing time", intervalMs: everyMs(value as string | number) };
  }
  if (name === "once" && value === true) return { kind: "once" };
  if (name === "availableNow" && value === true) return { kind: "available now" };
  throw error("UNSUPPORTED_TRIGGER", { trigger: name });
}

/** A text is an interval as SQL writes it, without months and years. */
function everyMs(interval: string | number): number {
  const ms = typeof interval === "number" ? interval : (intervalMs(interval) ?? Number.NaN);
  if (!(ms >= 0)) throw error("INVALID_TRIGGER_INTERVAL", { interval });
  return ms;
}
