import { DAYS, ERAS, MONTHS } from "./calendar-name.ts";
import { type Moment, offsetText, zoneName } from "./moment.ts";
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
  const number = (value: number): string => String(value).padStart(width, "0");
  const hour = Math.floor(at.seconds / 3600);
  switch (letter) {
    case "y":
      return yearText(width, at);
    case "M":
    case "L":
      return width < 3 ? number(at.month) : name(MONTHS, at.month - 1, width);
    case "Q":
    case "q":
      return quarter(width, Math.floor((at.month + 2) / 3));
    case "d":
      return number(at.day);
    case "D":
      return number(at.dayOfYear);
    case "F":
      return number(((at.day - 1) % 7) + 1);
    case "E":
      return name(DAYS, at.weekday - 1, width);
    case "H":
      return number(hour);
    case "k":
      return number(hour === 0 ? 24 : hour);
    case "K":
      return number(hour % 12);
    case "h":
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return number(Math.floor(at.seconds / 60) % 60);
    case "s":
      return number(at.seconds % 60);
    case "S":
      return String(at.micros).padStart(6, "0").padEnd(9, "0").slice(0, width);
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "G": {
      const era = at.year > 0 ? 1 : 0;
      return width === 4 ? (ERAS[era] as string) : (["BC", "AD"][era] as string);
    }
    case "V":
      return at.zone;
    case "z":
      return zoneName(at, width < 4 ? "short" : "long");
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

function name(names: readonly string[], index: number, width: number): string {
  const full = names[index] as string;
  return width > 3 ? full : full.slice(0, 3);
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
