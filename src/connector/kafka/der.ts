/** One element of DER. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** With its tag and length. */
  readonly bytes: Buffer;
}

/** The element that begins the bytes. Throws where they end within it. */
export function read(der: Buffer): Element {
  const first = der[1];
  if (first === undefined || first > 0x84) throw new Error("it is cut short, or no DER");
  const bytes = first < 0x80 ? 0 : first - 0x80;
  const length = bytes === 0 ? first : der.readUIntBE(2, bytes);
  const end = 2 + bytes + length;
  if (end > der.length) throw new Error("it is cut short");
  return { tag: der[0]!, content: der.subarray(2 + bytes, end), bytes: der.subarray(0, end) };
}

/** The elements that follow each other. */
export function members(der: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const one = read(der.subarray(at));
    found.push(one);
    at += one.bytes.length;
  }
  return found;
}

/** An OBJECT IDENTIFIER as numbers with dots. */
export function oidOf({ content }: Element): string {
  const parts = [Math.floor(content[0]! / 40), content[0]! % 40];
  let part = 0;
  for (const byte of content.subarray(1)) {
    part = part * 128 + (byte & 127);
    if (byte >= 128) continue;
    parts.push(part);
    part = 0;
  }
  return parts.join(".");
}

/** DER as PEM. */
export function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
