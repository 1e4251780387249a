import type { TypedCall } from "../../../../analysis/typed.ts";
import type { DataType } from "../../../../schema/type.ts";
import { text } from "../../quote.ts";
import type { Scope } from "../scope.ts";
import { collections } from "./collection.ts";
import { conditionals } from "./conditional.ts";
import { datetimes } from "./datetime.ts";

import { hashes } from "./hash.ts";

import { intervals } from "./interval.ts";

import { jsons } from "./json.ts";
import { maths } from "./math.ts";
import { operators } from "./operator.ts";
import { payloads } from "./payload.ts";
import { strings } from "./string.ts";
import { times } from "./time.ts";
import { timestamps } from "./timestamp.ts";
import { variants } from "./variant.ts";
import { xmls } from "./xml.ts";

/** A call being compiled. */
export interface Site {
  readonly node: TypedCall;
  readonly scope: Scope;
  /** Types of the arguments. */
  readonly types: readonly DataType[];
  /** Within TRY, where DuckDB allows no `error()`: what would raise gives null. */
  readonly trying?: boolean;
}

/** SQL of a call, from the SQL of its arguments. */
export type Compilation = (args: readonly string[], site: Site) => string;

export type Group = Readonly<Record<string, Compilation>>;

/** The function of SQL behind `javascript`: texts in, text out. */
export const javascriptName = "millrace";

/** SQL of a function of `javascript/` by name. Null if any argument is. */
export function javascript(name: string, args: readonly string[]): string {
  return `${javascriptName}(${[text(name), ...args].join(", ")})`;
}

/** How a scalar function by Spark's canonical name is computed, if it is. */
export function compilationOf(name: string): Compilation | undefined {
  const known = [
    operators,
    conditionals,
    maths,
    strings,
    collections,
    jsons,
    xmls,
    payloads,
    variants,
    hashes,
  ];
  for (const group of [...known, datetimes, timestamps, times, intervals]) {
    if (Object.hasOwn(group, name)) return group[name];
  }
  return undefined;
}
