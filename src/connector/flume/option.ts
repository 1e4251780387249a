import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type JournalOptions, journalOptions } from "../journal/option.ts";
import { type OptionReader, optionReader } from "../option.ts";
import { pem } from "../pem.ts";

/** Where agents connect to, and how. */
export interface ListenOptions {
  readonly bind: string;
  readonly port: number;
  readonly compressed: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Names are those of Flume's own Avro source, but for certificates: PEM, not a keystore. */
export function flumeOptions(options: Options): ListenOptions & JournalOptions {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const bind = read.text("bind");
  const port = read.positive("port");
  if (bind === undefined) throw error("MISSING_OPTION", { format: "flume", name: "bind" });
  if (port === undefined) throw error("MISSING_OPTION", { format: "flume", name: "port" });
  return {
    ...{ bind, port, compressed: isCompressed(read), tls: tlsOf(read) },
    ...journalOptions(read),
  };
}

function isCompressed(read: OptionReader): boolean {
  const name = "compression-type";
  const value = read.text(name)?.toLowerCase() ?? "none";
  if (value === "none" || value === "deflate") return value === "deflate";
  throw error("INVALID_OPTION_VALUE", { name, value, expected: "must be none or deflate" });
}

function tlsOf(read: OptionReader): ListenOptions["tls"] {
  if (!read.flag("ssl", false)) return undefined;
  const [cert, key] = [pem(read, "cert"), pem(read, "key")];
  if (cert === undefined) throw error("MISSING_OPTION", { format: "flume", name: "cert" });
  if (key === undefined) throw error("MISSING_OPTION", { format: "flume", name: "key" });
  return { cert, key };
}
