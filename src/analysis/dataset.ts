import type { Input } from "../plan/input.ts";
import type { StructField, StructType } from "../schema/type.ts";
import type { TypedAggregate, TypedExpression, TypedOrder } from "./typed.ts";

/**
 * What a name or a path resolves to: a schema now, data when asked. A table at a version, a
 * folder of files, a stream. Made by `execution`, which alone knows catalogs and connectors.
 */
export interface Dataset {
  /** For messages and `explain`: `main.default.events` or `delta.`/data/events``. */
  readonly name: string;
  readonly schema: StructType;
  /** Columns that come only when named: `_metadata`. */
  readonly hidden: readonly StructField[];
  readonly streaming: boolean;
  /** Chooses the data of a batch read. A streaming dataset has none: see `stream/dataset.ts`. */
  scan?(request: ScanRequest): Promise<Input>;
  /** Answers a question wholly, by rows that the engine has no more to do with; undefined: not. */
  answer?(question: Question): Promise<Input | undefined>;
}

/**
 * What a part of a plan asks of one dataset. Expressions are over references whose `name` is a
 * field's. The rows that fulfil all conditions are put in groups, or in order and counted off.
 */
export interface Question {
  readonly timeZone: string;
  readonly conditions: readonly TypedExpression[];
  readonly wants: Grouped | Counted;
}

/** The answer has a column for each, those of the groups first. */
export interface Grouped {
  readonly kind: "groups";
  readonly by: readonly TypedExpression[];
  readonly aggregates: readonly TypedAggregate[];
}

/** The answer has these columns, and its rows in any order. */
export interface Counted {
  readonly kind: "rows";
  readonly columns: readonly StructField[];
  readonly order: readonly TypedOrder[];
  readonly limit?: number;
  readonly offset: number;
}

/** What a reader may leave out, and how. Leaving less out than it could is always right. */
export interface ScanRequest extends ScanNeeds {
  /** The session's time zone: times are cast in it. */
  readonly timeZone: string;
  /**
   * The data there is now is wanted, not the data there was when the name was resolved: what a
   * stream asks for in each batch. A table pinned to a version stays at it.
   */
  readonly newest?: boolean;
  /** The input is only to be told of: with how many files were left out, and why. */
  readonly explained?: boolean;
}

/** What a plan needs of a scan. */
export interface ScanNeeds {
  /** The fields wanted, by name, in the order the input must put them out. */
  readonly columns: readonly StructField[];
  /**
   * Conditions every row that matters fulfils, over references whose `name` is a field's name
   * (nested members through TypedField). The engine filters again: they serve pruning only.
   */
  readonly conditions: readonly TypedExpression[];
  /** What of the rows that fulfil the conditions is enough. Absent: all that there are. */
  readonly first?: FirstRows;
}

/** So many rows, those that are first in an order; without one, any. The engine counts again. */
export interface FirstRows {
  readonly count: number;
  readonly order: readonly TypedOrder[];
}
