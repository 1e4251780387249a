import { error } from "../error/error.ts";
import { type DataType, type StructType, someType } from "../schema/type.ts";
import type { Metadata, Protocol } from "./action.ts";
import { checkColumnMapping } from "./column-mapping.ts";
import { type Configuration, flag, whole } from "./property.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkTypeChanges } from "./type-widening.ts";

/** What decides whether a feature that a table lists is in use. */
interface Use {
  readonly configuration: Configuration;
  readonly schema: StructType;
}

/** `true`: handled here. A function: handled as long as it says the feature is not in use. */
type Support = true | ((use: Use) => boolean);

interface Feature {
  readonly kind: "writer" | "reader writer";
  readonly read: Support;
  readonly write: Support;
}

const noFieldWith =
  (...keys: readonly string[]): Support =>
  (use) =>
    !someField(use.schema, (metadata) => keys.some((key) => key in metadata));
const notSet =
  (name: string): Support =>
  (use) =>
    !flag(use.configuration, name, false);
const never: Support = () => false;
const noMapping: Support = (use) => {
  return (use.configuration["delta.columnMapping.mode"] ?? "none") === "none";
};
const noVariant: Support = (use) => !someType(use.schema, (type) => type.type === "variant");
const noIdentity = noFieldWith("delta.identity.start", "delta.identity.step");
const noConstraint: Support = (use) => {
  return !Object.keys(use.configuration).some((key) => key.startsWith("delta.constraints."));
};

const writer = (write: Support): Feature => ({ kind: "writer", read: true, write });
const both = (read: Support, write: Support): Feature => ({ kind: "reader writer", read, write });

/** The features of PROTOCOL.md#table-features that are known here, by exact name. */
const features: Readonly<Record<string, Feature>> = {
  appendOnly: writer(true),
  invariants: writer(noFieldWith("delta.invariants")),
  checkConstraints: writer(noConstraint),
  changeDataFeed: writer(true),
  generatedColumns: writer(noFieldWith("delta.generationExpression")),
  columnMapping: both(true, noMapping),
  identityColumns: writer(noIdentity),
  deletionVectors: both(true, true),
  rowTracking: writer(never),
  timestampNtz: both(true, true),
  domainMetadata: writer(true),
  v2Checkpoint: both(true, never),
  icebergCompatV1: writer(notSet("delta.enableIcebergCompatV1")),
  icebergCompatV2: writer(notSet("delta.enableIcebergCompatV2")),
  icebergCompatV3: writer(notSet("delta.enableIcebergCompatV3")),
  clustering: writer(never),
  variantType: both(true, noVariant),
  "variantType-preview": both(true, noVariant),
  variantShredding: both(true, never),
  "variantShredding-preview": both(true, never),
  typeWidening: both(true, noFieldWith("delta.typeChanges")),
  "typeWidening-preview": both(true, noFieldWith("delta.typeChanges")),
  inCommitTimestamp: writer(true),
  vacuumProtocolCheck: both(true, true),
  allowColumnDefaults: writer(noFieldWith("CURRENT_DEFAULT")),
  collations: writer(never),
  "collations-preview": writer(never),
  checkpointProtection: writer(never),
  materializePartitionColumns: writer(never),
  icebergWriterCompatV1: writer(never),
};

/** Features that a writer version stands for (PROTOCOL.md#table-features, legacy versions). */
const legacyWriter: readonly (readonly [version: number, names: readonly string[]])[] = [
  [2, ["appendOnly", "invariants"]],
  [3, ["checkConstraints"]],
  [4, ["changeDataFeed", "generatedColumns"]],
  [5, ["columnMapping"]],
  [6, ["identityColumns"]],
];

const readerMax = 3;
const writerMax = 7;

/** All features of a table, legacy versions resolved to names, sorted. */
export function tableFeatures(protocol: Protocol): string[] {
  const named = [...(protocol.readerFeatures ?? []), ...(protocol.writerFeatures ?? [])];
  return [...new Set([...named, ...legacyFeatures(protocol)])].sort();
}

function legacyFeatures(protocol: Protocol): string[] {
  const names: string[] = [];
  if (protocol.minReaderVersion === 2) names.push("columnMapping");
  if (protocol.minWriterVersion < writerMax) {
    for (const [version, list] of legacyWriter) {
      if (version <= protocol.minWriterVersion) names.push(...list);
    }
  }
  return names;
}

/** What of a snapshot says which features it uses. */
type Described = Pick<Snapshot, "protocol" | "metadata" | "schema">;

/** Refuses a table whose reader features are not all known here: its schema may not be either. */
export function checkReaderFeatures(protocol: Protocol, table: string): void {
  checkVersions(protocol, table);
  refuseRead(
    (protocol.readerFeatures ?? []).filter((name) => features[name] === undefined),
    table,
  );
}

/** Refuses a table that cannot be read right here, naming the features: nothing is read wrong. */
export function checkReadable(snapshot: Described, table: string): void {
  checkVersions(snapshot.protocol, table);
  const { protocol } = snapshot;
  const asked = [
    ...(protocol.readerFeatures ?? []),
    ...(protocol.minReaderVersion === 2 ? ["columnMapping"] : []),
  ];
  refuseRead(unsupportedOf(asked, snapshot, "read"), table);
  checkColumnMapping(snapshot.schema, snapshot.metadata);
  if (asked.some((name) => name.startsWith("typeWidening"))) checkTypeChanges(snapshot.schema);
}

/** Commits of such a table are known to its catalog alone: the log in its folder may lag behind. */
const catalogManaged = ["catalogManaged", "catalogOwned-preview"];

function refuseRead(unsupported: readonly string[], table: string): void {
  if (unsupported.length === 0) return;
  if (unsupported.some((name) => catalogManaged.includes(name))) {
    throw error("DELTA_PATH_BASED_ACCESS_TO_CATALOG_MANAGED_TABLE_BLOCKED", { path: table });
  }
  throw error("DELTA_UNSUPPORTED_FEATURES_FOR_READ", {
    table,
    unsupported: unsupported.join(", "),
  });
}

/** Refuses a table that cannot be written right here, naming the features. */
export function checkWritable(snapshot: Described, table: string): void {
  checkVersions(snapshot.protocol, table);
  const unsupported = unsupportedOf(tableFeatures(snapshot.protocol), snapshot, "write");
  if (unsupported.length > 0) {
    throw error("DELTA_UNSUPPORTED_FEATURES_FOR_WRITE", {
      table,
      unsupported: unsupported.join(", "),
    });
  }
}

function checkVersions(protocol: Protocol, table: string): void {
  const { minReaderVersion, minWriterVersion } = protocol;
  if (minReaderVersion <= readerMax && minWriterVersion <= writerMax) return;
  throw error("DELTA_INVALID_PROTOCOL_VERSION", {
    table,
    readerRequired: minReaderVersion,
    writerRequired: minWriterVersion,
    supportedReaders: "1, 2, 3",
    supportedWriters: "1, 2, 3, 4, 5, 6, 7",
  });
}

function unsupportedOf(
  names: readonly string[],
  snapshot: Described,
  way: "read" | "write",
): string[] {
  const use = {
    configuration: snapshot.metadata.configuration,
    schema: snapshot.schema,
  };
  return names.filter((name) => {
    const support = features[name]?.[way];
    return support === undefined || (support !== true && !support(use));
  });
}

/** Properties that ask for a feature when they are "true". */
const askedByFlag: readonly (readonly [property: string, feature: string])[] = [
  ["delta.enableChangeDataFeed", "changeDataFeed"],
  ["delta.enableDeletionVectors", "deletionVectors"],
  ["delta.enableRowTracking", "rowTracking"],
  ["delta.enableInCommitTimestamps", "inCommitTimestamp"],
  ["delta.enableTypeWidening", "typeWidening"],
  ["delta.enableVariantShredding", "variantShredding"],
  ["delta.enableIcebergCompatV1", "icebergCompatV1"],
  ["delta.enableIcebergCompatV2", "icebergCompatV2"],
  ["delta.enableIcebergCompatV3", "icebergCompatV3"],
];

function featuresAsked(schema: StructType, configuration: Configuration): string[] {
  const asked: string[] = [];
  for (const [property, feature] of askedByFlag) {
    if (flag(configuration, property, false)) asked.push(feature);
  }
  if ((configuration["delta.columnMapping.mode"] ?? "none") !== "none") asked.push("columnMapping");
  if (configuration["delta.checkpointPolicy"] === "v2") asked.push("v2Checkpoint");
  if (someType(schema, (type) => type.type === "timestamp_ntz")) asked.push("timestampNtz");
  if (someType(schema, (type) => type.type === "variant")) asked.push("variantType");
  if (someField(schema, (metadata) => "delta.generationExpression" in metadata)) {
    asked.push("generatedColumns");
  }
  if (someField(schema, (metadata) => "CURRENT_DEFAULT" in metadata))
    asked.push("allowColumnDefaults");
  if (Object.keys(configuration).some((key) => key.startsWith("delta.constraints."))) {
    asked.push("checkConstraints");
  }
  for (const [key, value] of Object.entries(configuration)) {
    if (key.startsWith("delta.feature.") && /^(supported|enabled)$/i.test(value)) {
      asked.push(key.slice("delta.feature.".length));
    }
  }
  return asked;
}

/**
 * The protocol a table must have to hold `schema` under `configuration`: that of `current` (or of
 * a new table, reader 1 and writer 2) raised no further than needed. Legacy features raise the
 * versions; any other goes to table features, which then name all that the versions implied.
 */
export function protocolFor(
  schema: StructType,
  configuration: Configuration,
  current?: Protocol,
): Protocol {
  const base = current ?? {
    minReaderVersion: whole(configuration, "delta.minReaderVersion", 1),
    minWriterVersion: whole(configuration, "delta.minWriterVersion", 2),
  };
  const have = new Set(tableFeatures(base));
  const asked = featuresAsked(schema, configuration).filter((name) => !have.has(name));
  if (asked.includes("rowTracking") && !have.has("domainMetadata")) asked.push("domainMetadata");
  if (asked.length === 0 && base.minWriterVersion < writerMax) return base;
  const legacy = asked.map((name) => legacyWriter.find(([, names]) => names.includes(name))?.[0]);
  if (base.minWriterVersion < writerMax && legacy.every((version) => version !== undefined)) {
    const minWriterVersion = Math.max(base.minWriterVersion, ...(legacy as number[]));
    const minReaderVersion = Math.max(
      base.minReaderVersion,
      asked.includes("columnMapping") ? 2 : 1,
    );
    return { minReaderVersion, minWriterVersion };
  }
  return withFeatures(base, [...new Set([...have, ...asked])]);
}

function withFeatures(base: Protocol, names: readonly string[]): Protocol {
  const readers = names.filter((name) => features[name]?.kind === "reader writer");
  const sorted = [...names].sort();
  if (readers.length === 0 && base.minReaderVersion < readerMax) {
    return { minReaderVersion: 1, minWriterVersion: writerMax, writerFeatures: sorted };
  }
  return {
    minReaderVersion: readerMax,
    minWriterVersion: writerMax,
    readerFeatures: readers.sort(),
    writerFeatures: sorted,
  };
}

/** A configuration as it is stored: what only chose the protocol is left out. */
export function storedConfiguration(configuration: Configuration): Configuration {
  const dropped = /^delta\.(feature\..*|minReaderVersion|minWriterVersion|ignoreProtocolDefaults)$/;
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !dropped.test(key)));
}

/** Whether `commitInfo.inCommitTimestamp` is the time of commits. */
export function hasInCommitTimestamps(metadata: Metadata): boolean {
  return flag(metadata.configuration, "delta.enableInCommitTimestamps", false);
}

function someField(
  type: DataType,
  test: (metadata: { readonly [key: string]: unknown }) => boolean,
): boolean {
  if (type.type === "struct") {
    return type.fields.some((field) => test(field.metadata) || someField(field.type, test));
  }
  if (type.type === "array") return someField(type.elementType, test);
  if (type.type === "map") return someField(type.keyType, test) || someField(type.valueType, test);
  return false;
}
