import { error, isError } from "../../error/error.ts";

/** An error of a driver as a condition; one that is a condition already, as it is. */
export function failed(thrown: unknown, url: string, operation: string): Error {
  if (isError(thrown)) return thrown;
  const reason = reasonOf(thrown);
  if (isLost(thrown)) return error("FAILED_JDBC.CONNECTION", { url, reason }, thrown);
  const shown = operation.length > 500 ? `${operation.slice(0, 500)}…` : operation;
  return error("FAILED_JDBC.UNCLASSIFIED", { url, operation: shown, reason }, thrown);
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Of several addresses that all refuse, Node tells by an error without words.
  const parts = thrown instanceof AggregateError ? thrown.errors.map(reasonOf) : [];
  return thrown.message || parts.join("; ") || thrown.name;
}

/** Classes of SQLSTATE, and names that drivers give, of connections that broke or never were. */
const lostStates = /^(08|57P0)/;
const lostCodes: ReadonlySet<string> = new Set([
  ...["ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ENOTFOUND"],
  ...["EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "ESOCKET", "ECONNCLOSED", "ENOTOPEN"],
  ...["PROTOCOL_CONNECTION_LOST", "ER_SERVER_SHUTDOWN", "ER_CON_COUNT_ERROR"],
  ...["ERR_STREAM_PREMATURE_CLOSE", "ER_CONNECTION_KILLED"],
]);

/** Whether a driver's error says that the connection is gone: what it did may be done or not. */
function isLost(thrown: unknown): boolean {
  if (thrown instanceof AggregateError) return thrown.errors.some(isLost);
  const { code, sqlState } = codesOf(thrown);
  if (lostCodes.has(code) || lostStates.test(code) || lostStates.test(sqlState)) return true;
  const message = thrown instanceof Error ? thrown.message : "";
  return /connection terminated|closed state|connection is closed|not queryable/i.test(message);
}

function codesOf(thrown: unknown): { readonly code: string; readonly sqlState: string } {
  const found = (thrown ?? {}) as { readonly code?: unknown; readonly sqlState?: unknown };
  return { code: String(found.code ?? ""), sqlState: String(found.sqlState ?? "") };
}

/** The driver's own code of an error that was made a condition, or of one that was not. */
export function sqlStateOf(thrown: unknown): string | undefined {
  const own = isError(thrown) ? thrown.cause : thrown;
  const { code } = codesOf(own);
  return code === "" ? undefined : code;
}
