import { expect, test } from "vitest";
import { LineSplitter } from "../../../src/connector/socket/line.ts";
import { createRandom } from "../../random.ts";

const text = "one\ntwo\r\nthree\rfour\n\n\r\r\nlast";
const lines = ["one", "two", "three", "four", "", "", ""];

test("lines end as Java's BufferedReader ends them, wherever the text is cut", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = createRandom(seed);
    const splitter = new LineSplitter();
    const found: string[] = [];
    for (let at = 0; at < text.length; ) {
      const next = at + 1 + random.below(4);
      found.push(...splitter.push(text.slice(at, next)));
      at = next;
    }
    expect(found, `seed ${seed}`).toEqual(lines);
    expect([...splitter.end(), ...splitter.end()]).toEqual(["last"]);
  }
});
