import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import type { Relation, SetOperation } from "../plan/relation.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  next,
  peek,
  placeOf,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { expression, namedExpression } from "./expression.ts";
import { joinOf, refusePivot, refuseSample } from "./from.ts";
import { definedName, identifier } from "./name.ts";
import { atPipe } from "./pipe-symbol.ts";
import { organization, setOperation } from "./query.ts";
import { groupBy, lateralViews } from "./select.ts";
import { windowClause, windowsAhead } from "./window.ts";

/** `|> operator`, any number: each takes what is before it as its input. */
export function pipeOperators(cursor: Cursor, input: Relation): Relation {
  let result = input;
  while (atPipe(cursor)) {
    next(cursor);
    cursor.windows.push(windowsAhead(cursor));
    result = pipeOperator(cursor, result);
    if (at(cursor, "WINDOW") && peek(cursor, 2).key === "AS") windowClause(cursor);
    cursor.windows.pop();
  }
  return result;
}

const setWords: Readonly<Record<string, SetOperation["operator"]>> = {
  UNION: "union",
  EXCEPT: "except",
  MINUS: "except",
  INTERSECT: "intersect",
};

function pipeOperator(cursor: Cursor, input: Relation): Relation {
  const word = peek(cursor).key;
  const setOperator = setWords[word];
  if (setOperator) {
    cursor.index += 1;
    return setOperation(cursor, input, setOperator);
  }
  switch (word) {
    case "SELECT":
      return pipeSelect(cursor, input);
    case "EXTEND":
      expect(cursor, "EXTEND");
      return extend(input, list(cursor, namedExpression));
    case "SET":
      return pipeSet(cursor, input);
    case "DROP":
      expect(cursor, "DROP");
      return {
        kind: "project",
        input,
        expressions: [
          { kind: "star", target: [], except: list(cursor, (each) => [definedName(each)]) },
        ],
      };
    case "AS":
      expect(cursor, "AS");
      return { kind: "alias relation", input, alias: definedName(cursor) };
    case "WHERE":
      expect(cursor, "WHERE");
      return { kind: "filter", input, condition: expression(cursor), piped: true };
    case "AGGREGATE":
      return aggregate(cursor, input);
    case "LATERAL":
      return at(cursor, "LATERAL", "VIEW") ? lateralViews(cursor, input) : join(cursor, input);
    default:
      return organized(cursor, input);
  }
}

function pipeSelect(cursor: Cursor, input: Relation): Relation {
  expect(cursor, "SELECT");
  const distinct = take(cursor, "DISTINCT");
  const items = list(cursor, namedExpression);
  const grouping = groupBy(cursor);
  const result: Relation = grouping
    ? { kind: "aggregate", input, grouping, aggregates: items, keepGrouping: false }
    : { kind: "project", input, expressions: items };
  return distinct ? { kind: "deduplicate", input: result, withinWatermark: false } : result;
}

function extend(input: Relation, added: readonly Expression[]): Relation {
  if (added.some(({ kind }) => kind === "star")) {
    const prettyName = "expression `pipeexpression`";
    throw error("INVALID_USAGE_OF_STAR_OR_REGEX", { elem: "'*'", prettyName });
  }
  return { kind: "project", input, expressions: [{ kind: "star", target: [] }, ...added] };
}

/** `SET a = e, b = f`: each sees what those before it set. */
function pipeSet(cursor: Cursor, input: Relation): Relation {
  expect(cursor, "SET");
  const assignments = list(cursor, () => {
    const name = identifier(cursor);
    if (at(cursor, ".")) throw unsupported(cursor, "|> SET of a struct's member");
    expect(cursor, "=");
    return { kind: "alias", input: expression(cursor), names: [name] } as const;
  });
  return assignments.reduce<Relation>(
    (result, column) => ({ kind: "with columns", input: result, columns: [column], known: true }),
    input,
  );
}

/** `AGGREGATE [a, b] [GROUP BY c]`: the grouping comes before the aggregates. */
function aggregate(cursor: Cursor, input: Relation): Relation {
  expect(cursor, "AGGREGATE");
  const none = at(cursor, "GROUP", "BY") || ["end", "symbol"].includes(peek(cursor).kind);
  const aggregates = none ? [] : list(cursor, namedExpression);
  if (!at(cursor, "GROUP", "BY")) {
    if (none) throw syntaxError(cursor);
    return { kind: "aggregate", input, grouping: [], aggregates, keepGrouping: false };
  }
  if (at(cursor, "GROUP", "BY", "ALL")) throw unsupported(cursor, "|> AGGREGATE … GROUP BY ALL");
  const grouping = groupBy(cursor, namedExpression) ?? [];
  const analytics = grouping.some(
    (each) => each.kind === "call" && ["rollup", "cube", "grouping sets"].includes(each.name),
  );
  if (analytics) throw unsupported(cursor, "grouping analytics in |> AGGREGATE");
  return { kind: "aggregate", input, grouping, aggregates, keepGrouping: true };
}

function join(cursor: Cursor, input: Relation): Relation {
  const joined = joinOf(cursor, input);
  if (!joined) throw syntaxError(cursor);
  return joined;
}

/** ORDER BY, LIMIT and the like, or a join. */
function organized(cursor: Cursor, input: Relation): Relation {
  refusePivot(cursor);
  refuseSample(cursor);
  const start = cursor.index;
  const result = organization(cursor, input);
  if (cursor.index === start) return join(cursor, input);
  checkOrganization(cursor, result, input);
  return result.kind === "sort" && result.input === input ? { ...result, piped: true } : result;
}

/** An operator has one clause; LIMIT and OFFSET go together. */
function checkOrganization(cursor: Cursor, result: Relation, input: Relation): void {
  if (!("input" in result) || result.kind === "sort") return;
  const { input: below } = result;
  const sorted = below.kind === "offset" ? below.input : below;
  if (sorted === input || sorted.kind !== "sort" || sorted.input !== input) return;
  const clause2 = result.kind === "limit" ? "LIMIT" : "OFFSET";
  const place = placeOf(cursor, peek(cursor));
  throw error("MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS", {
    ...{ clause1: "ORDER BY", clause2 },
    ...place,
  });
}
