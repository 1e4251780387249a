import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { error } from "../../error/error.ts";
import type { WriteRequest } from "../connector.ts";
import { lineWriter } from "./line.ts";
import type { RowFormat } from "./row-file.ts";
import type { WriteShape } from "./stage.ts";

const extensions = { csv: ".csv", json: ".json", text: ".txt" } as const;

/** Rows as lines of text. */
export function textRows(request: WriteRequest, shape: WriteShape): RowFormat {
  const { options } = request;
  const { ending, compress } = compressor(options);
  const { relation, width, header, line } = lineWriter(request.relation, shape, options);
  const lineEnd = options["linesep"] ?? "\n";
  return {
    ...{ relation, width },
    extension: `${extensions[shape.format as keyof typeof extensions]}${ending}`,
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
          return await compress(text);
        },
      };
    },
  };
}

/** How texts are packed, and what that adds to a file's name. */
export interface Compressor {
  readonly ending: string;
  /** Parts one after another are a whole file. */
  compress(text: string): Promise<Uint8Array | string>;
}

const plain: Compressor = { ending: "", compress: async (text) => text };

const compressors: Readonly<Record<string, Compressor>> = {
  none: plain,
  uncompressed: plain,
  gzip: packed(".gz", promisify(gzip)),
};

function packed(ending: string, pack: (text: string) => Promise<Uint8Array>): Compressor {
  return { ending, compress: async (text) => (text === "" ? text : await pack(text)) };
}

/** That of the option `compression`. */
export function compressor(options: WriteRequest["options"]): Compressor {
  const codec = (options["compression"] ?? options["codec"] ?? "none").toLowerCase();
  const found = Object.hasOwn(compressors, codec) ? compressors[codec] : undefined;
  if (found) return found;
  const expected = `must be one of ${Object.keys(compressors).join(", ")}`;
  throw error("INVALID_OPTION_VALUE", { name: "compression", value: codec, expected });
}
