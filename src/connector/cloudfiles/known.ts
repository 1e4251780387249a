/** A cloud whose queues tell of new files. */
export type Cloud = "AWS" | "Azure" | "GCP";

/** What Auto Loader knows of an option: how its value is spelled, and whose it is. */
export interface KnownOption {
  readonly value: "text" | "flag" | "count" | "bytes" | "duration" | readonly string[];
  /** As documented; absent: none. */
  readonly default?: string;
  /** Options of queues belong to one cloud, or to all. */
  readonly cloud?: Cloud;
}

const text: KnownOption = { value: "text" };
const off: KnownOption = { value: "flag", default: "false" };
const on: KnownOption = { value: "flag", default: "true" };
const duration: KnownOption = { value: "duration" };
const aws: KnownOption = { value: "text", cloud: "AWS" };
const azure: KnownOption = { value: "text", cloud: "Azure" };
const gcp: KnownOption = { value: "text", cloud: "GCP" };

/** What Auto Loader does about columns that the schema does not have. */
export const evolutionModes = [
  "addNewColumns",
  "addNewColumnsWithTypeWidening",
  "rescue",
  "failOnNewColumns",
  "none",
] as const;

/** The options of Auto Loader, without their prefix `cloudFiles.`. */
export const knownOptions: Readonly<Record<string, KnownOption>> = {
  allowOverwrites: off,
  backfillInterval: duration,
  cleanSource: { value: ["OFF", "DELETE", "MOVE"], default: "OFF" },
  "cleanSource.moveDestination": text,
  "cleanSource.retentionDuration": { value: "duration", default: "30 days" },
  "cleanSource.waitForCompletion": off,
  format: text,
  includeExistingFiles: on,
  inferColumnTypes: off,
  listOnStart: off,
  maxBytesPerTrigger: { value: "bytes" },
  maxFileAge: duration,
  maxFilesPerTrigger: { value: "count", default: "1000" },
  partitionColumns: text,
  schemaEvolutionMode: text,
  schemaHints: text,
  schemaLocation: text,
  useIncrementalListing: { value: ["auto", "true", "false"], default: "false" },
  useManagedFileEvents: off,
  useNotifications: off,
  useStrictGlobber: off,
  validateOptions: on,

  fetchParallelism: { value: "count", default: "1" },
  pathRewrites: text,

  awsAccessKey: aws,
  awsSecretKey: aws,
  queueUrl: aws,
  region: aws,
  roleArn: aws,
  roleExternalId: aws,
  roleSessionName: aws,
  stsEndpoint: aws,

  clientId: azure,
  clientSecret: azure,
  connectionString: azure,
  queueName: azure,
  resourceGroup: azure,
  subscriptionId: azure,
  tenantId: azure,

  client: gcp,
  clientEmail: gcp,
  privateKey: gcp,
  privateKeyId: gcp,
  projectId: gcp,
  subscription: gcp,
};

/** Before the name of a tag that a queue is made with. */
export const tagPrefix = "resourceTag.";

const byLower = new Map(Object.keys(knownOptions).map((name) => [name.toLowerCase(), name]));

/** The documented spelling of an option of Auto Loader; undefined where there is none. */
export function knownName(lower: string): string | undefined {
  const tag = tagPrefix.toLowerCase();
  if (lower.startsWith(tag) && lower.length > tag.length) {
    return `${tagPrefix}${lower.slice(tag.length)}`;
  }
  return byLower.get(lower);
}

/** Options of all file sources that Auto Loader takes without a prefix, with their defaults. */
export const genericOptions: Readonly<Record<string, KnownOption>> = {
  badRecordsPath: text,
  columnNameOfCorruptRecord: { value: "text", default: "_corrupt_record" },
  fileNamePattern: text,
  ignoreCorruptFiles: off,
  ignoreMissingFiles: off,
  inferTimestamp: off,
  mergeSchema: on,
  modifiedAfter: text,
  modifiedBefore: text,
  pathGlobFilter: text,
  readerCaseSensitive: on,
  recursiveFileLookup: off,
  rescuedDataColumn: { value: "text", default: "_rescued_data" },
  singleVariantColumn: text,
};
