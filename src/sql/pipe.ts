import type { Expression } from "../plan/expression.ts";
import type { Relation, SetOperation } from "../plan/relation.ts";
import { at, type Cursor, expect, list, peek, syntaxError, take, unsupported } from "./cursor.ts";
import { expression, namedExpression } from "./expression.ts";
import { joinOf, refusePivot, refuseSample } from "./from.ts";
import { definedName, identifier } from "./name.ts";
import { organization, setOperation } from "./query.ts";
import { groupBy, lateralViews } from "./select.ts";
import { windowClause, windowsAhead } from "./window.ts";

/** `|> operator`, any number: each takes what is before it as its input. */
export function pipeOperators(cursor: Cursor, input: Relation): Relation {
  let result = input;
  while (take(cursor, "|>")) {
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
      return { kind: "filter", input, condition: expression(cursor) };
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
  const result: Relation = { kind: "project", input, expressions: list(cursor, namedExpression) };
  return distinct ? { kind: "deduplicate", input: result, withinWatermark: false } : result;
}

function extend(input: Relation, added: readonly Expression[]): Relation {
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
    (result, column) => ({ kind: "with columns", input: result, columns: [column] }),
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
  if (cursor.index > start) return result;
  return join(cursor, input);
}
