import { type AvroSchema, shortName } from "../../../schema/avro/schema.ts";

/** Types that a written number or text may be read as, beside its own. */
const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

/** Whether values of one type can be read as the other, by Avro's schema resolution. */
export function readable(written: AvroSchema, reader: AvroSchema): boolean {
  if (written.type !== reader.type) return promotions[written.type]?.includes(reader.type) ?? false;
  if (written.type === "fixed" && reader.type === "fixed") {
    return written.size === reader.size && sameNames(written, reader);
  }
  return written.type !== "enum" || sameNames(written, reader as typeof written);
}

interface Named {
  readonly name: string;
  readonly aliases: readonly string[];
}

function sameNames(written: Named, reader: Named): boolean {
  if (shortName(written.name) === shortName(reader.name)) return true;
  return reader.aliases.includes(written.name);
}

/** The branch of a reader's union that takes what was written: the same type, then a wider one. */
export function branchFor(written: AvroSchema, branches: readonly AvroSchema[]): number {
  const same = branches.findIndex(
    (branch) =>
      branch.type === written.type &&
      readable(written, branch) &&
      (branch.type !== "record" || sameNames(written as typeof branch, branch)),
  );
  if (same >= 0) return same;
  const alike = branches.findIndex((branch) => branch.type === written.type);
  if (alike >= 0 && readable(written, branches[alike]!)) return alike;
  return branches.findIndex((branch) => readable(written, branch));
}
