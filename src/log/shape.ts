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

/** What is wrong with the body of an action; undefined where it is sound. */
export function misfitOf(kind: ActionKind, body: Fields): string | undefined {
  return objectMisfit(kind, body, shapes[kind]);
}

/** A field of a shape, taken apart once: a log has an action for each file. */
interface Field {
  readonly required: boolean;
  readonly type: Shape;
}

interface Known {
  readonly byName: ReadonlyMap<string, Field>;
  /** How many of them an object cannot do without. */
  readonly required: number;
}

const knownOf = new Map<Shapes, Known>();

function fieldsIn(shape: Shapes): Known {
  let known = knownOf.get(shape);
  if (known === undefined) {
    const fields = Object.entries(shape).map(([key, type]): [string, Field] => {
      return [key.replace("!", ""), { required: key.endsWith("!"), type }];
    });
    const required = fields.filter(([, field]) => field.required).length;
    known = { byName: new Map(fields), required };
    knownOf.set(shape, known);
  }
  return known;
}

/** It goes by the fields that are there: of those that there may be, most objects have half. */
function objectMisfit(what: string, fields: Fields, shape: Shapes): string | undefined {
  const known = fieldsIn(shape);
  let required = known.required;
  for (const name in fields) {
    const field = known.byName.get(name);
    const value = fields[name] ?? undefined;
    if (field === undefined || value === undefined) continue;
    if (field.required) required -= 1;
    const misfit = valueMisfit(name, value, field.type);
    if (misfit !== undefined) return misfit;
  }
  return required === 0 ? undefined : `${what} has no ${missing(fields, known)}`;
}

function missing(fields: Fields, { byName }: Known): string {
  const absent = ([name, { required }]: [string, Field]): boolean => {
    return required && (!Object.hasOwn(fields, name) || (fields[name] ?? undefined) === undefined);
  };
  return [...byName].find(absent)?.[0] ?? "";
}

const kinds: Readonly<
  Record<Exclude<Shape, Shapes>, readonly [name: string, holds: (value: unknown) => boolean]>
> = {
  string: ["a string", isString],
  boolean: ["a boolean", (value) => typeof value === "boolean"],
  number: ["a whole number", (value) => Number.isInteger(value)],
  object: ["an object", isObject],
  list: ["a list of strings", (value) => Array.isArray(value) && value.every(isString)],
  map: ["a map of strings", (value) => isObject(value) && Object.values(value).every(isTextOrNull)],
};

function valueMisfit(name: string, value: unknown, type: Shape): string | undefined {
  if (typeof type === "object") {
    return isObject(value) ? objectMisfit(name, value, type) : `${name} is not an object`;
  }
  const [kind, holds] = kinds[type];
  return holds(value) ? undefined : `${name} is not ${kind}`;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): boolean {
  return isString(value) || value === null;
}
