import { expect, test } from "vitest";
import {
  aggregate,
  booleanLiteral,
  call,
  newColumn,
  reference,
} from "../../src/analysis/expression.ts";
import type { TypedRelation } from "../../src/analysis/typed.ts";
import type { OutputMode } from "../../src/plan/command.ts";
import type { JoinType } from "../../src/plan/relation.ts";
import { field, long, struct, timestamp } from "../../src/schema/type.ts";
import { checkLegality } from "../../src/stream/legality.ts";
import { RowsDataset } from "./subject.ts";

const schema = struct([field("id", long), field("ts", timestamp)]);
const stream = () => new RowsDataset(schema).plan();
const table = (): ReturnType<typeof stream> => {
  const scan = stream();
  return { ...scan, dataset: { ...scan.dataset, streaming: false, hidden: [] } };
};

function watermarked() {
  const input = stream();
  const metadata = { "spark.watermarkDelayMs": 0 };
  const output = input.output.map((one) => (one.name === "ts" ? { ...one, metadata } : one));
  return { kind: "watermark", input, column: output[1]!.id, delayMs: 0, output } as const;
}

type Source = TypedRelation & { readonly output: ReturnType<typeof stream>["output"] };

function counted(
  input: Source,
  options: { readonly key?: number; readonly distinct?: boolean; readonly session?: boolean } = {},
): Source & TypedRelation {
  const { key = 0, distinct = false, session = false } = options;
  const over = reference(input.output[key]!);
  const made = newColumn("key", over.type);
  const count = { ...aggregate("count", [over], { type: long, nullable: false }), distinct };
  const expression = session ? call("session_window", [over], { type: over.type }) : over;
  const column = newColumn("n", long);
  return {
    kind: "aggregate",
    input,
    grouping: [{ column: made, expression }],
    aggregates: [{ column, expression: count }],
    output: [column],
  } as unknown as Source;
}

function union(left: Source, right: Source): TypedRelation {
  return { kind: "union", inputs: [left, right], output: left.output };
}

function join(left: Source, right: Source, type: JoinType): TypedRelation {
  const output = [...left.output, ...right.output];
  return { kind: "join", left, right, type, lateral: false, output };
}

function sorted(input: Source): TypedRelation {
  const order = { input: reference(input.output[0]!), direction: "asc", nulls: "first" } as const;
  return { kind: "sort", input, order: [order] };
}

const limited = (input: TypedRelation, offset = 0): TypedRelation => ({
  kind: "limit",
  input,
  limit: 1,
  offset,
});

const distinct = (input: Source, withinWatermark = false): TypedRelation => ({
  kind: "deduplicate",
  input,
  keys: [input.output[0]!.id],
  withinWatermark,
});

const filtered = (input: TypedRelation): TypedRelation => ({
  kind: "filter",
  input,
  condition: booleanLiteral(true),
});

const noAggregation =
  "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: complete. This output mode is not supported for no streaming aggregations on streaming DataFrames/DataSets";

/** By plan: what Append, Update and Complete answer; "" is legal. */
const cases: readonly (readonly [string, () => TypedRelation, string, string, string])[] = [
  ["a map", () => filtered(stream()), "", "", noAggregation],
  [
    "an aggregation without watermark",
    () => counted(stream()),
    "[UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK] Append output mode not supported for streaming aggregations on streaming DataFrames/DataSets without watermark",
    "",
    "",
  ],
  ["an aggregation by event time", () => counted(watermarked(), { key: 1 }), "", "", ""],
  [
    "an aggregation by something else under a watermark",
    () => counted(watermarked()),
    "without watermark",
    "",
    "",
  ],
  [
    "a distinct aggregate",
    () => counted(watermarked(), { key: 1, distinct: true }),
    ...same("Consider using approx_count_distinct() instead"),
  ],
  [
    "a session window",
    () => counted(watermarked(), { key: 1, session: true }),
    ...same("session_window on streaming DataFrames/Datasets is not built here"),
  ],
  ["dropDuplicates", () => distinct(stream()), "", "", noAggregation],
  [
    "dropDuplicatesWithinWatermark without watermark",
    () => distinct(stream(), true),
    "without watermark",
    "without watermark",
    noAggregation,
  ],
  ["dropDuplicatesWithinWatermark", () => distinct(watermarked(), true), "", "", noAggregation],
  [
    "a sort",
    () => sorted(stream()),
    "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode",
    "Sorting is not supported",
    noAggregation,
  ],
  [
    "a sort of an aggregation",
    () => sorted(counted(watermarked(), { key: 1 })),
    "Sorting is not supported",
    "Sorting is not supported",
    "",
  ],
  [
    "a limit",
    () => limited(counted(watermarked(), { key: 1 })),
    "limit on streaming DataFrames/Datasets is not built here",
    "Limits are not supported on streaming DataFrames/Datasets in Update output mode",
    "",
  ],
  [
    "an offset",
    () => limited(stream(), 1),
    "Offset is not supported",
    "Offset is not supported",
    noAggregation,
  ],
  ["a union of streams", () => union(stream(), stream()), "", "", noAggregation],
  [
    "a union with a table",
    () => union(stream(), table()),
    "Union between streaming and batch DataFrames/Datasets is not supported",
    "Union between",
    noAggregation,
  ],
  ["a join with a table", () => join(stream(), table(), "inner"), "", "", noAggregation],
  ["a left join with a table", () => join(stream(), table(), "left"), "", "", noAggregation],
  [
    "a left join of a table",
    () => join(table(), stream(), "left"),
    "LeftOuter join with a streaming DataFrame/Dataset on the right and a static DataFrame/DataSet on the left is not supported",
    "LeftOuter join",
    noAggregation,
  ],
  [
    "a right join with a table",
    () => join(stream(), table(), "right"),
    "RightOuter join with a streaming DataFrame/Dataset on the left and a static DataFrame/DataSet on the right is not supported",
    "RightOuter join",
    noAggregation,
  ],
  [
    "a full join with a table",
    () => join(stream(), table(), "full"),
    "FullOuter joins",
    "FullOuter joins",
    noAggregation,
  ],
  [
    "a join of streams",
    () => join(stream(), stream(), "inner"),
    "A inner join of two streams on streaming DataFrames/Datasets is not built here",
    "not built here",
    noAggregation,
  ],
  [
    "an aggregation of an aggregation",
    () => counted(counted(watermarked(), { key: 1 })),
    "without watermark",
    "Detected pattern of possible 'correctness' issue due to global watermark",
    "Detected pattern of possible 'correctness' issue due to global watermark",
  ],
  ["a table", () => table(), ...same("WRITE_STREAM_NOT_ALLOWED")],
];

function same(text: string): readonly [string, string, string] {
  return [text, text, text];
}

test.each(cases)("%s", (_, plan, append, update, complete) => {
  const answers: readonly (readonly [OutputMode, string])[] = [
    ["append", append],
    ["update", update],
    ["complete", complete],
  ];
  for (const [mode, answer] of answers) {
    if (answer === "") checkLegality(plan(), mode);
    else expect(() => checkLegality(plan(), mode), mode).toThrow(answer);
  }
});
