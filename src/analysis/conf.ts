import type { Options, Read, Relation } from "../plan/relation.ts";
import type { DataType } from "../schema/type.ts";
import type { LexerOptions } from "../sql/lexer.ts";
import type { Dataset } from "./dataset.ts";
import type { SqlFunction } from "./routine.ts";
import type { TypedRelation } from "./typed.ts";
import type { SessionVariable } from "./variable.ts";

/** The settings of the session that change what a plan means. */
export interface AnalysisConf {
  /** `spark.sql.ansi.enabled`. */
  readonly ansi: boolean;
  readonly caseSensitive: false;
  /** How text that is still to be parsed is read. */
  readonly lexer?: LexerOptions;
  /** `spark.sql.decimalOperations.allowPrecisionLoss`: a result too wide loses digits of scale. */
  readonly decimalLoss: boolean;
  /** `spark.sql.legacy.negativeIndexInArrayInsert`. */
  readonly negativeInsertBefore: boolean;
  /** IANA name of `spark.sql.session.timeZone`. */
  readonly timeZone: string;
  /** `spark.sql.timestampType`: what TIMESTAMP is where neither LTZ nor NTZ is said. */
  readonly timestampType: "timestamp" | "timestamp_ntz";
  /** `spark.sql.legacy.interval.enabled`: intervals have months, days and microseconds in one. */
  readonly legacyInterval: boolean;
  /**
   * `spark.sql.orderByOrdinal` and `spark.sql.groupByOrdinal`: a whole number is a position;
   * `spark.sql.prioritizeOrdinalResolutionInSort.enabled`: of what is put out, and not of what
   * other keys take from beneath.
   */
  readonly ordinals: {
    readonly order: boolean;
    readonly group: boolean;
    readonly putOut: boolean;
  };
  /** `GROUPING SETS (())` alone gives no row for no input, as it did before it was one group. */
  readonly emptyGroupingSetExpands?: boolean;
  /**
   * `spark.sql.optimizer.decorrelate[Exists]SubqueryLegacyIncorrectCountHandling.enabled`: for
   * scalar subqueries, and for EXISTS and IN. Spark's wrong counts are refused.
   */
  readonly legacyCount?: { readonly scalar: boolean; readonly exists: boolean };
  /** `spark.sql.legacy.allowParameterlessCount`: `count()` is 0. */
  readonly parameterlessCount?: boolean;
  /** `spark.sql.legacy.allowStarWithSingleTableIdentifierInCount`. */
  readonly tableStarInCount?: boolean;
  /** What `current_catalog()` and `current_database()` give. */
  readonly catalog?: string;
  readonly database?: string;
}

/** What `analyze` asks of the world; all of it is known beforehand. */
export interface AnalysisContext {
  /**
   * What a read of the plan is: a dataset, or a view. Asked for each read in `collectReads(plan)`,
   * by the same object; of the reads in a view's plan the view's own context is asked.
   */
  readonly datasets: (read: Read) => Dataset | View;
  readonly conf: AnalysisConf;
  /** The function written in SQL that a call's name means; Spark's own are not asked for. */
  readonly functions?: (name: string) => SqlFunction | undefined;
  /** The session's variable of a name, in any case. */
  readonly variables?: (name: string) => SessionVariable | undefined;
  /** Known where the plan calls one of `inferring`. */
  readonly infer?: TextInference;
  /** Known where the plan calls one of `lookingUp`. */
  readonly lookup?: SchemaLookup;
}

/** Functions whose answer is a schema that the engine infers. */
export const inferring: ReadonlySet<string> = new Set(["schema_of_json", "schema_of_xml"]);

/** Functions whose schema may be in a file, or one that a schema registry holds. */
export const lookingUp: ReadonlySet<string> = new Set([
  ...["from_avro", "to_avro", "from_protobuf", "to_protobuf"],
]);

/** Finds schemas that calls only name, and waits for them. */
export interface SchemaLookup {
  /** The newest schema of a subject of a registry, with those that it refers to in it. */
  avro(subject: string, place: RegistryPlace): RegisteredSchema;
  /** As a `FileDescriptorSet` in base 64. The subject's own file is the first. */
  protobuf(subject: string, place: RegistryPlace): RegisteredSchema;
  /** The bytes of a file of this machine. Throws PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND. */
  descriptorFile(path: string): Uint8Array;
}

/** Where a schema registry is, and how it is asked; the options have lower-case names. */
export interface RegistryPlace {
  readonly address: string;
  readonly options: Options;
}

export interface RegisteredSchema {
  readonly id: number;
  readonly schema: string;
}

/** The type of a text's value by the inference of a format; options have lower-case names. */
export type TextInference = (format: "json" | "xml", text: string, options: Options) => DataType;

/** A query that stands under a name. */
export interface View {
  /** What qualifies its columns. */
  readonly name: readonly string[];
  readonly plan: Relation;
  /** What the plan's names mean, and the settings it was made under. */
  readonly context: AnalysisContext;
  /** The columns it has, of those of its plan. */
  readonly output?: (relation: TypedRelation) => TypedRelation;
}

/** Spark's defaults. */
export const defaultConf: AnalysisConf = Object.freeze({
  ansi: true,
  caseSensitive: false,
  decimalLoss: true,
  negativeInsertBefore: false,
  timeZone: "UTC",
  timestampType: "timestamp",
  legacyInterval: false,
  ordinals: { order: true, group: true, putOut: true },
  catalog: "main",
  database: "default",
});
