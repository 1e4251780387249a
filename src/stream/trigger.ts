/** How long an idle query waits before it asks its sources again, as in Spark. */
export const pollingDelayMs = 10;

/** When the next trigger of a processing-time interval is due: a multiple of it since the epoch. */
export function nextTrigger(nowMs: number, intervalMs: number): number {
  return intervalMs === 0 ? nowMs : Math.floor(nowMs / intervalMs) * intervalMs + intervalMs;
}
