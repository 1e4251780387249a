import { error } from "../../../error/error.ts";
import type { RegistryUse } from "./payload.ts";

/** What is made of schemas of one call and kept; beyond, all is made again. */
const limit = 256;

/**
 * What `make` makes of the schema of a number, once. With `restart` a number beyond the one that
 * the call was analyzed with is UNKNOWN_FIELD_EXCEPTION: the query then begins again with it.
 */
export function byNumber<T>(
  registry: RegistryUse,
  restart: boolean,
  make: (id: number) => T,
): (id: number) => T {
  const made = new Map<number, T>();
  return (id) => {
    const known = made.get(id);
    if (known !== undefined) return known;
    if (restart && id > registry.id) {
      throw error("UNKNOWN_FIELD_EXCEPTION", {
        fields: `those of the schema ${id}, which is newer than ${registry.id}`,
        path: registry.address,
        remedy: "Start the query again: it then reads by the newest schema",
      });
    }
    const fresh = make(id);
    if (made.size >= limit) made.clear();
    made.set(id, fresh);
    return fresh;
  };
}
