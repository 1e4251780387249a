import { ERAS } from "./calendar-name.ts";
import { type Moment, offsetText } from "./moment.ts";
import { digits, sharedLetters } from "./pattern-letter.ts";
import type { PatternToken } from "./pattern-token.ts";

/** A moment by the tokens of a pattern, as Java's DateTimeFormatter writes it, in English. */
export function writeTokens(tokens: readonly PatternToken[], at: Moment): string {
  const eras = tokens.some((token) => token.kind === "letters" && token.letter === "G");
  return tokens
    .map((token) => {
      if (token.kind === "text") return token.text;
      return token.kind === "letters" ? letters(token.letter, token.width, { ...at, eras }) : "";
    })
    .join("");
}

type Written = Moment & { readonly eras: boolean };

function letters(letter: string, width: number, at: Written): string {
  const shared = sharedLetters(letter, width, at);
  if (shared !== undefined) return shared;
  switch (letter) {
    case "y":
      return yearText(width, at);
    case "Q":
    case "q":
      return quarter(width, Math.floor((at.month + 2) / 3));
    case "F":
      return digits(((at.day - 1) % 7) + 1, width);
    case "S":
      return String(at.micros).padStart(6, "0").padEnd(9, "0").slice(0, width);
    case "G": {
      const era = at.year > 0 ? 1 : 0;
      return width === 4 ? (ERAS[era] as string) : (["BC", "AD"][era] as string);
    }
    case "V":
      return at.zone;
    default:
      return offset(letter, width, at.offset);
  }
}

function yearText(width: number, { year, eras }: Written): string {
  const shown = eras && year <= 0 ? 1 - year : year;
  if (width === 2) return String(((shown % 100) + 100) % 100).padStart(2, "0");
  const digits = String(Math.abs(shown)).padStart(width, "0");
  if (shown < 0) return `-${digits}`;
  return width > 3 && digits.length > width ? `+${digits}` : digits;
}

function quarter(width: number, value: number): string {
  if (width < 3) return String(value).padStart(width, "0");
  const ordinal = ["1st", "2nd", "3rd", "4th"][value - 1] as string;
  return width === 3 ? `Q${value}` : `${ordinal} quarter`;
}

/** The letters X, x, Z and O. */
function offset(letter: string, width: number, seconds: number): string {
  if (letter === "O" || (letter === "Z" && width === 4)) return localized(width, seconds);
  const long = letter === "Z" ? 5 : 4;
  if ((letter === "X" || (letter === "Z" && width === 5)) && seconds === 0) return "Z";
  const colon = width === 3 || width === 5;
  const text = offsetText(seconds, {
    colon: letter === "Z" ? width === 5 : colon,
    seconds: width >= long,
  });
  return width === 1 && letter !== "Z" ? text.replace(/00$/, "") : text;
}

function localized(width: number, seconds: number): string {
  if (seconds === 0) return "GMT";
  const text = offsetText(seconds, { colon: true, seconds: true });
  return `GMT${width === 1 ? text.replace(/^(.)0/, "$1").replace(/:00$/, "") : text}`;
}
