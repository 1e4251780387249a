import type { Value } from "../../../schema/value.ts";
import type { NamedPlace, OrcGroup, OrcGroupRequest } from "../../engine.ts";
import { readyZstd } from "../../orc/codec/zstd.ts";
import { type Bloom, mayHave, readBlooms } from "../../orc/group/bloom.ts";
import { readIndex } from "../../orc/group/index.ts";
import { groupCount } from "../../orc/group/place.ts";
import { sparkSchema } from "../../orc/spark.ts";
import type { ColumnStatistics } from "../../orc/statistic.ts";
import { openStripe, type Stripe } from "../../orc/stripe.ts";
import type { OrcTail } from "../../orc/tail.ts";
import type { OrcType } from "../../orc/type.ts";
import { hashesOf, usableBloom } from "./bloom.ts";
import { leavesOf } from "./describe.ts";
import { openOrc } from "./file.ts";

/** What the indexes of a local file say of the row groups of some stripes. */
export async function readOrcGroups(
  file: NamedPlace,
  { stripes, columns }: OrcGroupRequest,
): Promise<readonly (readonly OrcGroup[])[]> {
  await readyZstd();
  using open = openOrc(file);
  const { tail } = open;
  if (tail === undefined) return stripes.map(() => []);
  const schema = sparkSchema(tail.root, file.uri);
  const types = columns.flatMap((path) => typeAt(tail.root, path) ?? []);
  const at = (path: readonly string[]): OrcType | undefined => typeAt(tail.root, path);
  return stripes.map((number): readonly OrcGroup[] => {
    const stripe = openStripe(tail.stripes[number]!, { file: open, tail, zone: "UTC" });
    if (!hasIndex(stripe, { tail, types })) return [];
    const known = types.map((type) => ({ type, ...indexOf(stripe, tail, type) }));
    return Array.from({ length: groupCount(stripe.rows, tail) }, (_, group) => {
      const rows = Math.min(tail.stride, stripe.rows - group * tail.stride);
      const statistics: ColumnStatistics[] = [];
      for (const { type, entries } of known) {
        const entry = entries?.[group];
        if (entry !== undefined) statistics[type.id] = entry.statistics;
      }
      const blooms = new Map(known.map(({ type, blooms: own }) => [type.id, own?.[group]]));
      return {
        rows,
        leaves: leavesOf({ rows, statistics, tail, schema }),
        lacks: (path, value) => isWithout(at(path), { blooms, value }),
      };
    });
  });
}

/** The column, or member of a struct, that names lead to. */
export function typeAt(root: OrcType, path: readonly string[]): OrcType | undefined {
  let type: OrcType | undefined = root;
  for (const name of path) {
    if (type?.kind !== "struct") return undefined;
    type = type.children[type.names.indexOf(name)];
  }
  return type;
}

interface Indexed {
  readonly tail: OrcTail;
  readonly types: readonly OrcType[];
}

/** Whether the index of a stripe says more of some columns than the statistics of the stripe do. */
export function hasIndex(stripe: Stripe, { tail, types }: Indexed): boolean {
  const groups = groupCount(stripe.rows, tail);
  if (groups !== 1) return groups > 1;
  return types.some((type) => usableBloom(stripe, tail, type) !== undefined);
}

function indexOf(stripe: Stripe, tail: OrcTail, type: OrcType) {
  const groups = groupCount(stripe.rows, tail);
  // Those whose statistics of stripes are not to be trusted have no others.
  const trusted = tail.statistics.length > 0;
  const entries = trusted ? stripe.index(type.id, "index", readIndex) : undefined;
  const kind = usableBloom(stripe, tail, type);
  const blooms = kind && stripe.index(type.id, kind, readBlooms);
  return {
    entries: entries?.length === groups ? entries : undefined,
    blooms: blooms?.length === groups ? blooms : undefined,
  };
}

interface Asked {
  readonly blooms: ReadonlyMap<number, Bloom | undefined>;
  readonly value: Value;
}

function isWithout(type: OrcType | undefined, { blooms, value }: Asked): boolean {
  const bloom = type && blooms.get(type.id);
  if (bloom === undefined) return false;
  const hashes = hashesOf(value, type!);
  return hashes.length > 0 && !hashes.some((hash) => mayHave(bloom, hash));
}
