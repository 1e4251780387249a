import type { Location } from "../../../storage/store.ts";
import { parsePath, parseUri } from "../../../storage/uri.ts";
import type { FileEvent } from "./queue.ts";

/** Where a file lies, as events and locations can both say it. */
export interface Place {
  /** `s3`, `azure`, `gs`; another scheme as it is. */
  readonly service: string;
  /** The bucket; of Azure `container@account`, or the container alone. */
  readonly container: string;
  /** With a leading slash. */
  readonly path: string;
}

const services: Readonly<Record<string, string>> = {
  ...{ s3: "s3", s3a: "s3", s3n: "s3", gs: "gs" },
  ...{ abfs: "azure", abfss: "azure", wasb: "azure", wasbs: "azure", az: "azure" },
};

/** The place of a location. */
export function placeOf({ store, path }: Location): Place {
  const { scheme, authority } = parseUri(store.uri("/"));
  return { ...containerOf(scheme, authority), path };
}

function containerOf(scheme: string, authority: string): Pick<Place, "service" | "container"> {
  const service = Object.hasOwn(services, scheme) ? services[scheme]! : scheme;
  // The account's host without its domain: events know the account by name.
  const container =
    service === "azure" ? authority.replace(/^([^@]*@[^.]*)\..*$/, "$1") : authority;
  return { service, container };
}

/** Pairs of what names in events begin with, and the path that is to be read instead. */
export type Rewrites = readonly (readonly [from: string, to: string])[];

/** The place of an event's file: that of the first rewrite whose prefix it has. */
export function eventPlace(event: FileEvent, service: string, rewrites: Rewrites): Place {
  const { container, name } = event;
  const whole = `${container}/${name}`;
  for (const [from, to] of rewrites) {
    const rest = whole.slice(from.length);
    if (!whole.startsWith(from) || !(from.endsWith("/") || rest === "" || rest.startsWith("/"))) {
      continue;
    }
    const joined = `${to.replace(/\/+$/, "")}/${rest.replace(/^\/+/, "")}`;
    const { scheme, authority, path } = parsePath(joined, "/");
    return { ...containerOf(scheme, authority), path };
  }
  return { service, container, path: `/${name}` };
}

/** Whether two are in one container; one that names no account is in any. */
export function together(one: Place, other: Place): boolean {
  if (one.service !== other.service) return false;
  if (one.container === other.container) return true;
  const [[left, here], [right, there]] = [one.container.split("@"), other.container.split("@")];
  return left === right && (here === undefined || there === undefined);
}
