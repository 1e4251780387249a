import type { Location } from "../../../storage/store.ts";
import type { SourceContext } from "../../../stream/source.ts";
import type { ConnectorContext } from "../../connector.ts";
import type { Finder } from "../../file/discovery.ts";
import type { ListingRules } from "../../file/listing.ts";
import type { Cloud } from "../known.ts";
import type { NotificationOptions } from "../notification-option.ts";
import { openBackfill } from "./backfill.ts";
import { NotifiedFiles } from "./discovery.ts";
import { queueSetUp, recordSetUp } from "./record.ts";
import { wantedOf } from "./remedy.ts";
import type { CloudRequest, OpenedQueue } from "./request.ts";

/** What a stream of files that is told of them is opened by. */
export interface NotifiedRequest {
  readonly options: NotificationOptions;
  readonly paths: readonly Location[];
  readonly rules: ListingRules;
  /** New files that are enough for one look. */
  readonly enough: number;
  readonly backfillMs?: number;
  /** Lists everything there is. */
  readonly everything: Finder;
  readonly context: ConnectorContext;
}

/**
 * What finds the files of a stream by the notifications of the cloud they are in. The queue is
 * there, set up if need be, before anything is listed: no file falls between the two.
 */
export async function openNotified(
  request: NotifiedRequest,
  source: SourceContext,
): Promise<Finder> {
  const { options, paths, context, backfillMs } = request;
  const [first] = paths as readonly [Location, ...Location[]];
  const { checkpoint } = source;
  const backfill = await openBackfill(checkpoint, backfillMs);
  const earlier = await queueSetUp(checkpoint);
  const { queue, made } = await (await openers[options.queue]())({
    ...{ cloud: options.cloud, resourceTags: options.resourceTags, paths, earlier },
    wanted: wantedOf(first),
    ...streamOf(source),
    fresh: () => backfill.forget(),
    conf: (key) => context.conf(key) ?? context.conf(`spark.hadoop.${key}`),
  });
  if (made !== undefined && made !== earlier) await recordSetUp(checkpoint, made);
  return new NotifiedFiles({
    ...{ queue, paths, rules: request.rules, enough: request.enough },
    ...{ everything: request.everything, rewrites: options.pathRewrites },
    service: services[options.queue],
    parallel: options.fetchParallelism,
    backfill,
  });
}

/** The stream's id, the same at each start, and its checkpoint. */
function streamOf({ checkpoint, queryId }: SourceContext) {
  const [, folder = "", source = "0"] = /^(.*)\/sources\/(\d+)$/s.exec(checkpoint.path) ?? [];
  return {
    streamId: source === "0" ? queryId : `${queryId}-${source}`,
    checkpoint: checkpoint.store.uri(folder),
  };
}

const services: Readonly<Record<Cloud, string>> = { AWS: "s3", Azure: "azure", GCP: "gs" };

type Open = (request: CloudRequest) => Promise<OpenedQueue>;

const openers: Readonly<Record<Cloud, () => Promise<Open>>> = {
  AWS: async () => (await import("./aws.ts")).openAws,
  Azure: async () => (await import("./azure.ts")).openAzure,
  GCP: async () => (await import("./gcp.ts")).openGcp,
};
