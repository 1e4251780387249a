import type { Location } from "../../../storage/store.ts";
import type { Queue } from "./queue.ts";
import type { Wanted } from "./remedy.ts";

/** What a cloud's queue is opened by. */
export interface CloudRequest {
  /** The options of the stream that are a cloud's, by their documented names. */
  readonly cloud: Readonly<Record<string, string>>;
  readonly resourceTags: Readonly<Record<string, string>>;
  /** What has to be heard of: of the first path. */
  readonly wanted: Wanted;
  readonly paths: readonly Location[];
  /** The same for every start of a query; what is set up is named after it. */
  readonly streamId: string;
  readonly checkpoint: string;
  /** The queue that an earlier start has set up to the end; undefined: none has. */
  readonly earlier: string | undefined;
  /** Is told before anything is made: what came until then was told to nobody. */
  fresh(): Promise<void>;
  /** A key of the session's configuration, also where `spark.hadoop.` stands before it. */
  conf(key: string): string | undefined;
}

/** A queue, and by what name a later start finds it if this one has set it up. */
export interface OpenedQueue {
  readonly queue: Queue;
  readonly made?: string;
}

/** What tells one stream of new files. */
export interface NotificationService {
  readonly streamId: string;
  /** Where messages wait: the URL or name that the stream's option takes. */
  readonly queue: string;
  /** What puts them there: a topic, or an event subscription. */
  readonly source: string;
  /** What the names of files begin with that are told of. */
  readonly prefix: string;
}

/** What is set up in a cloud for the bucket or the account of a path. */
export interface Services extends AsyncDisposable {
  /** Makes what is missing for the stream of the request; the name of its queue. */
  setUp(): Promise<string>;
  /** What streams have set up. */
  list(): Promise<readonly NotificationService[]>;
  /** Removes what was set up for a stream; the names of what there was. */
  tearDown(streamId: string): Promise<readonly string[]>;
}
