import { keyed } from "../../../plan/option.ts";
import type { Location } from "../../../storage/store.ts";
import type { Cloud } from "../known.ts";
import { notificationOptions } from "../notification-option.ts";
import { cloudOf, validateOptions } from "../validate.ts";
import { wantedOf } from "./remedy.ts";
import type { CloudRequest, Services } from "./request.ts";

/** Whose services are meant, and by what they are reached. */
export interface ServicesRequest {
  /** A path in the bucket or the account. */
  readonly location: Location;
  /** What is set up is named after it; as good as a stream's own. */
  readonly streamId: string;
  /** As a stream has them. */
  readonly options: Readonly<Record<string, string>>;
  /** The session's configuration. */
  readonly conf: Readonly<Record<string, string>>;
}

/** What is set up for a path, and the option by which a stream takes a queue of it. */
export interface OpenedServices {
  readonly services: Services;
  readonly option: string;
}

/** What is set up for a path without a stream: by an administrator, or after streams. */
export async function openServices(request: ServicesRequest): Promise<OpenedServices> {
  const { location, streamId, conf } = request;
  const { scheme } = location.store;
  const options = keyed({ ...request.options, "cloudFiles.useNotifications": "true" });
  validateOptions(options, cloudOf(scheme));
  const { cloud, resourceTags, queue } = notificationOptions(options, scheme)!;
  const { open, option } = clouds[queue];
  const opened = (await open())({
    ...{ cloud, resourceTags, streamId, checkpoint: "", earlier: undefined },
    ...{ paths: [location], wanted: wantedOf(location) },
    fresh: async () => undefined,
    conf: (key) => conf[key] ?? conf[`spark.hadoop.${key}`],
  });
  return { services: await opened, option };
}

type Open = (request: CloudRequest) => Promise<Services>;

const clouds: Readonly<
  Record<Cloud, { readonly option: string; readonly open: () => Promise<Open> }>
> = {
  AWS: {
    option: "cloudFiles.queueUrl",
    open: async () => (await import("./aws.ts")).awsServices,
  },
  Azure: {
    option: "cloudFiles.queueName",
    open: async () => (await import("./azure.ts")).azureServices,
  },
  GCP: {
    option: "cloudFiles.subscription",
    open: async () => (await import("./gcp.ts")).gcpServices,
  },
};
