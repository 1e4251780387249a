import { importsOf } from "./descriptor.ts";
import { googleFile } from "./google.ts";
import { WireOutput } from "./output.ts";
import { wires } from "./wire.ts";

/** A serialized `FileDescriptorProto`, and the name that others import it by. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A `FileDescriptorSet` of files, with those of Google's that they import. */
export function bundled(files: readonly NamedFile[]): Uint8Array {
  const all = new Map(files.map((file) => [file.name, file.bytes]));
  for (const bytes of all.values()) {
    for (const name of importsOf(bytes)) {
      const known = all.has(name) ? undefined : googleFile(name);
      if (known) all.set(name, known);
    }
  }
  const out = new WireOutput();
  for (const [name, bytes] of all) {
    out.tag(1, wires.bytes);
    out.within(() => {
      out.raw(bytes);
      // Of two names the last counts.
      out.tag(1, wires.bytes);
      out.text(name);
    });
  }
  return out.taken();
}
