import { createRequire } from "node:module";
import type * as sax from "sax";
import type { Element, Found } from "./element.ts";

/** Elements within elements: deeper ones would exhaust the stack of what reads them. */
const depthMax = 1000;

let library: typeof sax | undefined;

function loadSax(): typeof sax {
  library ??= createRequire(import.meta.url)("sax") as typeof sax;
  return library;
}

/**
 * Finds records in XML: the elements of the row tag that are not in another record; without a row
 * tag, the root. After XML that is not well formed no record comes, as nobody knows where it is.
 */
export class XmlParser {
  readonly found: Found[] = [];
  readonly #rowTag: string | undefined;
  readonly #ignoreNamespace: boolean;
  readonly #parser: sax.SAXParser;
  readonly #open: Building[] = [];
  #fault: string | undefined;
  #parted = false;

  constructor({ rowTag, ignoreNamespace }: { rowTag?: string; ignoreNamespace: boolean }) {
    this.#rowTag = rowTag;
    this.#ignoreNamespace = ignoreNamespace;
    const strict = { strictEntities: true, position: false } as sax.SAXOptions;
    this.#parser = loadSax().parser(true, strict);
    this.#listen();
  }

  /** Takes the next part of a text; false: what comes after it cannot be read. */
  write(text: string): boolean {
    try {
      if (text !== "") this.#parser.write(text.replace(/\r\n?/g, "\n"));
      return true;
    } catch (thrown) {
      this.#stop(thrown instanceof Error ? thrown.message : String(thrown));
      return false;
    }
  }

  /** Says that the text has ended. */
  end(): void {
    if (this.#open.length > 0) this.#stop("it ends within a record");
  }

  /** What is open now can have no end. Outside of records Spark stops without a word. */
  #stop(reason: string): void {
    if (this.#open.length > 0) this.found.push({ fault: reason.split("\n")[0]! });
    this.#open.length = 0;
  }

  #listen(): void {
    const parser = this.#parser;
    parser.onopentag = (tag) => this.#begin(tag as sax.Tag);
    parser.onclosetag = () => this.#end();
    parser.ontext = (text) => this.#add(text);
    parser.oncdata = (text) => this.#add(text);
    parser.oncomment = () => this.#part();
    parser.onprocessinginstruction = () => this.#part();
    parser.onerror = (problem) => {
      // A name of an entity that nobody knows spoils its record, and the next ones can be read.
      if (!/entity/i.test(problem.message)) throw problem;
      if (this.#open.length > 0) this.#fault ??= problem.message.split("\n")[0]!;
      parser.resume();
    };
  }

  #begin({ name, attributes }: sax.Tag): void {
    const own = this.#nameOf(name);
    const isRecord = this.#rowTag === undefined || own === this.#rowTag;
    if (this.#open.length === 0 && !isRecord) return;
    if (this.#open.length >= depthMax) {
      throw new Error(`its elements are nested deeper than ${depthMax}`);
    }
    const pairs = Object.entries(attributes).map(
      ([key, value]) => [this.#nameOf(key), value.replace(/[\t\n]/g, " ")] as const,
    );
    this.#open.push({ name: own, attributes: pairs, items: [] });
    this.#parted = true;
  }

  #nameOf(name: string): string {
    return this.#ignoreNamespace ? name.slice(name.lastIndexOf(":") + 1) : name;
  }

  #end(): void {
    const element = this.#open.pop();
    if (element === undefined) return;
    this.#parted = true;
    const parent = this.#open.at(-1);
    if (parent) parent.items.push(element);
    else this.found.push(this.#fault === undefined ? element : { fault: this.#fault });
    if (!parent) this.#fault = undefined;
  }

  #add(text: string): void {
    const items = this.#open.at(-1)?.items;
    if (items === undefined) return;
    const last = items.at(-1);
    if (typeof last === "string" && !this.#parted) items[items.length - 1] = last + text;
    else items.push(text);
    this.#parted = false;
  }

  #part(): void {
    this.#parted = true;
  }
}

interface Building extends Element {
  readonly items: (Element | string)[];
}

/** The root of a text; what comes after it is not looked at. */
export function rootElement(
  text: string,
  { ignoreNamespace }: { readonly ignoreNamespace: boolean },
): Found {
  const parser = new XmlParser({ ignoreNamespace });
  if (parser.write(text)) parser.end();
  return parser.found[0] ?? { fault: "it has no element" };
}
