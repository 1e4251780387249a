import { some } from "../analysis/expression.ts";
import {
  type Column,
  outputOf,
  type TypedAggregation,
  type TypedJoin,
  type TypedRelation,
} from "../analysis/typed.ts";
import { inputsOf } from "../analysis/walk.ts";
import { error } from "../error/error.ts";
import type { OutputMode } from "../plan/command.ts";
import { eventTimeKey, isEventTime } from "./event-time.ts";
import { holds, streams, walk } from "./walk.ts";

/**
 * Whether a plan can run as a stream in an output mode: Spark's UnsupportedOperationChecker, in
 * its words. What Spark can do and is not built here is STREAMING_OPERATION_NOT_BUILT by name.
 */
export function checkLegality(plan: TypedRelation, outputMode: OutputMode): void {
  if (!streams(plan)) throw error("WRITE_STREAM_NOT_ALLOWED", {});
  const operators = [...walk(plan)].filter(streams);
  const aggregations = operators.filter((operator) => operator.kind === "aggregate");
  if (outputMode === "complete" && aggregations.length === 0) {
    throw error("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", {
      outputMode,
      operation: "no streaming aggregations",
    });
  }
  for (const operator of operators) checkOperator(operator, outputMode);
  checkChain(operators, outputMode);
}

function checkOperator(operator: TypedRelation, outputMode: OutputMode): void {
  checkSubqueries(operator);
  checkExpressions(operator);
  switch (operator.kind) {
    case "aggregate":
      checkAggregation(operator, outputMode);
      return;
    case "join":
      checkJoin(operator);
      return;
    case "union":
      if (operator.inputs.every(streams)) return;
      throw refused("Union between streaming and batch DataFrames/Datasets is not supported");
    case "set":
      if (operator.operator === "intersect") {
        throw refused("Intersect between two streaming DataFrames/Datasets is not supported");
      }
      if (streams(operator.right)) {
        throw refused("Except with a streaming DataFrame/Dataset on the right is not supported");
      }
      throw error("STREAMING_OPERATION_NOT_BUILT", {
        operation: "except",
        remedy: "Use a left anti join and dropDuplicates instead",
      });
    case "sort":
      if (outputMode === "complete" && aggregated(operator)) return;
      throw refused(
        "Sorting is not supported on streaming DataFrames/Datasets, unless it is on " +
          "aggregated DataFrame/Dataset in Complete output mode",
      );
    case "limit":
      checkLimit(operator, outputMode);
      return;
    case "deduplicate":
      checkDeduplicate(operator.withinWatermark, outputOf(operator.input));
      return;
    case "windows":
      throw error("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", {
        functions: operator.columns.map((named) => windowName(named.expression)).join(", "),
        columns: operator.columns.map((named) => named.column.name).join(", "),
      });
  }
}

function windowName(expression: TypedAggregation["aggregates"][number]["expression"]): string {
  return expression.kind === "window" ? `'${expression.function.name}'` : "a window";
}

function checkAggregation(aggregation: TypedAggregation, outputMode: OutputMode): void {
  if (holds(aggregation, (one) => one.kind === "aggregate" && one.distinct)) {
    throw refused(
      "Distinct aggregations are not supported on streaming DataFrames/Datasets. " +
        "Consider using approx_count_distinct() instead",
    );
  }
  if (holds(aggregation, (one) => one.kind === "call" && one.name === "session_window")) {
    throw error("STREAMING_OPERATION_NOT_BUILT", {
      operation: "session_window",
      remedy: "Group by window(time, duration) instead",
    });
  }
  if (outputMode === "append" && eventTimeKey(aggregation) === undefined) {
    throw error("UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", {
      outputMode: "Append",
      operator: "streaming aggregations",
    });
  }
}

function checkDeduplicate(withinWatermark: boolean, columns: readonly Column[]): void {
  if (withinWatermark && !columns.some(isEventTime)) {
    throw refused(
      "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets " +
        "without watermark",
    );
  }
}

function checkLimit(operator: TypedRelation, outputMode: OutputMode): void {
  if (operator.kind === "limit" && operator.offset > 0 && outputMode !== "complete") {
    throw refused("Offset is not supported on streaming DataFrames/Datasets");
  }
  if (outputMode === "update") {
    throw refused(
      "Limits are not supported on streaming DataFrames/Datasets in Update output mode",
    );
  }
  if (outputMode === "complete" && aggregated(operator)) return;
  throw error("STREAMING_OPERATION_NOT_BUILT", {
    operation: "limit",
    remedy: "Use it on an aggregation in Complete output mode, or limit what reads the result",
  });
}

/** How a stream may be joined to data that stands still. */
function checkJoin(join: TypedJoin): void {
  const left = streams(join.left);
  const right = streams(join.right);
  if (left && right) {
    throw error("STREAMING_OPERATION_NOT_BUILT", {
      operation: `A ${join.type} join of two streams`,
      remedy: "Write one side to a table and join with that",
    });
  }
  const name = { left: "LeftOuter", right: "RightOuter", semi: "LeftSemi", anti: "LeftAnti" };
  switch (join.type) {
    case "inner":
    case "cross":
      return;
    case "full":
      throw refused(
        "FullOuter joins with streaming DataFrames/Datasets on one side are not supported",
      );
    case "right":
      if (!left) return;
      throw refused(
        `${name.right} join with a streaming DataFrame/Dataset on the left and a static ` +
          "DataFrame/DataSet on the right is not supported",
      );
    default:
      if (!right) return;
      throw refused(
        `${name[join.type]} join with a streaming DataFrame/Dataset on the right and a static ` +
          "DataFrame/DataSet on the left is not supported",
      );
  }
}

/** A stateful operator after an aggregation: its input is final in Append mode only. */
function checkChain(operators: readonly TypedRelation[], outputMode: OutputMode): void {
  if (outputMode === "append") return;
  for (const operator of operators) {
    const stateful = operator.kind === "aggregate" || operator.kind === "deduplicate";
    if (!stateful || !aggregated(operator)) continue;
    throw refused(
      "Detected pattern of possible 'correctness' issue due to global watermark. The query " +
        "contains stateful operation which can emit rows older than the current watermark plus " +
        'allowed late record delay, which are "late rows" in downstream stateful operations and ' +
        "these rows can be discarded. Use Append output mode, or write the first result to a " +
        "table and start a second query on it",
    );
  }
}

/** Whether a streaming aggregation is somewhere below. */
function aggregated(operator: TypedRelation): boolean {
  return inputsOf(operator).some(
    (input) => streams(input) && (input.kind === "aggregate" || aggregated(input)),
  );
}

function checkSubqueries(operator: TypedRelation): void {
  const streaming = holds(operator, (one) =>
    some(one, (inner) => inner.kind === "subquery" && streams(inner.relation)),
  );
  if (streaming) {
    throw refused("Subqueries over streaming DataFrames/Datasets are not supported. Join instead");
  }
}

/** Functions whose answers start again with each batch. */
function checkExpressions(operator: TypedRelation): void {
  const name = "monotonically_increasing_id";
  const numbers = holds(operator, (one) =>
    some(one, (inner) => inner.kind === "call" && inner.name === name),
  );
  if (numbers) {
    throw refused(`Expression(s): ${name}() is not supported with streaming DataFrames/Datasets`);
  }
}

function refused(reason: string): Error {
  return error("UNSUPPORTED_STREAMING_OPERATION", { reason });
}
