import type { DataType, StructField, StructType } from "../schema/type.ts";
import type { Expression } from "./expression.ts";
import type { FunctionDefinition } from "./function.ts";
import type { Options, Read, Relation } from "./relation.ts";

/** What to do, as the user said it: frozen data, in the terms of Spark Connect's `Command`. */
export type Command =
  | Write
  | Writes
  | WriteStream
  | CopyInto
  | CreateTable
  | CreateNamespace
  | DropNamespace
  | CreateView
  | AlterView
  | AddColumns
  | DropTable
  | TruncateTable
  | Describe
  | DescribeHistory
  | DescribeDetail
  | Show
  | SetCommand
  | CreateFunction
  | ExecuteImmediate
  | Explain
  | DropFunction
  | DeclareVariable
  | SetVariable
  | DropVariable
  | Use;

/** A statement of SQL text: a query, or something to do. */
export type Statement =
  | { readonly kind: "query"; readonly relation: Relation }
  | { readonly kind: "command"; readonly command: Command };

export type SaveMode = "append" | "overwrite" | "errorifexists" | "ignore";

/** Where a write goes. */
export type Target =
  | { readonly kind: "table"; readonly name: readonly string[] }
  | { readonly kind: "path"; readonly path: string };

/** `df.write…` and INSERT. */
export interface Write {
  readonly kind: "write";
  readonly input: Relation;
  /** Absent: what the options name. */
  readonly target?: Target;
  /** Absent: the session's default source (delta). */
  readonly format?: string;
  readonly mode: SaveMode;
  /** By position (`insertInto`, INSERT) or by name (`save`, `saveAsTable`). */
  readonly match: "name" | "position";
  /** The column list of INSERT, or BY NAME. */
  readonly columns?: readonly string[];
  /** `saveAsTable` and `save` make what is absent; `insertInto` and INSERT do not. */
  readonly create: boolean;
  readonly partitionBy: readonly string[];
  readonly options: Options;
  /** INSERT … REPLACE WHERE. */
  readonly replaceWhere?: Expression;
  /** PARTITION (a = 1, b) of INSERT. */
  readonly partition?: readonly (readonly [name: string, value: Expression | undefined])[];
}

/** Writes of one statement, done in their order. */
export interface Writes {
  readonly kind: "writes";
  readonly writes: readonly Write[];
}

/** COPY INTO: files that the table has not loaded yet, each once. */
export interface CopyInto {
  readonly kind: "copy into";
  readonly target: Target;
  /** Columns of the source meet those of the table by their place, or the listed ones. */
  readonly byPosition: boolean;
  readonly columns?: readonly string[];
  /** The read of the files, and what is made of it. */
  readonly source: Read;
  readonly input: Relation;
  readonly format: string;
  /** Nothing is loaded: so many rows are shown. */
  readonly validate?: number | "all";
  /** Names below the source, or a pattern of them; absent: all. */
  readonly files?: readonly string[];
  readonly pattern?: string;
  readonly formatOptions: Options;
  readonly copyOptions: Options;
}

export type OutputMode = "append" | "complete" | "update";

export type Trigger =
  | { readonly kind: "processing time"; readonly intervalMs: number }
  | { readonly kind: "once" }
  | { readonly kind: "available now" };

/** Spark Connect's WriteStreamOperationStart. `foreachBatch` is a function: it does not travel. */
export interface WriteStream {
  readonly kind: "write stream";
  readonly input: Relation;
  readonly format?: string;
  readonly outputMode: OutputMode;
  readonly trigger: Trigger;
  readonly queryName?: string;
  readonly partitionBy: readonly string[];
  readonly options: Options;
  readonly target?: Target;
}

export interface CreateTable {
  readonly kind: "create table";
  readonly name: readonly string[];
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  /** CREATE TABLE t (…): the columns; absent with AS SELECT or an existing LOCATION. */
  readonly schema?: StructType;
  readonly provider?: string;
  readonly partitionBy: readonly string[];
  readonly location?: string;
  readonly comment?: string;
  readonly properties: Readonly<Record<string, string>>;
  /** OPTIONS of the format, as written. `path` is a location. */
  readonly options: Readonly<Record<string, string>>;
  readonly query?: Relation;
}

/** CREATE SCHEMA / DATABASE, CREATE CATALOG is not built. */
export interface CreateNamespace {
  readonly kind: "create namespace";
  readonly name: readonly string[];
  readonly ifNotExists: boolean;
}

/** What the columns of a view may become when what it reads has changed (WITH SCHEMA). */
export type ViewSchemaMode = "binding" | "compensation" | "type evolution" | "evolution";

/** TRUNCATE TABLE: its rows go, or those of the partitions that have these values. */
export interface TruncateTable {
  readonly kind: "truncate table";
  readonly target: Target;
  readonly partition?: readonly (readonly [name: string, value: Expression])[];
}

/** DROP SCHEMA / DATABASE. */
export interface DropNamespace {
  readonly kind: "drop namespace";
  readonly name: readonly string[];
  readonly ifExists: boolean;
  /** What is in it goes, too; otherwise there must be nothing. */
  readonly cascade: boolean;
}

/** A temporary view, which is the session's, or one of a catalog; ALTER VIEW … AS. */
export interface CreateView {
  readonly kind: "create view";
  readonly name: readonly string[];
  readonly temporary: boolean;
  /** What to do if the name is taken; `alter`: it must be. */
  readonly mode: "create" | "replace" | "if not exists" | "alter";
  readonly query: Relation;
  /** The text of the query. */
  readonly text: string;
  readonly columns?: readonly ViewColumn[];
  readonly comment?: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly schemaMode?: ViewSchemaMode;
}

export interface ViewColumn {
  readonly name: string;
  readonly comment?: string;
}

/** ALTER VIEW that leaves the query as it is. */
export interface AlterView {
  readonly kind: "alter view";
  readonly name: readonly string[];
  readonly change:
    | { readonly kind: "rename"; readonly to: readonly string[] }
    | { readonly kind: "set properties"; readonly properties: Readonly<Record<string, string>> }
    | { readonly kind: "unset properties"; readonly keys: readonly string[] }
    | { readonly kind: "schema mode"; readonly mode: ViewSchemaMode };
}

/** ALTER TABLE … ADD COLUMNS: at the end, or before the folders' columns of a table of files. */
export interface AddColumns {
  readonly kind: "add columns";
  readonly name: readonly string[];
  readonly columns: readonly StructField[];
}

export interface DropTable {
  readonly kind: "drop table";
  readonly name: readonly string[];
  readonly ifExists: boolean;
  readonly view: boolean;
}

/** DESCRIBE [TABLE] [EXTENDED] t, or DESCRIBE QUERY. */
export interface Describe {
  readonly kind: "describe";
  readonly relation: Relation;
  readonly extended: boolean;
}

export interface DescribeHistory {
  readonly kind: "describe history";
  readonly target: Target;
  readonly limit?: number;
}

export interface DescribeDetail {
  readonly kind: "describe detail";
  readonly target: Target;
}

export interface Show {
  readonly kind: "show";
  readonly what:
    | "catalogs"
    | "schemas"
    | "tables"
    | "columns"
    | "tblproperties"
    | "create table"
    | "functions"
    | "views";
  /** The catalog, schema or table asked about. */
  readonly of?: readonly string[];
  /** LIKE 'pattern', with * and |. */
  readonly pattern?: string;
}

/** SET k = v; SET k; SET; RESET is `value: null`. */
export interface SetCommand {
  readonly kind: "set";
  readonly key?: string;
  readonly value?: string | null;
}

export interface Use {
  readonly kind: "use";
  readonly name: readonly string[];
}

/** `EXPLAIN SELECT …`: what the query would do, and which files it would read. */
export interface Explain {
  readonly kind: "explain";
  readonly query: Relation;
}

/** EXECUTE IMMEDIATE text [INTO variables] [USING values]: a statement in a string. */
export interface ExecuteImmediate {
  readonly kind: "execute immediate";
  readonly text: Expression;
  readonly into?: readonly (readonly string[])[];
  /** Values of `:name`, or without names of `?`. */
  readonly using: readonly { readonly name?: string; readonly value: Expression }[];
}

export interface CreateFunction {
  readonly kind: "create function";
  readonly name: readonly string[];
  readonly temporary: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly definition: FunctionDefinition;
}

export interface DropFunction {
  readonly kind: "drop function";
  readonly name: readonly string[];
  readonly temporary: boolean;
  readonly ifExists: boolean;
}

/** DECLARE: variables of the session, all of one type and one value. */
export interface DeclareVariable {
  readonly kind: "declare variable";
  readonly names: readonly (readonly string[])[];
  readonly orReplace: boolean;
  /** Absent: that of the default. */
  readonly type?: DataType;
  /** Absent: null. */
  readonly default?: Expression;
}

/** SET VARIABLE a = 1, b = DEFAULT, or SET VARIABLE (a, b) = (query). */
export interface SetVariable {
  readonly kind: "set variable";
  readonly names: readonly (readonly string[])[];
  /** One column for each name; one row, or none for nulls. */
  readonly query: Relation;
  /** Whether the query was written as one, so that its rows are counted. */
  readonly row: boolean;
}

export interface DropVariable {
  readonly kind: "drop variable";
  readonly name: readonly string[];
  readonly ifExists: boolean;
}
