/** The kinds of action there are (PROTOCOL.md#actions), in the order they are looked for. */
export const actionKinds = [
  "add",
  "remove",
  "cdc",
  "metaData",
  "protocol",
  "txn",
  "domainMetadata",
  "commitInfo",
] as const;

export type ActionKind = (typeof actionKinds)[number];

type Shape =
  | "string"
  | "boolean"
  | "number" // a whole one
  | "object"
  | "list" // of strings
  | "map" // of strings and nulls
  | Shapes;

/** What the fields of an object hold; `!` after a name: the object cannot do without it. */
type Shapes = { readonly [name: string]: Shape };

const deletionVector: Shapes = {
  "storageType!": "string",
  "pathOrInlineDv!": "string",
  offset: "number",
  "sizeInBytes!": "number",
  "cardinality!": "number",
};

const file: Shapes = {
  "path!": "string",
  partitionValues: "map",
  size: "number",
  dataChange: "boolean",
  tags: "map",
};

const rowTracking: Shapes = { baseRowId: "number", defaultRowCommitVersion: "number" };

/** Fields that are not named may hold anything: they are not read. */
const shapes: Readonly<Record<ActionKind, Shapes>> = {
  add: { ...file, modificationTime: "number", stats: "string", deletionVector, ...rowTracking },
  remove: { ...file, deletionTimestamp: "number", deletionVector, ...rowTracking },
  cdc: file,
  metaData: {
    "id!": "string",
    name: "string",
    description: "string",
    format: "object",
    schemaString: "string",
    partitionColumns: "list",
    configuration: "map",
    createdTime: "number",
  },
  protocol: {
    "minReaderVersion!": "number",
    "minWriterVersion!": "number",
    readerFeatures: "list",
    writerFeatures: "list",
  },
  txn: { "appId!": "string", "version!": "number", lastUpdated: "number" },
  domainMetadata: { "domain!": "string", configuration: "string", removed: "boolean" },
  commitInfo: {},
};

type Fields = { [name: string]: unknown };

/**
 * What is wrong with the body of an action; undefined where it is sound. Of a sound one what is
 * null is taken away: it is as good as absent.
 */
export function misfitOf(kind: ActionKind, body: Fields): string | undefined {
  return kind === "commitInfo" ? undefined : objectMisfit(kind, body, knownIn(shapes[kind]));
}

/** A shape taken apart once: a log has an action for each file. */
interface Known {
  /** By name, without a prototype. */
  readonly fields: Readonly<Record<string, Shape | undefined>>;
  /** The names an object cannot do without. */
  readonly required: readonly string[];
}

const knownOf = new Map<Shapes, Known>();

function knownIn(shape: Shapes): Known {
  let known = knownOf.get(shape);
  if (known === undefined) {
    const names = Object.keys(shape);
    const fields = Object.entries(shape).map(([key, type]) => [key.replace("!", ""), type]);
    const required = names.filter((name) => name.endsWith("!")).map((name) => name.slice(0, -1));
    known = { fields: Object.assign(Object.create(null), Object.fromEntries(fields)), required };
    knownOf.set(shape, known);
  }
  return known;
}

/** It goes by the fields that are there: of those that there may be, most objects have half. */
function objectMisfit(what: string, body: Fields, { fields, required }: Known): string | undefined {
  for (const name in body) {
    const value = body[name];
    if (value === null) {
      delete body[name];
      continue;
    }
    const type = fields[name];
    if (type === undefined || fits(value, type)) continue;
    if (typeof type !== "object") return `${name} is not ${nouns[type]}`;
    if (!isObject(value)) return `${name} is not an object`;
    const misfit = objectMisfit(name, value, knownIn(type));
    if (misfit !== undefined) return misfit;
  }
  for (const name of required) if (!Object.hasOwn(body, name)) return `${what} has no ${name}`;
  return undefined;
}

const nouns: Readonly<Record<Exclude<Shape, Shapes>, string>> = {
  string: "a string",
  boolean: "a boolean",
  number: "a whole number",
  object: "an object",
  list: "a list of strings",
  map: "a map of strings",
};

/** Whether a value is what a field holds; false of objects with fields, which are looked into. */
function fits(value: unknown, type: Shape): boolean {
  switch (type) {
    case "string":
    case "boolean":
      return typeof value === type;
    case "number":
      return Number.isInteger(value);
    case "object":
      return isObject(value);
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "map":
      return isObject(value) && holdsTexts(value);
    default:
      return false;
  }
}

function holdsTexts(map: Fields): boolean {
  for (const name in map) {
    const value = map[name];
    if (typeof value !== "string" && value !== null) return false;
  }
  return true;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
