import type { ScanRequest } from "../../analysis/dataset.ts";
import type { Engine, LeafStatistics, OrcStripe } from "../../engine/engine.ts";
import type { Add } from "../../log/action.ts";
import { statisticsText } from "../../log/statistics.ts";
import type { InputFile } from "../../plan/input.ts";
import { findField, sameName } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { type StructField, type StructType, struct } from "../../schema/type.ts";
import { pruner } from "../../table/prune.ts";
import { mapFiles } from "./input.ts";

/** The columns that files have: a file without names has them by place. */
export function withoutPartitions(
  { fields }: StructType,
  partitions: readonly StructField[],
): StructType {
  return struct(fields.filter(({ name }) => !partitions.some((one) => sameName(one.name, name))));
}

interface PruneRequest extends Pick<ScanRequest, "conditions" | "timeZone"> {
  readonly engine: Engine;
  readonly schema: StructType;
}

/** The files with only the stripes in which a row may fulfil the conditions, by statistics. */
export async function prunedStripes(
  files: readonly InputFile[],
  { engine, schema, conditions, timeZone }: PruneRequest,
): Promise<readonly InputFile[]> {
  if (conditions.length === 0) return files;
  const reasonOf = pruner(conditions, { schema, partitions: [], mode: "none", timeZone });
  const pruned = await mapFiles(files, async (file): Promise<readonly InputFile[]> => {
    // Reading it says what is wrong with it.
    const found = await engine.orcFile(file).catch(() => undefined);
    if (found === undefined) return [file];
    const stripes = found.stripes.flatMap((stripe, at) => {
      return reasonOf(asFile(stripe, found.schema, schema)) === undefined ? [at] : [];
    });
    if (stripes.length === found.stripes.length) return [file];
    return stripes.length === 0 ? [] : [{ ...file, stripes }];
  });
  return pruned.flat();
}

/** A stripe as a file of a table, which pruning knows: columns by the names that are read. */
function asFile({ rows, leaves }: OrcStripe, own: StructType, read: StructType): Add {
  const known = leaves.flatMap((leaf) => {
    const path = sharedPath(leaf.path, own, read);
    return path ? [{ ...leaf, path }] : [];
  });
  const stats = statisticsText({ rows, leaves: known, indexed: () => true, configuration: {} });
  const nothing = { path: "", partitionValues: {}, size: 0, modificationTime: 0 };
  return { ...nothing, dataChange: false, stats };
}

/** The path by the names of the schema that is read; undefined where it has another type there. */
function sharedPath(
  path: LeafStatistics["path"],
  own: StructType,
  read: StructType,
): readonly string[] | undefined {
  let [from, to]: [StructType, StructType] = [own, read];
  const names: string[] = [];
  const unnamed = own.fields.every(({ name }) => name.startsWith("_col"));
  for (const [at, name] of path.entries()) {
    const [left, right] = [findField(from, name), findField(to, name)];
    if (left === undefined || right === undefined) return undefined;
    // Such a file has its columns by place.
    if (unnamed && at === 0 && read.fields.indexOf(right) !== own.fields.indexOf(left)) {
      return undefined;
    }
    names.push(right.name);
    if (at === path.length - 1) {
      return formatDataType(left.type) === formatDataType(right.type) ? names : undefined;
    }
    if (left.type.type !== "struct" || right.type.type !== "struct") return undefined;
    [from, to] = [left.type, right.type];
  }
  return undefined;
}
