import { hadoopOptions } from "../storage/hadoop.ts";

/** The wait of an idle query without an interval before it asks its sources again, as in Spark. */
const localMs = 10;
/** The same of sources over a network, at the most: the wait doubles from look to look. */
const remoteMs = 500;

/** What is done while there is nothing to do. */
export interface Polling {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** `spark.sql.streaming.pollingDelay`, or what is right for the sources. */
export function pollingOf(conf: Readonly<Record<string, string>>, isRemote: boolean): Polling {
  const set = hadoopOptions(conf).milliseconds("spark.sql.streaming.pollingDelay", -1);
  if (set >= 0) return { firstMs: set, mostMs: set };
  return { firstMs: localMs, mostMs: isRemote ? remoteMs : localMs };
}

/** The wait after some looks in a row that found nothing. */
export function pollingDelay({ firstMs, mostMs }: Polling, looks: number): number {
  return Math.min(firstMs * 2 ** Math.min(looks - 1, 20), mostMs);
}

/** When the next trigger of a processing-time interval is due: a multiple of it since the epoch. */
export function nextTrigger(nowMs: number, intervalMs: number): number {
  return intervalMs === 0 ? nowMs : Math.floor(nowMs / intervalMs) * intervalMs + intervalMs;
}
