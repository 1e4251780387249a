/** What happened to a file, as a cloud's queue tells it. */
export interface FileEvent {
  /** `created`: there are new bytes under the name, all of them. */
  readonly kind: "created" | "other";
  /** The bucket, or `container@account`. */
  readonly container: string;
  /** Within it, decoded, without a leading slash. */
  readonly name: string;
  readonly size?: number; // bytes
  /** ms since the epoch. */
  readonly timeMs?: number;
}

/** A message that was received: hidden from others for a while, then sent again. */
export interface Message {
  /** By which the queue knows this receipt of it. */
  readonly receipt: string;
  /** Undefined: it is not of a kind that is known. */
  readonly events: readonly FileEvent[] | undefined;
}

/**
 * A cloud's queue of notifications. It may send a message twice, late, in any order, or never.
 * Messages that are received and not acknowledged come again after `hiddenMs`.
 */
export interface Queue extends AsyncDisposable {
  /** As an error names it. */
  readonly name: string;
  readonly hiddenMs: number;
  /** Some messages, in one call; where there are none it waits for about a second. */
  receive(): Promise<readonly Message[]>;
  /** Removes messages; one that has come to another receiver since may stay. */
  acknowledge(messages: readonly Message[]): Promise<void>;
  /** Hides messages for `hiddenMs` from now; one that has come to another receiver stays so. */
  extend(messages: readonly Message[]): Promise<void>;
  /** About how many messages wait, where the service tells. */
  waiting?(): Promise<number | undefined>;
}

/** Messages go to the service in groups of this size at most. */
export function* groups<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
