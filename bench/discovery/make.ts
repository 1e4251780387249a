import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folders = 1_000;

/** Files of one JSON line, spread over a thousand folders; made if absent. */
export function makeFolders(folder: string, files: number): void {
  const mark = join(folder, "made");
  if (existsSync(mark)) return;
  const landing = join(folder, "landing");
  for (let at = 0; at < Math.min(folders, files); at++) {
    mkdirSync(join(landing, name("device", at, 4)), { recursive: true });
  }
  for (let at = 0; at < files; at++) {
    const path = join(landing, name("device", at % folders, 4), `${name("part", at, 8)}.json`);
    writeFileSync(path, `{"id":${at},"device":"d${at % folders}","temp":${at % 40}}\n`);
    const seconds = 1_700_000_000 + at;
    utimesSync(path, seconds, seconds);
  }
  writeFileSync(mark, "");
}

function name(prefix: string, at: number, digits: number): string {
  return `${prefix}-${String(at).padStart(digits, "0")}`;
}
