/** Why a statement is not for Millrace at all. What it would have made is skipped with it. */
interface SkipRule {
  readonly pattern: RegExp;
  readonly reason: string;
}

const rules: readonly SkipRule[] = [
  {
    pattern: /\b(udf|udaf|pandas_udf|udtf)\s*\(/i,
    reason: "calls a function of Spark's own test suite",
  },
  {
    pattern: /^create\s[^;]*\bfunction\b[^;]*\bas\s+'/i,
    reason: "registers a Java class as a function",
  },
  { pattern: /^begin\b/i, reason: "is a SQL script" },
  {
    pattern: /\busing\s+hive\b|\bstored\s+(as|by)\b|\brow\s+format\b|^load\s+data\b/i,
    reason: "needs Hive",
  },
  {
    pattern: /(\bselect\s+transform\s*\(|^(map|reduce)\s).*\busing\s+'/is,
    reason: "pipes rows through a shell command",
  },
  { pattern: /^explain\b/i, reason: "shows Spark's own plan" },
  { pattern: /^(add|list)\s+(jar|file|archive)/i, reason: "adds files to a cluster" },
];

const made =
  /^create\b(?:(?!\bas\b)[^('])*?\b(?:function|view|table)\s+(?:if\s+not\s+exists\s+)?(?!identifier\s*\()`?([\w.]+)`?/i;

/** The name a CREATE statement makes, in lower case; none where it is an expression. */
export function madeBy(statement: string): string | undefined {
  return made.exec(statement)?.[1]?.toLowerCase();
}

/** Says of each statement of one session, in order, why it is skipped, if it is. */
export function createSkipper(): (statement: string) => string | undefined {
  const absent = new Map<string, string>();
  return (statement) => {
    const own = rules.find(({ pattern }) => pattern.test(statement))?.reason;
    const name = madeBy(statement);
    const reason = own ?? reasonOf(statement, absent);
    if (name && reason) absent.set(name, `uses what was skipped: ${reason.replace(/^.*: /, "")}`);
    else if (name) absent.delete(name);
    return reason;
  };
}

function reasonOf(statement: string, absent: ReadonlyMap<string, string>): string | undefined {
  for (const [name, reason] of absent) {
    if (new RegExp(`(?<![\\w.])${name.replaceAll(".", "\\.")}\\b`, "i").test(statement)) {
      return reason;
    }
  }
  return undefined;
}
