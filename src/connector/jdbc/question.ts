import type { Counted, Grouped, Question } from "../../analysis/dataset.ts";
import type { TypedAggregate } from "../../analysis/typed.ts";
import type { FetchedInput } from "../../plan/input.ts";
import { field, struct } from "../../schema/type.ts";
import type { DatabaseColumn } from "./database.ts";
import { columnOf } from "./predicate.ts";
import { type Found, fetched, ordered, pushed } from "./scan.ts";

/**
 * What the database answers itself: groups and aggregates, or rows of which the first are left out.
 * Undefined where it may mean anything else by them than Spark: it has its own orders of texts, and
 * its own sums and averages.
 */
export function answerInput(found: Found, question: Question): FetchedInput | undefined {
  const { whole } = found;
  const known = pushed(found, question);
  if (whole === undefined || !known.exact) return undefined;
  const where = [...(whole === "" ? [] : [whole]), ...known.texts];
  const { wants, timeZone } = question;
  const asked = { where, timeZone };
  return wants.kind === "groups" ? groups(found, wants, asked) : rows(found, wants, asked);
}

interface AskedOf {
  readonly where: readonly string[];
  readonly timeZone: string;
}

function rows(
  found: Found,
  { columns: wanted, order, limit, offset }: Counted,
  { where, timeZone }: AskedOf,
): FetchedInput | undefined {
  const { options, database } = found;
  const { dialect } = database;
  const keys = ordered(found, order);
  const allowed = options.pushDownOffset && (limit === undefined || options.pushDownLimit);
  if (!keys || !allowed) return undefined;
  const columns = wanted.map(({ name }) => found.columns.find((one) => one.name === name)!);
  const select = dialect.select({
    ...{ prefix: options.prepareQuery, hint: options.hint, from: options.source },
    columns: columns.map((column) => dialect.selected(column)).join(", "),
    ...{ where, order: keys, limit, offset },
  });
  const schema = struct(wanted.map(({ name, type }) => field(name, type)));
  return fetched(found, { selects: [select], columns, schema, timeZone });
}

/** A column of an answer: what it is, and in what words it is asked for. */
interface Piece {
  readonly text: string;
  readonly column: Omit<DatabaseColumn, "name">;
}

function groups(
  found: Found,
  { by, aggregates }: Grouped,
  { where, timeZone }: AskedOf,
): FetchedInput | undefined {
  const { options, database } = found;
  const { dialect } = database;
  const keys = by.map((one): Piece | undefined => {
    const column = columnOf(one, found);
    return column?.compares === "exactly" ? { text: dialect.exact(column), column } : undefined;
  });
  const results = aggregates.map((one) => aggregate(found, one));
  const pieces = [...keys, ...results].flatMap((one) => one ?? []);
  if (!options.pushDownAggregate || pieces.length < by.length + aggregates.length) return undefined;
  const columns = pieces.map(({ column }, at): DatabaseColumn => ({ ...column, name: `c${at}` }));
  const inner = dialect.select({
    ...{ prefix: "", hint: "", from: options.source, where },
    columns: pieces.map(({ text }, at) => `${text} AS ${dialect.quote(`c${at}`)}`).join(", "),
    groups: keys.flatMap((one) => one?.text ?? []),
  });
  // Its values are read as those of a table are.
  const select = dialect.select({
    ...{ prefix: options.prepareQuery, hint: options.hint, where: [] },
    columns: columns.map((column) => dialect.selected(column)).join(", "),
    from: `(${inner}) SPARK_GEN_SUBQ_1`,
  });
  const schema = struct(columns.map(({ name, type }) => field(name, type)));
  return fetched(found, { selects: [select], columns, schema, timeZone });
}

function aggregate(found: Found, given: TypedAggregate): Piece | undefined {
  const { name, arguments: parts, distinct, filter, type } = given;
  const [only] = parts;
  if (only === undefined || parts.length > 1 || filter) return undefined;
  const { dialect } = found.database;
  const column = columnOf(only, found);
  const exact = column?.compares === "exactly" ? dialect.exact(column) : undefined;
  switch (name) {
    case "count": {
      const rest = { column: { type } };
      if (only.kind === "literal" && only.value !== null && !distinct) {
        return { text: `${dialect.count}(*)`, ...rest };
      }
      if (distinct && !exact) return undefined;
      if (distinct) return { text: `${dialect.count}(DISTINCT ${exact})`, ...rest };
      if (!column || column.type.type === "void") return undefined;
      // Not every type may be counted itself.
      const there = `CASE WHEN ${dialect.quote(column.name)} IS NOT NULL THEN 1 END`;
      return { text: `${dialect.count}(${there})`, ...rest };
    }
    case "min":
    case "max":
      if (!column || !exact || column.type.type === "boolean") return undefined;
      return { text: `${name.toUpperCase()}(${exact})`, column };
    default:
      return undefined;
  }
}
