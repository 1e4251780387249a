import { referencesOf } from "../analysis/expression.ts";
import { outputOf, type TypedRelation, type TypedWatermark } from "../analysis/typed.ts";
import { expressionsOf, inputsOf } from "../analysis/walk.ts";
import type { OutputMode } from "../plan/command.ts";
import type { StreamingDataset } from "./dataset.ts";
import { aggregation } from "./state/aggregate.ts";
import { deduplication } from "./state/deduplicate.ts";
import type { StatefulOperator } from "./state/operator.ts";
import { isStreamingScan, type StreamingScan, streams, walk } from "./walk.ts";

/** A plan with all that is known of it before any batch: nothing is analysed again per batch. */
export interface StreamingPlan {
  readonly plan: TypedRelation;
  /** The streaming scans, left to right: the i-th is line i of the offsets. */
  readonly scans: readonly ScanSite[];
  /** The distinct datasets, in order of first appearance: the k-th has `sources/<k>`. */
  readonly datasets: readonly StreamingDataset[];
  readonly watermarks: readonly TypedWatermark[];
  readonly operators: ReadonlyMap<TypedRelation, StatefulOperator>;
  /** Whether tables that stand still are read too; they are planned anew for each batch. */
  readonly hasStatic: boolean;
  /** The columns that something reads. */
  readonly needed: ReadonlySet<number>;
}

export interface ScanSite {
  readonly scan: StreamingScan;
  /** Index of its dataset. */
  readonly source: number;
  /**
   * Where the rows of the scan are counted on their way: it reaches that place through
   * projections only. Undefined: they have to be counted at the scan.
   */
  readonly counted: TypedWatermark | "sink" | undefined;
}

/** Prepares a plan that has passed `checkLegality`. */
export function streamingPlan(plan: TypedRelation, outputMode: OutputMode): StreamingPlan {
  const datasets: StreamingDataset[] = [];
  const scans: ScanSite[] = [];
  const watermarks: TypedWatermark[] = [];
  const operators = new Map<TypedRelation, StatefulOperator>();
  const counting = countingPlaces(plan);
  let hasStatic = false;
  for (const relation of walk(plan)) {
    if (isStreamingScan(relation)) {
      if (!datasets.includes(relation.dataset)) datasets.push(relation.dataset);
      const source = datasets.indexOf(relation.dataset);
      scans.push({ scan: relation, source, counted: counting.get(relation) });
    } else if (relation.kind === "scan") {
      hasStatic = true;
    }
    if (!streams(relation)) continue;
    if (relation.kind === "watermark") watermarks.push(relation);
    const operatorId = operators.size;
    if (relation.kind === "aggregate") {
      const complete = outputMode === "complete";
      operators.set(relation, aggregation(relation, { operatorId, complete }));
    }
    if (relation.kind === "deduplicate") {
      operators.set(relation, deduplication(relation, { operatorId }));
    }
  }
  const needed = neededColumns(plan);
  return { plan, scans, datasets, watermarks, operators, hasStatic, needed };
}

/** For each scan that only projections stand over: what stands over those. */
function countingPlaces(
  plan: TypedRelation,
): ReadonlyMap<TypedRelation, TypedWatermark | "sink" | undefined> {
  const places = new Map<TypedRelation, TypedWatermark | "sink" | undefined>();
  const visit = (relation: TypedRelation, place: TypedWatermark | "sink" | undefined): void => {
    places.set(relation, place);
    for (const input of inputsOf(relation)) {
      if (relation.kind === "watermark") visit(input, relation);
      else visit(input, relation.kind === "project" ? place : undefined);
    }
  };
  visit(plan, "sink");
  return places;
}

/**
 * The ids something above a relation may read. Where columns are taken by position, or listed,
 * all of them count as read.
 */
function neededColumns(plan: TypedRelation): ReadonlySet<number> {
  const needed = new Set(outputOf(plan).map((column) => column.id));
  const add = (relation: TypedRelation): void => {
    for (const column of outputOf(relation)) needed.add(column.id);
  };
  for (const relation of walk(plan)) {
    for (const expression of expressionsOf(relation)) {
      for (const id of referencesOf(expression)) needed.add(id);
    }
    switch (relation.kind) {
      case "union":
      case "set":
      case "join":
        for (const input of inputsOf(relation)) add(input);
        break;
      case "deduplicate":
        for (const id of relation.keys) needed.add(id);
        break;
      case "watermark":
        needed.add(relation.column);
        break;
    }
  }
  return needed;
}
