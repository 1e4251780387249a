import type { ScanRequest } from "../../analysis/dataset.ts";
import type {
  Engine,
  LeafStatistics,
  OrcGroup,
  OrcGroupRequest,
  OrcStripe,
} from "../../engine/engine.ts";
import type { Add } from "../../log/action.ts";
import { statisticsText } from "../../log/statistics.ts";
import type { InputFile, OrcPick } from "../../plan/input.ts";
import { findField, sameName } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { type StructField, type StructType, struct } from "../../schema/type.ts";
import { pathKey, pathsOf } from "../../table/predicate.ts";
import { type Lacks, pruner } from "../../table/prune.ts";
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

/** The files with only the rows that may fulfil the conditions, by what the files say of them. */
export async function prunedStripes(
  files: readonly InputFile[],
  { engine, schema, conditions, timeZone }: PruneRequest,
): Promise<readonly InputFile[]> {
  if (conditions.length === 0) return files;
  const pruned = { schema, partitions: [], mode: "none", timeZone } as const;
  const reasonOf = pruner(conditions, pruned);
  const asked = new Set(pathsOf(conditions, pruned).map(pathKey));
  const found = await mapFiles(files, async (file): Promise<readonly InputFile[]> => {
    // Reading it says what is wrong with it.
    const known = await engine.orcFile(file).catch(() => undefined);
    if (known === undefined) return [file];
    const names: Names = (path) => sharedPath(path, known.schema, schema);
    const stripes = known.stripes.flatMap((stripe, at) => {
      return reasonOf(asFile(stripe, names)) === undefined ? [at] : [];
    });
    const columns = leafPaths(known.schema).filter((path) => {
      const own = names(path);
      return own !== undefined && asked.has(JSON.stringify(own));
    });
    const request = { stripes, columns };
    const groups = await groupsOf(engine, file, request);
    const picks = stripes.flatMap((stripe, at): readonly OrcPick[] => {
      const own = groups?.[at] ?? [];
      const wanted = own.flatMap((group, number) => {
        return reasonOf(asFile(group, names), lacksOf(group, { columns, names })) ? [] : [number];
      });
      if (wanted.length === own.length) return [{ stripe }];
      return wanted.length === 0 ? [] : [{ stripe, groups: wanted }];
    });
    if (picks.length === 0) return known.stripes.length === 0 ? [file] : [];
    const isAll = picks.every(({ groups: some }) => some === undefined);
    return isAll && picks.length === known.stripes.length ? [file] : [{ ...file, stripes: picks }];
  });
  return found.flat();
}

async function groupsOf(engine: Engine, file: InputFile, request: OrcGroupRequest) {
  if (request.stripes.length === 0 || request.columns.length === 0) return undefined;
  return await engine.orcGroups(file, request).catch(() => undefined);
}

/** A path of a file by the names that are read; undefined where it is read as another type. */
type Names = (path: readonly string[]) => readonly string[] | undefined;

function leafPaths({ fields }: StructType): readonly (readonly string[])[] {
  return fields.flatMap(({ name, type }): readonly (readonly string[])[] => {
    return type.type === "struct" ? leafPaths(type).map((path) => [name, ...path]) : [[name]];
  });
}

/** Rows of a file as a file of a table, which pruning knows: columns by the names that are read. */
function asFile({ rows, leaves }: OrcStripe, names: Names): Add {
  const known = leaves.flatMap((leaf) => {
    const path = names(leaf.path);
    return path ? [{ ...leaf, path }] : [];
  });
  const stats = statisticsText({ rows, leaves: known, indexed: () => true, configuration: {} });
  const nothing = { path: "", partitionValues: {}, size: 0, modificationTime: 0 };
  return { ...nothing, dataChange: false, stats };
}

interface Columns {
  readonly columns: OrcGroupRequest["columns"];
  readonly names: Names;
}

function lacksOf(group: OrcGroup, { columns, names }: Columns): Lacks {
  const byName = new Map(columns.map((path) => [JSON.stringify(names(path)), path]));
  return (path, value) => {
    const own = byName.get(JSON.stringify(path));
    return own !== undefined && group.lacks(own, value);
  };
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
