/** One call of a method on its way to the thing it was made on. */
export interface Call {
  readonly method: string;
  readonly arguments: readonly unknown[];
}

/** Runs a call, or does something else. `run` makes the real call. */
export type Around = (call: Call, run: () => Promise<unknown>) => Promise<unknown>;

/** Each listing is one call, before its first entry. */
const listing: ReadonlySet<string> = new Set(["list", "names"]);
/** Calls that do not wait, a shorter way to what others answer too: what is wrapped has none. */
const immediate: ReadonlySet<string> = new Set(["readNow", "statNow"]);
/** Answers of these are things with calls of their own: files of a disk. */
const opening: ReadonlySet<string> = new Set(["create", "open"]);

/**
 * A store or a disk whose every call goes through `around`: the methods that return promises, the
 * calls on files that a disk opened, and each listing (as one call, before its first entry).
 */
export function intercept<T extends object>(target: T, around: Around): T {
  return new Proxy(target, {
    get(_, property) {
      if (typeof property === "string" && immediate.has(property)) return undefined;
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function" || typeof property !== "string" || property === "uri") {
        return typeof member === "function" ? member.bind(target) : member;
      }
      return (...parameters: unknown[]) => {
        const call: Call = { method: property, arguments: parameters };
        const real = (): unknown => Reflect.apply(member, target, parameters);
        if (listing.has(property))
          return listed(around, call, real as () => AsyncIterable<unknown>);
        const answer = around(call, async () => await real());
        return opening.has(property) ? answer.then((opened) => wrapped(opened, around)) : answer;
      };
    },
  });
}

async function* listed(around: Around, call: Call, real: () => AsyncIterable<unknown>) {
  const entries = (await around(call, async () => real())) as AsyncIterable<unknown>;
  yield* entries;
}

function wrapped(opened: unknown, around: Around): unknown {
  const isFile = typeof opened === "object" && opened !== null && "sync" in opened;
  return isFile ? intercept(opened, around) : opened;
}
