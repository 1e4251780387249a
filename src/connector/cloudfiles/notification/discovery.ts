import { env } from "../../../env.ts";
import type { Location } from "../../../storage/store.ts";
import type { Finder, Visitor } from "../../file/discovery.ts";
import { mapFiles } from "../../file/input.ts";
import type { ListingRules } from "../../file/listing.ts";
import { foundFile } from "../../file/meant.ts";
import type { Backfill } from "./backfill.ts";
import { eventPlace, placeOf, type Rewrites, together } from "./place.ts";
import type { FileEvent, Message, Queue } from "./queue.ts";

/** Messages held at a time: a queue hides so many and no more, and they are all in memory. */
const maxHeld = 20_000;

/** How files are heard of. */
export interface NotificationSpec {
  readonly queue: Queue;
  readonly paths: readonly Location[];
  readonly rules: ListingRules;
  /** As `Place` has it, of what the queue tells. */
  readonly service: string;
  readonly rewrites: Rewrites;
  /** Calls to the queue at a time. */
  readonly parallel: number;
  /** New files that are enough for one look. */
  readonly enough: number;
  readonly backfill: Backfill;
  /** Lists everything there is. */
  readonly everything: Finder;
}

/**
 * Finds files by a queue's notifications; by a listing of everything at the first start, and as
 * often as is asked. A message is acknowledged when all files of the look it came in are settled:
 * until then the queue would send it again. What comes twice, late, or in any order is a file that
 * is known, and the store says what there is of it now.
 */
export class NotifiedFiles implements Finder {
  readonly lasting = true;
  readonly distinct = false;
  readonly #spec: NotificationSpec;
  #held: Message[] = [];
  #heldSince = 0;
  #listing: number | undefined;
  #warned = false;

  constructor(spec: NotificationSpec) {
    this.#spec = spec;
  }

  async look(visitor: Visitor, beganMs: number): Promise<boolean> {
    const { backfill, everything, enough } = this.#spec;
    if (backfill.isDue(beganMs)) {
      this.#listing = env.now();
      await everything.look(visitor, beganMs);
      return true;
    }
    try {
      return await this.#hear(visitor, beganMs, enough);
    } catch (thrown) {
      // Not all of their files were told of: the queue sends them again.
      this.#held = [];
      throw thrown;
    }
  }

  async #hear(visitor: Visitor, beganMs: number, enough: number): Promise<boolean> {
    let [found, more] = [0, false];
    let received = await this.#receive(1);
    while (received.length > 0) {
      more ||= received.some((message) => isFrom(message, beganMs));
      found += await this.#visit(received, visitor);
      if (found >= enough || this.#held.length >= maxHeld) break;
      received = await this.#receive(this.#spec.parallel);
    }
    return more;
  }

  async settle(): Promise<void> {
    const held = this.#held;
    if (held.length > 0) await this.#spec.queue.acknowledge(held);
    this.#held = [];
    if (this.#listing !== undefined) await this.#spec.backfill.done(this.#listing);
    this.#listing = undefined;
  }

  async hold(): Promise<void> {
    const { queue } = this.#spec;
    if (this.#held.length === 0 || env.now() - this.#heldSince < queue.hiddenMs / 2) return;
    this.#heldSince = env.now();
    await queue.extend(this.#held);
  }

  async metrics(): Promise<Readonly<Record<string, string>>> {
    // Who may read a queue may still not be allowed to ask how long it is.
    const size = await this.#spec.queue.waiting?.().catch(() => undefined);
    return size === undefined ? {} : { approximateQueueSize: String(size) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spec.queue[Symbol.asyncDispose]();
  }

  async #receive(calls: number): Promise<readonly Message[]> {
    const { queue } = this.#spec;
    const answers = await Promise.all(Array.from({ length: calls }, () => queue.receive()));
    const known = answers.flat().filter((message) => {
      if (message.events !== undefined) return true;
      this.#warn();
      return false;
    });
    if (this.#held.length === 0) this.#heldSince = env.now();
    this.#held.push(...known);
    return known;
  }

  /** Left in the queue, which sends it again, gives it to others, or drops it after some time. */
  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    env.warn(`A message in ${this.#spec.queue.name} is no notification of files: it is left there`);
  }

  /** Says which files messages tell of; how many of them are new. */
  async #visit(messages: readonly Message[], visitor: Visitor): Promise<number> {
    const places = new Map<string, Location>();
    for (const event of messages.flatMap(({ events = [] }) => events)) {
      const location = event.kind === "created" ? this.#locate(event) : undefined;
      if (location) places.set(location.store.uri(location.path), location);
    }
    const unknown = [...places].filter(([uri]) => !visitor.known?.(uri));
    const { paths, rules } = this.#spec;
    const files = await mapFiles(unknown, async ([, location]) => {
      const status = await location.store.stat(location.path);
      return status && foundFile(paths, rules, location.store, status);
    });
    return files.filter((file) => file !== undefined && visitor.visit(file)).length;
  }

  /** Where a file lies, if it can be one of those that are read. */
  #locate(event: FileEvent): Location | undefined {
    const { paths, rewrites, service } = this.#spec;
    for (const location of paths) {
      const own = placeOf(location);
      const place = eventPlace(event, service, rewrites);
      if (together(own, place)) return { store: location.store, path: place.path };
    }
    return undefined;
  }
}

/** How far the clocks of a cloud and of this machine may be apart, ms. */
const skewMs = 60_000;

/** Whether what a message tells was so at a time; also one that says no time. */
function isFrom({ events = [] }: Message, beganMs: number): boolean {
  return events.length === 0 || events.some(({ timeMs = beganMs }) => timeMs <= beganMs + skewMs);
}
