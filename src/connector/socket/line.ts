/** Characters of a line; a peer that sends more without an end is cut off there. */
const maxLine = 1 << 26;

/** Text as it comes to the lines in it, as Java's BufferedReader ends them: `\n`, `\r`, `\r\n`. */
export class LineSplitter {
  /** Of the line that has no end yet: put together once, however many they are. */
  #parts: string[] = [];
  #length = 0;
  #afterReturn = false;

  /** The lines that end in what came now. */
  push(came: string): readonly string[] {
    const text = this.#afterReturn && came.startsWith("\n") ? came.slice(1) : came;
    if (came !== "") this.#afterReturn = came.endsWith("\r");
    const [first = "", ...more] = text.split(/\r\n|\r|\n/);
    const last = more.pop();
    this.#add(first);
    const lines = last === undefined ? [] : [this.#taken(), ...more];
    if (last !== undefined) this.#add(last);
    if (this.#length > maxLine) lines.push(this.#taken());
    return lines;
  }

  /** The line that the end of the text ends, if there is one. */
  end(): readonly string[] {
    return this.#length === 0 ? [] : [this.#taken()];
  }

  #add(part: string): void {
    if (part === "") return;
    this.#parts.push(part);
    this.#length += part.length;
  }

  #taken(): string {
    const line = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
