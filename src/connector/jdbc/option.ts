import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type OptionReader, optionReader } from "../option.ts";
import { type DatabaseUrl, parseUrl } from "./url.ts";

export type Isolation =
  | "NONE"
  | "READ_UNCOMMITTED"
  | "READ_COMMITTED"
  | "REPEATABLE_READ"
  | "SERIALIZABLE";

const isolations: readonly Isolation[] = [
  ...(["NONE", "READ_UNCOMMITTED", "READ_COMMITTED"] as const),
  ...(["REPEATABLE_READ", "SERIALIZABLE"] as const),
];

/** What reads, writes and streams have in common. */
export interface AccessOptions {
  readonly url: DatabaseUrl;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Seconds; 0: none. */
  readonly queryTimeout: number;
  /** What the driver is told besides, by lower-case name: of the URL, then of the options. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Parts of a read by the values of a column. */
export interface PartitionOptions {
  readonly column: string;
  readonly lowerBound: string;
  readonly upperBound: string;
  readonly count: number;
}

export interface ReadOptions extends AccessOptions {
  /** What stands behind FROM. */
  readonly source: string;
  readonly partition: PartitionOptions | undefined;
  /** At a time, where the read has parts. */
  readonly numPartitions: number | undefined;
  readonly fetchSize: number;
  readonly sessionInitStatement: string | undefined;
  readonly customSchema: string | undefined;
  readonly pushDownPredicate: boolean;
  readonly pushDownLimit: boolean;
  readonly pushDownOffset: boolean;
  readonly pushDownAggregate: boolean;
  readonly preferTimestampNTZ: boolean | undefined;
  readonly prepareQuery: string;
  readonly hint: string;
}

/** A table's name, its parts from the outermost inwards. */
export type TableName = readonly NamePart[];

export interface NamePart {
  readonly name: string;
  /** What is not follows the database's rules of case. */
  readonly quoted: boolean;
}

export interface WriteOptions extends AccessOptions {
  readonly table: TableName;
  readonly truncate: boolean;
  readonly cascadeTruncate: boolean;
  readonly createTableOptions: string;
  readonly createTableColumnTypes: string | undefined;
  readonly tableComment: string;
  readonly batchSize: number;
  readonly isolation: Isolation;
}

export interface SinkOptions extends WriteOptions {
  /** Columns that name a row, in mode update. */
  readonly keys: readonly string[];
  readonly batchTable: TableName;
}

/** Rows a part that is read has at most, and where nothing is said. */
const fetchMax = 65_536;
const fetchDefault = 4_096;

/** Options of Spark's that are no property of a driver. */
const own: ReadonlySet<string> = new Set(
  [
    ...["url", "dbtable", "query", "driver", "partitionColumn", "lowerBound", "upperBound"],
    ...["numPartitions", "queryTimeout", "fetchsize", "truncate", "cascadeTruncate"],
    ...["createTableOptions", "createTableColumnTypes", "customSchema", "batchsize"],
    ...["isolationLevel", "sessionInitStatement", "pushDownPredicate", "pushDownAggregate"],
    ...["pushDownLimit", "pushDownOffset", "pushDownTableSample", "pushDownJoin", "keytab"],
    ...["principal", "tableComment", "refreshKrb5Config", "connectionProvider", "prepareQuery"],
    ...["preferTimestampNTZ", "hint", "keyColumns", "batchTable", "path", "checkpointLocation"],
  ].map((name) => name.toLowerCase()),
);

const format = "jdbc";

function accessOf(read: OptionReader, options: Options): AccessOptions {
  const text = read.text("url");
  if (text === undefined) throw error("MISSING_OPTION", { format, name: "url" });
  for (const name of ["keytab", "principal", "connectionProvider"]) {
    const value = read.text(name);
    if (value === undefined) continue;
    const remedy = "Kerberos is not built: use user and password";
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", { name, value, format, remedy });
  }
  const url = parseUrl(text);
  const given = Object.entries(options).filter(([name]) => !own.has(name));
  const properties = { ...url.properties, ...Object.fromEntries(given) };
  return {
    url,
    properties,
    user: properties["user"] ?? properties["username"],
    password: properties["password"],
    queryTimeout: read.natural("queryTimeout") ?? 0,
  };
}

/** Spark's options of a read, with its defaults and checks. */
export function readOptions(options: Options): ReadOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  for (const name of ["pushDownTableSample", "pushDownJoin"]) read.flag(name, true);
  return {
    ...accessOf(read, options),
    source: sourceOf(read),
    partition: partitionOf(read),
    numPartitions: read.positive("numPartitions"),
    fetchSize: Math.min(read.natural("fetchsize") || fetchDefault, fetchMax),
    sessionInitStatement: read.text("sessionInitStatement"),
    customSchema: read.text("customSchema"),
    pushDownPredicate: read.flag("pushDownPredicate", true),
    pushDownLimit: read.flag("pushDownLimit", true),
    pushDownOffset: read.flag("pushDownOffset", true),
    pushDownAggregate: read.flag("pushDownAggregate", true),
    preferTimestampNTZ:
      read.text("preferTimestampNTZ") === undefined
        ? undefined
        : read.flag("preferTimestampNTZ", false),
    prepareQuery: prefix(read.text("prepareQuery")),
    hint: hintOf(read),
  };
}

function sourceOf(read: OptionReader): string {
  const [table, query] = [read.text("dbtable"), read.text("query")];
  if (table !== undefined && query !== undefined) {
    throw error("CONFLICTING_OPTIONS", { names: "dbtable and query" });
  }
  const [name, text] = table === undefined ? ["query", query] : ["dbtable", table];
  if (text === undefined) throw error("MISSING_OPTION", { format, name: "dbtable" });
  if (text.trim() === "") throw invalid(name, text, "must not be empty");
  // The line break ends a comment that the query may end with.
  if (table !== undefined) return text.trim();
  return `(${text.trim().replace(/;+$/, "")}\n) SPARK_GEN_SUBQ_0`;
}

function partitionOf(read: OptionReader): PartitionOptions | undefined {
  const [column, lowerBound, upperBound] = [
    read.text("partitionColumn"),
    read.text("lowerBound"),
    read.text("upperBound"),
  ];
  if (column === undefined && lowerBound === undefined && upperBound === undefined) return;
  const count = read.positive("numPartitions");
  if (
    column === undefined ||
    lowerBound === undefined ||
    upperBound === undefined ||
    count === undefined
  ) {
    const names = { partitionColumn: column, lowerBound, upperBound, numPartitions: count };
    const [name = ""] = Object.entries(names).find(([, value]) => value === undefined) ?? [];
    throw error("MISSING_OPTION", { format, name });
  }
  if (read.text("query") !== undefined) {
    throw error("CONFLICTING_OPTIONS", { names: "query and partitionColumn" });
  }
  return { column, lowerBound, upperBound, count };
}

function hintOf(read: OptionReader): string {
  const hint = read.text("hint");
  if (hint === undefined) return "";
  if (!/^\/\*\+ (?:(?!\*\/).)* \*\/$/s.test(hint)) {
    throw invalid("hint", hint, "must begin with '/*+ ' and end with ' */'");
  }
  return `${hint} `;
}

function prefix(text: string | undefined): string {
  return text === undefined ? "" : `${text} `;
}

/** Spark's options of a write. */
export function writeOptions(options: Options): WriteOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const table = read.text("dbtable");
  if (table === undefined) throw error("MISSING_OPTION", { format, name: "dbtable" });
  if (read.text("query") !== undefined) {
    throw invalid("query", read.text("query") ?? "", "is not for writing: use dbtable");
  }
  const level = read.text("isolationLevel") ?? "READ_UNCOMMITTED";
  const isolation = isolations.find((one) => one === level);
  if (isolation === undefined) {
    throw invalid("isolationLevel", level, `must be one of ${isolations.join(", ")}`);
  }
  read.positive("numPartitions");
  return {
    ...accessOf(read, options),
    table: tableName("dbtable", table),
    truncate: read.flag("truncate", false),
    cascadeTruncate: read.flag("cascadeTruncate", false),
    createTableOptions: read.text("createTableOptions") ?? "",
    createTableColumnTypes: read.text("createTableColumnTypes"),
    tableComment: read.text("tableComment") ?? "",
    batchSize: read.positive("batchsize") ?? 1_000,
    isolation,
  };
}

/** The options of a stream: those of a write, and what Spark has none for. */
export function sinkOptions(options: Options): SinkOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const keys = (read.text("keyColumns") ?? "").split(",").map((name) => name.trim());
  const batchTable = read.text("batchTable") ?? "millrace_stream_batches";
  const write = writeOptions(options);
  if (write.isolation === "NONE") {
    throw invalid("isolationLevel", "NONE", "must not be NONE: batches are transactions");
  }
  return {
    ...write,
    keys: keys.filter((name) => name !== ""),
    batchTable: tableName("batchTable", batchTable),
  };
}

const bare = /[\p{L}_#@][\p{L}\p{N}_$#@]*/u.source;
const part = new RegExp(
  `"((?:[^"]|"")+)"|\`((?:[^\`]|\`\`)+)\`|\\[((?:[^\\]]|\\]\\])+)\\]|(${bare})`,
  "uy",
);

/** A name of identifiers, quoted in any database's way or not, with points between. */
function tableName(option: string, text: string): TableName {
  const name = text.trim();
  const parts: NamePart[] = [];
  part.lastIndex = 0;
  for (let match = part.exec(name); match; match = part.exec(name)) {
    const [, double, back, square, plain] = match;
    if (plain === undefined) {
      const quoted = double?.replaceAll('""', '"') ?? back?.replaceAll("``", "`");
      parts.push({ name: quoted ?? square?.replaceAll("]]", "]") ?? "", quoted: true });
    } else parts.push({ name: plain, quoted: false });
    const end = (match.index ?? 0) + match[0].length;
    if (end === name.length) return parts;
    if (name[end] !== ".") break;
    part.lastIndex = end + 1;
  }
  throw invalid(option, text, "must be the name of a table, its odd parts quoted");
}

function invalid(name: string, value: string, expected: string): Error {
  return error("INVALID_OPTION_VALUE", { name, value, expected });
}
