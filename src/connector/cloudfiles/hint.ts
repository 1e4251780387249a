import { parseDataType } from "../../schema/ddl.ts";
import type { Hint } from "./evolution.ts";

/** `a.b INT, tags MAP<STRING, STRING>`: types of columns and of struct members by dotted names. */
export function parseHints(text: string): readonly Hint[] {
  return split(text)
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const match =
        /^\s*((?:`(?:[^`]|``)+`|[^\s`.:]+)(?:\.(?:`(?:[^`]|``)+`|[^\s`.:]+))*)\s*:?\s*(.+)$/s.exec(
          part,
        );
      const path = match?.[1]?.match(/`(?:[^`]|``)+`|[^.`]+/g)?.map(unquote) ?? [part.trim()];
      return { path, type: parseDataType(match?.[2]?.trim() ?? "") };
    });
}

function unquote(name: string): string {
  return name.startsWith("`") ? name.slice(1, -1).replaceAll("``", "`") : name;
}

/** At the commas that stand in no brackets and no quotes. */
function split(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  let quoted = false;
  for (const char of text) {
    if (char === "`") quoted = !quoted;
    if (!quoted && (char === "<" || char === "(")) depth++;
    if (!quoted && (char === ">" || char === ")")) depth--;
    if (char === "," && depth === 0 && !quoted) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}
