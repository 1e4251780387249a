const named: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001A",
  // LIKE reads these two itself, so they keep their backslash.
  "%": "\\%",
  _: "\\_",
};

/** The characters a quoted SQL string stands for: escapes, and a doubled quote for one. */
export function unescapeString(body: string, quote: string): string {
  const escapes = /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\([01][0-7]{2})|\\([\s\S])|''|""/g;
  return body.replace(escapes, (whole, four, eight, octal, single) => {
    if (four !== undefined) return String.fromCharCode(Number.parseInt(four, 16));
    if (eight !== undefined) {
      const point = Number.parseInt(eight, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    }
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (single !== undefined) return named[single] ?? single;
    return whole === quote + quote ? quote : whole;
  });
}
