import type { InputFile } from "../../../plan/input.ts";
import { someType } from "../../../schema/type.ts";
import { checkDamage, checkIntervals, type Wanted } from "./damage.ts";
import { footerAt, id, isFramed } from "./footer.ts";
import type { Kept } from "./thrift.ts";

interface Looked extends Wanted {
  /** Whether it must be found out if a file is to be rewritten. */
  readonly mayBeFramed: (file: InputFile) => boolean;
}

/** Files that are looked at before others have their turn. */
const filesAtOnce = 64;

/**
 * Looks once into the footers of local files: fails as `checkDamage` and `checkIntervals` do, and
 * returns the paths of the files that have to be rewritten. What nobody asks about is not opened;
 * of files whose footer cannot be read, the engine says what is wrong with them.
 */
export async function look(
  files: readonly InputFile[],
  { mayBeFramed, ...wanted }: Looked,
): Promise<ReadonlySet<string>> {
  const framed = new Set<string>();
  const texts = someType(wanted.stored, ({ type }) => type === "string");
  let opened = 0;
  for (const file of files) {
    const present = file.present?.();
    const foreign = texts && file.present === undefined;
    const unsure = mayBeFramed(file);
    if (present === undefined && !foreign && !unsure) continue;
    if (++opened % filesAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    const footer = footerAt(file.path, looked);
    if (footer === undefined) continue;
    if (present !== undefined) checkDamage({ uri: file.uri, present }, footer, wanted);
    if (foreign) checkIntervals(file.uri, footer, wanted);
    if (unsure && isFramed(footer)) framed.add(file.path);
  }
  return framed;
}

/** What of a footer is looked at. */
const looked: Kept = {
  [id.file.schema]: true,
  [id.file.rows]: true,
  [id.file.keyValues]: true,
  [id.file.rowGroups]: {
    [id.rowGroup.rows]: true,
    [id.rowGroup.columns]: {
      [id.chunk.metadata]: {
        [id.column.codec]: true,
        [id.column.size]: true,
        [id.column.data]: true,
        [id.column.index]: true,
        [id.column.dictionary]: true,
      },
    },
  },
};
