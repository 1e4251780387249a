import { error } from "../../error/error.ts";

/** A database by its JDBC URL. */
export interface DatabaseUrl {
  readonly protocol: "postgresql" | "mysql" | "sqlserver" | "sqlite" | "duckdb";
  readonly host: string;
  readonly port: number;
  /** The database's name; of one in a file, the file. */
  readonly database: string;
  /** By lower-case name. */
  readonly properties: Readonly<Record<string, string>>;
  /** Without its properties, which may hold a password: for messages. */
  readonly shown: string;
}

const ports = { postgresql: 5432, mysql: 3306, sqlserver: 1433 } as const;

const known =
  "jdbc:postgresql://host:port/database, jdbc:mysql://host:port/database, " +
  "jdbc:mariadb://host:port/database, jdbc:sqlserver://host:port;databaseName=name, " +
  "jdbc:sqlite:path or jdbc:duckdb:path";

/** Reads a URL as the drivers of JDBC do. JDBC_URL_UNSUPPORTED. */
export function parseUrl(url: string): DatabaseUrl {
  const match = /^jdbc:(\w+):(.*)$/s.exec(url);
  const protocol = match?.[1]?.toLowerCase().replace("mariadb", "mysql");
  const rest = match?.[2] ?? "";
  switch (protocol) {
    case "postgresql":
    case "mysql":
      return addressed(url, protocol, rest);
    case "sqlserver":
      return sqlServer(url, rest);
    case "sqlite":
    case "duckdb":
      return inFile(url, protocol, rest);
    default:
      throw unsupported(url, "its protocol is not");
  }
}

function addressed(url: string, protocol: "postgresql" | "mysql", rest: string): DatabaseUrl {
  const [address = "", query = ""] = splitAt(rest, "?");
  const match = /^(?:\/\/(\[[^\]]+\]|[^/:,]*)(?::(\d+))?(?:\/(.*))?|([^/]*))$/s.exec(address);
  if (!match) throw unsupported(withoutQuery(url), "it names no host, or several");
  const [, host = "", port, name = "", alone = ""] = match;
  return {
    protocol,
    host: host.replace(/^\[|\]$/g, "") || "localhost",
    port: port === undefined ? ports[protocol] : Number(port),
    database: decode(name || alone),
    properties: propertiesOf(query, "&"),
    shown: withoutQuery(url),
  };
}

function sqlServer(url: string, rest: string): DatabaseUrl {
  const [address = "", query = ""] = splitAt(rest, ";");
  const match = /^\/\/([^:;\\]*)(?::(\d+))?$/.exec(address);
  const shown = splitAt(url, ";")[0] ?? "";
  if (!match) throw unsupported(shown, "it names no host, or an instance by name");
  const properties = propertiesOf(query, ";");
  return {
    protocol: "sqlserver",
    host: match[1] || properties["servername"] || "localhost",
    port: Number(match[2] ?? properties["portnumber"] ?? ports.sqlserver),
    database: properties["databasename"] ?? properties["database"] ?? "",
    properties,
    shown,
  };
}

function inFile(url: string, protocol: "sqlite" | "duckdb", rest: string): DatabaseUrl {
  const [path = "", query = ""] = splitAt(rest, "?");
  if (path === "" || path === ":memory:") {
    throw unsupported(
      withoutQuery(url),
      "it names no file, and one in memory ends with its reader",
    );
  }
  const properties = propertiesOf(query, "&");
  const database = path.replace(/^file:/, "");
  return { protocol, host: "", port: 0, database, properties, shown: withoutQuery(url) };
}

function splitAt(text: string, mark: string): readonly [string, string] | readonly [string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function withoutQuery(url: string): string {
  return url.split("?")[0] ?? "";
}

function propertiesOf(text: string, separator: "&" | ";"): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const part of text.split(separator)) {
    const [name = "", value = ""] = splitAt(part, "=");
    if (name.trim() === "") continue;
    const plain = separator === "&" ? decode(value) : value.replace(/^\{(.*)\}$/s, "$1");
    properties[name.trim().toLowerCase()] = plain;
  }
  return properties;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unsupported(url: string, reason: string): Error {
  return error("JDBC_URL_UNSUPPORTED", { url, reason, known });
}
