import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { error } from "../../error/error.ts";
import type { WriteRequest } from "../connector.ts";
import { lineWriter } from "./line.ts";
import type { RowFormat } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";

const extensions = { csv: ".csv", json: ".json", text: ".txt" } as const;

const compress = promisify(gzip);

/** Rows as lines of text. */
export function textRows(request: WriteRequest, shape: WriteShape): RowFormat {
  const { options } = request;
  const zipped = isZipped(options);
  const { relation, width, header, line } = lineWriter(request.relation, shape, options);
  const lineEnd = options["linesep"] ?? "\n";
  return {
    ...{ relation, width },
    extension: `${extensions[shape.format as keyof typeof extensions]}${zipped ? ".gz" : ""}`,
    open() {
      let held = header === undefined ? [] : [header + lineEnd];
      return {
        add(values) {
          const text = line(values);
          held.push(text, lineEnd);
          return text.length;
        },
        async take() {
          const text = held.join("");
          held = [];
          return zipped && text !== "" ? await compress(text) : text;
        },
      };
    },
  };
}

/** Whether the option `compression` asks for gzip, the one codec of texts that is written. */
export function isZipped(options: WriteRequest["options"]): boolean {
  const codec = (options["compression"] ?? options["codec"] ?? "none").toLowerCase();
  if (["none", "uncompressed"].includes(codec)) return false;
  if (codec === "gzip") return true;
  const expected = "must be one of none, uncompressed, gzip";
  throw error("INVALID_OPTION_VALUE", { name: "compression", value: codec, expected });
}
