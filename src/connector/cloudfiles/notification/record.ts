import { join, type Location } from "../../../storage/store.ts";
import { fields, jsonObject } from "./shape.ts";

/** The file, beside the source log, that says which queue was set up, all of it. */
const file = "notified-setup";

/** The queue that an earlier start has set up; undefined: none has, or it cannot be read. */
export async function queueSetUp(folder: Location): Promise<string | undefined> {
  const { store, path } = join(folder, file);
  if (!(await store.stat(path))) return undefined;
  const text = new TextDecoder().decode(await store.read(path));
  const { queue } = fields(jsonObject(text.slice(text.indexOf("\n") + 1)));
  return text.startsWith("v1\n") && typeof queue === "string" ? queue : undefined;
}

/** Says that a queue is set up, for a later start that may no longer do so. */
export async function recordSetUp(folder: Location, queue: string): Promise<void> {
  const { store, path } = join(folder, file);
  await store.put(path, new TextEncoder().encode(`v1\n${JSON.stringify({ queue })}`));
}
