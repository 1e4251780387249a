import type { Location } from "../../../storage/store.ts";
import type { Wanted } from "./remedy.ts";

/** What a cloud's queue is opened by. */
export interface CloudRequest {
  /** The options of the stream that are a cloud's, by their documented names. */
  readonly cloud: Readonly<Record<string, string>>;
  readonly resourceTags: Readonly<Record<string, string>>;
  /** What has to be heard of: of the first path. */
  readonly wanted: Wanted;
  readonly paths: readonly Location[];
  /** The same for every start of a query. */
  readonly streamId: string;
  readonly checkpoint: string;
  /** A key of the session's configuration, also where `spark.hadoop.` stands before it. */
  conf(key: string): string | undefined;
}
