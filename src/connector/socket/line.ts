/** Characters of a line; a peer that sends more without an end is cut off there. */
const maxLine = 1 << 26;

/** Text as it comes to the lines in it, as Java's BufferedReader ends them: `\n`, `\r`, `\r\n`. */
export class LineSplitter {
  #rest = "";
  #afterReturn = false;

  /** The lines that end in what came now. */
  push(came: string): readonly string[] {
    const text = this.#afterReturn && came.startsWith("\n") ? came.slice(1) : came;
    if (came !== "") this.#afterReturn = came.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > maxLine) lines.push(...this.end());
    return lines;
  }

  /** The line that the end of the text ends, if there is one. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : [rest];
  }
}
